"""Samples whose amounts agree across core levels: the way to their joint fit.

Lines that no fit of their core level could tell apart, such as the oxyanions of O 1s, are
told apart by the others. Regions are therefore fitted one after the other, those of
well separated lines first, and lines of compounds that were met before are expected at what
these say. From there the joint fit starts, which knows ties instead of expectations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from itertools import pairwise

from xps.chemistry import Line, amount_ties, lines_of, tied_ratio
from xps.joint_fit import JointFit, fit_together
from xps.model import Prior, Ref, Region
from xps.project import Project

INSEPARABLE = 0.5
"""Distance in widths below which two lines are told apart by other regions only."""


@dataclass(frozen=True)
class _Placed:
    """A region that was not fitted, on the energy scale of its sample."""

    region: Region
    charge_shift_ev: float


def separation(region: Region) -> float:
    """Least distance of two components of a region, in widths; infinite for a single one."""
    ordered = sorted(region.components, key=lambda component: component.center.value)
    return min(
        (
            (second.center.value - first.center.value) / min(first.fwhm.value, second.fwhm.value)
            for first, second in pairwise(ordered)
        ),
        default=math.inf,
    )


def fitted_with(project: Project, region_ids: Collection[str]) -> tuple[str, ...]:
    """Return the regions that a fit of some of them fits: where amounts are tied, whole samples."""
    samples = {
        project.entry(project.region(id_).spectrum).sample
        for id_ in region_ids
        if project.ties is not None
    }
    return tuple(
        region.id
        for region in project.regions
        if region.id in region_ids or project.entry(region.spectrum).sample in samples
    )


def left_alone(project: Project, sample: str) -> tuple[str, ...]:
    """Return the core levels of a sample that nothing tells apart: their lines are too near.

    Those in which no compound shows that another region of the sample shows too.
    """
    compounds: dict[str, set[str]] = {}
    for region in project.regions:
        entry = project.entry(region.spectrum)
        if entry.sample == sample:
            placed = _Placed(region, 0.0)
            compounds[region.id] = {line.species.compound for line in lines_of(entry, placed)}
    return tuple(
        project.region(id_).core_level
        for id_, own in compounds.items()
        if separation(project.region(id_)) < INSEPARABLE
        and not any(own & others for other, others in compounds.items() if other != id_)
    )


def with_expected_amounts(project: Project, region: Region) -> tuple[Region, tuple[Ref, ...]]:
    """Expect the lines of a region's compounds at what other regions of its sample show.

    Parameters
    ----------
    project : Project
        Other regions count where they are fitted, and their lines are better separated.
    region : Region

    Returns
    -------
    region : Region
        Areas that had no expectation of their own may have one.
    expected : tuple of Ref
        These areas.
    """
    if project.ties is None:
        return region, ()
    known = _fitted_lines(project, region)
    entry = project.entry(region.spectrum)
    placed = _Placed(region, project.sample(entry.sample).charge.shift_ev)
    expected = []
    for line in lines_of(entry, placed):
        leader = known.get(line.species.compound)
        if leader is None or leader.stderr is None or line.component.area.prior is not None:
            continue
        tied = tied_ratio(line, leader, project.quantification, project.ties.sigma)
        if tied is None:
            continue
        ratio, spread = tied
        area = leader.component.area.value
        sigma = ratio * math.hypot(spread * max(area, leader.stderr), leader.stderr)
        param = replace(line.component.area, prior=Prior(ratio * area, sigma))
        region = region.with_param(line.place.ref, param)
        expected.append(line.place.ref)
    return region, tuple(expected)


def without_expectations(region: Region, expected: tuple[Ref, ...]) -> Region:
    """Return the region with areas that nothing is expected of."""
    for ref in expected:
        region = region.with_param(ref, replace(region.param(ref), prior=None))
    return region


def _fitted_lines(project: Project, region: Region) -> dict[str, Line]:
    """The surest line of each compound in the other regions of a region's sample."""
    sample, own = project.entry(region.spectrum).sample, separation(region)
    found: dict[str, Line] = {}
    for other in project.regions:
        entry, fit = project.entry(other.spectrum), project.fit_of(other.id)
        if entry.sample != sample or fit is None or other.id == region.id:
            continue
        if separation(fit.region) <= own:
            continue
        for line in lines_of(entry, fit, fit):
            best = found.get(line.species.compound)
            if best is None or line.certainty > best.certainty:
                found[line.species.compound] = line
    return found


def fit_tied(
    project: Project, sample: str, *, cancelled: Callable[[], bool] | None = None
) -> JointFit | None:
    """Fit the regions of a sample together, from their present values, with its amounts tied.

    All that have a fit, because its charge shift is fitted too.

    Returns
    -------
    JointFit or None
        None where the project ties nothing, or no compound shows twice.

    Raises
    ------
    FitError
        If the joint fit fails.
    """
    if project.ties is None:
        return None
    ties, _ = amount_ties(project, sample, sigma=project.ties.sigma)
    fitted = [
        region.id
        for region in project.regions
        if project.entry(region.spectrum).sample == sample and project.fit_of(region.id) is not None
    ]
    if not ties:
        return None
    return fit_together(project, fitted, ties=ties, tensions=True, cancelled=cancelled)
