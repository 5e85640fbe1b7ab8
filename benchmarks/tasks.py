"""What is fitted: a standard problem, with its background in the fit or subtracted before."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.problems import Problem
from xps.backgrounds import STATIC
from xps.engine import Problem as Likelihood
from xps.engine import solve
from xps.model import Background, Region
from xps.noise import Noise
from xps.problem import compile_problem
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]

STATIC_KIND = "shirley"


@dataclass(frozen=True)
class Task:
    """Numbers that every program fits alike.

    Attributes
    ----------
    problem : Problem
    background : str
        Where it is, for people.
    region : Region
        The model as Doublet takes it.
    spectrum : Spectrum
        The data as Doublet takes them.
    counts : ndarray, shape (n,)
        Without what was subtracted.
    sigma : ndarray, shape (n,)
        What the residuals are divided by.
    """

    problem: Problem
    background: str
    region: Region
    spectrum: Spectrum
    counts: Floats
    sigma: Floats

    @property
    def is_in_fit(self) -> bool:
        """Whether offset, slope and step are parameters."""
        return self.region.background.in_fit

    def compiled(self) -> Likelihood:
        """The task as Doublet's solver takes it, compiled anew."""
        work = compile_problem(self.region, self.spectrum, 0.0)
        if self.is_in_fit:
            return work
        return replace(work, noise=_Weights("poisson", 1.0, "counts", 0.0, self.sigma**2))


def in_fit(problem: Problem) -> Task:
    """Offset, slope and step are fitted; the variances are those of the best model."""
    region = problem.region(slope=True)
    spectrum = problem.spectrum()
    sigma = np.sqrt(solve(compile_problem(region, spectrum, 0.0)).expected)
    return Task(problem, "in the fit", region, spectrum, problem.counts(), sigma)


def subtracted(problem: Problem) -> Task:
    """An iterated Shirley background is subtracted; variances are the counts, at least one."""
    counts = problem.counts()
    background = STATIC[STATIC_KIND].curve(problem.energy, counts)
    region = replace(problem.region(slope=True), background=Background(STATIC_KIND))
    sigma = np.sqrt(np.maximum(counts, 1.0))
    return Task(problem, "subtracted", region, problem.spectrum(), counts - background, sigma)


@dataclass(frozen=True)
class _Weights(Noise):
    """Variances that the model does not change, as other programs take them."""

    fixed: Floats

    def variance(self, expected: Floats) -> Floats:
        return self.fixed

    def deviances(self, observed: Floats, expected: Floats) -> Floats:
        chi2: Floats = np.sum((observed - expected) ** 2 / self.fixed, axis=-1)
        return chi2
