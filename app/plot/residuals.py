"""The residual of a fit in σ, above its spectrum: dots, and the band that most lie in."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor, QPalette

from app.plot.curve_items import Dots
from app.widgets.numerals import MINUS
from app.widgets.theme import mix, muted
from xps.problem import RegionCurves

_SIGMA = 2.0
_LEAST_REACH = 4.0


class Residuals:
    """Draws the residual of a region in a plot.

    Parameters
    ----------
    plot : pg.PlotItem
    """

    def __init__(self, plot: pg.PlotItem) -> None:
        self._plot = plot
        plot.setMouseEnabled(x=True, y=False)
        plot.getAxis("bottom").setStyle(showValues=False)
        plot.getAxis("left").setLabel("Residual / σ")
        self._band = pg.LinearRegionItem(
            (-_SIGMA, _SIGMA), orientation="horizontal", movable=False, pen=pg.mkPen(None)
        )
        self._zero = pg.InfiniteLine(0.0, angle=0)
        self._dots = Dots(3.0)
        plot.addItem(self._band, ignoreBounds=True)
        plot.addItem(self._zero, ignoreBounds=True)
        plot.addItem(self._dots)

    def show_curves(self, curves: RegionCurves) -> None:
        """Draw a residual, all of it in sight."""
        self.show_live(curves)
        reach = max(_LEAST_REACH, 1.1 * float(np.max(np.abs(curves.residual), initial=0.0)))
        self._plot.setYRange(-reach, reach, padding=0.0)
        self._label(reach)

    def show_live(self, curves: RegionCurves) -> None:
        """Draw a residual while something is dragged; the axis stays as it is."""
        self._dots.show_points(curves.energy_ev, curves.residual)

    def clear(self) -> None:
        """Draw nothing."""
        self._dots.clear()

    def set_palette(self, palette: QPalette) -> None:
        """Take the colors of a theme."""
        ink, base = palette.color(QPalette.ColorRole.Text), palette.color(QPalette.ColorRole.Base)
        self._dots.color = mix(ink, base, 0.3)
        band = QColor(palette.color(QPalette.ColorRole.Highlight))
        band.setAlphaF(0.15)
        self._band.setBrush(band)
        self._zero.setPen(pg.mkPen(muted(palette)))

    def _label(self, reach: float) -> None:
        """Mark the band; and where the residual goes far beyond it, how far."""
        far = 5.0 * np.floor(reach / 5.0) if reach > 5.0 * _SIGMA else None
        marks = (-_SIGMA, 0.0, _SIGMA) if far is None else (-far, 0.0, far)
        ticks = [(mark, f"{mark:g}".replace("-", MINUS)) for mark in marks]
        self._plot.getAxis("left").setTicks([ticks])
