"""Choose a species: search, see where it may lie, and what speaks for it."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QBrush, QHideEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.gestures.gestures import short_name
from app.models.species_search import found_species, likeliest
from app.widgets.plain import menu_text, tooltip
from app.widgets.theme import muted
from xps.species import Species, library

_SIZE = (440, 400)
_MOST_SOURCES = 3
_HEADERS = ("Species", "Center / eV", "Range / eV", "Group")
_TIPS = (
    "Enter or a double click takes it",
    "Typical binding energy of the line of higher j, charge corrected",
    "Binding energies that the literature covers; drawn on the plot",
    "Chemical group",
)
_NOTHING = "No species of the library fits. Clear the search, or add the component in the plot."
_LIST_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_TAKING_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class SpeciesPicker(QFrame):
    """A list of the species of a core level, with a search above it.

    Signals
    -------
    highlighted(object)
        The species that is looked at, or None once the list is closed.
    chosen(str)
        Key of the species that was taken.
    """

    highlighted = Signal(object)
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._core_level = ""
        self._present: frozenset[str] = frozenset()
        self._species: list[Species] = []
        self._items: list[QTreeWidgetItem] = []
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search a name, formula, group, or energy in eV")
        self.search.setAccessibleName("Search species")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._fill)
        self.search.installEventFilter(self)
        self.list = QTreeWidget()
        self.list.setAccessibleName("Species")
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAlternatingRowColors(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        heading = QTreeWidgetItem(list(_HEADERS))
        self.list.setHeaderItem(heading)
        header = self.list.header()
        header.setStretchLastSection(False)
        for column, tip in enumerate(_TIPS):
            heading.setToolTip(column, tooltip(tip))
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.currentItemChanged.connect(lambda *_: self._look_at())
        self.list.itemDoubleClicked.connect(lambda *_: self._take())
        self.list.installEventFilter(self)
        self._detail = QLabel()
        self._detail.setTextFormat(Qt.TextFormat.PlainText)
        self._detail.setWordWrap(True)
        self._detail.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._detail.setAccessibleName("What is known of the species")
        column_layout = QVBoxLayout(self)
        column_layout.setContentsMargins(6, 6, 6, 6)
        column_layout.addWidget(self.search)
        column_layout.addWidget(self.list, 1)
        column_layout.addWidget(self._detail)
        self.add_button = QPushButton()
        self.add_button.setAutoDefault(False)
        self.add_button.setToolTip("Add the species to the region (Enter)")
        self.add_button.clicked.connect(self._take)
        column_layout.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignRight)
        self.resize(*_SIZE)

    @property
    def keys(self) -> list[str]:
        """The species that are listed."""
        return [species.key for species in self._species]

    @property
    def detail(self) -> str:
        """What is said of the species that is looked at."""
        return self._detail.text()

    @property
    def species(self) -> Species | None:
        """The species that is looked at."""
        row = self.list.indexOfTopLevelItem(self.list.currentItem())
        return self._species[row] if 0 <= row < len(self._species) else None

    def item_of(self, key: str) -> QTreeWidgetItem:
        """Return the row of a species."""
        return self._items[self.keys.index(key)]

    def open_at(self, corner: QPoint, core_level: str, present: Collection[str] = ()) -> None:
        """Open the list of a core level, its upper left corner at a point of the screen.

        Species whose keys are `present` in the region stand last, and say so.
        """
        self._core_level = core_level
        self._present = frozenset(present)
        self.search.clear()
        self._fill()
        area = self.screen().availableGeometry()
        left = min(corner.x(), area.right() - self.width())
        top = min(corner.y(), area.bottom() - self.height())
        self.move(max(left, area.left()), max(top, area.top()))
        self.show()
        self.search.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() in _TAKING_KEYS:
            self._take()
            return True
        if watched is self.search and event.key() in _LIST_KEYS:
            self.list.event(event)
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.highlighted.emit(None)

    def _fill(self) -> None:
        found = found_species(self._core_level, self.search.text())
        self._species = sorted(found, key=lambda species: species.key in self._present)
        self._items = [_item(species) for species in self._species]
        quiet = QBrush(muted(self.palette()))
        for species, item in zip(self._species, self._items, strict=True):
            if species.key in self._present:
                said = f"{species.name}: the region has it already"
                item.setText(0, f"✓ {item.text(0)}")
                item.setToolTip(0, tooltip(said))
                item.setData(0, Qt.ItemDataRole.AccessibleTextRole, said)
                for column in range(self.list.columnCount()):
                    item.setForeground(column, quiet)
        self.list.blockSignals(True)
        self.list.clear()
        self.list.addTopLevelItems(self._items)
        if self._items:
            likely = likeliest(self._species, self.search.text())
            self.list.setCurrentItem(self._items[likely])
        self.list.blockSignals(False)
        self._look_at()

    def _look_at(self) -> None:
        species = self.species
        self._detail.setText(_NOTHING if species is None else _detail(species))
        self.add_button.setEnabled(species is not None)
        again = species is not None and species.key in self._present
        name = "" if species is None else menu_text(short_name(species.name))
        self.add_button.setText(f"Add {'another ' if again else ''}{name}".rstrip())
        self.highlighted.emit(species)

    def _take(self) -> None:
        species = self.species
        if species is not None:
            self.close()
            self.chosen.emit(species.key)


def _item(species: Species) -> QTreeWidgetItem:
    low, high = species.allowed_ev
    item = QTreeWidgetItem(
        [short_name(species.name), f"{species.center_ev:g}", f"{low:g}–{high:g}", species.group]
    )
    item.setToolTip(0, tooltip(species.name))
    item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight)
    return item


def _detail(species: Species) -> str:
    low, high = species.fwhm_ev
    lines = [f"{species.name}: FWHM {low:g} to {high:g} eV."]
    if species.evidence:
        lines.append(species.evidence)
    if species.needs:
        names = [f"{library()[key].name} in {library()[key].core_level}" for key in species.needs]
        lines.append(f"Credible with {', '.join(names)}.")
    shown = "; ".join(species.sources[:_MOST_SOURCES])
    more = len(species.sources) - _MOST_SOURCES
    lines.append(f"Sources: {shown}" + (f"; and {more} more" if more > 0 else ""))
    return "\n".join(lines)
