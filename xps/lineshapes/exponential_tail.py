"""A Gaussian-Lorentzian sum with an exponential tail at high binding energy.

With x = (E − c)/W and S = (1 − m) exp(−4 ln2 x²) + m/(1 + 4x²), mixed by height,

    S  for x < 0,   S + (1 − S) exp(−x/τ)  for x > 0.

W is chosen so that the FWHM is the one asked for. This is the tail that CasaXPS calls T(k),
with k = 1/τ; τ = 0 is no tail. The maximum is at the center.

The area is that of the sum and of the tail, ``τ − ∫₀^∞ S exp(−x/τ) dx``, in which
``∫₀^∞ exp(−px² − kx) dx = √(π/p)/2 erfcx(k/(2√p))`` and ``∫₀^∞ exp(−kx)/(1 + 4x²) dx = f(k/2)/2``
with the auxiliary function f of the sine and cosine integrals (DLMF 6.2.17, 6.7.13).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from xps.lineshapes.shape import Curve, Floats, Shape, ShapeParameter
from xps.lineshapes.sums import FOUR_LN2, GAUSS_AREA, LN2, LORENTZ_AREA, MIXING

_TAIL = ShapeParameter(
    "tail",
    "Tail length",
    default=0.5,
    low=0.0,
    high=10.0,
    typical=(0.0, 3.0),
    meaning="Length in which the tail falls to 1/e, in widths of the line without tail; 0 is none.",
)
_NO_TAIL = 1e-6  # shorter ones change the curve by less than 1e-12
_SHORT = 0.01  # below, the asymptotic series of the area is exact to rounding
_KEPT = 1024


def _tailed(offset: Floats, fwhm: Floats, parameters: tuple[Floats, ...]) -> Curve:
    mixing, tail = parameters[0], np.maximum(parameters[1], _NO_TAIL)
    width, width_by_mixing, width_by_tail = _per_line(_width, mixing, tail)
    area, area_by_mixing, area_by_tail = _per_line(_area, mixing, tail)
    scale = width / (fwhm * area)
    x = offset * (width / fwhm)
    gauss = np.exp(-FOUR_LN2 * x * x)
    lorentz = 1.0 / (1.0 + 4.0 * x * x)
    rest = (1.0 - mixing) * gauss + mixing * lorentz
    np.subtract(1.0, rest, out=rest)  # 1 − S
    right = np.maximum(x, 0.0)
    decay = np.exp(-right / tail)
    decay *= x > 0.0
    keep = 1.0 - decay
    decay *= rest
    density = (1.0 - rest + decay) * scale
    slope = (2.0 * FOUR_LN2 * (1.0 - mixing)) * gauss
    slope += 8.0 * mixing * lorentz * lorentz
    slope *= x
    slope *= keep
    slope += decay / tail
    d_center = slope * (scale * width / fwhm)
    stretched = density - offset * d_center
    by_mixing = (lorentz - gauss) * keep * scale
    by_mixing += stretched * (width_by_mixing / width) - density * (area_by_mixing / area)
    decay *= right
    by_tail = decay * (scale / tail**2)
    by_tail += stretched * (width_by_tail / width) - density * (area_by_tail / area)
    return Curve(density, d_center, (by_mixing, by_tail))


def _per_line(
    quantity: Callable[[float, float], tuple[float, float, float]], mixing: Floats, tail: Floats
) -> Floats:
    """A quantity of mixing and tail with its two derivatives; shape (3, ..., lines, 1)."""
    pairs = zip(mixing.ravel().tolist(), tail.ravel().tolist(), strict=True)
    return np.array([quantity(*pair) for pair in pairs]).T.reshape(3, *mixing.shape)


@lru_cache(maxsize=_KEPT)
def _width(mixing: float, tail: float) -> tuple[float, float, float]:
    """FWHM over W; half of W lies on the side without tail."""
    low, high = 0.5, 0.5 + tail * 1.01 + 1e-9
    while _right_side(high, mixing, tail)[0] > 0.5:
        high *= 2.0
    x = 0.5 * (low + high)
    for _ in range(100):
        value, slope, by_mixing, by_tail = _right_side(x, mixing, tail)
        low, high = (x, high) if value > 0.5 else (low, x)
        following = x - (value - 0.5) / slope
        if not low <= following <= high:
            following = 0.5 * (low + high)
        if abs(following - x) < 1e-15 * x:
            break
        x = following
    _, slope, by_mixing, by_tail = _right_side(x, mixing, tail)
    return 0.5 + x, -by_mixing / slope, -by_tail / slope


def _right_side(x: float, mixing: float, tail: float) -> tuple[float, float, float, float]:
    """The curve of unit height for x > 0, and its derivatives by x, mixing and tail."""
    gauss, lorentz = math.exp(-FOUR_LN2 * x * x), 1.0 / (1.0 + 4.0 * x * x)
    total = (1.0 - mixing) * gauss + mixing * lorentz
    decay = math.exp(-x / tail)
    fall = -2.0 * FOUR_LN2 * x * (1.0 - mixing) * gauss - 8.0 * mixing * x * lorentz * lorentz
    return (
        total + (1.0 - total) * decay,
        fall * (1.0 - decay) - (1.0 - total) * decay / tail,
        (lorentz - gauss) * (1.0 - decay),
        (1.0 - total) * decay * x / tail**2,
    )


@lru_cache(maxsize=_KEPT)
def _area(mixing: float, tail: float) -> tuple[float, float, float]:
    """Area over W times the height."""
    gauss, d_gauss, lorentz, d_lorentz = (_short if tail < _SHORT else _long)(tail)
    area = (1.0 - mixing) * (GAUSS_AREA + gauss) + mixing * (LORENTZ_AREA + lorentz)
    by_mixing = LORENTZ_AREA + lorentz - GAUSS_AREA - gauss
    return area, by_mixing, (1.0 - mixing) * d_gauss + mixing * d_lorentz


def _short(tail: float) -> tuple[float, float, float, float]:
    """Area of the tail on a Gaussian and on a Lorentzian, each with its slope: power series."""
    sums = [0.0] * 4
    for n in range(1, 9):
        moment = math.factorial(2 * n) * tail ** (2 * n + 1)
        by_tail = (2 * n + 1) * moment / tail
        gauss = -((-FOUR_LN2) ** n) / math.factorial(n)
        lorentz = -((-4.0) ** n)
        terms = (gauss * moment, gauss * by_tail, lorentz * moment, lorentz * by_tail)
        sums = [total + term for total, term in zip(sums, terms, strict=True)]
    return sums[0], sums[1], sums[2], sums[3]


def _long(tail: float) -> tuple[float, float, float, float]:
    """Area of the tail on a Gaussian and on a Lorentzian, each with its slope: closed form."""
    from scipy.special import erfcx, sici

    k = 1.0 / tail
    z = k / (4.0 * math.sqrt(LN2))
    scaled = float(erfcx(z))
    gauss = 0.5 * GAUSS_AREA * scaled
    d_gauss = 0.5 * GAUSS_AREA * (2.0 * z * scaled - 2.0 / math.sqrt(math.pi)) * (z / k)
    sine, cosine = (float(value) for value in sici(0.5 * k))
    rest = 0.5 * math.pi - sine
    lorentz = 0.5 * (cosine * math.sin(0.5 * k) + rest * math.cos(0.5 * k))
    d_lorentz = 0.25 * (cosine * math.cos(0.5 * k) - rest * math.sin(0.5 * k))
    return tail - gauss, 1.0 + d_gauss * k * k, tail - lorentz, 1.0 + d_lorentz * k * k


EXPONENTIAL_TAIL = Shape(
    "exponential-tail",
    "Gaussian-Lorentzian sum, exponential tail",
    (MIXING, _TAIL),
    "",
    _tailed,
)
