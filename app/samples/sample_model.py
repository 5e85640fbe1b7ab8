"""Samples and their spectra as rows; what a row says is looked up when it is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import overload

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from app.gestures.sweep_gestures import sum_description
from app.plot.shown import FitState, fit_state
from app.samples.badges import BADGE_TEXTS, BADGE_TIPS, Badges
from app.samples.spectrum_names import spectrum_names
from app.widgets.plain import tooltip
from xps.errors import XpsError
from xps.project import Entry, Project

ENTRY_ROLE = Qt.ItemDataRole.UserRole + 1
SAMPLE_ROLE = Qt.ItemDataRole.UserRole + 2
NAME, POINTS, STATE, SHAPE = range(4)
"""The columns."""

_HEADERS = ("Spectrum", "Points", "State", "Shape")
_SHAPE_TIP = "Intensity against binding energy, which falls to the right, from least to most"
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_NOWHERE = QModelIndex()

Index = QModelIndex | QPersistentModelIndex
Roles = Qt.ItemDataRole

_SAID = frozenset(
    (
        Roles.DisplayRole,
        Roles.EditRole,
        Roles.DecorationRole,
        Roles.ToolTipRole,
        Roles.TextAlignmentRole,
        Roles.CheckStateRole,
        Roles.AccessibleTextRole,
        ENTRY_ROLE,
        SAMPLE_ROLE,
    )
)


class SampleModel(QAbstractItemModel):
    """Samples, and below each its spectra.

    Parameters
    ----------
    badges : Badges
    parent : QObject, optional

    Signals
    -------
    sampleRenamed(str, str)
        Another name was typed for a sample: old and new name.
    overlayToggled(str, bool)
        The box of a spectrum was checked or unchecked.
    """

    sampleRenamed = Signal(str, str)
    overlayToggled = Signal(str, bool)

    def __init__(self, badges: Badges, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._badges = badges
        self._project = Project()
        self._failures: Mapping[str, XpsError] = {}
        self._overlaid: tuple[str, ...] = ()
        self._names: Mapping[str, str] = {}
        self._rows: list[tuple[str, list[str]]] = []  # samples, with the ids of their spectra

    @property
    def samples(self) -> tuple[str, ...]:
        """The names of the samples, row by row."""
        return tuple(name for name, _ in self._rows)

    def has_rows_of(self, project: Project) -> bool:
        """Whether the rows of a project are those that are shown."""
        return self._rows == _rows(project)

    def show_project(self, project: Project, failures: Mapping[str, XpsError]) -> None:
        """Show another project."""
        has_its_rows = self.has_rows_of(project)
        if not has_its_rows:
            self.beginResetModel()
        if project.entries is not self._project.entries:
            self._names = spectrum_names(project)
        self._project, self._failures = project, failures
        if has_its_rows:
            self.redraw()
        else:
            self._rows = _rows(project)
            self.endResetModel()

    def show_overlaid(self, entry_ids: Sequence[str]) -> None:
        """Check the boxes of these spectra, and no others."""
        self._overlaid = tuple(entry_ids)
        self.redraw()

    def redraw(self) -> None:
        """Let the views ask anew for what they show."""
        self.layoutAboutToBeChanged.emit()
        self.layoutChanged.emit()

    def entry_index(self, entry_id: str) -> QModelIndex:
        """Return the first column of a spectrum's row; invalid where there is none."""
        for sample, (_, ids) in enumerate(self._rows):
            if entry_id in ids:
                return self.createIndex(ids.index(entry_id), NAME, sample + 1)
        return QModelIndex()

    # What Qt asks. The id of an index is 0 for a sample, else 1 + the row of its sample.

    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    @overload
    def parent(self) -> QObject: ...
    @overload
    def parent(self, child: Index) -> QModelIndex: ...
    def parent(self, child: Index | None = None) -> QObject | QModelIndex:
        if child is None:
            return super().parent()
        if not child.isValid() or not child.internalId():
            return QModelIndex()
        return self.createIndex(child.internalId() - 1, NAME, 0)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        if not parent.isValid():
            return len(self._rows)
        is_sample = parent.internalId() == 0 and parent.column() == NAME
        return len(self._rows[parent.row()][1]) if is_sample else 0

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return len(_HEADERS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Roles.DisplayRole:
            return _HEADERS[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() != NAME:
            return flags
        if index.internalId() == 0:
            return flags | Qt.ItemFlag.ItemIsEditable
        return flags | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = 0) -> object:
        if role not in _SAID or not index.isValid():
            return None
        if index.internalId() == 0:
            return self._of_sample(index, role)
        entry = self._entry(index)
        if index.column() == NAME:
            return self._name_cell(entry, role)
        if index.column() == POINTS:
            return _points_cell(entry, role)
        if index.column() == STATE:
            return self._state_cell(entry, role)
        return _SHAPE_TIP if role == Roles.ToolTipRole else None

    def setData(self, index: Index, value: object, role: int = Roles.EditRole) -> bool:
        if index.column() != NAME:
            return False
        if index.internalId() == 0 and role == Roles.EditRole:
            name, _ = self._rows[index.row()]
            if value != name:
                self.sampleRenamed.emit(name, str(value))
            return True
        if index.internalId() and role == Roles.CheckStateRole:
            entry_id = self._entry(index).id
            overlaid = Qt.CheckState(value) == Qt.CheckState.Checked
            if overlaid != (entry_id in self._overlaid):
                self.overlayToggled.emit(entry_id, overlaid)
            return True
        return False

    # What rows say

    def _entry(self, index: Index) -> Entry:
        _, ids = self._rows[index.internalId() - 1]
        return self._project.entry(ids[index.row()])

    def _of_sample(self, index: Index, role: int) -> object:
        if index.column() != NAME:
            return None
        name, _ = self._rows[index.row()]
        if role in (Roles.DisplayRole, Roles.EditRole, SAMPLE_ROLE):
            return name
        return tooltip(name) if role == Roles.ToolTipRole else None

    def _name_cell(self, entry: Entry, role: int) -> object:
        name = self._names[entry.id]
        if role == ENTRY_ROLE:
            return entry.id
        if role == Roles.DisplayRole:
            return name
        if role == Roles.ToolTipRole:
            return tooltip(_description(entry))
        if role == Roles.AccessibleTextRole:
            return f"{name}, {BADGE_TEXTS[self._state(entry)]}"
        if role == Roles.CheckStateRole:
            checks = Qt.CheckState
            return checks.Checked if entry.id in self._overlaid else checks.Unchecked
        return None

    def _state_cell(self, entry: Entry, role: int) -> object:
        if role == Roles.DisplayRole:
            return BADGE_TEXTS[self._state(entry)]
        if role == Roles.DecorationRole:
            return self._badges.icon(self._state(entry))
        return BADGE_TIPS[self._state(entry)] if role == Roles.ToolTipRole else None

    def _state(self, entry: Entry) -> FitState:
        return fit_state(self._project, entry, self._failures)


def _points_cell(entry: Entry, role: int) -> object:
    if role == Roles.DisplayRole:
        return str(entry.spectrum.n_points)
    return _RIGHT if role == Roles.TextAlignmentRole else None


def _rows(project: Project) -> list[tuple[str, list[str]]]:
    """The samples, each with the ids of its spectra."""
    ids: dict[str, list[str]] = {sample.name: [] for sample in project.samples}
    for entry in project.entries:
        ids[entry.sample].append(entry.id)
    return list(ids.items())


def _description(entry: Entry) -> str:
    spectrum = entry.spectrum
    parts = [spectrum.name or entry.label, "Check it to draw it behind the selected spectrum."]
    if spectrum.origin is not None:
        parts.append(f"File: {spectrum.origin.file}")
    parts += sum_description(spectrum)
    parts += [f"{name}: {value:g}" for name, value in spectrum.series]
    if spectrum.photon_energy_ev is not None:
        parts.append(f"Photon energy: {spectrum.photon_energy_ev:g} eV")
    if spectrum.pass_energy_ev is not None:
        parts.append(f"Pass energy: {spectrum.pass_energy_ev:g} eV")
    if spectrum.live_time_s is not None:
        parts.append(f"Live time: {spectrum.live_time_s:g} s per channel")
    parts += [f"Note: {warning}" for warning in spectrum.warnings]
    return "\n".join(parts)
