"""The window of recipes: read, edit, apply, save, share."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.dialogs import RECIPES, Dialogs
from app.recipes.own_recipes import Listed, OwnRecipes
from app.settings import Settings
from app.widgets.message_bar import Button, MessageBar
from app.widgets.plain import tooltip
from xps.errors import XpsError

_SIZE = (820, 560)
_SPLIT = (260, 560)
_SHIPPED = "Comes with Doublet. Duplicate it to change it."


class RecipesWindow(QDialog):
    """All recipes, and the chosen one as text.

    Signals
    -------
    applyWanted(object, bool)
        Name or path of a recipe, and whether it is for the selected sample alone.
    """

    applyWanted = Signal(object, bool)

    def __init__(
        self,
        recipes: OwnRecipes,
        dialogs: Dialogs,
        settings: Settings,
        messages: MessageBar,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._recipes, self._dialogs = recipes, dialogs
        self._settings, self._messages = settings, messages
        self._listed: tuple[Listed, ...] = ()
        self._drafts: dict[str, str] = {}
        self._sample: str | None = None
        self.setWindowTitle("Recipes")
        self.list = QListWidget()
        self.list.setAccessibleName("Recipes")
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.text = QPlainTextEdit()
        self.text.setAccessibleName("Recipe as text")
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTabChangesFocus(True)
        self.buttons: dict[str, QPushButton] = {}
        self._state = QLabel()
        self._state.setTextFormat(Qt.TextFormat.PlainText)
        self._state.setWordWrap(True)
        self._state.setAccessibleName("State of the recipe")
        self._build()
        self.list.currentRowChanged.connect(lambda _: self._show_chosen())
        self.text.textChanged.connect(self._on_typed)
        recipes.changed.connect(self.refresh)
        self.refresh()

    @property
    def state_text(self) -> str:
        """What is said of the chosen recipe."""
        return self._state.text()

    @property
    def chosen(self) -> Listed | None:
        """The chosen recipe."""
        row = self.list.currentRow()
        return self._listed[row] if 0 <= row < len(self._listed) else None

    def choose(self, name: str) -> None:
        """Choose a recipe by its name."""
        names = [recipe.name for recipe in self._listed]
        if name in names:
            self.list.setCurrentRow(names.index(name))

    def show_sample(self, sample: str | None) -> None:
        """Say for which sample a recipe can be applied alone."""
        self._sample = sample
        self.buttons["apply_to_sample"].setToolTip(
            tooltip(f"Apply it to {sample} alone" if sample else "No sample is selected")
        )
        self._enable()

    def refresh(self) -> None:
        """List the recipes anew; the chosen one stays so."""
        before = self.chosen
        self._listed = self._recipes.listed
        self.list.blockSignals(True)
        self.list.clear()
        for recipe in self._listed:
            item = QListWidgetItem(recipe.title)
            item.setToolTip(tooltip(recipe.problem or recipe.name))
            font = item.font()
            font.setItalic(recipe.path is None)
            item.setFont(font)
            self.list.addItem(item)
        self.list.blockSignals(False)
        names = [recipe.name for recipe in self._listed]
        known = before is not None and before.name in names
        self.list.setCurrentRow(names.index(before.name) if known and before else 0)
        self._show_chosen()

    def _build(self) -> None:
        rows: tuple[tuple[tuple[str, str, Callable[[], object], str], ...], ...] = (
            (
                ("apply", "Apply to all", lambda: self._apply(alone=False),
                 "Give all spectra that it knows their regions"),
                ("apply_to_sample", "Apply to sample", lambda: self._apply(alone=True), ""),
            ),
            (
                ("save", "Save", self._save, "Keep what was typed, if it is a recipe (Ctrl+S)"),
                ("revert", "Revert", self._revert, "Forget what was typed"),
                ("duplicate", "Duplicate…", self._duplicate, "Make a recipe of one's own of it"),
                ("remove", "Remove", self._remove, "Remove it; the message bar can undo that"),
                ("import", "Import…", self._import, "Take in a recipe file (.toml)"),
                ("export", "Export…", self._export, "Write it to a file that others can read"),
            ),
        )  # fmt: skip
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.text, 1)
        column.addWidget(self._state)
        splitter = QSplitter()
        splitter.addWidget(self.list)
        splitter.addWidget(right)
        splitter.setSizes(list(_SPLIT))
        whole = QVBoxLayout(self)
        whole.addWidget(splitter, 1)
        line = QHBoxLayout()
        for row in rows:
            for name, text, run, tip in row:
                button = QPushButton(text)
                button.setAutoDefault(False)
                button.setToolTip(tip)
                button.clicked.connect(lambda _=False, run=run: run())
                self.buttons[name] = button
                line.addWidget(button)
            line.addStretch(1)
        self.buttons["save"].setShortcut("Ctrl+S")
        whole.addLayout(line)
        self.resize(*_SIZE)
        self.show_sample(None)

    def _show_chosen(self) -> None:
        recipe = self.chosen
        text, problem = "", ""
        if recipe is not None:
            try:
                text = self._drafts.get(recipe.name) or self._recipes.text_of(recipe)
            except XpsError as error:
                problem = str(error)
        self.text.blockSignals(True)
        self.text.setPlainText(text)
        self.text.blockSignals(False)
        self.text.setReadOnly(recipe is None or recipe.path is None)
        if recipe is not None:
            problem = problem or recipe.problem
            self._state.setText(problem or (_SHIPPED if recipe.path is None else ""))
        self._enable()

    def _enable(self) -> None:
        recipe = self.chosen
        own = recipe is not None and recipe.path is not None
        typed = recipe is not None and recipe.name in self._drafts
        good = recipe is not None and not recipe.problem
        for name, enabled in (
            ("apply", good),
            ("apply_to_sample", good and self._sample is not None),
            ("save", typed),
            ("revert", typed),
            ("duplicate", good),
            ("remove", own),
            ("export", good),
        ):
            self.buttons[name].setEnabled(enabled)

    def _on_typed(self) -> None:
        recipe = self.chosen
        if recipe is not None and recipe.path is not None:
            self._drafts[recipe.name] = self.text.toPlainText()
            self._state.setText("Changed, not saved")
            self._enable()

    def _apply(self, *, alone: bool) -> None:
        recipe = self.chosen
        if recipe is not None:
            self.applyWanted.emit(recipe.source, alone)

    def _save(self) -> None:
        recipe = self.chosen
        if recipe is not None and recipe.path is not None:
            text = self.text.toPlainText()
            if self._try(lambda: self._recipes.keep(recipe.name, text, replaces=recipe)):
                self._drafts.pop(recipe.name, None)
                self._show_chosen()
                self._state.setText("Saved")

    def _revert(self) -> None:
        if self.chosen is not None:
            self._drafts.pop(self.chosen.name, None)
            self._show_chosen()

    def _duplicate(self) -> None:
        recipe = self.chosen
        if recipe is None:
            return
        name = self._dialogs.ask_text("Duplicate recipe", "Name:", f"{recipe.name} 2")
        kept: list[Listed] = []
        if name is not None and self._try(
            lambda: kept.append(self._recipes.duplicate(recipe, name))
        ):
            self.choose(kept[0].name)

    def _remove(self) -> None:
        recipe = self.chosen
        if recipe is None or recipe.path is None:
            return
        removed: list[str] = []
        if self._try(lambda: removed.append(self._recipes.remove(recipe))):
            self._drafts.pop(recipe.name, None)
            back = Button("Undo", lambda: self._recipes.keep(recipe.name, removed[0]))
            self._messages.info(f"Removed the recipe {recipe.name}.", back)

    def _import(self) -> None:
        for path in self._dialogs.open_files("Import recipe", self._settings.folder, RECIPES):
            if self._try(partial(self._recipes.read, path)):
                self.choose(path.stem)

    def _export(self) -> None:
        recipe = self.chosen
        if recipe is None:
            return
        suggested = self._settings.folder / f"{recipe.name}.toml"
        path = self._dialogs.save_file("Export recipe", suggested, RECIPES)
        if path is not None and self._try(lambda: self._recipes.write(recipe, path)):
            self._state.setText(f"Exported to {path}")

    def _try(self, run: Callable[[], object]) -> bool:
        """Do something with files; say what was wrong below the text."""
        try:
            run()
        except XpsError as error:
            self._state.setText(str(error))
            return False
        return True
