"""What differs between samples: shares and atomic percents, against one of them and in series.

Both are signed like the areas, so that the difference of two samples without the species is
as often negative as positive; displays clip them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from xps.chemistry import amount_ties
from xps.composition import Kind, Quantity, percents_of_samples, shares_of_samples
from xps.composition_table import CompositionTable, tables_of
from xps.errors import XpsError
from xps.fitted import standard_error
from xps.joint_fit import JointFit, fit_together
from xps.joint_problem import AmountTie
from xps.multiple_tests import COUNTING_ONLY, holm, two_sided
from xps.project import Project
from xps.series import position, series_names, with_places
from xps.trend import Trend, trends_of

FORMAT = "doublet.compare/1"


@dataclass(frozen=True)
class Difference:
    """A quantity in one sample and in the base.

    Attributes
    ----------
    kind : {"share", "atomic_percent"}
    sample : str
        Compared with the base; the name of a group where spectra are replicates.
    quantity : Quantity
    base_value, value : float
        Signed fractions of the area of the region, or percents of the atoms; means over
        replicates.
    base_stderr, value_stderr : float or None
        Of each alone, one standard deviation; None where a fit has no errors.
    stderr : float or None
        Of the difference, one standard deviation; None where a fit has no errors.
    p_value : float or None
        Chance of a difference at least as large, of either sign, where there is none.
    p_value_adjusted : float or None
        After Holm's correction for all differences of this kind; elements, which are sums of
        their species, count as well.
    replicates : (int, int)
        Spectra of the base and of the sample.
    note : str
        What the error leaves out.
    """

    kind: Kind
    sample: str
    quantity: Quantity
    base_value: float
    value: float
    base_stderr: float | None
    value_stderr: float | None
    stderr: float | None
    p_value: float | None
    p_value_adjusted: float | None
    replicates: tuple[int, int]
    note: str

    @property
    def core_level(self) -> str:
        """The region that it was measured in."""
        return self.quantity.core_level

    @property
    def species(self) -> str:
        """Key in the library, else the id of the component; "" for an element."""
        return self.quantity.species

    @property
    def name(self) -> str:
        """What people read."""
        return self.quantity.name

    @property
    def difference(self) -> float:
        """Value minus base value."""
        return self.value - self.base_value

    def to_dict(self) -> dict[str, Any]:
        """Return the difference as it stands in ``doublet.compare/1``."""
        unit = "share" if self.kind == "share" else "percent"
        return {
            "sample": self.sample,
            "core_level": self.core_level,
            "species": self.species or None,
            "name": self.name,
            f"base_{unit}": self.base_value,
            unit: self.value,
            "difference": self.difference,
            "stderr": self.stderr,
            "p_value": self.p_value,
            "p_value_adjusted": self.p_value_adjusted,
            "replicates": list(self.replicates),
            "note": self.note,
        }


@dataclass(frozen=True)
class Comparison:
    """All differences from a base, trends along a series, and what could not be compared.

    Attributes
    ----------
    base : str
    differences, atomic_differences : tuple of Difference
        Of shares, and of atomic percents of samples in which the same core levels were counted.
    trends : tuple of Trend
        Empty where no series was named.
    tables : tuple of CompositionTable
        All values with their covariance.
    notes : tuple of str
    """

    base: str
    differences: tuple[Difference, ...]
    atomic_differences: tuple[Difference, ...]
    trends: tuple[Trend, ...]
    tables: tuple[CompositionTable, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the ``doublet.compare/1`` object."""
        return {
            "format": FORMAT,
            "base": self.base,
            "differences": [difference.to_dict() for difference in self.differences],
            "atomic_differences": [difference.to_dict() for difference in self.atomic_differences],
            "trends": [trend.to_dict() for trend in self.trends],
            "tables": [table.to_dict() for table in self.tables],
            "notes": list(self.notes),
        }


def compare(
    project: Project,
    base: str,
    joint: JointFit | None = None,
    *,
    series: str | None = None,
) -> Comparison:
    """Compare every sample with a base, and find trends along a series.

    With two or more replicates the scatter between them enters the error where it is larger
    than counting statistics explain; the p-value then has Satterthwaite's degrees of freedom
    (Biometrics Bull. 2 (1946) 110).

    Parameters
    ----------
    project : Project
        Fitted.
    base : str
        A sample, or a group of replicates; "" names none and is refused with those there are.
    joint : JointFit, optional
        Of `joint_comparison_fit`, whose areas and covariance, across samples, are taken.
    series : str, optional
        A series that samples stand in, such as "ALD cycles".

    Raises
    ------
    XpsError
        If there is no such sample or series, nothing to compare it with, or too much.
    """
    project = with_places(project)
    if joint is not None:
        project = _with_fits(project, joint)
    notes: list[str] = []
    shares = tables_of(shares_of_samples(project, notes), joint)
    percents = tables_of(percents_of_samples(project), joint)
    names = list(dict.fromkeys(name for table in shares for name in table.samples))
    if base not in names:
        known = ", ".join(names) or "none is fitted"
        reason = f"no fitted sample {base!r}" if base else "no base to compare with is named"
        raise XpsError(reason, f"name one of: {known}")
    if len(names) < 2:
        raise XpsError("only one sample is fitted", "open and fit another one")
    trends: list[Trend] = []
    if series is not None:
        positions = positions_in(project, series)
        for tables in (shares, percents):
            trends += adjusted_trends(
                [one for table in tables for one in trends_of(table, series, positions, notes)]
            )
    return Comparison(
        base,
        _differences(shares, base, notes),
        _differences(percents, base, notes),
        tuple(trends),
        (*shares, *percents),
        tuple(dict.fromkeys(notes)),
    )


