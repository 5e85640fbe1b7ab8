"""Transmission of the analyzer over kinetic energy, as a table of one's own."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from xps.errors import RecipeError
from xps.number_table import NumberTable


@dataclass(frozen=True)
class TransmissionTable:
    """Relative transmission over kinetic energy.

    Attributes
    ----------
    name : str
        Named in every output.
    kinetic_ev, transmission : tuple of float
        Rising energies in eV, and the transmission at each; only its ratios matter.

    Raises
    ------
    RecipeError
        If there are fewer than two points, energies do not rise from above zero, or a
        transmission is not above zero.
    """

    name: str
    kinetic_ev: tuple[float, ...]
    transmission: tuple[float, ...]

    def __post_init__(self) -> None:
        energies = (0.0, *self.kinetic_ev, math.inf)
        if len(self.kinetic_ev) < 2 or len(self.kinetic_ev) != len(self.transmission):
            raise RecipeError("a transmission table with fewer than two points", "give more")
        if not all(a < b for a, b in pairwise(energies)):
            raise RecipeError("kinetic energies that do not rise from above zero", "sort them")
        if not all(0.0 < value < math.inf for value in self.transmission):
            raise RecipeError("a transmission that is not above zero")

    def at(self, kinetic_ev: float) -> float | None:
        """Return the transmission, linear between points; None outside the table."""
        energies = self.kinetic_ev
        if not energies[0] <= kinetic_ev <= energies[-1]:
            return None
        i = min(bisect_right(energies, kinetic_ev), len(energies) - 1)
        share = (kinetic_ev - energies[i - 1]) / (energies[i] - energies[i - 1])
        return (1.0 - share) * self.transmission[i - 1] + share * self.transmission[i]


def read_transmission(path: str | Path) -> TransmissionTable:
    """Read a transmission from a CSV file with the columns ``kinetic_ev`` and ``transmission``.

    Raises
    ------
    RecipeError
        Naming file and line.
    """
    table = NumberTable(path)
    points: dict[float, float] = {}
    for row in table.rows(("kinetic_ev", "transmission")):
        energy = row.positive("kinetic_ev")
        if energy in points:
            row.fail(f"the kinetic energy {energy:g} eV stands twice", "keep one of them")
        points[energy] = row.positive("transmission")
    if len(points) < 2:
        raise RecipeError("it has one point", "give two or more", path=path)
    energies, values = zip(*sorted(points.items()), strict=True)
    return TransmissionTable(table.name, energies, values)
