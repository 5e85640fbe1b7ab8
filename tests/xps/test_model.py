"""Parameters, links, priors, doublets and regions as frozen values."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xps.errors import RecipeError
from xps.levels import levels
from xps.lineshapes import SHAPES
from xps.model import (
    Background,
    Component,
    Doublet,
    Link,
    LinkKind,
    Param,
    Prior,
    Ref,
    Region,
    Singlet,
    multiplet_of,
)
from xps.parameter_table import ParameterTable


def component(id_: str, **params: Param) -> Component:
    defaults = {
        "area": Param(100.0),
        "center": Param(5.0, min=0.0, max=10.0),
        "fwhm": Param(1.0, min=0.3, max=4.0),
        "shape_params": (Param(0.3, min=0.0, max=0.8),),
    }
    return Component(id_, id_, Singlet("1s"), "sgl", **(defaults | params))


def region(*components: Component) -> Region:
    return Region("r", "s0", "O 1s", (0.0, 10.0), Background(), components)


def tied(kind: LinkKind, to: str, parameter: str, amount: float = 0.0) -> Param:
    return Param(1.0, link=Link(kind, Ref(to, parameter), amount))


# Parameters ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_parameter_must_be_finite(value: float) -> None:
    with pytest.raises(RecipeError, match="finite"):
        Param(value)


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (2.0, 1.0), (math.nan, 1.0)])
def test_bounds_must_rise(low: float, high: float) -> None:
    with pytest.raises(RecipeError, match="bound"):
        Param(1.0, min=low, max=high)


@pytest.mark.parametrize(
    ("mean", "sigma"), [(0.0, 0.0), (0.0, -1.0), (math.nan, 1.0), (0.0, math.inf), (0.0, math.nan)]
)
def test_prior_must_have_a_width(mean: float, sigma: float) -> None:
    with pytest.raises(RecipeError, match="prior"):
        Prior(mean, sigma)


@pytest.mark.parametrize("amount", [0.0, -1.0, math.nan])
def test_ratio_must_be_above_zero(amount: float) -> None:
    with pytest.raises(RecipeError, match="ratio"):
        Link("ratio", Ref("a", "area"), amount)


def test_values_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        region(component("a")).component("a").area.value = 2.0


# Links --------------------------------------------------------------------------------------------


def test_links_are_followed_along_a_chain() -> None:
    chain = region(
        component("a", fwhm=Param(1.2, min=0.3, max=4.0)),
        component("b", fwhm=tied("ratio", "a", "fwhm", 1.5)),
        component("c", fwhm=tied("offset", "b", "fwhm", 0.2)),
        component("d", fwhm=tied("same", "c", "fwhm")),
    ).settled()
    assert chain.component("d").fwhm.value == pytest.approx(1.5 * 1.2 + 0.2)
    root, factor, shift = chain.resolve(Ref("d", "fwhm"))
    assert (root, factor, shift) == (Ref("a", "fwhm"), 1.5, pytest.approx(0.2))


def test_offset_before_ratio_is_scaled() -> None:
    chain = region(
        component("a", fwhm=Param(1.0, min=0.3, max=4.0)),
        component("b", fwhm=tied("offset", "a", "fwhm", 0.5)),
        component("c", fwhm=tied("ratio", "b", "fwhm", 2.0)),
    ).settled()
    assert chain.component("c").fwhm.value == pytest.approx(3.0)


@given(st.floats(0.5, 3.0), st.floats(0.5, 2.0), st.floats(-0.1, 1.0), st.permutations("abcd"))
def test_table_of_links_agrees_with_following_them(
    value: float, ratio: float, offset: float, order: list[str]
) -> None:
    """In whatever order the components stand, forward references included."""
    parts = {
        "a": component("a", fwhm=Param(value, min=0.3, max=4.0)),
        "b": component("b", fwhm=tied("ratio", "a", "fwhm", ratio)),
        "c": component("c", fwhm=tied("offset", "b", "fwhm", offset)),
        "d": component("d", fwhm=tied("same", "c", "fwhm")),
    }
    chain = region(*(parts[name] for name in order)).settled()
    table = ParameterTable.of(chain)
    free = np.array([chain.param(ref).value for ref in table.free])
    values = table.values(free)
    for ref, param in chain.params():
        assert values[table.index[ref]] == pytest.approx(param.value)


@pytest.mark.parametrize(
    "links",
    [
        {"a": "a"},
        {"a": "b", "b": "a"},
        {"a": "b", "b": "c", "c": "b"},
    ],
)
def test_circles_are_refused(links: dict[str, str]) -> None:
    parts = [
        component(id_, fwhm=tied("same", links[id_], "fwhm")) if id_ in links else component(id_)
        for id_ in "abc"
    ]
    with pytest.raises(RecipeError, match="circle"):
        region(*parts)


@pytest.mark.parametrize(
    "target", [Ref("z", "fwhm"), Ref("a", "height"), Ref("background", "k"), Ref("", "")]
)
def test_links_to_what_is_not_there_are_refused(target: Ref) -> None:
    broken = component("b", fwhm=Param(1.0, link=Link("same", target)))
    with pytest.raises(RecipeError, match="refers to"):
        region(component("a"), broken)


def test_priors_relative_to_what_is_not_there_are_refused() -> None:
    center = Param(5.0, prior=Prior(1.0, 0.1, Ref("z", "center")))
    with pytest.raises(RecipeError, match="refers to"):
        region(component("a", center=center))


def test_two_components_of_one_id_are_refused() -> None:
    with pytest.raises(RecipeError, match="same id"):
        region(component("a"), component("a"))


@pytest.mark.parametrize("id_", ["", "A", "1a", "a b", "a.b", "ä", "background", "a\n"])
def test_ids_that_would_confuse_are_refused(id_: str) -> None:
    with pytest.raises(RecipeError, match="component id"):
        component(id_)


@pytest.mark.parametrize("window", [(1.0, 1.0), (2.0, 1.0), (math.nan, 1.0)])
def test_window_must_not_be_empty(window: tuple[float, float]) -> None:
    with pytest.raises(RecipeError, match="window"):
        replace(region(component("a")), window_ev=window)


# Changes ------------------------------------------------------------------------------------------


def test_new_values_move_what_is_linked() -> None:
    pair = region(component("a"), component("b", center=tied("offset", "a", "center", 1.5)))
    moved = pair.with_values({Ref("a", "center"): 4.0, Ref("background", "k"): 0.1})
    assert moved.component("b").center.value == pytest.approx(5.5)
    assert moved.background.k.value == 0.1
    assert pair.component("a").center.value == 5.0


def test_removed_target_leaves_its_value_and_frees_what_was_tied() -> None:
    pair = region(
        component("a", fwhm=Param(1.3, min=0.3, max=4.0)),
        component("b", fwhm=tied("same", "a", "fwhm")),
        component("c", fwhm=tied("same", "b", "fwhm")),
    )
    pair = pair.with_component(
        pair.component("b").with_param("fwhm", replace(pair.component("b").fwhm, min=0.3, max=4.0))
    ).settled()
    left = pair.without_component("a")
    assert [c.id for c in left.components] == ["b", "c"]
    assert left.component("b").fwhm.is_free
    assert left.component("b").fwhm.value == pytest.approx(1.3)
    assert left.component("c").fwhm.link == Link("same", Ref("b", "fwhm"))


def test_removed_target_of_a_prior_leaves_its_place() -> None:
    center = Param(6.5, prior=Prior(1.5, 0.2, Ref("a", "center")))
    pair = region(component("a", center=Param(4.9)), component("b", center=center))
    prior = pair.without_component("a").component("b").center.prior
    assert prior is not None
    assert (prior.mean, prior.sigma, prior.relative_to) == (pytest.approx(6.4), 0.2, None)


def test_component_without_area_leaves_all_else_as_free_as_it_was() -> None:
    center = Param(6.5, prior=Prior(1.5, 0.2, Ref("a", "center")))
    leader = component("a", center=Param(4.9, prior=Prior(5.0, 0.1)))
    pair = region(leader, component("b", center=center, fwhm=tied("same", "a", "fwhm"))).settled()
    empty = pair.without_area("a")
    assert empty.component("b") == pair.component("b")
    assert empty.component("a").area == Param(0.0, vary=False)
    assert empty.component("a").center == leader.center
    assert empty.component("a").fwhm == leader.fwhm
    assert not any(param.is_free for param in empty.component("a").shape_params)


def test_component_that_none_follows_is_fixed_without_area() -> None:
    center = Param(6.5, prior=Prior(1.5, 0.2, Ref("a", "center")))
    pair = region(component("a"), component("b", center=center, fwhm=tied("same", "a", "fwhm")))
    empty = pair.settled().without_area("b")
    assert empty.component("a") == pair.component("a")
    for param in empty.component("b").params.values():
        assert not param.is_free
        assert param.prior is None
    assert empty.component("b").center.value == 6.5


def test_removed_bystander_changes_nothing_else() -> None:
    pair = region(component("a"), component("b", fwhm=tied("same", "a", "fwhm"))).settled()
    assert pair.without_component("b").component("a") == pair.component("a")
    assert pair.without_component("zzz") == pair


def test_centers_are_held_where_their_priors_expect_them() -> None:
    pair = region(
        component("a", center=Param(4.0, prior=Prior(4.2, 0.1))),
        component("b", center=Param(6.0, prior=Prior(1.5, 0.2, Ref("a", "center")))),
        component("c"),
    )
    held = pair.held_at_priors((Ref("a", "center"), Ref("b", "center"), Ref("c", "center")))
    assert held.component("a").center.value == 4.2
    assert held.component("b").center.value == pytest.approx(5.7)
    assert not any(c.center.is_free for c in held.components)


def test_freedom_needs_neither_link_nor_lock() -> None:
    assert Param(1.0).is_free
    assert not Param(1.0, vary=False).is_free
    assert not tied("same", "a", "area").is_free


def test_static_backgrounds_have_no_parameters() -> None:
    assert set(Background().params) == {"offset", "slope", "k"}
    assert Background("shirley").params == {}
    assert Background("linear").params == {}


# Other line shapes --------------------------------------------------------------------------------


def family() -> Region:
    """Two components of one mixing, and one with its own."""
    return region(
        component("a", shape_params=(Param(0.3, min=0.0, max=1.0),)),
        component("b", shape_params=(tied("same", "a", "mixing"),)),
        component("c", shape_params=(Param(0.4, min=0.0, max=0.8),)),
    ).settled()


def test_a_family_of_one_shape_stays_one_in_another_shape() -> None:
    changed = family().with_shape(["a", "b", "c"], "la")
    a, b, c = changed.components
    assert [other.shape for other in changed.components] == ["la"] * 3
    assert all(param.is_free for param in (*a.shape_params, *c.shape_params))
    for name in ("alpha", "beta", "gauss"):
        assert b.params[name].link == Link("same", Ref("a", name))


def test_a_parameter_that_both_shapes_have_keeps_value_bounds_and_ties() -> None:
    changed = family().with_shape(["a", "b", "c"], "exponential-tail")
    assert changed.component("a").params["mixing"] == Param(0.3, min=0.0, max=1.0)
    assert changed.component("b").params["mixing"].link == Link("same", Ref("a", "mixing"))
    assert changed.component("b").params["tail"].link == Link("same", Ref("a", "tail"))
    assert changed.component("c").params["tail"].is_free


def test_values_and_bounds_come_into_the_range_of_the_new_shape() -> None:
    damped = region(component("a")).with_shape(["a"], "lf")
    damped = damped.with_param(Ref("a", "alpha"), Param(0.3, min=0.25, max=0.4))
    damped = damped.with_param(Ref("a", "beta"), Param(0.3, min=0.25, max=2.0))
    changed = damped.with_shape(["a"], "la").component("a")
    assert changed.params["alpha"] == Param(0.6, min=0.6, max=3.0)
    assert changed.params["beta"] == Param(0.51, min=0.51, max=2.0)


def test_ties_of_shape_end_between_components_of_unlike_shape() -> None:
    for ids in (["a"], ["b"]):
        changed = family().with_shape(ids, "voigt")
        assert changed.component("b").params["mixing"].is_free
        assert changed.component("b").params["mixing"].value == 0.3


def test_ties_to_a_parameter_that_is_gone_end() -> None:
    changed = family().with_shape(["a"], "gaussian")
    assert changed.component("b").params["mixing"].is_free
    assert changed.component("c") == family().component("c")


def test_expectations_relative_to_a_shape_that_is_gone_keep_their_place() -> None:
    expected = Param(0.5, min=0.0, max=1.0, prior=Prior(0.2, 0.05, Ref("a", "mixing")))
    pair = region(component("a"), component("b", shape_params=(expected,)))
    prior = pair.with_shape(["a"], "gaussian").component("b").params["mixing"].prior
    assert prior == Prior(0.2 + 0.3, 0.05)


def test_ties_within_a_component_end_with_the_parameter() -> None:
    pair = region(component("a")).with_shape(["a"], "la")
    pair = pair.with_param(Ref("a", "alpha"), tied("same", "a", "beta")).settled()
    assert pair.with_shape(["a"], "la-symmetric").component("a").params["alpha"].is_free


def test_ties_of_width_outlive_a_change_of_shape() -> None:
    pair = region(component("a"), component("b", fwhm=tied("same", "a", "fwhm"))).settled()
    assert pair.with_shape(["a"], "gaussian").component("b").fwhm.link is not None


def test_shapes_without_parameters_leave_one_family() -> None:
    changed = family().with_shape(["a", "b", "c"], "gaussian").with_shape(["a", "b", "c"], "sgl")
    assert changed.component("a").params["mixing"].is_free
    for id_ in "bc":
        assert changed.component(id_).params["mixing"].link == Link("same", Ref("a", "mixing"))


def test_ties_that_lead_both_ways_make_no_circle() -> None:
    pair = region(component("a"), component("b")).with_shape(["a", "b"], "la")
    pair = pair.with_param(Ref("a", "alpha"), tied("same", "b", "alpha"))
    pair = pair.with_param(Ref("b", "beta"), tied("same", "a", "beta")).settled()
    changed = pair.with_shape(["a", "b"], "sgl")
    free = [c.params["mixing"].is_free for c in changed.components]
    assert sorted(free) == [False, True]


@given(st.lists(st.sampled_from("abc"), unique=True), st.lists(st.sampled_from(sorted(SHAPES))))
def test_any_change_of_shapes_makes_a_valid_region(ids: list[str], kinds: list[str]) -> None:
    changed = family()
    for kind in kinds:
        changed = changed.with_shape(ids, kind)
    expected = kinds[-1] if kinds else "sgl"
    assert all(changed.component(id_).shape == expected for id_ in ids)
    assert changed.settled() == changed


# Doublets -----------------------------------------------------------------------------------------


def test_lines_of_a_doublet_share_one_area() -> None:
    major, minor = Doublet(("2p3/2", "2p1/2"), 1.18, 0.5).lines
    assert (major.label, major.offset_ev) == ("2p3/2", 0.0)
    assert (minor.label, minor.offset_ev) == ("2p1/2", 1.18)
    assert minor.fraction / major.fraction == pytest.approx(0.5)
    assert major.fraction + minor.fraction == pytest.approx(1.0)


@pytest.mark.parametrize(("splitting", "ratio"), [(0.0, 0.5), (-1.0, 0.5), (1.0, 0.0), (1.0, -1.0)])
def test_impossible_doublets_are_refused(splitting: float, ratio: float) -> None:
    with pytest.raises(RecipeError, match="doublet"):
        Doublet(("2p3/2", "2p1/2"), splitting, ratio)


def test_doublets_come_from_the_table_of_levels() -> None:
    sulfur = multiplet_of("S 2p")
    assert sulfur == Doublet(("2p3/2", "2p1/2"), 1.18, 0.5)
    assert multiplet_of("O 1s") == Singlet("1s")
    for name, level in levels().items():
        pair = multiplet_of(name)
        assert isinstance(pair, Doublet)
        assert (pair.splitting_ev, pair.ratio) == (level.splitting_ev, level.ratio)
        assert pair.unlocked_because == ""


def test_doublet_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(RecipeError, match="U 4f"):
        multiplet_of("U 4f")
