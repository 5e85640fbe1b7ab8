"""What candidates would gain beside a fitted model, from the residuals alone.

A line of the shape of a candidate is moved over what the model leaves of the data, after all
that the model could take up itself is projected out of it (Rao's score test; Davies, Biometrika
74 (1987) 33). Its squared answer is the gain in deviance to first order, for any number of
measurements at once.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xps.candidates import LEAST_SEPARATION, Candidates
from xps.engine import Problem, Solution
from xps.model import Region
from xps.unit_line import unit_line

Floats = NDArray[np.float64]

_STEPS_PER_WIDTH = 8
_LEAST_NORM = 0.05  # of a line's: what is left of it beside the model


@dataclass(frozen=True)
class Place:
    """Where a candidate may lie beside a model.

    Attributes
    ----------
    key : str
    center_ev, fwhm_ev : float
    area : float
        That it would take, in the area unit of the region.
    gain : float
        In deviance; zero where the area would be negative.
    """

    key: str
    center_ev: float
    fwhm_ev: float
    area: float
    gain: float


class CandidateScores:
    """Scores of candidates at all places that they may take beside a model.

    Parameters
    ----------
    candidates : Candidates
    keys : collection of str
        Those that are tried; where nothing keeps enough distance from the model there is no place.
    region : Region
        The model with its best values.
    problem : Problem
    solution : Solution
        Of the problem.
    """

    def __init__(
        self,
        candidates: Candidates,
        keys: Collection[str],
        region: Region,
        problem: Problem,
        solution: Solution,
    ) -> None:
        self._weight = 1.0 / np.sqrt(problem.noise.variance(solution.expected))
        self._unit = problem.noise.counts_per_unit
        self._misfit = (problem.observed - solution.expected) * self._weight
        self._missed = -problem.priors.residual(solution.free)
        _, derivatives = problem.expected_and_jacobian(solution.free)
        rows = np.concatenate((derivatives * self._weight, problem.priors.weighted.T), axis=1)
        rows = rows[~solution.at_bound]
        length = np.linalg.norm(rows, axis=1)
        basis = np.linalg.qr((rows[length > 0.0] / length[length > 0.0, None]).T)[0]
        energy = problem.kernel.energy
        spots: list[tuple[str, float, float]] = []
        lines: list[Floats] = []
        for key in keys:
            for width in _widths(candidates, key, region):
                places = _free_places(candidates, key, width, region, energy)
                if places.size:
                    spots += [(key, float(place), width) for place in places]
                    lines.append(_lines(candidates, key, region, width, energy, places))
        self._spots = spots
        drawn = np.concatenate(lines) if lines else np.empty((0, energy.size))
        drawn = np.concatenate(
            (drawn * self._unit * self._weight, np.zeros((len(drawn), self._missed.size))), axis=1
        )
        whole = np.linalg.norm(drawn, axis=1)
        drawn -= (drawn @ basis) @ basis.T
        norm = np.linalg.norm(drawn, axis=1)
        self._norm = np.where(norm > _LEAST_NORM * whole, norm, math.inf)
        self._filters = drawn / self._norm[:, None]

    def best_places(self) -> Mapping[str, Place]:
        """Return the place of each candidate where it gains most, by key."""
        answers = self._filters @ np.concatenate((self._misfit, self._missed))
        best: dict[str, Place] = {}
        for (key, center, width), answer, norm in zip(
            self._spots, answers.tolist(), self._norm.tolist(), strict=True
        ):
            gain = max(answer, 0.0) ** 2
            if math.isfinite(norm) and (key not in best or gain > best[key].gain):
                best[key] = Place(key, center, width, max(answer, 0.0) / norm, gain)
        return best

    def greatest_gains(self, deviations: Floats, missed: Floats) -> tuple[Floats, list[Place]]:
        """Greatest gain in each of many measurements, and where.

        Parameters
        ----------
        deviations : ndarray, shape (measurements, points)
            From what the model expects, in counts.
        missed : ndarray, shape (measurements, priors)
            Expectations minus the model's values, in σ.

        Returns
        -------
        gains : ndarray, shape (measurements,)
        places : list of Place
            Empty where no candidate has a place.
        """
        if not self._spots:
            return np.zeros(len(deviations)), []
        answers = np.concatenate((deviations * self._weight, missed), axis=1) @ self._filters.T
        best = answers.argmax(axis=1)
        top = np.maximum(answers[np.arange(len(best)), best], 0.0)
        places = []
        for i, answer in zip(best.tolist(), top.tolist(), strict=True):
            key, center, width = self._spots[i]
            places.append(Place(key, center, width, answer / float(self._norm[i]), answer**2))
        return top**2, places


def _widths(candidates: Candidates, key: str, region: Region) -> list[float]:
    """The width of the candidate's family, or trial widths where the model holds none of it."""
    family = candidates.families[key]
    for component in region.components:
        if candidates.families[component.id] == family:
            return [component.fwhm.value]
    narrow, wide = candidates.widths(key)
    return [narrow, math.sqrt(narrow * wide), wide]


def _free_places(
    candidates: Candidates, key: str, width: float, region: Region, energy: Floats
) -> Floats:
    """Places of a candidate inside the data and far enough from all components.

    What has one line keeps off the components that have one; what has more needs one line that
    keeps off all components.
    """
    lines = candidates.lines(key)
    low, high = candidates.reach(key)
    low, high = max(low, energy[0]), min(high, energy[-1] - max(offset for offset, _ in lines))
    if low > high:
        return np.empty(0)
    count = 1 + math.ceil((high - low) * _STEPS_PER_WIDTH / width)
    places = np.linspace(low, high, count)
    several = {candidates.families[id_] for id_ in candidates.followers}
    occupied = [
        component
        for component in region.components
        if len(lines) > 1 or candidates.families[component.id] not in several
    ]
    free = np.ones((len(lines), places.size), dtype=bool)
    for row, (offset, _) in zip(free, lines, strict=True):
        for component in occupied:
            least = LEAST_SEPARATION * 0.5 * (width + component.fwhm.value)
            row &= np.abs(places + offset - component.center.value) >= least
    return places[free.any(axis=0)]


def _lines(
    candidates: Candidates,
    key: str,
    region: Region,
    width: float,
    energy: Floats,
    places: Floats,
) -> Floats:
    """A candidate of unit area with its step, at each place; shape (places, points)."""
    pattern = region.components[0] if region.components else candidates.pattern
    offsets, line = unit_line(region, pattern, width, float(energy[-1] - energy[0]))
    distances = energy[None, :] - places[:, None]
    lines: Floats = np.zeros_like(distances)
    for offset, ratio in candidates.lines(key):
        lines += ratio * np.interp(distances - offset, offsets, line)
    if region.background.has_step:
        steps = 0.5 * (lines[:, 1:] + lines[:, :-1]) * np.diff(energy)
        lines[:, 1:] += region.background.k.value * np.cumsum(steps, axis=1)
    return lines
