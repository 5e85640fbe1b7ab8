"""What goes wrong is said with what to do about it, and the work is as it was."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.crash import CrashReporter
from app.widgets.message_bar import Severity
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.projects import fitted as fitted_project
from tests.app.user import LONG, choose, drop, fit_all, open_files, told
from xps.resources import resource
from xps.session import load, save, to_bytes
from xps.session_migrations import FORMAT

BROKEN = {
    "empty.vms": b"",
    "picture.csv": bytes(range(256)) * 50,
    "half.vms": resource("samples", "bare-ncm-simulated.vms").read_bytes()[:3000],
}
GOOD = 17


def made(path: Path, number: int) -> Path:
    """Write a spectrum that differs from the others."""
    energy = np.arange(174.0, 156.0, -0.1)
    peak = 2000.0 * np.exp(-(((energy - 161.6) / 0.8) ** 2)) + 500.0 + number
    rows = "\n".join(f"{e:.2f}\t{y:.1f}" for e, y in zip(energy, peak, strict=True))
    path.write_text(f"Binding energy (eV)\tS 2p\n{rows}\n", "utf-8")
    return path


def test_of_twenty_dropped_files_three_are_broken_and_seventeen_are_there(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    folder = tmp_path / "측정 자료"
    folder.mkdir()
    good = [made(folder / f"S 2p {number:02d}.txt", number) for number in range(GOOD)]
    broken = [folder / name for name in BROKEN]
    for path in broken:
        path.write_bytes(BROKEN[path.name])
    mixed = [*good[:5], broken[0], *good[5:11], broken[1], *good[11:], broken[2]]
    assert len(mixed) == 20
    with qtbot.waitSignal(window.files.opened, timeout=LONG):
        drop(window, mixed)
    opened = {e.spectrum.origin.file for e in window.document.project.entries}
    assert opened == {path.name for path in good}
    (message,) = told(window, Severity.ERROR)
    head, *reasons = message.splitlines()
    assert head == "3 of 20 files could not be opened:"
    assert [reason.split(":")[0] for reason in reasons] == sorted(
        BROKEN, key=[line.split(":")[0] for line in reasons].index
    )
    assert all(len(reason.split(":", 1)[1]) > 10 for reason in reasons)
    choose(window, "undo")
    assert window.document.project.entries == ()


def test_a_fit_that_fails_says_why_and_the_others_are_taken(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path]
) -> None:
    open_files(qtbot, window, sample_files[:1])
    choose(window, "recipe cathode")
    project = window.document.project
    region = next(r for r in project.regions if r.core_level == "S 2p")
    entry = project.entry(region.spectrum)
    rng = np.random.default_rng(7)
    noise = rng.poisson(2000.0, entry.spectrum.n_points).astype(float)
    flat = entry.spectrum.with_(intensity=noise)
    entries = tuple(
        replace(other, spectrum=flat) if other is entry else other for other in project.entries
    )
    window.document.push(replace(project, entries=entries), "Flatten")
    fit_all(qtbot, window)
    fitted = {fit.region.core_level for fit in window.document.project.fits}
    assert fitted == {"O 1s"}
    (message,) = told(window, Severity.ERROR)
    assert "S 2p" in message
    assert "(" in message  # what to do about it
    assert region.id in {r.id for r in window.document.project.regions}


def test_a_recipe_that_does_not_apply_says_so_and_changes_nothing(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = made(tmp_path / "Fe 2p.txt", 1)
    path.write_text(path.read_text("utf-8").replace("S 2p", "Fe 2p"), "utf-8")
    open_files(qtbot, window, [path])
    before = window.document.project
    choose(window, "recipe ncm-o1s")
    assert window.document.project is before
    (message,) = told(window, Severity.ERROR)
    assert "O 1s" in message
    assert "Fe 2p" in message or "S 2p" in message


@pytest.fixture
def full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on a disk that is full, as is found when the data are forced to it."""
    folder = tmp_path / "full"
    folder.mkdir()
    make, force = tempfile.mkstemp, os.fsync
    there: set[int] = set()

    def mkstemp(suffix: str, prefix: str, place: Path) -> tuple[int, str]:
        handle, name = make(suffix, prefix, place)
        if place == folder:
            there.add(handle)
        return handle, name

    def fsync(handle: int) -> None:
        if handle in there:
            there.discard(handle)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        force(handle)

    monkeypatch.setattr("xps.atomic.tempfile.mkstemp", mkstemp)
    monkeypatch.setattr("xps.atomic.os.fsync", fsync)
    return folder


