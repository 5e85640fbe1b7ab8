from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabBar
from pytestqt.qtbot import QtBot

from app.compare.compare_view import CompareView
from app.compare.compared import bases, compared
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.projects import fitted, started
from tests.app.user import LONG, choose, click, type_into_cell, worked_out
from xps.comparison import compare

BARE, COATED = "Bare NCM (simulated)", "ALD5 NCM (simulated)"


@pytest.fixture
def view(window: MainWindow) -> CompareView:
    """The comparison of the example."""
    window.document.replace(fitted())
    choose(window, "show_comparison")
    worked_out(window.results.compare)
    return window.results.compare


def cells_of(view: CompareView) -> dict[str, list[str]]:
    worked_out(view)
    rows = view.table.rowCount()
    table = [
        [(view.table.item(row, c).text() if view.table.item(row, c) else "") for c in range(4)]
        for row in range(rows)
    ]
    return {line[0].split("  ")[-1]: line[1:] for line in table}


def tab_rect(window: MainWindow, view: CompareView) -> tuple[QTabBar, QRect]:
    bar = window.results.tabBar()
    return bar, bar.tabRect(window.results.indexOf(view))


def test_five_clicks_lead_from_the_example_to_the_finished_figure(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    figure = tmp_path / "비교.pdf"
    dialogs.to_save = [figure]
    clicks = 0
    with qtbot.waitSignal(window.analysis.fitted, timeout=LONG):
        click(window.welcome.example_button)
        clicks += 1
    bar, rect = tab_rect(window, window.results.compare)
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=rect.center())
    clicks += 1
    assert window.results.compare.isVisible()
    with qtbot.waitSignal(window.files.exported, timeout=LONG):
        click(window.results.compare.figure.button)
        clicks += 1
    clicks += 1  # Save, in the file chooser
    assert clicks <= 5
    assert figure.read_bytes().startswith(b"%PDF")
    assert window.messages.text.startswith("Exported to")


def test_panels_share_one_axis_and_one_color_a_species(view: CompareView) -> None:
    sulfur, oxygen = view.panels.grid
    assert [panel.name for panel in sulfur] == [BARE, COATED]
    assert [panel.letters for panel in sulfur] == [["A", "B", "C", "D", "E"]] * 2
    before = sulfur[1].plot.viewRange()[0]
    sulfur[0].plot.setXRange(160.0, 165.0, padding=0.0)
    assert sulfur[1].plot.viewRange()[0] == sulfur[0].plot.viewRange()[0] != before
    assert oxygen[0].plot.viewRange()[0] != sulfur[0].plot.viewRange()[0]
    result = compared(fitted(), (BARE, COATED), ("S 2p",), BARE, {})
    first, second = result.looks.values()
    assert [look.color.name() for look in first] == [look.color.name() for look in second]


def test_differences_stand_with_error_and_corrected_p(view: CompareView) -> None:
    d = next(d for d in compare(fitted(), BARE).differences if d.species == "ps4")
    assert d.stderr is not None
    assert d.base_stderr is not None
    base, difference, p_value = cells_of(view)["PS₄³⁻"]
    value, error = (float(part) for part in base.split(" ± "))
    assert value == pytest.approx(100.0 * d.base_value, abs=0.006)
    assert error == pytest.approx(100.0 * d.base_stderr, rel=0.02)
    value, error = (float(part.replace("−", "-")) for part in difference.split(" ± "))
    assert value == pytest.approx(100.0 * d.difference, abs=0.006)
    assert error == pytest.approx(100.0 * d.stderr, rel=0.02)
    assert p_value == "✓ < 0.001"
    _, _, weak = cells_of(view)["Li₂S / free S²⁻"]
    assert float(weak) > 0.05
    assert view.notes_text.startswith("counting statistics only, n = 1")


def test_the_base_can_be_chosen(qtbot: QtBot, view: CompareView) -> None:
    _, difference, _ = cells_of(view)["PS₄³⁻"]
    view.base.setFocus()
    QTest.keyClick(view.base, Qt.Key.Key_Down)
    _, other, _ = cells_of(view)["PS₄³⁻"]
    assert view.base.currentText() == COATED
    assert difference.startswith("19.")
    assert other.startswith("−19.")


