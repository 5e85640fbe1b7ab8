"""Fit one region: solver, weak components, doubts, and the record of it all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xps.background_doubts import BackgroundScene, LossTerm, background_doubts
from xps.cancel import raising
from xps.engine import Problem
from xps.errors import FitError
from xps.fitted import NEGATIVE_SIGMA, RegionFit
from xps.kernel import Curves
from xps.lineshapes import SHAPES
from xps.model import BACKGROUND_ID, Ref, Region
from xps.problem import compile_problem, free_values
from xps.project import ChargeReference, fingerprint
from xps.significance import refuse_if_empty, refuse_without_peak, upper_limits, weak_centers
from xps.spectrum import Spectrum

if TYPE_CHECKING:
    from lmfit.minimizer import MinimizerResult

Floats = NDArray[np.float64]

_FLAT = 1e-10  # of the largest singular value: a direction in which the model does not change
_PART = 0.1  # of a parameter in such a direction, in units of its own effect


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
        Asked often; when it says True a `CancelledError` is raised.

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
    refuse_if_empty(region, spectrum, charge.shift_ev, cancelled=cancelled)
    problem, result = _minimize(region, spectrum, charge.shift_ev, cancelled)
    best = _best(region, result)
    _refuse_runaways(best, problem)
    refuse_without_peak(best, spectrum, charge.shift_ev, result, cancelled=cancelled)
    weak = weak_centers(best, result)
    limits = upper_limits(best, weak, spectrum, charge.shift_ev, result, cancelled=cancelled)
    return _record(best, weak, spectrum, charge, problem, result, limits)


def _minimize(
    region: Region, spectrum: Spectrum, shift_ev: float, cancelled: Callable[[], bool] | None
) -> tuple[Problem, MinimizerResult]:
    from xps.minimizer import RegionMinimizer

    problem = compile_problem(region, spectrum, shift_ev)
    ask = raising(cancelled, "the fit", region.core_level)
    try:
        return problem, RegionMinimizer(problem, region).doublet(cancelled=ask)
    except FitError as error:
        raise error.at(region.core_level) from error


def _refuse_runaways(region: Region, problem: Problem) -> None:
    """Raise a FitError where a component has left the data: its area then means nothing."""
    low, high = problem.kernel.energy[0], problem.kernel.energy[-1]
    for component in region.components:
        lines = [component.center.value + line.offset_ev for line in component.lines.lines]
        if max(lines) < low or min(lines) > high:
            raise FitError(
                f"{component.name} left the data: the fit moved it to {lines[0]:.5g} eV, outside "
                f"{low:.2f} to {high:.2f} eV",
                "give its center bounds or an expectation, or remove it",
                where=region.core_level,
            )


def _undetermined(problem: Problem, free: Floats) -> tuple[Ref, ...]:
    """The free parameters that can change without any change of the model."""
    jacobian = problem.jacobian(free)
    length = np.linalg.norm(jacobian, axis=0)
    length[length == 0.0] = 1.0
    _, values, directions = np.linalg.svd(jacobian / length, full_matrices=False)
    flat = directions[values <= _FLAT * values.max(initial=0.0)]
    moved = (np.abs(flat) > _PART).any(axis=0)
    return tuple(ref for ref, part in zip(problem.table.free, moved, strict=True) if part)


def _best(region: Region, result: MinimizerResult) -> Region:
    from xps.minimizer import from_parameters

    return from_parameters(region, result.params)


def _record(
    best: Region,
    weak: tuple[Ref, ...],
    spectrum: Spectrum,
    charge: ChargeReference,
    problem: Problem,
    result: MinimizerResult,
    limits: dict[str, float],
) -> RegionFit:
    from xps.minimizer import parameter_name

    free = free_values(best, problem.table)
    expected = problem.expected(free)
    variance = problem.noise.variance(expected)
    residual = (problem.observed - expected) / np.sqrt(variance)
    chi2 = float(residual @ residual)
    at_bound = tuple(
        ref
        for ref in problem.table.free
        if best.param(ref).value in (best.param(ref).min, best.param(ref).max)
        and result.params[parameter_name(ref)].stderr is None
    )
    fit = RegionFit(
        region=best,
        fingerprint=fingerprint(best, spectrum, charge.shift_ev),
        success=bool(result.success),
        message=_message(result, problem, free),
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
    curves = problem.kernel.curves(free)
    doubts = _background_doubts(fit, curves, problem, variance)
    return replace(fit, background_physical=not doubts, warnings=_warnings(fit, doubts))


def _message(result: MinimizerResult, problem: Problem, free: Floats) -> str:
    if result.errorbars:
        return str(result.message)
    names = ", ".join(map(str, _undetermined(problem, free))) or "every parameter"
    return (
        f"{result.message}; the data do not determine {names}: no errors; fix or link them, or "
        "remove a component"
    )


def _background_doubts(
    fit: RegionFit, curves: Curves, problem: Problem, variance: Floats
) -> tuple[str, ...]:
    background, components = fit.region.background, fit.region.components
    noise, scale = problem.noise, problem.noise.counts_per_unit
    if not noise.known:
        variance = variance * (fit.reduced_chi2 or 1.0)
    strengths = {"k": "k", "t": "t"} | {f"k_{c.id}": f"k of {c.name}" for c in components}
    ends = float(max(variance[0], variance[-1]))
    return background_doubts(
        BackgroundScene(
            energy_ev=curves.energy_ev,
            data=problem.observed,
            background=scale * curves.background,
            sigma=np.sqrt(variance),
            components=[
                (component.name, scale * curve)
                for component, curve in zip(components, curves.components, strict=True)
            ],
            fwhm_ev=float(np.median([component.fwhm.value for component in components])),
            terms=[
                LossTerm(strengths[name], param.value, fit.stderr(Ref(BACKGROUND_ID, name)))
                for name, param in background.params.items()
                if name in strengths
            ],
            level_sigma=0.0 if background.in_fit else (ends / background.average_points) ** 0.5,
            may_be_negative=noise.kind == "estimated-uniform",
        )
    )


def _warnings(fit: RegionFit, doubts: tuple[str, ...]) -> tuple[str, ...]:
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
    warnings += doubts
    if fit.region.weights == "equal":
        warnings.append(
            "all points weigh alike, as in plain least squares: the size of the noise is "
            "estimated from the residuals"
        )
    elif fit.noise_model != "poisson":
        warnings.append(
            "the live time is unknown: the size of the noise is estimated from the residuals"
        )
    used = {component.shape for component in fit.region.components}
    warnings += [f"{s.title}: {s.caution}" for s in SHAPES.values() if s.kind in used and s.caution]
    if not fit.region.background.in_fit:
        warnings.append(
            "the background was subtracted before the fit: the errors do not contain it and "
            "are too small, often by a factor of 3 to 12"
        )
    return tuple(warnings)


def recorded(
    region: Region,
    spectrum: Spectrum,
    charge: ChargeReference,
    problem: Problem,
    result: MinimizerResult,
    limits: dict[str, float],
) -> RegionFit:
    """Return the record of a region that was fitted elsewhere, at its best values.

    Parameters
    ----------
    region : Region
    spectrum : Spectrum
    charge : ChargeReference
    problem : Problem
        The region on the spectrum.
    result : MinimizerResult
    limits : dict of str to float
        As in `RegionFit.insignificant`.
    """
    return _record(region, (), spectrum, charge, problem, result, limits)
