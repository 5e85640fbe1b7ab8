from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QIcon, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from app.gestures import gestures
from app.settings import Settings
from app.widgets.message_bar import Severity
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.projects import region_id
from tests.app.user import LONG, amounts, choose, click, fit_all, open_files, told
from tests.xps.casa_comments import PHOTONS_EV, comment, component, spectrum, tied
from xps.model import Ref
from xps.readers import read
from xps.writers import write_vamas


@pytest.fixture
def ready(qtbot: QtBot, window: MainWindow, sample_files: list[Path]) -> MainWindow:
    """A window with two samples under the cathode recipe, not fitted yet."""
    open_files(qtbot, window, sample_files)
    choose(window, "recipe cathode")
    return window


def select(window: MainWindow, core_level: str, sample: int = 0) -> str:
    """Select a spectrum; return the id of its region."""
    id_ = region_id(window.document.project, core_level, sample)
    window.selection.select_entry(window.document.project.region(id_).spectrum)
    return id_


def button_of(window: MainWindow, name: str) -> QToolButton:
    for button in window.findChildren(QToolButton):
        if button.defaultAction() is window.commands.actions[name]:
            return button
    raise AssertionError(f"no button for {name}")


def test_the_example_opens_fitted_with_one_click(
    qtbot: QtBot, window: MainWindow, settings: Settings
) -> None:
    with qtbot.waitSignal(window.analysis.fitted, timeout=LONG):
        click(window.welcome.example_button)
    project = window.document.project
    assert len(project.fits) == 4
    assert all(project.is_fresh(region.id) for region in project.regions)
    assert "simulated" in window.windowTitle()
    assert {window.tree.badge_of(r.spectrum) for r in project.regions} == {"fitted"}
    assert amounts(window).bars.bars
    assert settings.recent_files == []


def test_a_recipe_gives_regions_in_one_undo_step(ready: MainWindow) -> None:
    assert len(ready.document.project.regions) == 4
    assert ready.document.stack.undoText() == "Apply recipe cathode"
    assert ready.panel.state_text == "start values, not fitted"
    assert ready.panel.plot.shown is not None
    assert ready.panel.plot.shown.curves is not None
    choose(ready, "undo")
    assert ready.document.project.regions == ()
    assert ready.panel.plot.shown.curves is None


def test_a_fit_that_a_file_carries_is_offered_where_there_is_one(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path], tmp_path: Path
) -> None:
    open_files(qtbot, window, sample_files)
    offer = next(
        a for a in window.commands.recipe_menu.actions() if a.objectName() == "recipe stored"
    )
    assert not offer.isVisible()
    path = tmp_path / "casa.vms"
    width = tied(1.2, 0.5, 3)
    lines = [component(tied(900, 0, 9e5), width, tied(PHOTONS_EV - 162.0, 1320, 1330))]
    write_vamas(path, [spectrum(comment(lines))])
    open_files(qtbot, window, [path])
    assert offer.isVisible()
    choose(window, "recipe stored")
    (region,) = window.document.project.regions
    assert (region.stored, region.components[0].area.value) == (True, 900.0)
    fit_all(qtbot, window)
    (fit,) = window.document.project.fits
    assert fit.noise_model == "unweighted"


def test_a_recipe_shows_a_spectrum_that_it_was_applied_to_and_tells_all(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path]
) -> None:
    open_files(qtbot, window, sample_files)
    choose(window, "recipe ncm-o1s")
    p2p = [entry for entry in window.document.project.entries if entry.label == "P 2p"]
    window.selection.select_entry(p2p[1].id)
    choose(window, "recipe argyrodite-s2p")
    shown = window.selection.entry
    assert shown is not None
    assert (shown.sample, shown.label) == (p2p[1].sample, "S 2p")
    assert window.messages.text == (
        "Start values for S 2p of 2 samples. Fit all of them: Shift+F5."
    )
    choose(window, "recipe cathode")
    assert window.selection.entry is not None
    assert window.selection.entry.id == shown.id


