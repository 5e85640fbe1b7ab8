"""Read NeXus files (HDF5) of photoemission: NXxps, NXmpes, and other entries with energies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from xps.errors import ReadError, SpectrumError
from xps.hdf5 import MAGIC, Dataset, Group, open_file
from xps.levels import parse_core_level
from xps.readers.collection import Collection
from xps.readers.content import Content
from xps.readers.doubts import (
    LIVE_TIME_UNKNOWN,
    NO_BINDING_ENERGIES,
    NO_COUNTING_NOISE,
    TAKEN_FOR_COUNTS,
    axis_taken_for,
)
from xps.readers.nexus_fit import fit_text
from xps.readers.nexus_terms import OWN_GROUP, OWN_MARK
from xps.readers.quantity import are_counts, energy_of, unit_of
from xps.spectrum import Axis, Floats, Spectrum, Unit

NAME: Final = "nexus"
_WHAT: Final = "this NeXus file"
_MOST_SPECTRA: Final = 200_000
_EV_PER_UNIT: Final = {"eV": 1.0, "keV": 1e3, "meV": 1e-3, "": 1.0}
_LONGEST_DWELL_S: Final = 100.0
_SECONDS: Final = {"s": 1.0, "": 1.0, "second": 1.0, "ms": 1e-3}
_ANALYZER: Final = "NXelectronanalyzer"
_DETECTOR: Final = "NXelectron_detector"
_MOMENT = re.compile(r"(\d{4})-\d\d-\d\d(T\d\d:\d\d:\d\d)?")


def recognizes(data: bytes) -> bool:
    """Tell whether this is an HDF5 file whose groups have NeXus classes."""
    return data.startswith(MAGIC) and b"NX_class" in data


def read(content: Content) -> tuple[list[Spectrum], list[str]]:
    """Read the default data of each entry; further axes make a series.

    Raises
    ------
    ReadError
        If the file is damaged, or no entry holds a spectrum.
    """
    root = open_file(content.data, _WHAT)
    spectra = Collection(content, NAME)
    for name, entry in root.groups():
        if entry.attributes.get("NX_class") != "NXentry":
            continue
        try:
            for build in _spectra(name, entry):
                spectra.add(f"entry {name}", build)
                if len(spectra.spectra) > _MOST_SPECTRA:
                    raise ReadError(f"{_WHAT} holds more than {_MOST_SPECTRA} spectra")
        except SpectrumError as error:
            spectra.warnings.append(f"entry {name} is left out: {error.reason}")
    return spectra.finish()


@dataclass(frozen=True)
class Signal:
    """The measured data of an entry, of any number of dimensions.

    Attributes
    ----------
    measured : Dataset
    at : int
        Which dimension runs over the energies.
    """

    measured: Dataset
    at: int
    _facts: _Facts
    _others: tuple[_Axis | None, ...]
    _labels: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the places."""
        assert self.measured.shape is not None
        return self.measured.shape[: self.at] + self.measured.shape[self.at + 1 :]

    @property
    def n_points(self) -> int:
        """Number of energies."""
        return self._facts.energies.values.size

    def place(self, index: tuple[int, ...]) -> tuple[tuple[str, float], ...]:
        """Return where a spectrum was taken, as `Spectrum.series`."""
        return tuple(
            (label, i + 1.0)
            if axis is None or i >= axis.values.size
            else (axis.label, float(axis.values[i]))
            for axis, label, i in zip(self._others, self._labels, index, strict=True)
        )

    def spectrum(self, intensity: Floats, index: tuple[int, ...]) -> Spectrum:
        """Return the spectrum of these intensities, at a place."""
        return self._facts.spectrum(intensity, self.place(index))


