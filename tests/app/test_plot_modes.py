"""The modes of the plot: keys, status bar, and what a stroke does in each of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.plot.modes import Mode
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.mouse import drag, move, per_ev, pixel_of, press, release
from tests.app.user import choose, fit_all, open_files, region_of, type_into
from xps.model import Background
from xps.project import Project


def middle(window: MainWindow, energy_ev: float) -> QPoint:
    """The middle of the plot at an energy."""
    plot = window.panel.plot
    box = plot.main.getViewBox().sceneBoundingRect().center()
    return QPoint(pixel_of(plot, energy_ev, 0.0).x(), round(box.y()))


def key(window: MainWindow, pressed: Qt.Key) -> None:
    QTest.keyClick(window, pressed)


@pytest.mark.parametrize(
    ("pressed", "mode", "title"),
    [
        (Qt.Key.Key_R, Mode.REGION, "Region"),
        (Qt.Key.Key_A, Mode.ADD, "Add component"),
        (Qt.Key.Key_C, Mode.CHARGE, "Charge reference"),
    ],
)
def test_a_key_begins_a_mode_and_escape_leaves_it(
    plotted: MainWindow, pressed: Qt.Key, mode: Mode, title: str
) -> None:
    key(plotted, pressed)
    assert plotted.plot_tools.mode is mode
    assert plotted.status.mode_text.startswith(title)
    assert plotted.commands.actions[mode.value].isChecked()
    key(plotted, Qt.Key.Key_Escape)
    assert plotted.plot_tools.mode is Mode.SELECT
    assert plotted.status.mode_text.startswith("Select")
    assert not plotted.commands.actions[mode.value].isChecked()


def test_letters_typed_into_a_field_do_not_change_the_mode(plotted: MainWindow) -> None:
    plotted.selection.select_component("ps4")
    type_into(plotted.inspector.region.low, "157r")
    assert plotted.plot_tools.mode is Mode.SELECT


def test_escape_in_a_field_takes_back_what_was_typed(plotted: MainWindow) -> None:
    key(plotted, Qt.Key.Key_R)
    field = plotted.inspector.region.low
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "160")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "157"
    assert plotted.plot_tools.mode is Mode.REGION


def test_drawing_a_region_moves_the_window_in_one_step(plotted: MainWindow) -> None:
    steps = plotted.document.stack.count()
    key(plotted, Qt.Key.Key_R)
    start, end = middle(plotted, 171.0), middle(plotted, 158.5)
    drag(plotted, start, end - start)
    assert region_of(plotted).window_ev == pytest.approx((158.5, 171.0), abs=0.05)
    assert plotted.document.stack.count() == steps + 1
    assert plotted.plot_tools.mode is Mode.SELECT


def test_a_region_can_be_drawn_where_there_is_none(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path]
) -> None:
    open_files(qtbot, window, sample_files[:1])
    entry = next(e for e in window.document.project.entries if e.label == "S 2p")
    window.selection.select_entry(entry.id)
    key(window, Qt.Key.Key_R)
    start, end = middle(window, 172.0), middle(window, 158.0)
    drag(window, start, end - start)
    region = region_of(window)
    assert region.core_level == "S 2p"
    assert region.components == ()
    assert region.window_ev == pytest.approx((158.0, 172.0), abs=0.05)
    assert window.document.stack.undoText().startswith("Make region S 2p of Bare NCM")


def test_a_drawn_region_with_clicked_components_can_be_fitted(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path]
) -> None:
    open_files(qtbot, window, sample_files[:1])
    entry = next(e for e in window.document.project.entries if e.label == "S 2p")
    window.selection.select_entry(entry.id)
    key(window, Qt.Key.Key_R)
    drag(window, middle(window, 173.5), middle(window, 157.5) - middle(window, 173.5))
    for energy in (161.2, 168.4, 166.3):
        key(window, Qt.Key.Key_A)
        click(window, middle(window, energy))
    names = [component.name for component in region_of(window).components]
    assert len(names) == 3
    fit_all(qtbot, window)
    assert window.document.project.fit_of(region_of(window).id) is not None


def click(window: MainWindow, at: QPoint) -> None:
    press(window, at)
    release(window, at)


def test_a_click_alone_is_no_region_and_says_so(plotted: MainWindow) -> None:
    before = plotted.document.project
    key(plotted, Qt.Key.Key_R)
    click(plotted, middle(plotted, 165.0))
    assert plotted.document.project is before
    assert "drag from one to the other" in plotted.messages.text
    assert plotted.plot_tools.mode is Mode.REGION


def test_a_clicked_component_is_the_species_that_lies_there(plotted: MainWindow) -> None:
    choose(plotted, "mode_add")
    click(plotted, middle(plotted, 164.0))
    added = region_of(plotted).components[-1]
    assert added.species == "s0"
    assert added.center.value == pytest.approx(164.0, abs=0.03)
    assert plotted.selection.component == added
    assert plotted.plot_tools.mode is Mode.SELECT


def test_where_no_species_lies_the_component_has_none(plotted: MainWindow) -> None:
    choose(plotted, "mode_add")
    click(plotted, middle(plotted, 171.6))
    added = region_of(plotted).components[-1]
    assert added.species == ""
    assert added.name == "Peak 171.6 eV"
    assert added.center.min < 171.6 < added.center.max


def test_a_component_outside_the_window_is_refused(plotted: MainWindow) -> None:
    before = plotted.document.project
    choose(plotted, "mode_add")
    click(plotted, middle(plotted, 156.9))
    assert plotted.document.project is before
    assert "window of the region" in plotted.messages.text


def test_dragging_the_spectrum_sets_the_shift_by_hand(plotted: MainWindow) -> None:
    before = plotted.document.project.samples[0].charge.shift_ev
    key(plotted, Qt.Key.Key_C)
    start = middle(plotted, 165.0)
    press(plotted, start)
    move(plotted, start + QPoint(20, 0))
    assert plotted.panel.plot.handles.note.startswith("shift −")
    expected = 20 / per_ev(plotted)
    release(plotted, start + QPoint(20, 0))
    charge = plotted.document.project.samples[0].charge
    assert charge.method == "manual"
    assert charge.shift_ev - before == pytest.approx(expected, abs=0.02)


def test_a_clicked_component_becomes_the_charge_reference(
    qtbot: QtBot, plotted: MainWindow, dialogs: ScriptedDialogs
) -> None:
    dialogs.texts.append("168,9")
    key(plotted, Qt.Key.Key_C)
    shown = plotted.panel.plot.shown
    assert shown is not None
    assert shown.curves is not None
    model = shown.curves.model
    apex = int(model.components[4].argmax())
    height = float(model.background[apex] + 0.4 * model.components[4][apex])
    click(plotted, pixel_of(plotted.panel.plot, float(model.energy_ev[apex]), height))
    charge = plotted.document.project.samples[0].charge
    assert (charge.method, charge.component, charge.energy_ev) == ("component", "sulfate", 168.9)
    assert dialogs.asked == ["Charge reference: 168.8"]
    fit_all(qtbot, plotted)
    assert region_of(plotted).component("sulfate").center.value == pytest.approx(168.9, abs=0.01)


def test_a_click_beside_all_components_names_what_to_do(plotted: MainWindow) -> None:
    before = plotted.document.project
    key(plotted, Qt.Key.Key_C)
    click(plotted, pixel_of(plotted.panel.plot, 171.9, 5000.0))
    assert plotted.document.project is before
    assert "Click on a component" in plotted.messages.text


def test_the_mode_is_told_only_where_there_is_a_plot(plotted: MainWindow) -> None:
    def told() -> bool:
        return any(
            label.isVisible() and label.text() == plotted.status.mode_text
            for label in plotted.status.findChildren(QLabel)
        )

    assert told()
    plotted.document.replace(Project())
    assert not told()


def test_a_component_is_added_where_the_residual_shows_one(plotted: MainWindow) -> None:
    plot = plotted.panel.plot
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_A)
    view = plot.residual.getViewBox()
    at = plot.canvas.mapFromScene(view.mapViewToScene(QPointF(164.2, 0.0)))
    press(plotted, at)
    release(plotted, at)
    assert plotted.selection.component is not None
    assert plotted.selection.component.center.value == pytest.approx(164.2, abs=0.1)
    assert plotted.document.stack.undoText().startswith("Add ")


def test_a_region_without_components_says_how_to_get_some(plotted: MainWindow) -> None:
    region = plotted.selection.region
    assert region is not None
    project = plotted.document.project.without_region(region.id)
    bare = replace(region, components=(), background=Background("linear"))
    plotted.document.push(project.with_region(bare), "Begin anew")
    assert plotted.inspector.status.text().startswith("No components yet")
