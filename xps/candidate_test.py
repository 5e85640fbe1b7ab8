"""Whether a candidate is there at all: its gain held against those of noise, by bootstrap.

Counts are drawn from the model without it. In each draw all candidates that might have been added
look for their best places, so that the chance is that of the whole search. Scores decide
which draws come near the gain; only these are fitted.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xps.batch_solver import Batch, solve_batch
from xps.bootstrap import drawn_counts
from xps.cancel import Cancelled
from xps.candidate_scores import Place
from xps.candidate_trial import Trial, TrialFits
from xps.error_budget import Significance
from xps.model import Ref
from xps.profile import noise_scale

Floats = NDArray[np.float64]

LEVEL = 0.01
DRAWS = 499
PLAIN_GAIN = 36.0  # of which no chance that matters is left, whatever the place: six sigma

_SCREEN = 0.6  # of the gain: what a score must reach for a draw to be fitted
_ROUGH = 1e-3  # of a deviance that is only compared with a gain
_TOO_OFTEN = 4.0  # times the level: scores above the gain so often need no fits


@dataclass(frozen=True)
class CandidateTest:
    """A bootstrap test.

    Attributes
    ----------
    level : float
        Chance with which noise alone adds one candidate or more.
    draws, seed : int
    """

    level: float = LEVEL
    draws: int = DRAWS
    seed: int = 0

    def of(
        self,
        fits: TrialFits,
        without: Trial,
        gain: float,
        keys: Collection[str],
        ask: Cancelled,
    ) -> Significance:
        """Return the chance that any of the candidates gains so much from noise alone.

        Parameters
        ----------
        fits : TrialFits
        without : Trial
            The model that the candidates are added to.
        gain : float
            In deviance, in units of the noise.
        keys : collection of str
            All candidates that might have been added.
        ask : callable
            Raises when the work was cancelled.
        """
        if gain >= PLAIN_GAIN:
            return Significance(gain, 1.0 / (1 + self.draws), 0.0, 0)
        random = np.random.default_rng(self.seed)
        problem, solution = without.problem, without.solution
        scale = noise_scale(problem)
        expected = np.tile(solution.expected, (self.draws, 1))
        counts = drawn_counts(problem, expected, random)
        size = problem.priors.mean.size
        missed = math.sqrt(scale) * random.standard_normal((self.draws, size))
        gains, places = fits.scores(without, keys).greatest_gains(
            counts - solution.expected, missed
        )
        plain = float(np.mean(gains >= gain * scale))
        if plain > _TOO_OFTEN * self.level:
            return _significance(gain, plain, self.draws)
        near = np.flatnonzero(gains >= _SCREEN * gain * scale)
        hits = 0
        for key in sorted({places[i].key for i in near}):
            ask()
            chosen = [i for i in near if places[i].key == key]
            brought = _gains(
                fits, without, counts[chosen], missed[chosen], [places[i] for i in chosen]
            )
            hits += int(np.sum(brought >= gain * scale))
        return _significance(gain, (1 + hits) / (1 + self.draws), self.draws)


def _significance(gain: float, p_value: float, draws: int) -> Significance:
    return Significance(gain, p_value, math.sqrt(p_value * (1.0 - p_value) / (1 + draws)), draws)


def _gains(
    fits: TrialFits, without: Trial, counts: Floats, missed: Floats, places: list[Place]
) -> Floats:
    """Gains of one candidate in draws, from fits with and without it; NaN where one failed."""
    key = places[0].key
    problem = without.problem
    means = problem.priors.rows @ without.solution.free + problem.priors.sigma * missed
    starts = np.tile(without.solution.free, (len(counts), 1))
    base = solve_batch(problem, Batch(counts, starts, means), tolerance=_ROUGH).deviance
    region = fits.region_with(without, places[0])
    grown = fits.problem(region)
    free = grown.table.free
    starts = np.tile(grown.start, (len(counts), 1))
    area = free.index(Ref(key, "area"))
    starts[:, area] = [place.area for place in places]
    starts[:, free.index(Ref(key, "center"))] = [place.center_ev for place in places]
    if Ref(key, "fwhm") in free:
        starts[:, free.index(Ref(key, "fwhm"))] = [place.fwhm_ev for place in places]
    found = solve_batch(
        replace(grown, start=starts[0]), Batch(counts, starts, means), tolerance=_ROUGH
    )
    gains: Floats = np.where(found.free[:, area] > 0.0, base - found.deviance, 0.0)
    return gains
