"""The look of a region's components: letters by order, colors by species."""

from __future__ import annotations

from PySide6.QtGui import QColor

from app.curve_items import ComponentLook, dash_of, letter_of
from xps.model import Region
from xps.palette import color_key, component_colors
from xps.project import Project


def looks_of(project: Project, region: Region | None) -> tuple[ComponentLook, ...]:
    """Return the look of each component of a region.

    Colors are those of the printed figure: the same species has the same color in all
    regions and samples of a project. The region may be one that the project does not have yet.
    """
    if region is None:
        return ()
    regions = project.regions if region in project.regions else (*project.regions, region)
    colors = component_colors(regions)
    return tuple(
        ComponentLook(
            letter_of(index),
            component.name,
            QColor(colors[region.core_level, color_key(component)]),
            dash_of(index),
        )
        for index, component in enumerate(region.components)
    )
