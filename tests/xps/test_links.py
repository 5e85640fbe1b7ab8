"""Samples fitted as a whole by the recipe whose amounts are tied across core levels."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import xps
from benchmarks.truth.linked import LINKS, Bound, LinkedSample, contradicted, drawn_pair
from benchmarks.truth.links import RECIPE, ContradictedCell, LinkedCell
from xps import analysis
from xps.analysis import apply_recipe, fit_project
from xps.checks import check
from xps.chemistry import KNOWN_TRANSMISSION, UNKNOWN_TRANSMISSION
from xps.errors import FitError
from xps.fitted import TENSE_SIGMA, FittedTie
from xps.model import Ref
from xps.project import AmountTies, Project
from xps.result import FitResult

OXYGEN = "O 1s"


def sample(sigma: float = 0.3, seed: int = 5) -> LinkedSample:
    """A sample whose links hold exactly."""
    drawn, _ = drawn_pair(np.random.default_rng(seed), sigma)
    for link in LINKS.values():
        drawn = contradicted(drawn, link, 1, 0.0)
    return drawn


def fitted(truth: LinkedSample, seed: int = 1) -> FitResult:
    result = xps.fit(truth.measured("bare", np.random.default_rng(seed)), RECIPE)
    assert result.success, result.failures
    return result


@cache
def consistent() -> FitResult:
    return fitted(sample())


def ties(result: FitResult) -> dict[str, FittedTie]:
    return {tie.name.split(": ")[1].split(",")[0]: tie for f in result.regions for tie in f.ties}


def found(rule: str, project: Project) -> list[str]:
    return [finding.message for finding in check(project) if finding.rule == rule]


# The recipe -------------------------------------------------------------------------------------


def test_links_of_the_truth_have_the_ratios_of_the_literature() -> None:
    """Raw areas with Scofield's factors, Al Kα and an escape depth ∝ E^0.75."""
    expected = {"sulfate": 5.5, "sulfite": 4.1, "phosphate": 7.6, "carbonate": 7.4}
    for key, ratio in expected.items():
        assert LINKS[key].ratio == pytest.approx(ratio, rel=0.01)
    assert 1.0 / LINKS["ps4"].ratio == pytest.approx(5.5, rel=0.01)


def test_recipe_ties_each_compound_softly_with_the_ratio_of_the_truth() -> None:
    assert RECIPE.ties == AmountTies()
    found = ties(consistent())
    assert set(found) == set(LINKS)
    for key, tie in found.items():
        assert tie.sigma == UNKNOWN_TRANSMISSION
        follows = tie.component == LINKS[key].follower[1]
        ratio = LINKS[key].ratio if follows else 1.0 / LINKS[key].ratio
        assert tie.expected_ratio == pytest.approx(ratio, rel=0.01)


def test_known_transmission_makes_the_ties_tighter() -> None:
    result = fitted(sample(KNOWN_TRANSMISSION))
    assert {tie.sigma for tie in ties(result).values()} == {KNOWN_TRANSMISSION}


def test_exact_ties_come_on_request_only() -> None:
    spectra = sample().measured("bare", np.random.default_rng(1))
    result = xps.fit(spectra, replace(RECIPE, ties=AmountTies(0.0)))
    assert result.success
    for tie in ties(result).values():
        assert (tie.sigma, tie.discrepancy) == (0.0, 0.0)
        assert tie.ratio == pytest.approx(tie.expected_ratio)


# The figures, in small --------------------------------------------------------------------------


@pytest.mark.parametrize("sigma", [KNOWN_TRANSMISSION, UNKNOWN_TRANSMISSION])
def test_amounts_and_shifts_are_right_where_links_hold(sigma: float) -> None:
    measured = LinkedCell(sigma).measure(1)
    for one in measured["samples"]:
        assert abs(one["pulled"]) < 0.02
        assert abs(one["shift"]) < 0.05
        for amount in one["amounts"].values():
            assert abs(amount["off"]) < 4.0 * amount["error"]
            assert 0.5 < amount["error"] / amount["bound"] < 2.0


def test_gain_is_how_much_less_amounts_are_off_than_without_links() -> None:
    cell = LinkedCell(UNKNOWN_TRANSMISSION)
    amount = {"off": 100.0, "error": 100.0, "bound": 100.0, "alone": -500.0}
    one = {"amounts": dict.fromkeys(("o_sulfate", "o_al2o3"), amount), "reported": 1}
    one |= {"shift": 0.01, "pulled": 0.0, "tensions": {"sulfate": 2.0, "ps4": None}}
    (row,) = cell.rows([{"samples": [one, one]}, {"samples": [one, one]}, {}])
    assert row.figures["gain o_sulfate"].value == pytest.approx(5.0)
    assert row.figures["alarms"].value == pytest.approx(50.0)
    assert row.figures["told"].value == pytest.approx(50.0)
    assert row.labels[-1] == "2 of 3 pairs"


def test_bound_adds_what_data_and_link_say_of_a_ratio() -> None:
    truth, link = sample(), LINKS["sulfite"]
    without = Bound(truth, without=link).log_ratio_error(truth, link)
    with_link = Bound(truth).log_ratio_error(truth, link)
    combined = (without**-2 + UNKNOWN_TRANSMISSION**-2) ** -0.5
    assert with_link == pytest.approx(combined, rel=1e-6)


