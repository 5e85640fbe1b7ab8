"""What a person can do to what follows from the fits: amounts, replicates, waivers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.checks.rule_titles import rule_title
from app.gestures.gestures import Change, typed_number
from app.widgets.numerals import plain_number
from xps import __version__
from xps.errors import XpsError
from xps.project import Project
from xps.quantification_settings import QuantificationSettings
from xps.series import places_of_sample, position
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


def set_place(project: Project, sample: str, series: str, text: str) -> Change:
    """Say where a sample stands in a series, as typed; nothing takes it out of the series.

    Raises
    ------
    XpsError
        If it is no number.
    """
    old = project.sample(sample)
    value = typed_number(text) if text.strip() else None
    others = tuple(place for place in old.series if place[0].casefold() != series.casefold())
    if value is None:
        if position(old, series) is None:
            return Change(project, "")
        taken_out = replace(old, series=others)
        return Change(project.with_sample(taken_out), f"Take {sample} out of the series {series}")
    if places_of_sample(project, old, series) == (value,):
        return Change(project, "")
    placed = replace(old, series=(*others, (series, value)))
    return Change(project.with_sample(placed), f"Set {series} of {sample} to {plain_number(value)}")


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
