"""Backgrounds that are computed from the data before a fit.

The background of choice is fitted together with the peaks (see `xps.model.Background`). The
classic ones are here because users know them and must be able to repeat old work; the errors
of a fit after their subtraction do not know their noise and are too small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xps.errors import BackgroundError

Floats = NDArray[np.float64]
ShirleyRule = Literal["trapezoid", "casaxps"]


@dataclass(frozen=True)
class Shirley:
    """An iterated Shirley background and how it came about.

    Attributes
    ----------
    background : ndarray, shape (n,)
    iterations : int
    last_change : float
        Largest change of the last iteration over the height of the step.
    """

    background: Floats
    iterations: int
    last_change: float


def shirley(
    energy_ev: ArrayLike,
    intensity: ArrayLike,
    *,
    average_points: int = 5,
    levels: tuple[float, float] | None = None,
    rule: ShirleyRule = "trapezoid",
    accept_falling: bool = False,
    tolerance: float = 1e-8,
    max_iterations: int = 200,
) -> Shirley:
    """Iterate the Shirley background to convergence.

    ``B(E) = I_low + (I_high − I_low) · ∫_low^E (I − B) / ∫_low^high (I − B)``, where low and
    high are the ends of the binding energy range (Shirley, Phys. Rev. B 5 (1972) 4709;
    iterated as by Proctor and Sherwood, Anal. Chem. 54 (1982) 13).

    Parameters
    ----------
    energy_ev : array_like, shape (n,)
        Binding energies in eV, ascending or descending.
    intensity : array_like, shape (n,)
    average_points : int
        Points averaged for the level at each end.
    levels : (float, float), optional
        Levels at the low and the high binding energy end, instead of the averages. CasaXPS
        averages ``2w − 1`` points around each end, some of them outside the window.
    rule : {"trapezoid", "casaxps"}
        How the integral is taken: by trapezoids, or as CasaXPS does, as a plain sum over the
        points below that leaves out the point itself.
    accept_falling : bool
        Whether a step that falls towards high binding energy is accepted, as CasaXPS does.
        Inelastic losses cannot make one, so that it is refused otherwise.
    tolerance : float
        Largest change at convergence, over the height of the step.
    max_iterations : int

    Returns
    -------
    Shirley

    Raises
    ------
    BackgroundError
        If the intensity does not rise from the low to the high binding energy end, if there
        is no net signal above the background, or if the iteration does not converge.
    """
    energy, curve, ascending = _ascending(energy_ev, intensity)
    low, high = levels or end_levels(curve, average_points)
    rise = high - low
    if rise == 0.0 or (rise < 0.0 and not accept_falling):
        raise BackgroundError(
            "no step: the intensity at the high binding energy end is not above that at the "
            "low end",
            "use the peak-shirley or the linear background, or move the window",
        )
    background = np.full_like(curve, low)
    change = np.inf
    for iteration in range(1, max_iterations + 1):
        shares = _shares_below(energy, curve - background, rule)
        updated = low + rise * shares
        change = float(np.max(np.abs(updated - background))) / abs(rise)
        background = updated
        if change < tolerance:
            return Shirley(background if ascending else background[::-1], iteration, change)
    raise BackgroundError(
        f"the Shirley iteration still moves by {change:.1e} of the step after "
        f"{max_iterations} iterations",
        "use the peak-shirley background, or a window with more of the peak in it",
    )


def linear(energy_ev: ArrayLike, intensity: ArrayLike, *, average_points: int = 5) -> Floats:
    """Straight line between the levels at the two ends; shape (n,).

    Parameters
    ----------
    energy_ev, intensity : array_like, shape (n,)
    average_points : int
        Points averaged for the level at each end.
    """
    energy, curve, ascending = _ascending(energy_ev, intensity)
    low, high = end_levels(curve, average_points)
    line: Floats = low + (high - low) * (energy - energy[0]) / (energy[-1] - energy[0])
    return line if ascending else line[::-1]


def end_levels(curve: Floats, average_points: int) -> tuple[float, float]:
    """Mean of the first and of the last `average_points` points."""
    if not 1 <= average_points <= curve.size // 2:
        raise BackgroundError(
            f"{average_points} points to average at each end of {curve.size} points",
            "average fewer points or widen the window",
        )
    return float(curve[:average_points].mean()), float(curve[-average_points:].mean())


def _ascending(energy_ev: ArrayLike, intensity: ArrayLike) -> tuple[Floats, Floats, bool]:
    energy = np.asarray(energy_ev, dtype=np.float64)
    curve = np.asarray(intensity, dtype=np.float64)
    if energy.ndim != 1 or energy.shape != curve.shape or energy.size < 3:
        raise BackgroundError(
            f"{energy.size} energies and {curve.size} intensities",
            "give two arrays of the same length, three points or more",
        )
    if energy[0] < energy[-1]:
        return energy, curve, True
    return energy[::-1], curve[::-1], False


def _shares_below(energy: Floats, net: Floats, rule: ShirleyRule) -> Floats:
    """Share of the net area at lower binding energy, at each point."""
    if rule == "casaxps":
        below = np.cumsum(net) - net
        whole = float(net.sum())
    else:
        steps = 0.5 * np.diff(energy) * (net[1:] + net[:-1])
        below = np.concatenate(([0.0], np.cumsum(steps)))
        whole = float(below[-1])
    if not whole > 0.0:
        raise BackgroundError(
            "no net signal above the background",
            "choose a window that holds a peak",
        )
    shares: Floats = below / whole
    return shares
