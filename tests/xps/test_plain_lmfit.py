"""The standard problems as lmfit fits them: its own line shape, parameters and expressions."""

from __future__ import annotations

import lmfit
import numpy as np
import pytest
from lmfit.lineshapes import pvoigt
from lmfit.minimizer import MinimizerResult
from numpy.typing import NDArray
from scipy.integrate import cumulative_trapezoid

from benchmarks.problems import P1, P2, Problem
from xps.engine import solve
from xps.minimizer import RegionMinimizer
from xps.problem import compile_problem

Floats = NDArray[np.float64]

CASES = [
    pytest.param(problem, slope, id=f"{problem.name}{'-slope' if slope else ''}")
    for problem in (P1, P2)
    for slope in (False, True)
]


def plain_parameters(problem: Problem, slope: bool) -> lmfit.Parameters:
    parameters = lmfit.Parameters()
    for i, line in enumerate(problem.start):
        parameters.add(f"A{i}", line.area, min=0.0)
        parameters.add(f"c{i}", line.center, min=line.center - 1.0, max=line.center + 1.0)
        if i > problem.shared_from:
            parameters.add(f"w{i}", expr=f"w{problem.shared_from}")
        else:
            parameters.add(f"w{i}", line.fwhm, min=0.3, max=4.0)
    parameters.add("f", 0.5, min=0.0, max=1.0)
    parameters.add("offset", 3000.0)
    parameters.add("slope", 0.0, vary=slope)
    parameters.add("k", 0.03, min=-0.05, max=0.3)
    return parameters


def plain_model(values: dict[str, float], problem: Problem) -> Floats:
    energy = problem.energy
    peaks = np.zeros_like(energy)
    for i in range(len(problem.truth)):
        area, half = values[f"A{i}"], 0.5 * values[f"w{i}"]
        peaks += pvoigt(energy, area, values[f"c{i}"], half, values["f"])
        if problem.splitting:
            center = values[f"c{i}"] + problem.splitting
            peaks += pvoigt(energy, 0.5 * area, center, half, values["f"])
    step = cumulative_trapezoid(peaks, energy, initial=0.0)
    background: Floats = values["offset"] + values["slope"] * (energy - energy[0])
    return background + peaks + values["k"] * step


def plain_fit(problem: Problem, slope: bool) -> tuple[MinimizerResult, Floats]:
    """Weights from the model, fitted anew until nothing moves; also the expected counts."""
    counts = problem.counts()
    parameters = plain_parameters(problem, slope)
    variance = np.maximum(counts, 1.0)
    for _ in range(12):

        def residual(p: lmfit.Parameters, variance: Floats = variance) -> Floats:
            weighted: Floats = (plain_model(p.valuesdict(), problem) - counts) / np.sqrt(variance)
            return weighted

        result = lmfit.minimize(
            residual, parameters, method="leastsq", scale_covar=False, ftol=1e-14, xtol=1e-14
        )
        parameters = result.params
        expected = plain_model(parameters.valuesdict(), problem)
        if np.max(np.abs(expected / variance - 1.0)) < 1e-12:
            break
        variance = expected
    return result, expected


@pytest.mark.parametrize(("problem", "slope"), CASES)
def test_solution_is_that_of_plain_lmfit(problem: Problem, slope: bool) -> None:
    region = problem.region(slope=slope)
    work = compile_problem(region, problem.spectrum(), 0.0)
    solution = solve(work)
    expected = work.expected(solution.free)
    counts = problem.counts()
    plain, plain_expected = plain_fit(problem, slope)

    def chi2(model: Floats) -> float:
        return float(np.sum((counts - model) ** 2 / model))

    assert solution.converged
    assert chi2(expected) == pytest.approx(chi2(plain_expected), rel=1e-8)
    # lmfit rounds √(2 ln 2) to eight digits, and differs by what that is worth
    np.testing.assert_allclose(expected, plain_expected, rtol=2e-5)
    record = RegionMinimizer(work, region).minimize()
    whole = 1.5 if problem.splitting else 1.0
    for i in range(len(problem.truth)):
        pairs = (("A", "area", whole), ("c", "center", 1.0), ("w", "fwhm", 1.0))
        for theirs, ours, factor in pairs:
            reference = plain.params[f"{theirs}{i}"]
            found = record.params[f"c{i}_{ours}"]
            assert found.value == pytest.approx(
                factor * reference.value, abs=1e-3 * factor * reference.stderr
            )
            assert found.stderr == pytest.approx(factor * reference.stderr, rel=5e-3)
