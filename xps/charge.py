"""Charge referencing: find the shift that puts a reference component at its known energy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xps.cancel import raising
from xps.engine import Problem, Solution, solve
from xps.errors import CancelledError, FitError, XpsError
from xps.fitted import RegionFit
from xps.fitting import fit_region
from xps.measured import measured
from xps.model import Param, Ref, Region
from xps.problem import compile_problem, with_guess
from xps.project import ChargeReference
from xps.significance import refuse_if_empty
from xps.spectrum import Spectrum
from xps.start import template_misfit

Floats = NDArray[np.float64]

_GRID_EV = 0.2
_SETTLED_EV = 1e-5
_EDGE_EV = 1e-3  # a point this close to the edge of a window belongs to it
_MAX_ROUNDS = 15
_TOLERANCE = 1e-8  # of a deviance: the center is then known to 1e-4 of its error
_LONGEST_STEP_EV = 0.5
_UNSETTLED_EV = 0.005  # a reference that stays this far from its energy is reported
_HYPOTHESES = 3
_RIVAL = 1.5  # times the least misfit: worse hypotheses are not followed
_EXPECTED_EV = 0.4  # how far off a neutralized sample's scale usually is
_DEGRADED = 25.0  # rise of the deviance at which the reference is given up: five sigma
_DOUBT = 10.0  # a rival within this many units of deviance is reported
_LEAST_SIGMA = 3.0  # significance that a reference line must have
_ABSENT = 1e6  # more than any difference of deviances


def find_shifts(
    region: Region,
    spectrum: Spectrum,
    charge: ChargeReference,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[float, ...]:
    """Return likely charge shifts in eV, the likeliest first.

    The region's peaks, with areas of no less than zero, are moved over the data as a whole;
    the shifts at which they fit best, locally, are returned. Large shifts pay a penalty, so
    that among equals the smallest is taken.
    """
    reach = charge.search_ev
    low, high = region.window_ev
    points = measured(spectrum).between(low - reach, high + reach)
    if points.observed.size < 2:
        return (0.0,)
    steps = round(reach / _GRID_EV)
    grid = _GRID_EV * np.arange(-steps, steps + 1, dtype=np.float64)
    misfit = template_misfit(region, points, grid, cancelled=cancelled)
    scale = max(float(misfit.min()) / points.observed.size, 1e-300)
    score = misfit / scale + _cost_of_shift(grid)
    padded = np.concatenate(([np.inf], score, [np.inf]))
    minima = np.flatnonzero((score <= padded[:-2]) & (score <= padded[2:]))
    ranked = minima[np.argsort(score[minima], kind="stable")][:_HYPOTHESES]
    return tuple(float(grid[i]) for i in ranked if score[i] <= _RIVAL * score[ranked[0]])


def fit_reference(
    region: Region,
    spectrum: Spectrum,
    charge: ChargeReference,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[RegionFit, ChargeReference]:
    """Fit the region that holds the reference component, and the shift with it.

    The region is fitted, the shift is changed by what the reference component misses its
    known energy, and so on until it lies there.

    Returns
    -------
    fit : RegionFit
    charge : ChargeReference
        With the shift and its statistical error, that of the component's center.

    Raises
    ------
    FitError
        If no fit succeeds, or the reference line is not significant.
    """
    cancelled = raising(cancelled, "the search for the charge shift", region.core_level)
    shifts: tuple[float, ...] = (charge.shift_ev,)
    guess = charge.stderr_ev is None
    if guess:
        refuse_if_empty(region, spectrum, 0.0, search_ev=charge.search_ev, cancelled=cancelled)
        shifts = find_shifts(region, spectrum, charge, cancelled=cancelled)
    settled: list[_Candidate] = []
    failure = None
    for shift in shifts:
        try:
            settled.append(_settle(region, spectrum, charge, shift, guess, cancelled))
        except CancelledError:
            raise
        except XpsError as error:
            failure = failure or error
    if not settled:
        raise failure or FitError("no charge shift fits", where=region.core_level)
    costs = _costs(settled, spectrum, charge.component, cancelled)
    order = np.argsort(costs, kind="stable")
    best, least = settled[order[0]], float(costs[order[0]])
    shift = best.shift
    found = replace(charge, shift_ev=shift, stderr_ev=None)
    fit = fit_region(best.region, spectrum, found, cancelled=cancelled)
    stderr = fit.stderr(Ref(charge.component, "center"))
    area = fit.region.component(charge.component).area.value
    area_error = fit.stderr(Ref(charge.component, "area"))
    if stderr is None or area_error is None or area < _LEAST_SIGMA * area_error:
        name = fit.region.component(charge.component).name
        raise FitError(
            f"the charge reference {name} is too weak to set the energy scale",
            "choose another reference, or set the shift by hand",
            where=region.core_level,
        )
    rivals = tuple(
        f"a charge shift of {settled[i].shift:+.2f} eV fits almost as well as {shift:+.2f} eV: "
        "compare another line of known energy"
        for i in order[1:]
        if costs[i] - least < _DOUBT and abs(settled[i].shift - shift) > _GRID_EV
    )
    center = fit.region.component(charge.component).center.value
    missing = _reference_energy(region, charge) - center
    if abs(missing) > _UNSETTLED_EV:
        rivals += (
            f"the charge reference ends {missing:+.3f} eV from its energy: bounds of other "
            "components hold it back",
        )
    fit = replace(fit, charge_shift_stderr=stderr, warnings=(*fit.warnings, *rivals))
    return fit, replace(found, stderr_ev=stderr)


def _cost_of_shift(shift_ev: Floats | float) -> Floats:
    """Minus twice the logarithm of how often such a shift is met, a Cauchy distribution.

    Most scales are off by a few tenths of an eV, but badly neutralized samples by several, so
    that large shifts must not be excluded by a Gaussian's tail.
    """
    return 2.0 * np.log1p(np.square(shift_ev / _EXPECTED_EV))


def moved(region: Region, shift_ev: float) -> Region:
    """Return the region with all centers moved by `shift_ev`, within their bounds."""
    changes = {}
    for component in region.components:
        center = component.center
        if center.link is None and center.vary:
            changes[Ref(component.id, "center")] = _clipped(center, center.value + shift_ev)
    return region.with_values(changes)


def _clipped(param: Param, value: float) -> float:
    return min(max(value, param.min), param.max)


def _settle(
    region: Region,
    spectrum: Spectrum,
    charge: ChargeReference,
    shift: float,
    guess: bool,
    cancelled: Callable[[], bool] | None,
) -> _Candidate:
    """Fit and shift in turn."""
    energy_ev = _reference_energy(region, charge)
    if guess:
        region = with_guess(region, spectrum, shift)
    center = Ref(charge.component, "center")
    least = np.inf
    before: tuple[float, float] | None = None
    for _ in range(_MAX_ROUNDS):
        problem = compile_problem(region, spectrum, shift)
        solution = solve(problem, tolerance=_TOLERANCE, cancelled=cancelled)
        values = dict(zip(problem.table.free, solution.free.tolist(), strict=True))
        region = region.with_values(values)
        candidate = _Candidate(problem, solution, region, shift)
        least = min(least, candidate.excess)
        if candidate.excess > least + _DEGRADED:
            name = region.component(charge.component).name
            raise FitError(
                f"the charge reference {name} is not found: with its peak at {energy_ev:g} eV "
                "the other components do not fit",
                "choose another reference, or set the shift by hand",
                where=region.core_level,
            )
        missing = energy_ev - region.param(center).value
        step = _next_step(shift, missing, before)
        before = (shift, missing)
        shift += step
        region = moved(region, step)
        if abs(missing) < _SETTLED_EV:
            break
    return replace(candidate, region=region, shift=shift)


def _reference_energy(region: Region, charge: ChargeReference) -> float:
    if charge.energy_ev is None:
        raise FitError("the charge reference has no energy", "give it one", where=region.core_level)
    return charge.energy_ev


def _next_step(shift: float, missing: float, before: tuple[float, float] | None) -> float:
    """Change of the shift: what is missing, or a secant step where a bound resists it."""
    if before is None or shift == before[0]:
        return missing
    slope = (missing - before[1]) / (shift - before[0])
    if not slope < -0.1:  # a free peak moves with the shift: slope −1
        return missing
    return float(np.clip(-missing / slope, -_LONGEST_STEP_EV, _LONGEST_STEP_EV))


@dataclass(frozen=True)
class _Candidate:
    """Where the search ended that began at one of the likely shifts."""

    problem: Problem
    solution: Solution
    region: Region
    shift: float

    @property
    def excess(self) -> float:
        """Deviance beyond the one expected, plus what areas below zero cost."""
        return self.solution.deviance - self.problem.observed.size + self._negative_areas()

    def cost(self, reference: str) -> float:
        """How unlikely the shift is, in units of deviance.

        A reference that is not there cannot be the reference.
        """
        cost = self.solution.deviance + self._negative_areas() + float(_cost_of_shift(self.shift))
        return cost if self._significance(reference) > _LEAST_SIGMA else cost + _ABSENT

    @property
    def measured_ev(self) -> Floats:
        """Binding energies of the points before the charge correction."""
        energies: Floats = self.problem.kernel.energy - self.shift
        return energies

    def on_points(
        self,
        low: float,
        high: float,
        spectrum: Spectrum,
        reference: Ref,
        cancelled: Callable[[], bool] | None,
    ) -> _Candidate:
        """The same shift on the points measured from `low` to `high` eV, all else refitted."""
        window = low + self.shift - _EDGE_EV, high + self.shift + _EDGE_EV
        region = replace(self.region, window_ev=window)
        center = region.param(reference)
        if center.link is None:
            region = region.with_param(reference, replace(center, vary=False))
        problem = compile_problem(region, spectrum, self.shift)
        solution = solve(problem, tolerance=_TOLERANCE, cancelled=cancelled)
        return replace(self, problem=problem, solution=solution)

    def _negative_areas(self) -> float:
        """What areas below zero cost: inference allows them, nature does not."""
        areas = [r.component for r in self.problem.table.free if r.parameter == "area"]
        return sum(min(self._significance(id_), 0.0) ** 2 for id_ in areas)

    def _significance(self, component: str) -> float:
        """Area over its error; infinite where the area is not fitted."""
        ref = Ref(component, "area")
        if ref not in self.problem.table.free:
            return np.inf
        i = self.problem.table.free.index(ref)
        variance = self._variances[i]
        return float(self.solution.free[i] / np.sqrt(variance)) if variance > 0.0 else 0.0

    @cached_property
    def _variances(self) -> Floats:
        return np.diag(self.solution.covariance)


def _costs(
    candidates: Sequence[_Candidate],
    spectrum: Spectrum,
    reference: str,
    cancelled: Callable[[], bool] | None,
) -> Floats:
    """How unlikely each shift is, in units of deviance; only differences mean something.

    Each shift brings other points into the window, and those that contradict it may be the
    ones that it leaves out. Therefore all are judged by the points that any of them takes.
    """
    if len(candidates) == 1:
        return np.zeros(1)
    low = min(float(c.measured_ev[0]) for c in candidates)
    high = max(float(c.measured_ev[-1]) for c in candidates)
    center = Ref(reference, "center")
    return np.array(
        [c.on_points(low, high, spectrum, center, cancelled).cost(reference) for c in candidates]
    )
