"""How much a quantity may change from one spectrum to the next, judged from the data.

The quantity is thought to follow a random walk, of which each fit tells one value with its
error: the local level model (Harvey, "Forecasting, Structural Time Series Models and the Kalman
Filter", 1989, section 2.3; Durbin and Koopman, "Time Series Analysis by State Space Methods", 2012,
chapter 2). The size of its steps is that of the greatest likelihood, times that size: of short
series the likelihood alone is often greatest without any step, and errors that build upon that
are too small (Chung et al., Psychometrika 78 (2013) 685).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_LEAST = 1e-3  # step over the typical error: below, the quantity is constant
_MOST = 1e3


def expected_step(values: Floats, errors: Floats) -> float:
    """Estimate the standard deviation of the steps of a quantity along a series.

    Parameters
    ----------
    values, errors : ndarray, shape (spectra,)
        Of fits made one by one; over those that are not numbers the walk goes on unseen.

    Returns
    -------
    float
        At least 0.001 of the typical error.

    Raises
    ------
    ValueError
        If fewer than three values are known.
    """
    from scipy.optimize import minimize_scalar

    known = np.isfinite(values) & (errors > 0.0)
    if np.count_nonzero(known) < 3:
        raise ValueError("fewer than three values with errors")
    gaps = np.diff(np.flatnonzero(known)).tolist()
    values, variances = values[known], errors[known] ** 2
    typical = float(np.sqrt(np.median(variances)))
    limits = math.log(_LEAST * typical), math.log(_MOST * typical)
    grid = np.linspace(*limits, 40)

    def cost(x: float) -> float:
        return _cost(values, variances, gaps, math.exp(2.0 * x)) - 2.0 * x

    costs = [cost(x) for x in grid.tolist()]
    best = int(np.argmin(costs))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, grid.size - 1)]
    found = minimize_scalar(cost, bounds=(low, high), method="bounded")
    return math.exp(float(found.x))


def _cost(values: Floats, variances: Floats, gaps: Sequence[int], step: float) -> float:
    """Minus twice the logarithm of the likelihood, by the Kalman filter from a diffuse start."""
    level, spread, cost = float(values[0]), float(variances[0]), 0.0
    later = zip(values[1:].tolist(), variances[1:].tolist(), gaps, strict=True)
    for value, variance, gap in later:
        spread += gap * step
        total = spread + variance
        missed = value - level
        cost += math.log(total) + missed * missed / total
        level += spread / total * missed
        spread *= variance / total
    return cost
