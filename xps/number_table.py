"""Small tables of one's own: CSV files with a header, read with errors that name the line."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from xps.errors import RecipeError

MAX_BYTES = 1_000_000


class NumberTable:
    """A CSV file with a header; separators are commas, semicolons or tabs.

    Lines that start with "#" are comments.

    Parameters
    ----------
    path : str or Path

    Raises
    ------
    RecipeError
        If the file cannot be read, is too large, or holds nothing.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            with self.path.open("rb") as file:
                text = file.read(MAX_BYTES + 1).decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise RecipeError(
                f"the table cannot be read: {reason}", "give a CSV file in UTF-8", path=path
            ) from error
        if len(text) > MAX_BYTES:
            raise RecipeError("the table is too large", f"limit: {MAX_BYTES} bytes", path=path)
        lines = [
            (number, line)
            for number, line in enumerate(text.splitlines(), start=1)
            if line.strip() and not line.startswith("#")
        ]
        if len(lines) < 2:
            raise RecipeError("the table is empty", "give a header and lines of data", path=path)
        separator = max(",;\t", key=lines[0][1].count)
        rows = csv.reader((line for _, line in lines), delimiter=separator)
        self._numbers = [number for number, _ in lines]
        try:
            self._rows = [[cell.strip() for cell in row] for row in rows]
        except csv.Error as error:
            raise RecipeError(f"the table cannot be read: {error}", path=path) from error

    @property
    def name(self) -> str:
        """What the table is called: the file's name without folder and ending."""
        return self.path.stem

    @property
    def columns(self) -> tuple[str, ...]:
        """Headings, as they stand."""
        return tuple(self._rows[0])

    def rows(self, columns: tuple[str, ...], optional: str = "") -> Iterator[Row]:
        """Yield the lines of data.

        Parameters
        ----------
        columns : tuple of str
            Columns that the header must have.
        optional : str
            A column that it may have.

        Raises
        ------
        RecipeError
            If a column is missing, unknown or given twice, or a line has too many or too few
            cells.
        """
        header = [cell.casefold() for cell in self._rows[0]]
        known = (*columns, *([optional] * bool(optional)))
        if (
            not set(columns) <= set(header)
            or not set(header) <= set(known)
            or len(set(header)) < len(header)
        ):
            self.fail(
                self._numbers[0],
                f"the header is {', '.join(header)}",
                f"the columns are {', '.join(columns)}"
                + (f", and may be {optional}" if optional else ""),
            )
        for number, row in zip(self._numbers[1:], self._rows[1:], strict=True):
            if len(row) != len(header):
                self.fail(number, f"{len(row)} cells under {len(header)} headings")
            yield Row(self, number, dict(zip(header, row, strict=True)))

    def fail(self, line: int, reason: str, remedy: str = "") -> NoReturn:
        """Raise the error of a line.

        Raises
        ------
        RecipeError
            Always.
        """
        raise RecipeError(reason, remedy, path=self.path, where=f"line {line}")


class Row:
    """One line of data: its cells by column."""

    def __init__(self, table: NumberTable, line: int, cells: dict[str, str]) -> None:
        self._table, self._line, self._cells = table, line, cells

    def text(self, column: str) -> str:
        """Return a cell as it stands; empty where the table has no such column."""
        return self._cells.get(column, "")

    def number(self, column: str) -> float:
        """Return a finite number.

        Raises
        ------
        RecipeError
            If the cell holds none.
        """
        try:
            value = float(self.text(column))
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self.fail(f"{column} is {self.text(column)!r}", "give a number, with a decimal point")
        return value

    def positive(self, column: str) -> float:
        """Return a number above zero.

        Raises
        ------
        RecipeError
            If the cell holds none.
        """
        value = self.number(column)
        if value <= 0.0:
            self.fail(f"{column} is {value:g}", "give a number above zero")
        return value

    def fail(self, reason: str, remedy: str = "") -> NoReturn:
        """Raise the error of this line.

        Raises
        ------
        RecipeError
            Always.
        """
        self._table.fail(self._line, reason, remedy)
