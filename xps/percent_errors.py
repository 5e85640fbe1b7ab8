"""Systematic errors of atomic percents, part by part.

A relative error δ_i of an amount moves the fraction x_i of it by ``x_i (δ_i − Σ_j x_j δ_j)``.
Sensitivity factors err one by one, by 10 %. The transmission errs by an exponent of the kinetic
energy, common to a sample: ``δ_i = ε ln E_i``. Other choices in the fits (window, background,
shape, ratio, charge reference) move areas as the ensemble of each fit says; the energy scale is
common to a sample, so that its fits move together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xps.error_budget import SystematicMember
from xps.fitted import RegionFit
from xps.quantification_settings import QuantificationSettings
from xps.systematic import REFERENCE

Floats = NDArray[np.float64]
Deviations = Mapping[str, Floats]

FACTOR_ERROR = 0.1
"""Relative error of a sensitivity factor: sets of cross sections differ so much."""

CALIBRATED, GUESSED, UNKNOWN = 0.1, 0.15, 0.7
"""Errors of the exponent of a transmission ∝ E^−n: of a measured one, of a power law that
somebody chose (n = 0.5 to 1 is an interval of 0.5, its standard deviation 0.5/√12), and where it
is taken as constant for want of better (the root mean square of n from 0.5 to 1 is 0.76, from 0 to
1 it is 0.58; 0.7 is what makes the spread of ties 0.30 instead of 0.20)."""


@dataclass(frozen=True, eq=False)
class CountedFit:
    """A fit among the amounts of a sample.

    Attributes
    ----------
    fit : RegionFit
    factor : float
        Area of one atom (`xps.intensity`).
    kinetic_ev : float
    part : slice
        Where its components stand among the amounts.
    """

    fit: RegionFit
    factor: float
    kinetic_ev: float
    part: slice

    @property
    def members(self) -> tuple[SystematicMember, ...]:
        """Its fits under other choices that count; none where they were not made."""
        ensemble = self.fit.errors.systematic
        if ensemble is None:
            return ()
        return tuple(member for member in ensemble.members if not member.why_left_out)

    def changed(self, amounts: Floats, member: SystematicMember) -> Floats:
        """Return the amounts of a sample with those of another choice in place of its own."""
        changed = amounts.copy()
        areas = [member.areas[component.id] for component in self.fit.region.components]
        changed[self.part] = np.array(areas) / self.factor
        return changed


def transmission_error(settings: QuantificationSettings, *, from_file: bool) -> float:
    """Return the error of the exponent of the transmission.

    Parameters
    ----------
    settings : QuantificationSettings
    from_file : bool
        Whether the files gave it.
    """
    if settings.transmission == "file":
        return CALIBRATED if from_file else UNKNOWN
    return GUESSED if isinstance(settings.transmission, int | float) else CALIBRATED


def deviations(amounts: Floats, counted: Sequence[CountedFit], exponent: float) -> Deviations:
    """Return deviations of the fractions whose squares add up to their systematic variance.

    Parameters
    ----------
    amounts : ndarray, shape (amounts,)
    counted : sequence of CountedFit
    exponent : float
        Error of that of the transmission.

    Returns
    -------
    mapping of str to ndarray, shape (deviations, amounts)
        By the name of the part.
    """
    fractions = amounts / amounts.sum()
    found: dict[str, list[Floats]] = {}
    if len(counted) > 1:
        of_factors = np.zeros((len(counted), amounts.size))
        of_energies = np.zeros(amounts.size)
        for row, one in zip(of_factors, counted, strict=True):
            row[one.part] = FACTOR_ERROR
            of_energies[one.part] = exponent * math.log(one.kinetic_ev)
        found["sensitivity"] = [_moved(fractions, row) for row in of_factors]
        found["transmission"] = [_moved(fractions, of_energies)]
    for one in counted:
        for group in dict.fromkeys(member.group for member in one.members):
            if group == REFERENCE:
                continue
            alike = [member for member in one.members if member.group == group]
            found.setdefault(group, []).extend(
                _difference(one.changed(amounts, member), fractions, len(alike)) for member in alike
            )
    scales = _energy_scales(amounts, counted)
    if scales:
        found[REFERENCE] = [_difference(changed, fractions, len(scales)) for changed in scales]
    return {name: np.array(rows) for name, rows in found.items()}


def parts_of(found: Deviations, columns: slice) -> dict[str, float]:
    """Return the systematic errors of a sum of fractions, in percent, by part."""
    return {
        name: 100.0 * float(np.linalg.norm(rows[:, columns].sum(axis=1)))
        for name, rows in found.items()
    }


def _energy_scales(amounts: Floats, counted: Sequence[CountedFit]) -> list[Floats]:
    """The amounts on other energy scales, all fits of the sample moved alike."""
    changed: dict[str, Floats] = {}
    for one in counted:
        for member in one.members:
            if member.group == REFERENCE:
                before = changed.get(member.name, amounts)
                changed[member.name] = one.changed(before, member)
    return list(changed.values())


def _moved(fractions: Floats, relative: Floats) -> Floats:
    """How fractions move with relative errors of the amounts."""
    moved: Floats = fractions * (relative - fractions @ relative)
    return moved


def _difference(changed: Floats, fractions: Floats, alike: int) -> Floats:
    difference: Floats = (changed / changed.sum() - fractions) / math.sqrt(alike)
    return difference
