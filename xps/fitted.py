"""The fit of a region: best values, covariance, and how far they can be trusted. Frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xps.environment import Environment, present_environment
from xps.error_budget import ErrorBudget, Intervals
from xps.model import Component, Ref, Region
from xps.parameter_table import ParameterTable

if TYPE_CHECKING:
    from lmfit.minimizer import MinimizerResult

Floats = NDArray[np.float64]

NEGATIVE_SIGMA = 3.0  # an area this far below zero is no fluctuation
TENSE_SIGMA = 1.96  # of data and a tie, from where on they are said to contradict each other
MISFIT_SIGMA = 4.0  # scatter of χ²ᵣ that counting noise may cause


@dataclass(frozen=True)
class FittedTie:
    """What a fit says of the tie of an area to one of another region.

    Attributes
    ----------
    component : str
        Whose area follows.
    name : str
        E.g. "bare: sulfate, O 1s to S 2p (o_sulfate)".
    expected_ratio, ratio : float, float or None
        Of the areas; the found one is None where the leading area is not above zero.
    sigma : float
        Spread of the logarithm of the ratio; zero for an exact tie.
    discrepancy, stderr : float
        Distance of the logarithm from the expected one in units of `sigma`, and its error; its
        square is what the tie adds to the deviance.
    tension : float or None
        By how many standard deviations data and tie contradict each other.
    leader_region, leader : str
        Id of the region and of its component whose area is followed; "" in fits of earlier
        versions.
    """

    component: str
    name: str
    expected_ratio: float
    ratio: float | None
    sigma: float
    discrepancy: float
    stderr: float
    tension: float | None
    leader_region: str = ""
    leader: str = ""

    @property
    def is_contradicted(self) -> bool:
        """Whether the tension is one that a tie that holds has in 5 % of all cases."""
        return self.tension is not None and self.tension > TENSE_SIGMA


@dataclass(frozen=True, eq=False)
class RegionFit:
    """What the fit of one region says.

    Attributes
    ----------
    region : Region
        The region with the best values.
    fingerprint : str
        Hash of data, settings and values; see `xps.project.Project.is_fresh`.
    success : bool
        Whether the solver converged to a minimum with a covariance.
    message : str
        What the solver said.
    n_points, n_free : int
    chi2 : float
        Pearson's χ² of the data alone, without the priors.
    durbin_watson : float
        2 for residuals without memory, smaller for a model that misses structure.
    noise_model : str
        "poisson", "estimated-proportional", "estimated-uniform" or "unweighted".
    area_unit : str
        "counts/s·eV", "counts·eV" or "arbitrary·eV".
    free : tuple of Ref
        The free parameters, in the order of `covariance`.
    covariance : ndarray, shape (free, free)
        Rescaled by χ²ᵣ only where the noise model is estimated. Rows of parameters at a
        bound are zero, and their errors unknown.
    held : tuple of Ref
        Centers of components too weak to place themselves (area below 3σ): they rest on their
        priors, and the test for significance held them there. Fits by
        earlier versions held them throughout; they are not among `free` then.
    at_bound : tuple of Ref
        Free parameters that a bound holds back.
    insignificant : dict of str to float
        Upper 95 % limit of the area of each component that is not significant, by id.
    background_physical : bool
    charge_shift_ev, charge_shift_stderr : float, float or None
        Corrected minus measured binding energy.
    warnings : tuple of str
    ties : tuple of FittedTie
        Of areas to those of other core levels, where they were fitted together.
    errors : ErrorBudget
        Errors by other methods than the covariance, where they were asked for.
    covariance_with : mapping of str to ndarray, shape (areas, areas of the other)
        Covariance of its areas with those of fits that were made together with it, by their
        fingerprints: a fit that was made anew since has another one.
    made_with : Environment or None
        Versions that made it; None where a session of the first format did not say.
    lmfit : MinimizerResult or None
        The record of the fit; None for a fit that was read from a session.
    """

    region: Region
    fingerprint: str
    success: bool
    message: str
    n_points: int
    n_free: int
    chi2: float
    durbin_watson: float
    noise_model: str
    area_unit: str
    free: tuple[Ref, ...]
    covariance: Floats = field(repr=False)
    held: tuple[Ref, ...] = ()
    at_bound: tuple[Ref, ...] = ()
    insignificant: dict[str, float] = field(default_factory=dict)
    background_physical: bool = True
    charge_shift_ev: float = 0.0
    charge_shift_stderr: float | None = None
    warnings: tuple[str, ...] = ()
    ties: tuple[FittedTie, ...] = ()
    errors: ErrorBudget = field(default_factory=ErrorBudget)
    covariance_with: Mapping[str, Floats] = field(default_factory=dict, repr=False)
    made_with: Environment | None = field(default_factory=present_environment, repr=False)
    lmfit: MinimizerResult | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        covariance = np.asarray(self.covariance, dtype=np.float64)
        covariance.setflags(write=False)
        object.__setattr__(self, "covariance", covariance)

    @property
    def reduced_chi2(self) -> float | None:
        """χ² over points minus free parameters; None where there are not enough points."""
        freedom = self.n_points - self.n_free
        return self.chi2 / freedom if freedom > 0 else None

    @property
    def chi2_spread(self) -> float:
        """Standard deviation of χ²ᵣ under counting noise, √(2/ν)."""
        return float(np.sqrt(2.0 / max(self.n_points - self.n_free, 1)))

    @property
    def misfit(self) -> bool:
        """Whether χ²ᵣ is larger than counting noise allows; False where noise is unknown."""
        reduced = self.reduced_chi2
        if reduced is None or self.noise_model != "poisson":
            return False
        return reduced > 1.0 + MISFIT_SIGMA * self.chi2_spread

    def negative_components(self) -> tuple[Component, ...]:
        """Components whose area is below zero by more than noise can explain."""
        found = []
        for component in self.region.components:
            error = self.stderr(Ref(component.id, "area"))
            if error is not None and component.area.value < -NEGATIVE_SIGMA * error:
                found.append(component)
        return tuple(found)

    @cached_property
    def solved(self) -> Region:
        """The region with those parameters free that were free in the fit."""
        return self.region.held_at_priors(tuple(r for r in self.held if r not in self.free))

    @cached_property
    def table(self) -> ParameterTable:
        """How every parameter follows from the free ones."""
        return ParameterTable.of(self.solved)

    @cached_property
    def full_covariance(self) -> Floats:
        """Covariance of all parameters, linked ones included; shape (all, all)."""
        matrix = self.table.matrix
        full: Floats = matrix @ self.covariance @ matrix.T
        return full

    def stderr(self, ref: Ref) -> float | None:
        """One standard deviation of a parameter; None if fixed, at a bound or unknown."""
        row = self.table.index[ref]
        return standard_error(float(self.full_covariance[row, row]))

    def intervals(self, ref: Ref) -> Intervals | None:
        """Profile likelihood intervals of a parameter; None if fixed or not asked for."""
        root, factor, shift = self.solved.resolve(ref)
        found = self.errors.profiles.get(root)
        return None if found is None else found.scaled(factor, shift)

    def area_intervals(self, component: Component) -> Intervals | None:
        """Intervals of an area: of the profile likelihood, else of the bootstrap, else None."""
        found = self.intervals(Ref(component.id, "area"))
        if found is None and self.errors.bootstrap is not None:
            found = self.errors.bootstrap.areas.get(component.id)
        return found

    @cached_property
    def area_rows(self) -> NDArray[np.intp]:
        """Rows of the areas in `full_covariance`, one for each component."""
        rows = [self.table.index[Ref(c.id, "area")] for c in self.region.components]
        return np.array(rows, dtype=np.intp)

    @cached_property
    def areas(self) -> Floats:
        """Signed areas of the components."""
        return np.array([c.area.value for c in self.region.components])

    @cached_property
    def area_covariance(self) -> Floats:
        """Covariance of the areas; shape (components, components)."""
        covariance: Floats = self.full_covariance[np.ix_(self.area_rows, self.area_rows)]
        return covariance

    def is_significant(self, component: Component) -> bool:
        """Whether the data demand the component."""
        return component.id not in self.insignificant

    def correlation(self, first: Ref, second: Ref) -> float | None:
        """Correlation coefficient of two parameters; None where one has no error."""
        i, j = self.table.index[first], self.table.index[second]
        a, b = self.stderr(first), self.stderr(second)
        if a is None or b is None:
            return None
        return float(self.full_covariance[i, j] / (a * b))

    def strong_correlations(
        self, above: float = 0.95, *, scale_ev: float = 0.0
    ) -> list[tuple[Ref, Ref, float]]:
        """Pairs of free parameters of different components that the data hardly tell apart.

        Left out are background terms among themselves, and area, width and shape of one
        component: they correlate by nature and stay identifiable.

        Parameters
        ----------
        above : float
        scale_ev : float
            Uncertainty of the energy scale that the covariance of all centers contains: what
            moves them alike does not confuse them.
        """
        covariance = self.covariance.copy()
        centers = [i for i, ref in enumerate(self.free) if ref.parameter == "center"]
        covariance[np.ix_(centers, centers)] -= scale_ev**2
        variances = np.diag(covariance)
        found = []
        for i, first in enumerate(self.free):
            for j, second in enumerate(self.free[i + 1 :], start=i + 1):
                if first.component == second.component or min(variances[i], variances[j]) <= 0.0:
                    continue
                r = float(covariance[i, j] / np.sqrt(variances[i] * variances[j]))
                if abs(r) > above:
                    found.append((first, second, r))
        return found


def area_parts(fits: Sequence[RegionFit]) -> list[slice]:
    """Where the areas of each fit stand among those of all, one fit after the other."""
    ends = accumulate((fit.areas.size for fit in fits), initial=0)
    return [slice(*pair) for pair in pairwise(ends)]


def covariance_of_areas(fits: Sequence[RegionFit]) -> Floats:
    """Covariance of the areas of several fits, one after the other.

    Fits that were not made together are independent.

    Parameters
    ----------
    fits : sequence of RegionFit

    Returns
    -------
    ndarray, shape (areas, areas)
    """
    parts = area_parts(fits)
    size = sum(fit.areas.size for fit in fits)
    covariance = np.zeros((size, size))
    for number, (one, own) in enumerate(zip(fits, parts, strict=True)):
        covariance[own, own] = one.area_covariance
        for other, its in zip(fits[:number], parts[:number], strict=True):
            block = one.covariance_with.get(other.fingerprint)
            together = one.fingerprint in other.covariance_with
            if together and block is not None and block.shape == covariance[own, its].shape:
                covariance[own, its], covariance[its, own] = block, block.T
    return covariance


def standard_error(variance: float) -> float | None:
    """Square root of a variance; None where it is zero, negative or unknown."""
    if not np.isfinite(variance) or variance <= 0.0:
        return None
    return float(np.sqrt(variance))
