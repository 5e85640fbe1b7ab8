"""Verification: fresh sessions pass, and any stored number that was changed is named."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xps
from tests.xps.commands import Run, check_schema
from tests.xps.projects import fitted, one_fit, with_center
from xps.analysis import fit_project
from xps.fitting import fit_region
from xps.model import Prior, Ref, Region
from xps.project import ChargeReference, Project, Sample
from xps.session import load, to_bytes
from xps.spectrum import Spectrum
from xps.truth import as_truth
from xps.verify import verify

Plain = dict[str, Any]


def weak() -> Project:
    """A fit in which sulfite is too weak to be found, and has an upper limit."""
    truth = as_truth(None, xps.load_recipe("argyrodite-s2p"))
    (sample,), (spectrum,) = truth.samples, truth.samples[0].spectra
    without = tuple(
        replace(c, area=0.0) if c.species == "sulfite" else c for c in spectrum.components
    )
    empty = replace(sample, spectra=(replace(spectrum, components=without),))
    spectra = xps.simulate("argyrodite-s2p", replace(truth, samples=(empty,)), seed=2)
    project = xps.fit(spectra, "argyrodite-s2p").project
    assert set(project.fits[0].insignificant) == {"sulfite"}
    return project


def reopened(project: Project, folder: Path, edit: Callable[[Plain, dict[str, Any]], None]) -> Path:
    """Save a project with its JSON and arrays edited."""
    with zipfile.ZipFile(io.BytesIO(to_bytes(project))) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    document = json.loads(content.pop("session.json"))
    arrays = {name: np.load(io.BytesIO(data)) for name, data in content.items()}
    edit(document, arrays)
    path = folder / "edited.doublet"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("session.json", json.dumps(document))
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array)
            archive.writestr(name, buffer.getvalue())
    return path


@pytest.mark.parametrize("project", [fitted, one_fit, weak], ids=lambda make: make.__name__)
def test_a_fresh_session_comes_back(
    run: Run, tmp_path: Path, project: Callable[[], Project]
) -> None:
    path = reopened(project(), tmp_path, lambda *_: None)
    outcome = verify(load(path))
    assert (outcome.passed, outcome.differences, outcome.failures) == (True, (), ())
    assert outcome.regions == len(project().fits)
    assert run("verify", path).code == 0


def test_a_manual_charge_reference_comes_back() -> None:
    (region,), (entry,) = one_fit().regions, one_fit().entries
    charge = ChargeReference("manual", one_fit().fits[0].charge_shift_ev)
    project = one_fit().with_sample(Sample(entry.sample, charge))
    assert verify(project.with_fit(fit_region(region, entry.spectrum, charge))).passed


@pytest.mark.parametrize("kind", ["shirley", "linear"])
def test_a_static_background_comes_back(kind: str) -> None:
    (region,) = one_fit().regions
    static = replace(region, background=replace(region.background, kind=kind))
    outcome = fit_project(one_fit().with_region(static))
    assert not outcome.failures
    assert verify(outcome.project).passed


def test_a_measured_spectrum_of_counts_per_second_comes_back() -> None:
    (entry,) = one_fit().entries
    spectrum = entry.spectrum
    assert spectrum.live_time_s is not None
    rate = spectrum.with_(unit="counts/s", intensity=spectrum.intensity / spectrum.live_time_s)
    assert verify(xps.fit([rate], "argyrodite-s2p").project).passed
    unknown = rate.with_(dwell_s=None)
    assert verify(xps.fit([unknown], "argyrodite-s2p").project).passed


def fit_component(document: Plain, index: int = 1) -> Plain:
    return document["fits"][0]["region"]["components"][index]


def scaled(name: str, factor: float) -> Callable[[Plain, dict[str, Any]], None]:
    def edit(document: Plain, _: dict[str, Any]) -> None:
        document["fits"][0][name] *= factor

    return edit


def moved(parameter: str, by: float) -> Callable[[Plain, dict[str, Any]], None]:
    def edit(document: Plain, _: dict[str, Any]) -> None:
        fit_component(document)[parameter]["value"] += by

    return edit


def of_covariance(row: int, column: int) -> Callable[[Plain, dict[str, Any]], None]:
    def edit(_: Plain, arrays: dict[str, Any]) -> None:
        arrays["fits/0.npy"][row, column] *= 1.01

    return edit


def variance_zero(_: Plain, arrays: dict[str, Any]) -> None:
    arrays["fits/0.npy"][0] = arrays["fits/0.npy"][:, 0] = 0.0


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (moved("center", 0.001), "ps4.center"),
        (moved("area", 1.0), "ps4.area"),
        (moved("fwhm", 0.001), "ps4.fwhm"),
        (moved("mixing", 0.001), "ps4.mixing"),
        (of_covariance(0, 0), "error of li2s.area"),
        (of_covariance(0, 1), "covariance of li2s.area and"),
        (of_covariance(-1, -1), "error of background.k"),
        (variance_zero, "error of li2s.area"),
        (scaled("chi2", 1.0001), "χ²"),
        (scaled("durbin_watson", 1.0001), "Durbin-Watson"),
        (scaled("n_points", 2), "number of points"),
        (scaled("n_free", 2), "number of free parameters"),
        (scaled("charge_shift_ev", 1.01), "charge shift"),
        (scaled("charge_shift_stderr", 1.01), "error of the charge shift"),
        (lambda d, _: d["fits"][0].update(success=False), "success"),
        (lambda d, _: d["samples"][0]["charge"].update(stderr_ev=0.02), "error of the charge"),
        (lambda d, _: d["fits"][0]["insignificant"].update(p_s_p=1.0), "upper limit of p_s_p"),
    ],
)
def test_a_changed_number_is_named(
    run: Run, tmp_path: Path, edit: Callable[[Plain, dict[str, Any]], None], named: str
) -> None:
    path = reopened(one_fit(), tmp_path, edit)
    ended = run("verify", path)
    assert ended.code == 1
    assert "NOT verified" in ended.out
    assert named in ended.out
    document = run("verify", path, "--json").document
    check_schema(document)
    assert document["passed"] is False
    assert any(named in difference["what"] for difference in document["differences"])
    assert all("S 2p" in difference["where"] for difference in document["differences"])


def test_a_changed_upper_limit_is_named(tmp_path: Path) -> None:
    project = weak()
    limit = project.fits[0].insignificant["sulfite"]

    def edit(document: Plain, _: dict[str, Any]) -> None:
        document["fits"][0]["insignificant"]["sulfite"] = 0.9 * limit

    (difference,) = verify(load(reopened(project, tmp_path, edit))).differences
    assert difference.what == "upper limit of sulfite"
    assert difference.stored == 0.9 * limit
    assert difference.refitted == pytest.approx(limit)
    assert str(difference.stored) in str(difference)


def raw_count(_: Plain, arrays: dict[str, Any]) -> None:
    arrays["tables/0.npy"][0, 7] += 1.0


def raw_energy(document: Plain, _: dict[str, Any]) -> None:
    document["spectra"][0]["energy"]["start_ev"] += 0.001


@pytest.mark.parametrize(
    "edit",
    [
        raw_count,
        raw_energy,
        lambda d, _: d["spectra"][0].update(dwell_s=1.0),
        lambda d, _: d["spectra"][0].update(photon_energy_ev=1486.7),
        lambda d, _: d["samples"][0]["charge"].update(shift_ev=0.3),
        lambda d, _: d["regions"][0].update(window_ev=[157.0, 172.9]),
        lambda d, _: d["regions"][0]["components"][1]["area"].update(value=1.0),
        lambda d, _: d["regions"][0]["components"][1]["center"].pop("min"),
        lambda d, _: d["fits"][0].update(fingerprint="0" * 64),
    ],
)
def test_a_fit_of_other_data_or_settings_is_stale(
    tmp_path: Path, edit: Callable[[Plain, dict[str, Any]], None]
) -> None:
    outcome = verify(load(reopened(one_fit(), tmp_path, edit)))
    assert not outcome.passed
    assert outcome.regions == 0
    (failure,) = outcome.failures
    assert "S 2p: data or settings were changed after the fit" in failure


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (lambda d: d["fits"][0].update(noise_model="estimated-uniform"), "noise model"),
        (lambda d: d["fits"][0].update(area_unit="counts·eV"), "area unit"),
        (lambda d: d["fits"][0].update(background_physical=False), "background physical"),
        (
            lambda d: d["fits"][0].update(at_bound=[{"component": "ps4", "parameter": "fwhm"}]),
            "at bound are ps4.fwhm but the refit gives none",
        ),
        (lambda d: d["fits"][0]["region"]["components"][0].update(name="?"), "other settings"),
        (lambda d: d["fits"][0]["region"].update(window_ev=[150.0, 180.0]), "other settings"),
        (lambda d: d["fits"][0]["region"]["components"].pop(0), "other settings|has no"),
    ],
)
def test_a_fit_that_contradicts_its_refit_in_words_fails(
    tmp_path: Path, edit: Callable[[Plain], None], named: str
) -> None:
    def edit_document(document: Plain, _: dict[str, Any]) -> None:
        edit(document)

    try:
        project = load(reopened(one_fit(), tmp_path, edit_document))
    except xps.errors.SessionError:
        assert "has no" in named  # then it does not even open
        return
    outcome = verify(project)
    assert not outcome.passed
    assert named in " ".join(outcome.failures)


def test_a_stale_fit_in_a_project_is_reported_and_the_others_verified() -> None:
    outcome = verify(with_center(fitted(), 0.01))
    assert outcome.regions == 3
    assert outcome.differences == ()
    assert len(outcome.failures) == 1


def test_a_fit_that_cannot_be_repeated_says_why() -> None:
    (region,), (fit,), (entry,) = one_fit().regions, one_fit().fits, one_fit().entries
    noise = np.random.default_rng(1).poisson(300.0, entry.spectrum.n_points).astype(float)
    flat = replace(entry, spectrum=entry.spectrum.with_(intensity=noise))
    project = replace(one_fit(), entries=(flat,))
    forged = replace(fit, fingerprint=project.fingerprint(region.id))
    outcome = verify(replace(project, fits=(forged,)))
    assert not outcome.passed
    assert "no peak between" in outcome.failures[0]


def test_numbers_beyond_computing_are_a_failed_fit() -> None:
    region = region_with_prior(Prior(0.3, 1e-200))
    (fit,) = one_fit().fits
    project = one_fit().with_fit(replace(fit, region=region))
    forged = replace(fit, region=region, fingerprint=project.fingerprint(region.id))
    with np.errstate(all="ignore"):
        outcome = verify(replace(project, fits=(forged,)))
    assert not outcome.passed
    assert "too large to be computed with" in outcome.failures[0]


def region_with_prior(prior: Prior) -> Region:
    (region,) = one_fit().regions
    component = region.component("ps4")
    mixing = replace(component.params["mixing"], prior=prior)
    return region.with_component(component.with_param("mixing", mixing))


def test_there_is_nothing_to_verify_without_fits(run: Run, tmp_path: Path) -> None:
    project = Project().with_spectra((Spectrum(np.arange(9.0), np.ones(9), sample="?"),))
    path = tmp_path / "a.doublet"
    path.write_bytes(to_bytes(project))
    ended = run("verify", path)
    assert (ended.code, ended.out) == (0, "0 fits repeated: nothing to verify\n")


def test_verification_changes_nothing() -> None:
    before = copy.deepcopy(to_bytes(one_fit()))
    verify(one_fit())
    assert to_bytes(one_fit()) == before
    assert one_fit().fits[0].stderr(Ref("ps4", "center")) is not None
