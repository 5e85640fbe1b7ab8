"""Bring the result of a fit into a project that may have changed meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from xps.analysis import reference_region
from xps.project import Project, Sample


@dataclass(frozen=True)
class Merged:
    """A project with the fits that still belong to it.

    Attributes
    ----------
    into : Project
        What it was before.
    project : Project
    taken, dropped : tuple of str
        Ids of the fitted regions whose result was taken, and of those that changed or went
        while they were fitted.
    """

    into: Project
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
        id_ for id_ in fitted if id_ in still_there and _is_unchanged(present, before, id_)
    ]
    trial = _take(unchanged, present, before, after)
    fresh = [id_ for id_ in unchanged if trial.is_fresh(id_)]
    broken = _samples_of_tied(after, set(fitted) - set(fresh))
    taken = tuple(id_ for id_ in fresh if _sample_of(after, id_) not in broken)
    # The trial knows already what is fresh, which the views ask for next.
    project = trial if len(taken) == len(unchanged) else _take(taken, present, before, after)
    return Merged(present, project, taken, tuple(id_ for id_ in fitted if id_ not in taken))


def _samples_of_tied(project: Project, region_ids: Iterable[str]) -> set[str]:
    """The samples of regions that were fitted together with others."""
    if project.ties is None:
        return set()
    return {_sample_of(project, id_) for id_ in region_ids}


def _sample_of(project: Project, region_id: str) -> str:
    return project.entry(project.region(region_id).spectrum).sample


def _is_unchanged(present: Project, before: Project, id_: str) -> bool:
    """Whether data and settings of a region are still those that were fitted."""
    return _parts(present, id_) == _parts(before, id_) or (
        present.fingerprint(id_) == before.fingerprint(id_)
    )


def _parts(project: Project, id_: str) -> tuple[int, int, float]:
    """What a fingerprint is made of, as far as that is told without looking inside."""
    region = project.region(id_)
    entry = project.entry(region.spectrum)
    return id(region), id(entry.spectrum), project.charge_of(entry.id).shift_ev


def _take(ids: Iterable[str], present: Project, before: Project, after: Project) -> Project:
    fits = [fit for id_ in ids if (fit := after.fit_of(id_)) is not None]
    samples = [_with_charge(present, before, after, fit.region.id) for fit in fits]
    return present.with_samples(s for s in samples if s is not None).with_fits(fits)


def _with_charge(present: Project, before: Project, after: Project, id_: str) -> Sample | None:
    """The sample with its charge reference, if the fit of this region gave it."""
    entry_id = after.region(id_).spectrum
    reference = reference_region(after, after.entry(entry_id).sample)
    sample = present.sample(present.entry(entry_id).sample)
    if reference is None or reference.id != id_ or sample.charge != before.charge_of(entry_id):
        return None
    return replace(sample, charge=after.charge_of(entry_id))
