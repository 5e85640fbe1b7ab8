"""Broadened lines of given FWHM on any points, from tables that are made once per shape.

All lines of the same shape parameters are one curve g(u), u = (E − c)/F, stretched. It is
integrated at some 250 places, evenly spaced in s with ``y = κ sinh s``, so that they are as
dense as the curve is sharp; between them it is a polynomial of degree 7 in s, which is stored as
cubics of short cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache, partial

import numpy as np

from xps.lineshapes.broadening import Core, broadened
from xps.lineshapes.half_height import full_width
from xps.lineshapes.shape import Curve, Floats, ShapeParameter

SIGMA_PER_GAUSS = 0.7133 / 243.0
"""Standard deviation of the Gaussian over the width of the line, per unit of CasaXPS's m."""

GAUSS = ShapeParameter(
    "gauss",
    "Gaussian broadening m",
    default=243.0,
    low=0.0,
    high=499.0,
    typical=(0.0, 499.0),
    meaning="Width of the Gaussian in the units of CasaXPS: its standard deviation is 0.0029354 "
    "of the Lorentzian's FWHM for each.",
)

_PER_UNIT = 24  # places per unit of s
_CELLS = 6  # cubics between neighboring places
_STENCIL = 8
_HALF_MAXIMA = 40.0  # they lie nearer to the center, in widths of the line
_FINEST = 1e-5
_KEPT = 64  # sets of parameters; some 0.3 MB each


@dataclass(frozen=True)
class _Table:
    """Cubics of the rows g, g′ and ∂g/∂parameter, shape (4, rows, cells), in s from `start`."""

    start: float
    per_unit: float
    stretch: float  # s = arcsinh(u · stretch)
    cubics: Floats

    def __call__(self, u: Floats) -> Floats:
        """Return the rows at `u`; shape (rows, *u.shape)."""
        place = u * self.stretch
        np.arcsinh(place, out=place)
        place -= self.start
        place *= self.per_unit
        cell = place.astype(np.intp)
        place -= cell
        rows = np.empty((self.cubics.shape[1], *u.shape))
        part = np.empty(u.shape)
        for row, (c0, c1, c2, c3) in zip(rows, self.cubics.swapaxes(0, 1), strict=True):
            np.take(c3, cell, out=row, mode="clip")
            for coefficients in (c2, c1, c0):
                row *= place
                row += np.take(coefficients, cell, out=part, mode="clip")
        return rows


def tabulated(core: Core, offset: Floats, fwhm: Floats, parameters: tuple[Floats, ...]) -> Curve:
    """Lines of a core broadened by a Gaussian, the last parameter, and their derivatives."""
    values = np.concatenate(parameters, axis=1)
    u = offset / fwhm
    kinds, which = np.unique(values, axis=0, return_inverse=True)
    if len(kinds) == 1:
        rows = _rows(core, tuple(kinds[0].tolist()), u)
    else:
        rows = np.empty((2 + len(parameters), *u.shape))
        for number, kind in enumerate(kinds):
            lines = which.reshape(-1) == number
            rows[:, lines] = _rows(core, tuple(kind.tolist()), u[lines])
    density, d_center, *d_parameters = rows
    density /= fwhm
    d_center /= -fwhm * fwhm
    for row in d_parameters:
        row /= fwhm
    return Curve(density, d_center, tuple(d_parameters))


def _rows(core: Core, values: tuple[float, ...], u: Floats) -> Floats:
    """g, g′ and ∂g/∂parameter."""
    width = float(_width(core, values)[0])
    if values[-1] == 0.0:
        plain = _standard(core, values, width * u.reshape(-1)).reshape(-1, *u.shape)
        return _scaled(core, values, u, plain)
    farthest = width / _feature(values) * max(-float(u.min()), float(u.max()))
    reach = max(_reach_of_half_maxima(values), 2 * math.ceil(0.5 * math.asinh(farthest)))
    return _table(core, values, reach)(u)


def _feature(values: tuple[float, ...]) -> float:
    return max(SIGMA_PER_GAUSS * values[-1], _FINEST)


