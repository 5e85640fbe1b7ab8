"""What pyqtgraph has no fast item for: a whole model at once, many dots, and a legend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from xps.kernel import Curves

Floats = NDArray[np.float64]
LegendRow = tuple[str, QPen, QBrush | None]

_DASHES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
    Qt.PenStyle.DashDotDotLine,
)
LETTER_GAP = 6.0  # px from the top of a component down to its letter
_LETTER_ROOM = 0.2  # of the height, for letters of small components


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


class ModelCurves(pg.GraphicsObject):
    """The model of a region: filled components, background and sum, painted in one go.

    Set `hasty` while something is dragged: edges are then not smoothed, which takes most of the
    time of a frame.
    """

    def __init__(self) -> None:
        super().__init__()
        self._shapes: list[tuple[QPolygonF, QPolygonF, ComponentLook]] = []
        self._lines: list[tuple[QPolygonF, QPen]] = []
        self._bounds = QRectF()
        self._letters: list[tuple[QPointF, str]] = []
        self.font = QFont()
        self.ink = QColor()
        self.background_pen = QPen()
        self.sum_pen = QPen()
        self.selected: str | None = None
        self.hasty = False

    def show_curves(self, curves: Curves, looks: Sequence[ComponentLook]) -> None:
        """Draw a model."""
        energy, background, total = curves.energy_ev, curves.background, curves.total
        tops = background + curves.components
        around = np.concatenate((energy, energy[::-1]))
        base = background[::-1]
        self._shapes = [
            (polygon(around, np.concatenate((top, base))), polygon(energy, top), look)
            for top, look in zip(tops, looks, strict=True)
        ]
        self._lines = [
            (polygon(energy, background), self.background_pen),
            (polygon(energy, total), self.sum_pen),
        ]
        self._letters = [
            (QPointF(energy[apex], top[apex]), look.letter)
            for top, component, look in zip(tops, curves.components, looks, strict=True)
            if component[apex := int(np.argmax(np.abs(component)))] != 0.0
        ]
        heights = (background, total, tops)
        low = float(min(height.min(initial=np.inf) for height in heights))
        high = float(max(height.max(initial=-np.inf) for height in heights))
        room = _LETTER_ROOM * (high - low)
        self._set_bounds(QRectF(energy[0], low - room, energy[-1] - energy[0], high - low + room))

    def clear(self) -> None:
        """Draw nothing."""
        self._shapes, self._lines, self._letters = [], [], []
        self._set_bounds(QRectF())

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
        painter.setPen(Qt.PenStyle.NoPen)
        for filled, _, look in self._shapes:
            brush = look.brush
            if look.letter == self.selected:
                strong = brush.color()
                strong.setAlphaF(0.6)
                brush.setColor(strong)
            painter.setBrush(brush)
            painter.drawPolygon(filled)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not self.hasty)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        outlines = [(outline, look.pen) for _, outline, look in self._shapes]
        for line, pen in (*outlines, *self._lines):
            # A cosmetic pen counts device pixels: on a dense screen one is too thin for dashes.
            pen.setWidthF(painter.device().devicePixelRatioF())
            painter.setPen(pen)
            painter.drawPolyline(line)
        self._paint_letters(painter)

    @property
    def letters(self) -> list[str]:
        """The letters beside the components."""
        return [letter for _, letter in self._letters]

    def _paint_letters(self, painter: QPainter) -> None:
        """Write the letters under the tops of the components, or above where there is no room."""
        to_pixels = painter.worldTransform()
        view = self.getViewBox()
        floor = math.inf if view is None else to_pixels.map(view.viewRect().topLeft()).y()
        painter.resetTransform()
        painter.setFont(self.font)
        painter.setPen(self.ink)
        metrics = QFontMetricsF(self.font)
        for top, letter in self._letters:
            place = to_pixels.map(top)
            left = place.x() - 0.5 * metrics.horizontalAdvance(letter)
            base = place.y() + LETTER_GAP + metrics.ascent()
            if base > floor:
                base = place.y() - LETTER_GAP
            painter.drawText(QPointF(left, base), letter)
        painter.setWorldTransform(to_pixels)

    def _set_bounds(self, bounds: QRectF) -> None:
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
        self.update()


class Dots(pg.GraphicsObject):
    """Many small circles, faster than a scatter plot where they move in every frame."""

    def __init__(self, diameter: float) -> None:
        super().__init__()
        self._diameter = diameter
        self._points = QPolygonF()
        self._bounds = QRectF()
        self.color = QColor()

    def show_points(self, x: Floats, y: Floats) -> None:
        """Draw other points."""
        self._points = polygon(x, y)
        bounds = QRectF()
        if x.size:
            bounds = QRectF(x[0], y.min(), x[-1] - x[0], y.max() - y.min()).normalized()
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
        self.update()

    def clear(self) -> None:
        """Draw nothing."""
        self.show_points(np.empty(0), np.empty(0))

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        width = self._diameter * painter.device().devicePixelRatioF()
        pen = QPen(self.color, width, c=Qt.PenCapStyle.RoundCap)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawPoints(self._points)


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
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)

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


def polygon(x: Floats, y: Floats) -> QPolygonF:
    """Return points (each of shape (n,)) as Qt draws them."""
    if not x.size:
        return QPolygonF()
    points: QPolygonF = pg.functions.arrayToQPolygonF(x, y)
    return points
