"""Sums of sweeps: repeated measurements of one spectrum, as one of more counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from xps.errors import SpectrumError
from xps.project import Entry, Project
from xps.replicates import measurement_of, place_of
from xps.spectrum import Spectrum, Sweep, Unit
from xps.sweep_shifts import Shifts, sweep_shifts

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_SEARCH_EV = 2.0
_UNEVEN = 1e-3  # of a step


def sweeps_beside(project: Project, entry_id: str) -> tuple[Entry, ...]:
    """Return the sweeps that a spectrum is one of; empty where it stands alone.

    They are of one sample and core level, on the same energies, and at the same place of a
    series. Copies are left out, and sums.
    """
    chosen = project.entry(entry_id).spectrum
    if chosen.summed:
        return ()
    wanted = measurement_of(chosen)
    found: dict[bytes, Entry] = {}
    for entry in project.entries:
        same = entry.sample == chosen.sample and entry.spectrum.core_level == chosen.core_level
        if same and not entry.spectrum.summed and measurement_of(entry.spectrum) == wanted:
            found.setdefault(entry.spectrum.intensity.tobytes(), entry)
    return tuple(found.values()) if len(found) > 1 else ()


def sweeps_in_sums(entries: Iterable[Entry]) -> set[str]:
    """Return the ids of the spectra that a sum among them was made of."""
    entries = tuple(entries)
    known = {(entry.sample, sweep.digest) for entry in entries for sweep in entry.spectrum.summed}
    samples = {sample for sample, _ in known}
    return {
        entry.id
        for entry in entries
        if entry.sample in samples and (entry.sample, entry.spectrum.unmasked_digest) in known
    }


def sum_of_sweeps(spectra: Sequence[Spectrum], *, align: bool = False) -> Spectrum:
    """Return the sum of repeated measurements, on the energies of the first.

    Counts and live times add. Where sweeps are aligned, each is moved by a whole number of
    channels, so that counts stay counts; half a channel of the shift may remain. Channels that
    not all of them show are left out, and a point that is masked in one is masked in the sum.
    Intensities whose counts are unknown are averaged.

    Parameters
    ----------
    spectra : sequence of Spectrum
        Two or more on the same energies.
    align : bool
        Whether shifts are found, by least squares (`xps.sweep_shifts`), and taken off first.

    Raises
    ------
    SpectrumError
        If they cannot be added, or not be aligned.
    """
    _refuse_what_differs(spectra)
    first = spectra[0]
    rows = _rows(spectra)
    step = float(first.energy_ev[-1] - first.energy_ev[0]) / (first.n_points - 1)
    shifts = _shifts(spectra, rows, step) if align else None
    moved = np.zeros(len(spectra), dtype=np.intp) if shifts is None else shifts.whole
    begin, end = max(0, -int(moved.min())), first.n_points - max(0, int(moved.max()))
    parts = [slice(begin + k, end + k) for k in moved.tolist()]
    total = np.sum([row[part] for row, part in zip(rows, parts, strict=True)], axis=0)
    unit = _unit(spectra)
    kept = slice(begin, end)
    summed = first.with_(
        energy_ev=first.energy_ev[kept],
        intensity=total if unit == "counts" else total / len(spectra),
        unit=unit,
        name=f"{first.core_level or first.name}, sum of {len(spectra)}",
        transmission=None if first.transmission is None else first.transmission[kept],
        **_live_time(spectra),
        series=place_of(first),
        notes="",
        warnings=tuple(dict.fromkeys(text for one in spectra for text in one.warnings)),
        origin=None,
        masked_ev=(),
        summed=_sweeps(spectra, shifts, step),
    )
    masked = [~one.is_kept[part] for one, part in zip(spectra, parts, strict=True)]
    return summed.with_(masked_ev=summed.masks_of(np.any(masked, axis=0)))


def _refuse_what_differs(spectra: Sequence[Spectrum]) -> None:
    where = spectra[0].name or spectra[0].core_level or "" if spectra else ""
    if len(spectra) < 2:
        raise SpectrumError("one sweep is no sum", "choose two or more", where=where)
    first = spectra[0]
    for other in spectra[1:]:
        if first.axis != other.axis or not np.array_equal(first.energy_ev, other.energy_ev):
            raise SpectrumError(
                "the energies of the sweeps differ", "sum those of the same energies", where=where
            )
        if not _same_transmission(first, other):
            raise SpectrumError(
                "the sweeps were measured with different transmissions",
                "sum those of the same settings",
                where=where,
            )
    known = all(spectrum.counts is not None for spectrum in spectra)
    if len({spectrum.unit for spectrum in spectra}) > 1 and not known:
        raise SpectrumError("the units of the sweeps differ", where=where)


def _same_transmission(first: Spectrum, other: Spectrum) -> bool:
    if first.transmission is None or other.transmission is None:
        return first.transmission is other.transmission
    return bool(np.allclose(first.transmission, other.transmission, rtol=1e-6))


def _unit(spectra: Sequence[Spectrum]) -> Unit:
    if all(spectrum.counts is not None for spectrum in spectra):
        return "counts"
    return spectra[0].unit


def _rows(spectra: Sequence[Spectrum]) -> Floats:
    """Counts where all are known; shape (sweeps, channels)."""
    counts = [spectrum.counts for spectrum in spectra]
    known = [row for row in counts if row is not None]
    return np.stack(known if len(known) == len(counts) else [s.intensity for s in spectra])


def _live_time(spectra: Sequence[Spectrum]) -> dict[str, float | None]:
    dwells = {spectrum.dwell_s for spectrum in spectra}
    numbers = [spectrum.sweeps for spectrum in spectra if spectrum.sweeps is not None]
    times = [spectrum.live_time_s for spectrum in spectra if spectrum.live_time_s is not None]
    if len(times) < len(spectra):
        return {"dwell_s": None, "sweeps": None}
    dwell = dwells.pop() if len(dwells) == 1 else sum(times) / sum(numbers)
    return {"dwell_s": dwell, "sweeps": sum(numbers)}


def _shifts(spectra: Sequence[Spectrum], rows: Floats, step: float) -> Shifts:
    where = spectra[0].name or spectra[0].core_level or ""
    steps = np.diff(spectra[0].energy_ev)
    if np.abs(steps - step).max() > _UNEVEN * abs(step):
        raise SpectrumError(
            "the steps of the energies are uneven", "sum the sweeps without aligning", where=where
        )
    most = round(_SEARCH_EV / abs(step))
    return sweep_shifts(rows, most, are_counts=_unit(spectra) == "counts")


def _sweeps(spectra: Sequence[Spectrum], shifts: Shifts | None, step: float) -> tuple[Sweep, ...]:
    known = [
        Sweep(spectrum.name or spectrum.core_level or "", spectrum.unmasked_digest, spectrum.origin)
        for spectrum in spectra
    ]
    if shifts is None:
        return tuple(known)
    # A row that is later on a kinetic axis lies at lower binding energies.
    upward = step if spectra[0].axis == "binding" else -step
    return tuple(
        Sweep(
            sweep.name,
            sweep.digest,
            sweep.origin,
            upward * float(channels),
            abs(step) * float(stderr),
            upward * int(whole),
        )
        for sweep, channels, stderr, whole in zip(
            known, shifts.channels, shifts.stderr, shifts.whole, strict=True
        )
    )
