"""Line shapes of unit area with their analytic derivatives.

Every shape is normalized over the infinite energy axis, so that the area of a component does
not depend on the window, and its width parameter is the true full width at half maximum
(FWHM) of the curve. ``u = (x − center) / fwhm`` below.

Shapes
------
sgl
    Gaussian-Lorentzian sum as in CasaXPS: the two curves have the same height and are mixed
    by height, ``(1 − m) exp(−4 ln2 u²) + m / (1 + 4u²)``.
pseudo-voigt
    The same sum mixed by area, as in lmfit's PseudoVoigtModel.
gl
    Gaussian-Lorentzian product as in CasaXPS, ``exp(−4 ln2 (1 − m) v²) / (1 + 4 m v²)`` with
    ``v = (x − center) / F`` and F chosen so that the FWHM is `fwhm`
    (Jain et al., Appl. Surf. Sci. 447 (2018) 548).
voigt
    The convolution of a Gaussian of FWHM ``(1 − m) s`` and a Lorentzian of FWHM ``m s``,
    with s chosen so that the FWHM of the result is `fwhm`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_FOUR_LN2 = 4.0 * math.log(2.0)
_GAUSS_AREA = math.sqrt(math.pi / _FOUR_LN2)  # of a Gaussian of unit height and FWHM
_LORENTZ_AREA = math.pi / 2.0
_TINY = 1e-300


@dataclass(frozen=True)
class Profile:
    """A shape and its derivatives on a grid.

    Attributes
    ----------
    density : ndarray, shape (lines, points)
        Unit-area curves in 1/eV.
    d_center, d_fwhm, d_mixing : ndarray, shape (lines, points)
        Derivatives of `density` by the parameter named.
    """

    density: Floats
    d_center: Floats
    d_fwhm: Floats
    d_mixing: Floats


@dataclass(frozen=True)
class Shape:
    """A kind of line shape.

    Attributes
    ----------
    kind : str
        Its name in recipes and sessions.
    title : str
        Its name for people.
    mixing_range : (float, float)
        Where its mixing parameter may lie: 0 is Gaussian, the upper end Lorentzian.
    """

    kind: str
    title: str
    mixing_range: tuple[float, float]
    _profile: Callable[[Floats, Floats, Floats], Profile]

    def profile(
        self, energy_ev: ArrayLike, center: ArrayLike, fwhm: ArrayLike, mixing: ArrayLike
    ) -> Profile:
        """Evaluate lines of unit area and their derivatives.

        Parameters
        ----------
        energy_ev : array_like, shape (points,)
            Energies in eV.
        center, fwhm : array_like, shape (lines,)
            In eV; `fwhm` > 0.
        mixing : array_like, shape (lines,)
            Between the two ends of `mixing_range`.
        """
        centers = np.atleast_1d(np.asarray(center, dtype=np.float64))
        offset = np.asarray(energy_ev, dtype=np.float64) - centers[:, None]
        return self._profile(offset, _like(centers, fwhm), _like(centers, mixing))

    def __call__(
        self, energy_ev: ArrayLike, center: float, fwhm: float, mixing: float = 0.0
    ) -> Floats:
        """Return one unit-area line in 1/eV on `energy_ev` (shape (points,))."""
        curve: Floats = self.profile(energy_ev, center, fwhm, mixing).density[0]
        return curve


def _like(centers: Floats, value: ArrayLike) -> Floats:
    array = np.asarray(value, dtype=np.float64)
    return array if array.shape == centers.shape else np.broadcast_to(array, centers.shape)


def _height_mixed_sum(offset: Floats, fwhm: Floats, mixing: Floats) -> Profile:
    width, mix = fwhm[:, None], mixing[:, None]
    norm = (1.0 - mix) * _GAUSS_AREA + mix * _LORENTZ_AREA
    u = offset / width
    u2 = u * u
    gauss = np.exp(-_FOUR_LN2 * u2)
    lorentz = 1.0 / (1.0 + 4.0 * u2)
    scale = 1.0 / (width * norm)
    density = ((1.0 - mix) * gauss + mix * lorentz) * scale
    slope = (-2.0 * _FOUR_LN2 * (1.0 - mix) * gauss - 8.0 * mix * lorentz * lorentz) * u
    d_center = -slope * (scale / width)
    return Profile(
        density,
        d_center,
        u * d_center - density / width,
        (lorentz - gauss) * scale - density * ((_LORENTZ_AREA - _GAUSS_AREA) / norm),
    )


def _area_mixed_sum(offset: Floats, fwhm: Floats, mixing: Floats) -> Profile:
    width, mix = fwhm[:, None], mixing[:, None]
    u = offset / width
    u2 = u * u
    gauss = np.exp(-_FOUR_LN2 * u2) / (_GAUSS_AREA * width)
    lorentz_height = 1.0 / (1.0 + 4.0 * u2)
    lorentz = lorentz_height / (_LORENTZ_AREA * width)
    density = (1.0 - mix) * gauss + mix * lorentz
    slope = -2.0 * _FOUR_LN2 * (1.0 - mix) * gauss - 8.0 * mix * lorentz * lorentz_height
    d_center = -slope * u / width
    return Profile(density, d_center, u * d_center - density / width, lorentz - gauss)


def _product(offset: Floats, fwhm: Floats, mixing: Floats) -> Profile:
    clipped = np.clip(mixing, *_PRODUCT_RANGE)
    half, d_half = _product_half_width(clipped)
    area, d_area = _product_area(clipped)
    mix = clipped[:, None]
    # v = offset / F with F = fwhm / (2 half): the curve's own width over its FWHM
    stretch = (2.0 * half / fwhm)[:, None]
    v = offset * stretch
    v2 = v * v
    tail = 1.0 / (1.0 + 4.0 * mix * v2)
    curve = np.exp(-_FOUR_LN2 * (1.0 - mix) * v2) * tail
    scale = stretch / area[:, None]
    density = curve * scale
    d_log_v = -2.0 * v2 * (_FOUR_LN2 * (1.0 - mix) + 4.0 * mix * tail)  # v · d ln curve / dv
    with np.errstate(divide="ignore", invalid="ignore"):
        d_center = np.where(v == 0.0, 0.0, -density * d_log_v / np.where(v == 0.0, 1.0, offset))
    d_fwhm = -density * (1.0 + d_log_v) / fwhm[:, None]
    d_stretch = (d_half / half)[:, None]
    d_mixing = density * (
        v2 * (_FOUR_LN2 - 4.0 * tail) + d_stretch * (1.0 + d_log_v) - (d_area / area)[:, None]
    )
    return Profile(density, d_center, d_fwhm, d_mixing)


def _product_half_width(mixing: Floats) -> tuple[Floats, Floats]:
    """Half width at half maximum in units of F, and its derivative by the mixing.

    Solves ``4 ln2 (1 − m) s + ln(1 + 4 m s) = ln 2`` for s = v² by Newton's method; the left
    side is concave and increasing, so that starting below the root converges from one side.
    """
    gauss = _FOUR_LN2 * (1.0 - mixing)
    s = np.full_like(mixing, 0.2)
    for _ in range(12):
        excess = gauss * s + np.log1p(4.0 * mixing * s) - math.log(2.0)
        s = s - excess / (gauss + 4.0 * mixing / (1.0 + 4.0 * mixing * s))
    by_s = gauss + 4.0 * mixing / (1.0 + 4.0 * mixing * s)
    by_mixing = -_FOUR_LN2 * s + 4.0 * s / (1.0 + 4.0 * mixing * s)
    half = np.sqrt(s)
    return half, -by_mixing / by_s / (2.0 * half)


def _product_area(mixing: Floats) -> tuple[Floats, Floats]:
    """Area of the unit-height product in units of F, and its derivative by the mixing.

    ``π/√q · erfcx(√(p/q))`` with p = 4 ln2 (1 − m), q = 4m; for small q/p its asymptotic
    series, which has no cancellation.
    """
    from scipy.special import erfcx

    p, q = _FOUR_LN2 * (1.0 - mixing), 4.0 * mixing
    dp, dq = -_FOUR_LN2, 4.0
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


def _voigt(offset: Floats, fwhm: Floats, mixing: Floats) -> Profile:
    mix = np.clip(mixing, *_VOIGT_RANGE)
    total, d_total = _voigt_width(mix)
    s = fwhm / total
    density, by_offset, by_gauss, by_lorentz = _voigt_curve(offset, (1.0 - mix) * s, mix * s)
    by_s = (1.0 - mix)[:, None] * by_gauss + mix[:, None] * by_lorentz
    d_s = -s * d_total / total
    return Profile(
        density,
        -by_offset,
        by_s / total[:, None],
        by_s * d_s[:, None] + s[:, None] * (by_lorentz - by_gauss),
    )


def _voigt_curve(
    offset: Floats, gauss_fwhm: Floats, lorentz_fwhm: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Voigt function and its derivatives by offset and by the two FWHMs.

    ``V = Re w(z) / (σ √2π)``, ``z = (x + iγ) / (σ√2)``, ``w′ = −2 z w + 2i/√π``
    (Faddeeva function, DLMF 7.2.3 and 7.10.2).
    """
    from scipy.special import wofz

    to_sigma = 1.0 / math.sqrt(2.0 * _FOUR_LN2)
    root2 = math.sqrt(2.0)
    sigma = (gauss_fwhm * to_sigma)[:, None]
    gamma = (0.5 * lorentz_fwhm)[:, None]
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
        at_half, slope, *_ = (f[:, 0] for f in _voigt_curve(0.5 * width[:, None], gauss, lorentz))
        at_center = _voigt_curve(np.zeros((mixing.size, 1)), gauss, lorentz)[0][:, 0]
        width = width - (at_half - 0.5 * at_center) / (0.5 * slope)
    half = [f[:, 0] for f in _voigt_curve(0.5 * width[:, None], gauss, lorentz)]
    top = [f[:, 0] for f in _voigt_curve(np.zeros((mixing.size, 1)), gauss, lorentz)]
    by_mixing = (half[3] - half[2]) - 0.5 * (top[3] - top[2])
    return width, -by_mixing / (0.5 * half[1])


# Beyond these the curves are Lorentzians to 1e-5 of their height, and the derivatives by the
# mixing diverge (product) or lose all digits (Voigt).
_PRODUCT_RANGE = (0.0, 0.999)
_VOIGT_RANGE = (0.0, 0.999)

SHAPES: dict[str, Shape] = {
    shape.kind: shape
    for shape in (
        Shape("sgl", "Gaussian-Lorentzian sum", (0.0, 1.0), _height_mixed_sum),
        Shape("gl", "Gaussian-Lorentzian product", _PRODUCT_RANGE, _product),
        Shape("voigt", "Voigt", _VOIGT_RANGE, _voigt),
        Shape("pseudo-voigt", "Pseudo-Voigt (mixed by area)", (0.0, 1.0), _area_mixed_sum),
    )
}
"""The shapes by kind."""
