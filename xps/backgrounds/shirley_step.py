"""The Shirley background: a step at each point as high as the signal there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xps.backgrounds.ends import ascending_curve, end_levels, refuse_without_step
from xps.errors import BackgroundError

Floats = NDArray[np.float64]
ShirleyRule = Literal["trapezoid", "casaxps"]


@dataclass(frozen=True)
class Shirley:
    """An iterated Shirley background and how it came about.

    Attributes
    ----------
    background : ndarray, shape (n,)
    iterations : int
    last_change : float
        Largest change of the last iteration over the height of the step.
    """

    background: Floats
    iterations: int
    last_change: float


def shirley(
    energy_ev: ArrayLike,
    intensity: ArrayLike,
    *,
    average_points: int = 5,
    levels: tuple[float, float] | None = None,
    rule: ShirleyRule = "trapezoid",
    accept_falling: bool = False,
    tolerance: float = 1e-8,
    max_iterations: int = 200,
) -> Shirley:
    """Iterate the Shirley background to convergence.

    ``B(E) = I_low + (I_high − I_low) · ∫_low^E (I − B) / ∫_low^high (I − B)``, where low and
    high are the ends of the binding energy range (Shirley, Phys. Rev. B 5 (1972) 4709;
    iterated as by Proctor and Sherwood, Anal. Chem. 54 (1982) 13).

    Parameters
    ----------
    energy_ev : array_like, shape (n,)
        Binding energies in eV, ascending or descending.
    intensity : array_like, shape (n,)
    average_points : int
        Points averaged for the level at each end.
    levels : (float, float), optional
        Levels at the low and the high binding energy end, instead of the averages. CasaXPS
        averages ``2w − 1`` points around each end, some of them outside the window.
    rule : {"trapezoid", "casaxps"}
        How the integral is taken: by trapezoids, or as CasaXPS does, as a plain sum over the
        points below that leaves out the point itself, and in which points below the background
        count as if they were above it.
    accept_falling : bool
        Whether a step that falls towards high binding energy is accepted, as CasaXPS does.
        Inelastic losses cannot make one, so that it is refused otherwise.
    tolerance : float
        Largest change at convergence, over the height of the step.
    max_iterations : int

    Returns
    -------
    Shirley

    Raises
    ------
    BackgroundError
        If the intensity does not rise from the low to the high binding energy end, if there
        is no net signal above the background, or if the iteration does not converge.
    """
    energy, curve, ascending = ascending_curve(energy_ev, intensity)
    low, high = levels or end_levels(curve, average_points)
    refuse_without_step(low, high, accept_falling=accept_falling)
    rise = high - low
    background = np.full_like(curve, low)
    change = np.inf
    for iteration in range(1, max_iterations + 1):
        shares = shares_below(energy, curve - background, rule)
        updated = low + rise * shares
        change = float(np.max(np.abs(updated - background))) / abs(rise)
        background = updated
        if change < tolerance:
            return Shirley(background if ascending else background[::-1], iteration, change)
    raise BackgroundError(
        f"the Shirley iteration still moves by {change:.1e} of the step after "
        f"{max_iterations} iterations",
        "use the peak-shirley background, or a window with more of the peak in it",
    )


def shares_below(energy: Floats, net: Floats, rule: ShirleyRule) -> Floats:
    """Share of the net area at lower binding energy, at each point."""
    if rule == "casaxps":
        net = np.abs(net)
        below = np.cumsum(net) - net
        whole = float(net.sum())
    else:
        steps = 0.5 * np.diff(energy) * (net[1:] + net[:-1])
        below = np.concatenate(([0.0], np.cumsum(steps)))
        whole = float(below[-1])
    if not whole > 0.0:
        raise BackgroundError(
            "no net signal above the background",
            "choose a window that holds a peak",
        )
    shares: Floats = below / whole
    return shares
