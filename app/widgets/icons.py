"""Icons: drawn in one color, that of the text around them."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from xps.resources import resource

_SIZES = (16, 20, 24, 32, 40, 48)


def app_icon() -> QIcon:
    """Return the icon of the app."""
    return QIcon(str(resource("icons", "doublet.svg")))


def icon(name: str) -> QIcon:
    """Return a drawing of resources/icons in the colors of the present palette."""
    svg = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    palette = QGuiApplication.palette()
    result = QIcon()
    for mode, group in (
        (QIcon.Mode.Normal, QPalette.ColorGroup.Active),
        (QIcon.Mode.Disabled, QPalette.ColorGroup.Disabled),
    ):
        color = palette.color(group, QPalette.ColorRole.ButtonText)
        for size in _SIZES:
            result.addPixmap(_drawn(svg, color, size), mode)
    return result


def _drawn(svg: str, color: QColor, size: int) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(svg.replace("currentColor", color.name()).encode()))
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap
