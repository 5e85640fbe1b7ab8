"""Ties between lines of one compound: ratios, spreads, and what they do to a joint fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xps
from tests.truth import Peak, Truth
from xps.analysis import fit_project
from xps.chemistry import (
    KNOWN_TRANSMISSION,
    UNKNOWN_TRANSMISSION,
    amount_ties,
    compound_lines,
    raw_area_ratio,
)
from xps.comparison import joint_comparison_fit
from xps.errors import RecipeError
from xps.fitted import covariance_of_areas
from xps.joint_fit import fit_together
from xps.methods_text import methods
from xps.model import Background, Component, Param, Ref, Region, default_shape_params, multiplet_of
from xps.oxygen_budget import oxygen_budgets
from xps.project import AmountTies, Project
from xps.species import library
from xps.spectrum import Spectrum
from xps.tables import region_tables
from xps.tied_fit import with_expected_amounts
from xps.verify import verify

SULFATE_RATIO = 5.5  # O 1s to S 2p: 4 · 2.93/1.677 · (956/1324)^0.75


def level_of(core_level: str, low: float, high: float, peaks: dict[str, float]) -> Truth:
    """Peaks of the library at their places, with these areas."""
    known = library()
    split = core_level.endswith("2p")
    return Truth(
        tuple(
            Peak(key, area, known[key].center_ev, 1.5, splitting=1.18 if split else 0.0)
            for key, area in peaks.items()
        ),
        low,
        high,
        0.1,
        500.0,
        0.0,
        0.0,
        core_level,
    )


def region_of(spectrum: str, truth: Truth) -> Region:
    known = library()
    components = tuple(
        Component(
            id=peak.name,
            name=known[peak.name].name,
            lines=multiplet_of(truth.core_level),
            shape="sgl",
            area=Param(peak.area),
            center=Param(peak.center, min=peak.center - 0.3, max=peak.center + 0.3),
            fwhm=Param(1.5, min=1.0, max=2.0),
            shape_params=(replace(default_shape_params("sgl")[0], vary=False),),
            species=peak.name,
            group=known[peak.name].group,
        )
        for peak in truth.peaks
    )
    window = (truth.low + 0.01, truth.high - 0.01)
    return Region(spectrum, spectrum, truth.core_level, window, Background(), components)


def fitted(sulfate_in_oxygen: float, seed: int = 1, **changes: Any) -> Project:
    truths = (
        level_of("S 2p", 158.0, 173.0, {"ps4": 6_000.0, "sulfate": 3_000.0}),
        level_of("O 1s", 526.0, 538.0, {"lattice_o": 9_000.0, "o_sulfate": sulfate_in_oxygen}),
    )
    spectra = tuple(
        truth.spectrum((seed, n), sample="bare", **changes) for n, truth in enumerate(truths)
    )
    project = Project().with_spectra(spectra)
    for entry, truth in zip(project.entries, truths, strict=True):
        project = project.with_region(region_of(entry.id, truth))
    outcome = fit_project(project)
    assert not outcome.failures
    return outcome.project


@pytest.fixture(scope="module")
def consistent() -> Project:
    return fitted(SULFATE_RATIO * 3_000.0)


def with_transmission(spectrum: Spectrum) -> Spectrum:
    return spectrum.with_(transmission=np.ones(spectrum.n_points))


def test_only_compounds_with_two_lines_are_found(consistent: Project) -> None:
    lines = compound_lines(consistent, "bare")
    assert set(lines) == {"sulfate"}
    assert {line.component.id for line in lines["sulfate"]} == {"sulfate", "o_sulfate"}


def test_ratio_of_a_sulfate_is_that_of_the_literature(consistent: Project) -> None:
    lines = {
        line.species.core_level: line for line in compound_lines(consistent, "bare")["sulfate"]
    }
    ratio = raw_area_ratio(lines["O 1s"], lines["S 2p"], transmitted=False)
    assert ratio == pytest.approx(SULFATE_RATIO, rel=0.01)
    back = raw_area_ratio(lines["S 2p"], lines["O 1s"], transmitted=False)
    assert back == pytest.approx(1.0 / SULFATE_RATIO, rel=0.01)


def test_better_measured_line_leads(consistent: Project) -> None:
    (tie,), notes = amount_ties(consistent, "bare")
    certainty = {
        line.component.id: line.certainty for line in compound_lines(consistent, "bare")["sulfate"]
    }
    best = max(certainty, key=lambda id_: certainty[id_])
    assert tie.leader.ref == Ref(best, "area")
    assert not notes


def test_spread_depends_on_what_is_known_of_the_transmission(consistent: Project) -> None:
    (unknown,), _ = amount_ties(consistent, "bare")
    assert unknown.sigma == UNKNOWN_TRANSMISSION
    entries = tuple(
        replace(entry, spectrum=with_transmission(entry.spectrum)) for entry in consistent.entries
    )
    (known,), _ = amount_ties(replace(consistent, entries=entries), "bare")
    assert known.sigma == KNOWN_TRANSMISSION
    assert known.ratio == pytest.approx(unknown.ratio)
    (exact,), _ = amount_ties(consistent, "bare", sigma=0.0)
    assert exact.sigma == 0.0


def test_another_spectrum_of_the_same_core_level_shows_as_much_whatever_the_spread(
    consistent: Project,
) -> None:
    project = replace(consistent, ties=AmountTies(sigma=0.5))
    fit = project.fit_of(project.regions[0].id)
    assert fit is not None
    again = project.with_spectra((project.entries[0].spectrum.with_(notes="again"),))
    wider = tuple(c.with_param("fwhm", c.fwhm.at(2.0)) for c in fit.region.components)
    region = replace(fit.region, id="again", spectrum=again.entries[-1].id, components=wider)
    expecting, refs = with_expected_amounts(again, region)
    assert Ref("sulfate", "area") in refs
    for ref in refs:
        prior = expecting.param(ref).prior
        assert prior is not None
        assert prior.mean == pytest.approx(fit.region.param(ref).value)
        assert prior.sigma == pytest.approx(fit.stderr(ref))


def test_line_without_a_factor_is_named_and_left_free() -> None:
    project = fitted(SULFATE_RATIO * 3_000.0, photon_energy_ev=2984.3)
    ties, (note,) = amount_ties(project, "bare")
    assert not ties
    assert "sulfate" in note
    assert "sensitivity factor" in note


def test_tie_that_holds_costs_little_and_one_that_does_not_is_reported(
    consistent: Project,
) -> None:
    def outcome(project: Project) -> tuple[float, float]:
        ties, _ = amount_ties(project, "bare")
        ids = [region.id for region in project.regions]
        (found,) = fit_together(project, ids, ties=ties, tensions=True).ties
        assert found.tension is not None
        return found.tension, found.cost

    tension, cost = outcome(consistent)
    assert tension < 2.0
    assert cost < 2.0
    # four times the oxygen: ln 4 is 4.6 spreads of 0.3
    contradicting, price = outcome(fitted(4.0 * SULFATE_RATIO * 3_000.0))
    assert contradicting == pytest.approx(4.6, abs=0.8)
    assert price > 10.0


RECIPE = """
format = 1
name = "tied"

