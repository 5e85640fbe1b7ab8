"""What of Qt goes into the bundle: widgets and SVG on the platforms that people sit at."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

# PySide6 modules that are imported, by the app or as a matter of course by pyqtgraph.
MODULES = (
    "QtCore",
    "QtDBus",
    "QtGui",
    "QtOpenGL",
    "QtOpenGLWidgets",
    "QtSvg",
    "QtTest",
    "QtWidgets",
)

_PLUGINS = {
    # Linux; offscreen everywhere, for the test of the bundle
    "platforms": {"qxcb", "qwayland", "qoffscreen", "qwindows", "qcocoa"},
    "platforminputcontexts": {
        "composeplatforminputcontextplugin",
        "ibusplatforminputcontextplugin",
    },
    "wayland-decoration-client": {"adwaita", "bradient"},
    "wayland-shell-integration": {"xdg-shell"},
    "styles": {"qmodernwindowsstyle", "qwindowsvistastyle", "qmacstyle"},
    "iconengines": {"qsvgicon"},
    "imageformats": {"qsvg"},
}


def is_wanted(destination: str) -> bool:
    """Tell whether a file of the bundle stays: all but Qt's plugins and translations unused."""
    parts = PurePosixPath(destination.replace("\\", "/")).parts
    if parts[:1] != ("PySide6",):
        return True
    if "plugins" in parts:
        place = parts.index("plugins")
        name = PurePosixPath(parts[-1]).name.split(".")[0].removeprefix("lib")
        return name in _PLUGINS.get(parts[place + 1], set())
    return not {"qml", "translations"} & set(parts)


def unused_modules(names: Iterable[str]) -> list[str]:
    """Return the PySide6 modules among file names that nothing of Doublet uses."""
    modules = {name.split(".")[0] for name in names if name.startswith("Qt")}
    return sorted(f"PySide6.{name}" for name in modules - set(MODULES))
