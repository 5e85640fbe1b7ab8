"""When a background is called unphysical, and how rarely a sound one is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.truth import Truth, argyrodite
from xps.background_doubts import BackgroundScene, LossTerm, background_doubts
from xps.fitted import RegionFit
from xps.fitting import fit_region
from xps.problem import with_guess
from xps.recipe import load_recipe
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]


def scene(truth: Truth, seed: int | None = 1) -> BackgroundScene:
    """A measurement with its true background."""
    expected = truth.expected()
    components = [(peak.name, peak.density(truth.energy)) for peak in truth.peaks]
    return BackgroundScene(
        energy_ev=truth.energy,
        data=expected if seed is None else truth.counts(seed),
        background=expected - np.sum([curve for _, curve in components], axis=0),
        sigma=np.sqrt(expected),
        components=components,
        fwhm_ev=1.15,
        terms=[LossTerm("k", 0.03, 0.01)],
    )


@pytest.mark.parametrize("tallest", [30.0, 1_000.0, 100_000.0])
@pytest.mark.parametrize("step", [0.05, 0.25])
def test_a_true_background_is_doubted_less_than_once_in_a_thousand(
    tallest: float, step: float
) -> None:
    truth = argyrodite(tallest, step=step)
    good = scene(truth, None)
    random = np.random.default_rng(20)
    alarms = sum(
        bool(background_doubts(replace(good, data=random.poisson(good.data).astype(float))))
        for _ in range(1000)
    )
    assert alarms <= 2


def test_a_static_level_may_be_as_wrong_as_its_few_points_are() -> None:
    truth = argyrodite(1_000.0, step=0.05)
    truth = replace(truth, slope=0.0)
    random = np.random.default_rng(4)
    good = scene(truth, None)
    alarms = {0.0: 0, 1.0: 0}
    for _ in range(1000):
        data = random.poisson(good.data).astype(float)
        wrong = random.normal(0.0, good.sigma[0] / np.sqrt(5.0))
        for allowed in alarms:
            level_sigma = allowed * float(good.sigma[-1]) / np.sqrt(5.0)
            moved = replace(
                good, data=data, background=good.background + wrong, level_sigma=level_sigma
            )
            alarms[allowed] += bool(background_doubts(moved))
    assert alarms[1.0] <= 2 < 10 < alarms[0.0]


@pytest.mark.parametrize(
    ("term", "named"),
    [
        (LossTerm("k", -0.021, 0.01), "k below zero"),
        (LossTerm("k of sulfate", -0.1, 0.04), "k of sulfate below zero"),
        (LossTerm("t", -0.5, 0.2), "t below zero"),
    ],
)
def test_losses_below_zero_are_doubted_by_name(term: LossTerm, named: str) -> None:
    good = scene(argyrodite())
    (doubt,) = background_doubts(replace(good, terms=[*good.terms, term]))
    assert named in doubt
    assert "background falls under the peaks" in doubt


@pytest.mark.parametrize(
    "term", [LossTerm("k", -0.019, 0.01), LossTerm("k", 0.5, 0.01), LossTerm("t", -9.0, None)]
)
def test_losses_within_their_error_or_without_one_are_not_doubted(term: LossTerm) -> None:
    assert background_doubts(replace(scene(argyrodite()), terms=[term])) == ()


def test_a_background_above_the_data_is_doubted_at_its_place() -> None:
    good = scene(argyrodite(1_000.0))
    bump = 80.0 * np.exp(-(((good.energy_ev - 165.0) / 1.0) ** 2))
    (doubt,) = background_doubts(replace(good, background=good.background + bump))
    assert "background lies above the data around 165." in doubt


def test_single_points_far_below_the_background_are_noise() -> None:
    good = scene(argyrodite(1_000.0))
    data = good.data.copy()
    data[20] = good.background[20] - 4.0 * good.sigma[20]
    assert background_doubts(replace(good, data=data)) == ()


def test_a_negative_background_is_doubted_where_it_is_beyond_noise() -> None:
    good = scene(argyrodite(1_000.0))
    dip = np.where(np.abs(good.energy_ev - 161.7) < 1.0, -good.background - 30.0, 0.0)
    negative = replace(good, background=good.background + dip)
    (doubt,) = background_doubts(negative)
    assert "background is negative around 161." in doubt
    assert background_doubts(replace(negative, may_be_negative=True)) == ()


def test_a_background_about_zero_is_not_doubted() -> None:
    good = scene(argyrodite(1_000.0), None)
    level = good.background.min()
    empty = replace(
        good,
        data=good.data - good.background,
        background=np.linspace(0.3, -0.3, good.data.size),
        sigma=np.sqrt(np.maximum(good.data - good.background, 0.5)),
    )
    assert level > 100.0
    assert background_doubts(empty) == ()


@pytest.mark.parametrize(
    ("low", "high", "named"),
    [(157.0, 169.6, "sulfate"), (159.7, 173.0, "li2s"), (157.0, 161.6, "ps4")],
)
def test_a_window_that_ends_on_a_peak_is_doubted_by_its_name(
    low: float, high: float, named: str
) -> None:
    truth = replace(argyrodite(), low=low, high=high)
    (doubt,) = background_doubts(scene(truth))
    assert f"the window ends on {named}" in doubt
    assert "background is not seen" in doubt


def test_a_weak_peak_at_the_end_is_no_reason_for_doubt() -> None:
    truth = replace(argyrodite(), high=170.5).with_area("sulfate", 1.0)
    assert background_doubts(scene(truth)) == ()


def test_fewer_points_than_a_width_are_taken_together() -> None:
    good = scene(replace(argyrodite(), low=163.9, high=164.2))
    assert good.averaged == good.energy_ev.size
    flat = replace(good, components=[])
    assert background_doubts(replace(flat, background=flat.data + 1e4)) != ()


@pytest.mark.parametrize("kind", ["peak-shirley", "shirley"])
def test_the_background_of_a_good_fit_is_physical(kind: str) -> None:
    for seed in range(6):
        fit = fitted(replace(argyrodite(1_000.0, step=0.1), slope=0.0).spectrum(seed), kind)
        assert fit.background_physical, fit.warnings


def test_a_fit_says_that_its_window_ends_on_a_peak() -> None:
    fit = fitted(argyrodite(10_000.0, step=0.1).spectrum(1), window=(157.0, 169.6))
    assert not fit.background_physical
    assert any("window ends on" in warning for warning in fit.warnings)


def test_a_fit_says_that_a_shirley_background_lies_above_the_data() -> None:
    truth = argyrodite(10_000.0, step=0.1)
    truth = replace(truth, slope=-0.06 * truth.offset, k=0.25)
    fit = fitted(truth.spectrum(1), "shirley")
    assert not fit.background_physical
    assert any("background lies above the data" in warning for warning in fit.warnings)


def fitted(
    spectrum: Spectrum,
    kind: str = "peak-shirley",
    window: tuple[float, float] = (157.0, 173.0),
) -> RegionFit:
    region = load_recipe("argyrodite-s2p").regions[0]
    region = replace(region, window_ev=window, background=replace(region.background, kind=kind))
    return fit_region(with_guess(region, spectrum, 0.0), spectrum)
