"""Files fitted as maps: the same numbers as spectrum by spectrum, in parts of their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.xps.batch.made_batches import RECIPE, Batch, Here, drifting, recipe_at, spectrum
from tests.xps.batch.test_batch import rows
from tests.xps.commands import Run
from xps.batch import plan_batch
from xps.batch.processes import LocalProcesses
from xps.errors import ReadError
from xps.spectrum import Spectrum
from xps.writers import write_vamas

COUNT = 20


def a_map(count: int = COUNT) -> list[Spectrum]:
    return [
        one.with_(sample="map", name="S 2p", series=(("Map x / µm", float(number)),))
        for number, one in enumerate(drifting(count))
    ]


def batch_of_map(folder: Path, *, as_stacks: bool = True, size: int = 8) -> Batch:
    file = folder / "map.vms"
    if not file.exists():
        write_vamas(file, a_map())
    recipe = recipe_at(folder / "recipe.toml")
    plan = plan_batch([file], recipe, as_stacks=as_stacks, size=size)
    return Batch(plan, folder / f"{as_stacks}.csv")


def found_in(batch: Batch) -> list[dict[str, str]]:
    batch.run(Here())
    return rows(batch.table())


def test_a_map_is_fitted_like_its_spectra(tmp_path: Path) -> None:
    mapped = found_in(batch_of_map(tmp_path))
    single = found_in(batch_of_map(tmp_path, as_stacks=False))
    assert len(mapped) == len(single) == COUNT
    for name in ("center", "fwhm", "area"):
        column = "area" if name == "area" else f"{name}_ev"
        mine, its = (np.array([float(row[column]) for row in found]) for found in (mapped, single))
        errors = [
            np.array([float(row[f"{name}_stderr"]) for row in found]) for found in (mapped, single)
        ]
        assert np.abs((mine - its) / errors[0]).max() < 1e-4
        assert errors[0] == pytest.approx(errors[1], rel=1e-4)
    for column in ("place", "sample", "spectrum_index", "area_unit", "n_points", "n_free"):
        assert [row[column] for row in mapped] == [row[column] for row in single]
    assert {row["start"] for row in mapped} == {"stack"}


def test_a_map_is_divided_into_parts(tmp_path: Path) -> None:
    batch = batch_of_map(tmp_path)
    assert [part.size for part in batch.plan.partitions] == [8, 8, 4]
    assert batch.plan.size == COUNT


def test_processes_give_the_same_map(tmp_path: Path) -> None:
    batch = batch_of_map(tmp_path)
    here = found_in(batch)
    other = Batch(batch.plan, tmp_path / "other.csv")
    other.run(LocalProcesses(2))
    assert rows(other.table()) == here


def test_a_map_planned_again_is_the_same_batch(tmp_path: Path) -> None:
    keys = [{one.key for one in batch_of_map(tmp_path).plan.partitions} for _ in range(2)]
    assert keys[0] == keys[1]
    write_vamas(tmp_path / "map.vms", a_map()[::-1])
    assert not keys[0] & {one.key for one in batch_of_map(tmp_path).plan.partitions}


def test_a_map_that_changes_during_the_run_is_noticed(tmp_path: Path) -> None:
    batch = batch_of_map(tmp_path)
    write_vamas(tmp_path / "map.vms", a_map()[::-1])
    with pytest.raises(ReadError, match="changed"):
        batch.run(Here())


def test_a_spectrum_that_was_not_measured_is_a_row(tmp_path: Path) -> None:
    spectra = a_map()
    negative = spectra[5].intensity.copy()
    negative[60] = -1.0
    spectra[5] = spectra[5].with_(intensity=negative)
    write_vamas(tmp_path / "map.vms", spectra)
    found = found_in(batch_of_map(tmp_path))
    assert [row["spectrum_index"] for row in found if row["success"] == "no"] == ["5"]
    assert found[5]["message"] == "not measured"


def test_a_map_of_another_core_level_is_a_row(tmp_path: Path) -> None:
    write_vamas(tmp_path / "map.vms", [one.with_(core_level="C 1s") for one in a_map()])
    (row,) = found_in(batch_of_map(tmp_path))
    assert "none of the stacks is (C 1s)" in row["message"]


def test_a_file_of_one_spectrum_is_fitted_as_such(tmp_path: Path) -> None:
    write_vamas(tmp_path / "map.vms", [spectrum(0, 163.0)])
    (row,) = found_in(batch_of_map(tmp_path))
    assert (row["success"], row["start"]) == ("yes", "cold")


def test_the_command_takes_a_file_as_a_map(run: Run, tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text(RECIPE, "utf-8")
    write_vamas(tmp_path / "map.vms", a_map())
    words = ["batch", tmp_path / "map.vms", "--recipe", tmp_path / "recipe.toml", "--stack"]
    document = run(*words, "--out", tmp_path / "t.csv", "--workers", "1", "--json").document
    assert (document["measurements"], document["fitted"], document["parts"]) == (COUNT, COUNT, 1)
    refused = run(*words, "--out", tmp_path / "t.csv", "--sessions", tmp_path / "s")
    assert refused.code == 2
    assert "leave --sessions out" in refused.err
