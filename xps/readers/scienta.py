"""Read text files of Scienta Omicron analyzers (SES): sections [Region n], [Info n], [Data n]."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Final

import numpy as np

from xps.errors import SpectrumError
from xps.levels import parse_core_level
from xps.readers.collection import Collection
from xps.readers.content import Content
from xps.readers.doubts import NO_BINDING_ENERGIES, NO_NOISE, axis_taken_for
from xps.readers.encoding import text_lines
from xps.readers.quantity import are_counts, axis_of
from xps.spectrum import Axis, Floats, Spectrum, Unit

NAME: Final = "scienta"
_SECTION = re.compile(r"\[(Info|Region|Data)(?: (\d+))?\]\s*")
_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[Info\]\s*\r?\n\s*Number of Regions=", re.IGNORECASE)
_UNIT_IN_NAME = re.compile(r"(.*?)\s*\[(.*)\]\s*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d\d:\d\d:\d\d")


def recognizes(data: bytes) -> bool:
    """Tell whether the file begins as those of SES do."""
    return _START.match(data[:512]) is not None


def read(content: Content) -> tuple[list[Spectrum], list[str]]:
    """Read all regions of a file; each slice of an image is a spectrum of a series.

    Raises
    ------
    ReadError
        If no region holds a spectrum.
    """
    spectra = Collection(content, NAME)
    sections = _sections(text_lines(content.data, "this text file of SES"))
    announced = key_values(sections.get(("Info", ""), [])).get("Number of Regions", "")
    numbers = [number for kind, number in sections if kind == "Data"]
    if announced.isdecimal() and announced.strip("0") != str(len(numbers)):
        spectra.warnings.append(f"{announced} regions are announced, but {len(numbers)} found")
    for number in numbers:
        facts = key_values(
            sections.get(("Region", number), []) + sections.get(("Info", number), [])
        )
        place = f"region {number}"
        try:
            values = _values(sections["Data", number])
        except SpectrumError as error:
            spectra.warnings.append(f"{place} is left out: {error.reason}")
            continue
        for slice_ in range(1, values.shape[1]):
            spectra.add(place, partial(spectrum_of, facts, values, slice_))
    return spectra.finish()


def _sections(text: list[str]) -> dict[tuple[str, str], list[str]]:
    """Return the lines of each section by its kind and number."""
    sections: dict[tuple[str, str], list[str]] = {}
    lines: list[str] = []
    for line in text:
        if match := _SECTION.fullmatch(line):
            lines = sections.setdefault((match[1], match[2] or ""), [])
        elif line.startswith("["):
            lines = []
        elif line.strip():
            lines.append(line)
    return sections


def key_values(lines: list[str]) -> dict[str, str]:
    """Return the lines "key=value" that SES writes."""
    pairs = (line.partition("=") for line in lines)
    return {key.strip(): value.strip() for key, equals, value in pairs if equals}


def _values(lines: list[str]) -> Floats:
    """Return the numbers, energies first, shape (points, 1 + slices)."""
    rows = [line.split() for line in lines]
    if not rows or len({len(row) for row in rows}) != 1 or len(rows[0]) < 2:
        raise SpectrumError("its lines do not all hold energy and intensity")
    try:
        return np.array(rows, dtype=np.float64)
    except ValueError:
        raise SpectrumError("its data are not all numbers") from None


def spectrum_of(facts: Mapping[str, str], values: Floats, slice_: int) -> Spectrum:
    """Build a spectrum of the facts that SES writes, in text files and notes of waves alike.

    Parameters
    ----------
    facts : mapping
    values : ndarray, shape (points, 1 + slices)
        Energies in eV, then intensities.
    slice_ : int
        Column of the intensities.

    Raises
    ------
    SpectrumError
        If these are no energies and intensities.
    """
    energy, intensity = values[:, 0], values[:, slice_]
    if not np.isfinite(intensity).all():
        raise SpectrumError("an intensity is not a finite number")
    warnings = []
    announced = facts.get("Dimension 1 size", "")
    if announced != str(energy.size):
        warnings.append(f"{announced or 'no'} points are announced, but {energy.size} stored")
    axis = _axis(facts, warnings)
    photon_energy = _number(facts, "Excitation Energy")
    if photon_energy is None and axis == "kinetic":
        warnings.append(NO_BINDING_ENERGIES)
    unit: Unit = "counts" if are_counts(intensity) else "arbitrary"
    if unit == "arbitrary":
        warnings.append(NO_NOISE)
    name = facts.get("Region Name", "")
    step_time = _number(facts, "Step Time")
    return Spectrum(
        energy_ev=energy,
        intensity=intensity,
        axis=axis,
        unit=unit,
        name=name,
        sample=facts.get("Sample", ""),
        core_level=parse_core_level(name),
        photon_energy_ev=photon_energy,
        pass_energy_ev=_number(facts, "Pass Energy"),
        dwell_s=None if step_time is None else step_time / 1000,
        sweeps=_number(facts, "Number of Sweeps"),
        instrument=facts.get("Instrument", ""),
        acquired=_acquired(facts),
        notes=facts.get("Comments", ""),
        series=_series(facts, slice_) if values.shape[1] > 2 else (),
        warnings=tuple(warnings),
    )


def _axis(facts: Mapping[str, str], warnings: list[str]) -> Axis:
    for key in ("Dimension 1 name", "Energy Scale"):
        if axis := axis_of(facts.get(key, "")):
            return axis
    warnings.append(axis_taken_for("kinetic"))
    return "kinetic"


def _series(facts: Mapping[str, str], slice_: int) -> tuple[tuple[str, float], ...]:
    """Return the place of a slice on the second axis, e.g. an angle."""
    scale = facts.get("Dimension 2 scale", "").split()
    try:
        place = float(scale[slice_ - 1])
    except (IndexError, ValueError):
        return (("Slice", float(slice_)),)
    name = facts.get("Dimension 2 name", "Slice")
    match = _UNIT_IN_NAME.fullmatch(name)
    return ((f"{match[1]} / {match[2]}" if match else name, place),)


def _number(facts: Mapping[str, str], key: str) -> float | None:
    try:
        value = float(facts.get(key, ""))
    except ValueError:
        return None
    return value if np.isfinite(value) and value > 0 else None


def _acquired(facts: Mapping[str, str]) -> str:
    date, time = facts.get("Date", ""), facts.get("Time", "")
    if not _DATE.fullmatch(date):
        return ""
    return f"{date}T{time}" if _TIME.fullmatch(time) else date
