"""A Shirley background that stays below the data."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xps.backgrounds.ends import (
    Floats,
    Levels,
    ascending_curve,
    end_levels,
    refuse_without_step,
)
from xps.backgrounds.shirley_step import shares_below
from xps.errors import BackgroundError

Mask = NDArray[np.bool_]
NOISE_SIGMA = 3.0
_MEDIAN_OF_SQUARE = 0.4549364  # of a standard normal number


def smart(
    energy_ev: ArrayLike,
    intensity: ArrayLike,
    *,
    average_points: int = 5,
    levels: Levels | None = None,
    tolerance: float = 1e-8,
    max_iterations: int = 200,
) -> Floats:
    """Shirley background that is lowered to the data where it would lie above them.

    The programs that offer a "smart" background do not publish how they compute it; this is
    Doublet's own rule. The data are smoothed by a running mean over `average_points` points.
    The Shirley background is iterated to convergence. At the points where it lies above the
    smoothed data by more than three standard deviations of their noise, and at all neighbors of
    these up to where it crosses the smoothed data, it is held at or below the smoothed data
    while it is iterated anew. Held points stay held, so that this ends; where the Shirley
    background lies below the data, within their noise, it is returned as it is. The noise is
    found from the scatter of neighboring points.

    Parameters
    ----------
    energy_ev : array_like, shape (n,)
        Binding energies in eV, ascending or descending.
    intensity : array_like, shape (n,)
    average_points : int
        Points of the running mean, and averaged for the level at each end.
    levels : (float, float), optional
        Levels at the low and the high binding energy end, instead of the averages.
    tolerance : float
        Largest change at convergence, over the height of the step.
    max_iterations : int
        For each set of held points.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    BackgroundError
        If the intensity does not rise from the low to the high binding energy end, if there
        is no net signal above the background, or if the iteration does not converge.
    """
    energy, curve, ascending = ascending_curve(energy_ev, intensity)
    low, high = levels or end_levels(curve, average_points)
    refuse_without_step(low, high)
    smoothed, noise = _smoothed(curve, average_points)
    held = np.zeros(curve.size, dtype=bool)
    while True:
        cap = np.where(held, smoothed, np.inf)
        background = _capped_shirley(energy, curve, (low, high), cap, tolerance, max_iterations)
        too_high = ~held & (background > smoothed + NOISE_SIGMA * noise)
        if not too_high.any():
            return background if ascending else background[::-1]
        held |= _runs_with(too_high, within=too_high | (~held & (background > smoothed)))


def _capped_shirley(
    energy: Floats,
    curve: Floats,
    levels: Levels,
    cap: Floats,
    tolerance: float,
    max_iterations: int,
) -> Floats:
    low, high = levels
    background = np.minimum(low, cap)
    change = math.inf
    for _ in range(max_iterations):
        shares = shares_below(energy, curve - background, "trapezoid")
        updated = np.minimum(low + (high - low) * shares, cap)
        change = float(np.max(np.abs(updated - background))) / (high - low)
        background = updated
        if change < tolerance:
            return background
    raise BackgroundError(
        f"the smart background still moves by {change:.1e} of the step after {max_iterations} "
        "iterations",
        "use the peak-shirley background, or a window with more of the peak in it",
    )


def _smoothed(curve: Floats, points: int) -> tuple[Floats, Floats]:
    """Running mean, of fewer points at the ends, and the noise of each of its values.

    The variance is taken as proportional to the intensity, or as even where there are negative
    ones. Its size is that of the second differences of the points, which hardly see the peaks.
    """
    window = np.ones(min(points, curve.size))
    count = np.convolve(np.ones_like(curve), window, mode="same")
    smoothed: Floats = np.convolve(curve, window, mode="same") / count
    level = smoothed if smoothed.min() > 0.0 else np.ones_like(curve)
    scatter = np.diff(curve, n=2) ** 2 / 6.0  # 1 + 4 + 1 variances
    factor = float(np.median(scatter / level[1:-1])) / _MEDIAN_OF_SQUARE
    return smoothed, np.sqrt(factor * level / count)


def _runs_with(seeds: Mask, *, within: Mask) -> Mask:
    """Those unbroken runs of `within` that hold at least one of `seeds`; all boolean."""
    run = np.cumsum(np.concatenate(([within[0]], within[1:] & ~within[:-1])))
    chosen: Mask = within & np.isin(run, run[seeds])
    return chosen
