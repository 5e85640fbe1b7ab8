"""Whether components lie where their species can, and far enough from one another."""

from __future__ import annotations

from itertools import combinations, pairwise

from xps.checks.rule import FittedRegion, Rule, Sightings, in_each_fit
from xps.checks.ties import is_tied
from xps.model import Component, Ref
from xps.species import library

_SURE = 2.0
_CLOSE_FWHM = 0.5
_MANIFOLD_EV = (530.8, 532.5)  # Al2O3, hydroxides, carbonate, phosphate, sulfate, C=O
_MANIFOLD_FWHM = 1.0


def _species_range(fitted: FittedRegion) -> Sightings:
    for component in fitted.significant:
        species = library().get(component.species)
        if species is None:
            continue
        low, high = species.allowed_ev
        center, error = fitted.value(component, "center")
        if center + _SURE * error < low or center - _SURE * error > high:
            yield fitted.of(
                component,
                f"{center:.2f} eV lies outside {low:g} to {high:g} eV",
                citation="; ".join(species.sources),
            )


def _tied(fitted: FittedRegion, first: Component, second: Component) -> bool:
    """Whether both the distance and the areas of two components are fixed."""
    region = fitted.fit.region
    return all(
        region.resolve(Ref(first.id, name))[0] == region.resolve(Ref(second.id, name))[0]
        for name in ("area", "center")
    )


def _follows(fitted: FittedRegion, component: Component) -> bool:
    """Whether a line has neither place nor area of its own, as the second one of a doublet."""
    region = fitted.fit.region
    return all(
        region.resolve(Ref(component.id, name))[0].component != component.id
        for name in ("area", "center")
    )


def _not_separable(fitted: FittedRegion) -> Sightings:
    own = [component for component in fitted.components if not _follows(fitted, component)]
    components = sorted(own, key=lambda c: c.center.value)
    for first, second in pairwise(components):
        width = min(first.fwhm.value, second.fwhm.value)
        distance = second.center.value - first.center.value
        amounts_known = is_tied(fitted, first) or is_tied(fitted, second)
        fixed = amounts_known or _tied(fitted, first, second)
        if distance < _CLOSE_FWHM * width and not fixed:
            yield fitted.of_both(
                first, second, f"they lie {distance:.2f} eV apart, less than half a width"
            )


def _manifold(fitted: FittedRegion) -> Sightings:
    if fitted.core_level != "O 1s":
        return
    low, high = _MANIFOLD_EV
    inside = [c for c in fitted.significant if low <= c.center.value <= high]
    for first, second in combinations(inside, 2):
        width = min(first.fwhm.value, second.fwhm.value)
        distance = abs(second.center.value - first.center.value)
        close = _CLOSE_FWHM * width <= distance < _MANIFOLD_FWHM * width
        area_free = (
            fitted.fit.region.resolve(Ref(c.id, "area"))[0].component == c.id
            and c.area.prior is None
            and not is_tied(fitted, c)
            for c in (first, second)
        )
        if close and all(area_free):
            yield fitted.of_both(
                first,
                second,
                f"both lie between {low:g} and {high:g} eV, where a dozen compounds do: O 1s "
                "alone cannot tell their areas apart",
            )


RULES = (
    Rule(
        "species-range",
        "warning",
        "A center where the species is not found",
        "the sources of the species",
        "check the charge reference and the assignment",
        in_each_fit(_species_range),
    ),
    Rule(
        "not-separable",
        "warning",
        "Two components less than half a width apart",
        "NIST SRD-20 X-ray photoelectron test data: Conny and Powell 2000",
        "merge them, or link them through another core level",
        in_each_fit(_not_separable),
    ),
    Rule(
        "oxygen-manifold",
        "warning",
        "Two free components of O 1s within the 531.6 eV manifold",
        "NIST SRD-20: Al2O3 531.3, hydroxides 531.2, Li2CO3 531.45, Li3PO4 531.5, Li2SO4 532.2",
        "merge them, or link their areas to S 2p, P 2p, C 1s or Al 2p",
        in_each_fit(_manifold),
    ),
)
