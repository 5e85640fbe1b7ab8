"""Whether a component is called what it can be."""

from __future__ import annotations

import re

from xps.checks.rule import (
    FittedRegion,
    FittedSample,
    Rule,
    Sightings,
    in_each_fit,
    in_each_sample,
)
from xps.model import Component
from xps.species import library

_VACANCY_SIGN = re.compile(r"\bOv\b|\bOV\b|\bVo\b|\bO_[vV]\b|\bV_O\b")
_VACANCY = re.compile(r"vacanc|oxygen[\s-]*deficien|defect(ive)?[\s-]*o(xygen)?\b", re.IGNORECASE)
_CARBONATE = re.compile(r"carbonate|CO_?[3₃]", re.IGNORECASE)
_MANY = re.compile(r"manifold|,|/")
_CARBONATE_C_EV = (289.0, 291.0)


def _names(component: Component) -> str:
    return f"{component.name} {component.id.replace('_', ' ')}"


def _vacancy(fitted: FittedRegion) -> Sightings:
    if fitted.core_level != "O 1s":
        return
    for component in fitted.components:
        if _VACANCY.search(_names(component)) or _VACANCY_SIGN.search(component.name):
            yield fitted.of(
                component,
                "a vacancy has no electrons that could be measured; what lies near 531 eV is "
                "hydroxide, carbonate, water or another oxide of the surface",
            )


def is_carbonate(component: Component) -> bool:
    """Whether a component is said to be carbonate, and nothing else beside it."""
    if component.group == "carbonate" or component.species.startswith("carbonate"):
        return True
    return bool(_CARBONATE.search(component.name)) and not _MANY.search(component.name)


def _carbonate(sample: FittedSample) -> Sightings:
    oxygen, carbon = sample.level("O 1s"), sample.level("C 1s")
    if oxygen is None:
        return
    claimed = [c for c in oxygen.significant if is_carbonate(c)]
    low, high = _CARBONATE_C_EV
    found = carbon is not None and any(
        is_carbonate(c) or low <= c.center.value <= high for c in carbon.significant
    )
    for component in claimed:
        if carbon is None:
            yield oxygen.of(
                component,
                "carbonate is claimed in O 1s, but no C 1s of the sample was fitted",
                severity="note",
            )
        elif not found:
            yield oxygen.of(
                component,
                "carbonate is claimed in O 1s, but C 1s shows none between 289 and 291 eV",
            )


def _unsupported(sample: FittedSample) -> Sightings:
    """Species without those of other core levels that make them credible."""
    known = library()
    for region in sample.regions:
        for component in region.significant:
            species = known.get(component.species)
            for key in species.needs if species else ():
                needed = known.get(key)
                other = sample.level(needed.core_level) if needed else None
                if needed is None or other is None or is_carbonate(component):
                    continue
                if not any(c.species == key for c in other.significant):
                    yield region.of(
                        component,
                        f"it is credible only with {needed.name} in {needed.core_level}, which "
                        "was fitted without it",
                    )


RULES = (
    Rule(
        "oxygen-vacancy",
        "warning",
        "A component of O 1s that is called a vacancy",
        "Easton and Morgan 2025, J. Vac. Sci. Technol. A 43, 053205",
        "assign it to a compound, and look for that compound in another core level",
        in_each_fit(_vacancy),
    ),
    Rule(
        "carbonate-unsupported",
        "warning",
        "Carbonate in O 1s without carbonate in C 1s",
        "NIST SRD-20: Li2CO3 C 1s 289.8-290.2, O 1s 531.45",
        "fit C 1s of the same sample with carbonate near 290 eV, and link the areas",
        in_each_sample(_carbonate),
    ),
    Rule(
        "species-unsupported",
        "warning",
        "A species that another core level does not confirm",
        "Major 2020, 10.1116/6.0000377",
        "look for it in the other core level, or take a less definite assignment",
        in_each_sample(_unsupported),
    ),
)
