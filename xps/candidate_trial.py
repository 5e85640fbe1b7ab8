"""Models of candidates, fitted: grown by one, reduced by one, and held against physics."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, count

from xps.cancel import Cancelled
from xps.candidate_scores import CandidateScores, Place
from xps.candidates import LEAST_SEPARATION, Candidates
from xps.engine import Priors, Problem, Solution, solve
from xps.errors import FitError
from xps.fitted import standard_error
from xps.kernel import Kernel
from xps.measured import Measured
from xps.model import Component, Param, Ref, Region
from xps.problem import free_values, static_background
from xps.start import with_start_values

_TOLERANCE = 1e-4  # of a deviance that is only compared with others
_ROUNDING_EV = 1e-6
_HALF_SPLIT = 0.35  # of the FWHM: half the distance at which two lines look like one
_PATIENCE = 40  # steps, after which what is left is a valley without a floor: nothing to find


@dataclass(frozen=True, eq=False)
class Trial:
    """A fitted model of some candidates.

    Attributes
    ----------
    region : Region
        With its best values.
    problem : Problem
        Starting from them.
    solution : Solution
    """

    region: Region
    problem: Problem
    solution: Solution

    @property
    def keys(self) -> frozenset[str]:
        """The candidates in it, by the lines that lead."""
        return frozenset(one.id for one in self.region.components if is_leader(one))

    @property
    def deviance(self) -> float:
        """Twice the negative log posterior, up to a constant."""
        return self.solution.deviance

    @property
    def n_free(self) -> int:
        """Free parameters, those of the background among them."""
        return len(self.problem.table.free)

    @cached_property
    def chi2(self) -> float:
        """Pearson's χ² of the data."""
        expected = self.solution.expected
        misfit = (self.problem.observed - expected) ** 2 / self.problem.noise.variance(expected)
        return float(misfit.sum())

    def stderr(self, ref: Ref) -> float | None:
        """Standard error of a free parameter; None at a bound or where it is unknown."""
        column = self.problem.table.free.index(ref)
        return standard_error(float(self.solution.covariance[column, column]))

    def too_close(self) -> tuple[Component, Component] | None:
        """Return a pair of components that cannot be told apart, the closest one.

        Two candidates of one line each are, if they lie closer than half a width. One of several
        lines needs a line of its own, and may then share the places of its others: it tells how
        much of them it is.
        """
        patterns = patterns_of(self.region)
        alone = [lines[0] for lines in patterns if len(lines) == 1]
        pairs = [(_distance(a, b), a, b) for a, b in combinations(alone, 2)]
        for lines in patterns:
            others = [one for one in self.region.components if one not in lines]
            if len(lines) > 1 and others:
                nearest = [
                    min(((_distance(a, b), a, b) for b in others), key=_first) for a in lines
                ]
                pairs.append(max(nearest, key=_first))
        close = [pair for pair in pairs if pair[0] < LEAST_SEPARATION - _ROUNDING_EV]
        return min(close, key=_first)[1:] if close else None

    def is_possible(self) -> bool:
        """Whether all areas are above zero and all components far enough apart."""
        return self.too_close() is None and all(c.area.value > 0.0 for c in self.region.components)


