"""The window of a batch: which files, by which recipe, into which table, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.batch.batch_request import BatchRequest
from app.recipes.recipe_choice import RecipeChoice
from app.widgets.check_box import CheckBox
from app.widgets.dropped import DropTarget
from app.widgets.message_bar import MessageBar

_SIZE = (760, 520)
_PATH = Qt.ItemDataRole.UserRole


class BatchWindow(QWidget):
    """Asks what a batch shall do; files and folders are dropped onto it, or chosen.

    Signals
    -------
    filesWanted(), folderWanted(), tableWanted()
        Something shall be asked for.
    startWanted(BatchRequest)
    cancelWanted()
    """

    filesWanted = Signal()
    folderWanted = Signal()
    tableWanted = Signal()
    startWanted = Signal(object)
    cancelWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle("Batch of files – Doublet")
        self._busy = False
        self.messages = MessageBar()
        self._make_controls()
        self._arrange()
        self._connect()
        DropTarget(self, self.add)
        self.resize(*_SIZE)
        self.show_work("")

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The files and folders in the list."""
        return tuple(self.list.item(row).data(_PATH) for row in range(self.list.count()))

    @property
    def request(self) -> BatchRequest | None:
        """What was chosen; None where something is missing."""
        table = self.table.text().strip()
        if not self.inputs or not table or self.recipe.currentData() is None:
            return None
        path = Path(table)
        path = path if path.suffix else path.with_suffix(".csv")
        sessions = path.with_name(f"{path.stem} sessions") if self.sessions.isChecked() else None
        return BatchRequest(
            self.inputs, self.recipe.currentData(), path, sessions, self.stacks.isChecked()
        )

    def add(self, paths: Sequence[Path]) -> None:
        """Add files and folders that are not in the list yet."""
        there = set(self.inputs)
        for path in paths:
            if path not in there:
                there.add(path)
                item = QListWidgetItem(f"{path}/" if path.is_dir() else str(path))
                item.setData(_PATH, path)
                self.list.addItem(item)
        if not self.table.text().strip() and self.inputs:
            first = self.inputs[0]
            folder = first if first.is_dir() else first.parent
            self.table.setText(str(folder.parent / f"{folder.name} results.csv"))
        self._enable()

    def show_work(self, text: str, done: int = 0, total: int = 0) -> None:
        """Show what is being done; "" where nothing is."""
        self._busy = bool(text)
        self.progress.setVisible(self._busy)
        self.work.setVisible(self._busy)
        self.work.setText(text)
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self.cancel_button.setEnabled(self._busy)
        self._enable()

    def _make_controls(self) -> None:
        self.list = QListWidget()
        self.list.setAccessibleName("Files and folders")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.files_button = QPushButton("Add &files…")
        self.folder_button = QPushButton("Add f&older…")
        self.remove_button = QPushButton("&Remove")
        self.recipe = RecipeChoice()
        self.table = QLineEdit()
        self.table.setPlaceholderText("a .csv file, or .parquet where pyarrow is installed")
        self.table_button = QPushButton("…")
        self.table_button.setAccessibleName("Choose the table")
        self.sessions = CheckBox("Keep a &session for each file, in a folder beside the table")
        self.stacks = CheckBox("Files hold &maps or profiles: fit the spectra of each as one")
        self.stacks.setToolTip("On the energy scale of their mean; the spectra make no sessions")
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Progress")
        self.work = QLabel()
        self.work.setTextFormat(Qt.TextFormat.PlainText)
        self.start_button = QPushButton("S&tart")
        self.start_button.setDefault(True)
        self.cancel_button = QPushButton("Cancel")

    def _arrange(self) -> None:
        buttons = QVBoxLayout()
        for button in (self.files_button, self.folder_button, self.remove_button):
            buttons.addWidget(button)
        buttons.addStretch()
        inputs = QHBoxLayout()
        inputs.addWidget(self.list, 1)
        inputs.addLayout(buttons)
        table = QHBoxLayout()
        table.addWidget(self.table, 1)
        table.addWidget(self.table_button)
        form = QFormLayout()
        form.addRow("Re&cipe:", self.recipe)
        label = QLabel("Ta&ble:")
        label.setBuddy(self.table)
        form.addRow(label, table)
        form.addRow("", self.sessions)
        form.addRow("", self.stacks)
        last = QHBoxLayout()
        last.addWidget(self.work)
        last.addWidget(self.progress, 1)
        last.addStretch()
        last.addWidget(self.start_button)
        last.addWidget(self.cancel_button)
        column = QVBoxLayout(self)
        column.addWidget(self.messages)
        column.addWidget(QLabel("Files and folders to fit; drop them here, or add them:"))
        column.addLayout(inputs, 1)
        column.addLayout(form)
        column.addLayout(last)

    def _connect(self) -> None:
        self.files_button.clicked.connect(self.filesWanted)
        self.folder_button.clicked.connect(self.folderWanted)
        self.table_button.clicked.connect(self.tableWanted)
        self.remove_button.clicked.connect(self._remove)
        self.start_button.clicked.connect(self._start)
        self.cancel_button.clicked.connect(self.cancelWanted)
        self.table.textChanged.connect(lambda _: self._enable())
        self.list.itemSelectionChanged.connect(self._enable)
        self.stacks.toggled.connect(self._enable)

    def _remove(self) -> None:
        for item in self.list.selectedItems():
            self.list.takeItem(self.list.row(item))
        self._enable()

    def _start(self) -> None:
        if self.request is not None:
            self.startWanted.emit(self.request)

    def _enable(self) -> None:
        for widget in (
            self.list,
            self.files_button,
            self.folder_button,
            self.recipe,
            self.table,
            self.table_button,
            self.stacks,
        ):
            widget.setEnabled(not self._busy)
        self.remove_button.setEnabled(not self._busy and bool(self.list.selectedItems()))
        self.sessions.setEnabled(not self._busy and not self.stacks.isChecked())
        if self.stacks.isChecked():
            self.sessions.setChecked(False)
        self.start_button.setEnabled(not self._busy and self.request is not None)
