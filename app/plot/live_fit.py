"""A region that is refitted while a person drags: some numbers are held, the others follow."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from time import perf_counter

import numpy as np

from app.fitting.solver_import import load_solver
from app.gestures.gestures import widest_bounds
from xps.engine import CANCELLED, solve
from xps.errors import FitError
from xps.model import Component, Ref, Region
from xps.problem import RegionCurves, compile_problem, drawn
from xps.spectrum import Spectrum

_TOLERANCE = 1e-3  # of the deviance still to gain: nobody sees it


class LiveFit:
    """A compiled region with some parameters held where a person puts them.

    Each call of `advance` takes a given time at most, and goes on from where the last one
    ended: frames are never late, however long the descent is.

    Parameters
    ----------
    region : Region
    spectrum : Spectrum
    shift_ev : float
    held : collection of Ref
        Parameters without ties that `hold` sets.
    refit : bool
        Whether the others follow; else they stay.

    Raises
    ------
    FitError, BackgroundError
        If the region cannot be fitted as it is.
    """

    def __init__(
        self,
        region: Region,
        spectrum: Spectrum,
        shift_ev: float,
        held: Collection[Ref] = (),
        *,
        refit: bool = True,
    ) -> None:
        load_solver()
        self._given = region
        for ref in held:
            region = _loosened(region, ref)
        self._problem = compile_problem(region, spectrum, shift_ev)
        for name in ("upper", "first_lower"):  # those of the table are for all
            setattr(self._problem, name, getattr(self._problem, name).copy())
        # With a peak in the wrong place, areas below zero tell nothing and may run away.
        self._problem.lower = self._problem.first_lower
        self._free = self._problem.start.copy()
        self._columns = {ref: self._problem.table.free.index(ref) for ref in held}
        self._refit = refit
        self.settled = False
        self.hold({ref: region.param(ref).value for ref in held})

    @property
    def region(self) -> Region:
        """The region with the present values."""
        values = dict(zip(self._problem.table.free, self._free.tolist(), strict=True))
        return self._given.with_values(values)

    def component(self, id_: str) -> Component:
        """Return a component with its present values, faster than by way of the region."""
        component, table = self._given.component(id_), self._problem.table
        values = table.values(self._free)
        return component.with_params(
            {
                name: param.at(float(values[table.index[Ref(id_, name)]]))
                for name, param in component.params.items()
            }
        )

    def reduced_chi2(self, curves: RegionCurves) -> float | None:
        """χ² of curves of this fit over points minus free parameters."""
        freedom = self._problem.observed.size - self._free.size
        if freedom <= 0:
            return None
        noise = self._problem.noise
        expected = noise.counts_per_unit * curves.model.total
        squares = (self._problem.observed - expected) ** 2 / noise.variance(expected)
        return float(squares.sum()) / freedom

    def hold(self, values: Mapping[Ref, float]) -> None:
        """Put held parameters at values within their bounds."""
        problem = self._problem
        for ref, value in values.items():
            column = self._columns[ref]
            for array in (problem.lower, problem.upper, self._free):
                array[column] = value
        self.settled = not self._refit

    def start_from(self, other: LiveFit) -> None:
        """Go on from the values that another fit of the same region has reached."""
        reached = dict(zip(other._problem.table.free, other._free.tolist(), strict=True))
        for column, ref in enumerate(self._problem.table.free):
            if ref in reached and ref not in self._columns:
                self._free[column] = reached[ref]

    def advance(self, seconds: float) -> None:
        """Let the free parameters follow for a time; `settled` tells whether they are there."""
        if self.settled:
            return
        deadline, rounds = perf_counter() + seconds, 0

        def is_over() -> bool:
            nonlocal rounds
            rounds += 1
            return rounds > 1 and perf_counter() > deadline

        try:
            solution = solve(self._problem, self._free, tolerance=_TOLERANCE, cancelled=is_over)
        except FitError:  # numbers too large to be computed with: they stay as they are
            self.settled = True
            return
        self._free = solution.free.copy()
        self.settled = solution.message != CANCELLED

    def curves(self) -> RegionCurves:
        """The model on its data, as it is by now."""
        return drawn(self._problem, self._free)


def _loosened(region: Region, ref: Ref) -> Region:
    """The region in which a parameter is free, within bounds that make sense."""
    param = region.param(ref)
    least, most = widest_bounds(region, ref)
    low, high = max(param.min, least), min(param.max, most)
    value = float(np.clip(param.value, low, high))
    if math.isinf(low) and math.isinf(high) and param.vary:
        return region
    return region.with_param(ref, replace(param, vary=True, value=value, min=low, max=high))
