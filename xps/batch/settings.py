"""What all partitions of a batch have in common."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from xps.recipe import Recipe
from xps.species import Species

TableKind = Literal["csv", "jsonl", "parquet"]


@dataclass(frozen=True)
class Settings:
    """What all partitions have in common.

    Attributes
    ----------
    recipe : Recipe
    species : mapping of str to Species, optional
        Instead of the shipped library.
    sessions : str
        Folder that gets a session for each file; "" for none.
    table : {"csv", "jsonl", "parquet"}
        What the rows are made for.
    """

    recipe: Recipe
    species: Mapping[str, Species] | None = None
    sessions: str = ""
    table: TableKind = "csv"

    @property
    def recipe_hash(self) -> str:
        """The first 16 digits of the hash of recipe and species."""
        species = None if self.species is None else sorted(self.species.items())
        return hash_of(self.recipe, species)[:16]


def hash_of(*parts: object) -> str:
    """Return the hash of values by what they print."""
    return hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()
