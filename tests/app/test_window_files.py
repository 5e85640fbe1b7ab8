from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.settings import Settings
from app.widgets.message_bar import Severity
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.user import LONG, amounts, choose, click, drop, fit_all, open_files, told
from xps.errors import SessionError
from xps.session import load, save


def labels(window: MainWindow) -> list[str]:
    return [f"{entry.sample}: {entry.label}" for entry in window.document.project.entries]


def test_files_chosen_in_the_dialog_are_opened(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, sample_files: list[Path]
) -> None:
    dialogs.to_open = [sample_files]
    with qtbot.waitSignal(window.files.opened, timeout=LONG):
        click(window.welcome.open_button)
    assert len(window.document.project.samples) == 2
    assert any(label.endswith("S 2p") for label in labels(window))
    assert window.stack.currentWidget() is window.panel
    assert window.tree.isVisible()


def test_the_open_shortcut_asks_for_files(window: MainWindow, dialogs: ScriptedDialogs) -> None:
    dialogs.to_open = [[]]
    QTest.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert dialogs.asked == ["Open"]


def test_dropped_files_are_opened(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path]
) -> None:
    with qtbot.waitSignal(window.files.opened, timeout=LONG):
        drop(window, sample_files)
    assert len(window.document.project.samples) == 2


@pytest.mark.parametrize("place", ["plot", "tree", "field", "table"])
def test_files_can_be_dropped_anywhere(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path], place: str
) -> None:
    open_files(qtbot, window, sample_files[:1])
    places = {
        "plot": window.panel.plot.canvas.viewport(),
        "tree": window.tree.viewport(),
        "field": window.inspector.charge.shift,
        "table": window.inspector.components.viewport(),
    }
    with qtbot.waitSignal(window.files.opened, timeout=LONG):
        drop(window, sample_files[1:], places[place])
    assert len(window.document.project.samples) == 2


def test_a_dropped_folder_gives_the_spectra_inside(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path]
) -> None:
    with qtbot.waitSignal(window.files.opened, timeout=LONG):
        drop(window, [sample_files[0].parent])
    assert len(window.document.project.samples) == 2


def test_broken_files_are_named_in_one_message_and_never_stop_the_others(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path], tmp_path: Path
) -> None:
    empty, binary, gone = tmp_path / "empty.vms", tmp_path / "binary.csv", tmp_path / "gone.txt"
    empty.write_bytes(b"")
    binary.write_bytes(bytes(range(256)) * 50)
    open_files(qtbot, window, [empty, sample_files[0], binary, gone, sample_files[1]])
    assert len(window.document.project.samples) == 2
    errors = told(window, Severity.ERROR)
    assert len(errors) == 1
    assert "3 of 5 files could not be opened" in errors[0]
    for path in (empty, binary, gone):
        assert path.name in errors[0]


def test_what_was_opened_is_shown(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path]
) -> None:
    open_files(qtbot, window, sample_files[:1])
    open_files(qtbot, window, sample_files[1:])
    entry = window.selection.entry
    assert entry is not None
    assert entry.sample == window.document.project.samples[1].name


def test_opening_the_same_file_again_adds_nothing(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path]
) -> None:
    open_files(qtbot, window, sample_files)
    before = window.document.project
    open_files(qtbot, window, sample_files[:1])
    assert window.document.project is before
    assert "Already open" in window.messages.text


def test_opening_is_one_undo_step_with_its_text(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path]
) -> None:
    start = window.document.project
    open_files(qtbot, window, sample_files)
    undo = window.findChild(QAction, "undo")
    assert undo is not None
    assert undo.text() == "&Undo Open 2 files"
    choose(window, "undo")
    assert window.document.project is start
    assert window.welcome.isVisible()


def test_an_analysis_is_saved_and_opened_again_bit_for_bit(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: ScriptedDialogs,
    sample_files: list[Path],
    tmp_path: Path,
) -> None:
    open_files(qtbot, window, sample_files)
    choose(window, "recipe cathode")
    fit_all(qtbot, window)
    before = window.document.project
    table = amounts(window).as_tsv()
    assert "PS₄³⁻" in table
    path = tmp_path / "결과 (1).doublet"
    dialogs.to_save = [path]
    assert window.isWindowModified()
    choose(window, "save")
    assert not window.isWindowModified()
    assert path.name in window.windowTitle()
    choose(window, "new")
    assert not window.document.project.entries
    open_files(qtbot, window, [path])
    after = window.document.project
    assert after.regions == before.regions
    assert [fit.fingerprint for fit in after.fits] == [fit.fingerprint for fit in before.fits]
    assert after.history == before.history
    assert all(after.is_fresh(region.id) for region in after.regions)
    assert amounts(window).as_tsv() == table
    assert not window.isWindowModified()


def test_the_title_has_a_star_while_changes_are_unsaved(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path]
) -> None:
    assert not window.isWindowModified()
    open_files(qtbot, window, sample_files)
    assert window.isWindowModified()
    assert "[*]" in window.windowTitle()
    choose(window, "undo")
    assert not window.isWindowModified()


@pytest.mark.parametrize("ending", ["", ".doublet", ".zip"])
def test_a_session_always_ends_with_doublet(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: ScriptedDialogs,
    sample_files: list[Path],
    tmp_path: Path,
    ending: str,
) -> None:
    open_files(qtbot, window, sample_files)
    dialogs.to_save = [tmp_path / f"work{ending}"]
    choose(window, "save_as")
    saved = window.document.path
    assert saved is not None
    assert saved.suffix == ".doublet"
    assert load(saved).entries


