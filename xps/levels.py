"""Core levels: their names, and the splitting and area ratio of their doublets."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache

from xps.resources import resource

_ELEMENTS = frozenset(
    """H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As
    Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd
    Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Th U""".split()
)
_ORBITALS = frozenset("1s 2s 2p 3s 3p 3d 4s 4p 4d 4f 5s 5p 5d 6s 6p".split())
_LEVEL = re.compile(r"(?<![A-Za-z])([A-Z][a-z]?)[ _]?([1-6][spdf])(?![a-z]|\d(?!/2))")
_LINES = {"p": ("3/2", "1/2"), "d": ("5/2", "3/2"), "f": ("7/2", "5/2")}


@dataclass(frozen=True)
class Level:
    """A spin-orbit doublet as the table of levels gives it.

    Attributes
    ----------
    name : str
        Core level, e.g. "S 2p".
    splitting_ev : float
        Binding energy of the lower-j line minus that of the higher-j line, in eV.
    ratio : float
        Area of the lower-j line over that of the higher-j line (statistical).
    source : str
        Where the splitting comes from.
    """

    name: str
    splitting_ev: float
    ratio: float
    source: str


@cache
def levels() -> dict[str, Level]:
    """Return the table of doublets, by name of the core level."""
    with resource("levels.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["level"]: Level(
                row["level"], float(row["splitting_ev"]), float(row["ratio"]), row["source"]
            )
            for row in csv.DictReader(file)
        }


def is_element(symbol: str) -> bool:
    """Tell whether this is the symbol of an element."""
    return symbol in _ELEMENTS


def element(core_level: str) -> str:
    """Return the element of a core level: "S" of "S 2p"."""
    return core_level.split()[0]


def line_labels(core_level: str) -> tuple[str, ...]:
    """Return the labels of the lines of a level: ("2p3/2", "2p1/2"), or ("1s",)."""
    orbital = core_level.split()[-1]
    return tuple(orbital + j for j in _LINES.get(orbital[-1], ("",)))


@lru_cache(maxsize=4096)
def parse_core_level(text: str) -> str | None:
    """Find one core level in a name as laboratories write it.

    Returns
    -------
    str or None
        "S 2p" for "S2p", "S 2p3/2 scan" or "1: S_2p"; None where there is none, or where
        several different ones are named.
    """
    found = {
        f"{symbol} {orbital}"
        for symbol, orbital in _LEVEL.findall(text)
        if symbol in _ELEMENTS and orbital in _ORBITALS
    }
    return found.pop() if len(found) == 1 else None
