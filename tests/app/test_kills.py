"""A program killed at any moment: the session opens, and at most five seconds of work are lost.

``make kills`` kills it 200 times; the tests of every day only a few.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from app.recovery import recoveries
from tests.app.projects import fitted as fitted_project
from tests.xps.commands import ROOT, bare_environment
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


def killed(session: Path, recovery: Path, after_s: float) -> Killed:
    """Let somebody work on a session for so long, and no longer."""
    command = [sys.executable, "-m", "tests.app.editing_session", str(session), str(recovery)]
    process = subprocess.Popen(
        [*command, str(session.parent / "settings.ini")],
        stdout=subprocess.PIPE,
        env=bare_environment() | {"QT_QPA_PLATFORM": "offscreen"},
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    time.sleep(after_s)  # the moment of the kill is what is tested
    process.send_signal(signal.SIGKILL)
    at = time.time()
    told = process.stdout.read().decode()
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    edits = {int(n): float(t) for n, t in re.findall(r"^(\d+) ([\d.]+)$", told, re.MULTILINE)}
    return Killed(edits, at, told.rstrip().endswith("saving"))


def edits_in(project: Project) -> set[int]:
    """Numbers of the edits that a project holds."""
    found = (re.fullmatch(r"edit (\d+)", step.text) for step in project.history)
    return {int(match[1]) for match in found if match is not None}


def moments() -> list[float]:
    """Seconds after which to kill; some so late that more could be lost than may be."""
    random = np.random.default_rng(200)
    late = random.random(KILLS) < 0.25
    return [
        float(t) for t in np.where(late, random.uniform(5, 8, KILLS), random.uniform(0, 3, KILLS))
    ]


def test_killed_at_any_moment_nothing_older_than_five_seconds_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost_s, while_saving, restored = [0.0], 0, 0
    for number, moment in enumerate(moments()):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        session, recovery = folder / "a week's work.doublet", folder / "recovery"
        save(session, fitted_project())
        person = killed(session, recovery, moment)
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
    with capsys.disabled():
        print(  # noqa: T201  what a long run has measured
            f"\n{KILLS} kills, {while_saving} of them while saving; {restored} restored from a "
            f"recovery file; at most {max(lost_s):.2f} s of edits lost"
        )