def test_a_session_on_a_full_disk_stays_as_it_was_and_a_copy_is_kept_elsewhere(
    window: MainWindow, dialogs: ScriptedDialogs, recovery: Path, full_disk: Path
) -> None:
    project = fitted_project()
    session = full_disk / "work.doublet"
    session.write_bytes(b"the old one")
    window.document.replace(project, name="work", is_saved=False)
    dialogs.to_save, dialogs.overwrite_answers = [session], ["overwrite"]
    choose(window, "save")
    assert session.read_bytes() == b"the old one"
    assert window.document.project is project
    assert window.document.is_modified
    (message,) = told(window, Severity.ERROR)
    assert "the disk is full" in message
    assert "a recovery copy is in" in message
    copies = list(recovery.glob("work *.doublet"))
    assert any(str(copy) in message for copy in copies)
    assert all(to_bytes(load(copy)) == to_bytes(project) for copy in copies)
    assert "Save as…" in [b.text() for b in window.messages.findChildren(QPushButton)]


@pytest.mark.parametrize("what", ["export", "export_figure"])
def test_results_on_a_full_disk_are_refused_with_the_reason(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, full_disk: Path, what: str
) -> None:
    window.document.replace(fitted_project())
    dialogs.to_save = [full_disk / "results.pdf"]
    with qtbot.waitSignal(window.jobs.idle, timeout=LONG):
        choose(window, what)
    assert list(full_disk.iterdir()) == []
    (message,) = told(window, Severity.ERROR)
    assert "results.pdf" in message
    assert "the disk is full" in message
    assert window.document.project.fits


def test_a_session_of_a_newer_version_is_refused_and_the_document_stays(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    old, newer = tmp_path / "old.doublet", tmp_path / "newer.doublet"
    save(old, fitted_project())
    with zipfile.ZipFile(old) as source, zipfile.ZipFile(newer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "session.json":
                content = json.dumps(json.loads(content) | {"format": FORMAT + 1}).encode()
            target.writestr(name, content)
    open_files(qtbot, window, [old])
    before = window.document.project
    open_files(qtbot, window, [newer])
    assert window.document.project is before
    assert window.document.path == old
    (message,) = told(window, Severity.ERROR)
    assert "newer.doublet" in message
    assert "written by a newer version" in message
    assert "(" in message


def test_a_crash_in_a_slot_is_told_and_the_work_can_be_saved(
    qtbot: QtBot,
    plotted: MainWindow,
    dialogs: ScriptedDialogs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # put back after the test
    CrashReporter(plotted.messages).install()
    project = plotted.document.project

    def crash(*arguments: object) -> list[Path]:
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setattr(dialogs, "open_files", crash)
    choose(plotted, "open")
    (message,) = told(plotted, Severity.ERROR)
    assert "ZeroDivisionError: a mistake of ours" in message
    assert "Your work is still here" in message
    assert plotted.document.project is project
    session = tmp_path / "rescued.doublet"
    dialogs.to_save = [session]
    choose(plotted, "save_as")
    assert to_bytes(load(session)) == to_bytes(project)


def test_a_file_that_goes_away_while_it_is_named_is_told(
    qtbot: QtBot, window: MainWindow, sample_files: list[Path]
) -> None:
    gone = sample_files[0].with_name("gone.vms")
    shutil.copy(sample_files[0], gone)
    gone.unlink()
    open_files(qtbot, window, [gone, sample_files[1]])
    assert len(window.document.project.samples) == 1
    (message,) = told(window, Severity.ERROR)
    assert "gone.vms" in message
