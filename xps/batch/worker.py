"""What a worker does, wherever it runs: fit one partition."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from time import process_time

from xps.batch.chain import fit_chain
from xps.batch.fragment import fragment
from xps.batch.inputs import spectra_of
from xps.batch.measurement import Measurement, measurements
from xps.batch.parts import FinishedPartition
from xps.batch.plan import Partition, Piece
from xps.batch.rows import Row, fitted_rows, problem_row, tally
from xps.batch.sessions import write_session
from xps.batch.settings import Settings
from xps.batch.stacked import stack_rows
from xps.environment import Environment, present_environment
from xps.errors import FitError
from xps.species import using


@dataclass(frozen=True)
class Task:
    """A partition with all that a worker must know.

    Attributes
    ----------
    settings : Settings
    partition : Partition
    made_for : Environment
        The versions that its key speaks of.
    """

    settings: Settings
    partition: Partition
    made_for: Environment


def fit_partition(task: Task, cancelled: Callable[[], bool] | None = None) -> FinishedPartition:
    """Fit a partition: read its files, fit one measurement after another, return the rows.

    Raises
    ------
    FitError
        If other versions are installed here than where the batch was planned.
    ReadError
        If a file that could be read then cannot be read here, or has changed.
    CancelledError
    """
    differences = task.made_for.differences(present_environment())
    if differences:
        raise FitError(
            f"this worker has other versions: {', '.join(differences)}",
            "install the same versions on all machines",
        )
    began = process_time()
    settings, partition = task.settings, task.partition
    species = contextlib.nullcontext() if settings.species is None else using(settings.species)
    with species:
        pieces = partition.pieces
        if pieces[0].stack is None:
            rows = _fitted_one_by_one(pieces, settings, cancelled)
        else:
            rows = list(chain.from_iterable(_of_stack(one, settings, cancelled) for one in pieces))
    fitted, failed = tally(rows)
    table = fragment(rows, settings.table)
    spent = process_time() - began
    return FinishedPartition(partition.key, table, len(rows), fitted, failed, spent)


def _of_stack(piece: Piece, settings: Settings, cancelled: Callable[[], bool] | None) -> list[Row]:
    assert piece.stack is not None
    span = piece.start, piece.stop
    return stack_rows(piece.file, piece.stack, *span, settings, cancelled=cancelled)


def _fitted_one_by_one(
    pieces: Sequence[Piece], settings: Settings, cancelled: Callable[[], bool] | None
) -> list[Row]:
    """Fit the measurements of all pieces as one chain, and save their sessions."""
    found = [(piece, measurement) for piece in pieces for measurement in _measured(piece, settings)]
    readable = [measurement for _, measurement in found if measurement is not None]
    fits = iter(fit_chain(readable, settings.recipe, cancelled=cancelled))
    rows: list[Row] = []
    for piece, own in groupby(found, lambda pair: pair[0]):
        fitted = [next(fits) for _, measurement in own if measurement is not None]
        if piece.file.problem:
            rows.append(problem_row(piece.file, settings))
        for one in fitted:
            rows += fitted_rows(one, piece.file, settings)
        if settings.sessions and fitted:
            write_session(piece, fitted, settings)
    return rows


def _measured(piece: Piece, settings: Settings) -> Sequence[Measurement | None]:
    """The measurements of a piece; a file that cannot be read stands for one."""
    if piece.file.problem:
        return [None]
    spectra = spectra_of(piece.file.path, piece.file.sha256)
    return measurements(spectra, settings.recipe)[piece.start : piece.stop]
