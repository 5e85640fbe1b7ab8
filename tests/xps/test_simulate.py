"""Simulated spectra: the seed decides all of them, and the truth can be read and written."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xps
from tests.xps.commands import Run
from xps.errors import RecipeError, XpsError
from xps.readers import read
from xps.recipe import load_recipe, shipped_recipes
from xps.resources import resource
from xps.simulation import simulate
from xps.spectrum import Spectrum
from xps.truth import Truth, as_truth, read_truth, truth_of

Plain = dict[str, Any]

TRUTH: Plain = {
    "format": "doublet.truth/1",
    "photon_energy_ev": 1486.6,
    "samples": [
        {
            "name": "시료 1 (simulated)",
            "charge_shift_ev": 0.35,
            "spectra": [
                {
                    "core_level": "S 2p",
                    "window_ev": [156.0, 174.0],
                    "step_ev": 0.1,
                    "dwell_s": 0.2,
                    "sweeps": 5,
                    "level": 900.0,
                    "components": [
                        {"species": "ps4", "center_ev": 161.6, "fwhm_ev": 1.1, "area": 2000.0},
                        {"species": "sulfate", "center_ev": 168.8, "fwhm_ev": 1.4, "area": 300.0},
                    ],
                },
                {
                    "core_level": "O 1s",
                    "window_ev": [525.0, 540.0],
                    "step_ev": 0.1,
                    "dwell_s": 0.2,
                    "sweeps": 5,
                    "level": 900.0,
                    "components": [
                        {"species": "mo", "center_ev": 529.4, "fwhm_ev": 1.2, "area": 3000.0}
                    ],
                },
            ],
        }
    ],
}


def intensities(spectra: list[Spectrum]) -> list[list[float]]:
    return [spectrum.intensity.tolist() for spectrum in spectra]


@given(seed=st.integers(0, 2**70))
@settings(max_examples=20)
def test_a_seed_gives_the_same_counts_again(seed: int) -> None:
    first, again = (intensities(simulate("cathode", TRUTH, seed)) for _ in range(2))
    assert first == again
    assert intensities(simulate("cathode", TRUTH, seed + 1)) != first


def test_every_spectrum_has_its_own_noise() -> None:
    twice = TRUTH | {"samples": TRUTH["samples"] * 2}
    first, _, second, _ = simulate("cathode", twice, 1)
    assert first.intensity.tolist() != second.intensity.tolist()


def test_what_else_is_simulated_does_not_change_a_spectrum(run: Run, tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps(TRUTH))
    whole, part = tmp_path / "whole.vms", tmp_path / "part.vms"
    arguments = ("simulate", "--recipe", "cathode", "--truth", truth, "--seed", 11)
    assert run(*arguments, "--out", whole).code == 0
    assert run(*arguments, "--spectrum", "O 1s", "--out", part).code == 0
    (alone,) = read(part)
    among = next(s for s in read(whole) if s.core_level == "O 1s")
    assert alone.intensity.tolist() == among.intensity.tolist()
    longer = copy.deepcopy(TRUTH)
    longer["samples"].append(longer["samples"][0] | {"name": "another"})
    assert intensities(simulate("cathode", longer, 11)[:2]) == intensities(read(whole))


def test_a_simulation_says_that_it_is_one(tmp_path: Path) -> None:
    for name in shipped_recipes():
        for spectrum in simulate(name, seed=1):
            assert "simulated" in spectrum.sample
            assert "not a measurement" in spectrum.notes
            assert spectrum.instrument == "Doublet simulation"


def test_counts_follow_the_truth_with_poisson_noise() -> None:
    recipe = load_recipe("cathode")
    truth = as_truth(TRUTH, recipe)
    sample, spectrum = truth.samples[0], truth.samples[0].spectra[0]
    simulated = [simulate(recipe, truth, seed)[0] for seed in range(400)]
    counts = np.array([s.intensity for s in simulated])
    expected = counts.mean(axis=0)
    assert np.mean(counts.var(axis=0) / expected) == pytest.approx(1.0, abs=0.03)
    assert simulated[0].binding_energy_ev is not None
    corrected = simulated[0].binding_energy_ev + sample.charge_shift_ev
    assert corrected[np.argmax(expected)] == pytest.approx(161.6, abs=0.15)
    per_second = expected / (spectrum.dwell_s * spectrum.sweeps)
    assert per_second[corrected < 157.5].mean() == pytest.approx(spectrum.level, rel=0.01)


def test_spectra_come_as_a_spectrometer_gives_them() -> None:
    sulfur, oxygen = simulate("cathode", TRUTH, 3)
    for spectrum, level, n in ((sulfur, "S 2p", 181), (oxygen, "O 1s", 151)):
        assert (spectrum.core_level, spectrum.axis, spectrum.unit) == (level, "kinetic", "counts")
        assert spectrum.n_points == n
        assert (np.diff(spectrum.energy_ev) > 0).all()
        assert (spectrum.intensity == np.round(spectrum.intensity)).all()
        assert spectrum.live_time_s == pytest.approx(1.0)
    assert sulfur.binding_energy_ev is not None
    assert sulfur.binding_energy_ev.min() == pytest.approx(156.0 - 0.35)


@pytest.mark.parametrize("seed", range(6))
def test_a_fit_finds_the_truth_within_its_errors(seed: int) -> None:
    result = xps.fit(simulate("argyrodite-s2p", seed=seed), "argyrodite-s2p")
    (truth,) = truth_of(load_recipe("argyrodite-s2p")).samples
    areas = {c.species: c.area for c in truth.spectra[0].components}
    for component in result.to_dict()["regions"][0]["components"]:
        assert abs(component["area"] - areas[component["species"]]) < 4 * component["area_stderr"]


# --- truth files -----------------------------------------------------------------------------


def toml(value: object) -> str:
    """A truth as TOML; its tables are written inline, as TOML allows."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def test_a_truth_is_read_from_json_and_toml(tmp_path: Path) -> None:
    as_json, as_toml = tmp_path / "진실.json", tmp_path / "진실.toml"
    as_json.write_text(json.dumps(TRUTH), "utf-8")
    as_toml.write_text("\n".join(f"{key} = {toml(TRUTH[key])}" for key in TRUTH), "utf-8")
    assert read_truth(as_json) == read_truth(as_toml) == as_truth(TRUTH, load_recipe("cathode"))


