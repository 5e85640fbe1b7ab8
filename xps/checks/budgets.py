"""Whether the core levels of a sample agree on the amounts of its species.

The atoms of a species stand in the ratio of its formula. What stands between areas and atoms
(sensitivity, transmission, depth) is known to 20 % where the transmission of the analyzer is,
to 30 % otherwise; only a contradiction beyond three times that, and beyond the errors of the
fits, is told.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from xps.checks.names import is_carbonate
from xps.checks.rule import (
    FittedRegion,
    FittedSample,
    Rule,
    Search,
    Sightings,
    in_each_sample,
)
from xps.chemistry import KNOWN_TRANSMISSION, UNKNOWN_TRANSMISSION
from xps.intensity import intensity_factor, transmission_is_known
from xps.levels import element
from xps.model import Component, Ref
from xps.species import library

_SURE = 2.0
_LOG_SIGMAS = 3.0
_ATOM = re.compile(r"([A-Z][a-z]?)(\d*)")
_OXYANION = 3.0  # oxygen atoms for each S, P or C from which a species counts
_SULFATE_EV = 170.0  # a window of S 2p that ends below may have left sulfate out
_SULFATE = re.compile(r"sul[fp]h?ate|SO_?[4₄]", re.IGNORECASE)
_MANY = re.compile(r"manifold|,|/|thio", re.IGNORECASE)
_LATTICE = ("lattice_o", "o_li2o")
_ISO_18118 = "ISO 18118"

Parts = Sequence[tuple[Component, float]]


@dataclass(frozen=True)
class _Amount:
    """Atoms in relative units, and their standard deviation from the fit."""

    value: float
    stderr: float

    @property
    def least(self) -> float:
        return max(self.value - _SURE * self.stderr, 0.0)

    @property
    def most(self) -> float:
        return max(self.value, 0.0) + _SURE * self.stderr


def _amount(region: FittedRegion, parts: Parts, transmitted: bool) -> _Amount:
    """Sum of the atoms of components, each times a factor."""
    fit = region.fit
    factor = intensity_factor(
        region.entry, fit, region.project.quantification, transmitted=transmitted
    )
    assert factor is not None  # _counted asked before
    rows = [fit.table.index[Ref(component.id, "area")] for component, _ in parts]
    weights = [weight / factor for _, weight in parts]
    value = sum(w * c.area.value for w, (c, _) in zip(weights, parts, strict=True))
    variance = sum(
        a * b * float(fit.full_covariance[i, j])
        for a, i in zip(weights, rows, strict=True)
        for b, j in zip(weights, rows, strict=True)
    )
    return _Amount(value, math.sqrt(variance) if variance > 0.0 else 0.0)


def _counted(sample: FittedSample) -> tuple[FittedRegion, ...]:
    """The first region of each core level whose areas can be turned into atoms."""
    regions: dict[str, FittedRegion] = {}
    for region in sample.regions:
        known = region.fit.success and region.fit.area_unit.startswith("counts/s")
        settings = region.project.quantification
        if known and intensity_factor(region.entry, region.fit, settings) is not None:
            regions.setdefault(region.core_level, region)
    return tuple(regions.values())


def _slack(regions: Sequence[FittedRegion]) -> tuple[bool, float]:
    """Whether the transmission is known in all regions, and by what factor atoms may differ."""
    known = all(
        transmission_is_known(region.entry, region.fit, region.project.quantification)
        for region in regions
    )
    sigma = KNOWN_TRANSMISSION if known else UNKNOWN_TRANSMISSION
    return known, math.exp(_LOG_SIGMAS * sigma)


def _member(component: Component, core_level: str) -> tuple[str, float]:
    """The compound of a component and its atoms in one unit; ("", 0) where none is known."""
    species = library().get(component.species)
    if species is not None:
        return species.compound, species.atoms
    if core_level == "O 1s" and not _MANY.search(component.name):
        if _SULFATE.search(component.name):
            return "sulfate", 4.0
        if is_carbonate(component):
            return "carbonate", 3.0
    return "", 0.0


def _compounds(region: FittedRegion) -> dict[str, list[tuple[Component, float]]]:
    found: dict[str, list[tuple[Component, float]]] = {}
    for component in region.components:
        compound, atoms = _member(component, region.core_level)
        if compound and atoms > 0.0:
            found.setdefault(compound, []).append((component, atoms))
    return found


def _units(region: FittedRegion, parts: Parts, transmitted: bool) -> _Amount:
    """Formula units of a compound that its components in a region stand for."""
    atoms = sum(weight for _, weight in parts)
    return _amount(region, [(component, 1.0 / atoms) for component, _ in parts], transmitted)


def _contradictions(sample: FittedSample) -> Iterator[tuple[str, str, str]]:
    """Compounds of which two core levels show different amounts: key, levels and message."""
    for one, other in combinations(_counted(sample), 2):
        transmitted, slack = _slack([one, other])
        theirs = _compounds(other)
        for compound, parts in _compounds(one).items():
            if compound not in theirs:
                continue
            a, b = _units(one, parts, transmitted), _units(other, theirs[compound], transmitted)
            if a.least > slack * b.most or b.least > slack * a.most:
                levels = f"{one.core_level} and {other.core_level}"
                name = parts[0][0].name
                yield (
                    compound,
                    levels,
                    f"{name} in {one.core_level} is {_times(a, b)} what {other.core_level} allows",
                )


def _of_compounds(wanted: Callable[[str], bool]) -> Search:
    """Make a search for contradictions of some compounds."""

    def search(sample: FittedSample) -> Sightings:
        for compound, levels, message in _contradictions(sample):
            if wanted(compound):
                yield sample.sighting(message, levels)

    return in_each_sample(search)


def _sulfate(sample: FittedSample) -> Sightings:
    """Sulfate of O 1s that S 2p contradicts, or does not know at all."""
    regions = {region.core_level: region for region in _counted(sample)}
    oxygen, sulfur = regions.get("O 1s"), regions.get("S 2p")
    if oxygen is None or sulfur is None:
        return
    if "sulfate" in _compounds(sulfur):
        for compound, levels, message in _contradictions(sample):
            if compound == "sulfate":
                yield sample.sighting(message, levels)
    elif sulfur.fit.region.window_ev[1] >= _SULFATE_EV:
        for component, _ in _compounds(oxygen).get("sulfate", []):
            if oxygen.fit.is_significant(component):
                message = f"{component.name} in O 1s, but S 2p was fitted without sulfate"
                yield sample.sighting(message, "O 1s and S 2p")


def _times(found: _Amount, expected: _Amount) -> str:
    if expected.value <= 0.0:
        return "far more than"
    return f"{max(found.value, 0.0) / expected.value:.2g} times"


def _oxygen_for_each(component: Component, symbol: str) -> float:
    """Oxygen atoms for each atom of an element in the formula of a component's species."""
    species = library().get(component.species)
    atoms: dict[str, float] = {}
    for found, number in _ATOM.findall(species.formula) if species else []:
        atoms[found] = atoms.get(found, 0.0) + float(number or 1)
    return atoms.get("O", 0.0) / atoms[symbol] if atoms.get(symbol) else 0.0


