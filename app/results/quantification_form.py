"""How areas become amounts: sensitivity, transmission, escape depth and angle, to choose from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QPushButton, QWidget

from app.widgets.number_field import NumberField
from app.widgets.plain import tooltip
from xps.angular import MAGIC_ANGLE_DEG
from xps.errors import XpsError
from xps.escape_depth import MATERIALS, Material
from xps.quantification_settings import ESCAPE_EXPONENT, QuantificationSettings
from xps.sensitivity import SET_NAME
from xps.transmission import TransmissionTable

_ASK = "ask"
_POWER = "power"
_OUT, _AT = "out", "at"
_EXPONENT = 0.6  # of the transmission, where one is chosen first; what many analyzers have
_FILES = "Table from a file…"


class QuantificationForm(QWidget):
    """Four choices, each with its number where it has one.

    Signals
    -------
    chosen(QuantificationSettings)
    sensitivityWanted(), transmissionWanted(), materialWanted()
        A file with a table, or the numbers of a material, shall be asked for.
    refused(str)
    """

    chosen = Signal(object)
    sensitivityWanted = Signal()
    transmissionWanted = Signal()
    materialWanted = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = QuantificationSettings()
        self.sensitivity = _box(
            "Sensitivity factors", "How strongly atoms of each core level show (RSF)"
        )
        self.transmission = _box(
            "Transmission of the analyzer",
            "How the analyzer's transmission changes with the kinetic energy",
        )
        self.transmission_exponent = NumberField(
            "Exponent of the transmission", "n in transmission ∝ E⁻ⁿ, no unit; within ±3"
        )
        self.escape = _box(
            "Escape depth", "How deep electrons come from: inelastic mean free path, nm"
        )
        self.escape_exponent = NumberField(
            "Exponent of the escape depth", "n in escape depth ∝ Eⁿ, no unit; within ±3"
        )
        self.angular = _box(
            "Angular distribution",
            "Whether the angle between X-rays and analyzer is accounted for; at the magic angle "
            f"of {MAGIC_ANGLE_DEG:.1f}° it does not matter",
        )
        self.angle = NumberField(
            "Angle between X-rays and analyzer in degrees",
            "Angle between X-rays and analyzer in degrees, 0 to 180",
        )
        self.default_button = QPushButton("Default")
        self._build()
        self._connect()
        self.show_settings(self._settings)

    def show_settings(self, settings: QuantificationSettings) -> None:
        """Show the settings of a project."""
        self._settings = settings
        own, known, escape = settings.sensitivity, settings.transmission, settings.escape
        _fill(
            self.sensitivity,
            [
                (SET_NAME, None),
                *([(f"{own.name} (own table)", own)] if own else []),
                (_FILES, _ASK),
            ],
            1 if own else 0,
        )
        choices: list[tuple[str, object]] = [
            ("From the files", "file"),
            ("None: corrected already", "none"),
            ("∝ E⁻ⁿ", _POWER),
        ]
        place = 2
        if isinstance(known, TransmissionTable):
            choices.append((f"{known.name} (own table)", known))
            place = 3
        elif isinstance(known, str):
            place = ("file", "none").index(known)
        _fill(self.transmission, [*choices, (_FILES, _ASK)], place)
        is_power = isinstance(known, int | float)
        self.transmission_exponent.setVisible(is_power)
        if isinstance(known, int | float):
            self.transmission_exponent.show_value(known)
        self._show_escape(escape)
        angle = settings.angle_deg
        _fill(self.angular, [("Left out", _OUT), ("At the angle / °", _AT)], int(angle is not None))
        self.angle.setVisible(angle is not None)
        if angle is not None:
            self.angle.show_value(angle)
        self.default_button.setEnabled(settings != QuantificationSettings())

    def _show_escape(self, escape: float | Material) -> None:
        materials = list(MATERIALS.values())
        if isinstance(escape, Material) and escape not in materials:
            materials.append(escape)
        choices: list[tuple[str, object]] = [("∝ Eⁿ", _POWER), ("Part of the factors", 0.0)]
        choices += [(f"TPP-2M in {material.formula}", material) for material in materials]
        if isinstance(escape, Material):
            place = 2 + materials.index(escape)
        else:
            place = 1 if escape == 0.0 else 0
        _fill(self.escape, [*choices, ("Another material…", _ASK)], place)
        self.escape_exponent.setVisible(place == 0)
        if not isinstance(escape, Material):
            self.escape_exponent.show_value(escape)

    def _build(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 0, 4, 0)
        grid.setVerticalSpacing(2)
        rows: tuple[tuple[str, QComboBox, NumberField | None], ...] = (
            ("Sensitivity", self.sensitivity, None),
            ("Transmission", self.transmission, self.transmission_exponent),
            ("Escape depth", self.escape, self.escape_exponent),
            ("Angular", self.angular, self.angle),
        )
        for row, (text, box, field) in enumerate(rows):
            label = QLabel(text)
            label.setBuddy(box)
            grid.addWidget(label, row, 0)
            grid.addWidget(box, row, 1)
            if field is not None:
                field.setMaximumWidth(60)
                grid.addWidget(field, row, 2)
        self.default_button.setToolTip(
            f"{SET_NAME}, transmission from the files, escape depth ∝ E^{ESCAPE_EXPONENT:g}, no "
            "angular distribution"
        )
        self.default_button.setMaximumWidth(self.default_button.minimumSizeHint().width())
        grid.addWidget(self.default_button, 0, 2)
        grid.setRowStretch(len(rows), 1)
        grid.setColumnStretch(1, 1)

    def _connect(self) -> None:
        self.sensitivity.activated.connect(self._choose_sensitivity)
        self.transmission.activated.connect(self._choose_transmission)
        self.escape.activated.connect(self._choose_escape)
        self.angular.activated.connect(self._choose_angular)
        self.transmission_exponent.typed.connect(
            lambda n: self.change(lambda old: replace(old, transmission=n))
        )
        self.escape_exponent.typed.connect(
            lambda n: self.change(lambda old: replace(old, escape=n))
        )
        self.angle.typed.connect(
            lambda angle: self.change(lambda old: replace(old, angle_deg=angle))
        )
        self.default_button.clicked.connect(lambda: self.chosen.emit(QuantificationSettings()))
        for field in (self.transmission_exponent, self.escape_exponent, self.angle):
            field.refused.connect(self.refused)

    def _choose_sensitivity(self, row: int) -> None:
        chosen = self.sensitivity.itemData(row)
        if chosen == _ASK:
            self._ask(self.sensitivityWanted)
        else:
            self.change(lambda old: replace(old, sensitivity=chosen))

    def _choose_transmission(self, row: int) -> None:
        chosen = self.transmission.itemData(row)
        if chosen == _ASK:
            self._ask(self.transmissionWanted)
        elif chosen == _POWER:
            if not isinstance(self._settings.transmission, int | float):
                self.change(lambda old: replace(old, transmission=_EXPONENT))
        else:
            self.change(lambda old: replace(old, transmission=chosen))

    def _choose_escape(self, row: int) -> None:
        chosen = self.escape.itemData(row)
        if chosen == _ASK:
            self._ask(self.materialWanted)
        elif chosen == _POWER:
            if isinstance(self._settings.escape, Material) or self._settings.escape == 0.0:
                self.change(lambda old: replace(old, escape=ESCAPE_EXPONENT))
        else:
            self.change(lambda old: replace(old, escape=chosen))

    def _choose_angular(self, row: int) -> None:
        if self.angular.itemData(row) == _OUT:
            self.change(lambda old: replace(old, angle_deg=None))
        elif self._settings.angle_deg is None:
            self.change(lambda old: replace(old, angle_deg=round(MAGIC_ANGLE_DEG, 1)))

    def _ask(self, signal: SignalInstance) -> None:
        """Show what holds until another choice is made, and ask for one."""
        self.show_settings(self._settings)
        signal.emit()

    def change(self, edit: Callable[[QuantificationSettings], QuantificationSettings]) -> None:
        """Ask for settings that are made from the present ones, unless that fails."""
        try:
            settings = edit(self._settings)
        except XpsError as error:
            self.show_settings(self._settings)
            self.refused.emit(str(error))
            return
        if settings != self._settings:
            self.chosen.emit(settings)


def _box(name: str, tip: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(tooltip(tip))
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(16)
    return box


def _fill(box: QComboBox, choices: list[tuple[str, object]], present: int) -> None:
    box.clear()
    for text, data in choices:
        box.addItem(text, data)
        box.setItemData(box.count() - 1, tooltip(text), Qt.ItemDataRole.ToolTipRole)
    box.setCurrentIndex(present)