def test_a_shipped_truth_is_read_by_its_name_unless_a_file_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_truth("cathode") == read_truth(resource("samples", "cathode.truth.json"))
    own = truth_of(load_recipe("ncm-o1s"))
    Path("cathode").write_text(own.to_json(), "utf-8")
    assert read_truth("cathode") == own


def test_a_shipped_truth_is_not_overwritten(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = run("simulate", "--recipe", "cathode", "--truth", "cathode", "--out", "some.vms")
    assert (ended.code, ended.err) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == ["some.vms"]


def test_a_truth_comes_back_from_its_own_text(tmp_path: Path) -> None:
    for name in shipped_recipes():
        truth = truth_of(load_recipe(name))
        path = tmp_path / f"{name}.json"
        path.write_text(truth.to_json(), "utf-8")
        assert read_truth(path) == truth


def test_a_truth_that_is_not_there_is_written(run: Run, tmp_path: Path) -> None:
    truth, first, again = (tmp_path / name for name in ("truth.json", "1.vms", "2.vms"))
    arguments = ("simulate", "--recipe", "ncm-o1s", "--truth", truth, "--seed", 4, "--out")
    assert run(*arguments, first).code == 0
    assert isinstance(read_truth(truth), Truth)
    assert read_truth(truth) == truth_of(load_recipe("ncm-o1s"))
    before = truth.read_bytes()
    assert run(*arguments, again).code == 0
    assert truth.read_bytes() == before
    assert intensities(read(again)) == intensities(read(first))


SPECTRUM = ("samples", 0, "spectra", 0)
COMPONENT = (*SPECTRUM, "components", 1)


@pytest.mark.parametrize(
    ("place", "value", "named"),
    [
        (("format",), "doublet.truth/9", "doublet.truth/9"),
        (("format",), 1, "truth.format"),
        (("samples",), [], "at least one sample"),
        (("samples",), {}, "truth.samples"),
        (("samples", 0), 5, "truth.samples[0]"),
        (("samples", 0, "name"), None, "truth.samples[0].name"),
        (("samples", 0, "spectra"), [], "at least one sample with one spectrum"),
        (("samples", 0, "charge_shift_ev"), "x", "truth.samples[0].charge_shift_ev"),
        (("photon_energy_ev",), True, "truth.photon_energy_ev"),
        ((*SPECTRUM, "core_level"), 2, "spectra[0].core_level"),
        ((*SPECTRUM, "window_ev"), [1.0], "spectra[0].window_ev is not a pair"),
        ((*SPECTRUM, "window_ev"), [1.0, None], "spectra[0].window_ev"),
        ((*SPECTRUM, "window_ev"), [174.0, 156.0], "is no energy axis"),
        ((*SPECTRUM, "step_ev"), 0.0, "is no energy axis"),
        ((*SPECTRUM, "step_ev"), 1e-9, "is no energy axis"),
        ((*SPECTRUM, "step_ev"), float("nan"), "spectra[0].step_ev"),
        ((*SPECTRUM, "level"), float("inf"), "spectra[0].level"),
        ((*SPECTRUM, "dwell_s"), "long", "spectra[0].dwell_s"),
        ((*COMPONENT, "area"), None, "components[1].area"),
        ((*COMPONENT, "species"), 7, "components[1].species"),
    ],
)
def test_a_wrong_truth_names_file_and_field(
    tmp_path: Path, place: tuple[str | int, ...], value: object, named: str
) -> None:
    document: Any = copy.deepcopy(TRUTH)
    node = document
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = value
    path = tmp_path / "truth.json"
    path.write_text(json.dumps(document))
    with pytest.raises(RecipeError, match=re.escape(named)) as caught:
        read_truth(path)
    assert caught.value.path == str(path)
    with pytest.raises(RecipeError, match=re.escape(named)):
        simulate("cathode", document)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[1]", b"{" * 10_000, b'{"a": ' * 100_000, bytes(99)]
)
def test_another_file_is_no_truth(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "truth.json"
    path.write_bytes(content)
    with pytest.raises(RecipeError) as caught:
        read_truth(path)
    assert caught.value.path == str(path)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda s: s.update(level=-5000.0), "negative or endless counts"),
        (lambda s: s.update(dwell_s=1e300), "negative or endless counts"),
        (lambda s: s.update(dwell_s=0.0), "dwell_s"),
        (lambda s: s["components"][0].update(area=-1e6), "negative or endless counts"),
        (lambda s: s["components"][0].update(fwhm_ev=0.0), "fwhm"),
        (lambda s: s["components"][0].update(mixing=7.0), "mixing"),
    ],
)
def test_a_truth_that_no_spectrometer_could_measure_is_refused(
    edit: Callable[[Plain], None], reason: str
) -> None:
    document = copy.deepcopy(TRUTH)
    edit(document["samples"][0]["spectra"][0])
    with pytest.raises(XpsError, match=reason):
        simulate("cathode", document)


@pytest.mark.parametrize("seed", ["-1", "-99999999999999999999"])
def test_a_negative_seed_is_refused(run: Run, tmp_path: Path, seed: str) -> None:
    ended = run("simulate", "--recipe", "cathode", "--out", tmp_path / "a.vms", "--seed", seed)
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert f"a seed of {seed}" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_truth_can_be_given_in_every_way(tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    path.write_text(json.dumps(TRUTH))
    truth = read_truth(path)
    plain = json.loads(json.dumps({"format": TRUTH["format"]} | asdict(truth)))
    expected = intensities(simulate("cathode", TRUTH, 2))
    for given_truth in (truth, path, str(path), plain):
        assert intensities(simulate("cathode", given_truth, 2)) == expected
