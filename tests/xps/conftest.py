"""What the tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xps.commands import Ended, Run
from tests.xps.projects import fitted
from xps import cli
from xps.session import save


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run_command(*arguments: str | Path) -> Ended:
        code = cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return run_command


@pytest.fixture(scope="session")
def example_session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a session of the fitted example."""
    path = tmp_path_factory.mktemp("세션 하나") / "example.doublet"
    save(path, fitted())
    return path
