"""A region together with its data: drawn, guessed, or compiled for the solver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xps.backgrounds import casaxps_levels
from xps.engine import Priors, Problem
from xps.errors import FitError
from xps.kernel import Curves, Kernel
from xps.measured import Measured, measured
from xps.model import Component, Region
from xps.noise import Noise
from xps.parameter_table import ParameterTable
from xps.spectrum import Spectrum
from xps.start import with_start_values

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RegionCurves:
    """What a plot of a region shows, in the intensity unit of the region.

    Attributes
    ----------
    energy_ev : ndarray, shape (n,)
        Corrected binding energies, ascending.
    data : ndarray, shape (n,)
    model : Curves
    residual : ndarray, shape (n,)
        (data − model) in standard deviations of the expected noise.
    intensity_unit : str
    """

    energy_ev: Floats
    data: Floats
    model: Curves
    residual: Floats
    intensity_unit: str


def evaluate(region: Region, spectrum: Spectrum, shift_ev: float) -> RegionCurves:
    """Draw a region's model on its data without fitting.

    Raises
    ------
    FitError, BackgroundError
        If the window holds no points, or a static background cannot be computed.
    """
    points = points_of(region, spectrum, shift_ev)
    kernel = Kernel(region, points.energy_ev, static_background(region, points))
    return _drawn(kernel, free_values(region, kernel.table), points.observed, points.noise)


def drawn(problem: Problem, free: Floats) -> RegionCurves:
    """Draw a compiled region for values of its free parameters, shape (free,)."""
    return _drawn(problem.kernel, free, problem.observed, problem.noise)


def compile_problem(region: Region, spectrum: Spectrum, shift_ev: float) -> Problem:
    """Bring a region and its data into the form that the solver takes.

    Raises
    ------
    FitError
        If there are too few points, or a component lies wholly outside the window.
    """
    points = points_of(region, spectrum, shift_ev)
    kernel = Kernel(region, points.energy_ev, static_background(region, points))
    table = kernel.table
    if points.observed.size <= len(table.free):
        raise FitError(
            f"{points.observed.size} points for {len(table.free)} free parameters",
            "widen the window, or fix or link parameters",
            where=region.core_level,
        )
    for component in region.components:
        _refuse_outside(component, region, points)
    return Problem(
        kernel,
        Priors.of(region, table),
        points.observed,
        points.noise,
        free_values(region, table),
    )


def with_guess(region: Region, spectrum: Spectrum, shift_ev: float) -> Region:
    """Return the region with areas and background that suit the data."""
    points = points_of(region, spectrum, shift_ev)
    return with_start_values(region, points, static_background(region, points))


def points_of(region: Region, spectrum: Spectrum, shift_ev: float) -> Measured:
    """Return the points of a spectrum in a region's window.

    Raises
    ------
    FitError
        If the window holds no points.
    """
    points = measured(spectrum, shift_ev).between(*region.window_ev)
    if points.observed.size < 2:
        low, high = region.window_ev
        raise FitError(
            f"the spectrum has no points between {low:g} and {high:g} eV",
            "move the window, or check the charge reference",
            where=region.core_level,
        )
    return points if region.weights == "noise" else points.weighed_equally()


def static_background(region: Region, points: Measured) -> Floats | None:
    """Background that is computed from the data before the fit; None where it is in the fit."""
    background = region.background
    if background.in_fit:
        return None
    levels = None
    if background.average_around:
        whole, window = points.whole or points, (points.energy_ev[0], points.energy_ev[-1])
        width = (background.average_points + 1) // 2
        levels = casaxps_levels(whole.energy_ev, whole.intensity, window, width)
    return background.computed(points.energy_ev, points.intensity, levels)


def free_values(region: Region, table: ParameterTable) -> Floats:
    """Present values of the free parameters; shape (free,)."""
    params = dict(region.params())
    return np.array([params[ref].value for ref in table.free], dtype=np.float64)


def _refuse_outside(component: Component, region: Region, points: Measured) -> None:
    low, high = points.energy_ev[0], points.energy_ev[-1]
    places = [component.center.value + line.offset_ev for line in component.lines.lines]
    if all(place < low or place > high for place in places):
        raise FitError(
            f"{component.name} at {component.center.value:.2f} eV lies outside the data, "
            f"which reach from {low:.2f} to {high:.2f} eV",
            "move or remove the component, widen the window, or check the charge reference",
            where=region.core_level,
        )


def _drawn(kernel: Kernel, free: Floats, observed: Floats, noise: Noise) -> RegionCurves:
    curves = kernel.curves(free)
    expected = noise.counts_per_unit * curves.total
    residual = (observed - expected) / np.sqrt(noise.variance(expected))
    if not noise.known and residual.size > 1:
        spread = float(np.sqrt(np.mean(residual**2)))
        residual = residual / (spread or 1.0)
    intensity = observed / noise.counts_per_unit
    return RegionCurves(kernel.energy, intensity, curves, residual, noise.intensity_unit)
