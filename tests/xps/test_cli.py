"""The command line: what its commands do, and the JSON that they print."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.xps.commands import Run, check_schema, run_process
from tests.xps.projects import BARE, COATED
from xps import __version__, cli
from xps.session import load
from xps.spectrum import Spectrum
from xps.writers import write_vamas

# --- info ------------------------------------------------------------------------------------

INFO_FIELDS = {
    "index": int,
    "sample": str,
    "name": str,
    "core_level": (str, type(None)),
    "photon_energy_ev": (float, type(None)),
    "pass_energy_ev": (float, type(None)),
    "energy_axis": str,
    "energy_ev": (list, type(None)),
    "n_points": int,
    "dwell_s": (float, type(None)),
    "sweeps": (float, type(None)),
    "unit": str,
    "stored_regions": int,
    "stored_components": int,
}


def test_info_has_the_fields_of_the_contract_for_vamas(run: Run) -> None:
    ended = run("info", BARE, "--json")
    document = ended.document
    assert (ended.code, ended.err) == (0, "")
    assert set(document) >= {"format", "file", "reader", "spectra", "warnings"}
    assert (document["format"], document["reader"]) == ("doublet.info/1", "vamas")
    assert document["file"] == str(BARE)
    for index, row in enumerate(document["spectra"]):
        assert row["index"] == index
        for name, kind in INFO_FIELDS.items():
            assert isinstance(row[name], kind), name
    (sulfur,) = [row for row in document["spectra"] if row["core_level"] == "S 2p"]
    assert sulfur["photon_energy_ev"] == 1486.6
    assert sulfur["energy_axis"] == "kinetic"
    low, high = sulfur["energy_ev"]
    assert 150.0 < low < high < 180.0
    assert sulfur["unit"] == "counts"
    assert "simulated" in sulfur["sample"]
    check_schema(document)


def test_info_has_the_fields_of_the_contract_for_text(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "S 2p.txt"
    rows = "\n".join(f"{170 - 0.1 * i:.1f}\t{100 + i}" for i in range(60))
    path.write_text(f"Binding Energy (eV)\tCounts\n{rows}\n")
    document = run("info", path, "--json").document
    (row,) = document["spectra"]
    for name, kind in INFO_FIELDS.items():
        assert isinstance(row[name], kind), name
    assert (document["reader"], row["energy_axis"], row["n_points"]) == ("text", "binding", 60)
    assert row["photon_energy_ev"] is None
    check_schema(document)


def test_info_of_a_kinetic_axis_without_photon_energy_has_no_energies(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "a.vms"
    write_vamas(path, [Spectrum(np.arange(900.0, 950.0), np.ones(50), axis="kinetic", name="?")])
    ended = run("info", path, "--json")
    assert ended.document["spectra"][0]["energy_ev"] is None
    assert "no binding energy" in run("info", path).out


def test_info_lists_the_spectra_of_a_session(run: Run, example_session: Path) -> None:
    document = run("info", example_session, "--json").document
    assert document["reader"] == "session"
    assert len(document["spectra"]) == len(load(example_session).entries)
    check_schema(document)


def test_info_for_people_names_every_spectrum(run: Run) -> None:
    ended = run("info", BARE)
    assert ended.code == 0
    for level in ("S 2p", "O 1s", "P 2p", "C 1s"):
        assert level in ended.out
    assert "simulated" in ended.out


# --- fit -------------------------------------------------------------------------------------

REGION_FIELDS = [
    *("sample", "spectrum", "core_level", "window_ev", "charge_shift_ev", "charge_shift_stderr"),
    *("success", "message", "n_points", "n_free", "chi2", "reduced_chi2", "durbin_watson"),
    *("noise_model", "area_unit", "background", "components", "alternatives", "warnings"),
]
COMPONENT_FIELDS = [
    *("name", "species", "group", "center_ev", "center_stderr", "fwhm_ev", "fwhm_stderr"),
    *("area", "area_stderr", "area_interval_95", "area_systematic", "share", "share_stderr"),
    *("significant", "upper_limit_95", "shape", "lines", "flags"),
]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """What a fit of both samples writes, and its JSON."""
    folder = tmp_path_factory.mktemp("결과 folder")
    ended = run_process(
        *("fit", BARE, COATED, "--recipe", "cathode", "--json"),
        *("--session", folder / "둘.doublet", "--report", folder / "보고서 1.html"),
        *("--figure", folder / "그림 1.pdf"),
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    return folder, json.loads(ended.stdout)


def test_a_fit_writes_session_report_and_figure(outputs: tuple[Path, dict[str, Any]]) -> None:
    folder, document = outputs
    assert sorted(path.suffix for path in folder.iterdir()) == [".doublet", ".html", ".pdf"]
    project = load(folder / "둘.doublet")
    assert all(project.is_fresh(region.id) for region in project.regions)
    assert len(document["regions"]) == 4
    report = (folder / "보고서 1.html").read_text("utf-8")
    for sample in project.samples:
        assert sample.name in report
    assert (folder / "그림 1.pdf").read_bytes().startswith(b"%PDF")


def test_the_fit_has_the_fields_of_the_contract(outputs: tuple[Path, dict[str, Any]]) -> None:
    _, document = outputs
    check_schema(document)
    assert document["format"] == "doublet.fit/1"
    assert document["recipe"] == "cathode"
    for region in document["regions"]:
        assert set(REGION_FIELDS) <= set(region)
        assert set(region["background"]) >= {"kind", "parameters", "physical"}
        assert region["area_unit"] == "counts/s·eV"
        for component in region["components"]:
            assert set(COMPONENT_FIELDS) <= set(component)
            assert sum(line["area"] for line in component["lines"]) == pytest.approx(
                component["area"]
            )
            assert component["lines"][0]["center_ev"] == component["center_ev"]
            assert (component["upper_limit_95"] is None) == component["significant"]
        assert sum(c["share"] for c in region["components"]) == pytest.approx(1.0)
    for amount in document["quantification"]:
        assert ("species" in amount) != ("element" in amount)
        assert {"sample", "group", "atomic_percent", "stderr", "systematic"} <= set(amount)


def test_no_error_is_zero(outputs: tuple[Path, dict[str, Any]]) -> None:
    def errors(node: object) -> Iterator[object]:
        if isinstance(node, dict):
            for key, value in node.items():
                if "stderr" in key:
                    yield value
                yield from errors(value)
        elif isinstance(node, list):
            for value in node:
                yield from errors(value)

    _, document = outputs
    found = list(errors(document))
    assert found
    assert all(value is None or value > 0.0 for value in found)


def test_the_energies_of_a_fit_are_corrected(outputs: tuple[Path, dict[str, Any]]) -> None:
    _, document = outputs
    for region in document["regions"]:
        if region["core_level"] == "S 2p":
            (reference,) = [c for c in region["components"] if c["species"] == "ps4"]
            assert reference["center_ev"] == pytest.approx(161.6, abs=1e-4)
            assert region["charge_shift_ev"] > 0.2


def test_a_session_can_be_fitted_again(run: Run, example_session: Path) -> None:
    first = run("fit", BARE, COATED, "--recipe", "cathode", "--json")
    again = run("fit", example_session, "--recipe", "cathode", "--json")
    assert again.code == 0
    assert again.document["regions"] == first.document["regions"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--sample", "bare"], {("bare", "S 2p"), ("bare", "O 1s")}),
        (["--spectrum", "O 1S"], {("bare", "O 1s"), ("ald", "O 1s")}),
        (["--sample", "ALD", "--spectrum", "s 2p"], {("ald", "S 2p")}),
    ],
)
def test_filters_choose_spectra(run: Run, options: list[str], expected: set[object]) -> None:
    recipe = "ncm-o1s" if expected == {("bare", "O 1s"), ("ald", "O 1s")} else "cathode"
    document = run("fit", BARE, COATED, "--recipe", recipe, *options, "--json").document
    found = {
        ("bare" if "bare" in r["sample"].lower() else "ald", r["core_level"])
        for r in document["regions"]
    }
    assert found == expected


def test_a_filter_that_matches_nothing_names_what_there_is(run: Run) -> None:
    ended = run("fit", BARE, "--recipe", "cathode", "--sample", "nickel foam")
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
    assert "'nickel foam'" in ended.err
    assert "S 2p" in ended.err


def test_the_fit_for_people_names_every_component_with_its_error(run: Run) -> None:
    ended = run("fit", BARE, "--recipe", "cathode")
    assert ended.code == 0
    for text in ("PS₄³⁻", "sulfate", "lattice M–O", "±", "counts/s·eV", "Atomic percent"):
        assert text in ended.out
    assert "nan" not in ended.out.lower()


def without_peak(seed: int = 5) -> Spectrum:
    """O 1s counts that hold background only."""
    energy = np.arange(950.0, 965.0, 0.05)
    counts = np.random.default_rng(seed).poisson(400.0, energy.size).astype(float)
    return Spectrum(
        energy,
        counts,
        axis="kinetic",
        name="O 1s",
        sample="empty",
        core_level="O 1s",
        photon_energy_ev=1486.6,
        dwell_s=0.1,
        sweeps=4.0,
    )


def test_a_region_without_peak_fails_alone(run: Run, tmp_path: Path) -> None:
    path, out = tmp_path / "빈 시료.vms", tmp_path / "out.doublet"
    write_vamas(path, [without_peak()])
    ended = run("fit", BARE, path, "--recipe", "ncm-o1s", "--json", "--session", out)
    good, empty = ended.document["regions"]
    assert ended.code == 1
    assert good["success"]
    assert good["components"]
    assert not empty["success"]
    assert empty["components"] == []
    assert empty["chi2"] is None
    assert "no peak between" in empty["message"]
    assert {a["sample"] for a in ended.document["quantification"]} == {good["sample"]}
    check_schema(ended.document)
    assert len(load(out).fits) == 1


def test_a_region_without_peak_is_named_to_people(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "empty.vms"
    write_vamas(path, [without_peak()])
    ended = run("fit", path, "--recipe", "ncm-o1s")
    assert ended.code == 1
    assert "not fitted" in ended.out
    assert "no peak between" in ended.out


# --- export, verify, check -------------------------------------------------------------------


def test_verify_says_that_the_numbers_came_back(run: Run, example_session: Path) -> None:
    ended = run("verify", example_session, "--json")
    assert ended.code == 0
    check_schema(ended.document)
    assert ended.document == {
        "format": "doublet.verify/1",
        "passed": True,
        "regions": 4,
        "differences": [],
        "failures": [],
    }
    assert "4 fits repeated: every number came back" in run("verify", example_session).out


def test_check_of_a_session_lists_findings(run: Run, example_session: Path) -> None:
    ended = run("check", example_session, "--json")
    assert ended.code == 0
    check_schema(ended.document)
    assert ended.document["format"] == "doublet.check/1"
    assert all(finding["severity"] != "error" for finding in ended.document["checks"])


def test_check_of_a_file_that_cannot_be_fitted_fails(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "empty.vms"
    write_vamas(path, [without_peak()])
    ended = run("check", path, "--recipe", "ncm-o1s", "--json")
    assert ended.code == 1
    check_schema(ended.document)
    assert "no peak" in ended.document["not_fitted"][0]["error"]
    assert "no peak" in run("check", path, "--recipe", "ncm-o1s").out


def test_check_of_a_file_needs_a_recipe(run: Run) -> None:
    ended = run("check", BARE)
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert "--recipe" in ended.err


@pytest.mark.parametrize("ending", ["csv", "json", "html", "svg"])
def test_a_session_is_exported_by_ending(
    run: Run, example_session: Path, tmp_path: Path, ending: str
) -> None:
    target = tmp_path / f"내보내기 1.{ending}"
    ended = run("export", example_session, "--to", target)
    assert (ended.code, ended.err) == (0, "")
    text = target.read_text("utf-8-sig")
    assert "sulfate" in text
    assert not re.search(r"\b(nan|inf|infinity)\b", text, re.IGNORECASE)
    if ending == "json":
        check_schema(json.loads(text))


def test_an_unknown_ending_is_refused(run: Run, example_session: Path, tmp_path: Path) -> None:
    ended = run("export", example_session, "--to", tmp_path / "a.docx")
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
    assert ".docx" in ended.err
    assert list(tmp_path.iterdir()) == []


# --- usage -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["frobnicate"],
        ["info"],
        ["info", "a", "b"],
        ["fit"],
        ["fit", "a.vms"],
        ["fit", "a.vms", "--recipe"],
        ["fit", "a.vms", "--recipe", "cathode", "--bogus"],
        ["fit", "a.vms", "--rec", "cathode"],
        ["fit", "a.vms", "--recipe", "cathode", "--errors", "guess"],
        ["export", "a.doublet"],
        ["simulate", "--recipe", "cathode"],
        ["simulate", "--recipe", "cathode", "--out", "a.vms", "--seed", "one"],
        ["verify"],
        ["check", str(BARE)],
        ["info", "two\nlines", "--bog\nus"],
    ],
    ids=lambda arguments: " ".join(arguments)[:40] or "nothing",
)
def test_bad_usage_is_one_line(run: Run, arguments: list[str]) -> None:
    ended = run(*arguments)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
    assert ended.err.startswith("doublet: ")
    as_json = run(*arguments, "--json")
    assert (as_json.code, len(as_json.err.splitlines())) == (2, 1)
    check_schema(as_json.document)
    assert as_json.document["format"] == "doublet.error/1"


@pytest.mark.parametrize("command", ["export", "script", "fit"])
def test_bad_usage_points_to_the_help_of_its_command(run: Run, command: str) -> None:
    assert f"see doublet {command} --help" in run(command, "a.doublet").err


def test_help_and_version_end_well(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["fit", "--help"], ["--version"]):
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        assert ended.value.code == 0
    assert __version__ in capsys.readouterr().out
