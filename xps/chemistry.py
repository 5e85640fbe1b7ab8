"""Amounts that agree across core levels: ties between the lines of one compound in a sample.

A compound has one amount, so that the areas of its lines are in the ratio of their atoms times
sensitivity, transmission and escape depth. That holds for a homogeneous solid: thin layers
and unknown transmissions miss it by tens of percent, so that a tie is soft unless one asks for
an exact one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xps.fitted import RegionFit
from xps.intensity import RegionOnScale, intensity_factor, transmission_is_known
from xps.joint_problem import AmountTie, Place
from xps.model import Component, Ref
from xps.project import Entry, Project
from xps.quantification_settings import QuantificationSettings
from xps.species import Species, library

KNOWN_TRANSMISSION, UNKNOWN_TRANSMISSION = 0.20, 0.30
"""Spread of the logarithm of a ratio that a homogeneous solid would have."""


@dataclass(frozen=True)
class Line:
    """A component that is a line of a compound, where its area is free.

    Attributes
    ----------
    entry : Entry
    placed : RegionOnScale
        Its region, fitted or not.
    component : Component
    species : Species
    stderr : float or None
        Of its area, where it was fitted.
    """

    entry: Entry
    placed: RegionOnScale
    component: Component
    species: Species
    stderr: float | None = None

    @property
    def place(self) -> Place:
        """Its area."""
        return Place(self.placed.region.id, Ref(self.component.id, "area"))

    @property
    def certainty(self) -> float:
        """Area over its error; zero where it has none."""
        return self.component.area.value / self.stderr if self.stderr else 0.0


def lines_of(entry: Entry, placed: RegionOnScale, fit: RegionFit | None = None) -> Iterator[Line]:
    """Find the lines of compounds in a region, with their errors where a fit is given."""
    known = library()
    for component in placed.region.components:
        species = known.get(component.species)
        if species is not None and species.compound and component.area.is_free:
            stderr = fit.stderr(Ref(component.id, "area")) if fit else None
            yield Line(entry, placed, component, species, stderr)


def compound_lines(project: Project, sample: str) -> dict[str, tuple[Line, ...]]:
    """Return the fitted lines of each compound that shows in two or more places.

    Parameters
    ----------
    project : Project
        Fitted.
    sample : str
    """
    found: dict[str, list[Line]] = {}
    for region in project.regions:
        entry, fit = project.entry(region.spectrum), project.fit_of(region.id)
        if entry.sample == sample and fit is not None:
            for line in lines_of(entry, fit, fit):
                found.setdefault(line.species.compound, []).append(line)
    return {compound: tuple(lines) for compound, lines in found.items() if len(lines) > 1}


def raw_area_ratio(
    follower: Line,
    leader: Line,
    settings: QuantificationSettings = QuantificationSettings(),
    *,
    transmitted: bool,
) -> float | None:
    """Ratio of the areas of two lines of a compound in a homogeneous solid.

    ``n_f · F_f / (n_l · F_l)`` with the atoms n of the formula and the intensity F of one atom
    (`xps.intensity`); 5.5 for O 1s to S 2p of a sulfate and Al Kα. None where a factor is unknown.
    """
    factors = [
        intensity_factor(line.entry, line.placed, settings, transmitted=transmitted)
        for line in (follower, leader)
    ]
    if factors[0] is None or factors[1] is None:
        return None
    return follower.species.atoms * factors[0] / (leader.species.atoms * factors[1])


def tied_ratio(
    follower: Line, leader: Line, settings: QuantificationSettings, sigma: float | None
) -> tuple[float, float] | None:
    """Ratio of the areas of two lines of a compound, and the spread of its logarithm.

    Parameters
    ----------
    follower, leader : Line
    settings : QuantificationSettings
    sigma : float or None
        Spread between core levels; by default 0.20 where the transmission is known for both
        lines, else 0.30. Lines of one core level have none.

    Returns
    -------
    ratio, spread : float
        None in place of both where a factor is unknown.
    """
    pair = (follower, leader)
    known = all(transmission_is_known(line.entry, line.placed, settings) for line in pair)
    ratio = raw_area_ratio(follower, leader, settings, transmitted=known)
    if ratio is None:
        return None
    if follower.species.core_level == leader.species.core_level:
        return ratio, 0.0
    if sigma is not None:
        return ratio, sigma
    return ratio, KNOWN_TRANSMISSION if known else UNKNOWN_TRANSMISSION


def amount_ties(
    project: Project, sample: str, *, sigma: float | None = None
) -> tuple[tuple[AmountTie, ...], tuple[str, ...]]:
    """Return the ties between the lines of each compound in a sample.

    The line that is measured best leads, the others follow it.

    Parameters
    ----------
    project : Project
        Fitted: the fits tell which line leads.
    sample : str
    sigma : float, optional
        Spread of the logarithms of the ratios, zero for exact ties; by default 0.20 where the
        transmission of the analyzer is known for both lines, else 0.30. Lines of one core
        level are tied exactly.

    Returns
    -------
    ties : tuple of AmountTie
    notes : tuple of str
        Which lines could not be tied, and why.
    """
    settings = project.quantification
    ties: list[AmountTie] = []
    notes: list[str] = []
    for compound, lines in compound_lines(project, sample).items():
        leader = max(lines, key=lambda line: line.certainty)
        for line in lines:
            if line is leader:
                continue
            tied = tied_ratio(line, leader, settings, sigma)
            levels = f"{line.species.core_level} to {leader.species.core_level}"
            if tied is None:
                notes.append(
                    f"{sample}: {compound}, {levels}: not tied, a sensitivity factor is unknown"
                )
                continue
            name = f"{sample}: {compound}, {levels} ({line.component.id})"
            ties.append(AmountTie(name, leader.place, line.place, *tied))
    return tuple(ties), tuple(notes)
