"""What cannot be fitted says so; nothing that is written down is ever NaN."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import xps
from tests.truth import argyrodite, oxide
from xps.analysis import apply_recipe, fit_project
from xps.errors import FitError, RecipeError
from xps.fitting import fit_region
from xps.measured import measured
from xps.model import Background, Link, Param, Ref, Region
from xps.problem import evaluate, with_guess
from xps.project import ChargeReference, Project
from xps.recipe import load_recipe
from xps.result import FitResult, region_dict
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]

ARGYRODITE = load_recipe("argyrodite-s2p").regions[0]


def numbers(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """All floats of nested dicts and lists with their places."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from numbers(inner, f"{path}/{key}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from numbers(inner, f"{path}/{index}")
    elif isinstance(value, float):
        yield path, value


def assert_finite(document: dict[str, Any]) -> None:
    assert [place for place, number in numbers(document) if not math.isfinite(number)] == []
    json.dumps(document, allow_nan=False)


def assert_no_error_is_zero(document: dict[str, Any]) -> None:
    errors = [(p, n) for p, n in numbers(document) if p.endswith(("stderr", "upper_limit_95"))]
    assert [place for place, number in errors if not number > 0.0] == []


def only_error(result: FitResult) -> str:
    assert len(result.failures) == 1
    (error,) = result.failures.values()
    assert isinstance(error, FitError)
    assert error.where
    return error.reason


# A region without peak ----------------------------------------------------------------------------


def _noise(seed: int, level: float, slope: float) -> Spectrum:
    spectrum = argyrodite(step=0.2).spectrum(None)
    expected = level * (1.0 + slope * (spectrum.energy_ev - spectrum.energy_ev[0]))
    return spectrum.with_(intensity=np.random.default_rng(seed).poisson(expected).astype(float))


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("slope", [0.0, -0.01])
@pytest.mark.parametrize("level", [50.0, 1000.0])
def test_noise_alone_is_told_to_hold_no_peak(level: float, slope: float, seed: int) -> None:
    with pytest.raises(FitError, match="no peak") as caught:
        _fit(_noise(seed, level, slope))
    assert caught.value.remedy


@pytest.mark.parametrize("seed", range(100, 104))
@pytest.mark.parametrize("slope", [0.0, 0.02])
@pytest.mark.parametrize("level", [50.0, 1000.0])
def test_charge_reference_is_not_found_in_noise(level: float, slope: float, seed: int) -> None:
    result = xps.fit([_noise(seed, level, slope)], "argyrodite-s2p")
    assert "no peak" in only_error(result)
    document = result.to_dict()
    assert_finite(document)
    assert document["regions"][0]["success"] is False
    assert "no peak" in document["regions"][0]["message"]
    assert document["regions"][0]["components"] == []
    assert document["quantification"] == []


@pytest.mark.parametrize("seed", range(6))
def test_noise_of_unknown_counts_is_told_to_hold_no_peak(seed: int) -> None:
    truth = oxide(step=0.2)
    values = np.random.default_rng(seed).normal(3.0, 0.2, truth.energy.size)
    spectrum = truth.spectrum(None, unit="arbitrary", dwell_s=None).with_(intensity=values)
    assert "no peak" in only_error(xps.fit([spectrum], "ncm-o1s"))


@pytest.mark.parametrize("level", [0.0, 7.0])
@pytest.mark.parametrize("unit", ["counts", "arbitrary"])
def test_constant_data_are_refused(level: float, unit: str) -> None:
    spectrum = argyrodite(step=0.2).spectrum(None, unit=unit)
    flat = spectrum.with_(intensity=np.full(spectrum.n_points, level))
    reason = only_error(xps.fit([flat], "argyrodite-s2p"))
    assert "no peak" in reason or "too weak" in reason


@pytest.mark.parametrize("kind", ["shirley", "linear"])
def test_noise_under_a_static_background_is_refused(kind: str) -> None:
    region = replace(ARGYRODITE, background=Background(kind))
    energy = argyrodite(step=0.1).energy
    for seed in range(10):
        counts = np.random.default_rng(seed).poisson(400.0, energy.size).astype(float)
        spectrum = argyrodite(step=0.1).spectrum(None).with_(intensity=counts)
        with pytest.raises(xps.errors.XpsError):
            fit_region(with_guess(region, spectrum, 0.0), spectrum)


def test_peak_that_is_there_is_not_refused() -> None:
    """30 counts in the tallest channel are enough."""
    for seed in range(4):
        assert xps.fit([argyrodite(30.0, step=0.2).spectrum(seed)], "argyrodite-s2p").success


# Never NaN, never an error of zero ----------------------------------------------------------------


def _weak() -> FitResult:
    return xps.fit([argyrodite(60.0).spectrum(1)], "argyrodite-s2p")


