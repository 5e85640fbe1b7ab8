"""The data files that ship with Doublet, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path

_INSTALLED = Path(__file__).parent / "_resources"
_CHECKOUT = Path(__file__).parents[1]

ROOT = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT / "resources"
_GUIDE = ROOT / "guide" if ROOT == _INSTALLED else _CHECKOUT / "build" / "guide"


def resource(*parts: str) -> Path:
    """Return the path of a shipped data file, e.g. ``resource("recipes", "cathode.toml")``."""
    return ROOT.joinpath(*parts)


def guide_page(name: str = "index") -> Path | None:
    """Return a page of the user guide as HTML, or None where the guide was not made.

    Wheels and bundles hold the guide; in a checkout ``make guide`` makes it.

    Parameters
    ----------
    name : str
        The page within the guide, without an ending, e.g. ``"how-to/compare"`` or
        ``"reference/checks"``.
    """
    page = _GUIDE / f"{name}.html"
    return page if page.is_file() else None
