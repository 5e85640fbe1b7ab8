"""Fits from a neighbor end where fits from nothing end, and errors do not spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.truth import Peak
from tests.xps.batch.made_batches import RECIPE, TRUTH, drifting, recipe_at, spectrum
from tests.xps.projects import BARE
from xps.batch import chain
from xps.batch.chain import CHECK_EVERY, FittedMeasurement, fit_chain, fit_cold
from xps.batch.measurement import measurements
from xps.errors import CancelledError
from xps.readers import read
from xps.recipe import Recipe, load_recipe
from xps.spectrum import Spectrum


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    return recipe_at(tmp_path / "recipe.toml")


def chained(spectra: Sequence[Spectrum], recipe: Recipe) -> list[FittedMeasurement]:
    return fit_chain(measurements(spectra, recipe), recipe)


def alone(spectra: Sequence[Spectrum], recipe: Recipe) -> list[FittedMeasurement]:
    return [fit_cold(one, recipe) for one in measurements(spectra, recipe)]


def free_values(fitted: FittedMeasurement) -> np.ndarray:
    return np.array(
        [fit.region.param(ref).value for fit in fitted.project.fits for ref in fit.free]
    )


def errors(fitted: FittedMeasurement) -> np.ndarray:
    return np.concatenate([np.sqrt(np.diag(fit.covariance)) for fit in fitted.project.fits])


def test_fits_from_a_neighbor_are_those_from_nothing(recipe: Recipe) -> None:
    spectra = drifting(CHECK_EVERY + 4)
    found, single = chained(spectra, recipe), alone(spectra, recipe)
    for mine, its in zip(found, single, strict=True):
        assert np.abs((free_values(mine) - free_values(its)) / errors(its)).max() < 1e-5
    assert [one.start for one in found] == ["cold"] + ["neighbor"] * (len(spectra) - 1)


def test_the_charge_shift_is_found_from_a_neighbor(recipe: Recipe) -> None:
    s2p = load_recipe("argyrodite-s2p")
    (bare,) = [one for one in read(BARE) if one.core_level == "S 2p"]
    spectra = [
        bare.with_(sample=f"spot {i}", energy_ev=bare.energy_ev + 0.05 * i) for i in range(4)
    ]
    found, single = chained(spectra, s2p), alone(spectra, s2p)
    shifts = [one.project.fits[0].charge_shift_ev for one in found]
    assert np.diff(shifts) == pytest.approx([0.05] * 3, abs=2e-4)
    for mine, its in zip(found, single, strict=True):
        assert np.abs((free_values(mine) - free_values(its)) / errors(its)).max() < 0.01
    assert [one.start for one in found] == ["cold"] + ["neighbor"] * 3


@pytest.fixture
def higher(tmp_path: Path) -> Recipe:
    """A fit from nothing that finds peaks from 162 to 166 eV."""
    return recipe_at(tmp_path / "higher.toml", RECIPE.replace("value = 163.0", "value = 164.0"))


@pytest.fixture
def trap() -> list[Spectrum]:
    """A peak that leads the fits of the next spectra to the lesser of two."""
    two = replace(
        TRUTH, peaks=(Peak("weak", 800.0, 161.2, 1.3), Peak("strong", 4000.0, 166.0, 1.3))
    )
    later = [two.spectrum(i, name="two", sample=f"two {i}") for i in range(CHECK_EVERY + 2)]
    return [spectrum(0, 162.0), *later]


def test_a_neighbor_can_lead_to_a_lesser_minimum(
    trap: list[Spectrum], higher: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "_is_doubtful", lambda *_: False)
    monkeypatch.setattr(chain, "CHECK_EVERY", 1000)
    monkeypatch.setattr(chain, "_checked", lambda fitted, *_: fitted)
    found, single = chained(trap, higher), alone(trap, higher)
    assert found[3].deviance > single[3].deviance + 100.0


def test_a_fit_that_looks_worse_than_its_neighbor_is_checked_at_once(
    trap: list[Spectrum], higher: Recipe
) -> None:
    found, single = chained(trap, higher), alone(trap, higher)
    assert found[1].start == "cold, better than from the neighbor"
    assert [one.deviance for one in found] == pytest.approx([one.deviance for one in single])


def test_an_error_goes_no_further_than_the_next_check(
    trap: list[Spectrum], higher: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "_is_doubtful", lambda *_: False)
    found, single = chained(trap, higher), alone(trap, higher)
    assert [one.deviance for one in found] == pytest.approx([one.deviance for one in single])
    assert [one.start.startswith("cold, better") for one in found[1:]] == (
        [True] * CHECK_EVERY + [False] * (len(trap) - 1 - CHECK_EVERY)
    )


def test_the_last_fits_are_checked_too(
    trap: list[Spectrum], higher: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "_is_doubtful", lambda *_: False)
    found = chained(trap[:4], higher)
    assert [one.start.startswith("cold, better") for one in found[1:]] == [True] * 3


def test_a_spectrum_without_a_peak_fails_alone(recipe: Recipe) -> None:
    flat = replace(TRUTH, peaks=()).spectrum(1, name="flat", sample="flat")
    spectra = drifting(4)
    found = chained([*spectra[:2], flat, *spectra[2:]], recipe)
    assert [one.success for one in found] == [True, True, False, True, True]
    (reason,) = found[2].failures.values()
    assert "no peak" in str(reason)
    assert found[2].project.fits == ()
    assert found[3].start == "neighbor"


def test_a_spectrum_that_the_recipe_does_not_know_fails_alone(recipe: Recipe) -> None:
    other = spectrum(9, 163.0, core_level="C 1s")
    (found,) = chained([other], recipe)
    assert "one-doublet" in str(found.refusal)


def test_a_chain_is_cancelled(recipe: Recipe) -> None:
    with pytest.raises(CancelledError, match="the batch"):
        fit_chain(measurements(drifting(2), recipe), recipe, cancelled=lambda: True)


def test_numbers_that_nobody_thought_of_fail_alone(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise np.linalg.LinAlgError("SVD did not converge")

    monkeypatch.setattr(chain, "fit_project", broken)
    (found,) = chained(drifting(1), recipe)
    assert "SVD did not converge" in str(found.failures)
