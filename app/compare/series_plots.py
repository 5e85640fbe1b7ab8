"""Amounts along a series: points with errors, and the line of each trend with its band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPalette, QPen
from PySide6.QtWidgets import QWidget

from app.compare.along import Along
from app.compare.scrolled_canvas import ScrolledCanvas
from app.gestures.gestures import short_name
from app.plot.curve_items import ComponentLook
from app.plot.plain_axis import color_axes
from xps.composition import TO_PERCENT
from xps.numbers_text import with_error

if TYPE_CHECKING:
    from xps.charts import Amount, Chart, Species

_SYMBOLS = ("o", "s", "t", "d", "t1", "p", "t2", "h", "t3", "star")
_SYMBOL_SIZE = 7  # px
_BAND_POINTS = 41
_BAND_ALPHA = 45  # of 255
_LEAST_WIDTH, _LEAST_HEIGHT = 220, 150  # px
_MARGIN = 0.08  # of the axes, beside the outermost points
_LABELS = {"share": "Share / %", "atomic_percent": "Atomic %"}


class SeriesPlot:
    """The species of one chart."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self.plot = plot
        self.letters: list[str] = []
        self.bands: list[pg.FillBetweenItem] = []
        self.lines: list[pg.PlotCurveItem] = []
        self.points: list[pg.PlotDataItem] = []
        plot.disableAutoRange()
        plot.getViewBox().setMouseMode(pg.ViewBox.RectMode)

    def show_chart(
        self, chart: Chart, looks: Sequence[ComponentLook], series: str, palette: QPalette
    ) -> None:
        """Draw a chart."""
        self.plot.clear()
        for found in (self.letters, self.bands, self.lines, self.points):
            found.clear()
        ink = palette.color(QPalette.ColorRole.Text)
        self.plot.setTitle(None)
        self.plot.setLabel("bottom", series)
        self.plot.setLabel("left", f"{chart.title}: {_LABELS[chart.kind]}")
        color_axes(self.plot, palette)
        for number, (species, look) in enumerate(zip(chart.species, looks, strict=True)):
            there = [
                (place, amount)
                for place, amount in zip(chart.places, species.amounts, strict=True)
                if amount is not None
            ]
            if there:
                self._add(species, look, there, _SYMBOLS[number % len(_SYMBOLS)], ink)
        self._fit_view(chart)

    def _add(
        self,
        species: Species,
        look: ComponentLook,
        there: Sequence[tuple[float, Amount]],
        symbol: str,
        ink: QColor,
    ) -> None:
        places = np.array([place for place, _ in there])
        values = np.array([amount.value for _, amount in there])
        end = self._add_line(species, look, places, values)
        errors = np.array([amount.stderr or 0.0 for _, amount in there])
        error_pen = pg.mkPen(look.color, width=1)
        self.plot.addItem(
            pg.ErrorBarItem(x=places, y=values, top=errors, bottom=errors, pen=error_pen)
        )
        # Open symbols: not significant, as in the table.
        filled = [
            look.color if a.limit_95 is None else QColor(Qt.GlobalColor.transparent)
            for _, a in there
        ]
        points = pg.PlotDataItem(
            places,
            values,
            pen=None,
            symbol=symbol,
            symbolSize=_SYMBOL_SIZE,
            symbolPen=pg.mkPen(look.color),
            symbolBrush=filled,
        )
        self.plot.addItem(points)
        self.points.append(points)
        letter = pg.TextItem(look.letter, color=ink, anchor=(0.0, 0.5))
        letter.setPos(float(places.max()), end)
        self.plot.addItem(letter, ignoreBounds=True)
        self.letters.append(look.letter)

    def _add_line(
        self, species: Species, look: ComponentLook, places: np.ndarray, values: np.ndarray
    ) -> float:
        """Draw the trend with its band, else a line from point to point; return where it ends."""
        trend = species.trend
        pen = QPen(look.pen)
        if trend is None or not trend.is_straight:
            line = pg.PlotCurveItem(places, values, pen=pen)
            self.plot.addItem(line)
            return float(values[np.argmax(places)])
        scale = TO_PERCENT[trend.kind]
        grid = np.linspace(places.min(), places.max(), _BAND_POINTS)
        on_line, errors = trend.line(grid)
        center = scale * on_line
        line = pg.PlotCurveItem(grid, center, pen=pen)
        self.lines.append(line)
        if errors is not None:
            shade = QColor(look.color)
            shade.setAlpha(_BAND_ALPHA)
            edges = [pg.PlotCurveItem(grid, center + side * scale * errors) for side in (-1.0, 1.0)]
            band = pg.FillBetweenItem(*edges, brush=shade)
            self.plot.addItem(band)
            self.bands.append(band)
        self.plot.addItem(line)
        return float(center[-1])

    def _fit_view(self, chart: Chart) -> None:
        amounts = [a for species in chart.species for a in species.amounts if a is not None]
        ends = [(a.value - (a.stderr or 0.0), a.value + (a.stderr or 0.0)) for a in amounts]
        low, high = min(0.0, *(low for low, _ in ends)), max(high for _, high in ends)
        self.plot.setYRange(low, high + _MARGIN * (high - low), padding=0.0)
        first, last = min(chart.places), max(chart.places)
        reach = (last - first) or abs(first) or 1.0
        self.plot.setXRange(first - _MARGIN * reach, last + _MARGIN * reach, padding=0.0)


class SeriesPlots(ScrolledCanvas):
    """The charts of a series side by side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Amounts along the series", parent)
        self._shown = Along()
        self.plots: list[SeriesPlot] = []

    def show_along(self, shown: Along) -> None:
        """Draw other amounts."""
        self._shown = shown
        if len(self.plots) != len(shown.charts):
            self.canvas.clear()
            self.plots = []
            for place in range(len(shown.charts)):
                self.plots.append(SeriesPlot(self.canvas.add_plain_plot(0, place)))
            self.keep(_LEAST_WIDTH * len(self.plots), _LEAST_HEIGHT)
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "plots"):
            self._draw()

    def _draw(self) -> None:
        shown, palette = self._shown, self.palette()
        self.canvas.setBackground(palette.color(QPalette.ColorRole.Base))
        for plot, chart, looks in zip(self.plots, shown.charts, shown.looks, strict=True):
            plot.show_chart(chart, looks, shown.series, palette)
        self.setAccessibleDescription("; ".join(map(self._described, shown.charts)))

    def _described(self, chart: Chart) -> str:
        parts = []
        for species in chart.species:
            at = ", ".join(
                f"{with_error(amount.value, amount.stderr, decimals=1)} at {place:g}"
                for place, amount in zip(chart.places, species.amounts, strict=True)
                if amount is not None
            )
            parts.append(f"{short_name(species.name)} {at}")
        return f"{chart.title} along {self._shown.series}: {'; '.join(parts)}"
