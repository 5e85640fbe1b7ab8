"""How far repeated measurements of one spectrum lie from each other in energy.

A sweep that drifted by δ channels is ``y(i) = a T(i − δ) ≈ a (T(i) − δ T'(i))``, with the
template T from the sum of all sweeps. Both sides are smoothed alike, which leaves the relation as
it is, and δ is found by weighted least squares of ``y/a`` on T, a constant and T'. So the data
are never interpolated; whole channels are found by cross-correlation of the derivatives and taken
off first. As δ is linear in the counts, its error follows from theirs.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xps.errors import SpectrumError

Floats = NDArray[np.float64]

_SMOOTHING = 2.0  # channels, one standard deviation: narrower than any line worth aligning
_EDGE = 8  # channels at the ends that smoothing spoils
_LEAST_CHANNELS = 24
_MOST_ROUNDS = 10
_MOST_NOISE = 0.25  # share of the template's slope that may be noise


class Shifts(NamedTuple):
    """Shifts from the first sweep, in channels.

    Attributes
    ----------
    channels : ndarray, shape (sweeps,)
        Of what a sweep shows later in the row than the first one does; 0 for the first.
    stderr : ndarray, shape (sweeps,)
        One standard deviation; 0 for the first.
    whole : ndarray of int, shape (sweeps,)
        The shifts to the nearest whole channel.
    """

    channels: Floats
    stderr: Floats
    whole: NDArray[np.intp]


def sweep_shifts(rows: Floats, most: int, *, are_counts: bool = True) -> Shifts:
    """Return how far each sweep lies from the first.

    Parameters
    ----------
    rows : ndarray, shape (sweeps, channels)
        Intensities on energies of equal steps.
    most : int
        Channels within which shifts are looked for.
    are_counts : bool
        Whether the intensities are counts; the errors are else taken from how sweeps scatter.

    Raises
    ------
    SpectrumError
        If the spectrum is too short, or shows too little to tell how far it moved.
    """
    if rows.shape[1] - 2 * most - 2 * _EDGE < _LEAST_CHANNELS:
        most = max((rows.shape[1] - 2 * _EDGE - _LEAST_CHANNELS) // 2, 0)
    if not most or (rows.sum(axis=1) <= 0.0).any():
        raise _cannot_tell()
    whole = _correlated(rows, most)
    for _ in range(_MOST_ROUNDS):
        rest, stderr = _rest(_moved(rows, whole), are_counts=are_counts)
        found = whole + (rest - rest[0])
        nearest = np.clip(np.rint(found), -most, most).astype(np.intp)
        if (nearest == whole).all():
            break
        whole = nearest
    errors = np.hypot(stderr, stderr[0])
    errors[0] = 0.0
    return Shifts(found, errors, whole)


def _moved(rows: Floats, whole: NDArray[np.intp]) -> Floats:
    """Those channels of each sweep that all others show too, after they were moved."""
    first, last = -min(int(whole.min()), 0), rows.shape[1] - max(int(whole.max()), 0)
    return np.stack([row[first + k : last + k] for row, k in zip(rows, whole, strict=True)])


def _correlated(rows: Floats, most: int) -> NDArray[np.intp]:
    """Shifts to whole channels, where derivatives are most alike those of the first sweep."""
    from scipy.ndimage import gaussian_filter1d

    slopes = gaussian_filter1d(rows, _SMOOTHING, axis=1, order=1)[:, _EDGE:-_EDGE]
    size = slopes.shape[1]
    first = slopes[0, most : size - most]
    lags = np.arange(-most, most + 1)
    found = np.zeros(len(rows), dtype=np.intp)
    for number, row in enumerate(slopes[1:], start=1):
        parts = np.lib.stride_tricks.sliding_window_view(row, first.size)
        found[number] = lags[np.argmax((parts @ first) / np.linalg.norm(parts, axis=1))]
    return found


def _rest(rows: Floats, *, are_counts: bool) -> tuple[Floats, Floats]:
    """Shifts from the template, of a channel or less, and their errors; shape (sweeps,)."""
    from scipy.ndimage import gaussian_filter1d

    pool = rows.sum(axis=0)
    portions = rows.sum(axis=1) / pool.sum()
    inside = slice(_EDGE, -_EDGE)
    template = gaussian_filter1d(pool, _SMOOTHING)
    variance = np.maximum(template, 1e-3 * template.max())
    slope = gaussian_filter1d(pool, _SMOOTHING, order=1)[inside]
    weights = 1.0 / variance[inside]
    # What the template's amplitude and a constant can explain is no shift.
    others = np.column_stack((template[inside], np.ones_like(slope)))
    onto = np.linalg.solve(others.T @ (weights[:, None] * others), others.T * weights)
    slope = slope - others @ (onto @ slope)
    told = float(weights @ slope**2)
    impulse = np.zeros(4 * _EDGE + 1)
    impulse[2 * _EDGE] = 1.0
    filtered = gaussian_filter1d(impulse, _SMOOTHING, order=1)
    noise = slope.size * float(filtered @ filtered)
    scale = 1.0
    if not are_counts:
        left = rows - portions[:, None] * pool
        expected = portions[:, None] * (1.0 - portions[:, None]) * variance
        scale = math.sqrt(float((left**2 / expected)[:, inside].mean()))
    if noise * scale**2 > _MOST_NOISE * told:
        raise _cannot_tell()
    lever = np.zeros_like(pool)
    lever[inside] = -weights * slope / (told - noise * scale**2)
    lever = gaussian_filter1d(lever, _SMOOTHING, mode="constant")
    stderr = scale * np.sqrt(float(lever**2 @ variance) / portions)
    return (rows / portions[:, None]) @ lever, stderr


def _cannot_tell() -> SpectrumError:
    return SpectrumError(
        "the sweeps show too little to tell how far they moved", "sum them without aligning"
    )
