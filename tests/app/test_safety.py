"""Work survives: recovery files, the offer to restore, locks, and files changed elsewhere."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.dialogs import OverwriteAnswer
from app.session.autosave import DELAY_MS
from app.session.recovery import Recovery, recoveries
from app.widgets.message_bar import Message
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.projects import fitted as fitted_project
from tests.app.user import LONG, choose, open_files
from xps.file_lock import FileLock, holder_in, lock_path
from xps.session import load, save, to_bytes


@pytest.fixture
def session(tmp_path: Path) -> Path:
    path = tmp_path / "시료 하나.doublet"
    save(path, fitted_project())
    return path


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow, session: Path) -> MainWindow:
    open_files(qtbot, window, [session])
    return window


def rename(window: MainWindow, name: str) -> None:
    project = window.document.project
    old = project.samples[0].name
    from app.gestures import gestures

    change = gestures.rename_sample(project, old, name)
    window.document.push(change.project, change.text)


def written(qtbot: QtBot, window: MainWindow) -> Path:
    """Wait until the recovery file is on the disk."""
    with qtbot.waitSignal(window.autosave.written, timeout=DELAY_MS + LONG) as signal:
        pass
    return Path(signal.args[0])


def abandoned(path: Path) -> None:
    """Let the lock of a file be that of a process that has ended."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    lock = lock_path(path)
    holder = json.loads(lock.read_text()) if lock.exists() else {"note": "", "token": "t"}
    holder |= {"pid": gone.pid, "host": socket.gethostname(), "born": "", "since": ""}
    lock.write_text(json.dumps(holder))


def press(window: MainWindow, text: str) -> None:
    buttons = [
        button
        for message in window.messages.findChildren(Message)
        for button in message.findChildren(QPushButton)
        if button.text() == text
    ]
    assert buttons, f"no button {text!r}: {window.messages.text}"
    buttons[0].click()


# --- autosave ---------------------------------------------------------------------------------


def test_an_edit_is_in_a_recovery_file_within_seconds(qtbot: QtBot, opened: MainWindow) -> None:
    rename(opened, "new name")
    path = written(qtbot, opened)
    assert to_bytes(load(path)) == to_bytes(opened.document.project)
    holder = holder_in(lock_path(path))
    assert holder is not None
    assert (holder.pid, holder.note) == (os.getpid(), str(opened.document.path))
    assert DELAY_MS <= 4000


def test_a_later_edit_replaces_the_recovery_file(qtbot: QtBot, opened: MainWindow) -> None:
    rename(opened, "first")
    path = written(qtbot, opened)
    rename(opened, "second")
    assert written(qtbot, opened) == path
    assert load(path).samples[0].name == "second"


def test_nothing_is_written_without_an_edit(opened: MainWindow, recovery: Path) -> None:
    opened.autosave.write_now()
    assert not recovery.exists()


@pytest.mark.parametrize("end", ["save", "undo", "discard"])
def test_the_recovery_file_goes_when_nothing_is_unsaved(
    qtbot: QtBot, opened: MainWindow, dialogs: ScriptedDialogs, recovery: Path, end: str
) -> None:
    rename(opened, "new name")
    opened.autosave.write_now()
    assert len(list(recovery.iterdir())) == 2
    if end == "discard":
        dialogs.save_answers = ["discard"]
        choose(opened, "new")
    else:
        choose(opened, end)
    assert list(recovery.iterdir()) == []


def test_closing_the_window_leaves_nothing_to_recover(
    opened: MainWindow, dialogs: ScriptedDialogs, recovery: Path, session: Path
) -> None:
    rename(opened, "new name")
    opened.autosave.write_now()
    dialogs.save_answers = ["discard"]
    assert opened.close()
    assert list(recovery.iterdir()) == []
    assert not lock_path(session).exists()


