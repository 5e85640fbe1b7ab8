"""What pyqtgraph has no fast item for: all component fills at once, and a legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

Floats = NDArray[np.float64]
LegendRow = tuple[str, QPen, QBrush | None]

_DASHES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
    Qt.PenStyle.DashDotDotLine,
)


@dataclass(frozen=True)
class ComponentLook:
    """How a component is told from the others: letter, line, and color.

    Attributes
    ----------
    letter : str
        "A", "B", ...: the same in plot, legend and table.
    name : str
    color : QColor
    dash : Qt.PenStyle
    """

    letter: str
    name: str
    color: QColor
    dash: Qt.PenStyle

    @property
    def pen(self) -> QPen:
        """The outline."""
        pen = QPen(self.color, 1.0, self.dash)
        pen.setCosmetic(True)
        return pen

    @property
    def brush(self) -> QBrush:
        """The fill, translucent so that overlapping components are seen."""
        fill = QColor(self.color)
        fill.setAlphaF(0.35)
        return QBrush(fill)


def letter_of(index: int) -> str:
    """Return the letter of a component: A to Z, then AA, AB ..."""
    first, second = divmod(index, 26)
    return (chr(64 + first) if first else "") + chr(65 + second)


def dash_of(index: int) -> Qt.PenStyle:
    """Return the line style of a component."""
    return _DASHES[index % len(_DASHES)]


class ComponentFills(pg.GraphicsObject):
    """All components of a region, each filled between the background and itself."""

    def __init__(self) -> None:
        super().__init__()
        self._shapes: list[tuple[QPolygonF, QPolygonF, ComponentLook]] = []
        self._bounds = QRectF()
        self.selected: str | None = None

    def show_curves(
        self, energy: Floats, background: Floats, components: Floats, looks: Sequence[ComponentLook]
    ) -> None:
        """Draw components (shape (n, points)) on a background."""
        self.prepareGeometryChange()
        self._shapes = []
        base = _points(energy[::-1], background[::-1])
        tops = background + components
        for top, look in zip(tops, looks, strict=True):
            outline = _points(energy, top)
            self._shapes.append((QPolygonF(outline + base), QPolygonF(outline), look))
        if looks and energy.size:
            low = float(min(background.min(), tops.min()))
            high = float(max(background.max(), tops.max()))
            self._bounds = QRectF(energy[0], low, energy[-1] - energy[0], high - low)
        else:
            self._bounds = QRectF()
        self.update()

    def clear(self) -> None:
        """Draw nothing."""
        self.prepareGeometryChange()
        self._shapes, self._bounds = [], QRectF()
        self.update()

    def select(self, letter: str | None) -> None:
        """Draw one component stronger than the others."""
        if letter != self.selected:
            self.selected = letter
            self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for filled, _, look in self._shapes:
            brush = look.brush
            if look.letter == self.selected:
                strong = brush.color()
                strong.setAlphaF(0.6)
                brush.setColor(strong)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(brush)
            painter.drawPolygon(filled)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for _, outline, look in self._shapes:
            pen = look.pen
            # A cosmetic pen counts device pixels: on a dense screen one is too thin for dashes.
            pen.setWidthF(painter.device().devicePixelRatioF())
            painter.setPen(pen)
            painter.drawPolyline(outline)


class Legend(pg.GraphicsWidgetAnchor, pg.GraphicsWidget):
    """Names of the curves in a corner of the plot; texts are drawn as they stand."""

    _SWATCH = 26.0
    _GAP = 6.0
    _MARGIN = 6.0

    def __init__(self, palette: QPalette) -> None:
        # In this order: the anchor connects to a signal of the widget.
        pg.GraphicsWidget.__init__(self)
        pg.GraphicsWidgetAnchor.__init__(self)
        self._rows: list[LegendRow] = []
        self._palette = palette
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def show_rows(self, rows: Sequence[LegendRow], palette: QPalette) -> None:
        """Set text, line and fill of each row."""
        self._rows = list(rows)
        self._palette = palette
        metrics = QFontMetricsF(self.font())
        width = max((metrics.horizontalAdvance(text) for text, _, _ in rows), default=0.0)
        height = metrics.height() * len(rows)
        self.resize(width + self._SWATCH + self._GAP + 2 * self._MARGIN, height + 2 * self._MARGIN)
        self.setVisible(bool(rows))
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self.show_rows([], self._palette)

    @property
    def texts(self) -> list[str]:
        """What the rows say."""
        return [text for text, _, _ in self._rows]

    def boundingRect(self) -> QRectF:
        return QRectF(0.0, 0.0, self.width(), self.height())

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        background = QColor(self._palette.color(QPalette.ColorRole.Base))
        background.setAlphaF(0.8)
        painter.fillRect(self.boundingRect(), background)
        metrics = QFontMetricsF(self.font())
        painter.setFont(self.font())
        for number, (text, pen, brush) in enumerate(self._rows):
            top = self._MARGIN + number * metrics.height()
            swatch = QRectF(self._MARGIN, top + 3.0, self._SWATCH, metrics.height() - 6.0)
            middle = swatch.center().y()
            if brush is not None:
                painter.fillRect(swatch, brush)
                middle = swatch.top()
            painter.setPen(pen)
            if pen.style() == Qt.PenStyle.NoPen:
                painter.setPen(QPen(pen.color(), 1.0))
                painter.drawEllipse(swatch.center(), 2.0, 2.0)
            else:
                painter.drawLine(QPointF(swatch.left(), middle), QPointF(swatch.right(), middle))
            painter.setPen(self._palette.color(QPalette.ColorRole.Text))
            painter.drawText(QPointF(swatch.right() + self._GAP, top + metrics.ascent()), text)


def _points(x: Floats, y: Floats) -> list[QPointF]:
    return [QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
