"""Broadened and tailed line shapes against other ways to compute them, and against CasaXPS."""

from __future__ import annotations

import csv
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.optimize import least_squares
from scipy.special import voigt_profile, wofz

from xps.lineshapes import SHAPES
from xps.lineshapes.faddeeva import faddeeva, faddeeva_far

Floats = NDArray[np.float64]

_SIGMA_PER_GAUSS = 0.7133 / 243.0
_UNEVEN = np.array([-40.0, -6.0, -1.3, -0.4, -0.02, 0.0, 0.003, 0.5, 0.51, 2.0, 11.0, 90.0])


def powers(y: float, alpha: float, beta: float, damping: float = 0.0) -> float:
    power = alpha if y > 0.0 else beta
    return float((1.0 + 4.0 * y * y) ** -power * math.exp(-((damping * y) ** 2)))


def metallic(y: float, a: float) -> float:
    angle = 0.5 * math.pi * a - (1.0 - a) * math.atan(2.0 * y)
    return math.cos(angle) / (1.0 + 4.0 * y * y) ** (0.5 * (1.0 - a))


_CASES = [
    ("la", powers, (1.53, 1.53, 243.0)),
    ("la", powers, (0.7, 2.5, 40.0)),
    ("la", powers, (3.0, 0.9, 499.0)),
    ("la", powers, (1.2, 1.6, 2.0)),
    ("lf", powers, (0.4, 2.0, 0.2, 100.0)),
    ("doniach-sunjic", metallic, (0.15, 80.0)),
    ("doniach-sunjic", metallic, (0.4, 300.0)),
]


@pytest.mark.parametrize(("kind", "core", "values"), _CASES)
def test_curve_is_the_convolution_with_a_gaussian(
    kind: str, core: object, values: tuple[float, ...]
) -> None:
    """Adaptive quadrature gives the same curve up to height and width, on few uneven points."""
    assert callable(core)
    *shape, gauss = values
    sigma = gauss * _SIGMA_PER_GAUSS

    def convolved(y: float) -> float:
        def integrand(t: float) -> float:
            return float(core(y - sigma * t, *shape)) * math.exp(-0.5 * t * t)

        joint = min(max(y / sigma, -9.0), 9.0)
        edges = sorted({*np.linspace(-9.0, 9.0, 13).tolist(), joint})
        parts = (quad(integrand, *ends, epsabs=1e-14)[0] for ends in pairwise(edges))
        return float(sum(parts))

    expected = np.array([convolved(float(y)) for y in _UNEVEN])
    at_center = convolved(0.0)

    # The width of the line in units of the FWHM is found from the height at one place.
    def mismatch(width: float) -> Floats:
        found = SHAPES[kind](width * np.array([0.0, -1.3]), 0.0, 1.0, *values)
        return np.array([found[1] / found[0] - convolved(-1.3) / at_center])

    width = float(least_squares(mismatch, 0.5, xtol=1e-15, ftol=1e-15, gtol=1e-15).x[0])
    found = SHAPES[kind](width * _UNEVEN, 0.0, 1.0, *values)
    np.testing.assert_allclose(found / found[5], expected / at_center, rtol=1e-6, atol=1e-8)


def test_la_of_power_one_is_a_voigt_curve() -> None:
    energy = np.linspace(-9.0, 9.0, 61)
    gauss = 150.0
    found = SHAPES["la-symmetric"](energy, 0.0, 1.0, 1.0, gauss)

    def voigt(width: float) -> Floats:
        curve: Floats = voigt_profile(energy, gauss * _SIGMA_PER_GAUSS * width, 0.5 * width)
        return curve

    width = least_squares(lambda w: voigt(w[0]) - found, [0.5], xtol=1e-15, gtol=1e-15).x[0]
    np.testing.assert_allclose(found, voigt(width), rtol=1e-8, atol=1e-9)


