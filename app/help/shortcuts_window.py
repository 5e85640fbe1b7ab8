"""The page of shortcuts: searched, copied, saved as text for print."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.dialogs import TEXTS, Dialogs
from app.help.shortcuts import Shortcut, shortcuts, shortcuts_text
from app.widgets.fonts import bold
from app.widgets.message_bar import MessageBar
from xps.atomic import write_atomically
from xps.errors import WriteError

_SIZE = (1080, 620)
_NAME = "Doublet shortcuts.txt"


class ShortcutsWindow(QDialog):
    """All that keys do, by menu and view.

    Parameters
    ----------
    dialogs : Dialogs
    messages : MessageBar
    parent : QWidget
    """

    def __init__(
        self, dialogs: Dialogs, messages: MessageBar, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._dialogs, self._messages = dialogs, messages
        self._listed: tuple[Shortcut, ...] = ()
        self.setWindowTitle("Keyboard shortcuts")
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search: keys or words")
        self.search.setAccessibleName("Search the shortcuts")
        self.search.setClearButtonEnabled(True)
        self.list = QTreeWidget()
        self.list.setAccessibleName("Shortcuts")
        self.list.setHeaderLabels(["Keys", "Does", "More"])
        self.list.setRootIsDecorated(False)
        self.list.setItemsExpandable(False)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.copy_button = QPushButton("Copy as text")
        self.save_button = QPushButton("Save as text…")
        self.close_button = QPushButton("Close")
        self._build()
        self._refresh()
        self.resize(*_SIZE)

    @property
    def listed(self) -> tuple[Shortcut, ...]:
        """What the search left."""
        return self._listed

    def _build(self) -> None:
        row = QHBoxLayout()
        for button in (self.copy_button, self.save_button):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addLayout(row)
        self.search.textChanged.connect(lambda _: self._refresh())
        self.copy_button.clicked.connect(
            lambda: QApplication.clipboard().setText(shortcuts_text(self._listed))
        )
        self.save_button.clicked.connect(self._save)
        self.close_button.clicked.connect(self.close)

    def _refresh(self) -> None:
        self._listed = tuple(one for one in shortcuts() if one.holds(self.search.text()))
        self.list.clear()
        places: dict[str, QTreeWidgetItem] = {}
        for one in self._listed:
            if one.place not in places:
                head = QTreeWidgetItem(self.list, [one.place])
                head.setFirstColumnSpanned(True)
                head.setFlags(Qt.ItemFlag.ItemIsEnabled)
                head.setFont(0, bold(head.font(0)))
                places[one.place] = head
            item = QTreeWidgetItem(places[one.place], [one.keys, one.text, one.tip])
            item.setToolTip(2, one.tip)
        self.list.expandAll()
        for column in (0, 1):
            self.list.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)

    def _save(self) -> None:
        path = self._dialogs.save_file("Save shortcuts", Path.home() / _NAME, TEXTS)
        if path is None:
            return
        try:
            write_atomically(path, shortcuts_text(self._listed).encode("utf-8"))
        except WriteError as error:
            self._messages.error(str(error))
