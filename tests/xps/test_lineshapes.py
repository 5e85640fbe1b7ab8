"""Shapes of one mixing: unit area, width, derivatives, and what others call by the same name."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import voigt_profile

from xps.errors import RecipeError
from xps.lineshapes import SHAPES, Profile, Shape
from xps.model import Component, Param, Singlet

Floats = NDArray[np.float64]

KINDS = tuple(kind for kind, s in SHAPES.items() if [p.name for p in s.parameters] == ["mixing"])
# Of the height: the series of the Voigt curve is right to 1e-13 of its peak, the others have
# no such limit.
ROUNDING = {kind: 2e-13 if kind == "voigt" else 0.0 for kind in KINDS}
kinds = st.sampled_from(KINDS)
widths = st.floats(0.2, 5.0)
centers = st.floats(-5.0, 5.0)
fractions = st.floats(0.0, 1.0)


def mixing_of(kind: str, fraction: float) -> float:
    """A mixing at this fraction of the shape's range."""
    (mixing,) = SHAPES[kind].parameters
    return mixing.low + fraction * (mixing.high - mixing.low)


def curves(profile: Profile) -> tuple[Floats, ...]:
    return (profile.density, profile.d_center, profile.d_fwhm, *profile.d_parameters)


def area_of(shape: Shape, fwhm: float, mixing: float) -> float:
    """Integral over the infinite axis: E = tan(t) · fwhm."""

    def integrand(t: float) -> float:
        return float(shape([fwhm * math.tan(t)], 0.0, fwhm, mixing)[0]) * fwhm / math.cos(t) ** 2

    return float(2.0 * quad(integrand, 0.0, math.pi / 2.0, epsabs=1e-11, limit=400)[0])


@given(kinds, widths, fractions)
def test_area_is_one(kind: str, fwhm: float, fraction: float) -> None:
    mixing = mixing_of(kind, fraction)
    assert area_of(SHAPES[kind], fwhm, mixing) == pytest.approx(1.0, abs=1e-7)


@given(kinds, widths, fractions)
def test_fwhm_is_the_true_width(kind: str, fwhm: float, fraction: float) -> None:
    mixing = mixing_of(kind, fraction)
    shape = SHAPES[kind]
    top = float(shape([0.0], 0.0, fwhm, mixing)[0])
    half = brentq(
        lambda e: float(shape([e], 0.0, fwhm, mixing)[0]) - 0.5 * top, 0.0, 3.0 * fwhm, xtol=1e-13
    )
    assert 2.0 * half == pytest.approx(fwhm, rel=1e-8)


@given(kinds, centers, widths, fractions)
def test_curve_is_even_about_its_center_and_falls(
    kind: str, center: float, fwhm: float, fraction: float
) -> None:
    mixing = mixing_of(kind, fraction)
    off = np.linspace(0.0, 12.0, 60)
    right = SHAPES[kind](center + off, center, fwhm, mixing)
    left = SHAPES[kind](center - off, center, fwhm, mixing)
    rounding = ROUNDING[kind] / fwhm
    np.testing.assert_allclose(right, left, rtol=1e-9, atol=max(rounding, 1e-300))
    assert (np.diff(right) <= rounding).all()
    assert (right >= -rounding).all()


def _numeric(shape: Shape, energy: Floats, values: list[float], index: int) -> Floats:
    """Central difference with Richardson's step, good to about 1e-9 of the height."""

    def difference(step: float) -> Floats:
        up, down = list(values), list(values)
        up[index] += step
        down[index] -= step
        slope: Floats = (shape(energy, *up) - shape(energy, *down)) / (2.0 * step)
        return slope

    step = 1e-3 * (values[1] if index < 2 else 1.0)
    result: Floats = (
        64.0 * difference(step / 4) - 20.0 * difference(step / 2) + difference(step)
    ) / 45.0
    return result


@given(kinds, centers, widths, st.floats(0.02, 0.98))
def test_derivatives_are_those_of_the_curve(
    kind: str, center: float, fwhm: float, fraction: float
) -> None:
    shape = SHAPES[kind]
    values = [center, fwhm, mixing_of(kind, fraction)]
    energy = center + fwhm * np.linspace(-6.0, 6.0, 41)
    profile = shape.profile(energy, center, fwhm, tuple(values[2:]))
    analytic = (profile.d_center[0], profile.d_fwhm[0], profile.d_parameters[0][0])
    for index, derivative in enumerate(analytic):
        scale = np.max(np.abs(derivative)) + 1e-6 / fwhm
        error = np.abs(derivative - _numeric(shape, energy, values, index))
        assert np.max(error) < 2e-6 * scale


