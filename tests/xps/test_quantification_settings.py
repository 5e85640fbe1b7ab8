"""What the user chooses for the quantification: effect, name in the output, session, options."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import xps
from tests.xps.commands import Run, check_schema
from tests.xps.projects import BARE
from tests.xps.projects import fitted as example
from xps.cli_text import fit_text
from xps.errors import RecipeError, SessionError
from xps.escape_depth import MATERIALS
from xps.methods_text import methods
from xps.project import Project
from xps.quantification import Quantification
from xps.quantification_settings import (
    QuantificationSettings,
    parse_escape,
    parse_transmission,
)
from xps.result import FitResult
from xps.sensitivity import SensitivitySet
from xps.session import load, save
from xps.session_format import plain_project, project_of
from xps.tables import region_tables
from xps.transmission import TransmissionTable

OWN = SensitivitySet("kratos", (("S 2p", 0.668), ("O 1s", 0.78)))
TABLE = TransmissionTable("hemispheric", (500.0, 1500.0), (3.0, 1.0))
# Middles of the windows of the example's recipe.
KINETIC = {"S 2p": 1486.6 - 165.0, "O 1s": 1486.6 - 531.25}


def _with(**changes: object) -> Project:
    project = example()
    return replace(project, quantification=replace(QuantificationSettings(), **changes))


@cache
def _by_default() -> Quantification:
    return xps.quantify(example())


def _ratio(quantification: Quantification) -> float:
    """Sulfur over oxygen atoms in the first sample."""
    first = quantification.amounts[0].sample
    percent = {
        a.element: a.atomic_percent
        for a in quantification.amounts
        if a.is_element and a.sample == first
    }
    return percent["S"] / percent["O"]


def test_windows_are_those_that_the_figures_here_rest_on() -> None:
    middles = {r.core_level: 1486.6 - 0.5 * sum(r.window_ev) for r in example().regions}
    assert middles == pytest.approx(KINETIC)


@pytest.mark.parametrize(
    ("changes", "expected", "named"),
    [
        (
            {"sensitivity": OWN},
            (1.677 / 2.93) / (0.668 / 0.78),
            "kratos (own table) sensitivity factors",
        ),
        (
            {"transmission": 1.0},
            KINETIC["S 2p"] / KINETIC["O 1s"],
            "transmission ∝ E^-1",
        ),
        (
            {"transmission": TABLE},
            (3.0 - 0.002 * (KINETIC["O 1s"] - 500.0)) / (3.0 - 0.002 * (KINETIC["S 2p"] - 500.0)),
            "transmission from the table hemispheric",
        ),
        (
            {"escape": 0.0},
            (KINETIC["S 2p"] / KINETIC["O 1s"]) ** 0.75,
            "no escape depth",
        ),
        (
            {"escape": MATERIALS["li6ps5cl"]},
            (KINETIC["S 2p"] / KINETIC["O 1s"]) ** 0.75 / (3.172 / 2.454),
            "escape depth by TPP-2M in Li6PS5Cl",
        ),
        ({"angle_deg": 90.0}, 1.5 / 1.285, "angular distribution at 90°"),
        ({"transmission": "none"}, 1.0, "no transmission"),
    ],
)
def test_choice_changes_the_amounts_as_the_equation_says_and_is_named(
    changes: dict[str, object], expected: float, named: str
) -> None:
    quantification = xps.quantify(_with(**changes))
    assert quantification.notes == ()
    assert _ratio(quantification) / _ratio(_by_default()) == pytest.approx(expected, rel=1e-3)
    assert named in quantification.basis


def test_choice_is_named_in_json_text_and_methods() -> None:
    project = _with(sensitivity=OWN)
    result = FitResult(project)
    document = result.to_dict()
    check_schema(document)
    assert "kratos" in document["quantification_basis"]
    assert "kratos" in fit_text(result, ())
    assert any("kratos" in s for s in methods(project, region_tables(project)).sentences)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"sensitivity": SensitivitySet("s", (("S 2p", 1.0),))}, "no factor for O 1s"),
        (
            {"transmission": TransmissionTable("t", (1000.0, 1500.0), (1.0, 1.0))},
            "outside the transmission table",
        ),
    ],
)
def test_what_a_table_does_not_hold_is_not_counted(changes: dict[str, object], why: str) -> None:
    quantification = xps.quantify(_with(**changes))
    assert {a.element for a in quantification.amounts} == {"S"}
    assert all(why in note for note in quantification.notes)
    assert quantification.notes


def test_level_without_asymmetry_is_not_counted_at_an_angle() -> None:
    project = _with(angle_deg=45.0)
    level = [replace(r, core_level="Cl 2p") for r in project.regions if r.core_level == "S 2p"]
    fits = [replace(f, region=r) for r in level for f in project.fits if f.region.id == r.id]
    for region, fit in zip(level, fits, strict=True):
        renamed = project.with_region(region)
        fit = replace(fit, fingerprint=renamed.fingerprint(region.id))
        project = replace(
            renamed, fits=tuple(fit if f.region.id == region.id else f for f in renamed.fits)
        )
    quantification = xps.quantify(project)
    assert {a.element for a in quantification.amounts} == {"O"}
    assert all("β of Cl 2p" in note for note in quantification.notes)


def test_choice_does_not_make_fits_stale() -> None:
    project = _with(sensitivity=OWN, angle_deg=45.0)
    assert all(project.is_fresh(region.id) for region in project.regions)


@pytest.mark.parametrize(
    "settings",
    [
        QuantificationSettings(),
        QuantificationSettings(OWN, TABLE, MATERIALS["ncm811"], 45.0),
        QuantificationSettings(None, 0.7, 0.66, None),
        QuantificationSettings(
            SensitivitySet("시료", (("S 2p", 2.0),), (("S 2p", 1.1),)), "none", 0.0, 90.0
        ),
    ],
)
def test_choice_travels_in_the_session(tmp_path: Path, settings: QuantificationSettings) -> None:
    project = replace(example(), quantification=settings)
    path = tmp_path / "a.doublet"
    save(path, project)
    assert load(path).quantification == settings


def test_session_without_the_field_has_the_settings_by_default(tmp_path: Path) -> None:
    document, arrays = plain_project(example())
    assert "quantification" not in document
    document = json.loads(json.dumps(document))
    assert project_of(document, lambda name: arrays[name]).quantification == (
        QuantificationSettings()
    )


@pytest.mark.parametrize(
    "damage",
    [
        {"angle_deg": 999.0},
        {"transmission": {"kind": "guess"}},
        {"transmission": {"kind": "table", "name": "t", "points": [[1.0]]}},
        {"transmission": {"kind": "table", "name": "t", "points": [7]}},
        {"escape": {"kind": "material", "formula": "Al2O3"}},
        {"sensitivity": {"name": "s", "factors": {"S 2p": -1.0}, "anisotropies": {}}},
    ],
)
def test_damaged_choice_in_a_session_is_refused(tmp_path: Path, damage: dict[str, object]) -> None:
    path = tmp_path / "a.doublet"
    save(path, _with(angle_deg=45.0))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    document = json.loads(members["session.json"])
    document["quantification"] |= damage
    members["session.json"] = json.dumps(document).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with pytest.raises(SessionError):
        load(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"transmission": "guess"},
        {"transmission": 4.0},
        {"transmission": float("nan")},
        {"escape": float("inf")},
        {"angle_deg": -1.0},
        {"angle_deg": float("nan")},
    ],
)
def test_impossible_settings_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(RecipeError):
        _with(**changes)


# Options of the command line ----------------------------------------------------------------------


def test_options_are_read(tmp_path: Path) -> None:
    assert parse_transmission("none") == "none"
    assert parse_transmission("0.7") == 0.7
    table = tmp_path / "t.csv"
    table.write_text("kinetic_ev,transmission\n500,3\n1500,1\n")
    assert parse_transmission(str(table)) == replace(TABLE, name="t")
    assert parse_escape("none") == 0.0
    assert parse_escape("0.66") == 0.66
    assert parse_escape("NCM811") == MATERIALS["ncm811"]
    assert parse_escape("Al2O3,3.1,101.961,24,7") == MATERIALS["al2o3"]


@pytest.mark.parametrize(
    "text", ["", "steel", "Al2O3,3.1", "Al2O3,3.1,102,24,7,8", "Al2O3,a,b,c,d"]
)
def test_unknown_escape_depth_is_refused(text: str) -> None:
    with pytest.raises(RecipeError, match="escape depth"):
        parse_escape(text)


def test_fit_takes_the_options_and_keeps_them(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "kratos.csv"
    table.write_text("core_level,factor\nS 2p,0.668\nO 1s,0.78\n")
    session = tmp_path / "a.doublet"
    ended = run(
        *("fit", BARE, "--recipe", "cathode", "--sensitivity", table, "--transmission", "0.5"),
        *("--escape", "li6ps5cl", "--angle", "90", "--session", session, "--json"),
    )
    assert (ended.code, ended.err) == (0, "")
    assert ended.document["quantification_basis"] == (
        "kratos (own table) sensitivity factors, transmission ∝ E^-0.5, escape depth by TPP-2M "
        "in Li6PS5Cl, angular distribution at 90°"
    )
    assert load(session).quantification == QuantificationSettings(
        replace(OWN, name="kratos"), 0.5, MATERIALS["li6ps5cl"], 90.0
    )


def test_mistake_in_a_table_ends_the_fit_with_its_line(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "kratos.csv"
    table.write_text("core_level,factor\nS 2p,zero\n")
    ended = run("fit", BARE, "--recipe", "cathode", "--sensitivity", table, "--json")
    assert ended.code == 2
    assert ended.document["file"] == str(table)
    assert ended.document["where"] == "line 2"
