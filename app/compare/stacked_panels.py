"""Stacked panels: samples below each other on one energy axis, core levels side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QBrush, QPalette
from PySide6.QtWidgets import QGraphicsSimpleTextItem, QScrollArea, QVBoxLayout, QWidget

from app.gestures.gestures import short_name
from app.plot.curve_items import ComponentLook, ModelCurves
from app.plot.plain_axis import PlainAxis
from app.widgets.plain import tooltip
from app.widgets.theme import mix, muted
from xps.panels import Column, Panel

_LEAST_PANEL, _AXIS = 64, 42  # px
_LEAST_WIDTH = 135
_HEADROOM = 0.12
_NAME_INSET = 4.0


class PanelPlot:
    """One sample at one core level."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self.plot = plot
        self._model = ModelCurves()
        self._points = pg.PlotDataItem(pen=None, symbol="o", symbolSize=2.5, pxMode=True)
        for item in (self._points, self._model):
            plot.addItem(item)
        self._name = QGraphicsSimpleTextItem(plot.getViewBox())
        self._name.setPos(_NAME_INSET, 1.0)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.disableAutoRange()
        plot.getViewBox().setMouseEnabled(x=True, y=False)
        plot.getViewBox().setMouseMode(pg.ViewBox.RectMode)
        plot.getViewBox().invertX(True)
        plot.getAxis("left").setStyle(showValues=False, tickLength=0)
        plot.getAxis("left").setWidth(6)

    @property
    def name(self) -> str:
        """What the panel says of itself."""
        return self._name.text()

    @property
    def letters(self) -> list[str]:
        """The letters above the components."""
        return self._model.letters

    def show_panel(
        self, panel: Panel | None, looks: Sequence[ComponentLook], palette: QPalette
    ) -> None:
        """Draw a panel; None draws nothing."""
        self._points.clear()
        self._model.clear()
        self.plot.setVisible(panel is not None)
        if panel is None:
            self._name.setText("")
            return
        ink = palette.color(QPalette.ColorRole.Text)
        base = palette.color(QPalette.ColorRole.Base)
        state = f"  ({panel.message})" if panel.message else ""
        self._name.setText(f"{panel.sample}{state}")
        self._name.setToolTip(tooltip(self._name.text()))
        self._name.setBrush(QBrush(ink))
        self._points.setSymbolPen(pg.mkPen(mix(ink, base, 0.4)))
        self._points.setSymbolBrush(None)
        self._points.setData(panel.energy_ev, panel.intensity)
        self._model.background_pen = pg.mkPen(muted(palette), width=1, style=Qt.PenStyle.DashLine)
        self._model.sum_pen = pg.mkPen(ink, width=1)
        self._model.ink = ink
        if panel.curves is not None:
            self._model.show_curves(panel.curves.model, looks)
        self._fit_height(panel)

    def show_axis(self, *, shown: bool, palette: QPalette) -> None:
        """Number and name the energy axis, or leave it bare."""
        axis = self.plot.getAxis("bottom")
        axis.setStyle(showValues=shown)
        axis.setHeight(_AXIS if shown else 8)
        axis.showLabel(shown)
        if shown:
            axis.setLabel("Binding energy / eV")
        for side in ("left", "bottom"):
            self.plot.getAxis(side).setPen(pg.mkPen(muted(palette)))
            self.plot.getAxis(side).setTextPen(pg.mkPen(palette.color(QPalette.ColorRole.Text)))

    def _fit_height(self, panel: Panel) -> None:
        low, high = panel.window_ev
        inside = (panel.energy_ev >= low) & (panel.energy_ev <= high)
        values = panel.intensity[inside]
        if panel.curves is not None:
            values = np.concatenate((values, panel.curves.model.total))
        if not values.size:
            return
        bottom, top = float(values.min()), float(values.max())
        span = (top - bottom) or 1.0
        # The name stands above the curves.
        self.plot.setYRange(bottom - 0.05 * span, top + (0.22 + _HEADROOM) * span, padding=0.0)


class StackedPanels(QScrollArea):
    """All panels of a comparison."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.canvas = pg.GraphicsLayoutWidget()
        self.canvas.ci.layout.setSpacing(2)
        self.canvas.ci.layout.setContentsMargins(2, 2, 6, 2)
        self.canvas.setAcceptDrops(False)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas)
        self.setWidget(page)
        self._page = page
        self._grid: list[list[PanelPlot]] = []
        self._columns: tuple[Column, ...] = ()
        self._looks: Mapping[str, tuple[ComponentLook, ...]] = {}
        self._frame: object = None
        self.setAccessibleName("Samples compared")

    @property
    def grid(self) -> list[list[PanelPlot]]:
        """The panels: core levels, and the samples of each."""
        return self._grid

    def show_columns(
        self, columns: tuple[Column, ...], looks: Mapping[str, tuple[ComponentLook, ...]]
    ) -> None:
        """Draw other panels; the zoom stays where the windows are as they were."""
        self._columns, self._looks = columns, looks
        shape = [len(column.panels) for column in columns]
        if shape != [len(plots) for plots in self._grid]:
            self._build(shape)
        self._draw()
        frame = tuple((column.core_level, column.window_ev) for column in columns)
        if frame != self._frame:
            self._frame = frame
            self.fit_view()

    def fit_view(self) -> None:
        """Show the whole window of each core level."""
        for column, plots in zip(self._columns, self._grid, strict=True):
            plots[0].plot.setXRange(*column.window_ev, padding=0.02)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_grid"):
            self._draw()

    def _build(self, shape: list[int]) -> None:
        self.canvas.clear()
        self._frame = None
        self._grid = []
        for place, rows in enumerate(shape):
            plots = []
            for row in range(rows):
                axes = {side: PlainAxis(side) for side in ("left", "bottom")}
                plots.append(PanelPlot(self.canvas.addPlot(row=row, col=place, axisItems=axes)))
            for plot in plots[1:]:
                plot.plot.setXLink(plots[0].plot)
            self._grid.append(plots)
        most = max(shape, default=0)
        layout = self.canvas.ci.layout
        for row in range(most):
            layout.setRowStretchFactor(row, 1)
            layout.setRowMinimumHeight(row, _LEAST_PANEL)
        self._page.setMinimumSize(
            _LEAST_WIDTH * max(len(shape), 1), _LEAST_PANEL * most + _AXIS if most else 0
        )

    def _draw(self) -> None:
        palette = self.palette()
        self.canvas.setBackground(palette.color(QPalette.ColorRole.Base))
        for column, plots in zip(self._columns, self._grid, strict=True):
            last = max((i for i, p in enumerate(column.panels) if p is not None), default=0)
            for row, (panel, plot) in enumerate(zip(column.panels, plots, strict=True)):
                looks = () if panel is None or panel.table is None else self._looks_of(panel)
                plot.show_panel(panel, looks, palette)
                plot.show_axis(shown=row == last, palette=palette)
        self.setAccessibleDescription(self._description())

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