def signal_of(name: str, entry: Group) -> Signal:
    """Return the default data of an entry, without their values.

    Raises
    ------
    ReadError
        If the file is damaged.
    SpectrumError
        If it has no data over energies.
    """
    data = _data(entry)
    signal = data.attributes.get("signal", "data")
    measured = data.get(signal) if isinstance(signal, str) else None
    if not isinstance(measured, Dataset) or measured.shape is None:
        raise SpectrumError("it has no signal")
    axes = data.attributes.get("axes", ())
    names = list(map(str, axes)) if isinstance(axes, tuple) else [str(axes)]
    columns = [_axis(data, axis) for axis in names]
    at = next((i for i, axis in enumerate(columns) if axis and axis.is_energy), None)
    energies = None if at is None else columns[at]
    if at is None or energies is None:
        raise SpectrumError("its data have no axis of energies")
    if len(measured.shape) != len(names) or energies.values.size != measured.shape[at]:
        shape = " × ".join(map(str, measured.shape))
        raise SpectrumError(f"{energies.values.size} energies do not fit data of {shape}")
    return Signal(
        measured,
        at,
        _Facts(name, entry, data, measured, energies),
        tuple(axis for i, axis in enumerate(columns) if i != at),
        tuple(label for i, label in enumerate(names) if i != at),
    )


def _spectra(name: str, entry: Group) -> Iterator[partial[Spectrum]]:
    """Yield what builds each spectrum of an entry."""
    signal = signal_of(name, entry)
    moved = np.moveaxis(signal.measured.numbers(), signal.at, -1)
    for index in np.ndindex(moved.shape[:-1]):
        yield partial(signal.spectrum, moved[index], index)


def _data(entry: Group) -> Group:
    """Return the group of the measured data: fits may be the default of a file."""
    data = entry.get("data")
    if isinstance(data, Group) and data.attributes.get("NX_class") == "NXdata":
        return data
    for _, group in entry.groups():
        if group.attributes.get("NX_class") == "NXdata":
            return group
    raise SpectrumError("it has no data")


class _Axis:
    """An axis of data: its values in eV, if these are energies."""

    def __init__(self, name: str, node: Dataset) -> None:
        self.name = name
        self.units = str(node.attributes.get("units", ""))
        kind = str(node.attributes.get("type", ""))
        label = str(node.attributes.get("long_name", ""))
        energies = (energy_of(kind), energy_of(label), energy_of(name))
        self.axis: Axis | None = next((e for e in energies if e in ("binding", "kinetic")), None)
        self.is_energy = self.axis is not None or "energy" in energies
        self.values = node.numbers()
        if self.is_energy:
            if self.units not in _EV_PER_UNIT:
                raise SpectrumError(f"its energies are in {self.units!r}, not in eV")
            scale = _EV_PER_UNIT[self.units]
            self.values = self.values if scale == 1 else self.values * scale

    @property
    def label(self) -> str:
        """Name and unit as a series has them."""
        return f"{self.name} / {self.units}" if self.units else self.name


def _axis(data: Group, name: str) -> _Axis | None:
    node = data.get(name)
    if not isinstance(node, Dataset) or node.is_text or node.shape is None or len(node.shape) != 1:
        return None
    return _Axis(name, node)


