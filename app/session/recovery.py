"""What a crash left behind, and what it would bring back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.importing.opening import SESSION_ENDING
from xps.errors import XpsError
from xps.file_lock import holder_in, lock_path
from xps.project import Project, Step

_STEPS_SHOWN = 3


@dataclass(frozen=True)
class Recovery:
    """Work that no session holds.

    Attributes
    ----------
    path : Path
        The recovery file.
    project : Project
    session : Path or None
        The session that it belongs to; None if it was never saved.
    unsaved : tuple of Step
        What the session does not hold.
    """

    path: Path
    project: Project
    session: Path | None
    unsaved: tuple[Step, ...]

    @property
    def name(self) -> str:
        """What people know it by."""
        return self.session.name if self.session else self.path.stem.rpartition(" ")[0]

    @property
    def preview(self) -> str:
        """What would be recovered, in a few sentences."""
        project, steps = self.project, self.unsaved
        counts = (
            f"{len(project.samples)} samples, {len(project.entries)} spectra, "
            f"{len(project.regions)} regions, {len(project.fits)} fits"
        )
        if not steps:
            return f"{self.name}: {counts}, with steps undone that the session has."
        last = [step.text for step in steps[-_STEPS_SHOWN:]][::-1]
        more = len(steps) - len(last)
        rest = f" and {more} more" if more else ""
        return (
            f"{self.name}: {counts}. Not saved: {', '.join(last)}{rest}; "
            f"the last at {_clock(steps[-1].time)}."
        )

    def discard(self) -> None:
        """Remove the file and its lock."""
        for path in (self.path, lock_path(self.path)):
            with contextlib.suppress(OSError):
                path.unlink()


def recoveries(folder: Path) -> Iterator[Recovery]:
    """Yield what processes that are gone left behind, the latest first.

    What is older than the session and holds nothing that it does not have is removed; what
    cannot be read is left.
    """
    try:
        found = sorted(folder.glob(f"*{SESSION_ENDING}"), key=_changed, reverse=True)
    except OSError:
        return
    if not found:
        return
    from xps.session import load

    for path in found:
        holder = holder_in(lock_path(path))
        if holder is not None and not holder.is_gone:
            continue
        session = Path(holder.note) if holder is not None and holder.note else None
        try:
            project = load(path)
        except XpsError:
            continue
        recovery = Recovery(path, project, session, _unsaved(project, session))
        if session is not None and not recovery.unsaved and _changed(path) < _changed(session):
            recovery.discard()
        else:
            yield recovery


def _unsaved(project: Project, session: Path | None) -> tuple[Step, ...]:
    """Steps that the session does not hold; all where there is none."""
    from xps.session import load

    saved: tuple[Step, ...] = ()
    if session is not None:
        with contextlib.suppress(XpsError):
            saved = load(session).history
    same = 0
    while same < min(len(saved), len(project.history)) and saved[same] == project.history[same]:
        same += 1
    return project.history[same:]


def _changed(path: Path) -> float:
    with contextlib.suppress(OSError):
        return path.stat().st_mtime
    return 0.0


def _clock(time: str) -> str:
    try:
        return f"{datetime.fromisoformat(time).astimezone():%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return time
