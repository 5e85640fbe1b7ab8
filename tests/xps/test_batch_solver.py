"""Many spectra at once give what each of them gives alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.truth import argyrodite
from xps.batch_solver import Batch, BatchSolution, solve_batch
from xps.engine import Problem, solve
from xps.errors import FitError
from xps.model import Background, Param, Ref, Region
from xps.problem import compile_problem, with_guess
from xps.recipe import load_recipe

Floats = NDArray[np.float64]

SULFUR = load_recipe("argyrodite-s2p").regions[0]


def compiled(tallest: float, region: Region = SULFUR) -> Problem:
    spectrum = argyrodite(tallest, step=0.2).spectrum(None)
    return compile_problem(with_guess(region, spectrum, 0.0), spectrum, 0.0)


def drawn(problem: Problem, spectra: int, seed: int) -> Batch:
    expected = problem.expected(solve(problem).free)
    random = np.random.default_rng(seed)
    observed = random.poisson(expected, (spectra, expected.size)).astype(np.float64)
    return Batch(observed, np.tile(problem.start, (spectra, 1)))


def assert_each_as_alone(problem: Problem, batch: Batch, found: BatchSolution) -> None:
    for spectrum in range(len(batch.starts)):
        alone = solve(batch.problem(problem, spectrum))
        sigma = np.sqrt(np.diag(alone.covariance))
        assert found.converged[spectrum] == alone.converged
        off = np.abs(found.free[spectrum] - alone.free)
        assert (off <= 1e-8 * np.abs(alone.free) + 2e-6 * sigma).all()  # the solver's tolerance
        np.testing.assert_allclose(found.deviance[spectrum], alone.deviance, rtol=1e-8)
        np.testing.assert_array_equal(found.at_bound[spectrum], alone.at_bound)
        np.testing.assert_allclose(
            found.covariance[spectrum],
            alone.covariance,
            rtol=1e-5,
            atol=1e-6 * np.max(np.diag(alone.covariance)),
        )


@pytest.mark.parametrize("tallest", [100.0, 1_000.0, 10_000.0])
def test_each_spectrum_ends_where_it_ends_alone(tallest: float) -> None:
    problem = compiled(tallest)
    batch = drawn(problem, 40, seed=1)
    assert_each_as_alone(problem, batch, solve_batch(problem, batch))


@pytest.mark.parametrize(
    "background",
    [
        Background("peak-tougaard"),
        Background("peak-shirley-tougaard", loss="u3-sio2", t=Param(0.1, min=0.0)),
        Background(curvature=Param(0.0), own_k=(("sulfate", Param(0.02)),)),
    ],
    ids=["tougaard", "both", "own step and curvature"],
)
def test_every_kind_of_background_in_the_fit_can_be_batched(background: Background) -> None:
    problem = compiled(3_000.0, replace(SULFUR, background=background))
    batch = drawn(problem, 5, seed=2)
    assert_each_as_alone(problem, batch, solve_batch(problem, batch))


def test_bounds_hold_in_a_batch() -> None:
    narrow = SULFUR.with_param(Ref("ps4", "fwhm"), Param(1.0, min=0.9, max=1.1))
    problem = compiled(3_000.0, narrow)
    batch = drawn(compiled(3_000.0), 12, seed=3)
    found = solve_batch(problem, batch)
    assert found.at_bound.any()
    assert_each_as_alone(problem, batch, found)


def test_priors_and_static_backgrounds_may_differ_from_spectrum_to_spectrum() -> None:
    problem = compiled(3_000.0, replace(SULFUR, background=Background("linear")))
    batch = drawn(problem, 7, seed=4)
    level = problem.kernel.static_background
    assert level is not None
    random = np.random.default_rng(5)
    means = problem.priors.mean + problem.priors.sigma * random.standard_normal((7, 5))
    batch = replace(
        batch,
        prior_means=means,
        static_backgrounds=level * random.uniform(0.9, 1.1, (7, 1)),
    )
    assert_each_as_alone(problem, batch, solve_batch(problem, batch))


def test_noise_of_unknown_size_is_batched_alike() -> None:
    spectrum = argyrodite(2_000.0, step=0.2).spectrum(3, unit="arbitrary")
    problem = compile_problem(with_guess(SULFUR, spectrum, 0.0), spectrum, 0.0)
    random = np.random.default_rng(6)
    observed = problem.observed * random.uniform(0.99, 1.01, (6, problem.observed.size))
    batch = Batch(observed, np.tile(problem.start, (6, 1)))
    assert_each_as_alone(problem, batch, solve_batch(problem, batch))


@pytest.mark.parametrize("spectra", [0, 1, 17, 40])
def test_threads_change_nothing_at_all(spectra: int) -> None:
    problem = compiled(1_000.0)
    batch = drawn(problem, spectra, seed=7)
    one, two = solve_batch(problem, batch), solve_batch(problem, batch, threads=2)
    np.testing.assert_array_equal(one.free, two.free)
    np.testing.assert_array_equal(one.covariance, two.covariance)
    assert one.free.shape == (spectra, len(problem.table.free))


def test_spectrum_that_cannot_be_computed_with_is_flagged_and_harms_no_other() -> None:
    problem = compiled(1_000.0)
    batch = drawn(problem, 20, seed=8)
    whole = solve_batch(problem, batch)
    batch.observed[3] = np.nan
    found = solve_batch(problem, batch)
    assert not found.converged[3]
    assert np.isnan(found.free[3]).all()
    assert np.isnan(found.covariance[3]).all()
    others = np.arange(20) != 3
    np.testing.assert_array_equal(found.free[others], whole.free[others])
    np.testing.assert_array_equal(found.covariance[others], whole.covariance[others])


def test_parameters_that_data_do_not_determine_have_no_errors_in_a_batch_either() -> None:
    ps4 = SULFUR.component("ps4")
    fixed = {name: replace(p, vary=False, prior=None) for name, p in ps4.params.items()}
    twin = replace(ps4, id="twin").with_params(fixed | {"area": ps4.area})
    region = replace(SULFUR, components=(*SULFUR.components, twin))
    for name in ("center", "fwhm", "mixing"):
        region = region.with_param(Ref("ps4", name), fixed[name])
    problem = compiled(1_000.0, region)
    found = solve_batch(problem, drawn(problem, 3, seed=9))
    assert np.isnan(found.covariance).all()


def test_cancelled_batch_says_so() -> None:
    problem = compiled(1_000.0)
    with pytest.raises(FitError, match="cancelled"):
        solve_batch(problem, drawn(problem, 3, seed=10), cancelled=lambda: True)
