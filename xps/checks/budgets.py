"""Whether the core levels of a sample agree on the amounts of its species.

The atoms of a species stand in the ratio of its formula. What stands between areas and atoms
(sensitivity, transmission, depth) is known to 20 % where the transmission of the analyzer is,
to 30 % otherwise; only a contradiction beyond three times that, and beyond the errors of the
fits, is told.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from xps.checks.names import is_carbonate
from xps.checks.rule import FittedRegion, FittedSample, Rule, Sightings, in_each_sample
from xps.levels import element
from xps.model import Component, Ref
from xps.quantification import intensity_factor
from xps.species import library

_SURE = 2.0
_LOG_SIGMA_KNOWN, _LOG_SIGMA = 0.20, 0.30
_LOG_SIGMAS = 3.0
_ATOM = re.compile(r"([A-Z][a-z]?)(\d*)")
_OXYANION = 3.0  # oxygen atoms for each S, P or C from which a species counts
_SULFATE_EV = 170.0  # a window of S 2p that ends below may have left sulfate out
_SULFATE = re.compile(r"sul[fp]h?ate|SO_?[4₄]", re.IGNORECASE)
_MANY = re.compile(r"manifold|,|/|thio", re.IGNORECASE)
_LATTICE = ("oxide",)
_ISO_18118 = "ISO 18118"


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


def _amount(region: FittedRegion, parts: Sequence[tuple[Component, float]], known: bool) -> _Amount:
    """Sum of the atoms of components, each times a factor; signed errors included."""
    fit = region.fit
    factor = intensity_factor(region.entry, fit, transmitted=known)
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


def _counted(region: FittedRegion | None) -> FittedRegion | None:
    """The region, if its areas can be turned into atoms."""
    if region is None or not region.fit.success or not region.fit.area_unit.startswith("counts/s"):
        return None
    return None if intensity_factor(region.entry, region.fit) is None else region


def _slack(regions: Sequence[FittedRegion]) -> tuple[bool, float]:
    """Whether the transmission is known in all regions, and by what factor atoms may differ."""
    known = all(region.entry.spectrum.transmission is not None for region in regions)
    return known, math.exp(_LOG_SIGMAS * (_LOG_SIGMA_KNOWN if known else _LOG_SIGMA))


def _contradicts(one: _Amount, other: _Amount, slack: float) -> bool:
    return one.least > slack * other.most or other.least > slack * one.most


def _formula(component: Component) -> dict[str, float]:
    """Atoms of the unit of a component's species; empty where it is not known."""
    species = library().get(component.species)
    found = _ATOM.findall(species.formula) if species else []
    atoms: dict[str, float] = {}
    for symbol, number in found:
        atoms[symbol] = atoms.get(symbol, 0.0) + float(number or 1)
    return atoms


def _oxygen_for_each(component: Component, symbol: str) -> float:
    atoms = _formula(component)
    return atoms.get("O", 0.0) / atoms[symbol] if atoms.get(symbol) else 0.0


def _is_sulfate(component: Component) -> bool:
    if _MANY.search(component.name):
        return False
    return component.species.startswith("sulfate") or bool(_SULFATE.search(component.name))


def _sulfate(sample: FittedSample) -> Sightings:
    oxygen, sulfur = _counted(sample.level("O 1s")), _counted(sample.level("S 2p"))
    if oxygen is None or sulfur is None or sulfur.fit.region.window_ev[1] < _SULFATE_EV:
        return
    claimed = [(c, 1.0) for c in oxygen.significant if _is_sulfate(c)]
    if not claimed:
        return
    known, slack = _slack([oxygen, sulfur])
    expected = _amount(sulfur, [(c, 4.0) for c in sulfur.components if _is_sulfate(c)], known)
    found = _amount(oxygen, claimed, known)
    if _contradicts(found, expected, slack):
        yield sample.sighting(
            f"sulfate in O 1s has {_times(found, expected)} the oxygen that sulfate in S 2p allows",
            "O 1s and S 2p",
        )


