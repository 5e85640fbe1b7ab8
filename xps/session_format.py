"""The project as plain data and back: what stands in ``session.json`` of a session file.

Numbers that JSON does not know are written as None where a field allows them to be unknown,
and left out where they are the default (an absent bound is no bound).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, cast, get_args

import numpy as np
from numpy.typing import NDArray

from xps.plain_fields import Fields, MalformedError
from xps.plain_fit import fit_of, plain_fit
from xps.plain_quantification import plain_quantification, quantification_of
from xps.plain_region import plain_region, region_of
from xps.plain_spectrum import plain_spectrum, series_place, spectrum_of
from xps.project import AmountTies, ChargeMethod, ChargeReference, Entry, Project, Sample, Step
from xps.session_arrays import RowPool
from xps.unknown_keys import unknown_keys, with_unknown_keys
from xps.waiver import Scope, Waiver

Floats = NDArray[np.float64]
Plain = dict[str, Any]

_MOST_HISTORY = 100_000  # steps: more than anybody takes


# --- to plain data ---------------------------------------------------------------------------


def plain_project(project: Project) -> tuple[Plain, dict[str, Floats]]:
    """Return a project as JSON data, and its arrays by name."""
    rows = RowPool()
    spectra = [{"id": entry.id} | plain_spectrum(entry.spectrum, rows) for entry in project.entries]
    covariances = {f"fits/{i}": np.asarray(fit.covariance) for i, fit in enumerate(project.fits)}
    document = {
        "samples": [_plain_sample(sample) for sample in project.samples],
        "spectra": spectra,
        "regions": [plain_region(region) for region in project.regions],
        "fits": [plain_fit(fit) for fit in project.fits],
        "recipe": project.recipe,
        "history": [asdict(step) for step in project.history],
        "waivers": [_plain_waiver(waiver) for waiver in project.waivers],
        "ties": None if project.ties is None else asdict(project.ties),
    } | plain_quantification(project.quantification)
    return with_unknown_keys(document, project.unknown), rows.tables | covariances


def _plain_sample(sample: Sample) -> Plain:
    plain: Plain = {
        "name": sample.name,
        "charge": asdict(sample.charge),
        "group": sample.group,
        "series": [list(place) for place in sample.series],
    }
    return with_unknown_keys(plain, sample.unknown)


def _plain_waiver(waiver: Waiver) -> Plain:
    plain = asdict(waiver)
    del plain["unknown"]
    return with_unknown_keys(plain, waiver.unknown)


# --- and back --------------------------------------------------------------------------------


def project_of(document: object, array: Callable[[str], Floats]) -> Project:
    """Build a project from JSON data.

    Parameters
    ----------
    document : object
        What `plain_project` returned, after a round through JSON.
    array : callable
        Returns an array by name.

    Raises
    ------
    MalformedError
        Naming the field that is missing or wrong.
    XpsError
        If the values contradict each other.
    """
    fields = Fields(document, "session")
    for of_the_file in ("format", "program"):
        fields.maybe(of_the_file)
    _refuse_repeated(fields)
    ties = fields.maybe_table("ties")
    project = Project(
        samples=tuple(_sample(table) for table in fields.tables("samples")),
        entries=tuple(
            Entry(table.text("id"), spectrum_of(table, array)) for table in fields.tables("spectra")
        ),
        regions=tuple(region_of(table) for table in fields.tables("regions")),
        fits=tuple(
            fit_of(table, array(f"fits/{number}"))
            for number, table in enumerate(fields.tables("fits"))
        ),
        recipe=fields.text("recipe"),
        history=tuple(
            Step(step.text("time"), step.text("text"), step.text("version"))
            for step in fields.tables("history")
        ),
        waivers=tuple(_waiver(table) for table in fields.tables("waivers")),
        quantification=quantification_of(fields.maybe_table("quantification")),
        ties=None if ties is None else AmountTies(ties.maybe_number("sigma")),
    )
    _refuse_loose_ends(project)
    return replace(project, unknown=unknown_keys(fields))


def _refuse_repeated(fields: Fields) -> None:
    if len(fields.items("history")) > _MOST_HISTORY:
        raise MalformedError(f"the history has more than {_MOST_HISTORY:,} steps")
    for kind, key in (("samples", "name"), ("spectra", "id"), ("regions", "id")):
        keys = [table.text(key) for table in fields.tables(kind)]
        if len(set(keys)) < len(keys):
            raise MalformedError(f"two {kind} have the same {key}")


def _refuse_loose_ends(project: Project) -> None:
    ids = {entry.id for entry in project.entries}
    regions = {region.id for region in project.regions}
    fitted = {fit.region.id for fit in project.fits}
    samples = {sample.name for sample in project.samples}
    if not {region.spectrum for region in project.regions} <= ids:
        raise MalformedError("a region belongs to a spectrum that is not there")
    if len(fitted) < len(project.fits):
        raise MalformedError("two fits belong to the same region")
    if not fitted <= regions:
        raise MalformedError("a fit belongs to a region that is not there")
    if not {entry.sample for entry in project.entries} <= samples:
        raise MalformedError("a spectrum belongs to a sample that is not there")


def _sample(table: Fields) -> Sample:
    charge = table.table("charge")
    return Sample(
        table.text("name"),
        ChargeReference(
            cast(ChargeMethod, charge.choice("method", get_args(ChargeMethod))),
            charge.number("shift_ev"),
            charge.maybe_number("stderr_ev"),
            charge.text("core_level"),
            charge.text("component"),
            charge.maybe_number("energy_ev"),
            charge.maybe_number("uncertainty_ev"),
            charge.number("search_ev"),
        ),
        table.text("group", ""),
        tuple(series_place(place, table.where) for place in table.items("series")),
        unknown_keys(table),
    )


def _waiver(table: Fields) -> Waiver:
    scope = table.table("scope")
    return Waiver(
        table.text("rule"),
        Scope(scope.text("sample"), scope.text("region"), scope.text("subject")),
        table.text("reason"),
        table.text("time"),
        table.text("version"),
        unknown_keys(table),
    )
