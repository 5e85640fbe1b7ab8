"""Backgrounds computed from the data, against an independent Shirley and CasaXPS exports."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.truth import Truth, argyrodite, oxide
from xps.backgrounds import end_levels, linear, shirley
from xps.errors import BackgroundError

Floats = NDArray[np.float64]

CASA_EXPORTS = (
    "20240220_Au_MPPipTFSI4AMSIol3_S_2p.csv",
    "20240220_Au_MPPipTFSI4AMSIol3_O_1s.csv",
    "20240228_Au_Nadep_from_MPPipTFSI4AMSIol3_O_1s.csv",
    "20240220_Au_MPPipTFSI4AMSIol3_C_1s.csv",
    "20240220_Au_MPPipTFSI4AMSIol3_N_1s.csv",
    "20240220_Au_MPPipTFSI4AMSIol3_Si_2p.csv",
)


def plain_shirley(energy: Floats, curve: Floats, points: int) -> Floats:
    """The definition, point by point: B = low + step · (area below) / (whole area)."""
    low = sum(curve[:points]) / points
    high = sum(curve[-points:]) / points
    background = [float(low)] * len(curve)
    for _ in range(300):
        net = [y - b for y, b in zip(curve, background, strict=True)]
        below = [0.0]
        for i in range(1, len(curve)):
            width = energy[i] - energy[i - 1]
            below.append(below[-1] + width * (net[i] + net[i - 1]) / 2.0)
        new = [low + (high - low) * area / below[-1] for area in below]
        moved = max(abs(a - b) for a, b in zip(new, background, strict=True))
        background = new
        if moved < 1e-12 * abs(high - low):
            break
    return np.array(background)


@pytest.mark.parametrize("points", [1, 5, 9])
@pytest.mark.parametrize("truth", [argyrodite(), oxide()], ids=["S 2p", "O 1s"])
def test_shirley_is_the_plain_iteration(truth: Truth, points: int) -> None:
    counts = truth.counts(11)
    expected = plain_shirley(truth.energy, counts, points)
    found = shirley(truth.energy, counts, average_points=points)
    step = expected[-1] - expected[0]
    assert np.max(np.abs(found.background - expected)) < 1e-6 * step
    assert found.last_change < 1e-8


def test_shirley_holds_on_uneven_energies() -> None:
    truth = argyrodite()
    keep = np.random.default_rng(2).random(truth.energy.size) < 0.6
    energy, curve = truth.energy[keep], truth.expected()[keep]
    expected = plain_shirley(energy, curve, 5)
    np.testing.assert_allclose(shirley(energy, curve).background, expected, rtol=1e-7)


@pytest.mark.parametrize("name", CASA_EXPORTS)
def test_shirley_is_that_of_casaxps(shared_data: Path, name: str) -> None:
    """To 1e-4 of the step, or to the last digit that is printed where that is coarser."""
    for energy, curve, exported, first, last in _casa_regions(shared_data / "casa_export" / name):
        region = slice(first, last + 1)
        levels = _levels_around(curve, first, last)
        found = shirley(
            energy[region], curve[region], levels=levels, rule="casaxps", accept_falling=True
        )
        step = abs(levels[1] - levels[0])
        digit = 10.0 ** (math.floor(math.log10(levels[0])) - 5)
        allowed = max(1e-4 * step, digit)
        assert np.max(np.abs(found.background - exported[region])) < allowed
        assert allowed < 3e-4 * step


def test_linear_is_that_of_casaxps(shared_data: Path) -> None:
    path = shared_data / "casa_export" / "20240305_MPPipTFSIIol3_Na_1s.csv"
    ((energy, curve, exported, first, last),) = _casa_regions(path)
    region = slice(first, last + 1)
    levels = _levels_around(curve, first, last)
    # the file gives energies to 0.01 eV only
    even = energy[first] + 0.125 * np.arange(last + 1 - first)
    assert np.max(np.abs(even - energy[region])) < 0.01
    found = linear(even, curve[region], levels=levels)
    assert np.max(np.abs(found - exported[region])) < 1e-4 * abs(levels[1] - levels[0])


def _levels_around(curve: Floats, first: int, last: int) -> tuple[float, float]:
    low, high = (float(curve[end - 1 : end + 2].mean()) for end in (first, last))
    return low, high


def _casa_regions(path: Path) -> list[tuple[Floats, Floats, Floats, int, int]]:
    """Energies ascending, data, background, and the ends of each region.

    Outside its regions CasaXPS exports the data as their background.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    header = rows[3]
    background = next(i for i, name in enumerate(header) if name.startswith("Background"))
    table = np.array([[float(row[i]) for i in (0, 1, background)] for row in rows[4:] if row[0]])
    energy, curve, exported = table[::-1].T
    inside = np.flatnonzero(np.abs(curve - exported) > 1e-9)
    parts = np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1)
    return [(energy, curve, exported, int(part[0]), int(part[-1])) for part in parts]


