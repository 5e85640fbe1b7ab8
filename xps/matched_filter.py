"""How much the components of a region could gain at most: by matched filters, without a fit.

A filter of the shape of a component is moved over what a model without peaks leaves of the data;
its squared answer is the gain in deviance that the component brings alone (Turin, IRE Trans.
Inf. Theory 6 (1960) 311). With areas of no less than zero and lines that nowhere weaken each
other, components together gain no more than the sum of what each gains alone in its best
place, so that a small sum spares the fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xps.cancel import raising
from xps.engine import Problem, Solution
from xps.model import Component, Ref, Region
from xps.unit_line import unit_line

Floats = NDArray[np.float64]

_PRIOR_WIDTHS = 3.0  # how far from its expectation a center is looked for, in σ
_WIDTH_RATIO = 1.8  # of neighboring trial widths: between them 4 % of a gain are lost
_STEPS_PER_WIDTH = 4  # places tried for each width: between them 2 % of a gain are lost
_LEAST_NORM = 0.05  # of a filter's: what is left of it at the ends, or beside the background


@dataclass(frozen=True)
class Gain:
    """Bounds of gains in deviance.

    Attributes
    ----------
    together : float
        What all components gain together at most.
    alone : float
        What the best of them gains alone.
    """

    together: float
    alone: float


def greatest_gain(
    region: Region,
    without: Problem,
    solution: Solution,
    shifts_ev: Floats,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> Gain:
    """Bound what the components of a region gain wherever they may lie.

    Parameters
    ----------
    region : Region
    without : Problem
        The same data with a model that has no peaks.
    solution : Solution
        Of `without`.
    shifts_ev : ndarray, shape (shifts,)
        Charge shifts, beyond that of `without`, at which all components are tried together.
    cancelled : callable, optional

    Raises
    ------
    CancelledError
    """
    ask = raising(cancelled, "the search for a peak", region.core_level)
    energy = without.kernel.energy
    weight = 1.0 / np.sqrt(without.noise.variance(solution.expected))
    residual = (without.observed - solution.expected) * weight
    _, background = without.expected_and_jacobian(solution.free)
    explained = np.linalg.qr((background * weight).T)[0]
    residual = residual - explained @ (explained.T @ residual)
    together, alone = np.zeros(shifts_ev.size), 0.0
    for component in region.components:
        low, high = _reach(region, Ref(component.id, "center"))
        widths = _trial_widths(region, component, energy)
        step = widths[0] / _STEPS_PER_WIDTH
        first = max(low - shifts_ev.max(), energy[0])
        last = max(min(high - shifts_ev.min(), energy[-1]), first)
        places = np.linspace(first, last, 1 + math.ceil((last - first) / step))
        gains = np.zeros(places.size)
        for width in widths:
            ask()
            filters = _filters(region, component, width, energy, places) * weight
            filters -= (filters @ explained) @ explained.T
            norms = np.linalg.norm(filters, axis=1)
            norms[norms <= _LEAST_NORM * norms.max(initial=0.0)] = math.inf
            gains = np.maximum(gains, np.maximum(filters @ residual / norms, 0.0) ** 2)
        alone = max(alone, float(gains.max()))
        for index, shift in enumerate(shifts_ev):
            near = (places > low - shift - step) & (places < high - shift + step)
            together[index] += gains[near].max(initial=0.0)
    return Gain(float(together.max()), alone)


def _reach(region: Region, ref: Ref, asked: frozenset[Ref] = frozenset()) -> tuple[float, float]:
    """Between which energies a center may lie."""
    param = region.param(ref)
    if param.link is not None:
        root, factor, shift = region.resolve(ref)
        low, high = _reach(region, root, asked | {ref})
        return factor * low + shift, factor * high + shift
    if not param.vary:
        return param.value, param.value
    low, high, prior = param.min, param.max, param.prior
    if prior is not None:
        lowest, highest = 0.0, 0.0
        if prior.relative_to is not None:
            endless = prior.relative_to in asked | {ref}
            lowest, highest = (
                (-math.inf, math.inf)
                if endless
                else _reach(region, prior.relative_to, asked | {ref})
            )
        low = max(low, lowest + prior.mean - _PRIOR_WIDTHS * prior.sigma)
        high = min(high, highest + prior.mean + _PRIOR_WIDTHS * prior.sigma)
    return min(low, param.value), max(high, param.value)


def _trial_widths(region: Region, component: Component, energy: Floats) -> list[float]:
    """Widths that a component may take, from the narrowest, not farther apart than needed."""
    root, factor, shift = region.resolve(Ref(component.id, "fwhm"))
    param, value = region.param(root), component.fwhm.value
    if not param.vary:
        return [value]
    channel = float(np.median(np.diff(energy)))
    span = float(energy[-1] - energy[0])
    low = min(max(factor * param.min + shift, 2.0 * channel), value)
    high = max(min(factor * param.max + shift, 0.25 * span), value)
    steps = math.ceil(math.log(high / low) / math.log(_WIDTH_RATIO))
    widths: list[float] = np.geomspace(low, high, steps + 1).tolist()
    return widths


def _filters(
    region: Region, component: Component, width: float, energy: Floats, places: Floats
) -> Floats:
    """The component's lines at each place, unit area; shape (places, points)."""
    offsets, line = unit_line(region, component, width, float(energy[-1] - energy[0]))
    filters: Floats = np.interp(energy[None, :] - places[:, None], offsets, line)
    return filters
