"""The table of a batch: CSV, or Parquet where pyarrow is installed; written part by part."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from xps.atomic import written_atomically
from xps.batch.parts import FinishedPartition, Parts
from xps.batch.plan import Plan
from xps.batch.rows import COLUMNS, NUMBERS, WHOLE_NUMBERS, Row
from xps.csv_table import cell_text
from xps.errors import WriteError

if TYPE_CHECKING:
    import pyarrow

ENDINGS = (".csv", ".parquet")

_ROW_GROUP = 100_000  # rows of Parquet that are held in memory


@dataclass(frozen=True)
class Written:
    """What a table holds.

    Attributes
    ----------
    rows : int
    fitted, failed : int
        Numbers of spectra, and of files without any.
    """

    rows: int
    fitted: int
    failed: int


def refuse_format(path: Path) -> None:
    """Raise a WriteError where a table of this ending cannot be written here.

    Raises
    ------
    WriteError
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        known = " or ".join(ENDINGS)
        raise WriteError("a table of an unknown format", f"choose {known}", path=path)
    if ending == ".parquet":
        try:
            import pyarrow.parquet  # noqa: F401 - whether it is there
        except ImportError as error:
            raise WriteError(
                "Parquet needs the package pyarrow, which is not installed",
                'install it with: pip install "doublet[parquet]"; or choose .csv',
                path=path,
            ) from error


def write_table(path: Path, plan: Plan, parts: Parts) -> Written:
    """Write the rows of all partitions in the order of the plan.

    Text that a spreadsheet would take for a formula gets an apostrophe in CSV; Parquet has it
    as it is. Never more than a few parts are in memory.

    Raises
    ------
    WriteError
        If the table cannot be written, or is of an unknown format.
    ReadError
        If a part is missing or damaged.
    """
    refuse_format(path)
    tally = _Tally()
    found = tally.counted(parts.read(partition) for partition in plan.partitions)
    with written_atomically(path) as file:
        (_write_parquet if path.suffix.lower() == ".parquet" else _write_csv)(file, found)
    return Written(tally.rows, tally.fitted, tally.failed)


class _Tally:
    """Counts what goes by."""

    rows = fitted = failed = 0

    def counted(self, parts: Iterator[FinishedPartition]) -> Iterator[tuple[Row, ...]]:
        for part in parts:
            self.rows += len(part.rows)
            self.fitted += part.fitted
            self.failed += part.failed
            yield part.rows


def _write_csv(file: BinaryIO, parts: Iterator[tuple[Row, ...]]) -> None:
    text = io.TextIOWrapper(file, "utf-8-sig", "replace", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for rows in parts:
        writer.writerows([cell_text(value) for value in row] for row in rows)
    text.detach()


def _write_parquet(file: BinaryIO, parts: Iterator[tuple[Row, ...]]) -> None:
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    schema = pyarrow.schema([(column, _type(column)) for column in COLUMNS])
    with ParquetWriter(file, schema, compression="zstd") as writer:
        kept: list[Row] = []
        for rows in parts:
            kept += rows
            if len(kept) >= _ROW_GROUP:
                writer.write_table(_arrow_table(kept, schema))
                kept = []
        writer.write_table(_arrow_table(kept, schema))


def _arrow_table(rows: list[Row], schema: pyarrow.Schema) -> pyarrow.Table:
    import pyarrow

    columns = zip(*rows, strict=True) if rows else ((),) * len(COLUMNS)
    arrays = [
        pyarrow.array(map(_valid_text, column), kind.type)
        for column, kind in zip(columns, schema, strict=True)
    ]
    return pyarrow.Table.from_arrays(arrays, schema=schema)


def _type(column: str) -> pyarrow.DataType:
    import pyarrow

    if column in WHOLE_NUMBERS:
        return pyarrow.int64()
    return pyarrow.float64() if column in NUMBERS else pyarrow.string()


def _valid_text(value: object) -> object:
    """Text without the halves of surrogate pairs, which UTF-8 has not."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
