"""Which components of a region have a finding of the checks waived, and why."""

from __future__ import annotations

from app.checks.finding_place import parts_of
from app.checks.rule_titles import rule_title
from xps.model import Region
from xps.project import Project

SIGN = "⚑"


def waived_components(project: Project, region: Region) -> dict[str, str]:
    """Return reasons by component id.

    Parameters
    ----------
    project : Project
    region : Region
        One of its regions.
    """
    sample = project.entry(region.spectrum).sample
    reasons: dict[str, list[str]] = {}
    for waiver in project.waivers:
        scope = waiver.scope
        if scope.sample != sample or scope.region not in ("", region.id):
            continue
        named = {part.partition(".")[0] for part in parts_of(scope.subject)}
        for component in region.components:
            if named & {component.id, component.species} - {""}:
                title = rule_title(waiver.rule)
                reasons.setdefault(component.id, []).append(f"{title}. Waived: {waiver.reason}")
    return {id_: "\n".join(lines) for id_, lines in reasons.items()}
