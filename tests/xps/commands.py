"""Commands run by the tests: within this process, or as one of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from xps.resources import resource

ROOT = Path(__file__).parents[2]
ENTRY = "import sys; from app.__main__ import main; sys.exit(main())"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON object on stdout; NaN and Infinity are refused."""
        document = json.loads(self.out, parse_constant=lambda name: pytest.fail(f"holds {name}"))
        assert isinstance(document, dict)
        return document


Run = Callable[..., Ended]


def run_process(
    *arguments: str | Path, code: str = ENTRY, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a command as its own process, without any display."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        check=False,
        env=bare_environment() | environment,
        timeout=120,
    )


def bare_environment() -> dict[str, str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "PYTHONIOENCODING", "PYTHONUTF8")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return kept | {"PYTHONPATH": str(ROOT)}


def schema(name: str) -> dict[str, Any]:
    return json.loads(resource("schemas", f"{name}.schema.json").read_text("utf-8"))


def check_schema(document: dict[str, Any]) -> None:
    """Validate a document against the schema that its format names."""
    name = document["format"].removeprefix("doublet.").partition("/")[0]
    jsonschema.validate(document, schema(name), cls=jsonschema.Draft202012Validator)
