"""Colors of components: one color for one species, in every panel and every view."""

from __future__ import annotations

from collections.abc import Iterable

from xps.model import Component, Region
from xps.species import library

# Okabe and Ito, Color Universal Design (2008), without black; told apart by color-blind eyes.
OKABE_ITO = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#56B4E9",
    "#CC79A7",
    "#F0E442",
    "#999999",
)

_TINT, _WEAK_TINT = 0.65, 0.2  # of the color in filled areas, the rest is white


def color_key(component: Component) -> str:
    """Return what makes two components of a core level the same thing to a reader."""
    return component.species or component.name


def component_colors(regions: Iterable[Region]) -> dict[tuple[str, str], str]:
    """Return ``#rrggbb`` by core level and `color_key`, in the order of first appearance.

    Species have the color that the library gives them; all others take the first color of
    Okabe and Ito that their core level does not use yet.
    """
    components: dict[tuple[str, str], Component] = {}
    for region in regions:
        for component in region.components:
            components.setdefault((region.core_level, color_key(component)), component)
    known = library()
    colors = {
        key: known[component.species].color
        for key, component in components.items()
        if component.species in known and known[component.species].color
    }
    for level, name in components:
        if (level, name) not in colors:
            used = [color for (other, _), color in colors.items() if other == level]
            colors[level, name] = min(OKABE_ITO, key=used.count)
    return {key: colors[key] for key in components}


def tint(color: str, *, weak: bool) -> tuple[float, float, float]:
    """Return the color of a filled area, lighter than its outline: red, green, blue in 0-1."""
    return lighter(color, _WEAK_TINT if weak else _TINT)


def lighter(color: str, share: float) -> tuple[float, float, float]:
    """Return a color mixed with white: red, green, blue in 0-1; `share` is that of the color."""
    channels = (int(color[i : i + 2], 16) / 255.0 for i in (1, 3, 5))
    red, green, blue = (share * channel + 1.0 - share for channel in channels)
    return red, green, blue
