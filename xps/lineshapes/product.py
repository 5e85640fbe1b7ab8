"""The product of a Gaussian and a Lorentzian, as in CasaXPS's GL.

``exp(−4 ln2 (1 − m) v²) / (1 + 4 m v²)`` with ``v = (E − c) / W`` and W chosen so that the FWHM
is the one asked for (Jain et al., Appl. Surf. Sci. 447 (2018) 548).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from xps.lineshapes.shape import Curve, Floats, Shape
from xps.lineshapes.sums import FOUR_LN2, MIXING

_TINY = 1e-300
# Beyond this the derivatives by the mixing diverge; the curve is within 4 % of a Lorentzian.
_HIGHEST = 0.999


def _product(offset: Floats, fwhm: Floats, parameters: tuple[Floats, ...]) -> Curve:
    mix = np.clip(parameters[0], 0.0, _HIGHEST)
    half, d_half = _product_half_width(mix)
    area, d_area = _product_area(mix)
    stretch = 2.0 * half / fwhm  # 1 / W
    v2 = offset * stretch
    v2 *= v2
    tail = v2 * (4.0 * mix)
    tail += 1.0
    np.divide(1.0, tail, out=tail)
    density = v2 * (-FOUR_LN2 * (1.0 - mix))
    np.exp(density, out=density)
    density *= tail
    density *= stretch / area
    d_center = tail * (8.0 * mix * stretch * stretch)
    d_center += (2.0 * FOUR_LN2) * (1.0 - mix) * stretch * stretch
    d_center *= density
    d_center *= offset
    tail *= -4.0
    tail += FOUR_LN2
    tail *= v2
    tail += d_half / half - d_area / area
    tail *= density
    stretched = np.multiply(offset, d_center, out=v2)
    stretched *= d_half / half
    tail -= stretched
    return Curve(density, d_center, (tail,))


def _product_half_width(mixing: Floats) -> tuple[Floats, Floats]:
    """Half width at half maximum in units of W, and its derivative by the mixing.

    Solves ``4 ln2 (1 − m) s + ln(1 + 4 m s) = ln 2`` for s = v² by Newton's method; the left
    side is concave and increasing, so that starting below the root converges from one side.
    """
    gauss = FOUR_LN2 * (1.0 - mixing)
    s = np.full_like(mixing, 0.2)
    for _ in range(6):
        excess = gauss * s + np.log1p(4.0 * mixing * s) - math.log(2.0)
        s = s - excess / (gauss + 4.0 * mixing / (1.0 + 4.0 * mixing * s))
    by_s = gauss + 4.0 * mixing / (1.0 + 4.0 * mixing * s)
    by_mixing = -FOUR_LN2 * s + 4.0 * s / (1.0 + 4.0 * mixing * s)
    half = np.sqrt(s)
    return half, -by_mixing / by_s / (2.0 * half)


def _product_area(mixing: Floats) -> tuple[Floats, Floats]:
    """Area of the unit-height product in units of W, and its derivative by the mixing.

    ``π/√q · erfcx(√(p/q))`` with p = 4 ln2 (1 − m), q = 4m; for small q/p its asymptotic
    series, which has no cancellation.
    """
    from scipy.special import erfcx

    p, q = FOUR_LN2 * (1.0 - mixing), 4.0 * mixing
    dp, dq = -FOUR_LN2, 4.0
    nearly_gaussian = q < 1e-3 * np.maximum(p, _TINY)
    safe_p = np.where(nearly_gaussian, p, 1.0)
    t = np.where(nearly_gaussian, q / safe_p, 0.0)
    coefficients = (1.0, -1 / 2, 3 / 4, -15 / 8, 105 / 16, -945 / 32)
    series = np.polynomial.polynomial.polyval(t, coefficients)
    d_series = np.polynomial.polynomial.polyval(t, [n * c for n, c in enumerate(coefficients)][1:])
    root = np.sqrt(math.pi / safe_p)
    small = root * series
    d_t = (dq - t * dp) / safe_p
    d_small: Floats = -0.5 * small * dp / safe_p + root * d_series * d_t

    safe_q = np.where(nearly_gaussian, 1.0, q)
    z = np.sqrt(np.maximum(p, 0.0) / safe_q)
    large = math.pi / np.sqrt(safe_q) * erfcx(z)
    # dz = (dp q − p dq) / (2 q² z), finite for z → 0 only in the product z · dz
    d_z_times_z = 0.5 * (dp * safe_q - p * dq) / safe_q**2
    with np.errstate(divide="ignore", invalid="ignore"):
        d_z = np.where(z > 0.0, d_z_times_z / np.where(z > 0.0, z, 1.0), 0.0)
    d_erfcx = 2.0 * d_z_times_z * erfcx(z) - 2.0 / math.sqrt(math.pi) * d_z
    d_large = math.pi / np.sqrt(safe_q) * d_erfcx - 0.5 * large * dq / safe_q
    return np.where(nearly_gaussian, small, large), np.where(nearly_gaussian, d_small, d_large)


GL = Shape("gl", "Gaussian-Lorentzian product", (replace(MIXING, high=_HIGHEST),), "", _product)
