"""What a person can do to a project in the plot: pure functions, each with its undo text."""

from __future__ import annotations

import re
from dataclasses import replace

from app.gestures.gestures import Change, place, set_manual_shift, set_window, short_name
from app.widgets.numerals import plain_number
from xps.errors import XpsError
from xps.model import Background, Region
from xps.problem import with_guess
from xps.project import Project


def put_region(project: Project, region: Region, text: str) -> Change:
    """Put a region that was dragged in the place of the one of the same id."""
    if project.region(region.id) == region:
        return Change(project, text)
    return Change(project.with_region(region), text)


def set_span(
    project: Project, entry_id: str, low: float, high: float, core_level: str | None = None
) -> Change:
    """Set the window of a spectrum's region; where it has none, make one without components.

    Raises
    ------
    XpsError
        If the core level is neither known nor given, or the window holds no points.
    """
    entry = project.entry(entry_id)
    present = project.region_of(entry_id)
    if present is not None:
        return set_window(project, present.id, low, high)
    level = core_level or entry.spectrum.core_level
    if level is None:
        raise XpsError(
            f"the core level of {entry.label} is not known", "apply a recipe, which names it"
        )
    id_ = f"{entry.id}_{re.sub('[^a-z0-9]+', '', level.lower())}"
    region = Region(id_, entry_id, level, (low, high), Background(), ())
    started = with_guess(region, entry.spectrum, project.charge_of(entry_id).shift_ev)
    where = f"{plain_number(low)}–{plain_number(high)} eV"
    return Change(project.with_region(started), f"Make region {place(project, entry)}, {where}")


def move_spectrum(project: Project, sample: str, by_ev: float) -> Change:
    """Move the energy scale of a sample along, as a shift by hand."""
    shift = round(project.sample(sample).charge.shift_ev + by_ev, 3)
    return set_manual_shift(project, sample, shift)


def set_reference(project: Project, region_id: str, component_id: str, energy_ev: float) -> Change:
    """Make a component the charge reference of its sample; the next fit finds the shift."""
    region = project.region(region_id)
    component = region.component(component_id)
    entry = project.entry(region.spectrum)
    sample = project.sample(entry.sample)
    charge = replace(
        sample.charge,
        method="component",
        stderr_ev=None,
        core_level=region.core_level,
        component=component_id,
        energy_ev=energy_ev,
        uncertainty_ev=None,
    )
    return Change(
        project.with_sample(replace(sample, charge=charge)),
        f"Make {short_name(component.name)} at {plain_number(energy_ev)} eV the charge reference "
        f"of {entry.sample}",
    )
