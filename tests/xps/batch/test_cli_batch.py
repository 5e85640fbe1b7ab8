"""doublet batch: what it prints, how it ends, what it refuses."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.xps.batch.made_batches import RECIPE, Here, drifting, write_files
from tests.xps.commands import Run, check_schema, run_process
from xps import cli_batch
from xps.file_lock import FileLock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recipe and three files."""
    (tmp_path / "one.toml").write_text(RECIPE, "utf-8")
    write_files(tmp_path / "files", drifting(3))
    return tmp_path


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in this process, which has been started."""
    monkeypatch.setattr(cli_batch, "_workers", lambda options: Here())


def arguments(folder: Path, out: str = "table.csv") -> list[str | Path]:
    recipe = folder / "one.toml"
    return ["batch", folder / "files", "--recipe", recipe, "--out", folder / out, "--workers", "1"]


@pytest.mark.usefixtures("here")
def test_the_json_tells_what_was_done(run: Run, folder: Path) -> None:
    ended = run(*arguments(folder), "--json")
    assert (ended.code, ended.err) == (0, "")
    check_schema(ended.document)
    assert (ended.document["fitted"], ended.document["failed"], ended.document["rows"]) == (3, 0, 3)
    assert (folder / "table.csv").stat().st_size > 0


@pytest.mark.usefixtures("here")
def test_a_folder_gets_a_table(run: Run, folder: Path) -> None:
    ended = run(*arguments(folder, "out"))
    assert ended.code == 0
    assert [path.name for path in (folder / "out").iterdir()] == ["table.csv"]
    assert "3 spectra fitted, 0 not fitted" in ended.out


@pytest.mark.usefixtures("here")
def test_a_table_inside_the_folder_of_the_files_is_no_input(run: Run, folder: Path) -> None:
    words = arguments(folder, "files/table.csv")
    assert [run(*words, "--json").document["files"] for _ in range(2)] == [3, 3]


@pytest.mark.usefixtures("here")
def test_a_bad_file_is_a_row_and_a_failure(run: Run, folder: Path) -> None:
    (folder / "files" / "bad.vms").write_bytes(b"nonsense")
    ended = run(*arguments(folder), "--json")
    assert ended.code == 1
    assert (ended.document["fitted"], ended.document["failed"]) == (3, 1)


@pytest.mark.usefixtures("here")
def test_ctrl_c_keeps_what_is_finished_and_the_same_command_goes_on(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(shown: object, progress: cli_batch.Progress) -> None:
        if progress.done > 0:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("xps.batch.plan.PARTITION_SIZE", 1)
    before = signal.getsignal(signal.SIGINT)
    with monkeypatch.context() as patch:
        patch.setattr(cli_batch._Shown, "fitting", interrupted)
        ended = run(*arguments(folder))
    assert ended.code == 1
    assert (
        "1 of 3 parts finished (start the same batch again, and it goes on from there)" in ended.err
    )
    assert signal.getsignal(signal.SIGINT) is before
    document = run(*arguments(folder), "--json").document
    assert (document["parts"], document["parts_resumed"]) == (3, 1)


@pytest.mark.usefixtures("here")
def test_nothing_is_left_beside_the_table(run: Run, folder: Path) -> None:
    run(*arguments(folder))
    assert {path.name for path in folder.iterdir()} == {"files", "one.toml", "table.csv"}


@pytest.mark.usefixtures("here")
def test_what_else_lies_in_the_folder_of_parts_stays(run: Run, folder: Path) -> None:
    mine = folder / "out" / "parts"
    mine.mkdir(parents=True)
    (mine / "notes.txt").write_text("mine", "utf-8")
    assert run(*arguments(folder, "out")).code == 0
    assert [path.name for path in mine.iterdir()] == ["notes.txt"]


@pytest.mark.usefixtures("here")
def test_a_table_that_another_batch_writes_is_refused(run: Run, folder: Path) -> None:
    other = FileLock(folder / "table.csv")
    assert other.take() is None
    ended = run(*arguments(folder))
    assert ended.code != 0
    assert "another batch writes this table" in ended.err
    assert "delete .table.csv.lock" in ended.err
    other.release()
    assert run(*arguments(folder)).code == 0


def test_a_batch_as_a_process_is_quiet(folder: Path) -> None:
    ended = run_process(*arguments(folder), "--sessions", folder / "sessions")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert len(list((folder / "sessions").iterdir())) == 3


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--workers", "0"], "a number from 1"),
        (["--tls-ca", "ca.pem"], "certificates are for a cluster"),
        (["--scheduler", "tcp://10.0.0.7:8786"], "over TLS only"),
        (["--scheduler", "tls://10.0.0.7:8786"], "name a file with --tls-ca"),
    ],
)
def test_what_cannot_be_done_is_refused(
    run: Run, folder: Path, words: list[str], reason: str
) -> None:
    ended = run(*arguments(folder)[:-2], *words)
    assert ended.code == 2
    assert reason in ended.err
    assert not (folder / "table.csv").exists()


def test_a_table_of_an_unknown_format_is_refused(run: Run, folder: Path) -> None:
    ended = run(*arguments(folder, "table.xlsx"))
    assert ended.code == 2
    assert "choose .csv, .jsonl, .parquet" in ended.err


@pytest.mark.parametrize(
    ("package", "words", "extra"),
    [
        ("pyarrow", ["--out", "t.parquet"], "doublet[parquet]"),
        ("distributed", ["--out", "t.csv", "--scheduler", "local"], "doublet[cluster]"),
    ],
)
def test_a_missing_package_is_named_with_the_remedy(
    run: Run,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    package: str,
    words: list[str],
    extra: str,
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    ended = run("batch", folder / "files", "--recipe", folder / "one.toml", *words)
    assert ended.code == 2
    assert f'pip install "{extra}"' in ended.err


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(3.21, "3.2 s"), (59.0, "59 s"), (125.0, "2 min 05 s"), (7384, "2 h 03 min")],
)
def test_times_are_read_at_a_glance(seconds: float, text: str) -> None:
    assert cli_batch._time(seconds) == text
