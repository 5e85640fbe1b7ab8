from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from app.gestures.component_gestures import set_link
from app.inspector.component_table import CELL_ROLE, COLUMNS, short_tie
from app.inspector.parameter_model import FITTED, MAX, MIN, TIED, VALUE
from app.window import MainWindow
from tests.app.user import (
    amounts,
    choose,
    component,
    fit_all,
    open_files,
    pick_species,
    type_into,
    type_into_cell,
)
from xps.model import BACKGROUND_ID, Link, Ref

CENTER, FWHM, AREA, MIXING = range(4)


def cell(window: MainWindow, component: str, column: str) -> QModelIndex:
    model = window.inspector.component_model
    return model.index(model.row_of(component), COLUMNS.index(column))


@pytest.mark.parametrize("typed", ["161.75", "161,75"])
def test_a_value_typed_into_the_table_is_one_undo_step(fitted: MainWindow, typed: str) -> None:
    before = fitted.document.project
    type_into_cell(fitted.inspector.components, cell(fitted, "ps4", "center"), typed)
    assert component(fitted, "ps4").center.value == 161.75
    assert fitted.document.stack.undoText() == "Set center of PS₄³⁻ to 161.75 eV"
    choose(fitted, "undo")
    assert fitted.document.project is before


def test_what_is_no_number_is_refused_and_nothing_changes(fitted: MainWindow) -> None:
    before = fitted.document.project
    type_into_cell(fitted.inspector.components, cell(fitted, "ps4", "center"), "left of it")
    assert fitted.document.project is before
    assert "not a number" in fitted.messages.text


def test_what_was_refused_is_forgotten_once_something_is_taken(fitted: MainWindow) -> None:
    index = cell(fitted, "ps4", "center")
    type_into_cell(fitted.inspector.components, index, "left of it")
    type_into_cell(fitted.inspector.components, index, "170")
    assert [m.text for m in fitted.messages.messages] == [
        "center may lie between 161 and 162.2 (change its bounds first)"
    ]
    type_into_cell(fitted.inspector.components, index, "161.7")
    assert fitted.messages.messages == []


def test_a_value_beyond_its_bounds_is_refused_with_the_bounds(fitted: MainWindow) -> None:
    before = fitted.document.project
    type_into_cell(fitted.inspector.components, cell(fitted, "ps4", "center"), "170")
    assert fitted.document.project is before
    assert "between 161 and 162.2" in fitted.messages.text


def test_confirming_a_cell_without_typing_is_no_edit(fitted: MainWindow) -> None:
    before = fitted.document.project
    index = cell(fitted, "ps4", "center")
    type_into_cell(fitted.inspector.components, index, str(index.data(Qt.ItemDataRole.EditRole)))
    assert fitted.document.project is before


def test_every_number_of_a_fresh_fit_has_its_error(fitted: MainWindow) -> None:
    for name in ("center", "fwhm", "area", "share"):
        assert " ± " in cell(fitted, "ps4", name).data()


def test_after_an_edit_the_table_is_stale_and_says_so(fitted: MainWindow) -> None:
    type_into_cell(fitted.inspector.components, cell(fitted, "ps4", "fwhm"), "1.2")
    shown = cell(fitted, "ps4", "center").data(CELL_ROLE)
    assert shown.mark == "stale"
    assert " ± " not in shown.text
    assert "Stale" in shown.tip
    assert "Stale" in fitted.inspector.status.text()
    assert fitted.status.quality_text.endswith("(stale: F5 fits again)")


def test_a_tied_number_shows_its_tie_and_cannot_be_typed(fitted: MainWindow) -> None:
    index = cell(fitted, "li2s", "fwhm")
    assert index.data(CELL_ROLE).tie == "= B"
    assert not index.flags() & Qt.ItemFlag.ItemIsEditable


def parameter(window: MainWindow, row: int, column: int) -> QModelIndex:
    return window.inspector.parameter_model.index(row, column)


def click_check_box(window: MainWindow, row: int) -> None:
    view = window.inspector.parameters
    middle = view.visualRect(parameter(window, row, FITTED)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)


