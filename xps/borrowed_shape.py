"""Lines of a bare sample as one component of fixed shape under the lines of a coated one.

Al 2p of a thin film lies on Ni 3p and its satellites. No formula describes that multiplet, but
the same powder without the film shows it alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xps.errors import FitError
from xps.model import Component, Link, Param, Prior, Ref, Region

SHIFT_EV = 0.1
"""How far the borrowed lines may lie off: what is left of the charge correction."""


def with_borrowed_shape(region: Region, source: Region, ids: Sequence[str]) -> Region:
    """Return a region with lines that were fitted in another one, as one rigid shape.

    One area and one position are free (the position within what charge correction leaves,
    `SHIFT_EV`); all ratios, distances, widths and shapes are those of the source. Their errors
    are not carried over: measure the source as well as the region, or better.

    Parameters
    ----------
    region : Region
        That of the coated sample.
    source : Region
        That of the bare sample, as fitted (`RegionFit.region`).
    ids : sequence of str
        The source's components that make up the shape, e.g. those of Ni 3p.

    Returns
    -------
    Region
        The borrowed components follow its own; the strongest one leads the others.

    Raises
    ------
    FitError
        If a component is missing or its area is not above zero, if the id is taken in the
        region, or if the source is of another core level.
    """
    if source.core_level != region.core_level:
        raise FitError(
            f"the shape comes from {source.core_level}", f"it must be {region.core_level}"
        )
    lines = _found(source, ids)
    taken = {component.id for component in region.components} & set(ids)
    if taken:
        raise FitError(f"the region has a component {', '.join(sorted(taken))} already")
    leader = max(lines, key=lambda line: line.area.value)
    position = leader.center.value
    rigid = _rigid(
        leader,
        Param(leader.area.value),
        Param(
            position,
            min=position - 5.0 * SHIFT_EV,
            max=position + 5.0 * SHIFT_EV,
            prior=Prior(position, SHIFT_EV),
        ),
    )
    followers = [
        _rigid(
            line,
            Param(
                line.area.value,
                link=Link("ratio", Ref(leader.id, "area"), line.area.value / leader.area.value),
            ),
            Param(
                line.center.value,
                link=Link("offset", Ref(leader.id, "center"), line.center.value - position),
            ),
        )
        for line in lines
        if line is not leader
    ]
    return replace(region, components=(*region.components, rigid, *followers))


def _found(source: Region, ids: Sequence[str]) -> list[Component]:
    known = {component.id: component for component in source.components}
    missing = [id_ for id_ in ids if id_ not in known]
    if missing or not ids:
        raise FitError(
            f"the source has no component {', '.join(missing) or 'named'}",
            f"it has {', '.join(known)}",
        )
    lines = [known[id_] for id_ in ids]
    for line in lines:
        if not line.area.value > 0.0:
            raise FitError(
                f"its area is {line.area.value:g} in the source",
                "leave it out of the shape, or measure the bare sample longer",
                where=line.name,
            )
    return lines


def _rigid(line: Component, area: Param, center: Param) -> Component:
    fixed = {name: Param(param.value, vary=False) for name, param in line.params.items()}
    return line.with_params(fixed | {"area": area, "center": center})
