"""Whether there is a peak at all, and which components stand out of the noise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from xps.engine import solve
from xps.errors import FitError
from xps.kernel import Kernel
from xps.model import BACKGROUND_ID, Param, Ref, Region
from xps.problem import compile_problem, free_values, with_guess
from xps.profile import Profile
from xps.spectrum import Spectrum

if TYPE_CHECKING:
    from lmfit.minimizer import MinimizerResult

_WEAK_SIGMA = 3.0  # below this a free center makes the test of a component unfair
_DETECTION = 4.0  # gain in deviance that a component must bring: two sigma
_LIMIT_95 = 2.706  # one-sided 95 %: the 0.9 quantile of χ² with one degree of freedom
_NO_PEAK = 1e-5  # chance that noise alone looks as good as the peaks
_PLAIN_SIGMA = 12.0  # a gain in deviance of 144, beyond any threshold of `_NO_PEAK`


def _has_plain_peak(region: Region, result: MinimizerResult) -> bool:
    """Whether a peak stands out so far that no test against an empty region is needed."""
    from xps.minimizer import parameter_name

    areas = [result.params[parameter_name(Ref(c.id, "area"))] for c in region.components]
    plain = any(a.stderr is not None and a.value > _PLAIN_SIGMA * a.stderr for a in areas)
    return plain and sum(area.value for area in areas) > 0.0


def refuse_without_peak(
    region: Region, spectrum: Spectrum, shift_ev: float, result: MinimizerResult
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
    """
    from scipy.special import chdtri

    if _has_plain_peak(region, result):
        return
    problem = compile_problem(region, spectrum, shift_ev)
    empty = replace(region, components=())
    if region.background.in_fit:
        empty = empty.with_param(Ref(BACKGROUND_ID, "k"), Param(0.0, vary=False))
        nothing = compile_problem(with_guess(empty, spectrum, shift_ev), spectrum, shift_ev)
        without = solve(nothing).deviance
    else:
        without = problem.noise.deviance(
            problem.observed,
            problem.noise.counts_per_unit
            * Kernel(empty, problem.kernel.energy, problem.kernel.static_background).model(
                np.empty(0)
            ),
        )
    free = free_values(region, problem.table)
    expected = problem.expected(free)
    with_peaks = problem.noise.deviance(problem.observed, expected)
    extra = len(problem.table.free) - len(empty.background.params) + 1
    freedom = max(problem.observed.size - len(problem.table.free), 1)
    scale = 1.0 if problem.noise.known else with_peaks / freedom
    net = sum(component.area.value for component in region.components)
    if without - with_peaks < scale * float(chdtri(max(extra, 1), _NO_PEAK)) or net <= 0.0:
        low, high = region.window_ev
        structure = without > freedom * (1.0 + 5.0 * np.sqrt(2.0 / freedom))
        if problem.noise.known and structure:
            raise FitError(
                f"none of the components finds a peak between {low:g} and {high:g} eV, though the "
                "data are more than a background",
                "check the charge reference, the centers and their bounds",
                where=region.core_level,
            )
        raise FitError(
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
    region: Region, spectrum: Spectrum, shift_ev: float, result: MinimizerResult
) -> dict[str, float]:
    """Upper 95 % limits of the areas of the components that the data do not demand.

    A limit is the area at which the deviance has risen by 2.71 from its minimum over areas of
    no less than zero, everything else refitted.
    """
    from xps.minimizer import parameter_name

    if not result.errorbars:
        return {}
    limits: dict[str, float] = {}
    problem = compile_problem(region, spectrum, shift_ev)
    for component in region.components:
        ref = Ref(component.id, "area")
        area = result.params[parameter_name(ref)]
        if not component.area.is_free or area.stderr is None:
            continue
        if area.value > 2.0 * np.sqrt(_DETECTION) * area.stderr:
            continue  # far beyond the threshold: no refit can bring it below
        profile = Profile(problem, ref)
        at_zero = profile.rise(0.0)
        if profile.best > 0.0 and at_zero >= _DETECTION:
            continue
        least = max(at_zero, 0.0) if profile.best < 0.0 else 0.0
        limits[component.id] = profile.crossing(1, _LIMIT_95 + least).value
    return limits
