"""What a person can do to a project: pure functions, each with the text of its undo step."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from app.samples.spectrum_names import spectrum_name
from app.widgets.numerals import parse_number, plain_number
from xps.errors import XpsError
from xps.lineshapes import SHAPES
from xps.model import (
    BACKGROUND_ID,
    Component,
    Link,
    Param,
    Ref,
    Region,
    default_shape_params,
    multiplet_of,
)
from xps.model_text import background_term
from xps.problem import with_guess
from xps.project import Entry, Project
from xps.species import library
from xps.spectrum import Spectrum

PARAMETER_NAMES = {
    "center": "center",
    "fwhm": "FWHM",
    "area": "area",
} | {parameter.name: parameter.title for shape in SHAPES.values() for parameter in shape.parameters}
PARAMETER_UNITS = {"center": "eV", "fwhm": "eV"}

_LEAST_FWHM_EV = 0.01
_FWHM_EV, _REACH_EV = 1.2, 1.0  # of a component without a species: start and how far it may move


class Change(NamedTuple):
    """A new project, and what was done to get there."""

    project: Project
    text: str


def place(project: Project, entry: Entry) -> str:
    """Return how texts name a spectrum: core level, what tells it from others, and sample."""
    return f"{spectrum_name(project, entry)} of {entry.sample}"


def region_place(project: Project, region: Region) -> str:
    """Return how texts name the spectrum of a region."""
    return place(project, project.entry(region.spectrum))


def add_spectra(project: Project, spectra: Sequence[Spectrum], file_names: Sequence[str]) -> Change:
    """Add spectra that were read from files."""
    what = file_names[0] if len(file_names) == 1 else f"{len(file_names)} files"
    return Change(project.with_spectra(tuple(spectra)), f"Open {what}")


def remove_entry(project: Project, entry_id: str) -> Change:
    """Remove a spectrum with its region and fit."""
    entry = project.entry(entry_id)
    return Change(project.without_entry(entry_id), f"Remove spectrum {place(project, entry)}")


def remove_sample(project: Project, sample: str) -> Change:
    """Remove a sample with all its spectra."""
    changed = project
    for entry in project.entries:
        if entry.sample == sample:
            changed = changed.without_entry(entry.id)
    return Change(changed, f"Remove sample {sample}")


def remove_region(project: Project, region_id: str) -> Change:
    """Remove a region and its fit; the spectrum stays."""
    entry = project.entry(project.region(region_id).spectrum)
    return Change(project.without_region(region_id), f"Remove region {place(project, entry)}")


def rename_sample(project: Project, old: str, new: str) -> Change:
    """Rename a sample.

    Raises
    ------
    XpsError
        If the name is empty or taken.
    """
    new = " ".join(new.split())
    if not new:
        raise XpsError("a sample needs a name", "type one")
    if new != old and any(sample.name == new for sample in project.samples):
        raise XpsError(f"there is a sample {new} already", "choose another name")
    if new == old:
        return Change(project, "")
    samples = tuple(replace(s, name=new) if s.name == old else s for s in project.samples)
    entries = tuple(
        replace(e, spectrum=e.spectrum.with_(sample=new)) if e.sample == old else e
        for e in project.entries
    )
    waivers = tuple(
        replace(w, scope=replace(w.scope, sample=new)) if w.scope.sample == old else w
        for w in project.waivers
    )
    renamed = replace(project, samples=samples, entries=entries, waivers=waivers)
    return Change(renamed, f"Rename sample {old} to {new}")


def add_component(
    project: Project, region_id: str, species_key: str, center_ev: float | None = None
) -> Change:
    """Add a component of a species of the library, with a start area from the data.

    Where all components have their shape in common, it has it too.

    Parameters
    ----------
    project : Project
    region_id, species_key : str
    center_ev : float, optional
        Where it starts; where the species typically is by default.
    """
    region = project.region(region_id)
    species = library()[species_key]
    narrow, wide = species.fwhm_ev
    low, high = species.allowed_ev
    center = species.center_ev if center_ev is None else min(max(center_ev, low), high)
    shape, shape_params = _common_shape(region)
    component = Component(
        id=free_id(region, species.key),
        name=species.name,
        lines=multiplet_of(region.core_level),
        shape=shape,
        shape_params=shape_params,
        area=Param(0.0),
        center=Param(center, min=low, max=high),
        fwhm=Param(0.5 * (narrow + wide), min=0.5 * narrow, max=1.5 * wide),
        species=species.key,
        group=species.group,
    )
    return Change(
        project.with_region(_with_guessed_area(project, region, component)),
        f"Add {species.name} to {region_place(project, region)}",
    )


def add_component_at(project: Project, region_id: str, energy_ev: float) -> Change:
    """Add a component where a person wants one.

    It is of the species of the library that lies next to the energy and may lie there; one that
    the region does not have comes first. Where there is none it has no species.
    """
    region = project.region(region_id)
    there = {component.species for component in region.components}
    possible = [
        species
        for species in library().values()
        if species.core_level == region.core_level
        and species.allowed_ev[0] <= energy_ev <= species.allowed_ev[1]
    ]
    if possible:
        best = min(possible, key=lambda s: (s.key in there, abs(s.center_ev - energy_ev)))
        return add_component(project, region_id, best.key, energy_ev)
    shape, shape_params = _common_shape(region)
    name = f"Peak {energy_ev:.1f} eV"
    component = Component(
        id=free_id(region, "peak"),
        name=name,
        lines=multiplet_of(region.core_level),
        shape=shape,
        shape_params=shape_params,
        area=Param(0.0),
        center=Param(energy_ev, min=energy_ev - _REACH_EV, max=energy_ev + _REACH_EV),
        fwhm=Param(_FWHM_EV, min=0.5 * _FWHM_EV, max=2.5 * _FWHM_EV),
    )
    return Change(
        project.with_region(_with_guessed_area(project, region, component)),
        f"Add {name} to {region_place(project, region)}",
    )


def remove_component(project: Project, region_id: str, component_id: str) -> Change:
    """Remove a component; what was tied to it keeps its value."""
    region = project.region(region_id)
    name = region.component(component_id).name
    changed = region.without_component(component_id)
    return Change(
        project.with_region(changed), f"Remove {name} from {region_place(project, region)}"
    )


def set_value(project: Project, region_id: str, ref: Ref, value: float) -> Change:
    """Give a parameter a value.

    Raises
    ------
    XpsError
        If the value lies outside the bounds, or makes no sense.
    """
    region = project.region(region_id)
    param = region.param(ref)
    name = PARAMETER_NAMES.get(ref.parameter) or _name(region, ref)
    if param.link is not None:
        raise XpsError(f"{name} is tied to {param.link.target}", "untie it first")
    if not param.min <= value <= param.max:
        raise XpsError(
            f"{name} may lie between {bound_text(param.min)} and {bound_text(param.max)}",
            "change its bounds first",
        )
    changed = region.with_param(ref, param.at(value)).settled()
    return Change(
        project.with_region(changed), f"Set {_name(region, ref)} to {_quantity(ref, value)}"
    )


def set_vary(project: Project, region_id: str, ref: Ref, vary: bool) -> Change:
    """Let the fit change a parameter, or fix it."""
    region = project.region(region_id)
    changed = region.with_param(ref, replace(region.param(ref), vary=vary))
    return Change(
        project.with_region(changed), f"{'Release' if vary else 'Fix'} {_name(region, ref)}"
    )


def set_bounds(project: Project, region_id: str, ref: Ref, low: float, high: float) -> Change:
    """Set the bounds of a parameter; its value moves to the nearest one inside.

    Bounds of a shape go no further than the shape itself makes sense.

    Raises
    ------
    XpsError
        If the lower bound is not below the upper one.
    """
    region = project.region(region_id)
    param = region.param(ref)
    least, most = widest_bounds(region, ref)
    low, high = max(low, least), min(high, most)
    bounded = replace(param, min=low, max=high)
    inside = bounded.at(min(max(param.value, low), high))
    return Change(
        project.with_region(region.with_param(ref, inside).settled()),
        f"Bound {_name(region, ref)} to {bound_text(low)} … {bound_text(high)}",
    )


def set_window(project: Project, region_id: str, low: float, high: float) -> Change:
    """Set the window of a region.

    Raises
    ------
    XpsError
        If the lower end is not below the upper one.
    """
    region = project.region(region_id)
    changed = replace(region, window_ev=(low, high))
    return Change(
        project.with_region(changed),
        f"Set window of {region_place(project, region)} to "
        f"{plain_number(low)}–{plain_number(high)} eV",
    )


def set_shape(project: Project, region_id: str, ids: Sequence[str], kind: str) -> Change:
    """Give components of a region another line shape."""
    region = project.region(region_id)
    changed = region.with_shape(ids, kind)
    who = region_place(project, region)
    if len(ids) < len(region.components):
        who = ", ".join(short_name(region.component(id_).name) for id_ in ids)
    return Change(project.with_region(changed), f"Set line shape of {who} to {SHAPES[kind].title}")


def set_manual_shift(project: Project, sample: str, shift_ev: float) -> Change:
    """Give a sample a charge shift by hand."""
    old = project.sample(sample)
    charge = replace(old.charge, method="manual", shift_ev=shift_ev, stderr_ev=None)
    return Change(
        project.with_sample(replace(old, charge=charge)),
        f"Set charge shift of {sample} to {plain_number(shift_ev)} eV",
    )


def set_charge_method(project: Project, sample: str, method: str) -> Change:
    """Choose how the energy scale of a sample is set."""
    old = project.sample(sample)
    if method == "none":
        charge = replace(old.charge, method="none", shift_ev=0.0, stderr_ev=None)
    elif method == "manual":
        charge = replace(old.charge, method="manual", stderr_ev=None)
    else:
        charge = replace(old.charge, method="component", stderr_ev=None)
    return Change(
        project.with_sample(replace(old, charge=charge)),
        f"Set charge reference of {sample} to {method}",
    )


def shape_family(region: Region, component: Component) -> tuple[str, ...]:
    """Return the ids of the components whose shape parameters are tied to those of one."""
    roots = {
        other.id: {other.id}
        | {
            region.resolve(Ref(other.id, parameter.name))[0].component
            for parameter in SHAPES[other.shape].parameters
        }
        for other in region.components
    }
    return tuple(id_ for id_, reached in roots.items() if reached & roots[component.id])


def widest_bounds(region: Region, ref: Ref) -> tuple[float, float]:
    """Return how far the bounds of a parameter can go and still make sense."""
    if ref.component == BACKGROUND_ID:
        return -math.inf, math.inf
    if ref.parameter == "fwhm":
        return _LEAST_FWHM_EV, math.inf
    for parameter in SHAPES[region.component(ref.component).shape].parameters:
        if ref.parameter == parameter.name:
            return parameter.low, parameter.high
    return -math.inf, math.inf


def bound_text(bound: float) -> str:
    """Return a bound as people read it; "" where there is none."""
    return "" if math.isinf(bound) else plain_number(bound)


def typed_number(text: str) -> float:
    """Return a number that was typed.

    Raises
    ------
    XpsError
        If it is none.
    """
    number = parse_number(text)
    if number is None:
        raise XpsError(f"“{text.strip()}” is not a number", "type one, e.g. 161.6 or 161,6")
    return number


def free_id(region: Region, wanted: str) -> str:
    """Return an id that no component of a region has."""
    taken = {component.id for component in region.components}
    id_, number = wanted, 2
    while id_ in taken:
        id_, number = f"{wanted}_{number}", number + 1
    return id_


def short_name(name: str) -> str:
    """Return the name of a species without what stands in parentheses."""
    return re.sub(r"\s*\(.*\)\s*$", "", name) or name


def _with_guessed_area(project: Project, region: Region, component: Component) -> Region:
    entry = project.entry(region.spectrum)
    larger = replace(region, components=(*region.components, component)).settled()
    shift = project.charge_of(entry.id).shift_ev
    guessed = with_guess(larger, entry.spectrum, shift).component(component.id)
    return larger.with_param(Ref(component.id, "area"), guessed.area)


def _common_shape(region: Region) -> tuple[str, tuple[Param, ...]]:
    """The shape of a new component, tied to that of the others where they all share one."""
    if not region.components:
        return "sgl", default_shape_params("sgl")
    first = region.components[0]
    params = default_shape_params(first.shape)
    if len(shape_family(region, first)) != len(region.components) or len(region.components) == 1:
        return first.shape, params
    refs = [Ref(first.id, parameter.name) for parameter in SHAPES[first.shape].parameters]
    tied = (
        replace(param, link=Link("same", _like(region, ref)))
        for ref, param in zip(refs, params, strict=True)
    )
    return first.shape, tuple(tied)


def _like(region: Region, ref: Ref) -> Ref:
    """The parameter that decides the value of another one, if they are equal."""
    root, factor, shift = region.resolve(ref)
    return root if (factor, shift) == (1.0, 0.0) else ref


def _name(region: Region, ref: Ref) -> str:
    if ref.component == BACKGROUND_ID:
        return f"background {background_term(region, ref.parameter).title}"
    name = PARAMETER_NAMES[ref.parameter]
    return f"{name} of {short_name(region.component(ref.component).name)}"


def _quantity(ref: Ref, value: float) -> str:
    unit = PARAMETER_UNITS.get(ref.parameter, "")
    return f"{plain_number(value)} {unit}".rstrip()
