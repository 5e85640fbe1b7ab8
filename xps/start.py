"""Start values: areas and background by linear least squares with areas of no less than zero."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from xps.cancel import raising
from xps.kernel import Kernel
from xps.measured import Measured
from xps.model import BACKGROUND_ID, Ref, Region

Floats = NDArray[np.float64]

_LINEAR = ("area", "offset", "slope", "curvature", "cubic")
_STEPS = (0.0, 0.02, 0.05, 0.1, 0.2)  # trial values of k, 1/eV
_LEAST_SHARE = 0.01  # of the largest area, so that no component starts without a gradient


def with_start_values(
    region: Region, points: Measured, static_background: Floats | None = None
) -> Region:
    """Return the region with areas and background that suit the data.

    Centers, widths and shapes stay where they are.

    Parameters
    ----------
    region : Region
    points : Measured
        The points inside the window.
    static_background : ndarray, shape (points,), optional
        For the backgrounds that are computed before the fit.
    """
    best, least = region, np.inf
    k = Ref(BACKGROUND_ID, "k")
    steps: tuple[float | None, ...] = (None,)
    if region.background.has_step and region.background.k.is_free:
        bounds = region.background.k
        steps = tuple(s for s in _STEPS if bounds.min <= s <= bounds.max) or (bounds.value,)
    for step in steps:
        trial = region if step is None else region.with_values({k: step})
        values, misfit = _linear_fit(trial, points, static_background)
        if misfit < least:
            best, least = trial.with_values(values), misfit
    return best


def template_misfit(
    region: Region,
    points: Measured,
    shifts_ev: Floats,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> Floats:
    """χ² of the region's peaks, moved as a whole, for each shift; shape (shifts,).

    The same points are used for every shift, so that the values can be compared.

    Raises
    ------
    CancelledError
    """
    ask = raising(cancelled, "the search for the charge shift", region.core_level)
    misfit = []
    for shift in shifts_ev:
        ask()
        moved = Measured(points.energy_ev + shift, points.observed, points.noise)
        misfit.append(_linear_fit(region, moved, None)[1])
    return np.array(misfit)


def _linear_fit(
    region: Region, points: Measured, static_background: Floats | None
) -> tuple[dict[Ref, float], float]:
    from scipy.optimize import nnls

    kernel = Kernel(region, points.energy_ev, static_background)
    table = kernel.table
    linear = [ref for ref in table.free if ref.parameter in _LINEAR]
    columns = [table.free.index(ref) for ref in linear]
    zeroed = np.array([region.param(ref).value for ref in table.free])
    zeroed[columns] = 0.0
    constant, jacobian = kernel.model_and_jacobian(zeroed)
    design = jacobian[columns].T
    target = points.intensity - constant
    weight = 1.0 / np.sqrt(points.noise.variance(points.observed))
    if not linear:  # nnls aborts the process on a matrix without columns
        return {}, float(np.sum((target * weight) ** 2))
    signed = [i for i, ref in enumerate(linear) if ref.parameter != "area"]
    design = np.column_stack((design, -design[:, signed])) * weight[:, None]
    scale = np.linalg.norm(design, axis=0)
    scale[scale == 0.0] = 1.0
    solution, misfit = nnls(design / scale, target * weight)
    solution = solution / scale
    amounts = solution[: len(linear)].copy()
    amounts[signed] -= solution[len(linear) :]
    largest = max((amounts[i] for i, r in enumerate(linear) if r.parameter == "area"), default=0)
    values = {}
    for ref, amount in zip(linear, amounts, strict=True):
        floor = _LEAST_SHARE * largest if ref.parameter == "area" else -np.inf
        param = region.param(ref)
        values[ref] = float(np.clip(max(amount, floor), param.min, param.max))
    return values, float(misfit**2)
