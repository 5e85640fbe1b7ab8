"""The Tougaard background: electrons that arrive after an energy loss."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.typing import ArrayLike

from xps.backgrounds.ends import (
    Floats,
    Levels,
    ascending_curve,
    end_levels,
    refuse_without_step,
)
from xps.errors import BackgroundError
from xps.losses import LossFunction, loss_matrix


@dataclass(frozen=True)
class Tougaard:
    """A Tougaard background and how strong the losses are in it.

    Attributes
    ----------
    background : ndarray, shape (n,)
    amplitude : float
        Of the loss function; ``amplitude · B`` is the B that CasaXPS stores.
    """

    background: Floats
    amplitude: float


def tougaard(
    energy_ev: ArrayLike,
    intensity: ArrayLike,
    loss: LossFunction,
    *,
    average_points: int = 5,
    levels: Levels | None = None,
    accept_falling: bool = False,
) -> Tougaard:
    """Background of inelastic losses of the measured electrons.

    ``B(E) = I_low + t · ∫_low^E K(E − E') (I(E') − I_low) dE'`` (Tougaard, Surf. Interface
    Anal. 11 (1988) 453). All that was measured is taken to lose energy, so that nothing is
    iterated. The amplitude t is such that the background meets the level of the data at the
    high binding energy end; the level of the low end lies under all of it as a constant offset.

    Parameters
    ----------
    energy_ev : array_like, shape (n,)
        Binding energies in eV, ascending or descending.
    intensity : array_like, shape (n,)
    loss : LossFunction
    average_points : int
        Points averaged for the level at each end.
    levels : (float, float), optional
        Levels at the low and the high binding energy end, instead of the averages.
    accept_falling : bool
        Whether a level that falls towards high binding energy is accepted, as CasaXPS does,
        with an amplitude below zero.

    Returns
    -------
    Tougaard

    Raises
    ------
    BackgroundError
        If the intensity does not rise from the low to the high binding energy end, or nothing
        was measured above the level of the low end that could lose energy.
    """
    energy, curve, ascending = ascending_curve(energy_ev, intensity)
    low, high = levels or end_levels(curve, average_points)
    refuse_without_step(low, high, accept_falling=accept_falling)
    lost = loss_matrix(energy, loss) @ (curve - low)
    if not lost[-1] > 0.0:
        raise BackgroundError(
            "no net signal above the level of the low binding energy end",
            "choose a window that holds a peak",
        )
    amplitude = (high - low) / float(lost[-1])
    background: Floats = low + amplitude * lost
    return Tougaard(background if ascending else background[::-1], amplitude)
