"""Projects for tests of the app that need no window."""

from __future__ import annotations

from functools import cache

from xps.analysis import apply_recipe, fit_project
from xps.project import Project
from xps.readers import read
from xps.recipe import load_recipe
from xps.resources import resource

SAMPLES = ("bare-ncm-simulated.vms", "ald5-ncm-simulated.vms")


@cache
def opened() -> Project:
    """The spectra of the example."""
    spectra = [s for name in SAMPLES for s in read(resource("samples", name))]
    return Project().with_spectra(tuple(spectra))


@cache
def started() -> Project:
    """With the regions of the cathode recipe and their start values."""
    return apply_recipe(opened(), load_recipe("cathode"))[0]


@cache
def fitted() -> Project:
    """With all regions fitted."""
    outcome = fit_project(started())
    assert not outcome.failures
    return outcome.project


def region_id(project: Project, core_level: str, sample: int = 0) -> str:
    """Return the id of the region of a core level of one of the samples."""
    name = project.samples[sample].name
    return next(
        r.id
        for r in project.regions
        if r.core_level == core_level and project.entry(r.spectrum).sample == name
    )
