"""What a rule is, and what it finds. Frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from xps.cancel import Cancelled
from xps.fitted import RegionFit
from xps.model import Component, Ref
from xps.project import Entry, Project
from xps.waiver import Scope

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""From the worst on."""


@dataclass(frozen=True)
class Finding:
    """What a rule found.

    Attributes
    ----------
    rule : str
        Id of the rule.
    severity : {"error", "warning", "note"}
    where : str
        Sample, core level and component.
    message, remedy, citation : str
        What is wrong, what to do, and who says so.
    scope : Scope
        The same by ids: what a waiver of this finding names.
    waived : str or None
        The reason of the waiver that lets it stand.
    """

    rule: str
    severity: Severity
    where: str
    message: str
    remedy: str
    citation: str
    scope: Scope
    waived: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as the command line prints it."""
        return asdict(self)


@dataclass(frozen=True)
class Sighting:
    """Where a rule is broken, and how; what it leaves open is as the rule says."""

    scope: Scope
    where: str
    message: str
    remedy: str = ""
    citation: str = ""
    severity: Severity | None = None


Sightings = Iterator[Sighting]
Search = Callable[[Project, Cancelled], Sightings]
"""Looks through a project; asks before each fit, or each sample, whether to go on."""


@dataclass(frozen=True)
class Rule:
    """One thing that a project is held against.

    Attributes
    ----------
    id : str
        Its name in findings and waivers; it never changes.
    severity : {"error", "warning", "note"}
        Error: the numbers are wrong. Warning: they may be. Note: their reader must know.
    title : str
        What it looks for.
    citation : str
        Who says so; "" for what follows from the fit itself.
    remedy : str
        What to do about it.
    function : callable
        Finds where a project breaks it.
    """

    id: str
    severity: Severity
    title: str
    citation: str
    remedy: str
    function: Search

    def findings(self, project: Project, ask: Cancelled) -> Iterator[Finding]:
        """Apply the rule to a project; `ask`, which is asked often, may raise to end it."""
        for seen in self.function(project, ask):
            yield Finding(
                self.id,
                seen.severity or self.severity,
                seen.where,
                seen.message,
                seen.remedy or self.remedy,
                seen.citation or self.citation,
                seen.scope,
            )


@dataclass(frozen=True)
class FittedRegion:
    """A fit in its project."""

    project: Project
    entry: Entry
    fit: RegionFit

    @property
    def core_level(self) -> str:
        """Core level of the region."""
        return self.fit.region.core_level

    @property
    def components(self) -> tuple[Component, ...]:
        """The components of the fit."""
        return self.fit.region.components

    @property
    def significant(self) -> tuple[Component, ...]:
        """The components that the data demand."""
        return tuple(c for c in self.components if self.fit.is_significant(c))

    def value(self, component: Component, name: str) -> tuple[float, float]:
        """A parameter and its standard deviation, zero where that is unknown or it is fixed."""
        return component.params[name].value, self.fit.stderr(Ref(component.id, name)) or 0.0

    def is_held_back(self, component: Component, name: str) -> bool:
        """Whether a bound holds a parameter, or what it is tied to: it is not measured then."""
        root, _, _ = self.fit.region.resolve(Ref(component.id, name))
        return root in self.fit.at_bound

    def sighting(
        self, message: str, what: str = "", subject: str | None = None, **more: Any
    ) -> Sighting:
        """A sighting in this region; `subject` is the id of what people read as `what`."""
        scope = Scope(self.entry.sample, self.fit.region.id, what if subject is None else subject)
        where = ", ".join(part for part in (self.entry.sample, self.entry.label, what) if part)
        return Sighting(scope, where, message, **more)

    def of(self, component: Component, message: str, **more: Any) -> Sighting:
        """A sighting of one component."""
        return self.sighting(message, component.name, component.id, **more)

    def of_both(self, first: Component, second: Component, message: str, **more: Any) -> Sighting:
        """A sighting of two components."""
        names, ids = f"{first.name} and {second.name}", f"{first.id} and {second.id}"
        return self.sighting(message, names, ids, **more)


def fitted_regions(project: Project) -> Iterator[FittedRegion]:
    """Return the fits of a project, in the order of its regions."""
    for region in project.regions:
        fit = project.fit_of(region.id)
        if fit is not None:
            yield FittedRegion(project, project.entry(region.spectrum), fit)


def in_each_fit(search: Callable[[FittedRegion], Sightings]) -> Search:
    """Make a search through a project of a search in one fit."""

    def search_all(project: Project, ask: Cancelled) -> Sightings:
        for fitted in fitted_regions(project):
            ask()
            yield from search(fitted)

    return search_all


@dataclass(frozen=True)
class FittedSample:
    """The fits of one sample."""

    project: Project
    name: str
    regions: tuple[FittedRegion, ...]

    def level(self, core_level: str) -> FittedRegion | None:
        """Return the first fit of a core level."""
        return next((r for r in self.regions if r.core_level == core_level), None)

    def sighting(self, message: str, subject: str = "", **more: Any) -> Sighting:
        """A sighting that concerns several core levels of the sample."""
        where = ", ".join(part for part in (self.name, subject) if part)
        return Sighting(Scope(self.name, "", subject), where, message, **more)


def in_each_sample(search: Callable[[FittedSample], Sightings]) -> Search:
    """Make a search through a project of a search in one sample."""

    def search_all(project: Project, ask: Cancelled) -> Sightings:
        own: dict[str, list[FittedRegion]] = {}
        for region in fitted_regions(project):
            own.setdefault(region.entry.sample, []).append(region)
        for sample in project.samples:
            ask()
            if sample.name in own:
                yield from search(FittedSample(project, sample.name, tuple(own[sample.name])))

    return search_all
