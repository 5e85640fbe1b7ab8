"""The detector of SPECS' analyzers: channels that see energies shifted against each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xps.errors import SpectrumError
from xps.spectrum import Floats

MAX_POINTS = 1_000_000


def channel_offsets(head: float, shifts: Sequence[float], steps_per_shift: float) -> list[int]:
    """Return the index at which each channel saw the first energy of a region.

    Parameters
    ----------
    head : float
        Number of steps that were scanned before the region.
    shifts : sequence of float
        Shift of each channel, in units of the pass energy.
    steps_per_shift : float
        Pass energy over step.

    Raises
    ------
    SpectrumError
        If there are no channels, or none that could have seen the region.
    """
    offsets = [head - shift * steps_per_shift for shift in shifts]
    if not offsets or not max(map(abs, offsets)) <= MAX_POINTS:
        raise SpectrumError("the channels of its detector are not described")
    return [round(offset) for offset in offsets]


def sum_channels(values: Floats, offsets: Sequence[int], size: int) -> Floats:
    """Sum the channels of a scan, each moved by a whole number of steps: counts stay counts.

    Parameters
    ----------
    values : ndarray, shape (steps × channels,)
        The channels interlaced, as they are stored.
    offsets : sequence of int
        From `channel_offsets`.
    size : int
        Number of energies of the region.

    Raises
    ------
    SpectrumError
        If the values do not part into channels, or are too few.
    """
    if values.size % len(offsets):
        raise SpectrumError(f"{values.size} counts do not part into {len(offsets)} channels")
    channels = values.reshape(-1, len(offsets)).T
    if min(offsets) < 0 or max(offsets) + size > channels.shape[1]:
        raise SpectrumError(f"{values.size} counts are too few for {size} points")
    total = np.zeros(size)
    for channel, offset in zip(channels, offsets, strict=True):
        total += channel[offset : offset + size]
    return total
