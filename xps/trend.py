"""Trends along a series: a straight line through the compositions of samples."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xps.composition import Kind, Quantity
from xps.composition_table import CompositionTable
from xps.fitted import standard_error
from xps.multiple_tests import COUNTING_ONLY, two_sided

Floats = NDArray[np.float64]

_LEAST_PLACES = 3  # two are a difference
_MISFIT = 0.01
BORROWED = "scatter of samples with n = 1 taken from the replicates of others"
NOT_STRAIGHT = "points scatter about the line by more than these errors"


@dataclass(frozen=True)
class Trend:
    """Change of a quantity along a series.

    Attributes
    ----------
    kind : {"share", "atomic_percent"}
    quantity : Quantity
    series : str
    slope, intercept : float
        Per unit of the series, and where the line is at zero; signed fractions, or percents.
    stderr : float or None
        Of the slope, one standard deviation; None where a fit has no errors.
    p_value : float or None
        Chance of a slope at least as steep, of either sign, where there is none.
    p_value_adjusted : float or None
        After Holm's correction for all trends of this kind.
    samples : int
        Points of the line.
    misfit_p_value : float or None
        Chance that points scatter about a straight line so much; a small one tells of a curve,
        or of samples that differ by more than their errors.
    note : str
        What the error leaves out.
    covariance : ndarray, shape (2, 2), or None
        Of intercept and slope; None where a fit has no errors.
    """

    kind: Kind
    quantity: Quantity
    series: str
    slope: float
    intercept: float
    stderr: float | None
    p_value: float | None
    p_value_adjusted: float | None
    samples: int
    misfit_p_value: float | None
    note: str
    covariance: Floats | None = field(default=None, repr=False, compare=False)

    @property
    def is_straight(self) -> bool:
        """Whether the points scatter about the line no more than their errors explain."""
        return self.misfit_p_value is None or self.misfit_p_value >= _MISFIT

    def line(self, places: Floats) -> tuple[Floats, Floats | None]:
        """Return the line at places, and its error there, one standard deviation.

        ``s² = C₀₀ + 2·C₀₁·x + C₁₁·x²`` with the covariance C of intercept and slope.
        """
        values = self.intercept + self.slope * places
        if self.covariance is None:
            return values, None
        at = np.column_stack((np.ones_like(places), places))
        variance = np.einsum("ij,jk,ik->i", at, self.covariance, at)
        return values, np.sqrt(np.maximum(variance, 0.0))

    def to_dict(self) -> dict[str, Any]:
        """Return the trend as it stands in ``doublet.compare/1``."""
        return {
            "quantity": self.kind,
            "core_level": self.quantity.core_level,
            "species": self.quantity.species or None,
            "name": self.quantity.name,
            "series": self.series,
            "slope": self.slope,
            "intercept": self.intercept,
            "stderr": self.stderr,
            "p_value": self.p_value,
            "p_value_adjusted": self.p_value_adjusted,
            "samples": self.samples,
            "misfit_p_value": self.misfit_p_value,
            "note": self.note,
        }


def trends_of(
    table: CompositionTable, series: str, positions: Mapping[str, float], notes: list[str]
) -> list[Trend]:
    """Return the trend of every quantity of a table, p-values not adjusted yet.

    Parameters
    ----------
    table : CompositionTable
    series : str
    positions : mapping of str to float
        By sample; those that are not in it are left out.
    notes : list of str
        What has no trend is added.
    """
    found = []
    whole = ", ".join(table.core_levels)
    if len({positions[name] for name in table.samples if name in positions}) < _LEAST_PLACES:
        notes.append(f"{whole}: no trend along {series}, at fewer than {_LEAST_PLACES} places")
        return []
    for column, quantity in enumerate(table.quantities):
        rows = [
            row
            for row, sample in enumerate(table.samples)
            if sample in positions and math.isfinite(table.values[row, column])
        ]
        places = np.array([positions[table.samples[row]] for row in rows])
        if np.unique(places).size < _LEAST_PLACES:
            notes.append(
                f"{quantity.name}, {quantity.core_level}: no trend along {series}, at fewer than "
                f"{_LEAST_PLACES} places"
            )
            continue
        found.append(_trend(table, column, rows, places, series))
    return found


def _trend(
    table: CompositionTable, column: int, rows: list[int], places: Floats, series: str
) -> Trend:
    values = table.values[rows, column]
    replicates = np.array(table.replicates)[rows]
    scatter, pooled, freedom = _pooled(table, column, rows)
    covariance = table.counting[np.ix_(rows, [column], rows, [column])][:, 0, :, 0]
    covariance = covariance + np.diag(scatter / replicates)
    known = bool(np.isfinite(covariance).all() and (np.diag(covariance) > 0.0).all())
    middle, reach = places.mean(), np.ptp(places)
    design = np.column_stack((np.ones_like(places), (places - middle) / reach))
    weighted = np.linalg.solve(covariance, design) if known else design
    rule = np.linalg.solve(design.T @ weighted, weighted.T)
    level, steepness = (rule @ values).tolist()
    slope = steepness / float(reach)
    stderr, p_value, misfit, spread = None, None, None, None
    if known:
        # From level and steepness about the middle to intercept and slope.
        turned = np.array([[1.0, -middle / reach], [0.0, 1.0 / reach]]) @ rule
        spread = turned @ covariance @ turned.T
        lever = rule[1] / reach
        variance = float(lever @ covariance @ lever)
        stderr = standard_error(variance)
        borrowed = float(lever**2 @ (1.0 / replicates))
        degrees = freedom * (variance / (borrowed * pooled)) ** 2 if scatter > 0.0 else math.inf
        p_value = two_sided(slope, stderr, degrees)
        left = values - design @ np.array([level, steepness])
        misfit = _chance_of(float(left @ np.linalg.solve(covariance, left)), len(rows) - 2)
    return Trend(
        table.kind,
        table.quantities[column],
        series,
        slope,
        level - slope * float(middle),
        stderr,
        p_value,
        None,
        len(rows),
        misfit,
        _note(replicates, misfit),
        spread,
    )


def _pooled(table: CompositionTable, column: int, rows: list[int]) -> tuple[float, float, int]:
    """Variance of one measurement beyond counting statistics, all of it, and its freedom.

    It is taken to be the same for all samples.
    """
    counts = np.array(table.replicates)[rows]
    freedom = int((counts - 1).sum())
    repeated = counts > 1
    if not repeated.any():
        return 0.0, 0.0, 0
    weights = ((counts - 1) * counts)[repeated] / freedom
    shown = float(weights @ table.scatter[rows, column][repeated])
    expected = float(weights @ table.expected[rows, column][repeated])
    return max(shown - expected, 0.0), shown, freedom


def _chance_of(chi2: float, freedom: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(freedom, chi2))


def _note(replicates: NDArray[np.intp], misfit: float | None) -> str:
    parts = []
    if (replicates == 1).all():
        parts.append(COUNTING_ONLY)
    elif (replicates == 1).any():
        parts.append(BORROWED)
    if misfit is not None and misfit < _MISFIT:
        parts.append(NOT_STRAIGHT)
    return "; ".join(parts)
