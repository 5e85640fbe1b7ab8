"""An axis whose labels read alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtGui import QPainter

from app.numerals import MINUS, same_decimals

_WIDTH = 68


class PlainAxis(pg.AxisItem):
    """An axis with plain numbers, all of them with the same decimals.

    Large intensities are multiples of a power of ten, which stands in the label.
    """

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self.enableAutoSIPrefix(False)
        self.setCacheMode(pg.AxisItem.CacheMode.DeviceCoordinateCache)
        if side == "left":
            self.setWidth(_WIDTH)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
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
