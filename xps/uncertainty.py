"""Errors of quantities that follow from a fit, by propagation of its covariance.

For a quantity vector q(p) with Jacobian D, ``cov(q) = D · cov(p) · Dᵀ``. The background is
among the fitted parameters, so that its uncertainty is in every number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xps.fitted import RegionFit, standard_error

Floats = NDArray[np.float64]

_ROUNDING = 1e-12  # of the variance that all errors together could make


@dataclass(frozen=True, eq=False)
class Shares:
    """Shares of a region's components in its whole area.

    Attributes
    ----------
    values : ndarray, shape (components,)
        Fractions; signed like the areas, so that they always add up to one.
    covariance : ndarray, shape (components, components)
        Singular, as shares are not independent; NaN where the fit has no errors.
    """

    values: Floats
    covariance: Floats

    def stderr(self, index: int) -> float | None:
        """One standard deviation of a share; None where it is unknown."""
        return standard_error(float(self.covariance[index, index]))


def shares(fit: RegionFit) -> Shares | None:
    """Return the shares of a fit's components; None where the whole area is not positive."""
    return shares_of(fit.areas, fit.area_covariance)


def shares_of(amounts: Floats, covariance: Floats) -> Shares | None:
    """Return amounts over their sum, with covariance.

    Parameters
    ----------
    amounts : ndarray, shape (n,)
    covariance : ndarray, shape (n, n)
    """
    total = float(amounts.sum())
    if not total > 0.0:
        return None
    values = amounts / total
    jacobian = (np.eye(values.size) - values[:, None]) / total
    return Shares(values, propagated(jacobian, covariance))


def propagated(jacobian: Floats, covariance: Floats) -> Floats:
    """Covariance of quantities with this Jacobian, ``D · cov · Dᵀ``; shape (m, m).

    Quantities that are exact because all errors cancel in them, e.g. the share of the only
    component, get zero instead of what rounding leaves.

    Parameters
    ----------
    jacobian : ndarray, shape (m, n)
    covariance : ndarray, shape (n, n)
    """
    result: Floats = jacobian @ covariance @ jacobian.T
    with np.errstate(invalid="ignore"):
        largest = np.square(np.abs(jacobian) @ np.sqrt(np.diag(covariance)))
    exact = np.abs(np.diag(result)) < _ROUNDING * largest
    result[exact, :] = 0.0
    result[:, exact] = 0.0
    return result


def ratio(fit: RegionFit, numerator: str, denominator: str) -> tuple[float, float | None] | None:
    """Ratio of two components' areas and its standard error.

    Parameters
    ----------
    fit : RegionFit
    numerator, denominator : str
        Ids of components.

    Returns
    -------
    (float, float or None) or None
        None where the denominator is not above zero.
    """
    ids = [component.id for component in fit.region.components]
    i, j = ids.index(numerator), ids.index(denominator)
    a, b = fit.areas[i], fit.areas[j]
    if not b > 0.0:
        return None
    if i == j:
        return 1.0, None
    gradient = np.zeros((1, len(ids)))
    gradient[0, i], gradient[0, j] = 1.0 / b, -a / b**2
    variance = propagated(gradient, fit.area_covariance)[0, 0]
    return float(a / b), standard_error(float(variance))
