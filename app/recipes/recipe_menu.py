"""The menu of recipes: for all samples, or for the selected one alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.recipes.own_recipes import Listed
from app.widgets.plain import menu_text, tooltip
from xps.recipe import STORED, load_recipe

Apply = Callable[[str | Path], object]


class RecipeMenu(QMenu):
    """Recipes to apply, and what can be done with recipes.

    Parameters
    ----------
    parent : QWidget
    apply, apply_to_sample : callable
        Called with what was chosen: for all samples, or for the selected one.
    choose : callable
        Asks for a recipe file.
    others : sequence of QAction
        What stands below.
    """

    def __init__(
        self,
        parent: QWidget,
        apply: Apply,
        apply_to_sample: Apply,
        choose: Callable[[], object],
        others: Sequence[QAction],
    ) -> None:
        super().__init__("Apply &recipe", parent)
        self._apply, self._apply_to_sample = apply, apply_to_sample
        self._choose, self._others = choose, tuple(others)
        self._stored: tuple[QAction, ...] = ()
        self.setToolTipsVisible(True)
        self.for_sample = QMenu("Only to the selected &sample", self)
        self.for_sample.setToolTipsVisible(True)

    def show_recipes(self, recipes: Sequence[Listed]) -> None:
        """List recipes; those that cannot be read are greyed, with the reason."""
        self.clear()
        self.for_sample.clear()
        for recipe in recipes:
            if recipe.path is None:
                self._add_both(recipe)
        self._stored = self._add_both(Listed(STORED, load_recipe(STORED).title))
        self.addSeparator()
        self.for_sample.addSeparator()
        for recipe in recipes:
            if recipe.path is not None:
                self._add_both(recipe)
        self.addSeparator()
        self.addMenu(self.for_sample)
        other = self.addAction("Other recipe &file…")
        other.setObjectName("recipe file")
        other.triggered.connect(lambda _=False: self._choose())
        self.addSeparator()
        self.addActions(self._others)

    def show_stored(self, *, there: bool) -> None:
        """Offer the fits that the files themselves carry, where they carry any."""
        for action in self._stored:
            action.setVisible(there)

    def _add_both(self, recipe: Listed) -> tuple[QAction, QAction]:
        return (
            self._add(self, "recipe", recipe, self._apply),
            self._add(self.for_sample, "sample recipe", recipe, self._apply_to_sample),
        )

    def _add(self, menu: QMenu, kind: str, recipe: Listed, apply: Apply) -> QAction:
        action = menu.addAction(menu_text(recipe.title))
        action.setObjectName(f"{kind} {recipe.name}")
        action.setEnabled(not recipe.problem)
        action.setToolTip(tooltip(recipe.problem or recipe.name))
        action.triggered.connect(lambda _=False, source=recipe.source: apply(source))
        return action
