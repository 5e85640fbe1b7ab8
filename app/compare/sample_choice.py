"""Which samples are compared, which are replicates of one thing, and where they stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.inspector.parameter_table import CheckDelegate
from app.widgets.numerals import MINUS, plain_number
from app.widgets.plain import tooltip
from xps.project import Sample

_SHOWN, _NAME, _GROUP, _PLACE = range(4)
_GROUP_TIP = (
    "Type the same name beside samples that are repetitions of each other, such as spots or "
    "pieces: their mean is compared, and their scatter enters the error"
)
_BOX_WIDTH, _PADDING = 26, 6  # px
_PLACE_TIP = "Where the sample stands in the series: type a number, or nothing to leave it out"
_OWN_PLACES_TIP = "Where the spectra of this sample were measured, as their files say"
_HEADERS = ("", "Sample", "Replicate\nof", "")
_LEAST_WIDTH = 200  # px: names must stay legible on a small screen
_PLACE_WIDTH = 64  # px
_TIPS = ("Checked: drawn and compared", "The samples that have a fit", _GROUP_TIP, _PLACE_TIP)


class SampleChoice(QTableWidget):
    """Samples with a check box, the group that each is a replicate of, and its place in a series.

    Signals
    -------
    chosen()
        Other samples are checked.
    groupTyped(str, str)
        Sample, and the group that it shall belong to.
    placeTyped(str, str)
        Sample, and what was typed for its place in the series.
    """

    chosen = Signal()
    groupTyped = Signal(str, str)
    placeTyped = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(_HEADERS), parent)
        self._samples: tuple[Sample, ...] = ()
        self._boxes: list[QTableWidgetItem] = []
        self._groups: list[QTableWidgetItem] = []
        self._places: list[QTableWidgetItem] = []
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
        self.setTabKeyNavigation(False)
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
        header.resizeSection(_PLACE, _PLACE_WIDTH)
        self.hideColumn(_PLACE)
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

    def show_places(self, series: str, places: Mapping[str, tuple[float, ...]]) -> None:
        """Show where the samples stand in a series; "" hides the column.

        Parameters
        ----------
        series : str
        places : mapping of str to tuple of float
            By sample; several where its spectra were measured at several.
        """
        self.setColumnHidden(_PLACE, not series)
        self.setMinimumWidth(_LEAST_WIDTH + (_PLACE_WIDTH if series else 0))
        if not series:
            return
        width = _PLACE_WIDTH - 2 * _PADDING
        lines = series.split(" ", 1)
        elide, right = self.fontMetrics().elidedText, Qt.TextElideMode.ElideRight
        short = "\n".join(elide(line, right, width) for line in lines)
        heading = QTableWidgetItem(short)
        heading.setToolTip(tooltip(f"{series}\n{_PLACE_TIP}"))
        self.setHorizontalHeaderItem(_PLACE, heading)
        self.blockSignals(True)
        for sample, item in zip(self._samples, self._places, strict=True):
            own = places.get(sample.name, ())
            item.setText(_places_text(own))
            several = len(own) > 1
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            item.setFlags(flags if several else flags | Qt.ItemFlag.ItemIsEditable)
            item.setToolTip(tooltip(_OWN_PLACES_TIP if several else _PLACE_TIP))
            name = f"{series} of {sample.name}: {item.text() or 'not set'}"
            item.setData(Qt.ItemDataRole.AccessibleTextRole, name)
        self.blockSignals(False)
        self.viewport().update()

    def _rebuild(self) -> None:
        self.setRowCount(len(self._samples))
        self._boxes, self._groups, self._places = [], [], []
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
            place = QTableWidgetItem()
            place.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._places.append(place)
            for column, item in enumerate((box, name, group, place)):
                self.setItem(row, column, item)

    def group_index(self, sample: str) -> QModelIndex:
        """Return where the group of a sample is typed."""
        return self.model().index([s.name for s in self._samples].index(sample), _GROUP)

    def place_index(self, sample: str) -> QModelIndex:
        """Return where the place of a sample is typed."""
        return self.model().index([s.name for s in self._samples].index(sample), _PLACE)

    def shown_index(self, sample: str) -> QModelIndex:
        """Return the check box of a sample."""
        return self.model().index([s.name for s in self._samples].index(sample), _SHOWN)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Go on to the row below after Enter, so that a column is typed from top to bottom."""
        super().closeEditor(editor, hint)
        below = self.currentIndex().siblingAtRow(self.currentRow() + 1)
        if hint == QAbstractItemDelegate.EndEditHint.SubmitModelCache and below.isValid():
            self.setCurrentIndex(below)

    def _on_changed(self, item: QTableWidgetItem) -> None:
        if item.column() == _SHOWN:
            self.chosen.emit()
        elif item.column() == _GROUP:
            sample = self._samples[item.row()]
            if item.text() != sample.group:
                self.groupTyped.emit(sample.name, item.text())
        elif item.column() == _PLACE:
            self.placeTyped.emit(self._samples[item.row()].name, item.text())


def _places_text(places: tuple[float, ...]) -> str:
    ends = [plain_number(place).replace("-", MINUS) for place in dict.fromkeys(places)]
    return f"{ends[0]} … {ends[-1]}" if len(ends) > 1 else "".join(ends)
