"""Regions of a project fitted together.

One charge shift a sample, shapes that samples share, and amounts that agree across core levels.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xps.cancel import raising
from xps.engine import Solution, solve
from xps.errors import FitError
from xps.fitted import TENSE_SIGMA, FittedTie, RegionFit, area_parts
from xps.fitting import recorded
from xps.joint_problem import AmountTie, JointProblem, Part, Place
from xps.likelihood import Problem
from xps.model import BACKGROUND_ID, Prior, Ref, Region
from xps.parameter_table import SHIFT
from xps.problem import compile_problem
from xps.project import ChargeReference, Project
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]

SETTLED_EV = 1e-4  # of a shift: less than any axis is known to
_MAX_ROUNDS = 5
_DETECTION_SIGMA = 2.0
_LIMIT_SIGMA = 1.645  # one-sided 95 %
_TENSION_TOLERANCE = 0.01  # of a deviance whose root is told to a tenth
_TENSION_ITERATIONS = 60  # beyond, the area is not determined; what it gained until then holds


@dataclass(frozen=True)
class TieOutcome:
    """What a joint fit says of a tie of amounts.

    Attributes
    ----------
    tie : AmountTie
    ratio : float or None
        Found; None where the leading area is not above zero.
    discrepancy, stderr : float
        ε, the distance from the expected ratio in units of its spread, and its error.
    tension : float or None
        By how many standard deviations data and expectation contradict each other: the root
        of what the deviance falls without the tie. None where that was not asked for, and for
        an area that the data alone do not determine, unless they contradict the tie anyway.
    """

    tie: AmountTie
    ratio: float | None
    discrepancy: float
    stderr: float
    tension: float | None = None

    @property
    def cost(self) -> float:
        """What the tie adds to the deviance."""
        return self.discrepancy**2


@dataclass(frozen=True, eq=False)
class JointFit:
    """Fits that were made together.

    Attributes
    ----------
    fits : tuple of RegionFit
        Of every region; each covariance is its part of the whole.
    charges : dict of str to ChargeReference
        By sample; the error of a shift holds the reference line at its energy.
    places : tuple of Place
        The areas of all components.
    areas : ndarray, shape (places,)
    covariance : ndarray, shape (places, places)
        Of the areas, across regions and samples.
    ties : tuple of TieOutcome
    deviance : float
    iterations : int
    """

    fits: tuple[RegionFit, ...]
    charges: dict[str, ChargeReference]
    places: tuple[Place, ...]
    areas: Floats
    covariance: Floats
    ties: tuple[TieOutcome, ...]
    deviance: float
    iterations: int

    def rows(self, region_id: str) -> NDArray[np.intp]:
        """Where the areas of a region stand."""
        found = [row for row, place in enumerate(self.places) if place.region == region_id]
        return np.array(found, dtype=np.intp)


def fit_together(
    project: Project,
    region_ids: Collection[str],
    *,
    share_shapes: bool = False,
    ties: Sequence[AmountTie] = (),
    tensions: bool = False,
    cancelled: Callable[[], bool] | None = None,
) -> JointFit:
    """Fit regions together, starting from the values that they have.

    Each sample with a reference component has its charge shift as a free parameter, common to
    its regions; the reference line is expected at its energy with its uncertainty.

    Parameters
    ----------
    project : Project
        Every region has a fit.
    region_ids : collection of str
    share_shapes : bool
        Whether regions of one core level have positions, widths and shapes in common.
        Without references, the shifts of all samples but the first are fitted.
    ties : sequence of AmountTie
    tensions : bool
        Whether to fit again without each tie; see `TieOutcome`.
    cancelled : callable, optional
        Asked at each iteration; when it says True a `CancelledError` is raised.

    Raises
    ------
    FitError
        If a region has no fit yet, nothing is to be fitted, or the fit does not converge.
    """
    ask = raising(cancelled, "the joint fit")
    if not region_ids:
        raise FitError("a joint fit of no region", "name the regions to fit together")
    regions = {id_: _start(project, id_) for id_ in region_ids}
    charges = {
        project.entry(region.spectrum).sample: project.charge_of(region.spectrum)
        for region in regions.values()
    }
    for _ in range(_MAX_ROUNDS):
        joint = _compiled(project, regions, charges, share_shapes, ties)
        solution = solve(joint, cancelled=ask)
        if not solution.converged:
            raise FitError(
                f"the joint fit did not converge: {solution.message}",
                "fit the regions one by one first, or share less",
            )
        moved = _shifts(project, joint, regions, solution)
        regions = {
            id_: _with_values(regions[id_], part, solution)
            for id_, part in zip(regions, joint.parts, strict=True)
        }
        charges = {
            sample: replace(
                charge,
                shift_ev=charge.shift_ev - moved[sample][0],
                stderr_ev=moved[sample][1],
            )
            if sample in moved
            else charge
            for sample, charge in charges.items()
        }
        if all(abs(shift) < SETTLED_EV for shift, _ in moved.values()):
            break
    outcomes = _outcomes(joint, solution)
    if tensions:
        outcomes = tuple(
            replace(outcome, tension=_tension(joint, solution, outcome, ask))
            for outcome in outcomes
        )
    solution = _with_scale(project, joint, regions, solution)
    return _joint_fit(project, regions, charges, joint, solution, outcomes)


def _start(project: Project, region_id: str) -> Region:
    region = project.region(region_id)
    if project.fit_of(region_id) is None:
        entry = project.entry(region.spectrum)
        raise FitError(
            "a region has no fit to start a joint fit from",
            "fit it by itself first",
            where=f"{entry.sample}, {entry.label}",
        )
    return region


def reference_expectation(project: Project, region: Region) -> tuple[Ref, Prior] | None:
    """The center that sets the energy scale of the region's sample, if it is here."""
    charge = project.charge_of(region.spectrum)
    if (
        charge.method != "component"
        or charge.core_level != region.core_level
        or charge.energy_ev is None
        or not any(component.id == charge.component for component in region.components)
    ):
        return None
    root, _, shift = region.resolve(Ref(charge.component, "center"))
    return root, Prior(charge.energy_ev - shift, SETTLED_EV)


