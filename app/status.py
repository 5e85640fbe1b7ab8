"""The status bar: what is under the pointer, quality of the fit, and work under way."""

from __future__ import annotations

from time import monotonic

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QToolButton, QWidget

from app.fitting.jobs import Jobs
from app.plot.modes import Mode
from app.plot.scales import Scales
from app.plot.shown import Shown
from app.widgets.numerals import MINUS
from app.widgets.plain import tooltip
from xps.fitted import RegionFit
from xps.numbers_text import number

_LEAST_DONE = 2  # parts of the work, before which nothing is known of the rest
_MOMENT_S = 2.0
_WIDEST_POINTER = "−1000.00 eV   1.000e+06 counts/s"
_WIDEST_QUALITY = "χ²ᵣ 0000.00 (stale: F5 fits again)"
_QUALITY_TIP = "Reduced χ²: 1 where the model describes the data to within their noise"
_STALE_TIP = (
    "Something was changed after the fit, such as a peak that was dragged, so that numbers and "
    "errors no longer belong to the model: press F5 to fit again"
)


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
        self.cancel_button = QToolButton()
        self.cancel_button.setText("Cancel")
        self.cancel_button.clicked.connect(self.cancelWanted)
        self._mode = QLabel()
        self._mode.setAccessibleName("Mode of the plot")
        self._fit_text = ""
        self._since = 0.0
        self._pointer = QLabel()
        self._quality = QLabel()
        # Of a fixed width, so that the bar is not laid out anew at each move of the pointer.
        for label, widest in ((self._pointer, _WIDEST_POINTER), (self._quality, _WIDEST_QUALITY)):
            label.setFixedWidth(label.fontMetrics().horizontalAdvance(widest))
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._quality.setToolTip(_QUALITY_TIP)
        for widget in (self._work, self._progress, self.cancel_button):
            self.addWidget(widget)
            widget.hide()
        for widget in (self._pointer, self._quality, self._mode):
            self.addPermanentWidget(widget)
        jobs.changed.connect(self._show_work)
        jobs.progressed.connect(self._show_progress)

    @property
    def pointer_text(self) -> str:
        """Energy and intensity under the pointer."""
        return self._pointer.text()

    @property
    def mode_text(self) -> str:
        """What the mouse does in the plot."""
        return self._mode.text()

    @property
    def quality_text(self) -> str:
        """How good the fit is."""
        return self._quality.text()

    def show_pointer(self, energy_ev: float | None, shown: Shown | None, scales: Scales) -> None:
        """Show the energy under the pointer, and the intensity of the channel next to it."""
        if energy_ev is None or shown is None:
            self._pointer.clear()
            return
        _, intensity = shown.nearest(energy_ev)
        energy = f"{scales.energy(shown, energy_ev):.2f}".replace("-", MINUS)
        value = number(scales.intensity_factor(shown) * intensity)
        unit = scales.intensity_unit(shown).replace("arbitrary units", "")
        self._pointer.setText(f"{energy} eV   {value} {unit}".rstrip())

    def show_mode(self, mode: Mode) -> None:
        """Show what the mouse does in the plot."""
        self._mode.setText(f"{mode.title}: {mode.short_hint}")
        self._mode.setToolTip(tooltip(mode.hint))

    def show_plot(self, there: bool) -> None:
        """Say what the mouse does in the plot only where there is one."""
        self._mode.setVisible(there)

    def show_fit(self, fit: RegionFit | None, *, stale: bool) -> None:
        """Show the quality of a fit."""
        suffix = " (stale: F5 fits again)" if stale else ""
        self._quality.setToolTip(_STALE_TIP if stale else _QUALITY_TIP)
        quality = None if fit is None else fit.reduced_chi2
        self._fit_text = "" if fit is None else f"χ²ᵣ {number(quality, 2)}{suffix}"
        self._quality.setText(self._fit_text)

    def show_live_quality(self, reduced_chi2: float | None) -> None:
        """Show the quality of what is being dragged; without one, that of the fit again."""
        live = None if reduced_chi2 is None else f"χ²ᵣ {number(reduced_chi2, 2)} (dragging)"
        self._quality.setText(self._fit_text if live is None else live)

    def _show_work(self) -> None:
        running = self._jobs.running
        for widget in (self._work, self._progress, self.cancel_button):
            widget.setVisible(bool(running))
        self._work.setText(running[-1].title if running else "")
        self._progress.setRange(0, 0)
        self._since = monotonic()

    def _show_progress(self, done: int, total: int) -> None:
        running = self._jobs.running
        if not running:
            return
        self._progress.setRange(0, total)
        self._progress.setValue(done)
        left = remaining_text(monotonic() - self._since, done, total)
        self._work.setText(f"{running[-1].title}: {done} of {total}{left}")


def remaining_text(spent_s: float, done: int, total: int) -> str:
    """Return how long work will still take, as far as that can be told; "" for a moment."""
    if done < _LEAST_DONE or done >= total:
        return ""
    return left_text(spent_s / done * (total - done))


def left_text(left_s: float) -> str:
    """Return a time that is left as the end of a sentence; "" for a moment."""
    if left_s < _MOMENT_S:
        return ""
    minutes, seconds = divmod(round(left_s), 60)
    return f", {minutes} min {seconds} s left" if minutes else f", {seconds} s left"
