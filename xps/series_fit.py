"""All spectra of a stack fitted together: shared widths and positions, and smoothness.

What is shared is one number for all spectra; what is smooth follows, from one spectrum to the
next, a random walk of known step. Each spectrum has a block of equations of its own, so that time
and memory grow with the number of spectra, not with its square.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from xps.cancel import raising
from xps.errors import FitError
from xps.model import Ref
from xps.series_descent import SeriesDescent
from xps.stack_fit import CHUNK, fit_stack, recorded
from xps.stack_model import StackModel
from xps.stack_result import Flag, StackFit
from xps.stacks import Stack

Floats = NDArray[np.float64]

MOST_SPECTRA = 100_000
_LEAST_TAKEN = 1e-3  # of a variance, by a prior


@dataclass(frozen=True, eq=False)
class SeriesFit:
    """Fits of all spectra of a stack, made together.

    Attributes
    ----------
    fit : StackFit
        Errors contain those of the shared parameters, and what smoothness is expected.
    shared : tuple of Ref
    values, stderr : ndarray, shape (shared,)
        The error is not a number where a bound holds the value.
    covariance : ndarray, shape (shared, shared)
    smooth : dict of Ref to float
        Expected steps from one spectrum to the next; see `xps.smoothness.expected_step`.
    bias : dict of Ref to ndarray, shape (spectra,)
        By how much smoothness moved the values from those of the fits alone: an estimate of its
        bias without bias of its own, which scatters as those fits do.
    tension : dict of Ref to ndarray, shape (spectra,)
        The same in standard deviations of its scatter if the steps are what they are thought to
        be. Beyond three, the data contradict the smoothness there.
    alone : float
        Sum of the deviances of the spectra fitted alone.
    together : float
        The same of this fit.
    iterations : int
    """

    fit: StackFit
    shared: tuple[Ref, ...]
    values: Floats = field(repr=False)
    stderr: Floats = field(repr=False)
    covariance: Floats = field(repr=False)
    smooth: Mapping[Ref, float] = field(repr=False)
    bias: Mapping[Ref, Floats] = field(repr=False)
    tension: Mapping[Ref, Floats] = field(repr=False)
    alone: float
    together: float
    iterations: int


def shared_parameters(model: StackModel, kinds: Collection[str]) -> tuple[Ref, ...]:
    """Return the free parameters of some kinds, such as "fwhm", "center" and those of shapes.

    Raises
    ------
    FitError
        If a kind is of no free parameter.
    """
    free = model.problem.table.free
    unknown = set(kinds) - {ref.parameter for ref in free}
    if unknown:
        raise FitError(
            f"no free parameter is called {', '.join(sorted(unknown))}",
            f"there are: {', '.join(sorted({ref.parameter for ref in free}))}",
            where=model.region.core_level,
        )
    return tuple(ref for ref in free if ref.parameter in kinds)


def fit_series(
    stack: Stack,
    model: StackModel,
    shared: Collection[Ref] = (),
    *,
    smooth: Mapping[Ref, float] | None = None,
    alone: StackFit | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> SeriesFit:
    """Fit all spectra of a stack together.

    Parameters
    ----------
    stack : Stack
    model : StackModel
    shared : collection of Ref
        Free parameters that are the same in all spectra. What is expected of them counts once.
    smooth : mapping of Ref to float, optional
        Other free parameters, with the standard deviation of their steps between neighbors.
    alone : StackFit, optional
        Fits of all spectra by themselves, if they are known.
    cancelled : callable, optional

    Raises
    ------
    FitError
        If noise or background of the spectra are not known beforehand, a parameter is not
        free, or the fit does not converge.
    ReadError
        As `Stack.read`.
    CancelledError
    """
    smooth = dict(smooth or {})
    _refuse(stack, model, shared, smooth)
    ask = raising(cancelled, "the joint fit", model.region.core_level)
    if alone is None:
        alone = fit_stack(stack, model, cancelled=cancelled)
    usable = alone.flags & (Flag.NOT_MEASURED | Flag.NOT_CONVERGED).value == 0
    rows = np.flatnonzero(usable)
    if rows.size < 2:
        raise FitError("fewer than two spectra can be fitted", "choose other data or another model")
    columns = [alone.refs.index(ref) for ref in model.problem.table.free]
    parts = ((first, min(first + CHUNK, stack.count)) for first in range(0, stack.count, CHUNK))
    counts = np.concatenate(
        [model.counts(stack.read(*part))[usable[slice(*part)]] for part in parts]
    )
    start = alone.values[rows][:, columns]
    joint = SeriesDescent(model.problem, counts, start, shared, smooth, np.diff(rows))
    iterations = joint.descend(ask)
    solution, covariance = joint.solution(iterations)
    names = tuple(ref for ref in model.problem.table.free if ref in set(shared))
    parameters = joint.own.size + joint.common.size / rows.size
    fit = recorded(model, stack.count, rows, solution, parameters)
    fit.flags[~usable] = alone.flags[~usable]
    variances = np.diagonal(covariance)
    moved = {ref: _moved(ref, fit, alone) for ref in smooth}
    return SeriesFit(
        fit=fit,
        shared=names,
        values=joint.free[0, joint.common],
        stderr=np.sqrt(np.where(variances > 0.0, variances, np.nan)),
        covariance=covariance,
        smooth=smooth,
        bias={ref: bias for ref, (bias, _) in moved.items()},
        tension={ref: tension for ref, (_, tension) in moved.items()},
        alone=float(np.nansum(alone.deviance[rows])),
        together=float(solution.deviance.sum()),
        iterations=iterations,
    )


def _moved(ref: Ref, fit: StackFit, alone: StackFit) -> tuple[Floats, Floats]:
    """By how much a parameter was moved, and that over its scatter.

    The variance of what a prior moves an estimate by is what it takes from its variance.
    """
    values, errors = fit.of(ref.component, ref.parameter)
    before, errors_before = alone.of(ref.component, ref.parameter)
    taken = np.maximum(errors_before**2 - errors**2, _LEAST_TAKEN * errors_before**2)
    moved = values - before
    return moved, moved / np.sqrt(taken)


def _refuse(
    stack: Stack, model: StackModel, shared: Collection[Ref], smooth: Mapping[Ref, float]
) -> None:
    where = model.region.core_level
    if not model.is_alike:
        raise FitError(
            "spectra are fitted together only if they are counts of known size on a background "
            "that is in the fit",
            "fit them one by one",
            where=where,
        )
    if stack.count > MOST_SPECTRA:
        raise FitError(
            f"{stack.count} spectra are more than the {MOST_SPECTRA} that are fitted together",
            "fit parts of them, or one by one",
            where=where,
        )
    for ref in (*shared, *smooth):
        if ref not in model.problem.table.free:
            raise FitError(f"{ref} is not free", "let the fit vary it", where=where)
    if set(shared) & set(smooth):
        raise FitError("what is shared cannot be smooth, too", "choose one of both", where=where)
    if not shared and not smooth:
        raise FitError("nothing is shared or smooth", "name parameters", where=where)
    if any(not (step > 0.0 and np.isfinite(step)) for step in smooth.values()):
        raise FitError("a step of smoothness that is not above zero", "give one", where=where)