def test_order_of_energies_does_not_matter() -> None:
    truth = argyrodite()
    counts = truth.counts(1)
    forward = shirley(truth.energy, counts).background
    backward = shirley(truth.energy[::-1], counts[::-1]).background
    np.testing.assert_allclose(backward[::-1], forward, rtol=1e-12)
    line = linear(truth.energy, counts)
    np.testing.assert_allclose(linear(truth.energy[::-1], counts[::-1])[::-1], line, rtol=1e-12)


@given(
    factor=st.floats(1e-6, 1e9),
    lift=st.floats(-1e3, 1e3),
    stretch=st.floats(0.1, 10.0),
)
def test_shirley_scales_with_the_data(factor: float, lift: float, stretch: float) -> None:
    truth = argyrodite(step=0.2)
    curve = truth.expected()
    plain = shirley(truth.energy, curve).background
    moved = shirley(stretch * truth.energy, factor * (curve + lift)).background
    np.testing.assert_allclose(moved / factor - lift, plain, rtol=0, atol=1e-5)


def test_shirley_rises_from_level_to_level() -> None:
    truth = argyrodite()
    curve = truth.expected()
    levels = (float(curve[0]), float(curve[-1]))
    background = shirley(truth.energy, curve, levels=levels).background
    assert background[0] == pytest.approx(levels[0])
    assert background[-1] == pytest.approx(levels[1])
    assert (np.diff(background) > -1e-9).all()


def test_linear_meets_the_levels_at_both_ends() -> None:
    energy = np.array([1.0, 2.0, 4.0, 8.0])
    np.testing.assert_allclose(
        linear(energy, [5.0, 0.0, 100.0, 12.0], average_points=1), [5.0, 6.0, 8.0, 12.0]
    )


@pytest.mark.parametrize("curve", [np.full(50, 7.0), np.linspace(90.0, 10.0, 50)])
def test_no_step_is_refused(curve: Floats) -> None:
    with pytest.raises(BackgroundError, match="no step"):
        shirley(np.arange(50.0), curve)


def test_flat_data_are_refused_even_where_falling_is_accepted() -> None:
    with pytest.raises(BackgroundError, match="no step"):
        shirley(np.arange(50.0), np.full(50, 7.0), accept_falling=True)


def test_no_signal_is_refused() -> None:
    curve = np.full(50, 10.0)
    curve[25:45] = 3.0
    curve[45:] = 11.0
    with pytest.raises(BackgroundError, match="no net signal"):
        shirley(np.arange(50.0), curve)


def test_iteration_that_does_not_end_is_refused() -> None:
    truth = argyrodite()
    with pytest.raises(BackgroundError, match="still moves"):
        shirley(truth.energy, truth.expected(), max_iterations=2)


@pytest.mark.parametrize("seed", range(40))
def test_noise_gives_a_finite_background_or_a_typed_error(seed: int) -> None:
    counts = np.random.default_rng(seed).poisson(100.0, 161).astype(float)
    try:
        background = shirley(np.arange(161.0), counts).background
    except BackgroundError:
        return
    assert np.isfinite(background).all()


@pytest.mark.parametrize("points", [0, 26, -1])
def test_averaging_more_points_than_there_are_is_refused(points: int) -> None:
    with pytest.raises(BackgroundError, match="points to average"):
        end_levels(np.arange(50.0), points)


@pytest.mark.parametrize(
    ("energy", "curve"),
    [([1.0, 2.0], [1.0, 2.0]), ([1.0, 2.0, 3.0], [1.0, 2.0]), ([[1.0], [2.0]], [[1.0], [2.0]])],
)
def test_arrays_that_do_not_match_are_refused(energy: object, curve: object) -> None:
    with pytest.raises(BackgroundError, match="energies and"):
        shirley(np.array(energy), np.array(curve))
