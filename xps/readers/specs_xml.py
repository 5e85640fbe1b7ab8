"""Read XML files of SPECS' SpecsLab 2: raw counts of all channels of the detector."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Final
from xml.etree.ElementTree import Element

import numpy as np

from xps.errors import ReadError, SpectrumError
from xps.levels import parse_core_level
from xps.readers.collection import Collection
from xps.readers.content import Content
from xps.readers.specs_detector import MAX_POINTS, channel_offsets, sum_channels
from xps.readers.xml_text import elements
from xps.spectrum import Floats, Spectrum

NAME: Final = "specs-xml"
_REMEDY = "export the region again from SpecsLab, or as VAMAS or .xy"
_MARK = b"CORBA XML document"


def recognizes(data: bytes) -> bool:
    """Tell whether this is an XML document that SpecsLab 2 serialized."""
    return data[:512].lstrip(b"\xef\xbb\xbf\r\n ").startswith(b"<?xml") and _MARK in data[:2048]


def read(content: Content) -> tuple[list[Spectrum], list[str]]:
    """Read all regions of all groups; counts are summed over scans and detector channels.

    Each channel of the detector sees energies shifted in proportion to the pass energy. It was
    scanned further than the region by as much, so that its counts are moved by the nearest
    whole number of steps and summed: they remain counts.

    Raises
    ------
    ReadError
        If the document is damaged, or no XPS region is left.
    """
    regions: list[tuple[str, Element]] = []
    # The outermost element is the last to end.
    for document in elements(content.data, "this SpecsLab 2 file (.xml)", frozenset({"any"})):
        regions = list(_regions(document))
    spectra = Collection(content, NAME)
    for group, region in regions:
        name = _text(region, "name")
        cycles = list(_child(region, "cycles"))
        for i, cycle in enumerate(cycles):
            series = (("Cycle", float(i + 1)),) if len(cycles) > 1 else ()
            place = f"region {name}, cycle {i + 1}"
            spectra.add(place, partial(_spectrum, region, cycle, group, series))
    return spectra.finish()


def _regions(root: Element) -> Iterator[tuple[str, Element]]:
    """Yield each region with the name of its group."""
    for struct in root.iter("struct"):
        if struct.get("type_name") == "RegionGroup":
            for region in _child(struct, "regions"):
                yield _text(struct, "name"), region


def _spectrum(
    region: Element, cycle: Element, group: str, series: tuple[tuple[str, float], ...]
) -> Spectrum:
    definition = _child(region, "region")
    method = _text(definition, "analysis_method")
    if method and method.upper() != "XPS":
        raise SpectrumError(f"wrong technique: {method}, not XPS")
    mode = _text(_child(definition, "scan_mode"), "name")
    if mode and not mode.startswith("FixedAnalyzerTransmission"):
        raise SpectrumError(f"its scan mode is {mode!r}, not one of constant pass energy")
    step = _number(definition, "scan_delta")
    size = round(_number(definition, "values_per_curve"))
    if not 2 <= size <= MAX_POINTS or step <= 0:
        raise SpectrumError(f"it has {size} points in steps of {step:g} eV")
    pass_energy = _number(definition, "pass_energy")
    offsets = _offsets(region, pass_energy / step)
    scans = [_counts(scan, offsets, size) for scan in _child(cycle, "scans")]
    if not scans:
        raise SpectrumError("it has no scans")
    warnings = []
    announced = round(_number(definition, "num_scans"))
    if len(scans) != announced:
        warnings.append(f"{announced} scans are announced, but {len(scans)} stored")
    name = _text(region, "name")
    return Spectrum(
        energy_ev=_number(definition, "kinetic_energy") + step * np.arange(size, dtype=np.float64),
        intensity=np.sum(scans, axis=0),
        axis="kinetic",
        unit="counts",
        name=name,
        sample=group,
        core_level=parse_core_level(name),
        photon_energy_ev=_number(definition, "excitation_energy"),
        pass_energy_ev=pass_energy,
        dwell_s=_number(definition, "dwell_time"),
        sweeps=float(len(scans)),
        transmission=_transmission(region, size),
        instrument=_text(_child(region, "analyzer_info"), "name"),
        acquired=_acquired(cycle),
        series=series,
        warnings=tuple(warnings),
    )


def _offsets(region: Element, steps_per_shift: float) -> list[int]:
    """Return the index at which each channel of the detector saw the first energy."""
    head = _number(region, "mcd_head")
    detectors = _child(_child(region, "analyzer_info"), "detectors")
    shifts = [_number(detector, "shift") for detector in detectors]
    return channel_offsets(head, shifts, steps_per_shift)


def _counts(scan: Element, offsets: list[int], size: int) -> Floats:
    """Return the counts of a scan, summed over the channels of the detector."""
    values = _numbers(_child(scan, "counts"))
    factors = scan.find("*[@name='scaling_factors']")
    if factors is not None and (_numbers(factors) != 1).any():
        raise SpectrumError("its counts are scaled, which Doublet does not know how to undo")
    return sum_channels(values, offsets, size)


def _transmission(region: Element, size: int) -> Floats | None:
    stored = region.find("*[@name='transmission']")
    values = np.empty(0) if stored is None else _numbers(stored)
    return values if values.size == size and (values > 0).all() else None


def _acquired(cycle: Element) -> str:
    try:
        return datetime.fromtimestamp(_number(cycle, "time"), UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError, SpectrumError):
        return ""


def _child(parent: Element, name: str) -> Element:
    child = parent.find(f"*[@name='{name}']")
    if child is None:
        raise ReadError(f"{name!r} is missing in this SpecsLab 2 file", _REMEDY)
    return child


def _text(parent: Element, name: str) -> str:
    child = parent.find(f"*[@name='{name}']")
    return "" if child is None else (child.text or "").strip()


def _number(parent: Element, name: str) -> float:
    return bounded_number(_text(parent, name), name)


def bounded_number(text: str, name: str) -> float:
    """Return what a text says, if that is a number of a size that something can have.

    Raises
    ------
    SpectrumError
        If it is not.
    """
    try:
        value = float(text)
    except ValueError:
        raise SpectrumError(f"{name} should be a number, not {text[:40]!r}") from None
    if not abs(value) < 1e12:
        raise SpectrumError(f"{name} is {value:g}")
    return value


def _numbers(sequence: Element) -> Floats:
    """Return the numbers of a sequence, whose length is announced."""
    text = " ".join(child.text or "" for child in sequence)
    try:
        values = np.array(text.split(), dtype=np.float64)
    except ValueError:
        raise SpectrumError(f"its {sequence.get('name')} are not all numbers") from None
    announced = sequence.get("length", "")
    if announced != str(values.size) or not np.isfinite(values).all():
        raise SpectrumError(f"{announced} {sequence.get('name')} are announced, {values.size} read")
    return values
