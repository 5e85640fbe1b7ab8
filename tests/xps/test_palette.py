from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.xps.example import pair
from xps.model import Region
from xps.palette import OKABE_ITO, component_colors, tint
from xps.species import library, using


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


# Machado, Oliveira and Fernandes 2009, 10.1109/TVCG.2009.113: linear RGB as seen without one
# kind of cone.
EYES = {
    "all cones": np.eye(3),
    "no red": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "no green": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "no blue": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
# The pair of Okabe and Ito that is hardest to tell apart, purple and gray without green cones,
# lies 7.05 apart.
LEAST_DISTANCE = 7.0


def _lab(color: str, eyes: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIELAB of a color as eyes of a kind see it."""
    rgb = np.array([int(color[i : i + 2], 16) / 255.0 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    relative = (TO_XYZ @ np.clip(eyes @ linear, 0.0, 1.0)) / (TO_XYZ @ np.ones(3))
    x, y, z = np.where(
        relative > (6 / 29) ** 3, np.cbrt(relative), relative / (3 * (6 / 29) ** 2) + 4 / 29
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("level", sorted({s.core_level for s in library().values()}))
def test_every_eye_tells_the_species_of_a_core_level_apart(level: str, eyes: str) -> None:
    colors = {s.key: s.color for s in library().values() if s.core_level == level}
    for (one, first), (two, second) in combinations(colors.items(), 2):
        distance = np.linalg.norm(_lab(first, EYES[eyes]) - _lab(second, EYES[eyes]))
        assert distance > LEAST_DISTANCE, f"{one} and {two}"


def test_a_species_without_color_takes_a_free_one() -> None:
    region = pair().project.regions[0]
    colorless = {**library(), "sulfate": replace(library()["sulfate"], color="")}
    with using(colorless):
        colors = component_colors([region])
    assert len(set(colors.values())) == len(region.components)
    assert colors[region.core_level, "sulfate"] in OKABE_ITO


@pytest.mark.parametrize("weak", [True, False])
def test_tint_is_lighter_than_the_color(weak: bool) -> None:
    channels = tint("#0072B2", weak=weak)
    assert all(0.0 <= channel <= 1.0 for channel in channels)
    assert sum(channels) > (0x00 + 0x72 + 0xB2) / 255.0


def test_weak_tint_is_the_lightest() -> None:
    assert sum(tint("#D55E00", weak=True)) > sum(tint("#D55E00", weak=False))
