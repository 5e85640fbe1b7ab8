"""Two tied lines of CasaXPS that are one doublet of Doublet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from xps.casaxps.grammar import CasaComponent
from xps.levels import levels, line_labels, parse_core_level
from xps.model import Component, Doublet, Link, Param, Ref

_SAME = 1e-8
_BECAUSE = "as stored in CasaXPS"


def with_doublets(
    components: Sequence[Component], stored: Sequence[CasaComponent], core_level: str
) -> tuple[Component, ...]:
    """Make one component of two lines that share an INDEX and are tied in all they have.

    Parameters
    ----------
    components : sequence of Component
        One for each line.
    stored : sequence of CasaComponent
        The same lines as CasaXPS has them.
    core_level : str
        That of the region; only levels of two lines have doublets.
    """
    labels = line_labels(core_level) if parse_core_level(core_level) == core_level else ()
    if len(labels) != 2:
        return tuple(components)
    by_id = {component.id: component for component in components}
    index = {c.id: casa.index for c, casa in zip(components, stored, strict=True)}
    targets = {link.target.component for c in components for link in _links(c).values()}
    lines: dict[str, Doublet] = {}
    partners = set()
    for component in components:
        main = by_id.get(_main_line(component) or "")
        if (
            main is None
            or component.id in targets
            or main.id in lines
            or (main.name, main.shape, main.shape_params)
            != (component.name, component.shape, component.shape_params)
            or not 0 <= index[main.id] == index[component.id]
        ):
            continue
        splitting, ratio = _links(component)["center"].shift, _links(component)["area"].factor
        lines[main.id] = _doublet(core_level, (labels[0], labels[1]), splitting, ratio)
        partners.add(component.id)
    whole = {id_: 1.0 + doublet.ratio for id_, doublet in lines.items()}
    return tuple(
        replace(
            component,
            lines=lines.get(component.id, component.lines),
            area=_scaled(component, whole),
        )
        for component in components
        if component.id not in partners
    )


def _links(component: Component) -> dict[str, Link]:
    return {name: param.link for name, param in component.params.items() if param.link is not None}


def _main_line(component: Component) -> str | None:
    """The component whose second line this one may be: tied to it in area, width and center."""
    links = _links(component)
    if not {"area", "fwhm", "center"} <= links.keys():
        return None
    mains = {links[name].target.component for name in ("area", "fwhm", "center")}
    if len(mains) > 1 or links["fwhm"].kind != "same" or not links["center"].shift > 0.0:
        return None
    return mains.pop()


def _doublet(core_level: str, labels: tuple[str, str], splitting: float, ratio: float) -> Doublet:
    known = levels().get(core_level)
    if (
        known is not None
        and math.isclose(known.splitting_ev, splitting, rel_tol=_SAME)
        and math.isclose(known.ratio, ratio, rel_tol=_SAME)
    ):
        return Doublet(labels, known.splitting_ev, known.ratio)
    return Doublet(labels, splitting, ratio, _BECAUSE)


def _scaled(component: Component, whole: Mapping[str, float]) -> Param:
    """The area of both lines of a component that is a doublet now, ties included."""
    area, scale = component.area, whole.get(component.id, 1.0)
    link = area.link
    if link is None:
        return replace(area, value=scale * area.value, min=scale * area.min, max=scale * area.max)
    factor = link.factor * scale / whole.get(link.target.component, 1.0)
    if math.isclose(factor, 1.0, rel_tol=_SAME):
        return replace(area, link=Link("same", link.target))
    return replace(area, link=Link("ratio", Ref(*link.target), factor))
