"""The data files that ship with Doublet, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path

_INSTALLED = Path(__file__).parent / "_resources"
_CHECKOUT = Path(__file__).parents[1] / "resources"

ROOT = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def resource(*parts: str) -> Path:
    """Return the path of a shipped data file, e.g. ``resource("recipes", "cathode.toml")``."""
    return ROOT.joinpath(*parts)