def test_unchecking_fitted_fixes_a_number(qtbot: QtBot, fitted: MainWindow) -> None:
    fitted.selection.select_component("ps4")
    click_check_box(fitted, FWHM)
    assert not component(fitted, "ps4").fwhm.vary
    click_check_box(fitted, FWHM)
    assert component(fitted, "ps4").fwhm.vary
    click_check_box(fitted, FWHM)
    assert fitted.document.stack.undoText() == "Fix FWHM of PS₄³⁻"
    fit_all(qtbot, fitted)
    assert cell(fitted, "ps4", "fwhm").data(CELL_ROLE).note == "fixed"


def test_bounds_are_typed_and_emptied(fitted: MainWindow) -> None:
    fitted.selection.select_component("ps4")
    view = fitted.inspector.parameters
    type_into_cell(view, parameter(fitted, CENTER, MIN), "161,2")
    assert component(fitted, "ps4").center.min == 161.2
    type_into_cell(view, parameter(fitted, CENTER, MAX), " ")
    assert component(fitted, "ps4").center.max == float("inf")


def test_bounds_in_the_wrong_order_are_refused(fitted: MainWindow) -> None:
    fitted.selection.select_component("ps4")
    before = fitted.document.project
    type_into_cell(fitted.inspector.parameters, parameter(fitted, CENTER, MIN), "163")
    assert fitted.document.project is before
    assert "lower bound" in fitted.messages.text


def test_a_number_at_its_bound_is_marked_and_says_so(qtbot: QtBot, fitted: MainWindow) -> None:
    fitted.selection.select_component("ps4")
    width = component(fitted, "ps4").fwhm.value
    limit = round(width - 0.1, 2)
    type_into_cell(fitted.inspector.parameters, parameter(fitted, FWHM, MAX), str(limit))
    fit_all(qtbot, fitted)
    shown = cell(fitted, "ps4", "fwhm").data(CELL_ROLE)
    assert shown.mark == "bound"
    assert shown.note == "at max"
    assert "widen the bound" in shown.tip


def test_a_background_at_its_bound_is_marked(qtbot: QtBot, fitted: MainWindow) -> None:
    region = fitted.selection.region
    assert region is not None
    k = Ref(BACKGROUND_ID, "k")
    bounded = region.with_param(k, replace(region.param(k), value=0.001, max=0.002))
    fitted.document.push(fitted.document.project.with_region(bounded), "Bound k")
    fit_all(qtbot, fitted)
    assert fitted.inspector.region.background_text.replace("\u00a0", " ").endswith(
        "k 0.002000 /eV at max"
    )


def test_a_value_is_typed_in_the_numbers_of_the_component(fitted: MainWindow) -> None:
    fitted.selection.select_component("sulfate")
    type_into_cell(fitted.inspector.parameters, parameter(fitted, CENTER, VALUE), "168,9")
    assert component(fitted, "sulfate").center.value == 168.9


def test_a_tie_is_chosen_from_a_list(fitted: MainWindow) -> None:
    fitted.selection.select_component("sulfite")
    view = fitted.inspector.parameters
    index = parameter(fitted, FWHM, TIED)
    view.setCurrentIndex(index)
    view.edit(index)
    box = view.viewport().findChild(QComboBox)
    assert box is not None
    QTest.keyClick(box.view(), Qt.Key.Key_Down)
    QTest.keyClick(box.view(), Qt.Key.Key_Return)
    link = component(fitted, "sulfite").fwhm.link
    assert link is not None
    assert link.target == Ref("li2s", "fwhm")


def test_clicking_a_row_selects_the_component_everywhere(fitted: MainWindow) -> None:
    view = fitted.inspector.components
    middle = view.visualRect(cell(fitted, "sulfate", "share")).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    selected = fitted.selection.component
    assert selected is not None
    assert selected.id == "sulfate"
    assert fitted.inspector.parameters.isVisible()


def test_a_typed_shift_is_a_manual_charge_reference(fitted: MainWindow) -> None:
    type_into(fitted.inspector.charge.shift, "0,35")
    charge = fitted.document.project.samples[0].charge
    assert (charge.method, charge.shift_ev) == ("manual", 0.35)
    assert fitted.inspector.charge.error_text == "by hand"
    choose(fitted, "undo")
    assert fitted.document.project.samples[0].charge.method == "component"


