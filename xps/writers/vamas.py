"""Write spectra as VAMAS (ISO 14976), mode NORM, so that other XPS programs read them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from xps.atomic import write_atomically
from xps.errors import WriteError
from xps.readers.lines import MISSING
from xps.readers.vamas_spectrum import MONOCHROMATIC_PARAMETER
from xps.spectrum import Floats, Spectrum, Unit

_IDENTIFIER = "VAMAS Surface Chemical Analysis Standard Data Transfer Format 1988 May 4"
_UNKNOWN = "1E+37"
_STEP_TOLERANCE_EV = 1e-9
_COUNT_TOLERANCE = 1e-6
_INTENSITY_LABELS: dict[Unit, tuple[str, str]] = {
    "counts": ("counts", "d"),
    "counts/s": ("count rate", "c/s"),
    "arbitrary": ("intensity", "arb. units"),
}
_DIMENSIONLESS = frozenset({"d", "n"})
_BREAKS = re.compile(r"[\r\n\0]+")


def write_vamas(path: str | Path, spectra: Sequence[Spectrum]) -> None:
    """Write spectra into one VAMAS file, atomically.

    Intensities are written as counts wherever they are known, as the format intends:
    counts per second with a known live time become counts again.

    Raises
    ------
    WriteError
        If there is nothing to write, a value cannot be expressed, or the place refuses it.
    """
    try:
        data = vamas_bytes(spectra)
    except WriteError as error:
        raise WriteError(error.reason, error.remedy, path=path, where=error.where) from error
    write_atomically(path, data)


def vamas_bytes(
    spectra: Sequence[Spectrum], comment: Sequence[str] = ("Written by Doublet",)
) -> bytes:
    """Return the VAMAS file of spectra, in UTF-8, with lines of comment at its head.

    All blocks are REGULAR if every spectrum has equal steps to 1e-9 eV, else IRREGULAR.
    """
    if not spectra:
        raise WriteError("there are no spectra to write", "choose at least one")
    for spectrum in spectra:
        if float(np.abs(spectrum.intensity).max()) >= MISSING:
            raise WriteError(
                f"an intensity of {MISSING:g} or more means 'missing' in VAMAS",
                "export text instead",
                where=spectrum.name,
            )
    grids = [_regular_grid(spectrum.energy_ev) for spectrum in spectra]
    regular = all(grid is not None for grid in grids)
    variables = list(dict.fromkeys(name for s in spectra for name, _ in s.series))
    lines = list(_head(spectra, variables, comment, regular=regular))
    for spectrum, grid in zip(spectra, grids, strict=True):
        lines += _block(spectrum, variables, grid if regular else None)
    lines.append("end of experiment")
    return ("\r\n".join(lines) + "\r\n").encode("utf-8", errors="replace")


def _head(
    spectra: Sequence[Spectrum], variables: list[str], comment: Sequence[str], *, regular: bool
) -> Iterator[str]:
    instruments = {spectrum.instrument for spectrum in spectra}
    yield _IDENTIFIER
    yield "Not Specified"
    yield _line(instruments.pop()) if len(instruments) == 1 else "Not Specified"
    yield "Not Specified"
    yield "Not Specified"
    yield from (str(len(comment)), *map(_line, comment))
    yield "NORM"
    yield "REGULAR" if regular else "IRREGULAR"
    yield str(len({spectrum.core_level for spectrum in spectra}))
    yield str(len(variables))
    for name in variables:
        yield from _label_and_unit(name)
    yield from ("0", "0", "0", "0")
    yield str(len(spectra))


def _block(
    spectrum: Spectrum, variables: list[str], grid: tuple[float, float] | None
) -> Iterator[str]:
    species, _, transition = (spectrum.core_level or "none").partition(" ")
    places = dict(spectrum.series)
    notes = spectrum.notes.replace("\r", "").split("\n") if spectrum.notes else []
    yield _line(spectrum.name)
    yield _line(spectrum.sample)
    yield from _date(spectrum.acquired)
    yield str(len(notes))
    yield from (note.replace("\0", "") for note in notes)
    yield "XPS"
    yield from (_number(places.get(name)) for name in variables)
    yield _line(spectrum.source_label)
    yield _number(spectrum.photon_energy_ev)
    yield from [_UNKNOWN] * 5
    yield "FAT"
    yield _number(spectrum.pass_energy_ev)
    yield from [_UNKNOWN] * 7
    yield from (_line(species), _line(transition), "-1")
    yield from _axes(spectrum, grid)
    yield "analogue" if spectrum.unit == "arbitrary" else "pulse counting"
    yield _number(spectrum.dwell_s)
    yield _number(spectrum.sweeps)
    yield from [_UNKNOWN] * 4
    if spectrum.monochromatic is None:
        yield "0"
    else:
        yield from ("1", MONOCHROMATIC_PARAMETER, "d", str(int(spectrum.monochromatic)))
    yield from _ordinates(spectrum, regular=grid is not None)


def _axes(spectrum: Spectrum, grid: tuple[float, float] | None) -> Iterator[str]:
    """Yield the abscissa, if regular, and the labels of the corresponding variables."""
    label = f"{spectrum.axis} energy"
    columns = [_INTENSITY_LABELS[_written_unit(spectrum)]]
    if spectrum.transmission is not None:
        columns.append(("transmission", "d"))
    if grid is None:
        columns.insert(0, (label, "eV"))
    else:
        yield from (label, "eV", _number(grid[0]), _number(grid[1]))
    yield str(len(columns))
    for column in columns:
        yield from column


def _ordinates(spectrum: Spectrum, *, regular: bool) -> Iterator[str]:
    columns = [_written_intensity(spectrum)]
    if spectrum.transmission is not None:
        columns.append(spectrum.transmission)
    if not regular:
        columns.insert(0, spectrum.energy_ev)
    yield str(len(columns) * spectrum.n_points)
    for column in columns:
        yield from (_number(float(column.min())), _number(float(column.max())))
    yield from map(_number, np.column_stack(columns).ravel().tolist())


def _written_unit(spectrum: Spectrum) -> Unit:
    return "counts" if spectrum.counts is not None else spectrum.unit


def _written_intensity(spectrum: Spectrum) -> Floats:
    """Return the intensities in `_written_unit`; counts that were divided become whole again."""
    if spectrum.unit != "counts/s" or spectrum.counts is None:
        return spectrum.intensity
    whole = np.rint(spectrum.counts)
    tolerance = _COUNT_TOLERANCE * np.maximum(1.0, np.abs(whole))
    return whole if (np.abs(spectrum.counts - whole) <= tolerance).all() else spectrum.counts


def _regular_grid(energy: Floats) -> tuple[float, float] | None:
    """Return start and step if they give all energies back to 1e-9 eV."""
    start = float(energy[0])
    step = (float(energy[-1]) - start) / (energy.size - 1)
    index = np.arange(energy.size)

    def error(step: float) -> float:
        return float(np.abs(start + step * index - energy).max())

    best = min((round(step, 9), step), key=error)
    return (start, best) if error(best) <= _STEP_TOLERANCE_EV else None


def _label_and_unit(name: str) -> tuple[str, str]:
    """Split "Etch Time / s", the inverse of what the reader joins."""
    label, slash, unit = _line(name).rpartition(" / ")
    if slash and label and unit and unit not in _DIMENSIONLESS:
        return label, unit
    return _line(name), "d"


def _date(acquired: str) -> list[str]:
    try:
        moment = datetime.fromisoformat(acquired)
    except ValueError:
        return ["0"] * 7
    has_time = "T" in acquired or ":" in acquired
    clock = (moment.hour, moment.minute, moment.second) if has_time else (-1, -1, -1)
    offset = moment.utcoffset()
    ahead = 0 if offset is None else round(offset.total_seconds() / 3600)
    return [str(part) for part in (moment.year, moment.month, moment.day, *clock, ahead)]


def _number(value: float | None) -> str:
    """Return the shortest text that reads back as the same number."""
    if value is None:
        return _UNKNOWN
    text = repr(float(value))
    return text.removesuffix(".0")


def _line(text: str) -> str:
    return _BREAKS.sub(" ", text).strip()
