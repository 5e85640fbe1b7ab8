"""The bundled example: simulated spectra of a bare and a coated cathode."""

from __future__ import annotations

from pathlib import Path

from xps.resources import resource

RECIPE = "cathode"
NAME = "Example: bare and Al₂O₃-coated cathode (simulated)"
FILES = ("bare-ncm-simulated.vms", "ald5-ncm-simulated.vms")


def example_files() -> list[Path]:
    """Return the spectra of the example."""
    return [resource("samples", name) for name in FILES]
