"""One quantity over the places of a stack, with its unit and errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from xps.model import Component
from xps.stack_result import StackFit
from xps.stacks import Coordinate, Stack

Floats = NDArray[np.float64]
Kind = Literal["share", "area", "shift", "width", "reduced_chi2", "flags"]


@dataclass(frozen=True, eq=False)
class ResultMap:
    """One quantity over the places of a stack.

    Attributes
    ----------
    kind : {"share", "area", "shift", "width", "reduced_chi2", "flags"}
        "shift" is the center minus the median center of its component, "width" the FWHM;
        "flags" are numbers of `xps.stack_result.Flag`.
    component : str
        Id of the component; "" where it is of all.
    title : str
    unit : str
        "" for numbers without one. Shares are fractions.
    values : ndarray, shape of the stack
        Not a number where no spectrum was measured, or none could be fitted; shares also where
        there is no peak.
    errors : ndarray, shape of the stack, or None
        One standard deviation; not a number where it is unknown.
    axes : tuple of Coordinate
        Along each direction.
    """

    kind: Kind
    component: str
    title: str
    unit: str
    values: Floats = field(repr=False)
    errors: Floats | None = field(repr=False)
    axes: tuple[Coordinate, ...] = field(repr=False)

    @property
    def name(self) -> str:
        """A name of letters, digits and underscores, unique among the maps of a stack."""
        return f"{self.kind}_{self.component}" if self.component else self.kind


def maps_of(stack: Stack, fit: StackFit) -> tuple[ResultMap, ...]:
    """Return all maps of a stack: those of each component, then χ²ᵣ and flags.

    Parameters
    ----------
    stack : Stack
    fit : StackFit
        Of all of its spectra.
    """
    if fit.count != stack.count:
        raise ValueError(f"fits of {fit.count} spectra for a stack of {stack.count}")
    axes = stack.layout.axes
    found = [
        ResultMap(kind, component.id, title, unit, stack.image(v), stack.image(e), axes)
        for number, component in enumerate(fit.components)
        for kind, title, unit, v, e in _of_component(fit, number, component)
    ]
    chi2, flags = stack.image(fit.reduced_chi2), stack.image(fit.flags.astype(np.float64))
    return (
        *found,
        ResultMap("reduced_chi2", "", "χ²ᵣ", "", chi2, None, axes),
        ResultMap("flags", "", "Flags", "", flags, None, axes),
    )


def _of_component(
    fit: StackFit, number: int, component: Component
) -> Iterator[tuple[Kind, str, str, Floats, Floats]]:
    name = component.name
    yield "share", f"{name}, share", "", fit.shares[:, number], fit.share_stderr[:, number]
    yield "area", f"{name}, area", fit.area_unit, *fit.of(component.id, "area")
    center, error = fit.of(component.id, "center")
    known = center[np.isfinite(center)]
    middle = float(np.median(known)) if known.size else 0.0
    yield "shift", f"{name}, shift from {middle:.2f} eV", "eV", center - middle, error
    yield "width", f"{name}, FWHM", "eV", *fit.of(component.id, "fwhm")
