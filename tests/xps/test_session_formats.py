"""Sessions of every format there was: opened, verified, and written anew as the present one."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.xps.commands import schema
from tests.xps.projects import fitted, one_fit, projects, with_center
from xps.environment import Environment, present_environment
from xps.errors import SessionError
from xps.plain_fields import MalformedError
from xps.project import Project
from xps.session import load, to_bytes
from xps.session_migrations import FORMAT, MIGRATIONS, migrated
from xps.verify import verify
from xps.waiver import Scope, Waiver

Plain = dict[str, Any]
SAVED = Path(__file__).parents[1] / "data" / "sessions"
FILES = sorted(SAVED.glob("*.doublet"))
FAST = [path for path in FILES if "errors" not in path.name]


def content(data: bytes) -> tuple[Plain, dict[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(members.pop("session.json")), members


def reopened(document: Plain, members: Mapping[str, bytes], folder: Path) -> Project:
    path = folder / "again.doublet"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("session.json", json.dumps(document))
        for name, data in members.items():
            archive.writestr(name, data)
    return load(path)


# --- what was saved ---------------------------------------------------------------------------


def test_there_is_a_saved_session_of_every_format() -> None:
    formats = {content(path.read_bytes())[0]["format"] for path in FILES}
    assert formats == set(range(1, FORMAT + 1))


def test_every_older_format_has_a_migration() -> None:
    assert sorted(MIGRATIONS) == list(range(1, FORMAT))


@pytest.mark.parametrize("path", FAST, ids=lambda path: path.stem)
def test_saved_session_comes_back_when_repeated(path: Path, tmp_path: Path) -> None:
    project = load(path)
    outcome = verify(project)
    assert (outcome.passed, outcome.differences, outcome.failures) == (True, (), ())
    assert outcome.regions == len(project.fits) > 0
    again = tmp_path / "again.doublet"
    again.write_bytes(to_bytes(project))
    assert verify(load(again)).passed


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_saved_session_is_written_in_the_present_format(path: Path, tmp_path: Path) -> None:
    project = load(path)
    document, members = content(to_bytes(project))
    assert document["format"] == FORMAT
    jsonschema.validate(document, schema("session"), cls=jsonschema.Draft202012Validator)
    again = reopened(document, members, tmp_path)
    assert to_bytes(again) == to_bytes(project)
    for old, new in zip(project.entries, again.entries, strict=True):
        assert new.spectrum.digest == old.spectrum.digest
    for fit, same in zip(project.fits, again.fits, strict=True):
        np.testing.assert_array_equal(same.covariance, fit.covariance)
        assert same.errors == fit.errors


def test_all_of_the_first_format_is_there_after_its_migration() -> None:
    project = load(SAVED / "format-1-example.doublet")
    assert [step.text for step in project.history] == ["Fit all"]
    assert [waiver.reason for waiver in project.waivers] == ["as in the paper"]
    assert project.quantification.angle_deg == 54.7
    assert project.recipe == "cathode"
    assert all(entry.spectrum.origin is not None for entry in project.entries)
    assert [fit.made_with for fit in project.fits] == [None] * 4
    tied = load(SAVED / "format-1-ties.doublet")
    assert sum(len(fit.ties) for fit in tied.fits) == 1
    (fit,) = load(SAVED / "format-1-errors.doublet").fits
    assert fit.errors.profiles
    assert fit.errors.bootstrap is not None
    assert fit.errors.systematic is not None


def test_transmission_of_the_first_format_is_found(tmp_path: Path) -> None:
    document, members = content((SAVED / "format-1-ties.doublet").read_bytes())
    known = document["spectra"][1]["id"]
    rows = np.load(io.BytesIO(members[f"spectra/{known}.npy"]))
    with_transmission = io.BytesIO()
    np.save(with_transmission, np.vstack((rows, np.linspace(1.0, 1.1, rows.shape[1]))))
    members[f"spectra/{known}.npy"] = with_transmission.getvalue()
    entries = reopened(document, members, tmp_path).entries
    without, found = (entry.spectrum.transmission for entry in entries)
    assert without is None
    np.testing.assert_array_equal(found, np.linspace(1.0, 1.1, rows.shape[1]))


# --- migrations -------------------------------------------------------------------------------


def test_a_migration_keeps_keys_that_it_does_not_know() -> None:
    document, _ = content((SAVED / "format-1-ties.doublet").read_bytes())
    document["lab_book"] = {"page": 12}
    document["spectra"][0]["operator"] = "Kim"
    present = migrated(document | {"arrays": {}}, MIGRATIONS)
    assert present["lab_book"] == {"page": 12}
    assert present["spectra"][0]["operator"] == "Kim"
    assert present["format"] == FORMAT
    assert "arrays" not in present


@pytest.mark.parametrize("spectra", [{}, [1], "s0", None])
def test_a_first_format_that_is_none_is_refused(spectra: object) -> None:
    with pytest.raises(MalformedError, match=r"session\.spectra is not a list of objects"):
        migrated({"format": 1, "spectra": spectra}, MIGRATIONS)


def test_a_newer_format_is_refused_with_its_writer_and_the_remedy() -> None:
    with pytest.raises(SessionError, match=r"format 3, Doublet 9\.1\)") as caught:
        migrated({"format": FORMAT + 1, "program": {"doublet": "9.1"}}, MIGRATIONS)
    assert caught.value.remedy == "update Doublet"


# --- unknown keys -----------------------------------------------------------------------------

PLACES: tuple[tuple[str | int, ...], ...] = (
    (),
    ("samples", 1),
    ("samples", 0, "charge"),
    ("spectra", 3),
    ("spectra", 2, "origin"),
    ("regions", 1),
    ("regions", 2, "background", "k"),
    ("regions", 0, "components", 1),
    ("regions", 0, "components", 1, "center"),
    ("fits", 2),
    ("fits", 3, "region", "components", 0),
    ("fits", 1, "made_with"),
)


def at(document: Plain, place: tuple[str | int, ...]) -> Plain:
    node: Any = document
    for step in place:
        node = node[step]
    return node


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)) or "session")
def test_unknown_keys_are_kept(place: tuple[str | int, ...], tmp_path: Path) -> None:
    document, members = content(to_bytes(fitted()))
    at(document, place)["from_the_future"] = {"a": [1, None, "ä"]}
    project = reopened(document, members, tmp_path)
    of_items = [item.unknown for item in (*project.samples, *project.waivers)]
    assert sum(map(len, (project.unknown, *of_items))) == 1
    again, _ = content(to_bytes(project))
    assert again == document


@given(st.dictionaries(st.text(min_size=9), st.none() | st.integers() | st.text(), max_size=3))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_unknown_key_is_kept(tmp_path: Path, keys: Plain) -> None:
    document, members = content(to_bytes(one_fit()))
    document["regions"][0] = keys | document["regions"][0]
    again, _ = content(to_bytes(reopened(document, members, tmp_path)))
    assert again == document


def test_unknown_keys_stay_with_what_they_belong_to(tmp_path: Path) -> None:
    document, members = content(to_bytes(fitted()))
    for table in (*document["regions"], *document["samples"]):
        table["mark"] = table.get("id", table.get("name"))
    project = reopened(document, members, tmp_path)
    project = with_center(project.without_region(project.regions[1].id), 0.01)
    again, _ = content(to_bytes(project))
    assert [table["mark"] for table in again["regions"]] == [r.id for r in project.regions]
    assert [table["mark"] for table in again["samples"]] == [s.name for s in project.samples]


def renamed(project: Project, old: str, new: str) -> Project:
    return replace(
        project,
        samples=tuple(replace(s, name=new) if s.name == old else s for s in project.samples),
        entries=tuple(
            replace(e, spectrum=e.spectrum.with_(sample=new)) if e.sample == old else e
            for e in project.entries
        ),
        waivers=tuple(
            replace(w, scope=replace(w.scope, sample=new)) if w.scope.sample == old else w
            for w in project.waivers
        ),
    )


def test_unknown_keys_go_with_a_sample_under_its_new_name(tmp_path: Path) -> None:
    waiver = Waiver("residuals", Scope(fitted().samples[0].name), "a spike", "", "")
    document, members = content(to_bytes(fitted().with_waiver(waiver)))
    document["samples"][0]["mark"] = 1
    document["samples"][0]["charge"]["mark"] = 2
    document["waivers"][0]["mark"] = 3
    old = document["samples"][0]["name"]
    project = reopened(document, members, tmp_path)
    for name, new in ((old, "other"), (project.samples[1].name, old)):
        project = renamed(project, name, new)
    again, _ = content(to_bytes(project))
    first, second = again["samples"]
    assert (first["name"], first["mark"], first["charge"]["mark"]) == ("other", 1, 2)
    assert (again["waivers"][0]["scope"]["sample"], again["waivers"][0]["mark"]) == ("other", 3)
    assert "mark" not in second


def test_an_unknown_key_never_hides_what_is_known(tmp_path: Path) -> None:
    document, members = content(to_bytes(one_fit()))
    document["quantification"] = {"new": 1, **_default_quantification()}
    project = reopened(document, members, tmp_path)
    again, _ = content(to_bytes(project))
    assert reopened(again, members, tmp_path).quantification == project.quantification


def _default_quantification() -> Plain:
    return {
        "sensitivity": None,
        "transmission": {"kind": "file"},
        "escape": {"kind": "power", "exponent": 0.75},
        "angle_deg": None,
    }


# --- what is said about what made it ----------------------------------------------------------


def test_fits_say_what_made_them(tmp_path: Path) -> None:
    document, members = content(to_bytes(one_fit()))
    assert document["fits"][0]["made_with"] == vars(present_environment())
    older = dict(document["fits"][0]["made_with"], numpy="2.3.0")
    document["fits"][0]["made_with"] = older
    (fit,) = reopened(document, members, tmp_path).fits
    assert fit.made_with == Environment(**older)
    assert fit.made_with.differences(present_environment()) == (
        f"numpy 2.3.0 → {present_environment().numpy}",
    )


# --- the schema -------------------------------------------------------------------------------

VALIDATOR = jsonschema.Draft202012Validator(schema("session"))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema("session"))


@given(projects())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_any_session_follows_the_schema(project: Project) -> None:
    document, _ = content(to_bytes(project))
    VALIDATOR.validate(document)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("format",), 1),
        (("program", "doublet"), None),
        (("samples", 0, "charge", "method"), "guess"),
        (("spectra", 0, "energy"), ["tables/0"]),
        (("spectra", 0, "intensity"), None),
        (("spectra", 0, "unit"), "furlongs"),
        (("regions", 0, "window_ev"), [1.0]),
        (("regions", 0, "background", "kind"), 3),
        (("regions", 0, "components", 0, "area", "value"), "1"),
        (("fits", 0, "free", 0), {"component": "ps4"}),
        (("fits", 0, "chi2"), None),
        (("history",), {}),
    ],
)
def test_the_schema_refuses(place: tuple[str | int, ...], value: object) -> None:
    document = copy.deepcopy(content(to_bytes(one_fit()))[0])
    at(document, place[:-1])[place[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(document)
