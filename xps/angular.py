"""The angular distribution of photoelectrons from unpolarized X-rays.

``L(γ) = 1 + (β/2) (1.5 sin² γ − 1)`` with the angle γ between the X-rays and the electrons
(Reilman, Msezane and Manson, J. Electron Spectrosc. Relat. Phenom. 8 (1976) 389); L = 1 at the
magic angle of 54.7°. β as at 1.5 keV after Trzhaskovskaya and Yarzhemsky, At. Data Nucl. Data
Tables 119 (2018) 99; exactly 2 for s levels up to relativity. It holds for free atoms: elastic
scattering in a solid makes β smaller, to about 0.7-0.8 of this.
"""

from __future__ import annotations

import math

MAGIC_ANGLE_DEG = math.degrees(math.asin(math.sqrt(2.0 / 3.0)))

_BETA = {"S 2p": 1.14, "P 2p": 1.075, "Al 2p": 0.928, "Ni 2p": 1.46}
_BETA_OF_S_LEVELS = 2.0


def beta(core_level: str) -> float | None:
    """Return the asymmetry parameter of a core level; None where it is not known."""
    if core_level.endswith("s"):
        return _BETA_OF_S_LEVELS
    return _BETA.get(core_level)


def angular_factor(asymmetry: float, angle_deg: float) -> float:
    """Return L(γ).

    Parameters
    ----------
    asymmetry : float
        β, −1 to 2.
    angle_deg : float
        γ, in degrees.
    """
    return 1.0 + 0.5 * asymmetry * (1.5 * math.sin(math.radians(angle_deg)) ** 2 - 1.0)
