"""The fields that say how a text file is to be understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from app.widgets.check_box import BoxDelegate
from app.widgets.fonts import bold
from app.widgets.numerals import parse_number, plain_number
from xps.errors import ReadError
from xps.readers.text_import import TextChoice, TextPreview, in_dialect
from xps.readers.text_table import DECIMAL_SIGNS, DELIMITERS, DecimalSign, Dialect
from xps.spectrum import Spectrum

_AXES = (("Binding", "binding"), ("Kinetic", "kinetic"))
_UNITS = (("Counts", "counts"), ("Counts per second", "counts/s"), ("Of unknown unit", "arbitrary"))
_DELIMITERS: dict[str, str] = {
    "\t": "Tabs",
    ";": "Semicolons ;",
    ",": "Commas ,",
    " ": "Blanks",
    "|": "Bars |",
}
_DECIMALS: dict[DecimalSign, str] = {".": "Point, as in 0.5", ",": "Comma, as in 0,5"}
_LIST_HEIGHT = 96
_CHECKED = Qt.CheckState.Checked


class ImportForm(QWidget):
    """One row a field; those that the file does not tell are bold.

    Parameters
    ----------
    detected : TextPreview

    Signals
    -------
    changed()
        The choice may be another one.
    tablePicked()
        The columns are to be those of another table.
    dialectPicked()
        Columns are parted by another sign, or numbers written with another one.
    """

    changed = Signal()
    tablePicked = Signal()
    dialectPicked = Signal()

    def __init__(self, detected: TextPreview, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._detected = detected
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        choice, asked = detected.choice, set(detected.questions)
        delimiters = [(_DELIMITERS[sign], sign) for sign in DELIMITERS]
        self.delimiter = self._pick("Columns parted &by", delimiters, choice.dialect.delimiter)
        decimals = [(_DECIMALS[sign], sign) for sign in DECIMAL_SIGNS]
        self.decimal = self._pick("De&cimal sign", decimals, choice.dialect.decimal)
        self.table = self._pick("&Spectra", self._tables(), choice.table)
        self._form.setRowVisible(self.table, self.table.count() > 1)
        self.energy = self._pick("&Energy column", [], None)
        self.intensities = QListWidget()
        self.intensities.setItemDelegate(BoxDelegate(self.intensities))
        self.intensities.setMaximumHeight(_LIST_HEIGHT)
        self._add("&Intensity columns", self.intensities)
        self.axis = self._pick("Kind of ener&gy", _AXES, choice.axis, asked="axis" in asked)
        self.photon_energy = self._number(
            "&Photon energy / eV", choice.photon_energy_ev, asked="photon_energy_ev" in asked
        )
        self.unit = self._pick("Intensities &are", _UNITS, choice.unit, asked="unit" in asked)
        is_live_time_asked = "live_time" in asked
        self.dwell = self._number("&Dwell time / s", choice.dwell_s, asked=is_live_time_asked)
        self.sweeps = self._number("S&weeps", choice.sweeps, asked=is_live_time_asked)
        self.core_level = self._text("Core &level")
        self.sample = self._text("Sa&mple")
        self.show_names(detected.spectra)
        self.show_columns(detected.labels, choice)
        self.table.currentIndexChanged.connect(self.tablePicked)
        for combo in (self.delimiter, self.decimal):
            combo.currentIndexChanged.connect(self.dialectPicked)
        for combo in (self.energy, self.axis, self.unit):
            combo.currentIndexChanged.connect(self.changed)
        self.intensities.itemChanged.connect(self.changed)
        for field in (self.photon_energy, self.dwell, self.sweeps, self.core_level, self.sample):
            field.textChanged.connect(self.changed)

    @property
    def first_asked(self) -> QWidget:
        """The first field that the file does not tell."""
        places: dict[str, QWidget] = {
            "axis": self.axis,
            "photon_energy_ev": self.photon_energy,
            "unit": self.unit,
            "live_time": self.dwell,
        }
        return next(
            (w for name, w in places.items() if name in self._detected.questions), self.axis
        )

    @property
    def dialect(self) -> Dialect:
        """What parts columns, and the decimal sign.

        Raises
        ------
        ReadError
            If both are a comma.
        """
        return Dialect(self.delimiter.currentData(), self.decimal.currentData())

    @property
    def choice(self) -> TextChoice:
        """What is chosen.

        Raises
        ------
        ReadError
            If what was typed is no number.
        """
        detected = self._detected.choice
        return replace(
            detected,
            table=self.table.currentData(),
            energy_column=self.energy.currentIndex(),
            intensity_columns=tuple(
                row
                for row in range(self.intensities.count())
                if self.intensities.item(row).checkState() == _CHECKED
            ),
            axis=self.axis.currentData(),
            unit=self.unit.currentData(),
            photon_energy_ev=_typed(self.photon_energy, detected.photon_energy_ev),
            dwell_s=_typed(self.dwell, detected.dwell_s),
            sweeps=_typed(self.sweeps, detected.sweeps),
            core_level=self.core_level.text().strip() or None,
            sample=self.sample.text().strip() or None,
        )

    def show_dialect(self, detected: TextPreview) -> None:
        """Take what is detected in another dialect; what was changed by hand stays as it is."""
        choice = in_dialect(self.choice, self._detected.choice, detected.choice)
        self._detected = detected
        blocked = [QSignalBlocker(widget) for widget in self.findChildren(QWidget)]
        self.table.clear()
        for text, number in self._tables():
            self.table.addItem(text, number)
        self.table.setCurrentIndex(max(self.table.findData(choice.table), 0))
        self._form.setRowVisible(self.table, self.table.count() > 1)
        self.axis.setCurrentIndex(self.axis.findData(choice.axis))
        self.unit.setCurrentIndex(self.unit.findData(choice.unit))
        for field, value in (
            (self.photon_energy, choice.photon_energy_ev),
            (self.dwell, choice.dwell_s),
            (self.sweeps, choice.sweeps),
        ):
            if parse_number(field.text()) != value:
                field.setText(_text_of(value))
        self.show_names(detected.spectra)
        self.show_columns(detected.labels, choice)
        blocked.clear()

    def columns_of(self, table: int | None) -> TextChoice:
        """Return the detected choice with the columns that a table suggests."""
        choice = self._detected.choice
        places = [place for place in self._detected.places if place.table == table]
        if table is None or table == choice.table:
            return replace(choice, table=table)
        energy = places[0].energy
        columns = tuple(place.intensity for place in places if place.energy == energy)
        return replace(choice, table=table, energy_column=energy, intensity_columns=columns)

    def show_columns(self, labels: Sequence[str], choice: TextChoice) -> None:
        """List the columns of another table, those of a choice chosen."""
        blocked = QSignalBlocker(self.energy), QSignalBlocker(self.intensities)
        self.energy.clear()
        self.intensities.clear()
        for column, label in enumerate(labels):
            text = f"{column + 1}  {label}".rstrip()
            self.energy.addItem(text)
            item = QListWidgetItem(text)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            is_taken = column in choice.intensity_columns
            item.setCheckState(_CHECKED if is_taken else Qt.CheckState.Unchecked)
            self.intensities.addItem(item)
        self.energy.setCurrentIndex(choice.energy_column)
        self.intensities.setCurrentRow(min(choice.intensity_columns, default=0))
        for widget in (self.energy, self.intensities):
            widget.setEnabled(choice.table is not None)
        del blocked

    def _tables(self) -> list[tuple[str, int | None]]:
        numbers = dict.fromkeys(place.table for place in self._detected.places)
        tables: list[tuple[str, int | None]] = [(f"Of table {n + 1}", n) for n in numbers]
        if self._detected.choice.table is not None:
            return tables
        return [(f"All {len(self._detected.spectra)} found", None), *tables]

    def _add(self, label: str, widget: QWidget, *, asked: bool = False) -> None:
        name = QLabel(label)
        name.setBuddy(widget)
        if asked:
            name.setFont(bold(name.font()))
            widget.setAccessibleDescription("Not told by the file")
        widget.setAccessibleName(label.replace("&", ""))
        self._form.addRow(name, widget)

    def _pick(
        self,
        label: str,
        choices: Sequence[tuple[str, object]],
        present: object,
        *,
        asked: bool = False,
    ) -> QComboBox:
        combo = QComboBox()
        combo.setMinimumContentsLength(14)
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        combo.setSizeAdjustPolicy(policy)
        for text, data in choices:
            combo.addItem(text, data)
        datas = [data for _, data in choices]
        combo.setCurrentIndex(datas.index(present) if present in datas else 0)
        self._add(label, combo, asked=asked)
        return combo

    def _number(self, label: str, value: float | None, *, asked: bool) -> QLineEdit:
        field = QLineEdit(_text_of(value))
        field.setPlaceholderText("not known")
        self._add(label, field, asked=asked)
        return field

    def _text(self, label: str) -> QLineEdit:
        field = QLineEdit()
        self._add(label, field)
        return field

    def show_names(self, spectra: Sequence[Spectrum]) -> None:
        """Show in empty fields the core level and the sample that spectra have."""
        levels = {spectrum.core_level or "not recognized" for spectrum in spectra}
        samples = {spectrum.sample for spectrum in spectra}
        for field, names in ((self.core_level, levels), (self.sample, samples)):
            one = next(iter(names)) if len(names) == 1 else "that of each spectrum"
            field.setPlaceholderText(one)


def _text_of(value: float | None) -> str:
    return "" if value is None else plain_number(value)


def _typed(field: QLineEdit, detected: float | None) -> float | None:
    """Return the number in a field; untouched, it has all digits that were detected."""
    text = field.text().strip()
    if text == _text_of(detected):
        return detected
    if not text:
        return None
    number = parse_number(text)
    if number is None:
        raise ReadError(
            f"{text!r} is no number", "type a number, or nothing", where=field.accessibleName()
        )
    return number
