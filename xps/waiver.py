"""Waivers: why somebody who knows better lets a finding of the checks stand. Frozen."""

from __future__ import annotations

from dataclasses import dataclass, field

from xps.errors import XpsError
from xps.unknown_keys import Unknown


@dataclass(frozen=True)
class Scope:
    """What a finding is about, and how far a waiver reaches.

    Attributes
    ----------
    sample : str
        Name of the sample; "" for a finding about the whole project.
    region : str
        Id of the region; "" for all of the sample.
    subject : str
        What in the region: a component, a parameter as ``ps4.fwhm``, or two of them joined by
        "and"; "" for all of the region.
    """

    sample: str = ""
    region: str = ""
    subject: str = ""

    def covers(self, other: Scope) -> bool:
        """Whether another scope is this one, or lies in it."""
        return (
            self.sample == other.sample
            and self.region in ("", other.region)
            and self.subject in ("", other.subject)
        )


@dataclass(frozen=True)
class Waiver:
    """A reason to let the findings of one rule stand in one scope.

    Attributes
    ----------
    rule : str
        Id of the rule.
    scope : Scope
        Where it is waived.
    reason : str
        Why; it is printed beside the finding.
    time, version : str
        When (ISO 8601, UTC) and with which version it was given.
    unknown : tuple
        What its session says of it that this version does not know; see `xps.unknown_keys`.

    Raises
    ------
    XpsError
        If there is no rule or no reason.
    """

    rule: str
    scope: Scope
    reason: str
    time: str
    version: str
    unknown: Unknown = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if not self.rule:
            raise XpsError("a waiver of no rule", "name the rule that it waives")
        if not self.reason.strip():
            raise XpsError(f"a waiver of {self.rule} without a reason", "say why")
