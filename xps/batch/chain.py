"""Measurements fitted one after another, each from where its neighbor ended, and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from xps.analysis import apply_recipe, fit_project
from xps.batch.measurement import Measurement
from xps.cancel import raising
from xps.errors import FitError, XpsError
from xps.fitted import RegionFit
from xps.project import Project
from xps.recipe import Recipe

Start = Literal["cold", "neighbor", "cold, better than from the neighbor"]
"""What a fit started from: nothing but its data, or the values of its neighbor."""

CHECK_EVERY = 8
"""So many fits from a neighbor in a row need one from nothing that ends at the same minimum."""

_WORSE_SIGMA = 4.0  # rise of χ²ᵣ over that of the neighbor, in units of its scatter
_JUMP_EV = 0.3  # of the charge shift from a neighbor's
_BETTER = 0.01  # of the deviance that noise adds to: below, two minima are one


@dataclass(frozen=True)
class FittedMeasurement:
    """A measurement with its fits.

    Attributes
    ----------
    measurement : Measurement
    project : Project
    failures : mapping of str to XpsError
        Why regions could not be fitted, by region id.
    start : Start
    notes : tuple of str
        What the recipe left out or narrowed.
    refusal : XpsError or None
        Why the recipe does not apply at all.
    """

    measurement: Measurement
    project: Project
    failures: Mapping[str, XpsError] = field(default_factory=dict)
    start: Start = "cold"
    notes: tuple[str, ...] = ()
    refusal: XpsError | None = None

    @property
    def success(self) -> bool:
        """Whether every region was fitted and every fit converged."""
        fits = self.project.fits
        return bool(fits) and not self.failures and all(fit.success for fit in fits)

    @property
    def deviance(self) -> float:
        """Sum over the regions, priors included."""
        return sum(_deviance(fit) for fit in self.project.fits)


def fit_chain(
    measurements: Sequence[Measurement],
    recipe: Recipe,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> list[FittedMeasurement]:
    """Fit measurements in their order.

    Each starts from the values and the charge shift of the nearest good fit before it. Those
    that look worse than their neighbor, and every `CHECK_EVERY`-th, are fitted once more from
    nothing. Where that finds a better minimum, it is taken, and so are those of all fits since
    the last check: an error goes no further than that. Amounts that are tied across core levels
    are always fitted from nothing.

    Parameters
    ----------
    measurements : sequence of Measurement
    recipe : Recipe
    cancelled : callable, optional

    Raises
    ------
    CancelledError
    """
    ask = raising(cancelled, "the batch")
    follows = recipe.ties is None and not recipe.is_stored
    found: list[FittedMeasurement] = []
    unproven: list[int] = []
    neighbor: FittedMeasurement | None = None
    for place, measurement in enumerate(measurements):
        ask()
        fitted = None
        if follows and neighbor is not None:
            fitted = _fit_from(neighbor, measurement, recipe, ask)
        if fitted is None:
            fitted = fit_cold(measurement, recipe, cancelled=ask)
        elif len(unproven) + 1 >= CHECK_EVERY or _is_doubtful(fitted, neighbor):
            fitted = _checked(fitted, recipe, ask)
            _prove(found, unproven, fitted, recipe, ask)
        else:
            unproven.append(place)
        found.append(fitted)
        neighbor = fitted if fitted.success else neighbor
    if unproven:
        last = unproven.pop()
        found[last] = _checked(found[last], recipe, ask)
        _prove(found, unproven, found[last], recipe, ask)
    return found


def fit_cold(
    measurement: Measurement, recipe: Recipe, *, cancelled: Callable[[], bool] | None = None
) -> FittedMeasurement:
    """Fit a measurement from nothing but its data, as `xps.fit` does."""
    project = measurement.project()
    try:
        project, notes = apply_recipe(project, recipe)
    except XpsError as error:
        return FittedMeasurement(measurement, project, refusal=error)
    return _fitted(measurement, project, "cold", notes, cancelled)


def _fit_from(
    neighbor: FittedMeasurement,
    measurement: Measurement,
    recipe: Recipe,
    cancelled: Callable[[], bool],
) -> FittedMeasurement | None:
    """Fit from the values of a neighbor; None where it has not all that is needed."""
    try:
        project, notes = apply_recipe(measurement.project(), recipe, guess=False)
    except XpsError:
        return None
    fits = {fit.region.core_level: fit for fit in neighbor.project.fits}
    if not all(region.core_level in fits for region in project.regions):
        return None
    (charge,) = (sample.charge for sample in project.samples)
    (its,) = (sample.charge for sample in neighbor.project.samples)
    if charge.method == "component" and its.method == "component":
        project = project.with_sample(replace(project.samples[0], charge=its))
    for region in project.regions:
        fit = fits[region.core_level]
        start = replace(fit.region, id=region.id, spectrum=region.spectrum)
        project = project.with_fit(replace(fit, region=start))
    return _fitted(measurement, project, "neighbor", notes, cancelled)


def _fitted(
    measurement: Measurement,
    project: Project,
    start: Start,
    notes: tuple[str, ...],
    cancelled: Callable[[], bool] | None,
) -> FittedMeasurement:
    try:
        outcome = fit_project(project, cancelled=cancelled)
    except (ArithmeticError, ValueError) as error:  # numbers that nobody thought of
        reason = FitError(f"{type(error).__name__}: {error}", "report this with the file")
        failures: dict[str, XpsError] = {region.id: reason for region in project.regions}
    else:
        failures, project = outcome.failures, outcome.project
    for id_ in failures:
        project = project.without_fit(id_)  # it is the neighbor's
    if cancelled is not None:
        cancelled()  # a region says of itself only that it failed
    return FittedMeasurement(measurement, project, failures, start, notes)


def _checked(
    fitted: FittedMeasurement, recipe: Recipe, cancelled: Callable[[], bool]
) -> FittedMeasurement:
    """The fit, or the one from nothing where that is better."""
    cold = fit_cold(fitted.measurement, recipe, cancelled=cancelled)
    if not cold.success:
        return fitted if fitted.success else cold
    if fitted.success and not _is_better(cold, fitted):
        return fitted
    return replace(cold, start="cold, better than from the neighbor")


def _prove(
    found: list[FittedMeasurement],
    unproven: list[int],
    checked: FittedMeasurement,
    recipe: Recipe,
    cancelled: Callable[[], bool],
) -> None:
    """Let a check speak for the fits that led to it, or check each of them."""
    if checked.success and checked.start != "neighbor":
        for place in unproven:
            found[place] = _checked(found[place], recipe, cancelled)
    unproven.clear()


def _is_better(one: FittedMeasurement, other: FittedMeasurement) -> bool:
    noise = sum(
        1.0 if fit.noise_model == "poisson" else max(fit.reduced_chi2 or 1.0, 1e-300)
        for fit in other.project.fits
    )
    return one.deviance < other.deviance - _BETTER * noise


def _is_doubtful(fitted: FittedMeasurement, neighbor: FittedMeasurement | None) -> bool:
    if not fitted.success or neighbor is None:
        return True
    before = {fit.region.core_level: fit for fit in neighbor.project.fits}
    return any(
        _is_worse(fit, before[fit.region.core_level])
        or abs(fit.charge_shift_ev - before[fit.region.core_level].charge_shift_ev) > _JUMP_EV
        for fit in fitted.project.fits
    )


def _is_worse(fit: RegionFit, neighbor: RegionFit) -> bool:
    mine, its = fit.reduced_chi2 or 0.0, neighbor.reduced_chi2 or 0.0
    rises = mine > its * (1.0 + _WORSE_SIGMA * fit.chi2_spread)
    return rises or not set(fit.at_bound) <= set(neighbor.at_bound)


def _deviance(fit: RegionFit) -> float:
    return fit.chi2 if fit.lmfit is None else float(fit.lmfit.chisqr)
