"""A batch from beginning to end: planned, fitted, its table written, nothing else left."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xps.batch.parts import Parts
from xps.batch.plan import Plan, plan_batch
from xps.batch.run import Counts, Progress, Workers, run_batch
from xps.batch.table import Written, table_kind, write_table
from xps.errors import CancelledError, WriteError
from xps.file_lock import FileLock
from xps.recipe import Recipe
from xps.species import Species

_NAME = "table.csv"  # in a folder


@dataclass(frozen=True)
class Outcome:
    """What a batch did.

    Attributes
    ----------
    table : Path
    plan : Plan
    counts : Counts
    written : Written
    """

    table: Path
    plan: Plan
    counts: Counts
    written: Written


def batch_to_table(
    given: Sequence[str | Path],
    recipe: Recipe,
    out: str | Path,
    workers: Workers,
    *,
    species: Mapping[str, Species] | None = None,
    sessions: str | Path | None = None,
    as_stacks: bool = False,
    reading: Callable[[int, int], None] | None = None,
    fitting: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Outcome:
    """Fit files and folders by a recipe, and write one table.

    A run that was stopped left its finished parts beside the table; the next one with the same
    files, recipe and table goes on from there.

    Parameters
    ----------
    given : sequence of str or Path
        Files and folders.
    recipe : Recipe
    out : str or Path
        The table, or a folder for it.
    workers : Workers
    species, sessions, as_stacks
        As of `plan_batch`.
    reading : callable, optional
        Called with the numbers of files read and to read.
    fitting : callable, optional
        Called at the beginning, and after each part.
    cancelled : callable, optional

    Raises
    ------
    CancelledError
        Says how many parts are finished.
    ReadError, WriteError, FitError
        As `plan_batch`, `run_batch` and `write_table`; also if another batch writes the table.
    """
    table, place = _places(Path(out))
    kind = table_kind(table)
    excluded = [table, place] if sessions is None else [table, place, Path(sessions)]
    plan = plan_batch(
        given,
        recipe,
        species=species,
        sessions=sessions,
        table=kind,
        as_stacks=as_stacks,
        excluded=excluded,
        progress=reading,
        cancelled=cancelled,
    )
    parts = Parts(place)
    with _alone_at(table):
        try:
            counts = run_batch(plan, parts, workers, progress=fitting, cancelled=cancelled)
        except CancelledError:
            finished = sum(map(parts.has, plan.partitions))
            raise CancelledError(
                f"stopped with {finished} of {len(plan.partitions)} parts finished",
                "start the same batch again, and it goes on from there",
                path=place,
            ) from None
        written = write_table(table, plan, parts)
        parts.remove()
    return Outcome(table, plan, counts, written)


@contextlib.contextmanager
def _alone_at(table: Path) -> Iterator[None]:
    """Keep other batches away from a table, and so from the parts beside it."""
    lock = FileLock(table, "batch")
    other = lock.take()
    if other is not None:
        raise WriteError(
            f"another batch writes this table: process {other.pid} on {other.host}, since "
            f"{other.since}",
            f"choose another table, or wait; if it has ended, delete {lock.path.name}",
            path=table,
        )
    try:
        yield
    finally:
        lock.release()


def _places(out: Path) -> tuple[Path, Path]:
    """Where the table goes, and the finished parts until it is written."""
    if out.suffix and not out.is_dir():
        return out, out.with_name(f"{out.name}.parts")
    return out / _NAME, out / "parts"