def _compiled(
    project: Project,
    regions: dict[str, Region],
    charges: dict[str, ChargeReference],
    share_shapes: bool,
    ties: Sequence[AmountTie],
) -> JointProblem:
    samples = {id_: project.entry(region.spectrum).sample for id_, region in regions.items()}
    references = {
        id_: found
        for id_, region in regions.items()
        if (found := reference_expectation(project, region)) is not None
    }
    shifted = {samples[id_] for id_ in references}
    if share_shapes and not shifted:
        shifted = set(list(dict.fromkeys(samples.values()))[1:])
    members: list[tuple[str, Problem]] = []
    for id_, region in regions.items():
        if id_ in references:
            ref, prior = references[id_]
            param = region.param(ref)
            if param.vary:
                region = region.with_param(ref, replace(param, prior=prior))
        entry = project.entry(region.spectrum)
        problem = compile_problem(region, entry.spectrum, charges[entry.sample].shift_ev)
        members.append((id_, problem.with_common_shift() if entry.sample in shifted else problem))
    shared = [
        [Place(id_, SHIFT) for id_ in regions if samples[id_] == sample]
        for sample in dict.fromkeys(samples.values())
        if sample in shifted
    ]
    if share_shapes:
        shared += _shapes(regions, dict(members))
    return JointProblem(members, shared=shared, ties=ties)


def _shapes(regions: dict[str, Region], members: dict[str, Problem]) -> list[list[Place]]:
    """Positions, widths and shapes that regions of one core level have in common."""
    groups: dict[tuple[str, Ref], list[Place]] = {}
    for id_, region in regions.items():
        for ref in members[id_].table.free:
            if ref.component != BACKGROUND_ID and ref != SHIFT and ref.parameter != "area":
                groups.setdefault((region.core_level, ref), []).append(Place(id_, ref))
    return [group for group in groups.values() if len(group) > 1]


def _shifts(
    project: Project, joint: JointProblem, regions: dict[str, Region], solution: Solution
) -> dict[str, tuple[float, float | None]]:
    """By how much each sample's data should move down, and the error of that."""
    found: dict[str, tuple[float, float | None]] = {}
    for id_, region in regions.items():
        column = joint.column.get(Place(id_, SHIFT))
        if column is not None:
            variance = _without_reference(project, joint, regions, solution, column)
            error = float(np.sqrt(variance)) if np.isfinite(variance) and variance > 0.0 else None
            sample = project.entry(region.spectrum).sample
            found[sample] = float(solution.free[column]), error
    return found


