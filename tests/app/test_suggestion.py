from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.gestures.gestures import short_name
from app.models.suggestion_view import SuggestionView
from app.window import MainWindow
from tests.app.projects import fitted, opened
from tests.app.user import LONG, choose, click, open_files
from xps.errors import FitError
from xps.project import Entry, Project
from xps.sample_models import SampleSuggestion, suggest_model
from xps.suggested import NO_REFERENCE, Suggestion

BARE = "Bare NCM (simulated)"


def carbon_of(project: Project) -> Entry:
    """C 1s of the first sample."""
    return next(entry for entry in project.entries if entry.label == "C 1s")


@pytest.fixture(scope="module")
def found() -> SampleSuggestion:
    """What the data of C 1s support."""
    return suggest_model(fitted(), carbon_of(fitted()).id)


@pytest.fixture
def view(
    qtbot: QtBot, window: MainWindow, found: SampleSuggestion, monkeypatch: pytest.MonkeyPatch
) -> SuggestionView:
    """The preview of a suggestion that was found before."""
    monkeypatch.setattr("xps.sample_models.suggest_model", lambda *_, **__: found)
    window.document.replace(fitted())
    window.selection.select_entry(carbon_of(fitted()).id)
    with qtbot.waitSignal(window.suggesting.opened, timeout=LONG):
        click(window.inspector.suggest_button)
    return window.suggesting.view


def test_the_search_runs_off_this_thread_and_previews_what_it_finds(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.document.replace(fitted())
    window.selection.select_entry(carbon_of(fitted()).id)
    before = window.document.project
    with qtbot.waitSignal(window.suggesting.opened, timeout=LONG):
        choose(window, "suggest")
        assert [job.title for job in window.jobs.running] == [f"Search models for C 1s of {BARE}"]
    assert window.document.project is before, "a preview changes nothing"
    assert window.results.currentWidget() is window.suggesting.view
    assert window.marks.preview_names == ["graphitic C", "C–C / C–H", "C–O", "carbonate"]
    assert window.suggesting.view.title == f"C 1s of {BARE}: 4 components are supported"


def test_each_step_is_explained_in_one_line(
    window: MainWindow, view: SuggestionView, found: SampleSuggestion
) -> None:
    assert found.suggestion is not None
    for step in found.suggestion.steps:
        assert f"✓  {step.text}" in view.reasons or f"✕  {step.text}" in view.reasons
    for refusal in found.suggestion.refused:
        assert refusal.reason in view.reasons
    assert all("\n" not in reason for reason in view.reasons)


def test_other_models_say_what_they_have_instead(
    view: SuggestionView, found: SampleSuggestion
) -> None:
    assert found.suggestion is not None
    named = [
        {short_name(component.name) for component in model.region.components}
        for model in found.suggestion.models
    ]
    best, *others = (
        set(re.split(", | *with(?:out)? ", view.models.topLevelItem(row).text(0))) - {""}
        for row in range(len(named))
    )
    assert best == named[0]
    assert others
    for said, names in zip(others, named[1:], strict=True):
        assert said == names ^ named[0]


def test_taking_it_makes_the_region_and_fits_it(
    qtbot: QtBot, window: MainWindow, view: SuggestionView, found: SampleSuggestion
) -> None:
    assert found.suggestion is not None
    entry = carbon_of(fitted())
    with qtbot.waitSignal(window.analysis.fitted, timeout=LONG):
        click(view.take_button)
    region = window.document.project.region_of(entry.id)
    assert region is not None
    model = found.suggestion.models[0]
    assert tuple(c.id for c in region.components) == model.keys
    assert region.window_ev == model.region.window_ev
    assert window.document.project.is_fresh(region.id)
    assert window.results.indexOf(view) < 0
    assert window.marks.preview_names == []
    choose(window, "undo")
    assert window.document.stack.undoText() == f"Take the suggested model for C 1s of {BARE}"
    choose(window, "undo")
    assert window.document.project.region_of(entry.id) is None


def test_leaving_it_changes_nothing(window: MainWindow, view: SuggestionView) -> None:
    before = window.document.project
    click(view.leave_button)
    assert window.document.project is before
    assert window.marks.preview_names == []
    assert window.results.currentWidget() is window.results.quantify


def test_keys_take_and_leave(qtbot: QtBot, window: MainWindow, view: SuggestionView) -> None:
    assert window.focusWidget() is view.models
    QTest.keyClick(view.models, Qt.Key.Key_Down)
    assert window.marks.preview_names[-1] == "CF₂"
    QTest.keyClick(view.models, Qt.Key.Key_Escape)
    assert window.results.indexOf(view) < 0
    with qtbot.waitSignal(window.suggesting.opened, timeout=LONG):
        choose(window, "suggest")
    with qtbot.waitSignal(window.analysis.fitted, timeout=LONG):
        QTest.keyClick(view.models, Qt.Key.Key_Return)
    assert window.document.project.region_of(carbon_of(fitted()).id) is not None


def test_the_preview_is_of_its_spectrum_alone(window: MainWindow, view: SuggestionView) -> None:
    project = window.document.project
    carbon = carbon_of(project)
    other = next(entry for entry in project.entries if entry.label == "O 1s")
    window.selection.select_entry(other.id)
    assert window.marks.preview_names == []
    window.selection.select_entry(carbon.id)
    assert len(window.marks.preview_names) == 4


def test_a_preview_of_what_is_removed_goes_too(window: MainWindow, view: SuggestionView) -> None:
    project = window.document.project
    window.document.push(project.without_entry(carbon_of(project).id), "Remove it")
    assert not window.suggesting.is_open
    assert window.results.indexOf(view) < 0


def test_a_search_can_be_cancelled(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path]
) -> None:
    open_files(qtbot, window, sample_files)
    window.selection.select_entry(carbon_of(window.document.project).id)
    choose(window, "suggest")
    with qtbot.waitSignal(window.jobs.idle, timeout=LONG):
        choose(window, "cancel")
    assert not window.suggesting.is_open
    assert window.messages.text == ""


def test_a_search_that_fails_says_why(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> SampleSuggestion:
        raise FitError("no candidate can be there", "check the window")

    monkeypatch.setattr("xps.sample_models.suggest_model", fail)
    window.document.replace(fitted())
    with qtbot.waitSignal(window.jobs.idle, timeout=LONG):
        choose(window, "suggest")
    assert "No model could be suggested: no candidate can be there" in window.messages.text


def test_a_sample_without_an_energy_scale_gets_that_of_the_suggestion() -> None:
    from app.gestures.suggestion_gestures import take_model

    project = opened()
    carbon = carbon_of(project)
    found = suggest_model(project, carbon.id)
    assert found.suggestion is not None
    assert found.charge.is_set
    taken = take_model(project, carbon.id, found.suggestion.models[0], found.charge).project
    assert taken.charge_of(carbon.id) == found.charge
    region = taken.region_of(carbon.id)
    assert region is not None
    assert region.spectrum == carbon.id


@pytest.mark.parametrize(
    ("notes", "said"),
    [((), "stands out of the noise"), ((NO_REFERENCE,), "Set the charge reference first")],
)
def test_why_nothing_was_found_is_said_first(
    window: MainWindow, notes: tuple[str, ...], said: str
) -> None:
    view = window.suggesting.view
    view.show_suggestion(
        "Al 2p of foil", Suggestion("Al 2p", (), (), (), (), 0.01, 100.0, 1.0, notes)
    )
    assert said in view.title
    assert not view.take_button.isEnabled()
