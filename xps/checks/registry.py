"""All rules, and their application to a project."""

from __future__ import annotations

from dataclasses import replace

from xps.cancel import Cancelled, raising
from xps.checks import (
    backgrounds,
    budgets,
    charge,
    constraints,
    convergence,
    intensities,
    names,
    noise,
    overlaps,
    places,
    repeats,
    shapes,
    ties,
    widths,
)
from xps.checks.rule import Finding, Rule
from xps.project import HoldsProject, Project, project_in

RULES: tuple[Rule, ...] = (
    *convergence.RULES,
    *noise.RULES,
    *backgrounds.RULES,
    *constraints.RULES,
    *widths.RULES,
    *places.RULES,
    *shapes.RULES,
    *charge.RULES,
    *names.RULES,
    *budgets.RULES,
    *ties.RULES,
    *overlaps.RULES,
    *intensities.RULES,
    *repeats.RULES,
)
"""The rules by family."""


def check(
    result: Project | HoldsProject, *, cancelled: Cancelled | None = None
) -> tuple[Finding, ...]:
    """Apply every rule to a project, or to what `xps.fit` returned.

    Parameters
    ----------
    result : Project or FitResult
    cancelled : callable, optional
        Asked often; the checks end once it says True.

    Returns
    -------
    tuple of Finding
        Region by region, then what concerns whole samples and the project. A finding that a
        waiver of the project covers carries its reason.

    Raises
    ------
    CancelledError
        If they were cancelled.
    """
    project = project_in(result)
    ask = raising(cancelled, "the checks")
    found = [finding for rule in RULES for finding in rule.findings(project, ask)]
    order = {region.id: number for number, region in enumerate(project.regions)}
    found.sort(key=lambda finding: order.get(finding.scope.region, len(order)))
    return tuple(_with_waiver(finding, project) for finding in found)


def _with_waiver(finding: Finding, project: Project) -> Finding:
    for waiver in project.waivers:
        if waiver.rule == finding.rule and waiver.scope.covers(finding.scope):
            return replace(finding, waived=waiver.reason)
    return finding
