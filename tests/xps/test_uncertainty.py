"""Shares and ratios with their errors, against simulation and the definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.truth import argyrodite
from xps.fitted import RegionFit, standard_error
from xps.fitting import fit_region
from xps.model import Ref
from xps.problem import with_guess
from xps.recipe import load_recipe
from xps.uncertainty import ratio, shares, shares_of

Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def fit() -> RegionFit:
    spectrum = argyrodite(10_000.0, step=0.1).spectrum(2)
    region = with_guess(load_recipe("argyrodite-s2p").regions[0], spectrum, 0.0)
    return fit_region(region, spectrum)


@pytest.fixture(scope="module")
def drawn(fit: RegionFit) -> Floats:
    """Areas as often measured; shape (draws, components)."""
    generator = np.random.default_rng(0)
    return generator.multivariate_normal(fit.areas, fit.area_covariance, 200_000)


def test_shares_add_up_to_one(fit: RegionFit) -> None:
    split = shares(fit)
    assert split is not None
    assert split.values.sum() == pytest.approx(1.0)
    # so that no linear combination along (1, 1, ...) is uncertain
    assert np.abs(split.covariance.sum(axis=0)).max() < 1e-12


def test_covariance_of_shares_is_that_of_a_simulation(fit: RegionFit, drawn: Floats) -> None:
    split = shares(fit)
    assert split is not None
    simulated = drawn / drawn.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(simulated.mean(axis=0), split.values, atol=2e-4)
    sigma = np.sqrt(np.diag(split.covariance))
    np.testing.assert_allclose(simulated.std(axis=0), sigma, rtol=0.02)
    np.testing.assert_allclose(
        np.corrcoef(simulated.T), split.covariance / np.outer(sigma, sigma), atol=0.02
    )
    for index in range(5):
        assert split.stderr(index) == pytest.approx(sigma[index])


def test_error_of_a_ratio_is_that_of_a_simulation(fit: RegionFit, drawn: Floats) -> None:
    ids = [component.id for component in fit.region.components]
    found = ratio(fit, "sulfate", "ps4")
    assert found is not None
    value, error = found
    simulated = drawn[:, ids.index("sulfate")] / drawn[:, ids.index("ps4")]
    assert value == pytest.approx(np.median(simulated), rel=1e-3)
    assert error == pytest.approx(simulated.std(), rel=0.02)


def test_ratio_of_a_component_to_itself_is_one_without_error(fit: RegionFit) -> None:
    assert ratio(fit, "ps4", "ps4") == (1.0, None)


def test_share_of_the_only_component_is_one_without_error() -> None:
    split = shares_of(np.array([5.0]), np.array([[0.3]]))
    assert split is not None
    assert split.values[0] == 1.0
    assert split.stderr(0) is None


@given(
    st.lists(st.floats(0.1, 100.0), min_size=2, max_size=6),
    st.floats(1e-3, 1e3),
)
def test_shares_do_not_know_the_unit(areas: list[float], factor: float) -> None:
    amounts = np.array(areas)
    covariance = np.diag(0.01 * amounts**2)
    one = shares_of(amounts, covariance)
    other = shares_of(factor * amounts, factor**2 * covariance)
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(one.values, other.values)
    np.testing.assert_allclose(one.covariance, other.covariance, atol=1e-15)


@pytest.mark.parametrize("areas", [[0.0, 0.0], [-2.0, 1.0], [np.nan, 1.0]])
def test_no_positive_area_has_no_shares(areas: list[float]) -> None:
    assert shares_of(np.array(areas), np.eye(2)) is None


def test_unknown_covariance_gives_shares_without_errors() -> None:
    split = shares_of(np.array([1.0, 3.0]), np.full((2, 2), np.nan))
    assert split is not None
    np.testing.assert_allclose(split.values, [0.25, 0.75])
    assert split.stderr(0) is None


@pytest.mark.parametrize("variance", [0.0, -1e-20, np.nan, np.inf, -np.inf])
def test_error_that_is_not_known_is_none_never_zero(variance: float) -> None:
    assert standard_error(variance) is None


def test_background_terms_are_left_out_of_strong_correlations(fit: RegionFit) -> None:
    r = fit.correlation(Ref("background", "k"), Ref("background", "slope"))
    assert r is not None
    assert r < -0.8
    for first, second, _ in fit.strong_correlations(above=0.5):
        assert not first.component == second.component == "background"


def test_covariance_cannot_be_changed(fit: RegionFit) -> None:
    with pytest.raises(ValueError, match="read-only"):
        fit.covariance[0, 0] = 1.0
