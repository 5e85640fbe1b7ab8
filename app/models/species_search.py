"""Find species by what people type: a name, a formula, a group, or an energy."""

from __future__ import annotations

import unicodedata

from app.widgets.numerals import parse_number
from xps.species import Species, library


def found_species(core_level: str, text: str) -> list[Species]:
    """Return the species of a core level that a text may mean, by energy.

    Every word must be found in name, formula, group or compound; "SO4" finds SO₄²⁻. A word that
    is an energy in eV finds the species that may lie there.
    """
    words = _plain(text).split()
    found = [
        species
        for species in library().values()
        if species.core_level == core_level and all(_has(species, word) for word in words)
    ]
    return sorted(found, key=lambda species: species.center_ev)


def likeliest(species: list[Species], text: str) -> int:
    """Return the place of the first species that has a word which begins as the text does."""
    words = _plain(text).split()
    for place, one in enumerate(species):
        beginnings = _plain(f"{one.name} {one.formula} {one.key}").split()
        if all(any(begin.startswith(word) for begin in beginnings) for word in words):
            return place
    return 0


def _has(species: Species, word: str) -> bool:
    names = (species.name, species.formula, species.group, species.compound, species.key)
    if any(word in _plain(name) for name in names):
        return True
    energy = parse_number(word)
    return energy is not None and species.allowed_ev[0] <= energy <= species.allowed_ev[1]


def _plain(text: str) -> str:
    """Return a text in small letters, with super- and subscripts on the line."""
    return unicodedata.normalize("NFKD", text).casefold()
