"""Keeps the preferences, shows their window, and lets what is chosen act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from app.preferences.preferences import Preferences
from app.preferences.preferences_window import PreferencesWindow
from app.recipes.own_recipes import OwnRecipes
from app.settings import Settings
from app.widgets.forward import bring_forward


class PreferenceActions(QObject):
    """The preferences that hold now.

    Parameters
    ----------
    window : QWidget
    settings : Settings
        Where they are kept.
    recipes : OwnRecipes

    Signals
    -------
    changed(Preferences, frozenset)
        What holds from now on, and the names of what is another than before.
    """

    changed = Signal(object, object)

    def __init__(self, window: QWidget, settings: Settings, recipes: OwnRecipes) -> None:
        super().__init__(window)
        self._settings, self._recipes = settings, recipes
        self._parent = window
        self._window: PreferencesWindow | None = None

    def show(self) -> None:
        """Open the window."""
        if self._window is None:
            self._window = PreferencesWindow(self._parent)
            self._window.chosen.connect(self.use)
            self._recipes.changed.connect(self._refresh)
        self._refresh()
        bring_forward(self._window)

    def use(self, preferences: Preferences) -> None:
        """Let other preferences hold."""
        changes = preferences.changes(self._settings.preferences)
        self._settings.preferences = preferences
        self._refresh()
        if changes:
            self.changed.emit(preferences, changes)

    def use_colors(self, colors: Qt.ColorScheme) -> None:
        """Let another color scheme hold."""
        self.use(replace(self._settings.preferences, colors=colors))

    def begin(self, apply: Callable[[Preferences, frozenset[str]], object]) -> None:
        """Let them act now, and each as it is changed; the colors hold since the program began."""
        preferences = self._settings.preferences
        apply(preferences, preferences.changes(None) - {"colors"})
        self.changed.connect(apply)

    def _refresh(self) -> None:
        if self._window is not None:
            self._window.show_preferences(self._settings.preferences, self._recipes.listed)