def test_a_typed_window_moves_the_region(fitted: MainWindow) -> None:
    type_into(fitted.inspector.region.high, "172,5")
    region = fitted.selection.region
    assert region is not None
    assert region.window_ev == (157.0, 172.5)


def test_a_window_without_data_says_so_instead_of_drawing_nonsense(fitted: MainWindow) -> None:
    type_into(fitted.inspector.region.low, "172.99")
    shown = fitted.panel.plot.shown
    assert shown is not None
    assert shown.curves is None
    assert "no points" in fitted.panel.state_text


def test_an_insignificant_component_shows_its_upper_limit(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path]
) -> None:
    open_files(qtbot, window, sample_files[1:])
    choose(window, "recipe cathode")
    pick_species(window, "S0")
    fit_all(qtbot, window)
    for column in ("area", "share"):
        shown = cell(window, "s0", column).data(CELL_ROLE)
        assert shown.mark == "limit"
        assert shown.value.startswith("< ")
        assert shown.note == "(95 %)"
    assert "S⁰ / polysulfide\t< " in amounts(window).as_tsv()


def test_an_added_component_is_selected(fitted: MainWindow) -> None:
    pick_species(fitted, "S0")
    selected = fitted.selection.component
    assert selected is not None
    assert selected.id == "s0"
    assert fitted.inspector.parameters.isVisible()


def test_all_numbers_are_in_sight_on_a_low_window_too(qtbot: QtBot, fitted: MainWindow) -> None:
    fitted.selection.select_component("sulfate")
    fitted.resize(1366, 500)
    inspector = fitted.inspector
    qtbot.waitUntil(inspector.verticalScrollBar().isVisible)
    assert inspector.components.horizontalScrollBar().maximum() == 0
    view = inspector.parameters
    for row in (CENTER, FWHM, AREA, MIXING):
        index = parameter(fitted, row, VALUE)
        needed = view.fontMetrics().horizontalAdvance(index.data())
        assert view.columnWidth(VALUE) > needed


def test_long_ties_do_not_push_area_and_share_out_of_sight(
    qtbot: QtBot, fitted: MainWindow
) -> None:
    """As in a doublet of two components, which a file of CasaXPS brings."""
    region = fitted.selection.region
    assert region is not None
    for link in (
        Link("offset", Ref("sulfite", "center"), 2.06),
        Link("ratio", Ref("sulfite", "area"), 1.75),
    ):
        fitted.editor.do(set_link, region.id, Ref("sulfate", link.target.parameter), link)
    fit_all(qtbot, fitted)
    fitted.selection.select_component("sulfate")
    fitted.resize(1366, 500)
    qtbot.waitUntil(fitted.inspector.verticalScrollBar().isVisible)
    assert cell(fitted, "sulfate", "center").data(CELL_ROLE).tie == "= D + 2.06"
    assert fitted.inspector.components.horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize(("tie", "short"), [("= A", "= A"), ("= A + 1.18", "A…")])
def test_a_tie_in_little_room_keeps_its_letter(tie: str, short: str) -> None:
    assert short_tie(tie) == short


def test_the_table_of_components_grows_by_its_scroll_bar(qtbot: QtBot, fitted: MainWindow) -> None:
    table = fitted.inspector.components
    bar = table.horizontalScrollBar()
    qtbot.waitUntil(lambda: not bar.isVisible())
    rows = table.height()
    table.setFixedWidth(200)
    qtbot.waitUntil(bar.isVisible)
    qtbot.waitUntil(lambda: table.height() == rows + bar.height())


def test_the_color_of_a_component_is_the_same_in_a_selected_row(fitted: MainWindow) -> None:
    view = fitted.inspector.components
    rect = view.visualRect(cell(fitted, "ps4", "component"))
    swatch = view.viewport().mapTo(view, QPoint(rect.left() + 9, rect.center().y()))
    before = view.grab().toImage().pixelColor(swatch)
    fitted.selection.select_component("ps4")
    assert view.grab().toImage().pixelColor(swatch) == before


def test_the_area_has_its_unit_in_both_tables(fitted: MainWindow) -> None:
    fitted.selection.select_component("ps4")
    model = fitted.inspector.parameter_model
    titles = [model.headerData(row, Qt.Orientation.Vertical) for row in range(model.rowCount())]
    assert "Area / counts/s·eV" in titles
