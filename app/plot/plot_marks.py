"""What is laid lightly over the plot: a model that could be, and the range of a species."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QColor

from app.gestures.gestures import short_name
from app.plot.curve_items import ComponentLook, ModelCurves
from app.plot.plot_view import PlotView
from app.widgets.theme import muted
from xps.kernel import Curves
from xps.species import Species

_LIGHT = 0.5
_RANGE_ALPHA = 0.18
_TEXT_PX = 22.0


class PlotMarks(QObject):
    """Marks on a plot that are no part of its spectrum.

    Parameters
    ----------
    plot : PlotView
    """

    def __init__(self, plot: PlotView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._plot = plot
        self._model = ModelCurves()
        self._model.setOpacity(_LIGHT)
        self._model.ink = QColor(Qt.GlobalColor.transparent)  # names stand in place of letters
        self._range = pg.LinearRegionItem(movable=False)
        self._typical = pg.InfiniteLine(angle=90)
        self._range_label = pg.TextItem(anchor=(0.5, 1.0))
        self._names: list[pg.TextItem] = []
        plot.main.addItem(self._model, ignoreBounds=True)
        for item in (self._range, self._typical, self._range_label):
            item.hide()
            plot.main.addItem(item, ignoreBounds=True)
        self._range.setZValue(-10)
        self._again: dict[str, Callable[[], None]] = {}
        plot.installEventFilter(self)

    @property
    def preview_names(self) -> list[str]:
        """The components of the model that is laid over the plot."""
        return [name.toPlainText() for name in self._names]

    @property
    def range_ev(self) -> tuple[float, float] | None:
        """The range of energies that is marked."""
        return tuple(self._range.getRegion()) if self._range.isVisible() else None

    def show_preview(self, curves: Curves, shift_ev: float, looks: Sequence[ComponentLook]) -> None:
        """Lay a model over the plot.

        Parameters
        ----------
        curves : Curves
        shift_ev : float
            From the energies of the curves to those of the plot.
        looks : sequence of ComponentLook
            One for each component.
        """
        self.clear_preview()
        self._again["preview"] = lambda: self.show_preview(curves, shift_ev, looks)
        palette = self._plot.palette()
        energy = curves.energy_ev + shift_ev
        self._model.sum_pen = pg.mkPen(palette.text().color(), style=Qt.PenStyle.DashLine)
        self._model.background_pen = pg.mkPen(muted(palette), style=Qt.PenStyle.DashLine)
        self._model.show_curves(replace(curves, energy_ev=energy), looks)
        highest = self._highest_text()
        for look, component in zip(looks, curves.components, strict=True):
            apex = int(np.argmax(component))
            name = pg.TextItem(short_name(look.name), color=muted(palette), anchor=(0.5, 1.0))
            name.setPos(energy[apex], min(float(curves.total[apex]), highest))
            self._names.append(name)
            self._plot.main.addItem(name, ignoreBounds=True)
        self._plot.fade_model(faded=True)

    def clear_preview(self) -> None:
        """Take the model away."""
        self._again.pop("preview", None)
        for name in self._names:
            self._plot.main.removeItem(name)
        self._names = []
        self._model.clear()
        self._plot.fade_model(faded=False)

    def show_species(self, species: Species | None) -> None:
        """Mark where a species may lie; None takes the mark away."""
        if species is None:
            self.clear_range()
        else:
            self.show_range(*species.allowed_ev, species.center_ev, short_name(species.name))

    def show_range(self, low_ev: float, high_ev: float, typical_ev: float, text: str) -> None:
        """Mark a range of energies, and where in it the line mostly lies."""
        self._again["range"] = lambda: self.show_range(low_ev, high_ev, typical_ev, text)
        palette = self._plot.palette()
        color = QColor(palette.highlight().color())
        pen = pg.mkPen(color)
        color.setAlphaF(_RANGE_ALPHA)
        self._range.setBrush(color)
        for line in self._range.lines:
            line.setPen(pen)
        self._range.setRegion((low_ev, high_ev))
        self._typical.setPen(pg.mkPen(palette.text().color(), style=Qt.PenStyle.DotLine))
        self._typical.setValue(typical_ev)
        self._range_label.setText(text, color=palette.text().color())
        self._range_label.setPos(0.5 * (low_ev + high_ev), self._highest_text())
        for item in (self._range, self._typical, self._range_label):
            item.show()

    def clear_range(self) -> None:
        """Take the range away."""
        self._again.pop("range", None)
        for item in (self._range, self._typical, self._range_label):
            item.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.PaletteChange:
            # The plot has its new colors after this.
            QTimer.singleShot(0, self, self._draw_again)
        return False

    def _draw_again(self) -> None:
        for draw in tuple(self._again.values()):
            draw()

    def _highest_text(self) -> float:
        """The intensity below which a text stands inside the plot."""
        _, pixel = self._plot.main.getViewBox().viewPixelSize()
        _, (_, high) = self._plot.main.viewRange()
        return float(high - _TEXT_PX * pixel)
