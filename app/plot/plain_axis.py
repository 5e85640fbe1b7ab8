"""An axis whose labels read alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QGraphicsSceneResizeEvent

from app.widgets.numerals import MINUS, same_decimals
from app.widgets.theme import muted

_WIDTH = 68


class PlainAxis(pg.AxisItem):
    """An axis with plain numbers, all of them with the same decimals.

    Large intensities are multiples of a power of ten, which stands in the label. A label that is
    longer than its axis is left out, because it would run into that of the next plot.
    """

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self.enableAutoSIPrefix(False)
        self.setCacheMode(pg.AxisItem.CacheMode.DeviceCoordinateCache)
        self._total: float | None = None
        if side == "left":
            self.setWidth(_WIDTH)

    def count_down_from(self, total: float | None) -> None:
        """Number the axis by `total` minus its values, or with None by the values themselves."""
        if total != self._total:
            self._total = total
            self.picture = None
            self.update()

    def resizeEvent(self, event: QGraphicsSceneResizeEvent | None = None) -> None:
        super().resizeEvent(event)
        if self.orientation == "left":
            margins = 2.0 * self.label.document().documentMargin()
            fits = self.label.boundingRect().width() - margins <= self.size().height()
            self.label.setOpacity(1.0 if fits else 0.0)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        if self._total is None:
            return super().tickValues(low, high, size)
        total = self._total
        levels = super().tickValues(total - high, total - low, size)
        return [(spacing, [total - value for value in values]) for spacing, values in levels]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        if self._total is not None:
            values = [self._total - value for value in values]
        strings: list[str] = super().tickStrings(values, scale, spacing)
        return [text.replace("-", MINUS) for text in strings]

    def generateDrawSpecs(self, painter: QPainter) -> Any:
        specs = super().generateDrawSpecs(painter)
        if specs is None:
            return None
        line, ticks, labels = specs
        # Coarse and fine ticks are worded apart, each with decimals of their own.
        texts = same_decimals([text for _, _, text in labels])
        places = [(rect, flags) for rect, flags, _ in labels]
        return line, ticks, [(*place, text) for place, text in zip(places, texts, strict=True)]


def plain_axes() -> dict[str, PlainAxis]:
    """Return axes for a plot, by the sides that have one."""
    return {side: PlainAxis(side) for side in ("left", "bottom")}


def color_axes(plot: pg.PlotItem, palette: QPalette) -> None:
    """Let the lines of a plot's axes stand back behind their numbers."""
    for axis in map(plot.getAxis, plot.axes):
        if axis.isVisibleTo(plot):  # each pen lays the label out anew
            axis.setPen(pg.mkPen(muted(palette)))
            axis.setTextPen(pg.mkPen(palette.color(QPalette.ColorRole.Text)))