class TrialFits:
    """Fits of models of candidates to one spectrum; each set of candidates is fitted once.

    Parameters
    ----------
    candidates : Candidates
    points : Measured
        In the window.
    ask : callable
        Raises when the work was cancelled.
    """

    def __init__(self, candidates: Candidates, points: Measured, ask: Cancelled) -> None:
        self.candidates, self.points, self._ask = candidates, points, ask
        self._static = static_background(candidates.template, points)
        self._known: dict[frozenset[str], Trial] = {}
        self._scores: dict[frozenset[str], CandidateScores] = {}
        self.empty = self._fitted(self._guess(candidates.region(())))
        self._known[frozenset()] = self.empty

    @property
    def known(self) -> list[Trial]:
        """All fits so far."""
        return list(self._known.values())

    def scores(self, trial: Trial, keys: Collection[str]) -> CandidateScores:
        """Return the scores of candidates beside a model."""
        return CandidateScores(self.candidates, keys, trial.region, trial.problem, trial.solution)

    def grown(self, trial: Trial, place: Place) -> Trial:
        """Return a model with one more candidate.

        The candidate starts at its place, and also as a part of each neighbor that it may share
        a peak with: one that is two looks like one at its middle, where no score asks for more.
        """
        keys = trial.keys | {place.key}
        known = self._known.get(keys)
        if known is None or known.deviance > trial.deviance + _TOLERANCE:
            starts = [self.region_with(trial, place), *self._split(trial, place)]
            found = [self._fitted(start) for start in starts]
            if known is not None:
                found.append(known)
            self._known[keys] = min(found, key=lambda one: (not one.is_possible(), one.deviance))
        return self._known[keys]

    def swapped(self, trial: Trial, key: str, gone: Collection[str]) -> Trial:
        """Return a model with a candidate of several lines in place of others that lie there."""
        found = [trial.region.component(one) for one in gone]
        places = []
        for offset, ratio in self.candidates.lines(key):
            near = _nearest(found, self._middle(key) + offset)
            places.append((near.center.value - offset, near.area.value / ratio))
        low, high = self.candidates.reach(key)
        center = min(max(sum(at for at, _ in places) / len(places), low), high)
        area = sum(size for _, size in places) / len(places)
        region = self.candidates.region((trial.keys - set(gone)) | {key}, trial.region)
        return self._better(
            region.with_values({Ref(key, "area"): area, Ref(key, "center"): center})
        )

    def squeezed(self, trial: Trial, key: str, near: Collection[str]) -> Trial:
        """Return a model with a candidate of several lines between others that lie there.

        Each of these gives way, to the side where its range lies, and half of its area.
        """
        region = self.candidates.region(trial.keys | {key}, trial.region)
        values = {Ref(key, "center"): self._middle(key)}
        for one in near:
            component = trial.region.component(one)
            lines = (self._middle(key) + offset for offset, _ in self.candidates.lines(key))
            line = min(lines, key=lambda at: abs(at - self._middle(one)))
            step = _HALF_SPLIT * component.fwhm.value * (2.0 if self._middle(one) > line else -2.0)
            low, high = self.candidates.reach(one)
            values[Ref(one, "center")] = min(max(line + step, low), high)
            values[Ref(one, "area")] = values[Ref(key, "area")] = 0.5 * component.area.value
        return self._better(region.with_values(values))

    def _better(self, start: Region) -> Trial:
        """The fit from a start, or the one that is known where it is better."""
        fitted = self._fitted(start)
        known = self._known.get(fitted.keys, fitted)
        self._known[fitted.keys] = min(
            (fitted, known), key=lambda one: (not one.is_possible(), one.deviance)
        )
        return self._known[fitted.keys]

    def _middle(self, key: str) -> float:
        low, high = self.candidates.reach(key)
        return 0.5 * (low + high)

    def reduced(self, trial: Trial, key: str) -> Trial:
        """Return a model without one of its candidates."""
        keys = trial.keys - {key}
        if keys not in self._known:
            self._known[keys] = self._fitted(self.candidates.region(keys, trial.region))
        return self._known[keys]

    def largest(self) -> Trial:
        """Return the model of all candidates with areas of no less than zero."""
        reachable = [
            species.key
            for species in self.candidates.species
            if self.points.energy_ev[0] < species.center_ev < self.points.energy_ev[-1]
        ]
        region = self._guess(self.candidates.region(reachable))
        for component in filter(is_leader, region.components):
            area = Param(max(component.area.value, 0.0), min=0.0)
            region = region.with_param(Ref(component.id, "area"), area)
        return self._fitted(region)

    def region_with(self, trial: Trial, place: Place) -> Region:
        """Return a model's region with one more candidate at a place."""
        region = self.candidates.region(trial.keys | {place.key}, trial.region)
        values = {Ref(place.key, "area"): place.area, Ref(place.key, "center"): place.center_ev}
        width = Ref(place.key, "fwhm")
        if region.resolve(width)[0] == width and place.key not in trial.keys:
            values[width] = place.fwhm_ev
        if not trial.keys:
            region = self._guess(region.with_values(values))
            del values[Ref(place.key, "area")]
        return region.with_values(values)

    def _split(self, trial: Trial, place: Place) -> list[Region]:
        """The model with a neighbor of a candidate divided into both, to either side of it."""
        found = []
        low, high = self.candidates.reach(place.key)
        families = self.candidates.families
        for component in trial.region.components:
            if families[component.id] != families[place.key]:
                continue
            center, step = component.center, _HALF_SPLIT * component.fwhm.value
            upward = 0.5 * (low + high) > 0.5 * (center.min + center.max)
            at = min(max(center.value + (step if upward else -step), low), high)
            moved = center.value + (-step if upward else step)
            moved = min(max(moved, center.min), center.max)
            if not step < abs(at - moved) < 4.0 * step:
                continue
            half = 0.5 * component.area.value
            values = {
                Ref(place.key, "area"): half,
                Ref(place.key, "center"): at,
                Ref(component.id, "area"): half,
                Ref(component.id, "center"): moved,
            }
            found.append(self.region_with(trial, place).with_values(values))
        return found

    def problem(self, region: Region) -> Problem:
        """Compile a region on the data.

        Raises
        ------
        FitError
            If there are too few points.
        """
        kernel = Kernel(region, self.points.energy_ev, self._static)
        points, table = self.points, kernel.table
        if points.observed.size <= len(table.free):
            raise FitError(
                f"{points.observed.size} points for {len(table.free)} free parameters",
                "widen the window, or give fewer candidates",
                where=region.core_level,
            )
        start = free_values(region, table)
        return Problem(kernel, Priors.of(region, table), points.observed, points.noise, start)

    def _guess(self, region: Region) -> Region:
        return with_start_values(region, self.points, self._static)

    def _fitted(self, region: Region) -> Trial:
        self._ask()
        problem = self.problem(region)
        steps = count()
        solution = solve(
            problem,
            tolerance=_TOLERANCE,
            cancelled=self._ask,
            watch=lambda _: next(steps) >= _PATIENCE,
        )
        best = dict(zip(problem.table.free, solution.free.tolist(), strict=True))
        return Trial(region.with_values(best), replace(problem, start=solution.free), solution)


def is_leader(component: Component) -> bool:
    """Whether a component has an area of its own: it does not follow another line."""
    return component.area.link is None


def patterns_of(region: Region) -> list[list[Component]]:
    """Return the lines of each candidate of a region, the one that leads first."""
    found = {one.id: [one] for one in region.components if is_leader(one)}
    for one in region.components:
        if one.area.link is not None:
            found[one.area.link.target.component].append(one)
    return list(found.values())


def _nearest(components: Collection[Component], energy: float) -> Component:
    return min(components, key=lambda one: abs(one.center.value - energy))


def _first(pair: tuple[float, Component, Component]) -> float:
    return pair[0]


def _distance(one: Component, other: Component) -> float:
    """Distance of two centers in mean widths."""
    apart = abs(one.center.value - other.center.value)
    return apart / (0.5 * (one.fwhm.value + other.fwhm.value))
