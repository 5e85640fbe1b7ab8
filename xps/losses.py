"""What electrons lose on their way out: the inelastic loss functions of Tougaard."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xps.errors import BackgroundError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LossFunction:
    """Probability of an energy loss *T*, per eV of the loss, times the mean free path.

    ``K(T) = B·T / (C + T²)²`` with two parameters, and
    ``K(T) = B·T / ((C − T²)² + D·T²)`` with three, for T > 0. The signs differ: C adds to T² in
    the first, and marks the plasmon, near T = √C, in the second. CasaXPS stores the C of the
    first with a minus sign.

    Attributes
    ----------
    name : str
        Under which it is stored.
    title : str
        Under which it is shown.
    b, c : float
        B and C in eV².
    d : float or None
        D in eV²; None for the form of two parameters.
    source : str
    gap_ev : float
        Losses up to this do not occur; the band gap of an insulator.

    Raises
    ------
    BackgroundError
        If B or C is not above zero, D does not lie between zero and 4·C, where the two forms
        are the same, or the gap is negative.
    """

    name: str
    title: str
    b: float
    c: float
    d: float | None
    source: str
    gap_ev: float = 0.0

    def __post_init__(self) -> None:
        """Refuse parameters that no loss function has."""
        positive = 0.0 < self.b < math.inf and 0.0 < self.c < math.inf
        if not positive or not (self.d is None or 0.0 < self.d < 4.0 * self.c):
            raise BackgroundError(
                f"no loss function has B = {self.b:g}, C = {self.c:g} and D = {self.d}",
                "give positive B and C, and no D or one between 0 and 4·C",
                where=self.name,
            )
        if not 0.0 <= self.gap_ev < math.inf:
            raise BackgroundError(
                f"the band gap is {self.gap_ev:g} eV", "give zero or more", where=self.name
            )

    def density(self, loss_ev: ArrayLike) -> Floats:
        """K at each loss, 1/eV; zero where the loss is not above zero and the gap."""
        loss = np.asarray(loss_ev, dtype=np.float64)
        return np.where(loss > self.gap_ev, self._gapless_density(np.maximum(loss, 0.0)), 0.0)

    def _gapless_density(self, loss: Floats) -> Floats:
        squared = loss * loss
        if self.d is None:
            denominator = (self.c + squared) ** 2
        else:
            denominator = (self.c - squared) ** 2 + self.d * squared
        density: Floats = self.b * loss / denominator
        return density

    def integral(self, loss_ev: ArrayLike) -> Floats:
        """Integral of K from zero to each loss, in closed form."""
        loss = np.maximum(np.asarray(loss_ev, dtype=np.float64), self.gap_ev)
        integral: Floats = self._gapless_integral(loss) - self._gapless_integral(self.gap_ev)
        return integral

    def _gapless_integral(self, loss: Floats | float) -> Floats:
        squared = np.square(loss)
        integral: Floats
        if self.d is None:
            integral = 0.5 * self.b / self.c * squared / (self.c + squared)
            return integral
        # B/2 ∫ ds / (s² + p·s + C²) with s = T²: a difference of two arctangents
        p = self.d - 2.0 * self.c
        root = math.sqrt(self.d * (4.0 * self.c - self.d))
        angle = np.arctan2(2.0 * squared * root, root * root + (2.0 * squared + p) * p)
        integral = self.b / root * angle
        return integral

    @property
    def total(self) -> float:
        """Integral of K over all losses."""
        if self.d is None:
            gapless = 0.5 * self.b / self.c
        else:
            root = math.sqrt(self.d * (4.0 * self.c - self.d))
            gapless = self.b / root * math.atan2(root, self.d - 2.0 * self.c)
        return gapless - float(self._gapless_integral(self.gap_ev))

    def steps(self, loss_ev: Floats, widths_ev: Floats) -> Floats:
        """Integral of K over a step of each width around each loss, K taken constant in it.

        Of the step that the gap cuts only the part above the gap counts.
        """
        loss = np.maximum(loss_ev, 0.0)
        if self.gap_ev == 0.0:
            return self._gapless_density(loss) * widths_ev
        parts = np.clip(loss_ev - self.gap_ev + 0.5 * widths_ev, 0.0, widths_ev)
        return self._gapless_density(loss) * parts

    @property
    def initial_slope(self) -> float:
        """Derivative of K where the losses begin, 1/eV²; zero with a gap."""
        return self.b / self.c**2 if self.gap_ev == 0.0 else 0.0


def loss_matrix(energy_ev: ArrayLike, loss: LossFunction) -> Floats:
    """Linear map from peaks to the electrons that arrive with an energy loss.

    ``(matrix @ peaks)[i] = ∫ K(E_i − E') peaks(E') dE'`` over the binding energies E' from the
    first point to E_i. There is nothing below the first point.

    The integral is the sum of trapezoids with the Euler-Maclaurin term at E_i, where K has its
    kink, ``h²/12·K'(0)·peaks[i]``. On even steps this converges faster than any power of the
    step for smooth peaks, where integrating K exactly over peaks that are linear between the
    points would broaden the plasmon by h²/6. On uneven steps, or with a band gap, the error
    falls with h².

    Parameters
    ----------
    energy_ev : array_like, shape (points,)
        Binding energies in eV, ascending.
    loss : LossFunction

    Returns
    -------
    ndarray, shape (points, points)
        Read-only; the last few are remembered.

    Raises
    ------
    BackgroundError
        If the energies do not ascend.
    """
    energy = np.ascontiguousarray(energy_ev, dtype=np.float64)
    if energy.ndim != 1 or energy.size < 2 or not (np.diff(energy) > 0.0).all():
        raise BackgroundError(
            "the energies of a loss background do not ascend",
            "give two or more binding energies in ascending order",
        )
    return _loss_matrix(energy.tobytes(), loss)


@lru_cache(maxsize=8)
def _loss_matrix(energy_bytes: bytes, loss: LossFunction) -> Floats:
    energy = np.frombuffer(energy_bytes, dtype=np.float64)
    steps = np.diff(energy)
    weights = np.zeros_like(energy)
    weights[:-1] += 0.5 * steps
    weights[1:] += 0.5 * steps
    matrix = loss.steps(energy[:, None] - energy, weights)
    kink = steps**2 / 12.0 * loss.initial_slope
    matrix[np.arange(1, energy.size), np.arange(1, energy.size)] = kink
    matrix.flags.writeable = False
    return matrix


_U3 = "S. Tougaard, Surf. Interface Anal. 25 (1997) 137"

LOSSES: dict[str, LossFunction] = {
    loss.name: loss
    for loss in (
        LossFunction(
            "u2",
            "universal, two parameters",
            2866.0,
            1643.0,
            None,
            "S. Tougaard, Solid State Commun. 61 (1987) 547",
        ),
        LossFunction("u3-polymer", "polymers, three parameters", 434.0, 551.0, 436.0, _U3),
        LossFunction("u3-sio2", "silicon dioxide, three parameters", 325.0, 542.0, 275.0, _U3),
        LossFunction("u3-si", "silicon, three parameters", 132.0, 325.0, 96.0, _U3),
        LossFunction("u3-ge", "germanium, three parameters", 73.0, 260.0, 62.0, _U3),
        LossFunction("u3-al", "aluminium, three parameters", 16.5, 230.0, 4.5, _U3),
    )
}
