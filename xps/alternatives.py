"""Other minima that describe the data as well as the fit does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from xps.engine import Problem, Solution, solve
from xps.error_budget import Alternative
from xps.errors import FitError
from xps.fitted import NEGATIVE_SIGMA, RegionFit
from xps.model import Param, Ref, Region
from xps.problem import compile_problem, with_guess
from xps.profile import compiled, noise_scale
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]

STARTS = 16
LIMIT = 4.0  # of the rise in deviance: two sigma
_DISTINCT = 0.3  # in standard errors: what ends closer to another minimum is the same
_PRIOR_WIDTHS = 2.0  # how far from its expectation a parameter starts, in σ of the expectation


def alternatives(
    fit: RegionFit,
    spectrum: Spectrum,
    *,
    starts: int = STARTS,
    seed: int = 0,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Alternative, ...]:
    """Fit from many places and return the other minima that fit as well, the best first.

    Centers, widths and shapes start evenly distributed within their bounds, or scattered
    about their expectations; areas and background where they suit the data. Minima with an
    area below zero by more than 3σ are no alternatives.

    Parameters
    ----------
    fit : RegionFit
    spectrum : Spectrum
        That it was fitted to.
    starts, seed : int
    cancelled : callable, optional

    Returns
    -------
    tuple of Alternative
        Those whose deviance is above that of the fit by less than 4, in units of χ²ᵣ where
        the size of the noise is unknown. One below it is in the list too.

    Raises
    ------
    FitError
        If it was cancelled.
    """
    problem = compiled(fit, spectrum)
    region = fit.region.held_at_priors(fit.held)
    jacobian = problem.jacobian(problem.start)
    information = jacobian.T @ jacobian
    least, scale = problem.deviance(problem.start), noise_scale(problem)
    random = np.random.default_rng(seed)
    minima = [problem.start]
    found = []
    for _ in range(starts):
        if cancelled is not None and cancelled():
            raise FitError("the search for other minima was cancelled", where=region.core_level)
        solution = _fitted_from(_somewhere(region, random), spectrum, fit.charge_shift_ev)
        if solution is None:
            continue
        rise = (solution.deviance - least) / scale
        distances = [(step @ information @ step) / scale for step in solution.free - minima]
        if rise < LIMIT and min(distances) > _DISTINCT**2:
            minima.append(solution.free)
            areas = problem.table.values(solution.free)[fit.area_rows]
            if areas.sum() > 0.0 and not _is_negative(problem, solution, scale):
                shares = dict(
                    zip(
                        (component.id for component in region.components),
                        (areas / areas.sum()).tolist(),
                        strict=True,
                    )
                )
                found.append(Alternative(float(rise), shares))
    return tuple(sorted(found, key=lambda alternative: alternative.delta_chi2))


def _somewhere(region: Region, random: np.random.Generator) -> Region:
    """The region with its centers, widths and shapes drawn at random."""
    values = {
        ref: _drawn(param, region, random)
        for ref, param in region.params()
        if param.is_free and ref.parameter in ("center", "fwhm", "mixing")
    }
    return region.with_values(values)


def _drawn(param: Param, region: Region, random: np.random.Generator) -> float:
    prior = param.prior
    if prior is not None:
        reference = 0.0 if prior.relative_to is None else region.param(prior.relative_to).value
        scattered = prior.mean + _PRIOR_WIDTHS * prior.sigma * random.standard_normal()
        return float(np.clip(reference + scattered, param.min, param.max))
    if np.isfinite(param.max - param.min):
        return float(random.uniform(param.min, param.max))
    return param.value


def _fitted_from(region: Region, spectrum: Spectrum, shift_ev: float) -> Solution | None:
    """Where a fit ends that starts from a region's centers, widths and shapes."""
    try:
        solution = solve(
            compile_problem(with_guess(region, spectrum, shift_ev), spectrum, shift_ev)
        )
    except FitError:  # e.g. a start with a component outside of the data
        return None
    return solution if solution.converged else None


def _is_negative(problem: Problem, solution: Solution, scale: float) -> bool:
    at_minimum = replace(problem, start=solution.free)
    jacobian = at_minimum.jacobian(solution.free)
    covariance = np.linalg.pinv(jacobian.T @ jacobian) * scale
    areas = [i for i, ref in enumerate(problem.table.free) if _is_area(ref)]
    errors = np.sqrt(np.diag(covariance)[areas])
    return bool((solution.free[areas] < -NEGATIVE_SIGMA * errors).any())


def _is_area(ref: Ref) -> bool:
    return ref.parameter == "area"
