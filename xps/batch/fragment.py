"""Rows as a piece of the table that they will stand in: made by workers, joined at the end."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from xps.batch.rows import COLUMNS, NUMBERS, WHOLE_NUMBERS, Row
from xps.batch.settings import TableKind
from xps.csv_table import cell_text

if TYPE_CHECKING:
    import pyarrow

CSV_HEAD = (",".join(COLUMNS) + "\r\n").encode("utf-8-sig")


def fragment(rows: Sequence[Row], kind: TableKind) -> bytes:
    """Return rows as CSV without a head, as a JSON object in each line, or as a Parquet file.

    Text that a spreadsheet would take for a formula gets an apostrophe in CSV; the others have
    it as it is. What is unknown is empty or null.
    """
    return _MADE_BY[kind](rows)


def _csv(rows: Sequence[Row]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(map(cell_text, row) for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def _json_lines(rows: Sequence[Row]) -> bytes:
    found = (dict(zip(COLUMNS, map(_storable, row), strict=True)) for row in rows)
    return b"".join(json.dumps(row, allow_nan=False).encode() + b"\n" for row in found)


def _parquet(rows: Sequence[Row]) -> bytes:
    import pyarrow
    from pyarrow import parquet

    columns = zip(*rows, strict=True) if rows else ((),) * len(COLUMNS)
    kinds = schema()
    arrays = [
        pyarrow.array(map(_storable, column), kind.type)
        for column, kind in zip(columns, kinds, strict=True)
    ]
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=kinds), sink, compression="zstd")
    written: bytes = sink.getvalue().to_pybytes()
    return written


def schema() -> pyarrow.Schema:
    """Return names and types of the columns of Parquet."""
    import pyarrow

    def kind(column: str) -> pyarrow.DataType:
        if column in WHOLE_NUMBERS:
            return pyarrow.int64()
        return pyarrow.float64() if column in NUMBERS else pyarrow.string()

    return pyarrow.schema([(column, kind(column)) for column in COLUMNS])


def _storable(value: object) -> object:
    """Text without the halves of surrogate pairs, which UTF-8 has not; None for what is unknown."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


_MADE_BY: dict[TableKind, Callable[[Sequence[Row]], bytes]] = {
    "csv": _csv,
    "jsonl": _json_lines,
    "parquet": _parquet,
}
