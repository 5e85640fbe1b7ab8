"""Recipes as TOML text, and recipes made of the regions of a sample."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from xps.errors import RecipeError
from xps.levels import levels, line_labels
from xps.lineshapes import SHAPES
from xps.model import (
    Background,
    Component,
    Param,
    Region,
    Singlet,
    default_shape_params,
    multiplet_of,
)
from xps.project import ChargeReference, Project
from xps.recipe import AREA, FORMAT, WIDTH, Recipe
from xps.species import library

_BACKGROUND = Background()
_TERMS = ("offset", "slope", "curvature", "cubic", "k", "t")


def recipe_text(recipe: Recipe) -> str:
    """Return a recipe as the TOML that `load_recipe` reads; includes are written out.

    Raises
    ------
    RecipeError
        If it holds what the format cannot say: a single line in a level that has two, or a
        parameter that is equal to another kind of parameter.
    """
    lines = [
        f"format = {FORMAT}",
        f"name = {_string(recipe.name)}",
        f"title = {_string(recipe.title)}",
        f"description = {_string(recipe.description)}",
        "",
        *_charge_lines(recipe.charge),
    ]
    if recipe.ties is not None:
        lines += ["", "[ties]"]
        if recipe.ties.sigma is not None:
            lines.append(f"sigma = {_number(recipe.ties.sigma)}")
    for region in recipe.regions:
        lines += ["", *_region_lines(region)]
    return "\n".join(lines) + "\n"


def recipe_of(
    project: Project, sample: str, name: str, *, title: str = "", description: str = ""
) -> Recipe:
    """Make a recipe of what was set up for a sample: its regions and its charge reference.

    Values that belong to the data are left out: areas, the level of the background, the charge
    shift that was found. Of two regions of one core level the first is taken.

    Parameters
    ----------
    project : Project
    sample : str
    name, title, description : str
        Of the recipe; the name is the title where that is empty.

    Raises
    ------
    RecipeError
        If the sample has no region.
    """
    regions: dict[str, Region] = {}
    for region in project.regions:
        if project.entry(region.spectrum).sample == sample:
            regions.setdefault(region.core_level, _template(region))
    if not regions:
        raise RecipeError(f"{sample} has no region", "apply a recipe, or set up a region first")
    charge = project.sample(sample).charge
    if charge.method == "component":
        known = regions.get(charge.core_level)
        if known is None or charge.component not in [c.id for c in known.components]:
            charge = ChargeReference()
        else:
            charge = replace(charge, shift_ev=0.0, stderr_ev=None)
    return Recipe(name, title or name, description, charge, tuple(regions.values()), project.ties)


def _template(region: Region) -> Region:
    """A region without what its data decided."""
    background = region.background
    for term in ("offset", "slope"):
        param: Param = getattr(background, term)
        level = min(max(0.0, param.min), param.max)
        background = background.with_param(term, param.at(level))
    components = tuple(
        component
        if component.area.link is not None
        else component.with_param("area", component.area.at(_start_area(component.area)))
        for component in region.components
    )
    return replace(
        region,
        id=region.core_level.replace(" ", "").lower(),
        spectrum="",
        background=background,
        components=components,
    ).settled()


def _start_area(area: Param) -> float:
    return min(max(AREA.value, area.min), area.max)


def _charge_lines(charge: ChargeReference) -> Iterator[str]:
    yield "[charge]"
    yield f"method = {_string(charge.method)}"
    if charge.method == "manual":
        yield f"shift_ev = {_number(charge.shift_ev)}"
    elif charge.method == "component":
        yield f"core_level = {_string(charge.core_level)}"
        yield f"component = {_string(charge.component)}"
        for field in ("energy_ev", "uncertainty_ev", "search_ev"):
            value = getattr(charge, field)
            if value is None:
                raise RecipeError(f"the charge reference has no {field}", "give one")
            yield f"{field} = {_number(value)}"


def _region_lines(region: Region) -> Iterator[str]:
    low, high = region.window_ev
    background = region.background
    yield "[[region]]"
    yield f"core_level = {_string(region.core_level)}"
    yield f"window_ev = [{_number(low)}, {_number(high)}]"
    yield "[region.background]"
    yield f"kind = {_string(background.kind)}"
    if background.average_points != _BACKGROUND.average_points:
        yield f"average_points = {background.average_points}"
    if background.loss != _BACKGROUND.loss:
        yield f"loss = {_string(background.loss)}"
    for term in _TERMS:
        param: Param | None = getattr(background, term)
        usual: Param | None = getattr(_BACKGROUND, term)
        if param is not None and param != usual:
            yield f"{term} = {_param(param, usual or Param(0.0), term)}"
    for id_, param in background.own_k:
        yield f"own_k.{id_} = {_param(param, _BACKGROUND.k, 'k')}"
    for component in region.components:
        yield ""
        yield from _component_lines(component, region.core_level)


def _component_lines(component: Component, level: str) -> Iterator[str]:
    species = library().get(component.species) if component.species else None
    yield "[[region.component]]"
    if species is not None:
        yield f"species = {_string(species.key)}"
    if species is None or component.id != species.key:
        yield f"id = {_string(component.id)}"
    if species is None or component.name != species.name:
        yield f"name = {_string(component.name)}"
    if component.group != (species.group if species else ""):
        yield f"group = {_string(component.group)}"
    yield f"shape = {_string(component.shape)}"
    yield from _multiplet_lines(component, level)
    usual = {
        "area": AREA,
        "center": Param(species.center_ev if species else 0.0),
        "fwhm": WIDTH,
    }
    names = [parameter.name for parameter in SHAPES[component.shape].parameters]
    usual |= dict(zip(names, default_shape_params(component.shape), strict=True))
    for name, param in component.params.items():
        if param != usual[name] or (name == "center" and species is None):
            yield f"{name} = {_param(param, usual[name], name)}"


def _multiplet_lines(component: Component, level: str) -> Iterator[str]:
    lines = component.lines
    if isinstance(lines, Singlet):
        if len(line_labels(level)) != 1:
            raise RecipeError(
                f"a single line in {level} cannot stand in a recipe",
                "make it the doublet of its level",
                where=component.name,
            )
        return
    if level not in levels() or lines != multiplet_of(level):
        yield f"splitting_ev = {_number(lines.splitting_ev)}"
        yield f"ratio = {_number(lines.ratio)}"
        yield f"unlocked = {_string(lines.unlocked_because or 'as it was set up')}"


def _param(param: Param, usual: Param, name: str) -> str:
    """An inline table of what differs from the usual parameter."""
    fields = []
    link, prior = param.link, param.prior
    follows = link is not None or (prior is not None and prior.relative_to is not None)
    if param.value != usual.value and not follows:
        fields.append(f"value = {_number(param.value)}")
    if param.vary != usual.vary:
        fields.append(f"vary = {'true' if param.vary else 'false'}")
    if param.min != usual.min:
        fields.append(f"min = {_number(param.min)}")
    if param.max != usual.max:
        fields.append(f"max = {_number(param.max)}")
    if link is not None:
        if link.target.parameter != name:
            raise RecipeError(
                f"{name} is tied to {link.target}, which a recipe cannot say", "tie like to like"
            )
        target = _string(link.target.component)
        if link.kind == "same":
            fields.append(f"same = {target}")
        else:
            fields.append(f"{link.kind} = {_number(link.amount)}, to = {target}")
    if prior is not None:
        fields.append(f"prior = [{_number(prior.mean)}, {_number(prior.sigma)}]")
        if prior.relative_to is not None:
            if prior.relative_to.parameter != name:
                raise RecipeError(
                    f"{name} is expected from {prior.relative_to}, which a recipe cannot say",
                    "expect like from like",
                )
            fields.append(f"relative_to = {_string(prior.relative_to.component)}")
    return f"{{ {', '.join(fields)} }}" if fields else "{}"


def _number(value: float) -> str:
    if math.isinf(value):
        return "inf" if value > 0.0 else "-inf"
    return repr(float(value))


def _string(text: str) -> str:
    """Return a basic string of TOML, on one line."""
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    shown = "".join(
        escapes.get(char) or (char if char.isprintable() else f"\\U{ord(char):08X}")
        for char in text
    )
    return f'"{shown}"'