@pytest.mark.parametrize("kind", ["sgl", "pseudo-voigt"])
def test_sums_have_exact_derivatives(kind: str) -> None:
    """Complex steps have no rounding to speak of."""
    energy, fwhm, mixing, tiny = np.linspace(-4.0, 4.0, 33), 1.3, 0.37, 1e-30

    def curve(x: complex, w: complex, m: complex) -> NDArray[np.complex128]:
        u2 = ((energy - x) / w) ** 2
        gauss, lorentz = np.exp(-4.0 * math.log(2.0) * u2), 1.0 / (1.0 + 4.0 * u2)
        gauss_area = math.sqrt(math.pi / math.log(2.0)) / 2.0
        if kind == "sgl":
            whole = (1.0 - m) * gauss_area + m * math.pi / 2.0
            return ((1.0 - m) * gauss + m * lorentz) / (w * whole)
        return ((1.0 - m) * gauss / gauss_area + m * lorentz / (math.pi / 2.0)) / w

    profile = SHAPES[kind].profile(energy, 0.2, fwhm, (mixing,))
    steps = ((tiny * 1j, 0, 0), (0, tiny * 1j, 0), (0, 0, tiny * 1j))
    analytic = (profile.d_center, profile.d_fwhm, *profile.d_parameters)
    for (a, b, c), derivative in zip(steps, analytic, strict=True):
        exact = curve(0.2 + a, fwhm + b, mixing + c).imag / tiny
        np.testing.assert_allclose(derivative[0], exact, rtol=1e-11, atol=1e-13)


@given(kinds, widths, st.integers(1, 5), fractions)
def test_many_lines_are_those_one_by_one(
    kind: str, fwhm: float, lines: int, fraction: float
) -> None:
    energy = np.linspace(-6.0, 8.0, 50)
    places = np.linspace(-2.0, 3.0, lines)
    mixing = np.full(lines, mixing_of(kind, fraction))
    together = SHAPES[kind].profile(energy, places, np.full(lines, fwhm), (mixing,))
    for row, place in enumerate(places):
        alone = SHAPES[kind].profile(energy, place, fwhm, (mixing[0],))
        for many, one in zip(curves(together), curves(alone), strict=True):
            atol = max(1e-14, 10.0 * ROUNDING[kind] * float(np.abs(one).max()))
            np.testing.assert_allclose(many[row], one[0], rtol=1e-12, atol=atol)


@given(widths, centers, fractions)
def test_gaussian_end_is_a_gaussian(fwhm: float, center: float, fraction: float) -> None:
    energy = center + fwhm * np.linspace(-2.0, 2.0, 21)
    sigma = fwhm / (2.0 * math.sqrt(2.0 * math.log(2.0)))
    gauss = np.exp(-0.5 * ((energy - center) / sigma) ** 2) / (sigma * math.sqrt(2.0 * math.pi))
    for kind in KINDS:
        found = SHAPES[kind](energy, center, fwhm, 0.0)
        np.testing.assert_allclose(found, gauss, rtol=1e-9, atol=ROUNDING[kind] / fwhm)


@given(widths)
def test_lorentzian_end_is_a_lorentzian(fwhm: float) -> None:
    energy = fwhm * np.linspace(-2.0, 2.0, 21)
    lorentz = 2.0 / (math.pi * fwhm) / (1.0 + 4.0 * (energy / fwhm) ** 2)
    for kind, tolerance in (("sgl", 1e-12), ("pseudo-voigt", 1e-12), ("voigt", 3e-5), ("gl", 0.04)):
        found = SHAPES[kind](energy, 0.0, fwhm, SHAPES[kind].parameters[0].high)
        np.testing.assert_allclose(found, lorentz, rtol=tolerance)


# What others call by the same name ---------------------------------------------------------------


def test_gl30_is_that_of_casaxps() -> None:
    """F = FWHM / 0.96136, area 1.0420 F H: refits of stored CasaXPS areas agree to 1e-4."""
    fwhm, mixing = 1.25, 0.3
    width = fwhm / 0.96136
    energy = np.linspace(-5.0, 5.0, 101)
    u2 = (energy / width) ** 2
    curve = np.exp(-4.0 * math.log(2.0) * (1.0 - mixing) * u2) / (1.0 + 4.0 * mixing * u2)
    np.testing.assert_allclose(
        SHAPES["gl"](energy, 0.0, fwhm, mixing), curve / (1.0420 * width), rtol=2e-4, atol=1e-9
    )


