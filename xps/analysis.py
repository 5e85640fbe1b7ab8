"""Apply a recipe to a project and fit its regions, charge references first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from xps.cancel import raising
from xps.casaxps import apply_stored
from xps.charge import fit_reference
from xps.error_budget import ErrorMethod
from xps.error_methods import error_methods, with_errors
from xps.errors import CancelledError, RecipeError, XpsError
from xps.fitted import RegionFit
from xps.fitting import fit_region
from xps.last_fit import from_last, is_worse
from xps.model import Ref, Region
from xps.problem import with_guess
from xps.project import ChargeReference, Entry, Project
from xps.quantification_settings import QuantificationSettings
from xps.recipe import Recipe, load_recipe
from xps.result import FitResult
from xps.spectrum import Spectrum
from xps.sweep_sum import sweeps_in_sums
from xps.tied_fit import (
    fit_tied,
    fitted_with,
    left_alone,
    separation,
    with_expected_amounts,
    without_expectations,
)

Areas = tuple[Ref, ...]

_UNNAMED = (
    "; where the name of a spectrum stands in place of its core level, that is not known: put it "
    'into the name of the file, as in "pellet 1 S 2p.txt", and open it again'
)
_LEAST_OVERLAP = 0.5  # share of a recipe's window that the data must cover


@dataclass(frozen=True)
class Outcome:
    """A project after fitting.

    Attributes
    ----------
    project : Project
        With the fits that succeeded.
    failures : dict of str to XpsError
        Why a region could not be fitted, by region id.
    """

    project: Project
    failures: dict[str, XpsError] = field(default_factory=dict)


def fit(
    spectra: Sequence[Spectrum],
    recipe: Recipe | str | Path,
    *,
    errors: Collection[str] = ("covariance",),
    quantification: QuantificationSettings | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> FitResult:
    """Fit every region that a recipe names.

    Parameters
    ----------
    spectra : sequence of Spectrum
        Spectra of one or more samples, e.g. from `xps.read`.
    recipe : Recipe, str or Path
        A recipe, the name of a shipped one, or the path of a recipe file.
    errors : collection of str
        Methods of `xps.error_budget.ERROR_METHODS`; the covariance is always given.
    quantification : QuantificationSettings, optional
        How areas are turned into amounts; Scofield's factors and the rest as it is by default.
    cancelled : callable, optional
        Asked now and then; when it says True the remaining fits fail as cancelled.

    Returns
    -------
    FitResult

    Raises
    ------
    RecipeError
        If the recipe cannot be read, or applies to none of the spectra, or an error method is
        not known.
    """
    if not isinstance(recipe, Recipe):
        recipe = load_recipe(recipe)
    settings = quantification or QuantificationSettings()
    project = Project(quantification=settings).with_spectra(tuple(spectra))
    project, notes = apply_recipe(project, recipe)
    outcome = fit_project(project, errors=errors, cancelled=cancelled)
    return FitResult(outcome.project, outcome.failures, notes)


def apply_recipe(
    project: Project,
    recipe: Recipe,
    entry_ids: Collection[str] | None = None,
    *,
    guess: bool = True,
) -> tuple[Project, tuple[str, ...]]:
    """Give the spectra that a recipe knows its regions, with start values from the data.

    Parameters
    ----------
    project : Project
    recipe : Recipe
    entry_ids : collection of str, optional
        Only these spectra. Sweeps are left out where their sum is among them.

    Returns
    -------
    project : Project
        Regions that stood on the same spectra are replaced, their fits removed.
    notes : tuple of str
        What was left out, or is narrower than the recipe wants, and why.

    Raises
    ------
    RecipeError
        If the recipe applies to none of the spectra.
    """
    if recipe.is_stored:
        return apply_stored(project, entry_ids)
    notes: list[str] = []
    applied: set[str] = set()
    entries = [e for e in project.entries if entry_ids is None or e.id in entry_ids]
    summed = sweeps_in_sums(entries)
    for entry in entries:
        if entry.id in summed:
            continue
        template = recipe.region_for(entry.spectrum.core_level)
        if template is None:
            continue
        region = _on_spectrum(template, entry, recipe.charge, notes, guess)
        if region is None:
            continue
        old = project.region_of(entry.id)
        if old is not None:
            project = project.without_region(old.id)
        project = project.with_region(region)
        applied.add(entry.sample)
    if not applied:
        found = sorted({e.spectrum.core_level or e.spectrum.name for e in project.entries})
        raise RecipeError(
            f"the recipe {recipe.name} analyzes {' and '.join(recipe.core_levels)}, which "
            f"none of the spectra is ({', '.join(found[:8]) or 'none loaded'})"
            + (f"; {notes[0]}" if notes else ""),
            "choose another recipe, or one of your own for this core level"
            + ("" if all(e.spectrum.core_level for e in project.entries) else _UNNAMED),
        )
    for name in sorted(applied):
        charge, note = _charge_for(project, name, recipe.charge)
        if note:
            notes.append(note)
        project = project.with_sample(replace(project.sample(name), charge=charge))
    if recipe.ties is not None:
        notes += [
            f"{name}: the lines of {level} are too near to be told apart without another core "
            "level of the sample: load it too, or take a recipe without ties"
            for name in sorted(applied)
            for level in left_alone(project, name)
        ]
    return replace(project, recipe=recipe.name, ties=recipe.ties), tuple(notes)


def fit_project(
    project: Project,
    region_ids: Collection[str] | None = None,
    *,
    errors: Collection[str] = ("covariance",),
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Fit regions; those that carry their sample's charge reference come first.

    Where the project ties amounts, the regions of each sample in which a compound shows twice
    are then fitted together. Their errors are those of the covariance. A fit of one of them
    takes along the others that are not fitted as they are.

    Parameters
    ----------
    project : Project
    region_ids : collection of str, optional
        Only these; all by default. Beside a charge reference, which moves the energies of its
        sample, good fits of the sample are repeated.
    errors : collection of str
        Methods of `xps.error_budget.ERROR_METHODS`; the covariance is always given.
    cancelled : callable, optional
        Asked now and then; when it says True the remaining regions fail as cancelled.
    progress : callable, optional
        Called with the number of regions done and to do.
    """
    methods = error_methods(errors)
    wanted = _to_fit(project, region_ids)
    failures: dict[str, XpsError] = {}
    expected: dict[str, Areas] = {}
    for done, region in enumerate(wanted):
        if progress is not None:
            progress(done, len(wanted))
        try:
            raising(cancelled, "the fit", region.core_level)()
            guided, expected[region.id] = _guided(project, region)
            project = _fit_one(project, guided, methods, cancelled)
        except XpsError as error:
            failures[region.id] = error.at(region.core_level)
    for id_, areas in expected.items():
        project = project.with_region(without_expectations(project.region(id_), areas))
    for sample in dict.fromkeys(project.entry(region.spectrum).sample for region in wanted):
        try:
            project = _fit_jointly(project, sample, cancelled)
        except XpsError as error:
            for region in wanted:
                if project.entry(region.spectrum).sample == sample:
                    failures.setdefault(region.id, error)
                    if expected.get(region.id):  # it is no fit of these data alone
                        project = project.without_fit(region.id)
    if progress is not None:
        progress(len(wanted), len(wanted))
    return Outcome(project, failures)


