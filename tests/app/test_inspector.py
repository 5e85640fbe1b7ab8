from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from app.component_table import CELL_ROLE, COLUMNS
from app.parameter_table import FITTED, MAX, MIN, TIED, VALUE
from app.window import MainWindow
from tests.app.projects import region_id
from tests.app.user import choose, fit_all, open_files, type_into, type_into_cell
from xps.model import BACKGROUND_ID, Component, Ref

CENTER, FWHM, AREA, MIXING = range(4)


@pytest.fixture
def ready(qtbot: QtBot, window: MainWindow, sample_files: list[Path]) -> MainWindow:
    """A window with one fitted sample, its S 2p selected."""
    open_files(qtbot, window, sample_files[:1])
    choose(window, "recipe cathode")
    fit_all(qtbot, window)
    id_ = region_id(window.document.project, "S 2p")
    window.selection.select_entry(window.document.project.region(id_).spectrum)
    return window


def cell(window: MainWindow, component: str, column: str) -> QModelIndex:
    model = window.inspector.component_model
    return model.index(model.row_of(component), COLUMNS.index(column))


def component(window: MainWindow, id_: str) -> Component:
    region = window.selection.region
    assert region is not None
    return region.component(id_)


@pytest.mark.parametrize("typed", ["161.75", "161,75"])
def test_a_value_typed_into_the_table_is_one_undo_step(ready: MainWindow, typed: str) -> None:
    before = ready.document.project
    type_into_cell(ready.inspector.components, cell(ready, "ps4", "center"), typed)
    assert component(ready, "ps4").center.value == 161.75
    assert ready.document.stack.undoText() == "Set center of PS₄³⁻ to 161.75 eV"
    choose(ready, "undo")
    assert ready.document.project is before


def test_what_is_no_number_is_refused_and_nothing_changes(ready: MainWindow) -> None:
    before = ready.document.project
    type_into_cell(ready.inspector.components, cell(ready, "ps4", "center"), "left of it")
    assert ready.document.project is before
    assert "not a number" in ready.messages.text


def test_what_was_refused_is_forgotten_once_something_is_taken(ready: MainWindow) -> None:
    index = cell(ready, "ps4", "center")
    type_into_cell(ready.inspector.components, index, "left of it")
    type_into_cell(ready.inspector.components, index, "170")
    assert [m.text for m in ready.messages.messages] == [
        "center may lie between 161 and 162.2 (change its bounds first)"
    ]
    type_into_cell(ready.inspector.components, index, "161.7")
    assert ready.messages.messages == []


def test_a_value_beyond_its_bounds_is_refused_with_the_bounds(ready: MainWindow) -> None:
    before = ready.document.project
    type_into_cell(ready.inspector.components, cell(ready, "ps4", "center"), "170")
    assert ready.document.project is before
    assert "between 161 and 162.2" in ready.messages.text


def test_confirming_a_cell_without_typing_is_no_edit(ready: MainWindow) -> None:
    before = ready.document.project
    index = cell(ready, "ps4", "center")
    type_into_cell(ready.inspector.components, index, str(index.data(Qt.ItemDataRole.EditRole)))
    assert ready.document.project is before


def test_every_number_of_a_fresh_fit_has_its_error(ready: MainWindow) -> None:
    for name in ("center", "fwhm", "area", "share"):
        assert " ± " in cell(ready, "ps4", name).data()


def test_after_an_edit_the_table_is_stale_and_says_so(ready: MainWindow) -> None:
    type_into_cell(ready.inspector.components, cell(ready, "ps4", "fwhm"), "1.2")
    shown = cell(ready, "ps4", "center").data(CELL_ROLE)
    assert shown.mark == "stale"
    assert " ± " not in shown.text
    assert "Stale" in shown.tip
    assert "Stale" in ready.inspector.status.text()
    assert ready.status.quality_text.endswith("(stale)")


