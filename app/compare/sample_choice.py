"""Which samples are compared, and which of them are replicates of one thing."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.inspector.parameter_table import CheckDelegate
from app.widgets.plain import tooltip
from xps.project import Sample

_SHOWN, _NAME, _GROUP = range(3)
_GROUP_TIP = (
    "Type the same name beside samples that are repetitions of each other, such as spots or "
    "pieces: their mean is compared, and their scatter enters the error"
)
_BOX_WIDTH, _PADDING = 26, 6  # px
_HEADERS = ("", "Sample", "Replicate\nof")
_LEAST_WIDTH = 200  # px: names must stay legible on a small screen
_TIPS = ("Checked: drawn and compared", "The samples that have a fit", _GROUP_TIP)


class SampleChoice(QTableWidget):
    """Samples with a check box, and the group that each is a replicate of.

    Signals
    -------
    chosen()
        Other samples are checked.
    groupTyped(str, str)
        Sample, and the group that it shall belong to.
    """

    chosen = Signal()
    groupTyped = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 3, parent)
        self._samples: tuple[Sample, ...] = ()
        self._boxes: list[QTableWidgetItem] = []
        self._groups: list[QTableWidgetItem] = []
        self._check = CheckDelegate(self)
        self.setItemDelegateForColumn(_SHOWN, self._check)
        for column, text in enumerate(_HEADERS):
            heading = QTableWidgetItem(text)
            heading.setToolTip(tooltip(_TIPS[column]))
            self.setHorizontalHeaderItem(column, heading)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setMinimumWidth(_LEAST_WIDTH)
        self.setWordWrap(False)
        self.setAlternatingRowColors(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.verticalHeader().hide()
        # Rows and columns that follow their contents would be measured anew for each cell.
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + _PADDING)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(_BOX_WIDTH)
        header.resizeSection(_SHOWN, _BOX_WIDTH)
        header.resizeSection(_GROUP, header.sectionSizeHint(_GROUP))
        self.setAccessibleName("Samples to compare")
        self.itemChanged.connect(self._on_changed)

    @property
    def names(self) -> tuple[str, ...]:
        """The samples that are checked."""
        checked = Qt.CheckState.Checked
        return tuple(
            sample.name
            for row, sample in enumerate(self._samples)
            if self._boxes[row].checkState() == checked
        )

    def show_samples(self, samples: tuple[Sample, ...], checked: Collection[str]) -> None:
        """List samples."""
        same = [s.name for s in samples] == [s.name for s in self._samples]
        self.blockSignals(True)
        self._samples = samples
        if not same:
            self._rebuild()
        for row, sample in enumerate(samples):
            state = Qt.CheckState.Checked if sample.name in checked else Qt.CheckState.Unchecked
            self._boxes[row].setCheckState(state)
            self._groups[row].setText(sample.group)
        self.blockSignals(False)
        self.viewport().update()

    def _rebuild(self) -> None:
        self.setRowCount(len(self._samples))
        self._boxes, self._groups = [], []
        for row, sample in enumerate(self._samples):
            box = QTableWidgetItem()
            box.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            box.setToolTip(tooltip(f"Compare {sample.name}"))
            box.setData(Qt.ItemDataRole.AccessibleTextRole, f"Compare {sample.name}")
            name = QTableWidgetItem(sample.name)
            name.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            name.setToolTip(tooltip(sample.name))
            group = QTableWidgetItem()
            group.setToolTip(tooltip(_GROUP_TIP))
            self._boxes.append(box)
            self._groups.append(group)
            for column, item in enumerate((box, name, group)):
                self.setItem(row, column, item)

    def group_index(self, sample: str) -> QModelIndex:
        """Return where the group of a sample is typed."""
        return self.model().index([s.name for s in self._samples].index(sample), _GROUP)

    def shown_index(self, sample: str) -> QModelIndex:
        """Return the check box of a sample."""
        return self.model().index([s.name for s in self._samples].index(sample), _SHOWN)

    def _on_changed(self, item: QTableWidgetItem) -> None:
        if item.column() == _SHOWN:
            self.chosen.emit()
        elif item.column() == _GROUP:
            sample = self._samples[item.row()]
            if item.text() != sample.group:
                self.groupTyped.emit(sample.name, item.text())
