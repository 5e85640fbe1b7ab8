"""The project as plain data and back: what stands in ``session.json`` of a session file.

Numbers that JSON does not know are written as None where a field allows them to be unknown,
and left out where they are the default (an absent bound is no bound).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, cast, get_args

import numpy as np
from numpy.typing import NDArray

from xps.environment import Environment
from xps.error_budget_format import errors_of, plain_errors
from xps.fitted import FittedTie, RegionFit
from xps.lineshapes import SHAPES
from xps.losses import LossFunction
from xps.model import (
    BACKGROUND_KINDS,
    Background,
    Component,
    Doublet,
    Link,
    LinkKind,
    Param,
    Prior,
    Ref,
    Region,
    Singlet,
    Weights,
)
from xps.plain_fields import Fields, MalformedError
from xps.plain_quantification import plain_quantification, quantification_of
from xps.plain_spectrum import plain_spectrum, series_place, spectrum_of
from xps.project import AmountTies, ChargeMethod, ChargeReference, Entry, Project, Sample, Step
from xps.session_arrays import RowPool
from xps.unknown_keys import unknown_keys, with_unknown_keys
from xps.waiver import Scope, Waiver

Floats = NDArray[np.float64]
Plain = dict[str, Any]

_MOST_COMPONENTS = 200  # of a region; fits know no more than a few dozen
_MOST_HISTORY = 100_000  # steps: more than anybody takes


# --- to plain data ---------------------------------------------------------------------------


def plain_project(project: Project) -> tuple[Plain, dict[str, Floats]]:
    """Return a project as JSON data, and its arrays by name."""
    rows = RowPool()
    spectra = [{"id": entry.id} | plain_spectrum(entry.spectrum, rows) for entry in project.entries]
    covariances = {f"fits/{i}": np.asarray(fit.covariance) for i, fit in enumerate(project.fits)}
    document = {
        "samples": [
            asdict(sample) | {"series": [list(place) for place in sample.series]}
            for sample in project.samples
        ],
        "spectra": spectra,
        "regions": [_plain_region(region) for region in project.regions],
        "fits": [_plain_fit(fit) for fit in project.fits],
        "recipe": project.recipe,
        "history": [asdict(step) for step in project.history],
        "waivers": [asdict(waiver) for waiver in project.waivers],
        "ties": None if project.ties is None else asdict(project.ties),
    } | plain_quantification(project.quantification)
    return with_unknown_keys(document, project.unknown), rows.tables | covariances


def _plain_region(region: Region) -> Plain:
    return {
        "id": region.id,
        "spectrum": region.spectrum,
        "core_level": region.core_level,
        "window_ev": list(region.window_ev),
        "background": _plain_background(region.background),
        "components": [_plain_component(component) for component in region.components],
        "weights": region.weights,
        "stored": region.stored,
    }


def _plain_background(background: Background) -> Plain:
    higher = (("curvature", background.curvature), ("cubic", background.cubic))
    return (
        {
            "kind": background.kind,
            "average_points": background.average_points,
            "loss": background.loss,
            "own_k": {id_: _plain_param(param) for id_, param in background.own_k},
            "average_around": background.average_around,
            "own_loss": None if background.own_loss is None else asdict(background.own_loss),
        }
        | {name: _plain_param(getattr(background, name)) for name in ("offset", "slope", "k", "t")}
        | {name: _plain_param(param) for name, param in higher if param is not None}
    )


def _plain_component(component: Component) -> Plain:
    lines = component.lines
    kind = "doublet" if isinstance(lines, Doublet) else "singlet"
    names = ("id", "name", "shape", "species", "group")
    return (
        {name: getattr(component, name) for name in names}
        | {"lines": {"kind": kind} | asdict(lines)}
        | {name: _plain_param(param) for name, param in component.params.items()}
    )


def _plain_param(param: Param) -> Plain:
    plain: Plain = {"value": param.value, "vary": param.vary}
    if math.isfinite(param.min):
        plain["min"] = param.min
    if math.isfinite(param.max):
        plain["max"] = param.max
    link, prior = param.link, param.prior
    if link is not None:
        target = link.target._asdict()
        plain["link"] = {"kind": link.kind, "target": target, "amount": link.amount}
    if prior is not None:
        relative_to = None if prior.relative_to is None else prior.relative_to._asdict()
        plain["prior"] = {"mean": prior.mean, "sigma": prior.sigma, "relative_to": relative_to}
    return plain


def _plain_fit(fit: RegionFit) -> Plain:
    names = (
        *("fingerprint", "success", "message", "n_points", "n_free", "chi2", "durbin_watson"),
        *("noise_model", "area_unit", "background_physical", "charge_shift_ev"),
        *("charge_shift_stderr",),
    )
    return (
        {"region": _plain_region(fit.region)}
        | {name: getattr(fit, name) for name in names}
        | {
            "free": [ref._asdict() for ref in fit.free],
            "held": [ref._asdict() for ref in fit.held],
            "at_bound": [ref._asdict() for ref in fit.at_bound],
            "insignificant": dict(fit.insignificant),
            "warnings": list(fit.warnings),
            "ties": [asdict(tie) for tie in fit.ties],
            "errors": plain_errors(fit.errors),
            "made_with": None if fit.made_with is None else asdict(fit.made_with),
            "covariance_with": {
                fingerprint: np.asarray(block).tolist()
                for fingerprint, block in fit.covariance_with.items()
            },
        }
    )


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
        regions=tuple(_region(table) for table in fields.tables("regions")),
        fits=tuple(
            _fit(table, array(f"fits/{number}"))
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
    )


def _waiver(table: Fields) -> Waiver:
    scope = table.table("scope")
    return Waiver(
        table.text("rule"),
        Scope(scope.text("sample"), scope.text("region"), scope.text("subject")),
        table.text("reason"),
        table.text("time"),
        table.text("version"),
    )


def _region(table: Fields) -> Region:
    if len(table.tables("components")) > _MOST_COMPONENTS:
        raise MalformedError(f"{table.where} has more than {_MOST_COMPONENTS} components")
    return Region(
        id=table.text("id"),
        spectrum=table.text("spectrum"),
        core_level=table.text("core_level"),
        window_ev=table.pair("window_ev"),
        background=_background(table.table("background")),
        components=tuple(_component(entry) for entry in table.tables("components")),
        weights=cast(Weights, table.text("weights", "noise")),
        stored=table.maybe_flag("stored") or False,
    )


def _background(table: Fields) -> Background:
    own, t = table.maybe_table("own_k"), table.maybe_table("t")
    loss = table.maybe_table("own_loss")
    higher = {name: table.maybe_table(name) for name in ("curvature", "cubic")}
    return Background(
        table.choice("kind", BACKGROUND_KINDS),
        average_points=table.whole("average_points"),
        loss=table.text("loss", Background.loss),
        own_k=() if own is None else tuple((id_, _param(own.table(id_))) for id_ in own.names),
        t=Background.t if t is None else _param(t),
        average_around=table.maybe_flag("average_around") or False,
        own_loss=None if loss is None else _loss(loss),
        **{name: _param(table.table(name)) for name in ("offset", "slope", "k")},
        **{name: _param(param) for name, param in higher.items() if param is not None},
    )


def _loss(table: Fields) -> LossFunction:
    return LossFunction(
        table.text("name"),
        table.text("title"),
        table.number("b"),
        table.number("c"),
        table.maybe_number("d"),
        table.text("source"),
        table.number("gap_ev"),
    )


def _component(table: Fields) -> Component:
    shape = table.text("shape")
    if shape not in SHAPES:
        raise MalformedError(f"{table.where} has the unknown shape {shape!r}")
    return Component(
        id=table.text("id"),
        name=table.text("name"),
        lines=_lines(table.table("lines")),
        shape=shape,
        shape_params=tuple(
            _param(table.table(parameter.name)) for parameter in SHAPES[shape].parameters
        ),
        species=table.text("species"),
        group=table.text("group"),
        **{name: _param(table.table(name)) for name in ("area", "center", "fwhm")},
    )


def _lines(table: Fields) -> Singlet | Doublet:
    if table.choice("kind", ("singlet", "doublet")) == "singlet":
        return Singlet(table.text("label"))
    labels = table.texts("labels")
    if len(labels) != 2:
        raise MalformedError(f"{table.where}.labels is not a pair")
    return Doublet(
        (labels[0], labels[1]),
        table.number("splitting_ev"),
        table.number("ratio"),
        table.text("unlocked_because"),
    )


def _param(table: Fields) -> Param:
    link, prior = table.maybe_table("link"), table.maybe_table("prior")
    return Param(
        table.number("value"),
        table.flag("vary"),
        table.number("min", -math.inf),
        table.number("max", math.inf),
        None
        if link is None
        else Link(
            cast(LinkKind, link.choice("kind", get_args(LinkKind))),
            _ref(link.table("target")),
            link.number("amount"),
        ),
        None if prior is None else _prior(prior),
    )


def _prior(table: Fields) -> Prior:
    target = table.maybe_table("relative_to")
    return Prior(
        table.number("mean"), table.number("sigma"), None if target is None else _ref(target)
    )


def _ref(table: Fields) -> Ref:
    return Ref(table.text("component"), table.text("parameter"))


def _tie(table: Fields) -> FittedTie:
    return FittedTie(
        table.text("component"),
        table.text("name"),
        table.number("expected_ratio"),
        table.maybe_number("ratio"),
        table.number("sigma"),
        table.number("discrepancy"),
        table.number("stderr"),
        table.maybe_number("tension"),
        table.text("leader_region", ""),
        table.text("leader", ""),
    )


def _blocks(table: Fields | None, region: Region) -> dict[str, Floats]:
    """Covariances of a fit's areas with those of others, by the fingerprints of these."""
    found: dict[str, Floats] = {}
    if table is None:
        return found
    for fingerprint in table.names:
        rows = table.rows(fingerprint)
        if len(rows) != len(region.components) or len({len(row) for row in rows}) > 1:
            raise MalformedError(f"{table.where}.{fingerprint} has not one row for each area")
        found[fingerprint] = np.array(rows, dtype=np.float64)
    return found