def test_a_tied_number_shows_its_tie_and_cannot_be_typed(ready: MainWindow) -> None:
    index = cell(ready, "li2s", "fwhm")
    assert index.data(CELL_ROLE).tie == "= B"
    assert not index.flags() & Qt.ItemFlag.ItemIsEditable


def parameter(window: MainWindow, row: int, column: int) -> QModelIndex:
    return window.inspector.parameter_model.index(row, column)


def click_check_box(window: MainWindow, row: int) -> None:
    view = window.inspector.parameters
    middle = view.visualRect(parameter(window, row, FITTED)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)


def test_unchecking_fitted_fixes_a_number(qtbot: QtBot, ready: MainWindow) -> None:
    ready.selection.select_component("ps4")
    click_check_box(ready, FWHM)
    assert not component(ready, "ps4").fwhm.vary
    click_check_box(ready, FWHM)
    assert component(ready, "ps4").fwhm.vary
    click_check_box(ready, FWHM)
    assert ready.document.stack.undoText() == "Fix FWHM of PS₄³⁻"
    fit_all(qtbot, ready)
    assert cell(ready, "ps4", "fwhm").data(CELL_ROLE).note == "fixed"


def test_bounds_are_typed_and_emptied(ready: MainWindow) -> None:
    ready.selection.select_component("ps4")
    view = ready.inspector.parameters
    type_into_cell(view, parameter(ready, CENTER, MIN), "161,2")
    assert component(ready, "ps4").center.min == 161.2
    type_into_cell(view, parameter(ready, CENTER, MAX), " ")
    assert component(ready, "ps4").center.max == float("inf")


def test_bounds_in_the_wrong_order_are_refused(ready: MainWindow) -> None:
    ready.selection.select_component("ps4")
    before = ready.document.project
    type_into_cell(ready.inspector.parameters, parameter(ready, CENTER, MIN), "163")
    assert ready.document.project is before
    assert "lower bound" in ready.messages.text


def test_a_number_at_its_bound_is_marked_and_says_so(qtbot: QtBot, ready: MainWindow) -> None:
    ready.selection.select_component("ps4")
    width = component(ready, "ps4").fwhm.value
    limit = round(width - 0.1, 2)
    type_into_cell(ready.inspector.parameters, parameter(ready, FWHM, MAX), str(limit))
    fit_all(qtbot, ready)
    shown = cell(ready, "ps4", "fwhm").data(CELL_ROLE)
    assert shown.mark == "bound"
    assert shown.note == "at max"
    assert "widen the bound" in shown.tip


def test_a_background_at_its_bound_is_marked(qtbot: QtBot, ready: MainWindow) -> None:
    region = ready.selection.region
    assert region is not None
    k = Ref(BACKGROUND_ID, "k")
    bounded = region.with_param(k, replace(region.param(k), value=0.001, max=0.002))
    ready.document.push(ready.document.project.with_region(bounded), "Bound k")
    fit_all(qtbot, ready)
    assert ready.inspector.region.background_text.replace("\u00a0", " ").endswith(
        "k 0.002000 /eV at max"
    )


def test_a_value_is_typed_in_the_numbers_of_the_component(ready: MainWindow) -> None:
    ready.selection.select_component("sulfate")
    type_into_cell(ready.inspector.parameters, parameter(ready, CENTER, VALUE), "168,9")
    assert component(ready, "sulfate").center.value == 168.9


def test_a_tie_is_chosen_from_a_list(ready: MainWindow) -> None:
    ready.selection.select_component("sulfite")
    view = ready.inspector.parameters
    index = parameter(ready, FWHM, TIED)
    view.setCurrentIndex(index)
    view.edit(index)
    box = view.viewport().findChild(QComboBox)
    assert box is not None
    QTest.keyClick(box.view(), Qt.Key.Key_Down)
    QTest.keyClick(box.view(), Qt.Key.Key_Return)
    link = component(ready, "sulfite").fwhm.link
    assert link is not None
    assert link.target == Ref("li2s", "fwhm")


