"""What holds for every line shape, whatever its parameters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar

from xps.lineshapes import SHAPES, Profile, Shape

Floats = NDArray[np.float64]

kinds = st.sampled_from(tuple(SHAPES))
widths = st.floats(0.2, 5.0)
# Tables are kept for each set of numbers: a few sets make fast tests.
fractions = st.lists(st.sampled_from([0.1, 0.35, 0.6, 0.85]), min_size=4, max_size=4)


def numbers(shape: Shape, parts: list[float]) -> tuple[float, ...]:
    """Parameters at these fractions of what is typical."""
    bounds = [parameter.typical for parameter in shape.parameters]
    return tuple(
        low + part * (high - low) for (low, high), part in zip(bounds, parts, strict=False)
    )


def curves(profile: Profile) -> tuple[Floats, ...]:
    return (profile.density, profile.d_center, profile.d_fwhm, *profile.d_parameters)


def infinite_integral(shape: Shape, fwhm: float, values: tuple[float, ...]) -> float:
    """Gauss-Legendre panels in t, E = fwhm · sinh t, up to 1e15 widths."""
    nodes, weights = np.polynomial.legendre.leggauss(20)
    edges = np.linspace(-35.0, 35.0, 281)
    half = 0.5 * (edges[1] - edges[0])
    t = (0.5 * (edges[1:] + edges[:-1])[:, None] + half * nodes).ravel()
    jacobian = fwhm * np.cosh(t) * np.tile(half * weights, edges.size - 1)
    return float(shape(fwhm * np.sinh(t), 0.0, fwhm, *values) @ jacobian)


@settings(deadline=None)
@given(kinds.filter(lambda kind: kind != "doniach-sunjic"), widths, fractions)
def test_area_over_all_energies_is_one(kind: str, fwhm: float, parts: list[float]) -> None:
    shape = SHAPES[kind]
    assert infinite_integral(shape, fwhm, numbers(shape, parts)) == pytest.approx(1.0, abs=1e-8)


@settings(deadline=None)
@given(kinds, widths, fractions)
def test_fwhm_is_the_true_width_of_the_curve(kind: str, fwhm: float, parts: list[float]) -> None:
    shape = SHAPES[kind]
    values = numbers(shape, parts)

    def height(energy: float) -> float:
        return float(shape([energy], 0.0, fwhm, *values)[0])

    energies = np.linspace(-1.5 * fwhm, 1.5 * fwhm, 301)
    guess = float(energies[np.argmax(shape(energies, 0.0, fwhm, *values))])
    near = (guess - 0.02 * fwhm, guess + 0.02 * fwhm)
    top = minimize_scalar(lambda e: -height(e), bounds=near, method="bounded").x
    half = 0.5 * height(top)
    left, right = (
        brentq(lambda e: height(e) - half, *sorted((top, top + side * 1.5 * fwhm)), xtol=1e-13)
        for side in (-1.0, 1.0)
    )
    assert right - left == pytest.approx(fwhm, rel=1e-7)


@settings(deadline=None)
@given(kinds, st.floats(-5.0, 5.0), widths, fractions)
def test_derivatives_are_those_of_the_curve(
    kind: str, center: float, fwhm: float, parts: list[float]
) -> None:
    """Central differences, whose error falls with the sixth power of the step."""
    shape = SHAPES[kind]
    arguments = [center, fwhm, *numbers(shape, parts)]
    energy = center + fwhm * np.linspace(-6.0, 6.0, 40)  # the slope of a tail bends at the center
    profile = shape.profile(energy, center, fwhm, tuple(arguments[2:]))
    scales = [fwhm, fwhm, *(p.typical[1] - p.typical[0] for p in shape.parameters)]
    for index, derivative in enumerate(curves(profile)[1:]):

        def difference(step: float, index: int = index) -> Floats:
            up, down = list(arguments), list(arguments)
            up[index] += step
            down[index] -= step
            slope: Floats = (shape(energy, *up) - shape(energy, *down)) / (2.0 * step)
            return slope

        step = 4e-3 * scales[index]
        numeric = (
            64.0 * difference(step / 4) - 20.0 * difference(step / 2) + difference(step)
        ) / 45
        scale = np.max(np.abs(derivative)) + 1e-2 / (fwhm * scales[index])
        assert np.max(np.abs(derivative[0] - numeric)) < 1e-6 * scale


@settings(deadline=None)
@given(kinds, widths, fractions)
def test_lines_of_many_spectra_are_those_one_by_one(
    kind: str, fwhm: float, parts: list[float]
) -> None:
    shape = SHAPES[kind]
    energy = np.array([-7.0, -2.5, -0.1, 0.0, 0.2, 1.0, 1.1, 6.0])
    centers = np.array([[-1.0, 0.3, 0.0], [0.1, 2.0, -0.4]])
    factors = np.array([[1.0, 1.2, 0.8], [1.0, 2.0, 1.0]])
    values = numbers(shape, parts)
    pulls = np.array([[1.0, 1.0, 0.98], [0.99, 1.0, 1.0]])  # some lines share their parameters
    together = shape.profile(energy, centers, fwhm * factors, tuple(v * pulls for v in values))
    for place in np.ndindex(centers.shape):
        own = tuple(value * pulls[place] for value in values)
        alone = shape.profile(energy, centers[place], fwhm * factors[place], own)
        for many, one in zip(curves(together), curves(alone), strict=True):
            atol = 1e-9 * float(np.abs(one).max())  # tables of another reach
            np.testing.assert_allclose(many[place], one[0], rtol=1e-9, atol=atol)


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("end", [0, 1])
def test_ends_of_the_ranges_are_finite(kind: str, end: int) -> None:
    shape = SHAPES[kind]
    values = tuple((p.low, p.high)[end] for p in shape.parameters)
    energy = np.array([-1e4, -3.0, -0.7, 0.0, 1e-9, 0.1, 2.0, 1e4])
    for curve in curves(shape.profile(energy, 0.0, 0.3, values)):
        assert np.isfinite(curve).all()


@pytest.mark.parametrize(
    ("kind", "values", "index"),
    [
        (kind, tuple(p.default for p in shape.parameters), index)
        for kind, shape in SHAPES.items()
        for index in range(len(shape.parameters))
    ],
)
def test_curves_reach_the_low_ends_of_the_ranges_without_a_jump(
    kind: str, values: tuple[float, ...], index: int
) -> None:
    shape = SHAPES[kind]
    low = shape.parameters[index].low
    energy = np.linspace(-4.0, 4.0, 81)
    at_end = [*values[:index], low, *values[index + 1 :]]
    beside = [*values[:index], low + 1e-7, *values[index + 1 :]]
    change = shape(energy, 0.1, 1.2, *beside) - shape(energy, 0.1, 1.2, *at_end)
    # at its least power, 0.51, the area of LA grows as 1/(power − ½)
    assert np.max(np.abs(change)) < 2e-6


@pytest.mark.parametrize("kind", SHAPES)
def test_defaults_lie_within_what_is_typical_and_allowed(kind: str) -> None:
    for parameter in SHAPES[kind].parameters:
        low, high = parameter.typical
        assert parameter.low <= low <= parameter.default <= high <= parameter.high
        assert parameter.meaning


@pytest.mark.parametrize("kind", ["la", "lf", "doniach-sunjic", "exponential-tail"])
def test_tail_lies_at_high_binding_energy(kind: str) -> None:
    values = {"la": (0.8, 3.0, 50.0), "lf": (0.8, 3.0, 0.05, 50.0)}
    others = {"doniach-sunjic": (0.2, 50.0), "exponential-tail": (0.3, 2.0)}
    above, below = SHAPES[kind]([103.0, 97.0], 100.0, 1.0, *(values | others)[kind])
    assert above > 3.0 * below


@pytest.mark.parametrize("kind", SHAPES)
def test_one_point_at_the_center_is_that_of_many(kind: str) -> None:
    values = tuple(parameter.default for parameter in SHAPES[kind].parameters)
    (alone,) = SHAPES[kind]([100.0], 100.0, 1.0, *values)
    among = SHAPES[kind](np.linspace(90.0, 110.0, 5), 100.0, 1.0, *values)[2]
    assert alone == pytest.approx(among, rel=1e-8)


def test_wrong_number_of_parameters_is_refused() -> None:
    with pytest.raises(ValueError, match="la takes as parameters: alpha, beta, gauss; got 1"):
        SHAPES["la"].profile([0.0], 0.0, 1.0, (1.5,))
    with pytest.raises(ValueError, match="gaussian takes as parameters: none; got 1"):
        SHAPES["gaussian"].profile([0.0], 0.0, 1.0, (0.3,))
