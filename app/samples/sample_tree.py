"""The tree of samples and their spectra, each with how far the work on it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QIcon,
    QPainter,
    QPainterPath,
    QPalette,
    QPen,
    QPixmap,
    QResizeEvent,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from app.gestures.sweep_gestures import sum_description
from app.plot.shown import FitState, fit_state
from app.samples.sparkline import SparklineDelegate
from app.samples.spectrum_names import spectrum_names
from app.widgets.check_box import BoxDelegate
from app.widgets.plain import tooltip
from app.widgets.theme import GREEN, ORANGE, SKY_BLUE, VERMILLION
from xps.errors import XpsError
from xps.project import Entry, Project

ENTRY_ROLE = Qt.ItemDataRole.UserRole + 1
SAMPLE_ROLE = Qt.ItemDataRole.UserRole + 2

_HEADERS = ("Spectrum", "Points", "State", "Shape")
_SHAPE = 3  # drawn beside the name
_LEAST_FOR_SHAPE = 250  # px
_SHAPE_TIP = "Intensity against binding energy, which falls to the right, from least to most"
_BADGES: dict[FitState, str] = {
    "no region": "no fit",
    "not fitted": "not fitted",
    "failed": "failed",
    "fitted": "fitted",
    "stale": "stale",
    "warning": "warning",
}
_TIPS: dict[FitState, str] = {
    "no region": "No region yet: apply a recipe.",
    "not fitted": "Start values only: fit it (F5).",
    "failed": "The fit failed: see the inspector for the reason.",
    "fitted": "Fitted, and nothing changed since.",
    "stale": "Something changed after the fit: fit again (F5).",
    "warning": "Fitted, with warnings: see the inspector.",
}


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
        self._project = Project()
        self._failures: Mapping[str, XpsError] = {}
        self._marked: str | None = None
        self._choosing_sample = False
        self._overlaid: tuple[str, ...] = ()
        self._rows: dict[str, list[QStandardItem]] = {}
        self._filled: dict[str, tuple[object, ...]] = {}
        self._badges: dict[FitState, QIcon] = {}
        self._items = QStandardItemModel(self)
        self._items.setHorizontalHeaderLabels(_HEADERS)
        self.setModel(self._items)
        self.setItemDelegateForColumn(0, BoxDelegate(self))
        self._sparklines = SparklineDelegate(ENTRY_ROLE, self)
        self.setItemDelegateForColumn(_SHAPE, self._sparklines)
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
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(40)
        header.moveSection(_SHAPE, 1)
        # What a row is called comes before its shape, and that before its points.
        header.setSectionResizeMode(_SHAPE, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(_SHAPE, self._sparklines.width)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(
            lambda point: self.contextMenuAt.emit(self.viewport().mapToGlobal(point))
        )
        self.selectionModel().currentChanged.connect(self._on_current)
        self._items.itemChanged.connect(self._on_item_changed)

    @property
    def selected_sample(self) -> str | None:
        """The sample whose own row is selected."""
        name = self.currentIndex().siblingAtColumn(0).data(SAMPLE_ROLE)
        return str(name) if name else None

    def show_project(
        self, project: Project, failures: Mapping[str, XpsError] | None = None
    ) -> None:
        """Show the samples of a project; rows that stay keep selection and expansion."""
        old, self._project = self._project, project
        self._sparklines.show_project(project)
        self._failures = failures or {}
        if _rows(old) != _rows(project):
            self._rebuild()
        self._refresh()

    def select_entry(self, entry_id: str | None) -> None:
        """Mark a spectrum as selected; a sample that was chosen by its own row stays so."""
        item = None if entry_id is None else self._entry_item(entry_id)
        same = entry_id == self._marked
        self._marked = entry_id
        if item is None:
            self.selectionModel().clear()
        elif self.selected_sample == item.parent().data(SAMPLE_ROLE) and (
            same or self._choosing_sample
        ):
            return
        elif self.currentIndex().siblingAtColumn(0) != item.index():
            self.setCurrentIndex(item.index())

    def show_overlaid(self, entry_ids: Sequence[str]) -> None:
        """Check the boxes of the spectra that are overlaid, and no others."""
        self._overlaid = tuple(entry_ids)
        self._refresh()

    def badge_of(self, entry_id: str) -> str:
        """Return the badge of a spectrum."""
        row = self._rows.get(entry_id)
        return "" if row is None else row[2].text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setColumnHidden(_SHAPE, self.width() < _LEAST_FOR_SHAPE)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_items"):
            self._badges.clear()
            self._filled.clear()
            self._refresh()

    def _rebuild(self) -> None:
        current = self.currentIndex().siblingAtColumn(0).data(ENTRY_ROLE)
        collapsed = self._collapsed()
        self.selectionModel().blockSignals(True)
        self._rows.clear()
        self._filled.clear()
        self._items.removeRows(0, self._items.rowCount())
        entries: dict[str, list[Entry]] = {}
        for entry in self._project.entries:
            entries.setdefault(entry.sample, []).append(entry)
        for sample in self._project.samples:
            parent = QStandardItem()
            parent.setData(sample.name, SAMPLE_ROLE)
            for entry in entries.get(sample.name, []):
                row = [_plain_item() for _ in _HEADERS]
                row[0].setData(entry.id, ENTRY_ROLE)
                row[0].setCheckable(True)
                row[_SHAPE].setToolTip(_SHAPE_TIP)
                row[1].setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                parent.appendRow(row)
                self._rows[entry.id] = row
            self._items.appendRow([parent, *(_plain_item() for _ in _HEADERS[1:])])
        # The view lays its rows out anew whenever rows came in between.
        self.expandAll()
        for number, sample in enumerate(self._project.samples):
            self.setFirstColumnSpanned(number, QModelIndex(), True)
            if sample.name in collapsed:
                self.collapse(self._items.index(number, 0))
        self.selectionModel().blockSignals(False)
        if current is not None:
            self.select_entry(current)

    def _refresh(self) -> None:
        self._items.blockSignals(True)
        names = spectrum_names(self._project)
        for number in range(self._items.rowCount()):
            parent = self._items.item(number)
            name = parent.data(SAMPLE_ROLE)
            parent.setText(name)
            parent.setToolTip(tooltip(name))
        for entry_id, row in self._rows.items():
            entry = self._project.entry(entry_id)
            state = fit_state(self._project, entry, self._failures)
            content = entry, names[entry_id], state, entry_id in self._overlaid
            if self._filled.get(entry_id) != content:
                self._filled[entry_id] = content
                self._fill_row(row, *content)
        self._items.blockSignals(False)
        self.viewport().update()
        self.doItemsLayout()

    def _fill_row(
        self, row: list[QStandardItem], entry: Entry, name: str, state: FitState, overlaid: bool
    ) -> None:
        row[0].setText(name)
        row[0].setToolTip(tooltip(_description(entry)))
        row[1].setText(str(entry.spectrum.n_points))
        row[2].setText(_BADGES[state])
        row[2].setIcon(self._badge_icon(state))
        row[2].setToolTip(_TIPS[state])
        row[0].setAccessibleText(f"{name}, {_BADGES[state]}")
        checks = Qt.CheckState
        row[0].setCheckState(checks.Checked if overlaid else checks.Unchecked)

    def _badge_icon(self, state: FitState) -> QIcon:
        """Return a badge whose form, not color alone, tells the state."""
        known = self._badges.get(state)
        if known is not None:
            return known
        roles = QPalette.ColorRole
        color = {
            "fitted": GREEN,
            "stale": ORANGE,
            "warning": ORANGE,
            "not fitted": SKY_BLUE,
            "failed": VERMILLION,
        }.get(state, self.palette().color(roles.Text))
        icon = QIcon(self._badge(state, color))
        selected = self._badge(state, self.palette().color(roles.HighlightedText))
        icon.addPixmap(selected, QIcon.Mode.Selected)
        self._badges[state] = icon
        return icon

    def _badge(self, state: FitState, color: QColor) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(12 * ratio), round(12 * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color, 2.0 if state == "failed" else 1.0))
        path = QPainterPath()
        if state == "failed":
            path.moveTo(2, 2)
            path.lineTo(10, 10)
            path.moveTo(10, 2)
            path.lineTo(2, 10)
        elif state == "warning":
            path.moveTo(6, 1)
            path.lineTo(11, 11)
            path.lineTo(1, 11)
            path.closeSubpath()
        else:
            path.addEllipse(2, 2, 8, 8)
        if state in ("fitted", "warning"):
            painter.fillPath(path, color)
        painter.drawPath(path)
        if state == "stale":
            painter.fillRect(2, 6, 8, 4, color)
        painter.end()
        return pixmap

    def _entry_item(self, entry_id: str) -> QStandardItem | None:
        row = self._rows.get(entry_id)
        return None if row is None else row[0]

    def _collapsed(self) -> set[str]:
        rows = [self._items.item(number) for number in range(self._items.rowCount())]
        return {
            item.data(SAMPLE_ROLE)
            for item in rows
            if item.rowCount() and not self.isExpanded(item.index())
        }

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        entry_id = current.siblingAtColumn(0).data(ENTRY_ROLE)
        if entry_id is not None:
            self.entrySelected.emit(entry_id)
        elif self.selected_sample is not None:
            self._choosing_sample = True
            self.sampleSelected.emit(self.selected_sample)
            self._choosing_sample = False

    def _on_item_changed(self, item: QStandardItem) -> None:
        name, entry_id = item.data(SAMPLE_ROLE), item.data(ENTRY_ROLE)
        if name is not None and item.text() != name:
            # Whoever renames it makes new rows: this one is gone then.
            self.sampleRenamed.emit(name, item.text())
            self._refresh()
        elif entry_id is not None:
            overlaid = item.checkState() == Qt.CheckState.Checked
            if overlaid != (entry_id in self._overlaid):
                self.overlayToggled.emit(entry_id, overlaid)


def _plain_item() -> QStandardItem:
    item = QStandardItem()
    item.setEditable(False)
    return item


def _rows(project: Project) -> list[tuple[str, str]]:
    return [(entry.sample, entry.id) for entry in project.entries]


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
