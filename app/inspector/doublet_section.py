"""The lines of the selected component's doublet: locked, or unlocked for a reason."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from app.widgets.number_field import NumberField
from app.widgets.numerals import plain_number
from app.widgets.plain import tooltip
from xps.model import Component, Doublet

_LOCKED = (
    "Splitting and area ratio are those of the table of levels, and the same for all fits. "
    "Unlocking asks for a reason, which goes into the report."
)


class DoubletSection(QWidget):
    """Splitting and area ratio of a doublet.

    Signals
    -------
    unlockWanted(), lockWanted()
    splittingTyped(float), ratioTyped(float)
    refused(str)
    """

    unlockWanted = Signal()
    lockWanted = Signal()
    splittingTyped = Signal(float)
    ratioTyped = Signal(float)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: Doublet | None = None
        self.splitting = NumberField(
            "Splitting of the doublet in eV", "Distance of the two lines in eV"
        )
        self.ratio = NumberField(
            "Area ratio of the doublet", "Area of the lower-j line over that of the higher-j line"
        )
        self.splitting.typed.connect(self.splittingTyped)
        self.ratio.typed.connect(self.ratioTyped)
        for field in (self.splitting, self.ratio):
            field.refused.connect(self.refused)
        self.button = QPushButton()
        self.button.clicked.connect(self._toggle)
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._fields = QWidget()
        row = QGridLayout(self._fields)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(QLabel("Splitting / eV"), 0, 0)
        row.addWidget(self.splitting, 0, 1)
        row.addWidget(QLabel("Area ratio"), 0, 2)
        row.addWidget(self.ratio, 0, 3)
        row.setColumnStretch(4, 1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 2, 0, 0)
        grid.addWidget(self._label, 0, 0)
        grid.addWidget(self.button, 0, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._fields, 1, 0, 1, 2)
        grid.setColumnStretch(0, 1)

    @property
    def text(self) -> str:
        """What is said about the doublet."""
        return self._label.text()

    def show_component(self, component: Component | None) -> None:
        """Show the doublet of a component; nothing for a single line."""
        lines = None if component is None else component.lines
        self._lines = lines if isinstance(lines, Doublet) else None
        self.setVisible(self._lines is not None)
        if self._lines is None:
            return
        unlocked = bool(self._lines.unlocked_because)
        self._fields.setVisible(unlocked)
        self.splitting.show_value(self._lines.splitting_ev)
        self.ratio.show_value(self._lines.ratio)
        if unlocked:
            self._label.setText(f"⚠ Doublet unlocked: {self._lines.unlocked_because}")
            self.button.setText("Lock")
            self.button.setToolTip("Back to splitting and ratio of the table of levels")
        else:
            numbers = (plain_number(self._lines.splitting_ev), f"{self._lines.ratio:.3g}")
            self._label.setText("Doublet locked: {} eV apart, area ratio {}".format(*numbers))
            self.button.setText("Unlock…")
            self.button.setToolTip(tooltip(_LOCKED))

    def _toggle(self) -> None:
        if self._lines is not None:
            (self.lockWanted if self._lines.unlocked_because else self.unlockWanted).emit()
