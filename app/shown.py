"""What the plot shows of one spectrum: its points, and the model of its region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
    "stale": "stale: changed after the fit",
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
    curves : RegionCurves or None
        Model and residual, where there is a region that can be drawn.
    problem : str
        Why the region cannot be drawn; "" where it can.
    """

    energy_ev: Floats
    intensity: Floats
    is_binding: bool
    intensity_unit: str
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


def show(project: Project, entry: Entry) -> Shown:
    """Return what is drawn of a spectrum."""
    region = project.region_of(entry.id)
    shift = project.charge_of(entry.id).shift_ev
    try:
        points = measured(entry.spectrum, shift)
    except XpsError as error:
        return _as_recorded(entry, shift, str(error) if region else "")
    unit = points.noise.intensity_unit
    curves, problem = None, ""
    if region is not None:
        try:
            curves = evaluate(region, entry.spectrum, shift)
        except XpsError as error:
            problem = str(error)
    return Shown(points.energy_ev, points.intensity, True, unit, curves, problem)


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
    return Shown(
        energy[order],
        spectrum.intensity[order],
        binding is not None,
        spectrum.unit,
        None,
        problem,
    )
