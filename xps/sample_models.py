"""Models suggested for one core level of each sample, on the sample's energy scale."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from xps.analysis import apply_recipe, fit_project
from xps.cancel import Cancelled
from xps.errors import RecipeError, XpsError
from xps.noise import intensity_unit
from xps.project import ChargeReference, Entry, Project
from xps.recipe import Recipe, load_recipe, shipped_recipes
from xps.species import library
from xps.suggested import Suggestion
from xps.suggestion import suggest


@dataclass(frozen=True, eq=False)
class SampleSuggestion:
    """What the data of one spectrum support.

    Attributes
    ----------
    sample, spectrum : str
        Names.
    charge : ChargeReference
        The energy scale that was used.
    suggestion : Suggestion or None
        None where the search failed.
    failure : XpsError or None
    area_unit : str
        Of the areas of the models.
    """

    sample: str
    spectrum: str
    charge: ChargeReference
    suggestion: Suggestion | None = None
    failure: XpsError | None = None
    area_unit: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data, see ``resources/schemas/suggest.schema.json``."""
        return {
            "sample": self.sample,
            "spectrum": self.spectrum,
            "charge_shift_ev": self.charge.shift_ev,
            "suggestion": self.suggestion and self.suggestion.to_dict(),
            "error": self.failure and self.failure.to_dict(),
        }


def default_recipe(core_level: str, measured: Collection[str]) -> Recipe:
    """Return the shipped recipe that suits a core level best.

    Its charge reference is measured if that can be, and it analyzes the level if that can be.
    """
    return min(
        (load_recipe(name) for name in shipped_recipes()),
        key=lambda recipe: (
            recipe.charge.core_level not in measured,
            recipe.region_for(core_level) is None,
        ),
    )


def suggest_models(
    project: Project, core_level: str, recipe: Recipe | None = None
) -> list[SampleSuggestion]:
    """Suggest models for each spectrum of a core level.

    Samples whose energy scale is not set get that of the recipe's charge reference. Core levels
    that hold what candidates need, such as the carbon of a carbonate, are searched first where
    they were measured too.

    Parameters
    ----------
    project : Project
    core_level : str
    recipe : Recipe, optional
        Whose charge reference and region are taken; by default see `default_recipe`.
    """
    measured = {entry.spectrum.core_level or "" for entry in project.entries}
    recipe = recipe or default_recipe(core_level, measured)
    charges = _charges(project, recipe)
    template = recipe.region_for(core_level)
    found = []
    for entry in project.entries:
        if entry.spectrum.core_level != core_level:
            continue
        charge = charges[entry.sample]
        place = (entry.spectrum.sample, entry.label, charge)
        try:
            others = _others(project, entry, core_level, charge)
            suggestion = suggest(
                entry.spectrum, core_level, charge=charge, template=template, found=others
            )
        except XpsError as error:
            found.append(SampleSuggestion(*place, failure=error))
        else:
            found.append(SampleSuggestion(*place, suggestion, area_unit=_area_unit(entry)))
    return found


def suggest_model(
    project: Project, entry_id: str, *, cancelled: Cancelled | None = None
) -> SampleSuggestion:
    """Suggest models for one spectrum of a project.

    Window and background are those of its region, where it has one; the energy scale is that of
    its sample, or that of the charge reference of `default_recipe` where none is set.

    Parameters
    ----------
    project : Project
    entry_id : str
    cancelled : callable, optional
        Asked often; when it says True a `CancelledError` is raised.

    Raises
    ------
    RecipeError
        If the spectrum is of no core level, or of one without candidates.
    FitError
        If the window holds too few points, or none of the candidates.
    BackgroundError
        If a static background cannot be computed.
    """
    entry = project.entry(entry_id)
    core_level = entry.spectrum.core_level
    if core_level is None:
        raise RecipeError(
            f"{entry.label} is of no core level that is known", "name its core level in the file"
        )
    of_sample = replace(
        project,
        samples=(project.sample(entry.sample),),
        entries=tuple(other for other in project.entries if other.sample == entry.sample),
        regions=(),
        fits=(),
    )
    recipe = default_recipe(core_level, {e.spectrum.core_level or "" for e in of_sample.entries})
    charge = _charges(of_sample, recipe)[entry.sample]
    suggestion = suggest(
        entry.spectrum,
        core_level,
        charge=charge,
        template=project.region_of(entry_id) or recipe.region_for(core_level),
        found=_others(of_sample, entry, core_level, charge, cancelled),
        cancelled=cancelled,
    )
    return SampleSuggestion(
        entry.sample, entry.label, charge, suggestion, area_unit=_area_unit(entry)
    )


def _area_unit(entry: Entry) -> str:
    return f"{intensity_unit(entry.spectrum)}·eV"


def _charges(project: Project, recipe: Recipe) -> Mapping[str, ChargeReference]:
    """The energy scale of each sample by its name: its own, or that of the recipe."""
    own = {sample.name: sample.charge for sample in project.samples}
    if all(charge.is_set for charge in own.values()):
        return own
    bare, _ = apply_recipe(
        Project().with_spectra(tuple(entry.spectrum for entry in project.entries)), recipe
    )
    fitted = {sample.name: sample.charge for sample in fit_project(bare).project.samples}
    return {
        name: charge if charge.is_set else fitted.get(name, charge) for name, charge in own.items()
    }


def _others(
    project: Project,
    entry: Entry,
    core_level: str,
    charge: ChargeReference,
    cancelled: Cancelled | None = None,
) -> dict[str, frozenset[str]]:
    """What other core levels of a sample show of what the candidates need, by level."""
    species = library()
    needed = {
        species[key].core_level
        for one in species.values()
        if one.core_level == core_level
        for key in one.needs
        if key in species
    }
    found: dict[str, frozenset[str]] = {}
    for other in project.entries:
        level = other.spectrum.core_level
        if other.sample == entry.sample and level in needed - {core_level}:
            shown = suggest(other.spectrum, level, charge=charge, cancelled=cancelled)
            found[level] = found.get(level, frozenset()) | shown.species
    return found