def _environment(table: Fields | None) -> Environment | None:
    if table is None:
        return None
    names = ("doublet", "python", "numpy", "scipy", "lmfit")
    return Environment(*(table.text(name) for name in names))


def _fit(table: Fields, covariance: Floats) -> RegionFit:
    free = tuple(_ref(ref) for ref in table.tables("free"))
    if covariance.shape != (len(free), len(free)):
        raise MalformedError(f"the covariance of {table.where} has the shape {covariance.shape}")
    region = _region(table.table("region"))
    fit = RegionFit(
        region=region,
        fingerprint=table.text("fingerprint"),
        success=table.flag("success"),
        message=table.text("message"),
        n_points=table.whole("n_points"),
        n_free=table.whole("n_free"),
        chi2=table.number("chi2"),
        durbin_watson=table.number("durbin_watson"),
        noise_model=table.text("noise_model"),
        area_unit=table.text("area_unit"),
        free=free,
        covariance=covariance,
        held=tuple(_ref(ref) for ref in table.tables("held")),
        at_bound=tuple(_ref(ref) for ref in table.tables("at_bound")),
        insignificant=table.numbers("insignificant"),
        background_physical=table.flag("background_physical"),
        charge_shift_ev=table.number("charge_shift_ev"),
        charge_shift_stderr=table.maybe_number("charge_shift_stderr"),
        warnings=table.texts("warnings"),
        ties=tuple(_tie(tie) for tie in (table.tables("ties") if "ties" in table.names else [])),
        errors=errors_of(table.maybe_table("errors")),
        made_with=_environment(table.maybe_table("made_with")),
        covariance_with=_blocks(table.maybe_table("covariance_with"), region),
    )
    if fit.table.free != free:
        raise MalformedError(f"the free parameters of {table.where} are not those of its region")
    return fit
