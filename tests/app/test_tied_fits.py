"""Samples whose amounts are tied are fitted, taken and undone as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.fitting.fit_merge import merge_fits
from app.gestures.gestures import set_value
from app.window import MainWindow
from tests.app.projects import opened, region_id
from tests.app.user import LONG, choose, open_files
from xps.analysis import apply_recipe, fit_project
from xps.model import Ref
from xps.project import Project
from xps.recipe import load_recipe


@pytest.fixture
def tied(qtbot: QtBot, window: MainWindow, sample_files: list[Path]) -> MainWindow:
    """A window with two samples under the recipe of tied amounts, not fitted yet."""
    open_files(qtbot, window, sample_files)
    choose(window, "recipe cathode-linked")
    return window


def of_sample(project: Project, sample: int) -> list[str]:
    name = project.samples[sample].name
    return [r.id for r in project.regions if project.entry(r.spectrum).sample == name]


def fresh(project: Project) -> set[str]:
    return {region.id for region in project.regions if project.is_fresh(region.id)}


def fit_selected(qtbot: QtBot, window: MainWindow, region: str) -> None:
    window.selection.select_entry(window.document.project.region(region).spectrum)
    with qtbot.waitSignal(window.analysis.fitted, timeout=LONG):
        choose(window, "fit")


def test_f5_on_one_region_fits_its_sample_as_one_undo_step(qtbot: QtBot, tied: MainWindow) -> None:
    before = tied.document.project
    ours, others = of_sample(before, 0), of_sample(before, 1)
    assert len(ours) == 4
    fit_selected(qtbot, tied, region_id(before, "O 1s"))
    after = tied.document.project
    assert fresh(after) == set(ours)
    assert tied.document.stack.undoText() == "Fit 4 regions"
    assert not tied.document.failures
    assert sum(len(fit.ties) for fit in after.fits) > 2
    assert all(after.region(id_) == before.region(id_) for id_ in others)
    choose(tied, "undo")
    assert tied.document.project is before


def test_f5_after_an_edit_renews_the_fits_of_the_whole_sample(
    qtbot: QtBot, tied: MainWindow
) -> None:
    oxygen = region_id(tied.document.project, "O 1s")
    fit_selected(qtbot, tied, oxygen)
    fitted = tied.document.project
    edit = set_value(fitted, oxygen, Ref("lattice_o", "fwhm"), 1.3)
    tied.document.push(edit.project, edit.text)
    edited = tied.document.project
    fit_selected(qtbot, tied, region_id(edited, "S 2p"))
    after = tied.document.project
    assert fresh(after) == set(of_sample(after, 0))
    for id_ in of_sample(after, 0):
        assert after.fit_of(id_) is not fitted.fit_of(id_)
    choose(tied, "undo")
    assert tied.document.project is edited


def test_fits_made_together_are_taken_together_or_not_at_all() -> None:
    before, _ = apply_recipe(opened(), load_recipe("cathode-linked"))
    after = fit_project(before).project
    changed = region_id(before, "C 1s")
    present = set_value(before, changed, Ref("hydrocarbon", "center"), 284.6).project
    merged = merge_fits(present, before, after)
    assert set(merged.dropped) == set(of_sample(before, 0))
    assert set(merged.taken) == set(of_sample(before, 1))
    assert merged.project.sample(before.samples[0].name) == present.samples[0]
