"""From areas to atomic percent: sensitivity, transmission and escape depth, with errors.

``x_i = (A_i / F_i) / Σ_j (A_j / F_j)`` with the intensity F of one atom (`xps.intensity`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from xps.cancel import Cancelled, raising
from xps.fitted import RegionFit, covariance_of_areas, standard_error
from xps.intensity import file_transmission, intensity_factor, kinetic_energy, why_no_factor
from xps.levels import element
from xps.percent_errors import CountedFit, deviations, parts_of, transmission_error
from xps.project import Entry, HoldsProject, Project, project_in
from xps.quantification_settings import QuantificationSettings
from xps.uncertainty import shares_of

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Amount:
    """Atomic percent of an element or of a species in a sample.

    Attributes
    ----------
    sample : str
    core_level : str
        The region that it was measured in.
    element : str
        Symbol; for a species, that of the atoms counted.
    component : str
        Id of the component; "" for an element.
    name, group : str
        Of the species; the element's symbol and "" for an element.
    atomic_percent : float
        Signed; displays clip it at zero.
    stderr : float or None
        Counting statistics and background; sensitivity factors are not in it.
    systematic_parts : mapping of str to float
        Systematic errors by part: "sensitivity" (10 % of each factor) and "transmission", where
        there is more than one element; and those of other choices in the fits ("background",
        "window", "shape", "ratio", "reference"), where they were asked for.
    """

    sample: str
    core_level: str
    element: str
    component: str
    name: str
    group: str
    atomic_percent: float
    stderr: float | None
    systematic_parts: Mapping[str, float] = field(default_factory=dict)

    @property
    def systematic(self) -> float | None:
        """Root of the sum of the squares of the parts; None where there is none."""
        return math.hypot(*self.systematic_parts.values()) if self.systematic_parts else None

    @property
    def is_only_element(self) -> bool:
        """Whether it is 100 % by construction: no other element was counted in the sample."""
        alone = self.stderr is None and math.isclose(self.atomic_percent, 100.0)
        return self.is_element and alone

    @property
    def is_element(self) -> bool:
        """Whether this is the sum over an element's species."""
        return not self.component


@dataclass(frozen=True)
class Quantification:
    """Atomic percents of all samples, and what could not be counted.

    Attributes
    ----------
    amounts : tuple of Amount
        For each sample its elements, then its species.
    basis : str
        How intensities were turned into amounts, for every table and report.
    notes : tuple of str
        Regions left out, and why.
    """

    amounts: tuple[Amount, ...]
    basis: str
    notes: tuple[str, ...]


def quantify(
    result: Project | HoldsProject, *, cancelled: Cancelled | None = None
) -> Quantification:
    """Return the atomic percents of every sample of a project, or of what `xps.fit` returned.

    The atoms of all fitted regions of a sample add up to 100 %. A region without sensitivity
    factor, or a second region of the same element, is left out and named. Stale and failed
    fits are left out as well. A transmission from the files is used where all regions
    of a sample have one. The project's `quantification` says how amounts follow from areas.

    Parameters
    ----------
    result : Project or FitResult
    cancelled : callable, optional
        Asked before each sample; all ends once it says True.

    Raises
    ------
    CancelledError
        If it was cancelled.
    """
    project = project_in(result)
    ask = raising(cancelled, "the quantification")
    settings = project.quantification
    amounts: list[Amount] = []
    notes: list[str] = []
    from_file = True
    for sample in project.samples:
        ask()
        counted = counted_fits(project, sample.name, notes)
        transmitted = transmission_known(project, counted)
        from_file &= transmitted
        known = [entry for entry, fit in counted if file_transmission(entry, fit) is not None]
        if known and not transmitted and settings.transmission == "file":
            notes.append(
                f"{sample.name}: the transmission is known for {known[0].label} but not for all "
                "regions, so that it is taken as constant"
            )
        exponent = transmission_error(settings, from_file=transmitted)
        factored = _factored(counted, settings, transmitted)
        amounts += _amounts(sample.name, factored, exponent, notes)
    return Quantification(tuple(amounts), settings.basis(from_file=from_file), tuple(notes))


