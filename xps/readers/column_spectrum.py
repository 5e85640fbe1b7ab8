"""Turn the columns of tables into spectra: find axis, unit, core level and names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from xps.errors import SpectrumError
from xps.levels import parse_core_level
from xps.readers.collection import Collection
from xps.readers.core_level import judge_axis, with_guessed_level
from xps.readers.doubts import (
    LIVE_TIME_UNKNOWN,
    NO_BINDING_ENERGIES,
    NO_COUNTING_NOISE,
    NO_NOISE,
    TAKEN_FOR_COUNTS,
    axis_taken_for,
)
from xps.readers.energy import separate_repeats
from xps.readers.quantity import are_counts, energy_of, unit_of
from xps.readers.text_columns import Scan, find_scans, names_no_energy
from xps.readers.text_header import Header, read_header
from xps.readers.text_table import MIN_ROWS, Table
from xps.spectrum import Axis, Floats, Spectrum, Unit

_CASA_COLUMN = re.compile(r"^(?:CPS|Counts)_(.+?)(?: \d+)?$")
_CASA_CYCLE_COLUMN = re.compile(r"^Cycle \d+:(.+):([^:]+):(?:CPS|Counts)$")
_LEVEL_IN_NAME = re.compile(r"[ _-]*[A-Z][a-z]?[ _]?[1-6][spdf](?![a-z0-9])[ _-]*")
_DECIMAL = re.compile(r"\d[.,]\d")


@dataclass(frozen=True)
class ColumnPlace:
    """Where a spectrum stands: number of the table and of its two columns, all from 0."""

    table: int
    energy: int
    intensity: int


def add_spectra(tables: Sequence[Table], stem: str, spectra: Collection) -> list[ColumnPlace]:
    """Add each intensity column of each table to a collection.

    Parameters
    ----------
    tables : sequence of Table
        In the order of the file; what a header does not repeat stands in earlier ones.
    stem : str
        Name of the file or sheet: the name of what has no other.
    spectra : Collection
        Gains the spectra, and warnings of the columns that are none.

    Returns
    -------
    list of ColumnPlace
        One for each spectrum gained.
    """
    places: list[ColumnPlace] = []
    for i, table in enumerate(tables):
        header = read_header([earlier.header for earlier in tables[: i + 1]])
        columns = [(scan, column) for scan in find_scans(table) for column in scan.intensities]
        for scan, column in columns:
            view = _Column(table, scan, column, header, stem, several=len(columns) > 1)
            place = f"line {table.line}, column {column + 1}"
            if spectra.add(place, partial(_spectrum, view)):
                places.append(ColumnPlace(i, scan.energy, column))
    return places


@dataclass(frozen=True)
class _Column:
    """One intensity column of a table, with all that can tell about it."""

    table: Table
    scan: Scan
    column: int
    header: Header
    stem: str
    several: bool

    @property
    def label(self) -> str:
        """The label of the intensities."""
        return self.table.labels[self.column]

    @property
    def energy_label(self) -> str:
        """The label of the energies."""
        return self.table.labels[self.scan.energy]


def _spectrum(view: _Column) -> Spectrum:
    if names_no_energy(view.energy_label):
        raise SpectrumError(f"its axis is {view.energy_label!r}, not an energy")
    warnings: list[str] = []
    values, scan, header = view.table.values, view.scan, view.header
    if scan.curves:
        warnings.append(f"fitted curves are not read: {', '.join(map(repr, scan.curves))}")
    present = _measured(values[:, scan.energy], values[:, view.column], warnings)
    energy = separate_repeats(values[present, scan.energy], warnings)
    intensity = values[present, view.column]
    sample, name = _names(view)
    spectrum = Spectrum(
        energy_ev=energy,
        intensity=intensity,
        axis="kinetic",
        unit="arbitrary",
        name=name,
        sample=sample,
        notes=header.text,
    )
    axis = _axis(view)
    if axis == "photon":
        # Kinetic and without photon energy, it can be shown but has nothing to be fitted on.
        warnings.append(
            "this is no XPS: the axis is the photon energy, as in X-ray absorption (NEXAFS); "
            "it has no binding energies"
        )
        return spectrum.with_(warnings=tuple(warnings))
    core_level = _core_level(name, view)
    photon_energy = header.photon_energy_ev or scan.photon_energy_ev
    if axis is None:
        axis = judge_axis(energy, core_level, photon_energy)
        warnings.append(axis_taken_for(axis))
    unit = _unit(view, intensity, warnings)
    if axis == "kinetic" and photon_energy is None:
        warnings.append(NO_BINDING_ENERGIES)
    if unit == "counts/s" and header.dwell_s is None:
        warnings.append(NO_COUNTING_NOISE)
    spectrum = spectrum.with_(
        axis=axis,
        unit=unit,
        core_level=core_level,
        photon_energy_ev=photon_energy,
        pass_energy_ev=header.pass_energy_ev,
        dwell_s=header.dwell_s,
        sweeps=scan.sweeps or header.sweeps,
        transmission=_transmission(view, present),
        warnings=tuple(warnings),
    )
    return spectrum if _has_name(view) else with_guessed_level(spectrum)


def _measured(energy: Floats, intensity: Floats, warnings: list[str]) -> NDArray[np.bool_]:
    """Tell which rows are full: columns of several lengths end with empty cells."""
    present: NDArray[np.bool_] = np.isfinite(energy) & np.isfinite(intensity)
    rows = np.flatnonzero(present)
    if rows.size < MIN_ROWS:
        raise SpectrumError(f"it has {rows.size} points, at least {MIN_ROWS} are needed")
    gaps = int(rows[-1] - rows[0] + 1 - rows.size)
    if gaps:
        warnings.append(f"{gaps} points without a number are left out")
    return present


def _transmission(view: _Column, present: NDArray[np.bool_]) -> Floats | None:
    if view.scan.transmission is None:
        return None
    transmission = view.table.values[present, view.scan.transmission]
    return transmission if (transmission > 0).all() else None


def _axis(view: _Column) -> Axis | Literal["photon"] | None:
    named = energy_of(view.energy_label)
    return view.header.axis if named is None or named == "energy" else named


def _unit(view: _Column, intensity: Floats, warnings: list[str]) -> Unit:
    header = view.header
    # The word "counts" in a header's prose is no unit of numbers that cannot be counts.
    by_header = None if header.unit == "counts" and not are_counts(intensity) else header.unit
    named = unit_of(view.label) or by_header
    if named is not None:
        return named
    if are_counts(intensity):
        known = "" if header.dwell_s else f"; {LIVE_TIME_UNKNOWN}"
        warnings.append(f"{TAKEN_FOR_COUNTS}{known}")
        return "counts"
    warnings.append(NO_NOISE)
    return "arbitrary"


def _names(view: _Column) -> tuple[str, str]:
    """Return the names of sample and spectrum."""
    if cycle := _CASA_CYCLE_COLUMN.match(view.label):
        return cycle[1], cycle[2]
    sample = view.header.sample or _LEVEL_IN_NAME.sub(" ", view.stem).strip() or view.stem
    if casa := _CASA_COLUMN.match(view.label):
        return sample, casa[1]
    if view.several and view.label:
        return sample, view.label
    return sample, view.header.name or view.stem


def _core_level(name: str, view: _Column) -> str | None:
    header = view.header
    # A line with a decimal number may name the level of a charge reference.
    lines = [line for line in header.text.splitlines() if not _DECIMAL.search(line)]
    for text in (header.core_level, name, view.label, header.name, *reversed(lines), view.stem):
        if text and (level := parse_core_level(text)):
            return level
    return None


def _has_name(view: _Column) -> bool:
    """Whether more than the name of the file tells what was measured."""
    return bool(view.header.core_level or view.header.name or (view.several and view.label))