def _without_reference(
    project: Project,
    joint: JointProblem,
    regions: dict[str, Region],
    solution: Solution,
    column: int,
) -> float:
    """Variance of a shift if the reference lines lie exactly at their energies."""
    references = []
    for id_, region in regions.items():
        found = reference_expectation(project, region)
        place = None if found is None else joint.column.get(Place(id_, found[0]))
        if place is not None and place not in references:
            references.append(place)
    covariance = solution.covariance
    if not references:
        return float(covariance[column, column])
    known = covariance[np.ix_(references, references)]
    mixed = covariance[references, column]
    return float(covariance[column, column] - mixed @ np.linalg.pinv(known) @ mixed)


def _with_scale(
    project: Project, joint: JointProblem, regions: dict[str, Region], solution: Solution
) -> Solution:
    """Add what is not known of the energies of reference lines, which moves all centers alike."""
    scales: dict[int, tuple[float, set[str]]] = {}
    for region in regions.values():
        found = reference_expectation(project, region)
        column = None if found is None else joint.column.get(Place(region.id, found[0]))
        if column is not None:
            known = project.charge_of(region.spectrum).uncertainty_ev or SETTLED_EV
            before, samples = scales.get(column, (0.0, set()))
            sample = project.entry(region.spectrum).sample
            scales[column] = max(before, known), samples | {sample}
    covariance = solution.covariance.copy()
    for uncertainty, samples in scales.values():
        centers = {
            column
            for place, column in joint.column.items()
            if place.ref.parameter == "center"
            and project.entry(regions[place.region].spectrum).sample in samples
        }
        moved = np.zeros(solution.free.size)
        moved[sorted(centers)] = 1.0
        moved[solution.at_bound] = 0.0
        covariance += (uncertainty**2 - SETTLED_EV**2) * np.outer(moved, moved)
    return replace(solution, covariance=covariance)


def _with_values(region: Region, part: Part, solution: Solution) -> Region:
    own = part.free(solution.free)
    values = {
        ref: float(value)
        for ref, value in zip(part.problem.table.free, own, strict=True)
        if ref != SHIFT
    }
    return region.with_values(values)


def _outcomes(joint: JointProblem, solution: Solution) -> tuple[TieOutcome, ...]:
    outcomes = []
    for tie in joint.ties:
        column = joint.discrepancy.get(tie.name)
        epsilon = 0.0 if column is None else float(solution.free[column])
        variance = 0.0 if column is None else float(solution.covariance[column, column])
        leader = float(solution.free[joint.column[tie.leader]])
        ratio = tie.ratio * float(np.exp(tie.sigma * epsilon)) if leader > 0.0 else None
        outcomes.append(TieOutcome(tie, ratio, epsilon, float(np.sqrt(variance))))
    return tuple(outcomes)


def _tension(
    joint: JointProblem,
    solution: Solution,
    outcome: TieOutcome,
    ask: Callable[[], bool],
) -> float | None:
    """Root of what the deviance falls when the follower is free."""
    ties = tuple(tie for tie in joint.ties if tie.name != outcome.tie.name)
    groups = [group for group in joint.groups if len(group) > 1]
    loose = JointProblem(joint.members, shared=groups, ties=ties)
    start = loose.start.copy()
    for group, value in zip(joint.groups, solution.free, strict=False):
        start[loose.column[group[0]]] = value
    for name, column in joint.discrepancy.items():
        if name in loose.discrepancy:
            start[loose.discrepancy[name]] = solution.free[column]
    follower = outcome.tie.follower
    ids = [id_ for id_, _ in joint.members]
    part = joint.parts[ids.index(follower.region)]
    row = part.problem.table.free.index(follower.ref)
    start[loose.column[follower]] = part.free(solution.free)[row]
    asked = itertools.count()

    def stopped() -> bool:
        return ask() or next(asked) >= _TENSION_ITERATIONS

    free = solve(loose, start, tolerance=_TENSION_TOLERANCE, cancelled=stopped)
    tension = float(np.sqrt(max(solution.deviance - free.deviance, 0.0)))
    determined = free.converged and bool(np.isfinite(free.covariance).all())
    return tension if determined or tension > TENSE_SIGMA else None


