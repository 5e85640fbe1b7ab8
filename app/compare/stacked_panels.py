"""Stacked panels: samples below each other on one energy axis, core levels side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QBrush, QFontMetricsF, QPalette
from PySide6.QtWidgets import QGraphicsSimpleTextItem, QWidget

from app.compare.scrolled_canvas import ScrolledCanvas
from app.gestures.gestures import short_name
from app.plot.curve_items import ComponentLook, ModelCurves
from app.plot.plain_axis import color_axes
from app.widgets.plain import tooltip
from app.widgets.theme import VERMILLION, mix, muted
from xps.panels import Column, Panel

Floats = NDArray[np.float64]

_LEAST_PANEL, _AXIS = 64, 42  # px
_LEAST_WIDTH = 135
_HEADROOM = 0.12
_NAME_INSET = 4.0
_TURN_S = 0.01  # of drawing, before the window may do something else


class PanelPlot:
    """One sample at one core level."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self.plot = plot
        self._model = ModelCurves()
        self._points = pg.PlotDataItem(pen=None, symbol="o", symbolSize=2.5, pxMode=True)
        self._masked = pg.PlotDataItem(pen=None, symbol="x", symbolSize=6, pxMode=True)
        for item in (self._points, self._masked, self._model):
            plot.addItem(item)
        self._name = QGraphicsSimpleTextItem(plot.getViewBox())
        self._name.setPos(_NAME_INSET, 1.0)
        self._whole_name = ""
        plot.getViewBox().sigResized.connect(lambda _: self._fit_name())
        plot.disableAutoRange()
        plot.getViewBox().setMouseEnabled(x=True, y=False)
        plot.getViewBox().setMouseMode(pg.ViewBox.RectMode)
        plot.getViewBox().invertX(True)
        plot.getAxis("left").setStyle(showValues=False, tickLength=0)
        plot.getAxis("left").setWidth(6)

    @property
    def name(self) -> str:
        """What the panel says of itself."""
        return self._whole_name

    @property
    def masked_ev(self) -> Floats:
        """Energies of the points that are crossed out; shape (masked,)."""
        energies = self._masked.getData()[0]
        return np.array([]) if energies is None else energies

    @property
    def letters(self) -> list[str]:
        """The letters above the components."""
        return self._model.letters

    def show_panel(
        self, panel: Panel | None, looks: Sequence[ComponentLook], palette: QPalette
    ) -> None:
        """Draw a panel; None draws nothing."""
        self._points.clear()
        self._masked.clear()
        self._model.clear()
        self.plot.setVisible(panel is not None)
        if panel is None:
            self._whole_name = ""
            self._fit_name()
            return
        ink = palette.color(QPalette.ColorRole.Text)
        base = palette.color(QPalette.ColorRole.Base)
        state = f"  ({panel.message})" if panel.message else ""
        self._whole_name = f"{panel.sample}{state}"
        self._fit_name()
        self._name.setToolTip(tooltip(self._whole_name))
        self._name.setBrush(QBrush(ink))
        self._points.setSymbolPen(pg.mkPen(mix(ink, base, 0.4)))
        self._points.setSymbolBrush(None)
        self._points.setData(panel.energy_ev, panel.intensity)
        self._model.background_pen = pg.mkPen(muted(palette), width=1, style=Qt.PenStyle.DashLine)
        self._model.sum_pen = pg.mkPen(ink, width=1)
        self._model.ink = ink
        if panel.curves is not None:
            self._model.show_curves(panel.curves.model, looks)
        top = self._fit_height(panel)
        energies, intensities = panel.masked
        self._masked.setSymbolPen(pg.mkPen(mix(VERMILLION, ink, 0.25)))
        # Spikes beyond the curves are crossed out at the upper edge: they must not crush these.
        self._masked.setData(energies, np.minimum(intensities, top))

    def show_axis(self, *, shown: bool, palette: QPalette) -> None:
        """Number and name the energy axis, or leave it bare."""
        axis = self.plot.getAxis("bottom")
        axis.setStyle(showValues=shown)
        axis.setHeight(_AXIS if shown else 8)
        axis.showLabel(shown)
        if shown:
            axis.setLabel("Binding energy / eV")
        color_axes(self.plot, palette)

    def _fit_name(self) -> None:
        """Shorten the name in its middle where the panel is too narrow for it."""
        room = self.plot.getViewBox().width() - 2.0 * _NAME_INSET
        metrics = QFontMetricsF(self._name.font())
        middle = Qt.TextElideMode.ElideMiddle
        self._name.setText(metrics.elidedText(self._whole_name, middle, max(room, 0.0)))

    def _fit_height(self, panel: Panel) -> float:
        """Leave room for the curves and the name; return how high the curves reach."""
        low, high = panel.window_ev
        inside = (panel.energy_ev >= low) & (panel.energy_ev <= high)
        values = panel.intensity[inside]
        if panel.curves is not None:
            values = np.concatenate((values, panel.curves.model.total))
        if not values.size:
            return float(panel.intensity.max(initial=0.0))
        bottom, top = float(values.min()), float(values.max())
        span = (top - bottom) or 1.0
        # The name stands above the curves.
        self.plot.setYRange(bottom - 0.05 * span, top + (0.22 + _HEADROOM) * span, padding=0.0)
        return top + _HEADROOM * span


