"""What the panels of a figure show: data, model and reasons, before anything is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
from numpy.typing import NDArray

from xps.errors import XpsError
from xps.measured import measured
from xps.problem import RegionCurves, evaluate
from xps.project import Entry, Project
from xps.spectrum import Spectrum
from xps.tables import NOT_FITTED, RegionTable, region_tables

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Panel:
    """One sample at one core level.

    Attributes
    ----------
    letter : str
        Of the panel within its figure; "" before `lettered`.
    sample : str
    energy_ev, intensity : ndarray, shape (n,)
        The data points, charge corrected, ascending; empty where they cannot be drawn.
    masked : (ndarray, ndarray), each of shape (m,)
        Energies and intensities of the points that are masked, which are not among these.
    intensity_unit : str
        "counts/s", "counts" or "arbitrary".
    window_ev : (float, float)
        What the energy axis must show.
    table : RegionTable or None
        None where the spectrum has no region.
    curves : RegionCurves or None
        None where there is no fit to draw.
    message : str
        Why there is no fit, or why it is stale; "" where it is fresh.
    """

    letter: str
    sample: str
    energy_ev: Floats
    intensity: Floats
    masked: tuple[Floats, Floats]
    intensity_unit: str
    window_ev: tuple[float, float]
    table: RegionTable | None
    curves: RegionCurves | None
    message: str


@dataclass(frozen=True)
class Column:
    """The panels of one core level, one for each row; None where a sample lacks it."""

    core_level: str
    panels: tuple[Panel | None, ...]

    @property
    def drawn(self) -> tuple[Panel, ...]:
        """The panels that are there."""
        return tuple(panel for panel in self.panels if panel is not None)

    @property
    def window_ev(self) -> tuple[float, float]:
        """Energies that show every panel's window; of fitted panels, where there are any."""
        panels = [panel for panel in self.drawn if panel.table is not None] or self.drawn
        return min(p.window_ev[0] for p in panels), max(p.window_ev[1] for p in panels)


def columns(
    project: Project,
    core_levels: Sequence[str] | None,
    samples: Sequence[str] | None,
    failures: Mapping[str, XpsError] | None,
) -> tuple[Column, ...]:
    """Arrange a project for a figure: core levels side by side, samples below each other.

    Raises
    ------
    XpsError
        If there is nothing to draw, or a core level or sample is not in the project.
    """
    tables = {table.entry.id: table for table in region_tables(project, failures)}
    levels = {
        entry.id: tables[entry.id].region.core_level
        if entry.id in tables
        else entry.spectrum.core_level
        for entry in project.entries
    }
    analyzed = dict.fromkeys(region.core_level for region in project.regions)
    known = analyzed or dict.fromkeys(level for level in levels.values() if level)
    names = [sample.name for sample in project.samples]
    wanted_levels = _chosen("core level", core_levels, list(known), list(levels.values()))
    wanted = _chosen("sample", samples, names, names)
    entries = {
        (sample, level): [
            entry
            for entry in project.entries
            if entry.sample == sample and levels[entry.id] == level
        ]
        for sample in wanted
        for level in wanted_levels
    }
    places = [
        (sample, replicate)
        for sample in wanted
        for replicate in range(
            max((len(entries[sample, level]) for level in wanted_levels), default=0)
        )
    ]
    if not places:
        raise XpsError("no spectrum to draw", "load spectra of a core level, and choose some")

    def panel(sample: str, replicate: int, level: str) -> Panel | None:
        found = entries[sample, level]
        return _panel(project, found[replicate], tables) if replicate < len(found) else None

    return tuple(
        Column(level, tuple(panel(*place, level) for place in places))
        for level in wanted_levels
        if any(entries[sample, level] for sample in wanted)
    )


def lettered(columns: Sequence[Column], beside: int) -> tuple[Column, ...]:
    """Return the columns with letters in the order of reading, `beside` of them abreast.

    Rows in which all that stand abreast are empty are left out.
    """
    letters = map(letter, count())
    named = []
    for start in range(0, len(columns), beside):
        abreast = columns[start : start + beside]
        rows = [
            [p if p is None else replace(p, letter=next(letters)) for p in row]
            for row in zip(*(column.panels for column in abreast), strict=True)
            if any(row)
        ]
        for column, panels in zip(abreast, zip(*rows, strict=True), strict=True):
            named.append(replace(column, panels=panels))
    return tuple(named)


def letter(number: int) -> str:
    """Return a, b, ... z, aa, ab, ... for 0, 1, ..."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


def _chosen(
    what: str, wanted: Sequence[str] | None, default: list[str], known: Sequence[str | None]
) -> list[str]:
    if wanted is None:
        return default
    for name in wanted:
        if name not in known:
            there = ", ".join(dict.fromkeys(k for k in known if k)) or "none"
            raise XpsError(f"no {what} {name!r} in the project", f"there are: {there}")
    return list(dict.fromkeys(wanted))


def _panel(project: Project, entry: Entry, tables: Mapping[str, RegionTable]) -> Panel:
    table = tables.get(entry.id)
    fit = table.fit if table is not None else None
    shift = project.charge_of(entry.id).shift_ev if fit is None else fit.charge_shift_ev
    message = NOT_FITTED if table is None else table.message
    curves = None
    if fit is not None:
        try:
            curves = evaluate(fit.region, entry.spectrum, shift)
        except XpsError as error:
            message = str(error)
    energy, intensity, masked, unit = _points(entry, shift)
    if table is not None:
        window = table.region.window_ev
    else:
        window = (float(energy[0]), float(energy[-1])) if energy.size else (0.0, 1.0)
    return Panel("", entry.sample, energy, intensity, masked, unit, window, table, curves, message)


def _points(entry: Entry, shift_ev: float) -> tuple[Floats, Floats, tuple[Floats, Floats], str]:
    """Points that count, points that are masked, and the unit of their intensities."""
    nothing = np.empty(0)
    try:
        points = measured(entry.spectrum, shift_ev)
    except XpsError:
        energy, intensity, unit = _recorded(entry.spectrum, shift_ev)
        return energy, intensity, (nothing, nothing), unit
    unit = points.noise.intensity_unit
    if not entry.spectrum.masked_ev:
        return points.energy_ev, points.intensity, (nothing, nothing), unit
    spectrum = entry.spectrum
    kept = spectrum.is_kept
    # Masked points stand on the scale of the others, whatever their noise would be.
    scale = float(points.intensity.sum()) / float(spectrum.intensity[kept].sum() or 1.0)
    energy, intensity, _ = _recorded(spectrum, shift_ev)
    hidden = ~kept if _ascends(spectrum) else ~kept[::-1]
    return points.energy_ev, points.intensity, (energy[hidden], scale * intensity[hidden]), unit


def _ascends(spectrum: Spectrum) -> bool:
    energy = spectrum.binding_energy_ev
    return energy is not None and bool(energy[0] < energy[-1])


def _recorded(spectrum: Spectrum, shift_ev: float) -> tuple[Floats, Floats, str]:
    """All points, as they were recorded; none without binding energies."""
    energy = spectrum.binding_energy_ev
    if energy is None:
        return np.empty(0), np.empty(0), spectrum.unit
    order = slice(None) if _ascends(spectrum) else slice(None, None, -1)
    return energy[order] + shift_ev, spectrum.intensity[order], spectrum.unit