def _reach_of_half_maxima(values: tuple[float, ...]) -> int:
    farthest = _HALF_MAXIMA * (1.0 + SIGMA_PER_GAUSS * values[-1])
    return 2 * math.ceil(0.5 * math.asinh(farthest / _feature(values)))


def _standard(core: Core, values: tuple[float, ...], y: Floats) -> Floats:
    rows = broadened(core, y, values[:-1], SIGMA_PER_GAUSS * values[-1])
    rows[-1] *= SIGMA_PER_GAUSS
    return rows


@lru_cache(maxsize=_KEPT)
def _width(core: Core, values: tuple[float, ...]) -> Floats:
    """FWHM in units of the width of the line, and its derivatives by the parameters."""
    feature = _feature(values)
    if values[-1] == 0.0:
        return full_width(partial(_standard, core, values), _HALF_MAXIMA, feature)
    reach = _reach_of_half_maxima(values)
    table = _interpolant(_at_places(core, values, reach)[1], reach, 1.0 / feature)
    return full_width(table, feature * math.sinh(reach), feature)


def _scaled(core: Core, values: tuple[float, ...], u: Floats, standard: Floats) -> Floats:
    """``g(u) = w h(w u)/A`` with the derivatives of the width w and of the area A in it."""
    width, *by_width = _width(core, values).tolist()
    area, *by_area = core.area(values[:-1]).tolist()
    rows: Floats = standard * (width / area)
    rows[1] *= width
    stretched = rows[0] + u * rows[1]
    for row, d_width, d_area in zip(rows[2:], by_width, [*by_area, 0.0], strict=True):
        row += stretched * (d_width / width)
        row -= rows[0] * (d_area / area)
    return rows


@lru_cache(maxsize=_KEPT)
def _at_places(core: Core, values: tuple[float, ...], reach: int) -> tuple[Floats, Floats]:
    """The places y of a table for |s| ≤ reach, and the line there."""
    margin = _STENCIL // 2 - 1
    places = np.arange(-reach * _PER_UNIT - margin, reach * _PER_UNIT + margin + 1) / _PER_UNIT
    y = _feature(values) * np.sinh(places)
    return y, _standard(core, values, y)


@lru_cache(maxsize=_KEPT)
def _table(core: Core, values: tuple[float, ...], reach: int) -> _Table:
    y, standard = _at_places(core, values, reach)
    width = float(_width(core, values)[0])
    scaled = _scaled(core, values, y / width, standard)
    return _interpolant(scaled, reach, width / _feature(values))


def _interpolant(rows: Floats, reach: int, stretch: float) -> _Table:
    windows = np.lib.stride_tricks.sliding_window_view(rows, _STENCIL, axis=1)
    cubics = (windows @ _stencil()).reshape(rows.shape[0], -1, 4)
    cubics = np.ascontiguousarray(cubics.transpose(2, 0, 1))
    return _Table(-float(reach), float(_PER_UNIT * _CELLS), stretch, cubics)


@cache
def _stencil() -> Floats:
    """From 8 places to the cubics of the cells between the middle two; shape (8, 4 · cells).

    Each cubic has the value and the slope of the polynomial of degree 7 at both ends.
    """
    places = np.arange(_STENCIL) - (_STENCIL // 2 - 1.0)
    powers = np.linalg.inv(np.vander(places, increasing=True))  # places → coefficients
    ends = np.linspace(0.0, 1.0, _CELLS + 1)
    value = np.vander(ends, _STENCIL, increasing=True) @ powers
    orders = np.arange(1, _STENCIL)
    slope = (np.vander(ends, _STENCIL - 1, increasing=True) * orders) @ powers[1:] / _CELLS
    rise = value[1:] - value[:-1]
    cubics = np.stack(
        [
            value[:-1],
            slope[:-1],
            3.0 * rise - 2.0 * slope[:-1] - slope[1:],
            slope[:-1] + slope[1:] - 2.0 * rise,
        ],
        axis=1,
    )  # (cells, 4, places)
    return np.ascontiguousarray(cubics.reshape(-1, _STENCIL).T)
