"""Read raw spectra of Thermo Avantage (.vgd): compound files of a spectrum or a series."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import product
from pathlib import PureWindowsPath
from typing import Final

import numpy as np

from xps.errors import ReadError, SpectrumError
from xps.levels import parse_core_level
from xps.readers import ole
from xps.readers.avantage_axes import ENERGY, Series, SpaceAxis, grouped, series_at
from xps.readers.collection import Collection
from xps.readers.content import Content
from xps.readers.doubts import NO_BINDING_ENERGIES, NO_RATES
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
_N_AXES_AT = 4
_AXES_AT = 8
# Three headers of six bytes, then points, start, step, whether these hold, and the kind.
_AXIS = struct.Struct("<18xIdd?I")
_KINDS = {
    1: (ENERGY, "Energy", "eV"),
    3: ("X", "X", "µm"),
    4: ("Y", "Y", "µm"),
    6: ("ETCHLEVEL", "Etch Level", ""),
    8: ("ETCHTIME", "Etch Time", "s"),
    10: ("POSITION", "Position", ""),
}
_MOST_AXES = 8
_UNTESTED = "profiles and maps of Avantage were not tested on real ones: check their places"


def recognizes(data: bytes) -> bool:
    """Tell whether this is a compound file with a stream of Avantage."""
    return data.startswith(ole.MAGIC) and _MARK in data


def read(content: Content) -> tuple[list[Spectrum], list[str]]:
    """Read the spectrum of a file, or all those of a depth profile or map.

    The intensities are counts summed over all sweeps, the energies kinetic. Their binding
    energy is the photon energy minus the kinetic energy, as Avantage shows it: a work
    function must not be subtracted.

    Raises
    ------
    ReadError
        If the file is damaged.
    """
    streams = ole.streams(content.data, "Thermo Avantage file (.vgd)")
    spectra = Collection(content, NAME)
    facts = _Facts.of(streams, content.stem)
    try:
        energy, places, counts = _measured(streams)
    except SpectrumError as error:
        raise ReadError(error.reason, _REMEDY, where="the spectrum") from error
    for number, (series, intensity) in enumerate(zip(places, counts, strict=True), 1):
        spectra.add(f"spectrum {number}", partial(_spectrum, facts, energy, intensity, series))
    return spectra.finish()


@dataclass(frozen=True)
class _Facts:
    """The property sets of a file."""

    acquisition: dict[int, ole.Property]
    summary: dict[int, ole.Property]
    stem: str

    @classmethod
    def of(cls, streams: dict[str, bytes], stem: str) -> _Facts:
        """Return the facts of a file named `stem`."""
        return cls(
            ole.properties(streams.get(_ACQUISITION, b"")),
            ole.properties(streams.get(_SUMMARY, b"")),
            stem,
        )


def _spectrum(facts: _Facts, energy: Floats, intensity: Floats, series: Series) -> Spectrum:
    if not np.isfinite(intensity).all():
        raise SpectrumError("an intensity is not a finite number")
    acquisition, summary = facts.acquisition, facts.summary
    photon_energy = _positive(acquisition.get(_PHOTON_ENERGY))
    dwell, sweeps = _positive(acquisition.get(_DWELL)), _positive(acquisition.get(_SWEEPS))
    name = _text(summary.get(_TITLE)) or facts.stem
    warnings = [_UNTESTED] if series else []
    if photon_energy is None:
        warnings.append(NO_BINDING_ENERGIES)
    if dwell is None or sweeps is None:
        warnings.append(NO_RATES)
    if not are_counts(intensity):
        warnings.append("the counts are not whole numbers: their noise may not be that of counting")
    return Spectrum(
        energy_ev=energy,
        intensity=intensity,
        axis="kinetic",
        unit="counts",
        name=name,
        sample=PureWindowsPath(_text(acquisition.get(_PATH))).parent.name,
        core_level=parse_core_level(name),
        photon_energy_ev=photon_energy,
        pass_energy_ev=_positive(acquisition.get(_PASS_ENERGY)),
        dwell_s=dwell,
        sweeps=sweeps,
        instrument=_text(acquisition.get(_INSTRUMENT)),
        acquired=_moment(acquisition.get(_STARTED) or acquisition.get(_ENDED)),
        notes=_text(summary.get(_COMMENTS)),
        series=series,
        warnings=tuple(warnings),
    )


def _measured(streams: dict[str, bytes]) -> tuple[Floats, list[Series], Floats]:
    """Return kinetic energies in eV, the places of the spectra, and counts by spectrum."""
    data = streams.get("VGData", b"")
    first, *further = _axes(streams.get("VGSpaceAxes", b""))
    if not data:
        raise ReadError("its energies or intensities are missing", _REMEDY)
    energy = first.energies()
    n_values = len(data) / 8
    count = int(n_values) // energy.size
    if n_values != count * energy.size or (not further and count != 1):
        raise ReadError(
            f"{energy.size} energies are announced, but {n_values:g} intensities stored", _REMEDY
        )
    counts = np.frombuffer(data, dtype="<f8").astype(np.float64).reshape(count, energy.size)
    groups = grouped(further, count)
    places = [
        # The first of the further axes is the fastest.
        series_at(groups, tuple(reversed(indices)))
        for indices in product(*(range(group[0].size) for group in reversed(groups)))
    ]
    return energy, places, counts


def _axes(data: bytes) -> list[SpaceAxis]:
    if len(data) < _AXES_AT + _AXIS.size:
        raise ReadError("its energies or intensities are missing", _REMEDY)
    (n_axes,) = struct.unpack_from("<I", data, _N_AXES_AT)
    if not 1 <= n_axes <= _MOST_AXES or len(data) < _AXES_AT + n_axes * _AXIS.size:
        raise ReadError(f"it has {n_axes} axes, but {len(data)} bytes to describe them", _REMEDY)
    axes = []
    for i in range(n_axes):
        size, start, step, linear, code = _AXIS.unpack_from(data, _AXES_AT + i * _AXIS.size)
        kind, label, unit = _KINDS.get(code, (f"{code}", f"Axis {code}", ""))
        axes.append(SpaceAxis(kind, start, step, size, linear, label, unit))
    return axes


def _positive(value: ole.Property | None) -> float | None:
    """Return a number that is a quantity; the shortest one of its single precision."""
    if not isinstance(value, float) or not np.isfinite(value) or value <= 0:
        return None
    return float(str(np.float32(value)))


def _text(value: ole.Property | None) -> str:
    return value if isinstance(value, str) else ""


def _moment(value: ole.Property | None) -> str:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else ""
