"""Read HDF5 files of Scienta Omicron's analyzers (.h5): one acquisition a file."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from xps.errors import ReadError, SpectrumError
from xps.hdf5 import MAGIC, Dataset, Group, open_file
from xps.levels import parse_core_level
from xps.readers.collection import Collection
from xps.readers.content import Content
from xps.readers.doubts import NO_BINDING_ENERGIES, NO_NOISE, TAKEN_FOR_COUNTS, axis_taken_for
from xps.readers.quantity import are_counts, axis_of
from xps.spectrum import Floats, Spectrum, Unit

NAME: Final = "scienta-hdf5"
UNTESTED: Final = "HDF5 files of Scienta were not tested on real ones: check energies and counts"
_WHAT: Final = "this HDF5 file of Scienta"
_DATA: Final = "acquisition/spectrum/data"
_MOST_SLICES: Final = 100_000
_FOLDERS: Final = ("", "acquisition/spectrum_logs/spectrum_log_loop_0000/")


def recognizes(data: bytes) -> bool:
    """Tell whether this is an HDF5 file with the groups of Scienta's programs."""
    marks = (b"acquisition", b"spectrum", b"x_axis")
    return data.startswith(MAGIC) and b"NX_class" not in data and all(m in data for m in marks)


def read(content: Content) -> tuple[list[Spectrum], list[str]]:
    """Read the acquisition; each slice of an image is a spectrum of a series.

    Raises
    ------
    ReadError
        If the file is damaged, or holds no spectrum over energies.
    """
    root = open_file(content.data, _WHAT)
    data = root.get(_DATA)
    measured = data.get("data") if isinstance(data, Group) else None
    energy = root.numbers(f"{_DATA}/x_axis")
    if not isinstance(data, Group) or not isinstance(measured, Dataset) or energy is None:
        raise ReadError(f"{_WHAT} has no data or no energies", "export the spectra as text")
    values = measured.numbers()
    energy = energy.ravel()
    if values.ndim < 1 or energy.size != values.shape[-1]:
        shape = " × ".join(map(str, values.shape))
        raise ReadError(f"{energy.size} energies do not fit data of {shape}")
    slices = values.reshape(-1, energy.size)
    if len(slices) > _MOST_SLICES:
        raise ReadError(f"{_WHAT} holds {len(slices)} spectra, at most {_MOST_SLICES} are read")
    places = _places(data, values.shape[:-1])
    spectra = Collection(content, NAME)
    for number, (series, intensity) in enumerate(zip(places, slices, strict=True), 1):
        spectra.add(f"slice {number}", partial(_spectrum, root, energy, intensity, series))
    return spectra.finish()


_Series = tuple[tuple[str, float], ...]


def _places(data: Group, shape: tuple[int, ...]) -> list[_Series]:
    """Return the places of all slices on the further axes, of which the last is the fastest."""
    scales: list[tuple[str, Floats]] = []
    # The axes of an image are x and y; what comes before them, if anything, is z.
    for name, size in zip(("w_axis", "z_axis", "y_axis")[-len(shape) :], shape, strict=False):
        node = data.get(name)
        values = node.numbers().ravel() if isinstance(node, Dataset) else np.empty(0)
        if isinstance(node, Dataset) and values.size == size:
            label = str(node.attributes.get("label", "")) or name.removesuffix("_axis").upper()
            unit = str(node.attributes.get("units", ""))
            scales.append((f"{label} / {unit}" if unit else label, values))
        else:
            scales.append((f"Slice {name[0]}", np.arange(1.0, size + 1)))
    return [
        tuple((label, float(scale[i])) for (label, scale), i in zip(scales, index, strict=True))
        for index in np.ndindex(shape)
    ]


def _spectrum(root: Group, energy: Floats, intensity: Floats, series: _Series) -> Spectrum:
    if not np.isfinite(intensity).all():
        raise SpectrumError("an intensity is not a finite number")
    warnings = [UNTESTED]
    unit: Unit = "counts" if are_counts(intensity) else "arbitrary"
    if unit == "arbitrary":
        warnings.append(NO_NOISE)
    else:
        warnings.append(f"{TAKEN_FOR_COUNTS}; the number of sweeps is not known")
    photon_energy = _number(root, "instrument/analyser/excitation_source/energy")
    axis = axis_of(_text(root, "acquisition/spectrum_definition/energy_mode"))
    if axis is None:
        axis = "kinetic"
        warnings.append(axis_taken_for("kinetic"))
    if photon_energy is None and axis == "kinetic":
        warnings.append(NO_BINDING_ENERGIES)
    name = _text(root, "acquisition/spectrum/name") or root.text("title")
    region = _text(root, "acquisition/spectrum_definition/element_set_name")
    return Spectrum(
        energy_ev=energy,
        intensity=intensity,
        axis=axis,
        unit=unit,
        name=name or region,
        sample=_text(root, "sample/name"),
        core_level=parse_core_level(name) or parse_core_level(region),
        photon_energy_ev=photon_energy,
        pass_energy_ev=_number(root, "acquisition/spectrum_definition/pass_energy"),
        dwell_s=_number(root, "acquisition/spectrum_definition/dwell_time"),
        instrument=f"Scienta Omicron {_text(root, 'instrument/analyser/model')}".strip(),
        acquired=_text(root, "acquisition/spectrum_log/start_time"),
        series=series,
        warnings=tuple(warnings),
    )


def _number(root: Group, path: str) -> float | None:
    """Return a quantity from where files of one or of several loops keep it."""
    for folder in _FOLDERS:
        value = root.number(folder + path)
        if value is not None and value > 0:
            return value
    return None


def _text(root: Group, path: str) -> str:
    return next((text for folder in _FOLDERS if (text := root.text(folder + path))), "")
