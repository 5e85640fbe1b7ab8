"""Read spectra from columns of text: CSV, TXT, XY, and CasaXPS exports of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from xps.errors import ReadError, SpectrumError
from xps.levels import parse_core_level
from xps.readers.content import Content
from xps.readers.core_level import judge_axis
from xps.readers.encoding import decode
from xps.readers.energy import separate_repeats
from xps.readers.quantity import are_counts, energy_of, unit_of
from xps.readers.text_columns import Scan, find_scans, names_no_energy
from xps.readers.text_header import Header, read_header
from xps.readers.text_table import MIN_ROWS, Table, find_tables
from xps.spectrum import Axis, Floats, Source, Spectrum, Unit

NAME: Final = "text"
MAX_BYTES = 64 << 20
_VAMAS_ENDINGS = frozenset({".vms", ".npl", ".vamas"})
_CASA_COLUMN = re.compile(r"^(?:CPS|Counts)_(.+?)(?: \d+)?$")
_CASA_CYCLE_COLUMN = re.compile(r"^Cycle \d+:(.+):([^:]+):(?:CPS|Counts)$")
_LEVEL_IN_NAME = re.compile(r"[ _-]*[A-Z][a-z]?[ _]?[1-6][spdf](?![a-z0-9])[ _-]*")
_DECIMAL = re.compile(r"\d[.,]\d")


def read(content: Content) -> tuple[list[Spectrum], list[str]]:
    """Read all tables of a file whose columns are energies and intensities.

    Returns
    -------
    spectra : list of Spectrum
    warnings : list of str

    Raises
    ------
    ReadError
        If there is no table, or none of its columns is a spectrum.
    """
    if len(content.data) > MAX_BYTES:
        size = len(content.data) >> 20
        raise ReadError(
            f"the text file is too large: {size} MB, at most {MAX_BYTES >> 20} MB",
            "export VAMAS, or fewer spectra per file",
        )
    tables = find_tables(decode(content.data))
    if not tables:
        raise _no_table(content)
    spectra: list[Spectrum] = []
    warnings: list[str] = []
    for i, table in enumerate(tables):
        header = read_header([earlier.header for earlier in tables[: i + 1]])
        for scan in find_scans(table):
            for column in scan.intensities:
                source = content.source(NAME, len(spectra))
                try:
                    spectra.append(_spectrum(table, scan, column, header, content.stem, source))
                except SpectrumError as error:
                    warnings.append(f"line {table.line}, column {column + 1} is left out: "
                                    f"{error.reason}")  # fmt: skip
    if not spectra:
        where, _, reason = (warnings or [": only one column of numbers"])[0].partition(": ")
        raise ReadError(
            reason,
            "give one column of rising or falling energies, then intensities",
            where=where.removesuffix(" is left out") or f"line {tables[0].line}",
        )
    return spectra, warnings


def _no_table(content: Content) -> ReadError:
    if Path(content.name).suffix.lower() in _VAMAS_ENDINGS:
        return ReadError(
            "no VAMAS file in spite of its name: it does not begin with the line "
            "'VAMAS Surface Chemical Analysis Standard Data Transfer Format'",
            "export it again; a fragment of a file cannot be read",
            where="line 1",
        )
    return ReadError(
        f"no columns of numbers: at least {MIN_ROWS} rows of energy and intensity are needed",
        "export the spectrum as VAMAS or as columns of text",
    )


def _spectrum(
    table: Table, scan: Scan, column: int, header: Header, stem: str, source: Source
) -> Spectrum:
    warnings: list[str] = []
    if scan.curves:
        warnings.append(f"fitted curves are not read: {', '.join(map(repr, scan.curves))}")
    if names_no_energy(table.labels[scan.energy]):
        raise SpectrumError(f"its axis is {table.labels[scan.energy]!r}, not an energy")
    present = _measured(table.values[:, scan.energy], table.values[:, column], warnings)
    energy, intensity = table.values[present, scan.energy], table.values[present, column]
    label = table.labels[column]
    sample, name = _names(label, header, stem, several=len(scan.intensities) > 1)
    core_level = _core_level(name, label, header, stem)
    photon_energy = header.photon_energy_ev or scan.photon_energy_ev
    axis = _axis(table.labels[scan.energy], header)
    if axis == "photon":
        return _absorption_spectrum(energy, intensity, name, sample, header, warnings, source)
    if axis is None:
        axis = judge_axis(energy, core_level, photon_energy)
        warnings.append(f"the kind of energy is not given: taken for {axis} energy")
    unit = _unit(label, header, intensity, warnings)
    if axis == "kinetic" and photon_energy is None:
        warnings.append("the photon energy is not given: no binding energies")
    if unit == "counts/s" and header.dwell_s is None:
        warnings.append("the live time is not given: the counting noise is not known")
    return Spectrum(
        energy_ev=separate_repeats(energy, warnings),
        intensity=intensity,
        axis=axis,
        unit=unit,
        name=name,
        sample=sample,
        core_level=core_level,
        photon_energy_ev=photon_energy,
        pass_energy_ev=header.pass_energy_ev,
        dwell_s=header.dwell_s,
        sweeps=scan.sweeps or header.sweeps,
        transmission=_transmission(table, scan, present),
        notes=header.text,
        warnings=tuple(warnings),
        origin=source,
    )


def _absorption_spectrum(
    energy: Floats,
    intensity: Floats,
    name: str,
    sample: str,
    header: Header,
    warnings: list[str],
    source: Source,
) -> Spectrum:
    """Keep an absorption spectrum for viewing, without anything that XPS could be made of.

    Its axis is called kinetic and its photon energy left open, so that there is no binding
    energy to fit.
    """
    warnings.append(
        "this is no XPS: the axis is the photon energy, as in X-ray absorption (NEXAFS); "
        "it has no binding energies"
    )
    return Spectrum(
        energy_ev=energy,
        intensity=intensity,
        axis="kinetic",
        unit="arbitrary",
        name=name,
        sample=sample,
        notes=header.text,
        warnings=tuple(warnings),
        origin=source,
    )


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


def _transmission(table: Table, scan: Scan, present: NDArray[np.bool_]) -> Floats | None:
    if scan.transmission is None:
        return None
    transmission = table.values[present, scan.transmission]
    return transmission if (transmission > 0).all() else None


def _axis(label: str, header: Header) -> Axis | Literal["photon"] | None:
    named = energy_of(label)
    return header.axis if named is None or named == "energy" else named


def _unit(label: str, header: Header, intensity: Floats, warnings: list[str]) -> Unit:
    named = unit_of(label) or header.unit
    if named is not None:
        return named
    if are_counts(intensity):
        known = "" if header.dwell_s else "; the live time is not known"
        warnings.append(f"whole numbers are taken for counts{known}")
        return "counts"
    warnings.append("the unit of the intensities is not given: the noise is not known")
    return "arbitrary"


def _names(label: str, header: Header, stem: str, *, several: bool) -> tuple[str, str]:
    """Return the names of sample and spectrum."""
    if cycle := _CASA_CYCLE_COLUMN.match(label):
        return cycle[1], cycle[2]
    sample = header.sample or _LEVEL_IN_NAME.sub(" ", stem).strip() or stem
    if casa := _CASA_COLUMN.match(label):
        return sample, casa[1]
    if several and label:
        return sample, label
    return sample, header.name or stem


def _core_level(name: str, label: str, header: Header, stem: str) -> str | None:
    # A line with a decimal number may name the level of a charge reference.
    lines = [line for line in header.text.splitlines() if not _DECIMAL.search(line)]
    for text in (header.core_level, name, label, header.name, *reversed(lines), stem):
        if text and (level := parse_core_level(text)):
            return level
    return None
