"""Several regions solved as one problem: what they share, and amounts that are tied.

Each region keeps its own data, model and expectations; the joint problem says how its free
parameters follow from those of the whole. Information and gradient are added up region by
region, so that the points and derivatives of all are never in one array.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from xps.errors import FitError
from xps.likelihood import Linearized, Problem
from xps.model import Ref
from xps.normal_equations import NormalEquations

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_LARGEST_EXPONENT = 50.0


class Place(NamedTuple):
    """A parameter of one of the regions."""

    region: str
    ref: Ref

    def __str__(self) -> str:
        return f"{self.ref} of {self.region}"


@dataclass(frozen=True)
class AmountTie:
    """An area that follows another one, up to a factor.

    ``area = ratio · leader · exp(σ ε)`` with a parameter ε that is expected at 0 ± 1: a
    log-normal tie that holds for areas of either sign. With σ = 0 it is exact.

    Attributes
    ----------
    name : str
    leader, follower : Place
        Areas.
    ratio : float
        Of the follower to the leader, above zero.
    sigma : float
        Of the logarithm of the ratio.

    Raises
    ------
    FitError
        If ratio or spread are no such numbers.
    """

    name: str
    leader: Place
    follower: Place
    ratio: float
    sigma: float

    def __post_init__(self) -> None:
        if not (0.0 < self.ratio < math.inf and 0.0 <= self.sigma < math.inf):
            raise FitError(
                f"a tie of amounts with a ratio of {self.ratio} and a spread of {self.sigma}",
                "give a ratio above zero, and a spread of zero or above",
                where=self.name,
            )


class JointProblem:
    """Regions on their data with what they have in common; solved like one region.

    Parameters
    ----------
    members : sequence of (str, Problem)
        Regions by id.
    shared : sequence of sequence of Place
        Free parameters that are one and the same.
    ties : sequence of AmountTie
        Leader and follower are free areas; a follower follows once, and leads no other.

    Attributes
    ----------
    groups : tuple of tuple of Place
        The parameters of the whole that are values of regions, with all their places; after
        them come the ε of the ties.
    lower, upper, first_lower, start : ndarray, shape (free,)
        As in `xps.likelihood.Likelihood`.

    Raises
    ------
    FitError
        If a parameter is not free, is decided twice, or has no value within all its bounds.
    """

    def __init__(
        self,
        members: Sequence[tuple[str, Problem]],
        *,
        shared: Sequence[Sequence[Place]] = (),
        ties: Sequence[AmountTie] = (),
    ) -> None:
        self.members, self.ties = tuple(members), tuple(ties)
        places = [Place(id_, ref) for id_, problem in members for ref in problem.table.free]
        followers = _followers(self.ties, set(places))
        self.groups = _groups(places, shared, followers)
        soft = [tie.name for tie in self.ties if tie.sigma > 0.0]
        self.discrepancy = {name: len(self.groups) + j for j, name in enumerate(soft)}
        self.column = {place: j for j, group in enumerate(self.groups) for place in group}
        self.parts = [self._part(id_, problem) for id_, problem in members]
        self._set_bounds(len(self.groups) + len(soft))

    @property
    def discrepancies(self) -> slice:
        """Where the ε of the ties stand."""
        return slice(len(self.groups), len(self.groups) + len(self.discrepancy))

    def _part(self, id_: str, problem: Problem) -> Part:
        table = problem.table
        tied = {tie.follower.ref: tie for tie in self.ties if tie.follower.region == id_}
        own = [j for j, ref in enumerate(table.free) if ref not in tied]
        return Part(
            problem,
            np.array(own, dtype=np.intp),
            np.array([self.column[Place(id_, table.free[j])] for j in own], dtype=np.intp),
            tuple(
                _Follower(
                    table.free.index(ref),
                    self.column[tie.leader],
                    self.discrepancy.get(tie.name),
                    tie.ratio,
                    tie.sigma,
                )
                for ref, tie in tied.items()
            ),
        )

    def _set_bounds(self, size: int) -> None:
        self.lower, self.upper = np.full(size, -np.inf), np.full(size, np.inf)
        self.first_lower, self.start = self.lower.copy(), np.zeros(size)
        counts = np.zeros(size)
        for part in self.parts:
            problem, own, columns = part.problem, part.own, part.columns
            self.lower[columns] = np.maximum(self.lower[columns], problem.lower[own])
            self.upper[columns] = np.minimum(self.upper[columns], problem.upper[own])
            first = problem.first_lower[own]
            self.first_lower[columns] = np.maximum(self.first_lower[columns], first)
            self.start[columns] += problem.start[own]
            counts[columns] += 1.0
        if (self.lower > self.upper).any():
            place = self.groups[int(np.argmax(self.lower - self.upper))][0]
            raise FitError(
                f"the bounds of {place} and of what it is shared with have nothing in common",
                "widen them",
            )
        self.start = np.clip(self.start / np.maximum(counts, 1.0), self.lower, self.upper)

    def linearized(self, free: Floats, scale: Floats | None = None) -> JointPlace:
        """The problem at one place."""
        return JointPlace(self, free, scale)

    def leave(self, expected: Floats) -> None:
        """Take the model that the solver ended with."""
        ends = np.cumsum([part.problem.observed.size for part in self.parts])
        for part, own in zip(self.parts, np.split(expected, ends[:-1]), strict=True):
            part.problem.leave(own)


class JointPlace:
    """A joint problem at one place; see `xps.likelihood.Linearized`."""

    noise_unit = 1.0

    def __init__(self, problem: JointProblem, free: Floats, scale: Floats | None) -> None:
        self._problem, self.free = problem, free
        information, gradient = np.zeros((free.size, free.size)), np.zeros(free.size)
        self.deviance, expected = 0.0, []
        for part in problem.parts:
            place, derivatives = part.linearized(free), part.derivatives(free)
            equations = place.equations
            information[np.ix_(part.touched, part.touched)] += (
                derivatives.T @ equations.information @ derivatives
            )
            gradient[part.touched] += derivatives.T @ equations.gradient
            self.deviance += place.deviance
            expected.append(place.expected)
        epsilon = free[problem.discrepancies]
        where = np.arange(free.size)[problem.discrepancies]
        information[where, where] += 1.0
        gradient[where] -= epsilon
        self.deviance += float(epsilon @ epsilon)
        self.expected = np.concatenate(expected)
        self.equations = NormalEquations.assembled(information, gradient, scale)

    def moved(self, step: Floats) -> Self:
        """The place after a step."""
        return type(self)(self._problem, self.free + step, self.equations.scale)


class Part:
    """A region within the whole.

    Parameters
    ----------
    problem : Problem
    own, columns : ndarray of int
        Its free parameters that are values of the whole, and which ones they are.
    followers : tuple
        Its areas that are tied.

    Attributes
    ----------
    touched : ndarray of int
        The parameters of the whole that matter here.
    """

    def __init__(
        self, problem: Problem, own: Ints, columns: Ints, followers: tuple[_Follower, ...]
    ) -> None:
        self.problem, self.own, self.columns, self._followers = problem, own, columns, followers
        led = [c for f in followers for c in (f.leader, f.discrepancy) if c is not None]
        self.touched = np.array(list(dict.fromkeys([*columns.tolist(), *led])), dtype=np.intp)
        self._at = {column: j for j, column in enumerate(self.touched.tolist())}
        self._derivatives = np.zeros((len(problem.table.free), self.touched.size))
        self._derivatives[own, [self._at[column] for column in columns.tolist()]] = 1.0

    def free(self, free: Floats) -> Floats:
        """Values of the region's free parameters; shape (free of the region,)."""
        own = np.empty(len(self.problem.table.free))
        own[self.own] = free[self.columns]
        for tied in self._followers:
            own[tied.row] = tied.factor(free) * free[tied.leader]
        return own

    def derivatives(self, free: Floats) -> Floats:
        """Of these, by those of the whole that matter; shape (free of the region, touched)."""
        derivatives = self._derivatives.copy() if self._followers else self._derivatives
        for tied in self._followers:
            factor = tied.factor(free)
            derivatives[tied.row, self._at[tied.leader]] = factor
            if tied.discrepancy is not None:
                bent = tied.sigma * factor * free[tied.leader]
                derivatives[tied.row, self._at[tied.discrepancy]] = bent
        return derivatives

    def linearized(self, free: Floats) -> Linearized:
        """The region alone, where the whole puts it."""
        return self.problem.linearized(self.free(free))


