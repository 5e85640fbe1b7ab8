"""What a person can do with a suggested model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.gestures.gestures import Change, place
from xps.project import ChargeReference, Project

if TYPE_CHECKING:
    from xps.suggested import SuggestedModel


def take_model(
    project: Project, entry_id: str, model: SuggestedModel, charge: ChargeReference
) -> Change:
    """Make a suggested model the region of a spectrum; its old one and its fit go.

    Where the sample has no energy scale yet, it gets the one that the model was found on.
    """
    entry = project.entry(entry_id)
    old = project.region_of(entry_id)
    id_ = f"{entry_id}_{model.region.id}" if old is None else old.id
    if old is not None:
        project = project.without_region(old.id)
    project = project.with_region(replace(model.region, id=id_, spectrum=entry_id))
    sample = project.sample(entry.sample)
    if not sample.charge.is_set:
        project = project.with_sample(replace(sample, charge=charge))
    return Change(project, f"Take the suggested model for {place(project, entry)}")
