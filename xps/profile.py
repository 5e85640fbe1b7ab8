"""Profile likelihood: how far a parameter can go before the data object, all else refitted.

The interval of confidence holds the values at which the deviance, minimized over all other
parameters, lies no more than a quantile of χ² (one degree of freedom) above its minimum
(Cumpson and Seah, Surf. Interface Anal. 18 (1992) 345; Venzon and Moolgavkar, Appl. Stat. 37
(1988) 87). Unlike a standard error it need not be symmetric, and need not end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from xps.cancel import raising
from xps.engine import Priors, Problem, solve
from xps.error_budget import Interval, Intervals
from xps.errors import FitError
from xps.fitted import RegionFit
from xps.model import Ref
from xps.problem import compile_problem
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]

RISE_68 = 1.0
RISE_95 = 3.841458820694124  # the 0.95 quantile of χ² with one degree of freedom

_CLOSE = 1e-3  # of the root, before the last interpolation
_FARTHEST = 1e4  # standard errors: beyond this an interval is open
_LONGEST_STEP = 4.0  # times the distance reached so far
_MAX_REFITS = 40
_TOLERANCE = 1e-6  # of a deviance: a tenth of what `_CLOSE` asks, at least
_BETTER = 1e-3  # a deviance lower than the best by more than this is another minimum


@dataclass(frozen=True)
class Crossing:
    """Where the deviance has risen by what was asked, or how far it was followed.

    Attributes
    ----------
    value : float
    why_open : str
        Why the rise was not reached at `value`; "" where it was.
    """

    value: float
    why_open: str = ""

    @property
    def end(self) -> float | None:
        """The end of an interval; None where it is open."""
        return None if self.why_open else self.value


class Profile:
    """Deviance at fixed values of one free parameter, everything else refitted.

    Parameters
    ----------
    problem : Problem
        Starting from its best values.
    ref : Ref
        A free parameter.
    cancelled : callable, optional
        Asked now and then; when it says True a `CancelledError` is raised.

    Raises
    ------
    FitError
        If the parameter is not free.
    """

    def __init__(
        self, problem: Problem, ref: Ref, *, cancelled: Callable[[], bool] | None = None
    ) -> None:
        if ref not in problem.table.free:
            raise FitError(f"{ref} is fixed: it has no profile", "let the fit vary it")
        self._problem, self._ref = problem, ref
        self._ask = raising(cancelled, "the profile")
        self._column = problem.table.free.index(ref)
        self.best = float(problem.start[self._column])
        self._least = problem.deviance(problem.start)
        self._scale = noise_scale(problem)
        self._sigma, self._slope = self._linear_errors()
        self._paths: dict[float, Floats] = {}

    @property
    def step(self) -> float:
        """About one standard error, or what can be had in its place."""
        return self._sigma

    def rise(self, value: float) -> float:
        """Rise of the deviance above its minimum, in units of the noise."""
        start = np.delete(self._predicted(value), self._column)
        problem = _fixed(self._problem, self._column, value, start)
        solution = solve(problem, tolerance=_TOLERANCE, cancelled=self._ask)
        self._paths[value] = np.insert(solution.free, self._column, value)
        return (solution.deviance - self._least) / self._scale

    def crossing(self, side: Literal[-1, 1], rise: float) -> Crossing:
        """Find where the deviance has risen by `rise` on one side of the best value.

        The distance from the best value over the root of the rise is the standard error of a
        parabola and changes slowly otherwise: it is interpolated, within a bracket, which is
        halved where two guesses in a row fell on the same side.
        """
        target = math.sqrt(rise)
        bound = float(
            (self._problem.table.upper if side > 0 else self._problem.table.lower)[self._column]
        )
        room = side * (bound - self.best)
        near, far = (0.0, 0.0), (math.inf, math.inf)
        known = [(0.0, self._sigma)]  # root, distance over root
        distance = min(target * self._sigma, room)
        for _ in range(_MAX_REFITS):
            if distance <= 0.0:
                return Crossing(self.best, f"{self._ref} lies at its bound {bound:g}")
            value = bound if distance == room else self.best + side * distance
            found = self.rise(value)
            if found < -_BETTER:
                return Crossing(
                    value,
                    f"the fit is not the best there is: at {self._ref} = {value:.6g} the "
                    f"deviance is lower by {-found:.2g}",
                )
            root, before = math.sqrt(max(found, 0.0)), known[-1][0]
            if root > 0.0:
                known.append((root, distance / root))
            if abs(root - target) < _CLOSE:
                return Crossing(self.best + side * _clamped(_distance(known, target), 0.0, room))
            one_sided = (root > target) == (before > target)
            if root < target:
                near = (distance, root)
                if distance >= room:
                    return Crossing(bound, f"the data allow {self._ref} beyond its bound {bound:g}")
                if distance > _FARTHEST * self._sigma:
                    break
            else:
                far = (distance, root)
            if near[0] >= far[0] * (1.0 - 1e-12):
                return Crossing(self.best + side * far[0])  # the deviance jumps here
            if one_sided and math.isfinite(far[0]):
                distance = 0.5 * (near[0] + far[0])
            else:
                distance = min(_next_distance(known, target, near[0], far[0]), room)
        return Crossing(
            self.best + side * distance,
            f"the deviance does not rise by {rise:.3g} up to {self._ref} = "
            f"{self.best + side * near[0]:.4g}",
        )

    def intervals(self) -> Intervals:
        """Return the intervals of 68.3 % and 95 %."""
        return Intervals(*(self._interval(rise) for rise in (RISE_68, RISE_95)))

    def _interval(self, rise: float) -> Interval:
        low, high = self.crossing(-1, rise), self.crossing(1, rise)
        return Interval(low.end, high.end, "; ".join(filter(None, (low.why_open, high.why_open))))

    def _linear_errors(self) -> tuple[float, Floats]:
        """Standard error of the parameter, and how the others follow it; shape (free,)."""
        problem, j = self._problem, self._column
        jacobian = problem.jacobian(problem.start)
        information = jacobian.T @ jacobian
        inside = (problem.start > problem.table.lower) & (problem.start < problem.table.upper)
        inside[j] = True
        rows = np.flatnonzero(inside)
        column = np.zeros(rows.size)
        column[np.searchsorted(rows, j)] = 1.0
        covariance = np.linalg.lstsq(information[np.ix_(rows, rows)], column)[0]
        slope = np.zeros(problem.start.size)
        variance = float(covariance[np.searchsorted(rows, j)])
        if not (np.isfinite(variance) and variance > 0.0):
            return max(abs(self.best), 1.0) * 1e-3, slope
        slope[rows] = covariance / variance
        return math.sqrt(variance * self._scale), slope

    def _predicted(self, value: float) -> Floats:
        """Where all free parameters probably lie for a value of this one."""
        side = sorted(
            (at for at in self._paths if (at - self.best) * (value - self.best) > 0.0),
            key=lambda at: abs(at - value),
        )
        start = self._problem.start
        if not side:
            return start + (value - self.best) * self._slope
        here = self._paths[side[0]]
        before, at = (self._paths[side[1]], side[1]) if len(side) > 1 else (start, self.best)
        return here + (here - before) * ((value - side[0]) / (side[0] - at))


def profile_interval(
    fit: RegionFit,
    spectrum: Spectrum,
    ref: Ref,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> Intervals:
    """Return the profile likelihood intervals of one parameter of a fit.

    A parameter that is linked to another has that one's intervals, scaled and shifted. Where
    the size of the noise is unknown the rise is counted in units of χ²ᵣ.

    Parameters
    ----------
    fit : RegionFit
    spectrum : Spectrum
        That it was fitted to.
    ref : Ref
    cancelled : callable, optional

    Raises
    ------
    FitError
        If the parameter is fixed, or the profile was cancelled.
    """
    return _intervals(fit, compiled(fit, spectrum), ref, cancelled)


def profile_all(
    fit: RegionFit,
    spectrum: Spectrum,
    refs: Iterable[Ref] | None = None,
    *,
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[Ref, Intervals]:
    """Return the profile likelihood intervals of many parameters, by default of all free ones.

    See `profile_interval`; `progress` is called with the number of parameters done and to do.
    """
    problem = compiled(fit, spectrum)
    wanted = fit.free if refs is None else tuple(refs)
    found = {}
    for done, ref in enumerate(wanted):
        if progress is not None:
            progress(done, len(wanted))
        found[ref] = _intervals(fit, problem, ref, cancelled)
    if progress is not None:
        progress(len(wanted), len(wanted))
    return found


def _intervals(
    fit: RegionFit, problem: Problem, ref: Ref, cancelled: Callable[[], bool] | None
) -> Intervals:
    root, factor, shift = fit.solved.resolve(ref)
    return Profile(problem, root, cancelled=cancelled).intervals().scaled(factor, shift)


def compiled(fit: RegionFit, spectrum: Spectrum) -> Problem:
    """Return the problem that a fit solved, starting from its best values."""
    return compile_problem(fit.solved, spectrum, fit.charge_shift_ev)


def noise_scale(problem: Problem) -> float:
    """Unit of the deviance: one, or χ²ᵣ at the start where the size of the noise is unknown."""
    if problem.noise.known:
        return 1.0
    residual = problem.residual(problem.start)
    freedom = max(residual.size - problem.start.size, 1)
    return float(residual @ residual) / freedom or 1.0


def _fixed(problem: Problem, column: int, value: float, start: Floats) -> Problem:
    """Return the problem with one free parameter fixed at a value."""
    priors = problem.priors
    return replace(
        problem,
        kernel=problem.kernel.with_table(problem.table.without(column, value)),
        priors=Priors(
            np.delete(priors.rows, column, axis=1),
            priors.mean - priors.rows[:, column] * value,
            priors.sigma,
        ),
        start=start,
    )


def _distance(known: list[tuple[float, float]], target: float) -> float:
    """Distance at a root, from the two known roots nearest to it."""
    (a, at_a), (b, at_b) = sorted(known, key=lambda point: abs(point[0] - target))[:2]
    per_root = at_a if a == b else at_a + (at_b - at_a) * (target - a) / (b - a)
    return target * per_root


def _next_distance(
    known: list[tuple[float, float]], target: float, near: float, far: float
) -> float:
    guess = _distance(known, target) if len(known) > 1 else math.inf
    farthest = min(far, _LONGEST_STEP * near) if near > 0.0 else far
    if near < guess < far and guess <= farthest:
        return guess
    return 0.5 * (near + far) if math.isfinite(far) else farthest


def _clamped(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
