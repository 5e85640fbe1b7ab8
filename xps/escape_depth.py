"""How deep electrons come from: the inelastic mean free path by TPP-2M.

Tanuma, Powell and Penn, Surf. Interface Anal. 21 (1994) 165. With the density ρ in g/cm³, the
molar mass M in g, N_v valence electrons in a formula unit and the band gap E_g in eV,
``E_p = 28.8 √(N_v ρ/M)``, ``U = N_v ρ/M``, ``β = −0.10 + 0.944/√(E_p² + E_g²) + 0.069 ρ^0.1``,
``γ = 0.191 ρ^−0.5``, ``C = 1.97 − 0.91 U``, ``D = 53.4 − 20.8 U`` and
``λ = E / {E_p² [β ln(γE) − C/E + D/E²]}`` in Å.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from xps.errors import RecipeError
from xps.levels import is_element

_TERM = re.compile(r"([A-Z][a-z]?)(\d+(?:\.\d+)?)?")
_AVOGADRO = 6.02214076e23
_VALID_EV = (50.0, 30_000.0)  # TPP-2M was fitted to 50-2000 eV, and holds up to 30 keV
_NM_PER_ANGSTROM = 0.1

RELATIVE_ERROR = 0.15
"""Of a mean free path by TPP-2M: 10-20 % (Tanuma, Powell and Penn; Powell and Jablonski)."""


@dataclass(frozen=True)
class Material:
    """What TPP-2M must know of a solid.

    Attributes
    ----------
    formula : str
        E.g. "Al2O3"; also its name in every output.
    density_g_cm3 : float
    molar_mass_g : float
        Of one formula unit.
    valence_electrons : float
        Of one formula unit; s and p, and the d electrons of transition metals.
    gap_ev : float
        Band gap; 0 for a metal. It matters little.

    Raises
    ------
    RecipeError
        If the formula cannot be read, or a number is not what a solid has.
    """

    formula: str
    density_g_cm3: float
    molar_mass_g: float
    valence_electrons: float
    gap_ev: float

    def __post_init__(self) -> None:
        self._counts()
        for name, value, low, high in (
            ("density in g/cm³", self.density_g_cm3, 0.05, 25.0),
            ("molar mass in g", self.molar_mass_g, 1.0, 1e5),
            ("number of valence electrons", self.valence_electrons, 1.0, 1e4),
            ("band gap in eV", self.gap_ev, 0.0, 20.0),
        ):
            if not low <= value <= high:
                raise RecipeError(
                    f"{self.formula}: a {name} of {value:g}", f"it lies within {low:g} and {high:g}"
                )

    def _counts(self) -> dict[str, float]:
        counts: dict[str, float] = {}
        at = 0
        while term := _TERM.match(self.formula, at):
            if not is_element(term[1]):
                break
            counts[term[1]] = counts.get(term[1], 0.0) + float(term[2] or 1.0)
            at = term.end()
        if at < len(self.formula) or not counts:
            raise RecipeError(
                f"{self.formula!r} is no formula", 'write it without brackets, as "Al2O3"'
            )
        return counts

    def atom_density(self, element: str) -> float:
        """Return the atoms of an element in 1 cm³; 0 where it has none."""
        units = self.density_g_cm3 / self.molar_mass_g * _AVOGADRO
        return units * self._counts().get(element, 0.0)

    def mean_free_path_nm(self, kinetic_ev: float) -> float:
        """Return the inelastic mean free path by TPP-2M, nm.

        Raises
        ------
        RecipeError
            If the energy is outside what TPP-2M holds for, or the numbers of the material
            make it negative.
        """
        low, high = _VALID_EV
        if not low <= kinetic_ev <= high:
            raise RecipeError(
                f"a kinetic energy of {kinetic_ev:g} eV",
                f"TPP-2M holds for {low:g} to {high:g} eV",
            )
        density, energy = self.density_g_cm3, kinetic_ev
        u = self.valence_electrons * density / self.molar_mass_g
        plasmon = 28.8 * math.sqrt(u)
        beta = -0.10 + 0.944 / math.hypot(plasmon, self.gap_ev) + 0.069 * math.pow(density, 0.1)
        gamma = 0.191 / math.sqrt(density)
        c, d = 1.97 - 0.91 * u, 53.4 - 20.8 * u
        loss = plasmon**2 * (beta * math.log(gamma * energy) - c / energy + d / energy**2)
        if not loss > 0.0:
            raise RecipeError(f"TPP-2M has no value for {self.formula}", "check its numbers")
        return _NM_PER_ANGSTROM * energy / loss


MATERIALS = {
    "al2o3": Material("Al2O3", 3.1, 101.961, 24.0, 7.0),  # grown by atomic layer deposition
    "li6ps5cl": Material("Li6PS5Cl", 1.86, 268.40, 48.0, 3.3),
    "ncm811": Material("LiNi0.8Co0.1Mn0.1O2", 4.75, 97.28, 22.6, 0.5),
    "li2co3": Material("Li2CO3", 2.11, 73.89, 24.0, 7.5),
    "li3po4": Material("Li3PO4", 2.54, 115.79, 32.0, 7.0),
}
"""Materials of sulfide cells, by the name that the command line knows."""
