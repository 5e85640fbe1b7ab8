"""Truths, spectra of them, and the fit of a spectrum by the argyrodite recipe."""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np

from xps.analysis import fit
from xps.fitted import RegionFit
from xps.independent import TrueDoublet, TrueSpectrum, argyrodite
from xps.model import Ref, Region
from xps.recipe import Recipe, load_recipe
from xps.spectrum import Spectrum

RECIPE = load_recipe("argyrodite-s2p")
REGION = RECIPE.regions[0]
SPECIES = {component.id: component.name for component in REGION.components}

Window = tuple[float, float]

NORMAL: Window = (157.0, 173.0)
WIDE: Window = (155.0, 175.0)
TIGHT: Window = (158.5, 171.0)

_SEED = 20240501
_NAMES = {"li2s": "Li₂S", "ps4": "PS₄³⁻", "p_s_p": "P–S–P", "sulfite": "SO₃", "sulfate": "SO₄"}
TITLES = {id_: _NAMES[id_] for id_ in SPECIES}


def random_of(cell: str, number: int) -> np.random.Generator:
    """The random numbers of one spectrum, its own in every cell."""
    return np.random.default_rng((_SEED, zlib.crc32(cell.encode()), number))


def recipe_for(data: Window, region: Region = REGION) -> Recipe:
    """The recipe for data that reach so far: its window grows with them, and never shrinks.

    A charge shift that moves a window as narrow as the data drops points that speak against it.
    """
    window = min(NORMAL[0], data[0]), max(NORMAL[1], data[1])
    return replace(RECIPE, regions=(replace(region, window_ev=window),))


def truth_in(window: Window, tallest: float) -> TrueSpectrum:
    """Argyrodite whose tallest point, background included, expects so many counts."""
    truth = replace(argyrodite(tallest), low=window[0], high=window[1])
    return truth.with_tallest(tallest)


def with_areas(truth: TrueSpectrum, areas: dict[str, float]) -> TrueSpectrum:
    """The same with other areas of some species."""
    return replace(
        truth,
        doublets=tuple(
            replace(doublet, area=areas.get(doublet.name, doublet.area))
            for doublet in truth.doublets
        ),
    )


def drawn_from_expectations(truth: TrueSpectrum, random: np.random.Generator) -> TrueSpectrum:
    """A sample of the population that the recipe expects: its centers and mixing are drawn."""
    reference = next(doublet for doublet in truth.doublets if doublet.name == "ps4")
    shape = REGION.param(Ref("ps4", "mixing"))
    mixing = reference.mixing
    if shape.prior is not None:
        drawn = random.normal(shape.prior.mean, shape.prior.sigma)
        mixing = float(np.clip(drawn, shape.min, shape.max))

    def moved(doublet: TrueDoublet) -> TrueDoublet:
        prior = REGION.param(Ref(doublet.name, "center")).prior
        if prior is None:
            return replace(doublet, mixing=mixing)
        center = reference.center + random.normal(prior.mean, prior.sigma)
        return replace(doublet, mixing=mixing, center=center)

    return replace(truth, doublets=tuple(moved(doublet) for doublet in truth.doublets))


def fitted(spectrum: Spectrum, recipe: Recipe) -> RegionFit | None:
    """The fit as the command line makes it; None where it is refused or fails."""
    result = fit([spectrum], recipe)
    if result.failures or not result.success:
        return None
    return result.regions[0]
