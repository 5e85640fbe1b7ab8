"""Equations of many blocks with a common border: linear in time and memory.

::

    | A1 E'          B1 |
    | E  A2 E'       B2 |
    |    E  A3 ...   B3 |
    |       ...  ... .. |
    | B1'B2'B3' ...  C  |

Each block belongs to one spectrum; the border to what all share; E, which is diagonal and may be
missing, couples neighbors. The blocks are eliminated one after the other, and what is left for the
border is their Schur complement (Zhang, ed., "The Schur Complement and Its Applications", 2005).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class ArrowMatrix:
    """A symmetric positive definite matrix of blocks and a border, factored.

    Parameters
    ----------
    blocks : ndarray, shape (spectra, own, own)
    border : ndarray, shape (spectra, own, shared)
    corner : ndarray, shape (shared, shared)
    coupling : ndarray, shape (spectra − 1, own), optional
        Diagonals of E: between a block and the next one.

    Raises
    ------
    numpy.linalg.LinAlgError
        If it has no inverse.
    """

    def __init__(
        self, blocks: Floats, border: Floats, corner: Floats, coupling: Floats | None = None
    ) -> None:
        self._coupling = coupling
        self._border = border
        if coupling is None:
            pivots = np.asarray(np.linalg.inv(blocks), dtype=np.float64)
        else:
            pivots = np.empty_like(blocks)
            pivots[0] = np.linalg.inv(blocks[0])
            for i, link in enumerate(coupling, 1):
                passed = link[:, None] * pivots[i - 1] * link
                pivots[i] = np.linalg.inv(blocks[i] - passed)
        self._pivots = pivots  # inverse blocks, as they are when their turn comes
        self._by_border = self._eliminated(border)
        shared = corner - np.einsum("nij,nik->jk", border, self._by_border)
        self._shared: Floats = np.linalg.inv(shared) if shared.size else shared

    def _eliminated(self, right: Floats) -> Floats:
        """Solve for the blocks alone; shape (spectra, own, columns)."""
        if self._coupling is None:
            return self._pivots @ right
        found = right.copy()
        for i, link in enumerate(self._coupling, 1):
            found[i] -= link[:, None] * (self._pivots[i - 1] @ found[i - 1])
        found[-1] = self._pivots[-1] @ found[-1]
        for i in range(len(right) - 2, -1, -1):
            link = self._coupling[i][:, None]
            found[i] = self._pivots[i] @ (found[i] - link * found[i + 1])
        return found

    def solve(self, own: Floats, shared: Floats) -> tuple[Floats, Floats]:
        """Solve for a right side, of shapes (spectra, own) and (shared,)."""
        alone = self._eliminated(own[:, :, None])[:, :, 0]
        common = self._shared @ (shared - np.einsum("nij,ni->j", self._border, alone))
        return alone - self._by_border @ common, common

    def inverse(self) -> tuple[Floats, Floats, Floats]:
        """Return the inverse as far as one spectrum and the border are concerned.

        Returns
        -------
        own : ndarray, shape (spectra, own, own)
        mixed : ndarray, shape (spectra, own, shared)
        shared : ndarray, shape (shared, shared)
        """
        alone = self._pivots.copy()
        if self._coupling is not None:
            for i in range(len(alone) - 2, -1, -1):
                passed = self._pivots[i] * self._coupling[i]
                alone[i] += passed @ alone[i + 1] @ passed.T
        mixed = -self._by_border @ self._shared
        return alone - mixed @ self._by_border.swapaxes(1, 2), mixed, self._shared
