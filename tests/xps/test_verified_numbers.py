"""Verification knows every number of a fit, and says why one may not come back."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.xps.commands import Run, check_schema
from xps.analysis import reference_region
from xps.environment import present_environment
from xps.error_methods import methods_of, with_errors
from xps.fitted import RegionFit
from xps.fitting import fit_region
from xps.project import Project
from xps.session import load
from xps.session_format import project_of
from xps.tied_fit import fit_tied
from xps.verify import compare_fits, verify

Plain = dict[str, Any]
Place = tuple[str | int, ...]
SAVED = Path(__file__).parents[1] / "data" / "sessions"
_SETTINGS = ("window_ev", "average_points", "gap_ev", "min", "max", "amount", "mean", "sigma")


@cache
def content(name: str) -> tuple[Plain, dict[str, Any]]:
    with zipfile.ZipFile(SAVED / f"format-2-{name}.doublet") as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    document = json.loads(members.pop("session.json"))
    return document, {
        member.removesuffix(".npy"): np.load(io.BytesIO(data)) for member, data in members.items()
    }


@cache
def refitted(name: str) -> tuple[RegionFit, ...]:
    """The fits of a saved session, made again."""
    project = load(SAVED / f"format-2-{name}.doublet")
    joint = fit_tied(project, project.samples[0].name)
    if joint is not None:
        return joint.fits
    found = []
    for fit in project.fits:
        entry, charge = project.entry(fit.region.spectrum), project.samples[0].charge
        again = fit_region(project.region(fit.region.id), entry.spectrum, charge)
        found.append(with_errors(again, entry.spectrum, methods_of(fit.errors), charge=charge))
    return tuple(found)


def numbers(node: object, here: Place = ()) -> Iterator[Place]:
    """Every number of plain data that is a result, not a setting."""
    if isinstance(node, dict):
        for key, value in node.items():
            if not (key in _SETTINGS and "ties" not in here) and key not in ("lines", "vary"):
                yield from numbers(value, (*here, key))
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from numbers(value, (*here, i))
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield here


def changed(document: Plain, place: Place) -> Plain:
    document = copy.deepcopy(document)
    node: Any = document
    for key in place[:-1]:
        node = node[key]
    value = node[place[-1]]
    node[place[-1]] = value + 1 if isinstance(value, int) else value * 1.05 + 0.01 * (value == 0.0)
    return document


def compared(name: str, project: Project, index: int) -> list[str]:
    """Names of the numbers of a stored fit that its refit does not give."""
    joint = name == "ties"
    pairs = zip(project.fits, refitted(name), strict=True)
    stored, again = list(pairs)[index]
    return [what for what, *_ in compare_fits(project, stored, again, together=joint)]


def places(name: str) -> list[tuple[int, Place]]:
    fits = content(name)[0]["fits"]
    own = ("covariance_with",)  # compared as whole blocks; tested with the ties
    return [
        (index, place)
        for index, fit in enumerate(fits)
        for place in numbers({key: value for key, value in fit.items() if key not in own})
    ]


@pytest.mark.parametrize("name", ["errors", "ties"])
def test_every_stored_number_is_compared_and_named(name: str) -> None:
    document, arrays = content(name)
    whole = project_of(document, arrays.__getitem__)
    assert [compared(name, whole, i) for i in range(len(whole.fits))] == [[]] * len(whole.fits)
    unseen = []
    cases = places(name)
    assert len(cases) > 30
    for index, place in cases:
        edited = changed(document, ("fits", index, *place))
        if place[:1] == ("region",) and (place[-1] != "value" or "t" in place):
            continue  # settings, such as what this background does not have: no result
        project = project_of(edited, arrays.__getitem__)
        if not compared(name, project, index):
            unseen.append(place)
    assert unseen == []


@pytest.mark.parametrize("name", ["errors", "ties"])
def test_every_number_of_the_covariance_is_compared(name: str) -> None:
    document, arrays = content(name)
    for index in range(len(document["fits"])):
        table = arrays[f"fits/{index}"]
        scale = np.sqrt(np.outer(*2 * (np.diag(table),)))
        for row, column in np.ndindex(*table.shape):
            edited = table.copy()
            edited[row, column] += 0.01 * scale[row, column]
            project = project_of(document, (arrays | {f"fits/{index}": edited}).__getitem__)
            assert compared(name, project, index)


# --- why --------------------------------------------------------------------------------------


def with_fit(folder: Path, **changes: Any) -> Path:
    """A session with one number and some fields of its first fit changed."""
    document, _ = content("errors")
    document = copy.deepcopy(document)
    fit = document["fits"][0]
    fit["errors"] = None
    fit["chi2"] *= 1.001
    fit.update(changes)
    path = folder / "edited.doublet"
    with (
        zipfile.ZipFile(SAVED / "format-2-errors.doublet") as saved,
        zipfile.ZipFile(path, "w") as archive,
    ):
        archive.writestr("session.json", json.dumps(document))
        for member in saved.namelist()[1:]:
            archive.writestr(member, saved.read(member))
    return path


OLD = vars(present_environment()) | {"doublet": "0.0.1", "numpy": "2.3.0"}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (
            {"made_with": vars(present_environment())},
            "the same versions and method made it: the stored number was changed",
        ),
        ({"made_with": OLD}, "other versions: doublet 0.0.1 → "),
        ({"made_with": OLD}, "numpy 2.3.0 → "),
        ({"made_with": None}, "versions that the session does not tell"),
        (
            {"made_with": OLD, "noise_model": "estimated-uniform"},
            "another noise model: estimated-uniform, now poisson; other versions",
        ),
    ],
)
def test_a_difference_says_why(run: Run, tmp_path: Path, changes: dict[str, Any], why: str) -> None:
    path = with_fit(tmp_path, **changes)
    (difference,) = verify(load(path)).differences
    assert difference.what == "χ²"
    assert why in difference.why
    ended = run("verify", path)
    assert why in ended.out
    document = run("verify", path, "--json").document
    check_schema(document)
    assert why in document["differences"][0]["why"]


def test_the_reference_is_where_the_saved_session_says() -> None:
    project = load(SAVED / "format-2-errors.doublet")
    reference = reference_region(project, project.samples[0].name)
    assert reference is not None
