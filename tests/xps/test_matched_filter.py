"""What components could gain at most, before any fit: noise is refused early, peaks never."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import xps
from tests.truth import Truth, argyrodite, oxide
from xps.engine import solve
from xps.errors import FitError
from xps.matched_filter import Gain, greatest_gain
from xps.model import BACKGROUND_ID, Param, Ref, Region, Singlet
from xps.problem import compile_problem, with_guess
from xps.recipe import load_recipe
from xps.significance import refuse_if_empty
from xps.spectrum import Spectrum

ARGYRODITE = load_recipe("argyrodite-s2p").regions[0]
OXIDE = load_recipe("ncm-o1s").regions[0]
STAY = np.zeros(1)


def without_peaks(region: Region) -> Region:
    empty = replace(region, components=())
    return empty.with_param(Ref(BACKGROUND_ID, "k"), Param(0.0, vary=False))


def gain_at_most(region: Region, spectrum: Spectrum, shifts_ev: np.ndarray = STAY) -> Gain:
    problem = compile_problem(with_guess(without_peaks(region), spectrum, 0.0), spectrum, 0.0)
    return greatest_gain(region, problem, solve(problem), shifts_ev)


def gain_of_the_fit(region: Region, spectrum: Spectrum) -> float:
    """With areas of no less than zero, and the step fixed where the filters have none."""
    for component in region.components:
        area = Ref(component.id, "area")
        region = region.with_param(area, replace(region.param(area), min=0.0))
    empty = with_guess(without_peaks(region), spectrum, 0.0)
    region = region.with_param(Ref(BACKGROUND_ID, "k"), Param(0.0, vary=False))
    with_peaks = compile_problem(with_guess(region, spectrum, 0.0), spectrum, 0.0)
    solution = solve(with_peaks)
    prior = with_peaks.priors.residual(solution.free)
    deviance = solution.deviance - float(prior @ prior)
    return solve(compile_problem(empty, spectrum, 0.0)).deviance - deviance


def noise(seed: int, level: float, truth: Truth) -> Spectrum:
    energy = truth.energy
    expected = level * (1.0 - 0.003 * (energy - energy[0]))
    counts = np.random.default_rng((77, seed)).poisson(expected).astype(float)
    return truth.spectrum(None).with_(intensity=counts)


@pytest.mark.parametrize(
    ("region", "truth"),
    [(ARGYRODITE, argyrodite(20.0, step=0.2)), (OXIDE, oxide(20.0, step=0.1))],
    ids=["S 2p", "O 1s"],
)
def test_no_fit_gains_more_than_the_bound(region: Region, truth: Truth) -> None:
    """Of peaks as weak as those that a fit would be refused for, and of noise."""
    for seed in range(8):
        for spectrum in (truth.spectrum(seed), noise(seed, 20.0, truth)):
            bound = gain_at_most(region, spectrum).together
            # to second order in the counts, and for lines that the background does not link
            assert gain_of_the_fit(region, spectrum) < 1.05 * bound + 1.0


def test_gain_of_one_fixed_line_is_that_of_the_fit() -> None:
    only = replace(
        OXIDE.component("lattice_o"),
        lines=Singlet(),
        center=Param(529.3, vary=False),
        fwhm=Param(1.1, vary=False),
        shape_params=(Param(0.3, vary=False),),
    )
    region = replace(OXIDE, components=(only,))
    truth = oxide(2000.0, step=0.1)
    weak = replace(truth, peaks=(replace(truth.peaks[0], area=60.0, center=529.3, fwhm=1.1),))
    for seed in range(4):
        spectrum = weak.spectrum(seed)
        gain = gain_at_most(region, spectrum)
        assert gain.alone == gain.together
        assert gain.alone == pytest.approx(gain_of_the_fit(region, spectrum), rel=0.1)


def test_components_are_found_wherever_the_charge_shift_puts_them() -> None:
    spectrum = argyrodite(100.0, step=0.2).spectrum(0)
    charged = spectrum.with_(energy_ev=spectrum.energy_ev + 2.0)
    there = gain_at_most(ARGYRODITE, charged, np.array([-2.0]))
    assert there.together > 2.0 * gain_at_most(ARGYRODITE, charged).together
    searched = gain_at_most(ARGYRODITE, charged, np.linspace(-3.0, 3.0, 31))
    assert searched.together >= 0.98 * there.together


@pytest.mark.parametrize("recipe", ["argyrodite-s2p", "cathode"])
@pytest.mark.parametrize("level", [3.0, 50.0, 5000.0])
def test_noise_is_refused_before_any_fit(recipe: str, level: float) -> None:
    for seed in range(15):
        spectra = [noise(seed, level, argyrodite(step=0.1))]
        if recipe == "cathode":
            spectra.append(noise(seed + 100, level, oxide(step=0.1)))
        asked = 0

        def count() -> bool:
            nonlocal asked
            asked += 1
            return False

        result = xps.fit(spectra, recipe, cancelled=count)
        assert len(result.failures) == len(spectra)
        assert all("no peak" in error.reason for error in result.failures.values())
        assert all(isinstance(error, FitError) for error in result.failures.values())
        assert asked < 60 * len(spectra)  # filters and iterations: fits take hundreds


@pytest.mark.parametrize("unit", ["counts", "arbitrary"])
def test_weak_peaks_pass(unit: str) -> None:
    truth = argyrodite(30.0, step=0.2)
    for seed in range(20):
        spectrum = truth.spectrum(seed, unit=unit)
        refuse_if_empty(ARGYRODITE, spectrum, 0.0)
        refuse_if_empty(ARGYRODITE, spectrum, 0.0, search_ev=3.0)


def test_structure_that_no_component_may_reach_is_told() -> None:
    truth = argyrodite(3000.0, step=0.1)
    spectrum = truth.spectrum(1)
    lonely = replace(ARGYRODITE.component("ps4"), center=Param(171.5, vary=False))
    fixed = {"fwhm": Param(0.8, vary=False), "mixing": Param(0.3, vary=False)}
    region = replace(ARGYRODITE, components=(lonely.with_params(fixed),), window_ev=(165.0, 173.0))
    with pytest.raises(FitError, match="none of the components finds a peak"):
        refuse_if_empty(region, spectrum, 0.0)
