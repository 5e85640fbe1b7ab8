"""Parametric bootstrap: the measurement repeated with the fitted model for truth.

Counts are drawn from the expected counts of the best model, background included, and fitted
like the data (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, sections 6.5 and
13). The expectations of the recipe are observations too and are drawn with them: otherwise
they would hold each repetition nearer to the model than they hold the data to the truth.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xps.batch_solver import Batch, BatchSolution, solve_batch
from xps.cancel import Cancelled, raising
from xps.engine import Problem, solve
from xps.error_budget import BootstrapErrors, Interval, Intervals, Significance
from xps.errors import BackgroundError, FitError
from xps.fitted import RegionFit
from xps.measured import Measured
from xps.model import BACKGROUND_ID, Param, Ref, Region
from xps.problem import compile_problem, static_background
from xps.profile import compiled, noise_scale
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]

DRAWS = 500
_TOLERANCE = 1e-4  # of a gain in deviance that is only compared with others
_WEAK_SIGMA = 3.0  # above it a component needs no test
_AT_ONCE = 64  # draws between two reports of progress
_CENTRAL_68 = 0.6826894921370859


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """Fits of simulated repetitions of a measurement.

    Attributes
    ----------
    free : tuple of Ref
        The free parameters.
    values : ndarray, shape (draws − failed, free)
        Their values in each repetition.
    areas : ndarray, shape (draws − failed, components)
    components : tuple of str
        Their ids.
    failed : int
        Repetitions whose fit did not converge.
    seed : int
    """

    free: tuple[Ref, ...]
    values: Floats
    areas: Floats
    components: tuple[str, ...]
    failed: int
    seed: int

    @property
    def covariance(self) -> Floats:
        """Covariance of the free parameters; shape (free, free)."""
        return np.atleast_2d(np.cov(self.values, rowvar=False))

    @property
    def shares(self) -> Floats:
        """Shares of the areas where their sum is above zero; shape (at most draws, components)."""
        whole = self.areas.sum(axis=1)
        shares: Floats = self.areas[whole > 0.0] / whole[whole > 0.0, None]
        return shares

    def errors(self) -> BootstrapErrors:
        """Return the intervals between percentiles of areas and shares."""
        return BootstrapErrors(
            len(self.values) + self.failed,
            self.failed,
            self.seed,
            dict(zip(self.components, map(_percentiles, self.areas.T), strict=True)),
            dict(zip(self.components, map(_percentiles, self.shares.T), strict=True)),
        )


def bootstrap(
    fit: RegionFit,
    spectrum: Spectrum,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    cancelled: Cancelled | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Bootstrap:
    """Fit simulated repetitions of a measurement.

    A background that is computed before the fit is computed anew in each repetition, so that
    its error is in the result.

    Parameters
    ----------
    fit : RegionFit
    spectrum : Spectrum
        That it was fitted to.
    draws, seed : int
    cancelled : callable, optional
    progress : callable, optional
        Called with the number of repetitions done and to do.

    Raises
    ------
    FitError
        If hardly any repetition can be fitted.
    """
    region = fit.region
    ask = raising(cancelled, "the bootstrap", region.core_level)
    problem = compiled(fit, spectrum)
    found = []
    for first in range(0, draws, _AT_ONCE):
        if progress is not None:
            progress(first, draws)
        numbers = range(first, min(first + _AT_ONCE, draws))
        repeated = _repetitions(problem, region, numbers, seed)
        solution = solve_batch(problem, repeated, cancelled=ask)
        found.append(solution.free[solution.converged])
    if progress is not None:
        progress(draws, draws)
    values = np.concatenate(found)
    if 2 * len(values) < draws or len(values) < 2:
        raise FitError(
            f"only {len(values)} of {draws} simulated repetitions can be fitted",
            "fix or link parameters",
            where=region.core_level,
        )
    return Bootstrap(
        problem.table.free,
        values,
        problem.table.values(values)[:, fit.area_rows],
        tuple(component.id for component in region.components),
        draws - len(values),
        seed,
    )


def significance(
    fit: RegionFit,
    spectrum: Spectrum,
    component: str,
    *,
    draws: int = 200,
    enough_hits: int | None = None,
    seed: int = 0,
    cancelled: Cancelled | None = None,
) -> Significance:
    """Test whether a component, its center free, is there at all.

    The gain in deviance that the component brings is compared with the gains that it brings in
    spectra drawn from the best model without it. With a free center no table of χ² holds: the
    component may look for the best of many places (Davies, Biometrika 74 (1987) 33). Only areas
    above zero count as a gain.

    Parameters
    ----------
    fit : RegionFit
    spectrum : Spectrum
    component : str
        Its id.
    draws : int
        At most.
    enough_hits : int, optional
        Stop where so many draws gained as much as the data: then the component is plainly not
        significant, and more draws would only tell how little (Besag and Clifford, Biometrika
        78 (1991) 301).
    seed : int
    cancelled : callable, optional

    Raises
    ------
    CancelledError
    """
    held = tuple(ref for ref in fit.held if ref.component != component)
    region = fit.region.held_at_priors(held)
    empty = region.without_area(component)
    if len(empty.components) == 1 and empty.background.in_fit:
        empty = empty.with_param(Ref(BACKGROUND_ID, "k"), Param(0.0, vary=False))
    shift = fit.charge_shift_ev
    without = compile_problem(empty, spectrum, shift)
    ask = raising(cancelled, "the test", region.core_level)
    without = replace(without, start=solve(without, cancelled=ask).free)
    measured_gain = _gains(
        without,
        compile_problem(region, spectrum, shift),
        without.observed[None, :],
        region,
        component,
        ask,
    )
    observed = float(measured_gain[0])
    if observed <= 0.0:  # no spectrum gains less
        return Significance(0.0, 1.0, 0.0, draws)
    best = dict(zip(without.table.free, without.start.tolist(), strict=True))
    known = {ref: value for ref, value in best.items() if not region.param(ref).link}
    with_it = compile_problem(region.with_values(known), spectrum, shift)
    hits = drawn = 0
    random = np.random.default_rng(seed)
    expected = without.expected(without.start)
    while drawn < draws and hits != enough_hits:
        size = _AT_ONCE if enough_hits is None else min(max(1, drawn), _AT_ONCE)
        size = min(size, draws - drawn)
        counts = np.array([drawn_counts(without, expected, random) for _ in range(size)])
        for gain in _gains(without, with_it, counts, region, component, ask):
            hits += gain >= observed
            drawn += 1
            if hits == enough_hits:
                break
    p_value = hits / drawn if hits == enough_hits else (1 + hits) / (1 + drawn)
    return Significance(
        observed, p_value, math.sqrt(p_value * (1.0 - p_value) / (1 + drawn)), drawn
    )


def weak_components(fit: RegionFit) -> tuple[str, ...]:
    """Return the components with a free center whose area is below 3σ, or not significant."""
    weak = []
    for component in fit.region.components:
        error = fit.stderr(Ref(component.id, "area"))
        below = error is not None and component.area.value < _WEAK_SIGMA * error
        if component.center.is_free and (below or not fit.is_significant(component)):
            weak.append(component.id)
    return tuple(weak)


def _gains(
    without: Problem,
    with_it: Problem,
    counts: Floats,
    region: Region,
    component: str,
    ask: Cancelled,
) -> Floats:
    """Gains in deviance by a component, for each of many spectra.

    The best of several places; zero for negative areas. A spectrum that cannot be fitted
    counts as one with an endless gain, so that it never makes a component significant.
    """
    area = with_it.table.free.index(Ref(component, "area"))

    def solved(problem: Problem, start: Floats) -> BatchSolution:
        batch = Batch(counts, np.tile(start, (len(counts), 1)))
        return solve_batch(problem, batch, tolerance=_TOLERANCE, cancelled=ask)

    base = solved(without, without.start).deviance
    gains = np.zeros(len(counts))
    for start in _starts(with_it, region, component):
        solution = solved(with_it, start)
        there = solution.free[:, area] > 0.0
        gains = np.where(there, np.maximum(gains, base - solution.deviance), gains)
    gains = np.where(np.isfinite(base), gains, np.inf)
    if not without.noise.known:
        gains = gains * max(counts.shape[1] - without.start.size, 1) / base
    return np.asarray(gains)


def _starts(problem: Problem, region: Region, component: str) -> Iterator[Floats]:
    """Start values with the component a width to either side, and where it is."""
    center = Ref(component, "center")
    area = problem.table.free.index(Ref(component, "area"))
    width = region.component(component).fwhm.value
    scale = np.sqrt(np.mean(problem.noise.variance(problem.observed))) * width
    for step in (0.0, -width, width):
        start = problem.start.copy()
        start[area] = max(abs(start[area]), scale / problem.noise.counts_per_unit)
        if center in problem.table.free:
            start[problem.table.free.index(center)] += step
        elif step:
            continue
        yield np.clip(start, problem.table.lower, problem.table.upper)


def _repetitions(problem: Problem, region: Region, numbers: range, seed: int) -> Batch:
    """Simulated measurements, without those from which no background can be subtracted.

    Each has a random stream of its own, so that none changes another.
    """
    priors, kernel = problem.priors, problem.kernel
    expected, mean = problem.expected(problem.start), priors.rows @ problem.start
    spread = math.sqrt(noise_scale(problem)) * priors.sigma
    observed, means = [], []
    backgrounds: list[Floats] = []
    for number in numbers:
        random = np.random.default_rng((seed, number))
        counts = drawn_counts(problem, expected, random)
        drawn_mean = mean + spread * random.standard_normal(spread.size)
        if not region.background.in_fit:
            points = Measured(kernel.energy, counts, problem.noise)
            try:
                background = static_background(region, points)
            except BackgroundError:
                continue
            backgrounds.append(np.asarray(background))
        observed.append(counts)
        means.append(drawn_mean)
    kept = len(observed)
    return Batch(
        np.reshape(observed, (kept, expected.size)),
        np.tile(problem.start, (kept, 1)),
        np.reshape(means, (kept, mean.size)),
        None if region.background.in_fit else np.reshape(backgrounds, (kept, expected.size)),
    )


def drawn_counts(problem: Problem, expected: Floats, random: np.random.Generator) -> Floats:
    """Draw measurements: Poisson counts, or the same mean with a scatter of estimated size."""
    noise = problem.noise
    if noise.known:
        return random.poisson(np.maximum(expected, 0.0)).astype(np.float64)
    scale = noise_scale(problem)
    if noise.uniform:
        return expected + math.sqrt(scale) * random.standard_normal(expected.shape)
    return random.gamma(np.maximum(expected, noise.floor) / scale, scale)


def _percentiles(values: Floats) -> Intervals:
    return Intervals(_central(values, _CENTRAL_68), _central(values, 0.95))


def _central(values: Floats, share: float) -> Interval:
    if not values.size:
        return Interval(None, None, "the areas never add up to a positive area")
    low, high = np.quantile(values, (0.5 - 0.5 * share, 0.5 + 0.5 * share))
    return Interval(float(low), float(high))
