"""Regions whose values were moved too far are fitted again from their last fit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from tests.truth import argyrodite
from xps.analysis import apply_recipe, fit_project
from xps.last_fit import from_last
from xps.model import Param, Ref
from xps.project import Project
from xps.recipe import load_recipe

MISPLACED = {  # where the other peaks go when PS4 is dragged half an eV aside, and they follow
    Ref("li2s", "center"): 161.57,
    Ref("li2s", "area"): 5171.0,
    Ref("ps4", "center"): 162.2,
    Ref("ps4", "area"): 533.0,
    Ref("p_s_p", "center"): 162.97,
    Ref("p_s_p", "area"): 1955.0,
    Ref("background", "k"): -0.028,
}
VANISHED = {Ref("ps4", "center"): 161.0, Ref("ps4", "area"): 0.0, Ref("p_s_p", "center"): 161.6}
FAR_AWAY = {Ref("sulfate", "center"): 162.0, Ref("li2s", "center"): 146.0}


@cache
def fitted() -> Project:
    spectrum = argyrodite(5000.0, step=0.1).spectrum(3)
    project, _ = apply_recipe(Project().with_spectra((spectrum,)), load_recipe("argyrodite-s2p"))
    return fit_project(project).project


def moved(values: Mapping[Ref, float]) -> Project:
    project = fitted()
    return project.with_region(project.regions[0].with_values(values))


@pytest.mark.parametrize("values", [MISPLACED, VANISHED, FAR_AWAY])
def test_peaks_that_were_moved_far_come_back(values: Mapping[Ref, float]) -> None:
    before = fitted().fits[0]
    outcome = fit_project(moved(values))
    assert not outcome.failures
    again = outcome.project.fits[0]
    assert again.chi2 == pytest.approx(before.chi2, rel=1e-6)
    assert again.charge_shift_ev == pytest.approx(before.charge_shift_ev, abs=1e-4)


def test_a_region_that_stands_at_its_last_fit_has_no_other_start() -> None:
    last = fitted().fits[0]
    assert from_last(last.region, last) == last.region


def test_what_was_fixed_since_the_last_fit_stays() -> None:
    last, ref = fitted().fits[0], Ref("sulfate", "fwhm")
    region = last.region.with_values({Ref("sulfite", "fwhm"): 2.0})
    held = Param(1.9, vary=False)
    start = from_last(region.with_param(ref, held), last)
    assert start.param(ref).value == 1.9
    assert start.param(Ref("sulfite", "fwhm")).value == last.region.param(ref).value


def test_bounds_that_were_set_since_the_last_fit_hold() -> None:
    last, ref = fitted().fits[0], Ref("sulfite", "fwhm")
    narrow = Param(1.0, min=0.9, max=1.1)
    assert from_last(last.region.with_param(ref, narrow), last).param(ref).value == 1.1


def test_a_fit_that_fails_from_both_starts_says_what_failed_first() -> None:
    project = fitted()
    region = project.regions[0]
    lonely = region.with_param(Ref("ps4", "area"), Param(0.0, vary=False))
    outcome = fit_project(project.with_region(lonely))
    assert "PS₄³⁻" in outcome.failures[region.id].reason
