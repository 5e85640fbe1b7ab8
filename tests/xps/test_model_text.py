"""Backgrounds and line shapes in words: each kind has its own, and none is missing."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from tests.truth import argyrodite
from xps.analysis import fit
from xps.checks import check
from xps.constraints_text import constraints
from xps.fitted import RegionFit
from xps.lineshapes import SHAPES
from xps.losses import LOSSES
from xps.model import BACKGROUND_KINDS, Background, Param, Ref, Region
from xps.model_text import (
    background_numbers,
    background_sentence,
    background_term,
    background_title,
    shape_numbers,
    shape_phrase,
    shape_sentences,
)
from xps.recipe import load_recipe


def start() -> Region:
    return load_recipe("argyrodite-s2p").regions[0]


def with_background(background: Background) -> Region:
    return replace(start(), background=background)


def every_term() -> Background:
    return Background(
        "peak-shirley-tougaard",
        curvature=Param(0.0),
        cubic=Param(0.0, vary=False),
        own_k=(("ps4", Param(0.02, min=0.0, max=0.1)),),
    )


@cache
def fitted() -> RegionFit:
    """A fit of Doniach-Šunjić lines on a fixed slope."""
    region = start().with_shape([c.id for c in start().components], "doniach-sunjic")
    slope = Ref("background", "slope")
    region = region.with_param(slope, replace(region.param(slope), vary=False))
    recipe = replace(load_recipe("argyrodite-s2p"), regions=(region,))
    return fit([argyrodite(2000.0, step=0.2).spectrum(1)], recipe).regions[0]


def test_every_background_has_a_sentence_and_a_title_of_its_own() -> None:
    regions = [with_background(Background(kind)) for kind in BACKGROUND_KINDS]
    assert len({background_sentence(region) for region in regions}) == len(BACKGROUND_KINDS)
    assert len({background_title(region.background) for region in regions}) == len(regions)


@pytest.mark.parametrize("kind", BACKGROUND_KINDS)
def test_a_sentence_tells_whether_errors_hold_the_background(kind: str) -> None:
    sentence = background_sentence(with_background(Background(kind)))
    if Background(kind).in_fit:
        assert "its uncertainty is part of every error" in sentence
    else:
        assert "errors lack its uncertainty; 5 points are averaged" in sentence


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("in_fit", [True, False])
def test_a_loss_function_is_cited(loss: str, in_fit: bool) -> None:
    kind = "peak-tougaard" if in_fit else f"tougaard-{loss}"
    region = with_background(Background(kind, loss=loss))
    sentence = background_sentence(region)
    assert LOSSES[loss].source in sentence
    material = LOSSES[loss].title.partition(",")[0]
    assert material in background_title(region.background)
    assert ("most solids" if loss == "u2" else material) in sentence


def test_every_term_of_a_background_is_told() -> None:
    sentence = background_sentence(with_background(every_term()))
    assert sentence.startswith(
        "The background is an offset, a slope, a curvature, a cubic term, a step "
        "k·∫P(E′)dE′ under the fitted peaks P (peak Shirley; Herrera-Gomez 2014, "
        "10.1002/sia.5453; with a step of its own for PS₄³⁻) and the inelastic losses"
    )


def test_what_is_not_in_a_background_is_not_told() -> None:
    assert "Herrera-Gomez" not in background_sentence(with_background(Background("peak-tougaard")))
    assert "Tougaard" not in background_sentence(with_background(Background("peak-shirley")))


def test_every_term_has_a_meaning() -> None:
    region = with_background(every_term())
    meanings = [background_term(region, name).meaning for name in region.background.params]
    assert len(set(meanings)) == 7
    assert background_term(region, "k_ps4").title == "k of PS₄³⁻"


def test_what_holds_a_background_names_its_component() -> None:
    phrases = constraints(with_background(every_term()))
    assert "background k of PS₄³⁻ bound to 0 … 0.1 /eV" in phrases
    assert "background cubic fixed at 0 /eV³" in phrases


def test_what_holds_a_shape_is_told_in_its_letters() -> None:
    region = start().with_shape([c.id for c in start().components], "la")
    phrases = constraints(region)
    assert "α of PS₄³⁻ bound to 0.6 … 3" in phrases
    names = "Li₂S / free S²⁻, P–S–P, sulfite SO₃²⁻, sulfate SO₄²⁻"
    assert f"β of {names} equal to that of PS₄³⁻" in phrases


def test_every_shape_has_a_sentence_and_a_phrase_of_its_own() -> None:
    assert len(set(shape_sentences(SHAPES))) == len(SHAPES)
    assert len({shape_phrase(kind) for kind in SHAPES}) == len(SHAPES)


def test_a_shape_is_told_once_and_only_where_it_is_used() -> None:
    assert len(list(shape_sentences(["sgl", "doniach-sunjic", "sgl"]))) == 2
    (sentence,) = shape_sentences(["doniach-sunjic"])
    assert "J. Phys. C 3 (1970) 285" in sentence
    assert "do not compare" in sentence


def test_numbers_of_a_background_stand_with_their_errors() -> None:
    text = background_numbers(fitted().region, fitted())
    offset, slope, k = text.split(" · ")
    assert offset.startswith("offset ")
    assert " ± " in offset
    assert slope.endswith("/eV fixed")
    assert k.endswith("/eV")
    assert background_numbers(with_background(Background("linear")), None) == ""


def test_numbers_of_a_shape_are_told_once_for_all_that_share_them() -> None:
    text = shape_numbers(fitted().region, fitted())
    assert text.startswith("Doniach-Šunjić: Asymmetry ")
    assert text.count("Gaussian broadening m") == 1
    assert " of PS₄³⁻" not in text


def test_a_shape_at_its_bound_says_so() -> None:
    region = start().with_shape([c.id for c in start().components], "la-symmetric")
    alpha = Ref("ps4", "alpha")
    bounded = replace(region.param(alpha), value=0.65, min=0.6, max=0.7)
    recipe = replace(load_recipe("argyrodite-s2p"), regions=(region.with_param(alpha, bounded),))
    found = fit([argyrodite(2000.0, step=0.2).spectrum(1)], recipe).regions[0]
    assert alpha in found.at_bound
    assert "α 0.7000 at max" in shape_numbers(found.region, found)


def test_components_of_unlike_shape_are_told_apart() -> None:
    region = start().with_shape(["ps4"], "gaussian")
    assert "Gaussian of PS₄³⁻" in shape_numbers(region, None)


def test_shapes_that_need_caution_are_a_warning_and_a_finding() -> None:
    caution = SHAPES["doniach-sunjic"].caution
    assert sum(caution in warning for warning in fitted().warnings) == 1
    region = start().with_shape(["ps4"], "lf")
    recipe = replace(load_recipe("argyrodite-s2p"), regions=(region,))
    result = fit([argyrodite(2000.0, step=0.2).spectrum(1)], recipe)
    (finding,) = (found for found in check(result) if found.rule == "shape-caution")
    assert "Experimental" in finding.message
    assert finding.where.endswith("PS₄³⁻")


def test_established_shapes_need_no_caution() -> None:
    result = fit([argyrodite(2000.0, step=0.2).spectrum(1)], "argyrodite-s2p")
    assert not [found for found in check(result) if found.rule == "shape-caution"]
