"""The look of a region's components: letters by order, colors by species."""

from __future__ import annotations

from PySide6.QtGui import QColor

from app.plot.curve_items import ComponentLook, dash_of, letter_of
from xps.model import Region
from xps.palette import color_key, component_colors
from xps.project import Project

_last: tuple[tuple[Region, ...], dict[tuple[str, str], str]] = ((), {})
"""The colors of the regions that were asked for last: views ask for each region of a project."""


def looks_of(project: Project, region: Region | None) -> tuple[ComponentLook, ...]:
    """Return the look of each component of a region.

    Colors are those of the printed figure: the same species has the same color in all
    regions and samples of a project. The region may be one that the project does not have yet.
    """
    if region is None:
        return ()
    colors = _colors(project.regions)
    if any((region.core_level, color_key(c)) not in colors for c in region.components):
        colors = component_colors((*project.regions, region))
    return tuple(
        ComponentLook(
            letter_of(index),
            component.name,
            QColor(colors[region.core_level, color_key(component)]),
            dash_of(index),
        )
        for index, component in enumerate(region.components)
    )


def _colors(regions: tuple[Region, ...]) -> dict[tuple[str, str], str]:
    global _last
    last = _last  # another thread may ask for others
    if last[0] is not regions:
        _last = last = regions, component_colors(regions)
    return last[1]