def test_a_place_that_takes_no_recovery_file_is_told_once(
    qtbot: QtBot, opened: MainWindow, recovery: Path
) -> None:
    recovery.write_text("a file, not a folder")
    rename(opened, "first")
    with qtbot.waitSignal(opened.autosave.failed, timeout=LONG):
        opened.autosave.write()
    assert "not kept for recovery" in opened.messages.text
    opened.messages.clear()
    rename(opened, "second")
    opened.autosave.write_now()
    assert opened.messages.text == ""


# --- restore ----------------------------------------------------------------------------------


def crashed(window: MainWindow, name: str) -> Path:
    """Leave the work of a window as a killed process would."""
    rename(window, name)
    window.autosave.write_now()
    path = window.autosave.path
    assert path is not None
    kept = {p: p.read_bytes() for p in (path, lock_path(path))}
    window.document.stack.undo()
    assert not path.exists()
    for place, data in kept.items():
        place.write_bytes(data)
    abandoned(path)
    return path


def test_restore_is_offered_with_a_preview_and_brings_the_work_back(
    qtbot: QtBot, opened: MainWindow, recovery: Path, session: Path
) -> None:
    path = crashed(opened, "lost name")
    (found,) = recoveries(recovery)
    assert found.session == session
    with qtbot.waitSignal(opened.restorer.offered, timeout=LONG):
        opened.restorer.offer(recovery)
    shown = opened.messages.text
    assert "시료 하나.doublet: 2 samples, 9 spectra, 4 regions, 4 fits" in shown.replace(
        f"{len(fitted_project().entries)} spectra", "9 spectra"
    )
    assert "Not saved: " in shown
    with qtbot.waitSignal(opened.restorer.restored, timeout=LONG):
        press(opened, "Restore")
    assert opened.document.project.samples[0].name == "lost name"
    assert opened.document.path == session
    assert opened.document.is_modified
    assert not path.exists()
    assert opened.autosave.path is not None
    assert load(opened.autosave.path).samples[0].name == "lost name"
    choose(opened, "save")
    assert load(session).samples[0].name == "lost name"
    assert list(recovery.iterdir()) == []


def test_discarded_work_is_not_offered_again(
    qtbot: QtBot, opened: MainWindow, recovery: Path
) -> None:
    crashed(opened, "lost name")
    with qtbot.waitSignal(opened.restorer.offered, timeout=LONG):
        opened.restorer.offer(recovery)
    press(opened, "Discard")
    assert list(recoveries(recovery)) == []
    assert list(recovery.iterdir()) == []


def test_what_a_running_window_writes_is_not_offered(opened: MainWindow, recovery: Path) -> None:
    rename(opened, "new name")
    opened.autosave.write_now()
    assert list(recoveries(recovery)) == []


def test_what_the_session_has_is_not_offered(opened: MainWindow, recovery: Path) -> None:
    path = crashed(opened, "lost name")
    session = opened.document.path
    assert session is not None
    save(session, load(path))
    later = path.stat().st_mtime + 5.0
    os.utime(session, (later, later))
    assert list(recoveries(recovery)) == []
    assert not path.exists()


def test_damaged_recovery_files_are_left_and_do_not_stop_the_others(
    opened: MainWindow, recovery: Path
) -> None:
    crashed(opened, "lost name")
    (recovery / "damaged 1.doublet").write_bytes(b"PK")
    assert [found.project.samples[0].name for found in recoveries(recovery)] == ["lost name"]
    assert (recovery / "damaged 1.doublet").exists()


def test_untitled_work_is_recovered_untitled(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path], recovery: Path
) -> None:
    open_files(qtbot, window, sample_files[:1])
    window.autosave.write_now()
    path = window.autosave.path
    assert path is not None
    project = load(path)
    assert Recovery(path, project, None, project.history).name == "Untitled"
    abandoned(path)
    (found,) = recoveries(recovery)
    assert found.session is None
    assert (
        f"{len(project.history)} more" in found.preview or project.history[0].text in found.preview
    )


# --- two windows, and other programs ----------------------------------------------------------


