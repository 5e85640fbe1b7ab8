"""The way of a joint fit of many spectra down to the minimum, and the covariance there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from xps.arrow_matrix import ArrowMatrix
from xps.batch_solver import BatchSolution
from xps.errors import FitError
from xps.likelihood import Problem
from xps.model import Ref

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

_AT_ONCE = 12  # spectra linearized together, as in the solver for many
_MAX_ITERATIONS = 100
_START_DAMPING = 1e-6
_LITTLE_DAMPING = 1e-3  # with more, a step gains little wherever it starts
_LEFT = 1e-12  # expected gain in deviance, for each spectrum, at which the descent ends
_LENGTH = 1e-300


class SeriesDescent:
    """All spectra at one set of values, on the way to the best.

    Parameters
    ----------
    problem : Problem
        Of one spectrum.
    counts : ndarray, shape (spectra, points)
    start : ndarray, shape (spectra, free)
    shared : collection of Ref
    smooth : mapping of Ref to float
        With the standard deviations of their steps.
    gaps : ndarray of int, shape (spectra − 1,)
        How far each spectrum is from the one before.

    Attributes
    ----------
    free : ndarray, shape (spectra, free)
        Shared ones repeated.
    common, own : ndarray of int
        Which of the free parameters are shared, and which are not.
    """

    def __init__(
        self,
        problem: Problem,
        counts: Floats,
        start: Floats,
        shared: Collection[Ref],
        smooth: Mapping[Ref, float],
        gaps: Ints,
    ) -> None:
        self._problem, self._counts = problem, counts
        names = problem.table.free
        self.common = np.array([i for i, r in enumerate(names) if r in shared], dtype=np.intp)
        self.own = np.array([i for i, r in enumerate(names) if r not in shared], dtype=np.intp)
        self._smooth = np.array([names.index(ref) for ref in smooth], dtype=np.intp)
        stiffness = np.zeros(len(names))
        stiffness[self._smooth] = [step**-2.0 for step in smooth.values()]
        self._stiffness = stiffness / gaps[:, None]  # a walk goes on where nothing was measured
        self.free = start.copy()
        self.free[:, self.common] = np.median(start[:, self.common], axis=0)
        np.clip(self.free, problem.lower, problem.upper, out=self.free)
        priors = problem.priors
        only_shared = ~priors.rows[:, self.own].any(axis=1)
        counted = np.where(only_shared, 1.0 / np.sqrt(len(counts)), 1.0)
        self._prior_rows = priors.weighted * counted[:, None]
        self._prior_weights = counted / priors.sigma
        self._set(self.free)

    def _set(self, free: Floats) -> None:
        """Linearize at values."""
        self.free = free
        self.information, self.gradient, self.deviances, self.chi2 = self._evaluated(free)
        self.penalty = self._penalty(free)

    def _evaluated(self, free: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        problem, n, size = self._problem, len(free), free.shape[1]
        information, gradient = np.empty((n, size, size)), np.empty((n, size))
        deviances, chi2 = np.empty(n), np.empty(n)
        for first in range(0, n, _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            observed = self._counts[part]
            expected, rows = problem.expected_and_jacobian(free[part])
            weight = 1.0 / np.sqrt(problem.noise.variance(expected))
            rows *= weight[:, None, :]
            residual = (observed - expected) * weight
            information[part] = rows @ rows.swapaxes(1, 2)
            gradient[part] = np.matvec(rows, residual)
            deviances[part] = problem.noise.deviances(observed, expected)
            chi2[part] = np.vecdot(residual, residual)
        priors = problem.priors
        if priors.sigma.size:
            missed = (free @ priors.rows.T - priors.mean) * self._prior_weights
            information += self._prior_rows.T @ self._prior_rows
            gradient -= missed @ self._prior_rows
            deviances += np.sum(missed**2, axis=1)
        return information, gradient, deviances, chi2

    def _penalty(self, free: Floats) -> float:
        """What roughness adds to the deviance."""
        return float(np.sum(self._stiffness * np.diff(free, axis=0) ** 2))

    def _roughness(self, free: Floats) -> Floats:
        """Half the derivative of the penalty; shape (spectra, free)."""
        pull = self._stiffness * np.diff(free, axis=0)
        found = np.zeros_like(free)
        found[1:] += pull
        found[:-1] -= pull
        return found

    @property
    def _total(self) -> float:
        return float(self.deviances.sum()) + self.penalty

    def descend(self, ask: Callable[[], bool]) -> int:
        """Go down to the nearest minimum; return the number of iterations.

        Raises
        ------
        FitError
            If it is not reached.
        CancelledError
        """
        damping = _START_DAMPING
        left = _LEFT * len(self.free)
        for iteration in range(1, _MAX_ITERATIONS + 1):
            ask()
            held = self._held()
            step = self._step(held, damping)
            trial = np.clip(self.free + step, self._problem.lower, self._problem.upper)
            pull = self.gradient - self._roughness(self.free)
            gain = float(np.sum(step * np.where(held, 0.0, pull)))
            if 0.0 <= gain <= left and damping <= _LITTLE_DAMPING:
                self.free = trial
                return iteration
            before = self.free, self.information, self.gradient, self.deviances, self.chi2
            total, penalty = self._total, self.penalty
            self._set(trial)
            if not self._total <= total + 1e-10 * abs(total):
                self.free, self.information, self.gradient, self.deviances, self.chi2 = before
                self.penalty = penalty
                damping = max(damping, 1e-6) * 10.0
                if damping > 1e12:
                    break
            else:
                damping *= 0.1
        raise FitError(
            "the joint fit did not converge",
            "share less, or fix what the data do not determine",
        )

    def _held(self) -> Bools:
        """Which parameters a bound holds back; shape (spectra, free)."""
        problem = self._problem
        pull = self.gradient - self._roughness(self.free)
        pull[:, self.common] = pull[:, self.common].sum(axis=0)
        held: Bools = ((self.free <= problem.lower) & (pull < 0.0)) | (
            (self.free >= problem.upper) & (pull > 0.0)
        )
        return held

    def _matrix(self, held: Bools, damping: float) -> tuple[ArrowMatrix, Floats]:
        """The equations of unit diagonal, and the lengths that make them so."""
        information = self.information.copy()
        diagonal = np.einsum("nii->ni", information)
        diagonal[1:] += self._stiffness
        diagonal[:-1] += self._stiffness
        information.swapaxes(1, 2)[held] = 0.0
        information[held] = 0.0
        length = np.sqrt(np.maximum(diagonal, _LENGTH))
        common = np.sqrt(np.maximum((diagonal[:, self.common]).sum(axis=0), _LENGTH))
        length[:, self.common] = common
        length[held] = 1.0
        scaled = information / (length[:, :, None] * length[:, None, :])
        np.einsum("nii->ni", scaled)[...] += np.where(held, 1.0, damping)
        own, shared = self.own, self.common
        corner = scaled[:, shared[:, None], shared].sum(axis=0)
        corner[np.diag_indices(shared.size)] -= damping * (len(held) - 1)
        if held[:, shared].any():
            still = held[0, shared]
            corner[still] = corner[:, still] = 0.0
            corner[still, still] = 1.0
        coupling = None
        if self._smooth.size:
            link = -self._stiffness[:, own] / (length[1:, own] * length[:-1, own])
            coupling = np.where(held[1:, own] | held[:-1, own], 0.0, link)
        matrix = ArrowMatrix(
            scaled[:, own[:, None], own], scaled[:, own[:, None], shared], corner, coupling
        )
        return matrix, length

    def _solved(self, matrix: ArrowMatrix, length: Floats, right: Floats) -> Floats:
        """Solve the equations for a right side, shape (spectra, free)."""
        scaled = right / length
        own, common = matrix.solve(scaled[:, self.own], scaled[:, self.common].sum(axis=0))
        found = np.empty_like(right)
        found[:, self.own] = own
        found[:, self.common] = common
        solved: Floats = found / length
        return solved

    def _step(self, held: Bools, damping: float) -> Floats:
        matrix, length = self._matrix(held, damping)
        right = np.where(held, 0.0, self.gradient - self._roughness(self.free))
        return self._solved(matrix, length, right)

    def solution(self, iterations: int) -> tuple[BatchSolution, Floats]:
        """The ends of all spectra, and the covariance of what is shared.

        Raises
        ------
        FitError
            If the data do not determine all parameters.
        """
        self._set(self.free)
        held = self._held()
        try:
            matrix, length = self._matrix(held, 0.0)
        except np.linalg.LinAlgError as error:
            raise FitError(
                "the data do not determine all parameters of the joint fit",
                "fix those of components without any area, or share them",
            ) from error
        own, mixed, shared = matrix.inverse()
        n, size = self.free.shape
        covariance = np.empty((n, size, size))
        covariance[:, self.own[:, None], self.own] = own
        covariance[:, self.own[:, None], self.common] = mixed
        covariance[:, self.common[:, None], self.own] = mixed.swapaxes(1, 2)
        covariance[:, self.common[:, None], self.common] = shared
        covariance /= length[:, :, None] * length[:, None, :]
        covariance[held] = 0.0
        covariance.swapaxes(1, 2)[held] = 0.0
        solution = BatchSolution(
            self.free, self.deviances, self.chi2, covariance, held,
            np.ones(n, dtype=np.bool_), np.full(n, iterations, dtype=np.intp),
        )  # fmt: skip
        return solution, covariance[0][np.ix_(self.common, self.common)]
