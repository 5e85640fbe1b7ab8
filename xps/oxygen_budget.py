"""How much of O 1s other core levels claim, and what is left for oxides and organic matter.

The sulfur of a sulfate brings four oxygen atoms, and so on: a compound with the area A in
another core level claims ``A · (n_O F_O) / (n_L F_L)`` of the area of O 1s, with the atoms n of
its formula and the intensities F of one atom (`xps.intensity`). That holds for a homogeneous
solid; thin layers and unknown transmissions miss it, so that the ratios of each core level
carry a systematic error of 20 % where the transmission is known, else 30 %.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xps.chemistry import KNOWN_TRANSMISSION, UNKNOWN_TRANSMISSION
from xps.fitted import RegionFit, covariance_of_areas, standard_error
from xps.intensity import intensity_factor, transmission_is_known
from xps.project import Entry, HoldsProject, Project, project_in
from xps.quantification import counted_fits
from xps.species import Species, library
from xps.systematic import changes_of

Floats = NDArray[np.float64]

OXYGEN = "O 1s"


@dataclass(frozen=True)
class Claim:
    """What one compound claims of O 1s.

    Attributes
    ----------
    compound, name : str
        Key of the compound, and the name of the component or components that claim.
    core_level : str
        Where it was measured.
    area : float
        Of O 1s that belongs to it; signed like the areas that it follows from.
    stderr : float or None
        Statistical, from the fit of the other core level.
    systematic : float
        Of the ratio, and of other choices in that fit where it was repeated.
    """

    compound: str
    name: str
    core_level: str
    area: float
    stderr: float | None
    systematic: float


@dataclass(frozen=True)
class OxygenBudget:
    """The area of O 1s of a sample, by who claims it.

    Attributes
    ----------
    sample : str
    area, stderr : float, float or None
        Whole area of O 1s and its statistical error.
    area_unit : str
    claims : tuple of Claim
        The largest first.
    left : float
        What no compound claims; below zero where they claim more than there is.
    left_stderr, left_systematic : float or None, float
    """

    sample: str
    area: float
    stderr: float | None
    area_unit: str
    claims: tuple[Claim, ...]
    left: float
    left_stderr: float | None
    left_systematic: float

    @property
    def overdrawn(self) -> bool:
        """Whether more is claimed than there is, beyond two errors."""
        error = math.hypot(self.left_stderr or 0.0, self.left_systematic)
        return self.left < -2.0 * error


@dataclass(frozen=True)
class _Source:
    """A fit, and what each of its components claims per unit of area, by compound."""

    fit: RegionFit
    weights: Mapping[str, Floats]
    spread: float

    def stderr(self, weights: Floats) -> float | None:
        return standard_error(float(weights @ self.fit.area_covariance @ weights))

    def systematic(self, weights: Floats) -> float:
        ratio = self.spread * float(weights @ self.fit.areas)
        return math.hypot(ratio, *changes_of(self.fit, weights).values())


def oxygen_budgets(result: Project | HoldsProject) -> tuple[OxygenBudget, ...]:
    """Return the budget of each sample in which another core level claims oxygen.

    Fits count as they do for `xps.quantify`. What regions that were fitted together have in
    common is in the error of what is left.
    """
    project = project_in(result)
    budgets = []
    for sample in project.samples:
        counted = counted_fits(project, sample.name, [])
        oxygen = next((pair for pair in counted if pair[1].region.core_level == OXYGEN), None)
        if oxygen is None:
            continue
        sources = [
            source
            for pair in counted
            if pair is not oxygen and (source := _source(project, oxygen, pair)) is not None
        ]
        if sources:
            budgets.append(_budget(sample.name, oxygen[1], sources))
    return tuple(budgets)


def _source(
    project: Project, oxygen: tuple[Entry, RegionFit], other: tuple[Entry, RegionFit]
) -> _Source | None:
    settings = project.quantification
    known = all(transmission_is_known(*pair, settings) for pair in (oxygen, other))
    factors = [intensity_factor(*pair, settings, transmitted=known) for pair in (oxygen, other)]
    if factors[0] is None or factors[1] is None:
        return None
    fit = other[1]
    per_oxygen = factors[0] / factors[1]
    weights: dict[str, Floats] = {}
    for index, component in enumerate(fit.region.components):
        species = library().get(component.species)
        if species is None or not species.compound:
            continue
        atoms = _atoms(species.compound, fit.region.core_level)
        oxygens = _atoms(species.compound, OXYGEN)
        if atoms > 0.0 and oxygens > 0.0:
            row = weights.setdefault(species.compound, np.zeros(fit.areas.size))
            row[index] = oxygens / atoms * per_oxygen
    spread = KNOWN_TRANSMISSION if known else UNKNOWN_TRANSMISSION
    return _Source(fit, weights, spread) if weights else None


def _atoms(compound: str, core_level: str) -> float:
    """Atoms of one formula unit that show in a core level."""
    entries: Mapping[str, Species] = library()
    return sum(
        species.atoms
        for species in entries.values()
        if species.compound == compound and species.core_level == core_level
    )


def _budget(sample: str, oxygen: RegionFit, sources: list[_Source]) -> OxygenBudget:
    claims: dict[str, tuple[Claim, int]] = {}
    for number, source in enumerate(sources):
        for compound, weights in source.weights.items():
            claim = _claim(source, compound, weights)
            rival = claims.get(compound)
            if rival is None or _certainty(claim) > _certainty(rival[0]):
                claims[compound] = claim, number
    whole = np.ones(oxygen.areas.size)
    systematic = list(changes_of(oxygen, whole).values())
    fits, gradient = [oxygen], [whole]
    for number, source in enumerate(sources):
        rows = [
            weights for compound, weights in source.weights.items() if claims[compound][1] == number
        ]
        if rows:
            together = np.sum(rows, axis=0)
            fits.append(source.fit)
            gradient.append(-together)
            systematic.append(source.systematic(together))
    by_area = np.concatenate(gradient)
    left = float(by_area @ np.concatenate([fit.areas for fit in fits]))
    variance = float(by_area @ covariance_of_areas(fits) @ by_area)
    return OxygenBudget(
        sample,
        float(oxygen.areas.sum()),
        standard_error(float(whole @ oxygen.area_covariance @ whole)),
        oxygen.area_unit,
        tuple(sorted((claim for claim, _ in claims.values()), key=lambda claim: -claim.area)),
        left,
        standard_error(variance),
        math.hypot(*systematic),
    )


def _claim(source: _Source, compound: str, weights: Floats) -> Claim:
    names = [
        component.name
        for component, weight in zip(source.fit.region.components, weights, strict=True)
        if weight > 0.0
    ]
    return Claim(
        compound,
        " + ".join(names),
        source.fit.region.core_level,
        float(weights @ source.fit.areas),
        source.stderr(weights),
        source.systematic(weights),
    )


def _certainty(claim: Claim) -> float:
    return 0.0 if claim.stderr is None else claim.area / claim.stderr
