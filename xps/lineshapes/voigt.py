"""The Voigt curve, with its mixing as the ratio of its two widths.

The convolution of a Gaussian of FWHM ``(1 − m) s`` and a Lorentzian of FWHM ``m s``, with s
chosen so that the FWHM of the result is the one asked for:
``V = Re w(z) / (σ √2π)``, ``z = (x + iγ) / (σ√2)``, ``w′ = −2 z w + 2i/√π``
(Faddeeva function, DLMF 7.2.3 and 7.10.2).
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np

from xps.lineshapes.faddeeva import faddeeva, faddeeva_far
from xps.lineshapes.shape import Curve, Floats, Shape
from xps.lineshapes.sums import LN2, MIXING

# Beyond this the derivatives lose digits; the curve is a Lorentzian to 1e-5 of its height.
_HIGHEST = 0.999

_TWO_ROOT_LN2 = 2.0 * math.sqrt(LN2)
_FAR = 4.0
_TERMS = 48


def _voigt(offset: Floats, fwhm: Floats, parameters: tuple[Floats, ...]) -> Curve:
    mixing = np.clip(parameters[0], 0.0, _HIGHEST)
    width, d_log_width = _width(mixing)  # of the curve of s = 1, and d ln width / dm
    scale = fwhm / width
    gaussian = 1.0 - mixing
    per_ev = _TWO_ROOT_LN2 / (gaussian * scale)  # 1 / (σ√2)
    z = np.empty(offset.shape, dtype=np.complex128)
    x, y = z.real, math.sqrt(LN2) * mixing / gaussian
    np.multiply(offset, per_ev, out=x)
    z.imag = y
    far = y[:, 0] > _FAR
    of_far = faddeeva_far(z[far]) if far.any() else None
    w = faddeeva(z)
    half_slope = np.multiply(z, w, out=z)  # −w′/2
    half_slope.imag -= 1.0 / math.sqrt(math.pi)
    if of_far is not None:
        w[far], half_slope[far], unscaled = of_far
    height = per_ev / math.sqrt(math.pi)
    density = w.real * height
    d_center = half_slope.real * (2.0 * height * per_ev)
    # With the Lorentzian's FWHM, y ∝ m s / ((1 − m) s); scaling all widths gives −(V + x V′)/s.
    by_lorentz = half_slope.imag * (2.0 * math.sqrt(LN2) * height / gaussian**2)
    d_mixing = offset * d_center
    np.subtract(density, d_mixing, out=d_mixing)
    d_mixing *= 1.0 / gaussian + d_log_width
    d_mixing += by_lorentz
    if of_far is not None:  # 1/(1 − m) is large there, and nothing but rounding would be left
        change = unscaled.real + 2.0 * (y * gaussian / mixing)[far] * half_slope.imag[far]
        by_width = (density - offset * d_center)[far] * d_log_width[far]
        d_mixing[far] = change * (height / gaussian)[far] + by_width
    return Curve(density, d_center, (d_mixing,))


def _width(mixing: Floats) -> tuple[Floats, Floats]:
    """FWHM of the curve of widths (1 − m, m), and the derivative of its logarithm by m."""
    angle = np.arccos(mixing * 2.0 - 1.0)
    series = np.cos(angle * np.arange(_TERMS)) @ _chebyshev()
    width = series[..., :1]
    return width, series[..., 1:] / width


@cache
def _chebyshev() -> Floats:
    """Chebyshev series of the width as a function of the mixing, and of its derivative.

    The width is that of the curve at 48 mixings, by Newton's method; the series then holds for
    all to 1e-13.
    """
    angles = (np.arange(_TERMS) + 0.5) * (math.pi / _TERMS)
    mixing = 0.5 + 0.5 * np.cos(angles)
    gaussian = 1.0 - mixing
    y, per_width = math.sqrt(LN2) * mixing / gaussian, _TWO_ROOT_LN2 / gaussian
    half = 0.5 * faddeeva(1j * y).real
    width = 0.5346 * mixing + np.sqrt(0.2166 * mixing**2 + gaussian**2)
    for _ in range(6):
        z = 0.5 * per_width * width + 1j * y
        w = faddeeva(z)
        width += (w.real - half) / (per_width * (z * w).real)
    cosines = np.cos(np.outer(np.arange(_TERMS), angles))
    series = cosines @ width * (2.0 / _TERMS)
    series[0] *= 0.5
    slopes = 2.0 * np.polynomial.chebyshev.chebder(series)
    return np.stack([series, np.append(slopes, 0.0)], axis=1)


VOIGT = Shape("voigt", "Voigt", (replace(MIXING, high=_HIGHEST),), "", _voigt)
