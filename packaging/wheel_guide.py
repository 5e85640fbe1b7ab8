"""Put the user guide as HTML into the wheel; an editable install has it from ``make guide``."""

from __future__ import annotations

import runpy
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WheelGuide(BuildHookInterface):
    """Makes the guide before the files of the wheel are collected."""

    folder: Path | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        docs = Path(self.root) / "docs"
        self.folder = Path(tempfile.mkdtemp())
        make = runpy.run_path(str(docs / "pages.py"))["build"]
        make(docs, self.folder / "guide", self.metadata.version)
        build_data["force_include"][str(self.folder / "guide")] = "xps/_resources/guide"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self.folder is not None:
            shutil.rmtree(self.folder)
