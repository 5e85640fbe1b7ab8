"""What a person can do to a component as a whole, and to the lines of its doublet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.gestures.gestures import PARAMETER_NAMES, Change, free_id, region_place, short_name
from app.widgets.numerals import plain_number
from xps.component import COMMON_PARAMETERS
from xps.errors import XpsError
from xps.model import Component, Doublet, Link, Param, Ref, Region, Singlet, multiplet_of
from xps.problem import with_guess
from xps.project import Project
from xps.species import library

PARAMETERS = ("center", "fwhm", "area")


def fix_component(project: Project, region_id: str, component_id: str, *, fixed: bool) -> Change:
    """Hold all numbers of a component that are not tied, or let the fit change them again."""
    region = project.region(region_id)
    component = region.component(component_id)
    changed = component.with_params(
        {
            name: replace(param, vary=not fixed)
            for name, param in component.params.items()
            if param.link is None
        }
    )
    verb = "Fix" if fixed else "Release"
    return Change(
        project.with_region(region.with_component(changed)),
        f"{verb} {short_name(component.name)}",
    )


def is_fixed(component: Component) -> bool:
    """Whether the fit changes none of the numbers of a component that are not tied."""
    own = [param for param in component.params.values() if param.link is None]
    return bool(own) and not any(param.vary for param in own)


def set_link(project: Project, region_id: str, ref: Ref, link: Link | None) -> Change:
    """Tie a parameter to another one: same, at a distance, or in a ratio; or untie it.

    Raises
    ------
    XpsError
        If the ties would run in a circle.
    """
    region = project.region(region_id)
    name = f"{PARAMETER_NAMES[ref.parameter]} of {short_name(region.component(ref.component).name)}"
    if link is None:
        untied = region.with_component(region.component(ref.component).untied(ref.parameter))
        return Change(project.with_region(untied), f"Untie {name}")
    param = region.param(ref)
    tied = region.with_param(ref, replace(param, link=link)).settled()
    target = short_name(region.component(link.target.component).name)
    return Change(project.with_region(tied), f"Tie {name} to {link_words(link, target)}")


def link_words(link: Link, target: str) -> str:
    """Return a link as people read it, e.g. "PS₄³⁻ + 1.18"."""
    if link.kind == "same":
        return target
    if link.kind == "ratio":
        return f"{target} × {plain_number(link.amount)}"
    return f"{target} {'−' if link.amount < 0.0 else '+'} {plain_number(abs(link.amount))}"


def possible_links(region: Region, ref: Ref) -> tuple[Link, ...]:
    """Return what a parameter can be tied to, with the distance or ratio that it has now."""
    value = region.param(ref).value
    shape = region.component(ref.component).shape
    found: list[Link] = []
    further: list[Link] = []
    for other in region.components:
        alike = ref.parameter in COMMON_PARAMETERS or other.shape == shape
        target = Ref(other.id, ref.parameter)
        if other.id == ref.component or not alike or _leads_to(region, target, ref):
            continue
        found.append(Link("same", target))
        of_other = other.params[ref.parameter].value
        if ref.parameter == "center":
            further.append(Link("offset", target, round(value - of_other, 3)))
        elif ref.parameter in ("area", "fwhm") and of_other > 0.0 and value > 0.0:
            further.append(Link("ratio", target, float(f"{value / of_other:.4g}")))
    return (*found, *further)


def duplicate(project: Project, region_id: str, component_id: str) -> Change:
    """Put a copy beside a component; both have half of its area."""
    region = project.region(region_id)
    original = region.component(component_id)
    half = original.area.at(0.5 * original.area.value)
    center, step = original.center, 0.5 * original.fwhm.value
    beside = center.value + step if center.value + step <= center.max else center.value - step
    copy = replace(
        original.with_params({"area": replace(half, link=None)}),
        id=free_id(region, original.id),
        name=f"{original.name} (copy)",
    )
    if center.link is None:
        copy = copy.with_param("center", center.at(max(beside, center.min)))
    if original.area.link is None:
        region = region.with_component(original.with_param("area", half))
    place_after = [c.id for c in region.components].index(component_id) + 1
    components = (*region.components[:place_after], copy, *region.components[place_after:])
    return Change(
        project.with_region(replace(region, components=components).settled()),
        f"Duplicate {short_name(original.name)}",
    )


def change_species(project: Project, region_id: str, component_id: str, species_key: str) -> Change:
    """Let a component stand for another species of the library.

    Its center keeps its place where the species may lie there, else it moves to the nearest
    place where it may; what was expected of the old species is dropped.
    """
    region = project.region(region_id)
    component, species = region.component(component_id), library()[species_key]
    low, high = species.allowed_ev
    center = component.center
    if center.link is None:
        center = Param(min(max(center.value, low), high), center.vary, low, high)
    changed = replace(
        component,
        name=species.name,
        species=species.key,
        group=species.group,
        center=center,
        fwhm=replace(component.fwhm, prior=None),
    )
    return Change(
        project.with_region(region.with_component(changed).settled()),
        f"Change {short_name(component.name)} to {short_name(species.name)}",
    )


def copy_component(
    project: Project, region_id: str, component_id: str, target_ids: Sequence[str]
) -> Change:
    """Copy a component into other regions, where it starts with an area from their data.

    Parameters
    ----------
    project : Project
    region_id, component_id : str
    target_ids : sequence of str
        Ids of regions of the same core level. What the component is tied to must be there too,
        or the tie ends.
    """
    component = project.region(region_id).component(component_id)
    changed = project
    for target_id in target_ids:
        changed = changed.with_region(_with_copy(project, project.region(target_id), component))
    targets = f"{len(target_ids)} regions"
    if len(target_ids) == 1:
        targets = region_place(project, project.region(target_ids[0]))
    return Change(changed, f"Copy {short_name(component.name)} to {targets}")


def unlock_doublet(project: Project, region_id: str, component_id: str, reason: str) -> Change:
    """Allow another splitting and ratio than those of the table of levels, for a reason.

    Raises
    ------
    XpsError
        If no reason is given.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise XpsError("a doublet is unlocked for a reason", "type one; it goes into the report")
    component, lines = _doublet(project, region_id, component_id)
    unlocked = replace(lines, unlocked_because=reason)
    return _with_lines(project, region_id, component, unlocked, "Unlock doublet")


