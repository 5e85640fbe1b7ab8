"""A number that every place of a map or profile has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xps.numbers_text import number, with_error

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Quantity:
    """What an image or a line shows.

    Attributes
    ----------
    key : str
        Unique among those of one result.
    name : str
        E.g. "share of PS4 3−".
    unit : str
        "" where it has none.
    values : ndarray
        In the shape of the places; NaN where there is none.
    errors : ndarray or None
        One standard deviation each; None where the quantity has no error.
    """

    key: str
    name: str
    unit: str
    values: Floats
    errors: Floats | None = None

    @property
    def label(self) -> str:
        """Name and unit."""
        return f"{self.name} / {self.unit}" if self.unit else self.name

    def text(self, place: tuple[int, ...]) -> str:
        """Return the number at a place in words: value, error and unit."""
        value = float(self.values[place])
        if not np.isfinite(value):
            return f"{self.name}: none here"
        unit = f" {self.unit}" if self.unit else ""
        if self.errors is None:
            return f"{self.name}: {number(value)}{unit}"
        return f"{self.name}: {with_error(value, float(self.errors[place]))}{unit}"


def levels(values: Floats) -> tuple[float, float]:
    """Return the range that an image is colored over: a few wild pixels do not take it all."""
    found = values[np.isfinite(values)]
    if not found.size:
        return 0.0, 1.0
    low, high = np.percentile(found, (0.5, 99.5))
    if low == high:
        low, high = low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0)
    return float(low), float(high)
