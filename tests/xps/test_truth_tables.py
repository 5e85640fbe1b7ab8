"""Short forms of the tables of benchmarks/truth, and the tables in the documentation."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from benchmarks.truth import backgrounds, document, record
from benchmarks.truth.bias import BiasCell
from benchmarks.truth.cell import Measurement, Table
from benchmarks.truth.compare import EqualCell, HalvedCell
from benchmarks.truth.coverage import CoverageCell
from benchmarks.truth.figure import Figure, Row, fraction, jackknifed, mean, median
from benchmarks.truth.misfit import MisfitCell
from benchmarks.truth.run import Scratch, measure_cells
from benchmarks.truth.sigma import SigmaCell
from benchmarks.truth.spectra import (
    NORMAL,
    TIGHT,
    drawn_from_expectations,
    fitted,
    random_of,
    recipe_for,
    truth_in,
)
from benchmarks.truth.tables import TABLES
from xps.independent import TrueSpectrum
from xps.model import Ref
from xps.profile import RISE_95, Profile, compiled
from xps.spectrum import Spectrum
from xps.systematic import systematic

# Documentation ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_page_shows_the_table_that_was_measured(name: str) -> None:
    page = document.PAGE.read_text(encoding="utf-8")
    assert document.in_page(page, name) == document.markdown(TABLES[name], record.load()[name])


def test_record_holds_every_cell_of_every_table() -> None:
    for name, rows in record.load().items():
        assert {row.labels[0] for row in rows} >= {row.labels[0] for row in rows if row.figures}, (
            name
        )
        assert len(rows) >= len(TABLES[name].cells)


# The figures, in small --------------------------------------------------------------------------


def test_error_is_the_scatter_where_samples_vary_as_the_recipe_expects() -> None:
    cell = SigmaCell(NORMAL, 10_000.0, drawn=True)
    (row,) = cell.rows([cell.measure(number) for number in range(48)])
    pooled = row.figures["pooled"]
    assert abs(pooled.value - 1.0) < 0.07 + 3.0 * pooled.error
    assert pooled.error < 0.12


@pytest.fixture(scope="module")
def tight() -> list[tuple[TrueSpectrum, Spectrum]]:
    """Samples as the recipe expects them, measured in a tight window."""
    spectra = []
    for number in range(24):
        random = random_of("tight windows", number)
        truth = drawn_from_expectations(truth_in(TIGHT, 1000.0), random)
        spectra.append((truth, truth.measured(random)))
    return spectra


def test_profiles_of_tight_windows_hold_the_truth(
    tight: list[tuple[TrueSpectrum, Spectrum]],
) -> None:
    """Whether an interval holds a value is whether the deviance has risen so far there."""
    inside, weak = [], 0
    for truth, spectrum in tight:
        fit = fitted(spectrum, recipe_for(TIGHT))
        assert fit is not None
        weak += bool(fit.held)
        problem = compiled(fit, spectrum)
        inside += [
            Profile(problem, Ref(doublet.name, "area")).rise(doublet.area) < RISE_95
            for doublet in truth.doublets
        ]
    assert weak > 5
    assert sum(inside) >= binom.ppf(0.001, len(inside), 0.95)


def test_measurements_of_intervals_are_plain_data_and_become_rows() -> None:
    cell = TABLES["coverage"].cells[0]
    assert isinstance(cell, CoverageCell)
    measured = [replace(cell, draws=8).measure(number) for number in range(2)]
    profile, repeated = cell.rows(json.loads(json.dumps(measured)))
    assert profile.labels[2:] == ("profile", "2 of 2")
    assert repeated.labels[2:] == ("bootstrap", "2 of 2")
    assert profile.figures["pooled"].value > 50.0


@pytest.mark.parametrize("name", ["voigt", "tougaard"])
def test_misfit_is_owned_by_stat_and_syst(name: str) -> None:
    for cell in TABLES[name].cells:
        assert isinstance(cell, MisfitCell)
        truth = cell.truth
        spectrum = truth.measured(random_of("", 0)).with_(intensity=truth.expected())
        fit = fitted(spectrum, recipe_for(NORMAL))
        assert fit is not None
        syst = np.array(list(systematic(fit, spectrum).areas.values()))
        stat = np.sqrt(np.diag(fit.area_covariance))
        off = np.abs(fit.areas - truth.areas)
        assert (off < np.maximum(np.hypot(stat, syst), 0.04 * truth.areas)).all()
        if cell.title == "U2":
            assert (off < 0.05 * truth.areas).all()


def test_slope_serves_falling_backgrounds_that_losses_alone_do_not() -> None:
    truth = backgrounds.TRUTHS["Shirley, falling by 1 %/eV"]
    spectrum = truth.measured(random_of("", 0)).with_(intensity=truth.expected())
    off = {}
    for name, background in backgrounds.BACKGROUNDS.items():
        region = replace(backgrounds.REGION, background=background)
        fit = fitted(spectrum, recipe_for(NORMAL, region))
        assert fit is not None
        off[name] = np.abs(fit.areas / truth.areas - 1.0)
    assert off["offset, slope, k"].max() < 0.002
    assert off["offset, k, t"].max() > 0.2


def test_equal_pairs_differ_no_more_often_than_chance_makes_them() -> None:
    """Of 40 pairs; bounds of chance at 1 in 1000, where species of one pair count as one half."""
    found = [EqualCell().measure(number) for number in range(40)]
    p_values = np.array([p for one in found for p, _, _ in one.values()])
    assert p_values.size == 200
    hits = int((p_values < 0.05).sum())
    assert binom.ppf(0.001, 100, 0.05) <= 0.5 * hits <= binom.isf(0.001, 100, 0.05)
    family = np.array([min(adjusted for _, adjusted, _ in one.values()) for one in found])
    assert int((family < 0.05).sum()) <= binom.isf(0.001, 40, 0.05)


def test_half_the_sulfate_is_missed_in_one_pair_of_twenty_at_most() -> None:
    cell = HalvedCell(0.05)
    found = [cell.measure(number) for number in range(24)]
    assert sum(one["sulfate"][1] < 0.05 for one in found) >= binom.ppf(0.01, 24, 0.95)


def test_rates_of_pairs_are_held_against_bounds_by_strength() -> None:
    measured = [{"ps4": [0.01, 0.05, 9.0], "sulfite": [0.5, 1.0, 2.0]}] * 10
    measured += [{"ps4": [0.9, 1.0, 9.0], "sulfite": [0.04, 0.2, 1.0]}] * 90
    strong, weak = EqualCell().rows(measured)
    assert strong.figures["ps4"].value == pytest.approx(10.0)
    assert weak.figures["sulfite"].value == pytest.approx(90.0)
    assert not strong.passed
    assert not weak.passed
    assert strong.labels[2] == "100 of 100"
    (halved,) = HalvedCell(0.05).rows([{"sulfate": [0.01, 0.04, 5.0]}] * 19 + [{}])
    assert halved.figures["found"].value == 100.0
    assert halved.labels[2] == "19 of 20"


# The harness ------------------------------------------------------------------------------------


def test_jackknife_of_a_mean_is_its_standard_error() -> None:
    sample = np.random.default_rng(0).standard_normal(90)
    figure = jackknifed(lambda x: float(x.mean()), sample)
    assert figure.error == pytest.approx(mean(sample).error)


def test_error_of_a_median_is_its_scatter() -> None:
    random = np.random.default_rng(1)
    figures = [median(random.standard_normal(400)) for _ in range(300)]
    scatter = np.std([figure.value for figure in figures])
    assert np.mean([figure.error for figure in figures]) == pytest.approx(scatter, rel=0.15)


def test_several_areas_of_one_spectrum_are_one_draw() -> None:
    inside = np.random.default_rng(2).random(50) < 0.9
    repeated = np.repeat(inside[:, None], 5, axis=1)
    assert fraction(repeated).error == pytest.approx(100.0 * inside.std() / np.sqrt(50.0))


def test_bounds_are_widened_by_monte_carlo_errors() -> None:
    assert Figure(1.08, 0.01).asked(0.93, 1.07).passed
    assert not Figure(1.11, 0.01).asked(0.93, 1.07).passed
    assert not Figure(0.89, 0.01).asked(0.93, None).passed


def test_figure_that_misses_its_bounds_is_bold() -> None:
    table = Table("t", "less than one", ("truth",), {"a": ("A", ".1f")}, ())
    rows = [Row(("x",), {"a": Figure(-1.5, 0.1).asked(None, 1.0)}), Row(("y",), {})]
    rows.append(Row(("z",), {"a": Figure(2.0).asked(None, 1.0)}))
    text = document.markdown(table, rows)
    assert "| x | −1.5 ± 0.1 |" in text
    assert "| y | – |" in text
    assert "| z | **2.0** |" in text


def test_table_replaces_what_stood_between_its_markers() -> None:
    page = "a\n<!-- truth:begin t -->\nold\n<!-- truth:end t -->\nb\n"
    written = document.with_table(page, "t", r"new \1")
    assert document.in_page(written, "t") == r"new \1"
    assert document.with_table(written, "t", "old") == page
    with pytest.raises(ValueError, match="no markers of u"):
        document.in_page(page, "u")


def test_record_comes_back(tmp_path: Path) -> None:
    rows = {"t": [Row(("x", "y"), {"a": Figure(1.0, 0.25, None, 2.0)})]}
    record.save(rows, tmp_path / "truth.json")
    assert record.load(tmp_path / "truth.json") == rows


def test_scratch_keeps_what_this_code_measured(tmp_path: Path) -> None:
    path = tmp_path / "scratch.jsonl"
    Scratch(path).keep("cell", [3, 4], [{"a": 1.0}, {}])
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(["other code", "cell", 5, {}]) + "\n" + '["cut off')
    again = Scratch(path)
    assert again.get("cell", 3) == {"a": 1.0}
    assert again.get("cell", 4) == {}
    assert again.get("cell", 5) is None


def test_run_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "scratch.jsonl")
    cell = BiasCell(drawn=False)
    known: Measurement = {"off": [0.0] * 5}
    scratch.keep("bias", [0, 2], [known, known])
    measured: list[tuple[int, int]] = []
    ((key, found),) = measure_cells(
        [("bias", cell)], 3, 1, scratch, lambda *step: measured.append(step)
    )
    assert key == "bias"
    assert measured == [(3, 3)]
    assert found == [known, cell.measure(1), known]