def lock_doublet(project: Project, region_id: str, component_id: str) -> Change:
    """Bring splitting and ratio of a doublet back to those of the table of levels."""
    component, _ = _doublet(project, region_id, component_id)
    lines = multiplet_of(project.region(region_id).core_level)
    return _with_lines(project, region_id, component, lines, "Lock doublet")


def set_splitting(
    project: Project, region_id: str, component_id: str, splitting_ev: float
) -> Change:
    """Set how far the lines of an unlocked doublet lie apart.

    Raises
    ------
    XpsError
        If the doublet is locked, or the number is not above zero.
    """
    component, lines = _unlocked(project, region_id, component_id)
    changed, to = replace(lines, splitting_ev=splitting_ev), f" to {plain_number(splitting_ev)} eV"
    return _with_lines(project, region_id, component, changed, "Set splitting", to)


def set_ratio(project: Project, region_id: str, component_id: str, ratio: float) -> Change:
    """Set the ratio of the areas of an unlocked doublet.

    Raises
    ------
    XpsError
        If the doublet is locked, or the number is not above zero.
    """
    component, lines = _unlocked(project, region_id, component_id)
    changed, to = replace(lines, ratio=ratio), f" to {plain_number(ratio)}"
    return _with_lines(project, region_id, component, changed, "Set area ratio", to)


def _with_copy(project: Project, region: Region, component: Component) -> Region:
    there = {other.id: other for other in region.components}
    params = {}
    for name, param in component.params.items():
        target = None if param.link is None else param.link.target
        keeps = target is not None and (
            target.component in there and target.parameter in there[target.component].params
        )
        if target is not None and not keeps:
            param = component.untied(name).params[name]
        relative_to = None if param.prior is None else param.prior.relative_to
        if relative_to is not None and relative_to.component not in there:
            param = replace(param, prior=None)
        params[name] = param
    copy = replace(component.with_params(params), id=free_id(region, component.id))
    larger = replace(region, components=(*region.components, copy)).settled()
    entry = project.entry(region.spectrum)
    shift = project.charge_of(entry.id).shift_ev
    guessed = with_guess(larger, entry.spectrum, shift).component(copy.id)
    if copy.area.link is not None:
        return larger
    return larger.with_param(Ref(copy.id, "area"), guessed.area)


def _doublet(project: Project, region_id: str, component_id: str) -> tuple[Component, Doublet]:
    component = project.region(region_id).component(component_id)
    if not isinstance(component.lines, Doublet):
        raise XpsError(f"{component.name} has one line", "there is no doublet to unlock")
    return component, component.lines


def _unlocked(project: Project, region_id: str, component_id: str) -> tuple[Component, Doublet]:
    component, lines = _doublet(project, region_id, component_id)
    if not lines.unlocked_because:
        raise XpsError("the doublet is locked", "unlock it first, and say why")
    return component, lines


def _with_lines(
    project: Project,
    region_id: str,
    component: Component,
    lines: Singlet | Doublet,
    what: str,
    to: str = "",
) -> Change:
    region = project.region(region_id)
    changed = region.with_component(replace(component, lines=lines))
    return Change(project.with_region(changed), f"{what} of {short_name(component.name)}{to}")


def _leads_to(region: Region, start: Ref, end: Ref) -> bool:
    """Whether the links of a parameter lead to another one."""
    return region.resolve(start)[0] == end
