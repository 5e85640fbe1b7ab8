"""Spectra as plain data and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from xps.plain_fields import Fields, MalformedError
from xps.session_arrays import RowPool, energies_of, row_of
from xps.spectrum import AXES, UNITS, Source, Spectrum, Sweep

Floats = NDArray[np.float64]


def plain_spectrum(spectrum: Spectrum, rows: RowPool) -> dict[str, Any]:
    """Return a spectrum as JSON data; its rows go to the pool."""
    transmission = spectrum.transmission
    names = (
        *("axis", "unit", "name", "sample", "core_level", "photon_energy_ev", "pass_energy_ev"),
        *("dwell_s", "sweeps", "monochromatic", "source_label", "instrument", "acquired"),
        *("notes",),
    )
    origin = spectrum.origin
    return {name: getattr(spectrum, name) for name in names} | {
        "series": [list(place) for place in spectrum.series],
        "warnings": list(spectrum.warnings),
        "origin": None if origin is None else asdict(origin),
        "energy": rows.energies(spectrum.energy_ev),
        "intensity": rows.place(spectrum.intensity),
        "transmission": None if transmission is None else rows.place(transmission),
        "masked_ev": [list(ends) for ends in spectrum.masked_ev],
        "summed": [asdict(sweep) for sweep in spectrum.summed],
    }


def spectrum_of(table: Fields, array: Callable[[str], Floats]) -> Spectrum:
    """Return a spectrum from JSON data and the tables of numbers, by name."""
    intensity = row_of(table, "intensity", array)
    has_transmission = table.maybe("transmission") is not None
    return Spectrum(
        energies_of(table, "energy", intensity.size, array),
        intensity,
        axis=cast(Any, table.choice("axis", AXES)),
        unit=cast(Any, table.choice("unit", UNITS)),
        name=table.text("name"),
        sample=table.text("sample"),
        core_level=table.maybe_text("core_level"),
        photon_energy_ev=table.maybe_number("photon_energy_ev"),
        pass_energy_ev=table.maybe_number("pass_energy_ev"),
        dwell_s=table.maybe_number("dwell_s"),
        sweeps=table.maybe_number("sweeps"),
        transmission=row_of(table, "transmission", array) if has_transmission else None,
        monochromatic=table.maybe_flag("monochromatic"),
        source_label=table.text("source_label"),
        instrument=table.text("instrument"),
        acquired=table.text("acquired"),
        notes=table.text("notes"),
        series=tuple(series_place(place, table.where) for place in table.items("series")),
        warnings=table.texts("warnings"),
        origin=_origin(table),
        masked_ev=tuple(_range(ends, table.where) for ends in table.items("masked_ev")),
        summed=tuple(_sweep(sweep) for sweep in table.tables("summed")),
    )


def _origin(table: Fields) -> Source | None:
    origin = table.maybe_table("origin")
    if origin is None:
        return None
    return Source(
        origin.text("file"),
        origin.text("sha256"),
        origin.text("reader"),
        origin.whole("index"),
    )


def _sweep(table: Fields) -> Sweep:
    return Sweep(
        table.text("name"),
        table.text("digest"),
        _origin(table),
        table.maybe_number("shift_ev"),
        table.maybe_number("stderr_ev"),
        table.number("moved_ev"),
    )


def _range(ends: object, where: str) -> tuple[float, float]:
    return Fields({"masked_ev": ends}, where).pair("masked_ev")


def series_place(place: object, where: str) -> tuple[str, float]:
    """Return a place of a series: its name, and a number."""
    if not isinstance(place, list) or len(place) != 2:
        raise MalformedError(f"{where}.series holds something that is not a place")
    fields = Fields({"label": place[0], "value": place[1]}, f"{where}.series")
    return fields.text("label"), fields.number("value")
