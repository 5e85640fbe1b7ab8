"""The tree of samples and their spectra, each with how far the work on it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from app.samples.badges import Badges
from app.samples.sample_model import ENTRY_ROLE, NAME, SAMPLE_ROLE, SHAPE, STATE, SampleModel
from app.samples.sparkline import SparklineDelegate
from app.widgets.check_box import BoxDelegate
from xps.errors import XpsError
from xps.project import Project

_LEAST_FOR_SHAPE = 250  # px


class SampleTree(QTreeView):
    """Samples with their spectra.

    Signals
    -------
    entrySelected(str)
        A spectrum was chosen.
    sampleSelected(str)
        A sample's own row was chosen.
    sampleRenamed(str, str)
        A sample's name was typed over: old and new name.
    contextMenuAt(QPoint)
        In global coordinates.
    overlayToggled(str, bool)
        The box of a spectrum was checked, to draw it behind the selected one, or unchecked.
    """

    entrySelected = Signal(str)
    sampleSelected = Signal(str)
    sampleRenamed = Signal(str, str)
    contextMenuAt = Signal(QPoint)
    overlayToggled = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._marked: str | None = None
        self._choosing_sample = False
        self._badges = Badges(self)
        self._items = SampleModel(self._badges, self)
        self.setModel(self._items)
        self.setItemDelegateForColumn(NAME, BoxDelegate(self))
        self._sparklines = SparklineDelegate(ENTRY_ROLE, self)
        self.setItemDelegateForColumn(SHAPE, self._sparklines)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.SelectedClicked
        )
        self.setUniformRowHeights(True)
        self.setIndentation(12)
        self.setAccessibleName("Samples and spectra")
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setResizeContentsPrecision(0)  # of the rows that are seen
        header.setMinimumSectionSize(40)
        header.moveSection(SHAPE, 1)
        # What a row is called comes before its shape, and that before its points.
        header.setSectionResizeMode(SHAPE, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(SHAPE, self._sparklines.width)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(
            lambda point: self.contextMenuAt.emit(self.viewport().mapToGlobal(point))
        )
        self.selectionModel().currentChanged.connect(self._on_current)
        self._items.sampleRenamed.connect(self.sampleRenamed)
        self._items.overlayToggled.connect(self.overlayToggled)

    @property
    def selected_sample(self) -> str | None:
        """The sample whose own row is selected."""
        name = self.currentIndex().siblingAtColumn(NAME).data(SAMPLE_ROLE)
        return str(name) if name else None

    def show_project(
        self, project: Project, failures: Mapping[str, XpsError] | None = None
    ) -> None:
        """Show the samples of a project; rows that stay keep selection and expansion."""
        self._sparklines.show_project(project)
        if self._items.has_rows_of(project):
            self._items.show_project(project, failures or {})
        else:
            self._show_other_rows(project, failures or {})

    def select_entry(self, entry_id: str | None) -> None:
        """Mark a spectrum as selected; a sample that was chosen by its own row stays so."""
        index = QModelIndex() if entry_id is None else self._items.entry_index(entry_id)
        same = entry_id == self._marked
        self._marked = entry_id
        if not index.isValid():
            self.selectionModel().clear()
        elif self.selected_sample == index.parent().data(SAMPLE_ROLE) and (
            same or self._choosing_sample
        ):
            return
        elif self.currentIndex().siblingAtColumn(NAME) != index:
            self.setCurrentIndex(index)

    def show_overlaid(self, entry_ids: Sequence[str]) -> None:
        """Check the boxes of the spectra that are overlaid, and no others."""
        self._items.show_overlaid(entry_ids)

    def badge_of(self, entry_id: str) -> str:
        """Return the badge of a spectrum."""
        return self._items.entry_index(entry_id).siblingAtColumn(STATE).data() or ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setColumnHidden(SHAPE, self.width() < _LEAST_FOR_SHAPE)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_items"):
            self._badges.redraw()
            self._items.redraw()

    def _show_other_rows(self, project: Project, failures: Mapping[str, XpsError]) -> None:
        current = self.currentIndex().siblingAtColumn(NAME).data(ENTRY_ROLE)
        collapsed = self._collapsed()
        self.selectionModel().blockSignals(True)
        self._items.show_project(project, failures)
        self.expandAll()
        for number, sample in enumerate(self._items.samples):
            self.setFirstColumnSpanned(number, QModelIndex(), True)
            if sample in collapsed:
                self.collapse(self._items.index(number, NAME))
        self.selectionModel().blockSignals(False)
        if current is not None:
            self.select_entry(current)

    def _collapsed(self) -> set[str]:
        rows = [(self._items.index(i, NAME), name) for i, name in enumerate(self._items.samples)]
        return {
            name
            for index, name in rows
            if self._items.hasChildren(index) and not self.isExpanded(index)
        }

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        entry_id = current.siblingAtColumn(NAME).data(ENTRY_ROLE)
        if entry_id is not None:
            self.entrySelected.emit(entry_id)
        elif self.selected_sample is not None:
            self._choosing_sample = True
            self.sampleSelected.emit(self.selected_sample)
            self._choosing_sample = False
