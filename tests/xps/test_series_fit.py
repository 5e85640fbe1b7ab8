"""Spectra fitted together: against one dense joint fit, and against what is true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.xps.made_stacks import drifting, model_of, region, stack_of, truth
from xps.arrow_matrix import ArrowMatrix
from xps.engine import solve
from xps.errors import FitError
from xps.joint_problem import JointProblem, Place
from xps.model import Param, Prior, Ref
from xps.problem import compile_problem, evaluate
from xps.series_fit import SeriesFit, fit_series, shared_parameters
from xps.smoothness import expected_step
from xps.stack_fit import fit_stack
from xps.stack_model import StackModel
from xps.stack_result import Flag
from xps.stacks import Stack

WIDTHS = (Ref("sulfide", "fwhm"), Ref("sulfate", "fwhm"))
AREAS = (Ref("sulfide", "area"), Ref("sulfate", "area"))


def dense(stack: Stack, model: StackModel, shared: tuple[Ref, ...]) -> tuple[JointProblem, object]:
    """The same as one problem of regions, by the solver for a few of them."""
    members = [
        (f"{i}", compile_problem(model.region, stack.spectrum(i), model.shift_ev))
        for i in range(stack.count)
    ]
    groups = [[Place(id_, ref) for id_, _ in members] for ref in shared]
    joint = JointProblem(members, shared=groups)
    return joint, solve(joint, tolerance=1e-14)


def assert_as_dense(
    stack: Stack, model: StackModel, shared: tuple[Ref, ...], found: SeriesFit
) -> None:
    joint, whole = dense(stack, model, shared)
    for i in range(stack.count):
        for ref in model.problem.table.free:
            column = joint.column[Place(f"{i}", ref)]
            values, errors = found.fit.of(ref.component, ref.parameter)
            sigma = np.sqrt(whole.covariance[column, column])
            np.testing.assert_allclose(errors[i], sigma, rtol=1e-6)
            assert abs(values[i] - whole.free[column]) <= 1e-6 * max(abs(whole.free[column]), sigma)
    columns = [joint.column[Place("0", ref)] for ref in found.shared]
    np.testing.assert_allclose(
        found.covariance, whole.covariance[np.ix_(columns, columns)], rtol=1e-6, atol=1e-12
    )


@pytest.mark.parametrize("shared", [WIDTHS, (*WIDTHS, Ref("sulfide", "mixing"))])
def test_shared_parameters_end_where_a_dense_joint_fit_ends(shared: tuple[Ref, ...]) -> None:
    stack = stack_of(drifting(5))
    model = model_of(stack)
    found = fit_series(stack, model, shared)
    assert found.shared == tuple(ref for ref in model.problem.table.free if ref in shared)
    assert_as_dense(stack, model, shared, found)


def test_a_shared_parameter_at_its_bound_is_held_for_all() -> None:
    start = region(sulfide_fwhm=Param(0.9, min=0.5, max=1.0))
    stack = stack_of([truth()] * 6)
    found = fit_series(stack, model_of(stack, start), WIDTHS)
    widths, errors = found.fit.of("sulfide", "fwhm")
    assert (widths == 1.0).all()
    assert np.isnan(errors).all()
    assert np.isfinite(found.fit.of("sulfate", "fwhm")[1]).all()
    assert np.isnan(found.stderr).tolist() == [ref == WIDTHS[0] for ref in found.shared]


def test_errors_of_shared_and_own_parameters_cover_the_truth() -> None:
    pulls: list[float] = []
    shared: list[float] = []
    for seed in range(30):
        stack = stack_of(drifting(10), seed=seed)
        found = fit_series(stack, model_of(stack), WIDTHS)
        shared += ((found.values - [1.1, 1.4]) / found.stderr).tolist()
        areas, errors = found.fit.of("sulfate", "area")
        pulls += ((areas - [t.peaks[1].area for t in drifting(10)]) / errors).tolist()
    assert 0.75 < np.std(shared) < 1.25
    assert abs(np.mean(shared)) < 4.0 / np.sqrt(60)
    assert 0.88 < np.std(pulls) < 1.12


def test_an_expectation_of_what_is_shared_counts_once() -> None:
    prior = Param(1.3, min=0.4, max=3.0, prior=Prior(1.1, 0.01))
    stack = stack_of([truth()] * 40)
    model = model_of(stack, region(sulfide_fwhm=prior))
    found = fit_series(stack, model, WIDTHS[:1])
    free = fit_series(stack, model_of(stack), WIDTHS[:1])
    weights = np.array([found.stderr[0] ** -2 - free.stderr[0] ** -2])
    np.testing.assert_allclose(weights, 0.01**-2, rtol=0.02)


def test_sharing_what_differs_costs_likelihood() -> None:
    stack = stack_of(drifting(12))
    model = model_of(stack)
    widths = fit_series(stack, model, WIDTHS)
    centers = fit_series(stack, model, (Ref("sulfide", "center"), Ref("sulfate", "center")))
    assert widths.together - widths.alone < 60.0
    assert centers.together - centers.alone > 1000.0


def test_spectra_that_were_not_measured_are_left_out() -> None:
    stack = stack_of(drifting(12))
    intensities = stack.read(0, 12)
    intensities[4, 7] = np.nan

    class Holed:
        count, n_points, template = 12, stack.n_points, stack.template

        def read(self, start: int, stop: int) -> np.ndarray:
            return intensities[start:stop].copy()

    found = fit_series(Holed(), model_of(stack), WIDTHS, smooth={AREAS[0]: 100.0})
    assert np.isnan(found.fit.values[4]).all()
    assert np.isfinite(np.delete(found.fit.values, 4, axis=0)).all()


def test_a_stack_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    made = stack_of(drifting(12))
    model = model_of(made)
    alone = fit_stack(made, model)
    whole = fit_series(made, model, WIDTHS, alone=alone)

    class Large:
        count, n_points, template = 12, made.n_points, made.template

        def read(self, start: int, stop: int) -> np.ndarray:
            assert stop - start <= 5
            return made.read(start, stop)

    monkeypatch.setattr("xps.series_fit.CHUNK", 5)
    found = fit_series(Large(), model, WIDTHS, alone=alone)
    np.testing.assert_array_equal(found.fit.values, whole.fit.values)


def test_what_did_not_converge_alone_is_said_to_be_that() -> None:
    stack = stack_of(drifting(6))
    model = model_of(stack)
    alone = fit_stack(stack, model)
    flags = alone.flags.copy()
    flags[2] = Flag.NOT_CONVERGED
    found = fit_series(stack, model, WIDTHS, alone=replace(alone, flags=flags))
    assert Flag(int(found.fit.flags[2])) == Flag.NOT_CONVERGED
    assert np.isnan(found.fit.values[2]).all()


def test_what_is_shared_takes_one_degree_of_freedom_from_all() -> None:
    stack = stack_of(drifting(5))
    model = model_of(stack)
    found = fit_series(stack, model, WIDTHS).fit
    curves = evaluate(found.region_at(3), stack.spectrum(3), found.charge_shift_ev)
    freedom = curves.residual.size - 8 - 2 / 5  # two areas and centers, mixing, background
    np.testing.assert_allclose(curves.residual @ curves.residual / freedom, found.reduced_chi2[3])


def test_a_start_of_small_steps_is_not_taken_for_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    stack = stack_of(drifting(5))
    model = model_of(stack)
    expected = fit_series(stack, model, WIDTHS)
    monkeypatch.setattr("xps.series_descent._START_DAMPING", 1e20)
    found = fit_series(stack, model, WIDTHS)
    np.testing.assert_allclose(found.values, expected.values, rtol=1e-6)


def test_what_no_spectrum_determines_is_named() -> None:
    stack = stack_of([truth(6000.0, 0.0)] * 4)
    model = model_of(stack, region(sulfate_area=Param(0.0, vary=False)))
    with pytest.raises(FitError, match="do not determine"):
        fit_series(stack, model, WIDTHS[:1])


def test_smoothness_weakens_over_spectra_that_were_not_measured() -> None:
    gap, step = 9, 25.0
    made = stack_of([truth(6000.0, 3000.0), *[truth()] * (gap - 1), truth(6000.0, 4000.0)])
    model = model_of(made)
    intensities = made.read(0, made.count)
    intensities[1:gap, 0] = np.nan

    class Holed:
        count, n_points, template = made.count, made.n_points, made.template

        def read(self, start: int, stop: int) -> np.ndarray:
            return intensities[start:stop].copy()

    alone, errors = fit_stack(Holed(), model).of("sulfate", "area")
    smooth, _ = fit_series(Holed(), model, smooth={AREAS[1]: step}).fit.of("sulfate", "area")
    walked = gap * step**2
    kept = walked / (walked + errors[0] ** 2 + errors[-1] ** 2)
    np.testing.assert_allclose(np.ptp(smooth[[0, -1]]), kept * np.ptp(alone[[0, -1]]), rtol=0.1)


@pytest.mark.parametrize(
    ("shared", "smooth", "reason"),
    [
        ((), {}, "nothing is shared"),
        ((Ref("sulfate", "mixing"),), {}, "is not free"),
        (WIDTHS, {WIDTHS[0]: 0.1}, "cannot be smooth"),
        ((), {AREAS[0]: 0.0}, "not above zero"),
    ],
)
def test_what_makes_no_sense_is_refused(shared, smooth, reason: str) -> None:
    stack = stack_of([truth()] * 3)
    with pytest.raises(FitError, match=reason):
        fit_series(stack, model_of(stack), shared, smooth=smooth)


def test_parameters_are_named_by_their_kind() -> None:
    stack = stack_of([truth()] * 3)
    model = model_of(stack)
    assert set(shared_parameters(model, ["fwhm", "mixing"])) == {*WIDTHS, Ref("sulfide", "mixing")}
    with pytest.raises(FitError, match="called width"):
        shared_parameters(model, ["width"])


def walks(count: int, step: float, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return 3000.0 + np.cumsum(random.normal(0.0, step, count))


def test_smooth_amounts_are_nearer_the_truth_and_say_how_near() -> None:
    pulls, alone, together = [], [], []
    for seed in range(8):
        areas = walks(40, 25.0, seed)
        stack = stack_of([truth(6000.0, a) for a in areas], seed=seed)
        model = model_of(stack)
        single = fit_stack(stack, model)
        found = fit_series(stack, model, smooth={AREAS[1]: 25.0}, alone=single)
        values, errors = found.fit.of("sulfate", "area")
        pulls += ((values - areas) / errors).tolist()
        alone.append(np.std(single.of("sulfate", "area")[0] - areas))
        together.append(np.std(values - areas))
    assert np.mean(together) < 0.75 * np.mean(alone)
    assert 0.85 < np.std(pulls) < 1.15


def test_the_bias_of_smoothness_is_told() -> None:
    areas = np.where(np.arange(30) < 15, 2000.0, 4000.0)
    stack = stack_of([truth(6000.0, a) for a in areas])
    model = model_of(stack)
    single = fit_stack(stack, model).of("sulfate", "area")[1]
    found = fit_series(stack, model, smooth={AREAS[1]: 20.0})
    values, _ = found.fit.of("sulfate", "area")
    off = values - areas
    assert off[14] > 5.0 * single[14]
    assert off[15] < -5.0 * single[15]
    np.testing.assert_allclose(found.bias[AREAS[1]], off, atol=4.0 * single.max())
    assert (np.abs(found.tension[AREAS[1]][[14, 15]]) > 3.0).all()


def test_smoothness_that_holds_is_not_contradicted() -> None:
    tensions = []
    for seed in range(6):
        stack = stack_of([truth(6000.0, a) for a in walks(40, 25.0, seed)], seed=seed)
        tension = fit_series(stack, model_of(stack), smooth={AREAS[1]: 25.0}).tension[AREAS[1]]
        tensions += tension.tolist()
    assert 0.8 < np.std(tensions) < 1.2


def test_far_apart_steps_change_nothing_and_tiny_ones_make_a_constant() -> None:
    stack = stack_of(drifting(10))
    model = model_of(stack)
    single = fit_stack(stack, model).of("sulfate", "area")[0]
    loose = fit_series(stack, model, smooth={AREAS[1]: 1e6}).fit.of("sulfate", "area")[0]
    np.testing.assert_allclose(loose, single, rtol=1e-5)
    stiff = fit_series(stack, model, smooth={AREAS[1]: 1e-3}).fit.of("sulfate", "area")[0]
    assert np.ptp(stiff) < 1.0
    shared = fit_series(stack, model, AREAS[1:]).fit.of("sulfate", "area")[0]
    np.testing.assert_allclose(stiff, shared, rtol=1e-4)


@pytest.mark.parametrize("step", [0.3, 1.0, 5.0])
def test_the_step_of_a_walk_is_found_from_noisy_values(step: float) -> None:
    random = np.random.default_rng(3)
    found = []
    for _ in range(20):
        walk = np.cumsum(random.normal(0.0, step, 200))
        errors = random.uniform(0.8, 1.2, 200)
        found.append(expected_step(walk + random.normal(0.0, errors), errors))
    np.testing.assert_allclose(np.median(found), step, rtol=0.15)


@pytest.mark.parametrize(("count", "step"), [(10, 1.0), (30, 0.2), (30, 0.5), (60, 0.0)])
def test_errors_that_build_upon_a_judged_step_are_not_too_small(count: int, step: float) -> None:
    random = np.random.default_rng(7)
    between = np.diff(np.eye(count), axis=0)
    pulls = []
    for _ in range(60):
        walk = np.cumsum(random.normal(0.0, step, count))
        seen = walk + random.normal(size=count)
        judged = expected_step(seen, np.ones(count))
        covariance = np.linalg.inv(np.eye(count) + between.T @ between / judged**2)
        pulls.append((covariance @ seen - walk) / np.sqrt(np.diag(covariance)))
    assert np.std(pulls) < 1.2


def test_the_step_of_a_walk_is_that_between_neighbors_where_some_are_missing() -> None:
    random = np.random.default_rng(3)
    found = []
    for _ in range(20):
        seen = np.cumsum(random.normal(0.0, 2.0, 300)) + random.normal(size=300)
        seen[np.arange(300) % 4 != 0] = np.nan
        found.append(expected_step(seen, np.ones(300)))
    np.testing.assert_allclose(np.median(found), 2.0, rtol=0.15)


def test_a_constant_has_no_step_worth_naming() -> None:
    random = np.random.default_rng(4)
    errors = np.full(300, 2.0)
    assert expected_step(random.normal(5.0, errors), errors) < 0.3


@settings(max_examples=40)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 6),
    st.integers(1, 4),
    st.integers(0, 3),
    st.booleans(),
)
def test_an_arrow_matrix_is_its_dense_self(seed, spectra, own, shared, coupled) -> None:
    random = np.random.default_rng(seed)
    size = spectra * own + shared
    link = -random.uniform(0.1, 1.0, (spectra - 1, own)) if coupled else None
    blocks = random.normal(size=(spectra, own, own))
    blocks = blocks @ blocks.swapaxes(1, 2) + 4.0 * np.eye(own)
    border = random.normal(size=(spectra, own, shared)) / np.sqrt(size)
    corner = np.eye(shared) * (5.0 + size)
    whole = np.zeros((size, size))
    for i in range(spectra):
        part = slice(i * own, (i + 1) * own)
        whole[part, part], whole[part, spectra * own :] = blocks[i], border[i]
        whole[spectra * own :, part] = border[i].T
        if link is not None and i:
            before = slice((i - 1) * own, i * own)
            whole[before, part] = whole[part, before] = np.diag(link[i - 1])
    whole[spectra * own :, spectra * own :] = corner
    matrix = ArrowMatrix(blocks, border, corner, link)
    right = random.normal(size=size)
    solved = np.linalg.solve(whole, right)
    own_part, common = matrix.solve(
        right[: spectra * own].reshape(spectra, own), right[spectra * own :]
    )
    np.testing.assert_allclose(np.concatenate((own_part.ravel(), common)), solved, atol=1e-9)
    inverse = np.linalg.inv(whole)
    alone, mixed, corner_inverse = matrix.inverse()
    for i in range(spectra):
        part = slice(i * own, (i + 1) * own)
        np.testing.assert_allclose(alone[i], inverse[part, part], atol=1e-9)
        np.testing.assert_allclose(mixed[i], inverse[part, spectra * own :], atol=1e-9)
    np.testing.assert_allclose(corner_inverse, inverse[spectra * own :, spectra * own :], atol=1e-9)
