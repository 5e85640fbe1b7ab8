"""Regions and components that are given to many spectra, with preview and progress."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from app.gestures.propagation import propagate, targets
from app.samples.propagate_dialog import PropagateDialog
from app.status import remaining_text
from app.window import MainWindow
from tests.app import projects
from tests.app.test_component_menu import menu_of, pick
from tests.app.user import LONG, choose, click
from xps.project import Project


def many(count: int = 4) -> Project:
    """So many samples with S 2p alone; the first has a region."""
    first = projects.fitted()
    id_ = projects.region_id(first, "S 2p")
    entry = first.entry(first.region(id_).spectrum)
    spectra = tuple(entry.spectrum.with_(sample=f"sample {number}") for number in range(count))
    project = Project().with_spectra(spectra)
    region = replace(first.region(id_), id="s0_s2p", spectrum="s0")
    charge = first.charge_of(entry.id)
    sample = replace(project.sample("sample 0"), charge=charge)
    return project.with_region(region).with_sample(sample)


def open_dialog(window: MainWindow) -> PropagateDialog:
    choose(window, "propagate")
    return the_dialog()


def the_dialog() -> PropagateDialog:
    found = [w for w in QApplication.topLevelWidgets() if isinstance(w, PropagateDialog)]
    (dialog,) = [w for w in found if w.isVisible()]
    return dialog


def confirm(qtbot: QtBot, window: MainWindow, dialog: PropagateDialog) -> None:
    """Agree, and wait until the regions are placed."""
    with qtbot.waitSignal(window.document.projectChanged, timeout=LONG):
        click(dialog.buttons.button(QDialogButtonBox.StandardButton.Ok))


@pytest.fixture
def series(window: MainWindow) -> MainWindow:
    """A window with four samples, of which the first has a region."""
    window.document.replace(many())
    window.selection.select_entry("s0")
    QApplication.processEvents()
    return window


def test_a_propagated_region_is_one_undo_step(qtbot: QtBot, series: MainWindow) -> None:
    before = series.document.project
    dialog = open_dialog(series)
    click(dialog.fits)
    confirm(qtbot, series, dialog)
    project = series.document.project
    assert [r.spectrum for r in project.regions] == ["s0", "s1", "s2", "s3"]
    assert len({r.id for r in project.regions}) == 4
    undo = series.document.stack.undoText()
    assert undo == "Propagate S 2p of sample 0 to 3 spectra"
    choose(series, "undo")
    assert series.document.project is before


def test_only_checked_spectra_take_it_over(qtbot: QtBot, series: MainWindow) -> None:
    dialog = open_dialog(series)
    click(dialog.fits)
    dialog.spectra.setCurrentRow(1)
    QTest.keyClick(dialog.spectra, Qt.Key.Key_Space)
    assert dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).text() == "Apply to 2"
    confirm(qtbot, series, dialog)
    assert [r.spectrum for r in series.document.project.regions] == ["s0", "s1", "s3"]


def test_none_checked_cannot_be_applied(series: MainWindow) -> None:
    dialog = open_dialog(series)
    click(dialog.none_button)
    assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    click(dialog.all_button)
    assert dialog.checked == ("s1", "s2", "s3")
    dialog.reject()


def test_the_preview_draws_the_model_on_the_spectrum_that_is_looked_at(series: MainWindow) -> None:
    before = series.document.project
    dialog = open_dialog(series)
    dialog.spectra.setCurrentRow(2)
    shown = dialog.plot.shown
    assert shown is not None
    assert shown.curves is not None
    assert dialog.plot.letters == ["A", "B", "C", "D", "E"]
    assert series.document.project is before
    dialog.reject()


def test_propagated_regions_are_fitted_with_progress(qtbot: QtBot, series: MainWindow) -> None:
    told: list[tuple[int, int]] = []
    series.jobs.progressed.connect(lambda done, total: told.append((done, total)))
    dialog = open_dialog(series)
    with qtbot.waitSignal(series.analysis.fitted, timeout=LONG):
        confirm(qtbot, series, dialog)
    project = series.document.project
    assert [f.region.spectrum for f in project.fits] == ["s1", "s2", "s3"]
    first = project.region("s0_s2p").component("ps4").area.value
    for region in project.regions[1:]:
        assert region.component("ps4").area.value == pytest.approx(first, rel=1e-3)
    assert (0, 3) in told
    assert (3, 3) in told


def test_cancelling_a_batch_leaves_the_fits_that_were_there(
    qtbot: QtBot, series: MainWindow
) -> None:
    dialog = open_dialog(series)
    confirm(qtbot, series, dialog)
    before = series.document.project
    with qtbot.waitSignal(series.jobs.idle, timeout=LONG):
        click(series.status.cancel_button)
    assert series.document.project is before
    assert not series.jobs.running


def test_cancelling_while_regions_are_placed_changes_nothing(
    qtbot: QtBot, series: MainWindow
) -> None:
    before = series.document.project
    dialog = open_dialog(series)
    with qtbot.waitSignal(series.jobs.idle, timeout=LONG):
        click(dialog.buttons.button(QDialogButtonBox.StandardButton.Ok))
        click(series.status.cancel_button)
    assert series.document.project is before


def test_window_and_background_alone_keep_the_components(series: MainWindow) -> None:
    project = propagate(series.document.project, "s0_s2p", ["s1"], "model").project
    narrow = replace(project.region("s0_s2p"), window_ev=(158.0, 172.0))
    project = project.with_region(narrow)
    bare = project.region_of("s1")
    assert bare is not None
    project = project.with_region(bare.without_component("li2s"))
    changed = propagate(project, "s0_s2p", ["s1"], "window").project.region_of("s1")
    assert changed is not None
    assert changed.window_ev == (158.0, 172.0)
    assert "li2s" not in [component.id for component in changed.components]


def test_a_sample_without_charge_reference_takes_that_of_the_source() -> None:
    project = propagate(many(), "s0_s2p", ["s1"], "model").project
    charge = project.sample("sample 1").charge
    assert (charge.method, charge.component, charge.stderr_ev) == ("component", "ps4", None)


def test_a_replaced_region_loses_its_fit_and_keeps_its_id() -> None:
    project = projects.fitted()
    source, other = (projects.region_id(project, "S 2p", sample) for sample in (0, 1))
    entry_id = project.region(other).spectrum
    changed = propagate(project, source, [entry_id], "model").project
    region = changed.region_of(entry_id)
    assert region is not None
    assert region.id == other
    assert changed.fit_of(other) is None
    assert len(changed.regions) == len(project.regions)


def test_only_spectra_of_the_same_core_level_are_offered() -> None:
    project = projects.fitted()
    found = targets(project, projects.region_id(project, "S 2p"))
    assert [entry.label for entry in found] == ["S 2p"]


def test_a_component_is_copied_to_the_spectra_that_are_checked(
    qtbot: QtBot, plotted: MainWindow
) -> None:
    target = projects.region_id(plotted.document.project, "S 2p", 1)
    before = len(plotted.document.project.region(target).components)
    pick(menu_of(plotted, "sulfate"), "copy")
    dialog = the_dialog()
    click(dialog.fits)
    confirm(qtbot, plotted, dialog)
    assert len(plotted.document.project.region(target).components) == before + 1
    assert plotted.document.stack.undoText() == "Copy sulfate SO₄²⁻ to 1 spectrum"


def test_where_no_other_spectrum_can_take_it_the_bar_says_so(series: MainWindow) -> None:
    series.document.replace(many(1))
    series.selection.select_entry("s0")
    choose(series, "propagate")
    assert "No other spectrum" in series.messages.text


@pytest.mark.parametrize(
    ("spent", "done", "total", "text"),
    [
        (1.0, 1, 200, ""),
        (2.0, 10, 200, ", 38 s left"),
        (20.0, 20, 200, ", 3 min 0 s left"),
        (20.0, 199, 200, ""),
        (20.0, 200, 200, ""),
    ],
)
def test_the_remaining_time_is_told_once_it_is_known(
    spent: float, done: int, total: int, text: str
) -> None:
    assert remaining_text(spent, done, total) == text
