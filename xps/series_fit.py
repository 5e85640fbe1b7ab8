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

from xps.arrow_matrix import ArrowMatrix
from xps.batch_solver import BatchSolution
from xps.cancel import raising
from xps.errors import FitError
from xps.likelihood import Problem
from xps.model import Ref
from xps.stack_fit import CHUNK, fit_stack, recorded
from xps.stack_model import StackModel
from xps.stack_result import Flag, StackFit
from xps.stacks import Stack

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

MOST_SPECTRA = 100_000
_AT_ONCE = 12  # spectra linearized together, as in the solver for many
_MAX_ITERATIONS = 100
_START_DAMPING = 1e-6
_LITTLE_DAMPING = 1e-3  # with more, a step gains little wherever it starts
_LEFT = 1e-12  # expected gain in deviance, for each spectrum, at which the descent ends
_LENGTH = 1e-300
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
    joint = _Joint(model.problem, counts, start, shared, smooth, np.diff(rows))
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


class _Joint:
    """All spectra at one set of values, on the way to the best.

    Attributes
    ----------
    free : ndarray, shape (spectra, free)
        Shared ones repeated.
    common, own : ndarray of int
        Which of the free parameters are shared, and which are not.
    """

    def __init__(
        self,
        problem: Problem,
        counts: Floats,
        start: Floats,
        shared: Collection[Ref],
        smooth: Mapping[Ref, float],
        gaps: Ints,
    ) -> None:
        self._problem, self._counts = problem, counts
        names = problem.table.free
        self.common = np.array([i for i, r in enumerate(names) if r in shared], dtype=np.intp)
        self.own = np.array([i for i, r in enumerate(names) if r not in shared], dtype=np.intp)
        self._smooth = np.array([names.index(ref) for ref in smooth], dtype=np.intp)
        stiffness = np.zeros(len(names))
        stiffness[self._smooth] = [step**-2.0 for step in smooth.values()]
        self._stiffness = stiffness / gaps[:, None]  # a walk goes on where nothing was measured
        self.free = start.copy()
        self.free[:, self.common] = np.median(start[:, self.common], axis=0)
        np.clip(self.free, problem.lower, problem.upper, out=self.free)
        priors = problem.priors
        only_shared = ~priors.rows[:, self.own].any(axis=1)
        counted = np.where(only_shared, 1.0 / np.sqrt(len(counts)), 1.0)
        self._prior_rows = priors.weighted * counted[:, None]
        self._prior_weights = counted / priors.sigma
        self._set(self.free)

    def _set(self, free: Floats) -> None:
        """Linearize at values."""
        self.free = free
        self.information, self.gradient, self.deviances, self.chi2 = self._evaluated(free)
        self.penalty = self._penalty(free)

    def _evaluated(self, free: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        problem, n, size = self._problem, len(free), free.shape[1]
        information, gradient = np.empty((n, size, size)), np.empty((n, size))
        deviances, chi2 = np.empty(n), np.empty(n)
        for first in range(0, n, _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            observed = self._counts[part]
            expected, rows = problem.expected_and_jacobian(free[part])
            weight = 1.0 / np.sqrt(problem.noise.variance(expected))
            rows *= weight[:, None, :]
            residual = (observed - expected) * weight
            information[part] = rows @ rows.swapaxes(1, 2)
            gradient[part] = np.matvec(rows, residual)
            deviances[part] = problem.noise.deviances(observed, expected)
            chi2[part] = np.vecdot(residual, residual)
        priors = problem.priors
        if priors.sigma.size:
            missed = (free @ priors.rows.T - priors.mean) * self._prior_weights
            information += self._prior_rows.T @ self._prior_rows
            gradient -= missed @ self._prior_rows
            deviances += np.sum(missed**2, axis=1)
        return information, gradient, deviances, chi2

    def _penalty(self, free: Floats) -> float:
        """What roughness adds to the deviance."""
        return float(np.sum(self._stiffness * np.diff(free, axis=0) ** 2))

    def _roughness(self, free: Floats) -> Floats:
        """Half the derivative of the penalty; shape (spectra, free)."""
        pull = self._stiffness * np.diff(free, axis=0)
        found = np.zeros_like(free)
        found[1:] += pull
        found[:-1] -= pull
        return found

    @property
    def _total(self) -> float:
        return float(self.deviances.sum()) + self.penalty

    def descend(self, ask: Callable[[], bool]) -> int:
        """Go down to the nearest minimum; return the number of iterations."""
        damping = _START_DAMPING
        left = _LEFT * len(self.free)
        for iteration in range(1, _MAX_ITERATIONS + 1):
            ask()
            held = self._held()
            step = self._step(held, damping)
            trial = np.clip(self.free + step, self._problem.lower, self._problem.upper)
            pull = self.gradient - self._roughness(self.free)
            gain = float(np.sum(step * np.where(held, 0.0, pull)))
            if 0.0 <= gain <= left and damping <= _LITTLE_DAMPING:
                self.free = trial
                return iteration
            before = self.free, self.information, self.gradient, self.deviances, self.chi2
            total, penalty = self._total, self.penalty
            self._set(trial)
            if not self._total <= total + 1e-10 * abs(total):
                self.free, self.information, self.gradient, self.deviances, self.chi2 = before
                self.penalty = penalty
                damping = max(damping, 1e-6) * 10.0
                if damping > 1e12:
                    break
            else:
                damping *= 0.1
        raise FitError(
            "the joint fit did not converge",
            "share less, or fix what the data do not determine",
        )

    def _held(self) -> Bools:
        """Which parameters a bound holds back; shape (spectra, free)."""
        problem = self._problem
        pull = self.gradient - self._roughness(self.free)
        pull[:, self.common] = pull[:, self.common].sum(axis=0)
        held: Bools = ((self.free <= problem.lower) & (pull < 0.0)) | (
            (self.free >= problem.upper) & (pull > 0.0)
        )
        return held

    def _matrix(self, held: Bools, damping: float) -> tuple[ArrowMatrix, Floats]:
        """The equations of unit diagonal, and the lengths that make them so."""
        information = self.information.copy()
        diagonal = np.einsum("nii->ni", information)
        diagonal[1:] += self._stiffness
        diagonal[:-1] += self._stiffness
        information.swapaxes(1, 2)[held] = 0.0
        information[held] = 0.0
        length = np.sqrt(np.maximum(diagonal, _LENGTH))
        common = np.sqrt(np.maximum((diagonal[:, self.common]).sum(axis=0), _LENGTH))
        length[:, self.common] = common
        length[held] = 1.0
        scaled = information / (length[:, :, None] * length[:, None, :])
        np.einsum("nii->ni", scaled)[...] += np.where(held, 1.0, damping)
        own, shared = self.own, self.common
        corner = scaled[:, shared[:, None], shared].sum(axis=0)
        corner[np.diag_indices(shared.size)] -= damping * (len(held) - 1)
        if held[:, shared].any():
            still = held[0, shared]
            corner[still] = corner[:, still] = 0.0
            corner[still, still] = 1.0
        coupling = None
        if self._smooth.size:
            link = -self._stiffness[:, own] / (length[1:, own] * length[:-1, own])
            coupling = np.where(held[1:, own] | held[:-1, own], 0.0, link)
        matrix = ArrowMatrix(
            scaled[:, own[:, None], own], scaled[:, own[:, None], shared], corner, coupling
        )
        return matrix, length

    def _solved(self, matrix: ArrowMatrix, length: Floats, right: Floats) -> Floats:
        """Solve the equations for a right side, shape (spectra, free)."""
        scaled = right / length
        own, common = matrix.solve(scaled[:, self.own], scaled[:, self.common].sum(axis=0))
        found = np.empty_like(right)
        found[:, self.own] = own
        found[:, self.common] = common
        solved: Floats = found / length
        return solved

    def _step(self, held: Bools, damping: float) -> Floats:
        matrix, length = self._matrix(held, damping)
        right = np.where(held, 0.0, self.gradient - self._roughness(self.free))
        return self._solved(matrix, length, right)

    def solution(self, iterations: int) -> tuple[BatchSolution, Floats]:
        """The ends of all spectra, and the covariance of what is shared."""
        self._set(self.free)
        held = self._held()
        try:
            matrix, length = self._matrix(held, 0.0)
        except np.linalg.LinAlgError as error:
            raise FitError(
                "the data do not determine all parameters of the joint fit",
                "fix those of components without any area, or share them",
            ) from error
        own, mixed, shared = matrix.inverse()
        n, size = self.free.shape
        covariance = np.empty((n, size, size))
        covariance[:, self.own[:, None], self.own] = own
        covariance[:, self.own[:, None], self.common] = mixed
        covariance[:, self.common[:, None], self.own] = mixed.swapaxes(1, 2)
        covariance[:, self.common[:, None], self.common] = shared
        covariance /= length[:, :, None] * length[:, None, :]
        covariance[held] = 0.0
        covariance.swapaxes(1, 2)[held] = 0.0
        solution = BatchSolution(
            self.free, self.deviances, self.chi2, covariance, held,
            np.ones(n, dtype=np.bool_), np.full(n, iterations, dtype=np.intp),
        )  # fmt: skip
        return solution, covariance[0][np.ix_(self.common, self.common)]
