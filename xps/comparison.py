"""What differs between samples: shares of species, with covariance, p-values and replicates.

A share is signed like its area, so that the difference of two samples without the species is
as often negative as positive; displays clip it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xps.errors import XpsError
from xps.fitted import RegionFit, standard_error
from xps.joint_fit import JointFit
from xps.model import Component
from xps.project import Project
from xps.uncertainty import propagated

Floats = NDArray[np.float64]

FORMAT = "doublet.compare/1"

COUNTING_ONLY = "counting statistics only, n = 1"


@dataclass(frozen=True)
class Difference:
    """A species in one sample and in the base.

    Attributes
    ----------
    sample : str
        Compared with the base; the name of a group where spectra are replicates.
    core_level : str
    species : str
        Key in the library, else the id of the component.
    name : str
    base_share, share : float
        Signed fractions of the area of the region; means over replicates.
    difference : float
        Share minus base share.
    stderr : float or None
        One standard deviation; None where a fit has no errors.
    p_value : float or None
        Chance of a difference at least as large, of either sign, where there is none.
    p_value_adjusted : float or None
        After Holm's correction for all differences of the comparison.
    replicates : (int, int)
        Spectra of the base and of the sample.
    note : str
        What the error leaves out.
    """

    sample: str
    core_level: str
    species: str
    name: str
    base_share: float
    share: float
    difference: float
    stderr: float | None
    p_value: float | None
    p_value_adjusted: float | None
    replicates: tuple[int, int]
    note: str


@dataclass(frozen=True)
class Comparison:
    """All differences from a base, and what could not be compared."""

    base: str
    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the ``doublet.compare/1`` object."""
        return {
            "format": FORMAT,
            "base": self.base,
            "differences": [
                asdict(difference) | {"replicates": list(difference.replicates)}
                for difference in self.differences
            ],
            "notes": list(self.notes),
        }


def compare(project: Project, base: str, joint: JointFit | None = None) -> Comparison:
    """Compare every sample with a base, core level by core level.

    With two or more replicates the scatter between them enters the error where it is larger
    than counting statistics explain; the p-value then has Satterthwaite's degrees of freedom
    (Biometrics Bull. 2 (1946) 110).

    Parameters
    ----------
    project : Project
        Fitted.
    base : str
        A sample, or a group of replicates.
    joint : JointFit, optional
        Whose areas and covariance, across samples, are taken where it has a region.

    Raises
    ------
    XpsError
        If there is no such sample, or nothing to compare it with.
    """
    groups = _groups(project, joint)
    names = list(dict.fromkeys(group.name for group in groups))
    if base not in names:
        known = ", ".join(names) or "none is fitted"
        raise XpsError(f"no fitted sample {base!r}", f"name one of: {known}")
    if len(names) < 2:
        raise XpsError("only one sample is fitted", "open and fit another one")
    found: list[Difference] = []
    notes: list[str] = []
    levels = dict.fromkeys(group.core_level for group in groups)
    for level in levels:
        of_level = {group.name: group for group in groups if group.core_level == level}
        if base not in of_level:
            notes.append(f"{level}: not compared, {base} has no fit of it")
            continue
        for name, group in of_level.items():
            if name != base:
                found += _differences(of_level[base], group, joint, notes)
    return Comparison(base, _adjusted(found), tuple(notes))


@dataclass(frozen=True, eq=False)
class _Group:
    """Fits of one core level that are repetitions of each other."""

    name: str
    core_level: str
    fits: tuple[RegionFit, ...]


@dataclass(frozen=True)
class _Mean:
    """Mean share of a species over the fits of a group, as a gradient by their areas."""

    value: float
    gradients: tuple[Floats, ...]
    scatter: float | None


def _groups(project: Project, joint: JointFit | None) -> list[_Group]:
    together = {} if joint is None else {fit.region.id: fit for fit in joint.fits}
    members: dict[tuple[str, str], list[RegionFit]] = {}
    for region in project.regions:
        fit = together.get(region.id, project.fit_of(region.id))
        if fit is not None and fit.success:
            sample = project.sample(project.entry(region.spectrum).sample)
            members.setdefault((sample.group or sample.name, region.core_level), []).append(fit)
    return [_Group(name, level, tuple(fits)) for (name, level), fits in members.items()]


