"""What pyqtgraph has no fast item for: a whole model at once, and many dots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from xps.kernel import Curves

Floats = NDArray[np.float64]

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


def polygon(x: Floats, y: Floats) -> QPolygonF:
    """Return points (each of shape (n,)) as Qt draws them."""
    if not x.size:
        return QPolygonF()
    points: QPolygonF = pg.functions.arrayToQPolygonF(x, y)
    return points
