"""Along which series amounts are drawn."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

_NONE, _NEW = "No series", "New series…"
_TIP = (
    "Draw the amounts along a series, such as cycles, depth or thickness, with the trend of each "
    "species; the number of each sample is typed beside its name"
)


class SeriesChoice(QComboBox):
    """The series there are, none of them, or a new one.

    Signals
    -------
    chosen(str)
        The series; "" for none.
    newWanted()
    """

    chosen = Signal(str)
    newWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._present = ""
        self.setAccessibleName("Series that amounts are drawn along")
        self.setToolTip(_TIP)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(10)
        self.activated.connect(self._on_activated)

    def show_series(self, names: Sequence[str], present: str) -> None:
        """List series; the present one too where no sample stands in it yet."""
        self._present = present
        listed = [*names, present] if present and present not in names else [*names]
        self.clear()
        self.addItem(_NONE, "")
        for name in listed:
            self.addItem(name, name)
        self.addItem(_NEW, None)
        self.setCurrentIndex(self.findData(present))

    def _on_activated(self) -> None:
        series = self.currentData()
        if series is None:
            self.setCurrentIndex(self.findData(self._present))
            self.newWanted.emit()
        else:
            self.chosen.emit(series)
