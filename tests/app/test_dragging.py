"""Handles in the plot, with real mouse and keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.window import MainWindow
from tests.app.mouse import drag, handle, move, per_ev, place_of, press, release
from tests.app.user import LONG, choose, component, region_of
from xps.model import Ref

PS4, LI2S = "ps4", "li2s"


def intensity_of(window: MainWindow, at: QPoint) -> float:
    return window.panel.plot.to_data(QPointF(at)).y()


def pull(window: MainWindow, kind: str, by: QPoint, id_: str = "", **where: int) -> None:
    if id_:
        window.selection.select_component(id_)
    drag(window, place_of(window, handle(window, kind, id_, **where)), by)


def test_a_peak_dragged_sideways_moves_by_as_many_electronvolts(plotted: MainWindow) -> None:
    before = component(plotted, PS4).center.value
    pull(plotted, "peak", QPoint(12, 0), PS4)
    moved = component(plotted, PS4).center.value - before
    assert moved == pytest.approx(12 / per_ev(plotted), abs=0.006)


def test_a_peak_is_grabbed_by_the_letter_under_its_top(plotted: MainWindow) -> None:
    """Nothing is selected: the letter is all that is seen of the component."""
    plotted.selection.select_component(None)
    before = component(plotted, "sulfate").center.value
    top = place_of(plotted, handle(plotted, "peak", "sulfate"))
    drag(plotted, top + QPoint(0, 14), QPoint(12, 0))
    moved = component(plotted, "sulfate").center.value - before
    assert moved == pytest.approx(12 / per_ev(plotted), abs=0.006)


def test_a_drag_is_one_undo_step_that_says_what_moved(plotted: MainWindow) -> None:
    before, steps = plotted.document.project, plotted.document.stack.count()
    pull(plotted, "peak", QPoint(12, 0), PS4)
    assert plotted.document.stack.count() == steps + 1
    center = component(plotted, PS4).center.value
    assert plotted.document.stack.undoText() == f"Move PS₄³⁻ to {center:.2f} eV"
    choose(plotted, "undo")
    assert plotted.document.project is before


def test_while_a_peak_is_dragged_the_others_follow_the_data(plotted: MainWindow) -> None:
    before = component(plotted, LI2S)
    pull(plotted, "peak", QPoint(14, 0), PS4)
    assert component(plotted, LI2S).area.value != pytest.approx(before.area.value, rel=1e-3)


@pytest.mark.parametrize("by", [-40, -15, 24, 60])
@pytest.mark.parametrize("id_", [PS4, "sulfate"])
def test_a_peak_pulled_far_aside_comes_back_with_the_next_fit(
    qtbot: QtBot, plotted: MainWindow, id_: str, by: int
) -> None:
    before = component(plotted, id_)
    pull(plotted, "peak", QPoint(by, 0), id_)
    with qtbot.waitSignal(plotted.analysis.fitted, timeout=LONG):
        choose(plotted, "fit")
    after = component(plotted, id_)
    assert after.center.value == pytest.approx(before.center.value, abs=1e-3)
    assert after.area.value == pytest.approx(before.area.value, rel=1e-3)


def test_no_area_falls_below_zero_while_a_peak_is_far_aside(plotted: MainWindow) -> None:
    pull(plotted, "peak", QPoint(60, 0), PS4)
    assert all(c.area.value >= 0.0 for c in region_of(plotted).components)


def test_without_refit_all_but_the_dragged_number_stay(plotted: MainWindow) -> None:
    choose(plotted, "live_refit")
    before = region_of(plotted)
    pull(plotted, "peak", QPoint(12, 0), PS4)
    after = region_of(plotted)
    changed = {ref for ref, param in after.params() if param.value != before.param(ref).value}
    assert changed == {Ref(PS4, "center")}


def test_the_document_stays_as_it_was_until_the_button_goes_up(plotted: MainWindow) -> None:
    before = plotted.document.project
    plotted.selection.select_component(PS4)
    start = place_of(plotted, handle(plotted, "peak", PS4))
    press(plotted, start)
    move(plotted, start + QPoint(12, 0))
    assert plotted.document.project is before
    assert "(dragging)" in plotted.status.quality_text
    release(plotted, start + QPoint(12, 0))
    assert plotted.document.project is not before
    assert "(dragging)" not in plotted.status.quality_text


def test_the_quality_while_dragging_is_worse_than_that_of_the_fit(plotted: MainWindow) -> None:
    best = float(plotted.status.quality_text.split()[1])
    plotted.selection.select_component(PS4)
    start = place_of(plotted, handle(plotted, "peak", PS4))
    press(plotted, start)
    move(plotted, start + QPoint(16, 0))
    assert float(plotted.status.quality_text.split()[1]) > best + 0.2
    release(plotted, start)


def test_escape_while_dragging_changes_nothing(plotted: MainWindow) -> None:
    before = plotted.document.project
    plotted.selection.select_component(PS4)
    start = place_of(plotted, handle(plotted, "peak", PS4))
    press(plotted, start)
    move(plotted, start + QPoint(12, 0))
    QTest.keyClick(plotted, Qt.Key.Key_Escape)
    release(plotted, start + QPoint(12, 0))
    assert plotted.document.project is before
    assert plotted.panel.plot.handles.note == ""


def test_pressing_a_handle_without_moving_only_selects(plotted: MainWindow) -> None:
    before = plotted.document.project
    pull(plotted, "peak", QPoint(0, 0), "sulfate")
    assert plotted.document.project is before
    assert plotted.selection.component is not None
    assert plotted.selection.component.id == "sulfate"


def test_a_doublet_moves_as_one_by_either_line(plotted: MainWindow) -> None:
    before = component(plotted, "sulfate")
    pull(plotted, "peak", QPoint(10, 0), "sulfate", line=1)
    after = component(plotted, "sulfate")
    assert after.center.value - before.center.value == pytest.approx(
        10 / per_ev(plotted), abs=0.006
    )
    assert after.lines == before.lines


def test_dragging_a_top_up_raises_it_by_as_much(plotted: MainWindow) -> None:
    choose(plotted, "live_refit")
    before = component(plotted, PS4)
    start = place_of(plotted, handle(plotted, "peak", PS4))
    up = intensity_of(plotted, start - QPoint(0, 30)) - intensity_of(plotted, start)
    drag(plotted, start, QPoint(0, -30))
    top = handle(plotted, "peak", PS4).intensity
    raised = intensity_of(plotted, start) + up
    assert component(plotted, PS4).center == before.center
    assert top == pytest.approx(raised, rel=0.01)
    assert plotted.document.stack.undoText() == "Change height of PS₄³⁻"


def test_a_drag_across_both_directions_changes_center_and_height(plotted: MainWindow) -> None:
    before = component(plotted, PS4)
    pull(plotted, "peak", QPoint(12, -50), PS4)
    after = component(plotted, PS4)
    assert after.center.value != before.center.value
    assert after.area.value > before.area.value


def test_a_slip_of_a_few_pixels_upward_does_not_change_the_height(plotted: MainWindow) -> None:
    choose(plotted, "live_refit")
    before = component(plotted, PS4).area.value
    pull(plotted, "peak", QPoint(14, -6), PS4)
    assert component(plotted, PS4).area.value == before


def test_dragging_the_width_widens_both_sides(plotted: MainWindow) -> None:
    before = component(plotted, "sulfate").fwhm.value
    pull(plotted, "width", QPoint(-4, 0), "sulfate", side=1)
    after = component(plotted, "sulfate").fwhm.value
    assert after - before == pytest.approx(2 * -4 / per_ev(plotted), abs=0.006)
    assert plotted.document.stack.undoText() == f"Set FWHM of sulfate SO₄²⁻ to {after:.2f} eV"


def test_dragging_a_tied_width_moves_the_width_that_it_is_tied_to(plotted: MainWindow) -> None:
    pull(plotted, "width", QPoint(-4, 0), LI2S, side=1)
    assert component(plotted, LI2S).fwhm.value == component(plotted, PS4).fwhm.value
    assert component(plotted, LI2S).fwhm.link is not None


def test_a_center_stops_at_its_bound_and_the_plot_says_so(plotted: MainWindow) -> None:
    plotted.selection.select_component(PS4)
    start = place_of(plotted, handle(plotted, "peak", PS4))
    press(plotted, start)
    move(plotted, start + QPoint(-200, 0))
    limit = plotted.panel.plot.handles.limit
    assert limit is not None
    assert limit.text == "max 162.2 eV"
    assert limit.energy_ev == pytest.approx(162.2)
    release(plotted, start + QPoint(-200, 0))
    assert component(plotted, PS4).center.value == 162.2
    assert plotted.panel.plot.handles.limit is None


@pytest.mark.parametrize(("side", "by"), [(1, 20), (-1, -20)])
def test_dragging_an_edge_moves_the_window(plotted: MainWindow, side: int, by: int) -> None:
    low, high = region_of(plotted).window_ev
    expected = by / per_ev(plotted)  # before the view follows the window
    pull(plotted, "edge", QPoint(by, 0), side=side)
    now = region_of(plotted).window_ev
    changed = (now[0] - low, now[1] - high)
    assert changed[0 if side < 0 else 1] == pytest.approx(expected, abs=0.02)
    assert changed[1 if side < 0 else 0] == 0.0


def test_the_edges_cannot_pass_each_other(plotted: MainWindow) -> None:
    pull(plotted, "edge", QPoint(-2000, 0), side=-1)
    low, high = region_of(plotted).window_ev
    assert high - low >= 0.5


@pytest.mark.parametrize("side", [-1, 1])
def test_dragging_an_end_of_the_background_turns_it_about_the_other(
    plotted: MainWindow, side: int
) -> None:
    choose(plotted, "live_refit")
    before = [handle(plotted, "level", side=end).intensity for end in (-1, 1)]
    start = place_of(plotted, handle(plotted, "level", side=side))
    up = intensity_of(plotted, start - QPoint(0, 40)) - intensity_of(plotted, start)
    drag(plotted, start, QPoint(0, -40))
    after = [handle(plotted, "level", side=end).intensity for end in (-1, 1)]
    moved, held = (0, 1) if side < 0 else (1, 0)
    assert after[moved] - before[moved] == pytest.approx(up, rel=0.02)
    assert after[held] == pytest.approx(before[held], abs=0.02 * up)
    assert plotted.document.stack.undoText() == "Move background of S 2p"


def test_a_static_background_has_no_ends_to_drag(plotted: MainWindow) -> None:
    region = region_of(plotted)
    static = replace(region, background=replace(region.background, kind="linear"))
    plotted.document.push(plotted.document.project.with_region(static), "Linear")
    kinds = {h.kind for h in plotted.panel.plot.handles.handles}
    assert kinds == {"peak", "edge"}


def test_dragging_beside_the_handles_still_zooms(plotted: MainWindow) -> None:
    plot = plotted.panel.plot
    before, project = plot.main.getViewBox().viewRect(), plotted.document.project
    middle = plot.main.getViewBox().sceneBoundingRect().center().toPoint()
    drag(plotted, QPoint(middle.x() + 60, middle.y() - 60), QPoint(80, 60))
    assert plot.main.getViewBox().viewRect().width() < 0.5 * before.width()
    assert plotted.document.project is project


@pytest.mark.parametrize(
    ("key", "modifier", "by"),
    [
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 0.01),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, -0.01),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier, 0.1),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, -0.1),
    ],
)
def test_arrows_nudge_the_selected_peak_on_the_screen(
    plotted: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier, by: float
) -> None:
    plotted.selection.select_component(PS4)
    before = component(plotted, PS4).center.value
    QTest.keyClick(plotted.panel.plot, key, modifier)
    assert component(plotted, PS4).center.value - before == pytest.approx(by, abs=0.0006)


def test_repeated_nudges_are_one_undo_step(plotted: MainWindow) -> None:
    plotted.selection.select_component(PS4)
    before, steps = plotted.document.project, plotted.document.stack.count()
    for _ in range(3):
        QTest.keyClick(plotted.panel.plot, Qt.Key.Key_Left)
    assert plotted.document.stack.count() == steps + 1
    assert len(plotted.document.project.history) == len(before.history) + 1
    choose(plotted, "undo")
    assert plotted.document.project is before


def test_up_raises_the_selected_component_by_a_hundredth(plotted: MainWindow) -> None:
    plotted.selection.select_component(PS4)
    before = component(plotted, PS4).area.value
    QTest.keyClick(plotted.panel.plot, Qt.Key.Key_Up)
    assert component(plotted, PS4).area.value == pytest.approx(1.01 * before)


def test_control_and_arrow_widen_the_selected_component(plotted: MainWindow) -> None:
    plotted.selection.select_component(PS4)
    before = component(plotted, PS4).fwhm.value
    QTest.keyClick(plotted.panel.plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert component(plotted, PS4).fwhm.value - before == pytest.approx(0.01, abs=0.0011)


def test_a_nudge_beyond_a_bound_is_refused_with_the_bound(plotted: MainWindow) -> None:
    plotted.selection.select_component(PS4)
    for _ in range(8):
        QTest.keyClick(plotted.panel.plot, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert component(plotted, PS4).center.value == 162.2
    assert "Center of PS₄³⁻ is at its bound: max 162.2 eV" in plotted.messages.text


def test_delete_removes_the_selected_component(plotted: MainWindow) -> None:
    plotted.selection.select_component("sulfite")
    plotted.panel.plot.setFocus()
    QTest.keyClick(plotted, Qt.Key.Key_Delete)
    assert "sulfite" not in [c.id for c in region_of(plotted).components]
