"""What a measurement says a sample is made of, with the gradient by its fitted areas.

Shares of the species in a core level, or atomic percents of elements and species.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from xps.fitted import RegionFit
from xps.intensity import intensity_factor
from xps.levels import element
from xps.model import Component
from xps.project import Project, Sample
from xps.quantification import counted_fits, transmission_known

Floats = NDArray[np.float64]
Kind = Literal["share", "atomic_percent"]

TO_PERCENT: Mapping[Kind, float] = {"share": 100.0, "atomic_percent": 1.0}
"""What brings an amount to percent: shares are fractions."""


@dataclass(frozen=True)
class Quantity:
    """What is counted.

    Attributes
    ----------
    core_level : str
    species : str
        Key in the library, else the id of the component; "" for a whole element.
    name : str
        For people; no part of the identity.
    """

    core_level: str
    species: str
    name: str = field(compare=False)

    @property
    def element(self) -> str:
        """Symbol."""
        return element(self.core_level)


@dataclass(frozen=True, eq=False)
class Composition:
    """One measurement.

    Attributes
    ----------
    sample : str
        Name of the sample, or of the group that it is a replicate of.
    kind : {"share", "atomic_percent"}
    core_levels : tuple of str
        What adds up to the whole: compositions of other core levels are not comparable.
    fits : tuple of RegionFit
    quantities : tuple of Quantity
    values : ndarray, shape (quantities,)
        Signed; fractions of the whole, in percent for atoms.
    gradients : ndarray, shape (quantities, areas)
        Derivatives by the areas of the fits, one fit after the other.
    """

    sample: str
    kind: Kind
    core_levels: tuple[str, ...]
    fits: tuple[RegionFit, ...]
    quantities: tuple[Quantity, ...]
    values: Floats
    gradients: Floats


def shares_of_samples(project: Project, notes: list[str]) -> list[Composition]:
    """Return the shares in every core level that was fitted; what has none is noted."""
    found = []
    for region in project.regions:
        fit = project.fit_of(region.id)
        if fit is None or not fit.success:
            continue
        sample = project.sample(project.entry(region.spectrum).sample)
        level = region.core_level
        made = _fractions(fit.areas)
        if made is None:
            notes.append(
                f"{sample.name}, {level}: not compared, areas do not add up to a positive one"
            )
            continue
        quantities = tuple(_quantities(level, fit.region.components))
        found.append(Composition(_group(sample), "share", (level,), (fit,), quantities, *made))
    return found


def percents_of_samples(project: Project) -> list[Composition]:
    """Return the atomic percents of samples of which two elements or more were counted."""
    found = []
    for sample in project.samples:
        counted = counted_fits(project, sample.name, [])
        transmitted = transmission_known(project, counted)
        factors = [
            intensity_factor(entry, fit, project.quantification, transmitted=transmitted)
            for entry, fit in counted
        ]
        fits = tuple(fit for _, fit in counted)
        known = [factor for factor in factors if factor is not None]
        if len(fits) < 2 or len(known) < len(fits):
            continue
        sizes = [fit.areas.size for fit in fits]
        by_area = 1.0 / np.repeat(known, sizes)
        made = _fractions(np.concatenate([fit.areas for fit in fits]) * by_area)
        if made is None:
            continue
        values, gradients = made
        quantities: list[Quantity] = []
        sums = np.zeros((len(fits), values.size))
        for row, (fit, end) in enumerate(zip(fits, np.cumsum(sizes), strict=True)):
            sums[row, end - fit.areas.size : end] = 1.0
            level = fit.region.core_level
            quantities.append(Quantity(level, "", element(level)))
        for fit in fits:
            quantities += _quantities(fit.region.core_level, fit.region.components)
        rows = 100.0 * np.vstack((sums, np.eye(values.size)))
        found.append(
            Composition(
                _group(sample),
                "atomic_percent",
                tuple(sorted(fit.region.core_level for fit in fits)),
                fits,
                tuple(quantities),
                rows @ values,
                rows @ gradients * by_area,
            )
        )
    return found


def _group(sample: Sample) -> str:
    return sample.group or sample.name


def _quantities(level: str, components: tuple[Component, ...]) -> Iterator[Quantity]:
    """One for each component, by its species where it is the only one of it."""
    species = [component.species for component in components]
    for component in components:
        unique = component.species and species.count(component.species) == 1
        key = component.species if unique else component.id
        yield Quantity(level, key, component.name)


def _fractions(amounts: Floats) -> tuple[Floats, Floats] | None:
    """Amounts over their sum, with derivatives; None where that is not above zero."""
    total = float(amounts.sum())
    if not total > 0.0:
        return None
    values = amounts / total
    return values, (np.eye(values.size) - values[:, None]) / total