def _window_beside_the_peaks() -> FitResult:
    spectrum = argyrodite(step=0.1).spectrum(1)
    project, _ = apply_recipe(Project().with_spectra((spectrum,)), load_recipe("argyrodite-s2p"))
    project = project.with_sample(replace(project.samples[0], charge=ChargeReference()))
    region = replace(project.regions[0], window_ev=(163.5, 173.0))
    return FitResult(*_outcome(project.with_region(region)))


def _outcome(project: Project) -> tuple[Project, dict[str, Any]]:
    outcome = fit_project(project)
    return outcome.project, outcome.failures


def _changed(change: Callable[[Region], Region]) -> FitResult:
    spectrum = argyrodite(step=0.1).spectrum(1)
    recipe = load_recipe("argyrodite-s2p")
    project, _ = apply_recipe(Project().with_spectra((spectrum,)), recipe)
    project = project.with_sample(replace(project.samples[0], charge=ChargeReference()))
    return FitResult(*_outcome(project.with_region(change(project.regions[0]))))


def _everything_fixed() -> FitResult:
    def fix(region: Region) -> Region:
        for ref, param in region.params():
            region = region.with_param(ref, replace(param, vary=False))
        return region

    return _changed(fix)


def _at_bounds() -> FitResult:
    return _changed(
        lambda region: region.with_param(Ref("ps4", "fwhm"), Param(0.8, min=0.7, max=0.9))
    )


def _twins() -> FitResult:
    def add_twin(region: Region) -> Region:
        tied = {
            name: replace(param, link=Link("same", Ref("ps4", name)), prior=None)
            for name, param in region.component("ps4").params.items()
            if name != "area"
        }
        twin = replace(region.component("ps4"), id="twin").with_params(tied)
        return replace(region, components=(*region.components, twin))

    return _changed(add_twin)


def _static() -> FitResult:
    return _changed(lambda region: replace(region, background=Background("shirley")))


def _unknown_counts() -> FitResult:
    return xps.fit([argyrodite(step=0.1).spectrum(1, unit="arbitrary")], "argyrodite-s2p")


def _below_zero() -> FitResult:
    spectrum = argyrodite(step=0.1).spectrum(1, unit="arbitrary")
    centered = spectrum.with_(intensity=spectrum.intensity - spectrum.intensity.mean())
    return xps.fit([centered], "argyrodite-s2p")


@pytest.mark.parametrize(
    "case",
    [
        _weak,
        _window_beside_the_peaks,
        _everything_fixed,
        _at_bounds,
        _twins,
        _static,
        _unknown_counts,
        _below_zero,
    ],
)
def test_nothing_written_is_nan_and_no_error_is_zero(case: Callable[[], FitResult]) -> None:
    document = case().to_dict()
    assert_finite(document)
    assert_no_error_is_zero(document)


def test_twins_that_no_data_can_tell_apart_have_no_errors() -> None:
    result = _twins()
    region = result.to_dict()["regions"][0]
    assert not result.success
    assert "no errors" in region["message"]
    assert all(c["area_stderr"] is None and c["share_stderr"] is None for c in region["components"])
    assert any(finding["rule"] == "not-converged" for finding in result.to_dict()["checks"])


def test_everything_fixed_has_areas_without_errors() -> None:
    region = _everything_fixed().to_dict()["regions"][0]
    assert region["n_free"] == 0
    assert all(c["area_stderr"] is None for c in region["components"])


def test_bound_is_flagged() -> None:
    result = _at_bounds()
    (fit,) = result.regions
    assert Ref("ps4", "fwhm") in fit.at_bound
    ps4 = next(c for c in region_dict(fit)["components"] if c["id"] == "ps4")
    assert "FWHM at bound" in ps4["flags"]
    assert ps4["fwhm_stderr"] is None


def test_unknown_counts_are_told() -> None:
    (region,) = _unknown_counts().to_dict()["regions"]
    assert region["noise_model"] == "estimated-proportional"
    assert any("live time is unknown" in warning for warning in region["warnings"])
    assert region["area_unit"] == "arbitrary·eV"


# What is refused before the fit -------------------------------------------------------------------


def _fit(spectrum: Spectrum, region: Region = ARGYRODITE) -> None:
    fit_region(with_guess(region, spectrum, 0.0), spectrum)


def test_fewer_points_than_parameters_are_refused() -> None:
    spectrum = argyrodite(step=1.0).spectrum(0)
    few = spectrum.with_(energy_ev=spectrum.energy_ev[:15], intensity=spectrum.intensity[:15])
    with pytest.raises(FitError, match="15 points for 16 free parameters"):
        _fit(few)


def test_component_outside_the_data_is_refused() -> None:
    moved = ARGYRODITE.with_param(Ref("sulfate", "center"), Param(180.0))
    with pytest.raises(FitError, match=r"180\.00 eV lies outside"):
        _fit(argyrodite(step=0.1).spectrum(0), moved)


