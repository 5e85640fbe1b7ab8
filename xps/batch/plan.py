"""What a batch does: settings, and partitions of a size that no number of workers changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from pathlib import Path

from xps.batch.inputs import InputFile, examined, found_files, with_hash, with_problem
from xps.batch.measurement import measurements
from xps.batch.settings import Settings, TableKind, hash_of
from xps.batch.stacked import StackOfFile, stacks_of_file
from xps.cancel import raising
from xps.environment import present_environment
from xps.errors import CancelledError, XpsError
from xps.recipe import Recipe
from xps.species import Species

PARTITION_SIZE = 64
"""Measurements in a partition: a second of work, a few hundred rows."""

STACK_PARTITION_SIZE = 1024
"""Spectra of a stack in a partition, which are fitted together."""


@dataclass(frozen=True)
class Piece:
    """Some neighboring measurements of one file, or spectra of a stack, by their numbers."""

    file: InputFile
    start: int
    stop: int
    whole: bool = True
    stack: StackOfFile | None = None


@dataclass(frozen=True)
class Partition:
    """What one process fits from beginning to end.

    Attributes
    ----------
    pieces : tuple of Piece
    key : str
        Hash of all that the result depends on: files, recipe, species, versions.
    """

    pieces: tuple[Piece, ...]
    key: str

    @property
    def size(self) -> int:
        """Number of measurements."""
        return sum(piece.stop - piece.start for piece in self.pieces)


@dataclass(frozen=True)
class Plan:
    """A batch that is ready to run.

    Attributes
    ----------
    settings : Settings
    files : tuple of InputFile
    partitions : tuple of Partition
        In the order of files and measurements.
    """

    settings: Settings
    files: tuple[InputFile, ...]
    partitions: tuple[Partition, ...]

    @property
    def size(self) -> int:
        """Number of measurements; a file that cannot be read counts as one."""
        return sum(partition.size for partition in self.partitions)


def plan_batch(
    given: Sequence[str | Path],
    recipe: Recipe,
    *,
    species: Mapping[str, Species] | None = None,
    sessions: str | Path | None = None,
    table: TableKind = "csv",
    as_stacks: bool = False,
    excluded: Sequence[Path] = (),
    size: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Plan:
    """Read all files once and divide them into partitions.

    Parameters
    ----------
    given : sequence of str or Path
        Files and folders.
    recipe : Recipe
    species : mapping of str to Species, optional
        Instead of the shipped library.
    sessions : str or Path, optional
        Folder that gets a session for each file; another one is another batch.
    table : {"csv", "jsonl", "parquet"}
        What the rows are made for; see `xps.batch.table.table_kind`.
    as_stacks : bool
        Whether the spectra of a file that share one axis are one map or profile, on the energy
        scale of their mean.
    excluded : sequence of Path
        What is no input although it lies in one of the folders.
    size : int
        Measurements in a partition; `PARTITION_SIZE` by default.
    progress : callable, optional
        Called with the numbers of files read and to read.
    cancelled : callable, optional

    Returns
    -------
    Plan

    Raises
    ------
    ReadError
        If there are no files.
    CancelledError
    """
    ask = raising(cancelled, "the batch")
    folder = "" if sessions is None else str(Path(sessions).resolve())
    settings = Settings(recipe, species, folder, table)
    named = found_files(given, excluded)
    pieces: list[Piece] = []
    files: list[InputFile] = []
    for done, file in enumerate(named):
        ask()
        if progress is not None:
            progress(done, len(named))
        own = _stacks(file, recipe, ask) if as_stacks else []
        if not own:
            found, count = examined(file, lambda spectra: len(measurements(spectra, recipe)))
            own = [Piece(found, 0, count)]
        files.append(own[0].file)
        pieces += own
    head = hash_of(settings.recipe_hash, folder, table, present_environment())
    parts = chain.from_iterable(
        _divided(list(some), size or (STACK_PARTITION_SIZE if stack else PARTITION_SIZE))
        for stack, some in groupby(pieces, lambda piece: piece.stack)
    )
    return Plan(settings, tuple(files), tuple(Partition(p, hash_of(head, p)) for p in parts))


def _stacks(file: InputFile, recipe: Recipe, cancelled: Callable[[], bool]) -> list[Piece]:
    """The stacks of a file; none where it is to be read spectrum by spectrum."""
    try:
        found = stacks_of_file(file, recipe, cancelled)
    except CancelledError:
        raise
    except XpsError as error:
        return [Piece(with_problem(file, error), 0, 1)]
    known = with_hash(file) if found else file
    return [Piece(known, 0, stack.count, stack=stack) for stack in found]


def _divided(pieces: Sequence[Piece], size: int) -> Iterator[tuple[Piece, ...]]:
    """Cut the files, one after another, into parts of a size; the last of all is smaller."""
    part: list[Piece] = []
    room = size
    for piece in pieces:
        start = piece.start
        while start < piece.stop:
            stop = min(piece.stop, start + room)
            whole = start == piece.start and stop == piece.stop
            part.append(replace(piece, start=start, stop=stop, whole=whole))
            room -= stop - start
            start = stop
            if room == 0:
                yield tuple(part)
                part, room = [], size
    if part:
        yield tuple(part)
