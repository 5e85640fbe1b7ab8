"""What the noise of the data gives away, and how seldom good data are blamed."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import xps
from tests.truth import argyrodite, oxide
from xps.checks import check
from xps.checks.noise import fast_scatter, fast_scatter_limits, noise_dependence
from xps.resources import resource
from xps.spectrum import Spectrum

Floats = np.ndarray

MOVING_AVERAGE = np.full(3, 1.0 / 3.0)
SAVITZKY_GOLAY = np.array([-3.0, 12.0, 17.0, 12.0, -3.0]) / 35.0
GENTLE = np.array([0.25, 0.5, 0.25])


def smoothed(spectrum: Spectrum, kernel: Floats) -> Spectrum:
    reach = kernel.size // 2
    padded = np.pad(spectrum.intensity, reach, mode="edge")
    return spectrum.with_(intensity=np.convolve(padded, kernel, mode="valid"))


def interpolated(spectrum: Spectrum) -> Spectrum:
    """The same spectrum on half the step."""
    n = spectrum.n_points
    energy = np.linspace(spectrum.energy_ev[0], spectrum.energy_ev[-1], 2 * n - 1)
    counts = np.interp(energy, spectrum.energy_ev, spectrum.intensity)
    return spectrum.with_(energy_ev=energy, intensity=counts)


def rules(spectrum: Spectrum, recipe: str = "argyrodite-s2p") -> set[str]:
    return {finding.rule for finding in check(xps.fit([spectrum], recipe))}


@pytest.mark.parametrize("kernel", [MOVING_AVERAGE, SAVITZKY_GOLAY, GENTLE], ids=str)
@pytest.mark.parametrize("counts", [1_000.0, 30_000.0])
def test_smoothed_data_are_told(kernel: Floats, counts: float) -> None:
    assert "smoothed" in rules(smoothed(argyrodite(counts, step=0.1).spectrum(3), kernel))


def test_smoothed_data_of_unknown_counts_are_told() -> None:
    raw = argyrodite(10_000.0, step=0.1).spectrum(3).with_(unit="arbitrary")
    assert "smoothed" in rules(smoothed(raw, SAVITZKY_GOLAY))
    assert "smoothed" not in rules(raw)


def test_interpolated_data_are_told() -> None:
    assert "smoothed" in rules(interpolated(argyrodite(10_000.0, step=0.1).spectrum(3)))


def test_data_added_up_are_not_smoothed() -> None:
    """Wider channels, of several scans, scatter as counts do."""
    raw = argyrodite(10_000.0, step=0.05).spectrum(3)
    summed = raw.intensity[: raw.n_points // 2 * 2].reshape(-1, 2).sum(axis=1)
    assert "smoothed" not in rules(raw.with_(energy_ev=raw.energy_ev[1::2], intensity=summed))


def test_misfit_is_not_taken_for_smoothing() -> None:
    """A peak that no component stands for makes residuals agree, but not their noise."""
    truth = argyrodite(30_000.0, step=0.1)
    spectrum = truth.spectrum(3)
    hidden = np.exp(-0.5 * ((spectrum.energy_ev - 164.9) / 0.5) ** 2)
    random = np.random.default_rng(8)
    spectrum = spectrum.with_(intensity=spectrum.intensity + random.poisson(2500.0 * hidden))
    found = rules(spectrum)
    assert "misfit" in found
    assert "smoothed" not in found


def _noise(seed: int, points: int, kernel: Floats | None = None) -> Floats:
    random = np.random.default_rng(seed)
    if kernel is None:
        return random.standard_normal(points)
    return np.convolve(random.standard_normal(points + kernel.size - 1), kernel, mode="valid")


@pytest.mark.parametrize("points", [80, 160, 400])
def test_independent_noise_is_as_that_of_counts(points: int) -> None:
    low, high = fast_scatter_limits(points)
    scatter = np.array([fast_scatter(_noise(seed, points)) for seed in range(4000)])
    assert abs(float(scatter.mean()) - 1.0) < 0.02
    assert np.count_nonzero((scatter < low) | (scatter > high)) <= 1
    for order in (2, 3):
        scores = [noise_dependence(_noise(seed, points), order) for seed in range(1000)]
        assert 1.8 < float(np.mean(scores)) < 4.0


@pytest.mark.parametrize("kernel", [MOVING_AVERAGE, SAVITZKY_GOLAY, GENTLE], ids=str)
def test_smoothed_noise_is_not(kernel: Floats) -> None:
    low, _ = fast_scatter_limits(160)
    noise = [_noise(seed, 160, kernel) for seed in range(200)]
    assert sum(fast_scatter(x) < low for x in noise) >= 198
    assert sum(noise_dependence(x, 2) > 80.0 for x in noise) >= 195


def test_a_smooth_misfit_does_not_count_as_noise() -> None:
    """Ten standard deviations high, and one width of ten channels."""
    misfit = 10.0 * np.exp(-(((np.arange(160) - 80.0) / 6.0) ** 2))
    low, high = fast_scatter_limits(160)
    scatter = [fast_scatter(_noise(seed, 160) + misfit) for seed in range(50)]
    assert all(low < value < high for value in scatter)


def test_a_flat_residual_depends_on_nothing() -> None:
    assert noise_dependence(np.zeros(80), 2) == 0.0


@pytest.mark.parametrize("factor", [3.0, 5.0])
def test_counts_that_were_scaled_up_are_too_rough(factor: float) -> None:
    raw = argyrodite(3_000.0, step=0.1).spectrum(3)
    found = rules(raw.with_(intensity=factor * raw.intensity))
    assert "too-rough" in found
    assert "smoothed" not in found


def test_counts_that_were_scaled_down_scatter_too_little() -> None:
    raw = argyrodite(30_000.0, step=0.1).spectrum(3)
    found = rules(raw.with_(intensity=0.1 * raw.intensity))
    assert {"smoothed", "too-smooth"} <= found
    assert "too-rough" not in found


@pytest.mark.parametrize("recipe", ["argyrodite-s2p", "ncm-o1s"])
def test_good_spectra_are_not_blamed(recipe: str) -> None:
    """No finding at all on 40 spectra of each recipe, at 3,000 to 100,000 counts."""
    make = argyrodite if recipe == "argyrodite-s2p" else oxide
    found: Counter[str] = Counter()
    for seed in range(40):
        counts = (3_000.0, 10_000.0, 30_000.0, 100_000.0)[seed % 4]
        result = xps.fit([make(counts, step=0.1).spectrum(seed)], recipe)
        found.update(finding.rule for finding in check(result))
    assert not found


def test_weak_spectra_are_only_called_weak() -> None:
    found: Counter[str] = Counter()
    for seed in range(12):
        result = xps.fit([argyrodite(300.0, step=0.1).spectrum(seed)], "argyrodite-s2p")
        found.update(finding.rule for finding in check(result))
    assert set(found) <= {"not-significant", "at-bound"}


def test_shipped_example_has_one_spot_and_no_other_fault() -> None:
    files = ("bare-ncm-simulated.vms", "ald5-ncm-simulated.vms")
    spectra = [s for name in files for s in xps.read(resource("samples", name))]
    (finding,) = check(xps.fit(spectra, "cathode"))
    assert finding.rule == "one-spot"
