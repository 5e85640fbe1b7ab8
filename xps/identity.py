"""What the components of a fitted model can be: species that the data cannot tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xps.candidate_trial import Trial, patterns_of
from xps.candidates import LEAST_SEPARATION, Candidates
from xps.model import Component, Ref, Region

_SIGMA = 2.0  # of a center: how far beyond its range a species is still possible
_SAME = 0.25  # of the FWHM: places of two fits that are one place


@dataclass(frozen=True)
class Identity:
    """What a component can be.

    Attributes
    ----------
    species : tuple of str
        Keys of the species in whose range it lies, each of which leaves a species to every other
        component; the one that it is named after comes first.
    hidden : tuple of str
        Keys of further species with a place within half a width of it: what they would add
        cannot be told apart from it.
    """

    species: tuple[str, ...]
    hidden: tuple[str, ...]


def identities(trial: Trial, candidates: Candidates) -> tuple[Identity, ...]:
    """Tell what each component of a model can be."""
    components = trial.region.components
    choices = [_in_range(trial, component, candidates) for component in components]
    found = []
    for number, component in enumerate(components):
        possible = [key for key in choices[number] if _is_consistent(choices, number, key)]
        taken = {component.id for component in components} | set(possible)
        hidden = [
            species.key
            for species in candidates.species
            if species.key not in taken and _could_hide(species.key, component, candidates)
        ]
        found.append(Identity(tuple(possible), tuple(hidden)))
    return tuple(found)


def same_places(one: Region, other: Region) -> bool:
    """Whether two models have their components at the same places, by whatever name."""
    if len(one.components) != len(other.components):
        return False
    if len(patterns_of(one)) != len(patterns_of(other)):  # two species are not one of two lines
        return False
    first, second = (
        sorted(region.components, key=lambda c: c.center.value) for region in (one, other)
    )
    return all(
        abs(a.center.value - b.center.value) <= _SAME * 0.5 * (a.fwhm.value + b.fwhm.value)
        for a, b in zip(first, second, strict=True)
    )


def _in_range(trial: Trial, component: Component, candidates: Candidates) -> tuple[str, ...]:
    """Species of the component's family in whose range it lies, its own first."""
    if not component.center.is_free:  # it follows another line
        return (component.id,)
    margin = _SIGMA * (trial.stderr(Ref(component.id, "center")) or 0.0)
    center = component.center.value
    found = [component.id]
    for species in candidates.species:
        low, high = candidates.reach(species.key)
        related = candidates.families[species.key] == candidates.families[component.id]
        if species.key != component.id and related and low - margin <= center <= high + margin:
            found.append(species.key)
    return tuple(found)


def _could_hide(key: str, component: Component, candidates: Candidates) -> bool:
    low, high = candidates.reach(key)
    center = component.center.value
    distance = max(low - center, center - high, 0.0)
    related = candidates.families[key] == candidates.families[component.id]
    return related and distance < LEAST_SEPARATION * component.fwhm.value


def _is_consistent(choices: Sequence[Sequence[str]], number: int, key: str) -> bool:
    """Whether every other component is left a species of its own if one is `key`."""
    others = [choice for i, choice in enumerate(choices) if i != number]
    return _has_matching(others, {key})


def _has_matching(choices: Sequence[Sequence[str]], used: set[str]) -> bool:
    if not choices:
        return True
    return any(key not in used and _has_matching(choices[1:], used | {key}) for key in choices[0])
