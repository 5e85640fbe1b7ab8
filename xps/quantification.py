"""From areas to atomic percent: sensitivity, transmission and escape depth, with errors.

``x_i = (A_i / F_i) / Σ_j (A_j / F_j)`` with ``F = S · T(E_k) · E_k^0.75``: sensitivity factor,
relative transmission of the analyzer as far as the file gives it, and the energy dependence
of the escape depth (Powell and Jablonski's review gives exponents near 0.75), for a
homogeneous solid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xps.fitted import RegionFit, standard_error
from xps.levels import element
from xps.project import Entry, HoldsProject, Project, project_in
from xps.sensitivity import SET_NAME, sensitivity
from xps.uncertainty import shares_of

Floats = NDArray[np.float64]

ESCAPE_EXPONENT = 0.75


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
    """

    sample: str
    core_level: str
    element: str
    component: str
    name: str
    group: str
    atomic_percent: float
    stderr: float | None

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
    fits are left out as well.
    """
    project = project_in(result)
    amounts: list[Amount] = []
    notes: list[str] = []
    transmission_known = True
    for sample in project.samples:
        counted: list[tuple[Entry, RegionFit, float]] = []
        elements: set[str] = set()
        for region in project.regions:
            entry = project.entry(region.spectrum)
            fit = project.fit_of(region.id)
            if entry.sample != sample.name or fit is None:
                continue
            factor, why_not = _factor(project, entry, fit)
            if factor is not None and element(region.core_level) in elements:
                factor, why_not = None, f"{element(region.core_level)} is counted already"
            if factor is None:
                notes.append(f"{sample.name}, {entry.label}: not counted, {why_not}")
                continue
            elements.add(element(region.core_level))
            transmission_known &= entry.spectrum.transmission is not None
            counted.append((entry, fit, factor))
        amounts += _amounts(sample.name, counted, notes)
    transmission = (
        "transmission from the files" if transmission_known else "transmission taken as constant"
    )
    basis = f"{SET_NAME} sensitivity factors, {transmission}, escape depth ∝ E^0.75"
    return Quantification(tuple(amounts), basis, tuple(notes))


def intensity_factor(entry: Entry, core_level: str, shift_ev: float) -> float | None:
    """Area of one atom percent, up to a constant of the sample; None if it is not known.

    Parameters
    ----------
    entry : Entry
    core_level : str
    shift_ev : float
        Charge shift of the sample.
    """
    spectrum = entry.spectrum
    relative = sensitivity(core_level, spectrum.photon_energy_ev)
    energies = spectrum.binding_energy_ev
    if relative is None or energies is None or spectrum.photon_energy_ev is None:
        return None
    middle = float(np.mean(energies)) + shift_ev
    kinetic = spectrum.photon_energy_ev - middle
    if kinetic <= 0.0:
        return None
    transmission = 1.0
    if spectrum.transmission is not None:
        transmission = float(np.mean(spectrum.transmission))
        if not transmission > 0.0:
            return None
    return relative * transmission * float(kinetic**ESCAPE_EXPONENT)


def _factor(project: Project, entry: Entry, fit: RegionFit) -> tuple[float | None, str]:
    if not fit.success:
        return None, "its fit did not succeed"
    if not project.is_fresh(fit.region.id):
        return None, "its fit is older than its settings"
    if not fit.area_unit.startswith("counts/s"):
        return None, f"its area is in {fit.area_unit}: the live time is unknown"
    factor = intensity_factor(entry, fit.region.core_level, fit.charge_shift_ev)
    if factor is None:
        energy = entry.spectrum.photon_energy_ev
        source = "an unknown source" if energy is None else f"{energy:g} eV"
        return None, f"{SET_NAME} has no factor for {fit.region.core_level} with {source}"
    return factor, ""


def _amounts(
    sample: str, counted: list[tuple[Entry, RegionFit, float]], notes: list[str]
) -> list[Amount]:
    if not counted:
        return []
    areas = np.concatenate([fit.areas / factor for _, fit, factor in counted])
    covariance = np.zeros((areas.size, areas.size))
    start = 0
    rows: list[tuple[RegionFit, slice]] = []
    for _, fit, factor in counted:
        rows.append((fit, slice(start, start + fit.areas.size)))
        covariance[rows[-1][1], rows[-1][1]] = fit.area_covariance / factor / factor
        start += fit.areas.size
    result = shares_of(areas, covariance)
    if result is None:
        notes.append(f"{sample}: not counted, its areas do not add up to a positive amount")
        return []
    elements, species = [], []
    for fit, part in rows:
        level = fit.region.core_level
        whole = float(result.values[part].sum())
        # a single element is 100 % by construction: its error is not zero but undefined
        error = None
        if len(rows) > 1:
            error = standard_error(float(result.covariance[part, part].sum()))
        symbol = element(level)
        elements.append(
            Amount(sample, level, symbol, "", symbol, "", 100.0 * whole, _percent(error))
        )
        for component, value, variance in zip(
            fit.region.components,
            result.values[part],
            np.diag(result.covariance)[part],
            strict=True,
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
                )
            )
    return elements + species


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else 100.0 * fraction
