"""The solver: bounded Levenberg-Marquardt on the likelihood, with analytic derivatives.

For Poisson counts the weights are those of the model (Fisher scoring): each step solves
``(JᵀWJ + λD) δ = JᵀW(y − m)`` with ``W = 1/m`` taken anew, so that the fixed point is the
maximum of the likelihood and free of the bias of weights made from the data.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from xps.curvature import Curvature
from xps.errors import FitError
from xps.likelihood import Likelihood, Priors, Problem
from xps.normal_equations import NormalEquations

__all__ = ["Likelihood", "Priors", "Problem", "Solution", "solve"]

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


class Place(Protocol):
    """A problem linearized where the solver is; see `xps.likelihood.Linearized`."""

    free: Floats
    expected: Floats
    deviance: float
    equations: NormalEquations

    @property
    def noise_unit(self) -> float:
        """What a deviance of one is worth."""

    def moved(self, step: Floats) -> Self:
        """The place after a step that is too short for the model to bend."""


class Solvable(Protocol):
    """What the solver needs to know of a problem; see `xps.likelihood.Likelihood`."""

    lower: Floats
    upper: Floats
    first_lower: Floats
    start: Floats

    def linearized(self, free: Floats, scale: Floats | None = None) -> Place:
        """The problem at one place."""

    def leave(self, expected: Floats) -> None:
        """Take the model that the solver ended with."""


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
    problem: Solvable,
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
    problem : Solvable
        Such as a `Likelihood`.
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


@np.errstate(over="ignore", invalid="ignore")  # trial steps are asked whether they are finite
def _descend(
    problem: Solvable,
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
    point = problem.linearized(np.clip(start, lower, upper))
    if not _is_finite(point):
        raise FitError(
            "the numbers of the model are too large to be computed with",
            "check values, counting times and the widths of expectations",
        )
    damping, growth, evaluations, iterations = START_DAMPING, 2.0, 1, 0
    curvature = Curvature(point.free.size)
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
        unit = point.noise_unit
        trial_free = point.free.copy()
        trial_free[~held] += _shortened(equations.step(damping), point.free[~held], equations)
        trial_free = np.minimum(np.maximum(trial_free, lower), upper)
        expected_gain = point.equations.expected_gain(trial_free - point.free)
        # the best step, which gains more than any other, need not be known until the end
        if expected_gain <= unit and _last(equations, gain, tolerance * unit):
            converged, message = True, "converged"
            point = _after(point, equations.best_step, held, lower, upper)
            break
        trial = problem.linearized(trial_free, point.equations.scale)
        evaluations += 1
        gain = point.deviance - trial.deviance
        if _is_finite(trial) and gain > 0.0:
            ratio = gain / max(expected_gain, 1e-300)
            damping *= max(1.0 / 3.0, 1.0 - (2.0 * min(ratio, 2.0) - 1.0) ** 3)
            growth = 2.0
            if gain <= NEAR * unit:
                curvature.learn(point, trial, gain, told=gain > TOLD * unit)
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
            point = _after(point, equations.best_step, held, lower, upper)
            break
        else:
            damping = max(damping, 1e-6) * growth
            growth *= 2.0
            if damping > 1e16:
                message = "no step improves the fit any more"
                break
    problem.leave(point.expected)
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


def _is_finite(place: Place) -> bool:
    return math.isfinite(place.deviance) and place.equations.is_finite


def _after(
    place: Place, step: Floats, held: NDArray[np.bool_], lower: Floats, upper: Floats
) -> Place:
    """The place after a last step, where the bounds allow it."""
    whole = np.zeros_like(place.free)
    whole[~held] = step
    free = place.free + whole
    return place if (free < lower).any() or (free > upper).any() else place.moved(whole)


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


def _held_back(point: Place, lower: Floats, upper: Floats) -> NDArray[np.bool_]:
    free, gradient = point.free, point.equations.gradient
    held: NDArray[np.bool_] = ((free <= lower) & (gradient < 0.0)) | (
        (free >= upper) & (gradient > 0.0)
    )
    return held
