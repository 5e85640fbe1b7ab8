"""Repeated measurements: counts, scaled counts, smoothed counts, and spectra that change."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

import xps
from tests.truth import Truth, argyrodite
from xps.checks import check
from xps.errors import SpectrumError
from xps.project import Project
from xps.replicates import UNLIKELY, Dispersion, dispersion, repeated
from xps.spectrum import Spectrum

TRUTH = argyrodite(1000.0, step=0.1)


def sweeps(seed: int, count: int = 4, truth: Truth = TRUTH) -> list[Spectrum]:
    """Each of another intensity: the source drifts."""
    return [
        truth.scaled(1.0 + 0.07 * number).spectrum(1000 * seed + number, name=f"sweep {number}")
        for number in range(count)
    ]


def changed(spectra: list[Spectrum], change: object) -> list[Spectrum]:
    return [spectrum.with_(intensity=change(spectrum.intensity)) for spectrum in spectra]


@pytest.mark.parametrize(
    ("count", "tallest"), [(2, 1000.0), (3, 30.0), (6, 2.0)], ids=["two", "weak", "almost nothing"]
)
def test_false_alarms_are_rare(count: int, tallest: float) -> None:
    truth = argyrodite(tallest, step=0.05)
    found = [dispersion(sweeps(seed, count, truth)) for seed in range(200)]
    alarms = sum(d.verdict != "poisson" or d.changed for d in found)
    assert alarms <= binom.ppf(0.999, len(found), 2.0 * UNLIKELY)
    p_values = np.array([d.p_value for d in found])
    assert np.mean(p_values < 0.1) <= binom.ppf(0.999, p_values.size, 0.1) / p_values.size
    covered = sum(d.interval_95[0] < 1.0 < d.interval_95[1] for d in found)
    assert covered >= binom.ppf(0.001, len(found), 0.95)


@pytest.mark.parametrize("factor", [0.25, 1.5, 4.0])
def test_scaled_counts_are_found_with_their_factor(factor: float) -> None:
    found = dispersion(changed(sweeps(1), lambda counts: factor * counts))
    low, high = found.interval_95
    assert low < factor < high
    assert found.verdict == ("over-dispersed" if factor > 1.0 else "under-dispersed")
    assert not found.changed


def test_smoothed_counts_scatter_too_little() -> None:
    kernel = np.array([0.25, 0.5, 0.25])
    smoothed = changed(sweeps(2), lambda counts: np.convolve(counts, kernel, mode="same"))
    cut = [s.with_(energy_ev=s.energy_ev[1:-1], intensity=s.intensity[1:-1]) for s in smoothed]
    found = dispersion(cut)
    assert found.verdict == "under-dispersed"
    assert found.interval_95[1] < 0.5
    assert not found.changed


def test_growing_component_is_a_change_and_no_noise() -> None:
    spectra = [
        TRUTH.with_area("sulfate", TRUTH.areas[4] * (1.0 + growth)).spectrum(seed)
        for seed, growth in enumerate((0.0, 0.5, 1.0, 1.5))
    ]
    found = dispersion(spectra)
    assert found.changed
    assert found.verdict == "poisson"


@pytest.mark.parametrize(
    ("spectra", "reason"),
    [
        (sweeps(1, 1), "nothing to compare"),
        ([], "nothing to compare"),
        ([s.with_(unit="arbitrary") for s in sweeps(1)], "counts are unknown"),
        ([TRUTH.spectrum(1), argyrodite(1000.0, step=0.2).spectrum(1)], "energies differ"),
        (changed(sweeps(1), lambda counts: counts - 1e4), "negative counts"),
        (changed(sweeps(1), lambda counts: 0.0 * counts), "too few counts"),
    ],
)
def test_what_cannot_be_compared_is_told(spectra: list[Spectrum], reason: str) -> None:
    with pytest.raises(SpectrumError, match=reason):
        dispersion(spectra)


def test_repetitions_are_told_from_series_and_copies() -> None:
    first, second, third = sweeps(3, 3)
    assert [len(group) for group in repeated([first, second, third])] == [3]
    assert repeated([first, first.with_(name="copy")]) == []
    assert repeated([first, second.with_(sample="other")]) == []
    assert repeated([first, second.with_(unit="arbitrary")]) == []
    loops = [s.with_(series=(("Loop", float(i)),)) for i, s in enumerate((first, second))]
    assert [len(group) for group in repeated(loops)] == [2]
    angles = [
        s.with_(series=(("Angle / degree", float(i)),)) for i, s in enumerate((first, second))
    ]
    assert repeated(angles) == []


# Findings -----------------------------------------------------------------------------------------


def rules(spectra: list[Spectrum]) -> list[str]:
    found = check(Project().with_spectra(tuple(spectra)))
    assert all(finding.remedy and finding.citation and finding.where for finding in found)
    return [finding.rule for finding in found]


def test_check_says_what_repeated_measurements_show() -> None:
    assert rules(sweeps(4)) == []
    assert rules(sweeps(4, 1)) == []
    scaled = changed(sweeps(4), lambda counts: 3.0 * counts)
    assert rules(scaled) == ["replicates-over-dispersed"]
    averaged = changed(sweeps(4), lambda counts: counts / 5.0)
    assert rules(averaged) == ["replicates-under-dispersed"]
    areas = enumerate((500.0, 1500.0))
    grown = [TRUTH.with_area("ps4", area).spectrum(seed) for seed, area in areas]
    assert rules(grown) == ["replicates-change"]


def test_check_of_fits_holds_them_too() -> None:
    scaled = changed(sweeps(6, 2), lambda counts: 3.0 * counts)
    result = xps.fit(scaled, "argyrodite-s2p")
    assert "replicates-over-dispersed" in {finding.rule for finding in check(result)}


def test_dispersion_is_plain_data() -> None:
    found = dispersion(sweeps(7))
    assert isinstance(found, Dispersion)
    assert (found.spectra, found.channels) == (4, TRUTH.energy.size)
