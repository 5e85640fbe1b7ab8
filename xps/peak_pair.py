"""A single peak and its rival: two peaks of the same width and shape in its place.

The pair is fitted within bounds on the share of the lesser peak and on the separation. Both are
linear: areas in a cone, ``(A₁, A₂) = a·(1, κ) + b·(κ, 1)`` with a, b ≥ 0 and κ = share/(1 − share),
and centers ``c₂ = c₁ ± (separation + δ)`` with δ ≥ 0. The solver therefore sees bounds only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xps.cancel import Cancelled
from xps.engine import Priors, Problem, Solution, solve
from xps.errors import CancelledError, FitError
from xps.model import Link, Param, Ref, Region
from xps.pair_scores import PairScores, Place
from xps.parameter_table import ParameterTable
from xps.problem import compile_problem, free_values
from xps.profile import noise_scale
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]

SECOND = "_second"
"""What the id of the second peak adds to that of the component."""

TOLERANCE = 1e-9
REACH = 3.0  # in FWHM: peaks farther apart do not overlap

_LEAST_START_SHARE = 0.03
_LEAST_START_SEPARATION = 0.1  # in FWHM: from nearer a pair does not come apart


@dataclass(frozen=True, eq=False)
class Pair:
    """The best pair of peaks within some bounds.

    Attributes
    ----------
    deviance : float
    free : ndarray, shape (free,)
        Free parameters of the region with both peaks.
    expected : ndarray, shape (points,)
    areas, centers : (float, float)
        Of the component and of its second peak.
    """

    deviance: float
    free: Floats
    expected: Floats
    areas: tuple[float, float]
    centers: tuple[float, float]

    @property
    def place(self) -> tuple[float, float]:
        """Share of the second peak in both areas, and its distance in eV, with sign."""
        whole = sum(self.areas)
        share = self.areas[1] / whole if whole > 0.0 else 0.5
        return share, self.centers[1] - self.centers[0]

    def matters(self, share: float, separation_ev: float) -> bool:
        """Whether the lesser peak has at least that share, and the two are so far apart."""
        second, distance = self.place
        return min(second, 1.0 - second) >= share and abs(distance) >= separation_ev


@dataclass(frozen=True, eq=False)
class Rivals:
    """Both hypotheses on one measurement.

    Attributes
    ----------
    component : str
        Its id.
    region, pair_region : Region
        With the single peak at its best values, and with the pair.
    one, two : Problem
        Compiled from them.
    single : Solution
        The best single peak.
    scores : PairScores
        Which pairs the residuals of the single peak ask for.
    cancelled : callable, optional
        Asked before each step of a fit.
    tolerance : float
        Gain in deviance still expected at which a fit ends.
    """

    component: str
    region: Region
    pair_region: Region
    one: Problem
    two: Problem
    single: Solution
    scores: PairScores
    cancelled: Cancelled | None = None
    tolerance: float = TOLERANCE

    @classmethod
    def of(
        cls,
        region: Region,
        spectrum: Spectrum,
        component: str,
        shift_ev: float,
        *,
        cancelled: Cancelled | None = None,
    ) -> Rivals:
        """Fit the single peak and get the pair ready.

        Raises
        ------
        FitError
            If area or center of the component are not free, or the background is not in the fit.
        """
        one = compile_problem(region, spectrum, shift_ev)
        _refuse(region, component, one)
        single = solve(one, cancelled=cancelled)
        one = replace(one, start=single.free)
        best = region.with_values(dict(zip(one.table.free, single.free.tolist(), strict=True)))
        pair_region = split(best, component)
        two = compile_problem(pair_region, spectrum, shift_ev)
        scores = PairScores.of(best, component, one, single, REACH)
        return cls(component, best, pair_region, one, two, single, scores, cancelled)

    @property
    def fwhm(self) -> float:
        """Of the single peak, in eV."""
        return self.region.component(self.component).fwhm.value

    @property
    def reach_ev(self) -> float:
        """Largest separation of a pair."""
        return REACH * self.fwhm

    def on(self, repetition: Problem) -> Rivals:
        """Return the rivals on another measurement, the single peak fitted to it."""
        two = replace(
            self.two,
            observed=repetition.observed,
            priors=replace(self.two.priors, mean=repetition.priors.mean),
        )
        return replace(self, one=repetition, two=two, single=self.solved(repetition))

    @property
    def farthest_ev(self) -> float:
        """The largest separation that the window leaves room for."""
        return max(self._room(-1.0), self._room(1.0))

    def solved(self, problem: Problem, start: Floats | None = None) -> Solution:
        """Solve a problem to the tolerance of the rivals."""
        return solve(problem, start, tolerance=self.tolerance, cancelled=self.cancelled)

    def gain(self, pair: Pair) -> float:
        """By which a pair lowers the deviance of the single peak, in units of the noise."""
        return (self.single.deviance - pair.deviance) / self.noise_scale(pair)

    def noise_scale(self, pair: Pair) -> float:
        """Unit of the deviance: one, or χ²ᵣ of a pair where the size of the noise is unknown."""
        return noise_scale(replace(self.two, start=pair.free))

    def pairs(
        self, share: float = 0.0, separation_ev: float = 0.0, near: Pair | None = None
    ) -> Iterator[Pair]:
        """Fit pairs from several places, the most promising first.

        Parameters
        ----------
        share, separation_ev : float
            At least that of the lesser peak, and of the two.
        near : Pair, optional
            One more place to start from.
        """
        places = list(self.scores.best_places(self.one, self.single))
        if near is not None:
            places.insert(0, Place(*near.place, self._width_factor(near)))
        for place in places:
            pair = self._fitted(place, share, separation_ev)
            if pair is not None:
                yield pair

    def best_pair(
        self, share: float = 0.0, separation_ev: float = 0.0, near: Pair | None = None
    ) -> Pair:
        """Return the pair of least deviance; see `pairs`.

        Raises
        ------
        FitError
            If no pair can be fitted.
        """
        pairs = list(self.pairs(share, separation_ev, near))
        if not pairs:
            raise FitError(
                "no pair of peaks can be fitted", "widen the window", where=self.component
            )
        return min(pairs, key=lambda pair: pair.deviance)

    def _fitted(self, place: Place, share: float, separation_ev: float) -> Pair | None:
        lesser = max(share, _LEAST_START_SHARE)
        part = min(max(place.share, lesser), 1.0 - lesser)
        apart = max(abs(place.distance_ev), separation_ev, _LEAST_START_SEPARATION * self.fwhm)
        side = math.copysign(1.0, place.distance_ev)
        farthest = self._room(side)
        if farthest <= separation_ev:
            return None
        apart = min(apart, farthest)
        table, a, c = self.two.table, *self._columns()
        start = self._free_of_single()
        area, center = start[a[0]], start[c[0]]
        start[list(a)] = (1.0 - part) * area, part * area
        start[c[0]], start[c[1]] = center - side * part * apart, center + side * (1 - part) * apart
        width = self.pair_region.resolve(Ref(self.component, "fwhm"))[0]
        if width in table.free:
            start[table.free.index(width)] *= place.width_factor
        turn, move = _turn(len(start), a, c, side, share, separation_ev)
        problem = _turned(self.two, turn, move)
        problem.lower[list(a)], problem.upper[list(a)] = 0.0, np.inf
        problem.lower[c[1]], problem.upper[c[1]] = 0.0, farthest - separation_ev
        problem.first_lower = problem.lower.copy()
        try:
            begin: Floats = np.linalg.solve(turn, start - move).astype(np.float64)
            solution = self.solved(problem, begin)
        except CancelledError:
            raise
        except FitError:
            return None
        free = turn @ solution.free + move
        return Pair(
            solution.deviance,
            free,
            solution.expected,
            (float(free[a[0]]), float(free[a[1]])),
            (float(free[c[0]]), float(free[c[1]])),
        )

    def _room(self, side: float) -> float:
        """How far a second peak may lie on one side: nearer than to any other component."""
        low, high = self.region.window_ev
        center = self.region.component(self.component).center.value
        distances = [
            0.5 * side * (other.center.value - center)
            for other in self.region.components
            if other.id != self.component and side * (other.center.value - center) > 0.0
        ]
        return min(self.reach_ev, high - center if side > 0.0 else center - low, *distances)

    def _columns(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Where areas and centers of the pair are among the free parameters."""
        free, ids = self.two.table.free, (self.component, self.component + SECOND)
        first, second = (
            (free.index(Ref(id_, "area")), free.index(Ref(id_, "center"))) for id_ in ids
        )
        return (first[0], second[0]), (first[1], second[1])

    def _free_of_single(self) -> Floats:
        """Free parameters of the pair where the single peak has them."""
        known = dict(zip(self.one.table.free, self.single.free.tolist(), strict=True))
        own = free_values(self.pair_region, self.two.table).tolist()
        return np.array(
            [known.get(ref, value) for ref, value in zip(self.two.table.free, own, strict=True)]
        )

    def _width_factor(self, pair: Pair) -> float:
        width = self.pair_region.resolve(Ref(self.component, "fwhm"))[0]
        if width not in self.two.table.free:
            return 1.0
        known = dict(zip(self.one.table.free, self.single.free.tolist(), strict=True))
        factor = pair.free[self.two.table.free.index(width)] / known[width]
        return float(factor)


