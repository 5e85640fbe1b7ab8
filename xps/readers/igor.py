"""Read Igor's binary waves (.ibw), as Scienta's SES writes them."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from xps.errors import ReadError
from xps.readers.collection import Collection
from xps.readers.content import Content
from xps.readers.igor_wave import Wave, byte_order, read_wave
from xps.readers.scienta import key_values, spectrum_of
from xps.spectrum import Spectrum

NAME: Final = "igor"
_MAX_SLICES = 100_000


def recognizes(data: bytes) -> bool:
    """Tell whether this is a binary wave of version 5 with a sound header."""
    return byte_order(data) is not None


def read(content: Content) -> tuple[list[Spectrum], list[str]]:
    """Read a wave over an energy; each slice of an image is a spectrum of a series.

    The note that SES attaches tells energy scale, photon energy and acquisition.

    Raises
    ------
    ReadError
        If the wave is damaged, or no spectrum.
    """
    wave = read_wave(content.data)
    columns = wave.values if wave.values.ndim == 2 else wave.values[:, np.newaxis]
    n_points, n_slices = columns.shape
    if n_slices > _MAX_SLICES or not np.isfinite((*wave.start, *wave.step)).all():
        raise ReadError("its axes are no energies", "choose a wave of a spectrum")
    energy = np.round(wave.start[0] + wave.step[0] * np.arange(n_points, dtype=np.float64), 9)
    values = np.column_stack([energy, columns])
    spectra = Collection(content, NAME)
    facts = _facts(wave, n_points)
    for slice_ in range(1, n_slices + 1):
        spectra.add(f"slice {slice_}", partial(spectrum_of, facts, values, slice_))
    return spectra.finish()


def _facts(wave: Wave, n_points: int) -> dict[str, str]:
    """Return what the note says, and of the axes what the text files of SES say of them."""
    facts = {"Region Name": wave.name, **key_values(wave.note.splitlines())}
    facts["Dimension 1 size"] = str(n_points)
    facts["Dimension 1 name"] = wave.axis_units[0]
    if wave.values.ndim == 2:
        scale = wave.start[1] + wave.step[1] * np.arange(wave.values.shape[1])
        facts["Dimension 2 name"] = wave.axis_units[1] or "Slice"
        facts["Dimension 2 scale"] = " ".join(f"{place:.9g}" for place in scale)
    return facts
