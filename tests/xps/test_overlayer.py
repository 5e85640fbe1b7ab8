"""Thickness of films against ratios computed by hand, the way back, errors and limits."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xps.errors import FitError
from xps.overlayer import EscapeDepths, Intensity, Thickness, thickness

# Al 2p of Al2O3 on Ni 2p of NCM811, Al Kα.
DEPTHS = EscapeDepths(3.31, 1.80, 1.50)
ALUMINUM = (0.5371, 3.66e22)
NICKEL = (22.18, 2.35e22)


def ratio(nm: float, cosine: float = 1.0, depths: EscapeDepths = DEPTHS) -> float:
    """Areas of Al 2p over Ni 2p: the equation as it is printed."""
    own = depths.film_in_film_nm * cosine
    through = depths.substrate_in_film_nm * cosine
    film = ALUMINUM[0] * ALUMINUM[1] * depths.film_in_film_nm * (1.0 - math.exp(-nm / own))
    bare = NICKEL[0] * NICKEL[1] * depths.substrate_in_substrate_nm
    return film / (bare * math.exp(-nm / through))


def lines(
    of: float, film_error: float | None = 0.0, substrate_error: float | None = 0.0
) -> tuple[Intensity, Intensity]:
    """Both lines with areas in this ratio and these relative errors."""
    film = None if film_error is None else film_error * of * 5000.0
    substrate = None if substrate_error is None else substrate_error * 5000.0
    return (
        Intensity(of * 5000.0, film, *ALUMINUM),
        Intensity(5000.0, substrate, *NICKEL),
    )


def found(of: float, **options: float) -> float:
    result = thickness(*lines(of), DEPTHS, **options)
    assert result.nm is not None
    return result.nm


@pytest.mark.parametrize(
    ("areas", "nm"),
    # d = 1 nm: 0.5371·3.66·3.31·(1 − e^(−1/3.31)) / (22.18·2.35·1.5·e^(−1/1.8)), and so on.
    [(0.0154040, 0.5), (0.0378214, 1.0), (0.1146502, 2.0), (0.5386080, 4.0)],
)
def test_thickness_of_ratios_computed_by_hand(areas: float, nm: float) -> None:
    assert found(areas) == pytest.approx(nm, rel=1e-5)


@given(st.floats(1e-4, 5.3), st.floats(0.0, 60.0))
def test_ratio_of_a_thickness_gives_it_back(nm: float, angle: float) -> None:
    cosine = math.cos(math.radians(angle))
    assert found(ratio(nm * cosine, cosine), emission_angle_deg=angle) == pytest.approx(
        nm * cosine, rel=1e-6
    )


@given(st.floats(0.05, 5.0), st.floats(1.0, 5.0), st.floats(1.0, 5.0), st.floats(1.0, 5.0))
def test_any_depths_are_solved(nm: float, own: float, through: float, below: float) -> None:
    depths = EscapeDepths(own, through, below)
    result = thickness(*lines(ratio(nm, 1.0, depths)), depths)
    expected = nm if nm <= 3.0 * through else 3.0 * through
    value = result.nm if nm <= 3.0 * through else result.lower_limit_nm
    assert value == pytest.approx(expected, rel=1e-6)


def test_round_particles_carry_less_than_flat_ground() -> None:
    assert found(ratio(1.5), shape_factor=0.67) == pytest.approx(0.67 * 1.5)


@pytest.mark.parametrize("nm", [0.3, 1.0])
def test_short_form_is_wrong_by_a_factor_of_two_to_three(nm: float) -> None:
    """Why the whole equation is solved: with either of the two depths the short form fails."""
    corrected = ratio(nm) * NICKEL[0] / ALUMINUM[0]
    low, high = (depth * math.log1p(corrected) / nm for depth in (1.80, 3.31))
    assert 1.65 < low < 1.85
    assert 3.0 < high < 3.4
    assert found(ratio(nm)) == pytest.approx(nm)


# Errors -------------------------------------------------------------------------------------------


def test_statistical_error_is_the_scatter_of_repeated_measurements() -> None:
    random = np.random.default_rng(7)
    scatter = np.std(
        [
            found(ratio(1.2) * (1 + 0.04 * a) / (1 + 0.02 * b))
            for a, b in random.standard_normal((2000, 2))
        ]
    )
    result = thickness(*lines(ratio(1.2), 0.04, 0.02), DEPTHS)
    assert result.stderr == pytest.approx(scatter, rel=0.06)


def test_systematic_error_is_that_of_factors_and_depths() -> None:
    """Drawn anew many times: two factors, the depths in the film together, that below alone."""
    random = np.random.default_rng(8)
    of = ratio(1.2)
    drawn = [
        thickness(
            replace(lines(of)[0], emission=ALUMINUM[0] * math.exp(0.1 * a)),
            replace(lines(of)[1], emission=NICKEL[0] * math.exp(0.1 * b)),
            DEPTHS.scaled(math.exp(0.15 * c), math.exp(0.15 * d)),
        ).nm
        for a, b, c, d in random.standard_normal((1500, 4))
    ]
    values = np.array([nm for nm in drawn if nm is not None])
    result = thickness(*lines(of), DEPTHS)
    assert result.systematic == pytest.approx(values.std(), rel=0.1)
    assert result.systematic is not None
    assert result.systematic > 0.1 * 1.2


def test_shape_of_particles_is_known_to_a_tenth() -> None:
    flat, round_ = (
        thickness(*lines(ratio(1.2)), DEPTHS, shape_factor=factor) for factor in (1.0, 0.67)
    )
    assert flat.systematic is not None
    assert round_.systematic == pytest.approx(0.67 * math.hypot(flat.systematic, 0.1 * 1.2))


def test_unknown_error_of_an_area_is_not_taken_for_zero() -> None:
    result = thickness(*lines(ratio(1.0), None, 0.02), DEPTHS)
    assert result.stderr is None
    assert result.systematic is not None


# Limits -------------------------------------------------------------------------------------------


def test_film_that_is_not_significant_has_an_upper_limit() -> None:
    film, substrate = lines(-0.001)
    result = thickness(replace(film, upper_limit=5000.0 * ratio(0.2)), substrate, DEPTHS)
    assert result == Thickness(
        upper_limit_nm=pytest.approx(0.2), reason="the film's line is not significant"
    )


def test_film_that_is_too_thick_has_a_lower_limit() -> None:
    result = thickness(*lines(ratio(5.5), 0.01, 0.01), DEPTHS, shape_factor=0.67)
    assert (result.nm, result.stderr, result.systematic) == (None, None, None)
    assert result.lower_limit_nm == pytest.approx(0.67 * 3.0 * 1.80)
    assert "3 escape depths" in result.reason


def test_substrate_that_is_not_significant_gives_a_lower_limit() -> None:
    film, substrate = lines(ratio(2.0))
    hidden = replace(substrate, area=10.0, upper_limit=5000.0)
    result = thickness(film, hidden, DEPTHS)
    assert result.nm is None
    assert result.lower_limit_nm == pytest.approx(2.0)
    assert "substrate" in result.reason
    deep = thickness(film, replace(hidden, upper_limit=1.0), DEPTHS)
    assert deep.lower_limit_nm == pytest.approx(5.4)


@pytest.mark.parametrize(
    ("film", "substrate", "options", "what"),
    [
        ({"upper_limit": 1.0}, {"upper_limit": 1.0}, {}, "neither"),
        ({"area": 0.0}, {}, {}, "area of the film"),
        ({"area": -1.0}, {"upper_limit": 5.0}, {}, "area of the film"),
        ({}, {"area": -1.0}, {}, "area of the substrate"),
        ({"atoms_cm3": 0.0}, {}, {}, "density of the film"),
        ({}, {"emission": math.nan}, {}, "emission of the substrate"),
        ({}, {}, {"emission_angle_deg": 85.0}, "85"),
        ({}, {}, {"emission_angle_deg": math.nan}, "nan"),
        ({}, {}, {"shape_factor": 0.0}, "shape factor"),
    ],
)
def test_nonsense_is_refused(
    film: dict[str, float], substrate: dict[str, float], options: dict[str, float], what: str
) -> None:
    over, under = lines(ratio(1.0))
    with pytest.raises(FitError, match=what):
        thickness(replace(over, **film), replace(under, **substrate), DEPTHS, **options)
