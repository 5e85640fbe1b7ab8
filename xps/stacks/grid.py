"""Whether places lie on a grid: the layout of a map, of a line or of a profile."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence

import numpy as np

from xps.stacks.stack import Coordinate, Floats, Layout

_LEAST_FILLED = 0.25  # of the cells of a grid: with less it is none, but scattered places
_ROWS_AND_COLUMNS = {"Map y": 1, "Map x": 2}
_SAME = 1e-6  # of the range of a coordinate: closer values are one


class Places:
    """Places of spectra, collected one by one in sixteen bytes or so each."""

    def __init__(self) -> None:
        self._count = 0
        self._columns: dict[str, array[float]] = {}

    def add(self, place: Sequence[tuple[str, float]]) -> None:
        """Take the place of the next spectrum, as `Spectrum.series`."""
        for label, value in place:
            column = self._columns.get(label)
            if column is None:
                column = self._columns[label] = array("d", [math.nan]) * self._count
            if len(column) == self._count:
                column.append(value)
        self._count += 1
        for column in self._columns.values():
            if len(column) < self._count:
                column.append(math.nan)

    def coordinates(self) -> tuple[Coordinate, ...]:
        """Return what is known of all places; NaN where it is not of one."""
        return tuple(
            Coordinate.labelled(label, np.array(column)) for label, column in self._columns.items()
        )


def shared(texts: Sequence[str]) -> tuple[str, ...]:
    """Return one text where all are the same, or all of them."""
    return tuple(texts) if len(set(texts)) > 1 else (texts[0],)


def layout_of(coordinates: Sequence[Coordinate], count: int) -> Layout:
    """Find the grid that the places of spectra fill.

    Parameters
    ----------
    coordinates : sequence of Coordinate
        Those that do not vary are passed over. The last is that along rows of a grid, and the
        one before from row to row; but x of a map is always along rows.
    count : int
        Number of spectra.

    Returns
    -------
    Layout
        Of one direction where the places are on no grid, or several spectra at one place; it
        is then the only coordinate that varies, or the number of the spectrum from 1.
    """
    varying = [c for c in coordinates if np.isfinite(c.values).all() and np.ptp(c.values) > 0.0]
    varying.sort(key=lambda c: _ROWS_AND_COLUMNS.get(c.name, 0))
    if len(varying) > 1:
        grid = _grid(varying, count)
        if grid is not None:
            return grid
    numbers = Coordinate("Spectrum", "", np.arange(1.0, count + 1))
    axis = varying[0] if len(varying) == 1 else numbers
    return Layout((count,), np.arange(count), (axis,))


def _grid(varying: Sequence[Coordinate], count: int) -> Layout | None:
    steps = [_distinct(c.values) for c in varying]
    shape = tuple(values.size for values, _ in steps)
    if math.prod(shape) * _LEAST_FILLED > count:
        return None
    cells = np.ravel_multi_index(tuple(place for _, place in steps), shape)
    if np.unique(cells).size != count:
        return None
    axes = tuple(
        Coordinate(c.name, c.unit, values) for c, (values, _) in zip(varying, steps, strict=True)
    )
    return Layout(shape, cells.astype(np.intp), axes)


def _distinct(values: Floats) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """The distinct values, ascending, and which of them each value is."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    begins = np.append(True, np.diff(ordered) > _SAME * np.ptp(values))
    places = np.empty(values.size, dtype=np.intp)
    places[order] = np.cumsum(begins) - 1
    return ordered[begins], places
