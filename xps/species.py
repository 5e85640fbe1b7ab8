"""The species library: what a component can be, and where it may lie."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from xps.errors import RecipeError
from xps.resources import resource


@dataclass(frozen=True)
class Species:
    """One entry of the library.

    Attributes
    ----------
    key : str
        Its name in recipes.
    core_level : str
    name, formula, group : str
        What people read, the chemical formula of one unit, and the chemical group.
    center_ev : float
        Typical binding energy of the higher-j line.
    allowed_ev, fwhm_ev : (float, float)
        Ranges that the literature covers.
    color : str
        ``#rrggbb``, the same in every plot.
    sources : tuple of str
        Where the numbers come from.
    """

    key: str
    core_level: str
    name: str
    formula: str
    group: str
    center_ev: float
    allowed_ev: tuple[float, float]
    fwhm_ev: tuple[float, float]
    color: str
    sources: tuple[str, ...]


@cache
def library() -> Mapping[str, Species]:
    """Return the shipped species by key."""
    return read_library(resource("species.toml"))


def read_library(path: Path) -> dict[str, Species]:
    """Read a species file.

    Raises
    ------
    RecipeError
        Naming the entry and the field that is wrong.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f"cannot read the species library: {error}", path=path) from error
    entries: dict[str, Species] = {}
    for number, table in enumerate(document.get("species", []), start=1):
        species = _species(table, number, path)
        if species.key in entries:
            raise RecipeError(
                f"the key {species.key!r} stands twice", "rename one of them", path=path
            )
        entries[species.key] = species
    return entries


def _species(table: Mapping[str, Any], number: int, path: Path) -> Species:
    where = f"species {number} ({table.get('key', 'no key')})"
    try:
        low, high = map(float, table["allowed_ev"])
        narrow, wide = map(float, table["fwhm_ev"])
        species = Species(
            key=str(table["key"]),
            core_level=str(table["core_level"]),
            name=str(table["name"]),
            formula=str(table.get("formula", "")),
            group=str(table["group"]),
            center_ev=float(table["center_ev"]),
            allowed_ev=(low, high),
            fwhm_ev=(narrow, wide),
            color=str(table["color"]),
            sources=tuple(map(str, table["sources"])),
        )
    except KeyError as error:
        raise RecipeError(
            f"the field {error} is missing", "add it", path=path, where=where
        ) from error
    except (TypeError, ValueError) as error:
        raise RecipeError(f"a field has a wrong value: {error}", path=path, where=where) from error
    if not (low <= species.center_ev <= high and 0.0 < narrow < wide):
        raise RecipeError(
            "center_ev must lie in allowed_ev, and fwhm_ev must rise from above zero",
            path=path,
            where=where,
        )
    return species
