"""The argyrodite recipe on 400 simulated spectra of known truth, and what must not matter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

import xps
from tests.truth import ARGYRODITE_SHARES, argyrodite
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]

SEEDS = range(400)
SPECIES = tuple(ARGYRODITE_SHARES)
RECIPE = "argyrodite-s2p"


@dataclass(frozen=True)
class Ensemble:
    """Fits of many measurements of one truth; arrays of shape (fits, species)."""

    true_areas: Floats
    areas: Floats
    area_errors: Floats
    true_shares: Floats
    shares: Floats
    share_errors: Floats
    shifts: Floats
    shift_errors: Floats
    reduced_chi2: Floats
    failures: int


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    truth = argyrodite(10_000.0)
    rows, failures = [], 0
    for seed in SEEDS:
        result = xps.fit([truth.spectrum(seed)], RECIPE)
        failures += not result.success
        if result.success:
            rows.append(result.to_dict()["regions"][0])
    assert [c["id"] for c in rows[0]["components"]] == list(SPECIES)

    def column(name: str) -> Floats:
        return np.array([[c[name] for c in row["components"]] for row in rows])

    return Ensemble(
        truth.areas,
        column("area"),
        column("area_stderr"),
        truth.areas / truth.areas.sum(),
        column("share"),
        column("share_stderr"),
        np.array([row["charge_shift_ev"] for row in rows]),
        np.array([row["charge_shift_stderr"] for row in rows]),
        np.array([row["reduced_chi2"] for row in rows]),
        failures,
    )


def test_every_fit_succeeds(ensemble: Ensemble) -> None:
    assert ensemble.failures == 0


@pytest.mark.parametrize("index", range(5), ids=SPECIES)
def test_area_is_unbiased(ensemble: Ensemble, index: int) -> None:
    bias = np.median(ensemble.areas[:, index]) / ensemble.true_areas[index] - 1.0
    assert abs(bias) < 0.03


@pytest.mark.parametrize("index", range(5), ids=SPECIES)
def test_share_is_unbiased(ensemble: Ensemble, index: int) -> None:
    bias = np.median(ensemble.shares[:, index]) / ensemble.true_shares[index] - 1.0
    assert abs(bias) < 0.03


@pytest.mark.parametrize("index", range(5), ids=SPECIES)
def test_area_error_is_the_true_scatter(ensemble: Ensemble, index: int) -> None:
    scatter = ensemble.areas[:, index].std(ddof=1)
    assert 0.85 < np.median(ensemble.area_errors[:, index]) / scatter < 1.15


@pytest.mark.parametrize("index", range(5), ids=SPECIES)
def test_share_error_is_the_true_scatter(ensemble: Ensemble, index: int) -> None:
    scatter = ensemble.shares[:, index].std(ddof=1)
    assert 0.85 < np.median(ensemble.share_errors[:, index]) / scatter < 1.15


@pytest.mark.parametrize("index", range(5), ids=SPECIES)
def test_one_sigma_covers_two_thirds(ensemble: Ensemble, index: int) -> None:
    off = np.abs(ensemble.areas[:, index] - ensemble.true_areas[index])
    covered = np.mean(off < ensemble.area_errors[:, index])
    assert 0.60 < covered < 0.76  # 0.683 ± 3 times 0.023


def test_charge_shift_is_found_with_its_error(ensemble: Ensemble) -> None:
    assert abs(np.mean(ensemble.shifts)) < 0.001
    assert 0.85 < np.median(ensemble.shift_errors) / ensemble.shifts.std(ddof=1) < 1.15


def test_reduced_chi2_is_one(ensemble: Ensemble) -> None:
    assert abs(np.mean(ensemble.reduced_chi2) - 1.0) < 0.02


# What must not matter ---------------------------------------------------------------------------


def _numbers(spectrum: Spectrum) -> Floats:
    region = xps.fit([spectrum], RECIPE).to_dict()["regions"][0]
    assert region["success"], region["message"]
    names = ("area", "area_stderr", "center_ev", "center_stderr", "fwhm_ev", "share_stderr")
    components = [[c[name] for name in names] for c in region["components"]]
    return np.array(
        [*np.ravel(components), region["charge_shift_ev"], region["charge_shift_stderr"]]
    )


@pytest.fixture(scope="module")
def measured() -> Spectrum:
    return argyrodite(10_000.0, step=0.1).spectrum(7)


@pytest.fixture(scope="module")
def numbers(measured: Spectrum) -> Floats:
    return _numbers(measured)


def test_order_of_energies_does_not_matter(measured: Spectrum, numbers: Floats) -> None:
    turned = measured.with_(energy_ev=measured.energy_ev[::-1], intensity=measured.intensity[::-1])
    np.testing.assert_allclose(_numbers(turned), numbers, rtol=1e-6, atol=1e-9)


def test_counts_per_second_do_not_matter(measured: Spectrum, numbers: Floats) -> None:
    live = 0.1 * 10.0
    rate = measured.with_(intensity=measured.intensity / live, unit="counts/s")
    np.testing.assert_allclose(_numbers(rate), numbers, rtol=1e-6, atol=1e-9)


def test_area_is_per_second_of_live_time(measured: Spectrum, numbers: Floats) -> None:
    longer = measured.with_(dwell_s=0.4)
    scale = np.ones((5, 6))
    scale[:, :2] = 0.25
    np.testing.assert_allclose(
        _numbers(longer), numbers * np.append(scale.ravel(), (1.0, 1.0)), rtol=1e-6, atol=1e-9
    )


def test_kinetic_energies_do_not_matter(measured: Spectrum, numbers: Floats) -> None:
    kinetic = measured.with_(energy_ev=1486.6 - measured.energy_ev, axis="kinetic")
    np.testing.assert_allclose(_numbers(kinetic), numbers, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("shift", [-2.5, 2.5])
def test_charging_is_found_and_changes_nothing_else(
    measured: Spectrum, numbers: Floats, shift: float
) -> None:
    charged = measured.with_(energy_ev=measured.energy_ev + shift)
    expected = numbers.copy()
    expected[-2] -= shift
    np.testing.assert_allclose(_numbers(charged), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("factor", [1e-4, 1.0, 1e4])
def test_unit_of_unknown_counts_does_not_matter(factor: float) -> None:
    spectrum = argyrodite(1000.0, step=0.1).spectrum(3, unit="arbitrary")
    known = _numbers(spectrum)
    scaled = _numbers(spectrum.with_(intensity=factor * spectrum.intensity))
    scale = np.ones((5, 6))
    scale[:, :2] = factor
    np.testing.assert_allclose(
        scaled, known * np.append(scale.ravel(), (1.0, 1.0)), rtol=1e-5, atol=1e-7
    )


def test_unknown_counts_give_the_same_answer_with_errors_from_the_residuals() -> None:
    truth = argyrodite(1000.0, step=0.05)
    counted = _numbers(truth.spectrum(5))[:-2].reshape(5, 6)
    unknown = _numbers(truth.spectrum(5, unit="arbitrary"))[:-2].reshape(5, 6)
    area_error = counted[:, 1]
    assert (np.abs(unknown[:, 0] - counted[:, 0]) < 0.3 * area_error).all()
    np.testing.assert_allclose(unknown[:, 1], area_error, rtol=0.25)
