"""What a person can do to the masks of a spectrum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.gestures.gestures import Change, place
from xps.project import Entry, Project


def toggle_mask(project: Project, entry_id: str, low: float, high: float) -> Change:
    """Leave the points of a range out of every fit; where all of them are, take them back.

    Parameters
    ----------
    project : Project
    entry_id : str
    low, high : float
        Energies as they are drawn, ends included.
    """
    entry = project.entry(entry_id)
    spectrum = entry.spectrum
    energies = spectrum.binding_energy_ev
    if energies is None:
        energies = spectrum.energy_ev
    else:
        energies = energies + project.charge_of(entry_id).shift_ev
    inside = (energies >= low) & (energies <= high)
    hidden = ~spectrum.is_kept
    count = int(np.count_nonzero(inside))
    if not count:
        return Change(project, "")
    taken_back = bool(hidden[inside].all())
    masked = hidden & ~inside if taken_back else hidden | inside
    text = f"{'Unmask' if taken_back else 'Mask'} {_points(count)} of {place(project, entry)}"
    return Change(_with_masks(project, entry, spectrum.masks_of(masked)), text)


def unmask_all(project: Project, entry_id: str) -> Change:
    """Take all masked points of a spectrum back."""
    entry = project.entry(entry_id)
    return Change(_with_masks(project, entry, ()), f"Unmask all points of {place(project, entry)}")


def _with_masks(
    project: Project, entry: Entry, masked_ev: tuple[tuple[float, float], ...]
) -> Project:
    changed = replace(entry, spectrum=entry.spectrum.with_(masked_ev=masked_ev))
    entries = tuple(changed if e.id == entry.id else e for e in project.entries)
    return replace(project, entries=entries)


def _points(count: int) -> str:
    return "1 point" if count == 1 else f"{count} points"
