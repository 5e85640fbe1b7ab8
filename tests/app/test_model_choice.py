"""Line shapes, backgrounds and their terms, chosen with mouse and keyboard."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from app.gestures.ties import NOT_TIED
from app.inspector.parameter_model import FITTED, MAX, VALUE
from app.window import MainWindow
from tests.app.user import choose, click, fit_all, type_into, type_into_cell
from xps.backgrounds import STATIC
from xps.lineshapes import SHAPES
from xps.losses import LOSSES
from xps.model import BACKGROUND_ID, BACKGROUND_KINDS, Link, Ref, Region


def region(window: MainWindow) -> Region:
    found = window.selection.region
    assert found is not None
    return found


def pick(box: QComboBox, text: str) -> None:
    """Open a list, go to an entry by the keyboard, and take it."""
    row = box.findText(text)
    assert row >= 0, f"there is no {text!r}"
    box.showPopup()
    view = box.view()
    for _ in range(box.count()):
        if view.currentIndex().row() == row:
            break
        down = view.currentIndex().row() < row
        QTest.keyClick(view, Qt.Key.Key_Down if down else Qt.Key.Key_Up)
    assert view.currentIndex().row() == row, f"{text!r} cannot be reached"
    QTest.keyClick(view, Qt.Key.Key_Return)


def pick_term(window: MainWindow, text: str) -> None:
    section = window.inspector.region
    if not section.numbers_button.isChecked():
        click(section.numbers_button)
    action = next(a for a in section.terms_button.menu().actions() if a.text() == text)
    assert isinstance(action, QAction)
    action.trigger()


def term(window: MainWindow, title: str, column: int) -> QModelIndex:
    model = window.inspector.region.term_model
    titles = [
        model.headerData(row, Qt.Orientation.Vertical, Qt.ItemDataRole.DisplayRole)
        for row in range(model.rowCount())
    ]
    return model.index(titles.index(title), column)


# Backgrounds --------------------------------------------------------------------------------------


def test_every_background_can_be_chosen(fitted: MainWindow) -> None:
    section = fitted.inspector.region
    chosen = set()
    for row in range(section.kind.count()):
        if section.kind.itemData(row) is None:
            continue
        pick(section.kind, section.kind.itemText(row))
        if not section.loss.isVisible():
            chosen.add(region(fitted).background.kind)
            continue
        for loss in range(section.loss.count()):
            pick(section.loss, section.loss.itemText(loss))
            background = region(fitted).background
            chosen.add(background.kind)
            assert background.loss == list(LOSSES)[loss] or not background.in_fit
    assert chosen == set(BACKGROUND_KINDS)


def test_a_chosen_background_is_one_undo_step(fitted: MainWindow) -> None:
    before = fitted.document.project
    pick(fitted.inspector.region.kind, "Peak Tougaard")
    assert region(fitted).background.kind == "peak-tougaard"
    name = before.samples[0].name
    assert fitted.document.stack.undoText() == (
        f"Set background of S 2p of {name} to peak Tougaard (universal, two parameters)"
    )
    choose(fitted, "undo")
    assert fitted.document.project is before


def test_choosing_what_is_there_is_no_edit(fitted: MainWindow) -> None:
    before = fitted.document.project
    pick(fitted.inspector.region.kind, "Peak Shirley")
    assert fitted.document.project is before


def test_a_loss_function_is_offered_only_where_there_is_one(fitted: MainWindow) -> None:
    section = fitted.inspector.region
    assert not section.loss.isVisible()
    pick(section.kind, "Tougaard")
    assert section.loss.isVisible()
    pick(section.loss, "Silicon, three parameters")
    assert region(fitted).background.kind == "tougaard-u3-si"
    pick(section.kind, "Peak Shirley and Tougaard")
    assert region(fitted).background.loss == "u3-si"
    pick(section.kind, "Linear")
    assert not section.loss.isVisible()


def test_a_subtracted_background_says_what_one_must_know(fitted: MainWindow) -> None:
    section = fitted.inspector.region
    pick(section.kind, "Shirley as in CasaXPS")
    assert section.background_text == STATIC["shirley-casaxps"].caution
    assert not section.numbers_button.isVisible()
    assert not section.terms.isVisible()


def test_points_at_the_ends_of_a_subtracted_background_are_typed(fitted: MainWindow) -> None:
    section = fitted.inspector.region
    assert not section.average.isVisible()
    pick(section.kind, "Shirley, iterated")
    assert section.average.text() == "5"
    type_into(section.average, "12")
    assert region(fitted).background.average_points == 12
    assert fitted.document.stack.undoText().startswith("Average 12 points at the ends")
    for wrong in ("0", "2,5"):
        type_into(section.average, wrong)
        assert region(fitted).background.average_points == 12
        assert "whole points" in fitted.messages.text


def test_bounds_survive_another_background(fitted: MainWindow) -> None:
    section = fitted.inspector.region
    click(section.numbers_button)
    type_into_cell(section.terms, term(fitted, "Step k", MAX), "0,2")
    pick(section.kind, "Linear")
    pick(section.kind, "Peak Shirley and Tougaard")
    assert region(fitted).background.k.max == 0.2


# Terms of a background ----------------------------------------------------------------------------


def test_numbers_of_a_background_are_a_table_on_demand(fitted: MainWindow) -> None:
    section = fitted.inspector.region
    assert not section.terms.isVisible()
    click(section.numbers_button)
    assert section.terms.isVisible()
    for title in ("Offset", "Slope", "Step k"):
        assert " ± " in term(fitted, title, VALUE).data()
    click(section.numbers_button)
    assert not section.terms.isVisible()


@pytest.mark.parametrize(
    ("entry", "name", "title"),
    [
        ("Curvature", "curvature", "Curvature"),
        ("Cubic term", "cubic", "Cubic term"),
        ("Own step k for PS₄³⁻", "k_ps4", "Step k of PS₄³⁻"),
    ],
)
def test_a_term_is_added_and_removed_where_the_curve_stays(
    fitted: MainWindow, entry: str, name: str, title: str
) -> None:
    before = fitted.document.project
    k = region(fitted).background.k.value
    pick_term(fitted, entry)
    added = region(fitted).background.params[name]
    assert added.is_free
    assert added.value == (k if name == "k_ps4" else 0.0)
    assert term(fitted, title, VALUE).data()
    assert fitted.document.stack.undoText().startswith("Add ")
    pick_term(fitted, entry)
    assert fitted.document.stack.undoText().startswith("Remove ")
    assert region(fitted).background == before.region(region(fitted).id).background
    choose(fitted, "undo")
    assert name in region(fitted).background.params


def test_one_component_keeps_the_common_step(fitted: MainWindow) -> None:
    for name in ("Li₂S / free S²⁻", "PS₄³⁻", "P–S–P", "sulfite SO₃²⁻"):
        pick_term(fitted, f"Own step k for {name}")
    before = fitted.document.project
    pick_term(fitted, "Own step k for sulfate SO₄²⁻")
    assert fitted.document.project is before
    assert "leave one under the common step" in fitted.messages.text
    actions = fitted.inspector.region.terms_button.menu().actions()
    refused = next(a for a in actions if a.text() == "Own step k for sulfate SO₄²⁻")
    assert not refused.isChecked()


def test_numbers_of_a_background_are_typed_bound_and_fixed(fitted: MainWindow) -> None:
    section = fitted.inspector.region
    click(section.numbers_button)
    type_into_cell(section.terms, term(fitted, "Slope", VALUE), "-3,5")
    assert region(fitted).background.slope.value == -3.5
    assert fitted.document.stack.undoText() == "Set background slope to -3.5"
    type_into_cell(section.terms, term(fitted, "Slope", MAX), "-4")
    assert region(fitted).background.slope.value == -4.0
    middle = section.terms.visualRect(term(fitted, "Slope", FITTED)).center()
    QTest.mouseClick(section.terms.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert not region(fitted).background.slope.vary
    assert fitted.document.stack.undoText() == "Fix background slope"


def test_a_number_of_a_background_beyond_its_bounds_is_refused(fitted: MainWindow) -> None:
    section = fitted.inspector.region
    click(section.numbers_button)
    type_into_cell(section.terms, term(fitted, "Step k", VALUE), "7")
    assert "background k may lie between -0.05 and 0.3" in fitted.messages.text


def test_fitted_terms_have_errors_and_those_at_bounds_say_so(
    qtbot: QtBot, fitted: MainWindow
) -> None:
    section = fitted.inspector.region
    pick_term(fitted, "Curvature")
    bounded = replace(region(fitted).background.k, value=0.001, max=0.002)
    changed = region(fitted).with_param(Ref(BACKGROUND_ID, "k"), bounded)
    fitted.document.push(fitted.document.project.with_region(changed), "Bound k")
    fit_all(qtbot, fitted)
    assert " ± " in term(fitted, "Curvature", VALUE).data()
    at_bound = term(fitted, "Step k", VALUE)
    assert at_bound.data() == "0.002 at max"
    assert at_bound.data(Qt.ItemDataRole.FontRole).bold()
    assert "widen the bound" in at_bound.data(Qt.ItemDataRole.ToolTipRole)
    assert "curvature" in section.background_text


# Line shapes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SHAPES)
def test_every_shape_can_be_chosen_for_all(fitted: MainWindow, kind: str) -> None:
    box = fitted.inspector.shape.kind
    before = fitted.document.project
    if kind == "sgl":
        pick(box, SHAPES["gl"].title)
    pick(box, SHAPES[kind].title)
    assert {c.shape for c in region(fitted).components} == {kind}
    name = before.samples[0].name
    assert fitted.document.stack.undoText() == (
        f"Set line shape of S 2p of {name} to {SHAPES[kind].title}"
    )
    assert fitted.inspector.shape.caution == SHAPES[kind].caution
    choose(fitted, "undo")
    if kind != "sgl":
        assert fitted.document.project is before


def test_components_that_shared_a_shape_share_the_new_one(fitted: MainWindow) -> None:
    pick(fitted.inspector.shape.kind, "Asymmetric Lorentzian LA(α, β, m)")
    for component in region(fitted).components:
        link = component.params["beta"].link
        assert (link is None) == (component.id == "ps4")


def test_a_shape_for_one_component_offers_to_change_those_tied_to_it(fitted: MainWindow) -> None:
    before = fitted.document.project
    fitted.selection.select_component("sulfate")
    click(fitted.inspector.shape.for_all)
    pick(fitted.inspector.shape.kind, "Voigt")
    shapes = {c.id: c.shape for c in region(fitted).components}
    assert shapes.pop("sulfate") == "voigt"
    assert set(shapes.values()) == {"sgl"}
    assert region(fitted).component("sulfate").params["mixing"].is_free
    (message,) = fitted.messages.messages
    assert "no longer tied to that of Li₂S / free S²⁻, PS₄³⁻" in message.text
    click(next(b for b in message.findChildren(type(fitted.inspector.fit_button)) if b.text()))
    assert {c.shape for c in region(fitted).components} == {"voigt"}
    assert region(fitted).component("sulfate").params["mixing"].link == Link(
        "same", Ref("ps4", "mixing")
    )
    choose(fitted, "undo")
    assert fitted.document.project is before


def test_unlike_shapes_are_told_and_the_next_choice_is_for_one(fitted: MainWindow) -> None:
    fitted.selection.select_component("sulfate")
    click(fitted.inspector.shape.for_all)
    pick(fitted.inspector.shape.kind, "Voigt")
    fitted.selection.select_component("ps4")
    assert fitted.inspector.shape.kind.currentText() == "Gaussian-Lorentzian sum"
    assert not fitted.inspector.shape.for_all.isChecked()
    fitted.selection.select_component(None)
    assert fitted.inspector.shape.kind.currentIndex() == -1
    assert fitted.inspector.shape.for_all.isChecked()


def test_numbers_of_a_shape_are_those_it_has(fitted: MainWindow) -> None:
    fitted.selection.select_component("ps4")
    pick(fitted.inspector.shape.kind, "Doniach-Šunjić")
    model = fitted.inspector.parameter_model
    titles = [
        model.headerData(row, Qt.Orientation.Vertical, Qt.ItemDataRole.DisplayRole)
        for row in range(model.rowCount())
    ]
    area = "Area / counts/s·eV"
    assert titles == ["Center / eV", "FWHM / eV", area, "Asymmetry", "Broadening m"]
    tip = model.headerData(3, Qt.Orientation.Vertical, Qt.ItemDataRole.ToolTipRole)
    assert SHAPES["doniach-sunjic"].parameters[0].meaning in tip


def test_a_typed_number_is_shown_as_typed(fitted: MainWindow) -> None:
    fitted.selection.select_component("ps4")
    view, index = fitted.inspector.parameters, fitted.inspector.parameter_model.index(0, VALUE)
    assert " ± " in index.data()
    type_into_cell(view, index, "161,6543")
    assert index.data() == "161.6543"


def test_the_box_for_all_can_be_seen(fitted: MainWindow) -> None:
    """In light and dark, checked or not; what is drawn differs from the ground."""
    box = fitted.inspector.shape.for_all
    fitted.selection.select_component("ps4")
    pictures = []
    for scheme in ("Light", "Dark"):
        choose(fitted, f"colors {scheme}")
        for _ in range(2):
            click(box)
            picture = box.grab().toImage()
            column = [picture.pixelColor(1, y).lightness() for y in range(picture.height())]
            assert max(column) - min(column) > 60
            pictures.append(picture)
    assert pictures[0] != pictures[1]
    assert pictures[2] != pictures[3]
    choose(fitted, "colors Light")


def test_a_caution_is_said_once(qtbot: QtBot, fitted: MainWindow) -> None:
    fitted.selection.select_component("ps4")
    pick(fitted.inspector.shape.kind, "Doniach-Šunjić")
    fit_all(qtbot, fitted)
    caution = SHAPES["doniach-sunjic"].caution
    fit = fitted.document.project.fit_of(region(fitted).id)
    assert fit is not None
    assert any(caution in warning for warning in fit.warnings)
    assert fitted.inspector.shape.caution == caution
    assert caution not in fitted.inspector.status.text()


def test_ties_of_shape_are_offered_between_like_shapes_only(fitted: MainWindow) -> None:
    fitted.selection.select_component("sulfate")
    click(fitted.inspector.shape.for_all)
    pick(fitted.inspector.shape.kind, "Voigt")
    model = fitted.inspector.parameter_model
    assert model.tie_choices(3) == [NOT_TIED]
    assert len(model.tie_choices(1)) > 5


def test_no_region_has_no_shape_and_no_background(window: MainWindow) -> None:
    assert not window.inspector.shape.isEnabled()
    assert not window.inspector.region.isEnabled()
    assert window.inspector.region.background_text == ""
