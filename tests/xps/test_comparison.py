"""Differences between samples: calibration, power, replicates, corrections."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from tests.truth import Truth, argyrodite
from tests.xps.projects import fitted as example_project
from xps.analysis import apply_recipe, fit_project
from xps.cli import main
from xps.comparison import (
    Comparison,
    Difference,
    compare,
    joint_comparison_fit,
)
from xps.composition_table import CompositionTable
from xps.errors import XpsError
from xps.multiple_tests import COUNTING_ONLY
from xps.project import Project
from xps.quantification import quantify
from xps.recipe import load_recipe
from xps.resources import resource
from xps.session import load, save

RECIPE = load_recipe("argyrodite-s2p")
BARE_NAME = "Bare NCM (simulated)"
BARE = argyrodite(2_000.0, step=0.1)


def with_sulfate(factor: float) -> Truth:
    peaks = tuple(
        replace(p, area=factor * p.area) if p.name == "sulfate" else p for p in BARE.peaks
    )
    return replace(BARE, peaks=peaks)


def fitted(samples: dict[str, Truth], seed: int) -> Project:
    spectra = tuple(
        truth.spectrum((seed, number), sample=name)
        for number, (name, truth) in enumerate(samples.items())
    )
    project, _ = apply_recipe(Project().with_spectra(spectra), RECIPE)
    return fit_project(project).project


def of(comparison: Comparison, species: str) -> Difference:
    return next(d for d in comparison.differences if d.species == species)


@pytest.fixture(scope="module")
def project() -> Project:
    return fitted({"bare": BARE, "coated": with_sulfate(0.3)}, 1)


def test_true_difference_is_found(project: Project) -> None:
    sulfate = of(compare(project, "bare"), "sulfate")
    assert sulfate.difference == pytest.approx(-0.063, abs=0.03)
    assert sulfate.p_value_adjusted is not None
    assert sulfate.p_value_adjusted < 0.01
    assert (sulfate.sample, sulfate.core_level) == ("coated", "S 2p")


def test_base_and_sample_are_opposite(project: Project) -> None:
    there, back = compare(project, "bare"), compare(project, "coated")
    for one, other in zip(there.differences, back.differences, strict=True):
        assert one.difference == pytest.approx(-other.difference)
        assert one.p_value == pytest.approx(other.p_value)


def test_joint_fit_makes_differences_more_certain(project: Project) -> None:
    joint = joint_comparison_fit(project)
    alone, together = compare(project, "bare"), compare(project, "bare", joint)
    for species in ("sulfite", "sulfate"):
        one, other = of(alone, species), of(together, species)
        assert one.stderr is not None
        assert other.stderr is not None
        assert other.stderr < one.stderr


def test_joint_comparison_of_a_reopened_session_has_the_same_numbers(
    project: Project, tmp_path: Path
) -> None:
    save(tmp_path / "a.doublet", project)
    again = load(tmp_path / "a.doublet")
    first, second = (
        compare(one, "bare", joint_comparison_fit(one)).to_dict() for one in (project, again)
    )
    assert first == second


def test_one_spectrum_says_that_only_counting_is_in_the_error(project: Project) -> None:
    differences = compare(project, "bare").differences
    assert {d.note for d in differences} == {COUNTING_ONLY}
    assert {d.replicates for d in differences} == {(1, 1)}


def test_scatter_between_replicates_enters_the_error() -> None:
    def grouped(factors: tuple[float, float]) -> Difference:
        truths = {"bare": BARE} | {
            f"spot {n}": with_sulfate(factor) for n, factor in enumerate(factors)
        }
        plain = fitted(truths, 3)
        samples = tuple(
            replace(sample, group="coated") if sample.name != "bare" else sample
            for sample in plain.samples
        )
        return of(compare(replace(plain, samples=samples), "bare"), "sulfate")

    alike, apart = grouped((0.5, 0.5)), grouped((0.1, 0.9))
    assert alike.replicates == apart.replicates == (1, 2)
    assert alike.stderr is not None
    assert apart.stderr is not None
    assert apart.stderr > 1.5 * alike.stderr
    assert alike.p_value is not None
    assert apart.p_value is not None
    assert apart.p_value > alike.p_value


def test_correction_is_holms(project: Project) -> None:
    differences = sorted(
        compare(project, "bare").differences, key=lambda d: d.p_value if d.p_value else 0.0
    )
    expected, largest = [], 0.0
    for rank, difference in enumerate(differences):
        assert difference.p_value is not None
        largest = max(largest, min(1.0, (len(differences) - rank) * difference.p_value))
        expected.append(largest)
    assert [d.p_value_adjusted for d in differences] == pytest.approx(expected)


@pytest.mark.parametrize("base", ["no such sample", ""])
def test_unknown_base_is_named_with_those_there_are(project: Project, base: str) -> None:
    with pytest.raises(XpsError, match="coated"):
        compare(project, base)


def test_command_without_a_base_lists_what_there_is(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "two.doublet"
    save(path, project)
    assert main(["compare", str(path)]) == 2
    assert "no base to compare with is named (name one of: bare, coated)" in capsys.readouterr().err


def test_single_sample_cannot_be_compared() -> None:
    with pytest.raises(XpsError, match="only one"):
        compare(fitted({"bare": BARE}, 4), "bare")


@pytest.mark.parametrize("extra", [[], ["--joint"]])
def test_command_prints_what_the_schema_says(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str], extra: list[str]
) -> None:
    path = tmp_path / "pair.doublet"
    save(path, project)
    assert main(["compare", str(path), "--base", "bare", "--json", *extra]) == 0
    document = json.loads(capsys.readouterr().out)
    schema = resource("schemas", "compare.schema.json").read_text(encoding="utf-8")
    Draft202012Validator(json.loads(schema)).validate(document)
    assert len(document["differences"]) == 5
    assert main(["compare", str(path), "--base", "bare", *extra]) == 0
    assert COUNTING_ONLY in capsys.readouterr().out


# Atomic percent --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def example() -> Comparison:
    """Bare and coated, S 2p and O 1s, fitted together."""
    project = example_project()
    return compare(project, BARE_NAME, joint_comparison_fit(project))


def test_atomic_percents_of_elements_are_the_sums_of_their_species(example: Comparison) -> None:
    for level in ("S 2p", "O 1s"):
        own = [d for d in example.atomic_differences if d.core_level == level]
        (whole,) = (d for d in own if not d.species)
        parts = [d for d in own if d.species]
        assert len(parts) > 2
        assert whole.value == pytest.approx(sum(d.value for d in parts))
        assert whole.difference == pytest.approx(sum(d.difference for d in parts))


def test_elements_of_two_gain_what_the_other_loses(example: Comparison) -> None:
    sulfur, oxygen = (d for d in example.atomic_differences if not d.species)
    assert sulfur.difference == pytest.approx(-oxygen.difference)
    assert sulfur.stderr == pytest.approx(oxygen.stderr)


def test_atomic_percents_are_those_of_the_quantification() -> None:
    project = example_project()
    quantified = {
        (amount.sample, amount.core_level, amount.name): amount
        for amount in quantify(project).amounts
        if amount.component
    }
    compared = [d for d in compare(project, BARE_NAME).atomic_differences if d.species]
    assert compared
    for difference in compared:
        level, name = difference.core_level, difference.quantity.name
        first = quantified[BARE_NAME, level, name]
        second = quantified[difference.sample, level, name]
        assert difference.base_value == pytest.approx(first.atomic_percent)
        assert difference.base_stderr == pytest.approx(first.stderr)
        assert difference.value == pytest.approx(second.atomic_percent)
        assert first.stderr is not None
        assert second.stderr is not None
        assert difference.stderr == pytest.approx(np.hypot(first.stderr, second.stderr))


# Tables ----------------------------------------------------------------------------------------


def table_of(comparison: Comparison, level: str) -> CompositionTable:
    return next(t for t in comparison.tables if (t.kind, t.core_levels) == ("share", (level,)))


def test_covariance_of_the_table_gives_the_errors_of_differences(example: Comparison) -> None:
    table = table_of(example, "O 1s")
    size = len(table.quantities)
    for column, difference in enumerate(d for d in example.differences if d.core_level == "O 1s"):
        contrast = np.zeros(table.values.size)
        contrast[[column, size + column]] = -1.0, 1.0
        variance = contrast @ table.covariance @ contrast
        assert difference.stderr == pytest.approx(np.sqrt(variance))


def test_shares_of_a_table_add_up_without_error(example: Comparison) -> None:
    table = table_of(example, "S 2p")
    np.testing.assert_allclose(table.values.sum(axis=1), 1.0)
    sums = table.counting.sum(axis=(1, 3))
    assert np.abs(sums).max() < 1e-9 * np.abs(table.counting).max()


def test_scatter_of_replicates_stands_in_the_table() -> None:
    plain = fitted({"bare": BARE, "spot 1": with_sulfate(0.2), "spot 2": with_sulfate(0.8)}, 3)
    samples = tuple(
        replace(sample, group="coated") if sample.name != "bare" else sample
        for sample in plain.samples
    )
    table = table_of(compare(replace(plain, samples=samples), "bare"), "S 2p")
    assert table.replicates == (1, 2)
    column = [quantity.species for quantity in table.quantities].index("sulfate")
    place = len(table.quantities) + column
    assert table.covariance[place, place] == pytest.approx(table.scatter[1, column])
    assert table.scatter[1, column] > 2.0 * table.expected[1, column]
    assert np.linalg.eigvalsh(table.covariance).min() > -1e-12