def test_atomic_percents_are_compared_too(view: CompareView) -> None:
    view.kind.setFocus()
    QTest.keyClick(view.kind, Qt.Key.Key_Down)
    assert view.kind.currentText() == "Atomic percent"
    found = {d.species: d for d in compare(fitted(), BARE).atomic_differences}
    for species, row in (("ps4", "PS₄³⁻"), ("", "(S 2p)")):
        d = next(
            d
            for d in compare(fitted(), BARE).atomic_differences
            if d.species == species and d.core_level == "S 2p"
        )
        base, difference, _ = cells_of(view)[row]
        assert float(base.split(" ± ")[0]) == pytest.approx(d.base_value, abs=0.05)
        shown = float(difference.split(" ± ")[0].replace("−", "-"))
        assert shown == pytest.approx(d.difference, abs=0.06)
    assert "lattice_o" in found
    assert "of the atoms counted" in view.table.item(1, 2).toolTip()


def test_a_sample_can_be_left_out_and_a_core_level_too(view: CompareView) -> None:
    cell = view.samples.shown_index(COATED)
    middle = view.samples.visualRect(cell).center()
    QTest.mouseClick(view.samples.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert view.samples.names == (BARE,)
    worked_out(view)
    assert [len(column) for column in view.panels.grid] == [1, 1]
    assert "one sample" in view.notes_text
    QTest.mouseClick(view.samples.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    click(view.level_boxes.boxes["O 1s"])
    worked_out(view)
    assert [len(column) for column in view.panels.grid] == [2]
    assert set(cells_of(view)).isdisjoint({"O 1s"})


def test_replicates_are_typed_and_compared_as_one(window: MainWindow) -> None:
    project = fitted()
    twin = replace(project.sample(BARE), name="Bare, second piece")
    entries = [e for e in project.entries if e.sample == BARE]
    second = tuple(e.spectrum.with_(sample=twin.name) for e in entries)
    larger = project.with_spectra(second).with_sample(twin)
    for old in [r for r in project.regions if project.entry(r.spectrum).sample == BARE]:
        fit = project.fit_of(old.id)
        assert fit is not None
        number = [e.id for e in entries].index(old.spectrum)
        place = larger.entries[len(project.entries) + number].id
        region = replace(fit.region, id=f"{old.id}_2", spectrum=place)
        larger = larger.with_fit(replace(fit, region=region))
    window.document.replace(larger)
    choose(window, "show_comparison")
    view = window.results.compare
    for sample in (BARE, twin.name):
        type_into_cell(view.samples, view.samples.group_index(sample), "bare")
    assert window.document.project.sample(BARE).group == "bare"
    assert window.document.stack.undoText() == "Make Bare, second piece a replicate of bare"
    assert bases(window.document.project, view.samples.names) == ("bare", COATED)
    assert view.base.currentText() == "bare"
    worked_out(view)
    tip = view.table.item(2, 2).toolTip()
    assert "2 spectra of the base, 1 of the sample" in tip
    choose(window, "undo")
    assert window.document.project.sample(twin.name).group == ""


def test_a_group_cannot_have_the_name_of_another_sample(
    window: MainWindow, view: CompareView
) -> None:
    type_into_cell(view.samples, view.samples.group_index(BARE), COATED)
    assert window.document.project.sample(BARE).group == ""
    assert "is the name of a sample" in window.messages.text
    assert view.samples.group_index(BARE).data() == ""


def test_a_stale_fit_is_named(window: MainWindow, view: CompareView) -> None:
    project = window.document.project
    region = project.regions[0]
    low, high = region.window_ev
    window.document.push(
        project.with_region(replace(region, window_ev=(low + 0.1, high))), "Set window"
    )
    worked_out(view)
    assert "stale, fit again" in view.notes_text


def test_a_component_added_after_the_fit_does_not_disturb(
    window: MainWindow, view: CompareView
) -> None:
    project = window.document.project
    region = project.regions[0]
    window.document.push(
        project.with_region(region.without_component(region.components[-1].id)), "Remove it"
    )
    worked_out(view)
    assert view.panels.grid[0][0].letters == ["A", "B", "C", "D", "E"]


def test_the_table_is_copied_as_text(qtbot: QtBot, view: CompareView) -> None:
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    header, *rows = QApplication.clipboard().text().splitlines()
    assert header.split("\t")[1:] == [
        f"{BARE}: share / %",
        f"{COATED}: difference",
        f"{COATED}: p (Holm)",
    ]
    assert len(rows) == 10
    assert all(len(row.split("\t")) == 4 for row in rows)


def test_the_figure_holds_what_is_chosen(
    qtbot: QtBot, window: MainWindow, view: CompareView, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    figure = tmp_path / "narrow.svg"
    dialogs.to_save = [figure]
    view.figure.width_choice.setCurrentIndex(view.figure.width_choice.findData(85))
    click(view.level_boxes.boxes["O 1s"])
    with qtbot.waitSignal(window.files.exported, timeout=LONG):
        choose(window, "export_figure")
    text = figure.read_text("utf-8")
    assert 'width="240.94' in text  # points: 85 mm
    assert "S 2p" in text
    assert "O 1s" not in text


@pytest.mark.parametrize(
    ("kind", "label"), [("share", "Share of the area / %"), ("atomic_percent", "Atomic %")]
)
def test_the_figure_shows_what_is_compared_as_bars(
    qtbot: QtBot,
    window: MainWindow,
    view: CompareView,
    dialogs: ScriptedDialogs,
    tmp_path: Path,
    kind: str,
    label: str,
) -> None:
    figure = tmp_path / "bars.svg"
    dialogs.to_save = [figure]
    view.kind.setCurrentIndex(view.kind.findData(kind))
    view.figure.kind.setCurrentIndex(view.figure.kind.findText("Bars"))
    with qtbot.waitSignal(window.files.exported, timeout=LONG):
        choose(window, "export_figure")
    assert label in figure.read_text("utf-8")


def test_before_any_fit_the_tab_says_what_it_is_for(window: MainWindow) -> None:
    window.document.replace(started())
    choose(window, "show_comparison")
    view = window.results.compare
    worked_out(view)
    assert view.notes_text == "Fits of two or more samples are compared here."
    assert not view.figure.button.isVisible()


def test_the_tab_has_room_for_panels_and_gives_it_back(
    qtbot: QtBot, window: MainWindow, view: CompareView
) -> None:
    QApplication.processEvents()
    tall = window.results.height()
    choose(window, "show_checks")
    QApplication.processEvents()
    assert window.results.height() < tall - 100


def test_sample_names_are_legible_on_a_small_screen(window: MainWindow, view: CompareView) -> None:
    window.resize(1366, 768)
    QApplication.processEvents()
    name = view.samples.columnWidth(1)
    assert name >= view.samples.fontMetrics().horizontalAdvance("Bare NC…ulated)")


def test_the_tabs_stay_where_they_are_when_one_is_given_room(
    window: MainWindow, view: CompareView
) -> None:
    QApplication.processEvents()
    bar = window.results.tabBar()
    places = []
    for name in ("show_quantities", "show_comparison", "show_checks", "show_comparison"):
        choose(window, name)
        QApplication.processEvents()
        places.append(bar.mapToGlobal(bar.tabRect(1).center()))
    assert len({(place.x(), place.y()) for place in places}) == 1


def test_masked_points_are_crossed_out_at_the_edge_and_crush_nothing(
    window: MainWindow, view: CompareView
) -> None:
    (panel, _), _ = view.panels.grid
    assert panel.masked_ev.size == 0
    before = panel.plot.viewRange()[1]
    project = window.document.project
    region = next(r for r in project.regions if r.core_level == "S 2p")
    entry = project.entry(region.spectrum)
    energy = float(entry.spectrum.energy_ev[90])
    spiked = entry.spectrum.intensity.copy()
    spiked[90] = 100.0 * spiked.max()
    spectrum = entry.spectrum.with_(intensity=spiked, masked_ev=((energy, energy),))
    entries = tuple(
        replace(e, spectrum=spectrum) if e.id == entry.id else e for e in project.entries
    )
    window.document.push(replace(project, entries=entries), "Mask 1 point")
    worked_out(view)
    (panel, _), _ = view.panels.grid
    binding = entry.spectrum.binding_energy_ev
    assert binding is not None
    shift = project.charge_of(entry.id).shift_ev
    assert panel.masked_ev == pytest.approx([binding[90] + shift])
    assert panel.plot.viewRange()[1] == pytest.approx(before, rel=0.02)