class _Facts:
    """What an entry says about its spectra."""

    def __init__(
        self, name: str, entry: Group, data: Group, measured: Dataset, energies: _Axis
    ) -> None:
        self.name = name
        self.entry = entry
        self.energies = energies
        self.units = str(measured.attributes.get("units", ""))
        self.transmission = data.numbers("transmission")
        own = entry.get(OWN_GROUP)
        self.own = own if isinstance(own, Group) and own.text("format") == OWN_MARK else None
        self.analyzer = _of_class(entry, _ANALYZER)

    def spectrum(self, intensity: Floats, series: tuple[tuple[str, float], ...]) -> Spectrum:
        """Return the spectrum of these intensities."""
        entry, warnings = self.entry, list[str]()
        axis = self.energies.axis
        if axis is None:
            axis = "binding"
            warnings.append(axis_taken_for("binding"))
        unit = self._unit(intensity, warnings)
        photon_energy = self._photon_energy()
        if axis == "kinetic" and photon_energy is None:
            warnings.append(NO_BINDING_ENERGIES)
        title = self.name if self.own is None else self.own.text("name")
        core_level = parse_core_level(entry.text("core_level")) or parse_core_level(title)
        transmission = self.transmission
        covers = transmission is not None and transmission.shape == intensity.shape
        if transmission is not None and not (covers and (transmission > 0).all()):
            warnings.append("the transmission does not fit the data and was left out")
            transmission = None
        spectrum = Spectrum(
            energy_ev=self.energies.values,
            intensity=intensity,
            axis=axis,
            unit=unit,
            name=title,
            sample=entry.text("sample/name"),
            core_level=core_level,
            photon_energy_ev=photon_energy,
            pass_energy_ev=_positive(self._analyzer_number("energydispersion/pass_energy")),
            dwell_s=self._dwell(warnings),
            transmission=transmission,
            source_label=entry.text("instrument/source_probe/name"),
            instrument=entry.text("instrument/name"),
            acquired=_acquired(entry.text("start_time")),
            series=series,
            warnings=tuple(warnings),
        )
        if self.own is not None:
            spectrum = _with_own(spectrum, self.own)
        elif not series:
            spectrum = spectrum.with_(notes=fit_text(self.entry))
        if spectrum.unit == "counts/s" and spectrum.live_time_s is None:
            unknown = NO_COUNTING_NOISE
            spectrum = spectrum.with_(warnings=(*spectrum.warnings, unknown))
        return spectrum

    def _unit(self, intensity: Floats, warnings: list[str]) -> Unit:
        named = unit_of(self.units)
        if named is not None:
            return named
        if not self.units and are_counts(intensity):
            warnings.append(f"{TAKEN_FOR_COUNTS}; {LIVE_TIME_UNKNOWN}")
            return "counts"
        if self.own is None:
            warnings.append(f"the unit {self.units!r} is none of intensities: unknown noise")
        return "arbitrary"

    def _photon_energy(self) -> float | None:
        for path in ("instrument/beam_probe/incident_energy", "instrument/beam/incident_energy"):
            node = self.entry.get(path)
            if isinstance(node, Dataset):
                scale = _EV_PER_UNIT.get(str(node.attributes.get("units", "")))
                value = _positive(self.entry.number(path))
                return value * scale if value is not None and scale else None
        return None

    def _analyzer_number(self, path: str) -> float | None:
        return None if self.analyzer is None else self.analyzer.number(path)

    def _dwell(self, warnings: list[str]) -> float | None:
        detector = None if self.analyzer is None else _of_class(self.analyzer, _DETECTOR)
        node = None if detector is None else detector.get("count_time")
        if detector is None or not isinstance(node, Dataset):
            return None
        value = _positive(detector.number("count_time"))
        scale = _SECONDS.get(str(node.attributes.get("units", "")))
        if value is None or scale is None:
            return None
        if self.own is None and value * scale > _LONGEST_DWELL_S:
            warnings.append(f"a dwell time of {value * scale:g} s is not believed and left out")
            return None
        return value * scale


def _with_own(spectrum: Spectrum, own: Group) -> Spectrum:
    """Add what NXxps has no place for."""
    labels = own.get("series_label")
    values = own.numbers("series_value")
    monochromatic = own.number("monochromatic")
    series = spectrum.series
    if isinstance(labels, Dataset) and values is not None:
        texts = labels.texts()
        series = tuple(zip(texts, values.ravel().tolist(), strict=False))
    return spectrum.with_(
        core_level=parse_core_level(own.text("core_level")),
        sweeps=_positive(own.number("sweeps")),
        source_label=own.text("source_label"),
        monochromatic=None if monochromatic is None else bool(monochromatic),
        acquired=own.text("acquired"),
        notes=own.text("notes"),
        series=series,
    )


def _of_class(group: Group, kind: str) -> Group | None:
    """Return the first group of a class, in a group or in its instrument."""
    instrument = group.get("instrument")
    for parent in (group, instrument):
        if isinstance(parent, Group):
            for _, member in parent.groups():
                if member.attributes.get("NX_class") == kind:
                    return member
    return None


def _positive(value: float | None) -> float | None:
    return value if value is not None and 0 < value < 1e36 else None


def _acquired(text: str) -> str:
    """Return a date that is one: the year 1 stands for none."""
    match = _MOMENT.match(text)
    return text if match and int(match[1]) > 1900 else ""
