"""The species library: what a component can be, where it may lie, and what belongs to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import NoReturn

from xps.levels import Level, element, levels, line_labels, parse_core_level
from xps.resources import resource
from xps.toml_tables import Table, read_tables

FORMAT = 1

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_FORMULA = re.compile(r"([A-Z][a-z]?)(\d+(?:\.\d+)?)?")
_HIGHEST_EV = 5000.0
_WIDEST_EV = 20.0
_MOST_ATOMS = 1000.0


@dataclass(frozen=True)
class Species:
    """One entry of the library: what a component of one core level can be.

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
    sources : tuple of str
        Where the numbers come from.
    color : str
        ``#rrggbb``, the same in every plot; "" where any free color will do.
    compound : str
        What this is a line of, the same for its lines in other core levels; "" if no
        stoichiometry is known.
    atoms : float
        Atoms of this line in one formula unit of the compound; 0 without a compound.
    anchor : bool
        Whether it can serve as a charge reference.
    needs : tuple of str
        Keys of species in other core levels without which the assignment is not credible.
    evidence : str
        What speaks for or against the assignment, in a sentence.
    unverified : tuple of str
        Numbers that no source was found for, or that only one doubtful source gives.
    """

    key: str
    core_level: str
    name: str
    formula: str
    group: str
    center_ev: float
    allowed_ev: tuple[float, float]
    fwhm_ev: tuple[float, float]
    sources: tuple[str, ...]
    color: str = ""
    compound: str = ""
    atoms: float = 0.0
    anchor: bool = False
    needs: tuple[str, ...] = ()
    evidence: str = ""
    unverified: tuple[str, ...] = ()

    @property
    def level(self) -> Level | None:
        """Splitting and ratio of the doublet; None for a line of an s level."""
        return levels().get(self.core_level)


@dataclass(frozen=True)
class Compound:
    """A species with all its lines: one amount that shows in several core levels.

    Attributes
    ----------
    key, name, formula : str
        As its lines have them.
    lines : tuple of Species
        In the order of the library; one core level may have several (thiosulfate).
    """

    key: str
    name: str
    formula: str
    lines: tuple[Species, ...]

    @property
    def core_levels(self) -> tuple[str, ...]:
        """The core levels in which it shows."""
        return tuple(dict.fromkeys(line.core_level for line in self.lines))

    def lines_of(self, core_level: str) -> tuple[Species, ...]:
        """Return its lines in a core level; empty where it has none."""
        return tuple(line for line in self.lines if line.core_level == core_level)

    def atoms(self, core_level: str) -> float:
        """Return the atoms per formula unit that show in a core level."""
        return sum(line.atoms for line in self.lines_of(core_level))


@cache
def shipped() -> Mapping[str, Species]:
    """Return the species that come with Doublet, by key."""
    return read_library(resource("species.toml"))


def library() -> Mapping[str, Species]:
    """Return the species in use, by key: the shipped ones, and those of `using`."""
    return _in_use[-1] if _in_use else shipped()


def library_with(*paths: Path) -> dict[str, Species]:
    """Return the shipped species and those of files.

    Raises
    ------
    RecipeError
        As `read_library`; also where a key stands in two files.
    """
    species = dict(shipped())
    for path in paths:
        species |= read_library(path, species)
    return species


@contextmanager
def using(species: Mapping[str, Species]) -> Iterator[None]:
    """Let `library` return these species, in all threads, until the block ends."""
    _in_use.append(species)
    try:
        yield
    finally:
        _in_use.pop()


_in_use: list[Mapping[str, Species]] = []


def compounds(species: Iterable[Species] | None = None) -> dict[str, Compound]:
    """Return the compounds of some species, or of those in use, by key."""
    found: dict[str, list[Species]] = {}
    for line in library().values() if species is None else species:
        if line.compound:
            found.setdefault(line.compound, []).append(line)
    return {
        key: Compound(key, lines[0].name, lines[0].formula, tuple(lines))
        for key, lines in found.items()
    }


def read_library(path: Path, known: Mapping[str, Species] | None = None) -> dict[str, Species]:
    """Read a species file.

    Parameters
    ----------
    path : Path
        TOML with ``[[species]]`` tables; see docs/reference/chemistry.md.
    known : Mapping, optional
        Species that it adds to: it may name them as needed and add lines to their compounds,
        but not define them again.

    Returns
    -------
    dict
        The species of the file by key, without those known.

    Raises
    ------
    RecipeError
        Naming file, line, entry and field.
    """
    known = known or {}
    entries: dict[str, Species] = {}
    tables: dict[str, Table] = {}
    for table in read_tables(Path(path), "species", FORMAT):
        species = _species(table)
        if species.key in entries:
            table.fail("key", f"the key {species.key!r} stands twice", "rename one of them")
        if species.key in known:
            table.fail("key", f"{species.key!r} is already in the library", "take another key")
        entries[species.key], tables[species.key] = species, table
    everything = {**known, **entries}
    whole = compounds(everything.values())
    for key, table in tables.items():
        _check_needs(everything[key], everything, table)
        if everything[key].compound:
            _check_atoms(everything[key], whole[everything[key].compound], table)
    return entries


def _species(table: Table) -> Species:
    table.refuse_others([field.name for field in fields(Species)])
    species = Species(
        key=table.text("key"),
        core_level=_core_level(table),
        name=table.text("name"),
        formula=table.text("formula", ""),
        group=table.text("group"),
        center_ev=table.number("center_ev"),
        allowed_ev=table.pair("allowed_ev"),
        fwhm_ev=table.pair("fwhm_ev"),
        sources=table.texts("sources"),
        color=table.text("color", ""),
        compound=table.text("compound", ""),
        atoms=table.number("atoms", 0.0),
        anchor=table.flag("anchor"),
        needs=table.texts("needs"),
        evidence=table.text("evidence", ""),
        unverified=table.texts("unverified"),
    )
    _check_names(species, table)
    _check_numbers(species, table)
    return species


def _core_level(table: Table) -> str:
    level = table.text("core_level")
    if parse_core_level(level) != level:
        table.fail("core_level", f"{level!r} is no core level", "write it as S 2p or O 1s")
    if len(line_labels(level)) > 1 and level not in levels():
        table.fail(
            "core_level",
            f"the splitting of {level} is not known",
            f"known doublets: {', '.join(levels())}",
        )
    return level


def _check_names(species: Species, table: Table) -> None:
    for field in ("key", "compound"):
        name = getattr(species, field)
        if (name or field == "key") and not _KEY.fullmatch(name):
            table.fail(field, f"wrong value {name!r}", "small letters, digits and _, at most 40")
    if species.key == "background":
        table.fail("key", "'background' is taken", "take another key")
    for field in ("name", "group"):
        if not getattr(species, field).strip():
            table.fail(field, f"the {field} is empty", "write one")
    if species.color and not _COLOR.fullmatch(species.color):
        table.fail("color", f"wrong value {species.color!r}", "write it as #0072B2")
    if not species.sources or not all(source.strip() for source in species.sources):
        table.fail("sources", "there is no source", "say where the numbers come from")


def _check_numbers(species: Species, table: Table) -> None:
    low, high = species.allowed_ev
    if high > _HIGHEST_EV:
        table.fail("allowed_ev", f"{high:g} eV is no binding energy", f"up to {_HIGHEST_EV:g} eV")
    if not low <= species.center_ev <= high:
        table.fail(
            "center_ev", f"{species.center_ev:g} eV lies outside allowed_ev", "mend one of the two"
        )
    if species.fwhm_ev[1] > _WIDEST_EV:
        table.fail("fwhm_ev", f"{species.fwhm_ev[1]:g} eV is no width", f"up to {_WIDEST_EV:g} eV")
    if not species.compound and species.atoms:
        table.fail("atoms", "atoms of no compound", "name the compound, or leave atoms out")
    if species.compound and not 0.0 < species.atoms <= _MOST_ATOMS:
        table.fail(
            "atoms",
            f"wrong value {species.atoms:g}",
            "how many atoms of this line one formula unit of the compound holds",
        )


def _check_needs(species: Species, everything: Mapping[str, Species], table: Table) -> None:
    for key in species.needs:
        if key not in everything:
            table.fail("needs", f"there is no species {key!r}", "choose a key of the library")
        if everything[key].core_level == species.core_level:
            table.fail(
                "needs", f"{key!r} is of the same core level", "choose one of another core level"
            )


def _check_atoms(species: Species, compound: Compound, table: Table) -> None:
    """Hold the atoms of a core level against the formula that all lines must share."""
    if species.formula != compound.formula:
        _fail_formula(
            table, f"{species.formula!r}, but other lines of {compound.key} have another formula"
        )
    counts = _count(species.formula)
    if counts is None:
        _fail_formula(table, f"{species.formula!r} cannot be read as a formula")
    symbol, found = element(species.core_level), compound.atoms(species.core_level)
    if abs(found - counts.get(symbol, 0.0)) > 1e-6:
        table.fail(
            "atoms",
            f"the {species.core_level} lines of {compound.key} hold {found:g} {symbol}, "
            f"its formula {species.formula} {counts.get(symbol, 0.0):g}",
            "mend atoms or formula",
        )


def _fail_formula(table: Table, reason: str) -> NoReturn:
    table.fail("formula", reason, "write elements and numbers, e.g. SO4 or LiNbO3")


def _count(formula: str) -> dict[str, float] | None:
    """Count the atoms of a formula without parentheses; None where it is not one."""
    if not re.fullmatch(f"(?:{_FORMULA.pattern})+", formula):
        return None
    counts: dict[str, float] = {}
    for symbol, number in _FORMULA.findall(formula):
        counts[symbol] = counts.get(symbol, 0.0) + float(number or 1)
    return counts