@pytest.mark.parametrize(
    ("mixing", "ratio", "area"),
    [
        (0.1, 0.9817, 1.0480),
        (0.3, 0.9614, 1.0420),
        (0.5, 0.9560, 1.0620),
        (0.8, 0.9713, 1.1613),
        (0.9, 0.9834, 1.2424),
    ],
)
def test_gl_width_and_area_are_the_published_ones(mixing: float, ratio: float, area: float) -> None:
    """True FWHM over F, and area over F times height."""
    height = float(SHAPES["gl"]([0.0], 0.0, ratio, mixing)[0])  # F = 1
    assert 1.0 / height == pytest.approx(area, abs=1.5e-4)


def test_sgl_area_is_that_of_casaxps() -> None:
    for mixing in (0.0, 0.3, 0.7, 1.0):
        height = float(SHAPES["sgl"]([0.0], 0.0, 1.4, mixing)[0])
        area = 1.4 * ((1.0 - mixing) * 1.0644670 + mixing * 1.5707963)
        assert height * area == pytest.approx(1.0, rel=1e-7)


@given(centers, widths, fractions)
def test_pseudo_voigt_is_that_of_lmfit(center: float, fwhm: float, fraction: float) -> None:
    from lmfit.lineshapes import pvoigt

    energy = np.linspace(-10.0, 10.0, 81)
    expected = pvoigt(energy, 1.0, center, fwhm / 2.0, fraction)
    found = SHAPES["pseudo-voigt"](energy, center, fwhm, fraction)
    # lmfit rounds √(2 ln 2) to eight digits
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-12)


@given(st.floats(0.3, 3.0), st.floats(0.02, 0.98))
def test_voigt_is_that_of_scipy(fwhm: float, mixing: float) -> None:
    """The widths of its parts are (1 − m) s and m s, with s from the curve's true width."""
    energy = fwhm * np.linspace(-8.0, 8.0, 65)
    to_sigma = 1.0 / (2.0 * math.sqrt(2.0 * math.log(2.0)))

    def half_minus_width(s: float) -> float:
        sigma, gamma = (1.0 - mixing) * s * to_sigma, 0.5 * mixing * s
        top = voigt_profile(0.0, sigma, gamma)
        return float(voigt_profile(0.5 * fwhm, sigma, gamma) - 0.5 * top)

    s = brentq(half_minus_width, 0.5 * fwhm, 3.0 * fwhm, xtol=1e-14)
    expected = voigt_profile(energy, (1.0 - mixing) * s * to_sigma, 0.5 * mixing * s)
    np.testing.assert_allclose(
        SHAPES["voigt"](energy, 0.0, fwhm, mixing), expected, rtol=1e-8, atol=1e-12
    )


@pytest.mark.parametrize("kind", KINDS)
def test_far_tail_is_finite(kind: str) -> None:
    profile = SHAPES[kind].profile(np.array([-1e4, 0.0, 1e4]), 0.0, 0.3, (0.3,))
    for curve in (profile.density, profile.d_center, profile.d_fwhm, *profile.d_parameters):
        assert np.isfinite(curve).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("end", [0.0, 1.0])
def test_ends_of_the_mixing_range_are_finite(kind: str, end: float) -> None:
    mixing = mixing_of(kind, end)
    profile = SHAPES[kind].profile(np.linspace(-5.0, 5.0, 41), 0.0, 1.0, (mixing,))
    for curve in (profile.density, profile.d_center, profile.d_fwhm, *profile.d_parameters):
        assert np.isfinite(curve).all()


_WIDTH, _MIXING = Param(1.0, min=0.3, max=4.0), Param(0.3, min=0.0, max=0.8)


def _component(
    shape: str = "sgl",
    fwhm: Param = _WIDTH,
    shape_params: tuple[Param, ...] = (_MIXING,),
) -> Component:
    return Component("a", "a", Singlet(), shape, Param(1.0), Param(0.0), fwhm, shape_params)


def test_unknown_shape_is_refused() -> None:
    with pytest.raises(RecipeError, match="unknown shape"):
        _component(shape="doniach")


@pytest.mark.parametrize("fwhm", [Param(0.0), Param(-1.0), Param(1.0, min=0.0), Param(1.0)])
def test_width_that_may_reach_zero_is_refused(fwhm: Param) -> None:
    with pytest.raises(RecipeError, match="fwhm"):
        _component(fwhm=fwhm)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "mixing", [Param(1.2, min=0.0, max=1.5), Param(-0.1, min=-0.2, max=0.5), Param(0.3)]
)
def test_mixing_that_may_leave_its_range_is_refused(kind: str, mixing: Param) -> None:
    with pytest.raises(RecipeError, match="mixing"):
        _component(shape=kind, shape_params=(mixing,))