def test_a_recipe_that_applies_to_nothing_says_so(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "Fe 2p.csv"
    rows = "\n".join(f"{700 + i},{100 + i}" for i in range(30))
    path.write_text(f"Binding Energy (eV),Counts\n{rows}\n", "utf-8")
    open_files(qtbot, window, [path])
    before = window.document.project
    choose(window, "recipe argyrodite-s2p")
    assert window.document.project is before
    errors = told(window, Severity.ERROR)
    assert len(errors) == 1
    assert "S 2p" in errors[0]


def test_a_recipe_file_can_be_chosen(
    ready: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    recipe = tmp_path / "내 레시피.toml"
    recipe.write_text(
        'format = 1\nname = "one line"\n[[region]]\ncore_level = "P 2p"\n'
        "window_ev = [128.0, 138.0]\n[[region.component]]\n"
        'id = "p"\nname = "phosphorus"\ncenter = { value = 132.0 }\n',
        "utf-8",
    )
    dialogs.to_open = [[recipe]]
    choose(ready, "recipe file")
    assert ready.document.stack.undoText() == "Apply recipe one line"
    assert {r.core_level for r in ready.document.project.regions} >= {"P 2p"}


def test_a_broken_recipe_file_is_refused_with_its_fault(
    ready: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    recipe = tmp_path / "broken.toml"
    recipe.write_text("format = 99\n", "utf-8")
    dialogs.to_open = [[recipe]]
    before = ready.document.project
    choose(ready, "recipe file")
    assert ready.document.project is before
    assert "broken.toml" in ready.messages.text


def test_f5_fits_the_selected_region_as_one_undo_step(qtbot: QtBot, ready: MainWindow) -> None:
    id_ = select(ready, "S 2p")
    before = ready.document.project
    with qtbot.waitSignal(ready.analysis.fitted, timeout=LONG):
        QTest.keyClick(ready, Qt.Key.Key_F5)
    project = ready.document.project
    assert project.is_fresh(id_)
    assert len(project.fits) == 1
    assert ready.document.stack.undoText() == f"Fit S 2p of {project.samples[0].name}"
    assert ready.status.quality_text.startswith("χ²ᵣ")
    choose(ready, "undo")
    assert ready.document.project is before
    choose(ready, "redo")
    assert ready.document.project is project


def test_a_fit_that_moves_the_energy_scale_repeats_the_fits_beside_it(
    qtbot: QtBot, ready: MainWindow
) -> None:
    fit_all(qtbot, ready)
    sulfur = select(ready, "S 2p")
    shift = ready.document.project.samples[0].charge.shift_ev
    ready.editor.do(gestures.remove_component, sulfur, "sulfite")
    with qtbot.waitSignal(ready.analysis.fitted, timeout=LONG):
        choose(ready, "fit")
    project = ready.document.project
    assert project.samples[0].charge.shift_ev != shift
    assert all(project.is_fresh(region.id) for region in project.regions)


def test_the_button_fits_all_regions(qtbot: QtBot, ready: MainWindow) -> None:
    with qtbot.waitSignal(ready.analysis.fitted, timeout=LONG):
        click(button_of(ready, "fit_all"))
    assert len(ready.document.project.fits) == 4
    assert ready.document.stack.undoText() == "Fit 4 regions"


def test_the_fitted_numbers_are_those_of_the_library(qtbot: QtBot, ready: MainWindow) -> None:
    from xps.analysis import fit_project

    expected = fit_project(ready.document.project).project
    fit_all(qtbot, ready)
    for region in expected.regions:
        assert ready.document.project.region(region.id) == region


def test_the_result_of_a_region_that_changed_meanwhile_is_dropped(
    qtbot: QtBot, ready: MainWindow
) -> None:
    fit_all(qtbot, ready)
    id_ = select(ready, "O 1s")
    with qtbot.waitSignal(ready.analysis.fitted, timeout=LONG):
        choose(ready, "fit")
        # The result waits in the event queue until this edit is done.
        region = ready.document.project.region(id_)
        moved = region.with_values({Ref("lattice_o", "center"): 529.45})
        ready.document.push(ready.document.project.with_region(moved), "Move lattice M–O")
    assert ready.document.project.region(id_) is moved
    assert not ready.document.project.is_fresh(id_)
    assert ready.document.stack.undoText() == "Move lattice M–O"
    assert "dropped" in ready.messages.text


def test_a_fit_that_is_cancelled_changes_nothing(qtbot: QtBot, ready: MainWindow) -> None:
    before = ready.document.project
    with qtbot.waitSignal(ready.jobs.idle, timeout=LONG):
        choose(ready, "fit_all")
        choose(ready, "cancel")
    assert ready.document.project is before


def test_pressing_fit_twice_fits_once(qtbot: QtBot, ready: MainWindow) -> None:
    select(ready, "S 2p")
    with qtbot.waitSignal(ready.jobs.idle, timeout=LONG):
        QTest.keyClick(ready, Qt.Key.Key_F5)
        QTest.keyClick(ready, Qt.Key.Key_F5)
    assert not ready.jobs.running
    assert ready.messages.messages == []
    assert [s.text for s in ready.document.project.history if s.text.startswith("Fit")] == [
        f"Fit S 2p of {ready.document.project.samples[0].name}"
    ]


def test_a_fit_asked_for_while_another_runs_comes_after_it(qtbot: QtBot, ready: MainWindow) -> None:
    reference = select(ready, "S 2p")
    choose(ready, "fit")
    other = select(ready, "O 1s")
    choose(ready, "fit")
    qtbot.waitUntil(lambda: len(ready.document.project.fits) == 2, timeout=LONG)
    project = ready.document.project
    assert project.is_fresh(reference)
    assert project.is_fresh(other)
    assert ready.messages.messages == []


def test_the_fit_of_a_document_that_was_closed_is_forgotten(
    qtbot: QtBot, ready: MainWindow
) -> None:
    ready.document.stack.setClean()
    with qtbot.waitSignal(ready.jobs.idle, timeout=LONG):
        choose(ready, "fit_all")
        choose(ready, "new")
    assert ready.document.project.entries == ()
    assert not ready.document.stack.canUndo()


def test_a_number_typed_but_not_confirmed_counts_when_f5_is_pressed(
    qtbot: QtBot, ready: MainWindow
) -> None:
    select(ready, "S 2p")
    field = ready.inspector.region.high
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "172,5")
    with qtbot.waitSignal(ready.analysis.fitted, timeout=LONG):
        QTest.keyClick(field, Qt.Key.Key_F5)
    region = ready.selection.region
    assert region is not None
    assert region.window_ev == (157.0, 172.5)
    assert ready.document.project.is_fresh(region.id)


def test_closing_while_a_fit_runs_leaves_no_thread(ready: MainWindow) -> None:
    choose(ready, "fit_all")
    ready.document.stack.setClean()
    assert ready.close()


def test_a_spectrum_without_peak_says_so_and_the_others_are_fitted(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path], tmp_path: Path
) -> None:
    flat = tmp_path / "S 2p flat.csv"
    rows = "\n".join(f"{157 + 0.1 * i:.1f},{1000 + (i * 37) % 61 - 30}" for i in range(161))
    flat.write_text(f"Binding Energy (eV),Counts\n{rows}\n", "utf-8")
    open_files(qtbot, window, [flat, sample_files[0]])
    choose(window, "recipe argyrodite-s2p")
    fit_all(qtbot, window)
    assert len(window.document.project.fits) == 1
    errors = told(window, Severity.ERROR)
    assert len(errors) == 1
    assert "S 2p" in errors[0]
    assert "nan" not in amounts(window).as_tsv().lower()


def test_quantification_sums_to_hundred_and_goes_stale_with_its_region(
    qtbot: QtBot, ready: MainWindow
) -> None:
    fit_all(qtbot, ready)
    header, *rows = [line.split("\t") for line in amounts(ready).as_tsv().splitlines()]
    assert len(header) == 5
    elements = [row for row in rows if "(" in row[0] and not row[1]]
    assert sum(float(row[2].split(" ± ")[0]) for row in elements) == pytest.approx(100, abs=0.1)
    id_ = select(ready, "O 1s")
    region = ready.document.project.region(id_)
    moved = region.with_values({Ref("lattice_o", "center"): 529.45})
    ready.document.push(ready.document.project.with_region(moved), "Move lattice M–O")
    assert "stale" in amounts(ready).as_tsv()
    assert ready.tree.badge_of(region.spectrum) == "stale"
    assert ready.panel.state_text == "stale: changed after the fit (F5 fits again)"
    assert ready.status.quality_text.endswith("(stale: F5 fits again)")


def test_a_single_element_is_a_hundred_percent_and_nothing_counted_has_no_basis(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path]
) -> None:
    open_files(qtbot, window, sample_files[:1])
    choose(window, "recipe argyrodite-s2p")
    fit_all(qtbot, window)
    assert "S  (S 2p)\t\t100\n" in amounts(window).as_tsv()
    assert "transmission" in amounts(window).small_print
    model = window.results.quantify.table.model()
    cells = [model.index(row, 2) for row in range(model.rowCount())]
    (tip,) = {cell.data(Qt.ItemDataRole.ToolTipRole) for cell in cells if cell.data() == "100"}
    assert tip.startswith("The only element counted in this sample")
    window.editor.do(gestures.set_manual_shift, window.document.project.samples[0].name, 0.3)
    assert "transmission" not in amounts(window).small_print
    assert "not counted" in amounts(window).small_print


