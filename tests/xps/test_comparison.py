"""Differences between samples: calibration, power, replicates, corrections."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from tests.truth import Truth, argyrodite
from xps.analysis import apply_recipe, fit_project
from xps.cli import main
from xps.comparison import COUNTING_ONLY, Comparison, Difference, compare
from xps.errors import XpsError
from xps.joint_fit import fit_together
from xps.project import Project
from xps.recipe import load_recipe
from xps.resources import resource
from xps.session import save

RECIPE = load_recipe("argyrodite-s2p")
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
    joint = fit_together(project, [r.id for r in project.regions], share_shapes=True)
    alone, together = compare(project, "bare"), compare(project, "bare", joint)
    for species in ("sulfite", "sulfate"):
        one, other = of(alone, species), of(together, species)
        assert one.stderr is not None
        assert other.stderr is not None
        assert other.stderr < one.stderr


def test_pulls_of_equal_samples_are_those_of_chance() -> None:
    """Of 60 pairs drawn from one truth; the bounds are those of chance at 1 in 1000."""
    pulls = []
    for seed in range(60):
        for difference in compare(fitted({"a": BARE, "b": BARE}, 100 + seed), "a").differences:
            assert difference.stderr is not None
            pulls.append(difference.difference / difference.stderr)
    spread = float(np.std(np.array(pulls).reshape(60, -1), axis=0).mean())
    assert 0.75 < spread < 1.2


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
