"""Sweeps of one spectrum, summed and aligned from the menus."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.window import MainWindow
from tests.app.test_take_back import choose_in_tree, index_of
from tests.app.user import choose, click, fit_all
from tests.truth import argyrodite
from xps.analysis import apply_recipe
from xps.project import Project
from xps.recipe import load_recipe
from xps.spectrum import Spectrum

SHIFTS = (0.0, 0.2, -0.3)
TRUTH = argyrodite(3000.0, step=0.1)


def sweeps() -> tuple[Spectrum, ...]:
    spectra = []
    for number, shift in enumerate(SHIFTS):
        moved = replace(TRUTH, low=TRUTH.low - shift, high=TRUTH.high - shift)
        counts = moved.counts((5, number))
        one = TRUTH.spectrum(None, sample="pellet", name=f"S 2p sweep {number + 1}")
        spectra.append(one.with_(intensity=counts))
    return tuple(spectra)


@pytest.fixture
def measured(window: MainWindow) -> MainWindow:
    """A window with three sweeps, and a spectrum that stands alone."""
    alone = TRUTH.spectrum(9, sample="pellet", core_level="P 2p")
    window.document.replace(Project().with_spectra((*sweeps(), alone)))
    QApplication.processEvents()
    return window


def is_enabled(window: MainWindow, name: str) -> bool:
    action = window.findChild(QAction, name)
    assert action is not None
    return action.isEnabled()


def test_sweeps_are_summed_from_the_tree(measured: MainWindow) -> None:
    before = measured.document.project
    choose_in_tree(measured, "s1", "Sum sweeps")
    project = measured.document.project
    assert [e.id for e in project.entries] == ["s4", "s0", "s1", "s2", "s3"]
    assert project.entries[1:] == before.entries
    summed = project.entry("s4").spectrum
    np.testing.assert_array_equal(summed.intensity, sum(s.intensity for s in sweeps()))
    assert measured.selection.entry is project.entry("s4")
    assert measured.document.stack.undoText() == "Sum 3 sweeps of S 2p of pellet"
    assert index_of(measured, "s4").data() == "S 2p Σ3"
    choose(measured, "undo")
    assert measured.document.project is before


def test_aligned_sweeps_tell_their_shifts_with_errors(measured: MainWindow) -> None:
    measured.selection.select_entry("s0")
    choose(measured, "align_sweeps")
    text = measured.document.stack.undoText()
    head = "Align and sum 3 sweeps of S 2p of pellet, shifted by "
    assert text.startswith(head)
    told = [part.split(" ± ") for part in text.removeprefix(head).removesuffix(" eV").split(", ")]
    for (value, error), shift in zip(told, SHIFTS[1:], strict=True):
        assert float(value.replace("−", "-")) == pytest.approx(shift, abs=4.0 * float(error))
    tip = measured.tree.model().data(index_of(measured, "s4"), 3)  # Qt.ItemDataRole.ToolTipRole
    assert "S 2p sweep 2: shifted by 0." in tip
    assert measured.document.project.history[-1].text == text


def test_the_region_goes_over_to_the_sum(qtbot: QtBot, measured: MainWindow) -> None:
    project = measured.document.project
    fitted = apply_recipe(project, load_recipe("argyrodite-s2p"), ["s0", "s1", "s2"])[0]
    measured.document.replace(fitted)
    fit_all(qtbot, measured)
    measured.selection.select_entry("s1")
    choose(measured, "align_sweeps")
    project = measured.document.project
    assert [region.spectrum for region in project.regions] == ["s4"]
    assert project.fits == ()
    fit_all(qtbot, measured)
    assert len(measured.document.project.fits) == 1


def test_a_recipe_takes_the_sum_alone(measured: MainWindow) -> None:
    measured.selection.select_entry("s0")
    choose(measured, "sum_sweeps")
    choose(measured, "recipe argyrodite-s2p")
    assert [region.spectrum for region in measured.document.project.regions] == ["s4"]


@pytest.mark.parametrize(("entry_id", "enabled"), [("s0", True), ("s3", False)])
def test_only_sweeps_can_be_summed(measured: MainWindow, entry_id: str, enabled: bool) -> None:
    measured.selection.select_entry(entry_id)
    assert is_enabled(measured, "sum_sweeps") is enabled
    assert is_enabled(measured, "align_sweeps") is enabled


def test_what_cannot_be_aligned_says_why_and_changes_nothing(window: MainWindow) -> None:
    weak = [TRUTH.with_tallest(3.0).spectrum(n, sample="pellet") for n in range(2)]
    window.document.replace(Project().with_spectra(tuple(weak)))
    window.selection.select_entry("s0")
    before = window.document.project
    choose(window, "align_sweeps")
    assert window.document.project is before
    assert "too little to tell how far they moved" in window.messages.text
    assert "sum them without aligning" in window.messages.text


def test_sweeps_that_drifted_are_offered_to_be_aligned(qtbot: QtBot, measured: MainWindow) -> None:
    before = measured.document.project
    measured.selection.select_entry("s1")
    choose(measured, "sum_sweeps")
    assert "differ by more than counts scatter" in measured.messages.text
    (button,) = [b for b in measured.messages.findChildren(QPushButton) if b.isVisible()]
    assert button.text() == "Align and sum"
    click(button)
    assert measured.document.stack.undoText().startswith("Align and sum 3 sweeps")
    assert measured.messages.text == ""
    choose(measured, "undo")
    assert measured.document.project is before


def test_sweeps_that_agree_are_summed_without_a_word(window: MainWindow) -> None:
    same = [TRUTH.spectrum(n, sample="pellet") for n in range(3)]
    window.document.replace(Project().with_spectra(tuple(same)))
    window.selection.select_entry("s0")
    choose(window, "sum_sweeps")
    assert window.messages.text == ""