def test_delete_removes_the_selected_component(qtbot: QtBot, ready: MainWindow) -> None:
    id_ = select(ready, "S 2p")
    ready.selection.select_component("sulfite")
    ready.inspector.components.setFocus()
    QTest.keyClick(ready.inspector.components, Qt.Key.Key_Delete)
    ids = [c.id for c in ready.document.project.region(id_).components]
    assert "sulfite" not in ids
    assert len(ids) == 4


def test_delete_in_the_tree_removes_the_spectrum(ready: MainWindow) -> None:
    id_ = select(ready, "O 1s")
    entry = ready.document.project.region(id_).spectrum
    ready.tree.setFocus()
    QTest.keyClick(ready.tree, Qt.Key.Key_Delete)
    assert entry not in [e.id for e in ready.document.project.entries]
    assert ready.selection.entry is not None
    choose(ready, "undo")
    assert entry in [e.id for e in ready.document.project.entries]


def test_a_removal_can_be_undone_from_its_message_until_the_next_edit(ready: MainWindow) -> None:
    select(ready, "O 1s")
    before = ready.document.project
    choose(ready, "remove_region")
    (message,) = ready.messages.messages
    click(message.findChildren(QPushButton)[0])
    assert ready.document.project is before
    assert ready.messages.messages == []
    choose(ready, "redo")
    assert ready.messages.messages == []
    choose(ready, "undo")
    choose(ready, "remove_region")
    assert len(ready.messages.messages) == 1
    ready.editor.do(gestures.rename_sample, before.samples[0].name, "bare")
    assert ready.messages.messages == []


