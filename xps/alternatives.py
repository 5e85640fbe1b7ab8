"""Other minima that describe the data as well as the fit does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from xps.cancel import raising
from xps.engine import Problem, Solution
from xps.error_budget import Alternative
from xps.fitted import NEGATIVE_SIGMA, RegionFit
from xps.model import BACKGROUND_ID, Param, Region
from xps.multi_start import solve_many_starts
from xps.problem import free_values, with_guess
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
    CancelledError
    """
    region = fit.region
    ask = raising(cancelled, "the search for other minima", region.core_level)
    problem = compiled(fit, spectrum)
    own, least, scale = problem.start, problem.deviance(problem.start), noise_scale(problem)
    random = np.random.default_rng(seed)
    drawn = (
        with_guess(_somewhere(region, random), spectrum, fit.charge_shift_ev) for _ in range(starts)
    )
    minima = solve_many_starts(
        problem, (free_values(start, problem.table) for start in drawn), cancelled=ask
    )
    known, found = [own], []
    for minimum in minima:
        rise = (minimum.deviance - least) / scale
        if not minimum.converged or rise >= LIMIT or _is_known(minimum, known, scale):
            continue
        known.append(minimum.free)
        areas = problem.table.values(minimum.free)[fit.area_rows]
        if areas.sum() > 0.0 and not _is_negative(problem, minimum, scale):
            ids = (component.id for component in region.components)
            shares = dict(zip(ids, (areas / areas.sum()).tolist(), strict=True))
            found.append(Alternative(float(rise), shares))
    return tuple(found)


def _somewhere(region: Region, random: np.random.Generator) -> Region:
    """The region with its centers, widths and shapes drawn at random."""
    values = {
        ref: _drawn(param, region, random)
        for ref, param in region.params()
        if param.is_free and ref.parameter != "area" and ref.component != BACKGROUND_ID
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


def _is_known(minimum: Solution, known: list[Floats], scale: float) -> bool:
    steps = minimum.free - np.array(known)
    distances = np.einsum("ki,ij,kj->k", steps, minimum.information, steps) / scale
    return bool((distances <= _DISTINCT**2).any())


def _is_negative(problem: Problem, minimum: Solution, scale: float) -> bool:
    areas = [i for i, ref in enumerate(problem.table.free) if ref.parameter == "area"]
    errors = np.sqrt(np.diag(minimum.covariance)[areas] * scale)
    return bool((minimum.free[areas] < -NEGATIVE_SIGMA * errors).any())
