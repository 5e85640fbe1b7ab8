"""A batch from the window: files and folders by a recipe into a table, cancelled, gone on."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.batch.batch_window import BatchWindow
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.user import LONG, choose, click, drop
from tests.truth import argyrodite
from xps.batch import Outcome
from xps.writers.formats import write_spectra


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    """A folder of three measurements and one broken file."""
    folder = tmp_path / "측정 데이터"
    folder.mkdir()
    for number in range(3):
        spectrum = argyrodite(2000.0, step=0.1).spectrum(number, sample=f"pellet {number}")
        write_spectra(folder / f"pellet {number}.vms", [spectrum])
    (folder / "broken.vms").write_bytes(b"VAMAS Surface Chemical Analysis")
    return folder


def _with_folder(window: MainWindow, dialogs: ScriptedDialogs, folder: Path) -> BatchWindow:
    choose(window, "batch")
    batch = window.batches.window
    dialogs.folders.append(folder)
    click(batch.folder_button)
    return batch


def _run(qtbot: QtBot, window: MainWindow) -> object:
    with qtbot.waitSignal(window.batches.ended, timeout=4 * LONG) as ended:
        click(window.batches.window.start_button)
    return ended.args[0]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def test_a_folder_is_fitted_into_a_table_and_what_is_broken_is_a_row(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, measured: Path
) -> None:
    batch = _with_folder(window, dialogs, measured)
    request = batch.request
    assert request is not None
    outcome = _run(qtbot, window)
    assert isinstance(outcome, Outcome)
    assert (outcome.written.fitted, outcome.written.failed) == (3, 1)
    rows = _rows(request.table)
    assert {Path(row["file"]).name for row in rows} >= {f"pellet {n}.vms" for n in range(3)}
    (failed,) = (row for row in rows if row["success"] == "no")
    assert "broken.vms" in failed["file"]
    assert failed["message"]


def test_what_came_of_it_is_said_and_its_folder_can_be_opened(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: ScriptedDialogs,
    measured: Path,
    visited: list[QUrl],
) -> None:
    (measured / "broken.vms").unlink()
    batch = _with_folder(window, dialogs, measured)
    _run(qtbot, window)
    message = batch.messages.messages[-1]
    assert "3 spectra fitted, 0 not fitted" in message.text
    (button,) = message.findChildren(QPushButton)
    click(button)
    assert visited == [QUrl.fromLocalFile(str(measured.parent))]


def test_a_session_is_kept_for_each_file_on_request(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, measured: Path
) -> None:
    batch = _with_folder(window, dialogs, measured)
    batch.sessions.click()
    request = batch.request
    assert request is not None
    assert request.sessions is not None
    _run(qtbot, window)
    assert len(list(request.sessions.glob("*.doublet"))) == 3


def test_a_cancelled_batch_says_that_it_can_go_on(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, measured: Path
) -> None:
    batch = _with_folder(window, dialogs, measured)
    with qtbot.waitSignal(window.batches.ended, timeout=LONG) as ended:
        click(batch.start_button)
        click(batch.cancel_button)
    assert ended.args == [None]
    assert "goes on from there" in batch.messages.messages[-1].text
    assert batch.start_button.isEnabled()


def test_start_waits_until_files_recipe_and_table_are_chosen(
    qtbot: QtBot, window: MainWindow, measured: Path
) -> None:
    choose(window, "batch")
    batch = window.batches.window
    assert not batch.start_button.isEnabled()
    drop(batch, [measured / "pellet 0.vms", measured / "pellet 0.vms"])
    assert batch.inputs == (measured / "pellet 0.vms",)
    assert batch.start_button.isEnabled()
    batch.table.selectAll()
    QTest.keyClick(batch.table, Qt.Key.Key_Delete)
    assert not batch.start_button.isEnabled()


def test_a_table_that_cannot_be_written_is_an_error_with_its_place(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, measured: Path
) -> None:
    batch = _with_folder(window, dialogs, measured)
    dialogs.to_save.append(measured / "pellet 0.vms" / "table.csv")
    click(batch.table_button)
    _run(qtbot, window)
    assert "table.csv" in batch.messages.messages[-1].text


def test_files_are_removed_from_the_list(window: MainWindow, measured: Path) -> None:
    choose(window, "batch")
    batch = window.batches.window
    drop(batch, [measured / "pellet 0.vms", measured / "pellet 1.vms"])
    batch.list.setCurrentRow(0)
    click(batch.remove_button)
    assert batch.inputs == (measured / "pellet 1.vms",)
