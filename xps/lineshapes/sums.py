"""A Gaussian, a Lorentzian, and their sums, mixed by height or by area.

With u = (E − c)/F the two parts are G = exp(−4 ln2 u²) and L = 1/(1 + 4u²), of areas
F·√(π/ln2)/2 and F·π/2.

sgl
    Gaussian-Lorentzian sum as in CasaXPS: two curves of the same height mixed by height,
    ``(1 − m) G + m L`` over its area.
pseudo-voigt
    The same sum mixed by area, as in lmfit's PseudoVoigtModel.
"""

from __future__ import annotations

import math

import numpy as np

from xps.lineshapes.shape import Curve, Floats, Shape, ShapeParameter

LN2 = math.log(2.0)
FOUR_LN2 = 4.0 * LN2
GAUSS_AREA = math.sqrt(math.pi / FOUR_LN2)  # of a Gaussian of unit height and FWHM
LORENTZ_AREA = math.pi / 2.0

MIXING = ShapeParameter(
    "mixing",
    "Gauss–Lorentz mixing",
    default=0.3,
    low=0.0,
    high=1.0,
    typical=(0.0, 0.8),
    meaning="Lorentzian part of the line shape: 0 is Gaussian, 1 Lorentzian.",
)


def _gaussian(offset: Floats, fwhm: Floats, _: tuple[Floats, ...]) -> Curve:
    density = offset * offset
    density *= -FOUR_LN2 / (fwhm * fwhm)
    np.exp(density, out=density)
    density *= 1.0 / (GAUSS_AREA * fwhm)
    d_center = density * offset
    d_center *= 2.0 * FOUR_LN2 / (fwhm * fwhm)
    return Curve(density, d_center, ())


def _lorentzian(offset: Floats, fwhm: Floats, _: tuple[Floats, ...]) -> Curve:
    density = offset * offset
    density += 0.25 * fwhm * fwhm
    np.divide(0.5 / math.pi * fwhm, density, out=density)
    d_center = density * density
    d_center *= offset
    d_center *= 4.0 * math.pi / fwhm
    return Curve(density, d_center, ())


def _mixed_by_height(offset: Floats, fwhm: Floats, parameters: tuple[Floats, ...]) -> Curve:
    (mixing,) = parameters
    area = GAUSS_AREA + mixing * (LORENTZ_AREA - GAUSS_AREA)
    scale = 1.0 / (fwhm * area * area)
    return _sum(
        offset,
        fwhm,
        ((mixing - 1.0) * (area / LORENTZ_AREA), mixing * (area / GAUSS_AREA)),
        (-LORENTZ_AREA * scale, GAUSS_AREA * scale),
    )


def _mixed_by_area(offset: Floats, fwhm: Floats, parameters: tuple[Floats, ...]) -> Curve:
    (mixing,) = parameters
    return _sum(
        offset,
        fwhm,
        (mixing - 1.0, mixing),
        ((-1.0 / GAUSS_AREA) / fwhm, (1.0 / LORENTZ_AREA) / fwhm),
    )


def _sum(
    offset: Floats, fwhm: Floats, parts: tuple[Floats, Floats], by_mixing: tuple[Floats, Floats]
) -> Curve:
    """Sum the two parts in as few passes over the points as there can be.

    `by_mixing` are the factors of G and L in the derivative by the mixing, and `parts` the
    factors of G and L in the curve over those.
    """
    per_width2 = 8.0 / (fwhm * fwhm)
    gauss = offset * offset
    gauss *= (-0.5 * LN2) * per_width2
    lorentz = LN2 - gauss
    np.divide(LN2 * by_mixing[1], lorentz, out=lorentz)
    np.exp(gauss, out=gauss)
    gauss *= by_mixing[0]
    d_mixing = gauss + lorentz
    gauss *= parts[0]
    density = lorentz * parts[1]
    lorentz *= density
    lorentz *= per_width2 / by_mixing[1]
    density += gauss
    gauss *= LN2 * per_width2
    lorentz += gauss
    lorentz *= offset
    return Curve(density, lorentz, (d_mixing,))


GAUSSIAN = Shape("gaussian", "Gaussian", (), "", _gaussian)
LORENTZIAN = Shape("lorentzian", "Lorentzian", (), "", _lorentzian)
SGL = Shape("sgl", "Gaussian-Lorentzian sum", (MIXING,), "", _mixed_by_height)
PSEUDO_VOIGT = Shape("pseudo-voigt", "Pseudo-Voigt (mixed by area)", (MIXING,), "", _mixed_by_area)
