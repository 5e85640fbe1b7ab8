"""Relative sensitivity factors, by name of their set. No factor is ever assumed silently.

Scofield, J. Electron Spectrosc. Relat. Phenom. 8 (1976) 129: photoionization cross sections
of whole subshells relative to C 1s, for Al Kα and Mg Kα. Each was compared with what Scofield's
earlier report UCRL-51326 (1973) tabulates for 1, 1.5 and 2 keV, interpolated on logarithmic
scales: the columns ``*_check_percent`` of ``sensitivity.csv`` say by how much it differs.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xps.errors import RecipeError
from xps.levels import parse_core_level
from xps.number_table import NumberTable
from xps.resources import resource

SET_NAME = "Scofield 1976"
_SOURCES = {"al_ka": (1486.0, 1487.5), "mg_ka": (1253.0, 1254.5)}  # photon energies, eV


@dataclass(frozen=True)
class SensitivitySet:
    """Sensitivity factors of one's own.

    Attributes
    ----------
    name : str
        Named in every output.
    factors : tuple of (str, float)
        Core level and factor of the whole level; only their ratios matter.
    anisotropies : tuple of (str, float)
        Core level and asymmetry parameter β, where the set gives one.

    Raises
    ------
    RecipeError
        If a level is no core level or stands twice, a factor is not above zero, or a β lies
        outside −1 to 2.
    """

    name: str
    factors: tuple[tuple[str, float], ...]
    anisotropies: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        levels = [level for level, _ in self.factors]
        for level in (*levels, *(level for level, _ in self.anisotropies)):
            if parse_core_level(level) != level:
                raise RecipeError(f"{level!r} is no core level", 'write it as "S 2p"')
        if not self.name or not levels or len(set(levels)) < len(levels):
            raise RecipeError(
                "a sensitivity set without name or factors, or with a level twice",
                "give each level one factor",
            )
        if not all(0.0 < factor < 1e6 for _, factor in self.factors):
            raise RecipeError("a sensitivity factor that is not above zero")
        if not all(-1.0 <= beta <= 2.0 for _, beta in self.anisotropies):
            raise RecipeError("an asymmetry parameter β outside −1 to 2")

    def factor(self, core_level: str) -> float | None:
        """Return the factor of a level; None where the set has none."""
        return dict(self.factors).get(core_level)

    def beta(self, core_level: str) -> float | None:
        """Return the asymmetry parameter of a level; None where the set has none."""
        return dict(self.anisotropies).get(core_level)


def read_sensitivity(path: str | Path) -> SensitivitySet:
    """Read sensitivity factors from a CSV file.

    Its columns are ``core_level`` and ``factor``, and may be ``beta``, the asymmetry parameter.

    Raises
    ------
    RecipeError
        Naming file and line.
    """
    table = NumberTable(path)
    factors: dict[str, float] = {}
    betas: dict[str, float] = {}
    for row in table.rows(("core_level", "factor"), "beta"):
        level = parse_core_level(row.text("core_level"))
        if level is None:
            row.fail(f"{row.text('core_level')!r} is no core level", 'write it as "S 2p"')
        if "/" in row.text("core_level"):
            row.fail(
                f"{row.text('core_level')} is one line of a doublet",
                "give the factor of the whole level",
            )
        if level in factors:
            row.fail(f"{level} stands twice", "keep one of them")
        factors[level] = row.positive("factor")
        if row.text("beta"):
            betas[level] = row.number("beta")
            if not -1.0 <= betas[level] <= 2.0:
                row.fail(f"beta is {betas[level]:g}", "it lies between -1 and 2")
    return SensitivitySet(table.name, tuple(factors.items()), tuple(betas.items()))


def sensitivity(core_level: str, photon_energy_ev: float | None) -> float | None:
    """Return the Scofield factor of a whole core level, C 1s = 1.

    Parameters
    ----------
    core_level : str
        E.g. "S 2p".
    photon_energy_ev : float or None
        Of the source; the set holds Al Kα and Mg Kα.

    Returns
    -------
    float or None
        None where the level or the source is not in the set.
    """
    if photon_energy_ev is None:
        return None
    for source, (low, high) in _SOURCES.items():
        if low <= photon_energy_ev <= high:
            return _table()[source].get(core_level)
    return None


@cache
def _table() -> dict[str, dict[str, float]]:
    with resource("sensitivity.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        source: {row["core_level"]: float(row[source]) for row in rows if row[source]}
        for source in _SOURCES
    }
