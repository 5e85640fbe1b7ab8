"""Regions as plain data and back: window, background, components, parameters.

Numbers that JSON does not know are written as None where a field allows them to be unknown,
and left out where they are the default (an absent bound is no bound).
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any, cast, get_args

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

Plain = dict[str, Any]

_MOST_COMPONENTS = 200  # of a region; fits know no more than a few dozen


def plain_region(region: Region) -> Plain:
    """Return a region as JSON data."""
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


def region_of(table: Fields) -> Region:
    """Build a region from JSON data.

    Raises
    ------
    MalformedError
        Naming the field that is missing or wrong.
    XpsError
        If the values contradict each other.
    """
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
            ref_of(link.table("target")),
            link.number("amount"),
        ),
        None if prior is None else _prior(prior),
    )


def _prior(table: Fields) -> Prior:
    target = table.maybe_table("relative_to")
    return Prior(
        table.number("mean"), table.number("sigma"), None if target is None else ref_of(target)
    )


def ref_of(table: Fields) -> Ref:
    """Build the name of a parameter from JSON data."""
    return Ref(table.text("component"), table.text("parameter"))
