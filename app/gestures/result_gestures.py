"""What a person can do to what follows from the fits: amounts, replicates, waivers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.checks.rule_titles import rule_title
from app.gestures.gestures import Change
from xps import __version__
from xps.errors import XpsError
from xps.project import Project
from xps.quantification_settings import QuantificationSettings
from xps.waiver import Waiver

if TYPE_CHECKING:
    from xps.checks import Finding


def set_quantification(project: Project, settings: QuantificationSettings) -> Change:
    """Choose how areas are turned into amounts."""
    if settings == project.quantification:
        return Change(project, "")
    return Change(
        replace(project, quantification=settings),
        f"Quantify with {settings.basis(from_file=settings.transmission == 'file')}",
    )


def set_group(project: Project, sample: str, group: str) -> Change:
    """Say what a sample is a replicate of; "" for nothing.

    Raises
    ------
    XpsError
        If a sample that is no replicate itself has that name.
    """
    group, old = " ".join(group.split()), project.sample(sample)
    if group == old.group:
        return Change(project, "")
    others = [other for other in project.samples if other.name == group and other.name != sample]
    if any(other.group != group for other in others):
        raise XpsError(
            f"{group} is the name of a sample",
            "give the group another name, and write it beside each of its replicates",
        )
    text = f"Make {sample} a replicate of {group}" if group else f"Make {sample} no replicate"
    return Change(project.with_sample(replace(old, group=group)), text)


def waive(project: Project, finding: Finding, reason: str) -> Change:
    """Let a finding stand, for a reason that the report prints.

    Raises
    ------
    XpsError
        If the reason is empty.
    """
    time = datetime.now(UTC).isoformat(timespec="seconds")
    waiver = Waiver(finding.rule, finding.scope, " ".join(reason.split()), time, __version__)
    return Change(project.with_waiver(waiver), f"Waive “{rule_title(finding.rule)}”")


def take_back_waiver(project: Project, waiver: Waiver) -> Change:
    """Let the findings that a waiver covers count again."""
    title = rule_title(waiver.rule)
    return Change(
        project.without_waiver(waiver.rule, waiver.scope), f"Take back the waiver of “{title}”"
    )


def waiver_of(project: Project, finding: Finding) -> Waiver | None:
    """Return the waiver that lets a finding stand."""
    for waiver in project.waivers:
        if waiver.rule == finding.rule and waiver.scope.covers(finding.scope):
            return waiver
    return None
