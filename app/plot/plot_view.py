"""The plot: data, background, filled components, sum, and the residual in σ above them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from app.gestures.gestures import short_name
from app.plot.canvas import Canvas
from app.plot.curve_items import ComponentLook, ModelCurves
from app.plot.data_points import DataPoints
from app.plot.handle_layer import HandleLayer
from app.plot.legend import Legend, LegendRow
from app.plot.overlays import Overlay, OverlayCurves
from app.plot.plain_axis import color_axes
from app.plot.residuals import Residuals
from app.plot.scales import Scales
from app.plot.shown import Shown
from app.widgets.theme import muted
from xps.problem import RegionCurves

Floats = NDArray[np.float64]

_HEADROOM = 0.05  # of the height of the data
_FOOTROOM = 0.05
_FADED = 0.25  # opacity


class PlotTool(Protocol):
    """What mouse and keys do in the plot before it zooms; each method says whether it did."""

    def press(self, position: QPointF, event: QMouseEvent) -> bool:
        """A button went down at a position in pixels of the canvas."""
        ...

    def move(self, position: QPointF, event: QMouseEvent) -> bool:
        """The pointer moved, with or without a button."""
        ...

    def release(self, position: QPointF, event: QMouseEvent) -> bool:
        """A button went up."""
        ...

    def key(self, event: QKeyEvent) -> bool:
        """A key went down."""
        ...


class PlotView(QWidget):
    """One spectrum with its fit.

    Signals
    -------
    pointerMoved(object)
        Binding energy under the pointer in eV, or None where it left the plot.
    componentClicked(int)
        Index of the component that was clicked on.
    menuAt(object, QPoint)
        Index of the component that was clicked on with the right button, or None for the
        selected one, and where on the screen.
    """

    pointerMoved = Signal(object)
    componentClicked = Signal(int)
    menuAt = Signal(object, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fitted: object = None  # the ranges of the whole region, as they were set
        self._shown: Shown | None = None
        self._looks: tuple[ComponentLook, ...] = ()
        self._scales = Scales()
        self.tool: PlotTool | None = None
        self.canvas = Canvas()
        self.canvas.ci.layout.setSpacing(4)
        self.canvas.ci.layout.setContentsMargins(4, 4, 10, 2)
        self.canvas.fill(self)
        self._build_plots()
        self.canvas.ci.layout.setRowStretchFactor(0, 1)
        self.canvas.ci.layout.setRowStretchFactor(1, 4)
        self.canvas.scene().sigMouseClicked.connect(self._on_click)
        self.canvas.viewport().installEventFilter(self)
        # One rectangle is clipped faster than the many that changed.
        self.canvas.setViewportUpdateMode(
            pg.GraphicsView.ViewportUpdateMode.BoundingRectViewportUpdate
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Spectrum")
        self._restyle()

    @property
    def shown(self) -> Shown | None:
        """What is drawn."""
        return self._shown

    @property
    def looks(self) -> tuple[ComponentLook, ...]:
        """How the components are drawn."""
        return self._looks

    @property
    def letters(self) -> list[str]:
        """The letters beside the components."""
        return self._model.letters

    @property
    def legend_texts(self) -> list[str]:
        """The rows of the legend."""
        return self._legend.texts

    @property
    def scales(self) -> Scales:
        """What the axes count in."""
        return self._scales

    def use_scales(self, scales: Scales) -> None:
        """Let the axes count in other units."""
        self._scales = scales
        if self._shown is not None:
            self._label_axes(self._shown)

    def show_spectrum(
        self,
        shown: Shown | None,
        looks: Sequence[ComponentLook] = (),
        overlays: Sequence[Overlay] = (),
    ) -> None:
        """Draw a spectrum and, where it has one, the model of its region; others behind it."""
        self._shown = shown
        self._looks = tuple(looks)
        self.overlays.show(overlays)
        self._draw()

    def redraw(self) -> None:
        """Draw again what was last shown."""
        self._draw()

    def show_live(self, curves: RegionCurves) -> None:
        """Draw the model of a region while something is dragged; all else stays as it is."""
        self._model.hasty = True
        self._model.show_curves(curves.model, self._looks)
        self._residuals.show_live(curves)
        assert self._shown is not None
        self._data.show_live(self._shown, curves)

    def shift_data(self, by_ev: float) -> None:
        """Draw the points further along, as another charge shift would put them."""
        self._data.shift(by_ev)

    def to_box(self, position: QPointF) -> QPointF:
        """Return a position of the canvas in pixels of the main plot."""
        scene = self.canvas.mapToScene(position.toPoint())
        return self.main.getViewBox().mapFromScene(scene)

    def to_data(self, position: QPointF) -> QPointF:
        """Return binding energy and intensity at a position of the canvas."""
        return self.main.getViewBox().mapToView(self.to_box(position))

    def is_in_main(self, position: QPointF) -> bool:
        """Whether a position of the canvas lies in the main plot, not in the residual."""
        return self.main.getViewBox().boundingRect().contains(self.to_box(position))

    def is_in_residual(self, position: QPointF) -> bool:
        """Whether a position of the canvas lies in the residual."""
        scene = self.canvas.mapToScene(position.toPoint())
        return self.residual.isVisible() and self.residual.sceneBoundingRect().contains(scene)

    def point_at(self, position: QPointF, within_px: float) -> float | None:
        """Return the energy of the point next to a position of the canvas, if one is near."""
        shown = self._shown
        if shown is None:
            return None
        box, place = self.main.getViewBox(), self.to_box(position)
        energy = np.concatenate((shown.energy_ev, shown.masked_ev))
        intensity = np.concatenate((shown.intensity, shown.masked_intensity))
        (left, right), (bottom, top) = box.viewRange()
        corner = box.mapFromView(QPointF(left, bottom)), box.mapFromView(QPointF(right, top))
        across = (corner[1].x() - corner[0].x()) / (right - left)
        up = (corner[1].y() - corner[0].y()) / (top - bottom)
        distance = np.hypot(
            corner[0].x() + (energy - left) * across - place.x(),
            corner[0].y() + (intensity - bottom) * up - place.y(),
        )
        nearest = int(np.argmin(distance))
        return float(energy[nearest]) if distance[nearest] <= within_px else None

    def component_at(self, position: QPointF) -> int | None:
        """Return the component whose area a position of the canvas lies in, the lowest of them."""
        if self._shown is None or not self.is_in_main(position):
            return None
        point = self.to_data(position)
        return self._shown.component_at(point.x(), point.y())

    def fit_view(self) -> None:
        """Show the whole region, or the whole spectrum where there is none."""
        if self._shown is None:
            return
        left, right = self._shown.focus
        self.main.setXRange(left, right, padding=0.02)
        self._fit_height(left, right)
        self._fitted = self.main.viewRange()

    def _on_resized(self) -> None:
        """Go on showing the whole region, with room for the legend, unless it was zoomed."""
        if self._shown is not None and self.main.viewRange() == self._fitted:
            self.fit_view()

    def select_component(self, index: int | None) -> None:
        """Draw one component stronger than the others."""
        self._model.select(None if index is None else self._looks[index].letter)

    def fade_model(self, *, faded: bool) -> None:
        """Let the model stand back behind what is laid over it, or come forward again."""
        self._model.setOpacity(_FADED if faded else 1.0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._restyle()
            self._draw()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.pointerMoved.emit(None)
        if not isinstance(event, QMouseEvent):
            return False
        if event.type() == QEvent.Type.MouseMove:
            self._on_pointer(self.canvas.mapToScene(event.position().toPoint()))
        if event.type() == QEvent.Type.MouseButtonPress:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self.tool is not None and self._ask_tool(self.tool, event):
            return True
        if (
            event.type() == QEvent.Type.MouseButtonDblClick
            and event.button() == Qt.MouseButton.LeftButton
        ):
            self.fit_view()
            return True
        return False

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            middle = self.canvas.viewport().rect().center()
            self.menuAt.emit(None, self.canvas.viewport().mapToGlobal(middle))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.tool is None or not self.tool.key(event):
            super().keyPressEvent(event)

    def _ask_tool(self, tool: PlotTool, event: QMouseEvent) -> bool:
        kinds = QEvent.Type
        if event.type() == kinds.MouseButtonPress:
            return tool.press(event.position(), event)
        if event.type() == kinds.MouseMove:
            return tool.move(event.position(), event)
        if event.type() == kinds.MouseButtonRelease:
            return tool.release(event.position(), event)
        return False

    def _build_plots(self) -> None:
        self.residual = self.canvas.add_plain_plot(0, 0)
        self._residuals = Residuals(self.residual)
        self.main = self.canvas.add_plain_plot(1, 0)
        self.overlays = OverlayCurves(self.main)
        self._data = DataPoints(self.main)
        self._model = ModelCurves()
        self.main.addItem(self._model)
        self._legend = Legend(self.palette())
        self._legend.setParentItem(self.main.getViewBox())
        self.handles = HandleLayer(self.main.getViewBox(), self.palette())
        self.main.getViewBox().sigResized.connect(self._on_resized)
        self.residual.setXLink(self.main)
        for plot in (self.main, self.residual):
            plot.disableAutoRange()
            plot.getViewBox().setMouseMode(pg.ViewBox.RectMode)
            plot.getViewBox().invertX(True)  # a link of the axes does not carry their direction

    def _draw(self) -> None:
        shown = self._shown
        self._data.clear()
        self._residuals.clear()
        self._model.clear()
        self._legend.clear()
        has_model = shown is not None and shown.curves is not None
        self.residual.setVisible(has_model)
        self.canvas.ci.layout.setRowStretchFactor(0, 1 if has_model else 0)
        self.canvas.ci.layout.setRowMaximumHeight(0, 16777215 if has_model else 0)
        if shown is None:
            return
        for plot in (self.main, self.residual):
            plot.getViewBox().invertX(shown.is_binding)
        self._label_axes(shown)
        self._data.show_spectrum(shown)
        if shown.curves is not None:
            self._model.hasty = False
            self._model.show_curves(shown.curves.model, self._looks)
            self._residuals.show_curves(shown.curves)
        self._draw_legend(shown)

    def _label_axes(self, shown: Shown) -> None:
        for plot in (self.main, self.residual):
            plot.getAxis("bottom").count_down_from(self._scales.kinetic_total(shown))
        self.main.getAxis("bottom").setLabel(self._scales.energy_title(shown))
        scale, label = self._scales.intensity_axis(shown)
        self.main.getAxis("left").setScale(scale)
        self.main.getAxis("left").setLabel(label)

    def _draw_legend(self, shown: Shown) -> None:
        """Name what is drawn; a spectrum alone needs no legend."""
        data_pen = QPen(self._ink)
        data_pen.setStyle(Qt.PenStyle.NoPen)
        rows: list[LegendRow] = []
        if shown.curves is not None:
            rows += [("data", data_pen, None), ("sum", self._sum_pen, None)]
            rows += [
                (f"{look.letter}  {short_name(look.name)}", look.pen, look.brush)
                for look in self._looks
            ]
            rows.append(("background", self._background_pen, None))
        self._legend.show_rows([*rows, *self.overlays.rows()], self.palette())

    def _data_top(self, left: float, right: float, low: float, high: float) -> float:
        """How high the data reach between two energies, as a part of the way from low to high."""
        shown = self._shown
        assert shown is not None
        covered = (shown.energy_ev >= left) & (shown.energy_ev <= right)
        tops = np.concatenate((shown.intensity[covered], self.overlays.heights(left, right), [low]))
        return (float(tops.max()) - low) / (high - low)

    def _room_for_legend(self, left: float, right: float, low: float, high: float) -> float:
        """Put the legend where it needs least room; return the upper end that it needs."""

        def top(at_left: bool, wide: float) -> float:
            width = wide * (right - left)
            # High energies lie left where they are binding energies.
            ends_high = at_left == self.main.getViewBox().xInverted()
            ends = (right - width, right) if ends_high else (left, left + width)
            return self._data_top(*ends, low, high)

        box = self.main.getViewBox().rect()
        return low + (high - low) * self._legend.settle(box, top)

    def _fit_height(self, left: float, right: float) -> None:
        shown = self._shown
        assert shown is not None
        inside = (shown.energy_ev >= left) & (shown.energy_ev <= right)
        values = np.concatenate((shown.intensity[inside], self.overlays.heights(left, right)))
        if not values.size:
            values = shown.intensity
        if shown.curves is not None:
            values = np.concatenate(
                (values, shown.curves.model.total, shown.curves.model.background)
            )
        low, high = float(values.min()), float(values.max())
        span = (high - low) or abs(high) or 1.0
        low, high = low - _FOOTROOM * span, high + _HEADROOM * span
        high = self._room_for_legend(left, right, low, high)
        self.main.setYRange(low, high, padding=0.0)

    def _restyle(self) -> None:
        palette = self.palette()
        base = palette.color(QPalette.ColorRole.Base)
        self._ink = palette.color(QPalette.ColorRole.Text)
        quiet = muted(palette)
        self.canvas.setBackground(base)
        for plot in (self.main, self.residual):
            color_axes(plot, palette)
            for axis in map(plot.getAxis, ("left", "bottom")):
                axis.setTickFont(self.font())
                axis.label.setFont(self.font())
        self._sum_pen = pg.mkPen(self._ink, width=1)
        self._background_pen = pg.mkPen(quiet, width=1, style=Qt.PenStyle.DashLine)
        self._model.sum_pen, self._model.background_pen = self._sum_pen, self._background_pen
        self._model.ink, self._model.font = self._ink, self.font()
        self.handles.set_palette(palette)
        self._data.set_palette(palette)
        self._residuals.set_palette(palette)

    def _on_pointer(self, position: QPointF) -> None:
        for plot in (self.main, self.residual):
            if plot.isVisible() and plot.sceneBoundingRect().contains(position):
                self.pointerMoved.emit(plot.getViewBox().mapSceneToView(position).x())
                return
        self.pointerMoved.emit(None)

    def _on_click(self, event: MouseClickEvent) -> None:
        position = QPointF(self.canvas.mapFromScene(event.scenePos()))
        found = self.component_at(position)
        if found is None:
            return
        if event.button() == Qt.MouseButton.RightButton:
            place = self.canvas.viewport().mapToGlobal(position.toPoint())
            self.menuAt.emit(found, place)
        else:
            self.componentClicked.emit(found)
