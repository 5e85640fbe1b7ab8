"""A component of unit area as a table, to be laid at many places without a kernel for each."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from xps.kernel import Kernel
from xps.model import Background, Component, Param, Region

Floats = NDArray[np.float64]

_POINTS_PER_WIDTH = 20


def unit_line(
    region: Region, component: Component, width_ev: float, span_ev: float
) -> tuple[Floats, Floats]:
    """Return a component of another width, with all lines of its multiplet and no background.

    Parameters
    ----------
    region : Region
        Where it belongs; its background does not count.
    component : Component
    width_ev : float
        FWHM in eV.
    span_ev : float
        How far the table reaches to each side, eV.

    Returns
    -------
    distance_ev : ndarray, shape (points,)
        From the center.
    height : ndarray, shape (points,)
        In 1/eV.
    """
    fixed = {name: Param(param.value, vary=False) for name, param in component.params.items()}
    at = {"area": 1.0, "center": 0.0, "fwhm": width_ev}
    fixed |= {name: Param(value, vary=False) for name, value in at.items()}
    components = (component.with_params(fixed),)
    alone = replace(region, components=components, background=Background("linear"))
    points = 1 + 2 * math.ceil(_POINTS_PER_WIDTH * span_ev / width_ev)
    distances = np.linspace(-span_ev, span_ev, points)
    kernel = Kernel(alone, distances, np.zeros_like(distances))
    return distances, kernel.curves(np.empty(0)).components[0]
