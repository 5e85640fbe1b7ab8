"""The frame of the window: docks that stay where they were put, and the way of the Tab key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from app.settings import Settings
from app.widgets.theme import Theme
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.every_view import settle
from tests.app.projects import fitted as fitted_project
from tests.app.user import choose, click

MOST_STOPS = 80


@pytest.fixture
def next_window(
    qapp: QApplication, settings: Settings, recovery: Path, own_recipes: Path
) -> Iterator[Callable[[MainWindow | None], MainWindow]]:
    """Close a window, and open another one with the same settings."""
    opened: list[MainWindow] = []
    theme = Theme(qapp)

    def another(before: MainWindow | None = None) -> MainWindow:
        if before is not None:
            close(before)
        window = MainWindow(settings, theme, ScriptedDialogs(), lambda url: True)
        window.show()
        opened.append(window)
        return window

    def close(window: MainWindow) -> None:
        window.document.stack.setClean()
        window.close()

    yield another
    for window in opened:
        close(window)
        window.deleteLater()
    theme.setParent(None)
    theme.deleteLater()


def test_docks_stand_where_they_were_put(
    next_window: Callable[..., MainWindow],
) -> None:
    first = next_window()
    first.document.replace(fitted_project())
    areas = Qt.DockWidgetArea
    first.addDockWidget(areas.LeftDockWidgetArea, first.docks.inspector)
    first.resizeDocks([first.docks.samples], [333], Qt.Orientation.Horizontal)
    QApplication.processEvents()
    width = first.docks.samples.width()
    second = next_window(first)
    second.document.replace(fitted_project())
    QApplication.processEvents()
    assert second.dockWidgetArea(second.docks.inspector) is areas.LeftDockWidgetArea
    assert second.docks.samples.width() == pytest.approx(width, abs=2)


def test_a_closed_dock_stays_closed_and_the_others_come_with_the_spectra(
    next_window: Callable[..., MainWindow],
) -> None:
    first = next_window()
    first.document.replace(fitted_project())
    button = first.docks.results.findChild(QAbstractButton, "qt_dockwidget_closebutton")
    click(button)
    assert first.docks.results.isHidden()
    second = next_window(first)
    assert all(dock.isHidden() for dock in second.docks.all)  # the first page is there
    third = next_window(second)
    third.document.replace(fitted_project())
    assert [dock.isHidden() for dock in third.docks.all] == [False, False, True]
    choose(third, "show_comparison")
    assert third.docks.results.isVisible()
    fourth = next_window(third)
    fourth.document.replace(fitted_project())
    assert not any(dock.isHidden() for dock in fourth.docks.all)


def test_closing_all_spectra_does_not_close_the_docks(
    next_window: Callable[..., MainWindow],
) -> None:
    window = next_window()
    window.document.replace(fitted_project())
    choose(window, "new")
    assert all(dock.isHidden() for dock in window.docks.all)
    window.document.replace(fitted_project())
    assert not any(dock.isHidden() for dock in window.docks.all)


def test_the_other_windows_close_with_the_window(next_window: Callable[..., MainWindow]) -> None:
    window = next_window()
    for name in ("recipes", "preferences", "shortcuts", "about", "batch"):
        choose(window, name)
    others = [
        top for top in QApplication.topLevelWidgets() if top.isVisible() and top is not window
    ]
    assert len(others) == 5
    window.close()
    assert not any(other.isVisible() for other in others)


def stops(window: MainWindow, first: QWidget) -> list[QWidget]:
    """Where Tab leads, until it is back where it began."""
    first.setFocus()
    found = []
    while (there := QApplication.focusWidget()) not in found:
        assert there is not None
        assert len(found) < MOST_STOPS
        found.append(there)
        QTest.keyClick(there, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is first, "Tab does not come back"
    return found


@pytest.mark.parametrize("tab", ["show_quantities", "show_comparison", "show_checks"])
def test_tab_goes_through_the_window_as_the_work_does(plotted: MainWindow, tab: str) -> None:
    window, inspector = plotted, plotted.inspector
    region = window.selection.region
    assert region is not None
    choose(window, tab)
    window.selection.select_component(region.components[0].id)
    settle(window)
    found = stops(window, window.tree)
    work = [
        window.tree,
        window.panel.plot,
        inspector.charge,
        inspector.region,
        inspector.components,
        inspector.shape,
        inspector.add_button,
        inspector.fit_button,
        inspector.parameters,
        window.results.tabBar(),
        window.results.currentWidget(),
    ]
    places = [
        next(i for i, stop in enumerate(found) if stop is part or part.isAncestorOf(stop))
        for part in work
    ]
    assert places == sorted(places)
    inside = [window.results.isAncestorOf(stop) for stop in found]
    assert inside == sorted(inside), "the way goes out of the results and back"


def test_the_checked_core_levels_come_after_what_is_compared(plotted: MainWindow) -> None:
    choose(plotted, "show_comparison")
    view = plotted.results.compare
    QApplication.processEvents()
    found = stops(plotted, view.base)
    order = [
        view.base,
        view.kind,
        *view.level_boxes.boxes.values(),
        view.figure.kind,
        view.figure.copy_button,
    ]
    assert [stop for stop in found if stop in order] == order


def test_the_button_of_recipes_is_not_lit_once_its_menu_is_closed(window: MainWindow) -> None:
    """Qt takes the pointer, which is in the menu by now, to be on the button still."""
    button, menu = window.commands.recipe_button, window.commands.recipe_menu
    button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
    menu.close()
    assert not button.underMouse()