def _guided(project: Project, region: Region) -> tuple[Region, Areas]:
    """A region with what others of its sample expect of it; a charge reference comes first."""
    if _is_reference(project, region):
        return region, ()
    return with_expected_amounts(project, region)


def _fit_jointly(project: Project, sample: str, cancelled: Callable[[], bool] | None) -> Project:
    """Fit a sample as a whole where its amounts are tied."""
    joint = fit_tied(project, sample, cancelled=cancelled)
    if joint is None:
        return project
    charge = joint.charges[sample]
    project = project.with_sample(replace(project.sample(sample), charge=charge))
    for fitted in joint.fits:
        project = project.with_fit(fitted)
    return project


def _to_fit(project: Project, region_ids: Collection[str] | None) -> list[Region]:
    """The regions that were asked for and those they need, in the order to fit them."""
    asked = [region.id for region in project.regions]
    if region_ids is not None:
        asked = [id_ for id_ in asked if id_ in region_ids]
    moved = _moved_by(project, asked)
    found = [
        project.region(id_)
        for id_ in fitted_with(project, (*asked, *moved))
        if id_ in asked or id_ in moved or not project.is_fresh(id_)
    ]
    if project.ties is not None:
        found.sort(key=separation, reverse=True)
    found.sort(key=lambda region: not _is_reference(project, region))
    return found


def _moved_by(project: Project, asked: Collection[str]) -> list[str]:
    """The regions whose good fits would be of an old energy scale: those beside a reference."""
    samples = {
        project.entry(project.region(id_).spectrum).sample
        for id_ in asked
        if _is_reference(project, project.region(id_))
    }
    return [
        region.id
        for region in project.regions
        if region.id not in asked
        and project.entry(region.spectrum).sample in samples
        and project.is_fresh(region.id)
    ]


def reference_region(project: Project, sample: str) -> Region | None:
    """Return the region that carries a sample's charge reference, if there is one."""
    charge = project.sample(sample).charge
    if charge.method != "component":
        return None
    for region in project.regions_of(sample):
        if region.core_level == charge.core_level and any(
            c.id == charge.component for c in region.components
        ):
            return region
    return None