class StackedPanels(ScrolledCanvas):
    """All panels of a comparison, drawn a few at a time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Samples compared", parent)
        self.canvas.ci.layout.setSpacing(2)
        self.canvas.ci.layout.setContentsMargins(2, 2, 6, 2)
        self._grid: list[list[PanelPlot]] = []
        self._columns: tuple[Column, ...] = ()
        self._looks: Mapping[str, tuple[ComponentLook, ...]] = {}
        self._frames: dict[int, object] = {}
        self._to_draw: list[tuple[int, int]] = []
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._draw_some)

    @property
    def grid(self) -> list[list[PanelPlot]]:
        """The panels: core levels, and the samples of each."""
        return self._grid

    @property
    def is_drawing(self) -> bool:
        """Whether panels are still to be drawn."""
        return bool(self._to_draw)

    def show_columns(
        self, columns: tuple[Column, ...], looks: Mapping[str, tuple[ComponentLook, ...]]
    ) -> None:
        """Draw other panels; the zoom stays where the windows are as they were."""
        self._columns, self._looks = columns, looks
        self._make_room([len(column.panels) for column in columns])
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_grid"):
            self._draw()

    def _make_room(self, shape: list[int]) -> None:
        """Take away panels that are too many, and reserve the place of those to come."""
        if len(shape) != len(self._grid):
            self.canvas.clear()
            self._frames.clear()
            self._grid = [[] for _ in shape]
        for plots, rows in zip(self._grid, shape, strict=True):
            for surplus in plots[rows:]:
                surplus.plot.setXLink(None)
                self.canvas.removeItem(surplus.plot)
            del plots[rows:]
        most = max(shape, default=0)
        self.keep(_LEAST_WIDTH * max(len(shape), 1), _LEAST_PANEL * most + _AXIS if most else 0)

    def _draw(self) -> None:
        self.canvas.setBackground(self.palette().color(QPalette.ColorRole.Base))
        rows = max((len(column.panels) for column in self._columns), default=0)
        self._to_draw = [
            (place, row)
            for row in range(rows)
            for place, column in enumerate(self._columns)
            if row < len(column.panels)
        ]
        self.setAccessibleDescription(self._description())
        self.canvas.setUpdatesEnabled(False)  # all are painted once, not at each that is added
        self._turn.start()

    def _draw_some(self) -> None:
        deadline = perf_counter() + _TURN_S
        while self._to_draw:
            self._draw_panel(*self._to_draw.pop(0))
            if perf_counter() > deadline:
                self._turn.start()
                return
        self.canvas.setUpdatesEnabled(True)

    def _draw_panel(self, place: int, row: int) -> None:
        column, plots = self._columns[place], self._grid[place]
        if row == len(plots):
            plots.append(self._new_panel(place, row))
        palette, panel, plot = self.palette(), column.panels[row], plots[row]
        last = max((i for i, p in enumerate(column.panels) if p is not None), default=0)
        looks = () if panel is None or panel.table is None else self._looks_of(panel)
        plot.show_panel(panel, looks, palette)
        plot.show_axis(shown=row == last, palette=palette)
        frame = column.core_level, column.window_ev
        if row == 0 and self._frames.get(place) != frame:
            self._frames[place] = frame  # the zoom stays where the window is as it was
            plot.plot.setXRange(*column.window_ev, padding=0.02)

    def _new_panel(self, place: int, row: int) -> PanelPlot:
        panel = PanelPlot(self.canvas.add_plain_plot(row, place))
        if row:
            panel.plot.setXLink(self._grid[place][0].plot)
        layout = self.canvas.ci.layout
        layout.setRowStretchFactor(row, 1)
        layout.setRowMinimumHeight(row, _LEAST_PANEL)
        return panel

    def _looks_of(self, panel: Panel) -> tuple[ComponentLook, ...]:
        assert panel.table is not None
        return self._looks[panel.table.region.id]

    def _description(self) -> str:
        parts = []
        for column in self._columns:
            names = ", ".join(panel.sample for panel in column.drawn)
            looks = {
                look.letter: short_name(look.name)
                for panel in column.drawn
                if panel.table is not None
                for look in self._looks_of(panel)
            }
            species = ", ".join(f"{letter} {name}" for letter, name in looks.items())
            parts.append(f"{column.core_level} of {names}: {species}")
        return "; ".join(parts)
