"""The command line as a process: no Qt, no display, any terminal, any end of its output."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.xps.commands import ENTRY, bare_environment, run_process
from tests.xps.projects import BARE
from xps import cli

WITHOUT_QT = """
import sys
from app.__main__ import main
code = main()
loaded = {name.partition(".")[0] for name in sys.modules}
assert not loaded & {"PySide6", "shiboken6", "pyqtgraph"}, loaded
sys.exit(code)
"""


ONE_THREAD = """
import os, sys
chosen, expected = sys.argv[1:]
os.environ.pop("OPENBLAS_NUM_THREADS", None)
if chosen:
    os.environ["OPENBLAS_NUM_THREADS"] = chosen
from app.__main__ import main
try:
    main(["info"])
finally:
    assert os.environ["OPENBLAS_NUM_THREADS"] == expected
sys.exit(0)
"""


@pytest.mark.parametrize("chosen", [None, "4"])
def test_linear_algebra_keeps_to_one_thread_unless_somebody_chose(chosen: str | None) -> None:
    ended = run_process(chosen or "", chosen or "1", code=ONE_THREAD)
    assert ended.returncode == 0


@pytest.mark.parametrize("command", ["info", "fit", "export", "simulate", "verify", "check"])
def test_no_command_loads_qt_or_needs_a_display(
    command: str, example_session: Path, tmp_path: Path
) -> None:
    arguments = {
        "info": [BARE, "--json"],
        "fit": [BARE, "--recipe", "cathode", "--spectrum", "S 2p", "--json"],
        "export": [example_session, "--to", tmp_path / "a.svg"],
        "simulate": ["--recipe", "cathode", "--out", tmp_path / "a.vms"],
        "verify": [example_session],
        "check": [example_session],
    }[command]
    ended = run_process(command, *arguments, code=WITHOUT_QT)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_an_option_that_nobody_knows_is_one_line() -> None:
    ended = run_process("--frobnicate")
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr.splitlines() == [
        b"doublet: unrecognized arguments: --frobnicate (see doublet --help)"
    ]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is a display")
def test_no_display_is_one_line() -> None:
    ended = run_process()
    assert (ended.returncode, ended.stdout, ended.stderr.count(b"\n")) == (2, b"", 1)


def test_info_loads_neither_lmfit_nor_matplotlib() -> None:
    code = ENTRY.replace("sys.exit(main())", "main(); print(*sys.modules, file=sys.stderr)")
    loaded = {
        name.partition(".")[0]
        for name in run_process("info", BARE, code=code).stderr.decode().split()
    }
    assert "numpy" in loaded
    assert not loaded & {"lmfit", "matplotlib", "scipy"}


def test_an_unreadable_file_exits_2_as_a_process(tmp_path: Path) -> None:
    ended = run_process("info", tmp_path / "없는 파일.vms", PYTHONIOENCODING="utf-8")
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr.decode().count("\n") == 1
    assert "없는 파일.vms" in ended.stderr.decode()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp949", "utf-8"])
@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["text", "json"])
def test_any_encoding_of_the_terminal_will_do(
    monkeypatch: pytest.MonkeyPatch, encoding: str, as_json: list[str]
) -> None:
    written = io.BytesIO()
    terminal = io.TextIOWrapper(written, encoding=encoding, errors="strict")
    monkeypatch.setattr(sys, "stdout", terminal)
    assert cli.main(["fit", str(BARE), "--recipe", "argyrodite-s2p", *as_json]) == 0
    assert "sulfate" in written.getvalue().decode(encoding)


def test_a_terminal_without_unicode_will_do_as_a_process() -> None:
    ended = run_process("fit", BARE, "--recipe", "argyrodite-s2p", PYTHONIOENCODING="ascii")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"sulfate" in ended.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break differently on Windows")
@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["text", "json"])
def test_a_reader_that_goes_away_is_no_crash(as_json: list[str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", ENTRY, "info", str(BARE), *as_json],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=bare_environment(),
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 1


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no /dev/full here")
def test_a_full_disk_behind_stdout_is_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-c", ENTRY, "info", str(BARE), "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            env=bare_environment(),
        )
    reason = os.strerror(errno.ENOSPC)
    assert ended.returncode == 1
    assert ended.stderr.decode() == f"doublet: the output cannot be written: {reason}\n"
