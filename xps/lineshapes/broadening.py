"""Convolution of a line with a Gaussian, on any points, to 1e-10 of its height."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from xps.lineshapes.shape import Floats

_SIGMAS = 7.5  # reach of the Gaussian: 1e-12 lies beyond
_NODES = 40
_BLOCK = 64  # points at a time, to stay in the cache
_NO_SIGMA = 1e-6  # less changes no curve by more than 1e-11


@dataclass(frozen=True)
class Core:
    """A line before it is broadened, of unit width of its Lorentzian.

    Attributes
    ----------
    curve : callable
        ``curve(sinh_v, cosh_v, values)``: the line at ``y = sinh(v)/2``, its derivative by y,
        and those by each of its values, stacked; shape (2 + values, points). In v the line is
        smooth on the scale of one, as ``1 + 4y² = cosh² v``. Only at v = 0 its second
        derivative may jump.
    area : callable
        ``area(values)``: its area and the derivatives by its values, shape (1 + values,).
    """

    curve: Callable[[Floats, Floats, tuple[float, ...]], Floats]
    area: Callable[[tuple[float, ...]], Floats]


def broadened(core: Core, y: Floats, values: tuple[float, ...], sigma: float) -> Floats:
    """Convolve a line with a Gaussian of standard deviation `sigma`.

    Either side of the line is integrated by Gauss-Legendre quadrature in v over the reach of
    the Gaussian.

    Returns
    -------
    ndarray, shape (3 + values, points)
        The curve at `y`, shape (points,), and its derivatives by y, by the values, by sigma.
    """
    if sigma < _NO_SIGMA:
        plain = core.curve(2.0 * y, np.sqrt(1.0 + 4.0 * y * y), values)
        return np.concatenate([plain, np.zeros((1, y.size))])
    blocks = (y[start : start + _BLOCK] for start in range(0, y.size, _BLOCK))
    return np.concatenate([_block(core, block, values, sigma) for block in blocks], axis=1)


def _block(core: Core, y: Floats, values: tuple[float, ...], sigma: float) -> Floats:
    nodes, weights = _gauss_legendre()
    low = np.arcsinh(2.0 * (y - _SIGMAS * sigma))
    high = np.arcsinh(2.0 * (y + _SIGMAS * sigma))
    below, above = np.flatnonzero(low < 0.0), np.flatnonzero(high > 0.0)
    point = np.concatenate([below, above])
    start = np.concatenate([low[below], np.maximum(low[above], 0.0)])
    half = 0.5 * (np.concatenate([np.minimum(high[below], 0.0), high[above]]) - start)
    sinh_v = np.sinh(start[:, None] + half[:, None] * (nodes + 1.0))
    cosh_v = np.sqrt(1.0 + sinh_v * sinh_v)
    t = (y[point, None] - 0.5 * sinh_v) / sigma
    weight = t * t
    weight *= -0.5
    np.exp(weight, out=weight)
    weight *= cosh_v
    weight *= half[:, None] * (weights * (0.5 / (sigma * math.sqrt(2.0 * math.pi))))
    rows = core.curve(sinh_v, cosh_v, values)
    parts = np.empty((rows.shape[0] + 1, point.size))
    np.einsum("rpn,pn->rp", rows, weight, out=parts[:-1])
    np.einsum("pn,pn,pn->p", rows[1], weight, t, out=parts[-1])
    parts[-1] *= -1.0
    result = np.zeros((parts.shape[0], y.size))
    result[:, below] = parts[:, : below.size]
    result[:, above] += parts[:, below.size :]
    return result


@cache
def _gauss_legendre() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return nodes, weights
