"""Recipes written as TOML come back as they were."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xps.projects import fitted, params
from xps.analysis import apply_recipe, fit_project
from xps.errors import RecipeError
from xps.model import Component, Link, Param, Prior, Ref, Region, Singlet
from xps.project import AmountTies, ChargeReference, Project
from xps.recipe import Recipe, load_recipe, shipped_recipes
from xps.recipe_text import recipe_of, recipe_text

BARE = "Bare NCM (simulated)"


def back(recipe: Recipe) -> Recipe:
    """Write a recipe and read it again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recipe.toml"
        path.write_text(recipe_text(recipe), "utf-8")
        return load_recipe(path)


def recipe_with(region: Region) -> Recipe:
    return Recipe("one", "One region", "", ChargeReference(), (region,))


@pytest.mark.parametrize("name", shipped_recipes())
def test_the_shipped_recipes_come_back_as_they_were(name: str) -> None:
    assert back(load_recipe(name)) == load_recipe(name)


@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_name_and_description_come_back(text: str) -> None:
    recipe = replace(load_recipe("ncm-o1s"), name=text, title=text, description=text)
    assert back(recipe) == recipe


def test_what_was_set_up_for_a_sample_fits_another_one_alike() -> None:
    project = fitted()
    recipe = back(recipe_of(project, BARE, "mine"))
    assert recipe.core_levels == ("S 2p", "O 1s")
    fresh = Project().with_spectra(tuple(entry.spectrum for entry in project.entries))
    refitted = fit_project(apply_recipe(fresh, recipe)[0]).project
    for old, new in zip(project.fits, refitted.fits, strict=True):
        assert new.region.core_level == old.region.core_level
        assert new.chi2 == pytest.approx(old.chi2, rel=1e-6)
        assert new.areas == pytest.approx(old.areas, rel=1e-4)


def test_a_recipe_of_a_sample_holds_no_data() -> None:
    recipe = recipe_of(fitted(), BARE, "mine", description="as of May")
    assert recipe.charge.shift_ev == 0.0
    assert recipe.charge.stderr_ev is None
    assert recipe.charge.component == "ps4"
    for region in recipe.regions:
        assert region.spectrum == ""
        assert region.background.offset.value == region.background.slope.value == 0.0
        assert {component.area.value for component in region.components} == {1.0}


@given(
    area=params("area", -1e6, 1e6),
    center=params("center", 150.0, 170.0),
    fwhm=params("fwhm", 0.1, 10.0),
    k=params("k", -0.05, 0.3),
)
def test_any_numbers_bounds_and_expectations_come_back(
    area: Param, center: Param, fwhm: Param, k: Param
) -> None:
    region = load_recipe("argyrodite-s2p").regions[0]
    changed = {"area": area, "center": center, "fwhm": fwhm}
    component = region.component("sulfate").with_params(changed)
    background = replace(region.background, k=k)
    recipe = recipe_with(replace(region.with_component(component), background=background))
    assert back(recipe) == recipe


def test_ties_charge_and_terms_come_back() -> None:
    region = load_recipe("argyrodite-s2p").regions[0]
    ps4 = region.component("ps4")
    changed = (
        region.with_param(
            Ref("sulfite", "area"), Param(0.5, link=Link("ratio", Ref("sulfate", "area"), 0.5))
        )
        .with_param(
            Ref("sulfite", "fwhm"), Param(1.25, link=Link("offset", Ref("ps4", "fwhm"), 0.1))
        )
        .with_component(replace(ps4, name='phase "A"', group="bulk"))
    )
    background = replace(
        changed.background,
        kind="peak-shirley-tougaard",
        curvature=Param(0.0, min=-1.0),
        own_k=(("ps4", Param(0.01, vary=False)),),
        t=Param(1.0, vary=False),
        loss="u3-al",
    )
    recipe = Recipe(
        "all",
        "All of it",
        "",
        ChargeReference("manual", -3.63),
        (replace(changed, background=background).settled(),),
        AmountTies(0.2),
    )
    assert back(recipe) == recipe


def test_an_unlocked_doublet_comes_back_with_its_reason() -> None:
    region = load_recipe("argyrodite-s2p").regions[0]
    ps4 = region.component("ps4")
    lines = replace(ps4.lines, splitting_ev=1.16, unlocked_because="earlier work")
    recipe = recipe_with(region.with_component(replace(ps4, lines=lines)))
    assert back(recipe) == recipe


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("single line", lambda c: replace(c, lines=Singlet("2p"))),
        (
            "cannot say",
            lambda c: c.with_param(
                "fwhm", Param(1.2, link=Link("ratio", Ref("ps4", "center"), 0.01))
            ),
        ),
        (
            "cannot say",
            lambda c: c.with_param(
                "fwhm", Param(1.2, min=0.5, max=2.0, prior=Prior(0.0, 1.0, Ref("ps4", "area")))
            ),
        ),
    ],
)
def test_what_a_recipe_cannot_say_is_refused(
    part: str, change: Callable[[Component], Component]
) -> None:
    region = load_recipe("argyrodite-s2p").regions[0]
    with pytest.raises(RecipeError, match=part):
        recipe_text(recipe_with(region.with_component(change(region.component("sulfate")))))


def test_a_sample_without_regions_has_no_recipe() -> None:
    project = Project().with_spectra(tuple(entry.spectrum for entry in fitted().entries))
    with pytest.raises(RecipeError, match="has no region"):
        recipe_of(project, BARE, "mine")


def test_a_reference_that_is_gone_is_left_out() -> None:
    project = fitted()
    region = next(r for r in project.regions if r.core_level == "S 2p")
    bare = project.with_region(region.without_component("ps4"))
    assert recipe_of(bare, BARE, "mine").charge == ChargeReference()
