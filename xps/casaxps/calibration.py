"""The calibration lines of CasaXPS: how far a spectrum was moved on its energy scale."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xps.spectrum import Spectrum

_CALIBRATION = re.compile(
    r"\s*Calib M = (?P<measured>[-+.\deE]+)(?:,(?P<end>[-+.\deE]+))? A = (?P<assigned>[-+.\deE]+)"
    r"(?P<moved>(?: Regions| Comps)*) (?P<scale>BE|KE)(?: ADD)?\s*"
)
_SILENT = re.compile(r"\s*(?:Energy offsets:(?:\s+\d+:0)*|PCA Coefs =.*)\s*")
"""What changes nothing: offsets of zero, and the result of an analysis of many spectra."""


@dataclass(frozen=True)
class Calibration:
    """How far a spectrum was moved.

    Attributes
    ----------
    shift_ev : float
        Calibrated minus measured binding energy.
    of_regions_ev, of_components_ev : float
        What must be added to the binding energies of stored regions and components: zero,
        unless a calibration left them where they were.
    is_set : bool
        Whether there was any.
    notes : tuple of str
        What of the processing cannot be taken over, or is not sure.
    """

    shift_ev: float = 0.0
    of_regions_ev: float = 0.0
    of_components_ev: float = 0.0
    is_set: bool = False
    notes: tuple[str, ...] = ()


def calibration_of(processing: Sequence[str], spectrum: Spectrum) -> Calibration:
    """Add up the calibrations of a block.

    A line names a measured and an assigned energy; several lines add up. A range of measured
    energies, ``M = 280,290``, stands for the highest point of the spectrum in it.
    """
    shift, of_regions, of_components = 0.0, 0.0, 0.0
    is_set = False
    notes = []
    for line in processing:
        match = _CALIBRATION.fullmatch(line)
        if match is None:
            if not _SILENT.fullmatch(line):
                notes.append(f"the processing {line.strip()!r} is not applied")
            continue
        step, note = _step(match, spectrum, shift)
        if note:
            notes.append(note)
        if step is None:
            continue
        is_set = True
        shift += step
        if match["moved"]:
            of_regions += step * ("Regions" in match["moved"])
            of_components += step * ("Comps" in match["moved"])
            notes.append(
                f"{line.strip()!r} is read so that regions or components were stored before it, "
                "which no file has confirmed: check their energies"
            )
    return Calibration(shift, of_regions, of_components, is_set, tuple(notes))


def _step(match: re.Match[str], spectrum: Spectrum, shift_ev: float) -> tuple[float | None, str]:
    """The shift of one line, and what must be said of it."""
    text = match.string.strip()
    try:
        measured, assigned = float(match["measured"]), float(match["assigned"])
        end = None if match["end"] is None else float(match["end"])
    except ValueError:
        return None, f"the calibration {text!r} cannot be read"
    sign = 1.0 if match["scale"] == "BE" else -1.0
    if end is None:
        return sign * (assigned - measured), ""
    energies = spectrum.binding_energy_ev
    if energies is None:
        return None, f"the calibration {text!r} needs binding energies"
    if sign < 0.0:
        assert spectrum.photon_energy_ev is not None
        energies = spectrum.photon_energy_ev - energies
    present = energies + sign * shift_ev
    inside = np.flatnonzero((present >= min(measured, end)) & (present <= max(measured, end)))
    if not inside.size:
        return None, (
            f"the calibration {text!r} looks for the highest point of another spectrum, and is "
            "not applied"
        )
    highest = float(present[inside[np.argmax(spectrum.intensity[inside])]])
    return sign * (assigned - highest), (
        f"the calibration {text!r} is taken from the highest point, at {highest:.2f} eV"
    )