def test_window_without_points_is_refused() -> None:
    with pytest.raises(FitError, match="no points between 200 and 210 eV"):
        _fit(argyrodite(step=0.1).spectrum(0), replace(ARGYRODITE, window_ev=(200.0, 210.0)))


def test_negative_counts_are_refused() -> None:
    spectrum = argyrodite(step=0.1).spectrum(0)
    with pytest.raises(FitError, match="negative counts") as caught:
        _fit(spectrum.with_(intensity=spectrum.intensity - 5000.0))
    assert "raw data" in caught.value.remedy


def test_kinetic_energies_without_a_source_are_refused() -> None:
    spectrum = argyrodite(step=0.1).spectrum(0, photon_energy_ev=None)
    kinetic = spectrum.with_(energy_ev=1486.6 - spectrum.energy_ev, axis="kinetic")
    with pytest.raises(FitError, match="photon energy"):
        measured(kinetic)
    with pytest.raises(RecipeError, match="photon energy is unknown"):
        xps.fit([kinetic], "argyrodite-s2p")


def test_no_spectrum_of_the_recipe_is_refused() -> None:
    with pytest.raises(RecipeError, match="analyzes S 2p, which none of the spectra is"):
        xps.fit([oxide(step=0.1).spectrum(0)], "argyrodite-s2p")
    with pytest.raises(RecipeError, match="none loaded"):
        xps.fit([], "argyrodite-s2p")


def test_a_spectrum_of_no_known_core_level_is_refused_with_the_way_to_name_it() -> None:
    unnamed = argyrodite(step=0.1).spectrum(0, core_level=None)
    with pytest.raises(RecipeError) as refused:
        xps.fit([unnamed], "argyrodite-s2p")
    assert "put it into the name of the file" in refused.value.remedy
    with pytest.raises(RecipeError) as named:
        xps.fit([oxide(step=0.1).spectrum(0)], "argyrodite-s2p")
    assert "name of the file" not in named.value.remedy


def test_one_bad_region_does_not_cost_the_others() -> None:
    good, noise = argyrodite(step=0.1).spectrum(0), oxide(step=0.1).spectrum(0)
    flat = np.random.default_rng(1).poisson(100.0, noise.n_points).astype(float)
    result = xps.fit([good, noise.with_(intensity=flat)], "cathode")
    assert not result.success
    assert len(result.regions) == 1
    assert len(result.failures) == 1
    regions = result.to_dict()["regions"]
    assert [region["success"] for region in regions] == [True, False]
    assert_finite(result.to_dict())


def test_cancelled_fit_is_told() -> None:
    spectrum = argyrodite(step=0.1).spectrum(0)
    result = xps.fit([spectrum], "argyrodite-s2p", cancelled=lambda: True)
    assert "cancelled" in only_error(result)


# Drawing without a fit ----------------------------------------------------------------------------


def test_model_is_drawn_on_its_data() -> None:
    truth = argyrodite(step=0.1)
    spectrum = truth.spectrum(None)
    region = with_guess(ARGYRODITE, spectrum, 0.0)
    curves = evaluate(region, spectrum, 0.0)
    np.testing.assert_allclose(curves.energy_ev, truth.energy)
    np.testing.assert_allclose(curves.data, truth.expected())
    np.testing.assert_allclose(
        curves.model.total, curves.model.background + curves.model.components.sum(axis=0)
    )
    # a start that suits the data: the truth has the widths and centers of the recipe
    assert np.max(np.abs(curves.model.total / curves.data - 1.0)) < 0.05


@pytest.mark.parametrize("shift", [-0.7, 0.7])
def test_shift_moves_the_data_and_not_the_model(shift: float) -> None:
    spectrum = argyrodite(step=0.1).spectrum(None)
    curves = evaluate(ARGYRODITE, spectrum, shift)
    low, high = ARGYRODITE.window_ev
    assert curves.energy_ev[0] >= low - 1e-6
    assert curves.energy_ev[-1] <= high + 1e-6
    peak = curves.energy_ev[np.argmax(curves.data)]
    assert peak == pytest.approx(161.7 + shift, abs=0.15)


def test_point_on_the_edge_of_the_window_belongs_to_it() -> None:
    spectrum = argyrodite(step=0.1).spectrum(None)
    inside = measured(spectrum).between(160.0, 165.0)
    assert inside.energy_ev[0] == pytest.approx(160.0)
    assert inside.energy_ev[-1] == pytest.approx(165.0)
    assert inside.observed.size == 51


def test_a_region_without_components_asks_for_some() -> None:
    truth = argyrodite()
    region = Region("r", "s0", "S 2p", (157.0, 173.0), Background("linear"), ())
    with pytest.raises(FitError, match=r"no components between 157 and 173 eV.*add components"):
        fit_region(region, truth.spectrum(1), 0.0)