def split(region: Region, component: str) -> Region:
    """Return the region with a second peak beside a component, of its width and shape.

    The expectations of the component, if it has any, stay with the component.
    """
    peak = region.component(component)
    tied = {
        name: Param(param.value, link=Link("same", Ref(component, name)))
        for name, param in peak.params.items()
        if name not in ("area", "center")
    }
    half = Param(0.5 * peak.area.value)
    second = replace(
        peak,
        id=component + SECOND,
        name=f"{peak.name}, second peak",
        species="",
        area=half,
        center=Param(peak.center.value),
    ).with_params(tied)
    halved = region.with_param(Ref(component, "area"), peak.area.at(half.value))
    return replace(halved, components=(*halved.components, second)).settled()


def _refuse(region: Region, component: str, one: Problem) -> None:
    for name in ("area", "center"):
        if Ref(component, name) not in one.table.free:
            raise FitError(
                f"the {name} of {component} is not free: whether it is one peak or two cannot "
                "be asked",
                "let the fit vary it",
                where=region.core_level,
            )
    if not region.background.in_fit:
        raise FitError(
            "a background that was subtracted before the fit",
            "fit the background together with the peaks",
            where=region.core_level,
        )


def _turn(
    size: int,
    areas: tuple[int, int],
    centers: tuple[int, int],
    side: float,
    share: float,
    separation_ev: float,
) -> tuple[Floats, Floats]:
    """Matrix and vector that make the pair's free parameters from bounded ones."""
    turn: Floats = np.eye(size)
    move: Floats = np.zeros(size)
    turn[areas, areas[::-1]] = share / (1.0 - share)
    turn[centers[1], centers[0]] = 1.0
    turn[centers[1], centers[1]] = side
    move[centers[1]] = side * separation_ev
    return turn, move


def _turned(problem: Problem, turn: Floats, move: Floats) -> Problem:
    """Return a problem in parameters u, where its own are ``turn @ u + move``."""
    table, priors = problem.table, problem.priors
    turned = ParameterTable(
        table.refs,
        table.free,
        table.matrix @ turn,
        table.constant + table.matrix @ move,
        table.lower.copy(),
        table.upper.copy(),
    )
    return replace(
        problem,
        kernel=problem.kernel.with_table(turned),
        priors=Priors(priors.rows @ turn, priors.mean - priors.rows @ move, priors.sigma),
    )
