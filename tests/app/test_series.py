"""Amounts along a series: places typed, trends drawn and told, the figure."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from app.compare.compare_view import CompareView
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.user import LONG, amounts, choose, click, type_into_cell, worked_out
from tests.truth import argyrodite
from xps.analysis import apply_recipe, fit_project
from xps.comparison import compare
from xps.project import Project
from xps.recipe import load_recipe

CYCLES = (0.0, 5.0, 10.0, 20.0)
SERIES = "ALD cycles"
NAMES = tuple(f"pellet {cycles:g}" for cycles in CYCLES)


@cache
def fitted() -> Project:
    """Four samples whose sulfate falls with the number of cycles; nobody said how many."""
    truth = argyrodite(3_000.0, step=0.1)
    others = sum(peak.area for peak in truth.peaks if peak.name != "sulfate")
    spectra = []
    for number, (name, cycles) in enumerate(zip(NAMES, CYCLES, strict=True)):
        share = 0.12 - 0.004 * cycles
        sample = truth.with_area("sulfate", others * share / (1.0 - share))
        spectra.append(sample.spectrum((3, number), sample=name))
    project, _ = apply_recipe(Project().with_spectra(tuple(spectra)), load_recipe("argyrodite-s2p"))
    return fit_project(project).project


def placed() -> Project:
    samples = (
        replace(sample, series=((SERIES, cycles),))
        for sample, cycles in zip(fitted().samples, CYCLES, strict=True)
    )
    return replace(fitted(), samples=tuple(samples))


def pick(combo: QComboBox, text: str) -> None:
    """Choose from a list with the keys, as a person does: that activates it."""
    combo.setFocus()
    combo.showPopup()
    view = combo.view()
    row = combo.findText(text)
    assert row >= 0, text
    QTest.mouseClick(
        view.viewport(),
        Qt.MouseButton.LeftButton,
        pos=view.visualRect(combo.model().index(row, 0)).center(),
    )
    combo.window().activateWindow()
    QApplication.processEvents()
    worked_out(combo.window().results)


@pytest.fixture
def view(window: MainWindow) -> CompareView:
    """The comparison of samples whose places are known."""
    window.document.replace(placed())
    choose(window, "show_comparison")
    pick(window.results.compare.series, SERIES)
    return window.results.compare


def cells_of(view: CompareView) -> dict[str, list[str]]:
    worked_out(view)
    table = view.table
    rows = [
        [(table.item(row, c).text() if table.item(row, c) else "") for c in range(4)]
        for row in range(table.rowCount())
    ]
    return {row[0].split("  ")[-1]: row[1:] for row in rows}


def test_places_are_typed_in_a_new_series_each_as_a_step(
    window: MainWindow, dialogs: ScriptedDialogs
) -> None:
    window.document.replace(fitted())
    choose(window, "show_comparison")
    view = window.results.compare
    dialogs.texts = [SERIES]
    pick(view.series, "New series…")
    assert dialogs.asked == ["New series: ALD cycles"]
    assert view.chosen_series == SERIES
    for name, cycles in zip(NAMES, ("0", "5", "10,0", "20"), strict=True):
        type_into_cell(view.samples, view.samples.place_index(name), cycles)
    worked_out(view)
    project = window.document.project
    assert [dict(s.series)[SERIES] for s in project.samples] == list(CYCLES)
    assert window.document.stack.undoText() == "Set ALD cycles of pellet 20 to 20"
    assert len(view.series_plots.plots) == 1
    choose(window, "undo")
    assert view.samples.place_index(NAMES[3]).data() == ""
    assert view.samples.place_index(NAMES[2]).data() == "10"


def test_a_new_series_asks_for_its_numbers(window: MainWindow, dialogs: ScriptedDialogs) -> None:
    window.document.replace(fitted())
    choose(window, "show_comparison")
    dialogs.texts = [SERIES]
    pick(window.results.compare.series, "New series…")
    text = window.results.compare.notes_text
    assert text == "Type the number of each sample under ALD cycles, at the left."


def test_enter_goes_on_to_the_sample_below(window: MainWindow, view: CompareView) -> None:
    table = view.samples
    type_into_cell(table, table.place_index(NAMES[0]), "1")
    for number in ("2", "3", "4"):
        QTest.keyClicks(table, number)
        QTest.keyClick(table.viewport().findChild(QLineEdit), Qt.Key.Key_Return)
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    project = window.document.project
    assert [dict(s.series)[SERIES] for s in project.samples] == [1.0, 2.0, 3.0, 4.0]
    assert table.currentIndex() == table.place_index(NAMES[3])


def test_what_is_no_number_is_refused(window: MainWindow, view: CompareView) -> None:
    type_into_cell(view.samples, view.samples.place_index(NAMES[1]), "five")
    assert "“five” is not a number" in window.messages.text
    assert view.samples.place_index(NAMES[1]).data() == "5"


def test_a_sample_is_taken_out_of_the_series(window: MainWindow, view: CompareView) -> None:
    type_into_cell(view.samples, view.samples.place_index(NAMES[1]), " ")
    worked_out(view)
    assert window.document.project.sample(NAMES[1]).series == ()
    assert window.document.stack.undoText() == "Take pellet 5 out of the series ALD cycles"
    assert view.series_plots.plots[0].points[0].xData.tolist() == [0.0, 10.0, 20.0]


def test_points_lines_and_bands_are_those_of_the_comparison(view: CompareView) -> None:
    (plot,) = view.series_plots.plots
    assert plot.letters == ["A", "B", "C", "D", "E"]
    trends = compare(placed(), NAMES[0], series=SERIES).trends
    straight = [trend for trend in trends if trend.is_straight]
    assert len(plot.lines) == len(plot.bands) == len(straight) > 0
    for trend, line in zip(straight, plot.lines, strict=True):
        x, y = line.getData()
        assert y == pytest.approx(100.0 * trend.line(x)[0])
    colors = {line.opts["pen"].color().name() for line in plot.lines}
    assert len(colors) == len(straight)


def test_trends_stand_with_error_and_corrected_p(view: CompareView) -> None:
    trends = compare(placed(), NAMES[0], series=SERIES).trends
    sulfate = next(trend for trend in trends if trend.quantity.species == "sulfate")
    slope, p_value, straight = cells_of(view)["sulfate SO₄²⁻"]
    value, error = (float(part.replace("−", "-")) for part in slope.split(" ± "))
    assert value == pytest.approx(100.0 * sulfate.slope, abs=0.006)
    assert sulfate.stderr is not None
    assert error == pytest.approx(100.0 * sulfate.stderr, rel=0.05)
    assert p_value == "✓ < 0.001"
    assert sulfate.misfit_p_value is not None
    assert float(straight) == pytest.approx(sulfate.misfit_p_value, rel=0.06)
    tip = view.table.item(5, 1).toolTip()
    assert "for a step of 1 in ALD cycles" in tip
    assert "significant at 5 %" in tip
    assert view.notes_text.startswith("counting statistics only")


def test_the_plot_tells_itself_to_screen_readers(view: CompareView) -> None:
    text = view.series_plots.accessibleDescription()
    assert text.startswith("S 2p along ALD cycles: ")
    assert "sulfate SO₄²⁻" in text
    assert " at 20" in text


def test_two_places_have_no_trend_and_say_so(view: CompareView) -> None:
    for name in NAMES[2:]:
        cell = view.samples.shown_index(name)
        middle = view.samples.visualRect(cell).center()
        QTest.mouseClick(view.samples.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    worked_out(view)
    assert "a trend needs 3 places of ALD cycles or more" in view.notes_text
    assert view.series_plots.plots[0].bands == []
    assert cells_of(view)["sulfate SO₄²⁻"] == ["", "", ""]


def test_without_a_series_the_spectra_come_back(view: CompareView) -> None:
    assert not view.panels.isVisible()
    assert not view.base.isEnabled()
    pick(view.series, "No series")
    assert view.panels.isVisible()
    assert view.base.isEnabled()
    assert view.samples.isColumnHidden(3)
    assert view.figure.kind.currentText() == "Spectra"


def test_the_figure_of_the_series_is_exported(
    qtbot: QtBot, window: MainWindow, view: CompareView, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    dialogs.to_save = [tmp_path / "series.svg"]
    assert view.figure.kind.currentText() == "Along ALD cycles"
    with qtbot.waitSignal(window.files.exported, timeout=LONG):
        click(view.figure.button)
    text = (tmp_path / "series.svg").read_text("utf-8")
    assert SERIES in text
    assert "Share of the area / %" in text


def test_trends_are_copied_as_text(view: CompareView) -> None:
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    header, *rows = QApplication.clipboard().text().splitlines()
    assert header.split("\t") == [
        "Species",
        "slope of share / % per 1 of ALD cycles",
        "p (Holm)",
        "p (line)",
    ]
    assert len(rows) == 6
    assert all(len(row.split("\t")) == 4 for row in rows)


def profile() -> Project:
    """The same spectra as depths of one pit, at one position."""
    project = fitted()
    entries = tuple(
        replace(
            e,
            spectrum=e.spectrum.with_(
                sample="pit", series=(("Depth / nm", 2.0 * n), ("X / mm", 5.0))
            ),
        )
        for n, e in enumerate(project.entries)
    )
    return replace(project, samples=(replace(project.samples[0], name="pit"),), entries=entries)


def test_depths_of_one_sample_are_compared_by_what_differs(window: MainWindow) -> None:
    window.document.replace(profile())
    choose(window, "show_comparison")
    view = window.results.compare
    worked_out(view)
    names = [f"pit, Depth / nm = {depth}" for depth in (0, 2, 4, 6)]
    assert [view.base.itemText(i) for i in range(view.base.count())] == names
    (column,) = view.panels.grid
    assert [panel.name.split("  (")[0] for panel in column] == names
    assert len(cells_of(view)) == 6
    assert "no fitted sample" not in view.notes_text.casefold()
    assert [view.series.itemText(i) for i in range(view.series.count())] == [
        "No series",
        "Depth / nm",
        "New series…",
    ]


def test_depths_are_quantified_one_by_one(window: MainWindow) -> None:
    window.document.replace(profile())
    choose(window, "show_quantities")
    header, *_ = amounts(window).as_tsv().splitlines()
    assert header.split("\t")[1::2] == [
        f"pit, Depth / nm = {depth}: share / %" for depth in (0, 2, 4, 6)
    ]


def test_depths_of_one_sample_are_its_own_places(window: MainWindow) -> None:
    window.document.replace(profile())
    choose(window, "show_comparison")
    view = window.results.compare
    pick(view.series, "Depth / nm")
    index = view.samples.place_index("pit")
    assert index.data() == "0 … 6"
    assert not index.flags() & Qt.ItemFlag.ItemIsEditable
    assert view.series_plots.plots[0].points[0].xData.tolist() == [0.0, 2.0, 4.0, 6.0]
