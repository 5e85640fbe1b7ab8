"""One peak or two: what is found, what is excluded, and how often noise looks like a peak."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from tests.truth import Peak, Truth
from xps.errors import FitError
from xps.model import Background, Component, Doublet, Link, Param, Prior, Ref, Region, Singlet
from xps.peak_count import PeakCount, count_peaks
from xps.peak_pair import SECOND, Rivals
from xps.problem import with_guess
from xps.spectrum import Spectrum

WINDOW = (280.0, 290.0)


def truth(
    separation: float = 0.0, share: float = 0.0, tallest: float = 10_000.0, splitting: float = 0.0
) -> Truth:
    """Two peaks about 285 eV, or one."""
    places = [(1.0 - share, -share * separation), (share, (1.0 - share) * separation)]
    peaks = tuple(
        Peak(f"peak{i}", area, 285.0 + offset, 1.2, splitting=splitting)
        for i, (area, offset) in enumerate(places)
        if area > 0.0
    )
    return Truth(peaks, *WINDOW, 0.1, 0.05, 0.0, 0.02, "C 1s").with_tallest(tallest)


def region_of(spectrum: Spectrum, lines: Singlet | Doublet | None = None) -> Region:
    component = Component(
        id="peak",
        name="peak",
        lines=lines or Singlet(),
        shape="sgl",
        area=Param(1.0),
        center=Param(285.2, min=WINDOW[0], max=WINDOW[1]),
        fwhm=Param(1.4, min=0.4, max=4.0),
        shape_params=(Param(0.3, min=0.0, max=0.8, prior=Prior(0.3, 0.1)),),
    )
    region = Region("c1s", "", "C 1s", WINDOW, Background(), (component,))
    return with_guess(region, spectrum, 0.0)


def counted(of: Truth, seed: int, **options: Any) -> PeakCount:
    spectrum = of.spectrum(seed)
    return count_peaks(region_of(spectrum), spectrum, "peak", **options)


def pair_of(count: PeakCount) -> list[tuple[float, float]]:
    """Center and share of both peaks, from low to high binding energy."""
    peaks = [count.two.component(id_) for id_ in ("peak", "peak" + SECOND)]
    whole = sum(peak.area.value for peak in peaks)
    return sorted((peak.center.value, peak.area.value / whole) for peak in peaks)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_two_peaks_are_found_where_they_are(share: float) -> None:
    of = truth(1.0, share)
    count = counted(of, 1)
    assert count.verdict == "two"
    assert count.p_value == pytest.approx(1.0 / 500.0)
    for (center, part), peak in zip(pair_of(count), of.peaks, strict=True):
        assert center == pytest.approx(peak.center, abs=0.15 if part < 0.2 else 0.04)
        assert part == pytest.approx(peak.area / of.areas.sum(), abs=0.04)


def test_one_peak_is_called_one_where_a_second_would_be_seen() -> None:
    count = counted(truth(), 2, least_separation_ev=0.9)
    assert count.verdict == "one"
    assert count.expected_gain is not None
    assert count.expected_gain > 25.0
    assert count.share is not None
    assert count.separation_ev is not None
    assert count.share.high is not None
    assert count.separation_ev.high is not None
    assert count.share.high < count.least_share
    assert count.separation_ev.high < 0.9


def test_a_peak_too_near_is_neither_found_nor_excluded() -> None:
    of = truth(0.4, 0.3, tallest=1000.0)
    count = counted(of, 3, least_separation_ev=0.4)
    assert count.verdict == "cannot tell"
    assert count.expected_gain is not None
    assert count.expected_gain < 10.0
    assert count.share is not None
    assert count.separation_ev is not None
    assert count.share.holds(0.3)
    assert count.separation_ev.holds(0.4)


def test_noise_looks_like_a_second_peak_as_often_as_it_says() -> None:
    p_values = np.array(
        [
            counted(truth(tallest=2000.0), seed, level=0.1, draws=19, intervals=False).p_value
            for seed in range(14)
        ]
    )
    for level in (0.1, 0.3):
        assert np.sum(p_values <= level) <= binom.ppf(0.999, p_values.size, level)
    assert np.sum(p_values <= 0.6) >= binom.ppf(0.001, p_values.size, 0.6)


@pytest.fixture(scope="module")
def rivals() -> Rivals:
    spectrum = truth(0.6, 0.3, tallest=4000.0).spectrum(4)
    return Rivals.of(region_of(spectrum), spectrum, "peak", 0.0)


def test_scores_tell_the_gain_of_what_noise_brings() -> None:
    """Draws are fitted only where the squared score is above 0.6 of the gain."""
    of = truth(tallest=3000.0)
    for seed in range(12):
        spectrum = of.spectrum(seed)
        rivals = Rivals.of(region_of(spectrum), spectrum, "peak", 0.0)
        scores = rivals.scores.of_data(
            rivals.one.observed - rivals.single.expected,
            -rivals.one.priors.residual(rivals.single.free),
        )
        gain = rivals.gain(rivals.best_pair())
        assert 0.6 * gain < max(scores.max(), 0.0) ** 2 < 1.7 * gain + 2.0


@pytest.mark.parametrize(("share", "separation"), [(0.05, 0.3), (0.3, 0.9), (0.45, 2.0)])
def test_pair_keeps_to_its_bounds(rivals: Rivals, share: float, separation: float) -> None:
    pair = rivals.best_pair(share, separation)
    part, apart = pair.place
    assert share - 1e-9 <= part <= 1.0 - share + 1e-9
    assert separation - 1e-9 <= abs(apart) <= rivals.reach_ev + 1e-9
    assert pair.deviance >= rivals.best_pair().deviance - 1e-6


def test_deviance_of_the_pair_is_that_of_its_region(rivals: Rivals) -> None:
    pair = rivals.best_pair(0.2, 0.5)
    assert rivals.two.deviance(pair.free) == pytest.approx(pair.deviance, rel=1e-9)


def test_pair_that_matters_is_preferred_to_a_speck_that_fits_as_well() -> None:
    of, specks = truth(tallest=2000.0), 0
    for seed in range(5):
        spectrum = of.spectrum(seed)
        best = Rivals.of(region_of(spectrum), spectrum, "peak", 0.0).best_pair()
        specks += not best.matters(0.05, 0.3)
        shown = pair_of(counted(of, seed, least_separation_ev=0.3, draws=99, intervals=False))
        assert min(share for _, share in shown) >= 0.05 - 1e-9
        assert shown[1][0] - shown[0][0] >= 0.3 - 1e-9
    assert specks > 0


@pytest.mark.parametrize(("separation", "share", "verdict"), [(0.0, 0.0, "one"), (1.0, 0.4, "two")])
def test_spin_orbit_doublet_is_one_peak(separation: float, share: float, verdict: str) -> None:
    of = truth(separation, share, splitting=1.18)
    spectrum = of.spectrum(5)
    region = region_of(spectrum, Doublet(("2p3/2", "2p1/2"), 1.18, 0.5))
    count = count_peaks(region, spectrum, "peak", least_separation_ev=0.9, intervals=False)
    assert count.verdict == verdict


@pytest.mark.parametrize(("separation", "share", "verdict"), [(0.0, 0.0, "one"), (1.0, 0.4, "two")])
def test_rest_of_the_region_stays_in_the_question(
    separation: float, share: float, verdict: str
) -> None:
    """A neighbor that shares the width and expects its distance from the component."""
    of = truth(separation, share)
    neighbor = Peak("far", 0.5 * of.areas.sum(), 287.8, 1.2, splitting=0.0)
    spectrum = replace(of, peaks=(*of.peaks, neighbor)).spectrum(6)
    region = region_of(spectrum)
    peak = region.component("peak")
    far = replace(
        peak,
        id="far",
        center=Param(287.9, prior=Prior(2.8, 0.3, Ref("peak", "center"))),
        fwhm=replace(peak.fwhm, link=Link("same", Ref("peak", "fwhm"))),
    )
    region = with_guess(replace(region, components=(peak, far)).settled(), spectrum, 0.0)
    count = count_peaks(region, spectrum, "peak", least_separation_ev=0.9, intervals=False)
    assert count.verdict == verdict


def test_counts_of_unknown_size_are_enough() -> None:
    counts = truth(1.0, 0.4).counts(7)
    spectrum = Spectrum(truth().energy, 0.01 * counts, unit="arbitrary", photon_energy_ev=1486.6)
    count = count_peaks(region_of(spectrum), spectrum, "peak")
    assert count.verdict == "two"
    known = counted(truth(1.0, 0.4), 7)
    assert count.gain == pytest.approx(known.gain, rel=0.35)


def test_same_seed_gives_the_same_answer() -> None:
    first, second = (counted(truth(0.4, 0.3, 2000.0), 8, intervals=False) for _ in "ab")
    assert (first.gain, first.p_value, first.draws) == (second.gain, second.p_value, second.draws)


def test_question_that_cannot_be_asked_is_refused() -> None:
    spectrum = truth().spectrum(1)
    region = region_of(spectrum)
    center = Ref("peak", "center")
    fixed = region.with_param(center, replace(region.param(center), vary=False))
    for asked, options, reason in (
        (fixed, {}, "center of peak is not free"),
        (replace(region, background=Background("linear")), {}, "subtracted before the fit"),
        (region, {"least_share": 0.5}, "least share"),
        (region, {"least_separation_ev": 50.0}, "least separation"),
        (region, {"draws": 50}, "50 draws"),
        (region, {"cancelled": lambda: True}, "cancelled"),
    ):
        with pytest.raises(FitError, match=reason):
            count_peaks(asked, spectrum, "peak", **options)