def counted_fits(project: Project, sample: str, notes: list[str]) -> list[tuple[Entry, RegionFit]]:
    """Return the fits of a sample that count, one for each element; the others are noted."""
    counted: list[tuple[Entry, RegionFit]] = []
    elements: set[str] = set()
    for region in project.regions_of(sample):
        entry = project.entry(region.spectrum)
        fit = project.fit_of(region.id)
        if fit is None:
            continue
        why_not = _why_not(project, entry, fit)
        if not why_not and element(region.core_level) in elements:
            why_not = f"{element(region.core_level)} is counted already"
        if why_not:
            notes.append(f"{sample}, {entry.label}: not counted, {why_not}")
            continue
        elements.add(element(region.core_level))
        counted.append((entry, fit))
    return counted


def transmission_known(project: Project, counted: list[tuple[Entry, RegionFit]]) -> bool:
    """Whether the files give the transmission of all these regions."""
    if project.quantification.transmission != "file":
        return False
    return all(file_transmission(entry, fit) is not None for entry, fit in counted)


def _why_not(project: Project, entry: Entry, fit: RegionFit) -> str:
    """Why a fit cannot be counted; empty where it can."""
    if not fit.success:
        return "its fit did not succeed"
    if not project.is_fresh(fit.region.id):
        return "its fit is older than its settings"
    if not fit.area_unit.startswith("counts/s"):
        return f"its area is in {fit.area_unit}: the live time is unknown"
    return why_no_factor(entry, fit, project.quantification)


def _factored(
    counted: list[tuple[Entry, RegionFit]], settings: QuantificationSettings, transmitted: bool
) -> list[CountedFit]:
    """The fits with what one atom gives in each, one after the other."""
    found: list[CountedFit] = []
    start = 0
    for entry, fit in counted:
        factor = intensity_factor(entry, fit, settings, transmitted=transmitted)
        kinetic = kinetic_energy(entry, fit)
        if factor is not None and kinetic is not None:
            stop = start + fit.areas.size
            found.append(CountedFit(fit, factor, kinetic, slice(start, stop)))
            start = stop
    return found


def _amounts(
    sample: str, counted: list[CountedFit], exponent: float, notes: list[str]
) -> list[Amount]:
    if not counted:
        return []
    amounts = np.concatenate([one.fit.areas / one.factor for one in counted])
    per_area = np.concatenate([np.full(one.fit.areas.size, 1.0 / one.factor) for one in counted])
    of_areas = covariance_of_areas([one.fit for one in counted])
    result = shares_of(amounts, of_areas * np.outer(per_area, per_area))
    if result is None:
        notes.append(f"{sample}: not counted, its areas do not add up to a positive amount")
        return []
    moved = deviations(amounts, counted, exponent)
    elements, species = [], []
    for one in counted:
        fit, part = one.fit, one.part
        level = fit.region.core_level
        whole = float(result.values[part].sum())
        # a single element is 100 % by construction: its error is not zero but undefined
        error = None
        if len(counted) > 1:
            error = standard_error(float(result.covariance[part, part].sum()))
        symbol = element(level)
        elements.append(
            Amount(
                sample,
                level,
                symbol,
                "",
                symbol,
                "",
                100.0 * whole,
                _percent(error),
                parts_of(moved, part) if len(counted) > 1 else {},
            )
        )
        for number, (component, value, variance) in enumerate(
            zip(
                fit.region.components,
                result.values[part],
                np.diag(result.covariance)[part],
                strict=True,
            ),
            part.start,
        ):
            species.append(
                Amount(
                    sample,
                    level,
                    symbol,
                    component.id,
                    component.name,
                    component.group,
                    100.0 * float(value),
                    _percent(standard_error(float(variance))),
                    parts_of(moved, slice(number, number + 1)),
                )
            )
    return elements + species


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else 100.0 * fraction
