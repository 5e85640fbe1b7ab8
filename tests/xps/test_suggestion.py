"""Suggested models: what is kept, refused, merged and tied, and why."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.truth import Peak, Truth, argyrodite
from tests.xps.commands import Run, check_schema
from tests.xps.projects import BARE, fitted
from xps.bootstrap import significance
from xps.candidate_test import CandidateTest
from xps.candidate_trial import TrialFits
from xps.candidates import Candidates
from xps.errors import CancelledError, FitError, RecipeError
from xps.fitting import fit_region
from xps.measured import measured
from xps.model import Background, Ref, Region
from xps.model_criterion import ModelCriterion
from xps.project import ChargeReference
from xps.recipe import load_recipe
from xps.sample_models import suggest_model
from xps.species import Species, library
from xps.spectrum import Spectrum
from xps.suggested import Suggestion
from xps.suggestion import suggest

KEYS = ("li2s", "ps4", "metal_sulfide", "p_s_p", "s0", "sulfite", "sulfate")
CANDIDATES = [library()[key] for key in KEYS]
ARGYRODITE = ("li2s", "ps4", "p_s_p", "sulfite", "sulfate")
CALIBRATED = ChargeReference("manual", 0.0)


def template() -> Region:
    region = load_recipe("argyrodite-s2p").region_for("S 2p")
    assert region is not None
    return region


def suggested(spectrum: Spectrum, **options: object) -> Suggestion:
    settings = {"charge": CALIBRATED, "candidates": CANDIDATES} | options
    return suggest(spectrum, "S 2p", **settings)


def species(key: str, level: str, center: float, *needs: str) -> Species:
    allowed = (center - 0.4, center + 0.4)
    return Species(key, level, key, "", "g", center, allowed, (0.9, 1.7), (), needs=needs)


@pytest.fixture(scope="module")
def found() -> Suggestion:
    return suggested(argyrodite(10_000.0, step=0.1).spectrum(1))


def test_all_species_of_a_strong_spectrum_are_found(found: Suggestion) -> None:
    assert found.best is not None
    assert found.best.keys == ARGYRODITE
    assert found.best.confirmed
    for component in found.best.region.components:
        (peak,) = (p for p in argyrodite().peaks if p.name == component.id)
        assert component.center.value == pytest.approx(peak.center, abs=0.15)


def test_each_step_is_one_line_of_words(found: Suggestion) -> None:
    kept = [step for step in found.steps if step.verdict == "kept"]
    assert {step.species for step in kept} == set(ARGYRODITE)
    (sulfite,) = (step for step in kept if step.species == "sulfite")
    assert sulfite.text.startswith("sulfite SO₃²⁻ at 166.")
    assert f"Δχ² {sulfite.gain:.0f} for one area and center" in sulfite.text
    assert sulfite.text.endswith(": kept")
    assert all("\n" not in step.text for step in found.steps)
    assert found.steps[-1].verdict == "refused"


def test_species_that_cannot_be_told_apart_are_merged(found: Suggestion) -> None:
    assert found.best is not None
    by_id = dict(zip(found.best.keys, found.best.components, strict=True))
    assert by_id["ps4"].species == ("ps4", "metal_sulfide")
    assert "s0" in by_id["p_s_p"].hidden
    assert by_id["li2s"].species == ("li2s",)
    assert any("PS₄³⁻ or metal sulfide" in text and "merged" in text for text in found.merged)
    assert any("P–S–P" in text and "S⁰" in text and "merged" in text for text in found.merged)
    assert {"metal_sulfide", "s0"} <= found.species


def test_every_candidate_that_is_in_no_model_has_its_reason(found: Suggestion) -> None:
    used = {key for model in found.models for key in model.keys}
    assert {one.species for one in found.refused} == set(KEYS) - used
    assert all(one.reason for one in found.refused)


def test_a_region_is_ready_to_be_taken(found: Suggestion) -> None:
    assert found.best is not None
    fit = found.best.fit
    assert fit.success
    for component in found.best.region.components:
        fitted = fit.region.component(component.id)
        assert fitted.area.value == pytest.approx(component.area.value, rel=1e-3)
        assert [line.offset_ev for line in fitted.lines.lines] == [0.0, 1.18]


def test_ties_are_within_two_of_the_best(found: Suggestion) -> None:
    assert found.models[0].above_best == 0.0
    assert all(model.above_best <= 2.0 for model in found.ties)
    assert all(model.above_best > 2.0 for model in found.models if model not in found.ties)


@pytest.mark.parametrize("seed", range(3))
def test_half_the_step_at_the_same_dose_gives_the_same_models(seed: int) -> None:
    """The very same electrons, counted in channels half as wide."""
    fine = argyrodite(1_000.0, step=0.05).spectrum(seed)
    assert fine.counts is not None
    pairs = fine.counts[:-1].reshape(-1, 2).sum(axis=1)
    energy = fine.energy_ev[:-1].reshape(-1, 2).mean(axis=1)
    coarse = replace(fine, energy_ev=energy, intensity=pairs)
    one, other = (suggested(spectrum) for spectrum in (fine, coarse))
    assert one.resolution_elements == pytest.approx(other.resolution_elements, rel=0.02)
    assert [model.keys for model in one.ties] == [model.keys for model in other.ties]
    for a, b in zip(one.steps, other.steps, strict=True):
        assert (a.verdict, a.species) == (b.verdict, b.species)
        assert np.sqrt(a.gain) == pytest.approx(np.sqrt(b.gain), rel=0.02, abs=0.5)  # in sigma


def test_criterion_does_not_know_the_number_of_channels() -> None:
    few = ModelCriterion.of(16.0, 1.2, 160.0, 160, 10, True)
    many = ModelCriterion.of(16.0, 1.2, 1600.0, 1600, 10, True)
    assert few == many
    assert few.bic(100.0, 3) == pytest.approx(100.0 + 3.0 * np.log(16.0 / 1.2))
    assert few.aicc(100.0, 3) == 106.0


def test_structure_that_all_candidates_miss_makes_gains_cheaper() -> None:
    """As much at any number of channels: the excess of χ² grows with the dose alone."""
    few = ModelCriterion.of(16.0, 1.0, 150.0 + 800.0, 160, 10, True)
    many = ModelCriterion.of(16.0, 1.0, 1590.0 + 800.0, 1600, 10, True)
    assert few.unit == many.unit == 51.0


def test_unknown_noise_costs_a_correction() -> None:
    criterion = ModelCriterion.of(16.0, 1.2, 300.0, 160, 10, False)
    assert criterion.unit == 2.0
    assert criterion.aicc(0.0, 10) == pytest.approx(20.0 + 220.0 / 149.0)


def test_noise_adds_no_species() -> None:
    flat = Truth((), 157.0, 173.0, 0.1, 1000.0, -3.0, 0.0)
    found = [suggested(flat.spectrum(seed)) for seed in range(12)]
    assert sum(bool(one.models) for one in found) <= 1
    empty = next(one for one in found if not one.models)
    assert empty.best is None
    assert "no candidate stands out of the noise" in empty.notes


def test_a_weak_species_is_confirmed_by_the_test_or_refused() -> None:
    truth = argyrodite(1_000.0, step=0.1)
    for seed in range(4):
        one = suggested(truth.spectrum(seed))
        assert one.best is not None
        assert one.best.confirmed
        tested = [step for step in one.steps if step.p_value is not None]
        assert all((s.p_value <= one.level) == (s.verdict == "kept") for s in tested)


def test_chance_agrees_with_that_of_the_full_bootstrap() -> None:
    """For one candidate both tests ask the same question of the same model."""
    truth = argyrodite(1_000.0, step=0.1).with_area("sulfite", 0.0)
    spectrum = truth.spectrum(6)
    offered = [library()[key] for key in ARGYRODITE]
    candidates = Candidates.of(offered, template())
    points = measured(spectrum).between(157.0, 173.0)
    fits = TrialFits(candidates, points, lambda: False)
    model = fits.empty
    for key in ("ps4", "sulfate", "li2s", "p_s_p"):
        model = fits.grown(model, fits.scores(model, [key]).best_places()[key])
    grown = fits.grown(model, fits.scores(model, ["sulfite"]).best_places()["sulfite"])
    gain = model.deviance - grown.deviance
    test = CandidateTest(level=0.05, draws=199)
    quick = test.of(fits, model, gain, ["sulfite"], lambda: False)
    fit = fit_region(grown.region, spectrum, CALIBRATED)
    full = significance(fit, spectrum, "sulfite", draws=99)
    assert full.gain == pytest.approx(gain, abs=0.05)
    sigma = np.hypot(quick.p_value_error, full.p_value_error)
    assert abs(quick.p_value - full.p_value) < 3.0 * sigma
    assert 0.02 < full.p_value < 0.9


def test_two_lines_that_look_like_one_are_both_found() -> None:
    """Their scores ask for nothing at either place: the peak has to be divided."""
    peaks = (
        Peak("p_s_p", 9000.0, 162.62, 1.2),
        Peak("s0", 9000.0, 163.44, 1.2),
    )
    truth = Truth(peaks, 157.0, 173.0, 0.1, 300.0, 0.0, 0.03)
    one = suggested(truth.spectrum(2), candidates=[library()[key] for key in ("p_s_p", "s0")])
    assert one.best is not None
    assert one.best.keys == ("p_s_p", "s0")


def test_components_keep_half_a_width_of_distance() -> None:
    peaks = (Peak("ps4", 6000.0, 161.5, 1.2), Peak("metal_sulfide", 6000.0, 161.9, 1.2))
    truth = Truth(peaks, 157.0, 173.0, 0.1, 300.0, 0.0, 0.03)
    one = suggested(truth.spectrum(3))
    assert one.best is not None
    (number,) = (i for i, key in enumerate(one.best.keys) if key in ("ps4", "metal_sulfide"))
    assert {"ps4", "metal_sulfide"} <= set(one.best.components[number].species)
    for model in one.models:
        centers = sorted(component.center.value for component in model.region.components)
        width = min(component.fwhm.value for component in model.region.components)
        assert (np.diff(centers) >= 0.5 * width - 1e-6).all()


def test_a_candidate_outside_the_data_is_refused() -> None:
    spectrum = replace(argyrodite(3_000.0, step=0.1), high=166.5).spectrum(1)
    refused = {one.species: one.reason for one in suggested(spectrum).refused}
    assert "outside the data (157.0 to 166.5 eV)" in refused["sulfate"]


def _oxygen() -> tuple[Spectrum, list[Species]]:
    peaks = (
        Peak("lattice_o", 9000.0, 529.3, 1.2, splitting=0.0),
        Peak("carbonate", 9000.0, 531.6, 1.4, splitting=0.0),
    )
    truth = Truth(peaks, 524.0, 538.0, 0.1, 600.0, 0.0, 0.02, "O 1s")
    return truth.spectrum(1), [
        species("lattice_o", "O 1s", 529.3),
        species("carbonate", "O 1s", 531.6, "carbonate_c"),
    ]


@pytest.mark.parametrize(
    ("found", "there"),
    [
        ({}, True),
        ({"C 1s": {"carbonate_c", "hydrocarbon"}}, True),
        ({"C 1s": {"hydrocarbon"}}, False),
        ({"P 2p": {"ps4_p"}}, True),
    ],
)
def test_carbonate_needs_its_carbon_where_carbon_was_measured(
    found: dict[str, set[str]], there: bool
) -> None:
    spectrum, candidates = _oxygen()
    one = suggest(spectrum, "O 1s", charge=CALIBRATED, candidates=candidates, found=found)
    assert one.best is not None
    assert ("carbonate" in one.best.keys) == there
    reasons = [refusal.reason for refusal in one.refused if refusal.species == "carbonate"]
    assert reasons == ([] if there else ["carbonate: C 1s is there and shows no carbonate"])


THIOSULFATE = ("thiosulfate_s", "thiosulfate_so3")
WITH_THIOSULFATE = [library()[key] for key in (*KEYS, *THIOSULFATE)]


def test_thiosulfate_is_not_suggested_by_halves() -> None:
    spectrum = argyrodite(3_000.0, step=0.1).spectrum(1)
    offered = [library()[key] for key in (*KEYS, THIOSULFATE[0])]
    one = suggested(spectrum, candidates=offered)
    assert not {*THIOSULFATE} & one.species
    reasons = {refusal.species: refusal.reason for refusal in one.refused}
    assert "(162.1 and 168.1 eV) come together" in reasons["thiosulfate_s"]


@pytest.mark.parametrize("seed", range(3))
def test_thiosulfate_is_not_taken_for_sulfate_and_bridging_sulfur(seed: int) -> None:
    """One candidate of two lines must not look better than the two that are there."""
    one = suggested(argyrodite(3_000.0, step=0.1).spectrum(seed), candidates=WITH_THIOSULFATE)
    assert one.best is not None
    assert one.best.keys == ARGYRODITE


@pytest.mark.parametrize("others", [("s0",), ("ps4", "sulfate"), ("li2s", "p_s_p")])
def test_thiosulfate_is_found_as_a_whole(others: tuple[str, ...]) -> None:
    """Two doublets of one area, where half of it could be taken for sulfide and sulfate."""
    centers = {"ps4": 161.45, "sulfate": 169.0, "s0": 163.8, "li2s": 160.1, "p_s_p": 163.0}
    peaks = [
        Peak(key, 8_000.0, at, 1.3) for key, at in zip(THIOSULFATE, (162.2, 168.2), strict=True)
    ]
    peaks += [Peak(key, 6_000.0, centers[key], 1.15) for key in others]
    truth = Truth(tuple(peaks), 157.0, 173.0, 0.05, 1_500.0, 0.0, 0.03, "S 2p")
    one = suggested(truth.spectrum(5), candidates=WITH_THIOSULFATE)
    assert one.best is not None
    assert {*THIOSULFATE, *others} == set(one.best.keys)
    terminal, central = (one.best.region.component(key) for key in THIOSULFATE)
    assert central.area.value == pytest.approx(terminal.area.value)
    assert central.center.value == pytest.approx(terminal.center.value + 6.0)
    assert central.fwhm.value == terminal.fwhm.value
    fitted = one.best.fit
    assert fitted.success
    assert fitted.stderr(Ref("thiosulfate_so3", "area")) == pytest.approx(
        one.best.errors[Ref("thiosulfate_so3", "area")], rel=0.05
    )
    document = one.to_dict()
    assert any("with thiosulfate, central S" in step["text"] for step in document["steps"])


def test_a_background_from_the_data_is_taken() -> None:
    region = replace(template(), background=Background("linear"))
    one = suggested(argyrodite(3_000.0, step=0.1).spectrum(1), template=region)
    assert one.best is not None
    assert {"ps4", "sulfate"} <= set(one.best.keys)
    assert one.best.region.background.kind == "linear"


def test_unknown_live_time_is_said() -> None:
    counted = argyrodite(10_000.0, step=0.1).spectrum(1)
    rate = replace(counted, intensity=counted.intensity * 0.37, unit="arbitrary", dwell_s=None)
    one = suggested(rate)
    assert one.best is not None
    assert one.best.keys == ARGYRODITE
    assert any("estimated from the residuals" in note for note in one.notes)


def test_no_candidates_is_an_error() -> None:
    spectrum = argyrodite(1_000.0, step=0.1).spectrum(1)
    with pytest.raises(RecipeError, match="no candidates"):
        suggested(spectrum, candidates=[])
    with pytest.raises(RecipeError, match="is of O 1s"):
        suggested(spectrum, candidates=[species("o", "O 1s", 162.0)])
    with pytest.raises(RecipeError, match="stands twice"):
        suggested(spectrum, candidates=[CANDIDATES[0], CANDIDATES[0]])
    with pytest.raises(FitError, match="no candidate can be there"):
        suggested(spectrum, candidates=[species("far", "S 2p", 190.0)])


def test_a_search_can_be_cancelled() -> None:
    with pytest.raises(CancelledError):
        suggested(argyrodite(1_000.0, step=0.1).spectrum(1), cancelled=lambda: True)


# --- command line ----------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["S 2p", "O 1s", "C 1s"])
def test_command_prints_models_of_the_schema(run: Run, level: str) -> None:
    ended = run("suggest", BARE, "--level", level, "--json")
    assert (ended.code, ended.err) == (0, "")
    check_schema(ended.document)
    (one,) = ended.document["suggestions"]
    assert one["charge_shift_ev"] == pytest.approx(0.42, abs=0.05)
    species_of = {
        "S 2p": list(ARGYRODITE),
        "O 1s": ["lattice_o", "o_manifold", "c_o"],
        "C 1s": ["graphitic_c", "hydrocarbon", "c_o_c", "carbonate_c"],
    }
    assert one["suggestion"]["models"][0]["species"] == species_of[level]


def test_command_tells_people_the_way(run: Run) -> None:
    ended = run("suggest", BARE, "--level", "S 2p")
    assert ended.code == 0
    for text in ("steps:", "cannot be told apart:", "sulfate SO₄²⁻", ": kept", ": refused"):
        assert text in ended.out


@pytest.mark.parametrize(
    ("level", "message"), [("sulfur", "no core level"), ("Mn 2p", "no spectrum of Mn 2p")]
)
def test_command_refuses_other_levels(run: Run, level: str, message: str) -> None:
    ended = run("suggest", BARE, "--level", level, "--json")
    assert ended.code == 2
    assert message in ended.err
    assert json.loads(ended.out)["format"] == "doublet.error/1"


# For one spectrum of a project -------------------------------------------------------------------


def test_a_spectrum_of_a_project_is_searched_in_the_window_of_its_region() -> None:
    project = fitted()
    region = next(r for r in project.regions if r.core_level == "O 1s")
    narrow = replace(region, window_ev=(526.0, 536.0))
    found = suggest_model(project.with_region(narrow), region.spectrum)
    assert found.suggestion is not None
    assert found.charge == project.charge_of(region.spectrum)
    assert {model.region.window_ev for model in found.suggestion.models} == {(526.0, 536.0)}


def test_a_search_in_a_project_can_be_cancelled_and_needs_a_core_level() -> None:
    project = fitted()
    entry = project.entries[0]
    with pytest.raises(CancelledError):
        suggest_model(project, entry.id, cancelled=lambda: True)
    nameless = replace(entry, spectrum=entry.spectrum.with_(core_level=None))
    unknown = replace(project, entries=(nameless, *project.entries[1:]), regions=(), fits=())
    with pytest.raises(RecipeError, match="no core level"):
        suggest_model(unknown, entry.id)
