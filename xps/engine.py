"""The solver: bounded Levenberg-Marquardt on the likelihood, with analytic derivatives.

For Poisson counts the weights are those of the model (Fisher scoring): each step solves
``(JᵀWJ + λD) δ = JᵀW(y − m)`` with ``W = 1/m`` taken anew, so that the fixed point is the
maximum of the likelihood and free of the bias of weights made from the data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from xps.errors import FitError
from xps.kernel import Kernel, ParameterTable
from xps.model import Region
from xps.noise import Noise

Floats = NDArray[np.float64]

_MAX_ITERATIONS = 300
_CANCELLED = "cancelled"
_TOLERANCE = 1e-13  # expected further gain in deviance: about (3e-7 σ)²
_STALLED = 1e-9  # gain below which a rejected step is rounding, not a wrong direction
_LEAST_DAMPING = 1e-13  # keeps what the data do not determine from spoiling the rest


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

    def residual(self, free: Floats) -> Floats:
        """Distances from the expected values in sigma; shape (priors,)."""
        residual: Floats = (self.rows @ free - self.mean) / self.sigma
        return residual


@dataclass
class Problem:
    """A region on its data, ready for a solver.

    Attributes
    ----------
    kernel, table, priors
        Compiled from the region.
    observed : ndarray, shape (points,)
        In counts where these are known.
    noise : Noise
    start : ndarray, shape (free,)
    variance : ndarray, shape (points,)
        Of each point for `residual`; the solver leaves that of the best model here, so that
        every method of lmfit that starts from its result weighs the points alike.
    """

    kernel: Kernel
    table: ParameterTable
    priors: Priors
    observed: Floats
    noise: Noise
    start: Floats
    variance: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.start = np.clip(self.start, self.table.lower, self.table.upper)
        self.variance = self.noise.variance(self.expected(self.start))

    def expected(self, free: Floats) -> Floats:
        """Expected points (counts); shape (points,)."""
        expected: Floats = self.noise.counts_per_unit * self.kernel.model(self.table.values(free))
        return expected

    def expected_and_jacobian(self, free: Floats) -> tuple[Floats, Floats]:
        """Expected points and their derivatives; shapes (points,) and (points, free)."""
        model, jacobian = self.kernel.model_and_jacobian(self.table.values(free))
        scale = self.noise.counts_per_unit
        return scale * model, (scale * self.table.matrix.T @ jacobian).T

    def deviance(self, free: Floats) -> float:
        """Twice the negative log posterior, up to a constant."""
        return self._deviance(free, self.expected(free))

    def _deviance(self, free: Floats, expected: Floats) -> float:
        prior = self.priors.residual(free)
        return self.noise.deviance(self.observed, expected) + float(prior @ prior)

    def residual(self, free: Floats) -> Floats:
        """Weighted residuals of the data and of the priors with `variance` held fixed."""
        data = (self.expected(free) - self.observed) / np.sqrt(self.variance)
        return np.concatenate((data, self.priors.residual(free)))

    def jacobian(self, free: Floats) -> Floats:
        """Derivatives of `residual`; shape (points + priors, free)."""
        _, derivatives = self.expected_and_jacobian(free)
        data = derivatives / np.sqrt(self.variance)[:, None]
        return np.concatenate((data, self.priors.rows / self.priors.sigma[:, None]))


@dataclass(frozen=True)
class Solution:
    """Where a solver ended.

    Attributes
    ----------
    free : ndarray, shape (free,)
    deviance : float
    information : ndarray, shape (free, free)
        Fisher information (half the second derivative of the deviance), priors included.
    at_bound : ndarray of bool, shape (free,)
        Parameters that a bound holds back.
    iterations, evaluations : int
    converged : bool
    message : str
    """

    free: Floats
    deviance: float
    information: Floats
    at_bound: NDArray[np.bool_]
    iterations: int
    evaluations: int
    converged: bool
    message: str

    @property
    def covariance(self) -> Floats:
        """Inverse information of the parameters not at a bound; zero rows for the others.

        NaN throughout where the data do not determine all parameters.
        """
        covariance = np.zeros_like(self.information)
        inside = np.flatnonzero(~self.at_bound)
        if inside.size:
            block = self.information[np.ix_(inside, inside)]
            covariance[np.ix_(inside, inside)] = _inverse(block)
        return covariance


def solve(
    problem: Problem,
    start: Floats | None = None,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> Solution:
    """Find the best values of the free parameters, with areas of either sign.

    Areas are first kept at zero or above, and then those that ended at zero are released.
    Without the first leg a weak component can run away, as the huge negative twin of a
    neighbor at the same place.

    Parameters
    ----------
    problem : Problem
    start : ndarray, shape (free,), optional
        Instead of ``problem.start``.
    cancelled : callable, optional
        Asked before each iteration; when it says True the solver stops unconverged.
    """
    table = problem.table
    areas = np.array([ref.parameter == "area" for ref in table.free], dtype=np.bool_)
    floor = np.where(areas, np.clip(0.0, table.lower, None), table.lower)
    floor = np.where(floor < table.upper, floor, table.lower)
    first = _descend(problem, problem.start if start is None else start, floor, cancelled)
    released = areas & (first.free <= floor) & (table.lower < floor)
    if not released.any() or first.message == _CANCELLED:
        return first
    second = _descend(problem, first.free, table.lower, cancelled)
    return replace(
        second,
        iterations=first.iterations + second.iterations,
        evaluations=first.evaluations + second.evaluations,
    )


def _descend(
    problem: Problem,
    start: Floats,
    lower: Floats,
    cancelled: Callable[[], bool] | None,
) -> Solution:
    """Go down to the nearest minimum above the lower bounds.

    Levenberg-Marquardt with Nielsen's damping (IMM-REP-1999-05), columns scaled by the
    diagonal of the information, bounds by an active set and projection.
    """
    upper = problem.table.upper
    free = np.clip(start, lower, upper)
    expected, derivatives = problem.expected_and_jacobian(free)
    deviance = problem._deviance(free, expected)
    damping, growth, evaluations = 1e-3, 2.0, 1
    converged, message = False, f"no convergence after {_MAX_ITERATIONS} iterations"
    information, gradient = _normal_equations(problem, free, expected, derivatives)
    held = _held_back(free, gradient, lower, upper)
    iterations = 0
    while iterations < _MAX_ITERATIONS:
        iterations += 1
        if cancelled is not None and cancelled():
            message = _CANCELLED
            break
        inside = np.flatnonzero(~held)
        if not inside.size:
            converged, message = True, "every parameter is fixed or at a bound"
            break
        block, target = information[np.ix_(inside, inside)], gradient[inside]
        further_gain = float(target @ _solve(block, target, _LEAST_DAMPING))
        if further_gain < _TOLERANCE:
            converged, message = True, "converged"
            break
        trial = free.copy()
        trial[inside] += _solve(block, target, damping)
        trial = np.clip(trial, lower, upper)
        step = trial - free
        expected_gain = float(2.0 * gradient @ step - step @ information @ step)
        trial_expected, trial_derivatives = problem.expected_and_jacobian(trial)
        trial_deviance = problem._deviance(trial, trial_expected)
        evaluations += 1
        gain = deviance - trial_deviance
        if np.isfinite(trial_deviance) and gain > 0.0:
            ratio = gain / max(expected_gain, 1e-300)
            damping *= max(1.0 / 3.0, 1.0 - (2.0 * min(ratio, 2.0) - 1.0) ** 3)
            growth = 2.0
            free, expected, derivatives = trial, trial_expected, trial_derivatives
            deviance = trial_deviance
            information, gradient = _normal_equations(problem, free, expected, derivatives)
            held = _held_back(free, gradient, lower, upper)
        elif further_gain < _STALLED * (1.0 + 1e-3 * abs(deviance)):
            converged, message = True, "converged"
            break
        else:
            damping = max(damping, 1e-6) * growth
            growth *= 2.0
            if damping > 1e16:
                message = "no step improves the fit any more"
                break
    problem.variance = problem.noise.variance(expected)
    return Solution(free, deviance, information, held, iterations, evaluations, converged, message)


def _normal_equations(
    problem: Problem, free: Floats, expected: Floats, derivatives: Floats
) -> tuple[Floats, Floats]:
    """Fisher information and minus half the gradient of the deviance."""
    weighted = derivatives / problem.noise.variance(expected)[:, None]
    prior_rows = problem.priors.rows / problem.priors.sigma[:, None]
    information = derivatives.T @ weighted + prior_rows.T @ prior_rows
    gradient = derivatives.T @ problem.noise.score(problem.observed, expected)
    gradient = gradient - prior_rows.T @ problem.priors.residual(free)
    if not (np.isfinite(information).all() and np.isfinite(gradient).all()):
        raise FitError(
            "the numbers of the model are too large to be computed with",
            "check values, counting times and the widths of expectations",
        )
    return information, gradient


def _held_back(free: Floats, gradient: Floats, lower: Floats, upper: Floats) -> NDArray[np.bool_]:
    held: NDArray[np.bool_] = ((free <= lower) & (gradient < 0.0)) | (
        (free >= upper) & (gradient > 0.0)
    )
    return held


def _solve(information: Floats, gradient: Floats, damping: float) -> Floats:
    scale = np.sqrt(np.diag(information))
    scale[scale == 0.0] = 1.0
    normal = information / np.outer(scale, scale)
    normal[np.diag_indices_from(normal)] += damping
    try:
        scaled = np.linalg.solve(normal, gradient / scale)
    except np.linalg.LinAlgError:
        scaled = np.linalg.lstsq(normal, gradient / scale)[0]
    step: Floats = scaled / scale
    return step


def _inverse(information: Floats) -> Floats:
    scale = np.sqrt(np.diag(information))
    if (scale <= 0.0).any():
        return np.full_like(information, np.nan)
    outer = np.outer(scale, scale)
    normal = information / outer
    if np.linalg.cond(normal) > 1e13:
        return np.full_like(information, np.nan)
    inverse: Floats = np.linalg.inv(normal) / outer
    return inverse
