"""The axes of a data space of Avantage: energies, then places in a profile or on a map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xps.errors import SpectrumError
from xps.spectrum import Floats

ENERGY = "ENERGY"
_MAX_POINTS = 1_000_000
_LARGEST_EV = 1e6
Series = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class SpaceAxis:
    """One axis of a data space.

    Attributes
    ----------
    kind : str
        "ENERGY", "ETCHTIME", "ETCHLEVEL", "POSITION", "X" or "Y".
    start, step : float
        Place of the first point, and distance of the points.
    size : int
        Number of points.
    linear : bool
        Whether start and step hold; else the places are stored one by one.
    label, unit : str
        E.g. "Etch Time" and "s".
    """

    kind: str
    start: float
    step: float
    size: int
    linear: bool
    label: str
    unit: str

    @property
    def name(self) -> str:
        """Label and unit as a series has them: "Etch Time / s"."""
        return f"{self.label} / {self.unit}" if self.unit else self.label

    def place(self, index: int) -> float:
        """Return the place of a point; of an axis without equal steps its number, from 1."""
        return self.start + index * self.step if self.linear else float(index + 1)

    def energies(self) -> Floats:
        """Return the energies in eV, shape (size,).

        Raises
        ------
        SpectrumError
            If these are no energies of electrons.
        """
        reach = abs(self.start) + abs(self.step) * self.size
        if self.kind != ENERGY or not self.linear:
            raise SpectrumError(f"its first axis is {self.label!r}, not an energy in equal steps")
        if not 2 <= self.size <= _MAX_POINTS or not reach <= _LARGEST_EV:
            raise SpectrumError(
                f"its {self.size} energies start at {self.start:g} eV in steps of {self.step:g} eV"
            )
        return self.start + self.step * np.arange(self.size, dtype=np.float64)


def grouped(axes: Sequence[SpaceAxis], count: int) -> list[tuple[SpaceAxis, ...]]:
    """Tell which axes advance together, from the number of spectra that they place.

    Raises
    ------
    SpectrumError
        If the axes have room for another number of spectra.
    """
    sizes = [axis.size for axis in axes]
    if axes and all(size == count for size in sizes):
        return [tuple(axes)]
    if math.prod(sizes) == count:
        return [(axis,) for axis in axes]
    raise SpectrumError(f"{count} spectra do not fill axes of {' × '.join(map(str, sizes))}")


def series_at(groups: Sequence[Sequence[SpaceAxis]], indices: Sequence[int]) -> Series:
    """Return the place of the spectrum with these indices, one for each group of axes."""
    return tuple(
        (axis.name, axis.place(index))
        for group, index in zip(groups, indices, strict=True)
        for axis in group
    )