def _differences(
    base: _Group, group: _Group, joint: JointFit | None, notes: list[str]
) -> list[Difference]:
    fits = (*base.fits, *group.fits)
    level = base.core_level
    if any(not fit.areas.sum() > 0.0 for fit in fits):
        notes.append(f"{group.name}, {level}: not compared, areas do not add up to a positive one")
        return []
    covariance = _covariance(fits, joint)
    found = []
    for component in base.fits[0].region.components:
        means = _mean(base, component), _mean(group, component)
        if means[0] is None or means[1] is None:
            notes.append(f"{group.name}, {level}: {component.name} is not in every fit")
            continue
        found.append(_difference(base, group, component, means[0], means[1], covariance))
    return found


def _difference(
    base: _Group,
    group: _Group,
    component: Component,
    first: _Mean,
    second: _Mean,
    covariance: Floats,
) -> Difference:
    counts = len(base.fits), len(group.fits)
    sizes = [gradient.size for gradient in (*first.gradients, *second.gradients)]
    places = np.split(np.arange(sum(sizes)), np.cumsum(sizes)[:-1])
    rows = np.concatenate([-g for g in first.gradients] + list(second.gradients))
    variance = float(propagated(rows[None, :], covariance)[0, 0])
    excess, freedom = 0.0, 0.0
    for mean, own in ((first, places[: counts[0]]), (second, places[counts[0] :])):
        if mean.scatter is None:
            continue
        part = np.zeros_like(rows)
        part[np.concatenate(own)] = rows[np.concatenate(own)]
        counting = float(propagated(part[None, :], covariance)[0, 0])
        if mean.scatter > counting:
            excess += mean.scatter - counting
            freedom += mean.scatter**2 / (len(own) - 1)
    error = standard_error(variance + excess)
    difference = second.value - first.value
    p_value = None
    if error is not None:
        from scipy.stats import norm, t

        ratio = abs(difference) / error
        degrees = (variance + excess) ** 2 / freedom if freedom > 0.0 else np.inf
        tail = t.sf(ratio, degrees) if np.isfinite(degrees) else norm.sf(ratio)
        p_value = 2.0 * float(tail)
    return Difference(
        group.name,
        base.core_level,
        component.species or component.id,
        component.name,
        first.value,
        second.value,
        difference,
        error,
        p_value,
        None,
        counts,
        COUNTING_ONLY if 1 in counts else "",
    )


def _mean(group: _Group, component: Component) -> _Mean | None:
    values, gradients = [], []
    for fit in group.fits:
        row = _row(fit, component)
        if row is None:
            return None
        total = float(fit.areas.sum())
        share = float(fit.areas[row]) / total
        gradient = np.full(fit.areas.size, -share / total)
        gradient[row] += 1.0 / total
        values.append(share)
        gradients.append(gradient / len(group.fits))
    scatter = float(np.var(values, ddof=1)) / len(values) if len(values) > 1 else None
    return _Mean(float(np.mean(values)), tuple(gradients), scatter)


def _row(fit: RegionFit, component: Component) -> int | None:
    """Where a fit has the same species, else the component of the same id."""
    for row, other in enumerate(fit.region.components):
        if other.id == component.id or (component.species and other.species == component.species):
            return row
    return None


def _covariance(fits: Sequence[RegionFit], joint: JointFit | None) -> Floats:
    """Covariance of the areas of all fits, one after the other."""
    sizes = np.cumsum([0, *(fit.areas.size for fit in fits)])
    covariance = np.zeros((int(sizes[-1]), int(sizes[-1])))
    joined = {fit.region.id for fit in joint.fits} if joint is not None else set()
    for i, first in enumerate(fits):
        own = slice(int(sizes[i]), int(sizes[i + 1]))
        covariance[own, own] = first.area_covariance
        for j, second in enumerate(fits[:i]):
            if joint is not None and {first.region.id, second.region.id} <= joined:
                other = slice(int(sizes[j]), int(sizes[j + 1]))
                rows, columns = joint.rows(first.region.id), joint.rows(second.region.id)
                block = joint.covariance[np.ix_(rows, columns)]
                covariance[own, other], covariance[other, own] = block, block.T
    return covariance


def _adjusted(differences: Sequence[Difference]) -> tuple[Difference, ...]:
    """Holm's step-down correction (Scand. J. Stat. 6 (1979) 65)."""
    known = [(d.p_value, place) for place, d in enumerate(differences) if d.p_value is not None]
    result, largest = list(differences), 0.0
    for rank, (p_value, place) in enumerate(sorted(known)):
        largest = max(largest, min(1.0, (len(known) - rank) * p_value))
        result[place] = replace(result[place], p_value_adjusted=largest)
    return tuple(result)
