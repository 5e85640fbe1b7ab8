from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from app.results.quantification_form import QuantificationForm
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.projects import fitted
from tests.app.user import amounts, choose, click, type_into
from xps.escape_depth import MATERIALS, Material
from xps.quantification import quantify
from xps.quantification_settings import QuantificationSettings
from xps.session import load, save


@pytest.fixture
def form(window: MainWindow) -> QuantificationForm:
    """The settings of the example's quantification, opened by a click."""
    window.document.replace(fitted())
    choose(window, "show_quantities")
    click(amounts(window).settings_button)
    assert window.results.quantify.form.isVisible()
    return window.results.quantify.form


def choose_item(box: QComboBox, text: str) -> None:
    """Choose an item with the keyboard."""
    box.setFocus()
    while box.currentText() != text:
        before = box.currentText()
        QTest.keyClick(box, Qt.Key.Key_Down)
        if box.currentText() == before:
            raise AssertionError(f"there is no {text!r}")


def percent(window: MainWindow) -> float:
    """Atomic percent of sulfur in the first sample, as the table says."""
    line = next(line for line in amounts(window).as_tsv().splitlines() if line.startswith("S  ("))
    return float(line.split("\t")[2].split(" ± ")[0])


def test_the_amounts_of_two_samples_are_in_sight_on_a_small_screen(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.resize(1366, 768)
    window.document.replace(fitted())
    table = window.results.quantify.table
    qtbot.waitUntil(lambda: table.model().columnCount() == 5)
    qtbot.waitUntil(lambda: table.viewport().width() > 0)
    assert table.horizontalScrollBar().maximum() == 0


def test_the_settings_change_the_amounts_in_one_undo_step(
    window: MainWindow, form: QuantificationForm
) -> None:
    before = percent(window)
    choose_item(form.escape, "Part of the factors")
    settings = window.document.project.quantification
    assert settings == QuantificationSettings(escape=0.0)
    assert window.document.stack.undoText().startswith("Quantify with Scofield 1976")
    sulfur = next(a for a in quantify(window.document.project).amounts if a.is_element)
    assert percent(window) == pytest.approx(sulfur.atomic_percent, abs=0.01)
    assert percent(window) != before
    assert "no escape depth" in amounts(window).small_print
    choose(window, "undo")
    assert percent(window) == before
    assert form.escape.currentText() == "∝ Eⁿ"


def test_an_exponent_is_typed(window: MainWindow, form: QuantificationForm) -> None:
    type_into(form.escape_exponent, "0,5")
    assert window.document.project.quantification.escape == 0.5
    type_into(form.escape_exponent, "7")
    assert window.document.project.quantification.escape == 0.5
    assert "an exponent of 7" in window.messages.text
    assert form.escape_exponent.text() == "0.5"


def test_the_transmission_falls_with_a_power(window: MainWindow, form: QuantificationForm) -> None:
    assert not form.transmission_exponent.isVisible()
    form.transmission.setFocus()
    QTest.keyClick(form.transmission, Qt.Key.Key_Down)
    assert window.document.project.quantification.transmission == "none"
    QTest.keyClick(form.transmission, Qt.Key.Key_Down)
    assert form.transmission_exponent.isVisible()
    type_into(form.transmission_exponent, "0.7")
    assert window.document.project.quantification.transmission == 0.7


def test_the_escape_depth_of_a_material(window: MainWindow, form: QuantificationForm) -> None:
    form.escape.setCurrentIndex(form.escape.findText("TPP-2M in Al2O3"))
    form.escape.activated.emit(form.escape.currentIndex())
    assert window.document.project.quantification.escape == MATERIALS["al2o3"]
    assert not form.escape_exponent.isVisible()


def test_a_material_of_ones_own_is_asked_for(
    window: MainWindow, form: QuantificationForm, dialogs: ScriptedDialogs
) -> None:
    dialogs.texts = ["Li3N, 1.27, 34.83, 8, 1.1", "nonsense"]
    last = form.escape.count() - 1
    form.escape.activated.emit(last)
    assert window.document.project.quantification.escape == Material("Li3N", 1.27, 34.83, 8, 1.1)
    assert form.escape.currentText() == "TPP-2M in Li3N"
    form.escape.activated.emit(form.escape.count() - 1)
    assert "the escape depth 'nonsense'" in window.messages.text
    assert form.escape.currentText() == "TPP-2M in Li3N"


def test_the_angle_is_typed_and_left_out_again(
    window: MainWindow, form: QuantificationForm
) -> None:
    choose_item(form.angular, "At the angle / °")
    assert window.document.project.quantification.angle_deg == 54.7
    type_into(form.angle, "90")
    assert window.document.project.quantification.angle_deg == 90.0
    click(form.default_button)
    assert window.document.project.quantification == QuantificationSettings()
    assert not form.angle.isVisible()


def test_sensitivity_factors_of_ones_own_come_from_a_file(
    window: MainWindow, form: QuantificationForm, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    table = tmp_path / "우리 인자.csv"
    table.write_text("core_level,factor\nS 2p,2.0\nO 1s,2.0\n", "utf-8")
    broken = tmp_path / "broken.csv"
    broken.write_text("core_level,factor\nS 2p,none\n", "utf-8")
    dialogs.to_open = [[table], [broken], []]
    form.sensitivity.activated.emit(form.sensitivity.count() - 1)
    own = window.document.project.quantification.sensitivity
    assert own is not None
    assert own.factor("S 2p") == 2.0
    assert form.sensitivity.currentText() == "우리 인자 (own table)"
    form.sensitivity.activated.emit(form.sensitivity.count() - 1)
    assert "broken.csv" in window.messages.text
    assert window.document.project.quantification.sensitivity == own
    form.sensitivity.activated.emit(form.sensitivity.count() - 1)
    assert window.document.project.quantification.sensitivity == own


def test_a_table_of_the_transmission_is_kept_in_the_session(
    window: MainWindow, form: QuantificationForm, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    table = tmp_path / "analyzer.csv"
    table.write_text("kinetic_ev,transmission\n200,1.0\n1500,0.4\n", "utf-8")
    dialogs.to_open = [[table]]
    form.transmission.activated.emit(form.transmission.count() - 1)
    assert form.transmission.currentText() == "analyzer (own table)"
    save(tmp_path / "s.doublet", window.document.project)
    window.document.replace(load(tmp_path / "s.doublet"))
    assert form.transmission.currentText() == "analyzer (own table)"


def test_every_choice_has_a_name_and_says_what_it_is(
    qtbot: QtBot, form: QuantificationForm
) -> None:
    boxes = (form.sensitivity, form.transmission, form.escape, form.angular)
    for widget in (*boxes, form.escape_exponent, form.transmission_exponent, form.angle):
        assert widget.accessibleName()
        assert widget.toolTip()


def test_what_was_typed_but_not_confirmed_does_not_get_between_the_steps_of_undo(
    window: MainWindow, form: QuantificationForm
) -> None:
    first, stack = window.document.project, window.document.stack
    choose_item(form.angular, "At the angle / °")
    assert stack.count() == 1
    window.activateWindow()
    form.angle.setFocus()
    form.angle.selectAll()
    QTest.keyClicks(form.angle, "30")
    window.document.stack.undo()
    assert window.document.project is first
    assert (stack.index(), stack.count()) == (0, 1)
    choose(window, "redo")
    assert window.document.project.quantification.angle_deg == pytest.approx(54.7)
