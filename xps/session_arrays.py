"""The numbers of spectra as tables of a session, and even energies as three numbers.

Rows of the same length stand in one table, and equal rows only once: a map shares its energies
and its transmission, and a thousand spectra are one member of the archive.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xps.plain_fields import Fields, MalformedError

Floats = NDArray[np.float64]
Plain = dict[str, Any]
Place = list[str | int]
"""Name of a table, and row."""

_MOST_DECIMALS = 9


class RowPool:
    """Collects rows of numbers into tables by their length."""

    def __init__(self) -> None:
        self._tables: dict[int, tuple[str, list[Floats]]] = {}
        self._places: dict[bytes, Place] = {}
        self._axes: dict[bytes, Plain | Place] = {}

    def place(self, row: Floats) -> Place:
        """Take a row up; return where it is found."""
        raw = row.tobytes()
        known = self._places.get(raw)
        if known is None:
            name, rows = self._tables.setdefault(row.size, (f"tables/{len(self._tables)}", []))
            known = self._places[raw] = [name, len(rows)]
            rows.append(row)
        return known

    def energies(self, energy_ev: Floats) -> Plain | Place:
        """Return energies as start and step where these give every bit of them, else a row."""
        raw = energy_ev.tobytes()
        known = self._axes.get(raw)
        if known is None:
            known = self._axes[raw] = _even(energy_ev) or self.place(energy_ev)
        return known

    @property
    def tables(self) -> dict[str, Floats]:
        """The tables by name, each of shape (rows, points)."""
        return {name: np.stack(rows) for name, rows in self._tables.values()}


def row_of(fields: Fields, name: str, array: Callable[[str], Floats]) -> Floats:
    """Return the row that a field names; shape (points,).

    Raises
    ------
    MalformedError
        If the field is no place of a row, or there is no such row.
    """
    table, row = _place(fields, name)
    rows = array(table)
    if not row < rows.shape[0]:
        raise MalformedError(f"{fields.where}.{name}: {table} has {rows.shape[0]} rows")
    found: Floats = rows[row]
    return found


def energies_of(fields: Fields, name: str, points: int, array: Callable[[str], Floats]) -> Floats:
    """Return energies in eV; shape (points,) where they are even.

    Raises
    ------
    MalformedError
        As `row_of`.
    """
    if isinstance(fields.maybe(name), list):
        return row_of(fields, name, array)
    even = fields.table(name)
    decimals = None if even.maybe("decimals") is None else even.whole("decimals")
    if decimals is not None and decimals > _MOST_DECIMALS:
        raise MalformedError(f"{even.where}.decimals = {decimals}, at most {_MOST_DECIMALS}")
    return _drawn(even.number("start_ev"), even.number("step_ev"), decimals, points)


def _place(fields: Fields, name: str) -> tuple[str, int]:
    values = fields.items(name)
    if len(values) == 2:
        table, row = values
        whole = isinstance(row, int) and not isinstance(row, bool)
        if isinstance(table, str) and whole and row >= 0:
            return table, row
    raise MalformedError(f"{fields.where}.{name} is not a table and a row")


def _even(energy_ev: Floats) -> Plain | None:
    start = float(energy_ev[0])
    mean_step = float(energy_ev[-1] - energy_ev[0]) / max(energy_ev.size - 1, 1)
    raw = energy_ev.tobytes()
    for digits in range(1, _MOST_DECIMALS + 1):
        step = round(mean_step, digits)
        for decimals in (None, digits):  # as calculated by an instrument, or written in decimals
            if _drawn(start, step, decimals, energy_ev.size).tobytes() == raw:
                return {"start_ev": start, "step_ev": step, "decimals": decimals}
    return None


@np.errstate(over="ignore")  # energies beyond all numbers are refused by the spectrum
def _drawn(start: float, step: float, decimals: int | None, points: int) -> Floats:
    """``start + step · i``, rounded to decimals as text holds them."""
    energies = start + step * np.arange(points, dtype=np.float64)
    if decimals is not None:
        energies = np.round(energies, decimals)
    energies.setflags(write=False)
    return energies
