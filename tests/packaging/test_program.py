import os
import sys
from pathlib import Path

import pytest
from bundle.program import set_environment

NAMES = ("LD_LIBRARY_PATH", "LD_LIBRARY_PATH_ORIG", "QT_PLUGIN_PATH", "MPLCONFIGDIR")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment as PyInstaller leaves it; put back afterwards."""
    changed = {k: v for k, v in os.environ.items() if k not in NAMES}
    changed |= {"LD_LIBRARY_PATH": "/bundle/_internal", "QT_PLUGIN_PATH": "/bundle/plugins"}
    monkeypatch.setattr(os, "environ", changed)
    return changed


def test_what_the_program_starts_finds_its_own_libraries(environment: dict[str, str]) -> None:
    environment["LD_LIBRARY_PATH_ORIG"] = "/opt/lib"
    set_environment(Path("/bundle"))
    assert environment["LD_LIBRARY_PATH"] == "/opt/lib"
    assert not {"LD_LIBRARY_PATH_ORIG", "QT_PLUGIN_PATH"} & set(environment)


def test_a_worker_is_told_to_look_for_its_libraries_anew(environment: dict[str, str]) -> None:
    set_environment(Path("/bundle"))
    assert environment["PYINSTALLER_RESET_ENVIRONMENT"] == "1"


def test_a_path_that_was_not_set_is_not_set_afterwards(environment: dict[str, str]) -> None:
    set_environment(Path("/bundle"))
    assert "LD_LIBRARY_PATH" not in environment


def test_a_portable_program_keeps_the_list_of_fonts_beside_it(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "doublet"))
    (tmp_path / "data").mkdir()
    set_environment(tmp_path)
    assert environment["MPLCONFIGDIR"] == str(tmp_path / "data" / "matplotlib")
