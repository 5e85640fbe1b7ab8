"""Whether there is a peak at all, and which components stand out of the noise."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from xps.cancel import raising
from xps.engine import Problem, Solution, solve
from xps.errors import FitError
from xps.matched_filter import greatest_gain
from xps.measured import Measured
from xps.model import Param, Ref, Region
from xps.problem import compile_problem, free_values, points_of, with_guess
from xps.profile import Profile
from xps.spectrum import Spectrum

if TYPE_CHECKING:
    from lmfit.minimizer import MinimizerResult

_WEAK_SIGMA = 3.0  # below this a free center makes the test of a component unfair
_DETECTION = 4.0  # gain in deviance that a component must bring: two sigma
_LIMIT_95 = 2.706  # one-sided 95 %: the 0.9 quantile of χ² with one degree of freedom
_NO_PEAK = 1e-5  # chance that noise alone looks as good as the peaks
_PLAIN_CHI2 = 4.0  # χ²ᵣ of a straight line: beyond it there is something to fit
_SEARCH_STEP_EV = 0.2
_PLAIN_SIGMA = 12.0  # a gain in deviance of 144, beyond any threshold of `_NO_PEAK`


def _has_plain_peak(region: Region, result: MinimizerResult) -> bool:
    """Whether a peak stands out so far that no test against an empty region is needed."""
    from xps.minimizer import parameter_name

    areas = [result.params[parameter_name(Ref(c.id, "area"))] for c in region.components]
    plain = any(a.stderr is not None and a.value > _PLAIN_SIGMA * a.stderr for a in areas)
    return plain and sum(area.value for area in areas) > 0.0


def refuse_if_empty(
    region: Region,
    spectrum: Spectrum,
    shift_ev: float,
    *,
    search_ev: float = 0.0,
    cancelled: Callable[[], bool] | None = None,
) -> None:
    """Raise a FitError where no fit could find a peak, without fitting one.

    Parameters
    ----------
    region : Region
    spectrum : Spectrum
    shift_ev : float
    search_ev : float
        How far from `shift_ev` the charge shift may lie.
    cancelled : callable, optional

    Raises
    ------
    FitError
        If what the components gain at most is too little for `refuse_without_peak`.
    """
    low, high = region.window_ev
    reach = replace(region, window_ev=(low - search_ev, high + search_ev))
    points = points_of(reach, spectrum, shift_ev)
    if not region.components or _is_plainly_structured(points):
        return
    problem, solution = _without_peaks(reach, spectrum, shift_ev, cancelled)
    steps = math.ceil(search_ev / _SEARCH_STEP_EV)
    shifts = np.linspace(-search_ev, search_ev, 1 + 2 * steps)
    gain = greatest_gain(region, problem, solution, shifts, cancelled=cancelled)
    freedom = max(problem.observed.size - problem.start.size, 1)
    scale = 1.0
    if not problem.noise.known:
        scale = max(solution.deviance - gain.alone, 0.0) / freedom
    if gain.together < scale * _least_gain(region):
        raise _no_peak(region, _has_structure(problem, solution))


def refuse_without_peak(
    region: Region,
    spectrum: Spectrum,
    shift_ev: float,
    result: MinimizerResult,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> None:
    """Raise a FitError where the background alone describes the data.

    Parameters
    ----------
    region : Region
        With its best values.
    spectrum : Spectrum
    shift_ev : float
    result : MinimizerResult
        Of the fit that found them.
    cancelled : callable, optional
    """
    if _has_plain_peak(region, result):
        return
    nothing, without = _without_peaks(region, spectrum, shift_ev, cancelled)
    problem = compile_problem(region, spectrum, shift_ev)
    expected = problem.expected(free_values(region, problem.table))
    with_peaks = problem.noise.deviance(problem.observed, expected)
    freedom = max(problem.observed.size - problem.start.size, 1)
    scale = 1.0 if problem.noise.known else with_peaks / freedom
    net = sum(component.area.value for component in region.components)
    if without.deviance - with_peaks < scale * _least_gain(region) or net <= 0.0:
        raise _no_peak(region, _has_structure(nothing, without))


def _without_peaks(
    region: Region, spectrum: Spectrum, shift_ev: float, cancelled: Callable[[], bool] | None
) -> tuple[Problem, Solution]:
    """The background alone, fitted."""
    empty = _empty(region)
    if region.background.in_fit:
        empty = with_guess(empty, spectrum, shift_ev)
    problem = compile_problem(empty, spectrum, shift_ev)
    ask = raising(cancelled, "the fit", region.core_level)
    return problem, solve(problem, cancelled=ask)


def _empty(region: Region) -> Region:
    """The region without peaks and without what of its background is made from them."""
    background = region.background
    if background.in_fit:
        background = replace(background, kind="peak-shirley", k=Param(0.0, vary=False), own_k=())
    return replace(region, components=(), background=background)


def _least_gain(region: Region) -> float:
    """Gain in deviance that noise alone brings with a chance of `_NO_PEAK`."""
    from scipy.special import chdtri

    of_peaks = _n_free(region) - _n_free(_empty(region))
    return float(chdtri(max(of_peaks, 1), _NO_PEAK))


def _n_free(region: Region) -> int:
    return sum(param.is_free for _, param in region.params())


def _is_plainly_structured(points: Measured) -> bool:
    """Whether the data are so far from a straight line that a search for peaks is worth it."""
    weight = 1.0 / np.sqrt(points.noise.variance(points.observed))
    distance = points.energy_ev - points.energy_ev[0]
    design = np.stack((weight, distance * weight), axis=1)
    target = points.observed * weight
    rest = target - design @ np.linalg.lstsq(design, target)[0]
    return float(rest @ rest) > _PLAIN_CHI2 * points.observed.size + _PLAIN_SIGMA**2


def _has_structure(problem: Problem, solution: Solution) -> bool:
    """Whether the data are known to be more than a background."""
    freedom = max(problem.observed.size - problem.start.size, 1)
    expected = freedom * (1.0 + 5.0 * math.sqrt(2.0 / freedom))
    return problem.noise.known and solution.deviance > expected


def _no_peak(region: Region, structure: bool) -> FitError:
    low, high = region.window_ev
    if structure and not region.components:
        return FitError(
            f"no components between {low:g} and {high:g} eV, though the data are more than a "
            "background",
            "add components, or apply a recipe",
            where=region.core_level,
        )
    if structure:
        return FitError(
            f"none of the components finds a peak between {low:g} and {high:g} eV, though the "
            "data are more than a background",
            "check the charge reference, the centers and their bounds",
            where=region.core_level,
        )
    return FitError(
        f"no peak between {low:g} and {high:g} eV: the background alone describes the data",
        "move the window, measure longer, or leave this region out",
        where=region.core_level,
    )


def weak_centers(region: Region, result: MinimizerResult) -> tuple[Ref, ...]:
    """Centers, with an expectation, of components below 3σ."""
    from xps.minimizer import parameter_name

    weak = []
    for component in region.components:
        center = Ref(component.id, "center")
        area = result.params[parameter_name(Ref(component.id, "area"))]
        has_expectation = component.center.is_free and component.center.prior is not None
        if has_expectation and (area.stderr is None or area.value < _WEAK_SIGMA * area.stderr):
            weak.append(center)
    return tuple(weak)


def upper_limits(
    region: Region,
    held: tuple[Ref, ...],
    spectrum: Spectrum,
    shift_ev: float,
    result: MinimizerResult,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, float]:
    """Upper 95 % limits of the areas of the components that the data do not demand.

    They are demanded where leaving them out raises the deviance by 4, the centers in `held`
    staying where their priors expect them: a center that follows the noise would make the test
    unfair. A limit is the area at which the deviance has risen by 2.71 from its minimum over
    areas of no less than zero, everything else refitted, centers included.

    Parameters
    ----------
    region : Region
        With its best values.
    held : tuple of Ref
        Of `weak_centers`.
    spectrum : Spectrum
    shift_ev : float
    result : MinimizerResult
        Of the fit that found them.
    cancelled : callable, optional
    """
    from xps.minimizer import parameter_name

    if not (result.success and result.errorbars):
        return {}
    limits: dict[str, float] = {}
    tested: Problem | None = None
    for component in region.components:
        ref = Ref(component.id, "area")
        area = result.params[parameter_name(ref)]
        if not component.area.is_free or area.stderr is None:
            continue
        if area.value > 2.0 * np.sqrt(_DETECTION) * area.stderr:
            continue  # far beyond the threshold: no refit can bring it below
        tested = tested or _held_problem(region, held, spectrum, shift_ev, cancelled)
        profile = Profile(tested, ref, cancelled=cancelled)
        if profile.best > 0.0 and profile.rise(0.0) >= _DETECTION:
            continue
        if held:
            own = compile_problem(region, spectrum, shift_ev)
            profile = Profile(own, ref, cancelled=cancelled)
        least = max(profile.rise(0.0), 0.0) if profile.best < 0.0 else 0.0
        limits[component.id] = profile.crossing(1, _LIMIT_95 + least).value
    return limits


def _held_problem(
    region: Region,
    held: tuple[Ref, ...],
    spectrum: Spectrum,
    shift_ev: float,
    cancelled: Callable[[], bool] | None,
) -> Problem:
    """The problem with some centers held at their priors, starting from its best values."""
    problem = compile_problem(region.held_at_priors(held), spectrum, shift_ev)
    if held:
        ask = raising(cancelled, "the fit", region.core_level)
        problem = replace(problem, start=solve(problem, cancelled=ask).free)
    return problem
