"""Fits of all spectra of a stack: chunk by chunk, with memory for one chunk and the results."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from xps.batch_solver import Batch, BatchSolution, solve_batch
from xps.batch_starts import near_batch, scaled_starts
from xps.cancel import raising
from xps.engine import solve
from xps.errors import CancelledError, XpsError
from xps.fitted import MISFIT_SIGMA, NEGATIVE_SIGMA
from xps.model import Ref
from xps.problem import compile_problem
from xps.stack_model import StackModel, cold_start
from xps.stack_result import Flag, StackFit
from xps.stacks.stack import Stack

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

CHUNK = 1024
"""Spectra that are fitted together. Results depend on it in their last digits, and where a
spectrum has several minima: a chunk is searched again if its audits find a better one."""

_FEWEST = 16  # spectra whose starts are worth a look at those like them
_OUTLIER = 3.0  # χ²ᵣ above the median, in robust standard deviations: is there a better minimum?
_AUDITED = 128  # one of so many is fitted from a cold start, whatever it looks like
_BETTER = 0.01  # in deviance: another minimum
_PRECISION = 1e-16  # gain left of a fit: (1e-8 σ)²
_PEAK_SIGMA = 3.0


def fit_stack(
    stack: Stack,
    model: StackModel,
    *,
    chunk: int = CHUNK,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> StackFit:
    """Fit every spectrum of a stack.

    Parameters
    ----------
    stack : Stack
    model : StackModel
        See `xps.stack_recipe.models_of`.
    chunk : int
        Spectra at a time.
    progress : callable, optional
        Called with the number of spectra done and of all.
    cancelled : callable, optional
        Asked often; when it says True a CancelledError is raised.

    Raises
    ------
    ReadError
        As `Stack.read`.
    CancelledError
    """
    return StackFit.joined(
        list(fitted_chunks(stack, model, chunk=chunk, progress=progress, cancelled=cancelled))
    )


def fitted_chunks(
    stack: Stack,
    model: StackModel,
    *,
    chunk: int = CHUNK,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[StackFit]:
    """Yield the fits of one chunk after the other; see `fit_stack`."""
    for first in range(0, stack.count, chunk):
        last = min(first + chunk, stack.count)
        yield fit_part(model, stack.read(first, last), first, cancelled=cancelled)
        if progress is not None:
            progress(last, stack.count)


def fit_part(
    model: StackModel,
    intensities: Floats,
    first: int = 0,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> StackFit:
    """Fit some spectra; those of other parts have no influence on them.

    Parameters
    ----------
    model : StackModel
    intensities : ndarray, shape (spectra, channels)
        As `Stack.read` gives them.
    first : int
        Which spectrum of the stack the first is.
    cancelled : callable, optional

    Raises
    ------
    CancelledError
    """
    counts = model.counts(intensities)
    fitted = np.isfinite(intensities).all(axis=1)
    if model.problem.noise.known:
        fitted &= (counts >= 0.0).all(axis=1)
    rows = np.flatnonzero(fitted)
    with np.errstate(all="ignore"):
        if model.is_alike:
            solution, other = _solved(model, counts[rows], cancelled)
        else:
            solution, other = _one_by_one(model, intensities[rows], cancelled)
        part = _empty(model, len(intensities), first)
        _record(part, rows, model, solution, other, model.start.size)
    return part


def _solved(
    model: StackModel, counts: Floats, cancelled: Callable[[], bool] | None
) -> tuple[BatchSolution, Bools]:
    """Fits, and for which of them another minimum was better than the one found first."""
    problem = model.problem
    if len(counts) < _FEWEST:
        batch = Batch(counts, np.tile(model.start, (len(counts), 1)))
    else:
        batch = near_batch(problem, counts, model.start, cancelled=cancelled)
    found = solve_batch(problem, batch, tolerance=_PRECISION, cancelled=cancelled)
    other = np.zeros(len(counts), dtype=np.bool_)
    doubtful = _doubtful(found)
    audited = np.arange(len(counts)) % _AUDITED == 0
    improved = _improve(model, counts, found, doubtful | audited, cancelled)
    other[improved] = True
    if other[audited & ~doubtful].any():  # the starts cannot be trusted here
        rest = ~(doubtful | audited)
        other[_improve(model, counts, found, rest, cancelled)] = True
    return found, other


def _doubtful(found: BatchSolution) -> Bools:
    chi2 = np.where(found.converged, found.chi2, np.inf)
    middle = np.median(chi2)
    spread = 1.4826 * np.median(np.abs(chi2 - middle))
    doubtful: Bools = ~(chi2 <= middle + _OUTLIER * spread)
    return doubtful


def _improve(
    model: StackModel,
    counts: Floats,
    found: BatchSolution,
    chosen: Bools,
    cancelled: Callable[[], bool] | None,
) -> Ints:
    """Fit spectra from starts of their own, keep what is better, and return where it was."""
    rows = np.flatnonzero(chosen)
    if not rows.size:
        return rows
    starts = scaled_starts(model.problem, counts[rows], model.start)
    again = solve_batch(
        model.problem, Batch(counts[rows], starts), tolerance=_PRECISION, cancelled=cancelled
    )
    better = again.converged & ~(again.deviance > found.deviance[rows] - _BETTER)
    better |= again.converged & ~found.converged[rows]
    into = rows[better]
    for name in found.__dataclass_fields__:
        getattr(found, name)[into] = getattr(again, name)[better]
    return into


def _one_by_one(
    model: StackModel, intensities: Floats, cancelled: Callable[[], bool] | None
) -> tuple[BatchSolution, Bools]:
    """Fits of spectra of which each has a noise or a static background of its own."""
    found = BatchSolution.empty(len(intensities), model.start.size)
    ask = raising(cancelled, "the fit", model.region.core_level)
    for row, intensity in enumerate(intensities):
        one = found.part(slice(row, row + 1))
        try:
            spectrum = model.spectrum(intensity)
            problem = compile_problem(model.region, spectrum, model.shift_ev)
            end = solve(problem, cold_start(model, intensity), cancelled=ask)
        except CancelledError:
            raise
        except XpsError:
            one.free[:], one.covariance[:], one.chi2[:], one.deviance[:] = 4 * (np.nan,)
            one.at_bound[:], one.converged[:], one.iterations[:] = False, False, 0
            continue
        residual = (problem.observed - end.expected) / np.sqrt(problem.variance)
        one.free[:], one.covariance[:], one.deviance[:] = end.free, end.covariance, end.deviance
        one.chi2[:], one.at_bound[:] = residual @ residual, end.at_bound
        one.converged[:], one.iterations[:] = end.converged, end.iterations
    return found, np.zeros(len(intensities), dtype=np.bool_)


def recorded(
    model: StackModel, spectra: int, rows: Ints, found: BatchSolution, parameters: float
) -> StackFit:
    """Return fits that were made elsewhere.

    Parameters
    ----------
    model : StackModel
    spectra : int
        Of the stack.
    rows : ndarray of int
        Which of them were fitted.
    found : BatchSolution
        Of these.
    parameters : float
        So many are fitted to each; what n spectra share counts as one n-th.
    """
    part = _empty(model, spectra, 0)
    with np.errstate(all="ignore"):
        _record(part, rows, model, found, np.zeros(rows.size, dtype=np.bool_), parameters)
    return part


def _empty(model: StackModel, spectra: int, first: int) -> StackFit:
    """All spectra of a part, none of them measured."""
    table, components = model.problem.table, len(model.region.components)

    def unknown(*shape: int) -> Floats:
        return np.full((spectra, *shape), np.nan)

    return StackFit(
        region=model.region,
        refs=table.refs,
        area_unit=f"{model.problem.noise.intensity_unit}·eV",
        charge_shift_ev=model.shift_ev,
        first=first,
        values=unknown(len(table.refs)),
        stderr=unknown(len(table.refs)),
        shares=unknown(components),
        share_stderr=unknown(components),
        reduced_chi2=unknown(),
        deviance=unknown(),
        flags=np.full(spectra, Flag.NOT_MEASURED, dtype=np.uint8),
        iterations=np.zeros(spectra, dtype=np.int32),
    )


def _record(
    part: StackFit,
    rows: Ints,
    model: StackModel,
    found: BatchSolution,
    other: Bools,
    parameters: float,
) -> None:
    """Write down what follows from solutions."""
    table, problem = model.problem.table, model.problem
    freedom = max(model.channels.size - parameters, 1)
    reduced = found.chi2 / freedom
    covariance = found.covariance
    if not problem.noise.known:
        covariance = covariance * reduced[:, None, None]
    values = table.values(found.free)
    by_value = np.einsum("ij,njk->nik", table.matrix, covariance)
    variance = np.einsum("nik,ik->ni", by_value, table.matrix)
    area_rows = [table.index[Ref(c.id, "area")] for c in model.region.components]
    areas = values[:, area_rows]
    of_areas = by_value[:, area_rows] @ table.matrix[area_rows].T
    total = areas.sum(axis=1)
    total_error = np.sqrt(of_areas.sum(axis=(1, 2)))
    shares = areas / total[:, None]
    by_area = (np.identity(len(area_rows)) - shares[:, :, None]) / total[:, None, None]
    share_variance = np.einsum("nij,njk,nik->ni", by_area, of_areas, by_area, optimize=True)
    stderr = np.sqrt(np.where(variance > 0.0, variance, np.nan))
    share_stderr = np.sqrt(np.where(share_variance > 0.0, share_variance, np.nan))

    limit = 1.0 + MISFIT_SIGMA * np.sqrt(2.0 / freedom)
    is_there = total > _PEAK_SIGMA * total_error
    shares[~is_there] = share_stderr[~is_there] = np.nan  # of nothing
    below = areas < -NEGATIVE_SIGMA * stderr[:, area_rows]
    flags = np.zeros(len(rows), dtype=np.uint8)
    for flag, holds in (
        (Flag.NOT_CONVERGED, ~found.converged),
        (Flag.AT_BOUND, found.at_bound.any(axis=1)),
        (Flag.MISFIT, (reduced > limit) & problem.noise.known),
        (Flag.NEGATIVE, below.any(axis=1)),
        (Flag.NO_PEAK, found.converged & ~is_there),
        (Flag.OTHER_MINIMUM, other),
    ):
        flags[holds] |= flag.value
    lost = ~found.converged
    for array in (values, stderr, shares, share_stderr, reduced):
        array[lost] = np.nan
    part.values[rows], part.stderr[rows] = values, stderr
    part.shares[rows], part.share_stderr[rows] = shares, share_stderr
    part.reduced_chi2[rows] = reduced
    part.deviance[rows] = np.where(lost, np.nan, found.deviance)
    part.flags[rows], part.iterations[rows] = flags, found.iterations
