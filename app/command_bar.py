"""Menu bar and toolbar of the window: what can be chosen now, and how it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu

from app.actions import ACTIONS, Needs, make_actions
from app.gestures.sweep_gestures import has_sweeps
from app.menus import (
    fill_recent_menu,
    make_menus,
    make_overlay_menu,
    make_scheme_menu,
    make_toolbar,
)
from app.plot.modes import Mode
from app.plot.overlays import OverlayChoice
from app.recipes.recipe_actions import RecipeActions
from app.recipes.recipe_menu import RecipeMenu
from app.session.document import Document
from app.session.selection import Selection
from app.widgets.icons import icon
from app.widgets.plain import menu_text
from xps.project import Entry, Project


class CommandBar:
    """All actions of the window, in its menus and its toolbar.

    Parameters
    ----------
    window : QMainWindow
    slot : callable
        Returns what an action does, from the name in its row of the table.
    recipes : RecipeActions
    """

    def __init__(
        self,
        window: QMainWindow,
        slot: Callable[[str], Callable[[], object]],
        recipes: RecipeActions,
    ) -> None:
        self._window = window
        self._recipes = recipes
        self._stored_fits = False
        self._looked_at: tuple[Entry, ...] = ()
        self.actions = make_actions(window, slot, icon)
        self.menus = make_menus(window, self.actions)
        self.recipe_menu = RecipeMenu(
            window,
            recipes.apply,
            recipes.apply_to_sample,
            recipes.choose,
            [self.actions[name] for name in ("save_recipe", "recipes")],
        )
        self.toolbar, self.recipe_button = make_toolbar(
            window, self.actions, self.recipe_menu, icon("recipe")
        )
        self.recent_menu = QMenu("Open &recent", window)
        self._schemes = QMenu(window)
        self.menus["File"].insertMenu(self.actions["save"], self.recent_menu)
        self.menus["Analysis"].insertMenu(self.actions["fit"], self.recipe_menu)
        recipes.own.changed.connect(self._list_recipes)
        self._list_recipes()

    def add_views(
        self,
        overlays: OverlayChoice,
        scheme: Qt.ColorScheme,
        use_scheme: Callable[[Qt.ColorScheme], object],
        docks: Sequence[QAction],
    ) -> None:
        """Put into the menu View what the table cannot know."""
        view = self.menus["View"]
        self._schemes = make_scheme_menu(self._window, scheme, use_scheme)
        view.addMenu(make_overlay_menu(self._window, overlays))
        view.addMenu(self._schemes)
        view.addSeparator()
        view.addActions(docks)

    def check_scheme(self, scheme: Qt.ColorScheme) -> None:
        """Mark the color scheme that holds."""
        for action in self._schemes.actions():
            action.setChecked(action.objectName() == f"colors {scheme.name}")

    def context_menu(self, names: Sequence[str]) -> QMenu:
        """Return a menu of some actions that goes when it is closed."""
        menu = QMenu(self._window)
        menu.setToolTipsVisible(True)
        menu.addActions([self.actions[name] for name in names])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def list_recent(
        self,
        paths: Sequence[Path],
        open_path: Callable[[Path], object],
        forget: Callable[[], object],
    ) -> None:
        """List the recent files anew."""
        fill_recent_menu(self.recent_menu, paths, open_path, forget)

    def check_mode(self, mode: Mode) -> None:
        """Mark the action of the plot's mode."""
        for other in Mode:
            self.actions[other.value].setChecked(other is mode)

    def enable(self, document: Document, selection: Selection, *, works: bool) -> None:
        """Let those actions be chosen that something is there for."""
        there = _there(document, selection, works=works)
        for spec in ACTIONS:
            self.actions[spec.name].setEnabled(there[spec.needs])
        self._look_for_stored_fits(document.project)
        self.recipe_menu.show_stored(there=self._stored_fits)
        self.recipe_button.setEnabled(there["spectra"])
        self.recipe_menu.setEnabled(there["spectra"])
        stack = document.stack
        for name, text in (("undo", stack.undoText()), ("redo", stack.redoText())):
            action, verb = self.actions[name], name.capitalize()
            action.setText(f"&{verb} {menu_text(text)}".rstrip())
            action.setIconText(verb)

    def _look_for_stored_fits(self, project: Project) -> None:
        """Whether any of the spectra carries a fit; hundreds are not asked at every edit."""
        if project.entries is not self._looked_at:
            self._looked_at = project.entries
            self._stored_fits = _carries_fit(project)

    def redraw_icons(self) -> None:
        """Draw the icons in the colors of the present palette."""
        for spec in ACTIONS:
            if spec.icon:
                self.actions[spec.name].setIcon(icon(spec.icon))
        self.recipe_button.setIcon(icon("recipe"))

    def _list_recipes(self) -> None:
        self.recipe_menu.show_recipes(self._recipes.own.listed)
        self.recipe_menu.show_stored(there=self._stored_fits)


def _carries_fit(project: Project) -> bool:
    if not project.entries:
        return False  # and nothing need be loaded to know
    from xps.casaxps import carries_fit

    return carries_fit(project)


def _there(document: Document, selection: Selection, *, works: bool) -> Mapping[Needs, bool]:
    project, stack, entry = document.project, document.stack, selection.entry
    return {
        "": True,
        "undo": stack.canUndo(),
        "redo": stack.canRedo(),
        "spectra": bool(project.entries),
        "entry": entry is not None,
        "removable": entry is not None,
        "region": selection.region is not None,
        "regions": bool(project.regions),
        "jobs": works,
        "masked": entry is not None and bool(entry.spectrum.masked_ev),
        "given": entry is not None and document.giver_of(entry.id) is not None,
        "sweeps": has_sweeps(project, entry),
    }
