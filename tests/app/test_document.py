from pathlib import Path

from pytestqt.qtbot import QtBot

from app.session.document import Document
from tests.app.projects import opened
from xps.project import Project, Sample


def with_sample(project: Project, name: str) -> Project:
    return Project((*project.samples, Sample(name)), history=project.history)


def test_undo_brings_back_the_very_same_project(qtbot: QtBot) -> None:
    document = Document()
    start = document.project
    document.push(with_sample(start, "bare"), "Add bare")
    after = document.project
    document.stack.undo()
    assert document.project is start
    document.stack.redo()
    assert document.project is after


def test_every_edit_is_a_line_of_history_with_time_and_version(qtbot: QtBot) -> None:
    document = Document()
    document.push(with_sample(document.project, "bare"), "Add bare")
    (step,) = document.project.history
    assert step.text == "Add bare"
    assert step.version
    assert step.time.endswith("+00:00")


def test_edits_of_one_key_are_one_step_and_one_line_of_history(qtbot: QtBot) -> None:
    document = Document()
    start = document.project
    for name in ("a", "b", "c"):
        document.push(with_sample(start, name), f"Move to {name}", merge_key="move")
    assert document.stack.count() == 1
    assert document.stack.undoText() == "Move to c"
    assert [step.text for step in document.project.history] == ["Move to c"]
    assert document.project.samples[-1].name == "c"
    document.stack.undo()
    assert document.project is start


def test_edits_of_different_keys_stay_apart(qtbot: QtBot) -> None:
    document = Document()
    for key in ("center", "width", ""):
        document.push(with_sample(document.project, key or "none"), "Edit", merge_key=key)
    assert document.stack.count() == 3


def test_pushing_the_present_project_is_no_edit(qtbot: QtBot) -> None:
    document = Document()
    document.push(document.project, "Nothing")
    assert document.stack.count() == 0


def test_views_hear_of_every_change_once_with_old_and_new(qtbot: QtBot) -> None:
    document = Document()
    heard: list[tuple[Project, Project]] = []
    document.projectChanged.connect(lambda old, new: heard.append((old, new)))
    start = document.project
    document.push(with_sample(start, "bare"), "Add bare")
    document.stack.undo()
    assert [(old is start, new is start) for old, new in heard] == [(True, False), (False, True)]


def test_a_saved_document_is_clean_until_the_next_edit_and_again_after_its_undo(
    qtbot: QtBot, tmp_path: Path
) -> None:
    document = Document()
    document.push(with_sample(document.project, "bare"), "Add bare")
    assert document.is_modified
    document.mark_saved(tmp_path / "work.doublet")
    assert not document.is_modified
    assert document.name == "work.doublet"
    document.push(with_sample(document.project, "coated"), "Add coated")
    assert document.is_modified
    document.stack.undo()
    assert not document.is_modified


def test_another_document_cannot_be_undone_into_the_old_one(qtbot: QtBot) -> None:
    document = Document()
    document.push(with_sample(document.project, "bare"), "Add bare")
    other = opened()  # what holds no spectrum has no name
    document.replace(other, name="Example")
    assert document.project is other
    assert not document.stack.canUndo()
    assert document.name == "Example"


def test_what_views_tell_while_they_take_a_project_is_no_edit(qtbot: QtBot) -> None:
    document = Document()
    start = document.project
    document.projectChanged.connect(
        lambda _, new: document.push(with_sample(new, "typed"), "Typed before")
    )
    document.push(with_sample(start, "bare"), "Add bare")
    assert [sample.name for sample in document.project.samples] == ["bare"]
    document.stack.undo()
    assert document.project is start
    assert (document.stack.index(), document.stack.count()) == (0, 1)
