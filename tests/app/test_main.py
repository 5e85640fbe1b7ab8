import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.__main__ import has_display, main
from tests.app.projects import SAMPLES
from xps.resources import resource

NO_DISPLAY = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def run(*arguments: str, display: bool, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k not in NO_DISPLAY}
    environment |= {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config")}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    if display:
        environment["QT_QPA_PLATFORM"] = "offscreen"
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("platform", "environment", "there"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"QT_QPA_PLATFORM": "offscreen"}, True),
        ("win32", {}, True),
        ("darwin", {}, True),
    ],
)
def test_a_display_is_known_by_platform_and_environment(
    platform: str, environment: dict[str, str], there: bool
) -> None:
    assert has_display(platform, environment) is there


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux may lack a display")
def test_without_display_a_window_is_refused_in_one_line(tmp_path: Path) -> None:
    result = run("-m", "app", display=False, folder=tmp_path)
    assert result.returncode == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert "no display" in result.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux may lack a display")
def test_without_display_the_example_writes_session_report_and_figure(tmp_path: Path) -> None:
    result = run("-m", "app", "--example", "--out", "결과 폴더", display=False, folder=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "No display" in result.stdout
    for name in ("example.doublet", "example.html", "example.pdf"):
        assert (tmp_path / "결과 폴더" / name).stat().st_size > 1000
        assert name in result.stdout


def test_a_command_runs_without_loading_qt(tmp_path: Path) -> None:
    code = (
        "import sys; from app.__main__ import main; "
        f"code = main(['info', {str(resource('samples', SAMPLES[0]))!r}, '--json']); "
        "assert not [m for m in sys.modules if m.startswith(('PySide6', 'pyqtgraph'))]; "
        "sys.exit(code)"
    )
    result = run("-c", code, display=False, folder=tmp_path)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["format"] == "doublet.info/1"


def test_a_window_needs_neither_solver_nor_matplotlib_to_come_up(tmp_path: Path) -> None:
    code = (
        "import sys; import app.application; "
        "heavy = {'lmfit', 'matplotlib', 'scipy.optimize', 'asteval', 'xps.readers', 'xps.hdf5', "
        "'xps.casaxps', 'xps.stacks', 'xps.session', 'app.maps.map_window'} & set(sys.modules); "
        "sys.exit(str(heavy) if heavy else 0)"
    )
    result = run("-c", code, display=True, folder=tmp_path)
    assert result.returncode == 0, result.stderr


def test_the_program_opens_its_window_with_files_and_ends_when_it_is_closed(
    tmp_path: Path,
) -> None:
    script, sample = Path(__file__).with_name("closing_window.py"), resource("samples", SAMPLES[0])
    result = run(str(script), str(sample), display=True, folder=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_come_from_the_command_line(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([option])
    assert exit_.value.code in (0, None)
    assert "doublet" in capsys.readouterr().out.lower()
