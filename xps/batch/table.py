"""The table of a batch: CSV, JSON lines, or Parquet with pyarrow; joined part by part."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from xps.atomic import written_atomically
from xps.batch.fragment import CSV_HEAD, schema
from xps.batch.parts import FinishedPartition, Parts
from xps.batch.plan import Plan
from xps.batch.settings import TableKind
from xps.csv_table import Cell
from xps.errors import WriteError

_KINDS: dict[str, TableKind] = {".csv": "csv", ".jsonl": "jsonl", ".parquet": "parquet"}

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


def table_kind(path: Path) -> TableKind:
    """Return what kind of table the ending of a name asks for.

    Raises
    ------
    WriteError
        If it is none, or cannot be written here.
    """
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        known = ", ".join(_KINDS)
        raise WriteError("a table of an unknown format", f"choose {known}", path=path)
    if kind == "parquet":
        try:
            import pyarrow.parquet  # noqa: F401 - whether it is there
        except ImportError as error:
            raise WriteError(
                "Parquet needs the package pyarrow, which is not installed",
                'with the Python package: pip install "doublet[parquet]"; or choose .csv',
                path=path,
            ) from error
    return kind


def write_table(path: Path, plan: Plan, parts: Parts) -> Written:
    """Write the rows of all partitions in the order of the plan.

    Never more than a few parts are in memory.

    Raises
    ------
    WriteError
        If the table cannot be written, or is not of the kind that the plan was made for.
    ReadError
        If a part is missing or damaged.
    """
    kind = table_kind(path)
    if kind != plan.settings.table:
        reason = f"the batch was planned for a table of the kind {plan.settings.table}"
        raise WriteError(reason, "plan it again", path=path)
    tally = _Tally()
    bodies = tally.counted(parts.read(partition) for partition in plan.partitions)
    with written_atomically(path) as file:
        if kind == "parquet":
            _join_parquet(file, bodies)
        else:
            file.write(CSV_HEAD if kind == "csv" else b"")
            file.writelines(bodies)
    return Written(tally.rows, tally.fitted, tally.failed)


def rows_found(plan: Plan, parts: Parts) -> Iterator[dict[str, Cell]]:
    """Yield the rows of the finished parts of a plan for the table "jsonl", by column.

    For programs that want no file. Parts that are not finished are passed over.

    Raises
    ------
    ReadError
        If a part is damaged.
    """
    if plan.settings.table != "jsonl":
        raise WriteError(f"the batch was planned for {plan.settings.table}", "plan it for jsonl")
    for partition in plan.partitions:
        if parts.has(partition):
            yield from map(json.loads, parts.read(partition).table.splitlines())


class _Tally:
    """Counts what goes by."""

    rows = fitted = failed = 0

    def counted(self, parts: Iterator[FinishedPartition]) -> Iterator[bytes]:
        for part in parts:
            self.rows += part.rows
            self.fitted += part.fitted
            self.failed += part.failed
            yield part.table


def _join_parquet(file: BinaryIO, bodies: Iterator[bytes]) -> None:
    import pyarrow
    from pyarrow import parquet

    with parquet.ParquetWriter(file, schema(), compression="zstd") as writer:
        kept, rows = [], 0
        for body in bodies:
            kept.append(parquet.read_table(pyarrow.BufferReader(body)))
            rows += kept[-1].num_rows
            if rows >= _ROW_GROUP:
                writer.write_table(pyarrow.concat_tables(kept))
                kept, rows = [], 0
        if kept:
            writer.write_table(pyarrow.concat_tables(kept))