def _is_reference(project: Project, region: Region) -> bool:
    sample = project.entry(region.spectrum).sample
    reference = reference_region(project, sample)
    return reference is not None and reference.id == region.id


def _fit_one(
    project: Project,
    region: Region,
    methods: Collection[ErrorMethod],
    cancelled: Callable[[], bool] | None,
) -> Project:
    entry = project.entry(region.spectrum)
    sample = project.sample(entry.sample)
    fit, charge = _fit_of(project, region, cancelled)
    if _is_reference(project, region):
        project = project.with_sample(replace(sample, charge=charge))
        return project.with_fit(
            with_errors(fit, entry.spectrum, methods, charge=charge, cancelled=cancelled)
        )
    if not sample.charge.is_set:
        missing = "no charge reference"
        if sample.charge.method == "component":
            missing = "the charge reference is not found yet"
        warning = f"{missing}: binding energies are as measured"
        fit = replace(fit, warnings=(*fit.warnings, warning))
    return project.with_fit(
        with_errors(fit, entry.spectrum, methods, charge=sample.charge, cancelled=cancelled)
    )


def _fit_of(
    project: Project, region: Region, cancelled: Callable[[], bool] | None
) -> tuple[RegionFit, ChargeReference]:
    """Fit from the values of a region; from its last fit as well, where that did better."""
    charge, last = project.charge_of(region.spectrum), project.fit_of(region.id)
    starts = [(region, charge)]
    if last is not None and (start := from_last(region, last)) != region:
        shift = last.charge_shift_ev if _is_reference(project, region) else charge.shift_ev
        starts.append((start, replace(charge, shift_ev=shift)))
    found: list[tuple[RegionFit, ChargeReference]] = []
    failures: list[XpsError] = []
    for start, charge in starts:
        try:
            found.append(_fit_from(project, start, charge, cancelled))
        except CancelledError:
            raise
        except XpsError as error:
            failures.append(error)
        else:
            if last is None or not is_worse(found[-1][0], last):
                break
    if not found:
        raise failures[0]
    return min(found, key=lambda fitted: fitted[0].chi2)


def _fit_from(
    project: Project,
    region: Region,
    charge: ChargeReference,
    cancelled: Callable[[], bool] | None,
) -> tuple[RegionFit, ChargeReference]:
    spectrum = project.entry(region.spectrum).spectrum
    if _is_reference(project, region):
        return fit_reference(region, spectrum, charge, cancelled=cancelled)
    if project.fit_of(region.id) is None and not region.stored:
        region = with_guess(region, spectrum, charge.shift_ev)
    return fit_region(region, spectrum, charge, cancelled=cancelled), charge


def _on_spectrum(
    template: Region, entry: Entry, charge: ChargeReference, notes: list[str], guess: bool
) -> Region | None:
    """Place a recipe's region on a spectrum; None where the data do not cover it."""
    where = f"{entry.sample}, {entry.label}"
    energies = entry.spectrum.binding_energy_ev
    if energies is None:
        notes.append(f"{where}: left out, its photon energy is unknown")
        return None
    low, high = template.window_ev
    reach = charge.search_ev if charge.method == "component" else abs(charge.shift_ev)
    first, last = float(energies.min()), float(energies.max())
    covered = min(high, last + reach) - max(low, first - reach)
    if covered < _LEAST_OVERLAP * (high - low):
        notes.append(
            f"{where}: left out, its data ({first:.1f} to {last:.1f} eV) do not cover the "
            f"recipe's window ({low:g} to {high:g} eV)"
        )
        return None
    region = replace(template, id=f"{entry.id}_{template.id}", spectrum=entry.id)
    narrow = last - first < (high - low) - 0.25
    if narrow:
        notes.append(
            f"{where}: the data ({first:.1f} to {last:.1f} eV) are narrower than the recipe's "
            f"window ({low:g} to {high:g} eV): the background is less certain"
        )
    if not guess:
        return region
    try:
        return with_guess(region, entry.spectrum, charge.shift_ev)
    except XpsError:
        return region  # drawn without a guess; the fit will say what is wrong


def _charge_for(
    project: Project, sample: str, charge: ChargeReference
) -> tuple[ChargeReference, str]:
    if charge.method != "component":
        return charge, ""
    probe = project.with_sample(replace(project.sample(sample), charge=charge))
    if reference_region(probe, sample) is not None:
        return charge, ""
    note = (
        f"{sample}: no {charge.core_level} spectrum for the charge reference; binding energies "
        "stay as measured"
    )
    return ChargeReference(), note
