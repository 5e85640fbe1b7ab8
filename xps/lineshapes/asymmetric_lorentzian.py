"""Lorentzians raised to a power of their own on either side: CasaXPS's LA, and LF.

With y = (E − c)/W, positive at high binding energy,

    (1 + 4y²)^−α exp(−(δy)²)  for y > 0,   (1 + 4y²)^−β exp(−(δy)²)  for y < 0

convolved with a Gaussian of standard deviation 0.0029354·m·W. W is chosen so that the FWHM of
the result is the one asked for; the center is that of the curve before it is broadened, not
its maximum.

la, la-symmetric
    LA(α, β, m) and LA(α, m) of CasaXPS: no damping, δ = 0. Curves exported from CasaXPS agree
    with them. The factor 0.0029354 is 0.7133/243, as found in those of LA(1.53, 243). Powers
    up to one half would have no finite area.
lf
    With a damping of our own; that of CasaXPS's LF is not published.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np

from xps.lineshapes.broadening import Core
from xps.lineshapes.shape import Curve, Floats, Shape, ShapeParameter
from xps.lineshapes.tabulated import GAUSS, tabulated

_ALPHA = ShapeParameter(
    "alpha",
    "α",
    default=1.5,
    low=0.51,
    high=10.0,
    typical=(0.6, 3.0),
    meaning="Power of the Lorentzian at high binding energy; less makes a longer tail.",
)
_BETA = replace(
    _ALPHA,
    name="beta",
    title="β",
    meaning="Power of the Lorentzian at low binding energy; less makes a longer tail.",
)
_DAMPING = ShapeParameter(
    "damping",
    "Damping",
    default=0.05,
    low=0.01,
    high=1.0,
    typical=(0.01, 0.5),
    meaning="The tails end at this inverse distance, in units of one over the Lorentzian's FWHM.",
)


def _la(sinh_v: Floats, cosh_v: Floats, values: tuple[float, ...]) -> Floats:
    alpha, beta = values
    above = sinh_v > 0.0
    twice_power = np.where(above, 2.0 * alpha, 2.0 * beta)
    rows = np.empty((4, *sinh_v.shape))
    curve, slope, by_alpha, by_beta = rows
    log_cosh = np.log(cosh_v)
    np.exp(-twice_power * log_cosh, out=curve)
    np.multiply(curve, -2.0 * twice_power, out=slope)
    slope *= sinh_v
    slope /= cosh_v * cosh_v
    log_cosh *= curve
    log_cosh *= -2.0
    np.multiply(log_cosh, above, out=by_alpha)
    np.subtract(log_cosh, by_alpha, out=by_beta)
    return rows


def _la_area(values: tuple[float, ...]) -> Floats:
    """``√π/4 Γ(p − ½)/Γ(p)`` for each side of power p."""
    from scipy.special import digamma, gammaln

    powers = np.array(values)
    sides = 0.25 * math.sqrt(math.pi) * np.exp(gammaln(powers - 0.5) - gammaln(powers))
    return np.concatenate([[sides.sum()], sides * (digamma(powers - 0.5) - digamma(powers))])


def _lf(sinh_v: Floats, cosh_v: Floats, values: tuple[float, ...]) -> Floats:
    alpha, beta, damping = values
    rows = np.empty((5, *sinh_v.shape))
    rows[:4] = _la(sinh_v, cosh_v, (alpha, beta))
    y = 0.5 * sinh_v
    rows[:4] *= np.exp(-((damping * y) ** 2))
    rows[1] -= 2.0 * damping**2 * y * rows[0]
    np.multiply(rows[0], -2.0 * damping * y * y, out=rows[4])
    return rows


def _lf_area(values: tuple[float, ...]) -> Floats:
    """By Gauss-Legendre quadrature in v = arcsinh 2y up to where the damping leaves 1e-17."""
    damping = values[-1]
    nodes, weights = _gauss_legendre()
    half = 0.5 * math.asinh(2.0 * 6.3 / damping)
    sinh_v = np.sinh(half * (nodes + 1.0))
    cosh_v = np.sqrt(1.0 + sinh_v * sinh_v)
    weight = weights * half * 0.5 * cosh_v
    above = _lf(sinh_v, cosh_v, values) @ weight
    below = _lf(-sinh_v, cosh_v, values) @ weight
    return np.array([above[0] + below[0], above[2], below[3], above[4] + below[4]])


@cache
def _gauss_legendre() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(128)
    return nodes, weights


_LA_CORE = Core(_la, _la_area)
_LF_CORE = Core(_lf, _lf_area)


def _asymmetric(offset: Floats, fwhm: Floats, parameters: tuple[Floats, ...]) -> Curve:
    return tabulated(_LA_CORE, offset, fwhm, parameters)


def _symmetric(offset: Floats, fwhm: Floats, parameters: tuple[Floats, ...]) -> Curve:
    power, gauss = parameters
    curve = tabulated(_LA_CORE, offset, fwhm, (power, power, gauss))
    by_alpha, by_beta, by_gauss = curve.d_parameters
    return curve._replace(d_parameters=(by_alpha + by_beta, by_gauss))


def _damped(offset: Floats, fwhm: Floats, parameters: tuple[Floats, ...]) -> Curve:
    return tabulated(_LF_CORE, offset, fwhm, parameters)


LA = Shape("la", "Asymmetric Lorentzian LA(α, β, m)", (_ALPHA, _BETA, GAUSS), "", _asymmetric)
LA_SYMMETRIC = Shape(
    "la-symmetric",
    "Lorentzian power LA(α, m)",
    (
        replace(
            _ALPHA,
            meaning="Power of the Lorentzian: 1 makes a Voigt curve, less longer tails.",
        ),
        GAUSS,
    ),
    "",
    _symmetric,
)
LF = Shape(
    "lf",
    "Damped asymmetric Lorentzian LF",
    (replace(_ALPHA, low=0.25), replace(_BETA, low=0.25), _DAMPING, GAUSS),
    "Experimental: the damping is Doublet's own, and does not reproduce the LF of CasaXPS.",
    _damped,
)