def test_a_failed_fit_is_no_longer_told_once_its_region_is_fitted(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path]
) -> None:
    open_files(qtbot, window, sample_files[:1])
    choose(window, "recipe argyrodite-s2p")
    sample = window.document.project.samples[0].name
    window.editor.do(gestures.set_manual_shift, sample, 60.0)
    fit_all(qtbot, window)
    assert [m.severity for m in window.messages.messages] == [Severity.ERROR]
    window.editor.do(gestures.set_manual_shift, sample, 0.4)
    assert window.messages.messages == []
    fit_all(qtbot, window)
    assert len(window.document.project.fits) == 1
    assert window.messages.messages == []


def test_removing_the_region_keeps_the_spectrum(ready: MainWindow) -> None:
    id_ = select(ready, "O 1s")
    entry = ready.document.project.region(id_).spectrum
    choose(ready, "remove_region")
    assert ready.document.project.region_of(entry) is None
    assert ready.document.project.entry(entry)


def test_a_sample_is_renamed_in_the_tree(ready: MainWindow) -> None:
    old = ready.document.project.samples[0].name
    model = ready.tree.model()
    assert model.setData(model.index(0, 0), "bare <b>NCM</b>")
    assert ready.document.project.samples[0].name == "bare <b>NCM</b>"
    choose(ready, "undo")
    assert ready.document.project.samples[0].name == old
    assert model.index(0, 0).data() == old


