"""Parametric bootstrap: the scatter of the covariance, and the test of a free center."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from tests.truth import Truth, argyrodite
from tests.xps.test_profile import AREA, ONE_PEAK, fitted, one_peak_region
from xps.bootstrap import Bootstrap, bootstrap, significance
from xps.errors import FitError
from xps.fitted import RegionFit
from xps.model import Background, Param, Region
from xps.spectrum import Spectrum


@pytest.fixture(scope="module")
def spectrum() -> Spectrum:
    return argyrodite(10_000.0, step=0.1).spectrum(1)


@pytest.fixture(scope="module")
def fit(spectrum: Spectrum) -> RegionFit:
    return fitted(spectrum)


@pytest.fixture(scope="module")
def repeated(fit: RegionFit, spectrum: Spectrum) -> Bootstrap:
    return bootstrap(fit, spectrum, draws=300, seed=1)


def test_scatter_is_that_of_the_covariance(fit: RegionFit, repeated: Bootstrap) -> None:
    ratio = np.sqrt(np.diag(repeated.covariance) / np.diag(fit.covariance))
    assert repeated.free == fit.free
    assert (np.abs(ratio - 1.0) < 0.17).all()  # four times 1/√(2·299)


def test_values_scatter_about_the_fit(fit: RegionFit, repeated: Bootstrap) -> None:
    best = np.array([fit.region.param(ref).value for ref in fit.free])
    error = np.sqrt(np.diag(fit.covariance) / len(repeated.values))
    assert (np.abs(repeated.values.mean(axis=0) - best) < 4.5 * error).all()


def test_shares_add_up_to_one(repeated: Bootstrap) -> None:
    np.testing.assert_allclose(repeated.shares.sum(axis=1), 1.0)


def test_intervals_hold_the_share_of_repetitions_that_they_say(repeated: Bootstrap) -> None:
    errors = repeated.errors()
    assert (errors.draws, errors.failed, errors.seed) == (300, 0, 1)
    for i, intervals in enumerate(errors.areas.values()):
        for share, interval in ((0.683, intervals.confidence_68), (0.95, intervals.confidence_95)):
            inside = np.mean([interval.holds(area) for area in repeated.areas[:, i]])
            assert inside == pytest.approx(share, abs=0.01)


def test_same_seed_gives_the_same_numbers_and_more_draws_only_more_of_them(
    fit: RegionFit, spectrum: Spectrum, repeated: Bootstrap
) -> None:
    again = bootstrap(fit, spectrum, draws=5, seed=1)
    np.testing.assert_array_equal(again.values, repeated.values[:5])
    other = bootstrap(fit, spectrum, draws=5, seed=2)
    assert not np.isclose(other.values, again.values).all(axis=1).any()


def test_static_background_scatters_here_though_not_in_the_covariance() -> None:
    spectrum = argyrodite(10_000.0, step=0.1).spectrum(1)
    for kind in ("shirley", "linear"):
        region = replace(_argyrodite(), background=Background(kind))
        fit = fitted(spectrum, region)
        errors = bootstrap(fit, spectrum, draws=60).areas.std(axis=0)
        reported = np.sqrt(np.diag(fit.area_covariance))
        assert errors[4] > 1.5 * reported[4]


def test_repetition_without_a_background_counts_as_failed() -> None:
    """From single points at its ends an iterated Shirley often finds no step."""
    spectrum = argyrodite(1000.0, step=0.1).spectrum(1)
    region = replace(_argyrodite(), background=Background("shirley", average_points=1))
    repeated = bootstrap(fitted(spectrum, region), spectrum, draws=40)
    assert 0 < repeated.failed < 20
    assert len(repeated.values) == 40 - repeated.failed


def _argyrodite() -> Region:
    from xps.recipe import load_recipe

    return load_recipe("argyrodite-s2p").regions[0]


@pytest.mark.parametrize("uniform", [False, True])
def test_noise_of_unknown_size_is_drawn_with_the_estimated_variance(uniform: bool) -> None:
    truth = ONE_PEAK
    if not uniform:
        truth = replace(ONE_PEAK, offset=200.0).with_area("peak", 4000.0)
    random = np.random.default_rng(4)
    sigma = 7.0 if uniform else 3.0 * np.sqrt(truth.expected())
    noisy = truth.expected() + sigma * random.standard_normal(truth.energy.size)
    spectrum = Spectrum(truth.energy, noisy, unit="arbitrary", photon_energy_ev=1486.6)
    fit = fitted(spectrum, one_peak_region(area=Param(40.0)))
    assert fit.noise_model == ("estimated-uniform" if uniform else "estimated-proportional")
    repeated = bootstrap(fit, spectrum, draws=300)
    ratio = repeated.areas.std() / fit.stderr(AREA)
    assert ratio == pytest.approx(1.0, abs=0.17)


def test_cancelled_bootstrap_raises(fit: RegionFit, spectrum: Spectrum) -> None:
    with pytest.raises(FitError, match="cancelled"):
        bootstrap(fit, spectrum, cancelled=lambda: True)
    with pytest.raises(FitError, match="cancelled"):
        significance(fit, spectrum, "sulfite", cancelled=lambda: True)


def test_progress_counts_the_repetitions(fit: RegionFit, spectrum: Spectrum) -> None:
    steps: list[tuple[int, int]] = []
    bootstrap(fit, spectrum, draws=70, progress=lambda *step: steps.append(step))
    assert steps == [(0, 70), (64, 70), (70, 70)]


# Is a component there at all? -----------------------------------------------------------------


def _free_center() -> Region:
    """One peak that may be anywhere."""
    return one_peak_region(area=Param(10.0), center=Param(5.0, min=1.0, max=9.0))


def _p_values(truth: Truth, seeds: range, draws: int) -> list[float]:
    # A spectrum without a peak has no fit: the test starts from that of another one.
    fit = fitted(ONE_PEAK.spectrum(0), _free_center())
    return [
        significance(fit, truth.spectrum(seed), "peak", draws=draws, seed=seed).p_value
        for seed in seeds
    ]


def test_strong_peak_is_there() -> None:
    assert _p_values(ONE_PEAK, range(1), 50) == [pytest.approx(1.0 / 51.0)]


def test_p_values_of_noise_with_a_free_center_are_even() -> None:
    """The table of χ² would call 8 % and more of them significant at 5 %."""
    p_values = np.array(_p_values(ONE_PEAK.with_area("peak", 0.0), range(24), 19))
    for level in (0.1, 0.25, 0.5):
        hits = int(np.sum(p_values <= level))
        assert hits <= binom.ppf(0.999, p_values.size, level)
    assert np.sum(p_values <= 0.5) >= binom.ppf(0.001, p_values.size, 0.5)


def test_p_values_of_a_component_that_others_follow_are_even() -> None:
    """Without it the others must not be freer than with it, and follow the noise."""
    truth = argyrodite(100.0, step=0.1)
    fit = fitted(truth.spectrum(0))
    for peak in truth.peaks:
        truth = truth.with_area(peak.name, 0.0)
    p_values = np.array(
        [
            significance(fit, truth.spectrum(seed), "ps4", draws=9, seed=seed).p_value
            for seed in range(8)
        ]
    )
    for level in (0.1, 0.3):
        assert np.sum(p_values <= level) <= binom.ppf(0.999, p_values.size, level)


def test_monte_carlo_error_is_that_of_a_count(fit: RegionFit, spectrum: Spectrum) -> None:
    found = significance(fit, spectrum, "sulfite", draws=9)
    assert found.p_value == pytest.approx(0.1)
    assert found.p_value_error == pytest.approx(np.sqrt(0.1 * 0.9 / 10))
    assert found.gain > 50.0


def test_enough_hits_end_a_test_and_do_not_change_the_draws_before() -> None:
    fit = fitted(ONE_PEAK.spectrum(0), _free_center())
    noise = ONE_PEAK.with_area("peak", 0.0)
    ended = 0
    for seed in range(8):
        whole = significance(fit, noise.spectrum(seed), "peak", draws=12, seed=seed)
        short = significance(fit, noise.spectrum(seed), "peak", draws=12, enough_hits=1, seed=seed)
        assert short.gain == whole.gain
        if short.draws < 12:
            assert short.p_value in (1.0, 1.0 / short.draws)
            assert whole.p_value >= 2.0 / 13.0
            ended += 1
        elif short.gain > 0.0 and whole.p_value < 1.5 / 13.0:
            assert short.p_value == whole.p_value
    assert ended > 3
