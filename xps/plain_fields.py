"""Reading of JSON objects field by field, with errors that name the place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

_MAX_LETTERS = 1_000_000  # of a text; a longer one only serves to slow down who shows it
_MAX_WHOLE = 1 << 53  # a float holds every whole number up to here


class MalformedError(ValueError):
    """A field is missing or has the wrong kind; the text names it."""


def refuse_constant(name: str) -> float:
    """Refuse the numbers NaN and Infinity, which JSON does not have but Python reads.

    Raises
    ------
    MalformedError
    """
    raise MalformedError(f"it holds the number {name}")


class Fields:
    """A JSON object whose fields are taken by kind, with errors that name the place.

    Attributes
    ----------
    plain : mapping
        The object as it is.
    where : str
        Its place.
    inner : dict of str to Fields, or list of these
        Objects, and lists of objects, that were asked for.
    """

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, Mapping):
            raise MalformedError(f"{where} is not an object")
        self.plain: Mapping[str, Any] = value
        self.where = where
        self._taken: set[str] = set()
        self.inner: dict[str, Fields | list[Fields]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fields, in their order."""
        return tuple(self.plain)

    @property
    def unread(self) -> list[tuple[str, Any]]:
        """Fields that nothing asked for."""
        if self._taken >= self.plain.keys():
            return []
        return [(name, value) for name, value in self.plain.items() if name not in self._taken]

    def settle(self) -> None:
        """Let nothing count as unread any more."""
        self._taken |= self.plain.keys()

    def _take(self, name: str, default: object = None) -> Any:
        self._taken.add(name)
        return self.plain.get(name, default)

    def maybe(self, name: str) -> Any:
        """Return a field as it is; None where it is null or absent."""
        return self._take(name)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text."""
        value = self._take(name, default)
        if not isinstance(value, str):
            raise MalformedError(f"{self.where}.{name} is not a text")
        if len(value) > _MAX_LETTERS:
            raise MalformedError(f"{self.where}.{name} is a text of {len(value)} letters")
        return value

    def maybe_text(self, name: str) -> str | None:
        """Return a text, or None where the field is null or absent."""
        return None if self._take(name) is None else self.text(name)

    def choice(self, name: str, known: tuple[str, ...]) -> str:
        """Return a text that is one of `known`."""
        value = self.text(name)
        if value not in known:
            raise MalformedError(f"{self.where}.{name} = {value!r}, known: {', '.join(known)}")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """Return a finite number; the default may be infinite."""
        value = self._take(name, default)
        if type(value) is float and math.isfinite(value):
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise MalformedError(f"{self.where}.{name} is not a number")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isnan(number) or (math.isinf(number) and name in self.plain):
            raise MalformedError(f"{self.where}.{name} is not a finite number")
        return number

    def maybe_number(self, name: str) -> float | None:
        """Return a finite number, or None where the field is null or absent."""
        return None if self._take(name) is None else self.number(name)

    def whole(self, name: str) -> int:
        """Return a whole number, zero or above."""
        value = self._take(name)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_WHOLE:
            raise MalformedError(f"{self.where}.{name} is not a whole number")
        return value

    def flag(self, name: str) -> bool:
        """Return true or false."""
        value = self._take(name)
        if not isinstance(value, bool):
            raise MalformedError(f"{self.where}.{name} is neither true nor false")
        return value

    def maybe_flag(self, name: str) -> bool | None:
        """Return true, false, or None where the field is null or absent."""
        return None if self._take(name) is None else self.flag(name)

    def table(self, name: str) -> Fields:
        """Return an inner object."""
        known = self.inner.get(name)
        if not isinstance(known, Fields):
            known = self.inner[name] = Fields(self._take(name), f"{self.where}.{name}")
        return known

    def maybe_table(self, name: str) -> Fields | None:
        """Return an inner object, or None where the field is null or absent."""
        return None if self._take(name) is None else self.table(name)

    def items(self, name: str) -> list[Any]:
        """Return a list; empty where the field is absent."""
        value = self._take(name, [])
        if not isinstance(value, list):
            raise MalformedError(f"{self.where}.{name} is not a list")
        return value

    def tables(self, name: str) -> list[Fields]:
        """Return a list of objects."""
        known = self.inner.get(name)
        if not isinstance(known, list):
            values = enumerate(self.items(name))
            known = [Fields(value, f"{self.where}.{name}[{i}]") for i, value in values]
            self.inner[name] = known
        return known

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        values = self.items(name)
        if not all(isinstance(value, str) for value in values):
            raise MalformedError(f"{self.where}.{name} holds something that is not a text")
        return tuple(values)

    def numbers(self, name: str) -> dict[str, float]:
        """Return an object whose values are all numbers."""
        inner = self.table(name)
        return {key: inner.number(key) for key in inner.plain}

    def rows(self, name: str) -> list[list[float]]:
        """Return a list of lists of finite numbers."""
        found = []
        for i, row in enumerate(self.items(name)):
            if not isinstance(row, list):
                raise MalformedError(f"{self.where}.{name}[{i}] is not a list")
            fields = Fields({str(j): value for j, value in enumerate(row)}, f"{self.where}.{name}")
            found.append([fields.number(str(j)) for j in range(len(row))])
        return found

    def pair(self, name: str) -> tuple[float, float]:
        """Return a list of two numbers."""
        values = self.items(name)
        if len(values) != 2:
            raise MalformedError(f"{self.where}.{name} is not a pair")
        both = Fields({"0": values[0], "1": values[1]}, f"{self.where}.{name}")
        return both.number("0"), both.number("1")
