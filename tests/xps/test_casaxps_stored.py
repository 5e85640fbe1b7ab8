"""Fits that CasaXPS stored, refitted: what comes back, what does not, and what checks find."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xps
from tests.xps.casa_comments import PHOTONS_EV, comment, component, spectrum, tied
from xps.analysis import apply_recipe, fit_project
from xps.casaxps.recovery import Recovery, recovery
from xps.checks import check
from xps.errors import RecipeError
from xps.lineshapes import SHAPES
from xps.model import Background, Ref, Region
from xps.problem import evaluate
from xps.project import Project
from xps.result import FitResult
from xps.spectrum import Spectrum

SULFIDES = "casa_vms/MoS2_WS2_assigned_A.vms"
IRON = "casa_vms/FeO_analyzed.vms"
THICKER, TUNGSTEN, MOLYBDENUM = "RW_WS2_MoS2_thicker", "RW_WS2", "RW_Tha_MoS2"


@cache
def refitted(path: Path) -> FitResult:
    result = xps.fit(xps.read(path), "stored")
    assert not result.failures
    return result


def recovered(path: Path, sample: str, level: str) -> Recovery:
    project = refitted(path).project
    for fit in refitted(path).regions:
        entry = project.entry(fit.region.spectrum)
        if (entry.sample, fit.region.core_level) == (sample, level):
            found = recovery(fit, entry)
            assert found is not None
            return found
    raise AssertionError(f"no stored fit of {level} of {sample}")


def largest(found: Recovery, parameter: str) -> float:
    return max(abs(n.difference) for n in found.numbers if n.parameter == parameter and n.is_large)


# --- the figures ---------------------------------------------------------------------------

FIGURES = {
    # sample, level: excess of squared residuals, then the largest change of large components:
    # area (of itself), center (eV), FWHM (eV)
    (THICKER, "Mo 3d"): (5.2e-2, 1.2e-1, 5.9e-2, 1.6e-1),
    (THICKER, "W 4f"): (2.0e-1, 1.4e-2, 2.8e-3, 1.1e-2),
    (THICKER, "S 2p"): (7.0e-4, 2.1e-3, 3.2e-4, 1.1e-3),
    (TUNGSTEN, "W 4f"): (1.8e-2, 5.6e-4, 1.9e-4, 7.9e-3),
    (TUNGSTEN, "S 2p"): (1.2e-5, 6.5e-5, 5.9e-6, 1.9e-4),
    (MOLYBDENUM, "Mo 3d"): (6.7e-1, 9.9e-2, 8.5e-2, 2.1e-1),
    (MOLYBDENUM, "S 2p"): (2.3e-6, 3.2e-5, 1.3e-5, 5.4e-5),
}
AT_MINIMUM = {(TUNGSTEN, "S 2p"), (MOLYBDENUM, "S 2p")}


@pytest.mark.parametrize(("sample", "level"), FIGURES)
def test_each_stored_fit_has_its_figure(shared_data: Path, sample: str, level: str) -> None:
    found = recovered(shared_data / SULFIDES, sample, level)
    figures = (found.excess, *(largest(found, name) for name in ("area", "center", "fwhm")))
    assert figures == pytest.approx(FIGURES[sample, level], rel=0.1)
    assert found.at_minimum == ((sample, level) in AT_MINIMUM)


@pytest.mark.parametrize("sample", [TUNGSTEN, MOLYBDENUM])
def test_stored_fits_of_sulfur_come_back(shared_data: Path, sample: str) -> None:
    found = recovered(shared_data / SULFIDES, sample, "S 2p")
    assert largest(found, "area") < 1e-3
    assert largest(found, "center") < 1e-3
    assert largest(found, "fwhm") < 1e-3
    assert found.verdict.startswith("the stored fit is its own minimum")


def test_a_stored_fit_that_is_not_at_its_minimum_is_reported(shared_data: Path) -> None:
    result = refitted(shared_data / SULFIDES)
    region = next(
        region
        for region in result.to_dict()["regions"]
        if (region["sample"], region["core_level"]) == (THICKER, "S 2p")
    )
    assert region["success"]
    assert region["stored"]["at_minimum"] is False
    assert "not at its own minimum" in region["stored"]["verdict"]
    rules = {(f.rule, f.scope.sample, f.scope.region) for f in check(result)}
    id_ = next(r.id for r in result.project.regions if r.core_level == "S 2p")
    assert ("stored-not-minimum", THICKER, id_) in rules


def test_values_stand_beside_each_other_one_by_one(shared_data: Path) -> None:
    found = recovered(shared_data / SULFIDES, TUNGSTEN, "S 2p")
    rows = [(n.component, n.parameter, n.stored) for n in found.numbers]
    assert rows == [
        ("s_2p_ws2", "center", pytest.approx(162.6723, abs=1e-4)),
        ("s_2p_ws2", "fwhm", 0.81730266),
        ("s_2p_ws2", "area", 8239.2427),
        ("s_2p_ws2_2", "center", pytest.approx(163.8323, abs=1e-4)),
        ("s_2p_ws2_2", "fwhm", 0.81730266),
        ("s_2p_ws2_2", "area", pytest.approx(4119.6213, rel=1e-7)),
    ]


def test_lf_cannot_be_compared_exactly_and_says_so(shared_data: Path) -> None:
    found = recovered(shared_data / IRON, "FeO", "Fe 2p")
    assert found.at_minimum is None
    assert "experimental" in found.verdict
    assert "stored-not-minimum" not in {f.rule for f in check(refitted(shared_data / IRON))}


def test_sgl_is_the_curve_that_casaxps_exports(shared_data: Path) -> None:
    path = shared_data / "casa_export" / "FeO_analyzed_lineshapes_cols.txt"
    rows = list(csv.reader(path.read_text(encoding="latin-1").splitlines(), delimiter="\t"))
    start = next(i for i, row in enumerate(rows) if row and row[0] == "K.E.")
    head, first = rows[start], rows[start].index("B.E.")
    table = np.array([[float(cell) for cell in row[first:] if cell] for row in rows[start + 1 :]])
    energy, background = table[:, 0], table[:, head.index("Background CPS") - first]
    project = refitted(shared_data / IRON).project
    (stored,) = apply_recipe(Project().with_spectra((project.entries[0].spectrum,)), RECIPE)[
        0
    ].regions
    low, high = stored.window_ev
    inside = (energy >= low) & (energy <= high)
    for number, column in ((1, 3), (3, 5)):
        exported = (table[:, column] - background)[inside]
        one = stored.components[number]
        assert one.shape == "sgl"
        values = (one.center.value, one.fwhm.value, one.shape_params[0].value)
        # CasaXPS draws straight lines between points of the curve, 1/40 of the FWHM apart.
        knots = one.center.value + np.arange(-2000, 2001) * one.fwhm.value / 40
        curve = one.area.value * SHAPES["sgl"](knots, *values)
        drawn = np.interp(energy[inside], knots, curve)
        scale = float(drawn @ exported / (drawn @ drawn))
        assert np.max(np.abs(scale * drawn - exported)) < 5e-3  # the last digit printed is 1e-3
        assert exported.max() > 1800
        assert scale == pytest.approx(1.0, abs=1e-3)
        smooth = one.area.value * SHAPES["sgl"](energy[inside], *values)
        assert np.max(np.abs(scale * smooth - exported)) < 5e-4 * exported.max()


@pytest.mark.parametrize("sample", [THICKER, TUNGSTEN])
def test_la_of_two_sides_fits_the_data_better_than_with_its_sides_exchanged(
    shared_data: Path, sample: str
) -> None:
    project = refitted(shared_data / SULFIDES).project
    fit = next(
        fit
        for fit in project.fits
        if project.entry(fit.region.spectrum).sample == sample and fit.region.core_level == "W 4f"
    )
    exchanged = [
        replace(c, shape_params=(c.shape_params[1], c.shape_params[0], c.shape_params[2]))
        if c.shape == "la"
        else c
        for c in fit.region.components
    ]
    assert len([c for c in exchanged if c.shape == "la"]) == 4

    def squares(region: Region) -> float:
        entry = project.entry(fit.region.spectrum)
        curves = evaluate(region, entry.spectrum, fit.charge_shift_ev)
        return float(np.sum((curves.data - curves.model.total) ** 2))

    assert squares(fit.region) < squares(replace(fit.region, components=tuple(exchanged)))


# --- what the checks find, judged by hand ----------------------------------------------------

JUDGED = {
    (THICKER, "Mo 3d"): {
        "stored-not-minimum", "at-bound", "residual-structure", "unweighted",
        "background-unphysical", "background-static", "window-tight", "doublet-missing",
    },
    (THICKER, "W 4f"): {
        "stored-not-minimum", "at-bound", "correlated", "residual-structure", "unweighted",
        "background-unphysical", "background-static", "window-tight",
    },
    (THICKER, "S 2p"): {
        "stored-not-minimum", "at-bound", "residual-structure", "unweighted",
        "background-static", "window-tight",
    },
    (TUNGSTEN, "W 4f"): {
        "stored-not-minimum", "at-bound", "residual-structure", "unweighted",
        "background-static", "window-tight",
    },
    (TUNGSTEN, "S 2p"): {"residual-structure", "unweighted", "background-static"},
    (MOLYBDENUM, "Mo 3d"): {
        "stored-not-minimum", "at-bound", "not-significant", "residual-structure", "unweighted",
        "background-static", "window-tight", "not-separable",
    },
    (MOLYBDENUM, "S 2p"): {"residual-structure", "unweighted", "background-static"},
}  # fmt: skip
"""All of them true; see the notes beside the tests of the rules."""


def test_checks_find_in_the_stored_fits_what_is_true_and_nothing_else(shared_data: Path) -> None:
    result = refitted(shared_data / SULFIDES)
    levels = {region.id: region.core_level for region in result.project.regions}
    found: dict[tuple[str, str], set[str]] = {}
    of_samples = set()
    for finding in check(result):
        if finding.scope.region:
            key = finding.scope.sample, levels[finding.scope.region]
            found.setdefault(key, set()).add(finding.rule)
        else:
            of_samples.add(finding.rule)
    assert found == JUDGED
    assert of_samples == {"charge-reference-weak", "one-spot"}


def test_lines_of_stored_doublets_are_not_taken_for_others(shared_data: Path) -> None:
    findings = check(refitted(shared_data / SULFIDES))
    about = [(f.rule, f.scope.subject) for f in findings if f.rule.startswith("doublet")]
    assert about == [("doublet-missing", "mo_3d_moo3")]
    close = [f.scope.subject for f in findings if f.rule == "not-separable"]
    assert close == ["mo_3d_moo3_2 and mo_3d_moo3"]


# --- the recipe ------------------------------------------------------------------------------

RECIPE = xps.load_recipe("stored")
LINES = [
    component(tied(1000, 0, 9e5), tied(1.1, 0.5, 3), tied(PHOTONS_EV - 162.1, 1320, 1330)),
    component(tied(5, ref=0, k=0.5), tied(1.1, ref=0), tied(0, ref=0, k=-1.18)),
]


def made(
    processing: list[str] | None = None, lines: list[str] = LINES, **changes: object
) -> Spectrum:
    return spectrum(comment(lines, processing=processing), **changes)


def test_the_fit_starts_at_the_stored_values_and_finds_the_peak() -> None:
    project, notes = apply_recipe(Project().with_spectra((made(),)), RECIPE)
    assert notes == ()
    assert project.regions[0].components[0].area.value == 1000.0
    result = xps.fit([made()], "stored")
    (fit,) = result.regions
    assert fit.noise_model == "unweighted"
    assert fit.region.components[0].center.value == pytest.approx(162.0, abs=0.01)
    assert fit.region.components[1].area.value == 0.5 * fit.region.components[0].area.value


def test_spectra_without_a_stored_fit_are_left_alone() -> None:
    plain = spectrum("", sample="other")
    project, _ = apply_recipe(Project().with_spectra((made(), plain)), RECIPE)
    assert [region.spectrum for region in project.regions] == ["s0"]


def test_a_file_without_any_stored_fit_is_refused_with_the_reasons() -> None:
    with pytest.raises(RecipeError, match="none of the spectra carries a fit, of CasaXPS or NeXus"):
        xps.fit([spectrum("")], "stored")
    odd = made(lines=[component(tied(1), tied(1), tied(1), shape="&X")])
    with pytest.raises(RecipeError, match="'&X'"):
        xps.fit([odd], "stored")


def test_a_fit_that_was_stopped_early_is_told_and_one_at_its_minimum_is_not() -> None:
    early = xps.fit([made()], "stored")
    assert "stored-not-minimum" in {f.rule for f in check(early)}
    best = early.regions[0].region.components[0]
    numbers = (
        tied(best.area.value, 0, 9e5),
        tied(best.fwhm.value, 0.5, 3),
        tied(PHOTONS_EV - best.center.value, 1320, 1330),
    )
    again = xps.fit([made(lines=[component(*numbers), LINES[1]])], "stored")
    assert "stored-not-minimum" not in {f.rule for f in check(again)}
    found = recovery(again.regions[0], again.project.entries[0])
    assert found is not None
    assert found.verdict.endswith("at most")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"weights": "noise"}, "the weights of the points changed"),
        ({"background": Background("peak-shirley")}, "the background changed"),
        ({"window_ev": (157.0, 166.0)}, "the window changed"),
    ],
)
def test_a_fit_that_was_changed_since_is_not_held_against_the_stored_one(
    change: dict[str, Any], said: str
) -> None:
    project = xps.fit([made()], "stored").project
    region = replace(project.regions[0], **change)
    fitted = fit_project(project.with_region(region)).project
    found = recovery(fitted.fits[0], fitted.entries[0])
    assert found is not None
    assert said in found.inexact
    assert found.at_minimum is None
    assert "stored-not-minimum" not in {f.rule for f in check(fitted)}


def test_points_that_weigh_alike_are_told() -> None:
    result = xps.fit([made()], "stored")
    rules = {f.rule for f in check(result)}
    assert "unweighted" in rules
    assert "noise-unknown" not in rules
    assert any("weigh alike" in warning for warning in result.regions[0].warnings)
    assert not any("live time" in warning for warning in result.regions[0].warnings)
    region = replace(result.project.regions[0], weights="noise")
    weighed = fit_project(result.project.with_region(region)).project
    assert "unweighted" not in {f.rule for f in check(weighed)}


def test_a_misfit_is_not_taken_for_smoothed_data() -> None:
    """Counts tell; narrow lines of a wrong shape look like noise that is not independent."""
    line = component(tied(1, 0, 9e5), tied(0.7, 0.7, 0.7), tied(1324.5, 1320, 1330))
    clean = made(lines=[line])
    counts = np.random.default_rng(5).poisson(4.0 * clean.intensity).astype(float)
    result = xps.fit([clean.with_(intensity=counts)], "stored")
    assert "residual-structure" in {f.rule for f in check(result)}
    assert not {"smoothed", "too-rough"} & {f.rule for f in check(result)}


def test_one_shift_holds_for_a_sample_and_other_calibrations_are_told() -> None:
    by_one = ["Calib M = 160 A = 161 BE ADD"]
    by_two = ["Calib M = 160 A = 162 BE ADD"]
    spectra = (made(by_one), made(by_one, name="again"), made(by_two, name="odd"))
    project, notes = apply_recipe(Project().with_spectra(spectra), RECIPE)
    assert project.samples[0].charge.shift_ev == pytest.approx(1.0)
    centers = [region.components[0].center.value for region in project.regions]
    assert centers == pytest.approx([162.1, 162.1, 161.1])
    assert any(note.startswith("made, odd: calibrated by +2.0000 eV") for note in notes)


def test_two_lines_of_one_index_are_one_doublet() -> None:
    lines = [line.replace("INDEX -1", "INDEX 3") for line in LINES]
    project, _ = apply_recipe(Project().with_spectra((made(lines=lines),)), RECIPE)
    (one,) = project.regions[0].components
    assert one.area.value == 1500.0
    assert [line.offset_ev for line in one.lines.lines] == [0.0, 1.18]
    assert one.lines.lines[1].fraction == pytest.approx(1 / 3)


def test_lines_of_one_name_are_told_apart() -> None:
    project, _ = apply_recipe(Project().with_spectra((made(),)), RECIPE)
    first, second = project.regions[0].components
    assert second.name == f"{first.name} #2"


def test_a_line_that_others_are_tied_to_stays_a_line() -> None:
    lines = [line.replace("INDEX -1", "INDEX 3") for line in LINES]
    third = component(tied(5, ref=1, k=0.1), tied(1.1, ref=1), tied(0, ref=1, k=-2.0))
    project, _ = apply_recipe(Project().with_spectra((made(lines=[*lines, third]),)), RECIPE)
    assert [len(c.lines.lines) for c in project.regions[0].components] == [1, 1, 1]


def test_a_refit_without_the_levels_outside_the_window_is_another_one(shared_data: Path) -> None:
    project = refitted(shared_data / SULFIDES).project
    region = next(r for r in project.regions if r.core_level == "S 2p")
    inside = replace(region, background=replace(region.background, average_around=False))
    entry = project.entry(region.spectrum)
    shift = project.charge_of(entry.id).shift_ev
    backgrounds = [
        evaluate(one, entry.spectrum, shift).model.background for one in (region, inside)
    ]
    assert np.max(np.abs(backgrounds[0] - backgrounds[1])) > 1.0
    assert region.param(Ref("s_2p_ws2", "area")).value > 0.0
