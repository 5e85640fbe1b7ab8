"""The linear background."""

from __future__ import annotations

from numpy.typing import ArrayLike

from xps.backgrounds.ends import Floats, Levels, ascending_curve, end_levels


def linear(
    energy_ev: ArrayLike,
    intensity: ArrayLike,
    *,
    average_points: int = 5,
    levels: Levels | None = None,
) -> Floats:
    """Straight line between the levels at the two ends; shape (n,).

    Parameters
    ----------
    energy_ev, intensity : array_like, shape (n,)
    average_points : int
        Points averaged for the level at each end.
    levels : (float, float), optional
        Levels at the low and the high binding energy end, instead of the averages.
    """
    energy, curve, ascending = ascending_curve(energy_ev, intensity)
    low, high = levels or end_levels(curve, average_points)
    line: Floats = low + (high - low) * (energy - energy[0]) / (energy[-1] - energy[0])
    return line if ascending else line[::-1]
