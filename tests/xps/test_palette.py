from __future__ import annotations

from dataclasses import replace

import pytest

from tests.xps.example import pair
from xps.model import Region
from xps.palette import OKABE_ITO, component_colors, tint
from xps.species import library


def test_species_have_the_color_of_the_library() -> None:
    regions = pair().project.regions
    for (level, key), color in component_colors(regions).items():
        assert color == library()[key].color
        assert library()[key].core_level == level


def _with_own_components(number: int) -> Region:
    """The first region with components that the library does not know behind its own."""
    region = pair().project.regions[0]
    template = region.component("ps4")
    own = tuple(replace(template, id=f"own{i}", name=f"own {i}", species="") for i in range(number))
    return replace(region, components=(*region.components, *own))


def test_unknown_components_take_colors_that_are_still_free() -> None:
    region = _with_own_components(3)
    assert len(region.components) == len(OKABE_ITO)
    assert len(set(component_colors([region]).values())) == len(OKABE_ITO)


def test_colors_repeat_only_when_all_are_used() -> None:
    colors = list(component_colors([_with_own_components(11)]).values())
    assert {colors.count(color) for color in OKABE_ITO} == {2}


def test_color_does_not_depend_on_the_sample() -> None:
    region = _with_own_components(2)
    again = replace(region, id="other", components=region.components[::-1])
    assert component_colors([region, again]) == component_colors([region])


def test_species_of_one_core_level_have_different_colors() -> None:
    levels = {species.core_level for species in library().values()}
    for level in levels:
        colors = [s.color for s in library().values() if s.core_level == level]
        assert len(set(colors)) == len(colors)


@pytest.mark.parametrize("weak", [True, False])
def test_tint_is_lighter_than_the_color(weak: bool) -> None:
    channels = tint("#0072B2", weak=weak)
    assert all(0.0 <= channel <= 1.0 for channel in channels)
    assert sum(channels) > (0x00 + 0x72 + 0xB2) / 255.0


def test_weak_tint_is_the_lightest() -> None:
    assert sum(tint("#D55E00", weak=True)) > sum(tint("#D55E00", weak=False))
