"""A list of recipes to choose one from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox

from app.recipes.own_recipes import Listed


class RecipeChoice(QComboBox):
    """The recipes that can be applied; the data of an item are the recipe's source."""

    def show_recipes(self, recipes: Sequence[Listed]) -> None:
        """Offer other recipes; what is chosen stays where it is still offered."""
        chosen = self.currentData()
        self.clear()
        for listed in recipes:
            if not listed.problem:
                self.addItem(listed.title, listed.source)
        self.setCurrentIndex(max(self.findData(chosen), 0))
