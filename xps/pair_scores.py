"""Which pair of peaks the residuals of a single peak ask for, to first order.

A pair that hardly differs from the single peak changes the curve along a known direction. Cleared
of what the single peak's own parameters can do, its product with the residuals is a score, and the
square of the largest positive one is close to the gain in deviance of the best pair (Rao's score
test; with a free place: Davies, Biometrika 74 (1987) 33).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xps.engine import Problem, Solution
from xps.kernel import Kernel
from xps.model import Param, Region

Floats = NDArray[np.float64]

_STEP = 0.1  # in FWHM, of small second peaks
_SHARES = (0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9)
_WIDTH_FACTORS = (0.9, 0.8, 0.7, 0.55)
_START_SHARES = (0.03, 0.6)
_NARROWEST_EV = 0.001


class Place(NamedTuple):
    """A pair by the second peak's share and signed distance, and its width over the single's."""

    share: float
    distance_ev: float
    width_factor: float


@dataclass(frozen=True, eq=False)
class PairScores:
    """Directions of many pairs in units of the noise.

    Attributes
    ----------
    places : tuple of Place
        Small second peaks of the single peak's width (share 0), then pairs of narrower peaks
        with its center and variance.
    directions : ndarray, shape (places, points + priors)
        Orthogonal to the derivatives of the single peak's parameters, of unit length.
    lengths : ndarray, shape (places,)
        They had before, for the area of the single peak.
    sigma : ndarray, shape (points,)
    """

    places: tuple[Place, ...]
    directions: Floats
    lengths: Floats
    sigma: Floats

    @classmethod
    def of(
        cls, region: Region, component: str, one: Problem, single: Solution, reach: float
    ) -> PairScores:
        """Draw the pairs that a component could be, up to `reach` widths apart."""
        peak = region.component(component)
        width = peak.fwhm.value
        places = tuple(_places(width, reach))
        spots = [(0.0, 1.0)]
        for share, distance, factor in places:
            spots += [(-share * distance, factor), ((1.0 - share) * distance, factor)]
        lines = one.noise.counts_per_unit * _lines(region, component, one.kernel.energy, spots)
        shares = np.array([place.share or 1.0 for place in places])[:, None]
        curves = (1.0 - shares) * lines[1::2] + shares * lines[2::2] - lines[0]
        sigma = np.sqrt(one.noise.variance(single.expected))
        one.variance = sigma**2
        derivatives = one.jacobian(single.free)[:, ~single.at_bound]
        basis = np.linalg.qr(derivatives)[0]
        directions = np.zeros((len(places), derivatives.shape[0]))
        directions[:, : sigma.size] = peak.area.value * curves / sigma
        directions -= (directions @ basis) @ basis.T
        lengths = np.linalg.norm(directions, axis=1)
        lengths[lengths == 0.0] = 1.0
        return cls(places, directions / lengths[:, None], lengths, sigma)

    def of_data(self, residual: Floats, priors: Floats) -> Floats:
        """Return the scores of measurements against a single peak; shape (..., places).

        Parameters
        ----------
        residual : ndarray, shape (..., points)
            Data minus model.
        priors : ndarray, shape (..., priors)
            Expected minus found values of the expectations in their sigma.
        """
        rows = np.concatenate((residual / self.sigma, priors), axis=-1)
        scores: Floats = rows @ self.directions.T
        return scores

    def best_places(self, problem: Problem, single: Solution) -> Iterator[Place]:
        """The best small second peak on either side and the best narrower pair, best first."""
        score = self.of_data(
            problem.observed - single.expected, -problem.priors.residual(single.free)
        )
        small = np.array([place.share == 0.0 for place in self.places])
        higher = np.array([place.distance_ev > 0.0 for place in self.places])
        # A small peak may have any area; a pair has that of the single peak.
        gain = np.where(
            small, np.maximum(score, 0.0) ** 2, (2.0 * score - self.lengths) * self.lengths
        )
        tops = [
            int(np.flatnonzero(group)[np.argmax(gain[group])])
            for group in (small & higher, small & ~higher, ~small)
        ]
        for top in sorted(tops, key=lambda top: -gain[top]):
            place = self.places[top]
            if small[top]:
                share = float(np.clip(score[top] / self.lengths[top], *_START_SHARES))
                place = place._replace(share=share)
            yield place


def _places(width: float, reach: float) -> Iterator[Place]:
    for step in range(1, round(reach / _STEP) + 1):
        for side in (-1.0, 1.0):
            yield Place(0.0, side * step * _STEP * width, 1.0)
    for factor in _WIDTH_FACTORS:
        for share in _SHARES:
            # what the peaks lack in variance (FWHM²/8 ln 2) their distance brings
            spread = (1.0 - factor**2) / (8.0 * math.log(2.0))
            distance = math.sqrt(spread / (share * (1.0 - share)))
            if distance < reach:
                yield Place(share, distance * width, factor)


def _lines(
    region: Region, component: str, energy_ev: Floats, spots: list[tuple[float, float]]
) -> Floats:
    """The component, its background included, at offsets in eV and with factors of its width.

    Shape (spots, points), for a unit of area.
    """
    for other in region.components:
        if other.id != component:
            region = region.without_component(other.id)
    peak = region.component(component)
    params = {name: Param(param.value, vary=False) for name, param in peak.params.items()}
    moving = {name: Param(params[name].value) for name in ("area", "center")}
    width = {"fwhm": Param(params["fwhm"].value, min=_NARROWEST_EV)}
    background = region.background
    fixed = {name: Param(param.value, vary=False) for name, param in background.params.items()}
    kernel = Kernel(
        replace(
            region,
            components=(peak.with_params(params | moving | width),),
            background=background.with_params(fixed),
        ),
        energy_ev,
    )
    offsets, factors = np.array(spots).T
    free = np.column_stack(
        (np.ones(len(spots)), peak.center.value + offsets, peak.fwhm.value * factors)
    )
    lines: Floats = kernel.model(free) - kernel.model(free[0] * [0.0, 1.0, 1.0])
    return lines
