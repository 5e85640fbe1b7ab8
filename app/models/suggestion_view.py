"""The suggestion tab: the models that the data support, the way to them, Take and Leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.gestures.gestures import short_name
from app.widgets.fonts import bold
from app.widgets.numerals import MINUS
from app.widgets.plain import tooltip
from xps.numbers_text import number

if TYPE_CHECKING:
    from xps.suggested import SuggestedModel, Suggestion

_SPLIT = (400, 510)
_SIGNS = {"kept": "✓", "refused": "✕", "removed": "✕", "exchanged": "⇄"}
_HEADERS = ("Species", "ΔBIC", "χ²ᵣ", "Test")
_TIPS = (
    "What the components can be; Enter takes the chosen model",
    "Bayesian information criterion above the best model: below 2 the data support both alike",
    "Reduced χ²: 1 where the model describes the data to within their noise",
    "Whether a bootstrap test confirms every component",
)
_NOTHING = "No candidate stands out of the noise."
_NO_REFERENCE = "No species lies where there are peaks. Set the charge reference first (C)."


class SuggestionView(QWidget):
    """A suggestion as a preview, to be taken or left.

    Signals
    -------
    modelChosen(int)
        Another model is to be seen on the plot.
    takeWanted(int), leaveWanted()
    """

    modelChosen = Signal(int)
    takeWanted = Signal(int)
    leaveWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel()
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setFont(bold(self.font()))
        self.models = QTreeWidget()
        self.models.setAccessibleName("Suggested models")
        self._groups: list[QTreeWidgetItem] = []
        self.way = QTreeWidget()
        self.way.setHeaderLabels(["Why"])
        self.way.setAccessibleName("How the models were found")
        self.take_button = QPushButton("Take")
        self.take_button.setToolTip("Make the chosen model the region of this spectrum, and fit it")
        self.leave_button = QPushButton("Leave")
        self.leave_button.setToolTip("Change nothing, and close the preview (Esc)")
        self._build()

    @property
    def title(self) -> str:
        """What was searched, and what came out."""
        return self._title.text()

    @property
    def reasons(self) -> list[str]:
        """Every line of the way, headings included."""
        lines = []
        for head in self._groups:
            lines.append(head.text(0))
            lines += [head.child(i).text(0) for i in range(head.childCount())]
        return lines

    @property
    def chosen(self) -> int:
        """The place of the chosen model."""
        return self.models.indexOfTopLevelItem(self.models.currentItem())

    def show_suggestion(self, where: str, suggestion: Suggestion) -> None:
        """Show a suggestion.

        Parameters
        ----------
        where : str
            Core level and sample.
        suggestion : Suggestion
        """
        count = len(suggestion.models[0].keys) if suggestion.models else 0
        found = f"{count} components are supported" if count != 1 else "one component is supported"
        from xps.suggested import NO_REFERENCE

        nothing = _NO_REFERENCE if NO_REFERENCE in suggestion.notes else _NOTHING
        self._title.setText(f"{where}: {found if count else nothing}")
        items = [_model_item(model, suggestion.models[0]) for model in suggestion.models]
        self.models.blockSignals(True)
        self.models.clear()
        self.models.addTopLevelItems(items)
        if items:
            self.models.setCurrentItem(items[0])
        self.models.blockSignals(False)
        self.way.clear()
        self._groups = []
        steps = [f"{_SIGNS[step.verdict]}  {step.text}" for step in suggestion.steps]
        for title, lines in (
            ("Steps", steps),
            ("Cannot be told apart", suggestion.merged),
            ("Notes", suggestion.notes),
            ("In no model", [refusal.reason for refusal in suggestion.refused]),
        ):
            if lines:
                self._add_group(title, lines)
        self.take_button.setEnabled(bool(items))

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()  # before any shortcut of the window takes it
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leaveWanted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.take_button.isEnabled():
            self.takeWanted.emit(self.chosen)
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        for tree in (self.models, self.way):
            tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
            tree.setAlternatingRowColors(True)
            tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.models.setRootIsDecorated(False)
        self.way.setUniformRowHeights(True)
        heading = QTreeWidgetItem(list(_HEADERS))
        self.models.setHeaderItem(heading)
        header = self.models.header()
        header.setStretchLastSection(False)
        for column, tip in enumerate(_TIPS):
            heading.setToolTip(column, tooltip(tip))
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        splitter = QSplitter()
        splitter.addWidget(self.models)
        splitter.addWidget(self.way)
        splitter.setSizes(list(_SPLIT))
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.take_button)
        head.addWidget(self.leave_button)
        column_layout = QVBoxLayout(self)
        column_layout.setContentsMargins(4, 4, 4, 2)
        column_layout.setSpacing(3)
        column_layout.addLayout(head)
        column_layout.addWidget(splitter, 1)
        self.setFocusProxy(self.models)
        self.models.currentItemChanged.connect(lambda *_: self.modelChosen.emit(self.chosen))
        self.models.itemDoubleClicked.connect(lambda *_: self.takeWanted.emit(self.chosen))
        self.take_button.clicked.connect(lambda: self.takeWanted.emit(self.chosen))
        self.leave_button.clicked.connect(self.leaveWanted)

    def _add_group(self, title: str, lines: list[str] | tuple[str, ...]) -> None:
        head = QTreeWidgetItem([f"{title} ({len(lines)})"])
        for line in lines:
            item = QTreeWidgetItem([line])
            item.setToolTip(0, tooltip(line))
            head.addChild(item)
        self.way.addTopLevelItem(head)
        self._groups.append(head)
        head.setExpanded(title != "In no model")


def _model_item(model: SuggestedModel, best: SuggestedModel) -> QTreeWidgetItem:
    bic = number(model.above_best, 1).replace("-", MINUS)
    test = "confirmed" if model.confirmed else "not confirmed"
    item = QTreeWidgetItem([_species(model, best), bic, number(model.reduced_chi2, 2), test])
    lines = [
        f"{component.name} at {number(component.center.value, 2)} eV"
        for component in model.region.components
    ]
    for column in range(4):
        item.setToolTip(column, tooltip("\n".join(lines)))
        if column:
            item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
    return item


def _species(model: SuggestedModel, best: SuggestedModel) -> str:
    """The species of a model; of others than the best what they have instead, as it fits a line."""
    names, of_best = (
        [short_name(component.name) for component in one.region.components] for one in (model, best)
    )
    more = [name for name in names if name not in of_best]
    less = [name for name in of_best if name not in names]
    differing = [("with", more), ("without", less)]
    words = [f"{word} {', '.join(which)}" for word, which in differing if which]
    return ", ".join(words or names)
