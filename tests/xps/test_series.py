"""Places in series: from files, from tables, and which spectra are replicates then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.truth import argyrodite
from xps.analysis import apply_recipe
from xps.errors import RecipeError
from xps.project import Project
from xps.recipe import load_recipe
from xps.sample_table import read_sample_table
from xps.series import position, series_names, with_places

TRUTH = argyrodite(1_000.0, step=0.2)
RECIPE = load_recipe("argyrodite-s2p")

Steps = tuple[tuple[str, float], ...]


def measured(*samples_and_series: tuple[str, Steps]) -> Project:
    spectra = tuple(
        TRUTH.spectrum(number, sample=sample, series=series)
        for number, (sample, series) in enumerate(samples_and_series)
    )
    return apply_recipe(Project().with_spectra(spectra), RECIPE)[0]


def names(project: Project) -> list[str]:
    return [sample.name for sample in project.samples]


def test_each_depth_of_a_profile_becomes_a_sample() -> None:
    profile = measured(("pellet", (("Depth / nm", 0.0),)), ("pellet", (("Depth / nm", 2.5),)))
    apart = with_places(profile)
    assert names(apart) == ["pellet, Depth / nm = 0", "pellet, Depth / nm = 2.5"]
    assert [entry.sample for entry in apart.entries] == names(apart)
    assert [position(sample, "depth / NM") for sample in apart.samples] == [0.0, 2.5]
    assert apart.fingerprint(apart.regions[1].id) == profile.fingerprint(profile.regions[1].id)


def test_replicates_stay_replicates_at_each_depth() -> None:
    steps = (("Depth / nm", 0.0),), (("Depth / nm", 2.5),)
    project = measured(*[(spot, step) for spot in ("spot 1", "spot 2") for step in steps])
    grouped = replace(
        project, samples=tuple(replace(sample, group="pellet") for sample in project.samples)
    )
    groups = [sample.group for sample in with_places(grouped).samples]
    assert groups == ["pellet, Depth / nm = 0", "pellet, Depth / nm = 2.5"] * 2


def test_sweeps_of_one_place_stay_one_sample() -> None:
    project = measured(("pellet", (("Loop", 1.0),)), ("pellet", (("Loop", 2.0),)))
    assert with_places(project) == project


def test_sample_at_one_place_only_learns_it_from_its_file() -> None:
    project = measured(("fresh", (("Cycles", 0.0),)), ("aged", (("Cycles", 100.0),)))
    apart = with_places(project)
    assert names(apart) == ["fresh", "aged"]
    assert [position(sample, "cycles") for sample in apart.samples] == [0.0, 100.0]
    assert series_names(apart.samples) == ("Cycles",)


def test_what_is_said_of_a_sample_goes_before_its_file() -> None:
    project = measured(("aged", (("Cycles", 99.0),)))
    corrected = project.with_sample(replace(project.samples[0], series=(("cycles", 100.0),)))
    (sample,) = with_places(corrected).samples
    assert sample.series == (("cycles", 100.0),)


def table(folder: Path, text: str) -> Path:
    path = folder / "samples.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_table_groups_and_places_samples(tmp_path: Path) -> None:
    project = measured(("a", ()), ("b", ()), ("c", ()))
    path = table(tmp_path, "Sample; Group; ALD cycles; d / nm\na; bare; 0;\nb; bare; 0; 0.5\n")
    first, second, third = read_sample_table(path).applied_to(project).samples
    assert (first.group, first.series) == ("bare", (("ALD cycles", 0.0),))
    assert second.series == (("ALD cycles", 0.0), ("d / nm", 0.5))
    assert (third.group, third.series) == ("", ())


def test_table_without_groups_leaves_them_and_other_series_alone(tmp_path: Path) -> None:
    project = measured(("a", ()))
    told = project.with_sample(
        replace(project.samples[0], group="bare", series=(("Cycles", 1.0), ("x", 2.0)))
    )
    path = table(tmp_path, "sample,cycles\na,5\n")
    (sample,) = read_sample_table(path).applied_to(told).samples
    assert (sample.group, sample.series) == ("bare", (("x", 2.0), ("cycles", 5.0)))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sample,cycles\nd,5\n", "names the sample 'd'"),
        ("sample,cycles\na,5\na,6\n", "the sample is 'a'"),
        ("sample,cycles\na,five\n", "cycles is 'five'"),
        ("sample,\na,5\n", "no heading"),
        ("name,cycles\na,5\n", "no column sample"),
    ],
)
def test_wrong_table_is_named(tmp_path: Path, text: str, reason: str) -> None:
    path = table(tmp_path, text)
    with pytest.raises(RecipeError, match=reason) as caught:
        read_sample_table(path).applied_to(measured(("a", ())))
    assert caught.value.path == str(path)
