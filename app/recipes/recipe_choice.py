"""A list of recipes to choose one from."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QComboBox

from app.recipes.own_recipes import OwnRecipes


class RecipeChoice(QComboBox):
    """The recipes that can be applied; the data of an item are the recipe's source."""

    def follow(self, recipes: OwnRecipes) -> None:
        """Offer recipes, now and when others come; what is chosen stays while it is offered."""
        recipes.changed.connect(lambda: self._list(recipes))
        self._list(recipes)

    def choose(self, source: str | Path) -> bool:
        """Choose a recipe, where it is offered; return whether it is."""
        # Qt finds texts, but no path that is equal to another one.
        sources = [self.itemData(index) for index in range(self.count())]
        if source not in sources:
            return False
        self.setCurrentIndex(sources.index(source))
        return True

    def _list(self, recipes: OwnRecipes) -> None:
        chosen = self.currentData()
        self.clear()
        for listed in recipes.listed:
            if not listed.problem:
                self.addItem(listed.title, listed.source)
        if not self.choose(chosen):
            self.setCurrentIndex(0)
