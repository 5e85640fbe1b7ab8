"""The line of a metal: Doniach-Šunjić, broadened by a Gaussian.

With y = (E − c)/W, positive at high binding energy where the tail lies,

    cos(πa/2 − (1 − a) arctan 2y) / (1 + 4y²)^((1 − a)/2)

(Doniach, Šunjić, J. Phys. C 3 (1970) 285) convolved with a Gaussian of standard deviation
0.0029354·m·W. W is chosen so that the FWHM of the result is the one asked for. The center is
that of the formula, not the maximum.

The integral over all energies is infinite for a > 0. The area is that of the line before it is
broadened from 25 W below to 25 W above its center, cos(πa/2) R^a sin(aφ)/a with
R² = 1 + 4·25² and φ = arctan(2·25): it does not depend on the window.
"""

from __future__ import annotations

import math

import numpy as np

from xps.lineshapes.broadening import Core
from xps.lineshapes.shape import Curve, Floats, Shape, ShapeParameter
from xps.lineshapes.tabulated import GAUSS, tabulated

AREA_LIMIT = 25.0
"""Distance from the center, in FWHM of the line before it is broadened."""

_ASYMMETRY = ShapeParameter(
    "asymmetry",
    "Asymmetry",
    default=0.1,
    low=0.0,
    high=0.45,
    typical=(0.0, 0.3),
    meaning="Strength of the tail at high binding energy; 0 makes a Lorentzian.",
)


def _line(sinh_v: Floats, cosh_v: Floats, values: tuple[float, ...]) -> Floats:
    """Real part of ``exp(iπa/2) (1 + 2iy)^(a − 1)`` and its derivatives."""
    (asymmetry,) = values
    rows = np.empty((3, *sinh_v.shape))
    angle = np.arctan(sinh_v)
    log_cosh = np.log(cosh_v)
    height = np.exp((asymmetry - 1.0) * log_cosh)
    phase = 0.5 * math.pi * asymmetry - (1.0 - asymmetry) * angle
    np.multiply(height, np.cos(phase), out=rows[0])
    np.multiply(height, np.sin(phase - angle), out=rows[1])
    rows[1] *= 2.0 * (1.0 - asymmetry)
    rows[1] /= cosh_v
    height *= np.sin(phase)
    height *= angle + 0.5 * math.pi
    np.multiply(rows[0], log_cosh, out=rows[2])
    rows[2] -= height
    return rows


def _area(values: tuple[float, ...]) -> Floats:
    (a,) = values
    log_radius = 0.5 * math.log1p(4.0 * AREA_LIMIT**2)
    phi = math.atan(2.0 * AREA_LIMIT)
    if a > 1e-4:
        sine, d_log_sine = math.sin(a * phi) / a, phi / math.tan(a * phi) - 1.0 / a
    else:
        sine, d_log_sine = phi * (1.0 - (a * phi) ** 2 / 6.0), -a * phi * phi / 3.0
    area = math.cos(0.5 * math.pi * a) * math.exp(a * log_radius) * sine
    slope = -0.5 * math.pi * math.tan(0.5 * math.pi * a) + log_radius + d_log_sine
    return np.array([area, area * slope])


_CORE = Core(_line, _area)


def _broadened(offset: Floats, fwhm: Floats, parameters: tuple[Floats, ...]) -> Curve:
    return tabulated(_CORE, offset, fwhm, parameters)


DONIACH_SUNJIC = Shape(
    "doniach-sunjic",
    "Doniach-Šunjić",
    (_ASYMMETRY, GAUSS),
    "The integral of this line is infinite: its area is that within 25 Lorentzian widths of the "
    "center, and does not compare with areas of other shapes.",
    _broadened,
)
