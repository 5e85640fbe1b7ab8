"""From areas to atomic percent: sensitivity, transmission and escape depth, with errors.

``x_i = (A_i / F_i) / Σ_j (A_j / F_j)`` with the intensity F of one atom (`xps.intensity`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xps.fitted import RegionFit, standard_error
from xps.intensity import file_transmission, intensity_factor, why_no_factor
from xps.levels import element
from xps.project import Entry, HoldsProject, Project, project_in
from xps.uncertainty import shares_of

Floats = NDArray[np.float64]

FACTOR_ERROR = 0.1
"""Relative error of a sensitivity factor: sets of cross sections differ so much."""


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
    systematic : float or None
        Of other choices in the fits of the sample and of the sensitivity factors, 10 % each;
        None where a fit of the sample was not repeated under other choices.
    """

    sample: str
    core_level: str
    element: str
    component: str
    name: str
    group: str
    atomic_percent: float
    stderr: float | None
    systematic: float | None = None

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


def quantify(result: Project | HoldsProject) -> Quantification:
    """Return the atomic percents of every sample of a project, or of what `xps.fit` returned.

    The atoms of all fitted regions of a sample add up to 100 %. A region without sensitivity
    factor, or a second region of the same element, is left out and named. Stale and failed
    fits are left out as well. A transmission from the files is used where all regions
    of a sample have one. The project's `quantification` says how amounts follow from areas.
    """
    project = project_in(result)
    settings = project.quantification
    amounts: list[Amount] = []
    notes: list[str] = []
    from_file = True
    for sample in project.samples:
        counted = counted_fits(project, sample.name, notes)
        transmitted = transmission_known(project, counted)
        from_file &= transmitted
        known = [entry for entry, fit in counted if file_transmission(entry, fit) is not None]
        if known and not transmitted and settings.transmission == "file":
            notes.append(
                f"{sample.name}: the transmission is known for {known[0].label} but not for all "
                "regions, so that it is taken as constant"
            )
        factored = [
            (fit, intensity_factor(entry, fit, settings, transmitted=transmitted))
            for entry, fit in counted
        ]
        amounts += _amounts(sample.name, [(f, x) for f, x in factored if x is not None], notes)
    return Quantification(tuple(amounts), settings.basis(from_file=from_file), tuple(notes))


def counted_fits(project: Project, sample: str, notes: list[str]) -> list[tuple[Entry, RegionFit]]:
    """Return the fits of a sample that count, one for each element; the others are noted."""
    counted: list[tuple[Entry, RegionFit]] = []
    elements: set[str] = set()
    for region in project.regions:
        entry = project.entry(region.spectrum)
        fit = project.fit_of(region.id)
        if entry.sample != sample or fit is None:
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


def _amounts(sample: str, counted: list[tuple[RegionFit, float]], notes: list[str]) -> list[Amount]:
    if not counted:
        return []
    areas = np.concatenate([fit.areas / factor for fit, factor in counted])
    covariance = np.zeros((areas.size, areas.size))
    start = 0
    rows: list[tuple[RegionFit, slice]] = []
    for fit, factor in counted:
        rows.append((fit, slice(start, start + fit.areas.size)))
        covariance[rows[-1][1], rows[-1][1]] = fit.area_covariance / factor / factor
        start += fit.areas.size
    result = shares_of(areas, covariance)
    if result is None:
        notes.append(f"{sample}: not counted, its areas do not add up to a positive amount")
        return []
    elements, species = [], []
    moved = _systematic(areas, rows, [factor for _, factor in counted])
    for fit, part in rows:
        level = fit.region.core_level
        whole = float(result.values[part].sum())
        # a single element is 100 % by construction: its error is not zero but undefined
        error = None
        if len(rows) > 1:
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
                None if moved is None or len(rows) == 1 else _rms(moved[:, part].sum(axis=1)),
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
                    None if moved is None else _rms(moved[:, number]),
                )
            )
    return elements + species


def _systematic(
    amounts: Floats, rows: list[tuple[RegionFit, slice]], factors: list[float]
) -> Floats | None:
    """Deviations of the fractions whose squares add up to their systematic variance.

    One row for each choice in each fit, over the root of how many its group has, and one for
    each sensitivity factor; shape (deviations, amounts). None where a fit has no ensemble.
    """
    fractions = amounts / amounts.sum()
    deviations = []
    for (fit, part), factor in zip(rows, factors, strict=True):
        ensemble = fit.errors.systematic
        if ensemble is None:
            return None
        counted = [member for member in ensemble.members if not member.why_left_out]
        for member in counted:
            changed = amounts.copy()
            changed[part] = [member.areas[c.id] / factor for c in fit.region.components]
            alike = sum(other.group == member.group for other in counted)
            deviations.append((changed / changed.sum() - fractions) / np.sqrt(alike))
        of_element = np.zeros(amounts.size)
        of_element[part] = fractions[part]
        deviations.append(FACTOR_ERROR * (of_element - fractions * of_element.sum()))
    return np.array(deviations)


def _rms(deviations: Floats) -> float:
    """Root of the sum of squares, in percent."""
    return 100.0 * float(np.linalg.norm(deviations))


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else 100.0 * fraction
