"""Letting findings of the checks stand: from words of a user to waivers of a project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from xps import __version__
from xps.checks import RULES, Finding, check
from xps.errors import XpsError
from xps.project import Project
from xps.waiver import Scope, Waiver


@dataclass(frozen=True)
class WaiverRequest:
    """What somebody wants to let stand.

    Attributes
    ----------
    rule : str
        Id of the rule.
    place : str
        Only findings whose place (sample, core level, component) holds this text; "" for all.
    reason : str
    """

    rule: str
    place: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Whether it means a finding."""
        here = self.place.casefold() in finding.where.casefold()
        return finding.rule == self.rule and here


def parse_waiver(text: str) -> WaiverRequest:
    """Return what ``RULE=REASON`` or ``RULE@PLACE=REASON`` asks for.

    Raises
    ------
    XpsError
        If there is no such rule, or no reason.
    """
    what, _, reason = text.partition("=")
    rule, _, place = (part.strip() for part in what.partition("@"))
    known = [one.id for one in RULES]
    if rule not in known:
        near = [id_ for id_ in known if set(id_.split("-")) & set(rule.split("-"))]
        raise XpsError(f"there is no rule {rule!r}", f"rules are {', '.join(near or known)}")
    if not reason.strip():
        raise XpsError(f"a waiver of {rule} without a reason", f'write "{what}=why it may stand"')
    return WaiverRequest(rule, place, reason.strip())


def waiver_of(finding: Finding, reason: str, scope: Scope | None = None) -> Waiver:
    """Return the waiver of a finding, given now.

    Parameters
    ----------
    finding : Finding
    reason : str
    scope : Scope, optional
        Wider than that of the finding, such as its region or sample.

    Raises
    ------
    XpsError
        If there is no reason, or the scope does not hold the finding.
    """
    chosen = scope or finding.scope
    if not chosen.covers(finding.scope):
        raise XpsError(f"a waiver that does not reach {finding.where}", "widen its scope")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Waiver(finding.rule, chosen, reason.strip(), now, __version__)


def waive(project: Project, requests: Iterable[WaiverRequest]) -> Project:
    """Return the project with a waiver for each finding that is asked to stand.

    Raises
    ------
    XpsError
        If there is nothing that a request means.
    """
    findings = check(project)
    for request in requests:
        meant = [finding for finding in findings if request.covers(finding)]
        if not meant:
            where = f" at {request.place!r}" if request.place else ""
            raise XpsError(
                f"nothing to waive: {request.rule} found nothing{where}",
                "doublet check tells what was found, and where",
            )
        for finding in meant:
            project = project.with_waiver(waiver_of(finding, request.reason))
    return project
