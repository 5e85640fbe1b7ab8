"""Measurements: the spectra of a file that share one energy scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from xps.project import Entry, Project, Sample
from xps.readers.casa import stored_counts
from xps.recipe import Recipe
from xps.replicates import place_of
from xps.spectrum import Spectrum

Place = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Measurement:
    """One place of one sample, measured once.

    Attributes
    ----------
    name : str
        Of the sample; with its place where the file holds several measurements of it.
    spectra : tuple of Spectrum
    indices : tuple of int
        Of the spectra in their file.
    """

    name: str
    spectra: tuple[Spectrum, ...]
    indices: tuple[int, ...]

    def project(self) -> Project:
        """Return a project of these spectra alone, under ids that are unique in their file."""
        entries = (
            Entry(f"s{index}", spectrum.with_(sample=self.name))
            for index, spectrum in zip(self.indices, self.spectra, strict=True)
        )
        return Project(samples=(Sample(self.name),), entries=tuple(entries))


def measurements(spectra: Sequence[Spectrum], recipe: Recipe) -> tuple[Measurement, ...]:
    """Divide the spectra of a file that a recipe analyzes into measurements, in their order.

    Spectra belong together that are of one sample and place. Where every core level among them
    was measured equally often, the first of each belong together, the second, and so on: each
    repetition then has a charge shift of its own. Spectra of other core levels are left out,
    unless there are no others.

    Parameters
    ----------
    spectra : sequence of Spectrum
        All of a file, at least one.
    recipe : Recipe
    """
    wanted = [index for index, one in enumerate(spectra) if _is_analyzed(one, recipe)]
    groups: dict[tuple[str, Place], list[int]] = {}
    for index in wanted or range(len(spectra)):
        spectrum = spectra[index]
        groups.setdefault((_sample(spectrum), place_of(spectrum)), []).append(index)
    parts = [
        (sample, place, part)
        for (sample, place), group in groups.items()
        for part in _repetitions(spectra, group)
    ]
    often = Counter(sample for sample, _, _ in parts)
    numbers = {sample: count(1) for sample in often}
    return tuple(
        Measurement(
            sample if often[sample] == 1 else _named(sample, place, next(numbers[sample])),
            tuple(spectra[index] for index in part),
            tuple(part),
        )
        for sample, place, part in parts
    )


def _is_analyzed(spectrum: Spectrum, recipe: Recipe) -> bool:
    if recipe.is_stored:
        return stored_counts(spectrum.notes)[0] > 0
    return recipe.region_for(spectrum.core_level) is not None


def _sample(spectrum: Spectrum) -> str:
    return spectrum.sample or (spectrum.origin.file if spectrum.origin else "unnamed sample")


def _repetitions(spectra: Sequence[Spectrum], group: list[int]) -> list[list[int]]:
    by_level: dict[str | None, list[int]] = {}
    for index in group:
        by_level.setdefault(spectra[index].core_level, []).append(index)
    if len({len(found) for found in by_level.values()}) > 1:
        return [group]
    return [sorted(repetition) for repetition in zip(*by_level.values(), strict=True)]


def _named(sample: str, place: Place, number: int) -> str:
    there = "".join(f", {name} = {value:g}" for name, value in place)
    return f"{sample}{there} (no. {number})"
