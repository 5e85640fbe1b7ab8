"""Bold fonts, and one to write with where the system has none, as a bare Linux."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo
from PySide6.QtWidgets import QApplication

FAMILY = "DejaVu Sans"
_FILES = (
    *("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf"),
    *("DejaVuSans-BoldOblique.ttf", "DejaVuSansMono.ttf"),
)


def bold(font: QFont, size: float = 1.0) -> QFont:
    """Return a font in bold, and of so many times its size."""
    found = QFont(font)
    found.setBold(True)
    if size != 1.0:
        found.setPointSizeF(size * font.pointSizeF())
    return found


def provide_font(application: QApplication) -> None:
    """Write in DejaVu Sans if there is no font at all; matplotlib brings it for figures."""
    if QFontInfo(application.font()).family():
        return  # fontconfig lists names of families without a font behind them
    for path in shipped_fonts():
        QFontDatabase.addApplicationFont(str(path))
    application.setFont(QFont(FAMILY, application.font().pointSize()))


def shipped_fonts() -> list[Path]:
    """Return the files of DejaVu Sans; matplotlib is not imported for it."""
    spec = find_spec("matplotlib")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"
    return [folder / name for name in _FILES]
