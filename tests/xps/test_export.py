from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xps.example import HOSTILE, Case, hostile, mixed, pair, stale
from xps.csv_table import COLUMNS, csv_bytes
from xps.errors import WriteError, XpsError
from xps.export import ENDINGS, KINDS, export
from xps.model import Ref
from xps.project import Project

Row = dict[str, str]


def rows_of(case: Case) -> list[Row]:
    text = csv_bytes(case.project, case.failures).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return rows_of(pair())


FIRST_BYTES = {
    ".py": b'"""Fits of photoelectron spectra, as exported by Doublet',
    ".html": b"<!DOCTYPE html>",
    ".pdf": b"%PDF-",
    ".svg": b"<?xml",
    ".png": b"\x89PNG",
    ".csv": b"\xef\xbb\xbfsample,",
    ".xlsx": b"PK\x03\x04",
    ".tex": b"% Results of Doublet",
    ".json": b"{",
    ".vms": b"VAMAS Surface Chemical",
    ".nxs": b"\x89HDF",
}


@pytest.mark.parametrize("ending", KINDS)
def test_ending_says_what_is_written(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"한글 results{ending.upper()}"
    export(stale().project, path)
    assert path.read_bytes().startswith(FIRST_BYTES[ending])


def test_every_ending_has_a_name_for_people() -> None:
    assert set(ENDINGS) == set(KINDS) == set(FIRST_BYTES)
    assert all(ENDINGS.values())


@pytest.mark.parametrize("name", ["results.docx", "results", ".csv"])
def test_unknown_ending_is_refused_and_names_the_known(name: str, tmp_path: Path) -> None:
    with pytest.raises(
        XpsError, match=r"\.html, \.pdf, \.svg, \.png, \.csv, \.xlsx, \.tex, \.json"
    ):
        export(pair().project, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_figure_of_ones_choice_is_written(tmp_path: Path) -> None:
    path = tmp_path / "shares.svg"
    export(pair().project, path, figure={"shows": "share", "width_mm": 85.0})
    document = path.read_text("utf-8")
    assert "Share of the area / %" in document
    assert 'width="240.9' in document  # points


def test_choice_for_a_figure_is_refused_for_a_table(tmp_path: Path) -> None:
    with pytest.raises(XpsError, match=r"a figure cannot be written as \.csv"):
        export(pair().project, tmp_path / "table.csv", figure={"width_mm": 85.0})


def test_old_file_stays_when_the_new_one_cannot_be_made(tmp_path: Path) -> None:
    path = tmp_path / "figure.svg"
    path.write_text("old")
    with pytest.raises(XpsError, match="no spectrum to draw"):
        export(Project(), path)
    assert path.read_text() == "old"


def test_missing_folder_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="no such folder"):
        export(pair().project, tmp_path / "gone" / "table.csv")


def test_json_is_the_result(tmp_path: Path) -> None:
    case = mixed()
    path = tmp_path / "results.json"
    export(case.project, path, failures=case.failures, notes=("a note",))
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(replace(case.result, notes=("a note",)).to_dict()))


def test_csv_has_one_row_for_each_component(rows: list[Row]) -> None:
    expected = [
        (entry.sample, region.core_level, component.name)
        for region in pair().project.regions
        for entry in [pair().project.entry(region.spectrum)]
        for component in region.components
    ]
    assert [(r["sample"], r["core_level"], r["component"]) for r in rows] == expected


def test_csv_numbers_are_those_of_the_fit_to_the_last_digit(rows: list[Row]) -> None:
    fit = pair().project.fit_of(pair().project.regions[0].id)
    assert fit is not None
    for row, component in zip(rows, fit.region.components, strict=False):
        for name, column in (("area", "area"), ("center", "center_ev"), ("fwhm", "fwhm_ev")):
            assert float(row[column]) == component.params[name].value
            assert float(row[f"{name}_stderr"]) == fit.stderr(Ref(component.id, name))


def test_csv_agrees_with_the_json(rows: list[Row]) -> None:
    document = pair().result.to_dict()
    components = [c for region in document["regions"] for c in region["components"]]
    for row, component in zip(rows, components, strict=True):
        for key in ("center_ev", "center_stderr", "area", "area_stderr", "share", "share_stderr"):
            assert float(row[key]) == component[key]


def test_csv_atomic_percents_are_those_of_the_quantification(rows: list[Row]) -> None:
    amounts = pair().result.to_dict()["quantification"]
    percents = {(a["sample"], a["name"]): a for a in amounts if "species" in a}
    for row in rows:
        amount = percents[row["sample"], row["component"]]
        assert float(row["atomic_percent"]) == amount["atomic_percent"]
        assert float(row["atomic_percent_stderr"]) == amount["stderr"]


def test_csv_gives_limits_of_weak_components_only() -> None:
    for row in rows_of(mixed()):
        limits = [row[column] for column in COLUMNS if "upper_limit" in column]
        assert all(limits) if row["significant"] == "no" else not any(limits)


def test_limit_of_a_share_is_the_limit_of_the_area_over_the_whole() -> None:
    weak = next(row for row in rows_of(mixed()) if row["significant"] == "no")
    whole = float(weak["area"]) / float(weak["share"])
    assert float(weak["share_upper_limit_95"]) == pytest.approx(
        float(weak["area_upper_limit_95"]) / whole
    )
    assert float(weak["share_upper_limit_95"]) >= float(weak["share"])


def test_csv_row_of_a_failed_region_holds_the_reason_and_no_number() -> None:
    (row,) = [row for row in rows_of(mixed()) if row["state"] == "failed"]
    assert "no peak" in row["message"]
    assert row["success"] == "no"
    assert not any(row[column] for column in COLUMNS if column.startswith(("area", "share", "c_")))


def test_csv_says_what_is_stale() -> None:
    found = rows_of(stale())
    states = {(row["sample"], row["core_level"]): row["state"] for row in found}
    assert list(states.values()).count("stale") == 1
    (message,) = {row["message"] for row in found if row["state"] == "stale"}
    assert "changed after this fit" in message


def test_unknown_numbers_are_empty_and_never_zero() -> None:
    project = pair().project
    fit = project.fits[0]
    unknown = replace(fit, covariance=fit.covariance * 0.0)
    case = Case(project.with_fit(unknown), {})
    first = rows_of(case)[0]
    assert first["area"]
    assert first["area_stderr"] == first["share_stderr"] == first["center_stderr"] == ""


def test_text_that_looks_like_a_formula_is_escaped_and_numbers_are_not() -> None:
    row = rows_of(hostile())[0]
    assert row["sample"] == f"'{HOSTILE}"
    assert row["component"].startswith("'@=")


def test_negative_numbers_stay_numbers() -> None:
    project = pair().project
    shifted = replace(project.fits[0], charge_shift_ev=-0.25)
    row = rows_of(Case(project.with_fit(shifted), {}))[0]
    assert row["charge_shift_ev"] == "-0.25"


@given(st.text(st.characters(), min_size=1, max_size=20))
def test_no_text_becomes_a_formula(name: str) -> None:
    spectrum = pair().project.entries[0].spectrum.with_(sample=name)
    project = Project().with_spectra((spectrum,))
    region = replace(pair().project.regions[0], spectrum=project.entries[0].id)
    text = csv_bytes(project.with_region(region)).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert not row["sample"].lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
    assert row["sample"].lstrip("'") == name.encode("utf-8", "replace").decode().lstrip("'")
