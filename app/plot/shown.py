"""What the plot shows of one spectrum: its points, and the model of its region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from xps.errors import XpsError
from xps.measured import measured
from xps.problem import RegionCurves, evaluate
from xps.project import Entry, Project

Floats = NDArray[np.float64]
FitState = Literal["no region", "not fitted", "failed", "fitted", "stale", "warning"]

STATE_TEXTS: dict[FitState, str] = {
    "no region": "no fit",
    "not fitted": "start values, not fitted",
    "failed": "could not be fitted",
    "fitted": "fitted",
    "stale": "stale: changed after the fit (F5 fits again)",
    "warning": "fitted, with warnings",
}


@dataclass(frozen=True)
class Shown:
    """A spectrum as it is drawn.

    Attributes
    ----------
    energy_ev : ndarray, shape (n,)
        Binding energies after charge correction, ascending; kinetic where no photon energy
        is known.
    intensity : ndarray, shape (n,)
    is_binding : bool
    intensity_unit : str
    masked_ev, masked_intensity : ndarray, shape (masked,)
        Points that are left out of every fit; not among the others.
    photon_energy_ev, live_time_s : float or None
    shift_ev : float
        The charge shift that is in the energies.
    curves : RegionCurves or None
        Model and residual, where there is a region that can be drawn.
    problem : str
        Why the region cannot be drawn; "" where it can.
    """

    energy_ev: Floats
    intensity: Floats
    is_binding: bool
    intensity_unit: str
    masked_ev: Floats
    masked_intensity: Floats
    photon_energy_ev: float | None = None
    live_time_s: float | None = None
    shift_ev: float = 0.0
    curves: RegionCurves | None = None
    problem: str = ""

    @property
    def focus(self) -> tuple[float, float]:
        """The energies that a fitted view shows: those of the region, else all."""
        energy = self.energy_ev if self.curves is None else self.curves.energy_ev
        return float(energy[0]), float(energy[-1])

    def nearest(self, energy_ev: float) -> tuple[float, float]:
        """Return energy and intensity of the channel next to an energy."""
        index = int(np.argmin(np.abs(self.energy_ev - energy_ev)))
        return float(self.energy_ev[index]), float(self.intensity[index])

    def component_at(self, energy_ev: float, intensity: float) -> int | None:
        """Return the component whose area a point lies in, the lowest of them."""
        if self.curves is None:
            return None
        model = self.curves.model
        index = int(np.argmin(np.abs(model.energy_ev - energy_ev)))
        heights = model.components[:, index]
        above = intensity - model.background[index]
        inside = np.flatnonzero((heights >= above) & (above >= 0.0))
        return int(inside[np.argmin(heights[inside])]) if inside.size else None


def show(project: Project, entry: Entry, *, model: bool = True) -> Shown:
    """Return what is drawn of a spectrum, with the model of its region or without."""
    region = project.region_of(entry.id) if model else None
    shift = project.charge_of(entry.id).shift_ev
    try:
        points = measured(entry.spectrum, shift)
    except XpsError as error:
        return _as_recorded(entry, shift, str(error) if region else "")
    curves, problem = None, ""
    if region is not None:
        try:
            curves = evaluate(region, entry.spectrum, shift)
        except XpsError as error:
            problem = str(error)
    bare = _as_recorded(entry, shift, problem)
    factor = 1.0
    if points.noise.intensity_unit != entry.spectrum.unit:  # counts, drawn per second
        factor = 1.0 / points.noise.counts_per_unit
    return replace(
        bare,
        energy_ev=points.energy_ev,
        intensity=points.intensity,
        intensity_unit=points.noise.intensity_unit,
        masked_intensity=factor * bare.masked_intensity,
        curves=curves,
    )


def fit_state(
    project: Project, entry: Entry, failures: Mapping[str, XpsError] | None = None
) -> FitState:
    """Tell how far the work on a spectrum is.

    Parameters
    ----------
    project : Project
    entry : Entry
    failures : mapping of str to XpsError, optional
        Why regions could not be fitted as they are now, by region id.
    """
    region = project.region_of(entry.id)
    if region is None:
        return "no region"
    if failures and region.id in failures:
        return "failed"
    fit = project.fit_of(region.id)
    if fit is None:
        return "not fitted"
    if not project.is_fresh(region.id):
        return "stale"
    return "fitted" if fit.success and not fit.warnings else "warning"


def area_unit(entry: Entry) -> str:
    """Return the unit of the areas of a spectrum; "" where it cannot be fitted at all."""
    try:
        return f"{measured(entry.spectrum).noise.intensity_unit}·eV"
    except XpsError:
        return ""


def _as_recorded(entry: Entry, shift_ev: float, problem: str) -> Shown:
    spectrum = entry.spectrum
    binding = spectrum.binding_energy_ev
    energy = spectrum.energy_ev if binding is None else binding + shift_ev
    order = np.argsort(energy)
    kept, hidden = order[spectrum.is_kept[order]], order[~spectrum.is_kept[order]]
    return Shown(
        energy[kept],
        spectrum.intensity[kept],
        binding is not None,
        spectrum.unit,
        energy[hidden],
        spectrum.intensity[hidden],
        spectrum.photon_energy_ev,
        spectrum.live_time_s,
        shift_ev,
        None,
        problem,
    )
