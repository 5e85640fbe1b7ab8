"""The status bar: what is under the pointer, quality of the fit, and work under way."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QToolButton, QWidget

from app.jobs import Jobs
from app.numerals import MINUS
from app.shown import Shown
from xps.fitted import RegionFit
from xps.numbers_text import number


class StatusBar(QStatusBar):
    """Facts that are always in sight.

    Signals
    -------
    cancelWanted()
    """

    cancelWanted = Signal()

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._work = QLabel()
        self._work.setTextFormat(Qt.TextFormat.PlainText)
        self._progress = QProgressBar()
        self._progress.setMaximumWidth(140)
        self._progress.setTextVisible(False)
        self._cancel = QToolButton()
        self._cancel.setText("Cancel")
        self._cancel.clicked.connect(self.cancelWanted)
        self._hint = QLabel("Drag to zoom")
        self._hint.setToolTip(
            "In the plot: drag or turn the wheel to zoom, double-click to see the whole region, "
            "click a component to select it"
        )
        self._hint.hide()
        self._pointer = QLabel()
        self._quality = QLabel()
        self._quality.setToolTip(
            "Reduced χ²: 1 where the model describes the data to within their noise"
        )
        for widget in (self._work, self._progress, self._cancel):
            self.addWidget(widget)
            widget.hide()
        for widget in (self._pointer, self._quality, self._hint):
            self.addPermanentWidget(widget)
        jobs.changed.connect(self._show_work)
        jobs.progressed.connect(self._show_progress)

    @property
    def pointer_text(self) -> str:
        """Energy and intensity under the pointer."""
        return self._pointer.text()

    @property
    def hint_shown(self) -> bool:
        """Whether the bar tells what can be done in the plot."""
        return self._hint.isVisible()

    @property
    def quality_text(self) -> str:
        """How good the fit is."""
        return self._quality.text()

    def show_pointer(self, energy_ev: float | None, shown: Shown | None) -> None:
        """Show the energy under the pointer, and the intensity of the channel next to it."""
        self._hint.setVisible(energy_ev is not None)
        if energy_ev is None or shown is None:
            self._pointer.clear()
            return
        _, intensity = shown.nearest(energy_ev)
        unit = "" if shown.intensity_unit == "arbitrary" else f" {shown.intensity_unit}"
        energy = f"{energy_ev:.2f}".replace("-", MINUS)
        self._pointer.setText(f"{energy} eV   {number(intensity)}{unit}")

    def show_fit(self, fit: RegionFit | None, *, stale: bool) -> None:
        """Show the quality of a fit."""
        if fit is None:
            self._quality.clear()
            return
        suffix = " (stale)" if stale else ""
        self._quality.setText(f"χ²ᵣ {number(fit.reduced_chi2, 2)}{suffix}")

    def _show_work(self) -> None:
        running = self._jobs.running
        for widget in (self._work, self._progress, self._cancel):
            widget.setVisible(bool(running))
        self._work.setText(running[-1].title if running else "")
        self._progress.setRange(0, 0)

    def _show_progress(self, done: int, total: int) -> None:
        self._progress.setRange(0, total)
        self._progress.setValue(done)
