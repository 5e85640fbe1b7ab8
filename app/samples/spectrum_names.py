"""What spectra are called in the tree: core level, and what tells those of one level apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.widgets.numerals import plain_number
from xps.project import Entry, Project


def spectrum_names(project: Project) -> dict[str, str]:
    """Return a name for each spectrum, by id.

    Spectra of one core level and sample, as at several angles or depths, get the values of the
    series in which they differ; a number where nothing else tells them apart. Sums say of how many
    sweeps: "S 2p Σ3".
    """
    alike: dict[tuple[str, str], list[Entry]] = {}
    names = {}
    for entry in project.entries:
        if entry.spectrum.summed:
            names[entry.id] = f"{entry.label} Σ{len(entry.spectrum.summed)}"
        else:
            alike.setdefault((entry.sample, entry.label), []).append(entry)
    for (_, label), entries in alike.items():
        for entry, mark in zip(entries, _marks(entries), strict=True):
            names[entry.id] = f"{label} {mark}".rstrip()
    return names


def spectrum_name(project: Project, entry: Entry) -> str:
    """Return the name of one spectrum, as `spectrum_names` does."""
    alike = [e for e in project.entries if e.sample == entry.sample and e.label == entry.label]
    return spectrum_names(replace(project, entries=tuple(alike)))[entry.id]


def _marks(entries: Sequence[Entry]) -> list[str]:
    if len(entries) == 1:
        return [""]
    series = [dict(entry.spectrum.series) for entry in entries]
    differing = [
        name for name in series[0] if len({values.get(name) for values in series}) == len(series)
    ]
    if differing and all(differing[0] in values for values in series):
        return [f"· {plain_number(values[differing[0]])}" for values in series]
    return [f"#{number}" for number in range(1, len(entries) + 1)]
