"""What can be done with recipes: apply, keep what was set up, and look after them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.dialogs import RECIPES, Dialogs
from app.fitting.analysis import Analysis
from app.recipes.own_recipes import OwnRecipes
from app.recipes.recipes_window import RecipesWindow
from app.session.document import Document
from app.session.editing import Editor
from app.session.selection import Selection
from app.settings import Settings
from app.widgets.message_bar import Button, MessageBar
from xps.errors import XpsError
from xps.recipe import load_recipe
from xps.recipe_text import recipe_of


class RecipeActions(QObject):
    """Carries out what menus and the window of recipes ask for."""

    def __init__(
        self,
        own: OwnRecipes,
        document: Document,
        selection: Selection,
        analysis: Analysis,
        editor: Editor,
        messages: MessageBar,
        dialogs: Dialogs,
        settings: Settings,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.own = own
        self._document = document
        self._selection = selection
        self._analysis = analysis
        self._editor = editor
        self._messages = messages
        self._dialogs = dialogs
        self._settings = settings
        self._window: RecipesWindow | None = None
        selection.changed.connect(self._show_sample)

    @property
    def window(self) -> RecipesWindow:
        """The window of recipes, made when it is first asked for."""
        if self._window is None:
            parent = self.parent()
            assert isinstance(parent, QWidget)
            self._window = RecipesWindow(
                self.own, self._dialogs, self._settings, self._messages, parent
            )
            self._window.applyWanted.connect(self._apply)
        return self._window

    def apply(self, recipe: str | Path) -> None:
        """Apply a recipe to all samples."""
        self._apply(recipe, False)

    def apply_to_sample(self, recipe: str | Path) -> None:
        """Apply a recipe to the selected sample alone."""
        self._apply(recipe, True)

    def apply_to_opened(self, entry_ids: Collection[str]) -> None:
        """Give spectra that were just opened the recipe of the preferences, if it knows any."""
        recipe = self._settings.preferences.recipe
        if not recipe:
            return
        try:
            loaded = load_recipe(recipe)
        except XpsError as error:
            self._messages.warn(f"Preferences, recipe for opened spectra: {error}")
            return
        known = [
            entry.id
            for entry in self._document.project.entries
            if entry.id in entry_ids and loaded.region_for(entry.spectrum.core_level) is not None
        ]
        if known:
            self._analysis.apply_recipe(recipe, entry_ids=known)

    def choose(self) -> None:
        """Ask for a recipe file, and apply it to all samples."""
        paths = self._dialogs.open_files("Recipe", self._settings.folder, RECIPES)
        if paths:
            self.apply(paths[0])

    def save(self) -> None:
        """Keep what was set up for the selected sample as a recipe of one's own."""
        entry = self._selection.entry
        if entry is None:
            return
        name = self._dialogs.ask_text(
            "Save as recipe", f"Name of the recipe, made of what {entry.sample} has:", entry.sample
        )
        if name is None:
            return
        try:
            kept = self.own.keep_recipe(recipe_of(self._document.project, entry.sample, name))
        except XpsError as error:
            self._editor.refuse(str(error))
            return
        self._messages.info(
            f"Recipe {kept.name} is kept. It stands in the menu Apply recipe.",
            Button("Edit…", lambda: self.show(kept.name)),
        )

    def show(self, name: str = "") -> None:
        """Open the window of recipes, with one of them chosen."""
        self.window.choose(name)
        self._show_sample()
        self.window.show()
        self.window.raise_()

    def _apply(self, recipe: str | Path, to_selected: bool) -> None:
        entry = self._selection.entry
        if not to_selected:
            self._analysis.apply_recipe(recipe)
        elif entry is not None:
            self._analysis.apply_recipe(recipe, entry.sample)

    def _show_sample(self) -> None:
        if self._window is not None:
            entry = self._selection.entry
            self._window.show_sample(None if entry is None else entry.sample)
