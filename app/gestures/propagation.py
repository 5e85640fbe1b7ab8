"""Give many spectra the region of one: which can take it, and the project in which they do."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Literal

from app.gestures.component_gestures import copy_component
from app.gestures.gestures import Change, place, region_place, short_name
from xps.errors import XpsError
from xps.model import Background, Region
from xps.problem import with_guess
from xps.project import Entry, Project

Scope = Literal["model", "window"]


def targets(project: Project, region_id: str) -> tuple[Entry, ...]:
    """Return the other spectra of the core level of a region, those of its sample last."""
    region = project.region(region_id)
    source = project.entry(region.spectrum)
    found = [
        entry
        for entry in project.entries
        if entry.id != source.id
        and entry.spectrum.binding_energy_ev is not None
        and _core_level(project, entry) == region.core_level
    ]
    return tuple(sorted(found, key=lambda entry: entry.sample == source.sample))


def propagate(
    project: Project,
    region_id: str,
    entry_ids: Collection[str],
    scope: Scope,
    step: Callable[[int, int], None] | None = None,
) -> Change:
    """Give spectra the region of another one.

    Areas and background start from the data of each spectrum; centers, widths, shapes, bounds
    and ties are those of the source. Fits of regions that are replaced go. A sample without a
    charge reference takes over that of the source, if it is a line of this region.

    Parameters
    ----------
    project : Project
    region_id : str
        The source.
    entry_ids : collection of str
    scope : {"model", "window"}
        Everything, or window and background alone.
    step : callable, optional
        Told how many are done and how many there are; may raise to stop.
    """
    source = project.region(region_id)
    changed = project
    for done, entry_id in enumerate(entry_ids):
        if step is not None:
            step(done, len(entry_ids))
        entry = project.entry(entry_id)
        old = project.region_of(entry_id)
        if scope == "model":
            changed = _with_reference(changed, source, entry)
        shift = changed.charge_of(entry_id).shift_ev
        region = _placed(source, entry, old, shift, scope)
        if old is not None and scope == "model":
            changed = _without_fit(changed, old.id)
        changed = changed.with_region(region)
    origin = region_place(project, source)
    what = "Propagate" if scope == "model" else "Propagate window and background of"
    return Change(changed, f"{what} {origin} to {_count(entry_ids)}")


def copied(
    project: Project,
    region_id: str,
    component_id: str,
    entry_ids: Collection[str],
    step: Callable[[int, int], None] | None = None,
) -> Change:
    """Copy one component into the regions of other spectra; `step` is as in `propagate`."""
    change = Change(project, "")
    for done, entry_id in enumerate(entry_ids):
        if step is not None:
            step(done, len(entry_ids))
        region = project.region_of(entry_id)
        if region is not None:
            change = copy_component(change.project, region_id, component_id, [region.id])
    name = short_name(project.region(region_id).component(component_id).name)
    return Change(change.project, f"Copy {name} to {_count(entry_ids)}")


def given_regions(before: Project, after: Project) -> tuple[Region, ...]:
    """Return the regions that are new or other ones."""
    old = {id(region) for region in before.regions}
    return tuple(region for region in after.regions if id(region) not in old)


def taken_back(
    project: Project, before: Project, spectra: Collection[str], entry_id: str, text: str
) -> Change:
    """Give one spectrum back the region and the fit that it had, or had not.

    The charge reference of its sample becomes what it was, unless others of the sample were
    given regions by the same step.

    Parameters
    ----------
    project : Project
    before : Project
        As all was before the step that is taken back.
    spectra : collection of str
        Whom that step gave regions.
    entry_id : str
    text : str
        Of that step.
    """
    entry = project.entry(entry_id)
    changed = project
    region = project.region_of(entry_id)
    old = before.region_of(entry_id)
    if region is not None and (old is None or old.id != region.id):
        changed = changed.without_region(region.id)
    if old is not None:
        fit = before.fit_of(old.id)
        changed = changed.without_fit(old.id).with_region(old)
        if fit is not None:
            changed = replace(changed, fits=(*changed.fits, fit))
    others = [id_ for id_ in spectra if id_ != entry_id and _is_of(project, id_, entry.sample)]
    known = [s for s in before.samples if s.name == before.entry(entry_id).sample]
    if known and not others:
        sample = project.sample(entry.sample)
        changed = changed.with_sample(replace(sample, charge=known[0].charge))
    return Change(changed, f"Take back at {place(project, entry)}: {text}")


def _is_of(project: Project, entry_id: str, sample: str) -> bool:
    return any(entry.id == entry_id and entry.sample == sample for entry in project.entries)


def _placed(
    source: Region, entry: Entry, old: Region | None, shift_ev: float, scope: Scope
) -> Region:
    id_ = old.id if old is not None else _free_id(source, entry)
    region = replace(source, id=id_, spectrum=entry.id, stored=False)
    if scope == "window":
        components = () if old is None else old.components
        kept = {component.id for component in components}
        background = _without_own_steps(source.background, kept)
        region = replace(region, components=components, background=background)
    try:
        return with_guess(region, entry.spectrum, shift_ev)
    except XpsError:
        return region  # drawn without a guess; the fit will say what is wrong


def _without_own_steps(background: Background, kept: set[str]) -> Background:
    return replace(background, own_k=tuple(own for own in background.own_k if own[0] in kept))


def _with_reference(project: Project, source: Region, entry: Entry) -> Project:
    charge = project.charge_of(source.spectrum)
    sample = project.sample(entry.sample)
    is_of_source = charge.method == "component" and charge.core_level == source.core_level
    if sample.charge.method != "none" or not is_of_source:
        return project
    taken = replace(charge, shift_ev=0.0, stderr_ev=None)
    return project.with_sample(replace(sample, charge=taken))


def _without_fit(project: Project, region_id: str) -> Project:
    return replace(project, fits=tuple(f for f in project.fits if f.region.id != region_id))


def _free_id(source: Region, entry: Entry) -> str:
    _, _, name = source.id.partition("_")
    return f"{entry.id}_{name or source.id}"


def _core_level(project: Project, entry: Entry) -> str | None:
    region = project.region_of(entry.id)
    return region.core_level if region is not None else entry.spectrum.core_level


def _count(entry_ids: Collection[str]) -> str:
    return "1 spectrum" if len(entry_ids) == 1 else f"{len(entry_ids)} spectra"
