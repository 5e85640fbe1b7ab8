"""What the fits of a stack say, spectrum by spectrum, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from enum import IntFlag
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xps.errors import FitError
from xps.model import Component, Ref, Region

Floats = NDArray[np.float64]


class Flag(IntFlag):
    """What is to be known of a fit; several may hold."""

    NOT_MEASURED = 1
    """A point was not measured, or is negative where counts are expected: not fitted."""
    NOT_CONVERGED = 2
    """No minimum was found: not a number throughout."""
    AT_BOUND = 4
    """A bound holds a parameter back, which has no error then."""
    MISFIT = 8
    """χ²ᵣ is more than four standard deviations of counting noise above one."""
    NEGATIVE = 16
    """An area is more than three standard errors below zero."""
    NO_PEAK = 32
    """All areas together are less than three standard errors above zero."""
    OTHER_MINIMUM = 64
    """A fit from another start was better, and was taken."""

    @property
    def words(self) -> str:
        """The flags in words, with commas between."""
        return ", ".join(_WORDS[flag] for flag in Flag if flag in self)


_WORDS = {
    Flag.NOT_MEASURED: "not measured",
    Flag.NOT_CONVERGED: "not converged",
    Flag.AT_BOUND: "at a bound",
    Flag.MISFIT: "misfit",
    Flag.NEGATIVE: "negative area",
    Flag.NO_PEAK: "no peak",
    Flag.OTHER_MINIMUM: "another minimum was better",
}


@dataclass(frozen=True, eq=False)
class StackFit:
    """Fits of all or some spectra of a stack. What is unknown is not a number.

    Attributes
    ----------
    region : Region
        The model; its values are those of the mean spectrum.
    refs : tuple of Ref
        All parameters, linked and fixed ones included.
    area_unit : str
    charge_shift_ev : float
        Corrected minus measured binding energy, the same for all.
    first : int
        Which spectrum of the stack the first is.
    values, stderr : ndarray, shape (spectra, parameters)
        One standard deviation; not a number for fixed parameters and those at a bound.
    shares, share_stderr : ndarray, shape (spectra, components)
        Fractions of the sum of all areas; not a number where that is hardly there (`NO_PEAK`).
    reduced_chi2 : ndarray, shape (spectra,)
    deviance : ndarray, shape (spectra,)
        Priors included.
    flags : ndarray of uint8, shape (spectra,)
        Of `Flag`.
    iterations : ndarray of int32, shape (spectra,)
    """

    region: Region
    refs: tuple[Ref, ...]
    area_unit: str
    charge_shift_ev: float
    first: int
    values: Floats = field(repr=False)
    stderr: Floats = field(repr=False)
    shares: Floats = field(repr=False)
    share_stderr: Floats = field(repr=False)
    reduced_chi2: Floats = field(repr=False)
    deviance: Floats = field(repr=False)
    flags: NDArray[np.uint8] = field(repr=False)
    iterations: NDArray[np.int32] = field(repr=False)

    @property
    def count(self) -> int:
        """Number of spectra."""
        return len(self.flags)

    @property
    def components(self) -> tuple[Component, ...]:
        """The components, in the order of `shares`."""
        return self.region.components

    def of(self, component: str, parameter: str) -> tuple[Floats, Floats]:
        """Return values and errors of one parameter, each of shape (spectra,)."""
        column = self.refs.index(Ref(component, parameter))
        return self.values[:, column], self.stderr[:, column]

    def region_at(self, index: int) -> Region:
        """Return the model with the values of one spectrum, to draw it on that spectrum.

        Parameters
        ----------
        index : int
            Among these fits, from 0.

        Raises
        ------
        FitError
            If it was not fitted.
        """
        row = dict(zip(self.refs, self.values[index].tolist(), strict=True))
        if not np.isfinite(self.values[index]).all():
            raise FitError(
                f"the spectrum was not fitted: {Flag(int(self.flags[index])).words}",
                "choose another place",
                where=f"spectrum {self.first + index + 1}",
            )
        return self.region.with_values(
            {ref: row[ref] for ref, param in self.region.params() if param.is_free}
        )

    def flagged(self, flag: Flag) -> NDArray[np.bool_]:
        """Return for which spectra a flag holds."""
        held: NDArray[np.bool_] = (self.flags & flag.value) > 0
        return held

    @classmethod
    def joined(cls, parts: Sequence[StackFit]) -> StackFit:
        """Return neighboring parts of a stack as one."""
        arrays: dict[str, Any] = {
            f.name: np.concatenate([getattr(part, f.name) for part in parts])
            for f in fields(cls)
            if isinstance(getattr(parts[0], f.name), np.ndarray)
        }
        return replace(parts[0], **arrays)
