"""Relative sensitivity factors, by name of their set. No factor is ever assumed silently.

Scofield, J. Electron Spectrosc. Relat. Phenom. 8 (1976) 129: photoionization cross sections
of whole subshells relative to C 1s, for Al Kα and Mg Kα.
"""

from __future__ import annotations

import csv
from functools import cache

from xps.resources import resource

SET_NAME = "Scofield 1976"
_SOURCES = {"al_ka": (1486.0, 1487.5), "mg_ka": (1253.0, 1254.5)}  # photon energies, eV


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
