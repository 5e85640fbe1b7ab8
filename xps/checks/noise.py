"""Whether data and residuals scatter as counts do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from math import comb

import numpy as np
from numpy.typing import NDArray

from xps.checks.rule import FittedRegion, Rule, Sightings, in_each_fit
from xps.errors import XpsError
from xps.problem import evaluate

_HOPELESS_CHI2 = 10.0
_MEMORY_SIGMA = 4.0
_FOURTH = 4
_UNLIKELY = 1e-5
_ROUGH = 1.5
_DEPENDENT = 80.0  # 5,000 draws of 80 independent points stayed below 66
_LAGS = (1, 2)
_LEAST_POINTS = 60
Floats = NDArray[np.float64]

_ABBE = "von Neumann 1941, 10.1214/aoms/1177731677"
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
    if fitted.fit.noise_model not in ("poisson", "unweighted"):
        yield fitted.sighting(
            "the counts are unknown: the errors rest on the residuals and cannot reveal a misfit"
        )


def _unweighted(fitted: FittedRegion) -> Sightings:
    if fitted.fit.noise_model == "unweighted":
        yield fitted.sighting(
            "all points weigh alike, though those of the background scatter less than those of "
            "the peaks: weak components are less certain than the counts allow"
        )


def _residual(fitted: FittedRegion) -> Floats | None:
    """Residuals in standard deviations; None where they are too few, or data changed.

    In those of counts where these are known, whatever the weights of the fit.
    """
    fit = fitted.fit
    if fit.n_points < _LEAST_POINTS:
        return None
    region = replace(fit.region, weights="noise")
    try:
        return evaluate(region, fitted.entry.spectrum, fit.charge_shift_ev).residual
    except XpsError:
        return None


def _are_counts(fitted: FittedRegion) -> bool:
    """Whether the noise of the data is known, whatever the weights of the fit."""
    model = fitted.fit.noise_model
    return model == "poisson" or (
        model == "unweighted" and fitted.entry.spectrum.counts is not None
    )


def _smoothed(fitted: FittedRegion) -> Sightings:
    residual = _residual(fitted)
    if residual is None:
        return
    if _are_counts(fitted):
        share = fast_scatter(residual)
        if share < fast_scatter_limits(residual.size)[0]:
            yield fitted.sighting(
                f"from channel to channel the data scatter {share:.2f} times as much as counts "
                "(variances): they were smoothed, interpolated or scaled, and χ²ᵣ and errors "
                "cannot be taken at their word"
            )
    elif min(noise_dependence(residual, 2), 2.0 * noise_dependence(residual, 3)) > _DEPENDENT:
        yield fitted.sighting(
            "the noise of neighboring channels is not independent: the data were smoothed, "
            "interpolated or sharpened, and the errors do not know it"
        )


def _rough(fitted: FittedRegion) -> Sightings:
    residual = _residual(fitted)
    if residual is None or not _are_counts(fitted):
        return
    share = fast_scatter(residual)
    if share > max(fast_scatter_limits(residual.size)[1], _ROUGH):
        yield fitted.sighting(
            f"from channel to channel the data scatter {share:.2f} times as much as counts "
            "(variances): χ²ᵣ is above one for this reason, whatever the model"
        )


def fast_scatter(residual: Floats) -> float:
    """Variance of the noise from channel to channel, in units of that of counts.

    Mean square of the fourth differences over C(8, 4): what a model misses is smooth and does
    not enter.

    Parameters
    ----------
    residual : ndarray, shape (n,)
        In standard deviations of counts.
    """
    return float(np.mean(np.diff(residual, _FOURTH) ** 2)) / comb(2 * _FOURTH, _FOURTH)


def fast_scatter_limits(points: int) -> tuple[float, float]:
    """Limits that `fast_scatter` of counts leaves in one of 100,000 spectra, at either side.

    Those of χ² over its ν degrees of freedom, where ν = n / Σ ρ_v² with the autocorrelations ρ
    of fourth differences.
    """
    from scipy.special import chdtri

    choices = [comb(2 * _FOURTH, _FOURTH + lag) for lag in range(-_FOURTH, _FOURTH + 1)]
    freedom = (points - _FOURTH) * max(choices) ** 2 / sum(number**2 for number in choices)
    low, high = (float(chdtri(freedom, p)) / freedom for p in (1.0 - _UNLIKELY, _UNLIKELY))
    return low, high


def noise_dependence(residual: Floats, order: int) -> float:
    """How far neighboring points are from independent, whatever the size of their noise.

    Differences take away most of what a model misses, which is smooth, and leave the noise.
    Those of independent points have known autocorrelations; the squared distance of the first
    two from these is given in units of Bartlett's covariance (Bartlett 1946). It is near 2 for
    independent points.

    Parameters
    ----------
    residual : ndarray, shape (n,)
        In standard deviations of the noise, of any common scale.
    order : int
        Of the differences: more take away more of a misfit, and tell less.
    """
    differences = np.diff(residual, order)
    power = float(differences @ differences)
    if power <= 0.0:
        return 0.0
    measured = [float(differences[lag:] @ differences[:-lag]) / power for lag in _LAGS]
    off = np.array(measured) - [_rho(lag, order) for lag in _LAGS]
    return float(differences.size * off @ np.linalg.solve(_bartlett(order), off))


def _rho(lag: int, order: int) -> float:
    """Autocorrelation of the differences of independent points."""
    if abs(lag) > order:
        return 0.0
    sign = -1.0 if lag % 2 else 1.0
    return sign * comb(2 * order, order + lag) / comb(2 * order, order)


@cache
def _bartlett(order: int) -> Floats:
    """Covariance of the autocorrelations, times the number of points."""

    def rho(lag: int) -> float:
        return _rho(lag, order)

    covariance = [
        [
            sum(
                rho(v + i) * rho(v + j)
                + rho(v - i) * rho(v + j)
                + 2.0 * rho(i) * rho(j) * rho(v) ** 2
                - 2.0 * rho(i) * rho(v) * rho(v + j)
                - 2.0 * rho(j) * rho(v) * rho(v + i)
                for v in range(-2 * order - 2, 2 * order + 3)
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
        "Noise of neighboring channels below that of counts, or not independent",
        f"{_ABBE}; Bartlett 1946, 10.2307/2983611",
        "fit the data as recorded, before any smoothing, interpolation or change of step",
        in_each_fit(_smoothed),
    ),
    Rule(
        "too-rough",
        "warning",
        "Noise of neighboring channels above that of counts",
        _ABBE,
        "check dwell time and sweeps, and whether the file holds counts: they were scaled, or the "
        "detector adds noise",
        in_each_fit(_rough),
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
    Rule(
        "unweighted",
        "note",
        "Points that all weigh alike",
        "",
        "fit with the noise of counts, unless an older fit is to be repeated",
        in_each_fit(_unweighted),
    ),
)
