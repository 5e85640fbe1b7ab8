"""One linear least-squares step: by the normal equations, or by the rows where those are poor.

Least squares with Levenberg-Marquardt damping. Parameters are scaled by the length of their
derivatives, so that units do not matter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from copy import copy
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_WELL_CONDITIONED = 1e-3  # least Cholesky pivot of unit columns: 6 of 16 digits are lost
_LEAST_DAMPING = 1e-16  # keeps what the data do not determine from spoiling the rest
_LEAST_VALUE = 1e-10  # of the largest eigenvalue: below, a direction is hardly determined
_SINGULAR_SQUARED = 1e-7  # the same, where only the squares are at hand
_LEAST_SQUARE = 1e-16  # of the largest: what rounding leaves of a singular value squared
_SINGULAR = 1e-10  # of the largest singular value: below, some parameter is not determined


class NormalEquations:
    """A linearized problem, ready to be solved for several dampings.

    Parameters
    ----------
    derivatives : ndarray, shape (parameters, rows)
        Of the model, in units of the noise.
    residual : ndarray, shape (rows,)
        Data minus model in units of the noise.
    scale : ndarray, shape (parameters,), optional
        What damping is relative to; at least the length of the derivatives.
    curvature : ndarray, shape (parameters, parameters), optional
        What the second derivatives of the model add to the information in steps and gains.
        Where the sum is not positive definite, steps do without.
    """

    def __init__(
        self,
        derivatives: Floats,
        residual: Floats,
        scale: Floats | None = None,
        curvature: Floats | None = None,
    ) -> None:
        self._rows: tuple[Floats, Floats] | None = (derivatives, residual)
        self._set(derivatives @ derivatives.T, derivatives @ residual, scale, curvature)

    @classmethod
    def assembled(
        cls,
        information: Floats,
        gradient: Floats,
        scale: Floats | None = None,
        curvature: Floats | None = None,
    ) -> NormalEquations:
        """Return equations that were added up from parts, whose rows are not at hand."""
        equations = cls.__new__(cls)
        equations._rows = None
        equations._set(information, gradient, scale, curvature)
        return equations

    def _set(
        self,
        information: Floats,
        gradient: Floats,
        scale: Floats | None,
        curvature: Floats | None,
    ) -> None:
        self.information, self.gradient, self.curvature = information, gradient, curvature
        self._length: Floats = np.sqrt(self.information.diagonal())
        if not self._length.all():
            self._length[self._length == 0.0] = 1.0
        self.scale = self._length if scale is None else np.maximum(scale, self._length)

    @property
    def is_finite(self) -> bool:
        """Whether these numbers can be computed with."""
        return math.isfinite(float(self._length @ self._length + self.gradient @ self.gradient))

    def without(self, held: NDArray[np.bool_]) -> NormalEquations:
        """Return the equations of the parameters that are not held."""
        if not held.any():
            return self
        free = np.ix_(~held, ~held)
        curvature = None if self.curvature is None else self.curvature[free]
        part = NormalEquations.assembled(
            self.information[free], self.gradient[~held], self.scale[~held], curvature
        )
        if self._rows is not None:
            part._rows = (self._rows[0][~held], self._rows[1])
        return part

    def straightened(self) -> NormalEquations:
        """Return the equations without the curvature."""
        straight = copy(self)
        straight.curvature = None
        vars(straight).pop("best_step", None)
        return straight

    def expected_gain(self, step: Floats) -> float:
        """How much the deviance falls along a step if the model bends as it is thought to."""
        gain = self.straight_gain(step)
        return gain if self.curvature is None else gain - float(step @ self.curvature @ step)

    def straight_gain(self, step: Floats) -> float:
        """How much the deviance falls along a step if the model is linear."""
        return float((2.0 * self.gradient - self.information @ step) @ step)

    @cached_property
    def best_step(self) -> Floats:
        """The step to the minimum if the model is linear."""
        return self.step(0.0)

    @property
    def best_gain(self) -> float:
        """How much the deviance falls along `best_step` if the model is linear."""
        return float(self.gradient @ self.best_step)

    def step(self, damping: float) -> Floats:
        """Solve for the step at a damping."""
        damped = damping * (self.scale / self._length) ** 2
        for normal in self._normals():
            normal.flat[:: len(normal) + 1] += damped
            factor, scaled, failed = cholesky_solver()(normal, self.gradient / self._length)
            if not failed and is_well_conditioned(factor):
                step: Floats = scaled / self._length
                return step
        vectors, values, amplitudes = self._singular(self.scale)
        damped = values / (values**2 + max(damping, _LEAST_DAMPING))
        return (vectors @ (damped * amplitudes)) / self.scale

    def covariance(self) -> Floats:
        """Inverse of the information; NaN throughout where it has none."""
        outer = self._length[:, None] * self._length
        normal = self.information / outer
        factor, inverse, failed = cholesky_solver()(normal, np.identity(len(normal)))
        if not failed and is_well_conditioned(factor):
            covariance: Floats = (inverse + inverse.T) / (2.0 * outer)
            return covariance
        vectors, values, _ = self._singular(self._length)
        least = _SINGULAR if self._rows is not None else _SINGULAR_SQUARED
        if values.size < self._length.size or values.min() <= least * values.max():
            return np.full_like(self.information, np.nan)
        return ((vectors / values**2) @ vectors.T) / outer

    def _normals(self) -> Iterator[Floats]:
        """The equations of unit columns to try: with the curvature, then without."""
        outer = self._length[:, None] * self._length
        if self.curvature is not None:
            yield (self.information + self.curvature) / outer
        yield self.information / outer

    def _singular(self, scale: Floats) -> tuple[Floats, Floats, Floats]:
        """Singular vectors and values of the scaled derivatives, and the residual along them."""
        if self._rows is not None:
            derivatives, residual = self._rows
            vectors, values, rows = np.linalg.svd(derivatives / scale[:, None], full_matrices=False)
            return vectors, values, rows @ residual
        squares, vectors = np.linalg.eigh(self.information / (scale[:, None] * scale))
        values = np.sqrt(np.maximum(squares, _LEAST_SQUARE * squares[-1]))
        return vectors, values, (vectors.T @ (self.gradient / scale)) / values


@cache
def cholesky_solver() -> Callable[[Floats, Floats], tuple[Floats, Floats, int]]:
    """LAPACK's dposv: numpy's wrapper takes longer than the solution of so few equations."""
    from scipy.linalg.lapack import dposv

    solver: Callable[[Floats, Floats], tuple[Floats, Floats, int]] = dposv
    return solver


def is_well_conditioned(factor: Floats) -> bool:
    """Whether a Cholesky factor of unit columns keeps enough digits."""
    return min(factor.diagonal().tolist(), default=1.0) > _WELL_CONDITIONED


def unit_columns(matrix: Floats, held: NDArray[np.bool_], length: Floats) -> Floats:
    """Matrices scaled by the lengths of the derivatives, in which held parameters rest."""
    normal: Floats = matrix / (length[:, :, None] * length[:, None, :])
    if held.any():
        normal[held] = 0.0
        normal.transpose(0, 2, 1)[held] = 0.0
        diagonals(normal)[held] = 1.0
    return normal


def diagonals(matrices: Floats) -> Floats:
    """A view of the diagonals; shape (matrices, free)."""
    diagonal: Floats = np.einsum("pii->pi", matrices)
    return diagonal


def each_solved(normal: Floats, gradient: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Solutions, and which of them come from well-conditioned equations.

    The others lack what the equations hardly determine: they lead on, but not to an end.
    """
    solve_one = cholesky_solver()
    steps, sound = np.zeros_like(gradient), np.zeros(len(gradient), dtype=np.bool_)
    for place, (matrix, right) in enumerate(zip(normal, gradient, strict=True)):
        factor, step, failed = solve_one(matrix, right)
        if not failed and is_well_conditioned(factor):
            steps[place], sound[place] = step, True
        elif np.isfinite(matrix).all():
            values, vectors = np.linalg.eigh(matrix)
            along = (vectors.T @ right) / np.maximum(values, _LEAST_VALUE * values[-1])
            steps[place] = vectors @ along
    return steps, sound