[ties]

[charge]
method = "component"
core_level = "S 2p"
component = "ps4"
energy_ev = 161.6
uncertainty_ev = 0.1

[[region]]
core_level = "S 2p"
window_ev = [158.0, 173.0]
[[region.component]]
species = "ps4"
[[region.component]]
species = "sulfate"

[[region]]
core_level = "O 1s"
window_ev = [526.0, 538.0]
[[region.component]]
species = "lattice_o"
fwhm = { value = 1.5, min = 1.2, max = 1.8 }
[[region.component]]
species = "o_sulfate"
fwhm = { same = "lattice_o" }
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "tied.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


def simulated(seed: int) -> list[Spectrum]:
    truths = (
        level_of("S 2p", 158.0, 173.0, {"ps4": 6_000.0, "sulfate": 3_000.0}),
        level_of("O 1s", 526.0, 538.0, {"lattice_o": 9_000.0, "o_sulfate": 3e3 * SULFATE_RATIO}),
    )
    return [truth.spectrum((seed, n), sample="bare") for n, truth in enumerate(truths)]


def test_recipe_that_asks_for_ties_gets_them_with_their_cost(recipe: Path) -> None:
    result = xps.fit(simulated(1), recipe)
    assert result.success
    sulfur, oxygen = result.to_dict()["regions"]
    (tie,) = [*sulfur["ties"], *oxygen["ties"]]
    assert tie["sigma"] == UNKNOWN_TRANSMISSION
    assert tie["tension"] < 3.0
    assert sulfur["charge_shift_ev"] == oxygen["charge_shift_ev"]


def test_ties_are_in_the_words_of_the_methods(recipe: Path) -> None:
    project = xps.fit(simulated(1), recipe).project
    sentences = " ".join(methods(project, region_tables(project)).sentences)
    assert "tied across core levels" in sentences
    assert "tension" in sentences


