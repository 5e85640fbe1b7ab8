"""Bring the result of a fit into a project that may have changed meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from xps.analysis import reference_region
from xps.project import Project


@dataclass(frozen=True)
class Merged:
    """A project with the fits that still belong to it.

    Attributes
    ----------
    project : Project
    taken, dropped : tuple of str
        Ids of the fitted regions whose result was taken, and of those that changed or went
        while they were fitted.
    """

    project: Project
    taken: tuple[str, ...]
    dropped: tuple[str, ...]


def merge_fits(present: Project, before: Project, after: Project) -> Merged:
    """Take from `after` the fits of all regions that `present` has as `before` had them.

    A sample's charge reference is taken together with the fit of the region that gave it;
    a fit that was made with a shift that is not taken is dropped as well. Fits that were made
    together, because amounts are tied, are taken together or not at all.
    """
    known = {region.id for region in before.regions}
    fitted = [
        fit.region.id
        for fit in after.fits
        if fit.region.id in known and before.fit_of(fit.region.id) is not fit
    ]
    still_there = {region.id for region in present.regions}
    unchanged = [
        id_
        for id_ in fitted
        if id_ in still_there and present.fingerprint(id_) == before.fingerprint(id_)
    ]
    trial = _take(unchanged, present, before, after)
    fresh = [id_ for id_ in unchanged if trial.is_fresh(id_)]
    broken = _samples_of_tied(after, set(fitted) - set(fresh))
    taken = tuple(id_ for id_ in fresh if _sample_of(after, id_) not in broken)
    project = _take(taken, present, before, after)
    return Merged(project, taken, tuple(id_ for id_ in fitted if id_ not in taken))


def _samples_of_tied(project: Project, region_ids: Iterable[str]) -> set[str]:
    """The samples of regions that were fitted together with others."""
    if project.ties is None:
        return set()
    return {_sample_of(project, id_) for id_ in region_ids}


def _sample_of(project: Project, region_id: str) -> str:
    return project.entry(project.region(region_id).spectrum).sample


def _take(ids: Iterable[str], present: Project, before: Project, after: Project) -> Project:
    project = present
    for id_ in ids:
        fit = after.fit_of(id_)
        assert fit is not None
        project = _with_charge(project, before, after, id_).with_fit(fit)
    return project


def _with_charge(project: Project, before: Project, after: Project, id_: str) -> Project:
    """Take over the charge reference, if the fit of this region gave it."""
    entry_id = after.region(id_).spectrum
    reference = reference_region(after, after.entry(entry_id).sample)
    sample = project.sample(project.entry(entry_id).sample)
    if reference is None or reference.id != id_ or sample.charge != before.charge_of(entry_id):
        return project
    return project.with_sample(replace(sample, charge=after.charge_of(entry_id)))
