"""Profile likelihood: where its intervals end, when they are open, and how often they hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from tests.truth import Peak, Truth, argyrodite
from xps.engine import solve
from xps.error_budget import Interval, Intervals
from xps.errors import FitError
from xps.fitted import RegionFit
from xps.fitting import fit_region
from xps.model import Background, Component, Link, Param, Ref, Region, Singlet
from xps.problem import compile_problem, with_guess
from xps.profile import RISE_68, RISE_95, profile_all, profile_interval
from xps.recipe import load_recipe
from xps.spectrum import Spectrum

ARGYRODITE = load_recipe("argyrodite-s2p").regions[0]
AREA = Ref("peak", "area")

ONE_PEAK = Truth(
    (Peak("peak", 40.0, 5.0, 1.2, splitting=0.0),), 0.0, 10.0, 0.2, 4.0, 0.0, 0.0, "O 1s"
)


def one_peak_region(**peak: Param) -> Region:
    """A peak whose area alone is free, on a free level."""
    component = Component(
        id="peak",
        name="peak",
        lines=Singlet(),
        shape="sgl",
        area=Param(40.0),
        center=Param(5.0, vary=False),
        fwhm=Param(1.2, vary=False),
        shape_params=(Param(0.3, vary=False),),
    )
    background = Background(slope=Param(0.0, vary=False), k=Param(0.0, vary=False))
    region = Region("one", "", "O 1s", (0.0, 10.0), background, (component,))
    for name, param in peak.items():
        region = region.with_param(Ref("peak", name), param)
    return region


def fitted(spectrum: Spectrum, region: Region = ARGYRODITE) -> RegionFit:
    return fit_region(with_guess(region, spectrum, 0.0), spectrum)


@pytest.fixture(scope="module")
def spectrum() -> Spectrum:
    return argyrodite(250.0).spectrum(1)


@pytest.fixture(scope="module")
def fit(spectrum: Spectrum) -> RegionFit:
    return fitted(spectrum)


@pytest.fixture(scope="module")
def profiles(fit: RegionFit, spectrum: Spectrum) -> dict[Ref, Intervals]:
    return profile_all(fit, spectrum)


def _rise(fit: RegionFit, spectrum: Spectrum, ref: Ref, value: float) -> float:
    """By a fit of a region in which the parameter is fixed, and no center is tied."""
    solved = fit.region
    fixed = solved.with_param(ref, replace(solved.param(ref), value=value, vary=False)).settled()
    return (
        solve(compile_problem(fixed, spectrum, 0.0)).deviance
        - solve(compile_problem(solved, spectrum, 0.0)).deviance
    )


@pytest.mark.parametrize("place", ["sulfite.area", "ps4.area", "sulfate.fwhm", "background.k"])
def test_interval_ends_where_the_deviance_has_risen(
    fit: RegionFit, spectrum: Spectrum, profiles: dict[Ref, Intervals], place: str
) -> None:
    root, _, _ = fit.region.resolve(Ref(*place.split(".")))
    intervals = profiles[root]
    ends = [
        (intervals.confidence_68, RISE_68),
        (intervals.confidence_95, RISE_95),
    ]
    closed = [(end, rise) for i, rise in ends for end in (i.low, i.high) if end is not None]
    assert len(closed) >= 3
    for end, rise in closed:
        assert _rise(fit, spectrum, root, end) == pytest.approx(rise, abs=2e-3)


def test_every_free_parameter_has_its_profile(
    fit: RegionFit, profiles: dict[Ref, Intervals]
) -> None:
    assert tuple(profiles) == fit.free
    for ref, intervals in profiles.items():
        best = fit.region.param(ref).value
        wide, narrow = intervals.confidence_95, intervals.confidence_68
        assert narrow.low is None or narrow.low < best
        assert narrow.high is None or best < narrow.high
        assert wide.low is None or narrow.low is None or wide.low < narrow.low
        assert wide.high is None or narrow.high is None or narrow.high < wide.high


def test_weak_component_has_an_interval_that_is_longer_upwards(
    fit: RegionFit, profiles: dict[Ref, Intervals]
) -> None:
    interval = profiles[Ref("sulfite", "area")].confidence_95
    best = fit.region.component("sulfite").area.value
    assert interval.low is not None
    assert interval.high is not None
    assert interval.high - best > 1.2 * (best - interval.low)


def test_strong_components_have_the_errors_of_the_covariance() -> None:
    spectrum = argyrodite(10_000.0, step=0.1).spectrum(1)
    fit = fitted(spectrum)
    refs = [Ref("ps4", "area"), Ref("ps4", "center")]
    for ref, intervals in profile_all(fit, spectrum, refs).items():
        best, error = fit.region.param(ref).value, fit.stderr(ref)
        interval = intervals.confidence_68
        assert interval.high == pytest.approx(best + error, abs=0.05 * error)
        assert interval.low == pytest.approx(best - error, abs=0.05 * error)


def test_unknown_noise_of_a_linear_model_gives_the_covariance_exactly() -> None:
    """Uniform noise, area and level free: the deviance is a parabola in units of χ²ᵣ."""
    random = np.random.default_rng(3)
    noisy = ONE_PEAK.expected() + 7.0 * random.standard_normal(ONE_PEAK.energy.size)
    spectrum = Spectrum(ONE_PEAK.energy, noisy, unit="arbitrary", photon_energy_ev=1486.6)
    region = one_peak_region(area=Param(40.0))
    problem = compile_problem(with_guess(region, spectrum, 0.0), spectrum, 0.0)
    assert problem.noise.kind == "estimated-uniform"
    fit = fitted(spectrum, region)
    error = fit.stderr(AREA)
    assert error is not None
    interval = profile_interval(fit, spectrum, AREA).confidence_95
    best = fit.areas[0]
    assert interval.low == pytest.approx(best - 1.959964 * error, rel=1e-5)
    assert interval.high == pytest.approx(best + 1.959964 * error, rel=1e-5)


def test_interval_that_a_bound_cuts_is_open_and_says_so(
    fit: RegionFit, profiles: dict[Ref, Intervals]
) -> None:
    interval = profiles[Ref("sulfite", "fwhm")].confidence_95
    assert interval.high is None
    assert interval.why_open == "the data allow sulfite.fwhm beyond its bound 2.4"


def test_parameter_at_its_bound_has_an_interval_on_one_side_only() -> None:
    spectrum = ONE_PEAK.spectrum(5)
    fit = fitted(spectrum, one_peak_region(area=Param(20.0, max=25.0)))
    assert fit.at_bound == (AREA,)
    interval = profile_interval(fit, spectrum, AREA).confidence_95
    assert interval.high is None
    assert interval.low is not None
    assert interval.low < 25.0
    assert "bound 25" in interval.why_open


def test_linked_parameter_has_the_intervals_of_its_target(
    fit: RegionFit, spectrum: Spectrum, profiles: dict[Ref, Intervals]
) -> None:
    assert fit.region.component("li2s").fwhm.link is not None
    linked = profile_interval(fit, spectrum, Ref("li2s", "fwhm"))
    assert linked == profiles[Ref("ps4", "fwhm")]


def test_ratio_scales_an_interval_and_offset_shifts_it() -> None:
    interval = Interval(1.0, None, "why")
    assert interval.scaled(2.0, 0.5) == Interval(2.5, None, "why")
    assert interval.scaled(-1.0) == Interval(None, -1.0, "why")


def test_areas_that_follow_an_area_follow_it_in_its_profile() -> None:
    spectrum = ONE_PEAK.spectrum(2)
    region = one_peak_region()
    whole = region.components[0]
    half = whole.with_params({"area": Param(40.0, link=Link("ratio", AREA, 1.0))})
    both = replace(region, components=(whole, replace(half, id="half"))).settled()
    alone = profile_interval(fitted(spectrum, region), spectrum, AREA).confidence_95
    shared = profile_interval(fitted(spectrum, both), spectrum, AREA).confidence_95
    assert alone.low is not None
    assert alone.high is not None
    assert shared.low == pytest.approx(0.5 * alone.low, rel=1e-4)
    assert shared.high == pytest.approx(0.5 * alone.high, rel=1e-4)


def test_fixed_parameter_has_no_profile(fit: RegionFit, spectrum: Spectrum) -> None:
    region = ARGYRODITE.with_param(Ref("ps4", "fwhm"), Param(1.15, vary=False))
    with pytest.raises(FitError, match=r"ps4\.fwhm is fixed"):
        profile_interval(fitted(spectrum, region), spectrum, Ref("ps4", "fwhm"))


def test_profile_from_a_place_that_is_no_minimum_says_so(
    fit: RegionFit, spectrum: Spectrum
) -> None:
    center = Ref("ps4", "center")
    off = fit.region.with_values({center: fit.region.param(center).value + 0.3})
    interval = profile_interval(replace(fit, region=off), spectrum, center).confidence_95
    assert interval.low is None
    assert "not the best" in interval.why_open


def test_cancelled_profile_raises(fit: RegionFit, spectrum: Spectrum) -> None:
    with pytest.raises(FitError, match="cancelled"):
        profile_all(fit, spectrum, cancelled=lambda: True)


def test_progress_counts_the_parameters(fit: RegionFit, spectrum: Spectrum) -> None:
    steps: list[tuple[int, int]] = []
    refs = [Ref("ps4", "area"), Ref("ps4", "center")]
    profile_all(fit, spectrum, refs, progress=lambda *step: steps.append(step))
    assert steps == [(0, 2), (1, 2), (2, 2)]


def test_intervals_of_few_counts_hold_the_truth_as_often_as_they_say() -> None:
    region = one_peak_region()
    inside = {68: 0, 95: 0}
    n = 200
    for seed in range(n):
        spectrum = ONE_PEAK.spectrum(seed)
        intervals = profile_interval(fitted(spectrum, region), spectrum, AREA)
        for percent, interval in ((68, intervals.confidence_68), (95, intervals.confidence_95)):
            assert interval.low is not None
            assert interval.high is not None
            inside[percent] += interval.low < 40.0 < interval.high
    for percent, count in inside.items():
        share = {68: 0.683, 95: 0.95}[percent]
        assert binom.ppf(0.001, n, share) <= count <= binom.ppf(0.999, n, share)
