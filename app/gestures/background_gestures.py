"""What a person can do to the background of a region."""

from __future__ import annotations

from dataclasses import replace

from app.gestures.gestures import Change, region_place
from xps.errors import XpsError
from xps.model import Background, Param, Region
from xps.model_text import background_term, background_title
from xps.problem import with_guess
from xps.project import Project

OWN_STEP = "k_"
"""Before the id of a component: the name of its own step."""


def set_background(project: Project, region_id: str, kind: str, loss: str) -> Change:
    """Choose the kind of background and its loss function.

    A background in the fit starts with numbers that suit the data; bounds stay as they were.
    """
    region = project.region(region_id)
    background = replace(region.background, kind=kind, loss=loss, own_loss=None)
    changed = replace(region, background=background)
    if background.in_fit:
        entry = project.entry(region.spectrum)
        changed = with_guess(changed, entry.spectrum, project.charge_of(entry.id).shift_ev)
    where, title = region_place(project, region), background_title(background)
    return Change(project.with_region(changed), f"Set background of {where} to {title}")


def set_average_points(project: Project, region_id: str, points: float) -> Change:
    """Set how many points a subtracted background averages at each end of the window.

    Raises
    ------
    XpsError
        If it is no whole number above zero.
    """
    if points < 1 or points != int(points):
        raise XpsError("a background averages whole points", "type 1 or more")
    region = project.region(region_id)
    changed = replace(region, background=replace(region.background, average_points=int(points)))
    where = region_place(project, region)
    return Change(
        project.with_region(changed),
        f"Average {int(points)} points at the ends of the background of {where}",
    )


def add_term(project: Project, region_id: str, name: str) -> Change:
    """Add a curvature, a cubic term, or a component's own step to a background in the fit.

    The term starts such that the curve stays where it is: at zero, or at the common step.

    Raises
    ------
    XpsError
        If no component would be left under the common step.
    """
    region = project.region(region_id)
    background = region.background
    if name.startswith(OWN_STEP):
        if len(background.own_k) + 1 >= len(region.components):
            raise XpsError(
                "every other component has a step of its own",
                "leave one under the common step k",
                where=region.core_level,
            )
        own = (name.removeprefix(OWN_STEP), replace(background.k, link=None, prior=None))
        background = replace(background, own_k=(*background.own_k, own))
    else:
        background = background.with_param(name, Param(0.0))
    return _change(project, region, background, name, "Add {} to")


def remove_term(project: Project, region_id: str, name: str) -> Change:
    """Remove a term that `add_term` added."""
    region = project.region(region_id)
    background = region.background
    if name.startswith(OWN_STEP):
        background = background.without_component(name.removeprefix(OWN_STEP))
    elif name == "curvature":
        background = replace(background, curvature=None)
    else:
        background = replace(background, cubic=None)
    return _change(project, region, background, name, "Remove {} from")


def _change(
    project: Project, region: Region, background: Background, name: str, text: str
) -> Change:
    changed = replace(region, background=background)
    done = text.format(background_term(region, name).title)
    return Change(
        project.with_region(changed), f"{done} the background of {region_place(project, region)}"
    )
