"""Regions solved together: sharing, ties and shifts against the same fits done otherwise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.truth import argyrodite
from xps.engine import solve
from xps.errors import FitError
from xps.joint_problem import AmountTie, JointProblem, Place
from xps.likelihood import Problem
from xps.model import Param, Prior, Ref, Region
from xps.parameter_table import SHIFT
from xps.problem import compile_problem, with_guess
from xps.recipe import load_recipe

Floats = NDArray[np.float64]

SULFUR = load_recipe("argyrodite-s2p").regions[0]
FWHM, MIXING = Ref("ps4", "fwhm"), Ref("ps4", "mixing")
AREA = Ref("ps4", "area")
FIXED = Ref("li2s", "fwhm")


def compiled(seed: int, region: Region = SULFUR, tallest: float = 3_000.0) -> Problem:
    spectrum = argyrodite(tallest, step=0.2).spectrum(seed)
    return compile_problem(with_guess(region, spectrum, 0.0), spectrum, 0.0)


def test_regions_with_nothing_in_common_end_where_they_end_alone() -> None:
    members = [(f"r{seed}", compiled(seed)) for seed in range(3)]
    joint = JointProblem(members)
    found = solve(joint)
    alone = [solve(problem) for _, problem in members]
    assert found.converged
    assert found.deviance == pytest.approx(sum(one.deviance for one in alone), rel=1e-9)
    for part, one in zip(joint.parts, alone, strict=True):
        sigma = np.sqrt(np.diag(one.covariance))
        assert (np.abs(part.free(found.free) - one.free) < 1e-4 * sigma).all()
        block = found.covariance[np.ix_(part.columns, part.columns)]
        np.testing.assert_allclose(np.sqrt(np.diag(block)), sigma, rtol=1e-3)


def test_jacobian_of_ties_is_that_of_the_model() -> None:
    tie = AmountTie("t", Place("a", AREA), Place("b", AREA), 1.3, 0.2)
    joint = JointProblem([("a", compiled(1)), ("b", compiled(2))], ties=[tie])
    free = joint.start.copy()
    free[joint.discrepancies] = 0.7
    part = joint.parts[1]
    derivatives = part.derivatives(free)
    for j, column in enumerate(part.touched.tolist()):
        step = 1e-6 * max(abs(free[column]), 1.0)
        moved = free.copy()
        moved[column] += step
        numeric = (part.free(moved) - part.free(free)) / step
        np.testing.assert_allclose(derivatives[:, j], numeric, rtol=1e-5, atol=1e-6)


def test_shared_parameter_is_the_weighted_mean_of_two_fits() -> None:
    """Of one that hardly depends on the others, to first order."""
    members = [("a", compiled(1, tallest=20_000.0)), ("b", compiled(2, tallest=5_000.0))]
    groups = [[Place("a", ref), Place("b", ref)] for ref in (FWHM, MIXING)]
    joint = JointProblem(members, shared=groups)
    found = solve(joint)
    informations, weighted = np.zeros((2, 2)), np.zeros(2)
    for _, problem in members:
        one = solve(problem)
        rows = [problem.table.free.index(ref) for ref in (FWHM, MIXING)]
        inverse = np.linalg.inv(one.covariance[np.ix_(rows, rows)])
        informations += inverse
        weighted += inverse @ one.free[rows]
    expected = np.linalg.solve(informations, weighted)
    columns = [joint.column[Place("a", ref)] for ref in (FWHM, MIXING)]
    sigma = np.sqrt(np.diag(found.covariance)[columns])
    assert (np.abs(found.free[columns] - expected) < 0.1 * sigma).all()
    np.testing.assert_allclose(sigma, np.sqrt(np.diag(np.linalg.inv(informations))), rtol=0.05)


def test_exact_tie_holds_exactly_and_costs_nothing() -> None:
    tie = AmountTie("t", Place("a", AREA), Place("b", AREA), 1.0, 0.0)
    joint = JointProblem([("a", compiled(1)), ("b", compiled(2))], ties=[tie])
    found = solve(joint)
    a, b = (part.free(found.free)[part.problem.table.free.index(AREA)] for part in joint.parts)
    assert found.converged
    assert a == pytest.approx(b, rel=1e-12)
    assert not joint.discrepancy


def test_soft_tie_weighs_prior_and_data() -> None:
    """With a wrong ratio ε takes what the data say, less what the prior holds back."""
    ratio, sigma = 2.0, 0.2
    tie = AmountTie("t", Place("a", AREA), Place("b", AREA), ratio, sigma)
    joint = JointProblem(
        [("a", compiled(1, tallest=20_000.0)), ("b", compiled(2, tallest=20_000.0))], ties=[tie]
    )
    found = solve(joint)
    column = joint.discrepancy["t"]
    error = np.sqrt(found.covariance[column, column])
    free_ratio = [part.free(found.free) for part in joint.parts]
    index = joint.parts[0].problem.table.free.index(AREA)
    implied = np.log(free_ratio[1][index] / free_ratio[0][index] / ratio) / sigma
    assert found.free[column] == pytest.approx(implied, rel=1e-9)
    # ln ½ / 0.2 is 3.47 below zero, measured to a few percent
    assert found.free[column] == pytest.approx(np.log(0.5) / sigma, abs=4.0 * error + 0.1)
    assert error < 0.5


def test_negative_areas_can_be_tied() -> None:
    weak = Ref("sulfite", "area")
    tie = AmountTie("t", Place("a", weak), Place("b", weak), 1.0, 0.3)
    members = []
    for id_, seed in (("a", 3), ("b", 4)):
        truth = argyrodite(300.0, step=0.2)
        without = replace(truth, peaks=tuple(p for p in truth.peaks if p.name != "sulfite"))
        spectrum = without.spectrum(seed)
        problem = compile_problem(with_guess(SULFUR, spectrum, 0.0), spectrum, 0.0)
        members.append((id_, problem))
    found = solve(JointProblem(members, ties=[tie]))
    assert found.converged
    assert np.isfinite(found.covariance).all()


def test_common_shift_is_found_with_the_uncertainty_of_the_reference() -> None:
    held = SULFUR.with_param(Ref("ps4", "center"), Param(161.6, prior=Prior(161.6, 0.1)))
    members = []
    for id_, seed in (("a", 5), ("b", 6)):
        spectrum = argyrodite(10_000.0, step=0.2).spectrum(seed)
        problem = compile_problem(with_guess(held, spectrum, 0.07), spectrum, 0.07)
        members.append((id_, problem.with_common_shift()))
    joint = JointProblem(members, shared=[[Place("a", SHIFT), Place("b", SHIFT)]])
    found = solve(joint)
    column = joint.column[Place("a", SHIFT)]
    assert found.converged
    assert found.free[column] == pytest.approx(0.07, abs=0.02)
    # two independent references of 0.1 eV each
    assert np.sqrt(found.covariance[column, column]) == pytest.approx(0.1 / np.sqrt(2), rel=0.1)


def test_one_region_with_a_shift_and_no_reference_is_undetermined_and_says_so() -> None:
    free = SULFUR.with_param(Ref("ps4", "center"), Param(161.6))
    found = solve(JointProblem([("a", compiled(1, free).with_common_shift())]))
    assert np.isnan(found.covariance).all()


@pytest.mark.parametrize(
    ("shared", "ties", "reason"),
    [
        ([[Place("a", FIXED), Place("b", FWHM)]], [], "cannot be shared"),
        ([[Place("a", FWHM), Place("b", FWHM)], [Place("a", FWHM)]], [], "cannot be shared"),
        (
            [],
            [AmountTie("t", Place("a", AREA), Place("b", FIXED), 1.0, 0.2)],
            "not free",
        ),
        (
            [],
            [
                AmountTie("t", Place("a", AREA), Place("b", AREA), 1.0, 0.2),
                AmountTie("u", Place("b", AREA), Place("a", Ref("li2s", "area")), 1.0, 0.2),
                AmountTie("v", Place("a", Ref("p_s_p", "area")), Place("b", AREA), 1.0, 0.2),
            ],
            "follows twice",
        ),
    ],
)
def test_contradictions_are_refused_by_name(
    shared: list[list[Place]], ties: list[AmountTie], reason: str
) -> None:
    with pytest.raises(FitError, match=reason):
        JointProblem([("a", compiled(1)), ("b", compiled(2))], shared=shared, ties=ties)


@pytest.mark.parametrize(("ratio", "sigma"), [(0.0, 0.2), (-1.0, 0.2), (1.0, -0.1), (np.nan, 0.1)])
def test_a_tie_needs_a_ratio_and_a_spread(ratio: float, sigma: float) -> None:
    with pytest.raises(FitError, match="ratio"):
        AmountTie("t", Place("a", AREA), Place("b", AREA), ratio, sigma)


def test_bounds_of_shared_parameters_are_those_of_all() -> None:
    narrow = SULFUR.with_param(FWHM, replace(SULFUR.param(FWHM), min=0.9, max=1.3))
    groups = [[Place("a", FWHM), Place("b", FWHM)]]
    joint = JointProblem([("a", compiled(1)), ("b", compiled(2, narrow))], shared=groups)
    column = joint.column[Place("a", FWHM)]
    assert (joint.lower[column], joint.upper[column]) == (0.9, 1.3)
    apart = SULFUR.with_param(FWHM, replace(SULFUR.param(FWHM), value=2.0, min=1.9, max=2.1))
    with pytest.raises(FitError, match="nothing in common"):
        JointProblem([("a", compiled(1, narrow)), ("b", compiled(2, apart))], shared=groups)
