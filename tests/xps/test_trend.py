"""Trends: the regression against closed forms and chance, and series of known truth."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from xps.composition import Quantity
from xps.composition_table import CompositionTable
from xps.multiple_tests import COUNTING_ONLY, holm, two_sided
from xps.trend import BORROWED, NOT_STRAIGHT, Trend, trends_of

Floats = NDArray[np.float64]

SERIES = "cycles"


def trend(
    places: Floats,
    measurements: list[Floats],
    counting: Floats,
) -> Trend:
    """The trend of one quantity that was measured some times at each place.

    Parameters
    ----------
    counting : ndarray, shape (places, places)
        Covariance of single measurements; those of one place are independent.
    """
    replicates = tuple(len(values) for values in measurements)
    several = np.array([n > 1 for n in replicates])
    scatter = [np.var(v, ddof=1) / len(v) if len(v) > 1 else np.nan for v in measurements]
    covariance = counting.copy()
    covariance[np.diag_indices_from(covariance)] /= replicates
    names = tuple(f"sample {place:g}" for place in places)
    table = CompositionTable(
        "share",
        ("S 2p",),
        names,
        (Quantity("S 2p", "sulfate", "sulfate"),),
        replicates,
        np.array([[values.mean()] for values in measurements]),
        covariance[:, None, :, None],
        np.array(scatter)[:, None],
        np.where(several, np.diag(covariance), np.nan)[:, None],
    )
    notes: list[str] = []
    (found,) = trends_of(table, SERIES, dict(zip(names, places.tolist(), strict=True)), notes)
    assert not notes
    return found


def test_line_is_that_of_weighted_least_squares() -> None:
    places = np.array([0.0, 10.0, 50.0, 200.0])
    sigma = np.array([0.01, 0.02, 0.01, 0.03])
    values = np.array([0.1, 0.13, 0.12, 0.2])
    found = trend(places, [np.array([value]) for value in values], np.diag(sigma**2))
    (slope, intercept), covariance = np.polyfit(places, values, 1, w=1.0 / sigma, cov="unscaled")
    assert found.slope == pytest.approx(slope)
    assert found.intercept == pytest.approx(intercept)
    assert found.stderr == pytest.approx(np.sqrt(covariance[0, 0]))
    assert found.note == COUNTING_ONLY


def test_the_band_of_the_line_is_that_of_weighted_least_squares() -> None:
    places = np.array([10.0, 20.0, 50.0, 200.0])
    sigma = np.array([0.01, 0.02, 0.01, 0.03])
    values = np.array([0.1, 0.13, 0.12, 0.2])
    found = trend(places, [np.array([value]) for value in values], np.diag(sigma**2))
    line, covariance = np.polyfit(places, values, 1, w=1.0 / sigma, cov="unscaled")
    at = np.array([0.0, 45.0, 200.0])
    on_line, errors = found.line(at)
    assert on_line == pytest.approx(np.polyval(line, at))
    design = np.column_stack((at, np.ones_like(at)))
    assert errors == pytest.approx(np.sqrt(np.diag(design @ covariance @ design.T)))


def test_a_line_of_unknown_errors_has_no_band() -> None:
    places = np.array([0.0, 1.0, 2.0])
    found = trend(places, [np.array([0.1 * n]) for n in range(3)], np.full((3, 3), np.nan))
    on_line, errors = found.line(np.array([4.0]))
    assert on_line == pytest.approx(0.4)
    assert errors is None


def test_error_that_all_samples_share_is_none_of_the_slope() -> None:
    places, values = np.arange(4.0), [np.array([0.1 * n]) for n in range(4)]
    alone = trend(places, values, 1e-4 * np.eye(4))
    together = trend(places, values, 1e-4 * np.eye(4) + 1e-2)
    assert together.slope == pytest.approx(alone.slope)
    assert together.stderr == pytest.approx(alone.stderr)


def test_points_off_a_line_are_told() -> None:
    places = np.arange(5.0)
    curved = [np.array([value]) for value in 0.02 * (places - 2.0) ** 2]
    straight = [np.array([value]) for value in 0.02 * places]
    assert NOT_STRAIGHT in trend(places, curved, 1e-4 * np.eye(5)).note
    found = trend(places, straight, 1e-4 * np.eye(5))
    assert NOT_STRAIGHT not in found.note
    assert found.misfit_p_value == pytest.approx(1.0)


@pytest.mark.parametrize("between", [0.0, 1.0, 4.0])
@pytest.mark.parametrize("replicates", [(2, 2, 2, 2), (1, 3, 1, 2)])
def test_chance_finds_trends_as_often_as_it_says(
    between: float, replicates: tuple[int, ...]
) -> None:
    """Samples without a trend, of replicates that scatter `between` times as counts do."""
    random = np.random.default_rng(5)
    places, total = np.array([0.0, 1.0, 2.0, 5.0]), np.hypot(1.0, between)
    p_values = []
    for _ in range(400):
        values = [random.normal(0.0, total, count) for count in replicates]
        p_values.append(trend(places, values, np.eye(4)).p_value)
    found = np.mean([p is not None and p < 0.05 for p in p_values])
    assert 0.002 < found < 0.09


def test_scatter_of_single_spectra_is_that_of_others_replicates() -> None:
    places = np.arange(3.0)
    values = [np.array([0.0, 2.0]), np.array([1.0]), np.array([2.0])]
    found = trend(places, values, 1e-6 * np.eye(3))
    assert found.note == BORROWED
    # one degree of freedom: variances 1, 2 and 2 of the means, from the pair's variance of 2
    weights = np.array([1.0, 0.5, 0.5])
    spread = weights @ (places - weights @ places / weights.sum()) ** 2
    assert found.stderr == pytest.approx(1.0 / np.sqrt(spread), rel=1e-3)
    assert found.p_value == pytest.approx(
        two_sided(found.slope, found.stderr, _freedom(weights, places)), rel=1e-3
    )


def _freedom(weights: Floats, places: Floats) -> float:
    """Satterthwaite's: all variance comes from the one pair, which has one degree."""
    middle = weights @ places / weights.sum()
    lever = weights * (places - middle) / (weights @ (places - middle) ** 2)
    variance = lever**2 @ (1.0 / weights)
    return float((variance / (lever**2 @ np.array([0.5, 1.0, 1.0]) * 2.0)) ** 2)


def test_two_places_have_no_trend_but_a_note() -> None:
    names = ("bare", "coated")
    table = CompositionTable(
        "share",
        ("S 2p",),
        names,
        (Quantity("S 2p", "sulfate", "sulfate"),),
        (1, 1),
        np.zeros((2, 1)),
        np.eye(2)[:, None, :, None],
        np.full((2, 1), np.nan),
        np.full((2, 1), np.nan),
    )
    notes: list[str] = []
    assert trends_of(table, SERIES, {"bare": 0.0, "coated": 5.0}, notes) == []
    assert notes == ["S 2p: no trend along cycles, at fewer than 3 places"]


def test_holm_keeps_the_order_and_what_is_unknown() -> None:
    assert holm([0.04, None, 0.01, 0.03]) == pytest.approx([0.06, None, 0.03, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_unknown_error_leaves_the_chance_unknown() -> None:
    assert two_sided(1.0, None) is None
    assert two_sided(-1.959964, 1.0) == pytest.approx(0.05, abs=1e-6)
    assert two_sided(4.302653, 1.0, 2.0) == pytest.approx(0.05, abs=1e-6)
