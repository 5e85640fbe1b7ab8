"""The versions of all that the window is made of."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import qVersion

from xps.environment import present_environment


def versions() -> dict[str, str]:
    """Return versions by name: the program first, then what it computes and draws with."""
    environment = vars(present_environment())
    return {
        "Doublet": environment["doublet"],
        "Python": environment["python"],
        "Qt": qVersion(),
        "PySide6": pyside_version,
        "numpy": environment["numpy"],
        "scipy": environment["scipy"],
        "lmfit": environment["lmfit"],
        "pyqtgraph": _installed("pyqtgraph"),
        "matplotlib": _installed("matplotlib"),
        "System": platform.platform(),
    }


def versions_text() -> str:
    """Return them as lines of text."""
    return "\n".join(f"{name} {value}" for name, value in versions().items())


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # as in a bundle that leaves the records of packages out
        return "?"
