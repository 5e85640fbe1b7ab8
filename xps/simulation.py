"""Spectra with known truth, for the example, tests and teaching."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from xps.errors import RecipeError
from xps.kernel import Kernel
from xps.lineshapes import SHAPES
from xps.model import Background, Component, Param, Region, multiplet_of
from xps.recipe import Recipe, load_recipe
from xps.spectrum import Spectrum
from xps.truth import ComponentTruth, SampleTruth, SpectrumTruth, Truth, as_truth


def simulate(
    recipe: Recipe | str | Path,
    truth: Truth | Mapping[str, Any] | str | Path | None = None,
    seed: int = 0,
) -> list[Spectrum]:
    """Simulate spectra with Poisson noise.

    Each spectrum has its own random stream, made from `seed` and its place, so that leaving
    one out does not change the others.

    Parameters
    ----------
    recipe : Recipe, str or Path
        Gives shapes and doublets, and the truth where none is given.
    truth : Truth, mapping, str or Path, optional
        What is true, or the path of a truth file.
    seed : int
        Zero or above.

    Returns
    -------
    list of Spectrum
        Counts on a kinetic energy axis, uncorrected for charge, as a spectrometer gives them.

    Raises
    ------
    RecipeError
        If recipe or truth cannot be read, or describe no possible spectrum, or the seed is
        negative.
    """
    if not isinstance(recipe, Recipe):
        recipe = load_recipe(recipe)
    if recipe.is_stored:
        raise RecipeError(
            "the recipe stored takes its regions from the files of spectra",
            "choose a recipe that has regions of its own",
        )
    if seed < 0:
        raise RecipeError(f"a seed of {seed}", "give a whole number, zero or above")
    known = as_truth(truth, recipe)
    spectra = []
    for i, sample in enumerate(known.samples):
        for j, spectrum in enumerate(sample.spectra):
            random = np.random.default_rng((seed, i, j))
            spectra.append(_spectrum(known, sample, spectrum, recipe, random))
    return spectra


def true_region(truth: SpectrumTruth, recipe: Recipe) -> Region:
    """Return the region that describes a simulated spectrum exactly."""
    template = recipe.region_for(truth.core_level)
    shapes = {c.species or c.id: c.shape for c in template.components} if template else {}
    return Region(
        id="truth",
        spectrum="",
        core_level=truth.core_level,
        window_ev=truth.window_ev,
        background=Background(
            offset=Param(truth.level), slope=Param(truth.slope), k=Param(truth.k)
        ),
        components=tuple(
            _component(component, number, truth.core_level, shapes)
            for number, component in enumerate(truth.components)
        ),
    )


def _component(
    truth: ComponentTruth, number: int, core_level: str, shapes: Mapping[str, str]
) -> Component:
    shape = shapes.get(truth.species, "sgl")
    given = truth.shape_parameters
    return Component(
        id=f"c{number}",
        name=truth.species,
        lines=multiplet_of(core_level),
        shape=shape,
        area=Param(truth.area),
        center=Param(truth.center_ev),
        fwhm=Param(truth.fwhm_ev, vary=False),
        shape_params=tuple(
            Param(given.get(parameter.name, parameter.default), vary=False)
            for parameter in SHAPES[shape].parameters
        ),
    )


def _spectrum(
    known: Truth,
    sample: SampleTruth,
    truth: SpectrumTruth,
    recipe: Recipe,
    random: np.random.Generator,
) -> Spectrum:
    region = true_region(truth, recipe)
    low, high = truth.window_ev
    n_points = round((high - low) / truth.step_ev) + 1
    energy = low + truth.step_ev * np.arange(n_points, dtype=np.float64)
    kernel = Kernel(region, energy)
    free = np.array([region.param(ref).value for ref in kernel.table.free])
    expected = kernel.model(free) * truth.dwell_s * truth.sweeps
    if not (np.isfinite(expected).all() and (expected >= 0.0).all() and expected.max() < 1e15):
        raise RecipeError(
            "the truth gives negative or endless counts",
            "raise the level, or check areas and widths",
            where=f"{sample.name}, {truth.core_level}",
        )
    kinetic = known.photon_energy_ev - (energy - sample.charge_shift_ev)
    return Spectrum(
        np.round(kinetic[::-1], 6),
        random.poisson(expected)[::-1].astype(np.float64),
        axis="kinetic",
        unit="counts",
        name=truth.core_level,
        sample=sample.name,
        core_level=truth.core_level,
        photon_energy_ev=known.photon_energy_ev,
        pass_energy_ev=known.pass_energy_ev,
        dwell_s=truth.dwell_s,
        sweeps=truth.sweeps,
        monochromatic=True,
        source_label="Al Ka monochromatic",
        instrument="Doublet simulation",
        notes="Simulated by Doublet: not a measurement.",
    )
