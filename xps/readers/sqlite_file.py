"""SQLite databases that may come from anyone: read from memory, nothing but tables, bounded."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from xps.errors import ReadError

MAGIC: Final = b"SQLite format 3\0"
MAX_BYTES: Final = 256 << 20
_MAX_CELL: Final = 64 << 20
_MAX_ROWS: Final = 100_000
_STEPS: Final = 100_000
_MAX_STEPS: Final = 400
_REMEDY = "copy the file again, or export the spectra as VAMAS or .xy"
_NAME = re.compile(r"\w+")
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})
# Bytes of the header that ask for a write-ahead log, which a database in memory cannot have.
_VERSIONS_AT: Final = 18

Row = dict[str, object]


class Tables:
    """The tables of a database.

    Parameters
    ----------
    connection : sqlite3.Connection
    what : str
        What the file is, for errors.
    """

    def __init__(self, connection: sqlite3.Connection, what: str) -> None:
        self._connection = connection
        self._what = what

    def rows(self, table: str, **where: object) -> list[Row]:
        """Return the rows of a table whose columns have these values, by name of column.

        An empty list where there is no such table.

        Raises
        ------
        ReadError
            If the database is damaged or asks for more work than tables need.
        """
        names = (table, *where)
        assert all(_NAME.fullmatch(name) for name in names)  # names are ours, values are bound
        condition = " AND ".join(f'"{column}" = ?' for column in where)
        query = f'SELECT * FROM "{table}"' + (f" WHERE {condition}" if where else "")  # noqa: S608 - see above
        try:
            cursor = self._connection.execute(query, tuple(where.values()))
            columns = [column[0] for column in cursor.description]
            rows = cursor.fetchmany(_MAX_ROWS + 1)
        except (sqlite3.Error, OverflowError, MemoryError, ValueError) as error:
            if str(error).startswith("no such table"):
                return []
            raise ReadError(f"{self._what} is damaged: {error}", _REMEDY) from error
        if len(rows) > _MAX_ROWS:
            raise ReadError(f"{self._what} has more than {_MAX_ROWS} rows in {table}", _REMEDY)
        return [dict(zip(columns, row, strict=True)) for row in rows]


@contextmanager
def opened(data: bytes, what: str) -> Iterator[Tables]:
    """Open a database from its bytes; nothing is ever written, and no view can work long.

    Raises
    ------
    ReadError
        If it is too large or no database.
    """
    if len(data) > MAX_BYTES:
        raise ReadError(f"{what} is too large: {len(data) >> 20} MB", _REMEDY)
    connection = sqlite3.connect(":memory:")
    work = iter(range(_MAX_STEPS))
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_CELL)
        header = data[:_VERSIONS_AT] + b"\1\1"
        connection.deserialize(header + data[_VERSIONS_AT + 2 :])
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.set_authorizer(_only_reading)
        connection.set_progress_handler(lambda: next(work, None) is None, _STEPS)
        yield Tables(connection, what)
    except sqlite3.Error as error:
        raise ReadError(f"{what} is damaged: {error}", _REMEDY) from error
    finally:
        connection.close()


def _only_reading(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
