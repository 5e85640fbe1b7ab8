"""The self-check: a truth of its own, a verdict that can fail, and its command."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.xps.commands import Run, check_schema
from xps import selfcheck as module
from xps.analysis import fit as true_fit
from xps.independent import TrueSpectrum, argyrodite, background_only
from xps.kernel import Kernel
from xps.model import Param, Ref
from xps.problem import free_values
from xps.recipe import load_recipe
from xps.result import FitResult
from xps.selfcheck import Figure, Selfcheck, selfcheck

SMALL = {"strong": 12, "weak": 4, "empty": 2}


@cache
def small() -> Selfcheck:
    return selfcheck(**SMALL)


def _drawn_by_the_kernel(truth: TrueSpectrum) -> np.ndarray:
    region = load_recipe("argyrodite-s2p").regions[0]
    for doublet in truth.doublets:
        for name in ("area", "center", "fwhm", "mixing"):
            ref, value = Ref(doublet.name, name), getattr(doublet, name)
            region = region.with_param(ref, Param(value, vary=False))
    for name in ("offset", "slope", "k"):
        region = region.with_param(Ref("background", name), Param(getattr(truth, name)))
    kernel = Kernel(region, truth.energy)
    return kernel.model(free_values(region, kernel.table))


def test_independent_formula_agrees_with_the_model_on_a_fine_grid() -> None:
    truth = argyrodite(1000.0, step=0.01)
    np.testing.assert_allclose(truth.expected(), _drawn_by_the_kernel(truth), rtol=1e-6)


def test_tallest_point_is_as_asked() -> None:
    assert argyrodite(1234.0).expected().max() == pytest.approx(1234.0)


def test_background_has_no_peak() -> None:
    assert background_only(100.0).areas.size == 0
    assert (np.diff(background_only(100.0).expected()) < 0.0).all()


def test_small_selfcheck_passes() -> None:
    outcome = small()
    assert outcome.passed, outcome.to_text()
    assert [cell.spectra for cell in outcome.cells] == [12, 4]
    assert "selfcheck PASSED" in outcome.to_text()


def test_document_keeps_its_schema() -> None:
    check_schema(small().to_dict())


def test_verdict_is_that_of_every_figure() -> None:
    cell = small().cells[0]
    bad = {**cell.figures["ps4"], "bias": Figure(0.2, -0.02, 0.02)}
    failed = replace(cell, figures={**cell.figures, "ps4": bad})
    outcome = replace(small(), cells=(failed, small().cells[1]))
    assert not outcome.passed
    assert "20.00!" in outcome.to_text()
    assert "selfcheck FAILED" in outcome.to_text()


@pytest.mark.parametrize("missing", [{"noise_refused": 1}, {"cells": None}])
def test_one_failed_fit_or_one_peak_in_noise_fails(missing: dict[str, Any]) -> None:
    if missing.get("cells", 0) is None:
        missing = {"cells": (replace(small().cells[0], failures=1),)}
    assert not replace(small(), **missing).passed


def _spoiled(monkeypatch: pytest.MonkeyPatch, **changes: float) -> None:
    """Let every fit report other numbers."""

    def fit(*arguments: Any) -> FitResult:
        result = true_fit(*arguments)
        project = result.project
        for found in project.fits:
            covariance = found.covariance * changes.get("errors", 1.0) ** 2
            values = {
                Ref(c.id, "area"): c.area.value * changes.get("areas", 1.0)
                for c in found.region.components
            }
            region = found.region.with_values(values)
            project = project.with_fit(replace(found, region=region, covariance=covariance))
        return FitResult(project, result.failures)

    monkeypatch.setattr(module, "fit", fit)


def test_errors_that_are_three_times_too_small_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    _spoiled(monkeypatch, errors=1.0 / 3.0)
    assert not selfcheck(strong=30, weak=2, empty=1).cells[0].passed


def test_areas_that_are_a_tenth_too_large_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    _spoiled(monkeypatch, areas=1.1)
    assert not selfcheck(strong=12, weak=2, empty=1).cells[0].figures["ps4"]["bias"].passed


@pytest.mark.parametrize(("passed", "code"), [(True, 0), (False, 1)])
def test_command_ends_as_the_check_did(
    run: Run, monkeypatch: pytest.MonkeyPatch, passed: bool, code: int
) -> None:
    outcome = small() if passed else replace(small(), noise_refused=0)
    monkeypatch.setattr(module, "selfcheck", lambda: outcome)
    ended = run("selfcheck", "--json")
    assert ended.code == code
    check_schema(ended.document)
    assert ended.document["passed"] is passed
    assert run("selfcheck").out.splitlines()[-1].startswith("selfcheck ")
