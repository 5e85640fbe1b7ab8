"""Which spectra of a file share an energy scale."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xps.batch.made_batches import recipe_at, spectrum
from xps.batch.measurement import measurements
from xps.recipe import Recipe, load_recipe


@pytest.fixture
def both() -> Recipe:
    """S 2p and O 1s."""
    return load_recipe("cathode")


def levels(*found: str, **changes: object) -> list[object]:
    return [spectrum(i, 163.0, core_level=level, **changes) for i, level in enumerate(found)]


def test_core_levels_of_one_sample_belong_together(both: Recipe) -> None:
    (one,) = measurements(levels("S 2p", "O 1s", sample="a"), both)
    assert (one.name, one.indices) == ("a", (0, 1))


def test_what_the_recipe_does_not_analyze_is_left_out(both: Recipe) -> None:
    (one,) = measurements(levels("C 1s", "S 2p", "O 1s", sample="a"), both)
    assert one.indices == (1, 2)


def test_a_file_without_any_core_level_of_the_recipe_stays_whole(both: Recipe) -> None:
    (one,) = measurements(levels("C 1s", "P 2p", sample="a"), both)
    assert one.indices == (0, 1)


def test_repetitions_are_measurements_of_their_own(both: Recipe) -> None:
    found = measurements(levels("S 2p", "O 1s", "S 2p", "O 1s", sample="a"), both)
    assert [one.indices for one in found] == [(0, 1), (2, 3)]
    assert len({one.name for one in found}) == 2


def test_a_level_measured_more_often_than_another_shares_its_scale(both: Recipe) -> None:
    (one,) = measurements(levels("S 2p", "O 1s", "O 1s", sample="a"), both)
    assert one.indices == (0, 1, 2)


def test_places_of_a_profile_are_measurements_with_their_names(tmp_path: Path) -> None:
    profile = [
        spectrum(i, 163.0, sample="pellet", series=(("Depth / nm", float(i)),)) for i in range(3)
    ]
    found = measurements(profile, recipe_at(tmp_path / "one.toml"))
    assert [one.indices for one in found] == [(0,), (1,), (2,)]
    assert "Depth / nm = 2" in found[2].name


def test_a_project_has_ids_that_are_unique_in_the_file(both: Recipe) -> None:
    found = measurements(levels("S 2p", "S 2p", sample="a"), both)
    assert [entry.id for one in found for entry in one.project().entries] == ["s0", "s1"]
