"""Stored against refitted: whether a fit that a file carries is a minimum of its own problem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xps.casaxps.apply import on_scale
from xps.casaxps.carried import carried_fit
from xps.errors import XpsError
from xps.fitted import RegionFit
from xps.model import Component, Region
from xps.problem import compile_problem, free_values
from xps.project import Entry
from xps.spectrum import Spectrum

AREA_TOLERANCE = 1e-3
"""Relative difference of areas up to which a stored fit is called recovered."""
ENERGY_TOLERANCE_EV = 1e-3
"""The same for centers and widths."""
LARGE = 0.3
"""Share of the largest area from which on a component must be recovered."""

PARAMETERS = ("center", "fwhm", "area")


@dataclass(frozen=True)
class RecoveredNumber:
    """A number of a component, as stored and as refitted.

    Attributes
    ----------
    component, name : str
        Id of the component, and what people read.
    parameter : {"center", "fwhm", "area"}
    stored, refitted : float
        In eV, or counts/s·eV.
    is_large : bool
        Whether the area of the component is above `LARGE` of the largest one.
    """

    component: str
    name: str
    parameter: str
    stored: float
    refitted: float
    is_large: bool

    @property
    def difference(self) -> float:
        """Refitted minus stored; of areas in units of the stored one."""
        change = self.refitted - self.stored
        if self.parameter != "area":
            return change
        return change / abs(self.stored) if self.stored else float(np.copysign(1.0, change))

    @property
    def agrees(self) -> bool:
        """Whether it comes back within the tolerance."""
        tolerance = AREA_TOLERANCE if self.parameter == "area" else ENERGY_TOLERANCE_EV
        return self.refitted == self.stored or abs(self.difference) <= tolerance


@dataclass(frozen=True)
class Recovery:
    """A stored fit against its refit.

    Attributes
    ----------
    numbers : tuple of RecoveredNumber
        Component by component.
    excess : float
        Sum of squared residuals at the stored values over that of the refit, minus one.
    inexact : tuple of str
        What of the model is not as it was in the program that made the fit.
    """

    numbers: tuple[RecoveredNumber, ...]
    excess: float
    inexact: tuple[str, ...] = ()

    @property
    def at_minimum(self) -> bool | None:
        """Whether the numbers of all large components come back.

        None where that cannot be told, as the model is not the one that was fitted.
        """
        if self.inexact:
            return None
        return all(number.agrees for number in self.numbers if number.is_large)

    @property
    def worst(self) -> RecoveredNumber:
        """The number of a large component that moves most, in units of its tolerance."""
        large = [number for number in self.numbers if number.is_large]
        return max(
            large,
            key=lambda n: (
                abs(n.difference)
                / (AREA_TOLERANCE if n.parameter == "area" else ENERGY_TOLERANCE_EV)
            ),
        )

    @property
    def verdict(self) -> str:
        """What it says, in a sentence."""
        worst = self.worst
        names = {"center": "center", "fwhm": "FWHM", "area": "area"}
        change = f"{worst.difference:+.2g}".replace("-", "−")
        change += " of itself" if worst.parameter == "area" else " eV"
        moves = f"the {names[worst.parameter]} of {worst.name} moves by {change}"
        if self.inexact:
            return f"cannot be compared exactly ({'; '.join(self.inexact)}); {moves}"
        if self.at_minimum:
            return f"the stored fit is its own minimum: {moves} at most"
        return (
            f"the stored fit is not at its own minimum: {moves}, and its squared residuals add up "
            f"to {self.excess:.2%} more than those of the refit"
        )


def recovery(fit: RegionFit, entry: Entry) -> Recovery | None:
    """Hold the refit of a stored fit against what the file carries.

    Returns
    -------
    Recovery or None
        None where the region is none that was stored, or has no component of the stored fit
        left.
    """
    if not fit.region.stored:
        return None
    found = carried_fit(entry.spectrum)
    if found.region is None:
        return None
    stored = on_scale(found, found.region, fit.charge_shift_ev)
    fitted = {component.id: component for component in fit.region.components}
    pairs = [(c, fitted[c.id]) for c in stored.components if c.id in fitted]
    if not pairs:
        return None
    largest = max(abs(component.area.value) for component, _ in pairs)
    numbers = [
        RecoveredNumber(
            before.id,
            after.name,
            name,
            before.params[name].value,
            after.params[name].value,
            _is_large(before, largest),
        )
        for before, after in pairs
        for name in PARAMETERS
    ]
    inexact = (*found.inexact, *_changes(stored, fit.region))
    return Recovery(tuple(numbers), _excess(stored, fit, entry.spectrum), inexact)


def _changes(stored: Region, present: Region) -> tuple[str, ...]:
    """What somebody chose otherwise since the fit was taken over."""
    before, after = (
        {
            "the background": region.background.kind,
            "the weights of the points": region.weights,
            "the components": [component.id for component in region.components],
            "line shapes": [component.shape for component in region.components],
        }
        for region in (stored, present)
    )
    changed = [what for what, was in before.items() if after[what] != was]
    if any(
        abs(one - other) > ENERGY_TOLERANCE_EV
        for one, other in zip(stored.window_ev, present.window_ev, strict=True)
    ):
        changed.append("the window")
    return tuple(f"{what} changed" for what in changed)


def _is_large(component: Component, largest: float) -> bool:
    return abs(component.area.value) > LARGE * largest


def _excess(stored: Region, fit: RegionFit, spectrum: Spectrum) -> float:
    """How much larger the squared residuals are at the stored values than at the best ones."""
    try:
        before, after = (
            _squares(region, spectrum, fit.charge_shift_ev) for region in (stored, fit.region)
        )
    except XpsError:
        return float("nan")
    return before / after - 1.0 if after > 0.0 else float("nan")


def _squares(region: Region, spectrum: Spectrum, shift_ev: float) -> float:
    problem = compile_problem(region, spectrum, shift_ev)
    missed = problem.observed - problem.expected(free_values(region, problem.table))
    return float(missed @ missed) / problem.noise.counts_per_unit**2
