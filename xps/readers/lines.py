"""Walk through the lines of a file, with errors that know the line."""

from __future__ import annotations

import math
from typing import Protocol, Self

import numpy as np

from xps.errors import ReadError
from xps.file_bytes import Bytes
from xps.readers.encoding import encoding_of
from xps.readers.numbers import parse_numbers
from xps.spectrum import Floats

MISSING = 1e36
"""VAMAS writes 1E+37 for "not known"; nothing measured comes near."""

_REMEDY = "the file is damaged: export it again"
_CHUNK = 1 << 16
_LINES_AHEAD = 64


class LineEnds(Protocol):
    """Positions of line feeds, and of the end where the last line has none."""

    def __len__(self) -> int: ...

    def __getitem__(self, key: int, /) -> int: ...


class LineCursor:
    r"""Reads lines one by one, and long runs of numbers at once.

    Lines end with ``\n`` alone: a carriage return, single or double, belongs to the end of
    its line, and NUL bytes that some vendors leave behind labels are dropped.

    Parameters
    ----------
    data : Bytes
        The whole file.
    ends : LineEnds
        Where its lines end.
    encoding : str
    """

    def __init__(self, data: Bytes, ends: LineEnds, encoding: str) -> None:
        self._data = data
        self._encoding = encoding
        self._ends = ends
        self._count = len(ends)
        # Lines decoded together, since headers of maps are many lines a block.
        self._ahead: list[str] = []
        self._first_ahead = 0
        self.number = 0
        self.context = ""

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Return the cursor at the first line of a file in memory."""
        ends = _line_ends(data)
        return cls(data, ends.data, encoding_of(data))

    def go_to(self, number: int) -> None:
        """Go on after the line of this number, from 1."""
        self.number = self._first_ahead = number
        self._ahead = []

    @property
    def remaining(self) -> int:
        """Number of lines not yet read."""
        return self._count - self.number

    def error(self, reason: str, remedy: str = _REMEDY, *, line: int | None = None) -> ReadError:
        """Return an error that names the present line (or `line`) and the context."""
        place = f"line {line or self.number}"
        return ReadError(
            reason, remedy, where=f"{place}, {self.context}" if self.context else place
        )

    def raw(self, what: str) -> str:
        """Read one line as it stands, without its line end."""
        at = self.number - self._first_ahead
        if at >= len(self._ahead):
            if self.number >= self._count:
                raise self.error(f"the file ends where {what} should stand")
            self._look_ahead()
            at = 0
        self.number += 1
        return self._ahead[at]

    def _look_ahead(self) -> None:
        """Decode the next lines."""
        last = min(self.number + _LINES_AHEAD, self._count)
        block = self._data[self._start() : int(self._ends[last - 1])].rstrip(b"\r")
        block = block.replace(b"\r\n", b"\n")
        lines = block.decode(self._encoding, errors="replace").split("\n")
        if len(lines) != last - self.number:
            # Half of a double byte before a line feed can take it along.
            lines = [b.decode(self._encoding, errors="replace") for b in block.split(b"\n")]
        if b"\r" in block or b"\0" in block:
            lines = [line.rstrip("\r").replace("\0", "") for line in lines]
        self._ahead = lines
        self._first_ahead = self.number

    def _start(self) -> int:
        """Return the position of the next line."""
        return int(self._ends[self.number - 1]) + 1 if self.number else 0

    def repeats(self, lines: list[str]) -> bool:
        """Pass over the next lines if they are these, and tell whether they are.

        Never true of more lines than were looked at already.
        """
        at = self.number - self._first_ahead
        if self._ahead[at : at + len(lines)] != lines:
            return False
        self.number += len(lines)
        return True

    def since(self, number: int) -> list[str] | None:
        """Return the lines read since there were so many; None where not all are at hand."""
        first, last = number - self._first_ahead, self.number - self._first_ahead
        return self._ahead[first:last] if first >= 0 and last <= len(self._ahead) else None

    def text(self, what: str) -> str:
        """Read one line without the blanks around it."""
        return self.raw(what).strip()

    def skip(self, count: int, what: str) -> None:
        """Pass over lines whose content does not matter."""
        if count > self._count - self.number:
            self.number = self._count
            raise self.error(f"the file ends where {what} should stand")
        self.number += count

    def value(self, what: str) -> float | None:
        """Read a number; None where it is missing (blank or 1E+37)."""
        text = self.text(what)
        if not text:
            return None
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            raise self.error(f"{what} should be a number, not {_shown(text)}") from None
        return number if math.isfinite(number) and abs(number) < MISSING else None

    def count(self, what: str) -> int:
        """Read how many of something follow, which cannot be more than lines are left."""
        return self._bounded(self.integer(what), what)

    def integer(self, what: str) -> int:
        """Read a whole number."""
        text = self.text(what)
        try:
            number = float(text)
            if number != int(number):
                raise ValueError
        except (ValueError, OverflowError):
            raise self.error(f"{what} should be a whole number, not {_shown(text)}") from None
        return int(number)

    def signed_count(self, what: str) -> int:
        """Read a count whose sign has a meaning of its own."""
        number = self.integer(what)
        self._bounded(abs(number), what)
        return number

    def numbers(self, count: int, what: str) -> Floats:
        """Read `count` lines of one number each.

        Returns
        -------
        ndarray, shape (count,)
            Missing values are NaN.
        """
        if count > self.remaining:
            raise self.error(f"the file ends {count - self.remaining} lines before {what} do")
        if not count:
            return np.empty(0)
        first = self.number
        end = int(self._ends[first + count - 1])
        block = self._data[self._start() : end]
        values = parse_numbers(block)
        if values is None and b"," in block and b"." not in block:
            values = parse_numbers(block.replace(b",", b"."))
        if values is None or values.size != count:
            values = self._convert_slowly(block, count, what)
        self.number += count
        known = np.abs(values) < MISSING
        if np.count_nonzero(known) < count:
            values[~known] = np.nan
        return values

    def _convert_slowly(self, block: bytes, count: int, what: str) -> Floats:
        values = np.empty(count)
        for i, line in enumerate(block.split(b"\n")):
            text = line.decode(self._encoding, errors="replace").replace("\0", "").strip()
            try:
                values[i] = float(text)
            except ValueError:
                found = _shown(text) if text else "a blank line"
                raise self.error(
                    f"{what} should be numbers, not {found}", line=self.number + i + 1
                ) from None
        return values

    def _bounded(self, number: int, what: str) -> int:
        if number < 0:
            raise self.error(f"{what} cannot be {number}")
        if number > self.remaining:
            raise self.error(f"{what} is {number}, but only {self.remaining} lines follow")
        return number


def _line_ends(data: bytes) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    """Return the positions of all line feeds, and the end where the last line has none."""
    characters = np.frombuffer(data, dtype=np.uint8)
    parts = [
        (np.flatnonzero(characters[start : start + _CHUNK] == 10) + start).astype(np.uint32)
        for start in range(0, len(data), _CHUNK)
    ]
    if data and not data.endswith(b"\n"):
        parts.append(np.array([len(data)], dtype=np.uint32))
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.uint32)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
