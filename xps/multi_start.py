"""Many starts: the distinct minima that a likelihood has, best first."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from xps.engine import CANCELLED, Likelihood, Solution, solve
from xps.errors import CancelledError, FitError

Floats = NDArray[np.float64]

_SAME = 0.01  # standard errors between ends that are one minimum


def solve_many_starts(
    problem: Likelihood,
    starts: Iterable[Floats],
    *,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Solution, ...]:
    """Solve from every start and return the distinct minima, the lowest deviance first.

    Two ends are one minimum where the Newton distance ``√(dᵀ I d)`` between them, with the
    Fisher information of the lower one, is below a hundredth of a standard error. Directions
    that the data do not determine therefore make no difference. The same starts in any order
    give the same minima.

    Parameters
    ----------
    problem : Likelihood
        Is left with the variances of the best minimum.
    starts : iterable of ndarray, shape (free,)
    cancelled : callable, optional
        Asked before each iteration; when it says True the minima found so far are returned.

    Returns
    -------
    tuple of Solution
        Those that converged; the one that came lowest if none did.

    Raises
    ------
    FitError
        If there is no start, or none whose numbers can be computed with.
    """
    ends: list[Solution] = []
    refused = FitError("a fit without a start", "give at least one start")
    for start in starts:
        try:
            end = solve(problem, start, cancelled=cancelled)
        except CancelledError:
            raise
        except FitError as error:
            refused = error
            continue
        ends.append(end)
        if end.message == CANCELLED:
            break
    if not ends:
        raise refused
    ends.sort(key=lambda end: (end.deviance, *end.free.tolist()))
    distinct: list[Solution] = []
    for end in filter(lambda end: end.converged, ends):
        if all(_newton_distance(known, end) > _SAME for known in distinct):
            distinct.append(end)
    minima = tuple(distinct or ends[:1])
    problem.variance = problem.noise.variance(minima[0].expected)
    return minima


def _newton_distance(first: Solution, second: Solution) -> float:
    apart = second.free - first.free
    return math.sqrt(max(float(apart @ (first.information @ apart)), 0.0))
