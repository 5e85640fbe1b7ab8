"""What a person can do with a place of a map."""

from __future__ import annotations

from dataclasses import replace

from app.gestures.gestures import Change
from xps.project import Project


def take_place(project: Project, place: Project) -> Change:
    """Add the spectrum of a place to a project, with its charge reference and its region.

    Parameters
    ----------
    project : Project
    place : Project
        Of one sample, one spectrum and at most one region.
    """
    (sample,), (entry,) = place.samples, place.entries
    there = {other.name for other in project.samples}
    changed = project.with_spectra((entry.spectrum,))
    added = changed.entries[-1]
    if sample.name not in there:
        kept = next(s for s in changed.samples if s.name == sample.name)
        changed = changed.with_sample(replace(kept, charge=sample.charge, series=sample.series))
    region = place.region_of(entry.id)
    if region is not None:
        id_ = f"{added.id}_{region.id}"
        changed = changed.with_region(replace(region, id=id_, spectrum=added.id))
    return Change(changed, f"Take {sample.name} from a map")
