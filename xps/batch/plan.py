"""What a batch does: settings, and partitions of a size that no number of workers changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from xps.batch.inputs import InputFile, examined, found_files
from xps.batch.measurement import measurements
from xps.cancel import raising
from xps.environment import present_environment
from xps.recipe import Recipe
from xps.species import Species

TableKind = Literal["csv", "parquet"]

PARTITION_SIZE = 64
"""Measurements in a partition: a third of a second of work, a few hundred rows."""


@dataclass(frozen=True)
class Settings:
    """What all partitions have in common.

    Attributes
    ----------
    recipe : Recipe
    species : mapping of str to Species, optional
        Instead of the shipped library.
    sessions : str
        Folder that gets a session for each file; "" for none.
    table : {"csv", "parquet"}
        What the rows are made for.
    """

    recipe: Recipe
    species: Mapping[str, Species] | None = None
    sessions: str = ""
    table: TableKind = "csv"

    @property
    def recipe_hash(self) -> str:
        """The first 16 digits of the hash of recipe and species."""
        species = None if self.species is None else sorted(self.species.items())
        return _hash(self.recipe, species)[:16]


@dataclass(frozen=True)
class Piece:
    """Some neighboring measurements of one file, by their numbers."""

    file: InputFile
    start: int
    stop: int
    whole: bool = True


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
        Folder that gets a session for each file.
    table : {"csv", "parquet"}
        What the rows are made for; see `xps.batch.table.table_kind`.
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
        found, count = examined(file, lambda spectra: len(measurements(spectra, recipe)))
        files.append(found)
        pieces.append(Piece(found, 0, count))
    head = _hash(settings.recipe_hash, bool(folder), table, present_environment())
    partitions = [
        Partition(part, _hash(head, part)) for part in _divided(pieces, size or PARTITION_SIZE)
    ]
    return Plan(settings, tuple(files), tuple(partitions))


def _divided(pieces: Sequence[Piece], size: int) -> Iterator[tuple[Piece, ...]]:
    """Cut the files, one after another, into parts of a size; the last of all is smaller."""
    part: list[Piece] = []
    room = size
    for piece in pieces:
        start = piece.start
        while start < piece.stop:
            stop = min(piece.stop, start + room)
            whole = start == piece.start and stop == piece.stop
            part.append(Piece(piece.file, start, stop, whole))
            room -= stop - start
            start = stop
            if room == 0:
                yield tuple(part)
                part, room = [], size
    if part:
        yield tuple(part)


def _hash(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()
