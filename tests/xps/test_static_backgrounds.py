"""Tougaard and smart backgrounds, CasaXPS's curves, and all static kinds called in one way."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import xps
from tests.truth import argyrodite
from xps.backgrounds import STATIC, casaxps_levels, shirley, smart, tougaard
from xps.errors import BackgroundError
from xps.losses import LOSSES, LossFunction

Floats = NDArray[np.float64]


def plain_tougaard(energy: Floats, curve: Floats, points: int) -> Floats:
    """U2 by loops: the measured curve above its low end, folded and scaled to the high end."""
    low, high = curve[:points].mean(), curve[-points:].mean()
    lost = []
    for i, at in enumerate(energy):
        terms = [
            (curve[j] - low) * (at - energy[j]) / (1643.0 + (at - energy[j]) ** 2) ** 2
            for j in range(i + 1)
        ]
        pairs = zip(terms[1:], terms[:-1], np.diff(energy[: i + 1]), strict=True)
        lost.append(sum(0.5 * (a + b) * width for a, b, width in pairs))
    return low + (high - low) * np.array(lost) / lost[-1]


@pytest.mark.parametrize("points", [1, 5])
def test_tougaard_is_the_plain_convolution(points: int) -> None:
    truth = argyrodite(step=0.1)
    counts = truth.counts(3)
    expected = plain_tougaard(truth.energy, counts, points)
    found = tougaard(truth.energy, counts, LOSSES["u2"], average_points=points)
    assert np.max(np.abs(found.background - expected)) < 1e-4 * (expected[-1] - expected[0])
    assert found.amplitude > 0.0


def test_tougaard_does_not_mind_the_unit_of_the_intensity() -> None:
    truth = argyrodite(step=0.1)
    curve = truth.expected()
    plain = tougaard(truth.energy, curve, LOSSES["u3-al"])
    moved = tougaard(truth.energy, 7.0 * curve + 30.0, LOSSES["u3-al"])
    np.testing.assert_allclose(moved.background, 7.0 * plain.background + 30.0, rtol=1e-10)
    assert moved.amplitude == pytest.approx(plain.amplitude)


def test_tougaard_u3_is_the_curve_that_casaxps_exports(shared_data: Path) -> None:
    energy, curve, exported = _casa_columns(
        shared_data / "casa_export" / "FeO_analyzed_lineshapes_cols.txt"
    )
    window = (699.8468, 749.0892)
    inside = (energy >= window[0]) & (energy <= window[1])
    # as stored in the region: B already scaled, and a band gap T0 of 3 eV
    loss = LossFunction("casa", "casa", 335.44588, 551.0, 436.0, "CasaXPS", gap_ev=3.0)
    levels = casaxps_levels(energy, curve, window, 2)
    found = tougaard(energy[inside], curve[inside], loss, levels=levels)
    spread = np.ptp(curve[inside])
    assert np.max(np.abs(found.background - exported[inside])) < 3e-4 * spread
    assert found.amplitude == pytest.approx(1.0, abs=3e-4)


def _casa_columns(path: Path) -> tuple[Floats, Floats, Floats]:
    """Ascending binding energies, counts/s, and the background."""
    lines = path.read_text(encoding="latin-1").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("K.E."))
    header = lines[start].split("\t")
    columns = [header.index("B.E."), header.index("CPS"), header.index("Background CPS")]
    rows = [line.split("\t") for line in lines[start + 1 :] if line.strip()]
    table = np.array([[float(row[i]) for i in columns] for row in rows])
    energy, curve, background = table[::-1].T
    return energy, curve, background


@pytest.mark.parametrize("block", [7, 16, 25])
def test_tougaard_u2_has_the_amplitude_that_casaxps_stores(shared_data: Path, block: int) -> None:
    name = "casa_vms/MoS2_WS2_assigned_A.vms"
    blocks = json.loads((shared_data / "casa_reference.json").read_text(encoding="utf-8"))
    stored = next(b for b in blocks if (b["file"], b["block"]) == (name, block))
    region = stored["regions"][0]
    b, c = region["cross_section"][:2]
    spectrum = xps.read(shared_data / name)[block]
    assert spectrum.binding_energy_ev is not None
    energy = spectrum.binding_energy_ev + stored["calib_shift_eV"]
    curve = np.asarray(spectrum.intensity) / (stored["dwell_s"] * stored["scans"])
    window = tuple(region["be_window"])
    inside = (energy >= window[0]) & (energy <= window[1])
    levels = casaxps_levels(energy, curve, window, round(region["avg_width"]))
    loss = LossFunction("casa", "casa", b, -c, None, "CasaXPS")
    found = tougaard(energy[inside], curve[inside], loss, levels=levels)
    wrong = abs(found.amplitude - 1.0) * (levels[1] - levels[0])
    assert wrong < 1e-4 * np.ptp(curve[inside])


def valley(fall: float = 0.06, k: float = 0.25) -> tuple[Floats, Floats]:
    """A background that falls before the peaks rise: the Shirley background lies above it."""
    truth = argyrodite(step=0.1)
    truth = replace(truth, slope=-fall * truth.offset, k=k)
    return truth.energy, truth.expected()


def test_smart_is_the_shirley_background_where_that_lies_below_the_data() -> None:
    truth = argyrodite(step=0.1)
    truth = replace(truth, slope=0.0)
    same = 0
    for seed in range(40):
        counts = truth.counts(seed)
        plain = shirley(truth.energy, counts).background
        same += np.allclose(smart(truth.energy, counts), plain, rtol=1e-6)
    assert same >= 30


def test_smart_is_nowhere_above_data_that_shirley_exceeds() -> None:
    energy, curve = valley()
    plain, lowered = shirley(energy, curve).background, smart(energy, curve)
    running = np.convolve(np.pad(curve, 2, mode="edge"), np.full(5, 0.2), mode="valid")
    assert (plain - running).max() > 0.02 * curve.min()
    assert (lowered[2:-2] <= running[2:-2] * (1.0 + 1e-3)).all()


def test_smart_is_above_noisy_data_by_no_more_than_their_noise() -> None:
    energy, curve = valley()
    inner = slice(2, -2)
    for seed in range(20):
        counts = np.random.default_rng(seed).poisson(curve).astype(float)
        running = np.convolve(counts, np.full(5, 0.2), mode="valid")
        sigma = np.sqrt(curve[inner] / 5.0)
        excess = (smart(energy, counts)[inner] - running) / sigma
        assert excess.max() < 4.0  # three of the noise as it is found in the data
        assert ((shirley(energy, counts).background[inner] - running) / sigma).max() > 4.0


def test_smart_refuses_what_shirley_refuses() -> None:
    energy = np.arange(50.0)
    with pytest.raises(BackgroundError, match="no step"):
        smart(energy, 100.0 - energy)
    with pytest.raises(BackgroundError, match="no net signal"):
        smart(energy, np.where(energy < 45, 10.0 - 0.0 * energy, 20.0) - (energy == 20) * 9000.0)


def test_smart_and_tougaard_say_that_they_do_not_converge_or_see_nothing() -> None:
    energy, curve = valley()
    with pytest.raises(BackgroundError, match="still moves"):
        smart(energy, curve, max_iterations=2)
    dip = np.where((energy > 160.0) & (energy < 165.0), 0.0, 100.0 + energy - 157.0)
    with pytest.raises(BackgroundError, match="no net signal"):
        tougaard(energy, dip, LOSSES["u2"])


def test_casaxps_levels_average_about_the_ends_also_outside_the_window() -> None:
    energy, curve = np.arange(10.0), np.arange(10.0) ** 2
    expected = ((1 + 4 + 9) / 3, (49 + 64 + 81) / 3)
    assert casaxps_levels(energy, curve, (1.5, 8.5), 2) == pytest.approx(expected)
    assert casaxps_levels(energy[::-1], curve[::-1], (1.5, 8.5), 2) == pytest.approx(expected)
    assert casaxps_levels(energy, curve, (0.0, 9.0), 1) == (0.0, 81.0)
    with pytest.raises(BackgroundError, match="no levels"):
        casaxps_levels(energy, curve, (20.0, 30.0), 2)


def test_every_kind_of_the_library_is_there() -> None:
    assert list(STATIC) == [
        "shirley",
        "shirley-casaxps",
        "linear",
        "smart",
        "tougaard-u2",
        "tougaard-u3-polymer",
        "tougaard-u3-sio2",
        "tougaard-u3-si",
        "tougaard-u3-ge",
        "tougaard-u3-al",
    ]
    assert all(kind == static.kind and static.caution for kind, static in STATIC.items())


@pytest.mark.parametrize("kind", STATIC)
def test_every_kind_meets_its_levels_in_either_order(kind: str) -> None:
    truth = argyrodite(step=0.1)
    energy, curve = truth.energy, truth.expected()
    for levels in (None, (float(curve[0]), float(curve[-1]))):
        ends = levels or (curve[:7].mean(), curve[-7:].mean())
        found = STATIC[kind].curve(energy, curve, average_points=7, levels=levels)
        assert found.shape == energy.shape
        assert found[0] == pytest.approx(ends[0], rel=1e-3)
        assert found[-1] == pytest.approx(ends[1], rel=1e-3)
        back = STATIC[kind].curve(energy[::-1], curve[::-1], average_points=7, levels=levels)
        np.testing.assert_allclose(back[::-1], found, rtol=1e-9)


@pytest.mark.parametrize("kind", [kind for kind in STATIC if kind != "linear"])
def test_only_linear_and_casaxps_accept_a_falling_level(kind: str) -> None:
    truth = argyrodite(step=0.1)
    curve = truth.expected()
    falling = curve - 1.5 * (curve[-1] - curve[0]) * (truth.energy - truth.low) / 16.0
    if kind == "shirley-casaxps":
        assert np.isfinite(STATIC[kind].curve(truth.energy, falling)).all()
    else:
        with pytest.raises(BackgroundError, match="no step"):
            STATIC[kind].curve(truth.energy, falling)
