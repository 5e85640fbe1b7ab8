"""The solver: bounded Levenberg-Marquardt on the likelihood, with analytic derivatives.

For Poisson counts the weights are those of the model (Fisher scoring): each step solves
``(JᵀWJ + λD) δ = JᵀW(y − m)`` with ``W = 1/m`` taken anew, so that the fixed point is the
maximum of the likelihood and free of the bias of weights made from the data.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from xps.errors import FitError
from xps.kernel import Kernel
from xps.model import Region
from xps.noise import Noise
from xps.normal_equations import NormalEquations
from xps.parameter_table import ParameterTable

Floats = NDArray[np.float64]

CANCELLED = "cancelled"
"""What a solution says that was stopped from outside."""

Watch = Callable[[Floats], bool]

_MAX_ITERATIONS = 1000
START_DAMPING = 1e-3  # of parameters scaled by the length of their derivatives
TOLERANCE = 1e-12  # expected gain in deviance that is left: (1e-6 σ)²
LONGEST = 10.0  # step, over the length of all parameters
NEAR = 100.0  # gain of a step from which on the bends of the model are worth knowing
TOLD = 1e-8  # gain that stands out of the rounding of the deviance
FAST = 0.01  # of the gain of a step, the next one
ROUNDING = 1e-12  # step over the length of all parameters that rounding hides
STALLED = 1e-9  # gain below which a rejected step is rounding, not a wrong direction


@dataclass(frozen=True)
class Priors:
    """Gaussian expectations as rows on the free parameters: ``(rows @ free − mean) / sigma``."""

    rows: Floats
    mean: Floats
    sigma: Floats

    @classmethod
    def of(cls, region: Region, table: ParameterTable) -> Priors:
        """Collect the expectations of a region; those on fixed parameters are constants."""
        rows, means, sigmas = [], [], []
        for ref, param in region.params():
            prior = param.prior
            if prior is None:
                continue
            row = table.matrix[table.index[ref]].copy()
            constant = table.constant[table.index[ref]]
            if prior.relative_to is not None:
                target = table.index[prior.relative_to]
                row -= table.matrix[target]
                constant -= table.constant[target]
            if row.any():
                rows.append(row)
                means.append(prior.mean - constant)
                sigmas.append(prior.sigma)
        size = len(table.free)
        return cls(np.array(rows).reshape(len(rows), size), np.array(means), np.array(sigmas))

    @classmethod
    def none(cls, size: int) -> Priors:
        """No expectations of so many free parameters."""
        return cls(np.empty((0, size)), np.empty(0), np.empty(0))

    @cached_property
    def weighted(self) -> Floats:
        """Derivatives of `residual`; shape (priors, free)."""
        weighted: Floats = self.rows / self.sigma[:, None]
        return weighted

    def residual(self, free: Floats) -> Floats:
        """Distances from the expected values in sigma; shape (priors,)."""
        residual: Floats = (self.rows @ free - self.mean) / self.sigma
        return residual


class Likelihood(Protocol):
    """What the solver needs to know of a problem; `Problem` is that of a region.

    Attributes
    ----------
    lower, upper : ndarray, shape (free,)
        Bounds.
    first_lower : ndarray, shape (free,)
        Lower bounds of a first leg, at least `lower`; see `solve`.
    start : ndarray, shape (free,)
    observed : ndarray, shape (points,)
    noise : Noise
    priors : Priors
    variance : ndarray, shape (points,)
        The solver leaves the variances of the best model here.
    """

    lower: Floats
    upper: Floats
    first_lower: Floats
    start: Floats
    observed: Floats
    noise: Noise
    priors: Priors
    variance: Floats

    def expected_and_jacobian(self, free: Floats) -> tuple[Floats, Floats]:
        """Expected points and their derivatives; shapes (points,) and (free, points)."""
        ...


@dataclass
class Problem:
    """A region on its data, ready for a solver.

    Attributes
    ----------
    kernel, priors
        Compiled from the region.
    observed : ndarray, shape (points,)
        In counts where these are known.
    noise : Noise
    start : ndarray, shape (free,)
    variance : ndarray, shape (points,)
        Of each point for `residual`: that of the start, until the solver leaves that of the
        best model here, so that every method of lmfit that starts from its result weighs the
        points alike.
    lower, upper : ndarray, shape (free,)
        Bounds.
    first_lower : ndarray, shape (free,)
        Lower bounds with areas of no less than zero. Without a first leg inside these a weak
        component can run away, as the huge negative twin of a neighbor at the same place.
    """

    kernel: Kernel
    priors: Priors
    observed: Floats
    noise: Noise
    start: Floats
    _variance: Floats | None = field(init=False, default=None)
    lower: Floats = field(init=False)
    upper: Floats = field(init=False)
    first_lower: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.lower, self.upper = self.table.lower, self.table.upper
        areas = [ref.parameter == "area" for ref in self.table.free]
        floor = np.where(areas, np.maximum(self.lower, 0.0), self.lower)
        self.first_lower = np.where(floor < self.upper, floor, self.lower)
        self.start = np.clip(self.start, self.lower, self.upper)

    @property
    def table(self) -> ParameterTable:
        """Which numbers are free, and how all others follow from them."""
        return self.kernel.table

    @property
    def variance(self) -> Floats:
        """Variances of the points for `residual`; shape (points,)."""
        if self._variance is None:
            self._variance = self.noise.variance(self.expected(self.start))
        return self._variance

    @variance.setter
    def variance(self, variance: Floats) -> None:
        self._variance = variance

    def expected(self, free: Floats) -> Floats:
        """Expected points (counts); shape (points,)."""
        expected: Floats = self.noise.counts_per_unit * self.kernel.model(free)
        return expected

    def expected_and_jacobian(self, free: Floats) -> tuple[Floats, Floats]:
        """Expected points and their derivatives; shapes (points,) and (free, points)."""
        expected, derivatives = self.kernel.model_and_jacobian(free)
        if self.noise.counts_per_unit != 1.0:
            expected *= self.noise.counts_per_unit
            derivatives *= self.noise.counts_per_unit
        return expected, derivatives

    def deviance(self, free: Floats) -> float:
        """Twice the negative log posterior, up to a constant."""
        return _deviance(self, free, self.expected(free))

    def residual(self, free: Floats, expected: Floats | None = None) -> Floats:
        """Weighted residuals of the data and of the priors with `variance` held fixed."""
        model = self.expected(free) if expected is None else expected
        data = (model - self.observed) / np.sqrt(self.variance)
        return np.concatenate((data, self.priors.residual(free)))

    def jacobian(self, free: Floats) -> Floats:
        """Derivatives of `residual`; shape (points + priors, free)."""
        _, derivatives = self.expected_and_jacobian(free)
        data = derivatives / np.sqrt(self.variance)
        return np.concatenate((data.T, self.priors.weighted))


@dataclass(frozen=True)
class Solution:
    """Where a solver ended.

    Attributes
    ----------
    free : ndarray, shape (free,)
    expected : ndarray, shape (points,)
    deviance : float
    information : ndarray, shape (free, free)
        Fisher information (half the second derivative of the deviance), priors included.
    covariance : ndarray, shape (free, free)
        Inverse information of the parameters not at a bound; zero rows for the others. NaN
        throughout where the data do not determine all parameters.
    at_bound : ndarray of bool, shape (free,)
        Parameters that a bound holds back.
    iterations, evaluations : int
    converged : bool
    message : str
    """

    free: Floats
    expected: Floats
    deviance: float
    information: Floats
    covariance: Floats
    at_bound: NDArray[np.bool_]
    iterations: int
    evaluations: int
    converged: bool
    message: str


def solve(
    problem: Likelihood,
    start: Floats | None = None,
    *,
    tolerance: float = TOLERANCE,
    cancelled: Callable[[], bool] | None = None,
    watch: Watch | None = None,
) -> Solution:
    """Find the best values of the free parameters.

    A first leg keeps to ``problem.first_lower``; where it ended at one of these bounds that
    is none of the problem, a second leg starts from there without it.

    Parameters
    ----------
    problem : Likelihood
    start : ndarray, shape (free,), optional
        Instead of ``problem.start``.
    tolerance : float
        Gain in deviance still expected, in units of the noise, at which the descent ends.
    cancelled : callable, optional
        Asked before each iteration; when it says True the solver stops unconverged.
    watch : callable, optional
        The same, and told the free values reached.

    Raises
    ------
    FitError
        If the numbers at the start cannot be computed with.
    """

    def stopped(free: Floats) -> bool:
        return (cancelled is not None and cancelled()) or (watch is not None and watch(free))

    floor = problem.first_lower
    first = _descend(problem, problem.start if start is None else start, floor, tolerance, stopped)
    released = (first.free <= floor) & (problem.lower < floor)
    if not released.any() or first.message == CANCELLED:
        return first
    second = _descend(problem, first.free, problem.lower, tolerance, stopped)
    return replace(
        second,
        iterations=first.iterations + second.iterations,
        evaluations=first.evaluations + second.evaluations,
    )


class _Point:
    """The problem linearized at one place."""

    def __init__(self, problem: Likelihood, free: Floats, scale: Floats | None = None) -> None:
        self.free = free
        expected, derivatives = problem.expected_and_jacobian(free)
        self.deviance = _deviance(problem, free, expected)
        self.variance = problem.noise.variance(expected)
        weight = 1.0 / np.sqrt(self.variance)
        priors = problem.priors
        weighted, residual = derivatives * weight, (problem.observed - expected) * weight
        if priors.mean.size:
            weighted = np.concatenate((weighted, priors.weighted.T), axis=1)
            residual = np.concatenate((residual, -priors.residual(free)))
        self.equations = NormalEquations(weighted, residual, scale)
        self.expected, self.derivatives = expected, derivatives

    def after(self, step: Floats, held: NDArray[np.bool_], lower: Floats, upper: Floats) -> _Point:
        """The place after a last step that is too short for the model to bend."""
        free = self.free.copy()
        free[~held] += step
        if (free < lower).any() or (free > upper).any():
            return self
        point = copy(self)
        point.free = free
        point.deviance -= self.equations.expected_gain(free - self.free)
        point.expected = self.expected + (free - self.free) @ self.derivatives
        return point

    @property
    def is_finite(self) -> bool:
        return math.isfinite(self.deviance) and self.equations.is_finite

    def noise_unit(self, noise: Noise) -> float:
        """What a deviance of one is worth: the variance where it is yet to be estimated."""
        return 1.0 if noise.known else self.deviance / max(self.expected.size - self.free.size, 1)


class _Curvature:
    """What is known from the steps so far of the second derivatives of the model.

    Fisher's information leaves them out. Where the data are weak the steps without them go
    too far, and come near the minimum slowly.
    """

    def __init__(self, size: int) -> None:
        self.matrix: Floats = np.zeros((size, size))
        self.helps = False

    def learn(self, before: _Point, after: _Point, gain: float, unit: float) -> None:
        """Take in a step, and whether the matrix would have told its gain better."""
        moved = after.free - before.free
        straight = before.equations.straight_gain(moved)
        bent = straight - float(moved @ self.matrix @ moved)
        fallen = before.equations.gradient - after.equations.gradient
        self.matrix = updated_curvature(self.matrix, moved, fallen, after.equations.information)
        self.helps = gain <= TOLD * unit or abs(bent - gain) < abs(straight - gain)


def updated_curvature(
    curvature: Floats, moved: Floats, fallen: Floats, information: Floats
) -> Floats:
    """Return the least change of a curvature that explains how the gradient fell along a step.

    The secant update of NL2SOL, sized (Dennis, Gay and Welsch, ACM Trans. Math. Softw. 7
    (1981) 348), for one step or many along leading axes.

    Parameters
    ----------
    curvature, information : ndarray, shape (..., free, free)
        The second at the end of the step.
    moved, fallen : ndarray, shape (..., free)
        The step, and by how much the gradient fell along it.
    """
    along = np.sum(fallen * moved, axis=-1)
    wanted = fallen - times(information, moved)
    bend = np.abs(np.sum(moved * times(curvature, moved), axis=-1))
    with np.errstate(divide="ignore", invalid="ignore"):
        sizing = np.abs(np.sum(moved * wanted, axis=-1)) / bend
        fallen = fallen / along[..., None]
    curvature = np.where(bend > 0.0, np.minimum(sizing, 1.0), 1.0)[..., None, None] * curvature
    missing = wanted - times(curvature, moved)
    mixed = missing[..., :, None] * fallen[..., None, :]
    square = fallen[..., :, None] * fallen[..., None, :]
    updated = curvature + mixed + np.swapaxes(mixed, -1, -2)
    updated -= np.sum(missing * moved, axis=-1)[..., None, None] * square
    return np.where((along > 0.0)[..., None, None], updated, curvature)


def times(matrix: Floats, vector: Floats) -> Floats:
    """Matrix times vector, for one or many along leading axes."""
    product: Floats = (matrix @ vector[..., None])[..., 0]
    return product


def _deviance(problem: Likelihood, free: Floats, expected: Floats) -> float:
    deviance = problem.noise.deviance(problem.observed, expected)
    if problem.priors.mean.size:
        prior = problem.priors.residual(free)
        deviance += float(prior @ prior)
    return deviance


@np.errstate(over="ignore", invalid="ignore")  # trial steps are asked whether they are finite
def _descend(
    problem: Likelihood,
    start: Floats,
    lower: Floats,
    tolerance: float,
    stopped: Watch,
) -> Solution:
    """Go down to the nearest minimum above the lower bounds.

    Levenberg-Marquardt with Nielsen's damping (IMM-REP-1999-05), parameters scaled by the
    longest derivatives met (Moré, Lecture Notes in Mathematics 630 (1978) 105), bounds by an
    active set and projection.
    """
    upper = problem.upper
    point = _Point(problem, np.clip(start, lower, upper))
    if not point.is_finite:
        raise FitError(
            "the numbers of the model are too large to be computed with",
            "check values, counting times and the widths of expectations",
        )
    damping, growth, evaluations, iterations = START_DAMPING, 2.0, 1, 0
    curvature = _Curvature(point.free.size)
    converged, message = False, f"no convergence after {_MAX_ITERATIONS} iterations"
    held = _held_back(point, lower, upper)
    equations = point.equations.without(held)
    gain = 0.0
    while iterations < _MAX_ITERATIONS:
        iterations += 1
        if stopped(point.free):
            message = CANCELLED
            break
        if held.all():
            converged, message = True, "every parameter is fixed or at a bound"
            break
        unit = point.noise_unit(problem.noise)
        trial_free = point.free.copy()
        trial_free[~held] += _shortened(equations.step(damping), point.free[~held], equations)
        trial_free = np.minimum(np.maximum(trial_free, lower), upper)
        expected_gain = point.equations.expected_gain(trial_free - point.free)
        # the best step, which gains more than any other, need not be known until the end
        if expected_gain <= unit and _last(equations, gain, tolerance * unit):
            converged, message = True, "converged"
            point = point.after(equations.best_step, held, lower, upper)
            break
        trial = _Point(problem, trial_free, point.equations.scale)
        evaluations += 1
        gain = point.deviance - trial.deviance
        if trial.is_finite and gain > 0.0:
            ratio = gain / max(expected_gain, 1e-300)
            damping *= max(1.0 / 3.0, 1.0 - (2.0 * min(ratio, 2.0) - 1.0) ** 3)
            growth = 2.0
            if gain <= NEAR * unit:
                curvature.learn(point, trial, gain, unit)
                trial.equations.curvature = curvature.matrix if curvature.helps else None
            point = trial
            held = _held_back(point, lower, upper)
            equations = point.equations.without(held)
        elif equations.curvature is not None:
            point.equations = point.equations.straightened()
            equations = point.equations.without(held)
        elif equations.best_gain < STALLED * (unit + 1e-3 * abs(point.deviance)) or (
            _relative_length(equations.best_step, point.free[~held], equations) < ROUNDING
        ):
            converged, message = True, "converged"
            point = point.after(equations.best_step, held, lower, upper)
            break
        else:
            damping = max(damping, 1e-6) * growth
            growth *= 2.0
            if damping > 1e16:
                message = "no step improves the fit any more"
                break
    problem.variance = problem.noise.variance(point.expected)
    covariance = np.zeros_like(point.equations.information)
    if not held.all():
        covariance[np.ix_(~held, ~held)] = equations.covariance()
    return Solution(
        point.free,
        point.expected,
        point.deviance,
        point.equations.information,
        covariance,
        held,
        iterations,
        evaluations,
        converged,
        message,
    )


def _last(equations: NormalEquations, gain: float, left: float) -> bool:
    """Whether the best step leaves no more than `left` to gain, by how the gains have shrunk.

    Where they shrink fast, they shrink by the same factor or faster the next time.
    """
    best = equations.best_gain
    return best <= left or (0.0 < best <= FAST * gain and best * best <= left * gain)


def _shortened(step: Floats, free: Floats, equations: NormalEquations) -> Floats:
    """A step that is not many times longer than all that the parameters make by now.

    The first steps may otherwise lead to where the model does not depend on them any more.
    """
    return step / max(1.0, _relative_length(step, free, equations) / LONGEST)


def _relative_length(step: Floats, free: Floats, equations: NormalEquations) -> float:
    """Length of a step over that of the parameters; zero where these are zero."""
    length = math.hypot(*(equations.scale * free).tolist())
    return math.hypot(*(equations.scale * step).tolist()) / length if length > 0.0 else 0.0


def _held_back(point: _Point, lower: Floats, upper: Floats) -> NDArray[np.bool_]:
    free, gradient = point.free, point.equations.gradient
    held: NDArray[np.bool_] = ((free <= lower) & (gradient < 0.0)) | (
        (free >= upper) & (gradient > 0.0)
    )
    return held
