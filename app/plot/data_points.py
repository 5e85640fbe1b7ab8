"""The measured points of a spectrum: in the window of its region, outside, and masked."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtGui import QPalette

from app.plot.shown import Shown
from app.widgets.theme import VERMILLION, mix
from xps.problem import RegionCurves

_SURVEY_POINTS = 500  # of so many a line tells more than a crowd of points


class DataPoints:
    """Draws the points of a spectrum in a plot.

    Parameters
    ----------
    plot : pg.PlotItem
    """

    def __init__(self, plot: pg.PlotItem) -> None:
        self._outside = pg.PlotDataItem(pen=None, symbol="o", symbolSize=3, pxMode=True)
        self._points = pg.PlotDataItem(pen=None, symbol="o", symbolSize=4, pxMode=True)
        self._trace = pg.PlotDataItem()
        self._masked = pg.PlotDataItem(pen=None, symbol="x", symbolSize=8, pxMode=True)
        self._items = (self._outside, self._points, self._trace, self._masked)
        for item in self._items:
            plot.addItem(item)

    def show_spectrum(self, shown: Shown) -> None:
        """Draw the points of a spectrum, in place of all others."""
        self._masked.setData(shown.masked_ev, shown.masked_intensity)
        if shown.curves is not None:
            self._divide(shown, shown.curves)
            return
        trace = self._points if shown.energy_ev.size < _SURVEY_POINTS else self._trace
        trace.setData(shown.energy_ev, shown.intensity)

    def show_live(self, shown: Shown, curves: RegionCurves) -> None:
        """Draw the points again where another window, as it is dragged, holds other ones."""
        there = self._points.xData
        if there is None or there.size != curves.energy_ev.size:
            self._divide(shown, curves)

    def shift(self, by_ev: float) -> None:
        """Draw the points further along."""
        for item in self._items:
            item.setPos(by_ev, 0.0)

    def clear(self) -> None:
        """Draw nothing."""
        for item in self._items:
            item.clear()

    def set_palette(self, palette: QPalette) -> None:
        """Take the colors of a theme."""
        ink, base = palette.color(QPalette.ColorRole.Text), palette.color(QPalette.ColorRole.Base)
        self._masked.setSymbolPen(pg.mkPen(mix(VERMILLION, ink, 0.25), width=1.5))
        self._trace.setPen(pg.mkPen(ink, width=1))
        for item, part in ((self._points, 0.3), (self._outside, 0.7)):
            item.setSymbolPen(pg.mkPen(mix(ink, base, part)))
            item.setSymbolBrush(None)

    def _divide(self, shown: Shown, curves: RegionCurves) -> None:
        """Draw the points in the window, and those outside."""
        outside = (shown.energy_ev < curves.energy_ev[0]) | (shown.energy_ev > curves.energy_ev[-1])
        self._outside.setData(shown.energy_ev[outside], shown.intensity[outside])
        self._points.setData(curves.energy_ev, curves.data)
