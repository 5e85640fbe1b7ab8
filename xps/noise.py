"""The noise model of a spectrum: what is known about the scatter of its points.

With known counts the noise is Poisson and nothing is rescaled. Without them (counts/s of
unknown live time, arbitrary units) its size is estimated from the residuals, and said to be.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from xps.spectrum import Spectrum

Floats = NDArray[np.float64]
_TINY = 1e-300

NoiseKind = Literal["poisson", "estimated-proportional", "estimated-uniform", "unweighted"]


@dataclass(frozen=True)
class Noise:
    """How the variance of a point depends on its expected value.

    Attributes
    ----------
    kind : {"poisson", "estimated-proportional", "estimated-uniform", "unweighted"}
        Variance equal to the expected counts; proportional to the expected intensity by an
        unknown factor; the same everywhere, unknown; or taken as the same everywhere by choice,
        as in plain least squares.
    counts_per_unit : float
        Counts for one unit of intensity. Where counts are not known, the factor that brings
        the variance near the expected value (near one for the uniform kind), estimated from
        the scatter of the points: data and priors then weigh as with known counts, whatever
        the unit of the file.
    intensity_unit : str
        Unit in which backgrounds, areas (times eV) and plots are given.
    floor : float
        Expected values below this get the variance of this, so that a model that dips
        towards zero does not make single points infinitely heavy.
    """

    kind: NoiseKind
    counts_per_unit: float
    intensity_unit: str
    floor: float

    @property
    def known(self) -> bool:
        """Whether the size of the noise is known beforehand."""
        return self.kind == "poisson"

    @property
    def uniform(self) -> bool:
        """Whether all points have the same variance."""
        return self.kind in ("estimated-uniform", "unweighted")

    def variance(self, expected: Floats) -> Floats:
        """Variance of each point, estimated where the counts are not known."""
        if self.uniform:
            return np.ones_like(expected)
        return np.maximum(expected, self.floor)

    def deviance(self, observed: Floats, expected: Floats) -> float:
        """Twice the log-likelihood ratio against a perfect model, see `deviances`."""
        return float(self.deviances(observed, expected))

    def deviances(self, observed: Floats, expected: Floats) -> Floats:
        """Twice the log-likelihood ratio against a perfect model; shapes (...) of (..., n).

        Poisson: ``2 Σ [m − y + y ln(y/m)]`` (McCullagh & Nelder 1989, section 2.3); below
        the floor continued by its second-order expansion there, which keeps it convex.
        Uniform: ``Σ (y − m)²``.
        """
        if self.uniform:
            squares: Floats = np.sum((observed - expected) ** 2, axis=-1)
            return squares
        safe = np.maximum(expected, self.floor)
        positive = np.maximum(observed, _TINY)  # no counts: 0 · ln(tiny) is nothing
        terms = np.log(positive / safe)
        terms *= observed
        terms += safe - observed
        if expected.min(initial=np.inf) < self.floor:
            below = expected - safe
            terms = terms + below * (1.0 - observed / safe) + 0.5 * below**2 / safe
        deviances: Floats = 2.0 * terms.sum(axis=-1)
        return deviances

    def score(self, observed: Floats, expected: Floats) -> Floats:
        """Minus half the derivative of the deviance by each expected value."""
        if self.uniform:
            return observed - expected
        safe = np.maximum(expected, self.floor)
        score: Floats = observed / safe - 1.0 - (expected - safe) / safe
        return score


def noise_of(spectrum: Spectrum, observed: Floats) -> Noise:
    """Return the noise model of a spectrum.

    Parameters
    ----------
    spectrum : Spectrum
    observed : ndarray, shape (n,)
        All its points, in counts where these are known, else as in the file.
    """
    live, unit = spectrum.live_time_s, intensity_unit(spectrum)
    if spectrum.counts is not None:
        per_unit = live if live is not None else 1.0
        return Noise("poisson", per_unit, unit, floor=0.5)
    scatter = _scatter(observed)
    typical = float(np.mean(np.abs(observed))) or 1.0
    if (observed < 0.0).any():
        sigma = max(np.sqrt(scatter), _LEAST_NOISE * typical)
        return Noise("estimated-uniform", 1.0 / sigma, unit, floor=0.0)
    dispersion = max(scatter / typical, _LEAST_NOISE**2 * typical)
    return Noise(
        "estimated-proportional", 1.0 / dispersion, unit, floor=1e-3 * typical / dispersion
    )


def intensity_unit(spectrum: Spectrum) -> str:
    """Return what the intensities of fits are in: counts per second, where that can be."""
    if spectrum.live_time_s is not None and spectrum.unit != "arbitrary":
        return "counts/s"
    return spectrum.unit


def equal_noise(noise: Noise, observed: Floats) -> tuple[Noise, float]:
    """Return the noise model of points that all weigh alike.

    Parameters
    ----------
    noise : Noise
        That the points have.
    observed : ndarray, shape (n,)

    Returns
    -------
    noise : Noise
        Of kind "unweighted".
    scale : float
        By what the points are multiplied, so that their variance is near one.
    """
    typical = float(np.mean(np.abs(observed))) or 1.0
    scale = 1.0 / max(math.sqrt(_scatter(observed)), _LEAST_NOISE * typical)
    per_unit = scale * noise.counts_per_unit
    return Noise("unweighted", per_unit, noise.intensity_unit, floor=0.0), scale


_ORDER = 6  # of the differences: high enough to be blind to peaks of five points per width
_LEAST_NOISE = 1e-6  # of the typical intensity: what a calculated spectrum is given


def _scatter(observed: Floats) -> float:
    """Variance of the points about any smooth curve, from their differences of high order."""
    order = min(_ORDER, observed.size - 1)
    return float(np.mean(np.diff(observed, n=order) ** 2)) / math.comb(2 * order, order)