def _times(found: _Amount, expected: _Amount) -> str:
    if expected.value <= 0.0:
        return "oxygen beyond"
    return f"{max(found.value, 0.0) / expected.value:.2g} times"


def _oxygen(sample: FittedSample) -> Sightings:
    oxygen = _counted(sample.level("O 1s"))
    if oxygen is None:
        return
    others = [r for level in ("S 2p", "P 2p", "C 1s") if (r := _counted(sample.level(level)))]
    known, slack = _slack([oxygen, *others])
    claims, names = [], []
    for region in others:
        symbol = element(region.core_level)
        parts = [
            (component, oxygens)
            for component in region.significant
            if (oxygens := _oxygen_for_each(component, symbol)) >= _OXYANION
        ]
        if parts:
            claims.append(_amount(region, parts, known))
            names += [component.name for component, _ in parts]
    if not claims:
        return
    claimed = _Amount(
        sum(claim.value for claim in claims),
        math.sqrt(sum(claim.stderr**2 for claim in claims)),
    )
    rest = [(c, 1.0) for c in oxygen.components if c.group not in _LATTICE]
    left = _amount(oxygen, rest, known) if rest else _Amount(0.0, 0.0)
    if claimed.least > slack * left.most:
        yield sample.sighting(
            f"{', '.join(names)} need {_times(claimed, left)} the oxygen that O 1s shows beside "
            "the lattice",
            "O 1s",
        )


def _phosphorus(sample: FittedSample) -> Sightings:
    sulfur, phosphorus = _counted(sample.level("S 2p")), _counted(sample.level("P 2p"))
    if sulfur is None or phosphorus is None:
        return
    in_sulfur = [(c, 1.0) for c in sulfur.significant if c.species == "ps4"]
    in_phosphorus = [
        (c, 4.0) for c in phosphorus.significant if _formula(c) == {"P": 1.0, "S": 4.0}
    ]
    if not in_sulfur or not in_phosphorus:
        return
    known, slack = _slack([sulfur, phosphorus])
    found, expected = _amount(sulfur, in_sulfur, known), _amount(phosphorus, in_phosphorus, known)
    if _contradicts(found, expected, slack):
        yield sample.sighting(
            f"PS₄³⁻ in S 2p has {_times(found, expected)} the sulfur that PS₄³⁻ in P 2p allows",
            "S 2p and P 2p",
        )


def _carbonate(sample: FittedSample) -> Sightings:
    oxygen, carbon = _counted(sample.level("O 1s")), _counted(sample.level("C 1s"))
    if oxygen is None or carbon is None:
        return
    claimed = [(c, 1.0) for c in oxygen.significant if is_carbonate(c)]
    source = [(c, 3.0) for c in carbon.significant if is_carbonate(c)]
    if not claimed or not source:
        return
    known, slack = _slack([oxygen, carbon])
    found, expected = _amount(oxygen, claimed, known), _amount(carbon, source, known)
    if _contradicts(found, expected, slack):
        yield sample.sighting(
            f"carbonate in O 1s has {_times(found, expected)} the oxygen that carbonate in C 1s "
            "allows",
            "O 1s and C 1s",
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
        "carbonate-contradiction",
        "warning",
        "Carbonate in O 1s that C 1s contradicts (three O for each C)",
        _ISO_18118,
        "link both areas, or give the O 1s component another name",
        in_each_sample(_carbonate),
    ),
    Rule(
        "oxygen-budget",
        "warning",
        "Sulfate, sulfite, phosphate and carbonate that need more oxygen than O 1s shows",
        _ISO_18118,
        "check assignments, charge references and sensitivity factors of these core levels",
        in_each_sample(_oxygen),
    ),
    Rule(
        "phosphorus-budget",
        "warning",
        "PS₄³⁻ in S 2p that P 2p contradicts (four S for each P)",
        _ISO_18118,
        "look for metal sulfide or polysulfide under PS₄³⁻ in S 2p, or P₂Sₓ under it in P 2p",
        in_each_sample(_phosphorus),
    ),
)
