"""Plans and runs: identical tables, nothing done twice, bad files as rows."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
from collections.abc import Callable
from multiprocessing import active_children
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.xps.batch.made_batches import (
    RECIPE,
    Batch,
    Here,
    batch_of,
    drifting,
    killing,
    recipe_at,
    spectrum,
    write_files,
)
from xps.batch import Progress, plan_batch, rows_found
from xps.batch.inputs import found_files
from xps.batch.processes import LocalProcesses
from xps.batch.worker import Task, fit_partition
from xps.environment import present_environment
from xps.errors import CancelledError, FitError, ReadError
from xps.session import load
from xps.writers import write_vamas


def rows(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    """Nine files in five partitions."""
    return batch_of(tmp_path, drifting(9))


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """What is found in this process."""
    one = batch_of(tmp_path_factory.mktemp("expected"), drifting(9))
    one.run(Here())
    return rows(one.table())


def without_folder(found: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row | {"file": Path(row["file"]).name} for row in found]


def stopped_after(done: int) -> tuple[Callable[[Progress], None], Callable[[], bool]]:
    """A progress, and the answer that the batch is not wanted any more once so much is done."""
    seen: list[int] = [0]
    return (lambda now: seen.append(now.done)), (lambda: seen[-1] >= done)


def test_a_table_has_a_row_for_each_spectrum_with_errors_and_versions(
    expected: list[dict[str, str]],
) -> None:
    assert [row["sample"] for row in expected] == [f"spot {i}" for i in range(9)]
    for number, row in enumerate(expected):
        center, error = float(row["center_ev"]), float(row["center_stderr"])
        assert abs(center - (163.0 + 0.01 * number)) < 5.0 * error
        assert float(row["area_stderr"]) > 0.0
        assert (row["doublet"], len(row["recipe_hash"])) == (present_environment().doublet, 16)


def test_the_files_of_a_folder_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    batch = batch_of(tmp_path, drifting(11))
    assert [Path(file.label).name for file in batch.plan.files] == [
        f"scan {i}.vms" for i in range(11)
    ]


@pytest.mark.parametrize("workers", [1, 2])
def test_any_number_of_processes_gives_the_same_rows(
    batch: Batch, expected: list[dict[str, str]], workers: int
) -> None:
    batch.run(LocalProcesses(workers))
    assert without_folder(rows(batch.table())) == without_folder(expected)


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_the_work_of_a_killed_process_is_done_again(
    batch: Batch, expected: list[dict[str, str]]
) -> None:
    def workers() -> list[int]:
        return [child.pid for child in active_children() if child.pid is not None]

    batch.run(LocalProcesses(2), progress=killing(workers, signal.SIGKILL))
    assert without_folder(rows(batch.table())) == without_folder(expected)


class Deadly:
    """Stands for a task, and ends whoever unpickles it."""

    partition = SimpleNamespace(pieces=(SimpleNamespace(file=SimpleNamespace(label="bad.vms")),))

    def __reduce__(self) -> tuple[Callable[[int], None], tuple[int]]:
        return os._exit, (9,)


def test_workers_that_die_again_and_again_are_an_error() -> None:
    with pytest.raises(FitError, match=r"3 workers died .*bad\.vms.*fewer --workers"):
        list(LocalProcesses(1).run([Deadly()]))


def test_a_stopped_run_resumes_without_repeating_what_is_finished(
    batch: Batch, expected: list[dict[str, str]]
) -> None:
    progress, cancelled = stopped_after(4)
    first, second = Here(), Here()
    with pytest.raises(CancelledError):
        batch.run(first, progress, cancelled)
    finished = [one.key for one in batch.plan.partitions if batch.parts.has(one)]
    assert finished == first.given[:2]
    counts = batch.run(second)
    assert not set(second.given) & set(finished)
    assert len(second.given) == 3
    assert (counts.partitions, counts.resumed) == (5, 2)
    assert without_folder(rows(batch.table())) == without_folder(expected)


def test_processes_are_cancelled_and_resumed(batch: Batch, expected: list[dict[str, str]]) -> None:
    progress, cancelled = stopped_after(2)
    with pytest.raises(CancelledError):
        batch.run(LocalProcesses(1), progress, cancelled)
    done = sum(map(batch.parts.has, batch.plan.partitions))
    assert 1 <= done < 5
    assert batch.run(LocalProcesses(1)).resumed == done
    assert without_folder(rows(batch.table())) == without_folder(expected)


def again(batch: Batch, recipe: str = RECIPE) -> Here:
    """Plan and run once more, and tell what was given."""
    folder = batch.out.parent
    plan = plan_batch([folder / "files"], recipe_at(folder / "recipe.toml", recipe), size=2)
    workers = Here()
    Batch(plan, batch.out).run(workers)
    return workers


def test_what_is_finished_is_not_done_again(batch: Batch) -> None:
    batch.run(Here())
    assert again(batch).given == []


def test_only_the_part_of_a_changed_file_is_done_again(batch: Batch) -> None:
    batch.run(Here())
    write_vamas(batch.out.parent / "files" / "scan 3.vms", [spectrum(99, 163.0)])
    assert len(again(batch).given) == 1


def test_another_recipe_is_another_batch(batch: Batch) -> None:
    batch.run(Here())
    assert len(again(batch, RECIPE.replace("value = 1.3", "value = 1.25")).given) == 5


def test_another_version_is_another_batch(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    batch.run(Here())
    monkeypatch.setattr(
        "xps.batch.plan.present_environment", lambda: present_environment().__class__(*"12345")
    )
    folder = batch.out.parent
    plan = plan_batch([folder / "files"], recipe_at(folder / "recipe.toml"), size=2)
    assert not any(map(batch.parts.has, plan.partitions))


def test_a_moved_folder_is_the_same_batch(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = []
    for place in ("here", "there"):
        folder = tmp_path / place
        write_files(folder / "files", drifting(3))
        monkeypatch.chdir(folder)
        plan = plan_batch(["files"], batch.plan.settings.recipe, size=2)
        keys.append([one.key for one in plan.partitions])
    assert keys[0] == keys[1]


def test_a_worker_with_other_versions_refuses(batch: Batch) -> None:
    others = present_environment().__class__("9.9", *"1234")
    with pytest.raises(FitError, match=r"other versions: doublet 9\.9 → "):
        fit_partition(Task(batch.plan.settings, batch.plan.partitions[0], others))


def test_a_file_that_changes_during_the_run_is_noticed(batch: Batch) -> None:
    write_vamas(batch.out.parent / "files" / "scan 0.vms", [spectrum(99, 163.0)])
    with pytest.raises(ReadError, match="has changed since the batch began"):
        batch.run(Here())


def test_bad_files_and_spectra_are_rows_with_their_reasons(tmp_path: Path) -> None:
    good = drifting(2)
    files = write_files(
        tmp_path / "files", [good[0], spectrum(5, 163.0, core_level="C 1s"), good[1]]
    )
    (files / "no spectrum.vms").write_bytes(b"nonsense")
    narrow = good[0].with_(energy_ev=good[0].energy_ev + 500.0, name="far")
    write_vamas(files / "far.vms", [narrow])
    batch = Batch(
        plan_batch([files, tmp_path / "missing.vms"], recipe_at(tmp_path / "r.toml")),
        tmp_path / "t.csv",
    )
    batch.run(Here())
    found = {Path(row["file"]).name: row for row in rows(batch.table())}
    assert len(found) == 6
    assert {name for name, row in found.items() if row["success"] == "yes"} == {
        "scan 0.vms",
        "scan 2.vms",
    }
    reasons = {name: row["message"] for name, row in found.items()}
    assert "no VAMAS file" in reasons["no spectrum.vms"]
    assert "none of the spectra is (C 1s)" in reasons["scan 1.vms"]
    assert "do not cover the recipe's window" in reasons["far.vms"]
    assert "there is no such file" in reasons["missing.vms"]


def test_text_of_files_is_no_formula(tmp_path: Path) -> None:
    batch = batch_of(tmp_path, [spectrum(0, 163.0, sample="=1+1")])
    batch.run(Here())
    (row,) = rows(batch.table())
    assert row["sample"] == "'=1+1"


def test_sessions_open_with_the_fits_of_the_table(tmp_path: Path) -> None:
    recipe = recipe_at(tmp_path / "r.toml")
    files = tmp_path / "files"
    files.mkdir()
    write_vamas(files / "all.vms", drifting(3))
    plan = plan_batch([files], recipe, sessions=tmp_path / "sessions", size=2)
    batch = Batch(plan, tmp_path / "t.csv")
    batch.run(Here())
    table = rows(batch.table())
    opened = [load(tmp_path / "sessions" / f"all.vms {part}.doublet") for part in ("1-2", "3-3")]
    areas = [fit.region.components[0].area.value for one in opened for fit in one.fits]
    assert areas == [float(row["area"]) for row in table]
    assert all(one.is_fresh(region.id) for one in opened for region in one.regions)


def test_another_folder_for_sessions_gets_all_of_them(tmp_path: Path) -> None:
    write_vamas(tmp_path / "all.vms", drifting(3))
    recipe = recipe_at(tmp_path / "r.toml")
    for name in ("first", "second"):
        plan = plan_batch([tmp_path / "all.vms"], recipe, sessions=tmp_path / name, size=2)
        Batch(plan, tmp_path / "t.csv").run(Here())
        assert len(list((tmp_path / name).iterdir())) == 2


def test_a_session_is_an_input(tmp_path: Path) -> None:
    recipe = recipe_at(tmp_path / "r.toml")
    write_vamas(tmp_path / "all.vms", drifting(2))
    first = Batch(
        plan_batch([tmp_path / "all.vms"], recipe, sessions=tmp_path / "s"), tmp_path / "1.csv"
    )
    first.run(Here())
    second = Batch(plan_batch([tmp_path / "s" / "all.vms.doublet"], recipe), tmp_path / "2.csv")
    second.run(Here())
    areas = [[row["area"] for row in rows(one.table())] for one in (first, second)]
    assert areas[0] == areas[1]


def test_a_damaged_part_is_named(batch: Batch) -> None:
    batch.run(Here())
    path = batch.parts.folder / f"{batch.plan.partitions[1].key}.part"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ReadError, match=r"delete it and run the batch again") as caught:
        batch.table()
    assert caught.value.path == str(path)


def test_names_of_sessions_differ_by_more_than_capitals(tmp_path: Path) -> None:
    for folder, name in (("one", "Scan.vms"), ("two", "scan.vms")):
        write_files(tmp_path / folder, drifting(1))
        (tmp_path / folder / "scan 0.vms").rename(tmp_path / folder / name)
    found = found_files([tmp_path / "one", tmp_path / "two"])
    assert len({file.name.casefold() for file in found}) == 2


def test_no_files_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no files of spectra"):
        plan_batch([tmp_path], recipe_at(tmp_path / "r.toml"))


def test_json_lines_hold_what_csv_holds_and_come_as_rows(batch: Batch) -> None:
    batch.run(Here())
    table = rows(batch.table())
    files = batch.out.parent / "files"
    plan = plan_batch([files], batch.plan.settings.recipe, table="jsonl", size=2)
    other = Batch(plan, batch.out.with_suffix(".jsonl"))
    other.run(Here())
    found = list(rows_found(plan, other.parts))
    assert [json.loads(line) for line in other.table().splitlines()] == found
    for mine, its in zip(found, table, strict=True):
        assert {name: "" if value is None else str(value) for name, value in mine.items()} == its


def test_the_rows_of_a_run_that_is_not_finished_can_be_had(batch: Batch) -> None:
    files = batch.out.parent / "files"
    plan = plan_batch([files], batch.plan.settings.recipe, table="jsonl", size=2)
    other = Batch(plan, batch.out.with_suffix(".jsonl"))
    progress, cancelled = stopped_after(4)
    with pytest.raises(CancelledError):
        other.run(Here(), progress, cancelled)
    assert [row["sample"] for row in rows_found(plan, other.parts)] == [
        f"spot {i}" for i in range(4)
    ]


def test_parquet_holds_what_csv_holds(batch: Batch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    batch.run(Here())
    table = rows(batch.table())
    files = batch.out.parent / "files"
    plan = plan_batch([files], batch.plan.settings.recipe, table="parquet", size=2)
    other = Batch(plan, batch.out.with_suffix(".parquet"))
    other.run(Here())
    other.table()
    found = parquet.read_table(other.out)
    assert found.column("area").to_pylist() == [float(row["area"]) for row in table]
    assert found.column("file").to_pylist() == [row["file"] for row in table]
    assert found.column("n_points").to_pylist() == [int(row["n_points"]) for row in table]
