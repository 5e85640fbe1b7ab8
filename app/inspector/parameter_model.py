"""The numbers of one component or background: value, fitted or fixed, bounds, tie."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt, Signal
from PySide6.QtGui import QBrush, QFont, QGuiApplication, QPalette

from app.gestures.component_gestures import possible_links
from app.gestures.gestures import bound_text, typed_number
from app.gestures.ties import NOT_TIED, link_choice, typed_link
from app.inspector.component_cells import tie_text
from app.inspector.component_table import Index
from app.inspector.parameter_rows import ParameterRow
from app.widgets.fonts import bold
from app.widgets.numerals import MINUS, plain_number
from app.widgets.plain import tooltip
from app.widgets.theme import VERMILLION, mix
from xps.errors import XpsError
from xps.model import Param, Ref, Region
from xps.numbers_text import UNKNOWN, number

HEADERS = ("Value", "Fitted", "Min", "Max", "Tied")
VALUE, FITTED, MIN, MAX, TIED = range(len(HEADERS))
_TIPS = (
    "Start value before the fit, best value after it",
    "Checked: the fit changes it. Unchecked: fixed.",
    "Lower bound; empty for none",
    "Upper bound; empty for none",
    "Tied to the same number of another component: A, A + 1.18 or A × 0.5",
)


class ParameterModel(QAbstractTableModel):
    """Parameters of one component, or of a background.

    Parameters
    ----------
    parent : QObject, optional
    ties : bool
        Whether they can be tied to those of other components.

    Signals
    -------
    valueTyped(Ref, float), varyToggled(Ref, bool), boundsTyped(Ref, float, float)
        What a person wants changed.
    tieChosen(Ref, object)
        The `Link`, or None to untie.
    refused(str)
        What was typed cannot be taken.
    """

    valueTyped = Signal(object, float)
    varyToggled = Signal(object, bool)
    boundsTyped = Signal(object, float, float)
    tieChosen = Signal(object, object)
    refused = Signal(str)

    def __init__(self, parent: QObject | None = None, *, ties: bool = True) -> None:
        super().__init__(parent)
        self._region: Region | None = None
        self._rows: tuple[ParameterRow, ...] = ()
        self._n_columns = len(HEADERS) if ties else len(HEADERS) - 1

    def show_rows(self, region: Region | None, rows: tuple[ParameterRow, ...]) -> None:
        """Show parameters of a region, or none."""
        same_rows = [(r.ref, r.title) for r in rows] == [(r.ref, r.title) for r in self._rows]
        if not same_rows:
            self.beginResetModel()
        self._region, self._rows = region, rows
        if not same_rows:
            self.endResetModel()
        elif rows:
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def row_of(self, ref: Ref) -> int:
        """Return the row of a parameter; -1 if it has none."""
        refs = [row.ref for row in self._rows]
        return refs.index(ref) if ref in refs else -1

    def tie_choices(self, row: int) -> list[str]:
        """Return what the parameter of a row can be tied to."""
        assert self._region is not None
        region = self._region
        links = possible_links(region, self._rows[row].ref)
        return [NOT_TIED, *(link_choice(region, link) for link in links)]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._n_columns

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        horizontal = orientation == Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADERS[section] if horizontal else self._rows[section].title
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(_TIPS[section] if horizontal else self._rows[section].cell.tip)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self._region is None:
            return None
        param = self._param(index)
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole and column == VALUE:
            return _value_text(self._rows[index.row()], param)
        if role == Qt.ItemDataRole.DisplayRole:
            return _signed(self._text(param, column))
        if role == Qt.ItemDataRole.EditRole:
            return self._text(param, column)
        if role in (Qt.ItemDataRole.FontRole, Qt.ItemDataRole.ForegroundRole):
            marked = column == VALUE and self._rows[index.row()].cell.mark == "bound"
            return _bound_look(role) if marked else None
        if role == Qt.ItemDataRole.CheckStateRole and column == FITTED:
            return Qt.CheckState.Checked if param.is_free else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(self._rows[index.row()].cell.tip if column == VALUE else _TIPS[column])
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        tied = self._param(index).link is not None
        if index.column() == TIED:
            return flags | Qt.ItemFlag.ItemIsEditable
        if tied:
            return Qt.ItemFlag.ItemIsSelectable
        if index.column() == FITTED:
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        return flags | Qt.ItemFlag.ItemIsEditable

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        ref, column = self._ref(index), index.column()
        if role == Qt.ItemDataRole.CheckStateRole and column == FITTED:
            self.varyToggled.emit(ref, Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        if role != Qt.ItemDataRole.EditRole:
            return False
        if str(value) == self._text(self._param(index), column):
            return False
        try:
            self._emit(ref, column, str(value))
        except XpsError as error:
            self.refused.emit(str(error))
            return False
        return True

    def _emit(self, ref: Ref, column: int, text: str) -> None:
        if column == TIED:
            assert self._region is not None
            self.tieChosen.emit(ref, typed_link(self._region, ref.parameter, text))
            return
        if column == VALUE:
            self.valueTyped.emit(ref, typed_number(text))
            return
        assert self._region is not None
        param = self._region.param(ref)
        low, high = param.min, param.max
        if column == MIN:
            low = typed_number(text) if text.strip() else -math.inf
        else:
            high = typed_number(text) if text.strip() else math.inf
        self.boundsTyped.emit(ref, low, high)

    def _text(self, param: Param, column: int) -> str:
        assert self._region is not None
        if column == VALUE:
            return plain_number(param.value)
        if column == MIN:
            return bound_text(param.min)
        if column == MAX:
            return bound_text(param.max)
        if column == TIED:
            return tie_text(self._region, param) or NOT_TIED
        return ""

    def _ref(self, index: Index) -> Ref:
        return self._rows[index.row()].ref

    def _param(self, index: Index) -> Param:
        assert self._region is not None
        return self._region.param(self._ref(index))


def _value_text(row: ParameterRow, param: Param) -> str:
    """The value, with its error or the bound that holds it; as typed where there is none."""
    cell = row.cell
    plain = _signed(plain_number(param.value))
    if cell.mark == "bound":
        return f"{plain} {cell.note}"
    if cell.mark == "limit":
        return number(param.value)
    if not cell.note.startswith("± ") or cell.note == f"± {UNKNOWN}":
        return plain
    return f"{cell.value} {cell.note}"


def _signed(text: str) -> str:
    return text.replace("-", MINUS)


def _bound_look(role: int) -> QFont | QBrush:
    if role == Qt.ItemDataRole.FontRole:
        return bold(QFont())
    ink = QGuiApplication.palette().color(QPalette.ColorRole.Text)
    return QBrush(mix(VERMILLION, ink, 0.25))
