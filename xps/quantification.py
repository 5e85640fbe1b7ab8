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
_FACTOR_ERROR = 0.1  # relative, of a sensitivity factor: sets of cross sections differ so much


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
    fits are left out as well. A transmission is used where all regions of a sample have one.
    """
    project = project_in(result)
    amounts: list[Amount] = []
    notes: list[str] = []
    transmission_known = True
    for sample in project.samples:
        counted: list[tuple[Entry, RegionFit]] = []
        elements: set[str] = set()
        for region in project.regions:
            entry = project.entry(region.spectrum)
            fit = project.fit_of(region.id)
            if entry.sample != sample.name or fit is None:
                continue
            why_not = _why_not(project, entry, fit)
            if not why_not and element(region.core_level) in elements:
                why_not = f"{element(region.core_level)} is counted already"
            if why_not:
                notes.append(f"{sample.name}, {entry.label}: not counted, {why_not}")
                continue
            elements.add(element(region.core_level))
            counted.append((entry, fit))
        known = [entry for entry, fit in counted if _transmission(entry, fit) is not None]
        transmitted = len(known) == len(counted)
        transmission_known &= transmitted
        if known and not transmitted:
            notes.append(
                f"{sample.name}: the transmission is known for {known[0].label} but not for all "
                "regions, so that it is taken as constant"
            )
        factored = [
            (fit, intensity_factor(entry, fit, transmitted=transmitted)) for entry, fit in counted
        ]
        amounts += _amounts(sample.name, [(f, x) for f, x in factored if x is not None], notes)
    transmission = (
        "transmission from the files" if transmission_known else "transmission taken as constant"
    )
    basis = f"{SET_NAME} sensitivity factors, {transmission}, escape depth ∝ E^0.75"
    return Quantification(tuple(amounts), basis, tuple(notes))


def intensity_factor(entry: Entry, fit: RegionFit, *, transmitted: bool = True) -> float | None:
    """Area of one atom percent, up to a constant of the sample; None if it is not known.

    Kinetic energy and transmission are those of the middle of the window.

    Parameters
    ----------
    entry : Entry
    fit : RegionFit
    transmitted : bool
        Whether the transmission of the analyzer is used where the file gives it.
    """
    photon_energy = entry.spectrum.photon_energy_ev
    relative = sensitivity(fit.region.core_level, photon_energy)
    if relative is None or photon_energy is None:
        return None
    kinetic = photon_energy - _middle(fit)
    if kinetic <= 0.0:
        return None
    transmission = (_transmission(entry, fit) if transmitted else None) or 1.0
    return relative * transmission * float(kinetic**ESCAPE_EXPONENT)


def _middle(fit: RegionFit) -> float:
    low, high = fit.region.window_ev
    return 0.5 * (low + high)


def _transmission(entry: Entry, fit: RegionFit) -> float | None:
    """Relative transmission for a region; None where it is unknown or not above zero."""
    spectrum = entry.spectrum
    energies = spectrum.binding_energy_ev
    if spectrum.transmission is None or energies is None:
        return None
    order = np.argsort(energies)
    measured = _middle(fit) - fit.charge_shift_ev
    value = float(np.interp(measured, energies[order], spectrum.transmission[order]))
    return value if value > 0.0 else None


def _why_not(project: Project, entry: Entry, fit: RegionFit) -> str:
    """Why a fit cannot be counted; empty where it can."""
    if not fit.success:
        return "its fit did not succeed"
    if not project.is_fresh(fit.region.id):
        return "its fit is older than its settings"
    if not fit.area_unit.startswith("counts/s"):
        return f"its area is in {fit.area_unit}: the live time is unknown"
    if intensity_factor(entry, fit) is None:
        energy = entry.spectrum.photon_energy_ev
        source = "an unknown source" if energy is None else f"{energy:g} eV"
        return f"{SET_NAME} has no factor for {fit.region.core_level} with {source}"
    return ""


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
        deviations.append(_FACTOR_ERROR * (of_element - fractions * of_element.sum()))
    return np.array(deviations)


def _rms(deviations: Floats) -> float:
    """Root of the sum of squares, in percent."""
    return 100.0 * float(np.linalg.norm(deviations))


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else 100.0 * fraction


def transmission_is_known(entry: Entry, fit: RegionFit) -> bool:
    """Whether the file gives the analyzer's transmission for a region."""
    return _transmission(entry, fit) is not None
