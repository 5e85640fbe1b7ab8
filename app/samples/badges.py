"""How far the work on a spectrum is, as a badge whose form, not color alone, tells it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from app.plot.shown import FitState
from app.widgets.theme import GREEN, ORANGE, SKY_BLUE, VERMILLION

BADGE_TEXTS: dict[FitState, str] = {
    "no region": "no fit",
    "not fitted": "not fitted",
    "failed": "failed",
    "fitted": "fitted",
    "stale": "stale",
    "warning": "warning",
}
BADGE_TIPS: dict[FitState, str] = {
    "no region": "No region yet: apply a recipe.",
    "not fitted": "Start values only: fit it (F5).",
    "failed": "The fit failed: see the inspector for the reason.",
    "fitted": "Fitted, and nothing changed since.",
    "stale": "Something changed after the fit: fit again (F5).",
    "warning": "Fitted, with warnings: see the inspector.",
}
_COLORS: dict[FitState, QColor] = {
    "fitted": GREEN,
    "stale": ORANGE,
    "warning": ORANGE,
    "not fitted": SKY_BLUE,
    "failed": VERMILLION,
}
_SIDE = 12  # px


class Badges:
    """Badges in the colors and the resolution of a widget; each is drawn once."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._icons: dict[FitState, QIcon] = {}

    def icon(self, state: FitState) -> QIcon:
        """Return the badge of a state."""
        if state not in self._icons:
            colors = self._widget.palette()
            ink = _COLORS.get(state, colors.color(QPalette.ColorRole.Text))
            icon = QIcon(self._draw(state, ink))
            selected = self._draw(state, colors.color(QPalette.ColorRole.HighlightedText))
            icon.addPixmap(selected, QIcon.Mode.Selected)
            self._icons[state] = icon
        return self._icons[state]

    def redraw(self) -> None:
        """Draw all anew, in other colors."""
        self._icons.clear()

    def _draw(self, state: FitState, color: QColor) -> QPixmap:
        ratio = self._widget.devicePixelRatioF()
        pixmap = QPixmap(round(_SIDE * ratio), round(_SIDE * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color, 2.0 if state == "failed" else 1.0))
        path = QPainterPath()
        if state == "failed":
            path.moveTo(2, 2)
            path.lineTo(10, 10)
            path.moveTo(10, 2)
            path.lineTo(2, 10)
        elif state == "warning":
            path.moveTo(6, 1)
            path.lineTo(11, 11)
            path.lineTo(1, 11)
            path.closeSubpath()
        else:
            path.addEllipse(2, 2, 8, 8)
        if state in ("fitted", "warning"):
            painter.fillPath(path, color)
        painter.drawPath(path)
        if state == "stale":
            painter.fillRect(2, 6, 8, 4, color)
        painter.end()
        return pixmap