def test_cells_of_false_links_become_rows() -> None:
    cell = ContradictedCell(UNKNOWN_TRANSMISSION, linear=False)
    one = {"link": "ps4", "side": 1, "off": 1.0, "failed": False}
    rows = cell.rows([one | {"tension": 3.0}, one | {"tension": None, "failed": True}])
    assert rows[0].figures["found"].value == pytest.approx(50.0)
    assert rows[0].labels[-1] == "1 of 2"


# What the fit does ------------------------------------------------------------------------------


def test_fits_keep_no_expectation_of_areas_and_one_shift() -> None:
    result = consistent()
    for fit in result.regions:
        assert all(component.area.prior is None for component in fit.region.components)
        assert fit.charge_shift_ev == result.regions[0].charge_shift_ev
        assert result.project.is_fresh(fit.region.id)


def test_whole_error_of_the_shift_is_quoted() -> None:
    region = consistent().to_dict()["regions"][0]
    assert 0.0 < region["charge_shift_stderr"] < 0.03
    whole = np.hypot(region["charge_shift_stderr"], 0.1)
    assert region["charge_shift_total_stderr"] == pytest.approx(whole)


def test_fit_of_one_region_takes_the_whole_sample_along() -> None:
    project = consistent().project
    (oxygen,) = (r for r in project.regions if r.core_level == OXYGEN)
    (carbon,) = (r for r in project.regions if r.core_level == "C 1s")
    center = Ref("o_sulfate", "center")
    edited = project.with_region(
        oxygen.with_param(center, replace(oxygen.param(center), value=531.7))
    ).without_fit(carbon.id)
    outcome = fit_project(edited, [oxygen.id])
    assert not outcome.failures
    assert all(outcome.project.is_fresh(region.id) for region in project.regions)


def test_level_without_its_partners_is_told_before_any_fit() -> None:
    spectra = sample().measured("bare", np.random.default_rng(1))
    oxygen = tuple(s for s in spectra if s.core_level == OXYGEN)
    _, alone = apply_recipe(Project().with_spectra(oxygen), RECIPE)
    _, together = apply_recipe(Project().with_spectra(spectra), RECIPE)
    assert any("bare: the lines of O 1s are too near" in note for note in alone)
    assert not any("too near" in note for note in together)


def test_failed_joint_fit_leaves_no_fit_that_rests_on_expectations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise FitError("no", "try again")

    spectra = sample().measured("bare", np.random.default_rng(1))
    project, _ = apply_recipe(Project().with_spectra(tuple(spectra)), RECIPE)
    monkeypatch.setattr(analysis, "fit_tied", fail)
    outcome = fit_project(project)
    assert set(outcome.failures) == {region.id for region in project.regions}
    levels = {fit.region.core_level for fit in outcome.project.fits}
    assert "S 2p" in levels
    assert OXYGEN not in levels
    for region in outcome.project.regions:
        assert all(component.area.prior is None for component in region.components)


# Checks -----------------------------------------------------------------------------------------


def test_links_that_hold_are_not_reported() -> None:
    project = consistent().project
    assert not found("tie-contradicted", project)
    assert not found("differential-charging", project)
    assert not found("oxygen-manifold", project)
    assert not found("not-separable", project)


def test_centers_that_only_the_scale_moves_alike_are_not_called_correlated() -> None:
    project = consistent().project
    (sulfur, *_) = consistent().regions
    together = sulfur.correlation(Ref("ps4", "center"), Ref("p_s_p", "center"))
    assert together is not None
    assert together > 0.95
    assert not [text for text in found("correlated", project) if "center" in text]


@pytest.mark.parametrize("side", [1, -1])
def test_link_that_does_not_hold_is_reported_with_its_tension(side: int) -> None:
    result = fitted(contradicted(sample(), LINKS["sulfate"], side, 1.6))
    tie = ties(result)["sulfate"]
    assert tie.is_contradicted
    assert tie.tension is not None
    assert tie.tension > TENSE_SIGMA
    (message,) = [text for text in found("tie-contradicted", result.project) if "sulfate" in text]
    assert f"{tie.tension:.1f}σ" in message


def test_components_of_the_manifold_that_nothing_ties_are_told() -> None:
    result = consistent()
    loose = replace(
        result.project, fits=tuple(replace(fit, ties=()) for fit in result.project.fits)
    )
    assert found("not-separable", loose)


@pytest.mark.parametrize(("level", "off_ev"), [(OXYGEN, 1.0), ("P 2p", 0.7)])
def test_references_that_disagree_are_told_in_the_tied_fit_too(level: str, off_ev: float) -> None:
    spectra = [
        s.with_(energy_ev=s.energy_ev + off_ev) if s.core_level == level else s
        for s in sample().measured("bare", np.random.default_rng(1))
    ]
    result = xps.fit(spectra, RECIPE)
    assert result.success
    messages = found("differential-charging", result.project)
    assert messages
    assert "one shift does not hold for both" in messages[0]
