"""Whether data and residuals scatter as counts do."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from xps.checks.rule import FittedRegion, Rule, Sightings, in_each_fit
from xps.errors import XpsError
from xps.problem import evaluate

_HOPELESS_CHI2 = 10.0
_MEMORY_SIGMA = 4.0
_DEPENDENT = 60.0
_LAGS = (1, 2)
_LEAST_POINTS = 60
_DURBIN = "Durbin and Watson 1951, 10.1093/biomet/38.1-2.159"


def _misfit(fitted: FittedRegion) -> Sightings:
    fit = fitted.fit
    if fit.misfit and fit.reduced_chi2 is not None:
        yield fitted.sighting(
            f"χ²ᵣ is {fit.reduced_chi2:.2f} where counting noise allows "
            f"{1.0 + 2.0 * fit.chi2_spread:.2f}: the model misses something, and the errors do "
            "not know it",
            severity="error" if fit.reduced_chi2 > _HOPELESS_CHI2 else None,
        )


def _too_smooth(fitted: FittedRegion) -> Sightings:
    fit = fitted.fit
    reduced = fit.reduced_chi2
    if reduced is None or fit.noise_model != "poisson":
        return
    if reduced < 1.0 - 4.0 * fit.chi2_spread:
        yield fitted.sighting(f"χ²ᵣ is {reduced:.2f}: the data scatter less than counts can")


def _memory(sign: float, message: str) -> Callable[[FittedRegion], Sightings]:
    def search(fitted: FittedRegion) -> Sightings:
        fit = fitted.fit
        off = sign * (fit.durbin_watson - 2.0)
        if off > _MEMORY_SIGMA * 2.0 / fit.n_points**0.5:
            yield fitted.sighting(
                f"neighboring residuals {message} (Durbin-Watson {fit.durbin_watson:.2f}, "
                "expected 2)"
            )

    return search


def _unknown(fitted: FittedRegion) -> Sightings:
    if fitted.fit.noise_model != "poisson":
        yield fitted.sighting(
            "the counts are unknown: the errors rest on the residuals and cannot reveal a misfit"
        )


def _smoothed(fitted: FittedRegion) -> Sightings:
    fit = fitted.fit
    hopeless = fit.reduced_chi2 is None or fit.reduced_chi2 > _HOPELESS_CHI2
    if (fit.noise_model == "poisson" and hopeless) or fit.n_points < _LEAST_POINTS:
        return
    try:
        curves = evaluate(fit.region, fitted.entry.spectrum, fit.charge_shift_ev)
    except XpsError:
        return  # the data changed after the fit
    if noise_dependence(curves.residual) > _DEPENDENT:
        yield fitted.sighting(
            "the noise of neighboring channels is not independent: the data were smoothed, "
            "interpolated or sharpened, and the errors do not know it"
        )


def noise_dependence(residual: NDArray[np.float64]) -> float:
    """How far neighboring points are from independent.

    Second differences take away most of what a model misses, which is smooth, and leave the
    noise. Those of independent points have the autocorrelations ρ₁ = −2/3 and ρ₂ = 1/6; the
    squared distance of the measured ones from these is given in units of Bartlett's covariance
    (Bartlett 1946). It is near 2 for independent points; 10,000 draws of them stayed below 46
    for 80 points and more, where a moving average over three of 160 points gives 140 or more.

    Parameters
    ----------
    residual : ndarray, shape (n,)
        In standard deviations of the noise, of any common scale.
    """
    differences = np.diff(residual, 2)
    power = float(differences @ differences)
    if power <= 0.0:
        return 0.0
    measured = [float(differences[lag:] @ differences[:-lag]) / power for lag in _LAGS]
    off = np.array(measured) - [_rho(lag) for lag in _LAGS]
    return float(differences.size * off @ np.linalg.solve(_bartlett(), off))


def _rho(lag: int) -> float:
    """Autocorrelation of second differences of independent points."""
    return {0: 1.0, 1: -2.0 / 3.0, 2: 1.0 / 6.0}.get(abs(lag), 0.0)


@cache
def _bartlett() -> NDArray[np.float64]:
    """Covariance of the autocorrelations, times the number of points."""
    covariance = [
        [
            sum(
                _rho(v + i) * _rho(v + j)
                + _rho(v - i) * _rho(v + j)
                + 2.0 * _rho(i) * _rho(j) * _rho(v) ** 2
                - 2.0 * _rho(i) * _rho(v) * _rho(v + j)
                - 2.0 * _rho(j) * _rho(v) * _rho(v + i)
                for v in range(-6, 7)
            )
            for j in _LAGS
        ]
        for i in _LAGS
    ]
    return np.array(covariance)


RULES = (
    Rule(
        "misfit",
        "warning",
        "χ²ᵣ above what counting noise allows (an error above 10)",
        "ISO 19830",
        "look at the residual: a missing component, a wrong shape or background",
        in_each_fit(_misfit),
    ),
    Rule(
        "too-smooth",
        "warning",
        "χ²ᵣ below what counting noise allows",
        "ISO 19830",
        "fit raw counts: the data were smoothed, averaged or scaled before",
        in_each_fit(_too_smooth),
    ),
    Rule(
        "smoothed",
        "warning",
        "Noise of neighboring channels that is not independent",
        "Bartlett 1946, 10.2307/2983611",
        "fit the data as recorded, before any smoothing, interpolation or change of step",
        in_each_fit(_smoothed),
    ),
    Rule(
        "residual-structure",
        "warning",
        "Neighboring residuals that agree",
        _DURBIN,
        "look at the residual: it shows what the model misses",
        in_each_fit(_memory(-1.0, "agree")),
    ),
    Rule(
        "residual-alternation",
        "warning",
        "Neighboring residuals that alternate",
        _DURBIN,
        "look at the raw data: channels of the detector of unequal gain, or a sharpened spectrum",
        in_each_fit(_memory(1.0, "alternate")),
    ),
    Rule(
        "noise-unknown",
        "note",
        "Counts that are not known",
        "",
        "load raw counts, or give dwell time and sweeps",
        in_each_fit(_unknown),
    ),
)
