"""The true width of a curve at half of its maximum, with its derivatives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xps.lineshapes.shape import Floats

_ZOOM = np.linspace(0.0, 1.0, 33)


def full_width(curve: Callable[[Floats], Floats], reach: float, scale: float) -> Floats:
    """Width of a curve of one maximum, and its derivatives by the curve's parameters.

    At the half maxima ``h(x) = h(x₀)/2``, and h′(x₀) = 0, so that
    ``dx/dθ = (∂h/∂θ(x₀)/2 − ∂h/∂θ(x)) / h′(x)``.

    Parameters
    ----------
    curve : callable
        The curve at some points, its slope and its derivatives by the parameters, stacked;
        shape (2 + parameters, points).
    reach : float
        The half maxima lie between −reach and reach.
    scale : float
        Of the finest feature near zero.

    Returns
    -------
    ndarray, shape (1 + parameters,)
    """
    x = scale * np.sinh(np.linspace(-1.0, 1.0, 129) * np.arcsinh(reach / scale))
    height, slope = curve(x)[:2]
    top = int(np.argmax(height))
    low, high = x[max(top - 1, 0)], x[min(top + 1, x.size - 1)]
    for _ in range(3):
        inside = low + (high - low) * _ZOOM
        slope = curve(inside)[1]
        last = min(int(np.flatnonzero(slope > 0.0)[-1]), inside.size - 2) if slope[0] > 0.0 else 0
        low, high = inside[last], inside[last + 1]
        below, above = slope[last], slope[last + 1]
    maximum = low + (high - low) * below / (below - above) if below > above else low
    half = 0.5 * curve(np.array([maximum]))[0, 0]
    left = int(np.flatnonzero(height[: top + 1] < half)[-1])
    right = top + int(np.flatnonzero(height[top:] < half)[0])
    lows, highs = np.array([x[left], x[right - 1]]), np.array([x[left + 1], x[right]])
    for _ in range(2):
        inside = lows[:, None] + (highs - lows)[:, None] * _ZOOM
        above_half = curve(inside.ravel())[0].reshape(inside.shape) > half
        first = (
            np.argmax(above_half[0] != above_half[0, 0]),
            np.argmax(above_half[1] != above_half[1, 0]),
        )
        ends = np.arange(2), np.array(first)
        lows, highs = inside[ends[0], ends[1] - 1], inside[ends]
    places = 0.5 * (lows + highs)
    for _ in range(2):
        rows = curve(places)
        places = places - (rows[0] - half) / rows[1]
    rows = curve(np.append(places, maximum))
    moved = (0.5 * rows[2:, 2:] - rows[2:, :2]) / rows[1, :2]
    return np.concatenate([[places[1] - places[0]], moved[:, 1] - moved[:, 0]])
