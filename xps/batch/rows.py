"""The rows of a batch: one for each spectrum and component, one for what could not be fitted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xps.batch.chain import FittedMeasurement
from xps.batch.inputs import InputFile
from xps.batch.settings import Settings
from xps.csv_table import COLUMNS as CSV_COLUMNS
from xps.csv_table import Cell, component_cells, region_cells
from xps.environment import present_environment
from xps.replicates import place_of
from xps.spectrum import Spectrum
from xps.tables import region_tables

Row = tuple[Cell, ...]

_NOT_ASKED = frozenset(
    f"{name}_{kind}"
    for name in ("area", "share")
    for kind in ("systematic", "interval_95_low", "interval_95_high")
)
COLUMNS = (
    *("file", "spectrum_index", "place"),
    *(column for column in CSV_COLUMNS if column not in _NOT_ASKED),
    *("start", "doublet", "recipe", "recipe_hash", "file_sha256"),
)
"""Energies and widths in eV, areas in `area_unit`, shares as fractions; errors are one standard
deviation."""

NUMBERS = frozenset(
    column
    for column in COLUMNS
    if column.endswith(("_ev", "_stderr", "_95", "_systematic", "_percent", "chi2", "_watson"))
    or column in ("area", "share", "charge_shift_ev")
)
WHOLE_NUMBERS = frozenset(("spectrum_index", "n_points", "n_free"))


def fitted_rows(fitted: FittedMeasurement, file: InputFile, settings: Settings) -> Iterator[Row]:
    """Yield the rows of a measurement, spectrum by spectrum."""
    measurement, project = fitted.measurement, fitted.project
    tables = {table.entry.id: table for table in region_tables(project, fitted.failures)}
    for index, spectrum in zip(measurement.indices, measurement.spectra, strict=True):
        head = head_cells(file, settings) | _spectrum_cells(index, spectrum)
        table = tables.get(f"s{index}")
        if table is None:
            yield row_of(head | {"message": _why_left_out(fitted, spectrum)})
            continue
        cells = head | dict(region_cells(project, table)) | {"start": fitted.start}
        cells["sample"] = head["sample"]
        warnings = () if table.fit is None else table.fit.warnings
        said = (str(cells["message"] or ""), *_notes(fitted, spectrum), *warnings)
        cells["message"] = "; ".join(filter(None, said))
        for row in table.rows or (None,):
            yield row_of(cells if row is None else cells | dict(component_cells(row)))


def problem_row(file: InputFile, settings: Settings) -> Row:
    """Return the row of a file that cannot be read."""
    return row_of(head_cells(file, settings) | {"message": file.problem})


def tally(rows: Sequence[Row]) -> tuple[int, int]:
    """Count the spectra, and files without any, that were fitted and that were not."""
    failed = {_spectrum(row) for row in rows if row[_SUCCESS] != "yes"}
    return len({_spectrum(row) for row in rows} - failed), len(failed)


def _spectrum(row: Row) -> Row:
    return tuple(row[column] for column in _SPECTRUM)


_SUCCESS = COLUMNS.index("success")
_SPECTRUM = [COLUMNS.index(column) for column in ("file", "spectrum_index", "core_level")]


def row_of(cells: Mapping[str, Cell]) -> Row:
    """Return the values of a row, by column, in the order of the columns."""
    return tuple(cells.get(column) for column in COLUMNS)


def head_cells(file: InputFile, settings: Settings) -> dict[str, Cell]:
    """Return what is said of a file that is not fitted yet."""
    return {
        "file": file.label,
        "file_sha256": file.sha256 or None,
        "state": "failed",
        "success": "no",
        "doublet": present_environment().doublet,
        "recipe": settings.recipe.name,
        "recipe_hash": settings.recipe_hash,
    }


def _spectrum_cells(index: int, spectrum: Spectrum) -> dict[str, Cell]:
    return {
        "spectrum_index": index,
        "place": "; ".join(f"{name} = {value:g}" for name, value in place_of(spectrum)) or None,
        "sample": spectrum.sample,
        "spectrum": spectrum.name,
        "core_level": spectrum.core_level,
    }


def _why_left_out(fitted: FittedMeasurement, spectrum: Spectrum) -> str:
    if fitted.refusal is not None:
        return str(fitted.refusal)
    return "; ".join(_notes(fitted, spectrum)) or "the recipe does not analyze it"


def _notes(fitted: FittedMeasurement, spectrum: Spectrum) -> list[str]:
    """What the recipe noted of a spectrum, and of its measurement as a whole."""
    name = fitted.measurement.name
    places = (f"{name}, {spectrum.core_level or spectrum.name}: ", f"{name}: ")
    return [
        note.removeprefix(place)
        for note in fitted.notes
        for place in places
        if note.startswith(place)
    ]
