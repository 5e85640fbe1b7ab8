"""Figures with their Monte-Carlo errors, and what was asked of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CHANCE = 3.0  # Monte-Carlo errors by which a bound is widened


@dataclass(frozen=True)
class Figure:
    """A number that was measured.

    Attributes
    ----------
    value : float
    error : float
        Its Monte-Carlo error, one standard deviation; zero where there is none.
    low, high : float or None
        Where it was asked to lie, before `allowance`.
    allowance : float
        Monte-Carlo errors by which these are widened.
    """

    value: float
    error: float = 0.0
    low: float | None = None
    high: float | None = None
    allowance: float = CHANCE

    @property
    def passed(self) -> bool:
        """Whether it lies there; True where nothing was asked."""
        chance = self.allowance * self.error
        above = self.low is None or self.value >= self.low - chance
        return above and (self.high is None or self.value <= self.high + chance)

    def asked(self, low: float | None, high: float | None, allowance: float = CHANCE) -> Figure:
        """The figure held against bounds."""
        return replace(self, low=low, high=high, allowance=allowance)


@dataclass(frozen=True)
class Row:
    """A line of a table: what was measured, and the figures by column."""

    labels: tuple[str, ...]
    figures: dict[str, Figure]

    @property
    def passed(self) -> bool:
        return all(figure.passed for figure in self.figures.values())


def jackknifed(statistic: Callable[[Floats], float], sample: Floats) -> Figure:
    """A statistic of the rows of a sample, with its error by leaving out groups of them.

    Parameters
    ----------
    statistic : callable
        Of an array like `sample`.
    sample : ndarray, shape (spectra, ...)
    """
    groups = min(len(sample), 100)
    owner = np.arange(len(sample)) % groups
    without = np.array([statistic(sample[owner != group]) for group in range(groups)])
    spread = float(np.sum((without - without.mean()) ** 2))
    return Figure(statistic(sample), math.sqrt((groups - 1) / groups * spread))


def fraction(inside: NDArray[np.bool_]) -> Figure:
    """The share of hits, in percent; several columns of one spectrum count as one draw."""
    per_spectrum = 100.0 * inside.reshape(len(inside), -1).mean(axis=1)
    share = float(per_spectrum.mean())
    error = float(per_spectrum.std()) / math.sqrt(len(inside))
    if inside.ndim == 1:  # never zero, even where all hit: that of one more miss and one more hit
        shrunk = (share * len(inside) / 100.0 + 1.0) / (len(inside) + 2.0)
        error = 100.0 * math.sqrt(shrunk * (1.0 - shrunk) / len(inside))
    return Figure(share, error)


def median(sample: Floats) -> Figure:
    """The median, with its error from the order statistics that hold it with two sigma."""
    ordered = np.sort(sample)
    middle, reach = 0.5 * (len(sample) - 1), math.sqrt(len(sample))
    low, high = (
        ordered[int(np.clip(round(middle + side * reach), 0, len(sample) - 1))] for side in (-1, 1)
    )
    return Figure(float(np.median(sample)), 0.25 * float(high - low))


def mean(sample: Floats) -> Figure:
    """The mean with its error."""
    return Figure(float(sample.mean()), float(sample.std(ddof=1)) / math.sqrt(len(sample)))
