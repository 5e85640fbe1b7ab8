"""The JSON of the contract against its schemas."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from tests.xps.example import Case, hostile, mixed, pair, stale
from tests.xps.projects import BARE
from xps.cli import main
from xps.errors import XpsError
from xps.resources import resource

SCHEMAS = (
    "fit", "info", "error", "verify", "check", "thickness", "suggest", "selfcheck", "map",
    "components",
)  # fmt: skip
CASES = {"good": pair, "weak and failed": mixed, "hostile": hostile, "stale": stale}


def validator(name: str) -> Draft202012Validator:
    text = resource("schemas", f"{name}.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def as_printed(case: Case) -> Any:
    return json.loads(json.dumps(case.result.to_dict(), allow_nan=False))


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(validator(name).schema)


@pytest.mark.parametrize("name", CASES)
def test_fit_keeps_the_contract(name: str) -> None:
    validator("fit").validate(as_printed(CASES[name]()))


def test_cases_hold_what_the_schema_distinguishes() -> None:
    regions = as_printed(mixed())["regions"]
    components = [component for region in regions for component in region["components"]]
    assert any(region["n_points"] is None for region in regions)
    assert {component["significant"] for component in components} == {True, False}


def _without(key: str) -> Any:
    return lambda document: document["regions"][0].pop(key)


def _component(**changes: object) -> Any:
    return lambda document: document["regions"][0]["components"][0].update(changes)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda d: d.update(format="doublet.fit/2"), id="another format"),
        pytest.param(_without("reduced_chi2"), id="no reduced_chi2"),
        pytest.param(_without("charge_shift_ev"), id="no charge shift"),
        pytest.param(_component(area_stderr=0.0), id="zero for an unknown error"),
        pytest.param(_component(fwhm_ev="1.2"), id="a number as text"),
        pytest.param(_component(upper_limit_95=3.0), id="a limit of a significant component"),
        pytest.param(_component(significant=False), id="no limit of a weak component"),
        pytest.param(_component(lines=[]), id="no lines"),
        pytest.param(lambda d: d["regions"][0].update(n_points=None), id="numbers without fit"),
        pytest.param(lambda d: d["regions"][0].update(area_unit="counts"), id="unit of no area"),
        pytest.param(lambda d: d["quantification"][0].pop("element"), id="amount of nothing"),
        pytest.param(lambda d: d["quantification"][0].update(species="x"), id="amount of both"),
        pytest.param(lambda d: d["quantification"][0].update(stderr=-1.0), id="negative error"),
    ],
)
def test_fit_schema_refuses(damage: Any) -> None:
    document = copy.deepcopy(as_printed(pair()))
    damage(document)
    with pytest.raises(ValidationError):
        validator("fit").validate(document)


def test_fit_schema_lets_new_fields_in() -> None:
    document = as_printed(pair())
    document["new"] = document["regions"][0]["new"] = 1
    validator("fit").validate(document)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    main(arguments)
    return json.loads(capsys.readouterr().out)


def test_info_keeps_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    document = printed(capsys, "info", str(BARE), "--json")
    validator("info").validate(document)
    assert document["spectra"]


@pytest.mark.parametrize(
    "change",
    [
        {"unit": "kcounts"},
        {"energy_axis": "photon"},
        {"energy_ev": None},
        {"energy_ev": [1.0]},
        {"core_level": "S2p"},
        {"photon_energy_ev": 0.0},
        {"index": -1},
    ],
)
def test_info_schema_refuses(change: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    document = printed(capsys, "info", str(BARE), "--json")
    document["spectra"][0].update(change)
    with pytest.raises(ValidationError):
        validator("info").validate(document)


def test_energies_are_null_where_they_are_kinetic_and_the_photons_unknown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = printed(capsys, "info", str(BARE), "--json")
    unknown = {"energy_axis": "kinetic", "photon_energy_ev": None, "energy_ev": None}
    document["spectra"][0].update(unknown)
    validator("info").validate(document)


def test_error_of_a_command_keeps_the_contract(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "no such file.vms"
    validator("error").validate(printed(capsys, "info", str(missing), "--json"))


@pytest.mark.parametrize(
    "error",
    [XpsError("why"), XpsError("why\nso", "do\r\nthat", path="a b.vms", where="line 3")],
)
def test_every_error_keeps_the_contract(error: XpsError) -> None:
    validator("error").validate(error.to_dict())


@pytest.mark.parametrize("change", [{"error": ""}, {"file": 3}, {"remedy": "two\nlines"}])
def test_error_schema_refuses(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        validator("error").validate(XpsError("why").to_dict() | change)
