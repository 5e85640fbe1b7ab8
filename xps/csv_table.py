"""The results as a table for spreadsheets: one row for each component, all its numbers."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from xps.errors import XpsError
from xps.escaping import spreadsheet_text
from xps.project import Project
from xps.tables import ComponentRow, Quantity, RegionTable, region_tables

Cell = str | float | int | None


def csv_bytes(project: Project, failures: Mapping[str, XpsError] | None = None) -> bytes:
    """Return the table of a project, in UTF-8 with the mark that spreadsheets look for.

    Decimal points and commas as separators, whatever the language of the system. Numbers
    have all their digits; what is unknown is empty. A region without a fit has one row with
    the reason. Text that a spreadsheet would take for a formula gets an apostrophe.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for row in number_rows(project, failures):
        writer.writerow(map(cell_text, row))
    return text.getvalue().encode("utf-8-sig", "replace")


def number_rows(
    project: Project, failures: Mapping[str, XpsError] | None = None
) -> list[Sequence[Cell]]:
    """Return the table of a project, its head first."""
    tables = region_tables(project, failures)
    columns = _columns(tables)
    rows: list[Sequence[Cell]] = [columns]
    for table in tables:
        for row in table.rows or (None,):
            cells = dict(region_cells(project, table))
            if row is not None:
                cells.update(component_cells(row))
            rows.append([cells.get(column) for column in columns])
    return rows


def _columns(tables: Iterable[RegionTable]) -> tuple[str, ...]:
    """The columns, with those of the shapes in use after the name of the shape."""
    used = dict.fromkeys(name for table in tables for row in table.rows for name in row.shape)
    of_shapes = [column for name in used for column in (name, f"{name}_stderr")]
    place = COLUMNS.index("shape") + 1
    return (*COLUMNS[:place], *of_shapes, *COLUMNS[place:])


COLUMNS = (
    "sample",
    "spectrum",
    "core_level",
    "component",
    "species",
    "group",
    "center_ev",
    "center_stderr",
    "fwhm_ev",
    "fwhm_stderr",
    "area",
    "area_stderr",
    "area_systematic",
    "area_interval_95_low",
    "area_interval_95_high",
    "area_upper_limit_95",
    "area_unit",
    "share",
    "share_stderr",
    "share_systematic",
    "share_interval_95_low",
    "share_interval_95_high",
    "share_upper_limit_95",
    "atomic_percent",
    "atomic_percent_stderr",
    "atomic_percent_systematic",
    "atomic_percent_upper_limit_95",
    "significant",
    "shape",
    "flags",
    "background",
    "window_low_ev",
    "window_high_ev",
    "charge_shift_ev",
    "charge_shift_stderr",
    "chi2",
    "reduced_chi2",
    "durbin_watson",
    "n_points",
    "n_free",
    "noise_model",
    "success",
    "state",
    "message",
)


def region_cells(project: Project, table: RegionTable) -> Iterator[tuple[str, Cell]]:
    """Yield what is said of a region, by column."""
    low, high = table.region.window_ev
    yield "sample", table.entry.sample
    yield "spectrum", table.entry.spectrum.name or table.entry.label
    yield "core_level", table.region.core_level
    yield "background", table.region.background.kind
    yield "window_low_ev", low
    yield "window_high_ev", high
    yield "state", table.state
    fit = table.fit
    if fit is None:
        yield "success", "no"
        yield "message", table.message
        return
    yield "message", "; ".join(filter(None, (table.message, fit.message)))
    yield "area_unit", fit.area_unit
    yield "charge_shift_ev", fit.charge_shift_ev
    yield "charge_shift_stderr", fit.charge_shift_stderr
    yield "chi2", fit.chi2
    yield "reduced_chi2", fit.reduced_chi2
    yield "durbin_watson", fit.durbin_watson
    yield "n_points", fit.n_points
    yield "n_free", fit.n_free
    yield "noise_model", fit.noise_model
    yield "success", _yes(fit.success)


def component_cells(row: ComponentRow) -> Iterator[tuple[str, Cell]]:
    """Yield what is said of a component, by column."""
    component = row.component
    yield "component", component.name
    yield "species", component.species
    yield "group", component.group
    yield "shape", component.shape
    yield "significant", _yes(row.significant)
    yield "flags", "; ".join(row.flags)
    yield from _quantity_cells("center", "center_ev", row.center)
    yield from _quantity_cells("fwhm", "fwhm_ev", row.fwhm)
    for name in ("area", "share", "atomic_percent"):
        yield from _quantity_cells(name, name, getattr(row, name))
    for name, quantity in row.shape.items():
        yield from _quantity_cells(name, name, quantity)


def _quantity_cells(name: str, value: str, quantity: Quantity) -> Iterator[tuple[str, Cell]]:
    yield value, quantity.value
    yield f"{name}_stderr", quantity.stderr
    yield f"{name}_upper_limit_95", quantity.limit_95
    if quantity.systematic is not None:
        yield f"{name}_systematic", quantity.systematic
    if quantity.interval_95 is not None:
        yield f"{name}_interval_95_low", quantity.interval_95.low
        yield f"{name}_interval_95_high", quantity.interval_95.high


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def cell_text(value: Cell) -> str:
    """Return what stands in a cell: all digits, nothing for what is unknown, no formula."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, str):
        return spreadsheet_text(value)
    return repr(value)
