"""A program killed at any moment: the session opens, and at most five seconds of work are lost.

``make kills`` kills it 200 times; the tests of every day only a few.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path

import numpy as np
import pytest

from app.session.recovery import recoveries
from tests.app.editing_session import work
from tests.app.projects import fitted as fitted_project
from xps.project import Project
from xps.session import load, save

KILLS = int(os.environ.get("DOUBLET_KILLS", "4"))
MOST_LOST_S = 5.0

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")


@dataclass(frozen=True)
class Killed:
    """What a killed process had done.

    Attributes
    ----------
    edits : dict of int to float
        When each edit was done, by its number.
    at : float
        When it was killed.
    while_saving : bool
    """

    edits: dict[int, float]
    at: float
    while_saving: bool


@pytest.fixture(scope="module")
def processes() -> Iterator[ForkServerContext]:
    """Processes that begin with everything imported, each forked from one that does nothing."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.app.editing_session"])
    yield context
    forkserver._forkserver._stop()  # there is no public way


def killed(processes: ForkServerContext, session: Path, recovery: Path, after_s: float) -> Killed:
    """Let somebody work on a session for so long, and no longer."""
    notes = session.with_name("notes")
    process = processes.Process(target=work, args=(session, recovery, notes))
    process.start()
    assert process.pid is not None
    while not notes.exists() or b"ready\n" not in notes.read_bytes():
        assert process.is_alive()
        process.join(0.01)
    process.join(after_s)
    os.kill(process.pid, signal.SIGKILL)
    at = time.time()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    told = notes.read_text()
    edits = {int(n): float(t) for n, t in re.findall(r"^(\d+) ([\d.]+)$", told, re.MULTILINE)}
    return Killed(edits, at, told.endswith("saving\n"))


def edits_in(project: Project) -> set[int]:
    """Numbers of the edits that a project holds."""
    found = (re.fullmatch(r"edit (\d+)", step.text) for step in project.history)
    return {int(match[1]) for match in found if match is not None}


def moments() -> list[float]:
    """Seconds after which to kill: every other time while saving, or long after a save."""
    random = np.random.default_rng(200)
    early, late = random.uniform(0.0, 1.5, KILLS), random.uniform(3.0, 8.0, KILLS)
    return [float(t) for t in np.where(np.arange(KILLS) % 2, late, early)]


def test_killed_at_any_moment_nothing_older_than_five_seconds_is_lost(
    tmp_path: Path, processes: ForkServerContext, capsys: pytest.CaptureFixture[str]
) -> None:
    lost_s, while_saving, restored = [0.0], 0, 0
    for number, moment in enumerate(moments()):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        session, recovery = folder / "a week's work.doublet", folder / "recovery"
        save(session, fitted_project())
        person = killed(processes, session, recovery, moment)
        while_saving += person.while_saving
        kept = edits_in(load(session))
        backup = Path(f"{session}.bak")
        if backup.exists():
            load(backup)
        for found in recoveries(recovery):
            assert found.session == session
            kept |= edits_in(found.project)
            restored += 1
        lost = [at for edit, at in person.edits.items() if edit not in kept]
        lost_s.append(person.at - min(lost, default=person.at))
        assert lost_s[-1] <= MOST_LOST_S
    assert restored > 0
    with capsys.disabled():
        sys.stdout.write(
            f"\n{KILLS} kills, {while_saving} of them while saving; {restored} restored from a "
            f"recovery file; at most {max(lost_s):.2f} s of edits lost\n"
        )
