"""Which numbers of a region are free, and how all others follow from them.

Links are affine, so that every parameter is ``factor · free[index] + shift``: a table that is
made once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xps.model import Param, Ref, Region

Floats = NDArray[np.float64]

SHIFT = Ref("", "shift")
"""By how much the energies of the data should move down, in eV; see `with_common_shift`."""


@dataclass(frozen=True)
class ParameterTable:
    """Which numbers are free, and how all others follow from them.

    Attributes
    ----------
    refs : tuple of Ref
        All parameters: those of the components in turn, then those of the background.
    free : tuple of Ref
        Those that the fit decides.
    matrix : ndarray, shape (all, free)
    constant : ndarray, shape (all,)
        ``values = matrix @ free + constant``.
    lower, upper : ndarray, shape (free,)
        Bounds of the free parameters.
    """

    refs: tuple[Ref, ...]
    free: tuple[Ref, ...]
    matrix: Floats
    constant: Floats
    lower: Floats
    upper: Floats

    @classmethod
    def of(cls, region: Region) -> ParameterTable:
        """Compile the links of a region."""
        params = dict(region.params())
        refs = tuple(params)
        free = tuple(ref for ref, param in params.items() if param.is_free)
        column = {ref: j for j, ref in enumerate(free)}
        matrix = np.zeros((len(refs), len(free)))
        constant = np.zeros(len(refs))
        for i, ref in enumerate(refs):
            root, factor, shift = _end_of_links(ref, params)
            if root in column:
                matrix[i, column[root]] = factor
                constant[i] = shift
            else:
                constant[i] = factor * params[root].value + shift
        return cls(
            refs,
            free,
            matrix,
            constant,
            np.array([params[ref].min for ref in free]),
            np.array([params[ref].max for ref in free]),
        )

    @cached_property
    def index(self) -> dict[Ref, int]:
        """Row of each parameter."""
        return {ref: i for i, ref in enumerate(self.refs)}

    def values(self, free: Floats) -> Floats:
        """All parameters from the free ones; shapes (..., all) and (..., free)."""
        values: Floats = free @ self.matrix.T + self.constant
        return values

    def with_common_shift(self) -> ParameterTable:
        """Return the table with `SHIFT` before its free parameters, which moves all centers."""
        moves = np.array([[float(ref.parameter == "center")] for ref in self.refs])
        return ParameterTable(
            self.refs,
            (SHIFT, *self.free),
            np.hstack((moves, self.matrix)),
            self.constant,
            np.append(-np.inf, self.lower),
            np.append(np.inf, self.upper),
        )

    def without(self, column: int, value: float) -> ParameterTable:
        """Return the table with one free parameter fixed at a value."""
        return ParameterTable(
            self.refs,
            (*self.free[:column], *self.free[column + 1 :]),
            np.delete(self.matrix, column, axis=1),
            self.constant + self.matrix[:, column] * value,
            np.delete(self.lower, column),
            np.delete(self.upper, column),
        )


def _end_of_links(ref: Ref, params: dict[Ref, Param]) -> tuple[Ref, float, float]:
    """The parameter that decides another's value, ``factor · root + shift``."""
    factor, shift = 1.0, 0.0
    while (link := params[ref].link) is not None:
        shift += factor * link.shift
        factor *= link.factor
        ref = link.target
    return ref, factor, shift
