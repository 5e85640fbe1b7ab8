"""What a number was made with: the versions of Doublet and of what it computes with. Frozen."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from xps.version import __version__

_UNKNOWN = "?"


@dataclass(frozen=True)
class Environment:
    """Versions of the program, of Python and of the packages that fits depend on.

    Attributes
    ----------
    doublet, python, numpy, scipy, lmfit : str
    """

    doublet: str
    python: str
    numpy: str
    scipy: str
    lmfit: str

    def differences(self, other: Environment) -> tuple[str, ...]:
        """Return what has another version in `other`, as ``numpy 2.3.1 → 2.4.0``."""
        return tuple(
            f"{name} {mine} → {theirs}"
            for name, mine in vars(self).items()
            if (theirs := getattr(other, name)) != mine
        )


@cache
def present_environment() -> Environment:
    """Return the versions that run now; nothing is imported for it."""
    return Environment(
        __version__,
        platform.python_version(),
        *(_installed(name) for name in ("numpy", "scipy", "lmfit")),
    )


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # as in a bundle that leaves the records of packages out
        return _UNKNOWN
