"""Fit one region: start values, solver, weak components, checks, and the record of it all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xps.backgrounds import linear, shirley
from xps.engine import Priors, Problem, solve
from xps.errors import FitError
from xps.fitted import NEGATIVE_SIGMA, RegionFit
from xps.kernel import Curves, Kernel, ParameterTable
from xps.measured import Measured, measured
from xps.model import Component, Param, Ref, Region
from xps.project import ChargeReference, fingerprint
from xps.spectrum import Spectrum
from xps.start import with_start_values

if TYPE_CHECKING:
    from lmfit.minimizer import MinimizerResult

Floats = NDArray[np.float64]

_WEAK_SIGMA = 3.0  # below this a free center makes the test of a component unfair
_DETECTION = 4.0  # gain in deviance that a component must bring: two sigma
_LIMIT_95 = 2.706  # one-sided 95 %: the 0.9 quantile of χ² with one degree of freedom
_NO_PEAK = 1e-5  # chance that noise alone looks as good as the peaks
_PLAIN_SIGMA = 12.0  # a gain in deviance of 144, beyond any threshold of `_NO_PEAK`


@dataclass(frozen=True)
class RegionCurves:
    """What a plot of a region shows, in the intensity unit of the region.

    Attributes
    ----------
    energy_ev : ndarray, shape (n,)
        Corrected binding energies, ascending.
    data : ndarray, shape (n,)
    model : Curves
    residual : ndarray, shape (n,)
        (data − model) in standard deviations of the expected noise.
    intensity_unit : str
    """

    energy_ev: Floats
    data: Floats
    model: Curves
    residual: Floats
    intensity_unit: str


def evaluate(region: Region, spectrum: Spectrum, shift_ev: float) -> RegionCurves:
    """Draw a region's model on its data without fitting.

    Raises
    ------
    FitError, BackgroundError
        If the window holds no points, or a static background cannot be computed.
    """
    points = _points(region, spectrum, shift_ev)
    kernel = Kernel(region, points.energy_ev, _static_background(region, points))
    table = ParameterTable.of(region)
    curves = kernel.curves(table.values(_free_values(region, table)))
    scale = points.noise.counts_per_unit
    expected = scale * curves.total
    sigma = np.sqrt(points.noise.variance(expected))
    residual = (points.observed - expected) / sigma
    if not points.noise.known and residual.size > 1:
        spread = float(np.sqrt(np.mean(residual**2)))
        residual = residual / (spread or 1.0)
    return RegionCurves(
        points.energy_ev, points.intensity, curves, residual, points.noise.intensity_unit
    )


def compile_problem(region: Region, spectrum: Spectrum, shift_ev: float) -> Problem:
    """Bring a region and its data into the form that the solver takes.

    Raises
    ------
    FitError
        If there are too few points, or a component lies wholly outside the window.
    """
    points = _points(region, spectrum, shift_ev)
    table = ParameterTable.of(region)
    if points.observed.size <= len(table.free):
        raise FitError(
            f"{points.observed.size} points for {len(table.free)} free parameters",
            "widen the window, or fix or link parameters",
            where=region.core_level,
        )
    for component in region.components:
        _refuse_outside(component, region, points)
    kernel = Kernel(region, points.energy_ev, _static_background(region, points))
    return Problem(
        kernel,
        table,
        Priors.of(region, table),
        points.observed,
        points.noise,
        _free_values(region, table),
    )


def with_guess(region: Region, spectrum: Spectrum, shift_ev: float) -> Region:
    """Return the region with areas and background that suit the data."""
    points = _points(region, spectrum, shift_ev)
    return with_start_values(region, points, _static_background(region, points))


def fit_region(
    region: Region,
    spectrum: Spectrum,
    charge: ChargeReference | None = None,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> RegionFit:
    """Fit a region from the values that it has.

    Parameters
    ----------
    region : Region
    spectrum : Spectrum
    charge : ChargeReference, optional
        Its shift is applied, not fitted; see `xps.analysis` for the fit of a reference.
    cancelled : callable, optional
        Asked now and then; when it says True a FitError is raised.

    Returns
    -------
    RegionFit

    Raises
    ------
    FitError
        If the region cannot be fitted, or holds no peak.
    BackgroundError
        If a static background cannot be computed.
    """
    charge = charge or ChargeReference()
    result = _minimize(region, spectrum, charge.shift_ev, cancelled)
    best = _best(region, result)
    if not _has_plain_peak(best, result):
        _refuse_without_peak(best, spectrum, charge.shift_ev)
    weak = _weak_centers(best, result)
    solved = best
    if weak:
        solved = best.held_at_priors(weak)
        result = _minimize(solved, spectrum, charge.shift_ev, cancelled)
        solved = _best(solved, result)
        best = best.with_values(
            {ref: solved.param(ref).value for ref, param in best.params() if not param.link}
        )
    limits = _limits(solved, spectrum, charge.shift_ev, result)
    return _record(best, solved, weak, spectrum, charge, result, limits)


def _points(region: Region, spectrum: Spectrum, shift_ev: float) -> Measured:
    points = measured(spectrum, shift_ev).between(*region.window_ev)
    if points.observed.size < 2:
        low, high = region.window_ev
        raise FitError(
            f"the spectrum has no points between {low:g} and {high:g} eV",
            "move the window, or check the charge reference",
            where=region.core_level,
        )
    return points


def _static_background(region: Region, points: Measured) -> Floats | None:
    background = region.background
    if background.in_fit:
        return None
    if background.kind == "shirley":
        return shirley(
            points.energy_ev, points.intensity, average_points=background.average_points
        ).background
    return linear(points.energy_ev, points.intensity, average_points=background.average_points)


def _free_values(region: Region, table: ParameterTable) -> Floats:
    return np.array([region.param(ref).value for ref in table.free], dtype=np.float64)


def _refuse_outside(component: Component, region: Region, points: Measured) -> None:
    low, high = points.energy_ev[0], points.energy_ev[-1]
    places = [component.center.value + line.offset_ev for line in component.lines.lines]
    if all(place < low or place > high for place in places):
        raise FitError(
            f"{component.name} at {component.center.value:.2f} eV lies outside the data, "
            f"which reach from {low:.2f} to {high:.2f} eV",
            "move or remove the component, widen the window, or check the charge reference",
            where=region.core_level,
        )


def _minimize(
    region: Region, spectrum: Spectrum, shift_ev: float, cancelled: Callable[[], bool] | None
) -> MinimizerResult:
    from xps.minimizer import RegionMinimizer

    problem = compile_problem(region, spectrum, shift_ev)
    result = RegionMinimizer(problem, region).doublet(cancelled=cancelled)
    if result.aborted:
        raise FitError("the fit was cancelled", where=region.core_level)
    return result


def _best(region: Region, result: MinimizerResult) -> Region:
    from xps.minimizer import from_parameters

    return from_parameters(region, result.params)


def _has_plain_peak(region: Region, result: MinimizerResult) -> bool:
    """Whether a peak stands out so far that no test against an empty region is needed."""
    from xps.minimizer import parameter_name

    areas = [result.params[parameter_name(Ref(c.id, "area"))] for c in region.components]
    plain = any(a.stderr is not None and a.value > _PLAIN_SIGMA * a.stderr for a in areas)
    return plain and sum(area.value for area in areas) > 0.0


def _refuse_without_peak(region: Region, spectrum: Spectrum, shift_ev: float) -> None:
    from scipy.special import chdtri

    problem = compile_problem(region, spectrum, shift_ev)
    empty = replace(region, components=())
    if region.background.in_fit:
        empty = empty.with_param(Ref("background", "k"), Param(0.0, vary=False))
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
    free = _free_values(region, problem.table)
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


def _weak_centers(region: Region, result: MinimizerResult) -> tuple[Ref, ...]:
    from xps.minimizer import parameter_name

    weak = []
    for component in region.components:
        center = Ref(component.id, "center")
        area = result.params[parameter_name(Ref(component.id, "area"))]
        has_expectation = component.center.is_free and component.center.prior is not None
        if has_expectation and (area.stderr is None or area.value < _WEAK_SIGMA * area.stderr):
            weak.append(center)
    return tuple(weak)


def _limits(
    region: Region, spectrum: Spectrum, shift_ev: float, result: MinimizerResult
) -> dict[str, float]:
    """Upper 95 % limits of the areas of the components that the data do not demand."""
    from xps.minimizer import parameter_name

    if not result.errorbars:
        return {}
    limits = {}
    for component in region.components:
        ref = Ref(component.id, "area")
        area = result.params[parameter_name(ref)]
        if not component.area.is_free or area.stderr is None:
            continue
        if area.value > 2.0 * np.sqrt(_DETECTION) * area.stderr:
            continue  # far beyond the threshold: no refit can bring it below
        profile = _AreaProfile(region, spectrum, shift_ev, ref, scale=_noise_scale(result))
        at_best = profile(area.value)
        if area.value > 0.0 and profile(0.0) - at_best >= _DETECTION:
            continue
        limits[component.id] = profile.upper_limit(max(area.value, 0.0), area.stderr)
    return limits


def _noise_scale(result: MinimizerResult) -> float:
    return float(result.redchi) if result.scale_covar else 1.0


class _AreaProfile:
    """Deviance at a fixed area with all else refitted, in units of the noise."""

    def __init__(
        self, region: Region, spectrum: Spectrum, shift_ev: float, ref: Ref, *, scale: float
    ) -> None:
        self._region, self._spectrum, self._shift_ev = region, spectrum, shift_ev
        self._ref, self._scale = ref, scale

    def __call__(self, area: float) -> float:
        fixed = self._region.with_param(self._ref, Param(area, vary=False)).settled()
        problem = compile_problem(fixed, self._spectrum, self._shift_ev)
        return solve(problem).deviance / self._scale

    def upper_limit(self, from_area: float, stderr: float) -> float:
        """Area at which the deviance has risen by 2.71 from `from_area`.

        Secant steps on the square root of the rise, which is nearly linear in the area.
        """
        base = self(from_area)
        target = np.sqrt(_LIMIT_95)
        low, low_root = from_area, 0.0
        area = from_area + target * stderr
        for _ in range(20):
            root = np.sqrt(max(self(area) - base, 0.0))
            if abs(root - target) < 1e-4:
                break
            slope = (root - low_root) / (area - low)
            if slope <= 0.0:
                area += stderr
                continue
            low, low_root = area, root
            area += float(np.clip((target - root) / slope, -0.5 * stderr, 2.0 * stderr))
        return float(area)


def _record(
    best: Region,
    solved: Region,
    weak: tuple[Ref, ...],
    spectrum: Spectrum,
    charge: ChargeReference,
    result: MinimizerResult,
    limits: dict[str, float],
) -> RegionFit:
    from xps.minimizer import parameter_name

    problem = compile_problem(solved, spectrum, charge.shift_ev)
    free = _free_values(solved, problem.table)
    expected = problem.expected(free)
    variance = problem.noise.variance(expected)
    residual = (problem.observed - expected) / np.sqrt(variance)
    chi2 = float(residual @ residual)
    at_bound = tuple(
        ref
        for ref in problem.table.free
        if solved.param(ref).value in (solved.param(ref).min, solved.param(ref).max)
        and result.params[parameter_name(ref)].stderr is None
    )
    fit = RegionFit(
        region=best,
        fingerprint=fingerprint(best, spectrum, charge.shift_ev),
        success=bool(result.success),
        message=_message(result),
        n_points=int(problem.observed.size),
        n_free=len(problem.table.free),
        chi2=chi2,
        durbin_watson=float(np.sum(np.diff(residual) ** 2) / chi2) if chi2 > 0.0 else 2.0,
        noise_model=problem.noise.kind,
        area_unit=f"{problem.noise.intensity_unit}·eV",
        free=problem.table.free,
        covariance=result.covar,
        held=weak,
        at_bound=at_bound,
        insignificant=limits,
        charge_shift_ev=charge.shift_ev,
        charge_shift_stderr=charge.stderr_ev,
        lmfit=result,
    )
    curves = problem.kernel.curves(problem.table.values(free))
    doubt = _background_doubt(fit, curves, problem)
    return replace(fit, background_physical=not doubt, warnings=_warnings(fit, doubt))


def _message(result: MinimizerResult) -> str:
    if not result.errorbars:
        return f"{result.message}; the data do not determine every parameter: no errors"
    return str(result.message)


def _background_doubt(fit: RegionFit, curves: Curves, problem: Problem) -> str:
    """Why the background is not physical; empty where it is."""
    if fit.region.background.in_fit:
        k = fit.region.background.k
        error = fit.stderr(Ref("background", "k"))
        if error is not None and k.value < -2.0 * error:
            return "the background falls under the peaks (k below zero by more than 2σ)"
    background = problem.noise.counts_per_unit * curves.background
    if (background < 0.0).any() and problem.noise.kind != "estimated-uniform":
        return "the background is negative"
    sigma = np.sqrt(problem.noise.variance(problem.observed))
    if problem.noise.known and (background > problem.observed + 5.0 * sigma).any():
        return "the background lies above the data"
    return ""


def _warnings(fit: RegionFit, background_doubt: str) -> tuple[str, ...]:
    warnings = []
    if fit.misfit:
        warnings.append(
            f"the model misses structure in the data (χ²ᵣ {fit.reduced_chi2:.1f}): areas may be "
            "wrong by more than their errors"
        )
    warnings += [
        f"the area of {component.name} is below zero by more than {NEGATIVE_SIGMA:g}σ: this "
        "model does not describe these data"
        for component in fit.negative_components()
    ]
    if background_doubt:
        warnings.append(background_doubt)
    if fit.noise_model != "poisson":
        warnings.append(
            "the live time is unknown: the size of the noise is estimated from the residuals"
        )
    if not fit.region.background.in_fit:
        warnings.append(
            "the background was subtracted before the fit: the errors do not contain it and "
            "are too small, often by a factor of 3 to 12"
        )
    return tuple(warnings)