def test_symmetric_la_is_la_of_equal_powers() -> None:
    energy = np.linspace(-5.0, 5.0, 41)
    np.testing.assert_array_equal(
        SHAPES["la-symmetric"](energy, 0.2, 1.1, 1.4, 200.0),
        SHAPES["la"](energy, 0.2, 1.1, 1.4, 1.4, 200.0),
    )


def test_unbroadened_la_is_its_formula() -> None:
    energy = np.linspace(-5.0, 5.0, 41)
    alpha, beta = 0.8, 2.0
    width = 0.5 * (math.sqrt(2 ** (1 / alpha) - 1) + math.sqrt(2 ** (1 / beta) - 1))
    area = sum(
        quad(lambda t, p=p: 0.5 * math.cos(t) ** (2 * p - 2), 0.0, 0.5 * math.pi)[0]
        for p in (alpha, beta)
    )  # y = tan(t)/2
    expected = [width / area * powers(width * e, alpha, beta) for e in energy]
    np.testing.assert_allclose(
        SHAPES["la"](energy, 0.0, 1.0, alpha, beta, 0.0), expected, rtol=1e-7
    )


@pytest.mark.parametrize("asymmetry", [0.0, 1e-5, 0.1, 0.3])
def test_area_of_doniach_sunjic_is_that_within_25_widths(asymmetry: float) -> None:
    shape = SHAPES["doniach-sunjic"]
    t = np.linspace(-1.0, 1.0, 20_001)
    energy = np.sinh(t * math.asinh(250.0)) / 10.0

    # of its own Lorentzian width, which is the FWHM times this
    def half(y: float) -> float:
        return metallic(y, asymmetry)

    grid = np.linspace(-0.2, 4.0, 420_001)
    values = np.cos(0.5 * math.pi * asymmetry - (1 - asymmetry) * np.arctan(2 * grid))
    values /= (1 + 4 * grid * grid) ** (0.5 * (1 - asymmetry))
    top = float(values.max())
    right = float(grid[np.flatnonzero(values > 0.5 * top)[-1]])
    left = -float(next(y for y in np.arange(0.2, 1.0, 1e-5) if half(-y) < 0.5 * top))
    energy = energy / (right - left)
    curve = shape(energy, 0.0, 1.0, asymmetry, 0.0)
    assert np.trapezoid(curve, energy) == pytest.approx(1.0, abs=3e-5)


def test_exponential_tail_is_its_formula() -> None:
    """The curve over its height at a stretched place; no tail leaves the sum."""
    mixing, tail = 0.4, 0.7
    energy = np.linspace(-3.0, 6.0, 91)
    np.testing.assert_allclose(
        SHAPES["exponential-tail"](energy, 0.1, 1.3, mixing, 0.0),
        SHAPES["sgl"](energy, 0.1, 1.3, mixing),
        rtol=1e-10,
    )

    def unit(x: Floats) -> Floats:
        total = (1 - mixing) * np.exp(-4 * math.log(2) * x * x) + mixing / (1 + 4 * x * x)
        return np.where(x > 0.0, total + (1 - total) * np.exp(-np.maximum(x, 0.0) / tail), total)

    x = np.linspace(0.5, 3.0, 2_000_001)
    half = float(x[np.flatnonzero(unit(x) > 0.5)[-1]])
    found = SHAPES["exponential-tail"](energy, 0.0, 1.0, mixing, tail)
    at_top = float(SHAPES["exponential-tail"]([0.0], 0.0, 1.0, mixing, tail)[0])
    np.testing.assert_allclose(found / at_top, unit((0.5 + half) * energy), atol=5e-6)


