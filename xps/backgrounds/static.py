"""The static backgrounds by name, all called in one way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Protocol

from numpy.typing import ArrayLike

from xps.backgrounds.ends import Floats, Levels
from xps.backgrounds.loss_tail import tougaard
from xps.backgrounds.shirley_step import shirley
from xps.backgrounds.smart_step import smart
from xps.backgrounds.straight import linear
from xps.losses import LOSSES, LossFunction


class StaticCurve(Protocol):
    """Computes a background, shape (n,), from energies and intensities of shape (n,).

    `levels`, at the low and the high binding energy end, replace the averages of points.
    """

    def __call__(
        self,
        energy_ev: ArrayLike,
        intensity: ArrayLike,
        *,
        average_points: int = 5,
        levels: Levels | None = None,
    ) -> Floats:
        """Compute it; raises BackgroundError where there is none."""


@dataclass(frozen=True)
class StaticBackground:
    """A background that is computed from the data before the fit.

    Attributes
    ----------
    kind : str
        Under which it is stored.
    title : str
        Under which it is shown.
    curve : StaticCurve
    caution : str
        What its users must know.
    """

    kind: str
    title: str
    curve: StaticCurve
    caution: str


def _shirley(
    energy_ev: ArrayLike,
    intensity: ArrayLike,
    *,
    average_points: int = 5,
    levels: Levels | None = None,
) -> Floats:
    return shirley(energy_ev, intensity, average_points=average_points, levels=levels).background


def _casaxps_shirley(
    energy_ev: ArrayLike,
    intensity: ArrayLike,
    *,
    average_points: int = 5,
    levels: Levels | None = None,
) -> Floats:
    return shirley(
        energy_ev,
        intensity,
        average_points=average_points,
        levels=levels,
        rule="casaxps",
        accept_falling=True,
    ).background


def _tougaard(
    energy_ev: ArrayLike,
    intensity: ArrayLike,
    *,
    average_points: int = 5,
    levels: Levels | None = None,
    loss: LossFunction,
) -> Floats:
    return tougaard(
        energy_ev, intensity, loss, average_points=average_points, levels=levels
    ).background


_SUBTRACTED = "Subtracted before the fit: its noise is in none of the errors."
_CUTS_TAILS = (
    f"{_SUBTRACTED} It meets the data at both ends of the window and cuts the tails of peaks "
    "that reach them."
)
_OF_A_MATERIAL = f"{_CUTS_TAILS} The loss function is that of one class of materials."

STATIC: dict[str, StaticBackground] = {
    background.kind: background
    for background in (
        StaticBackground("shirley", "Shirley, iterated", _shirley, _CUTS_TAILS),
        StaticBackground(
            "shirley-casaxps",
            "Shirley as in CasaXPS",
            _casaxps_shirley,
            f"{_CUTS_TAILS} Also falls towards high binding energy, which losses never do.",
        ),
        StaticBackground("linear", "linear", linear, _CUTS_TAILS),
        StaticBackground(
            "smart",
            "Shirley, never above the data",
            smart,
            f"{_CUTS_TAILS} The rule is Doublet's own.",
        ),
        *(
            StaticBackground(
                f"tougaard-{loss.name}",
                f"Tougaard, {loss.title}",
                partial(_tougaard, loss=loss),
                _OF_A_MATERIAL,
            )
            for loss in LOSSES.values()
        ),
    )
}
