"""The history tab: every step that was done, and those that were undone; a click goes there."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush, QFont, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from app.session.commands import Edit
from app.session.document import Document
from app.widgets.copied_table import copy_as_text
from app.widgets.fonts import bold
from app.widgets.plain import tooltip
from app.widgets.theme import muted
from xps.project import Step

_INDEX = Qt.ItemDataRole.UserRole
_GAVE_MANY = _INDEX + 1
_BEFORE = -1
_FOR_ONE = "To undo it for one spectrum alone: right-click that in Samples, Take back here."
_TIPS = {
    "before": "Done before this file was opened: it cannot be undone here.",
    "done": "Click to go back to how all was after this step.",
    "present": "How all is now.",
    "undone": "Undone; click to do it again.",
}


class HistoryView(QTreeWidget):
    """Steps from the oldest to the newest; the present one is bold, undone ones stand back.

    Signals
    -------
    stepChosen(int)
        How many of the undoable steps shall be done.
    """

    stepChosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QTreeWidgetItem] = []
        self.setHeaderLabels(["Time", "Step"])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAccessibleName("History")
        copy_as_text(self)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.itemClicked.connect(lambda item, _: self._choose(item))

    @property
    def texts(self) -> list[str]:
        """The steps as they are listed."""
        return [item.text(1) for item in self._items]

    @property
    def present(self) -> str:
        """The step that led to the present project."""
        return next(item.text(1) for item in self._items if item.font(1).bold())

    def item_of(self, text: str) -> QTreeWidgetItem:
        """Return the last row of a text."""
        return [item for item in self._items if item.text(1) == text][-1]

    def show_document(self, document: Document) -> None:
        """List the steps of a document."""
        stack = document.stack
        commands = [stack.command(index) for index in range(stack.count())]
        edits = [command for command in commands if isinstance(command, Edit)]
        first = edits[0].old if edits else document.project
        self.clear()
        self._items = []
        for step in first.history[:-1]:
            self._add(step, _BEFORE)
        last = first.history[-1] if first.history else Step("", "Nothing open", "")
        self._add(last, 0)
        for index, edit in enumerate(edits, start=1):
            self._add(edit.new.history[-1], index, gave_many=len(edit.spectra) > 1)
        self._mark(stack.index())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the present step in view: a tab that needs less height leaves less to this one."""
        super().resizeEvent(event)
        if self.currentItem() is not None:
            self.scrollToItem(self.currentItem())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self.currentItem() is not None:
                self._choose(self.currentItem())
            return
        super().keyPressEvent(event)

    def _add(self, step: Step, index: int, *, gave_many: bool = False) -> None:
        item = QTreeWidgetItem([_clock(step.time), step.text])
        item.setData(0, _INDEX, index)
        item.setData(0, _GAVE_MANY, gave_many)
        self.addTopLevelItem(item)
        self._items.append(item)

    def _mark(self, present: int) -> None:
        quiet = QBrush(muted(self.palette()))
        standing_out = bold(self.font())
        for item in self._items:
            index = item.data(0, _INDEX)
            state = "before" if index == _BEFORE else "done"
            if index == present:
                state = "present"
                item.setFont(1, standing_out)
                self.setCurrentItem(item)
                self.scrollToItem(item)
            elif index > present:
                state = "undone"
            if state in ("before", "undone"):
                for column in range(2):
                    item.setForeground(column, quiet)
            if state == "undone":
                font = QFont(self.font())
                font.setItalic(True)
                item.setFont(1, font)
            tip = f"{item.text(1)}\n{_TIPS[state]}"
            if item.data(0, _GAVE_MANY) and state != "undone":
                tip += f"\n{_FOR_ONE}"
            for column in range(2):
                item.setToolTip(column, tooltip(tip))
            item.setData(
                1, Qt.ItemDataRole.AccessibleTextRole, f"{item.text(1)}, {state.replace('_', ' ')}"
            )

    def _choose(self, item: QTreeWidgetItem) -> None:
        index = item.data(0, _INDEX)
        if index != _BEFORE:
            self.stepChosen.emit(index)


def _clock(time: str) -> str:
    """Return a time of the history on the clock of this place; the day where it is another."""
    try:
        moment = datetime.fromisoformat(time).astimezone()
    except ValueError:
        return time
    today = datetime.now().astimezone().date()
    return f"{moment:%H:%M:%S}" if moment.date() == today else f"{moment:%Y-%m-%d %H:%M}"
