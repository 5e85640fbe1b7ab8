"""Energies of stitched scans, where the last channel of one is the first of the next."""

from __future__ import annotations

import numpy as np

from xps.spectrum import Floats

REPEAT_SHIFT_EV = 1e-6
_LARGEST_SHARE = 0.1


def separate_repeats(energy: Floats, warnings: list[str]) -> Floats:
    """Move energies that stand twice in a row apart, so that no measured point is lost.

    Each repeat is shifted by `REPEAT_SHIFT_EV` along the scan, far less than any resolution.

    Parameters
    ----------
    energy : ndarray, shape (n,)
        Energies in eV, in file order.
    warnings : list of str
        Gains a line if energies were moved.

    Returns
    -------
    ndarray, shape (n,)
        `energy` itself where nothing repeats, or where so much does that it is no scan.
    """
    steps = np.diff(energy)
    repeats = steps == 0
    n_repeats = int(repeats.sum())
    if not n_repeats or n_repeats > _LARGEST_SHARE * energy.size:
        return energy
    direction = np.sign(steps[~repeats][0])
    ordinal = np.arange(1, energy.size)
    last_new = np.maximum.accumulate(np.where(repeats, 0, ordinal))
    shifts = np.where(repeats, ordinal - last_new, 0) * REPEAT_SHIFT_EV * direction
    warnings.append(
        f"{n_repeats} energies stand twice, as in stitched scans: the second of each was moved "
        f"by {REPEAT_SHIFT_EV:g} eV"
    )
    return energy + np.concatenate(([0.0], shifts))
