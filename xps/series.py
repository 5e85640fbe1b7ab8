"""Where samples stand in a series: cycles, depth, thickness of a coating."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xps.project import Entry, Project, Sample
from xps.replicates import place_of

Place = tuple[tuple[str, float], ...]


def with_places(project: Project) -> Project:
    """Return a project whose samples know their places, and have one each.

    Where one core level of a sample was measured at several places of a series, such as the
    depths of a profile, each place becomes a sample of its own, e.g. "pellet, Depth / nm = 3".
    Numbers that only count repetitions are no places.
    """
    samples: list[Sample] = []
    names: dict[str, str] = {}
    measured: dict[str, list[Entry]] = {}
    for region in project.regions:
        entry = project.entry(region.spectrum)
        measured.setdefault(entry.sample, []).append(entry)
    for sample in project.samples:
        own = measured.get(sample.name, [])
        if not _at_several_places(own):
            samples.append(replace(sample, series=_merged(sample, own)))
            continue
        by_place: dict[Place, list[Entry]] = {}
        differing = _differing(own)
        for entry in own:
            place = tuple(step for step in place_of(entry.spectrum) if step[0] in differing)
            by_place.setdefault(place, []).append(entry)
        for place, there_measured in by_place.items():
            there = "".join(f", {name} = {value:g}" for name, value in place)
            samples.append(
                replace(
                    sample,
                    name=sample.name + there,
                    group=sample.group + there if sample.group else "",
                    series=_merged(sample, there_measured),
                )
            )
            names |= {entry.id: sample.name + there for entry in there_measured}
    entries = tuple(
        replace(entry, spectrum=entry.spectrum.with_(sample=names[entry.id]))
        if entry.id in names
        else entry
        for entry in project.entries
    )
    known = {sample.name for sample in samples}
    left = {entry.sample for entry in entries if entry.sample not in known}  # without a region
    unfitted = tuple(sample for sample in project.samples if sample.name in left)
    return replace(project, samples=(*samples, *unfitted), entries=entries)


def series_names(samples: Sequence[Sample]) -> tuple[str, ...]:
    """Return the series that samples stand in."""
    return tuple(dict.fromkeys(name for sample in samples for name, _ in sample.series))


def all_series(project: Project) -> tuple[str, ...]:
    """Return the series of samples, and those in which spectra stand at different places."""
    differing = _differing(project.entries)
    of_samples = [name for sample in project.samples for name, _ in sample.series]
    of_spectra = [name for e in project.entries for name, _ in place_of(e.spectrum)]
    names: dict[str, str] = {}
    for name in (*of_samples, *(name for name in of_spectra if name in differing)):
        names.setdefault(name.casefold(), name)
    return tuple(names.values())


def position(sample: Sample, series: str) -> float | None:
    """Return where a sample stands in a series; None if it is not in it."""
    found = (value for name, value in sample.series if name.casefold() == series.casefold())
    return next(found, None)


def places_of_sample(project: Project, sample: Sample, series: str) -> tuple[float, ...]:
    """Return the places at which a sample, or its spectra, stand in a series, ascending.

    What is said of the sample comes before what its files say.
    """
    own = position(sample, series)
    if own is not None:
        return (own,)
    found = {
        value
        for entry in project.entries
        if entry.sample == sample.name
        for name, value in place_of(entry.spectrum)
        if name.casefold() == series.casefold()
    }
    return tuple(sorted(found))


def _at_several_places(entries: Sequence[Entry]) -> bool:
    places: dict[str, set[Place]] = {}
    for entry in entries:
        places.setdefault(entry.label, set()).add(place_of(entry.spectrum))
    return any(len(of_level) > 1 for of_level in places.values())


def _differing(entries: Sequence[Entry]) -> set[str]:
    """Return the series in which spectra stand at different places."""
    places = [dict(place_of(entry.spectrum)) for entry in entries]
    names = {name for place in places for name in place}
    return {name for name in names if len({place.get(name) for place in places}) > 1}


def _merged(sample: Sample, entries: Sequence[Entry]) -> Place:
    """What the sample says of its places, then what all of its spectra agree on."""
    known = {name.casefold() for name, _ in sample.series}
    values: dict[str, set[float]] = {}
    for entry in entries:
        for name, value in place_of(entry.spectrum):
            values.setdefault(name, set()).add(value)
    agreed = tuple(
        (name, next(iter(found)))
        for name, found in values.items()
        if len(found) == 1 and name.casefold() not in known
    )
    return (*sample.series, *agreed)
