"""The two ends of a window, between which the static backgrounds reach."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xps.errors import BackgroundError

Floats = NDArray[np.float64]
Levels = tuple[float, float]


def end_levels(curve: Floats, average_points: int) -> Levels:
    """Mean of the first and of the last `average_points` points."""
    if not 1 <= average_points <= curve.size // 2:
        raise BackgroundError(
            f"{average_points} points to average at each end of {curve.size} points",
            "average fewer points or widen the window",
        )
    return float(curve[:average_points].mean()), float(curve[-average_points:].mean())


def casaxps_levels(
    energy_ev: ArrayLike, intensity: ArrayLike, window_ev: Levels, average_width: int
) -> Levels:
    """Levels at the ends of a window as CasaXPS takes them.

    Each is the mean of the ``2w − 1`` points about the outermost point inside the window, some
    of them outside it.

    Parameters
    ----------
    energy_ev, intensity : array_like, shape (n,)
        The spectrum, also outside the window, in either order.
    window_ev : (float, float)
        Low and high binding energy, eV.
    average_width : int
        The "average width" w of the region.

    Returns
    -------
    (float, float)
        Level at the low and at the high binding energy end.

    Raises
    ------
    BackgroundError
        If the window holds no point, or the width is below one.
    """
    energy, curve, _ = ascending_curve(energy_ev, intensity)
    inside = np.flatnonzero((energy >= window_ev[0]) & (energy <= window_ev[1]))
    if inside.size == 0 or average_width < 1:
        raise BackgroundError(
            f"no levels of {average_width} points at {window_ev[0]:g} and {window_ev[1]:g} eV",
            "give a window that holds data and an average width of one or more",
        )
    reach = average_width - 1
    low, high = (curve[max(i - reach, 0) : i + reach + 1].mean() for i in inside[[0, -1]])
    return float(low), float(high)


def refuse_without_step(low: float, high: float, *, accept_falling: bool = False) -> None:
    """Raise a BackgroundError unless the level rises towards high binding energy.

    Inelastic losses only raise it; `accept_falling` lets a falling one pass, as CasaXPS does.
    """
    if high == low or (high < low and not accept_falling):
        raise BackgroundError(
            "no step: the intensity at the high binding energy end is not above that at the "
            "low end",
            "use the peak-shirley or the linear background, or move the window",
        )


def ascending_curve(energy_ev: ArrayLike, intensity: ArrayLike) -> tuple[Floats, Floats, bool]:
    """Energies and intensities by ascending energy, and whether they came so."""
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
