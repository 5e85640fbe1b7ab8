"""Find tables of numbers in a text file: delimiter, decimal sign, header, columns."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from xps.errors import ReadError
from xps.spectrum import Floats

DecimalSign = Literal[".", ","]

MIN_ROWS = 5
DELIMITERS: Final = ("\t", ";", ",", " ", "|")
DECIMAL_SIGNS: Final[tuple[DecimalSign, ...]] = (".", ",")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?")
# Thousands that are parted by the sign that marks no decimals.
_THOUSANDS = {
    ".": re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?"),
    ",": re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?"),
}
_MISSING = frozenset({"", "nan", "-nan", "n/a", "na", "#n/a", "--", "1.#qnan", "-1.#ind"})
_COMMENT_SIGNS = "#%;!*/"
_SAMPLE_LINES = 300
_LABEL_LINES = 3
_LABEL_PREFIX = re.compile(r"(?i)^column ?labels?\s*[:=]\s*")


@dataclass(frozen=True)
class Table:
    """A run of rows of numbers, with the text above it.

    Attributes
    ----------
    line : int
        Number of its first row in the file, from 1.
    header : tuple of str
        The lines between the table before and this one, comment signs removed.
    labels : tuple of str
        One per column; "" where the header gives none.
    values : ndarray, shape (rows, columns)
        NaN where a cell is empty.
    """

    line: int
    header: tuple[str, ...]
    labels: tuple[str, ...]
    values: Floats


@dataclass(frozen=True)
class Dialect:
    """How the rows of a file are written.

    Attributes
    ----------
    delimiter : str
        One of `DELIMITERS`; a blank stands for any run of blanks and tabs.
    decimal : {".", ","}
        The other of the two may part thousands.

    Raises
    ------
    ReadError
        If it is no delimiter, or both are a comma.
    """

    delimiter: str
    decimal: DecimalSign

    def __post_init__(self) -> None:
        if self.delimiter not in DELIMITERS or self.decimal not in DECIMAL_SIGNS:
            raise ReadError(
                f"columns parted by {self.delimiter!r} with {self.decimal!r} in numbers",
                "choose a delimiter and a decimal sign that are offered",
            )
        if self.delimiter == self.decimal:
            raise ReadError(
                "a comma cannot both part columns and mark decimals",
                "choose another delimiter or decimal sign",
            )

    def split(self, line: str) -> list[str]:
        """Split a line into cells without the blanks around them."""
        if self.delimiter == " ":
            return line.split()
        if '"' in line:
            return [cell.strip() for cell in _split_quoted(line, self.delimiter)]
        return [cell.strip() for cell in line.split(self.delimiter)]

    def row(self, line: str, *, thousands: bool = True) -> list[float] | None:
        """Return the numbers of a line, NaN for empty cells; None if it is no row.

        Parameters
        ----------
        line : str
        thousands : bool
            Whether numbers may have their thousands parted, by a sign that parts no columns or
            within quotes.
        """
        values = []
        n_numbers = 0
        for cell in self.split(line):
            value = self._number(cell, thousands=thousands)
            if value is None:
                return None
            n_numbers += value == value
            values.append(value)
        return values if n_numbers >= 2 else None

    def _number(self, cell: str, *, thousands: bool) -> float | None:
        other = "," if self.decimal == "." else "."
        if other in cell:
            if not thousands or not _THOUSANDS[self.decimal].fullmatch(cell):
                return None
            cell = cell.replace(other, "")
        cell = cell.replace(self.decimal, ".")
        if _NUMBER.fullmatch(cell):
            return float(cell.replace("d", "e").replace("D", "e"))
        return float("nan") if cell.lower() in _MISSING else None


# The first that explains most rows wins: a comma parts columns before it marks decimals,
# and blanks part columns only where nothing else does.
_DIALECTS = tuple(
    Dialect(delimiter, decimal)
    for delimiter in DELIMITERS
    for decimal in DECIMAL_SIGNS
    if delimiter != decimal
)


def find_tables(text: str, dialect: Dialect | None = None) -> list[Table]:
    """Return all tables of at least `MIN_ROWS` rows, in the order of the file.

    Parameters
    ----------
    text : str
    dialect : Dialect, optional
        How the rows are written; by default the dialect that explains most of them.
    """
    lines = re.split(r"\r\n|\n|\r", text)
    dialect = dialect or _dialect(lines)
    tables: list[Table] = []
    header: list[str] = []
    rows: list[list[float]] = []
    first_row = 0

    def close() -> None:
        if len(rows) >= MIN_ROWS:
            tables.append(_table(first_row, tuple(header), rows, dialect))
            header.clear()
        rows.clear()

    for number, line in enumerate(lines, start=1):
        if not line.strip(" \t\0"):
            if not rows:
                header.append("")
            continue
        row = dialect.row(line.strip("\r\n\0 ") if dialect.delimiter == " " else line)
        if row is None:
            close()
            header.append(_without_comment_sign(line))
        elif rows and not _continues(rows[0], row, dialect):
            close()
            rows.append(row)
            first_row = number
        else:
            first_row = first_row if rows else number
            rows.append(row)
    close()
    return tables


def detected_dialect(text: str) -> Dialect:
    """Return the dialect that explains most rows of a text."""
    return _dialect(re.split(r"\r\n|\n|\r", text))


def _dialect(lines: list[str]) -> Dialect:
    step = max(1, len(lines) // _SAMPLE_LINES)
    sample = lines[::step] if step > 1 else lines

    def rows_explained(dialect: Dialect) -> tuple[int, int]:
        # 284,800 is more often an energy in Europe than thousands elsewhere.
        plain = sum(dialect.row(line, thousands=dialect.delimiter == ",") is not None
                    for line in sample)  # fmt: skip
        return plain, sum(dialect.row(line) is not None for line in sample)

    return max(_DIALECTS, key=rows_explained)


def _continues(first: list[float], row: list[float], dialect: Dialect) -> bool:
    """Tell whether a row belongs to the table above; short rows lack their last cells."""
    if dialect.delimiter == " ":
        return len(row) == len(first)
    return len(row) <= len(first)


def _table(line: int, header: tuple[str, ...], rows: list[list[float]], dialect: Dialect) -> Table:
    width = max(map(len, rows))
    values = np.array([row + [np.nan] * (width - len(row)) for row in rows])
    used = np.isfinite(values).any(axis=0)
    labels = np.array(_labels(header, width, dialect), dtype=object)
    return Table(line, header, tuple(labels[used]), values[:, used])


def _labels(header: tuple[str, ...], width: int, dialect: Dialect) -> list[str]:
    """Join the last header lines that have a cell for each column: names, units, remarks."""
    found: list[list[str]] = []
    for line in reversed(header):
        if not line.strip():
            if found:
                break
            continue
        cells = _label_cells(_LABEL_PREFIX.sub("", line), width, dialect)
        # Prose, too, falls into as many words as there are columns: one line is enough.
        if cells is None or len(found) == (1 if dialect.delimiter == " " else _LABEL_LINES):
            break
        found.insert(0, cells)
    return [" ".join(cell for cell in cells if cell) for cells in zip(*found, strict=True)] or [
        ""
    ] * width


def _label_cells(line: str, width: int, dialect: Dialect) -> list[str] | None:
    splits: list[Callable[[str], list[str]]] = [
        dialect.split,
        lambda text: [cell.strip() for cell in text.split("\t")],
        lambda text: [cell.strip() for cell in re.split(r"\s{2,}|,", text.strip())],
    ]
    for split in splits:
        cells = split(line)
        while len(cells) > width and not cells[-1]:
            cells.pop()
        padded = cells + [""] * (width - len(cells))
        named = sum(bool(cell) for cell in cells)
        if len(padded) == width and named >= min(2, width) and not any(map(_is_number, cells)):
            return padded if len(cells) >= width - 2 else None
    return None


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _without_comment_sign(line: str) -> str:
    return line.replace("\0", "").lstrip(_COMMENT_SIGNS + " ")


def _split_quoted(line: str, delimiter: str) -> list[str]:
    cells = re.findall(
        rf'(?:^|{re.escape(delimiter)})("(?:[^"]|"")*"|[^{re.escape(delimiter)}]*)', line
    )
    return [cell[1:-1].replace('""', '"') if cell[:1] == '"' else cell for cell in cells]
