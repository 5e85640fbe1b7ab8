"""Write one spectrum as columns of text, with what is known about it in the header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from xps.atomic import write_atomically
from xps.spectrum import Spectrum, Unit

_INTENSITY: dict[Unit, str] = {
    "counts": "Intensity (counts)",
    "counts/s": "Intensity (counts/s)",
    "arbitrary": "Intensity (arb. units)",
}
_BREAKS = re.compile(r"[\r\n\0]+")


def write_csv(path: str | Path, spectrum: Spectrum) -> None:
    """Write a spectrum as comma-separated values, atomically.

    Raises
    ------
    WriteError
        If the place refuses the file; whatever stood there before is untouched.
    """
    write_atomically(path, csv_bytes(spectrum))


def csv_bytes(spectrum: Spectrum) -> bytes:
    """Return the file of `write_csv`, in UTF-8 with the mark that spreadsheets look for."""
    return ("\r\n".join(_lines(spectrum)) + "\r\n").encode("utf-8-sig", errors="replace")


def _lines(spectrum: Spectrum) -> Iterator[str]:
    for key, value in (
        ("Sample", spectrum.sample),
        ("Spectrum", spectrum.name),
        ("Core level", spectrum.core_level),
        ("Photon energy (eV)", spectrum.photon_energy_ev),
        ("Pass energy (eV)", spectrum.pass_energy_ev),
        ("Dwell time (s)", spectrum.dwell_s),
        ("Sweeps", spectrum.sweeps),
    ):
        if value not in (None, ""):
            yield f"# {key}: {_BREAKS.sub(' ', str(value))}"
    columns = [spectrum.energy_ev, spectrum.intensity]
    labels = [f"{spectrum.axis.capitalize()} energy (eV)", _INTENSITY[spectrum.unit]]
    if spectrum.transmission is not None:
        columns.append(spectrum.transmission)
        labels.append("Transmission")
    yield ",".join(labels)
    for row in np.column_stack(columns).tolist():
        yield ",".join(map(repr, row))
