"""What a worker does, wherever it runs: fit one partition."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from time import process_time

from xps.batch.chain import FittedMeasurement, fit_chain
from xps.batch.fragment import fragment
from xps.batch.inputs import InputFile, spectra_of
from xps.batch.measurement import Measurement, measurements
from xps.batch.parts import FinishedPartition
from xps.batch.plan import Partition, Settings
from xps.batch.rows import SPECTRUM_INDEX, Row, fitted_rows, is_fitted, problem_row
from xps.batch.sessions import write_session
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
        found = list(_measured(task))
        readable = [one for _, one in found if one is not None]
        fits = iter(fit_chain(readable, settings.recipe, cancelled=cancelled))
        fitted = [(file, None if one is None else next(fits)) for file, one in found]
        rows = list(chain.from_iterable(_rows(file, one, settings) for file, one in fitted))
        if settings.sessions:
            for piece in partition.pieces:
                own = [one for file, one in fitted if file == piece.file and one is not None]
                if own:
                    write_session(piece, own, settings)
    failed = {(row[0], row[SPECTRUM_INDEX]) for row in rows if not is_fitted(row)}
    good = {(row[0], row[SPECTRUM_INDEX]) for row in rows} - failed
    table = fragment(rows, settings.table)
    spent = process_time() - began
    return FinishedPartition(partition.key, table, len(rows), len(good), len(failed), spent)


def _measured(task: Task) -> list[tuple[InputFile, Measurement | None]]:
    """The measurements of a partition; None for a file that cannot be read."""
    found: list[tuple[InputFile, Measurement | None]] = []
    for piece in task.partition.pieces:
        if piece.file.problem:
            found.append((piece.file, None))
            continue
        spectra = spectra_of(piece.file.path, piece.file.sha256)
        own = measurements(spectra, task.settings.recipe)[piece.start : piece.stop]
        found += [(piece.file, measurement) for measurement in own]
    return found


def _rows(file: InputFile, fitted: FittedMeasurement | None, settings: Settings) -> list[Row]:
    if fitted is None:
        return [problem_row(file, settings)]
    return list(fitted_rows(fitted, file, settings))