class _Follower(NamedTuple):
    """A free area of a region that a tie decides."""

    row: int
    leader: int
    discrepancy: int | None
    ratio: float
    sigma: float

    def factor(self, free: Floats) -> float:
        """Of the leading area."""
        if self.discrepancy is None:
            return self.ratio
        exponent = self.sigma * float(free[self.discrepancy])
        return self.ratio * math.exp(min(exponent, _LARGEST_EXPONENT))


def _followers(ties: Sequence[AmountTie], free: set[Place]) -> set[Place]:
    leaders, followers = {tie.leader for tie in ties}, set()
    for tie in ties:
        for place in (tie.leader, tie.follower):
            if place not in free:
                raise FitError(
                    f"the tie of amounts {tie.name} needs {place}, which is not free",
                    "let the fit vary it",
                )
        if tie.follower in followers or tie.follower in leaders:
            raise FitError(
                f"{tie.follower} follows twice, or leads and follows",
                "tie all areas of a compound to the same one",
            )
        followers.add(tie.follower)
    return followers


def _groups(
    places: Sequence[Place], shared: Sequence[Sequence[Place]], followers: set[Place]
) -> tuple[tuple[Place, ...], ...]:
    group_of: dict[Place, tuple[Place, ...]] = {
        place: (place,) for place in places if place not in followers
    }
    for group in shared:
        for place in group:
            if len(group_of.get(place, ())) != 1:
                raise FitError(
                    f"{place} cannot be shared: it is not free, tied, or shared already",
                    "let the fit vary it, and name it once",
                )
            group_of[place] = tuple(group)
    return tuple(dict.fromkeys(group_of.values()))
