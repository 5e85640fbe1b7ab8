"""What the solver works on: points, their noise, and what is expected of the parameters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from xps.kernel import Kernel
from xps.model import Region
from xps.noise import Noise
from xps.normal_equations import NormalEquations
from xps.parameter_table import ParameterTable

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Priors:
    """Gaussian expectations as rows on the free parameters: ``(rows @ free − mean) / sigma``."""

    rows: Floats
    mean: Floats
    sigma: Floats

    @classmethod
    def of(cls, region: Region, table: ParameterTable) -> Priors:
        """Collect the expectations of a region; those on fixed parameters are constants."""
        rows, means, sigmas = [], [], []
        for ref, param in region.params():
            prior = param.prior
            if prior is None:
                continue
            row = table.matrix[table.index[ref]].copy()
            constant = table.constant[table.index[ref]]
            if prior.relative_to is not None:
                target = table.index[prior.relative_to]
                row -= table.matrix[target]
                constant -= table.constant[target]
            if row.any():
                rows.append(row)
                means.append(prior.mean - constant)
                sigmas.append(prior.sigma)
        size = len(table.free)
        return cls(np.array(rows).reshape(len(rows), size), np.array(means), np.array(sigmas))

    @classmethod
    def none(cls, size: int) -> Priors:
        """No expectations of so many free parameters."""
        return cls(np.empty((0, size)), np.empty(0), np.empty(0))

    @cached_property
    def weighted(self) -> Floats:
        """Derivatives of `residual`; shape (priors, free)."""
        weighted: Floats = self.rows / self.sigma[:, None]
        return weighted

    def residual(self, free: Floats) -> Floats:
        """Distances from the expected values in sigma; shape (priors,)."""
        residual: Floats = (self.rows @ free - self.mean) / self.sigma
        return residual


class Likelihood(ABC):
    """What the solver asks of a problem with points of its own; `Problem` is that of a region.

    Attributes
    ----------
    lower, upper : ndarray, shape (free,)
        Bounds.
    first_lower : ndarray, shape (free,)
        Lower bounds of a first leg, at least `lower`; see `xps.engine.solve`.
    start : ndarray, shape (free,)
    observed : ndarray, shape (points,)
    noise : Noise
    priors : Priors
    variance : ndarray, shape (points,)
        The solver leaves the variances of the best model here.
    """

    lower: Floats
    upper: Floats
    first_lower: Floats
    start: Floats
    observed: Floats
    noise: Noise
    priors: Priors
    variance: Floats

    @abstractmethod
    def expected_and_jacobian(self, free: Floats) -> tuple[Floats, Floats]:
        """Expected points and their derivatives; shapes (points,) and (free, points)."""

    def linearized(self, free: Floats, scale: Floats | None = None) -> Linearized:
        """The problem at one place; `scale` is that of the equations there before."""
        return Linearized(self, free, scale)

    def leave(self, expected: Floats) -> None:
        """Take the model that the solver ended with."""
        self.variance = self.noise.variance(expected)


class Linearized:
    """A likelihood at one place, with the equations of the step from there.

    Attributes
    ----------
    free : ndarray, shape (free,)
    expected : ndarray, shape (points,)
    deviance : float
        Priors included.
    equations : NormalEquations
    """

    def __init__(self, problem: Likelihood, free: Floats, scale: Floats | None) -> None:
        self.free = free
        self.expected, self._derivatives = problem.expected_and_jacobian(free)
        self.deviance = penalized_deviance(problem, free, self.expected)
        self._noise_is_known = problem.noise.known
        weight = 1.0 / np.sqrt(problem.noise.variance(self.expected))
        weighted = self._derivatives * weight
        residual = (problem.observed - self.expected) * weight
        priors = problem.priors
        if priors.mean.size:
            weighted = np.concatenate((weighted, priors.weighted.T), axis=1)
            residual = np.concatenate((residual, -priors.residual(free)))
        self.equations = NormalEquations(weighted, residual, scale)

    def moved(self, step: Floats) -> Self:
        """The place after a step that is too short for the model to bend."""
        place = copy(self)
        place.free = self.free + step
        place.deviance = self.deviance - self.equations.expected_gain(step)
        place.expected = self.expected + step @ self._derivatives
        return place

    @property
    def noise_unit(self) -> float:
        """What a deviance of one is worth: the variance where it is yet to be estimated."""
        if self._noise_is_known:
            return 1.0
        return self.deviance / max(self.expected.size - self.free.size, 1)


def penalized_deviance(problem: Likelihood, free: Floats, expected: Floats) -> float:
    """Deviance of the points, and the squared distances from the expected values."""
    deviance = problem.noise.deviance(problem.observed, expected)
    if problem.priors.mean.size:
        prior = problem.priors.residual(free)
        deviance += float(prior @ prior)
    return deviance


@dataclass
class Problem(Likelihood):
    """A region on its data, ready for a solver.

    Attributes
    ----------
    kernel, priors
        Compiled from the region.
    observed : ndarray, shape (points,)
        In counts where these are known.
    noise : Noise
    start : ndarray, shape (free,)
    variance : ndarray, shape (points,)
        Of each point for `residual`: that of the start, until the solver leaves that of the
        best model here, so that every method of lmfit that starts from its result weighs the
        points alike.
    lower, upper : ndarray, shape (free,)
        Bounds.
    first_lower : ndarray, shape (free,)
        Lower bounds with areas of no less than zero. Without a first leg inside these a weak
        component can run away, as the huge negative twin of a neighbor at the same place.
    """

    kernel: Kernel
    priors: Priors
    observed: Floats
    noise: Noise
    start: Floats
    _variance: Floats | None = field(init=False, default=None)
    lower: Floats = field(init=False)
    upper: Floats = field(init=False)
    first_lower: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.lower, self.upper = self.table.lower, self.table.upper
        areas = [ref.parameter == "area" for ref in self.table.free]
        floor = np.where(areas, np.maximum(self.lower, 0.0), self.lower)
        self.first_lower = np.where(floor < self.upper, floor, self.lower)
        self.start = np.clip(self.start, self.lower, self.upper)

    @property
    def table(self) -> ParameterTable:
        """Which numbers are free, and how all others follow from them."""
        return self.kernel.table

    @property
    def variance(self) -> Floats:
        """Variances of the points for `residual`; shape (points,)."""
        if self._variance is None:
            self._variance = self.noise.variance(self.expected(self.start))
        return self._variance

    @variance.setter
    def variance(self, variance: Floats) -> None:
        self._variance = variance

    def with_common_shift(self) -> Problem:
        """Return the problem with a first free parameter that moves all lines alike, at zero."""
        nothing = np.zeros((self.priors.mean.size, 1))
        return replace(
            self,
            kernel=self.kernel.with_table(self.table.with_common_shift()),
            priors=replace(self.priors, rows=np.hstack((nothing, self.priors.rows))),
            start=np.append(0.0, self.start),
        )

    def expected(self, free: Floats) -> Floats:
        """Expected points (counts); shape (points,)."""
        expected: Floats = self.noise.counts_per_unit * self.kernel.model(free)
        return expected

    def expected_and_jacobian(self, free: Floats) -> tuple[Floats, Floats]:
        """Expected points and their derivatives; shapes (points,) and (free, points)."""
        expected, derivatives = self.kernel.model_and_jacobian(free)
        if self.noise.counts_per_unit != 1.0:
            expected *= self.noise.counts_per_unit
            derivatives *= self.noise.counts_per_unit
        return expected, derivatives

    def deviance(self, free: Floats) -> float:
        """Twice the negative log posterior, up to a constant."""
        return penalized_deviance(self, free, self.expected(free))

    def residual(self, free: Floats, expected: Floats | None = None) -> Floats:
        """Weighted residuals of the data and of the priors with `variance` held fixed."""
        model = self.expected(free) if expected is None else expected
        data = (model - self.observed) / np.sqrt(self.variance)
        return np.concatenate((data, self.priors.residual(free)))

    def jacobian(self, free: Floats) -> Floats:
        """Derivatives of `residual`; shape (points + priors, free)."""
        _, derivatives = self.expected_and_jacobian(free)
        data = derivatives / np.sqrt(self.variance)
        return np.concatenate((data.T, self.priors.weighted))
