"""The shipped sensitivity factors against cross sections of another package, where it is there.

xraylib holds the cross sections of subshells that Kissel calculated for his tables of Rayleigh
scattering (Radiat. Phys. Chem. 59 (2000) 185), in barn for each electron.
"""

from __future__ import annotations

import csv

import pytest

from xps.resources import resource
from xps.sensitivity import sensitivity

xraylib = pytest.importorskip("xraylib")

SHELLS = {
    "1s": "K",
    "2s": "L1",
    "2p": "L2 L3",
    "2p3/2": "L3",
    "3p": "M2 M3",
    "3d": "M4 M5",
    "4f": "N6 N7",
}
with resource("sensitivity.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


def cross_section(core_level: str, photon_energy_ev: float) -> float:
    symbol, level = core_level.split()
    number = xraylib.SymbolToAtomicNumber(symbol)
    shells = [getattr(xraylib, f"{name}_SHELL") for name in SHELLS[level].split()]
    return sum(
        xraylib.ElectronConfig(number, shell)
        * xraylib.CSb_Photo_Partial(number, shell, 1e-3 * photon_energy_ev)
        for shell in shells
    )


@pytest.mark.parametrize(("source", "energy"), [("al_ka", 1486.6), ("mg_ka", 1253.6)])
def test_every_shipped_factor_is_that_of_another_calculation(source: str, energy: float) -> None:
    levels = [row["core_level"] for row in ROWS if row[source]]
    assert len(levels) >= 39
    carbon = cross_section("C 1s", energy)
    for level in levels:
        shipped = sensitivity(level, energy)
        assert shipped is not None
        digits = next(row[source] for row in ROWS if row["core_level"] == level)
        rounding = 0.5 * 10.0 ** -len(digits.partition(".")[2])
        assert abs(cross_section(level, energy) / carbon - shipped) < 0.007 * shipped + rounding
