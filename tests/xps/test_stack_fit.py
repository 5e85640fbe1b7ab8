"""Fits of stacks: each spectrum as if it were alone, whatever its neighbors are."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.many import drifting as benchmark_drift
from benchmarks.problems import P1
from tests.xps.made_stacks import drifting, model_of, region, stack_of, truth
from xps.batch_solver import solve_batch
from xps.batch_starts import near_batch
from xps.engine import solve
from xps.errors import CancelledError, FitError, RecipeError
from xps.model import Param, Ref
from xps.problem import compile_problem, evaluate
from xps.stack_fit import fit_part, fit_stack, fitted_chunks
from xps.stack_model import mean_spectrum
from xps.stack_recipe import models_of
from xps.stack_result import Flag, StackFit
from xps.stacks import Stack


def assert_each_as_alone(stack: Stack, fit: StackFit, model) -> None:
    table = model.problem.table
    for index in range(stack.count):
        problem = compile_problem(model.region, stack.spectrum(index), model.shift_ev)
        alone = solve(problem, tolerance=1e-22)
        values = table.values(alone.free)
        variance = np.diag(table.matrix @ alone.covariance @ table.matrix.T)
        sigma = np.sqrt(np.where(variance > 0.0, variance, np.nan))
        scale = np.fmax(np.abs(values), 10.0 * sigma)  # a slope may be nothing but its error
        assert (np.abs(fit.values[index] - values) <= 1e-8 * scale).all()
        np.testing.assert_allclose(fit.stderr[index], sigma, rtol=2e-6)
        np.testing.assert_allclose(fit.deviance[index], alone.deviance, rtol=1e-8)


def test_each_spectrum_of_a_stack_is_fitted_as_if_alone() -> None:
    stack = stack_of(drifting(60))
    model = model_of(stack)
    fit = fit_stack(stack, model)
    assert fit.count == 60
    assert not fit.flags.any()
    assert_each_as_alone(stack, fit, model)


def test_neighbors_in_a_chunk_have_no_influence_beyond_the_last_digits() -> None:
    stack = stack_of(drifting(60))
    model = model_of(stack)
    whole = fit_stack(stack, model)
    parts = StackFit.joined(list(fitted_chunks(stack, model, chunk=7)))
    np.testing.assert_allclose(parts.values, whole.values, rtol=1e-7, atol=1e-7)
    np.testing.assert_array_equal(parts.flags, whole.flags)


def test_the_same_part_gives_the_same_bits_in_another_process() -> None:
    stack = stack_of(drifting(40))
    model = model_of(stack)
    there = pickle.loads(pickle.dumps(model))  # noqa: S301 - written one line above
    here = fit_part(model, stack.read(10, 30), 10)
    again = fit_part(there, stack.read(10, 30), 10)
    np.testing.assert_array_equal(here.values, again.values)
    np.testing.assert_array_equal(here.stderr, again.stderr)


def test_errors_are_those_of_counting() -> None:
    stack = stack_of([truth()] * 400)
    fit = fit_stack(stack, model_of(stack))
    for component, area in (("sulfide", 6000.0), ("sulfate", 3000.0)):
        values, errors = fit.of(component, "area")
        pulls = (values - area) / errors
        assert abs(pulls.mean()) < 4.0 / np.sqrt(400)
        assert 0.88 < pulls.std() < 1.12
    pulls = (fit.shares[:, 0] - 2.0 / 3.0) / fit.share_stderr[:, 0]
    assert 0.88 < pulls.std() < 1.12
    np.testing.assert_allclose(fit.shares.sum(axis=1), 1.0)


def test_a_dead_pixel_is_flagged_and_harms_no_other() -> None:
    truths = drifting(40)
    clean = stack_of(truths)
    intensities = clean.read(0, 40)
    intensities[7, 20], intensities[9, 30] = np.nan, -1.0
    model = model_of(clean)
    fit = fit_part(model, intensities)
    assert np.flatnonzero(fit.flagged(Flag.NOT_MEASURED)).tolist() == [7, 9]
    assert np.isnan(fit.values[[7, 9]]).all()
    rest = np.delete(np.arange(40), [7, 9])
    assert np.isfinite(fit.shares[rest]).all()


def test_spectra_without_peaks_and_with_misfits_are_flagged() -> None:
    truths = [truth() for _ in range(30)]
    truths[3] = truth(0.0, 0.0)
    foreign = truth()
    extra = replace(foreign.peaks[0], area=5000.0, center=169.5)
    truths[11] = replace(foreign, peaks=(*foreign.peaks, extra))
    stack = stack_of(truths)
    fit = fit_stack(stack, model_of(stack))
    assert np.flatnonzero(fit.flagged(Flag.NO_PEAK)).tolist() == [3]
    assert np.flatnonzero(fit.flagged(Flag.MISFIT)).tolist() == [11]
    assert Flag(9).words == "not measured, misfit"


def test_a_pixel_that_counted_nothing_has_no_shares() -> None:
    made = stack_of(drifting(40))
    intensities = made.read(0, 40)
    intensities[5] = 0.0
    fit = fit_part(model_of(made), intensities)
    assert fit.flagged(Flag.NO_PEAK)[5]
    assert np.isnan(fit.shares[5]).all()
    assert np.isfinite(np.delete(fit.shares, 5, axis=0)).all()


def test_a_spectrum_unlike_its_neighbors_finds_its_own_minimum() -> None:
    truths = [truth(6000.0, 100.0)] * 40
    truths[20] = truth(100.0, 6000.0, shift=0.6)
    stack = stack_of(truths)
    model = model_of(stack)
    fit = fit_stack(stack, model)
    areas, errors = fit.of("sulfate", "area")
    assert abs(areas[20] - 6000.0) < 5.0 * errors[20]


def test_no_spectrum_of_a_wide_drift_is_left_in_a_worse_minimum() -> None:
    problems = benchmark_drift(P1, 320)
    random = np.random.default_rng(7)
    counts = random.poisson([p.expected_counts() for p in problems]).astype(np.float64)
    work = compile_problem(P1.region(slope=True), P1.spectrum(), 0.0)
    reference = solve(replace(work, observed=counts[0])).free
    fits = solve_batch(work, near_batch(work, counts, reference), tolerance=1e-16)
    best = np.array([solve(replace(work, observed=c), fits.free[0]).deviance for c in counts[::8]])
    near = np.array([
        solve(replace(work, observed=c), f).deviance
        for c, f in zip(counts[::8], np.roll(fits.free, 1, axis=0)[::8], strict=True)
    ])  # fmt: skip
    assert (fits.deviance[::8] <= np.minimum(best, near) + 1e-6).all()
    assert fits.deviance.max() < 390.0 + 6.0 * np.sqrt(2.0 * 390.0)


def test_bounds_hold_and_are_flagged() -> None:
    start = region(sulfide_fwhm=Param(0.9, min=0.5, max=1.0))
    stack = stack_of([truth()] * 20)
    fit = fit_stack(stack, model_of(stack, start))
    assert fit.flagged(Flag.AT_BOUND).all()
    widths, errors = fit.of("sulfide", "fwhm")
    assert (widths == 1.0).all()
    assert np.isnan(errors).all()


@pytest.mark.parametrize("unit", ["arbitrary", "counts/s"])
def test_noise_of_unknown_size_is_estimated_for_each_spectrum(unit: str) -> None:
    live = {"dwell_s": None, "sweeps": None, "unit": unit}
    stack = stack_of([truth()] * 30, **live)
    fit = fit_stack(stack, model_of(stack))
    values, errors = fit.of("sulfide", "area")
    assert 0.6 < ((values - 6000.0) / errors).std() < 1.5
    np.testing.assert_allclose(fit.reduced_chi2.mean(), 1.0, atol=0.15)


@pytest.mark.parametrize("changes", [{}, {"dwell_s": None}, {"unit": "counts/s", "sweeps": 5.0}])
def test_the_mean_has_the_noise_of_all_spectra_and_the_scale_of_one(changes) -> None:
    stack = stack_of([truth()] * 50, **changes)
    mean, scale = mean_spectrum(stack)
    one, counts = stack.spectrum(0), mean.counts
    assert counts is not None
    assert one.counts is not None
    np.testing.assert_allclose(counts.mean(), 50.0 * one.counts.mean(), rtol=0.02)
    model = model_of(stack)
    area = model.region.param(Ref("sulfide", "area")).value
    assert scale == (1.0 / 50.0 if changes == {"dwell_s": None} else 1.0)
    np.testing.assert_allclose(area, 6000.0, rtol=0.1)


def test_a_mean_of_nothing_measured_is_refused() -> None:
    class Dark:
        count, n_points, title = 3, 5, "S 2p"
        template = stack_of([truth()] * 2).template

        def read(self, start: int, stop: int):
            return np.full((stop - start, 5), np.nan)

    with pytest.raises(FitError, match="every point"):
        mean_spectrum(Dark())


def test_the_fit_of_one_place_can_be_drawn_on_its_spectrum() -> None:
    stack = stack_of(drifting(20))
    fit = fit_stack(stack, model_of(stack))
    curves = evaluate(fit.region_at(13), stack.spectrum(13), fit.charge_shift_ev)
    freedom = curves.residual.size - 10  # two areas, centers and widths, mixing, background
    np.testing.assert_allclose(curves.residual @ curves.residual / freedom, fit.reduced_chi2[13])
    blind = replace(fit, values=np.full_like(fit.values, np.nan))
    with pytest.raises(FitError, match="not fitted"):
        blind.region_at(13)


def test_a_stopped_fit_says_so() -> None:
    stack = stack_of([truth()] * 20)
    with pytest.raises(CancelledError):
        fit_stack(stack, model_of(stack), cancelled=lambda: True)


def test_a_recipe_gives_each_of_its_stacks_a_model() -> None:
    stack = stack_of(drifting(20))
    ((found, model),) = models_of([stack], "argyrodite-s2p")
    assert found is stack
    fit = fit_stack(stack, model)
    assert {c.id for c in fit.components} >= {"ps4"}
    with pytest.raises(RecipeError, match="none of the stacks"):
        models_of([stack], "ncm-o1s")
