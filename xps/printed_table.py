"""The table for a supporting information: every number with its error, as it is printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xps.errors import XpsError
from xps.model_text import listed
from xps.numbers_text import number
from xps.project import Project
from xps.quantification import quantify
from xps.tables import ComponentRow, Quantity, RegionTable, region_tables

_ERRORS = (
    "Binding energies are charge corrected and, for doublets, those of the line of higher j. "
    "Errors are one standard deviation, with counting statistics and the background in the fit."
)
_SYSTEMATIC = "Where there are two errors, the second is systematic."
_MOST_NAMED = 4  # samples in the caption; the sections name them all
_LIMITS = "< marks upper 95 % limits of components that are not significant."


@dataclass(frozen=True)
class Section:
    """The rows of one region.

    Attributes
    ----------
    title : str
        Sample and core level, and how good the fit is.
    rows : tuple of tuple of str
        Empty where there is no fit.
    """

    title: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class PrintedTable:
    """A table for people.

    Attributes
    ----------
    caption : str
        What the table shows, in a sentence.
    head : tuple of str
    sections : tuple of Section
    notes : tuple of str
        What a reader of the numbers must know.
    """

    caption: str
    head: tuple[str, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...]


def printed_table(project: Project, failures: Mapping[str, XpsError] | None = None) -> PrintedTable:
    """Return the table of a project.

    Parameters
    ----------
    project : Project
    failures : mapping of str to XpsError, optional
        Why regions could not be fitted, by region id.
    """
    tables = region_tables(project, failures)
    units = list(dict.fromkeys(t.fit.area_unit for t in tables if t.fit is not None))
    area = f"Area / ({units[0]})" if len(units) == 1 else "Area"
    return PrintedTable(
        _caption(tables),
        ("Component", "Binding energy / eV", "FWHM / eV", area, "Share / %", "Atomic %"),
        tuple(_section(table, name_unit=len(units) > 1) for table in tables),
        tuple(_notes(project, tables)),
    )


def _caption(tables: Sequence[RegionTable]) -> str:
    levels = list(dict.fromkeys(table.region.core_level for table in tables))
    samples = list(dict.fromkeys(table.entry.sample for table in tables))
    of = listed(samples) if len(samples) <= _MOST_NAMED else f"{len(samples)} samples"
    return f"Components fitted to the X-ray photoelectron spectra ({listed(levels)}) of {of}."


def _section(table: RegionTable, *, name_unit: bool) -> Section:
    parts = [f"{table.entry.sample}, {table.region.core_level}"]
    if table.fit is not None:
        if table.fit.reduced_chi2 is not None:
            parts.append(f"χ²ᵣ = {number(table.fit.reduced_chi2, 2)}")
        if name_unit:
            parts.append(f"area in {table.fit.area_unit}")
    if table.message:
        parts.append(table.message)
    return Section("; ".join(parts), tuple(map(_row, table.rows)))


def _row(row: ComponentRow) -> tuple[str, ...]:
    numbers = (
        row.center.text(2),
        row.fwhm.text(2),
        row.area.text(0),
        row.share.text(1, factor=100.0),
        row.atomic_percent.text(1),
    )
    # What comes second is said once, in the notes: a page is not wide.
    return (row.component.name, *(text.removesuffix(" (syst.)") for text in numbers))


def _with_systematic(row: ComponentRow) -> tuple[Quantity, ...]:
    return row.area, row.share, row.atomic_percent


def _notes(project: Project, tables: Sequence[RegionTable]) -> Iterator[str]:
    rows = [row for table in tables for row in table.rows]
    if rows:
        yield _ERRORS
    if any(q.systematic is not None for row in rows for q in _with_systematic(row)):
        yield _SYSTEMATIC
    if any(row.area.limit_95 is not None for row in rows):
        yield _LIMITS
    amounts = quantify(project)
    if amounts.amounts:
        yield f"Atomic percent of what is listed, from {amounts.basis}."
    yield from (f"{note}." for note in amounts.notes)