def test_clicking_a_row_selects_the_component_everywhere(ready: MainWindow) -> None:
    view = ready.inspector.components
    middle = view.visualRect(cell(ready, "sulfate", "share")).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    selected = ready.selection.component
    assert selected is not None
    assert selected.id == "sulfate"
    assert ready.inspector.parameters.isVisible()


def test_a_typed_shift_is_a_manual_charge_reference(ready: MainWindow) -> None:
    type_into(ready.inspector.charge.shift, "0,35")
    charge = ready.document.project.samples[0].charge
    assert (charge.method, charge.shift_ev) == ("manual", 0.35)
    assert ready.inspector.charge.error_text == "by hand"
    choose(ready, "undo")
    assert ready.document.project.samples[0].charge.method == "component"


def test_a_typed_window_moves_the_region(ready: MainWindow) -> None:
    type_into(ready.inspector.region.high, "172,5")
    region = ready.selection.region
    assert region is not None
    assert region.window_ev == (157.0, 172.5)


def test_a_window_without_data_says_so_instead_of_drawing_nonsense(ready: MainWindow) -> None:
    type_into(ready.inspector.region.low, "172.99")
    shown = ready.panel.plot.shown
    assert shown is not None
    assert shown.curves is None
    assert "no points" in ready.panel.state_text


def test_an_insignificant_component_shows_its_upper_limit(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path]
) -> None:
    open_files(qtbot, window, sample_files[1:])
    choose(window, "recipe cathode")
    menu = window.inspector.add_button.menu()
    added = next(action for action in menu.actions() if action.text().startswith("S⁰"))
    added.trigger()
    fit_all(qtbot, window)
    for column in ("area", "share"):
        shown = cell(window, "s0", column).data(CELL_ROLE)
        assert shown.mark == "limit"
        assert shown.value.startswith("< ")
        assert shown.note == "(95 %)"
    assert "S⁰ / polysulfide\t< " in window.quantify_view.as_tsv()


def test_an_added_component_is_selected(ready: MainWindow) -> None:
    menu = ready.inspector.add_button.menu()
    next(action for action in menu.actions() if action.text().startswith("S⁰")).trigger()
    selected = ready.selection.component
    assert selected is not None
    assert selected.id == "s0"
    assert ready.inspector.parameters.isVisible()


def test_all_numbers_are_in_sight_on_a_low_window_too(qtbot: QtBot, ready: MainWindow) -> None:
    ready.selection.select_component("sulfate")
    ready.resize(1366, 500)
    inspector = ready.inspector
    qtbot.waitUntil(inspector.verticalScrollBar().isVisible)
    assert inspector.components.horizontalScrollBar().maximum() == 0
    view = inspector.parameters
    for row in (CENTER, FWHM, AREA, MIXING):
        index = parameter(ready, row, VALUE)
        needed = view.fontMetrics().horizontalAdvance(index.data())
        assert view.columnWidth(VALUE) > needed


def test_the_table_of_components_grows_by_its_scroll_bar(qtbot: QtBot, ready: MainWindow) -> None:
    table = ready.inspector.components
    bar = table.horizontalScrollBar()
    qtbot.waitUntil(lambda: not bar.isVisible())
    rows = table.height()
    table.setFixedWidth(200)
    qtbot.waitUntil(bar.isVisible)
    qtbot.waitUntil(lambda: table.height() == rows + bar.height())


def test_the_color_of_a_component_is_the_same_in_a_selected_row(ready: MainWindow) -> None:
    view = ready.inspector.components
    rect = view.visualRect(cell(ready, "ps4", "component"))
    swatch = view.viewport().mapTo(view, QPoint(rect.left() + 9, rect.center().y()))
    before = view.grab().toImage().pixelColor(swatch)
    ready.selection.select_component("ps4")
    assert view.grab().toImage().pixelColor(swatch) == before