def test_tie_makes_the_less_certain_line_more_certain(recipe: Path) -> None:
    tied = xps.fit(simulated(2), recipe)
    recipe.write_text(RECIPE.replace("[ties]", ""), encoding="utf-8")
    free = xps.fit(simulated(2), recipe)
    for one, other in zip(tied.regions, free.regions, strict=True):
        name = "sulfate" if one.region.core_level == "S 2p" else "o_sulfate"
        with_tie, without = (fit.stderr(Ref(name, "area")) for fit in (one, other))
        assert with_tie is not None
        assert without is not None
        assert with_tie < 1.01 * without


def test_tied_fits_survive_a_session_and_come_back_when_repeated(
    recipe: Path, tmp_path: Path
) -> None:
    result = xps.fit(simulated(3), recipe)
    path = tmp_path / "tied.doublet"
    xps.save(path, result.project)
    opened = xps.load(path)
    assert opened.ties == result.project.ties
    assert [fit.ties for fit in opened.fits] == [fit.ties for fit in result.project.fits]
    assert all(opened.is_fresh(region.id) for region in opened.regions)
    for one, other in zip(opened.fits, result.project.fits, strict=True):
        assert len(one.covariance_with) == 1
        assert one.covariance_with.keys() == other.covariance_with.keys()
    assert covariance_of_areas(opened.fits) == pytest.approx(
        covariance_of_areas(result.project.fits), rel=1e-12
    )
    outcome = verify(opened)
    assert outcome.passed, outcome.differences


def test_changed_covariance_between_regions_is_not_verified(recipe: Path) -> None:
    project = xps.fit(simulated(3), recipe).project
    first, second = project.fits
    variances = np.diag(first.area_covariance), np.diag(second.area_covariance)
    ((key, block),) = first.covariance_with.items()
    changed = {key: block + 0.01 * np.sqrt(np.outer(*variances))}
    outcome = verify(project.with_fit(replace(first, covariance_with=changed)))
    assert any("covariance of areas" in difference.what for difference in outcome.differences)


def test_what_two_regions_have_in_common_is_in_the_errors_of_percents_and_budget(
    recipe: Path,
) -> None:
    """A tied sulfate rises in S 2p and O 1s alike: what is left of O 1s hardly moves."""
    project = xps.fit(simulated(4), recipe).project
    alone = replace(project, fits=tuple(replace(fit, covariance_with={}) for fit in project.fits))
    fits = project.fits
    whole, apart = covariance_of_areas(fits), covariance_of_areas(alone.fits)
    names = [component.id for fit in fits for component in fit.region.components]
    sulfate, oxygen = names.index("sulfate"), names.index("o_sulfate")
    assert whole[sulfate, oxygen] > 0.0
    assert apart[sulfate, oxygen] == 0.0
    assert whole == pytest.approx(whole.T)
    (left,), (left_apart,) = oxygen_budgets(project), oxygen_budgets(alone)
    assert left.left_stderr is not None
    assert left_apart.left_stderr is not None
    assert left.left == left_apart.left
    assert left.left_stderr < left_apart.left_stderr
    errors = {a.component: a.stderr for a in xps.quantify(project).amounts}
    errors_apart = {a.component: a.stderr for a in xps.quantify(alone).amounts}
    assert errors["sulfate"] != errors_apart["sulfate"]


def test_covariance_with_a_fit_made_anew_is_no_longer_used(recipe: Path) -> None:
    project = xps.fit(simulated(4), recipe).project
    one, other = project.fits
    assert covariance_of_areas((one, replace(other, fingerprint="another"))) == pytest.approx(
        covariance_of_areas((replace(one, covariance_with={}), other))
    )


def test_spread_below_zero_is_refused_by_field(recipe: Path) -> None:
    recipe.write_text(RECIPE.replace("[ties]", "[ties]\nsigma = -0.2"), encoding="utf-8")
    with pytest.raises(RecipeError, match="spread") as caught:
        xps.load_recipe(recipe)
    assert "ties" in str(caught.value)


def test_joint_fit_of_a_comparison_keeps_the_ties(recipe: Path) -> None:
    spectra = [s.with_(sample=f"{s.sample} {n}") for n in (1, 2) for s in simulated(n)]
    project = xps.fit(spectra, recipe).project
    joint = joint_comparison_fit(project)
    assert [tie.tie.name.partition(":")[0] for tie in joint.ties] == ["bare 1", "bare 2"]
    free = joint_comparison_fit(replace(project, ties=None))
    assert not free.ties
    of_sulfate = [row for row, place in enumerate(joint.places) if "sulfate" in place.ref.component]
    tied_variance, free_variance = (
        np.diag(fit.covariance)[of_sulfate].sum() for fit in (joint, free)
    )
    assert tied_variance < free_variance
