"""Models that cannot be fitted, or not as they stand: each says what and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.truth import argyrodite
from tests.xps.commands import Run
from xps.errors import FitError, RecipeError, SpectrumError
from xps.fitted import RegionFit
from xps.fitting import fit_region
from xps.model import Background, Component, Link, Param, Prior, Ref, Region, Singlet
from xps.problem import with_guess
from xps.resources import resource
from xps.spectrum import Spectrum
from xps.writers import write_vamas

SPECTRUM = argyrodite(1000.0, step=0.1).spectrum(0)
AREA = Param(1000.0)
WIDTH = Param(1.2, min=0.5, max=3.0)


def component(id_: str, center: Param, area: Param = AREA, fwhm: Param = WIDTH) -> Component:
    shape = (Param(0.3, vary=False),)
    return Component(id_, id_.upper(), Singlet(), "sgl", area, center, fwhm, shape)


def region(*components: Component, background: Background | None = None) -> Region:
    return Region("r", "s", "S 2p", (157.0, 173.0), background or Background(), components)


MAIN = component("a", Param(161.6, min=161.0, max=162.0))


def fitted(model: Region, spectrum: Spectrum = SPECTRUM) -> RegionFit:
    return fit_region(with_guess(model, spectrum, 0.0), spectrum)


# Refused when they are built ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (lambda: Prior(math.nan, 0.1), "a prior of nan"),
        (lambda: Prior(161.0, math.inf), "inf"),
        (lambda: Prior(161.0, 0.0), "a prior of 161.0 ± 0.0"),
        (lambda: Param(math.nan), "a parameter of nan"),
        (lambda: Param(1.0, min=math.nan), "bounds of nan"),
        (lambda: Param(1.0, min=2.0, max=1.0), "bounds of 2.0 to 1.0"),
        (lambda: Link("offset", Ref("a", "center"), math.nan), "a distance of nan"),
        (lambda: Link("ratio", Ref("a", "area"), math.inf), "a ratio to a.area of inf"),
        (lambda: replace(region(MAIN), window_ev=(math.nan, 170.0)), "a window from nan"),
        (lambda: replace(region(MAIN), window_ev=(-math.inf, math.inf)), "a window from -inf"),
        (lambda: replace(region(MAIN), window_ev=(170.0, 160.0)), "a window from 170.0 to 160.0"),
    ],
)
def test_numbers_that_are_none_are_refused(build: Callable[[], object], reason: str) -> None:
    with pytest.raises(RecipeError, match=reason) as caught:
        build()
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("energy", "counts", "reason"),
    [
        ([1.0, 2.0, math.nan, 4.0], [1.0] * 4, "not a finite number"),
        ([1.0, 2.0, 3.0, 4.0], [1.0, math.inf, 1.0, 1.0], "not a finite number"),
        ([1.0, 2.0, 2.0, 4.0], [1.0] * 4, "repeat or change direction"),
        ([1.0, 3.0, 2.0, 4.0], [1.0] * 4, "repeat or change direction"),
    ],
)
def test_points_that_are_none_are_refused(
    energy: list[float], counts: list[float], reason: str
) -> None:
    with pytest.raises(SpectrumError, match=reason) as caught:
        Spectrum(np.array(energy), np.array(counts), name="S 2p")
    assert caught.value.remedy
    assert caught.value.where == "S 2p"


# Refused by the fit -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (
            region(MAIN, component("b", Param(180.0, min=179.0, max=181.0))),
            r"B at 180\.00 eV lies outside the data",
        ),
        (
            region(
                MAIN,
                component(
                    "b", Param(168.0), area=Param(1.0, link=Link("ratio", Ref("a", "area"), 1e-9))
                ),
            ),
            "B left the data",
        ),
        (
            region(component("a", Param(161.6, prior=Prior(161.6, 1e-300)))),
            "too large to be computed with",
        ),
        (region(), "no components between 157 and 173 eV"),
    ],
    ids=["outside", "runaway", "endless prior", "no component"],
)
def test_model_that_cannot_be_fitted_is_refused(model: Region, reason: str) -> None:
    with pytest.raises(FitError, match=reason) as caught:
        fitted(model)
    assert caught.value.remedy
    assert caught.value.where == "S 2p"


def test_counts_beyond_all_numbers_are_refused() -> None:
    with pytest.raises(FitError) as caught:
        fitted(region(MAIN), SPECTRUM.with_(intensity=1e250 * SPECTRUM.intensity))
    assert caught.value.remedy


# Flagged ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (
            region(
                MAIN,
                component(
                    "b",
                    Param(161.6, link=Link("same", Ref("a", "center"))),
                    fwhm=Param(1.2, link=Link("same", Ref("a", "fwhm"))),
                ),
            ),
            "a.area, b.area",
        ),
        (
            region(MAIN, component("b", Param(167.0), area=Param(0.0, vary=False))),
            "b.center, b.fwhm",
        ),
    ],
    ids=["twins", "free width without area"],
)
def test_parameters_that_the_data_do_not_determine_are_named(model: Region, names: str) -> None:
    fit = fitted(model)
    assert not fit.success
    assert f"the data do not determine {names}: no errors; fix or link them" in fit.message
    assert all(fit.stderr(ref) is None for ref in fit.free)


def test_model_without_free_parameters_is_drawn_and_its_misfit_told() -> None:
    model = region(MAIN)
    for ref, param in model.params():
        model = model.with_param(ref, replace(param, vary=False))
    fit = fit_region(model, SPECTRUM)
    assert fit.n_free == 0
    assert any("misses structure" in warning for warning in fit.warnings)


def test_unbounded_widths_and_centers_end() -> None:
    endless = Param(1.2, min=0.001)
    model = region(
        component("a", Param(161.6), fwhm=endless), component("b", Param(165.0), fwhm=endless)
    )
    fit = fitted(model)
    assert fit.lmfit is not None
    assert fit.lmfit.nfev <= 2001
    assert np.isfinite(fit.areas).all()


# Command line -------------------------------------------------------------------------------------


def _one_line(text: str) -> bool:
    return len(text.strip().splitlines()) == 1 and "Traceback" not in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("prior = [-1.5, 0.15]", "prior = [nan, 0.15]"),
        ("prior = [-1.5, 0.15]", "prior = [-1.5, 0.0]"),
        ("window_ev = [157.0, 173.0]", "window_ev = [157.0, inf]"),
        ("min = 161.0, max = 162.2", "min = 162.2, max = 161.0"),
        ("value = 1.15, min = 0.7", "value = nan, min = 0.7"),
    ],
)
def test_bad_recipe_ends_with_two_and_one_line(
    old: str, new: str, tmp_path: Path, run: Run
) -> None:
    text = resource("recipes", "argyrodite-s2p.toml").read_text(encoding="utf-8")
    assert old in text
    recipe, data = tmp_path / "bad.toml", tmp_path / "data.vms"
    recipe.write_text(text.replace(old, new), encoding="utf-8")
    write_vamas(data, [SPECTRUM])
    outcome = run("fit", str(data), "--recipe", str(recipe))
    assert outcome.code == 2
    assert _one_line(outcome.err)


@pytest.mark.parametrize(
    "lines",
    [
        ["1 5", "2 nan", "3 5", "4 6"],
        ["1 5", "1 5", "3 5", "4 6"],
        ["1 5", "3 5", "2 5", "4 6"],
    ],
    ids=["not a number", "repeated", "back and forth"],
)
def test_bad_file_ends_with_two_and_one_line(lines: list[str], tmp_path: Path, run: Run) -> None:
    data = tmp_path / "S 2p.txt"
    data.write_text("\n".join(["BE / eV\tCounts", *lines]), encoding="utf-8")
    outcome = run("fit", str(data), "--recipe", "argyrodite-s2p")
    assert outcome.code == 2
    assert _one_line(outcome.err)


def test_region_that_cannot_be_fitted_ends_with_one(tmp_path: Path, run: Run) -> None:
    data = tmp_path / "flat.vms"
    counts = np.random.default_rng(1).poisson(300.0, SPECTRUM.n_points).astype(float)
    write_vamas(data, [SPECTRUM.with_(intensity=counts)])
    outcome = run("fit", str(data), "--recipe", "argyrodite-s2p")
    assert outcome.code == 1
    assert "no peak" in outcome.out
