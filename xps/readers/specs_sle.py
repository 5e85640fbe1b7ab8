"""Read databases of SPECS' SpecsLab Prodigy (.sle): a schedule in XML, scans in tables."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from xml.etree.ElementTree import Element

import numpy as np

from xps.errors import ReadError, SpectrumError
from xps.levels import parse_core_level
from xps.readers import sqlite_file
from xps.readers.collection import Collection
from xps.readers.content import Content
from xps.readers.specs_detector import MAX_POINTS, channel_offsets, sum_channels
from xps.readers.specs_xml import bounded_number
from xps.readers.sqlite_file import Row, Tables
from xps.readers.xml_text import elements
from xps.spectrum import Floats, Spectrum, Unit

NAME: Final = "specs-sle"
UNTESTED: Final = "Prodigy databases were not tested on real ones: check energies and counts"
_WHAT = "this Prodigy database (.sle)"
_REMEDY = "export the spectra from Prodigy as VAMAS or .xy"
_MARKS = (b"CountRateData", b"Configuration")
_METHODS = frozenset({"XPS", "UPS", "AES", "ISS", "ELS"})
_LOOP = re.compile(r"(Loop|Ramping Iteration)[^=]*=\s*(\d+)")
_MAX_SCAN_BYTES: Final = 256 << 20


def recognizes(data: bytes) -> bool:
    """Tell whether this is a database with the tables of Prodigy."""
    return data.startswith(sqlite_file.MAGIC) and all(mark in data for mark in _MARKS)


def read(content: Content) -> tuple[list[Spectrum], list[str]]:
    """Read all regions; scans and channels of the detector are summed, loops are a series.

    Channels are moved by whole steps, as in the XML files of SpecsLab 2 (`specs_xml`).

    Raises
    ------
    ReadError
        If the database is damaged, or no XPS region is left.
    """
    spectra = Collection(content, NAME)
    with sqlite_file.opened(content.data, _WHAT) as tables:
        for region in _regions(tables):
            try:
                loops = _loops(tables, region.node)
                settings = _settings(tables, region)
            except SpectrumError as error:
                spectra.warnings.append(f"region {region.name} is left out: {error.reason}")
                continue
            if not loops:
                spectra.warnings.append(f"region {region.name} is left out: it has no scans")
            for series, scans in loops.items():
                place = f"region {region.name}" + "".join(f", {k} {v:g}" for k, v in series)
                build = partial(_spectrum, tables, region, settings, series, scans)
                spectra.add(place, build)
    spectra.warn_of_all(UNTESTED)
    return spectra.finish()


@dataclass(frozen=True)
class _Region:
    """One spectrum of the schedule."""

    name: str
    group: str
    group_node: int
    node: int
    method: str
    element: Element


@dataclass(frozen=True)
class _Settings:
    """How a region was scanned; kinetic energies in eV."""

    start_ev: float
    step_ev: float
    size: int
    photon_energy_ev: float
    pass_energy_ev: float
    dwell_s: float


_Series = tuple[tuple[str, float], ...]


def _regions(tables: Tables) -> Iterator[_Region]:
    schedule = next((r["Value"] for r in tables.rows("Configuration", Key="Schedule")), None)
    if schedule is None:
        raise ReadError(f"{_WHAT} has no schedule", _REMEDY)
    nodes = {str(row["InternalID"]): row["Node"] for row in tables.rows("NodeMapping")
             if {"InternalID", "Node"} <= row.keys()}  # fmt: skip

    def node_of(element: Element) -> int:
        identifier = element.get("ID", "")
        return _whole(nodes.get(identifier, identifier), "a node of the schedule")

    for method in elements(_bytes(schedule), _WHAT, _METHODS):
        for group in method.iter("SpectrumGroup"):
            name = group.get("Name", "").partition("#")[0].rstrip(", ")
            for spectrum in group.iter("Spectrum"):
                yield _Region(
                    spectrum.get("Name", ""),
                    name,
                    node_of(group),
                    node_of(spectrum),
                    method.tag,
                    spectrum,
                )


def _settings(tables: Tables, region: _Region) -> _Settings:
    """Return what the analyzer was told, or where that was not stored, the schedule."""
    if region.method != "XPS":
        raise SpectrumError(f"wrong technique: {region.method}, not XPS")
    for element in _node_data(tables, region.node, "AnalyzerSpectrumParameters"):
        mode = element.get("ScanMode", "")
        if mode and not mode.startswith("FixedAnalyzerTransmission"):
            raise SpectrumError(f"its scan mode is {mode!r}, not one of constant pass energy")
        return _checked(
            _number(element, "KineticEnergy"),
            _number(element, "ScanDelta"),
            _number(element, "ValuesPerCurve"),
            _number(element, "ExcitationEnergy"),
            _number(element, "PassEnergy"),
            _number(element, "DwellTime"),
        )
    planned = region.element.find("FixedAnalyzerTransmissionSettings")
    if planned is None:
        raise SpectrumError("it was not scanned at constant pass energy")
    photon_energy, size = _number(planned, "Eexc"), _number(planned, "NumValues")
    kinetic = "Ekin" in planned.keys()  # noqa: SIM118 - an Element is a list of its children
    start, end = _number(planned, "Ekin" if kinetic else "Ebin"), _number(planned, "End")
    if not kinetic:
        start, end = photon_energy - start, photon_energy - end
    return _checked(
        start,
        (end - start) / max(size - 1, 1),
        size,
        photon_energy,
        _number(planned, "Epass"),
        _number(planned, "DwellTime"),
    )


def _checked(
    start: float, step: float, size: float, photon: float, pass_energy: float, dwell: float
) -> _Settings:
    if not (2 <= size <= MAX_POINTS and size == int(size)) or not step:
        raise SpectrumError(f"it has {size:g} points in steps of {step:g} eV")
    return _Settings(start, step, int(size), photon, pass_energy, dwell)


def _loops(tables: Tables, node: int) -> dict[_Series, list[Row]]:
    """Return the scans of a region by their place in loops, from 1."""
    loops: dict[_Series, list[Row]] = {}
    for row in tables.rows("RawData", Node=node):
        found = _LOOP.findall(str(row.get("Trace", "")))
        series = tuple((name, float(number) + 1) for name, number in found)
        loops.setdefault(series, []).append(row)
    if len(loops) == 1:
        (rows,) = loops.values()
        return {(): rows}
    return loops


def _spectrum(
    tables: Tables, region: _Region, settings: _Settings, series: _Series, scans: Sequence[Row]
) -> Spectrum:
    described = tables.rows("Spectrum", Node=region.node)
    row: Row = described[0] if described else {}
    offsets = _offsets(tables, region, settings, row)
    steps = _whole(row.get("Samples", settings.size), "its number of samples")
    raw = [_scan(tables, scan, steps * len(offsets)) for scan in scans]
    warnings: list[str] = []
    unit, factor = _unit(raw, settings.dwell_s, warnings)
    total = np.sum([sum_channels(values, offsets, settings.size) for values in raw], axis=0)
    intensity = np.rint(total * factor) if unit == "counts" else total
    size = settings.size
    return Spectrum(
        energy_ev=settings.start_ev + settings.step_ev * np.arange(size, dtype=np.float64),
        intensity=intensity,
        axis="kinetic",
        unit=unit,
        name=region.name,
        sample=region.group,
        core_level=parse_core_level(region.name),
        photon_energy_ev=settings.photon_energy_ev,
        pass_energy_ev=settings.pass_energy_ev,
        dwell_s=settings.dwell_s,
        sweeps=float(len(scans)),
        transmission=_transmission(row, size),
        acquired=_acquired(scans[0]),
        notes=(region.element.findtext("Comment") or "").strip(),
        series=series,
        warnings=tuple(warnings),
    )


def _offsets(tables: Tables, region: _Region, settings: _Settings, row: Row) -> list[int]:
    channels = _whole(row.get("EnergyChns", 1), "its number of channels")
    calibration = _node_data(tables, region.group_node, "Detector")
    shifts = [_number(detector, "Shift") for detector in calibration]
    if channels == 1 and len(shifts) != 1:
        shifts = [0.0]
    if len(shifts) != channels:
        raise SpectrumError(f"its detector has {channels} channels, but {len(shifts)} described")
    head = float(_whole(row.get("McdHead", 0) or 0, "its head"))
    return channel_offsets(head, shifts, settings.pass_energy_ev / settings.step_ev)


def _scan(tables: Tables, scan: Row, size: int) -> Floats:
    """Return the values of a scan, whose width in bytes follows from their number."""
    chunks = tables.rows("CountRateData", RawID=scan.get("RawID", scan.get("RawId")))
    chunks.sort(key=lambda row: _whole(row.get("Offset", 0), "an offset"))
    data = b"".join(_unpacked(_bytes(row.get("Data"))) for row in chunks)
    if not 0 < size <= len(data) or len(data) not in (4 * size, 8 * size):
        raise SpectrumError(f"{size} values are announced, but {len(data)} bytes stored")
    values = np.frombuffer(data, dtype=f"<f{len(data) // size}").astype(np.float64)
    if not np.isfinite(values).all():
        raise SpectrumError("an intensity is not a finite number")
    return values


def _unpacked(data: bytes) -> bytes:
    """Return a block that later versions compress, within bounds."""
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(data, _MAX_SCAN_BYTES)
    except zlib.error:
        return data
    return plain if unpacker.eof else data


def _unit(raw: Sequence[Floats], dwell_s: float, warnings: list[str]) -> tuple[Unit, float]:
    """Return the unit that makes the values of all channels whole, and what makes them so.

    Rates are whole, too, where one second holds a whole number of dwell times: then the
    smaller numbers are the counts, for counts have no common divisor.
    """
    for factor in sorted((1.0, dwell_s)):
        if all(np.allclose(v * factor, np.rint(v * factor), rtol=1e-6, atol=1e-3) for v in raw):
            taken = "counts" if factor == 1 else "counts per second"
            warnings.append(f"the unit is not given: whole numbers make the values {taken}")
            return "counts", factor
    warnings.append("the unit is not given and the values are not whole: the noise is not known")
    return "arbitrary", 1.0


def _transmission(row: Row, size: int) -> Floats | None:
    data = row.get("TransmissionData")
    if not isinstance(data, bytes) or len(data) not in (4 * size, 8 * size):
        return None
    values = np.frombuffer(data, dtype=f"<f{len(data) // size}").astype(np.float64)
    return values if np.isfinite(values).all() and (values > 0).all() else None


def _node_data(tables: Tables, node: int, name: str) -> list[Element]:
    """Return the elements of one name in what is stored about a node."""
    found: list[Element] = []
    for row in tables.rows("NodeData", Node=node):
        # Elements are cleared once they were given away: copy what is wanted of them.
        found += [_copied(e) for e in elements(_bytes(row.get("Data")), _WHAT, frozenset({name}))]
    return found


def _copied(element: Element) -> Element:
    return Element(element.tag, dict(element.attrib))


def _acquired(scan: Mapping[str, object]) -> str:
    try:
        moment = datetime.strptime(str(scan.get("ScanDate")), "%Y-%b-%d %H:%M:%S.%f")  # noqa: DTZ007 - local time of an unknown place
    except ValueError:
        return ""
    return moment.isoformat(timespec="seconds")


def _bytes(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8", errors="replace")
    return value if isinstance(value, bytes) else b""


def _whole(value: object, what: str) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise SpectrumError(f"{what} is {str(value)[:40]!r}, not a whole number") from None


def _number(element: Element, name: str) -> float:
    return bounded_number(element.get(name, ""), name)
