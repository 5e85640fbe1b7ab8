"""What a line shape is: its parameters, and its curves with their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ShapeParameter:
    """A number beside center and width that a line shape depends on.

    Attributes
    ----------
    name : str
        Its name in recipes and sessions.
    title : str
        Its name for people.
    default : float
        Its value in a new component.
    low, high : float
        Where it may lie at all.
    typical : (float, float)
        Its bounds in a new component.
    meaning : str
        What it does, in one sentence.
    """

    name: str
    title: str
    default: float
    low: float
    high: float
    typical: tuple[float, float]
    meaning: str


@dataclass(frozen=True)
class Profile:
    """Lines and their derivatives on a grid.

    Attributes
    ----------
    density : ndarray, shape (..., lines, points)
        Unit-area curves in 1/eV.
    d_center, d_fwhm : ndarray, shape (..., lines, points)
        Derivatives of `density` by the parameter named.
    d_parameters : tuple of ndarray, each of shape (..., lines, points)
        Derivatives by the parameters of the shape, in their order.
    """

    density: Floats
    d_center: Floats
    d_fwhm: Floats
    d_parameters: tuple[Floats, ...]


class Curve(NamedTuple):
    """What a shape computes; the derivative by the width follows from it."""

    density: Floats
    d_center: Floats
    d_parameters: tuple[Floats, ...]


@dataclass(frozen=True)
class Shape:
    """A kind of line shape.

    Attributes
    ----------
    kind : str
        Its name in recipes and sessions.
    title : str
        Its name for people.
    parameters : tuple of ShapeParameter
        What its curve depends on beside center and width.
    caution : str
        What one must know before using it; "" if nothing.
    curve : callable
        ``curve(offset, fwhm, parameters)``, from the distances to the centers, shape
        (lines, points), the widths and the parameters, shape (lines, 1). The curve
        is a function of offset / fwhm, divided by fwhm.
    """

    kind: str
    title: str
    parameters: tuple[ShapeParameter, ...]
    caution: str
    curve: Callable[[Floats, Floats, tuple[Floats, ...]], Curve]

    def profile(
        self,
        energy_ev: ArrayLike,
        center: ArrayLike,
        fwhm: ArrayLike,
        parameters: tuple[ArrayLike, ...] = (),
    ) -> Profile:
        """Evaluate lines of unit area and their derivatives.

        Parameters
        ----------
        energy_ev : array_like, shape (points,)
            Binding energies in eV, in any order and spacing.
        center, fwhm : array_like, shape (..., lines)
            In eV; `fwhm` > 0.
        parameters : tuple of array_like, each of shape (..., lines)
            The parameters of the shape, each within its range.

        Returns
        -------
        Profile
            With ``∂f/∂F = ((E − c) ∂f/∂c − f) / F``, because f = φ((E − c)/F) / F.

        Raises
        ------
        ValueError
            If there are more or fewer parameters than the shape has.
        """
        if len(parameters) != len(self.parameters):
            names = ", ".join(parameter.name for parameter in self.parameters) or "none"
            raise ValueError(f"{self.kind} takes as parameters: {names}; got {len(parameters)}")
        energy = np.asarray(energy_ev, dtype=np.float64)
        centers = np.atleast_1d(np.asarray(center, dtype=np.float64))
        widths = _for_each_line(fwhm, centers)
        offset = energy - centers.reshape(-1, 1)
        curve = self.curve(offset, widths, tuple(_for_each_line(p, centers) for p in parameters))
        density, d_center, d_parameters = curve
        d_fwhm = offset
        d_fwhm *= d_center
        d_fwhm -= density
        d_fwhm /= widths
        shape = (*centers.shape, energy.size)
        return Profile(
            density.reshape(shape),
            d_center.reshape(shape),
            d_fwhm.reshape(shape),
            tuple(row.reshape(shape) for row in d_parameters),
        )

    def __call__(
        self, energy_ev: ArrayLike, center: float, fwhm: float, *parameters: float
    ) -> Floats:
        """Return one unit-area line in 1/eV on `energy_ev` (shape (points,))."""
        curve: Floats = self.profile(energy_ev, center, fwhm, parameters).density[0]
        return curve


def _for_each_line(value: ArrayLike, centers: Floats) -> Floats:
    """One number for each line; shape (lines, 1)."""
    array = np.asarray(value, dtype=np.float64)
    if array.shape != centers.shape:
        array = np.broadcast_to(array, centers.shape)
    return array.reshape(-1, 1)
