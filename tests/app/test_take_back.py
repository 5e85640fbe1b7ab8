"""What gave many spectra their regions, undone for one of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.gestures.propagation import propagate, taken_back
from app.samples.sample_model import ENTRY_ROLE
from app.window import MainWindow
from tests.app import projects
from tests.app.test_propagate import confirm, open_dialog, series
from tests.app.user import LONG, choose, fit_all
from xps.model import Ref

__all__ = ["series"]  # a fixture


def index_of(window: MainWindow, entry_id: str) -> QModelIndex:
    model = window.tree.model()
    (found,) = model.match(model.index(0, 0), ENTRY_ROLE, entry_id, 1, Qt.MatchFlag.MatchRecursive)
    return found


def choose_in_tree(window: MainWindow, entry_id: str, text: str) -> None:
    """Right-click a spectrum in the tree, and choose from the menu."""
    tree = window.tree
    index = index_of(window, entry_id)
    tree.scrollTo(index)
    middle = tree.visualRect(index).center()
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    how = QContextMenuEvent.Reason.Mouse, middle, tree.viewport().mapToGlobal(middle)
    QApplication.sendEvent(tree.viewport(), QContextMenuEvent(*how))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    action = next(a for a in menu.actions() if a.text().replace("&", "") == text)
    assert action.isEnabled()
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    menu.close()


def can_take_back(window: MainWindow, entry_id: str) -> bool:
    window.selection.select_entry(entry_id)
    action = window.findChild(QAction, "take_back")
    assert action is not None
    return action.isEnabled()


@pytest.fixture
def propagated(qtbot: QtBot, series: MainWindow) -> MainWindow:
    """A window with a region on four samples, which one step gave to three of them."""
    dialog = open_dialog(series)
    with qtbot.waitSignal(series.analysis.fitted, timeout=LONG):
        confirm(qtbot, series, dialog)
    return series


def test_one_spectrum_loses_what_it_was_given(propagated: MainWindow) -> None:
    before = propagated.document.project
    choose_in_tree(propagated, "s2", "Take back here")
    project = propagated.document.project
    assert [r.spectrum for r in project.regions] == ["s0", "s1", "s3"]
    assert project.sample("sample 2").charge.method == "none"
    assert [f.region.id for f in project.fits] == [
        f.region.id for f in before.fits if f.region.spectrum != "s2"
    ]
    stack = propagated.document.stack
    assert stack.undoText() == (
        "Take back at S 2p of sample 2: Propagate S 2p of sample 0 to 3 spectra"
    )
    choose(propagated, "undo")
    assert propagated.document.project is before


def test_it_can_be_taken_back_once_and_only_where_it_was_given(propagated: MainWindow) -> None:
    assert not can_take_back(propagated, "s0")
    assert can_take_back(propagated, "s1")
    choose(propagated, "take_back")
    assert not can_take_back(propagated, "s1")
    assert can_take_back(propagated, "s3")
    choose(propagated, "undo")
    assert can_take_back(propagated, "s1")


def test_a_spectrum_gets_back_the_fit_that_it_had(qtbot: QtBot, series: MainWindow) -> None:
    project = propagate(series.document.project, "s0_s2p", ["s1"], "model").project
    series.document.replace(project)
    fit_all(qtbot, series)
    own = series.document.project
    series.selection.select_entry("s0")
    dialog = open_dialog(series)
    with qtbot.waitSignal(series.analysis.fitted, timeout=LONG):
        confirm(qtbot, series, dialog)
    region = own.region_of("s1")
    assert region is not None
    assert series.document.project.region_of("s1") != region
    assert can_take_back(series, "s1")
    choose(series, "take_back")
    after = series.document.project
    assert after.region_of("s1") is region
    assert after.fit_of(region.id) is own.fit_of(region.id)
    assert after.is_fresh(region.id)


def test_a_recipe_is_taken_back_for_one_spectrum(window: MainWindow) -> None:
    window.document.replace(projects.opened())
    choose(window, "recipe cathode")
    regions = window.document.project.regions
    window.selection.select_entry(regions[0].spectrum)
    choose(window, "take_back")
    assert window.document.project.regions == regions[1:]
    assert window.document.stack.undoText().endswith(": Apply recipe cathode")


def test_the_charge_reference_stays_where_other_spectra_of_the_sample_need_it() -> None:
    project = projects.started()
    first, second = (r for r in project.regions if r.spectrum in ("s0", "s1"))
    sample = project.entry("s0").sample
    one = taken_back(project, projects.opened(), ["s0", "s1"], "s0", "Apply recipe cathode")
    assert one.project.sample(sample).charge == project.sample(sample).charge
    alone = taken_back(project, projects.opened(), ["s0"], "s0", "Apply recipe cathode")
    assert alone.project.sample(sample).charge.method == "none"
    assert first not in alone.project.regions
    assert second in alone.project.regions


def test_the_history_tells_how(propagated: MainWindow) -> None:
    choose(propagated, "show_history")
    history = propagated.results.history
    item = history.item_of("Propagate S 2p of sample 0 to 3 spectra")
    assert "Take back here" in item.toolTip(1)
    assert "Take back here" not in history.item_of("Fit 3 regions").toolTip(1)


def test_an_edit_after_it_goes_too_and_comes_back_with_undo(propagated: MainWindow) -> None:
    project = propagated.document.project
    region = project.region_of("s1")
    assert region is not None
    ref = Ref("ps4", "center")
    moved = region.with_param(ref, replace(region.param(ref), vary=False))
    propagated.document.push(project.with_region(moved), "Fix center")
    assert can_take_back(propagated, "s1")
    choose(propagated, "take_back")
    assert propagated.document.project.region_of("s1") is None
    choose(propagated, "undo")
    assert propagated.document.project.region_of("s1") == moved


def test_nothing_can_be_taken_back_after_opening(series: MainWindow) -> None:
    assert not can_take_back(series, "s0")
