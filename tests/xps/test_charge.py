"""Charge references: the shift is found, kept, and refused where it cannot be known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import xps
from benchmarks.truth.spectra import TIGHT, drawn_from_expectations, random_of, truth_in
from tests.truth import Truth, argyrodite, oxide
from xps.analysis import apply_recipe, fit_project
from xps.charge import find_shifts
from xps.errors import FitError
from xps.model import Region
from xps.project import ChargeReference, Project
from xps.recipe import load_recipe
from xps.result import FitResult
from xps.spectrum import Spectrum

RECIPE = load_recipe("argyrodite-s2p")


def charged(truth: Truth, shift: float, seed: int = 0, **changes: object) -> Spectrum:
    spectrum = truth.spectrum(seed, **changes)
    return spectrum.with_(energy_ev=spectrum.energy_ev + shift)


def shift_of(result: FitResult) -> float:
    assert not result.failures
    return result.regions[0].charge_shift_ev


@pytest.mark.parametrize("tallest", [300.0, 1e6])
@pytest.mark.parametrize("shift", [-2.9, -1.5, -0.3, 0.0, 1.3, 2.9])
def test_any_shift_within_reach_is_found(shift: float, tallest: float) -> None:
    """Shifts by the distance of two components are the ones to mistake."""
    result = xps.fit([charged(argyrodite(tallest, step=0.1), shift)], RECIPE)
    error = result.regions[0].charge_shift_stderr
    assert error is not None
    assert abs(shift_of(result) + shift) < 4.0 * error
    ps4 = result.regions[0].region.component("ps4")
    assert ps4.center.value == pytest.approx(161.6, abs=0.005)


@pytest.mark.parametrize("seed", range(12))
def test_weak_spectrum_is_not_taken_for_another_species(seed: int) -> None:
    """With 50 counts a shift of 1.3 or 1.5 eV fits almost as well."""
    result = xps.fit([argyrodite(50.0, step=0.2).spectrum(seed)], RECIPE)
    assert abs(shift_of(result)) < 0.5


@pytest.mark.parametrize("unit", ["counts", "arbitrary"])
def test_unit_does_not_decide_between_shifts(unit: str) -> None:
    for seed in range(3):
        spectrum = charged(argyrodite(200.0, step=0.2), 0.9, seed, unit=unit)
        assert shift_of(xps.fit([spectrum], RECIPE)) == pytest.approx(-0.9, abs=0.3)


def test_likely_shifts_are_ranked_and_within_reach() -> None:
    spectrum = charged(argyrodite(step=0.1), 1.7)
    shifts = find_shifts(RECIPE.regions[0], spectrum, RECIPE.charge)
    assert shifts[0] == pytest.approx(-1.7, abs=0.21)
    assert all(abs(shift) <= RECIPE.charge.search_ev for shift in shifts)


def test_shift_holds_for_every_region_of_the_sample() -> None:
    shift = 0.8
    spectra = [
        charged(argyrodite(step=0.1), shift),
        charged(oxide(step=0.1), shift),
        charged(oxide(step=0.1), 0.0).with_(sample="uncharged"),
        charged(argyrodite(step=0.1), 0.0).with_(sample="uncharged"),
    ]
    result = xps.fit(spectra, "cathode")
    assert result.success
    found = {
        (region["sample"], region["core_level"]): region for region in result.to_dict()["regions"]
    }
    for level in ("S 2p", "O 1s"):
        first, second = found["simulated", level], found["uncharged", level]
        assert first["charge_shift_ev"] == pytest.approx(-shift, abs=0.02)
        assert second["charge_shift_ev"] == pytest.approx(0.0, abs=0.02)
    lattice = next(c for c in found["simulated", "O 1s"]["components"] if c["id"] == "lattice_o")
    assert lattice["center_ev"] == pytest.approx(529.3, abs=0.03)


def _project(spectrum: Spectrum, charge: ChargeReference) -> Project:
    project, _ = apply_recipe(Project().with_spectra((spectrum,)), RECIPE)
    return project.with_sample(replace(project.samples[0], charge=charge))


def test_shift_by_hand_is_kept() -> None:
    spectrum = charged(argyrodite(step=0.1), 0.4)
    project = _project(spectrum, ChargeReference("manual", -0.4))
    fit = fit_project(project).project.fits[0]
    assert fit.charge_shift_ev == -0.4
    assert fit.charge_shift_stderr is None
    assert fit.region.component("ps4").center.value == pytest.approx(161.6, abs=0.02)


def test_start_values_are_taken_where_a_shift_by_hand_puts_the_data() -> None:
    truth = argyrodite(step=0.1)
    recipe = replace(RECIPE, charge=ChargeReference("manual", -2.0))
    project, _ = apply_recipe(Project().with_spectra((charged(truth, 2.0),)), recipe)
    areas = [component.area.value for component in project.regions[0].components]
    assert areas == pytest.approx(truth.areas, rel=0.25)


def test_without_a_reference_energies_are_as_measured_and_it_is_told() -> None:
    spectrum = charged(argyrodite(step=0.1), 0.2)
    fit = fit_project(_project(spectrum, ChargeReference())).project.fits[0]
    assert fit.charge_shift_ev == 0.0
    assert fit.region.component("ps4").center.value == pytest.approx(161.8, abs=0.02)
    assert any("no charge reference" in warning for warning in fit.warnings)


def test_fitting_again_keeps_the_shift() -> None:
    spectrum = charged(argyrodite(step=0.1), 0.6)
    once = fit_project(_project(spectrum, RECIPE.charge)).project
    twice = fit_project(once).project
    assert twice.fits[0].charge_shift_ev == pytest.approx(once.fits[0].charge_shift_ev, abs=1e-5)
    np.testing.assert_allclose(twice.fits[0].areas, once.fits[0].areas, rtol=1e-4)


def test_spectra_are_never_changed() -> None:
    spectrum = charged(argyrodite(step=0.1), 0.6)
    project = fit_project(_project(spectrum, RECIPE.charge)).project
    assert project.entries[0].spectrum is spectrum
    assert project.samples[0].charge.shift_ev == pytest.approx(-0.6, abs=0.02)


def test_reference_that_is_not_there_is_refused() -> None:
    absent = argyrodite(2000.0, step=0.1).with_area("ps4", 0.0).with_area("li2s", 0.0)
    absent = absent.with_area("p_s_p", 0.0)
    result = xps.fit([absent.spectrum(0)], RECIPE)
    (error,) = result.failures.values()
    assert isinstance(error, FitError)
    assert "charge reference" in error.reason or "no peak" in error.reason
    assert error.remedy


def test_other_regions_of_a_sample_whose_reference_fails_say_so() -> None:
    sulfur = argyrodite(step=0.1).spectrum(0)
    flat = np.random.default_rng(0).poisson(100.0, sulfur.n_points).astype(float)
    spectra = [sulfur.with_(intensity=flat), oxide(step=0.1).spectrum(0)]
    result = xps.fit(spectra, "cathode")
    assert len(result.failures) == 1
    (fit,) = result.regions
    assert fit.charge_shift_ev == 0.0
    assert any("charge reference is not found" in warning for warning in fit.warnings)
    assert any(finding.rule == "no-charge-reference" for finding in xps.check(result))


def test_recipe_without_the_spectrum_of_its_reference_says_so() -> None:
    result = xps.fit([oxide(step=0.1).spectrum(0)], "cathode")
    assert any("no S 2p spectrum for the charge reference" in note for note in result.notes)
    assert result.regions[0].charge_shift_ev == 0.0


def test_window_is_that_of_the_corrected_energies() -> None:
    truth = argyrodite(step=0.1)
    region: Region = RECIPE.regions[0]
    result = xps.fit([charged(truth, 2.0)], RECIPE)
    (fit,) = result.regions
    assert fit.region.window_ev == region.window_ev
    assert fit.n_points == pytest.approx(truth.energy.size, abs=1)


_NARROW = replace(
    RECIPE, regions=(replace(RECIPE.regions[0], window_ev=(158.5, 171.0)),), name="narrow"
)


@pytest.mark.parametrize("number", [125, 567, 690, 794, 1036])
def test_shift_is_not_won_by_leaving_out_the_points_that_contradict_it(number: int) -> None:
    """Where the window is as narrow as the data, a shift of −1.5 eV takes PS₄ for Li₂S.

    The window then ends above the true Li₂S. The numbers are those of 1,500 drawn samples
    where such a shift was once taken.
    """
    random = random_of("charge tight", number)
    truth = drawn_from_expectations(truth_in(TIGHT, 1000.0), random)
    fit = xps.fit([truth.measured(random)], _NARROW).regions[0]
    assert abs(fit.charge_shift_ev) < 0.3


@pytest.mark.parametrize("shift", [-2.0, -1.3, 1.5, 2.0])
def test_true_shift_is_found_in_a_window_as_narrow_as_the_data(shift: float) -> None:
    for number in range(4):
        random = random_of("charge tight shifted", number)
        spectrum = drawn_from_expectations(truth_in(TIGHT, 1000.0), random).measured(random)
        moved = spectrum.with_(energy_ev=spectrum.energy_ev + shift)
        assert shift_of(xps.fit([moved], _NARROW)) == pytest.approx(-shift, abs=0.3)