def _joint_fit(
    project: Project,
    regions: dict[str, Region],
    charges: dict[str, ChargeReference],
    joint: JointProblem,
    solution: Solution,
    ties: tuple[TieOutcome, ...],
) -> JointFit:
    fits, places, areas, derivatives = [], [], [], []
    fitted_ties: dict[str, list[FittedTie]] = {id_: [] for id_ in regions}
    for outcome in ties:
        fitted_ties[outcome.tie.follower.region].append(_fitted_tie(outcome))
    for id_, part in zip(regions, joint.parts, strict=True):
        region = regions[id_]
        entry = project.entry(region.spectrum)
        table = part.problem.table
        whole = np.zeros((len(table.free), solution.free.size))
        whole[:, part.touched] = part.derivatives(solution.free)
        keep = [row for row, ref in enumerate(table.free) if ref != SHIFT]
        covariance = (whole @ solution.covariance @ whole.T)[np.ix_(keep, keep)]
        charge = charges[entry.sample]
        fit = _region_fit(region, entry.spectrum, charge, solution, covariance)
        fits.append(replace(fit, ties=tuple(fitted_ties[id_])))
        rows = [table.index[Ref(component.id, "area")] for component in region.components]
        derivatives.append(table.matrix[rows] @ whole)
        places += [Place(id_, Ref(component.id, "area")) for component in region.components]
        areas += [component.area.value for component in region.components]
    by_free = np.concatenate(derivatives)
    of_areas: Floats = by_free @ solution.covariance @ by_free.T
    return JointFit(
        _knowing_each_other(fits, of_areas),
        charges,
        tuple(places),
        np.array(areas),
        of_areas,
        ties,
        solution.deviance,
        solution.iterations,
    )


def _knowing_each_other(fits: Sequence[RegionFit], of_areas: Floats) -> tuple[RegionFit, ...]:
    """Give each fit the covariance of its areas with those of the others."""
    parts = area_parts(fits)
    return tuple(
        replace(
            fit,
            covariance_with={
                other.fingerprint: of_areas[own, its]
                for other, its in zip(fits, parts, strict=True)
                if other is not fit and np.isfinite(of_areas[own, its]).all()
            },
        )
        for fit, own in zip(fits, parts, strict=True)
    )


def _fitted_tie(outcome: TieOutcome) -> FittedTie:
    tie = outcome.tie
    return FittedTie(
        tie.follower.ref.component,
        tie.name,
        tie.ratio,
        outcome.ratio,
        tie.sigma,
        outcome.discrepancy,
        outcome.stderr,
        outcome.tension,
        tie.leader.region,
        tie.leader.ref.component,
    )


def _region_fit(
    region: Region,
    spectrum: Spectrum,
    charge: ChargeReference,
    joint: Solution,
    covariance: Floats,
) -> RegionFit:
    """The record of one region, as if it had been fitted alone with this covariance."""
    from xps.minimizer import RegionMinimizer

    problem = compile_problem(region, spectrum, charge.shift_ev)
    free = problem.start
    expected = problem.expected(free)
    problem.leave(expected)
    solution = Solution(
        free,
        expected,
        problem.deviance(free),
        problem.linearized(free).equations.information,
        covariance,
        (free <= problem.lower) | (free >= problem.upper),
        joint.iterations,
        joint.evaluations,
        joint.converged,
        f"{joint.message}, together with other regions",
    )
    result = RegionMinimizer(problem, region).recorded(solution)
    by_area = problem.table.matrix @ covariance @ problem.table.matrix.T
    limits = {}
    for component in region.components:
        row = problem.table.index[Ref(component.id, "area")]
        sigma = float(np.sqrt(by_area[row, row]))
        if component.area.value < _DETECTION_SIGMA * sigma:
            limits[component.id] = max(component.area.value, 0.0) + _LIMIT_SIGMA * sigma
    return recorded(region, spectrum, charge, problem, result, limits)
