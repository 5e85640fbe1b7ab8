"""What an exported script knows of a fit: all its numbers by name, and how they hang together."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from xps.chemistry import amount_ties
from xps.errors import XpsError
from xps.fitted import RegionFit
from xps.joint_fit import SETTLED_EV, reference_expectation
from xps.joint_problem import AmountTie, Place
from xps.likelihood import Problem
from xps.model import Ref, Region
from xps.problem import compile_problem, free_values
from xps.project import Entry, Project

Floats = NDArray[np.float64]

Expectation = tuple[str, str | None, float, float]
"""Number, the one it is relative to, mean, sigma."""


@dataclass(frozen=True)
class ScriptRegion:
    """A region of a script.

    Attributes
    ----------
    prefix : str
        Before the names of its numbers.
    entry : Entry
    fit : RegionFit
    region : Region
        With those parameters free that were free in the fit.
    problem : Problem
    sigma : ndarray, shape (points,)
        Final standard deviations of the points, in the unit of their intensity.
    shift : str or None
        Number by which all of its lines are moved, where it was fitted with others.
    """

    prefix: str
    entry: Entry
    fit: RegionFit
    region: Region
    problem: Problem
    sigma: Floats
    shift: str | None = None

    def number(self, ref: Ref) -> str:
        """Return the name of a parameter, e.g. ``ps4_area``."""
        return f"{self.prefix}{ref.component}_{ref.parameter}"

    @property
    def freedom(self) -> int | None:
        """Points and expectations less free parameters; None where the noise is known."""
        if self.problem.noise.known:
            return None
        varied = np.count_nonzero(self.problem.lower < self.problem.upper)
        return max(self.problem.observed.size + self.problem.priors.mean.size - int(varied), 1)


@dataclass
class ScriptFit:
    """Regions that are fitted together, mostly one.

    Attributes
    ----------
    regions : list of ScriptRegion
    free : dict of str to (value, low, high)
    fixed : dict of str to float
    at_bound : set of str
        Those of the fixed numbers that a bound holds.
    links : dict of str to (target, factor, distance)
    ties : list of (follower, leader, ratio, sigma, discrepancy or None)
    expectations : list of Expectation
    scale : list of (numbers, variance)
        By how much centers may move together, because a reference is only known so well.
    """

    regions: list[ScriptRegion]
    free: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    fixed: dict[str, float] = field(default_factory=dict)
    at_bound: set[str] = field(default_factory=set)
    links: dict[str, tuple[str, float, float]] = field(default_factory=dict)
    ties: list[tuple[str, str, float, float, str | None]] = field(default_factory=list)
    expectations: list[Expectation] = field(default_factory=list)
    scale: list[tuple[list[str], float]] = field(default_factory=list)


def script_fits(project: Project) -> tuple[list[ScriptFit], list[str]]:
    """Return the fresh fits of a project for a script, and notes on those that are not.

    Raises
    ------
    XpsError
        If there is none.
    """
    notes: list[str] = []
    found: list[ScriptFit] = []
    for sample in project.samples:
        fits = []
        for region in project.regions:
            entry, fit = project.entry(region.spectrum), project.fit_of(region.id)
            if entry.sample != sample.name or fit is None:
                continue
            if project.is_fresh(region.id) and np.isfinite(fit.covariance).all():
                fits.append(fit)
            else:
                state = "the fit has no errors" if project.is_fresh(region.id) else "not fitted"
                notes.append(f"{entry.sample}, {entry.label}: left out, {state} as it is now")
        ties: tuple[AmountTie, ...] = ()
        if project.ties is not None and fits:
            ties, _ = amount_ties(project, sample.name, sigma=project.ties.sigma)
        if ties:
            found.append(_together(project, fits, ties))
        else:
            found += [_filled(ScriptFit([_script_region(project, fit, "")])) for fit in fits]
    if not found:
        raise XpsError("there is no fit to export as a script", "fit the regions first")
    return found, notes


def _script_region(
    project: Project, fit: RegionFit, prefix: str, shift: str | None = None
) -> ScriptRegion:
    entry = project.entry(fit.region.spectrum)
    problem = compile_problem(fit.solved, entry.spectrum, fit.charge_shift_ev)
    expected = problem.expected(free_values(fit.solved, problem.table))
    sigma = np.sqrt(problem.noise.variance(expected)) / problem.noise.counts_per_unit
    return ScriptRegion(prefix, entry, fit, fit.solved, problem, sigma, shift)


def _filled(fit: ScriptFit) -> ScriptFit:
    """Take up the numbers of the regions."""
    followers = {follower for follower, *_ in fit.ties}
    for part in fit.regions:
        table, region = part.problem.table, part.region
        variances = dict(zip(part.fit.free, np.diag(part.fit.covariance).tolist(), strict=True))
        for ref, param in region.params():
            name = part.number(ref)
            if param.link is not None:
                root, factor, distance = region.resolve(ref)
                fit.links[name] = part.number(root), factor, distance
            elif name in followers:
                pass
            elif param.is_free and variances.get(ref, 0.0) > 0.0:
                fit.free[name] = param.value, param.min, param.max
            else:
                fit.fixed[name] = param.value
                fit.at_bound |= {name} if param.is_free else set()
            prior = param.prior
            if prior is not None and _is_felt(part.problem, ref, prior.relative_to):
                other = None if prior.relative_to is None else part.number(prior.relative_to)
                fit.expectations.append((name, other, prior.mean, prior.sigma))
        assert set(table.free) >= set(variances)
    return fit


def _is_felt(problem: Problem, ref: Ref, relative_to: Ref | None) -> bool:
    """Whether an expectation depends on a free parameter."""
    table = problem.table
    row = table.matrix[table.index[ref]]
    if relative_to is not None:
        row = row - table.matrix[table.index[relative_to]]
    return bool(row.any())


def _together(project: Project, fits: list[RegionFit], ties: tuple[AmountTie, ...]) -> ScriptFit:
    """The regions of a sample with its charge shift and its ties."""
    found = [reference_expectation(project, fit.region) for fit in fits]
    shift = "charge_shift" if any(found) else None
    taken: set[str] = set()
    regions = [_script_region(project, fit, _prefix(fit.region, taken), shift) for fit in fits]
    by_id = {part.fit.region.id: part for part in regions}

    def number(place: Place) -> str:
        return by_id[place.region].number(place.ref)

    whole = ScriptFit(regions)
    for i, tie in enumerate(ties):
        epsilon = f"discrepancy_{i + 1}" if tie.sigma > 0.0 else None
        whole.ties.append((number(tie.follower), number(tie.leader), tie.ratio, tie.sigma, epsilon))
        if epsilon is not None:
            whole.free[epsilon] = 0.0, -np.inf, np.inf
            whole.expectations.append((epsilon, None, 0.0, 1.0))
    if shift is not None:
        whole.free[shift] = 0.0, -np.inf, np.inf
    _filled(whole)
    for part, expectation in zip(regions, found, strict=True):
        if expectation is None or part.number(expectation[0]) not in whole.free:
            continue
        name, prior = part.number(expectation[0]), expectation[1]
        whole.expectations = [e for e in whole.expectations if e[0] != name]
        whole.expectations.append((name, None, prior.mean, prior.sigma))
        known = project.charge_of(part.region.spectrum).uncertainty_ev or SETTLED_EV
        centers = [name for name in whole.free if name.endswith("_center")]
        whole.scale.append((centers, known**2 - SETTLED_EV**2))
    return whole


def _prefix(region: Region, taken: set[str]) -> str:
    """A short name of a core level that may begin the names of numbers, e.g. ``s2p_``."""
    letters = re.sub("[^a-z0-9]", "", region.core_level.lower())[:12]
    name = letters if letters[:1].isalpha() else f"r{letters}"
    while name in taken:
        name += "x"
    taken.add(name)
    return f"{name}_"
