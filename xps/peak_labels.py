"""Marks above peaks: side by side without touching, each with a line to its peak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xps.palette import color_key
from xps.panels import Panel

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Label:
    """A mark and its place.

    Attributes
    ----------
    text : str
    x : float
        Its middle, in mm from the left of the panel.
    floor : float
        What it must stay above, an intensity.
    tip : (float, float)
        The peak that it belongs to: mm and intensity.
    """

    text: str
    x: float
    floor: float
    tip: tuple[float, float]


def tips_of(
    panel: Panel,
    marks: Mapping[str, str],
    scale: float,
    x_limits: tuple[float, float],
    width_mm: float,
) -> dict[str, tuple[float, float]]:
    """Return the tips of the significant components that a panel shows, by mark.

    Parameters
    ----------
    panel : Panel
    marks : mapping of str to str
        By `color_key`.
    scale : float
        Intensities are divided by it.
    x_limits : (float, float)
        Energies of the left and the right edge.
    width_mm : float
        Of the panel.

    Returns
    -------
    dict of str to (float, float)
        mm from the left, and intensity.
    """
    curves, table = panel.curves, panel.table
    if curves is None or table is None:
        return {}
    left, right = x_limits
    tips = {}
    for row, curve in zip(table.rows, curves.model.components, strict=True):
        top = int(np.argmax(curve))
        energy = float(curves.energy_ev[top])
        if row.significant and curve[top] > 0.0 and right < energy < left:
            height = float(curve[top] + curves.model.background[top]) / scale
            tips[marks[color_key(row.component)]] = (
                (left - energy) / (left - right) * width_mm,
                height,
            )
    return tips


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return places as near as can be to those wanted, in their order, `gap` apart.

    Least squares under the order, by pooling neighbors that are too close (isotonic
    regression: Barlow et al., Statistical Inference under Order Restrictions, 1972).

    Parameters
    ----------
    wanted : sequence of float
        Ascending.
    gap : float
        Least distance; smaller where there is not enough room.
    low, high : float
        Ends of the room.
    """
    many = len(wanted)
    if many > 1:
        gap = min(gap, (high - low) / (many - 1))
    pools: list[tuple[float, int]] = []
    for number, place in enumerate(wanted):
        mean, size = place - number * gap, 1
        while pools and pools[-1][0] > mean:
            other, count = pools.pop()
            mean = (mean * size + other * count) / (size + count)
            size += count
        pools.append((mean, size))
    means = [mean for mean, size in pools for _ in range(size)]
    last = high - (many - 1) * gap
    return [min(max(mean, low), last) + n * gap for n, mean in enumerate(means)]


def placed_labels(
    peaks: Mapping[str, tuple[float, float]],
    x_mm: Floats,
    top: Floats,
    *,
    width_mm: float,
    label_mm: float,
) -> list[Label]:
    """Place marks above curves.

    Parameters
    ----------
    peaks : mapping of str to (float, float)
        Marks, and the tips of their peaks: mm and intensity.
    x_mm, top : ndarray, shape (n,)
        The upper edge of all that is drawn.
    width_mm : float
        Of the panel.
    label_mm : float
        Width that a mark takes.
    """
    ordered = sorted(peaks.items(), key=lambda item: item[1][0])
    half = 0.5 * label_mm
    places = spread([tip[0] for _, tip in ordered], label_mm, half, width_mm - half)
    found = []
    for (text, tip), x in zip(ordered, places, strict=True):
        # The line from the peak must also stay below the mark that it leads to.
        low, high = min(x - half, tip[0]), max(x + half, tip[0])
        under = top[(x_mm >= low) & (x_mm <= high)]
        found.append(Label(text, x, float(under.max(initial=tip[1])), tip))
    return found
