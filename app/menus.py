"""Menus and toolbar, made from the table of actions and from what there is to choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QCursor, QIcon
from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar, QToolButton

from app.actions import ACTIONS
from app.plot.overlays import Arrangement, OverlayChoice
from app.widgets.plain import menu_text

_MENUS = ("File", "Edit", "Analysis", "Plot", "View", "Help")
_SCHEMES = (
    ("As the &system", Qt.ColorScheme.Unknown),
    ("&Light", Qt.ColorScheme.Light),
    ("&Dark", Qt.ColorScheme.Dark),
)


def make_menus(window: QMainWindow, actions: Mapping[str, QAction]) -> dict[str, QMenu]:
    """Fill the menu bar from the table; return the menus by title."""
    menus = {}
    for title in _MENUS:
        menu = window.menuBar().addMenu(f"&{title}")
        menu.setToolTipsVisible(True)
        menus[title] = menu
    for spec in ACTIONS:
        if spec.starts_group:
            menus[spec.menu].addSeparator()
        menus[spec.menu].addAction(actions[spec.name])
    return menus


def make_toolbar(
    window: QMainWindow, actions: Mapping[str, QAction], recipes: QMenu, recipe_icon: QIcon
) -> tuple[QToolBar, QToolButton]:
    """Return the toolbar, and its button that offers the recipes."""
    bar = QToolBar("Main toolbar", window)
    bar.setObjectName("main toolbar")
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    bar.setMovable(False)
    button = QToolButton()
    button.setText("Apply recipe")
    button.setIcon(recipe_icon)
    button.setToolTip("Set charge reference, regions and components of all spectra")
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMenu(recipes)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # as Qt has it for all others in a toolbar
    recipes.aboutToHide.connect(lambda: _look_for_pointer(button))
    last_menu = ""
    for spec in ACTIONS:
        if not spec.in_toolbar:
            continue
        if last_menu and spec.menu != last_menu:
            bar.addSeparator()
        if spec.name == "fit":
            bar.addWidget(button)
        last_menu = spec.menu
        bar.addAction(actions[spec.name])
    window.addToolBar(bar)
    return bar, button


def _look_for_pointer(button: QToolButton) -> None:
    """Let a button know that the pointer left it while its menu was open, which Qt does not."""
    is_there = button.rect().contains(button.mapFromGlobal(QCursor.pos()))
    button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, is_there)
    button.update()


def fill_recent_menu(
    menu: QMenu,
    paths: Sequence[Path],
    open_path: Callable[[Path], object],
    forget: Callable[[], object],
) -> None:
    """List recent files; those that are gone are greyed, not removed."""
    menu.clear()
    menu.setEnabled(bool(paths))
    for path in paths:
        there = path.exists()
        text = f"{path.name}   {path.parent}" + ("" if there else "   (missing)")
        action = menu.addAction(menu_text(text))
        action.setEnabled(there)
        action.triggered.connect(lambda _=False, path=path: open_path(path))
    menu.addSeparator()
    menu.addAction("Forget these").triggered.connect(lambda _=False: forget())


def make_scheme_menu(
    parent: QMainWindow, present: Qt.ColorScheme, choose: Callable[[Qt.ColorScheme], object]
) -> QMenu:
    """Return the menu of color schemes."""
    menu = QMenu("&Colors", parent)
    group = QActionGroup(menu)
    for text, scheme in _SCHEMES:
        action = menu.addAction(text)
        action.setObjectName(f"colors {scheme.name}")
        action.setCheckable(True)
        action.setChecked(scheme is present)
        group.addAction(action)
        action.triggered.connect(lambda _=False, scheme=scheme: choose(scheme))
    return menu


def make_overlay_menu(parent: QMainWindow, overlays: OverlayChoice) -> QMenu:
    """Return the menu of ways to lay checked spectra over each other."""
    menu = QMenu("&Overlays", parent)
    group = QActionGroup(menu)
    for arrangement in Arrangement:
        action = menu.addAction(f"&{arrangement.value}")
        action.setObjectName(f"overlays {arrangement.name.lower()}")
        action.setCheckable(True)
        action.setChecked(arrangement is overlays.arrangement)
        group.addAction(action)
        action.triggered.connect(lambda _=False, a=arrangement: overlays.arrange(a))
    menu.addSeparator()
    none = menu.addAction("&None")
    none.setObjectName("overlays none")
    none.triggered.connect(lambda _=False: overlays.clear())
    return menu
