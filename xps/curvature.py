"""Second derivatives of a model, learned from the steps of a solver."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from xps.normal_equations import NormalEquations

Floats = NDArray[np.float64]

_TINY = 1e-300


class Place(Protocol):
    """Where a step begins or ends."""

    free: Floats
    equations: NormalEquations


class Curvature:
    """What is known from the steps so far of the second derivatives of the model.

    Fisher's information leaves them out. Where the data are weak the steps without them go
    too far, and come near the minimum slowly.
    """

    def __init__(self, size: int) -> None:
        self.matrix: Floats = np.zeros((size, size))
        self.helps = False

    def learn(self, before: Place, after: Place, gain: float, told: bool) -> None:
        """Take in a step, and whether the matrix would have told its gain better.

        A gain that the rounding of the deviance hides cannot be `told`; so near the end the
        matrix always helps.
        """
        moved = after.free - before.free
        straight = before.equations.straight_gain(moved)
        bent = straight - float(moved @ self.matrix @ moved)
        fallen = before.equations.gradient - after.equations.gradient
        self.matrix = updated_curvature(self.matrix, moved, fallen, after.equations.information)
        self.helps = not told or abs(bent - gain) < abs(straight - gain)


def updated_curvature(
    curvature: Floats, moved: Floats, fallen: Floats, information: Floats
) -> Floats:
    """Return the least change of a curvature that explains how the gradient fell along a step.

    The secant update of NL2SOL, sized (Dennis, Gay and Welsch, ACM Trans. Math. Softw. 7
    (1981) 348), for one step or many along leading axes.

    Parameters
    ----------
    curvature, information : ndarray, shape (..., free, free)
        The second at the end of the step.
    moved, fallen : ndarray, shape (..., free)
        The step, and by how much the gradient fell along it.
    """
    along = np.vecdot(fallen, moved)
    rises = np.asarray(along > 0.0)
    fallen = fallen / np.where(rises, along, 1.0)[..., None]
    known = times(curvature, moved)
    wanted = along[..., None] * fallen - times(information, moved)
    bend = np.abs(np.vecdot(moved, known))
    sizing = np.minimum(np.abs(np.vecdot(moved, wanted)) / np.maximum(bend, _TINY), 1.0)
    missing = wanted - sizing[..., None] * known
    missing -= (0.5 * np.vecdot(missing, moved))[..., None] * fallen
    mixed = missing[..., :, None] * fallen[..., None, :]
    updated = sizing[..., None, None] * curvature
    updated += mixed
    updated += np.swapaxes(mixed, -1, -2)
    return np.where(rises[..., None, None], updated, curvature)


def times(matrix: Floats, vector: Floats) -> Floats:
    """Matrix times vector, for one or many along leading axes."""
    product: Floats = np.matvec(matrix, vector)
    return product
