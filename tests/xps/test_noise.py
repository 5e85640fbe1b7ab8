"""Noise models: what the solver minimizes, and what is known where counts are not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import poisson

from tests.truth import argyrodite
from xps.measured import measured
from xps.noise import Noise, noise_of
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]

POISSON = Noise("poisson", 1.0, "counts", floor=0.5)
UNIFORM = Noise("estimated-uniform", 1.0, "arbitrary", floor=0.0)


@given(st.lists(st.tuples(st.integers(0, 2000), st.floats(0.6, 3000.0)), min_size=1, max_size=30))
def test_deviance_is_twice_the_log_likelihood_ratio(pairs: list[tuple[int, float]]) -> None:
    counts, expected = np.array(pairs, dtype=float).T
    best = poisson.logpmf(counts, counts).sum()
    ratio = 2.0 * (best - poisson.logpmf(counts, expected).sum())
    assert POISSON.deviance(counts, expected) == pytest.approx(ratio, rel=1e-9, abs=1e-7)


@pytest.mark.parametrize("count", [0.0, 1.0, 3.0, 50.0])
def test_deviance_is_smooth_and_convex_through_the_floor(count: float) -> None:
    expected = np.linspace(-1.0, 2.0, 601)
    deviance = np.array([POISSON.deviance(np.array([count]), np.array([m])) for m in expected])
    slope = np.diff(deviance) / np.diff(expected)
    bend = np.diff(slope) / np.diff(expected)[1:]
    assert np.isfinite(deviance).all()
    assert (bend > -1e-6).all()
    # neither value nor slope jumps: both change by what the bend allows
    assert np.max(np.abs(np.diff(slope))) < 2.1 * max(count, 1.0) / 0.25 * (
        expected[1] - expected[0]
    )


@given(st.integers(0, 500), st.floats(-2.0, 600.0))
def test_score_is_minus_half_the_slope(count: int, expected: float) -> None:
    step = 1e-4
    observed = np.array([float(count)])
    for noise in (POISSON, UNIFORM):
        up, down = (
            noise.deviance(observed, np.array([expected + side * step])) for side in (1, -1)
        )
        score = float(noise.score(observed, np.array([expected]))[0])
        assert -0.5 * (up - down) / (2.0 * step) == pytest.approx(score, rel=1e-3, abs=1e-2)


@given(st.floats(-5.0, 1e6))
def test_variance_is_never_zero(expected: float) -> None:
    for noise in (POISSON, UNIFORM):
        assert noise.variance(np.array([expected]))[0] > 0.0


def test_deviance_of_the_perfect_model_is_zero() -> None:
    counts = np.array([0.0, 1.0, 7.0, 1e5])
    assert POISSON.deviance(counts[1:], counts[1:]) == pytest.approx(0.0, abs=1e-9)


# Which model a spectrum gets --------------------------------------------------------------------


def _spectrum(**changes: object) -> Spectrum:
    return argyrodite(2000.0).spectrum(1, **changes)


def test_counts_are_poisson() -> None:
    noise = noise_of(_spectrum(), _spectrum().intensity)
    assert noise.known
    assert noise.counts_per_unit == pytest.approx(1.0)  # one second of live time
    assert noise.intensity_unit == "counts/s"


def test_counts_without_live_time_are_poisson_in_counts() -> None:
    points = measured(_spectrum(dwell_s=None))
    assert points.noise.known
    assert points.noise.intensity_unit == "counts"
    np.testing.assert_array_equal(points.intensity, points.observed)


def test_rate_with_live_time_is_poisson() -> None:
    points = measured(_spectrum(unit="counts/s", dwell_s=0.4, sweeps=5.0))
    assert points.noise.known
    assert points.noise.counts_per_unit == pytest.approx(2.0)
    np.testing.assert_allclose(points.observed, 2.0 * points.intensity)


@pytest.mark.parametrize(
    ("unit", "dwell"), [("counts/s", None), ("arbitrary", 0.1), ("arbitrary", None)]
)
def test_unknown_counts_are_estimated(unit: str, dwell: float | None) -> None:
    noise = measured(_spectrum(unit=unit, dwell_s=dwell)).noise
    assert not noise.known
    assert noise.kind == "estimated-proportional"


def test_intensities_below_zero_have_the_same_noise_everywhere() -> None:
    spectrum = _spectrum(unit="arbitrary")
    points = measured(spectrum.with_(intensity=spectrum.intensity - 800.0))
    assert points.noise.kind == "estimated-uniform"


@pytest.mark.parametrize("tallest", [100.0, 1e4, 1e6])
@pytest.mark.parametrize("step", [0.05, 0.1, 0.2])
@pytest.mark.parametrize("rate", [1e-6, 1.0, 250.0])
def test_scatter_tells_the_counts_behind_a_rate(tallest: float, step: float, rate: float) -> None:
    """Within a factor that only decides how heavily priors weigh."""
    counted = argyrodite(tallest, step=step).spectrum(4, unit="arbitrary")
    spectrum = counted.with_(intensity=rate * counted.intensity)
    assert 0.5 / rate < measured(spectrum).noise.counts_per_unit < 2.0 / rate


def test_scatter_of_a_shifted_scale_is_that_of_the_points() -> None:
    sigma = 3e-3
    values = np.random.default_rng(0).normal(0.0, sigma, 300)
    spectrum = Spectrum(np.arange(300.0), values, unit="arbitrary")
    points = measured(spectrum)
    assert np.std(points.observed) == pytest.approx(1.0, rel=0.3)


def test_calculated_spectrum_has_a_little_noise_nevertheless() -> None:
    points = measured(Spectrum(np.arange(50.0), np.full(50, 3.0), unit="arbitrary"))
    assert np.isfinite(points.noise.counts_per_unit)
    assert (points.noise.variance(points.observed) > 0.0).all()


def test_spectrum_of_nothing_but_zeros_is_no_division_by_zero() -> None:
    points = measured(Spectrum(np.arange(50.0), np.zeros(50), unit="arbitrary"))
    assert np.isfinite(points.noise.counts_per_unit)
    assert (points.noise.variance(points.observed) > 0.0).all()
