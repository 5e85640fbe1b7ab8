"""Distinct minima from many starts."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.problems import P1
from xps.engine import Problem, solve
from xps.errors import FitError
from xps.model import Background, Component, Param, Region, Singlet
from xps.multi_start import solve_many_starts
from xps.problem import compile_problem
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]


def one_line_on_two_peaks() -> Problem:
    """A line that may sit on either of two peaks: at 528 eV, or on the smaller one at 534 eV."""
    energy = np.linspace(524.0, 538.0, 141)
    peaks = 900.0 * np.exp(-((energy - 528.0) ** 2)) + 500.0 * np.exp(-((energy - 534.0) ** 2))
    counts = np.random.default_rng(1).poisson(50.0 + peaks).astype(float)
    line = Component(
        "a",
        "a",
        Singlet(),
        "sgl",
        area=Param(1000.0, min=0.0),
        center=Param(528.0, min=525.0, max=537.0),
        fwhm=Param(1.6, min=0.5, max=2.0),
        shape_params=(Param(0.0, vary=False),),
    )
    flat = Background(
        offset=Param(50.0, min=1.0), slope=Param(0.0, vary=False), k=Param(0.0, vary=False)
    )
    region = Region("r", "", "O 1s", (524.0, 538.0), flat, (line,))
    return compile_problem(region, Spectrum(energy, counts, core_level="O 1s"), 0.0)


def starts(problem: Problem, centers: list[float]) -> list[Floats]:
    column = [ref.parameter for ref in problem.table.free].index("center")
    found = []
    for center in centers:
        start = problem.start.copy()
        start[column] = center
        found.append(start)
    return found


def test_both_minima_are_found_the_lower_first() -> None:
    problem = one_line_on_two_peaks()
    minima = solve_many_starts(problem, starts(problem, [534.3, 528.2, 533.8, 527.9, 528.1]))
    column = [ref.parameter for ref in problem.table.free].index("center")
    assert [round(float(m.free[column])) for m in minima] == [528, 534]
    assert minima[0].deviance < minima[1].deviance
    assert all(minimum.converged for minimum in minima)


def test_order_of_the_starts_does_not_matter() -> None:
    problem = one_line_on_two_peaks()
    several = starts(problem, [534.3, 528.2, 533.8, 527.9])
    forth, back = (solve_many_starts(problem, order) for order in (several, several[::-1]))
    assert [m.deviance for m in forth] == [m.deviance for m in back]
    for first, second in zip(forth, back, strict=True):
        np.testing.assert_array_equal(first.free, second.free)


def test_ends_of_one_minimum_are_merged() -> None:
    problem = compile_problem(P1.region(slope=True), P1.spectrum(), 0.0)
    best = solve(problem)
    sigma = np.sqrt(np.diag(best.covariance))
    random = np.random.default_rng(5)
    around = [best.free + 3.0 * sigma * random.standard_normal(sigma.size) for _ in range(6)]
    (only,) = solve_many_starts(problem, around)
    assert only.deviance == pytest.approx(best.deviance, rel=1e-12)


def test_problem_is_left_with_the_variances_of_the_best() -> None:
    problem = one_line_on_two_peaks()
    minima = solve_many_starts(problem, starts(problem, [528.0, 534.0]))
    np.testing.assert_allclose(
        problem.variance, problem.noise.variance(problem.expected(minima[0].free)), rtol=1e-12
    )


def test_cancelled_search_returns_what_it_has() -> None:
    problem = one_line_on_two_peaks()
    (only,) = solve_many_starts(problem, starts(problem, [528.0, 534.0]), cancelled=lambda: True)
    assert not only.converged


def test_no_start_is_an_error() -> None:
    with pytest.raises(FitError, match="without a start"):
        solve_many_starts(one_line_on_two_peaks(), [])


def test_start_that_cannot_be_computed_with_is_left_out() -> None:
    problem = one_line_on_two_peaks()
    good = starts(problem, [528.0])
    (only,) = solve_many_starts(problem, [np.full_like(problem.start, np.nan), *good])
    assert only.converged
    with pytest.raises(FitError, match="too large"):
        solve_many_starts(problem, [np.full_like(problem.start, np.nan)])
