"""A profile or series as lines: a quantity against depth, time or number, with its errors."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QWidget

from app.maps.place_plot import PlacePlot
from app.maps.quantity import Quantity
from app.widgets.theme import BLUE, VERMILLION, mix, muted
from xps.stacks import Coordinate

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_Up: 1}
_MOST_BARS = 400  # more error bars than that are a band


class ProfilePlot(PlacePlot):
    """One quantity along one direction.

    Signals
    -------
    placeChosen(int)
        The place that was clicked on, or reached with the arrow keys.
    """

    placeChosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Profile", parent)
        self.clickedAt.connect(self._choose_at)
        self.doubleClicked.connect(self.fit_view)
        self._at: Floats = np.empty(0)
        self._place: int | None = None
        self._low, self._high = pg.PlotDataItem(), pg.PlotDataItem()
        self._band = pg.FillBetweenItem(self._low, self._high)
        self._bars = pg.ErrorBarItem()
        self._line = pg.PlotDataItem(symbol="o", symbolSize=5)
        self._doubtful = pg.ScatterPlotItem(symbol="x", size=10)
        self._marker = pg.InfiniteLine(angle=90)
        self._marker.hide()
        for item in (
            self._band,
            self._low,
            self._high,
            self._marker,
            self._bars,
            self._line,
            self._doubtful,
        ):
            self.plot.addItem(item)
        self._restyle()

    @property
    def place(self) -> int | None:
        """The marked place."""
        return self._place

    def show_axis(self, along: Coordinate) -> None:
        """Say where the places lie."""
        self._at = along.values
        self.plot.setLabel("bottom", along.label)

    def show_quantity(self, quantity: Quantity, doubtful: Bools | None = None) -> None:
        """Draw one quantity, of shape (places,); doubtful fits get a cross."""
        self._quantity = quantity
        there = np.isfinite(quantity.values)
        at, values = self._at[there], quantity.values[there]
        self.plot.setLabel("left", quantity.label)
        self._line.setData(at, values)
        errors = None if quantity.errors is None else np.nan_to_num(quantity.errors[there])
        banded = errors is not None and values.size > _MOST_BARS
        for curve, sign in ((self._low, -1.0), (self._high, 1.0)):
            if banded and errors is not None:
                curve.setData(at, values + sign * errors)
        for item in (self._low, self._high, self._band):  # an empty band would reach to zero
            item.setVisible(banded)
        if errors is not None and not banded and values.size:
            self._bars.setData(x=at, y=values, height=2.0 * errors)
            self._bars.show()
        else:
            self._bars.hide()
        crossed = there if doubtful is None else there & doubtful
        if doubtful is None or not crossed.any():
            self._doubtful.clear()
        else:
            self._doubtful.setData(self._at[crossed], quantity.values[crossed])
        self.fit_view()
        self.setAccessibleDescription(_description(quantity, values))

    def mark(self, place: int) -> None:
        """Put the line at a place."""
        self._place = place
        self._marker.setValue(float(self._at[place]))
        self._marker.show()

    def fit_view(self) -> None:
        """Show the whole profile."""
        self.plot.autoRange(padding=0.04)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or not self._at.size:
            super().keyPressEvent(event)
            return
        now = -1 if self._place is None else self._place
        self.placeChosen.emit(min(max(now + step, 0), self._at.size - 1))

    def _choose_at(self, x: float, y: float) -> None:
        self.placeChosen.emit(int(np.argmin(np.abs(self._at - x))))

    def _restyle(self) -> None:
        super()._restyle()
        palette = self.palette()
        color = mix(BLUE, palette.color(QPalette.ColorRole.Text), 0.35)
        self._line.setPen(pg.mkPen(color, width=1))
        self._line.setSymbolBrush(pg.mkBrush(color))
        self._line.setSymbolPen(None)
        self._bars.setOpts(pen=pg.mkPen(muted(palette)))
        faint = muted(palette)
        faint.setAlphaF(0.3)
        self._band.setBrush(pg.mkBrush(faint))
        self._doubtful.setPen(pg.mkPen(VERMILLION, width=1))
        self._marker.setPen(pg.mkPen(VERMILLION, width=1, style=Qt.PenStyle.DashLine))


def _description(quantity: Quantity, found: Floats) -> str:
    if not found.size:
        return f"{quantity.label}: no place of {quantity.values.size} has a value"
    return (
        f"{quantity.label}: {found.size} places of {quantity.values.size}, "
        f"from {found.min():.4g} to {found.max():.4g}"
    )
