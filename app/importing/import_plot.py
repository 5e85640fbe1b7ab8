"""A small plot of the spectra that a text file would give."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.plot.plain_axis import color_axes, plain_axes
from app.widgets.theme import OVERLAY_COLORS
from xps.spectrum import Spectrum

_MOST = 12
_UNITS = {"counts": "Counts", "counts/s": "Counts / s", "arbitrary": "Intensity"}


class ImportPlot(QWidget):
    """Spectra as lines; binding energy falls to the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = pg.PlotWidget(axisItems=plain_axes())
        self.canvas.setMenuEnabled(False)
        self.canvas.hideButtons()
        self.canvas.setMouseEnabled(x=False, y=False)
        self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas)
        self.setAccessibleName("Spectra that would be opened")
        self._restyle()

    def show_spectra(self, spectra: Sequence[Spectrum]) -> None:
        """Draw the first spectra, all on the scale of energy of the first."""
        self.canvas.clear()
        if not spectra:
            return
        is_binding = spectra[0].binding_energy_ev is not None
        kind = "Binding" if is_binding else "Kinetic"
        for number, spectrum in enumerate(spectra[:_MOST]):
            binding = spectrum.binding_energy_ev
            energy = binding if is_binding and binding is not None else spectrum.energy_ev
            pen = pg.mkPen(OVERLAY_COLORS[number % len(OVERLAY_COLORS)], width=1)
            self.canvas.plot(energy, spectrum.intensity, pen=pen)
        self.canvas.getPlotItem().getViewBox().invertX(is_binding)
        self.canvas.setLabel("bottom", f"{kind} energy / eV")
        self.canvas.setLabel("left", _UNITS[spectra[0].unit])
        self.canvas.autoRange(padding=0.04)
        energies = spectra[0].energy_ev
        self.setAccessibleDescription(
            f"{len(spectra)} spectra, {kind.lower()} energy; the first has {energies.size} points"
        )

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "canvas"):
            self._restyle()

    def _restyle(self) -> None:
        palette = self.palette()
        self.canvas.setBackground(palette.color(QPalette.ColorRole.Base))
        color_axes(self.canvas.getPlotItem(), palette)