@pytest.mark.parametrize("mixing", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("tail", [1e-3, 0.0099, 0.0101, 0.2, 3.0])
def test_exponential_tail_has_unit_area(mixing: float, tail: float) -> None:
    shape = SHAPES["exponential-tail"]
    below = quad(
        lambda t: float(shape([-math.tan(t)], 0.0, 1.0, mixing, tail)[0]) / math.cos(t) ** 2,
        *(0.0, 0.5 * math.pi),
        epsabs=1e-12,
    )[0]
    above = quad(
        lambda t: float(shape([math.tan(t)], 0.0, 1.0, mixing, tail)[0]) / math.cos(t) ** 2,
        *(0.0, 0.5 * math.pi),
        epsabs=1e-12,
        limit=400,
    )[0]
    assert below + above == pytest.approx(1.0, abs=1e-8)


@pytest.mark.parametrize("height", [0.0, 1e-8, 1e-3, 0.3, 5.0, 800.0])
def test_faddeeva_function_is_that_of_scipy(height: float) -> None:
    z = np.concatenate([np.linspace(-12.0, 12.0, 4001), [-1e4, 1e4, 1e7]]) + 1j * height
    assert np.max(np.abs(faddeeva(z) - wofz(z))) < 1e-13


@pytest.mark.parametrize("height", [4.0, 5.0, 8.0])
def test_continued_fraction_is_the_faddeeva_function(height: float) -> None:
    """`wofz` has 13 digits, of which the differences leave fewer."""
    z = np.linspace(-8.0, 8.0, 81) + 1j * height
    w, half_slope, unscaled = faddeeva_far(z)
    np.testing.assert_allclose(w, wofz(z), rtol=1e-13)
    np.testing.assert_allclose(half_slope, z * wofz(z) - 1j / math.sqrt(math.pi), atol=3e-13)
    np.testing.assert_allclose(unscaled, wofz(z) - 2.0 * z * half_slope, atol=3e-13)


@pytest.mark.parametrize("height", [15.0, 40.0, 900.0])
def test_faddeeva_function_far_off_is_that_of_scipy(height: float) -> None:
    """Its slope is that of the asymptotic series, DLMF 7.12.1, where that is exact."""
    z = np.linspace(-50.0, 50.0, 101) + 1j * height
    w, half_slope, unscaled = faddeeva_far(z)
    np.testing.assert_allclose(w, wofz(z), rtol=1e-13)
    inverse = 1.0 / (z * z)
    series = 1.0 + 1.5 * inverse + 3.75 * inverse**2 + 13.125 * inverse**3 + 59.0625 * inverse**4
    np.testing.assert_allclose(
        half_slope,
        0.5j / math.sqrt(math.pi) * inverse * series,
        rtol=1e-8 if height < 40 else 1e-12,
    )
    slopes = 1.0 + 3.0 * inverse + 11.25 * inverse**2 + 52.5 * inverse**3 + 295.3125 * inverse**4
    np.testing.assert_allclose(
        unscaled,
        -1j / math.sqrt(math.pi) * inverse / z * slopes,
        rtol=1e-7 if height < 40 else 1e-11,
    )


# CasaXPS -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["C_1s", "N_1s", "O_1s", "S_2p", "Si_2p"])
def test_la_is_that_of_casaxps(shared_data: Path, level: str) -> None:
    """Exported components, LA(1.53, 243), less the exported background."""
    path = shared_data / "casa_export" / f"20240220_Au_MPPipTFSI4AMSIol3_{level}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        *_, names = (row for row, _ in zip(csv.reader(file), range(4), strict=False))
        table = np.array([[float(cell) for cell in row if cell] for row in csv.reader(file)])
    energy, background = table[:, 0], table[:, names.index(f"Background_{names[0][3:]}")]
    for column in range(2, len(names) - 2):
        curve = table[:, column] - background
        peak = float(curve.max())

        def misfit(values: Floats, curve: Floats = curve, peak: float = peak) -> Floats:
            area, center, fwhm = values
            line = SHAPES["la-symmetric"](energy, center, fwhm, 1.53, 243.0)
            inside: Floats = np.where(curve > 0.0, area * line * fwhm - curve / peak, 0.0)
            return inside

        start = [1.2, float(energy[np.argmax(curve)]), 1.3]
        fit = least_squares(misfit, start, xtol=1e-12, ftol=1e-12, gtol=1e-12)
        assert np.max(np.abs(fit.fun)) < 1e-4
        assert 1.0 < fit.x[2] < 1.5
