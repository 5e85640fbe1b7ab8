"""The Voigt curve, with its mixing as the ratio of its two widths.

The convolution of a Gaussian of FWHM ``(1 − m) s`` and a Lorentzian of FWHM ``m s``, with s
chosen so that the FWHM of the result is the one asked for.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from xps.lineshapes.shape import Curve, Floats, Shape
from xps.lineshapes.sums import FOUR_LN2, MIXING

# Beyond this the derivatives lose all digits; the curve is a Lorentzian to 1e-5 of its height.
_HIGHEST = 0.999


def _voigt(offset: Floats, fwhm: Floats, parameters: tuple[Floats, ...]) -> Curve:
    mix = np.clip(parameters[0], 0.0, _HIGHEST)
    total, d_total = _voigt_width(mix)
    s = fwhm / total
    density, by_offset, by_gauss, by_lorentz = _voigt_curve(offset, (1.0 - mix) * s, mix * s)
    by_s = (1.0 - mix) * by_gauss + mix * by_lorentz
    d_s = -s * d_total / total
    return Curve(density, -by_offset, (by_s * d_s + s * (by_lorentz - by_gauss),))


def _voigt_curve(
    offset: Floats, gauss_fwhm: Floats, lorentz_fwhm: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Voigt function and its derivatives by offset and by the two FWHMs.

    ``V = Re w(z) / (σ √2π)``, ``z = (x + iγ) / (σ√2)``, ``w′ = −2 z w + 2i/√π``
    (Faddeeva function, DLMF 7.2.3 and 7.10.2).
    """
    from scipy.special import wofz

    to_sigma = 1.0 / math.sqrt(2.0 * FOUR_LN2)
    root2 = math.sqrt(2.0)
    sigma = gauss_fwhm * to_sigma
    gamma = 0.5 * lorentz_fwhm
    z = (offset + 1j * gamma) / (sigma * root2)
    w = np.asarray(wofz(z), dtype=np.complex128)
    dw = -2.0 * z * w + 2j / math.sqrt(math.pi)
    scale = 1.0 / (sigma * math.sqrt(2.0 * math.pi))
    density = w.real * scale
    by_offset = dw.real * scale / (sigma * root2)
    by_gamma = -dw.imag * scale / (sigma * root2)
    by_sigma = -(density + (dw * z).real * scale) / sigma
    return density, by_offset, by_sigma * to_sigma, 0.5 * by_gamma


def _voigt_width(mixing: Floats) -> tuple[Floats, Floats]:
    """FWHM of the Voigt curve of widths (1 − m, m), and its derivative by the mixing."""
    gauss, lorentz = 1.0 - mixing, mixing
    width = 0.5346 * lorentz + np.sqrt(0.2166 * lorentz**2 + gauss**2)
    for _ in range(4):
        at_half, slope, *_ = _voigt_curve(0.5 * width, gauss, lorentz)
        at_center = _voigt_curve(np.zeros_like(width), gauss, lorentz)[0]
        width = width - (at_half - 0.5 * at_center) / (0.5 * slope)
    half = _voigt_curve(0.5 * width, gauss, lorentz)
    top = _voigt_curve(np.zeros_like(width), gauss, lorentz)
    by_mixing = (half[3] - half[2]) - 0.5 * (top[3] - top[2])
    return width, -by_mixing / (0.5 * half[1])


VOIGT = Shape("voigt", "Voigt", (replace(MIXING, high=_HIGHEST),), "", _voigt)