def test_closing_asks_what_becomes_of_changes_and_can_be_cancelled(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, sample_files: list[Path]
) -> None:
    open_files(qtbot, window, sample_files)
    dialogs.save_answers = ["cancel"]
    assert not window.close()
    assert window.isVisible()
    assert dialogs.asked == ["save Untitled?"]


def test_closing_with_save_saves(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: ScriptedDialogs,
    sample_files: list[Path],
    tmp_path: Path,
) -> None:
    open_files(qtbot, window, sample_files)
    dialogs.save_answers = ["save"]
    dialogs.to_save = [tmp_path / "work.doublet"]
    assert window.close()
    assert load(tmp_path / "work.doublet").entries


def test_closing_with_discard_saves_nothing(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, sample_files: list[Path]
) -> None:
    open_files(qtbot, window, sample_files)
    dialogs.save_answers = ["discard"]
    assert window.close()


def test_closing_without_changes_asks_nothing(window: MainWindow, dialogs: ScriptedDialogs) -> None:
    assert window.close()
    assert dialogs.asked == []


def test_a_save_that_fails_leaves_a_recovery_copy_and_says_where(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: ScriptedDialogs,
    sample_files: list[Path],
    tmp_path: Path,
    recovery: Path,
) -> None:
    open_files(qtbot, window, sample_files)
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("in the way", "utf-8")
    dialogs.to_save = [blocked / "work.doublet"]
    choose(window, "save")
    assert window.isWindowModified()
    (copy,) = recovery.glob("*.doublet")
    (message,) = window.messages.messages
    assert message.severity is Severity.ERROR
    assert "Not saved" in message.text
    assert str(copy) in message.text
    assert load(copy).entries[0].spectrum.digest == (
        window.document.project.entries[0].spectrum.digest
    )


def test_a_save_that_succeeds_takes_the_failure_before_it_back(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: ScriptedDialogs,
    sample_files: list[Path],
    tmp_path: Path,
) -> None:
    open_files(qtbot, window, sample_files)
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("in the way", "utf-8")
    dialogs.to_save = [blocked / "work.doublet", tmp_path / "work.doublet"]
    choose(window, "save")
    choose(window, "save_as")
    assert window.messages.text == "Saved work.doublet"


def test_where_not_even_a_copy_can_be_written_the_message_says_so(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: ScriptedDialogs,
    sample_files: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_files(qtbot, window, sample_files)

    def full(path: Path, project: object) -> None:
        raise SessionError("the disk is full", "free some space", path=path)

    monkeypatch.setattr("xps.session.save", full)
    dialogs.to_save = [tmp_path / "work.doublet"]
    choose(window, "save")
    assert "the disk is full" in window.messages.text
    assert "could not be written either" in window.messages.text


def test_a_session_opened_over_changes_asks_first(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: ScriptedDialogs,
    sample_files: list[Path],
    tmp_path: Path,
) -> None:
    open_files(qtbot, window, sample_files)
    session = tmp_path / "other.doublet"
    save(session, window.document.project)
    dialogs.save_answers = ["cancel"]
    before = window.document.project
    drop(window, [session])
    assert dialogs.asked == ["save Untitled?"]
    assert window.document.project is before
    assert not window.jobs.running


def test_a_damaged_session_is_refused_and_the_document_stays(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.doublet"
    broken.write_bytes(b"PK\x03\x04 nothing of a session")
    before = window.document.project
    open_files(qtbot, window, [broken])
    assert window.document.project is before
    assert "broken.doublet" in window.messages.text


def test_recent_files_are_listed_and_missing_ones_greyed_not_removed(
    qtbot: QtBot, window: MainWindow, settings: Settings, sample_files: list[Path]
) -> None:
    open_files(qtbot, window, sample_files)
    sample_files[0].unlink()
    choose(window, "undo")
    assert set(settings.recent_files) == set(sample_files)
    buttons = {b.accessibleName(): b for b in window.welcome.recent_buttons}
    assert not buttons[f"Open {sample_files[0].name}"].isEnabled()
    assert buttons[f"Open {sample_files[1].name}"].isEnabled()
    with qtbot.waitSignal(window.files.opened, timeout=LONG):
        click(buttons[f"Open {sample_files[1].name}"])
    assert len(window.document.project.samples) == 1


def test_names_from_files_are_never_taken_for_markup(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    hostile = tmp_path / "x.csv"
    rows = "\n".join(f"{160 + i * 0.1:.1f},{1000 + i}" for i in range(20))
    hostile.write_text(
        f"Sample: <b>bold</b> & <img src=x>\nBinding Energy (eV),Counts\n{rows}\n", "utf-8"
    )
    open_files(qtbot, window, [hostile])
    for label in window.findChildren(QLabel):
        if "<b>" in label.text():
            assert label.textFormat() is Qt.TextFormat.PlainText
    assert "<b>" in window.panel.title_text
    tip = window.tree.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "<b>" not in tip
    assert "&lt;b&gt;" in tip


def test_the_title_names_the_example_only_while_it_is_there(
    qtbot: QtBot, window: MainWindow
) -> None:
    with qtbot.waitSignal(window.analysis.fitted, timeout=LONG):
        click(window.welcome.example_button)
    assert "xample" in window.windowTitle()
    window.document.stack.setIndex(0)
    assert window.windowTitle().startswith("Untitled")
    choose(window, "redo")
    assert "xample" in window.windowTitle()
