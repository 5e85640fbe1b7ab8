"""Charge reference of the selected sample, at the top of the inspector."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QGroupBox, QLabel, QWidget

from app.gestures.gestures import short_name
from app.widgets.number_field import NumberField
from xps.numbers_text import UNKNOWN, with_error
from xps.project import ChargeReference, Project, Sample

_AS_MEASURED = "None: energies as measured"
_MANUAL = "Shift typed by hand"


class ChargeSection(QGroupBox):
    """How the energy scale of a sample is set.

    Signals
    -------
    methodChosen(str)
    shiftTyped(float)
        In eV, corrected minus measured.
    refused(str)
    """

    methodChosen = Signal(str)
    shiftTyped = Signal(float)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Charge reference", parent)
        self.method = QComboBox()
        self.method.setAccessibleName("Charge reference")
        self.method.setToolTip("What puts the binding energies of this sample on their scale")
        self.method.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.method.activated.connect(lambda row: self.methodChosen.emit(self.method.itemData(row)))
        self.shift = NumberField(
            "Charge shift in eV", "Corrected minus measured binding energy in eV"
        )
        self.shift.typed.connect(self.shiftTyped)
        self.shift.refused.connect(self.refused)
        self._error = QLabel()
        self._error.setTextFormat(Qt.TextFormat.PlainText)
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 4, 8, 6)
        grid.addWidget(self.method, 0, 0, 1, 3)
        grid.addWidget(QLabel("Shift / eV"), 1, 0)
        grid.addWidget(self.shift, 1, 1)
        grid.addWidget(self._error, 1, 2)
        grid.setColumnStretch(2, 1)

    @property
    def error_text(self) -> str:
        """What stands behind the shift."""
        return self._error.text()

    def show_sample(self, project: Project, sample: Sample | None) -> None:
        """Show the charge reference of a sample."""
        self.setEnabled(sample is not None)
        charge = sample.charge if sample else ChargeReference()
        self.method.clear()
        if charge.component:
            self.method.addItem(_reference_text(project, charge), "component")
        self.method.addItem(_MANUAL, "manual")
        self.method.addItem(_AS_MEASURED, "none")
        self.method.setCurrentIndex(self.method.findData(charge.method))
        self.shift.show_value(charge.shift_ev)
        self._error.setText(_error_text(charge))


def _reference_text(project: Project, charge: ChargeReference) -> str:
    name = charge.component
    for region in project.regions:
        for component in region.components:
            if region.core_level == charge.core_level and component.id == charge.component:
                name = short_name(component.name)
    energy = UNKNOWN if charge.energy_ev is None else f"{charge.energy_ev:g}"
    return f"{name} ({charge.core_level}) at {energy} eV"


def _error_text(charge: ChargeReference) -> str:
    if charge.method == "none":
        return ""
    if charge.method == "manual":
        return "by hand"
    if charge.stderr_ev is None:
        return "found by the fit (F5)"
    _, _, error = with_error(charge.shift_ev, charge.stderr_ev).partition(" ± ")
    scale = "" if charge.uncertainty_ev is None else f", reference ± {charge.uncertainty_ev:g}"
    return f"± {error} (fit){scale}"
