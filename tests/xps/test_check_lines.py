"""Rules of doublets, widths, places and shapes: where they speak, and where they do not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.xps.made_fits import Level, line, made
from xps.background import Background
from xps.checks import Finding, check
from xps.levels import levels
from xps.model import Component, Doublet, Link, Param, Prior, Ref

S2P = (155.0, 175.0)
O1S = (522.0, 541.0)


def found(rule: str, *levels_: Level) -> list[Finding]:
    return [finding for finding in check(made(*levels_)) if finding.rule == rule]


def sulfur(*components: Component, **changes: Any) -> Level:
    return Level("S 2p", S2P, components, **changes)


def oxygen(*components: Component, **changes: Any) -> Level:
    return Level("O 1s", O1S, components, **changes)


def s2p(id_: str, center: float, **changes: Any) -> Component:
    return line(id_, center, level="S 2p", **changes)


def tied(component: Component, name: str, link: Link) -> Component:
    return component.with_param(name, replace(component.params[name], link=link))


# Doublets -----------------------------------------------------------------------------------------


def test_single_line_of_sulfur_misses_its_partner() -> None:
    (finding,) = found("doublet-missing", sulfur(s2p("sulfate", 168.8, single=True)))
    assert finding.severity == "warning"
    assert "169.98 eV" in finding.message


def test_single_line_that_cannot_be_resolved_is_a_note() -> None:
    aluminum = line("al2o3", 74.2, level="Al 2p", fwhm=1.5, single=True)
    (finding,) = found("doublet-missing", Level("Al 2p", (68.0, 80.0), (aluminum,)))
    assert finding.severity == "note"


@pytest.mark.parametrize(
    "level",
    [
        sulfur(s2p("sulfate", 168.8)),
        oxygen(line("lattice_o", 529.3)),
        Level("Ni 2p", (848.0, 885.0), (line("ni_main", 855.2, level="Ni 2p", single=True),)),
        Level("Nb 3d", (203.0, 208.0), (line("nb", 206.8, level="Nb 3d", single=True),)),
    ],
    ids=["a doublet", "a level of one line", "multiplets of nickel", "partner not measured"],
)
def test_nothing_misses_a_partner(level: Level) -> None:
    assert not found("doublet-missing", level)


def test_two_single_lines_with_free_areas_are_no_doublet() -> None:
    main, partner = s2p("a", 161.6, single=True), s2p("b", 162.8, single=True, area=62.0)
    (finding,) = found("doublet-free", sulfur(main, partner))
    assert "0.62" in finding.message
    assert "a and b" in finding.where
    assert not found("doublet-missing", sulfur(main, partner))


def test_two_single_lines_with_tied_areas_are_a_doublet() -> None:
    main, partner = s2p("a", 161.6, single=True), s2p("b", 162.78, single=True)
    partner = tied(partner, "area", Link("ratio", Ref("a", "area"), 0.5))
    level = sulfur(main, partner)
    for rule in ("doublet-free", "doublet-missing", "doublet-ratio", "doublet-splitting"):
        assert not found(rule, level)


def _tied_lines(main: Component, partner: Component, splitting: float) -> tuple[Component, ...]:
    partner = tied(partner, "area", Link("ratio", Ref(main.id, "area"), 0.5))
    return main, tied(partner, "center", Link("offset", Ref(main.id, "center"), splitting))


def test_lines_that_are_tied_to_their_partner_are_none_of_another_doublet() -> None:
    """WS2 starts near the second line of MoS2, and both have their own."""
    first = _tied_lines(
        s2p("a", 161.6, single=True), s2p("b", 162.78, single=True, area=50.0), 1.18
    )
    second = _tied_lines(s2p("c", 162.7, single=True, area=20.0),
                         s2p("d", 163.88, single=True, area=10.0), 1.18)  # fmt: skip
    assert not found("doublet-free", sulfur(*first, *second))
    assert not found("doublet-missing", sulfur(*first, *second))


@pytest.mark.parametrize("rule", ["doublet-missing", "doublet-free", "doublet-splitting"])
def test_a_line_that_is_named_after_another_level_is_none_of_this_one(rule: str) -> None:
    molybdenum = line("mo", 229.3, level="Mo 3d", area=100.0)
    sulfur_2s = replace(line("s", 226.2, level="Mo 3d", single=True, area=300.0), name="S 2s")
    level = Level("Mo 3d", (220.0, 240.0), (sulfur_2s, molybdenum))
    assert not found(rule, level)


def test_splittings_as_far_apart_as_published_ones_pass() -> None:
    """W 4f: 2.17 eV in the table, 2.10 eV in the median of 77 published pairs."""
    lines = Doublet(("4f7/2", "4f5/2"), 2.08, 0.75)
    component = replace(line("w", 32.5, single=True), lines=lines)
    assert not found("doublet-splitting", Level("W 4f", (28.0, 42.0), (component,)))


def test_two_single_lines_far_from_the_splitting_are_no_pair() -> None:
    level = sulfur(s2p("a", 161.6, single=True), s2p("b", 164.0, single=True, area=50.0))
    assert not found("doublet-free", level)


def _doublet(splitting: float, ratio: float, because: str = "") -> Component:
    lines = Doublet(("2p3/2", "2p1/2"), splitting, ratio, because)
    return replace(s2p("ps4", 161.6), lines=lines)


@pytest.mark.parametrize("splitting", [2.3, 1.5, 1.0])
def test_splitting_of_another_level_is_told(splitting: float) -> None:
    (finding,) = found("doublet-splitting", sulfur(_doublet(splitting, 0.5, "my own")))
    assert "my own" in finding.message


@pytest.mark.parametrize("splitting", [1.15, 1.16, 1.18, 1.2, 1.21])
def test_splittings_of_the_literature_pass(splitting: float) -> None:
    assert not found("doublet-splitting", sulfur(_doublet(splitting, 0.5)))


@pytest.mark.parametrize("ratio", [0.4, 0.62, 1.0])
def test_ratio_of_no_cross_section_is_told(ratio: float) -> None:
    assert found("doublet-ratio", sulfur(_doublet(1.18, ratio)))


def test_ratios_of_scofield_pass() -> None:
    for symbol, ratio in (("S 2p", 0.511), ("In 3d", 1 / 1.445), ("Ta 4f", 1 / 1.268)):
        level = levels()[symbol]
        lines = Doublet(("high", "low"), level.splitting_ev, ratio)
        component = replace(line("c", 100.0, single=True), lines=lines)
        assert not found("doublet-ratio", Level(symbol, (90.0, 120.0), (component,)))


def test_tied_pair_with_a_wrong_ratio_is_told() -> None:
    main, partner = s2p("a", 161.6, single=True), s2p("b", 162.78, single=True)
    partner = tied(partner, "area", Link("ratio", Ref("a", "area"), 0.7))
    (finding,) = found("doublet-ratio", sulfur(main, partner))
    assert "0.700" in finding.message


# Widths -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fwhm", [0.3, 2.6])
def test_width_that_sulfur_does_not_have_is_told(fwhm: float) -> None:
    assert found("width-range", sulfur(s2p("ps4", 161.6, fwhm=fwhm)))


@pytest.mark.parametrize("fwhm", [0.55, 1.15, 2.1, 2.24])
def test_width_that_is_usual_or_uncertain_passes(fwhm: float) -> None:
    assert not found("width-range", sulfur(s2p("ps4", 161.6, fwhm=fwhm)))


def test_component_that_is_not_significant_may_have_any_width() -> None:
    level = sulfur(s2p("ps4", 161.6, fwhm=3.0), insignificant=("ps4",))
    assert not found("width-range", level)


def test_widths_of_one_family_that_differ_are_told() -> None:
    level = sulfur(s2p("ps4", 161.6, fwhm=1.1), s2p("p_s_p", 162.9, fwhm=1.9))
    (finding,) = found("width-unequal", level)
    assert "PS₄³⁻ and P–S–P" in finding.where


def test_oxidized_sulfur_may_be_broader() -> None:
    level = sulfur(s2p("ps4", 161.6, fwhm=1.1), s2p("sulfate", 168.8, fwhm=1.6))
    assert not found("width-unequal", level)


def test_lattice_oxygen_may_be_narrower() -> None:
    level = oxygen(line("lattice_o", 529.3, fwhm=1.0), line("o_manifold", 531.6, fwhm=2.0))
    assert not found("width-unequal", level)


@pytest.mark.parametrize(("main", "satellite", "told"), [(2.8, 4.6, False), (4.6, 2.8, True)])
def test_satellites_may_be_broader_than_main_lines(
    main: float, satellite: float, told: bool
) -> None:
    level = Level(
        "Ni 2p",
        (846.0, 888.0),
        (
            line("ni_main", 855.2, level="Ni 2p", fwhm=main),
            line("ni_satellite", 861.3, level="Ni 2p", fwhm=satellite),
        ),
    )
    assert bool(found("width-unequal", level)) is told


# Places -------------------------------------------------------------------------------------------


def test_two_free_components_of_the_manifold_are_told() -> None:
    level = oxygen(line("a", 531.1, fwhm=1.6), line("b", 532.2, fwhm=1.6))
    assert found("oxygen-manifold", level)


@pytest.mark.parametrize("kind", ["linked", "expected", "far"])
def test_components_that_something_else_tells_apart_pass(kind: str) -> None:
    first, second = line("a", 531.1, fwhm=1.6), line("b", 532.2, fwhm=1.6)
    if kind == "linked":
        second = tied(second, "area", Link("ratio", Ref("a", "area"), 0.3))
    elif kind == "expected":
        second = second.with_param("area", Param(30.0, prior=Prior(30.0, 3.0)))
    else:
        second = line("b", 533.2, fwhm=1.6)
    assert not found("oxygen-manifold", oxygen(first, second))


def test_sites_of_one_compound_may_be_close() -> None:
    first, second = s2p("a", 162.0), s2p("b", 162.3)
    assert found("not-separable", sulfur(first, second))
    second = tied(second, "area", Link("same", Ref("a", "area")))
    second = tied(second, "center", Link("offset", Ref("a", "center"), 0.3))
    assert not found("not-separable", sulfur(first, second))


def test_the_second_line_of_a_tied_pair_needs_no_place_of_its_own() -> None:
    pair = _tied_lines(s2p("a", 161.6, single=True), s2p("b", 162.78, single=True, area=50.0), 1.18)
    other = s2p("c", 162.9)
    assert not found("not-separable", sulfur(*pair, other))
    assert found("not-separable", sulfur(*pair, s2p("c", 161.8)))


# Shapes -------------------------------------------------------------------------------------------


def _la(id_: str, alpha: float, beta: float, **changes: Any) -> Component:
    component = s2p(id_, 168.8, shape="la", **changes)
    return component.with_params(
        {"alpha": Param(alpha, vary=False), "beta": Param(beta, vary=False)}
    )


def test_asymmetric_sulfate_is_told() -> None:
    (finding,) = found("asymmetric-insulator", sulfur(_la("sulfate", 1.0, 2.0)))
    assert "free electrons" in finding.message


def test_asymmetric_lines_of_other_kinds_are_told() -> None:
    tail = s2p("sulfate", 168.8, shape="exponential-tail")
    doniach = s2p("sulfate", 168.8, shape="doniach-sunjic")
    for component in (tail, doniach):
        assert found("asymmetric-insulator", sulfur(component))


def test_symmetric_sulfate_and_asymmetric_metal_sulfide_pass() -> None:
    assert not found("asymmetric-insulator", sulfur(_la("sulfate", 1.53, 1.53)))
    assert not found("asymmetric-insulator", sulfur(_la("metal_sulfide", 1.0, 2.0)))


def test_asymmetric_polymer_carbon_passes() -> None:
    carbon = line("c_o_c", 286.4, level="C 1s", shape="la")
    carbon = carbon.with_params({"alpha": Param(1.0, vary=False), "beta": Param(2.0, vary=False)})
    assert not found("asymmetric-insulator", Level("C 1s", (278.0, 296.0), (carbon,)))


@pytest.mark.parametrize(("mixing", "told"), [(0.8, True), (0.55, False), (0.3, False)])
def test_lorentzian_sulfur_is_told(mixing: float, told: bool) -> None:
    component = s2p("ps4", 161.6).with_param("mixing", Param(mixing, min=0.0, max=1.0))
    assert bool(found("lorentzian-share", sulfur(component))) == told


def test_lorentzian_nickel_passes() -> None:
    component = line("ni_main", 855.2, level="Ni 2p").with_param("mixing", Param(0.9, vary=False))
    assert not found("lorentzian-share", Level("Ni 2p", (848.0, 885.0), (component,)))


# Backgrounds --------------------------------------------------------------------------------------


def test_shirley_on_falling_data_is_told() -> None:
    level = sulfur(s2p("ps4", 161.6), background=Background("shirley-casaxps"))
    falling = np.linspace(1000.0, 700.0, 201)
    rising = np.linspace(700.0, 1000.0, 201)
    falls = replace(level, spectrum={"intensity": falling})
    assert found("background-falling", falls)
    assert not found("background-falling", replace(level, spectrum={"intensity": rising}))
    assert not found("background-falling", replace(falls, background=Background("linear")))
    assert not found("background-falling", level)


def test_coarse_step_is_told() -> None:
    assert found("step-coarse", sulfur(s2p("ps4", 161.6, fwhm=0.32)))
    assert not found("step-coarse", sulfur(s2p("ps4", 161.6, fwhm=0.45)))
