"""Whether widths are those of real lines, and equal where nothing makes them differ."""

from __future__ import annotations

from itertools import combinations

from xps.checks.rule import FittedRegion, Rule, Sightings, in_each_fit
from xps.model import Component, Ref
from xps.species import library

_SURE = 3.0
_UNEQUAL = 1.3
_UNEQUAL_SIGMA = 3.0
_OXIDIZED_SULFUR_EV = 165.0
_OXIDIZED = ("sulfate", "sulfite", "sox")

_MEASURED_EV = {"S 2p": (0.5, 2.2), "O 1s": (0.7, 2.8)}
"""Where nine in ten published widths of laboratory spectra lie (NIST SRD-20), by level."""

_NIST = "NIST SRD-20: widths of S 2p3/2 (n = 57) and O 1s (n = 489)"


def _range(component: Component, core_level: str) -> tuple[tuple[float, float], str] | None:
    """Widths that occur, and who says so; the wider of species and level at the high end."""
    general = _MEASURED_EV.get(core_level)
    species = library().get(component.species)
    if species is None:
        return None if general is None else (general, _NIST)
    (low, high), sources = species.fwhm_ev, species.sources
    if general is not None:
        low, high, sources = min(low, general[0]), max(high, general[1]), (*sources, _NIST)
    return (low, high), "; ".join(sources)


def _out_of_range(fitted: FittedRegion) -> Sightings:
    for component in fitted.significant:
        known = _range(component, fitted.core_level)
        if known is None or fitted.is_held_back(component, "fwhm") or component.fwhm.link:
            continue
        (low, high), source = known
        width, error = fitted.value(component, "fwhm")
        if width + _SURE * error < low or width - _SURE * error > high:
            yield fitted.of(
                component,
                f"a width of {width:.2f} eV, where {low:g} to {high:g} eV are usual",
                citation=source,
            )


def _unequal(fitted: FittedRegion) -> Sightings:
    region = fitted.fit.region
    for first, second in combinations(fitted.significant, 2):
        if _family(first, fitted.core_level) != _family(second, fitted.core_level):
            continue
        roots = [region.resolve(Ref(c.id, "fwhm"))[0] for c in (first, second)]
        if roots[0] == roots[1] or not _family(first, fitted.core_level):
            continue
        (a, a_error), (b, b_error) = (fitted.value(c, "fwhm") for c in (first, second))
        noise = _UNEQUAL_SIGMA * (a_error**2 + b_error**2) ** 0.5
        narrow, broad = (first, second) if a < b else (second, first)
        if _is_broader(broad, narrow):
            continue
        if max(a, b) > _UNEQUAL * min(a, b) and abs(a - b) > noise:
            yield fitted.of_both(
                first,
                second,
                f"their widths differ ({a:.2f} and {b:.2f} eV) without a reason in chemistry",
            )


def _is_broader(component: Component, than: Component) -> bool:
    """Whether the library knows a component as broader, such as a satellite than its main line."""
    species = [library().get(c.species) for c in (component, than)]
    typical = [sum(one.fwhm_ev) for one in species if one is not None]
    return len(typical) == 2 and typical[0] > _UNEQUAL * typical[1]


def _family(component: Component, core_level: str) -> str:
    """What shares a width: sulfidic and oxidized sulfur, else the components of a group."""
    if core_level != "S 2p":
        return component.group
    group = component.group.casefold()
    oxidized = any(word in group for word in _OXIDIZED)
    if not group:
        oxidized = component.center.value > _OXIDIZED_SULFUR_EV
    return "oxidized" if oxidized else "sulfide"


RULES = (
    Rule(
        "width-range",
        "warning",
        "A width that lines of this species or level do not have",
        _NIST,
        "link the width to that of a well resolved component, or split the component",
        in_each_fit(_out_of_range),
    ),
    Rule(
        "width-unequal",
        "warning",
        "Widths of one family of species that differ by more than 30 %",
        "Major 2020, 10.1116/6.0000377",
        "share one width in the family, or say why one is broader",
        in_each_fit(_unequal),
    ),
)