def elsewhere(path: Path, pid: int) -> None:
    """Let another process hold the lock of a file."""
    lock = lock_path(path)
    holder = {"pid": pid, "host": socket.gethostname(), "born": "", "token": "other", "note": ""}
    lock.write_text(json.dumps(holder | {"since": "2026-11-22T10:00:00+00:00"}))


def test_a_second_window_is_told(qtbot: QtBot, window: MainWindow, session: Path) -> None:
    elsewhere(session, os.getppid())
    open_files(qtbot, window, [session])
    assert f"open in another window as well (process {os.getppid()} on" in window.messages.text
    assert window.document.path == session


def test_the_lock_of_a_killed_window_is_recognized(
    qtbot: QtBot, window: MainWindow, session: Path
) -> None:
    elsewhere(session, os.getppid())
    abandoned(session)
    open_files(qtbot, window, [session])
    assert window.messages.text == ""
    holder = holder_in(lock_path(session))
    assert holder is not None
    assert holder.pid == os.getpid()


def test_a_session_is_unlocked_when_another_one_takes_its_place(
    qtbot: QtBot, opened: MainWindow, session: Path
) -> None:
    assert lock_path(session).exists()
    choose(opened, "new")
    assert not lock_path(session).exists()


def change_on_disk(session: Path) -> bytes:
    save(session, fitted_project().without_region(fitted_project().regions[0].id))
    return session.read_bytes()


@pytest.mark.parametrize("answer", ["cancel", "overwrite", "save as"])
def test_a_file_changed_elsewhere_is_noticed_before_it_is_replaced(
    opened: MainWindow, dialogs: ScriptedDialogs, session: Path, answer: OverwriteAnswer
) -> None:
    theirs = change_on_disk(session)
    rename(opened, "mine")
    other = session.with_name("other.doublet")
    dialogs.overwrite_answers = [answer]
    dialogs.to_save = [other]
    choose(opened, "save")
    assert dialogs.asked[0].startswith(f"replace {session.name}? The file was changed by another")
    mine = to_bytes(opened.document.project)
    if answer == "overwrite":
        assert session.read_bytes() == mine
        assert Path(f"{session}.bak").read_bytes() == theirs
    else:
        assert session.read_bytes() == theirs
    assert other.exists() == (answer == "save as")
    assert opened.document.is_modified == (answer == "cancel")


def test_saving_twice_asks_nothing(opened: MainWindow, dialogs: ScriptedDialogs) -> None:
    rename(opened, "first")
    choose(opened, "save")
    rename(opened, "second")
    choose(opened, "save")
    assert dialogs.asked == []


def test_saving_over_a_session_that_is_open_elsewhere_is_asked_about(
    opened: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    other = tmp_path / "other.doublet"
    save(other, fitted_project())
    elsewhere(other, os.getppid())
    before = other.read_bytes()
    dialogs.to_save, dialogs.overwrite_answers = [other], ["cancel"]
    choose(opened, "save_as")
    assert f"It is open in another window (process {os.getppid()}" in dialogs.asked[-1]
    assert other.read_bytes() == before


def test_a_folder_that_is_gone_is_said_and_a_copy_kept(
    opened: MainWindow, session: Path, recovery: Path, dialogs: ScriptedDialogs
) -> None:
    rename(opened, "mine")
    folder = session.parent / "moved away"
    session.rename(session.parent / "kept.doublet")
    opened.document.mark_saved(folder / "gone.doublet")
    rename(opened, "mine too")
    choose(opened, "save")
    assert "there is no such folder" in opened.messages.text
    assert "a recovery copy is in" in opened.messages.text
    assert any(load(path).samples[0].name == "mine too" for path in recovery.glob("*.doublet"))


def test_a_lock_is_released_only_by_its_own_holder(session: Path) -> None:
    first, second = FileLock(session), FileLock(session)
    assert first.take() is None
    assert second.take() is not None
    second.release()
    assert lock_path(session).exists()
    first.release()
    assert not lock_path(session).exists()
