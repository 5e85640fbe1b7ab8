"""The numbers of one component or background: value, fitted or fixed, bounds, tie."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QEvent,
    QObject,
    QPointF,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.component_cells import tie_text
from app.component_table import Index
from app.curve_items import letter_of
from app.gestures import bound_text, short_name, typed_number
from app.numerals import plain_number
from app.plain import tooltip
from xps.errors import XpsError
from xps.lineshapes import SHAPES
from xps.model import Component, Param, Ref, Region

HEADERS = ("Value", "Fitted", "Min", "Max", "Tied")
VALUE, FITTED, MIN, MAX, TIED = range(len(HEADERS))
_ROWS = ("center", "fwhm", "area")
_ROW_NAMES = {"center": "Center / eV", "fwhm": "FWHM / eV", "area": "Area"}
_TIPS = (
    "Start value before the fit, best value after it",
    "Checked: the fit changes it. Unchecked: fixed.",
    "Lower bound; empty for none",
    "Upper bound; empty for none",
    "Equal to the same number of another component",
)
_NOT_TIED = "–"
_BOX = 13.0


class ParameterModel(QAbstractTableModel):
    """Parameters of the selected component.

    Signals
    -------
    valueTyped(Ref, float), varyToggled(Ref, bool), boundsTyped(Ref, float, float)
        What a person wants changed.
    tieChosen(Ref, object)
        Id of the component to tie to, or None to untie.
    refused(str)
        What was typed cannot be taken.
    """

    valueTyped = Signal(object, float)
    varyToggled = Signal(object, bool)
    boundsTyped = Signal(object, float, float)
    tieChosen = Signal(object, object)
    refused = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._region: Region | None = None
        self._component: Component | None = None

    def show_component(self, region: Region | None, component: Component | None) -> None:
        """Show the parameters of a component, or none."""
        same_rows = _rows(component) == _rows(self._component)
        if not same_rows:
            self.beginResetModel()
        self._region, self._component = region, component
        if not same_rows:
            self.endResetModel()
        elif component is not None:
            last = self.index(self.rowCount() - 1, len(HEADERS) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def tie_choices(self) -> list[tuple[str, str | None]]:
        """Return texts and component ids that a parameter can be tied to."""
        assert self._region is not None
        assert self._component is not None
        choices: list[tuple[str, str | None]] = [(_NOT_TIED, None)]
        for number, other in enumerate(self._region.components):
            if other.id != self._component.id:
                choices.append((f"= {letter_of(number)}  {short_name(other.name)}", other.id))
        return choices

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(_rows(self._component))

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(HEADERS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        horizontal = orientation == Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADERS[section] if horizontal else self._row_name(section)
        if role == Qt.ItemDataRole.ToolTipRole and horizontal:
            return tooltip(_TIPS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self._region is None:
            return None
        param = self._param(index)
        column = index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self._text(param, column)
        if role == Qt.ItemDataRole.CheckStateRole and column == FITTED:
            return Qt.CheckState.Checked if param.is_free else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(_TIPS[column])
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
        if column == TIED:
            self.tieChosen.emit(ref, value)
            return True
        if str(value) == self._text(self._param(index), column):
            return False
        try:
            self._emit_number(ref, column, str(value))
        except XpsError as error:
            self.refused.emit(str(error))
            return False
        return True

    def _emit_number(self, ref: Ref, column: int, text: str) -> None:
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
            return tie_text(self._region, param) or _NOT_TIED
        return ""

    def _row_name(self, row: int) -> str:
        name = _rows(self._component)[row]
        if name in _ROW_NAMES or self._component is None:
            return _ROW_NAMES[name]
        return SHAPES[self._component.shape].parameters[row - len(_ROWS)].title

    def _ref(self, index: Index) -> Ref:
        assert self._component is not None
        return Ref(self._component.id, _rows(self._component)[index.row()])

    def _param(self, index: Index) -> Param:
        assert self._region is not None
        return self._region.param(self._ref(index))


def _rows(component: Component | None) -> tuple[str, ...]:
    """Names of the parameters, those of the shape last."""
    if component is None:
        return ()
    return (*_ROWS, *(parameter.name for parameter in SHAPES[component.shape].parameters))


class CheckDelegate(QStyledItemDelegate):
    """A check box in the middle of its cell; a click anywhere in the cell toggles it.

    Fusion's own box has an outline that cannot be seen on a dark base.
    """

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        editable = bool(index.flags() & Qt.ItemFlag.ItemIsUserCheckable)
        roles = QPalette.ColorRole
        ink = option.palette.color(roles.HighlightedText if selected else roles.Text)
        painter.save()
        if selected:
            painter.fillRect(option.rect, option.palette.color(roles.Highlight))
        if not editable:
            ink.setAlphaF(0.4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ink, 1.0))
        box = QRectF(0.0, 0.0, _BOX, _BOX)
        box.moveCenter(QRectF(option.rect).center())
        painter.drawRoundedRect(box, 2.0, 2.0)
        if index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked:
            painter.setPen(QPen(ink, 2.0))
            corners = ((0.22, 0.52), (0.43, 0.73), (0.8, 0.27))
            painter.drawPolyline(
                QPolygonF([box.topLeft() + QPointF(x * _BOX, y * _BOX) for x, y in corners])
            )
        painter.restore()

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        if not index.flags() & Qt.ItemFlag.ItemIsUserCheckable:
            return False
        clicked = (
            isinstance(event, QMouseEvent)
            and event.type() == QEvent.Type.MouseButtonRelease
            and event.button() == Qt.MouseButton.LeftButton
        )
        pressed = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space
        if not (clicked or pressed):
            return False
        checked = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
        other = Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked
        return model.setData(index, other, Qt.ItemDataRole.CheckStateRole)


class TieDelegate(QStyledItemDelegate):
    """Offers the components that a parameter can be tied to."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        box = QComboBox(parent)
        for text, id_ in self._model(index).tie_choices():
            box.addItem(text, id_)
        box.setAccessibleName("Tie to component")
        box.activated.connect(lambda _: self._finish(box))
        return box

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QComboBox)
        present = index.data(Qt.ItemDataRole.DisplayRole)
        for row in range(editor.count()):
            if editor.itemText(row).split("  ")[0] == present:
                editor.setCurrentIndex(row)
        editor.showPopup()

    def setModelData(self, editor: QWidget, model: Any, index: Index) -> None:
        assert isinstance(editor, QComboBox)
        chosen = editor.currentText().split("  ")[0]
        if chosen != index.data(Qt.ItemDataRole.DisplayRole):
            model.setData(index, editor.currentData(), Qt.ItemDataRole.EditRole)

    def _finish(self, box: QComboBox) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box)

    @staticmethod
    def _model(index: Index) -> ParameterModel:
        model = index.model()
        assert isinstance(model, ParameterModel)
        return model


class ParameterTable(QTableView):
    """The view of a `ParameterModel`."""

    def __init__(self, model: ParameterModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegateForColumn(FITTED, CheckDelegate(self))
        self.setItemDelegateForColumn(TIED, TieDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column in (VALUE, FITTED):
            self.horizontalHeader().setSectionResizeMode(
                column, QHeaderView.ResizeMode.ResizeToContents
            )
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.verticalHeader().setHighlightSections(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Numbers of the selected component")
        model.modelReset.connect(self._fit_height)
        self._fit_height()

    def _fit_height(self) -> None:
        self.resizeRowsToContents()
        rows = sum(self.rowHeight(row) for row in range(self.model().rowCount()))
        height = self.horizontalHeader().sizeHint().height() + 2 * self.frameWidth()
        self.setFixedHeight(height + rows)
