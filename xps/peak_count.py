"""One peak or two? A component held against a pair of the same width and shape.

A pair always fits better. How much better noise alone would make it follows no table of χ²: the
second center may look for the best of many places, and where the pair merges, share, separation
and width stop being separate numbers (Davies, Biometrika 74 (1987) 33; Garel, J. Stat. Plan.
Inference 96 (2001) 325). The chance is therefore drawn, by parametric bootstrap from the single
peak. That nothing was found means something only where it would have been found: "one" is said
where every second peak that matters is excluded, and "cannot tell" elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from xps.bootstrap import drawn_counts
from xps.cancel import Cancelled, raising
from xps.error_budget import Interval
from xps.errors import FitError
from xps.model import Region
from xps.peak_pair import Pair, Rivals
from xps.profile import noise_scale
from xps.spectrum import Spectrum

Verdict = Literal["one", "two", "cannot tell"]

LEVEL = 0.01
LEAST_SHARE = 0.05
DRAWS = 499

_SCREEN = 0.6  # of the gain: what a squared score must reach for a draw to be fitted
_ROUGH = 1e-3  # of the deviance: accuracy where only a threshold is asked about
_SHARE_DIGITS, _SEPARATION_DIGITS = 0.005, 0.05  # the latter in FWHM
_COARSE = 0.1  # of a limit: as far as it is worth knowing


@dataclass(frozen=True, eq=False)
class PeakCount:
    """Whether the data hold one peak or two.

    Attributes
    ----------
    verdict : {"one", "two", "cannot tell"}
        "two" where noise alone would gain as much with a chance of at most `level`; "one" where
        a second peak of at least `least_share` at least `least_separation_ev` away is excluded
        with that confidence; else "cannot tell".
    gain : float
        By which the best pair lowers the deviance.
    p_value : float
        Chance of such a gain where there is one peak.
    p_value_error : float
        Its Monte-Carlo error, one standard deviation.
    draws : int
        Simulated spectra that it took.
    expected_gain : float or None
        On counts without noise, if of the second peaks that matter the one that suits the data
        best were there: what the test can see. None for "two".
    least_share, least_separation_ev : float
        Which second peaks matter.
    share : Interval or None
        Of the lesser peak's share that the data allow if the separation is at least
        `least_separation_ev`, with the confidence 1 − `level`; None for "two", or if not asked for.
    separation_ev : Interval or None
        That the data allow if the share is at least `least_share`.
    level : float
    one, two : Region
        The region with the single peak and with the pair, at their best values; the second peak
        has the id of the component with `xps.peak_pair.SECOND`. Of pairs that the data cannot
        tell apart, one that matters is preferred to a speck far from the peak.
    """

    verdict: Verdict
    gain: float
    p_value: float
    p_value_error: float
    draws: int
    expected_gain: float | None
    least_share: float
    least_separation_ev: float
    share: Interval | None
    separation_ev: Interval | None
    level: float
    one: Region
    two: Region


def count_peaks(
    region: Region,
    spectrum: Spectrum,
    component: str,
    *,
    charge_shift_ev: float = 0.0,
    least_share: float = LEAST_SHARE,
    least_separation_ev: float | None = None,
    level: float = LEVEL,
    draws: int = DRAWS,
    seed: int = 0,
    intervals: bool = True,
    cancelled: Cancelled | None = None,
) -> PeakCount:
    """Ask whether a component, singlet or doublet, is one peak or two.

    Both hypotheses hold all else of the region: the other components, the background, the
    expectations. The peaks of the pair share width and shape, lie at most three FWHM apart, and
    the second one is nearer to the first than half way to the next component.

    Parameters
    ----------
    region : Region
        With values to start from. Its background must be in the fit, and area and center of
        the component free.
    spectrum : Spectrum
    component : str
        Its id.
    charge_shift_ev : float
    least_share : float
        Of the lesser peak in both areas, that matters; above 0 and below 0.5.
    least_separation_ev : float, optional
        That matters; half the FWHM of the single peak by default.
    level : float
        Chance of each error: "two" where there is one, "one" where there are two.
    draws : int
        At most; fewer where the chance is far above the level.
    seed : int
    intervals : bool
        Whether to look for all shares and separations that are allowed, too.
    cancelled : callable, optional
        Asked now and then; when it says True a FitError is raised.

    Raises
    ------
    FitError
        If the question cannot be asked of this region, or it was cancelled.
    """
    _refuse(least_share, level, draws, region.core_level)
    ask = raising(cancelled, "the count of peaks", region.core_level)
    rivals = Rivals.of(region, spectrum, component, charge_shift_ev, cancelled=ask)
    least = 0.5 * rivals.fwhm if least_separation_ev is None else least_separation_ev
    if not 0.0 <= least < rivals.farthest_ev:
        raise FitError(
            f"a least separation of {least:g} eV for a peak of {rivals.fwhm:.3g} eV FWHM",
            f"give less than {rivals.farthest_ev:.3g} eV, where window or neighbor begin",
            where=region.core_level,
        )
    best = rivals.best_pair()
    rough = replace(rivals, tolerance=_ROUGH)
    gain = max(rivals.gain(best), 0.0)
    p_value, error, drawn = _chance(rough, gain, level, draws, seed)
    rival = best
    if not best.matters(least_share, least):
        rival = rough.best_pair(least_share, least, near=best)
    limits = _Limits(rough, rival, level)
    verdict: Verdict = "two"
    expected_gain: float | None = None
    share: Interval | None = None
    separation: Interval | None = None
    if p_value > level:
        expected_gain = _expected_gain(rough, rival)
        verdict = "one" if limits.excludes_pair(rival) else "cannot tell"
        if intervals:
            share, separation = limits.share(least), limits.separation(least_share)
    free = rivals.two.table.free
    shown = best if rival.deviance > best.deviance + limits.rise else rival
    return PeakCount(
        verdict,
        gain,
        p_value,
        error,
        drawn,
        expected_gain,
        least_share,
        least,
        share,
        separation,
        level,
        rivals.region,
        rivals.pair_region.with_values(dict(zip(free, shown.free.tolist(), strict=True))),
    )


def _refuse(least_share: float, level: float, draws: int, where: str) -> None:
    if not (0.0 < least_share < 0.5 and 0.0 < level < 0.5):
        raise FitError(
            f"a least share of {least_share:g} at the level {level:g}",
            "give numbers between 0 and 0.5",
            where=where,
        )
    if _enough_hits(level, draws) < 1:
        raise FitError(
            f"{draws} draws cannot show a chance of {level:g}",
            f"draw at least {math.ceil(1.0 / level) - 1} times",
            where=where,
        )


def _enough_hits(level: float, draws: int) -> int:
    """Hits with which the chance is above the level, however the rest are drawn."""
    return math.floor(level * (draws + 1) + 1e-9)


def _chance(
    rivals: Rivals, gain: float, level: float, draws: int, seed: int
) -> tuple[float, float, int]:
    """Chance of a gain from one peak, its error, and the number of draws.

    Only those whose score is not far below are fitted, and no more after too many hits for the
    level (Besag and Clifford, Biometrika 78 (1991) 301).
    """
    random = np.random.default_rng(seed)
    one, single = rivals.one, rivals.single
    counts = drawn_counts(one, np.tile(single.expected, (draws, 1)), random)
    scale, priors = noise_scale(one), one.priors
    scatter = math.sqrt(scale) * priors.sigma
    means = priors.rows @ single.free + scatter * random.standard_normal((draws, scatter.size))
    residuals = (means - priors.rows @ single.free) / priors.sigma
    scores = rivals.scores.of_data(counts - single.expected, residuals).max(axis=1)
    promising = np.flatnonzero(np.maximum(scores, 0.0) ** 2 >= _SCREEN * gain * scale)
    enough = _enough_hits(level, draws)
    hits = 0
    for number in promising.tolist():
        again = replace(one, observed=counts[number], priors=replace(priors, mean=means[number]))
        drawn = rivals.on(again)
        hits += any(drawn.gain(pair) >= gain for pair in drawn.pairs())
        if hits == enough:
            p_value, done = hits / (number + 1), number + 1
            break
    else:
        p_value, done = (1 + hits) / (1 + draws), draws
    return p_value, math.sqrt(p_value * (1.0 - p_value) / (1 + done)), done


class _Limits:
    """Which second peaks the data exclude: where the deviance rises too far."""

    def __init__(self, rivals: Rivals, near: Pair, level: float) -> None:
        from scipy.special import chdtri

        self._rivals, self._near = rivals, near
        self.rise = float(chdtri(1, 2.0 * level)) * rivals.noise_scale(near)
        # Pairs that do not matter set no standard: a lucky speck would exclude all others.
        self._allowed = min(near.deviance, rivals.single.deviance) + self.rise

    def excludes(self, share: float, separation_ev: float) -> bool:
        """Whether every pair of at least that share and separation is excluded."""
        pairs = self._rivals.pairs(share, separation_ev, near=self._near)
        return all(self.excludes_pair(pair) for pair in pairs)

    def excludes_pair(self, pair: Pair) -> bool:
        """Whether a pair is excluded."""
        return pair.deviance > self._allowed

    def share(self, separation_ev: float) -> Interval:
        """Shares of the lesser peak that are allowed at or beyond a separation."""
        if not self.excludes(0.5 - _SHARE_DIGITS, separation_ev):
            return Interval(0.0, 0.5)  # as much as there can be
        edge = _edge(lambda share: self.excludes(share, separation_ev), 0.5, _SHARE_DIGITS)
        return Interval(0.0, edge)

    def separation(self, share: float) -> Interval:
        """Separations that are allowed for a share or more."""
        rivals = self._rivals
        digits, farthest = _SEPARATION_DIGITS * rivals.fwhm, rivals.farthest_ev
        if not self.excludes(share, farthest - digits):
            return Interval(
                0.0, None, f"a share of {share:.2g} is allowed up to {farthest:.3g} eV away"
            )
        return Interval(0.0, _edge(lambda apart: self.excludes(share, apart), farthest, digits))


def _edge(excluded: Callable[[float], bool], high: float, digits: float) -> float:
    """Where exclusion begins, rounded up; what is above an excluded value is excluded."""
    low = 0.0
    while high - low > max(digits, _COARSE * high):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if excluded(middle) else (middle, high)
    return high


def _expected_gain(rivals: Rivals, truth: Pair) -> float:
    """Gain on the expected counts of a pair, without noise."""
    means = rivals.two.priors.rows @ truth.free
    one = replace(
        rivals.one, observed=truth.expected, priors=replace(rivals.one.priors, mean=means)
    )
    return max(rivals.solved(one).deviance / rivals.noise_scale(truth), 0.0)
