"""A recipe on stacks: their means are fitted as one sample, and give each stack its model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from xps.analysis import fit
from xps.errors import FitError, RecipeError
from xps.recipe import Recipe, load_recipe
from xps.stack_model import StackModel, mean_spectrum, stack_model
from xps.stacks.stack import Stack


def models_of(
    stacks: Sequence[Stack],
    recipe: Recipe | str | Path,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> list[tuple[Stack, StackModel]]:
    """Return those stacks that a recipe analyzes, each with its model.

    The energy scale is that of the means, from the recipe's charge reference: places that
    charge differently show as shifts of their centers. Amounts that the recipe ties across
    core levels are tied in the fit of the means alone.

    Parameters
    ----------
    stacks : sequence of Stack
        Of one sample, e.g. all of a file.
    recipe : Recipe, str or Path
    cancelled : callable, optional

    Raises
    ------
    RecipeError
        If the recipe applies to none of the stacks.
    FitError
        If a mean cannot be fitted.
    ReadError
        As `Stack.read`.
    """
    if not isinstance(recipe, Recipe):
        recipe = load_recipe(recipe)
    if recipe.is_stored:
        raise RecipeError(
            "fits stored in a file belong to its single spectra, not to a stack",
            "choose a recipe that describes the model",
        )
    wanted = [stack for stack in stacks if recipe.region_for(stack.template.core_level)]
    if not wanted:
        found = ", ".join(dict.fromkeys(stack.title for stack in stacks))
        raise RecipeError(
            f"the recipe {recipe.name} analyzes {' and '.join(recipe.core_levels)}, which none "
            f"of the stacks is ({found})",
            "choose another recipe, or one of your own for this core level",
        )
    means = [mean_spectrum(stack) for stack in wanted]
    spectra = [mean.with_(sample="mean") for mean, _ in means]
    project = fit(spectra, recipe, cancelled=cancelled)
    models = []
    for (stack, (_, scale)), entry in zip(
        zip(wanted, means, strict=True), project.project.entries, strict=True
    ):
        region = project.project.region_of(entry.id)
        found_fit = None if region is None else project.project.fit_of(region.id)
        if found_fit is None:
            reason = next(iter(project.failures.values()), None)
            raise FitError(
                f"the mean of the stack cannot be fitted: {reason or 'its data do not fit'}",
                "fit it by itself first, with another recipe",
                where=stack.title,
            )
        first = recipe.region_for(stack.template.core_level)
        models.append((stack, stack_model(stack, found_fit, scale=scale, first=first)))
    return models
