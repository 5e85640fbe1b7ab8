"""Start values for many spectra of one model, from spectra like them.

One linear step from a fit of the mean tells roughly what each spectrum is. Spectra that are
alike are averaged, the averages fitted, and each spectrum starts where one linear step leads
from the average of its like: the error of one fit cannot spread to others. The second
derivatives there, which say how far the steps of Fisher scoring go astray, are a linear map of
the residuals, the same for a whole family of spectra.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from xps.batch_solver import Batch, solve_batch
from xps.likelihood import Problem
from xps.model import Ref

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_FAMILY = 256  # spectra at most that share the map to second derivatives
_ALIKE = 32  # of these that are averaged
_ROUGHLY = 1e-4  # gain left of the fits of averages
_POOR = 1.5  # reduced deviance of an average: perhaps a wrong minimum
_DAMPING = 1e-9  # of the information, for what the data do not determine
_PROBE = 1e-2  # steps for second derivatives, in standard deviations
_LINEAR = frozenset({"area", "offset", "slope", "curvature", "cubic"})


def near_batch(
    problem: Problem,
    observed: Floats,
    reference: Floats,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> Batch:
    """Return spectra with starts near the ends of their fits.

    Parameters
    ----------
    problem : Problem
        Whose background is in the fit.
    observed : ndarray, shape (spectra, points)
    reference : ndarray, shape (free,)
        Values of a spectrum not unlike the others, such as their mean.
    cancelled : callable, optional

    Returns
    -------
    Batch
        With starts within the bounds, and curvatures.

    Raises
    ------
    CancelledError
    """
    first = _Expansion(problem, reference)
    starts = first.stepped(observed)
    whitened = (starts - reference) @ first.whitening
    families = [
        [family[part] for part in _split(whitened[family], _ALIKE)]
        for family in _split(whitened, _FAMILY)
    ]
    alike = [group for family in families for group in family]
    means = np.array([observed[group].mean(axis=0) for group in alike])
    near = np.array([starts[group].mean(axis=0) for group in alike])
    sizes = np.array([group.size for group in alike])
    curvatures = np.zeros((*starts.shape, starts.shape[1]))
    centers = iter(_fitted_means(problem, means, near, sizes, reference, cancelled))
    for family in families:
        expansions = [_Expansion(problem, next(centers)) for _ in family]
        bends = _bends(problem, np.mean([expansion.free for expansion in expansions], axis=0))
        for group, expansion in zip(family, expansions, strict=True):
            own = observed[group]
            starts[group] = expansion.stepped(own)
            expected = expansion.expected + (starts[group] - expansion.free) @ expansion.rows
            missed = (own - expected) / problem.noise.variance(expected)
            curvatures[group] = (missed @ bends).reshape(-1, starts.shape[1], starts.shape[1])
    return Batch(observed, starts, curvatures=curvatures)


def scaled_starts(problem: Problem, observed: Floats, reference: Floats) -> Floats:
    """Return start values with areas and background by linear least squares, the rest as given.

    Parameters
    ----------
    problem, observed, reference
        As in `near_batch`.

    Returns
    -------
    ndarray, shape (spectra, free)
        Within the bounds.
    """
    return _Expansion(problem, reference).scaled(observed)


def _fitted_means(
    problem: Problem,
    means: Floats,
    near: Floats,
    sizes: Ints,
    reference: Floats,
    cancelled: Callable[[], bool] | None,
) -> Floats:
    """Best values of averages; shape (averages, free).

    An average of many has little noise, so that a wrong minimum shows. Where one may be, the fit
    is tried again from the reference, from what its neighbors found, and from the best of all.
    """

    def fitted(chosen: Ints, starts: Floats) -> tuple[Floats, Floats]:
        batch = Batch(means[chosen], starts)
        ends = solve_batch(problem, batch, tolerance=_ROUGHLY, cancelled=cancelled)
        return ends.free, np.where(ends.converged, ends.deviance, np.inf)

    free, deviance = fitted(np.arange(len(means)), near)
    free = np.where(np.isfinite(deviance)[:, None], free, reference)
    freedom = max(means.shape[1] - free.shape[1], 1)
    for attempt in ("reference", "before", "behind", "best", "before", "behind"):
        misfit = deviance * sizes / freedom
        poor = np.flatnonzero(~(misfit <= _POOR))
        if not poor.size:
            break
        starts = {
            "reference": np.broadcast_to(reference, free.shape),
            "before": np.roll(free, 1, axis=0),
            "behind": np.roll(free, -1, axis=0),
            "best": np.broadcast_to(free[int(np.argmin(misfit))], free.shape),
        }[attempt]
        found, reached = fitted(poor, starts[poor])
        better = reached < deviance[poor]
        free[poor[better]], deviance[poor[better]] = found[better], reached[better]
    return free


class _Expansion:
    """The model about one set of values.

    Attributes
    ----------
    free : ndarray, shape (free,)
    expected : ndarray, shape (points,)
    rows : ndarray, shape (free, points)
    whitening : ndarray, shape (free, free)
        Turns steps into distances of which noise makes one in every direction.
    """

    def __init__(self, problem: Problem, free: Floats) -> None:
        self._problem, self.free = problem, free
        self.expected, self.rows = problem.expected_and_jacobian(free)
        self._weighted = self.rows / problem.noise.variance(self.expected)
        information = self._weighted @ self.rows.T
        self._prior: Floats | float = 0.0
        priors = problem.priors
        if priors.sigma.size:
            information += priors.weighted.T @ priors.weighted
            self._prior = -priors.residual(free) @ priors.weighted
        diagonal = np.diagonal(information)
        length = np.sqrt(np.where(diagonal > 0.0, diagonal, 1.0))
        values, vectors = np.linalg.eigh(information / np.outer(length, length))
        root = np.sqrt(np.maximum(values, 0.0) + _DAMPING)
        self.whitening = vectors * root * length[:, None]
        back = vectors / root / length[:, None]
        self._inverse = back @ back.T
        self._information = information

    @property
    def stderr(self) -> Floats:
        """Standard deviations; shape (free,)."""
        stderr: Floats = np.sqrt(np.diagonal(self._inverse))
        return stderr

    def stepped(self, observed: Floats) -> Floats:
        """Where one linear step leads each spectrum, within the bounds; shape (spectra, free)."""
        return self._within(self._gradient(observed) @ self._inverse)

    def scaled(self, observed: Floats) -> Floats:
        """The best areas and backgrounds with everything else as it is; shape (spectra, free)."""
        linear = [i for i, ref in enumerate(self._problem.table.free) if _is_linear(ref)]
        known = self._information[np.ix_(linear, linear)]
        step = np.zeros((len(observed), self.free.size))
        step[:, linear] = self._gradient(observed)[:, linear] @ np.linalg.pinv(known)
        return self._within(step)

    def _gradient(self, observed: Floats) -> Floats:
        gradient: Floats = (observed - self.expected) @ self._weighted.T + self._prior
        return gradient

    def _within(self, step: Floats) -> Floats:
        problem = self._problem
        within: Floats = np.clip(self.free + step, problem.first_lower, problem.upper)
        return within


def _bends(problem: Problem, free: Floats) -> Floats:
    """What makes second derivatives of residuals over variances; shape (points, free²).

    Half the second derivative of the deviance is ``Σ yJJᵀ/m² − Σ (y/m − 1) ∂J``, Fisher's
    information ``Σ JJᵀ/m``: their difference is ``Σ u (JJᵀ/m − ∂J)`` with ``u = (y − m)/m``.
    """
    here = _Expansion(problem, free)
    size = free.size
    bent = [i for i, ref in enumerate(problem.table.free) if not _is_linear(ref)]
    second = np.zeros((size, size, here.expected.size))
    for i, step in zip(bent, (_PROBE * here.stderr[bent]).tolist(), strict=True):
        there = free.copy()
        there[i] += step
        _, rows = problem.expected_and_jacobian(there)
        second[i] = (rows - here.rows) / step
    for i in set(range(size)) - set(bent):
        second[i] = second[:, i]
    bends = -second
    if not problem.noise.uniform:
        weighted = here.rows / problem.noise.variance(here.expected)
        bends += here.rows[:, None] * weighted
    bends += bends.swapaxes(0, 1)
    return 0.5 * bends.reshape(size * size, -1).T


def _is_linear(ref: Ref) -> bool:
    return ref.parameter in _LINEAR


def _split(whitened: Floats, most: int) -> list[Ints]:
    """Part spectra into groups of at most so many that are alike, by halves."""
    groups, waiting = [], [np.arange(len(whitened))]
    while waiting:
        group = waiting.pop()
        if group.size <= most:
            groups.append(group)
            continue
        scattered = whitened[group] - whitened[group].mean(axis=0)
        _, vectors = np.linalg.eigh(scattered.T @ scattered)
        along = np.argsort(scattered @ vectors[:, -1], kind="stable")
        half = group.size // 2
        waiting += [group[np.sort(along[half:])], group[np.sort(along[:half])]]
    return groups
