"""Window and background of the selected region."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QGroupBox, QHBoxLayout, QLabel, QWidget

from app.number_field import NumberField
from xps.fitted import RegionFit
from xps.model import BACKGROUND_ID, Ref, Region
from xps.numbers_text import number, with_error

BACKGROUNDS = {
    "peak-shirley": "Peak Shirley, in the fit",
    "shirley": "Iterated Shirley, subtracted first",
    "linear": "Linear, subtracted first",
}
_TIPS = {
    "peak-shirley": "Step k under the model's own peaks, with offset and slope, fitted together "
    "with the components: its error is in every number.",
    "shirley": "Computed from the data before the fit, as in older work: errors do not contain it.",
    "linear": "A straight line between the ends of the window, computed before the fit.",
}
_UNITS = {"slope": "/eV", "k": "/eV"}


class RegionSection(QGroupBox):
    """Window and background.

    Signals
    -------
    windowTyped(float, float)
        Lower and upper binding energy in eV.
    backgroundChosen(str)
    refused(str)
    """

    windowTyped = Signal(float, float)
    backgroundChosen = Signal(str)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Region and background", parent)
        self.high = NumberField("Upper end of the window in eV", "Higher binding energy in eV")
        self.low = NumberField("Lower end of the window in eV", "Lower binding energy in eV")
        self.high.typed.connect(lambda high: self.windowTyped.emit(self.low.value, high))
        self.low.typed.connect(lambda low: self.windowTyped.emit(low, self.high.value))
        for field in (self.low, self.high):
            field.refused.connect(self.refused)
        self.background = QComboBox()
        self.background.setAccessibleName("Background")
        for row, (kind, text) in enumerate(BACKGROUNDS.items()):
            self.background.addItem(text, kind)
            self.background.setItemData(row, _TIPS[kind], Qt.ItemDataRole.ToolTipRole)
        self.background.activated.connect(
            lambda row: self.backgroundChosen.emit(self.background.itemData(row))
        )
        self._numbers = QLabel()
        self._numbers.setTextFormat(Qt.TextFormat.PlainText)
        self._numbers.setWordWrap(True)
        window = QHBoxLayout()
        window.addWidget(self.high)
        window.addWidget(QLabel("to"))
        window.addWidget(self.low)
        window.addStretch(1)
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 4, 8, 6)
        grid.addWidget(QLabel("Window / eV"), 0, 0)
        grid.addLayout(window, 0, 1)
        grid.addWidget(QLabel("Background"), 1, 0)
        grid.addWidget(self.background, 1, 1)
        grid.addWidget(self._numbers, 2, 1)
        grid.setColumnStretch(1, 1)

    @property
    def background_text(self) -> str:
        """The fitted numbers of the background."""
        return self._numbers.text()

    def show_region(self, region: Region | None, fit: RegionFit | None, *, stale: bool) -> None:
        """Show a region, or none."""
        self.setEnabled(region is not None)
        self._numbers.setVisible(region is not None and region.background.in_fit)
        if region is None:
            self.low.clear()
            self.high.clear()
            return
        low, high = region.window_ev
        self.low.show_value(low)
        self.high.show_value(high)
        self.background.setCurrentIndex(self.background.findData(region.background.kind))
        self.background.setToolTip(_TIPS[region.background.kind])
        self._numbers.setText(_numbers(region, None if stale else fit))


def _numbers(region: Region, fit: RegionFit | None) -> str:
    parts = []
    for name, param in region.background.params.items():
        ref = Ref(BACKGROUND_ID, name)
        stderr = fit.stderr(ref) if fit is not None and ref in fit.table.index else None
        text = number(param.value) if stderr is None else with_error(param.value, stderr)
        note = "" if param.vary else " fixed"
        if fit is not None and ref in fit.at_bound:
            note = " at min" if param.value == param.min else " at max"
        parts.append(f"{name} {text}{_unit(name)}{note}".replace(" ", "\u00a0"))
    return " · ".join(parts)


def _unit(name: str) -> str:
    unit = _UNITS.get(name, "")
    return f" {unit}" if unit else ""
