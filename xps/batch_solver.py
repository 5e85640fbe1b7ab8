"""The solver for many spectra at once: one region, one axis, one kind of noise.

The same Levenberg-Marquardt as in `xps.engine`, with the spectra along the first axis of every
array. Some are under way at a time, a few of which are linearized together, so that the arrays
stay in the processor's cache; a place that becomes free takes the next spectrum. What is not
straightforward, such as equations that need their singular values, is left to
`xps.engine.solve`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from xps.curvature import times, updated_curvature
from xps.engine import (
    FAST,
    LONGEST,
    NEAR,
    ROUNDING,
    STALLED,
    START_DAMPING,
    TOLD,
    TOLERANCE,
    Problem,
    solve,
)
from xps.errors import CancelledError, FitError
from xps.normal_equations import diagonals, each_solved, unit_columns

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

_PLACES = 256  # spectra under way: enough to share the overhead of numpy
_AT_ONCE = 12  # of these, linearized together: more fall out of the cache
_NEAR_DAMPING = 1e-6  # of a start near the end
_WORTH_IT = 4  # spectra; fewer take less time one by one
_MOST_ITERATIONS = 100  # after which a spectrum is left to the solver for one
_KEPT_BYTES = 16 << 20  # of memory that the allocator keeps, see `_keep_memory`


@dataclass(frozen=True)
class Batch:
    """What differs from spectrum to spectrum.

    Attributes
    ----------
    observed : ndarray, shape (spectra, points)
        In the unit of the problem's.
    starts : ndarray, shape (spectra, free)
    prior_means : ndarray, shape (spectra, priors), optional
        Instead of those of the problem.
    static_backgrounds : ndarray, shape (spectra, points), optional
        Instead of that of the problem's kernel.
    curvatures : ndarray, shape (spectra, free, free), optional
        What is known at the starts of the second derivatives of the deviance beside Fisher's
        information (halved, as that is). With them the starts are taken to be near the ends.
    """

    observed: Floats
    starts: Floats
    prior_means: Floats | None = None
    static_backgrounds: Floats | None = None
    curvatures: Floats | None = None

    def part(self, chosen: slice) -> Batch:
        """Return some of the spectra."""
        return Batch(
            self.observed[chosen],
            self.starts[chosen],
            None if self.prior_means is None else self.prior_means[chosen],
            None if self.static_backgrounds is None else self.static_backgrounds[chosen],
            None if self.curvatures is None else self.curvatures[chosen],
        )

    def problem(self, shared: Problem, spectrum: int) -> Problem:
        """Return the problem of one spectrum."""
        one = replace(shared, observed=self.observed[spectrum], start=self.starts[spectrum])
        if self.prior_means is not None:
            one = replace(one, priors=replace(shared.priors, mean=self.prior_means[spectrum]))
        if self.static_backgrounds is not None:
            background = self.static_backgrounds[spectrum]
            one = replace(one, kernel=shared.kernel.with_static_background(background))
        return one


@dataclass(frozen=True)
class BatchSolution:
    """Where the solver ended, for each spectrum.

    Attributes
    ----------
    free : ndarray, shape (spectra, free)
    deviance : ndarray, shape (spectra,)
        Priors included.
    chi2 : ndarray, shape (spectra,)
        Pearson's, of the data alone.
    covariance : ndarray, shape (spectra, free, free)
        Of counting noise of known size; as in `xps.engine.Solution`.
    at_bound : ndarray of bool, shape (spectra, free)
    converged : ndarray of bool, shape (spectra,)
    iterations : ndarray of int, shape (spectra,)
    """

    free: Floats
    deviance: Floats
    chi2: Floats
    covariance: Floats
    at_bound: Bools
    converged: Bools
    iterations: Ints

    @classmethod
    def empty(cls, spectra: int, free: int) -> BatchSolution:
        """Make room for so many spectra."""
        return cls(
            np.empty((spectra, free)),
            np.empty(spectra),
            np.empty(spectra),
            np.empty((spectra, free, free)),
            np.empty((spectra, free), dtype=np.bool_),
            np.empty(spectra, dtype=np.bool_),
            np.empty(spectra, dtype=np.intp),
        )

    def part(self, chosen: slice) -> BatchSolution:
        """Return views of some of the spectra."""
        return BatchSolution(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


def solve_batch(
    problem: Problem,
    batch: Batch,
    *,
    tolerance: float = TOLERANCE,
    threads: int = 1,
    cancelled: Callable[[], bool] | None = None,
) -> BatchSolution:
    """Find the best values of the free parameters for each of many spectra.

    Parameters
    ----------
    problem : Problem
        Region, axis, noise and bounds that all spectra share.
    batch : Batch
    tolerance : float
        As in `xps.engine.solve`.
    threads : int
        Among which the spectra are divided; the result does not depend on it.
    cancelled : callable, optional
        Asked at each iteration; when it says True a CancelledError is raised.

    Returns
    -------
    BatchSolution
        A spectrum whose numbers cannot be computed with is not converged and all NaN.

    Raises
    ------
    CancelledError
        If it was cancelled.
    """
    spectra, free = batch.starts.shape
    solution = BatchSolution.empty(spectra, free)
    _keep_memory()

    def work(chosen: slice) -> None:
        _Places(problem, batch.part(chosen), solution.part(chosen), tolerance).run(cancelled)

    if threads <= 1 or spectra <= _PLACES:
        work(slice(None))
    else:
        share = -(-spectra // threads)
        parts = [slice(first, first + share) for first in range(0, spectra, share)]
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(work, parts):
                pass
    return solution


def _keep_memory() -> None:
    """Let the allocator keep what the solver frees and takes again at every iteration.

    glibc gives memory back to the system once more than twice the largest block ever freed is
    free; getting it anew takes as long as the arithmetic.
    """
    np.empty(_KEPT_BYTES // 8)


class _Places:
    """The spectra that are worked on, one at each place along the first axis of all arrays."""

    def __init__(
        self, problem: Problem, batch: Batch, solution: BatchSolution, tolerance: float
    ) -> None:
        self._problem, self._batch, self._solution = problem, batch, solution
        self._tolerance = tolerance
        self._cancelled: Callable[[], bool] | None = None
        self._waiting = iter(range(len(batch.starts)))
        self._prior_information = problem.priors.weighted.T @ problem.priors.weighted
        self._freedom = max(batch.observed.shape[1] - problem.lower.size, 1)
        places, size = min(_PLACES, len(batch.starts)), problem.lower.size
        self.spectrum = np.zeros(places, dtype=np.intp)
        self.iterations = np.zeros(places, dtype=np.intp)
        self.free, self.trial, self.lower, self.gradient, self.scale = np.zeros((5, places, size))
        self.information, self.curvature = np.zeros((2, places, size, size))
        self.is_bent = np.zeros(places, dtype=np.bool_)
        self.deviance, self.chi2, self.gain, self.expected_gain = np.zeros((4, places))
        self.damping, self.growth = np.zeros((2, places))
        self._refill(np.arange(places))

    def run(self, cancelled: Callable[[], bool] | None) -> None:
        """Work until every spectrum has its solution."""
        self._cancelled = cancelled
        if len(self._batch.starts) < _WORTH_IT:
            for spectrum, start in enumerate(self._batch.starts):
                self._ask()
                self._leave(spectrum, start)
            return
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            while self.spectrum.size:
                self._ask()
                self._evaluate()
                self._refill(self._propose())

    def _ask(self) -> None:
        if self._cancelled is not None and self._cancelled():
            raise CancelledError("the fits were cancelled")

    def _refill(self, places: Ints) -> None:
        """Give places that have become free to the next spectra, or up."""
        spectra = list(islice(self._waiting, places.size))
        filled, unused = places[: len(spectra)], places[len(spectra) :]
        problem = self._problem
        self.spectrum[filled] = spectra
        self.iterations[filled] = 0
        self.lower[filled] = problem.first_lower
        self.trial[filled] = np.clip(
            self._batch.starts[spectra], problem.first_lower, problem.upper
        )
        self._begin(filled)
        if self._batch.curvatures is not None:
            self.curvature[filled], self.is_bent[filled] = self._batch.curvatures[spectra], True
            self.damping[filled] = _NEAR_DAMPING
        if unused.size:
            for name, array in vars(self).items():
                if not name.startswith("_"):
                    setattr(self, name, np.delete(array, unused, axis=0))

    def _begin(self, places: Ints) -> None:
        """Start from the trial values: whatever they give is better than nothing."""
        self.deviance[places] = np.inf
        self.expected_gain[places], self.gain[places], self.scale[places] = np.inf, 0.0, 0.0
        self.damping[places], self.growth[places] = START_DAMPING, 2.0
        self.curvature[places], self.is_bent[places] = 0.0, False

    def _evaluate(self) -> None:
        """Linearize at the trial values, and move to them where they are better."""
        information, gradient = np.empty_like(self.information), np.empty_like(self.gradient)
        deviance, chi2 = np.empty_like(self.deviance), np.empty_like(self.chi2)
        for first in range(0, self.spectrum.size, _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            information[part], gradient[part], deviance[part], chi2[part] = self._linearized(part)
        if self._problem.priors.sigma.size:
            missed = self._missed_priors()
            information += self._prior_information
            gradient -= missed @ self._problem.priors.weighted
            deviance += np.sum(missed**2, axis=1)
        finite = np.isfinite(deviance) & np.isfinite(np.sum(gradient, axis=1))
        finite &= np.isfinite(np.trace(information, axis1=1, axis2=2))
        began = np.isinf(self.deviance)
        gain = np.where(finite, self.deviance - deviance, -np.inf)
        hidden = STALLED * (self._unit() + 1e-3 * np.abs(self.deviance))
        is_hidden = (self.expected_gain <= hidden) & (np.abs(gain) <= hidden)
        gain = np.where(is_hidden, self.expected_gain, gain)  # rounding tells nothing of it
        better = gain > 0.0
        self.gain = np.where(began & better, 0.0, gain)
        ratio = np.minimum(gain / np.maximum(self.expected_gain, 1e-300), 2.0)
        eased = self.damping * np.maximum(1.0 / 3.0, 1.0 - (2.0 * ratio - 1.0) ** 3)
        harder = np.maximum(self.damping, 1e-6) * self.growth
        stays = np.where(better, began, self.is_bent)  # a worse step by the bends blames them
        self.damping = np.where(stays, self.damping, np.where(better, eased, harder))
        self.growth = np.where(better, 2.0, np.where(stays, self.growth, 2.0 * self.growth))
        self.is_bent &= better
        self._learn(better & ~began, gain, gradient, information)
        self.free = np.where(better[:, None], self.trial, self.free)
        self.gradient = np.where(better[:, None], gradient, self.gradient)
        self.information = np.where(better[:, None, None], information, self.information)
        self.deviance = np.where(better, deviance, self.deviance)
        self.chi2 = np.where(better, chi2, self.chi2)
        self.iterations += 1

    def _linearized(self, part: slice) -> tuple[Floats, Floats, Floats, Floats]:
        """Information, gradient, deviance and χ² of the data at the trial values of some places."""
        problem, batch, spectrum = self._problem, self._batch, self.spectrum[part]
        if batch.static_backgrounds is not None:
            background = batch.static_backgrounds[spectrum]
            problem = replace(problem, kernel=problem.kernel.with_static_background(background))
        observed = batch.observed[spectrum]
        expected, rows = problem.expected_and_jacobian(self.trial[part])
        weight = 1.0 / np.sqrt(problem.noise.variance(expected))
        rows *= weight[:, None, :]
        residual = (observed - expected) * weight
        return (
            rows @ rows.transpose(0, 2, 1),
            np.matvec(rows, residual),
            problem.noise.deviances(observed, expected),
            np.vecdot(residual, residual),
        )

    def _learn(self, better: Bools, gain: Floats, gradient: Floats, information: Floats) -> None:
        """Learn from the steps near the end how the model bends."""
        unit = self._unit()
        places = np.flatnonzero(better & (gain <= NEAR * unit))
        if not places.size:
            return
        moved = self.trial[places] - self.free[places]
        before = self.gradient[places]
        curvature = self.curvature[places]
        straight = np.sum((2.0 * before - times(self.information[places], moved)) * moved, axis=1)
        bent = straight - np.sum(moved * times(curvature, moved), axis=1)
        helps = np.abs(bent - gain[places]) < np.abs(straight - gain[places])
        self.is_bent[places] = (gain[places] <= TOLD * unit[places]) | helps
        self.curvature[places] = updated_curvature(
            curvature, moved, before - gradient[places], information[places]
        )

    def _unit(self) -> Floats:
        """What a deviance of one is worth, as in the solver for one."""
        if self._problem.noise.known:
            return np.ones_like(self.deviance)
        unit: Floats = self.deviance / self._freedom
        return unit

    def _missed_priors(self) -> Floats:
        """Distances of the trial values from the expected ones in sigma."""
        priors, means = self._problem.priors, self._batch.prior_means
        mean = priors.mean if means is None else means[self.spectrum]
        missed: Floats = (self.trial @ priors.rows.T - mean) / priors.sigma
        return missed

    def _propose(self) -> Ints:
        """Find the next trial values; return the places whose spectra are done."""
        problem = self._problem
        held = ((self.free <= self.lower) & (self.gradient < 0.0)) | (
            (self.free >= problem.upper) & (self.gradient > 0.0)
        )
        diagonal = diagonals(self.information)
        length = np.sqrt(np.where(diagonal > 0.0, diagonal, 1.0))
        self.scale = np.maximum(self.scale, length)
        unit = self._unit()
        damped = self.damping[:, None] * (self.scale / length) ** 2
        step, _ = self._solved(held, length, damped)
        step /= length
        step /= np.maximum(1.0, self._relative_length(step, held) / LONGEST)[:, None]
        self.trial = np.clip(self.free + step, self.lower, problem.upper)
        moved = self.trial - self.free
        self.expected_gain = self._gain_along(moved)

        places = np.flatnonzero((self.expected_gain <= unit) | (self.gain < 0.0))
        best, certain = self._solved(held, length, np.zeros_like(damped), places)
        best /= length[places]
        best_gain = np.sum(self.gradient[places] * best, axis=1)
        left = self._tolerance * unit[places]
        last = (best_gain <= left) | (
            (best_gain > 0.0)
            & (best_gain <= FAST * self.gain[places])
            & (best_gain**2 <= left * self.gain[places])
        )
        last &= self.expected_gain[places] <= unit[places]
        stalled = (self.gain[places] < 0.0) & (
            (best_gain < STALLED * (unit[places] + 1e-3 * np.abs(self.deviance[places])))
            | (self._relative_length(best, held[places], places) < ROUNDING)
        )
        ends = last | stalled
        ended, doubtful = places[ends & certain], places[ends & ~certain]
        self._take(ended, best[ends & certain])
        lost = np.flatnonzero((self.iterations >= _MOST_ITERATIONS) | np.isinf(self.deviance))
        lost = np.setdiff1d(lost, (*ended, *doubtful))
        released = (
            (self.free[ended] <= self.lower[ended]) & (problem.lower < self.lower[ended])
        ).any(axis=1)
        again, done = ended[released], ended[~released]
        self.lower[again] = problem.lower
        self.trial[again] = self.free[again]
        self._begin(again)
        self._store(done, held[done], length[done])
        for place in lost:
            spectrum = int(self.spectrum[place])
            self._leave(spectrum, self._batch.starts[spectrum])
        for place in doubtful:
            self._leave(int(self.spectrum[place]), self.free[place])
        return np.concatenate((done, lost, doubtful))

    def _solved(
        self, held: Bools, length: Floats, damping: Floats, places: Ints | None = None
    ) -> tuple[Floats, Bools]:
        """Steps over `length`, and which of them can be relied on."""
        if places is None:
            places = np.arange(self.spectrum.size)
        held, length = held[places], length[places]
        gradient = np.where(held, 0.0, self.gradient[places] / length)
        bent = self.is_bent[places]
        matrix = self.information[places]
        matrix[bent] += self.curvature[places[bent]]
        normal = unit_columns(matrix, held, length)
        diagonals(normal)[...] += damping[places]
        steps, sound = each_solved(normal, gradient)
        again = np.flatnonzero(bent & ~sound)
        if again.size:
            self.is_bent[places[again]] = False
            plain = unit_columns(self.information[places[again]], held[again], length[again])
            diagonals(plain)[...] += damping[places[again]]
            steps[again], sound[again] = each_solved(plain, gradient[again])
        return steps, sound

    def _gain_along(self, moved: Floats) -> Floats:
        """By how much the deviance should fall along steps of all places."""
        along = times(self.information, moved)
        along += np.where(self.is_bent[:, None], times(self.curvature, moved), 0.0)
        gain: Floats = np.sum((2.0 * self.gradient - along) * moved, axis=1)
        return gain

    def _relative_length(
        self, step: Floats, held: Bools, places: Ints | slice = slice(None)
    ) -> Floats:
        """Length of a step over that of the parameters that may move; zero where these are."""
        scale = np.where(held, 0.0, self.scale[places])
        length = np.sqrt(np.sum((scale * self.free[places]) ** 2, axis=1))
        relative = np.sqrt(np.sum((scale * step) ** 2, axis=1)) / length
        return np.where(length > 0.0, relative, 0.0)

    def _take(self, places: Ints, step: Floats) -> None:
        """Take a last step where the bounds allow it."""
        free = self.free[places] + step
        inside = ((free >= self.lower[places]) & (free <= self._problem.upper)).all(axis=1)
        moved = np.zeros_like(self.free)
        moved[places[inside]] = step[inside]
        self.deviance -= self._gain_along(moved)
        self.free += moved

    def _store(self, places: Ints, held: Bools, length: Floats) -> None:
        """Write down the ends of spectra."""
        if not places.size:
            return
        normal = unit_columns(self.information[places], held, length)
        inverse = np.linalg.inv(normal) / (length[:, :, None] * length[:, None, :])
        inverse[held] = 0.0
        inverse.transpose(0, 2, 1)[held] = 0.0
        found, rows = self._solution, self.spectrum[places]
        found.covariance[rows] = inverse
        found.free[rows], found.at_bound[rows] = self.free[places], held
        found.deviance[rows], found.chi2[rows] = self.deviance[places], self.chi2[places]
        found.converged[rows], found.iterations[rows] = True, self.iterations[places]

    def _leave(self, spectrum: int, start: Floats) -> None:
        """Leave a spectrum to the solver for one, from where it is."""
        found = self._solution
        try:
            one = self._batch.problem(self._problem, spectrum)
            end = solve(one, start, tolerance=self._tolerance, cancelled=self._cancelled)
        except CancelledError:
            raise
        except FitError:
            found.free[spectrum], found.covariance[spectrum] = np.nan, np.nan
            found.deviance[spectrum], found.chi2[spectrum] = np.nan, np.nan
            found.at_bound[spectrum], found.converged[spectrum] = False, False
            found.iterations[spectrum] = 0
            return
        residual = (one.observed - end.expected) / np.sqrt(one.noise.variance(end.expected))
        found.free[spectrum], found.covariance[spectrum] = end.free, end.covariance
        found.deviance[spectrum], found.chi2[spectrum] = end.deviance, residual @ residual
        found.at_bound[spectrum], found.converged[spectrum] = end.at_bound, end.converged
        found.iterations[spectrum] = end.iterations
