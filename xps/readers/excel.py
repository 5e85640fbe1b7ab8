"""Read Excel workbooks: exports of Thermo Avantage, and columns of energies and intensities."""

from __future__ import annotations

import re
from pathlib import PureWindowsPath
from typing import Final

import numpy as np

from xps.errors import ReadError
from xps.readers.collection import Collection
from xps.readers.column_spectrum import add_spectra
from xps.readers.content import Content
from xps.readers.quantity import energy_of
from xps.readers.text_columns import is_curve, is_transmission, names_no_energy
from xps.readers.text_table import MIN_ROWS, Table
from xps.readers.workbook import Cell, Row, Sheet, is_workbook, sheets
from xps.spectrum import Floats, Spectrum

NAME: Final = "excel"
_NUMBER = re.compile(r"\s*[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?\s*")
_LABEL_ROWS = 3
_HEADER_ROWS = 40
# Beside the data stand the results of other programs, in units of their own.
_HEADER_COLUMNS = 4
_MARKS = "\ufeff\u200b\0"


def recognizes(data: bytes) -> bool:
    """Tell whether this is an Excel workbook."""
    return is_workbook(data)


def read(content: Content) -> tuple[list[Spectrum], list[str]]:
    """Read the measured columns of all sheets that have some, one spectrum or more each.

    A sheet with fitted curves gives the first column beside its energies alone; the others
    are named in a warning. Sheets of results, titles and pictures are passed over.

    Raises
    ------
    ReadError
        If the workbook is damaged, or none of its sheets holds a spectrum.
    """
    spectra = Collection(content, NAME)
    for sheet in sheets(content.data):
        table = _table(sheet)
        if table is None:
            continue
        measured, left_out = _measured(table)
        start, warned = len(spectra.spectra), len(spectra.warnings)
        add_spectra([measured], sheet.name, spectra)
        spectra.warnings[warned:] = [
            f"sheet {sheet.name!r}, {warning}" for warning in spectra.warnings[warned:]
        ]
        sample = _sample(sheet) or content.stem
        for i, spectrum in enumerate(spectra.spectra[start:], start):
            curves = f"fitted curves are not read: {', '.join(map(repr, left_out))}"
            spectra.spectra[i] = spectrum.with_(
                sample=sample, warnings=(*spectrum.warnings, *([curves] if left_out else []))
            )
    if not spectra.spectra and not spectra.warnings:
        raise ReadError(
            f"no sheet holds columns of energies and intensities of at least {MIN_ROWS} rows",
            "put energies in the first column and intensities beside them",
        )
    return spectra.finish()


def _table(sheet: Sheet) -> Table | None:
    """Find the rows of numbers that follow an energy, whatever the language above them."""
    rows = sheet.rows
    width = max(map(len, rows), default=0)
    values = np.full((len(rows), width), np.nan)
    for i, row in enumerate(rows):
        values[i, : len(row)] = [_number(cell) for cell in row]
    for column in range(min(width, 8)):
        first, last = _scan(values[:, column])
        if last - first < MIN_ROWS:
            continue
        if any(
            isinstance(cell, str) and cell.strip()
            for row in rows[first:last]
            for cell in row[:column]
        ):
            return None  # a list of names with numbers: results
        used = np.isfinite(values[first:last]).sum(axis=0) >= MIN_ROWS
        used[:column] = False
        labels = _labels(rows[:first], width)
        chosen = [labels[i] for i in np.flatnonzero(used)]
        if len(chosen) < 2 or names_no_energy(chosen[0]):
            continue
        if any(chosen) and chosen[0] and energy_of(chosen[0]) is None:
            continue
        header = tuple(
            _words(row[column : column + _HEADER_COLUMNS])
            for row in rows[max(0, first - _HEADER_ROWS) : first]
        )
        return Table(first + 1, header, tuple(chosen), values[first:last, used])
    return None


def _scan(column: Floats) -> tuple[int, int]:
    """Return the rows, from and to, of the longest run of rising or falling numbers."""
    steps = np.sign(np.diff(column))
    best = (0, 0)
    start = 0
    for i in range(1, steps.size + 1):
        if i < steps.size and steps[i] == steps[start]:
            continue
        if steps[start] in (-1, 1) and i - start + 1 > best[1] - best[0]:
            best = (start, i + 1)
        start = i
    return best


def _labels(rows: list[Row], width: int) -> list[str]:
    """Join the texts of the last rows above the numbers: names and units."""
    found: list[Row] = []
    for row in reversed(rows[-_LABEL_ROWS:]):
        if sum(bool(_clean(cell)) for cell in row) < 2 and found:
            break
        if any(isinstance(cell, float) for cell in row):
            break
        if any(_clean(cell) for cell in row):
            found.insert(0, row)
    return [
        " ".join(text for row in found if i < len(row) and (text := _clean(row[i])))
        for i in range(width)
    ]


def _measured(table: Table) -> tuple[Table, list[str]]:
    """Take energy, intensity and transmission out of a table of fitted curves."""
    columns = range(1, len(table.labels))
    if not any(is_curve(table.labels[c]) for c in columns):
        return table, []
    data = [c for c in columns if not is_transmission(table.labels[c])]
    kept = [0, data[0], *(c for c in columns if c not in data)]
    # Short columns are lists of results.
    full = np.isfinite(table.values).sum(axis=0) > len(table.values) // 2
    left_out = [table.labels[c] or f"column {c + 1}" for c in data[1:] if full[c]]
    labels = tuple(table.labels[c] for c in kept)
    return Table(table.line, table.header, labels, table.values[:, kept]), left_out


def _sample(sheet: Sheet) -> str:
    """Return the folder of the raw file that Avantage names: its sample."""
    for row in sheet.rows[:_HEADER_ROWS]:
        for cell in row:
            if isinstance(cell, str) and cell.strip().lower().endswith(".vgd"):
                return PureWindowsPath(cell.strip()).parent.name
    return ""


def _number(cell: Cell) -> float:
    if isinstance(cell, float):
        return cell
    return float(cell.replace(",", ".")) if _NUMBER.fullmatch(cell) else float("nan")


def _clean(cell: Cell) -> str:
    return " ".join(cell.strip(_MARKS).split()) if isinstance(cell, str) else ""


def _words(row: Row) -> str:
    return "\t".join(_clean(cell) if isinstance(cell, str) else f"{cell:g}" for cell in row)
