"""The view of a table of parameters: cells to type into, boxes to check, ties to choose."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractItemModel, QEvent, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPalette
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

from app.inspector.component_table import Index
from app.inspector.parameter_model import FITTED, MAX, MIN, TIED, VALUE, ParameterModel
from app.widgets.check_box import paint_box
from app.widgets.copied_table import copy_as_text


class CheckDelegate(QStyledItemDelegate):
    """A check box in the middle of its cell; a click anywhere in the cell toggles it."""

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
        checked = _is_checked(index)
        paint_box(painter, QRectF(option.rect).center(), ink, checked=checked)
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
        other = Qt.CheckState.Unchecked if _is_checked(index) else Qt.CheckState.Checked
        return model.setData(index, other, Qt.ItemDataRole.CheckStateRole)


class TieDelegate(QStyledItemDelegate):
    """Offers the components that a parameter can be tied to."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        box = QComboBox(parent)
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.addItems(self._model(index).tie_choices(index.row()))
        box.setAccessibleName("Tie to component")
        box.setToolTip("Choose, or type the letter of a component: A, A + 1.18 or A × 0.5")
        box.activated.connect(lambda _: self._finish(box))
        return box

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QComboBox)
        present = index.data(Qt.ItemDataRole.EditRole)
        for row in range(editor.count()):
            if editor.itemText(row).split("  ")[0] == present:
                editor.setCurrentIndex(row)
        editor.setEditText(present)
        editor.showPopup()

    def setModelData(self, editor: QWidget, model: Any, index: Index) -> None:
        assert isinstance(editor, QComboBox)
        chosen = editor.currentText().split("  ")[0].strip()
        if chosen != index.data(Qt.ItemDataRole.EditRole):
            model.setData(index, chosen, Qt.ItemDataRole.EditRole)

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

    def __init__(self, model: ParameterModel, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegateForColumn(FITTED, CheckDelegate(self))
        self.setItemDelegateForColumn(TIED, TieDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)  # Tab leaves it; arrows go from cell to cell
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        # Ties are longer than bounds: where there are any, they get what is left.
        tied = model.columnCount() > TIED
        for column in (VALUE, FITTED, MIN, MAX) if tied else (VALUE, FITTED):
            self.horizontalHeader().setSectionResizeMode(
                column, QHeaderView.ResizeMode.ResizeToContents
            )
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.verticalHeader().setHighlightSections(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        copy_as_text(self, row_heads=True)
        model.modelReset.connect(self._fit_height)
        self._fit_height()

    def _fit_height(self) -> None:
        self.resizeRowsToContents()
        rows = sum(self.rowHeight(row) for row in range(self.model().rowCount()))
        height = self.horizontalHeader().sizeHint().height() + 2 * self.frameWidth()
        self.setFixedHeight(height + rows)


def _is_checked(index: Index) -> bool:
    # Models of Qt's own give the state as a number.
    return Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) == Qt.CheckState.Checked
