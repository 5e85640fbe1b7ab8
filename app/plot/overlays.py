"""Other spectra drawn behind the selected one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QPalette, QPen

from app.plot.curve_items import dash_of
from app.plot.legend import LegendRow
from app.plot.shown import Shown, show
from app.session.document import Document
from app.widgets.theme import OVERLAY_COLORS, mix
from xps.project import Project

Floats = NDArray[np.float64]

_STEP = 0.2  # of the height of the selected spectrum, from one spectrum to the next


class Arrangement(Enum):
    """How spectra lie over each other."""

    MEASURED = "As measured"
    OFFSET = "Offset"
    NORMALIZED = "Normalized"


@dataclass(frozen=True)
class Overlay:
    """A spectrum drawn as a line.

    Attributes
    ----------
    label : str
    energy_ev, intensity : ndarray, shape (n,)
        As they are drawn.
    pen : QPen
    """

    label: str
    energy_ev: Floats
    intensity: Floats
    pen: QPen


class OverlayChoice(QObject):
    """Which spectra are overlaid, and how; no part of the document.

    Signals
    -------
    changed()
    """

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._ids: tuple[str, ...] = ()
        self._arrangement = Arrangement.MEASURED
        document.replaced.connect(self.clear)
        document.projectChanged.connect(self._forget_gone)

    @property
    def ids(self) -> tuple[str, ...]:
        """The spectra that are there, in the order in which they were chosen."""
        there = {entry.id for entry in self._document.project.entries} if self._ids else ()
        return tuple(id_ for id_ in self._ids if id_ in there)

    @property
    def arrangement(self) -> Arrangement:
        """How they lie over each other."""
        return self._arrangement

    def arrange(self, arrangement: Arrangement) -> None:
        """Lay them over each other in another way."""
        self._arrangement = arrangement
        self.changed.emit()

    def toggle(self, entry_id: str, *, overlaid: bool) -> None:
        """Overlay a spectrum, or no longer."""
        others = tuple(id_ for id_ in self._ids if id_ != entry_id)
        self._set((*others, entry_id) if overlaid else others)

    def clear(self) -> None:
        """Overlay none."""
        self._set(())

    def of(self, project: Project, entry_id: str, shown: Shown) -> tuple[Overlay, ...]:
        """Return the lines to draw behind a spectrum, itself left out."""
        others = [project.entry(id_) for id_ in self.ids if id_ != entry_id]
        drawn = [(f"{e.label} · {e.sample}", show(project, e, model=False)) for e in others]
        same_axis = [
            (label, other) for label, other in drawn if other.is_binding == shown.is_binding
        ]
        return tuple(
            Overlay(label, other.energy_ev, self._placed(other, shown, number), _pen(number))
            for number, (label, other) in enumerate(same_axis)
        )

    def _placed(self, other: Shown, shown: Shown, number: int) -> Floats:
        if self._arrangement is Arrangement.MEASURED:
            return other.intensity
        low, high = _range(shown, shown.focus)
        if self._arrangement is Arrangement.OFFSET:
            shifted: Floats = other.intensity + (number + 1) * _STEP * (high - low)
            return shifted
        least, most = _range(other, shown.focus)
        scaled: Floats = low + (other.intensity - least) * (high - low) / ((most - least) or 1.0)
        return scaled

    def _forget_gone(self) -> None:
        self._set(self.ids)

    def _set(self, ids: tuple[str, ...]) -> None:
        if ids != self._ids:
            self._ids = ids
            self.changed.emit()


class OverlayCurves:
    """The lines of overlaid spectra in a plot."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self._plot = plot
        self._items: list[pg.PlotDataItem] = []
        self._overlays: tuple[Overlay, ...] = ()

    @property
    def overlays(self) -> tuple[Overlay, ...]:
        """What is drawn."""
        return self._overlays

    def show(self, overlays: Sequence[Overlay]) -> None:
        """Draw other lines."""
        for item in self._items:
            self._plot.removeItem(item)
        self._overlays = tuple(overlays)
        self._items = [
            pg.PlotDataItem(overlay.energy_ev, overlay.intensity, pen=overlay.pen)
            for overlay in overlays
        ]
        for item in self._items:
            item.setZValue(-10.0)
            self._plot.addItem(item, ignoreBounds=True)

    def rows(self) -> list[LegendRow]:
        """Return the rows of the legend."""
        return [(overlay.label, overlay.pen, None) for overlay in self._overlays]

    def heights(self, left: float, right: float) -> Floats:
        """Return all intensities between two energies; shape (points,)."""
        inside = [
            overlay.intensity[(overlay.energy_ev >= left) & (overlay.energy_ev <= right)]
            for overlay in self._overlays
        ]
        return np.concatenate([np.empty(0), *inside])


def _range(shown: Shown, focus: tuple[float, float]) -> tuple[float, float]:
    """Least and largest intensity within a range of energies, or anywhere if none is inside."""
    inside = (shown.energy_ev >= focus[0]) & (shown.energy_ev <= focus[1])
    values = shown.intensity[inside] if inside.any() else shown.intensity
    return float(values.min()), float(values.max())


def _pen(number: int) -> QPen:
    ink = QGuiApplication.palette().color(QPalette.ColorRole.Text)
    color = mix(OVERLAY_COLORS[number % len(OVERLAY_COLORS)], ink, 0.2)
    pen = QPen(color, 1.5, dash_of(number))
    pen.setCosmetic(True)
    return pen
