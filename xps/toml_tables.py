"""The tables of a TOML file, read field by field, with errors that name line and field."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from xps.errors import RecipeError

MAX_BYTES = 1_000_000
MAX_TEXT = 1000  # characters of one text


@dataclass(frozen=True)
class Table:
    """One ``[[name]]`` table of a file.

    Attributes
    ----------
    path : Path
        The file.
    label : str
        What the table is called in errors, e.g. "species 3 (sulfate)".
    values : Mapping
        Its fields.
    line : int
        Line of its header, counted from 1; 0 where that cannot be told.
    lines : tuple of str
        The lines from its header to the next table.
    """

    path: Path
    label: str
    values: Mapping[str, Any]
    line: int = 0
    lines: tuple[str, ...] = ()

    def fail(self, field: str, reason: str, remedy: str = "") -> NoReturn:
        """Raise the error of a field.

        Raises
        ------
        RecipeError
            Always: naming file, line, table and field.
        """
        line = self._line_of(field)
        place = [f"line {line}"] * bool(line) + [self.label, field]
        raise RecipeError(reason, remedy, path=self.path, where=", ".join(place))

    def refuse_others(self, known: Collection[str]) -> None:
        """Refuse fields that are not known."""
        for field in self.values:
            if field not in known:
                self.fail(field, "there is no such field", f"choose from {', '.join(known)}")

    def text(self, field: str, default: str | None = None) -> str:
        """Return a text of one line."""
        return self._text(field, self._value(field, default))

    def number(self, field: str, default: float | None = None) -> float:
        """Return a finite number."""
        return self._number(field, self._value(field, default))

    def flag(self, field: str) -> bool:
        """Return true or false; false where the field is absent."""
        value = self._value(field, False)
        if not isinstance(value, bool):
            self.fail(field, f"wrong value {_shown(value)}", "write true or false")
        return value

    def pair(self, field: str) -> tuple[float, float]:
        """Return two rising numbers above zero."""
        value = self._value(field)
        if not isinstance(value, list) or len(value) != 2:
            self.fail(field, f"wrong value {_shown(value)}", "write two numbers: [low, high]")
        low, high = (self._number(field, number) for number in value)
        if not 0.0 < low < high:
            self.fail(field, f"{low:g} to {high:g} is no range", "write it as [low, high] above 0")
        return low, high

    def texts(self, field: str) -> tuple[str, ...]:
        """Return a list of texts; empty where the field is absent."""
        value = self._value(field, [])
        if not isinstance(value, list):
            self.fail(field, f"wrong value {_shown(value)}", 'write a list: ["...", "..."]')
        return tuple(self._text(field, text) for text in value)

    def _value(self, field: str, default: object = None) -> object:
        value = self.values.get(field, default)
        if value is None:
            self.fail(field, f"the field {field!r} is missing", "add it")
        return value

    def _text(self, field: str, value: object) -> str:
        if not isinstance(value, str):
            self.fail(field, f"wrong value {_shown(value)}", "write a text in quotes")
        if len(value) > MAX_TEXT or not value.isprintable():
            self.fail(
                field,
                "the text is too long or holds what cannot be printed",
                f"write one line of at most {MAX_TEXT} characters",
            )
        return value

    def _number(self, field: str, value: object) -> float:
        number = math.nan
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                number = float(value)
            except OverflowError:
                number = math.inf
        if not math.isfinite(number):
            self.fail(field, f"wrong value {_shown(value)}", "write a number")
        return number

    def _line_of(self, field: str) -> int:
        if not self.line:
            return 0
        assigned = re.compile(rf"""\s*["']?{re.escape(field)}["']?\s*=""")
        for offset, text in enumerate(self.lines):
            if assigned.match(text):
                return self.line + offset
        return self.line


def read_tables(path: Path, name: str, version: int) -> list[Table]:
    """Read the ``[[name]]`` tables of a TOML file that holds nothing else but its format.

    Raises
    ------
    RecipeError
        If the file cannot be read, is too large or no TOML, has another format or holds other
        things.
    """
    text = _text_of(path)
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecipeError(
            f"cannot be read as TOML: {error}", "mend what stands there", path=path
        ) from error
    found = document.pop("format", version)
    if isinstance(found, bool) or found != version:
        raise RecipeError(
            f"format = {_shown(found)}", f"this version reads format {version}", path=path
        )
    tables = document.pop(name, [])
    for other in document:
        raise RecipeError(
            f"{_shown(other)} does not belong here",
            f"a file holds format and [[{name}]] tables",
            path=path,
        )
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise RecipeError(f"{name} is not a list of tables", f"write [[{name}]]", path=path)
    lines = text.split("\n")
    header = re.compile(rf"\s*\[\[\s*{name}\s*\]\]\s*(#.*)?")
    starts = [number for number, line in enumerate(lines) if header.fullmatch(line)]
    if len(starts) != len(tables):  # written in another way: no line can be told
        return [Table(path, _label(name, i, table), table) for i, table in enumerate(tables)]
    ends = [*starts[1:], len(lines)]
    return [
        Table(path, _label(name, i, table), table, starts[i] + 1, tuple(lines[starts[i] : ends[i]]))
        for i, table in enumerate(tables)
    ]


def _text_of(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():  # reading a pipe would wait for ever
            raise OSError("it is a folder or a device")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # e.g. a name that holds a null character
        reason = getattr(error, "strerror", None) or error
        raise RecipeError(f"cannot read the file: {reason}", "check its name", path=path) from error
    if len(data) > MAX_BYTES:
        raise RecipeError(
            f"larger than {MAX_BYTES // 1_000_000} MB", "give a shorter file", path=path
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecipeError(
            f"cannot be read as text: {error}", "save it as UTF-8", path=path
        ) from error


def _label(name: str, index: int, table: Mapping[str, Any]) -> str:
    key = table.get("key")
    named = f" ({_shown(key)})" if isinstance(key, str) else ""
    return f"{name} {index + 1}{named}"


def _shown(value: object) -> str:
    """Return a value as it can stand in an error: short and printable."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except ValueError:  # a whole number of thousands of digits
        text = "a huge number"
    text = text if len(text) <= 60 else text[:57] + "..."
    return ascii(text)[1:-1] if not text.isprintable() else text
