"""Weak spectra and weak components: no bias, honest limits, centers that do not run away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom

from tests.truth import Peak, Truth, argyrodite
from xps.engine import solve
from xps.fitted import RegionFit
from xps.fitting import fit_region
from xps.measured import measured
from xps.model import Background, Component, Param, Ref, Region, Singlet
from xps.problem import compile_problem, with_guess
from xps.recipe import load_recipe
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]

ARGYRODITE = load_recipe("argyrodite-s2p").regions[0]


def fitted(spectrum: Spectrum, region: Region = ARGYRODITE) -> RegionFit:
    return fit_region(with_guess(region, spectrum, 0.0), spectrum)


# Few counts ---------------------------------------------------------------------------------------

FEW = Truth(
    (
        Peak("a", 75.0, 5.0, 1.2, splitting=0.0),
        Peak("b", 15.0, 8.0, 1.2, splitting=0.0),
    ),
    low=0.0,
    high=14.0,
    step=0.1,
    offset=1.5,
    slope=-0.05,
    k=0.01,
    core_level="O 1s",
)
"""Tallest channel of 50 counts on a background where a fifth of the channels count nothing."""


def _few_region(*, free_shape: bool) -> Region:
    components = tuple(
        Component(
            id=peak.name,
            name=peak.name,
            lines=Singlet(),
            shape="sgl",
            area=Param(peak.area),
            center=Param(
                peak.center, vary=free_shape, min=peak.center - 0.5, max=peak.center + 0.5
            ),
            fwhm=Param(peak.fwhm, vary=free_shape and peak.name == "a", min=0.5, max=3.0),
            shape_params=(Param(peak.mixing, vary=False),),
        )
        for peak in FEW.peaks
    )
    return Region("few", "", "O 1s", (0.0, 14.0), Background(), components)


@pytest.mark.parametrize("free_shape", [False, True])
def test_few_counts_give_unbiased_areas(free_shape: bool) -> None:
    assert 45.0 < FEW.expected().max() < 55.0
    assert np.mean(FEW.counts(0) == 0.0) > 0.1
    region = _few_region(free_shape=free_shape)
    fits = [fitted(FEW.spectrum(seed), region) for seed in range(250)]
    assert all(fit.success for fit in fits)
    live = 1.0
    areas = np.array([fit.areas for fit in fits]) * live
    errors = np.array([np.sqrt(np.diag(fit.area_covariance)) for fit in fits])
    scatter = areas.std(axis=0, ddof=1)
    assert (np.abs(areas.mean(axis=0) - FEW.areas) < 3.0 * scatter / np.sqrt(len(fits))).all()
    ratio = np.sqrt(np.mean(errors**2, axis=0)) / scatter
    assert ((ratio > 0.85) & (ratio < 1.15)).all()


def test_half_a_count_a_channel_gives_an_unbiased_area_and_its_error() -> None:
    """Weights made from the data, 1/max(y, 1), would lose a large part of such a peak."""
    truth = replace(FEW, peaks=(replace(FEW.peaks[0], area=18.0),), step=0.05)
    truth = replace(truth, offset=0.5, slope=0.0, k=0.0)
    assert np.mean([truth.counts(seed) == 0.0 for seed in range(20)]) > 0.3
    region = _few_region(free_shape=False)
    region = replace(region, components=region.components[:1])
    fits = [fitted(truth.spectrum(seed), region) for seed in range(200)]
    areas = np.array([fit.areas[0] for fit in fits])
    standard_error = areas.std(ddof=1) / np.sqrt(areas.size)
    assert standard_error < 0.005 * 18.0
    assert abs(areas.mean() - 18.0) < 3.0 * standard_error
    errors = np.array([fit.area_covariance[0, 0] for fit in fits])
    assert np.sqrt(errors.mean()) / areas.std(ddof=1) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("scale", [0.02, 1.0, 40.0])
def test_factor_of_scaled_counts_is_estimated_and_said_to_be(scale: float) -> None:
    """Variance over intensity is `scale` where counts were multiplied by it."""
    truth = argyrodite(3000.0, step=0.1)
    factors = []
    for seed in range(40):
        counted = truth.spectrum(seed, unit="arbitrary", dwell_s=None)
        spectrum = counted.with_(intensity=scale * counted.intensity)
        fit = fitted(spectrum)
        assert fit.noise_model == "estimated-proportional"
        assert any("is estimated from the residuals" in warning for warning in fit.warnings)
        assert fit.reduced_chi2 is not None
        factors.append(fit.reduced_chi2 / measured(spectrum).noise.counts_per_unit)
    standard_error = np.std(factors, ddof=1) / np.sqrt(len(factors))
    assert standard_error < 0.025 * scale
    assert abs(np.mean(factors) - scale) < 3.0 * standard_error


def test_weak_argyrodite_is_unbiased_in_its_main_component() -> None:
    truth = argyrodite(50.0, step=0.2)
    fits = [fitted(truth.spectrum(seed)) for seed in range(24)]
    assert all(fit.success for fit in fits)
    areas = np.array([fit.areas for fit in fits])
    standard_error = areas.std(axis=0, ddof=1) / np.sqrt(len(fits))
    assert (np.abs(areas.mean(axis=0) - truth.areas) < 4.0 * standard_error).all()


# Upper limits -------------------------------------------------------------------------------------


def _with_sulfite(area: float) -> Truth:
    return argyrodite(1000.0, step=0.1).with_area("sulfite", area)


@pytest.fixture(scope="module")
def without_sulfite() -> list[RegionFit]:
    truth = _with_sulfite(0.0)
    return [fitted(truth.spectrum(seed)) for seed in range(60)]


def test_absent_component_is_seldom_significant(without_sulfite: list[RegionFit]) -> None:
    """At two sigma, one-sided, 2.3 % are expected."""
    false = sum("sulfite" not in fit.insignificant for fit in without_sulfite)
    assert false <= binom.ppf(0.999, len(without_sulfite), 0.05)


def test_area_of_an_absent_component_is_signed(without_sulfite: list[RegionFit]) -> None:
    areas = np.array([fit.areas[3] for fit in without_sulfite])
    assert 0.3 < np.mean(areas < 0.0) < 0.7
    assert abs(areas.mean()) < 3.5 * areas.std(ddof=1) / np.sqrt(areas.size)


def test_every_component_that_is_not_significant_has_a_limit_above_it(
    without_sulfite: list[RegionFit],
) -> None:
    for fit in without_sulfite:
        for id_, limit in fit.insignificant.items():
            area = fit.region.component(id_).area.value
            assert np.isfinite(limit)
            assert limit > max(area, 0.0)


def test_upper_limit_is_where_the_deviance_has_risen_by_2_71(
    without_sulfite: list[RegionFit],
) -> None:
    spectrum = _with_sulfite(0.0).spectrum(1)
    fit = without_sulfite[1]
    ref = Ref("sulfite", "area")

    def deviance(area: float) -> float:
        region = fit.region.with_param(ref, Param(area, vary=False)).settled()
        return solve(compile_problem(region, spectrum, 0.0)).deviance

    best = max(fit.region.component("sulfite").area.value, 0.0)
    rise = deviance(fit.insignificant["sulfite"]) - deviance(best)
    assert rise == pytest.approx(2.706, abs=0.01)


def test_limit_covers_a_component_of_one_and_of_two_sigma(
    without_sulfite: list[RegionFit],
) -> None:
    """A limit fails where it lies below the truth: in 5 % of all measurements at most."""
    sigma = float(np.std([fit.areas[3] for fit in without_sulfite]))
    for multiple in (1.0, 2.0):
        truth = _with_sulfite(multiple * sigma)
        fits = [fitted(truth.spectrum(seed)) for seed in range(1000, 1040)]
        limits = np.array([fit.insignificant.get("sulfite", np.inf) for fit in fits])
        missed = int(np.sum(limits < multiple * sigma))
        assert missed <= binom.ppf(0.999, len(fits), 0.05)


def test_strong_components_are_significant_and_have_no_limit() -> None:
    fit = fitted(argyrodite(10_000.0, step=0.1).spectrum(0))
    assert fit.insignificant == {}
    assert fit.held == ()


# Weak centers -------------------------------------------------------------------------------------


def test_component_too_weak_to_place_itself_rests_on_its_expectation(
    without_sulfite: list[RegionFit],
) -> None:
    """It lies within the expectation of 0.25 eV, and its error is no larger than that."""
    center, errors = Ref("sulfite", "center"), []
    for fit in without_sulfite:
        weak = fit.areas[3] < 3.0 * np.sqrt(fit.area_covariance[3, 3])
        assert (center in fit.held) == weak
        assert center in fit.free
        ps4 = fit.region.component("ps4").center.value
        assert abs(fit.region.param(center).value - ps4 - 5.1) < 3.0 * 0.25
        error = fit.stderr(center)
        assert error is not None
        errors.append(error)
    assert max(errors) < 0.26
    assert np.median(errors) > 0.2


def test_weak_component_keeps_its_expectation_for_the_next_fit(
    without_sulfite: list[RegionFit],
) -> None:
    fit = next(f for f in without_sulfite if Ref("sulfite", "center") in f.held)
    center = fit.region.component("sulfite").center
    assert center.link is None
    assert center.prior == ARGYRODITE.component("sulfite").center.prior


def test_free_center_without_expectation_is_never_held() -> None:
    region = _few_region(free_shape=True)
    truth = FEW.with_area("b", 0.0)
    fit = fitted(truth.spectrum(3), region)
    assert fit.held == ()


def test_fitting_again_changes_nothing(without_sulfite: list[RegionFit]) -> None:
    spectrum = _with_sulfite(0.0).spectrum(0)
    first = without_sulfite[0]
    second = fit_region(first.region, spectrum)
    scale = np.sqrt(np.diag(first.area_covariance))
    np.testing.assert_allclose(second.areas / scale, first.areas / scale, atol=1e-4)
    np.testing.assert_allclose(second.area_covariance, first.area_covariance, rtol=1e-3)


def test_area_with_a_bound_at_zero_is_told_to_lie_there() -> None:
    bounded = replace(ARGYRODITE.component("sulfite").area, min=0.0)
    region = ARGYRODITE.with_param(Ref("sulfite", "area"), bounded)
    truth = _with_sulfite(0.0)
    fits = [fitted(truth.spectrum(seed), region) for seed in range(12)]
    at_zero = [fit for fit in fits if fit.areas[3] == 0.0]
    assert at_zero
    for fit in at_zero:
        assert Ref("sulfite", "area") in fit.at_bound
        assert fit.stderr(Ref("sulfite", "area")) is None
        assert fit.success
