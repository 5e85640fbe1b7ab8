"""Whether the two lines of a spin-orbit doublet are what atomic physics makes them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from xps.checks.rule import FittedRegion, Rule, Sighting, Sightings, in_each_fit
from xps.levels import Level, levels, parse_core_level
from xps.model import Component, Doublet, Ref, Singlet

_MULTIPLETS = frozenset(f"{symbol} 2p" for symbol in "Ti V Cr Mn Fe Co Ni Cu".split())
"""Levels whose lines are multiplets with satellites, and singlets by convention."""

_SPLITTING = 0.05  # as far as medians of published splittings lie from the table (NIST SRD-20)
_LEAST_SPLITTING_EV = 0.03
_MULTIPLET_SPLITTING = 0.08
_RATIO = 0.08
_PARTNER_EV = 0.35
_PARTNER = 0.3  # of the splitting
_UNRESOLVED = 2.0  # widths over splitting, beyond which one line does nearly as well
_BIESINGER = "Biesinger, xpsfitting.com, Sulphur"
_SCOFIELD = "Scofield 1976, 10.1016/0368-2048(76)80015-1"


def _level(fitted: FittedRegion) -> Level | None:
    return levels().get(fitted.core_level)


def _tolerance_ev(level: Level) -> float:
    share = _MULTIPLET_SPLITTING if level.name in _MULTIPLETS else _SPLITTING
    return max(_LEAST_SPLITTING_EV, share * level.splitting_ev)


def _pairs(fitted: FittedRegion, level: Level) -> Iterator[tuple[Component, Component]]:
    """Single lines that stand where the two lines of a doublet would, the main one first.

    A line that is tied to its partner is none of another doublet, and one that is named after
    another level none of this one.
    """
    single = [c for c in fitted.components if _is_line_of(c, level)]
    near = [pair for pair in permutations(single, 2) if _apart(*pair, level)]
    tied = [pair for pair in near if _tied(fitted, *pair)]
    taken = {component.id for pair in tied for component in pair}
    yield from tied
    for main, partner in near:
        free = main.id not in taken and partner.id not in taken
        if free and partner.area.value < main.area.value:
            yield main, partner


def _is_line_of(component: Component, level: Level) -> bool:
    """Whether a component is a single line that may belong to a level."""
    named = parse_core_level(component.name)
    return isinstance(component.lines, Singlet) and named in (None, level.name)


def _apart(main: Component, partner: Component, level: Level) -> bool:
    """Whether two lines are about as far apart as those of a level."""
    distance = partner.center.value - main.center.value
    return abs(distance - level.splitting_ev) < min(_PARTNER_EV, _PARTNER * level.splitting_ev)


def _tied(fitted: FittedRegion, first: Component, second: Component) -> bool:
    """Whether the areas of two components follow from one another."""
    region = fitted.fit.region
    roots = {region.resolve(Ref(c.id, "area"))[0] for c in (first, second)}
    return len(roots) == 1


def _missing(fitted: FittedRegion) -> Sightings:
    level = _level(fitted)
    if level is None or level.name in _MULTIPLETS:
        return
    paired = {c.id for pair in _pairs(fitted, level) for c in pair}
    for component in fitted.significant:
        if not _is_line_of(component, level) or component.id in paired:
            continue
        place = component.center.value + level.splitting_ev
        if not fitted.fit.region.window_ev[0] <= place <= fitted.fit.region.window_ev[1]:
            continue
        unresolved = component.fwhm.value > _UNRESOLVED * level.splitting_ev
        yield fitted.of(
            component,
            f"a single line in {level.name}, whose second line must lie at {place:.2f} eV with "
            f"{level.ratio:.2g} of its area",
            severity="note" if unresolved else None,
        )


def _free(fitted: FittedRegion) -> Sightings:
    level = _level(fitted)
    if level is None or level.name in _MULTIPLETS:
        return
    for main, partner in _pairs(fitted, level):
        if not _tied(fitted, main, partner):
            ratio = partner.area.value / main.area.value
            yield fitted.of_both(
                main,
                partner,
                f"they stand where the two lines of {level.name} would, but their areas are free "
                f"(ratio {ratio:.2f}, must be {level.ratio:.2f})",
            )


def _with_lines(
    fitted: FittedRegion, level: Level
) -> Iterator[tuple[tuple[Component, ...], float, float, str]]:
    """Doublets and tied pairs: components, splitting, area ratio, and why they differ."""
    for component in fitted.components:
        lines = component.lines
        if isinstance(lines, Doublet):
            yield (component,), lines.splitting_ev, lines.ratio, lines.unlocked_because
    for main, partner in _pairs(fitted, level):
        if _tied(fitted, main, partner) and main.area.value > 0.0:
            distance = partner.center.value - main.center.value
            yield (main, partner), distance, partner.area.value / main.area.value, ""


def _sighting(
    fitted: FittedRegion, components: tuple[Component, ...], message: str, because: str
) -> Sighting:
    text = f"{message} (the reason given: {because})" if because else message
    first, *others = components
    return fitted.of_both(first, others[0], text) if others else fitted.of(first, text)


def _splitting(fitted: FittedRegion) -> Sightings:
    level = _level(fitted)
    if level is None:
        return
    for components, splitting, _, because in _with_lines(fitted, level):
        if abs(splitting - level.splitting_ev) > _tolerance_ev(level):
            yield _sighting(
                fitted,
                components,
                f"its lines are {splitting:.2f} eV apart, those of {level.name} "
                f"{level.splitting_ev:.2f} ± {_tolerance_ev(level):.2f} eV",
                because,
            )


def _ratio(fitted: FittedRegion) -> Sightings:
    level = _level(fitted)
    if level is None:
        return
    for components, _, ratio, because in _with_lines(fitted, level):
        if abs(ratio / level.ratio - 1.0) > _RATIO:
            yield _sighting(
                fitted,
                components,
                f"the second line has {ratio:.3f} of the area of the first, in {level.name} it "
                f"has {level.ratio:.3f}",
                because,
            )


RULES = (
    Rule(
        "doublet-missing",
        "warning",
        "A single line where the level has two (a note where they are not resolved)",
        _BIESINGER,
        "make it a doublet of the level's splitting and ratio",
        in_each_fit(_missing),
    ),
    Rule(
        "doublet-free",
        "warning",
        "Two lines of a doublet whose areas are free",
        _BIESINGER,
        "make them one doublet: one area, one center, one width",
        in_each_fit(_free),
    ),
    Rule(
        "doublet-splitting",
        "warning",
        "A splitting that is not the level's",
        "NIST SRD-20; for S 2p Biesinger, xpsfitting.com",
        "take the splitting of the table of levels",
        in_each_fit(_splitting),
    ),
    Rule(
        "doublet-ratio",
        "warning",
        "An area ratio that is not the level's",
        _SCOFIELD,
        "take the statistical ratio, or that of the cross sections (within 5 % of it)",
        in_each_fit(_ratio),
    ),
)
