"""Read text dumps of Thermo Avantage (.avg): properties, axes and lists of counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import PureWindowsPath
from typing import Final

import numpy as np

from xps.errors import ReadError, SpectrumError
from xps.levels import parse_core_level
from xps.readers.avantage_axes import SpaceAxis, series_at
from xps.readers.collection import Collection
from xps.readers.content import Content
from xps.readers.doubts import NO_BINDING_ENERGIES, NO_RATES
from xps.readers.encoding import text_lines
from xps.readers.quantity import are_counts
from xps.spectrum import Spectrum

NAME: Final = "avantage-text"
UNTESTED: Final = "Avantage text dumps were not tested on real ones: check energies and counts"
_REMEDY = "dump the data space again, or export VAMAS from Avantage"
_MARK = b"Dump of DataSpace"
_MAX_VALUES = 16_000_000
_SOURCE = re.compile(r";\s*Dump of DataSpace\s+'([^']*)'")
_PROPERTY = re.compile(r"(DS_\w+)\s*:\s*VT_\w+\s*=\s*(.*)")
_DATA_AXIS = re.compile(r"\d+\s*=\s*\d+\s*,\s*\d+\s*,\s*(\d+)")
_SPACE_AXIS = re.compile(
    r"\d+\s*=\s*([^,]+),\s*([^,]+),\s*(\d+)\s*,\s*(\w+)\s*,\s*([\w-]+)\s*,"
    r"\s*'[^']*'\s*,\s*'([^']*)'\s*,\s*'([^']*)'"
)
_AXIS_VALUE = re.compile(r"SPACEAXIS=\s*(\d+).*?VALUE=\s*(?:'([^']*)'|([^;\s]+))")
_LIST = re.compile(r"LIST@\s*(\d+)\s*=\s*(.*)")
_MOMENT = re.compile(r"(\d+)/(\d+)/(\d{4})\s+(\d+):(\d+):(\d+)")


def recognizes(data: bytes) -> bool:
    """Tell whether the file begins as dumps of Avantage do."""
    return _MARK in data[:1024] and data.lstrip(b"\xef\xbb\xbf\r\n ").startswith(b";")


def read(content: Content) -> tuple[list[Spectrum], list[str]]:
    """Read all spectra of a dump: one, or those of the levels or places of a series.

    Raises
    ------
    ReadError
        If the dump is damaged, or holds pictures or values that are no spectra.
    """
    dump = _parse(text_lines(content.data, "this dump of Avantage (.avg)"))
    if not dump.axes or not dump.blocks:
        raise ReadError("this dump of Avantage has no axes or no data", _REMEDY)
    spectra = Collection(content, NAME)
    for block in dump.blocks:
        spectra.add(f"line {block.line}", partial(_spectrum, dump, block, content.stem))
    spectra.warn_of_all(UNTESTED)
    return spectra.finish()


@dataclass
class _Block:
    """The values of one spectrum, with its indices and its places on the axes."""

    line: int
    indices: tuple[int, ...]
    places: Mapping[int, str]
    values: dict[int, str] = field(default_factory=dict)


@dataclass
class _Dump:
    source: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    data_axes: list[int] = field(default_factory=list)
    axes: list[SpaceAxis] = field(default_factory=list)
    blocks: list[_Block] = field(default_factory=list)

    def text(self, name: str) -> str:
        """Return a text property without its quotes."""
        return self.properties.get(name, "").strip().strip("'").strip()

    def quantity(self, name: str) -> float | None:
        """Return a property that is a number above zero, without digits that it never had."""
        try:
            value = float(str(np.float32(self.properties.get(name, ""))))
        except ValueError:
            return None
        return value if np.isfinite(value) and value > 0 else None


def _parse(lines: list[str]) -> _Dump:
    dump = _Dump()
    section = ""
    places: dict[int, str] = {}
    n_values = 0
    for number, line in enumerate(lines, 1):
        words = line.strip()
        if words.startswith("$"):
            section, _, rest = words[1:].partition("=")
            if section == "AXISVALUE" and (match := _AXIS_VALUE.search(rest)):
                places[int(match[1])] = match[2] if match[3] is None else match[3]
            elif section == "DATA":
                indices = tuple(int(n) for n in rest.split(",")[1:] if n.strip().isdecimal())
                dump.blocks.append(_Block(number, indices, places))
                places = {}
        elif match := _LIST.match(words):
            n_values += _take_values(dump, match, number)
            if n_values > _MAX_VALUES:
                raise ReadError("the dump holds too many values", "export fewer levels at once")
        elif match := _PROPERTY.match(words):
            dump.properties[match[1]] = match[2]
        elif section == "DATAAXES" and (match := _DATA_AXIS.match(words)):
            dump.data_axes.append(int(match[1]))
        elif section == "SPACEAXES" and (match := _SPACE_AXIS.match(words)):
            dump.axes.append(_axis(match, number))
        elif match := _SOURCE.match(words):
            dump.source = match[1]
    return dump


def _axis(match: re.Match[str], line: int) -> SpaceAxis:
    try:
        start, step = float(match[1]), float(match[2])
    except ValueError:
        raise ReadError("an axis has no numbers", _REMEDY, where=f"line {line}") from None
    linear = match[5].upper() == "LINEAR"
    return SpaceAxis(match[4].upper(), start, step, int(match[3]), linear, match[7], match[6])


def _take_values(dump: _Dump, match: re.Match[str], line: int) -> int:
    if not dump.blocks:
        raise ReadError("values stand before any data", _REMEDY, where=f"line {line}")
    first = int(match[1])
    values = [text.strip() for text in match[2].split(",")]
    dump.blocks[-1].values.update(enumerate(values, first))
    return len(values)


def _spectrum(dump: _Dump, block: _Block, stem: str) -> Spectrum:
    energy = dump.axes[0].energies()
    intensity = _intensities(block, energy.size)
    warnings = []
    photon_energy = dump.quantity("DS_SOPROPID_ENERGY")
    dwell, sweeps = dump.quantity("DS_ACPROPID_ACQ_TIME"), dump.quantity("DS_ACPROPID_PERIODS")
    if photon_energy is None:
        warnings.append(NO_BINDING_ENERGIES)
    if dwell is None or sweeps is None:
        warnings.append(NO_RATES)
    counts = dump.text("DS_GEPROPID_VALUE_LABEL").lower() in ("", "counts")
    if counts and not are_counts(intensity):
        warnings.append("the counts are not whole numbers: their noise may not be that of counting")
    name = dump.text("DS_EXT_SUPROPID_TITLE") or stem
    position, series = _place(dump, block)
    return Spectrum(
        energy_ev=energy,
        intensity=intensity,
        axis="binding" if dump.text("DS_ACPROPID_EV_SCALE") == "2" else "kinetic",
        unit="counts" if counts else "arbitrary",
        name=name,
        sample=position or PureWindowsPath(dump.source).parent.name,
        core_level=parse_core_level(name),
        photon_energy_ev=photon_energy,
        pass_energy_ev=dump.quantity("DS_ANPROPID_PASS"),
        dwell_s=dwell,
        sweeps=sweeps,
        monochromatic={"true": True, "false": False}.get(dump.text("DS_SOPROPID_MONO").lower()),
        instrument=dump.text("DS_GEPROPID_INSTRUMENT"),
        acquired=_acquired(dump),
        series=series,
        warnings=tuple(warnings),
    )


def _intensities(block: _Block, size: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    if len(block.values) != size or any(index not in block.values for index in range(size)):
        raise SpectrumError(f"{size} energies are announced, but {len(block.values)} values stored")
    if "#empty#" in block.values.values():
        raise SpectrumError("it was defined, but not measured")
    try:
        return np.array([block.values[index] for index in range(size)], dtype=np.float64)
    except ValueError:
        raise SpectrumError("its values are not all numbers") from None


def _place(dump: _Dump, block: _Block) -> tuple[str, tuple[tuple[str, float], ...]]:
    """Return the name of the analysis point, and the place in the series."""
    groups, first = [], 0
    for size in dump.data_axes or [1] * len(dump.axes):
        groups.append(dump.axes[first : first + size])
        first += size
    if len(block.indices) != len(groups) - 1:
        raise SpectrumError(f"{len(block.indices)} indices do not place it on {len(groups)} axes")
    series = dict(series_at(groups[1:], block.indices))
    position = ""
    for number, text in block.places.items():
        if not 0 < number < len(dump.axes):
            continue
        try:
            series[dump.axes[number].name] = float(text)
        except ValueError:
            position = text
    return position, tuple(series.items())


def _acquired(dump: _Dump) -> str:
    """Return the date, which Avantage writes day first."""
    for name in ("DS_ACPROPID_START_TIME", "DS_EXT_SUPROPID_CREATED"):
        if match := _MOMENT.match(dump.text(name)):
            day, month, year, hour, minute, second = map(int, match.groups())
            return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
    return ""