def test_a_sample_is_renamed_in_a_dialog(ready: MainWindow, dialogs: ScriptedDialogs) -> None:
    dialogs.texts = ["코팅 전"]
    choose(ready, "rename_sample")
    assert ready.document.project.samples[0].name == "코팅 전"


def test_clicking_a_spectrum_in_the_tree_shows_it(ready: MainWindow) -> None:
    entry = ready.document.project.entries[3]
    index = ready.tree.model().index(3, 0, ready.tree.model().index(0, 0))
    ready.tree.scrollTo(index)
    QTest.mouseClick(
        ready.tree.viewport(),
        Qt.MouseButton.LeftButton,
        pos=ready.tree.visualRect(index).center(),
    )
    assert ready.selection.entry is entry
    assert entry.label in ready.panel.title_text


def test_clicking_a_sample_shows_its_first_spectrum_and_leaves_the_sample_selected(
    ready: MainWindow,
) -> None:
    select(ready, "O 1s")
    second = ready.document.project.samples[1].name
    index = ready.tree.model().index(1, 0)
    ready.tree.scrollTo(index)
    QTest.mouseClick(
        ready.tree.viewport(),
        Qt.MouseButton.LeftButton,
        pos=ready.tree.visualRect(index).center(),
    )
    entry = ready.selection.entry
    assert entry is not None
    assert (entry.sample, entry.label) == (second, "S 2p")
    assert ready.tree.selected_sample == second
    choose(ready, "remove")
    assert [sample.name for sample in ready.document.project.samples] != [second]
    assert len(ready.document.project.samples) == 1


def test_the_badge_of_the_selected_spectrum_stands_out_from_its_row(
    qtbot: QtBot, ready: MainWindow
) -> None:
    fit_all(qtbot, ready)
    select(ready, "S 2p")
    badge = ready.tree.currentIndex().siblingAtColumn(2).data(Qt.ItemDataRole.DecorationRole)
    shown = badge.pixmap(12, QIcon.Mode.Selected).toImage()
    middle = shown.pixelColor(shown.width() // 2, shown.height() // 2)
    assert middle == ready.tree.palette().color(QPalette.ColorRole.HighlightedText)


def test_without_spectra_only_what_makes_sense_is_enabled(window: MainWindow) -> None:
    enabled = {a.objectName() for a in window.findChildren(QAction) if a.isEnabled()}
    assert {"new", "open", "example", "quit"} <= enabled
    assert not enabled & {"save", "fit", "fit_all", "export", "undo", "redo", "remove"}


def test_every_undo_brings_back_the_very_project_before_it(qtbot: QtBot, ready: MainWindow) -> None:
    fit_all(qtbot, ready)
    select(ready, "S 2p")
    choose(ready, "remove_region")
    stack = ready.document.stack
    seen = []
    while stack.canUndo():
        seen.append(ready.document.project)
        choose(ready, "undo")
    start = ready.document.project
    assert start.entries == ()
    for project in reversed(seen):
        choose(ready, "redo")
        assert ready.document.project is project


def test_opening_fits_what_the_library_reads(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path]
) -> None:
    open_files(qtbot, window, sample_files[:1])
    digests = [entry.spectrum.digest for entry in window.document.project.entries]
    assert digests == [spectrum.digest for spectrum in read(sample_files[0])]