def _oxygen(sample: FittedSample) -> Sightings:
    regions = {region.core_level: region for region in _counted(sample)}
    oxygen = regions.get("O 1s")
    if oxygen is None:
        return
    others = [regions[level] for level in ("S 2p", "P 2p", "C 1s") if level in regions]
    transmitted, slack = _slack([oxygen, *others])
    claims, names = [], []
    for region in others:
        symbol = element(region.core_level)
        parts = [
            (component, oxygens)
            for component in region.significant
            if (oxygens := _oxygen_for_each(component, symbol)) >= _OXYANION
        ]
        if parts:
            claims.append(_amount(region, parts, transmitted))
            names += [component.name for component, _ in parts]
    if not claims:
        return
    claimed = _Amount(
        sum(claim.value for claim in claims),
        math.sqrt(sum(claim.stderr**2 for claim in claims)),
    )
    rest = [(c, 1.0) for c in oxygen.components if c.species not in _LATTICE]
    left = _amount(oxygen, rest, transmitted) if rest else _Amount(0.0, 0.0)
    if claimed.least > slack * left.most:
        yield sample.sighting(
            f"{', '.join(names)} need {_times(claimed, left)} the oxygen that O 1s shows beside "
            "the lattice",
            "O 1s",
        )


RULES = (
    Rule(
        "sulfate-contradiction",
        "warning",
        "Sulfate in O 1s that S 2p contradicts (four O for each S)",
        _ISO_18118,
        "link both areas, or give the O 1s component another name",
        in_each_sample(_sulfate),
    ),
    Rule(
        "phosphorus-budget",
        "warning",
        "PS₄³⁻ in S 2p that P 2p contradicts (four S for each P)",
        _ISO_18118,
        "look for metal sulfide or polysulfide under PS₄³⁻ in S 2p, or P₂Sₓ under it in P 2p",
        _of_compounds(lambda compound: compound == "ps4"),
    ),
    Rule(
        "compound-contradiction",
        "warning",
        "Another compound of which two core levels show different amounts",
        _ISO_18118,
        "link the areas of its lines, or reconsider the assignment of the larger one",
        _of_compounds(lambda compound: compound not in ("sulfate", "ps4")),
    ),
    Rule(
        "oxygen-budget",
        "warning",
        "Sulfate, sulfite, phosphate and carbonate that need more oxygen than O 1s shows",
        _ISO_18118,
        "check assignments, charge references and sensitivity factors of these core levels",
        in_each_sample(_oxygen),
    ),
)
