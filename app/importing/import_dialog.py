"""Ask how the columns of a text file are to be understood, and show what comes of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.importing.import_form import ImportForm
from app.importing.import_plot import ImportPlot
from app.importing.importing import ImportAnswer
from app.importing.opening import Unclear
from app.widgets.check_box import CheckBox
from app.widgets.numerals import MINUS, plain_number
from app.widgets.wording import explain, listed
from xps.errors import XpsError
from xps.readers.text_import import Question, TextPreview, preview_text

_SIZE = (940, 580)
_FORM_WIDTH, _NAME_WIDTH, _COLUMN_WIDTH = 330, 420, 180
_MOST_WARNINGS = 2
_ROW_PADDING = 6  # px
_ASKED: dict[Question, str] = {
    "axis": "the kind of energy",
    "photon_energy_ev": "the photon energy",
    "unit": "the unit of the intensities",
    "live_time": "the counting time",
}


class ImportDialog(QDialog):
    """Fields beside the first rows of the file and a plot of the spectra.

    Parameters
    ----------
    file : Unclear
    alike : int
        How many files the answer can be used for, this one included.
    """

    def __init__(self, file: Unclear, alike: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._shown: TextPreview = file.detected
        self._problem: XpsError | None = None  # of the delimiter and the decimal sign
        self.setWindowTitle(f"Open {file.path.name}")
        name = self.fontMetrics().elidedText(
            file.path.name, Qt.TextElideMode.ElideMiddle, _NAME_WIDTH
        )
        self.question = QLabel(_question(name, file.detected.questions))
        self.form = ImportForm(file.detected)
        self.rows = QTableWidget()
        self.rows.setAccessibleName("First rows of the file")
        self.rows.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.rows.setTabKeyNavigation(False)
        self.rows.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + _ROW_PADDING)
        self.rows.horizontalHeader().setMaximumSectionSize(_COLUMN_WIDTH)
        self.plot = ImportPlot()
        self.note = QLabel()
        for label in (self.question, self.note):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            # A long name without blanks must not widen the window.
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.for_all = CheckBox(f"Use for all {alike} files like this")
        self.for_all.setAccessibleName(self.for_all.text())
        self.for_all.setToolTip("Each file keeps its own sample name and core level.")
        self.for_all.setChecked(alike > 1)
        self.for_all.setVisible(alike > 1)
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel)
        self.ok_button = self.buttons.button(buttons.Ok)
        self.ok_button.setText("Open")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._build()
        self._show_rows()
        self._show()
        self.form.changed.connect(self._show)
        self.form.tablePicked.connect(self._show_table)
        self.form.dialectPicked.connect(self._show_dialect)
        self.resize(*_SIZE)
        self.form.first_asked.setFocus()

    @property
    def answer(self) -> ImportAnswer:
        """What is chosen."""
        return ImportAnswer(self._shown.choice, self.for_all.isChecked())

    def _build(self) -> None:
        self.form.setFixedWidth(_FORM_WIDTH)
        left = QVBoxLayout()
        left.addWidget(self.form)
        left.addStretch(1)
        right = QVBoxLayout()
        right.addWidget(self.rows, 2)
        right.addWidget(self.plot, 3)
        right.addWidget(self.note)
        both = QHBoxLayout()
        both.addLayout(left)
        both.addLayout(right, 1)
        below = QHBoxLayout()
        below.addWidget(self.for_all)
        below.addStretch(1)
        below.addWidget(self.buttons)
        whole = QVBoxLayout(self)
        whole.addWidget(self.question)
        whole.addLayout(both, 1)
        whole.addLayout(below)

    def _show_dialect(self) -> None:
        """Part the columns anew; all else that was chosen stays."""
        try:
            self._shown = preview_text(self._file.content, dialect=self.form.dialect)
        except XpsError as error:
            self._problem = error
            self.rows.setRowCount(0)
            self.rows.setColumnCount(0)
        else:
            self._problem = None
            self.form.show_dialect(self._shown)
            self._show_rows()
        self._show()

    def _show_table(self) -> None:
        """List the columns of the table that was picked, before its spectra are asked for."""
        suggested = self.form.columns_of(self.form.table.currentData())
        self._shown = preview_text(self._file.content, suggested)
        self.form.show_columns(self._shown.labels, suggested)
        self._show_rows()
        self._show()

    def _show(self) -> None:
        """Draw what the choice makes of the file."""
        try:
            if self._problem is not None:
                raise self._problem
            self._shown = preview_text(self._file.content, self.form.choice)
        except XpsError as error:
            self.ok_button.setEnabled(False)
            self.plot.show_spectra(())
            self.note.setText(f"⚠ {explain(error)}")
            return
        self.ok_button.setEnabled(True)
        self.plot.show_spectra(self._shown.spectra)
        self.form.show_names(self._shown.spectra)
        self.note.setText(_summary(self._shown))
        self._name_columns()

    def _show_rows(self) -> None:
        rows = self._shown.rows
        self.rows.setRowCount(len(rows))
        self.rows.setColumnCount(len(self._shown.labels))
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                text = plain_number(value).replace("-", MINUS) if value == value else ""
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.rows.setItem(row, column, item)
        self._name_columns()
        self.rows.resizeColumnsToContents()

    def _name_columns(self) -> None:
        choice = self._shown.choice
        for column, label in enumerate(self._shown.labels):
            role = "–"
            if column == choice.energy_column:
                role = "Energy"
            elif column in choice.intensity_columns:
                role = "Intensity"
            name = f"{column + 1}  {label}".rstrip()
            self.rows.setHorizontalHeaderItem(column, QTableWidgetItem(f"{name}\n{role}"))


def _question(name: str, questions: Sequence[Question]) -> str:
    asked = [_ASKED[question] for question in questions]
    guessed = asked[0] if len(asked) == 1 else f"{', '.join(asked[:-1])} and {asked[-1]}"
    return f"{name} does not tell {guessed}. What is guessed stands in bold below."


def _summary(shown: TextPreview) -> str:
    first = shown.spectra[0]
    energies = first.energy_ev if first.binding_energy_ev is None else first.binding_energy_ev
    count = len(shown.spectra)
    head = "1 spectrum" if count == 1 else f"{count} spectra, the first"
    ends = f"{energies[0]:.2f} to {energies[-1]:.2f} eV".replace("-", MINUS)
    core_level = f"{first.core_level}, " if count == 1 and first.core_level else ""
    warnings = [f"⚠ {warning}" for warning in shown.warnings]
    return listed(f"{head}: {core_level}{first.n_points} points, {ends}", warnings, _MOST_WARNINGS)