def joint_comparison_fit(project: Project) -> JointFit:
    """Fit all fitted regions again, with positions, widths and shapes in common.

    Where the project ties amounts across core levels, they are tied in each sample here, too.

    Raises
    ------
    FitError
        If nothing is fitted, or the joint fit does not converge.
    """
    project = with_places(project)
    fitted = [region.id for region in project.regions if project.fit_of(region.id)]
    ties: list[AmountTie] = []
    if project.ties is not None:
        for sample in project.samples:
            ties += amount_ties(project, sample.name, sigma=project.ties.sigma)[0]
    return fit_together(project, fitted, share_shapes=True, ties=ties)


def _with_fits(project: Project, joint: JointFit) -> Project:
    for sample, charge in joint.charges.items():
        project = project.with_sample(replace(project.sample(sample), charge=charge))
    for fit in joint.fits:
        project = project.with_fit(fit)
    return project


def positions_in(project: Project, series: str) -> dict[str, float]:
    """Return where samples, or groups of replicates, stand in a series.

    Raises
    ------
    XpsError
        If replicates stand at different places, or nothing is in the series.
    """
    found: dict[str, float] = {}
    for sample in project.samples:
        name, place = sample.group or sample.name, position(sample, series)
        if place is None:
            continue
        if found.setdefault(name, place) != place:
            raise XpsError(
                f"replicates of {name} stand at different places of {series}",
                "give them the same one, or another group",
            )
    if not found:
        known = ", ".join(series_names(project.samples)) or "none is known"
        raise XpsError(f"no sample stands in a series {series!r}", f"series: {known}")
    return found


def _differences(
    tables: Sequence[CompositionTable], base: str, notes: list[str]
) -> tuple[Difference, ...]:
    found: list[Difference] = []
    for table in tables:
        if base not in table.samples:
            notes.append(_why_not(table, base))
            continue
        first = table.samples.index(base)
        for row, sample in enumerate(table.samples):
            for column, quantity in enumerate(table.quantities):
                if row == first:
                    continue
                if math.isfinite(table.values[first, column] + table.values[row, column]):
                    found.append(_difference(table, first, row, column))
                else:
                    notes.append(
                        f"{sample}, {quantity.core_level}: {quantity.name} is not in every fit"
                    )
    adjusted = holm([difference.p_value for difference in found])
    return tuple(
        replace(difference, p_value_adjusted=p_value)
        for difference, p_value in zip(found, adjusted, strict=True)
    )


def _why_not(table: CompositionTable, base: str) -> str:
    if table.kind == "share":
        return f"{table.core_levels[0]}: not compared, {base} has no fit of it"
    return (
        f"atomic percent of {', '.join(table.samples)}: not compared, other core levels "
        f"({', '.join(table.core_levels)}) were counted than in {base}"
    )


def _difference(table: CompositionTable, first: int, row: int, column: int) -> Difference:
    both = [first, row]
    own = table.counting[np.ix_(both, [column], both, [column])][:, 0, :, 0]
    variance = float(own[0, 0] + own[1, 1] - 2.0 * own[0, 1])
    excess, freedom = 0.0, 0.0
    for one in both:
        if table.excess[one, column] > 0.0:
            excess += float(table.excess[one, column])
            freedom += float(table.scatter[one, column] ** 2 / (table.replicates[one] - 1))
    stderr = standard_error(variance + excess)
    degrees = (variance + excess) ** 2 / freedom if freedom > 0.0 else math.inf
    base_value, value = (float(table.values[one, column]) for one in both)
    base_stderr, value_stderr = (
        standard_error(float(own[place, place] + max(table.excess[one, column], 0.0)))
        for place, one in enumerate(both)
    )
    counts = table.replicates[first], table.replicates[row]
    return Difference(
        table.kind,
        table.samples[row],
        table.quantities[column],
        base_value,
        value,
        base_stderr,
        value_stderr,
        stderr,
        two_sided(value - base_value, stderr, degrees),
        None,
        counts,
        COUNTING_ONLY if 1 in counts else "",
    )


def adjusted_trends(trends: Sequence[Trend]) -> list[Trend]:
    """Return trends of one kind with p-values after Holm's correction for all of them."""
    adjusted = holm([trend.p_value for trend in trends])
    return [
        replace(trend, p_value_adjusted=p_value)
        for trend, p_value in zip(trends, adjusted, strict=True)
    ]
