"""Read raw spectra of Thermo Avantage (.vgd): one spectrum in a compound file."""

from __future__ import annotations

import struct
from datetime import datetime
from pathlib import PureWindowsPath
from typing import Final

import numpy as np

from xps.errors import ReadError, SpectrumError
from xps.levels import parse_core_level
from xps.readers import ole
from xps.readers.collection import Collection
from xps.readers.content import Content
from xps.readers.quantity import are_counts
from xps.spectrum import Floats, Spectrum

NAME: Final = "avantage"
_REMEDY = "copy the file again from the instrument, or export VAMAS from Avantage"
# OLE directories name their streams in UTF-16.
_MARK = "VGData".encode("utf-16-le")
_SUMMARY = "\x05SummaryInformation"
_ACQUISITION = "\x05Q5nw4m3lIjudbfwyAayojlptCa"
_TITLE, _COMMENTS = 2, 6
_INSTRUMENT, _PATH = 6, 16
_PHOTON_ENERGY, _DWELL, _SWEEPS, _PASS_ENERGY = 105, 305, 306, 404
_STARTED, _ENDED = 303, 304
_AXES_AT = 4
_ENERGY_AXIS = struct.Struct("<Idd")
_ENERGY_AXIS_AT = 26


def recognizes(data: bytes) -> bool:
    """Tell whether this is a compound file with a stream of Avantage."""
    return data.startswith(ole.MAGIC) and _MARK in data


def read(content: Content) -> tuple[list[Spectrum], list[str]]:
    """Read the spectrum of a file.

    The intensities are counts summed over all sweeps, the energies kinetic. Their binding
    energy is the photon energy minus the kinetic energy, as Avantage shows it: a work
    function must not be subtracted.

    Raises
    ------
    ReadError
        If the file is damaged, or holds a map or depth profile.
    """
    streams = ole.streams(content.data, "Thermo Avantage file (.vgd)")
    spectra = Collection(content, NAME)
    spectra.add("the spectrum", lambda: _spectrum(streams, content.stem))
    return spectra.finish()


def _spectrum(streams: dict[str, bytes], stem: str) -> Spectrum:
    start, step, intensity = _measured(streams)
    energy = start + step * np.arange(intensity.size, dtype=np.float64)
    facts = ole.properties(streams.get(_ACQUISITION, b""))
    summary = ole.properties(streams.get(_SUMMARY, b""))
    photon_energy = _positive(facts.get(_PHOTON_ENERGY))
    dwell, sweeps = _positive(facts.get(_DWELL)), _positive(facts.get(_SWEEPS))
    name = _text(summary.get(_TITLE)) or stem
    warnings = []
    if photon_energy is None:
        warnings.append("the photon energy is not given: no binding energies")
    if dwell is None or sweeps is None:
        warnings.append("the live time is not given: no counts per second")
    if not are_counts(intensity):
        warnings.append("the counts are not whole numbers: their noise may not be that of counting")
    return Spectrum(
        energy_ev=energy,
        intensity=intensity,
        axis="kinetic",
        unit="counts",
        name=name,
        sample=PureWindowsPath(_text(facts.get(_PATH))).parent.name,
        core_level=parse_core_level(name),
        photon_energy_ev=photon_energy,
        pass_energy_ev=_positive(facts.get(_PASS_ENERGY)),
        dwell_s=dwell,
        sweeps=sweeps,
        instrument=_text(facts.get(_INSTRUMENT)),
        acquired=_moment(facts.get(_STARTED) or facts.get(_ENDED)),
        notes=_text(summary.get(_COMMENTS)),
        warnings=tuple(warnings),
    )


def _measured(streams: dict[str, bytes]) -> tuple[float, float, Floats]:
    """Return start and step of the kinetic energies in eV, and the counts."""
    axes, data = streams.get("VGSpaceAxes", b""), streams.get("VGData", b"")
    if len(axes) < _ENERGY_AXIS_AT + _ENERGY_AXIS.size or not data:
        raise ReadError("its energies or intensities are missing", _REMEDY)
    (n_axes,) = struct.unpack_from("<I", axes, _AXES_AT)
    n_points, start, step = _ENERGY_AXIS.unpack_from(axes, _ENERGY_AXIS_AT)
    if n_axes != 1:
        raise ReadError(
            f"it has {n_axes} axes, as maps and depth profiles have; Doublet reads single spectra",
            "export the spectra as VAMAS from Avantage",
        )
    if len(data) != 8 * n_points:
        raise ReadError(
            f"{n_points} energies are announced, but {len(data) / 8:g} intensities stored", _REMEDY
        )
    if not (np.isfinite(start) and np.isfinite(step)) or abs(start) + abs(step) * n_points > 1e6:
        raise SpectrumError(f"its energies start at {start:g} eV in steps of {step:g} eV")
    counts = np.frombuffer(data, dtype="<f8").astype(np.float64)
    if not np.isfinite(counts).all():
        raise SpectrumError("an intensity is not a finite number")
    return start, step, counts


def _positive(value: ole.Property | None) -> float | None:
    """Return a number that is a quantity; the shortest one of its single precision."""
    if not isinstance(value, float) or not np.isfinite(value) or value <= 0:
        return None
    return float(str(np.float32(value)))


def _text(value: ole.Property | None) -> str:
    return value if isinstance(value, str) else ""


def _moment(value: ole.Property | None) -> str:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else ""
