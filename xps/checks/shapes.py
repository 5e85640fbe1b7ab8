"""Whether line shapes suit the material."""

from __future__ import annotations

from math import log

from xps.checks.rule import FittedRegion, Rule, Sightings, in_each_fit
from xps.lineshapes import SHAPES
from xps.model import Component
from xps.species import library

_DONIACH = "Doniach and Šunjić, J. Phys. C 3 (1970) 285"
_SHAPE_SOURCES = {"doniach-sunjic": _DONIACH}

_INSULATORS = (
    *("sulfate", "sulfite", "sox", "phosphate", "carbonate", "organic", "electrolyte"),
    *("coating", "hydroxide", "chloride", "fluoride"),
)
"""Words in the group of species that have no free electrons."""

_ASYMMETRIC = 0.2  # logarithm of the ratio of the powers of the two sides, or tail strength
_ASYMMETRY = 0.02
_LORENTZIAN = 0.5
_SURE = 2.0
_NARROW_LEVELS = ("S 2p", "P 2p", "Al 2p", "Si 2p", "O 1s", "C 1s")


def _caution(fitted: FittedRegion) -> Sightings:
    for component in fitted.components:
        shape = SHAPES[component.shape]
        if shape.caution:
            yield fitted.of(
                component,
                f"{shape.title}: {shape.caution}",
                citation=_SHAPE_SOURCES.get(shape.kind, ""),
            )


def is_asymmetric(component: Component) -> bool:
    """Whether a line has a longer tail at one side."""
    values = {name: param.value for name, param in component.params.items()}
    if "asymmetry" in values:
        return values["asymmetry"] > _ASYMMETRY
    if "tail" in values:
        return values["tail"] > 0.0 and values.get("mixing", 0.0) < 1.0
    if "alpha" in values and "beta" in values:
        return abs(log(values["alpha"] / values["beta"])) > _ASYMMETRIC
    return False


def _insulator(fitted: FittedRegion) -> Sightings:
    if fitted.core_level == "C 1s":
        return  # vibrations make the lines of polymers asymmetric
    for component in fitted.components:
        species = library().get(component.species)
        group = (species.group if species else component.group).casefold()
        if is_asymmetric(component) and any(word in group for word in _INSULATORS):
            yield fitted.of(
                component,
                f"an asymmetric line of an insulator ({group}): its tail comes from free "
                "electrons, which an insulator does not have",
            )


def _lorentzian(fitted: FittedRegion) -> Sightings:
    if fitted.core_level not in _NARROW_LEVELS:
        return
    for component in fitted.significant:
        mixing = component.params.get("mixing")
        if mixing is None or mixing.link is not None:
            continue
        value, error = fitted.value(component, "mixing")
        if value - _SURE * error > _LORENTZIAN:
            yield fitted.of(
                component,
                f"{value:.0%} Lorentzian, where the natural width of {fitted.core_level} is "
                "below 0.2 eV: broad tails stand for background or for further peaks",
            )


RULES = (
    Rule(
        "shape-caution",
        "warning",
        "A shape without finite area, or one that is experimental",
        "",
        "take a shape of finite area that is established, unless this one is needed",
        in_each_fit(_caution),
    ),
    Rule(
        "asymmetric-insulator",
        "warning",
        "An asymmetric line of an insulator",
        _DONIACH,
        "take a symmetric shape, and look for a further component under the tail",
        in_each_fit(_insulator),
    ),
    Rule(
        "lorentzian-share",
        "warning",
        "More than half Lorentzian in a level of small natural width",
        "Campbell and Papp 2001, 10.1006/adnd.2000.0848",
        "bound the mixing, widen the window, and look for a missing component",
        in_each_fit(_lorentzian),
    ),
)
