"""One fit with errors: Doublet beside lmfit, on the same data with the same weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.peers import composite_fit, plain_fit
from benchmarks.problems import Problem
from benchmarks.timing import median_ms
from xps.fitting import fit_region
from xps.minimizer import RegionMinimizer
from xps.problem import compile_problem

AGREEMENT = 1e-8  # relative, of χ² by every solver on the same residual


@dataclass(frozen=True)
class Row:
    """How long one way of fitting takes, and the χ² that it reaches."""

    problem: str
    way: str
    milliseconds: float
    chi2: float


def rows(problem: Problem) -> list[Row]:
    """Time every way of fitting a problem with offset, slope and step in the fit.

    Raises
    ------
    AssertionError
        If another solver ends elsewhere.
    """
    region, spectrum = problem.region(slope=True), problem.spectrum()
    counts = problem.counts()

    def record() -> float:
        work = compile_problem(region, spectrum, 0.0)
        return float(RegionMinimizer(work, region).minimize().chisqr)

    def complete() -> float:
        return fit_region(region, spectrum).chi2

    work = compile_problem(region, spectrum, 0.0)
    best = RegionMinimizer(work, region).minimize()
    expected = work.expected(np.array([best.params[n].value for n in best.var_names]))

    def plain() -> float:
        return float(plain_fit(problem, counts, expected).chisqr)

    def composite() -> float:
        return float(composite_fit(problem, counts, expected).chisqr)

    def in_lmfit() -> float:
        return float(RegionMinimizer(work, region).minimize("leastsq").chisqr)

    def in_scipy() -> float:
        fit = RegionMinimizer(work, region).minimize("least_squares", xtol=1e-14, ftol=1e-14)
        return float(fit.chisqr)

    for peer in (in_lmfit, in_scipy):
        if abs(peer() / best.chisqr - 1.0) > AGREEMENT:
            raise AssertionError(f"{problem.name}: χ² is {best.chisqr}, but {peer()} otherwise")

    ways = {
        "Doublet, solver and lmfit record": (record, 15),
        "Doublet, whole fit of a region": (complete, 15),
        "lmfit leastsq, Doublet's Jacobian": (in_lmfit, 9),
        "scipy least_squares, Doublet's Jacobian": (in_scipy, 9),
        "lmfit.minimize, plain Parameters": (plain, 9),
        "lmfit composite models, expressions": (composite, 5),
    }
    return [
        Row(problem.name, way, median_ms(fit, repeats), fit())
        for way, (fit, repeats) in ways.items()
    ]
