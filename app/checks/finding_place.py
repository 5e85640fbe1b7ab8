"""Where in the window the thing is that a finding of the checks is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from xps.model import Ref, Region
from xps.project import Project

if TYPE_CHECKING:
    from xps.checks import Finding

Topic = Literal["", "charge", "background", "window", "replicates", "amounts"]

_TOPICS: dict[str, Topic] = {
    "no-charge-reference": "charge",
    "charge-reference-weak": "charge",
    "charge-shift-far": "charge",
    "graphitic-reference": "charge",
    "differential-charging": "charge",
    "background-unphysical": "background",
    "background-static": "background",
    "background-falling": "background",
    "window-tight": "window",
    "one-spot": "replicates",
    "transmission-mixed": "amounts",
    "intensity-corrected": "amounts",
}


@dataclass(frozen=True)
class Place:
    """What to select, and what to look at.

    Attributes
    ----------
    entry_id : str or None
        The spectrum.
    component_id : str or None
    ref : Ref or None
        The parameter.
    topic : str
        The part of the window that holds what is to be changed; "" where the selection says
        enough.
    """

    entry_id: str | None = None
    component_id: str | None = None
    ref: Ref | None = None
    topic: Topic = ""


def place_of(project: Project, finding: Finding) -> Place:
    """Return the place of a finding; as much of it as there still is."""
    scope, topic = finding.scope, _TOPICS.get(finding.rule, "")
    region = next((r for r in project.regions if r.id == scope.region), None)
    if region is None and scope.sample:
        region = _region_of_sample(project, scope.sample, scope.subject)
    if region is None:
        return Place(topic=topic)
    component, ref = _subject(region, scope.subject)
    return Place(region.spectrum, component, ref, topic)


def parts_of(subject: str) -> list[str]:
    """Return the things that a subject names: one, or two joined by "and"."""
    return subject.split(" and ") if subject else []


def _region_of_sample(project: Project, sample: str, subject: str) -> Region | None:
    """The region of a sample that a subject names, else the one of its charge reference."""
    if all(known.name != sample for known in project.samples):
        return None
    own = [r for r in project.regions if project.entry(r.spectrum).sample == sample]
    named = parts_of(subject)
    for region in own:
        if region.core_level in named or any(c.species in named for c in region.components):
            return region
    from xps.analysis import reference_region

    return reference_region(project, sample) or next(iter(own), None)


def _subject(region: Region, subject: str) -> tuple[str | None, Ref | None]:
    for part in parts_of(subject):
        id_, _, parameter = part.partition(".")
        ref = Ref(id_, parameter)
        known = dict(region.params())
        if any(c.id == id_ for c in region.components):
            return id_, ref if ref in known else None
        if ref in known:
            return None, ref
        for component in region.components:
            if part in (component.species, component.name):
                return component.id, None
    return None, None
