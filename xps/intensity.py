"""What one atom gives: sensitivity, transmission, angular distribution and escape depth.

``F = S · T(E_k) · L(γ) · λ(E_k)``, up to a constant of the sample: the sensitivity factor, the
relative transmission of the analyzer, the angular distribution, and the escape depth, which
follows ``E_k^0.75`` unless a material is named (reviews give exponents near 0.75), for a
homogeneous solid.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from xps.angular import angular_factor
from xps.angular import beta as known_beta
from xps.errors import RecipeError
from xps.escape_depth import Material
from xps.model import Region
from xps.project import Entry
from xps.quantification_settings import QuantificationSettings
from xps.sensitivity import sensitivity
from xps.transmission import TransmissionTable

_BY_DEFAULT = QuantificationSettings()


class RegionOnScale(Protocol):
    """A region with the charge shift that its energies hold for, such as a `RegionFit`."""

    @property
    def region(self) -> Region:
        """The region."""

    @property
    def charge_shift_ev(self) -> float:
        """Corrected minus measured binding energy."""


def intensity_factor(
    entry: Entry,
    fit: RegionOnScale,
    settings: QuantificationSettings = _BY_DEFAULT,
    *,
    transmitted: bool = True,
) -> float | None:
    """Area of one atom percent, up to a constant of the sample; None if it is not known.

    Kinetic energy and transmission are those of the middle of the window.

    Parameters
    ----------
    entry : Entry
    fit : RegionOnScale
    settings : QuantificationSettings
    transmitted : bool
        Whether the transmission of the analyzer is used where the file gives it.
    """
    surface = emission_factor(entry, fit, settings, transmitted=transmitted)
    kinetic = kinetic_energy(entry, fit)
    if surface is None or kinetic is None:
        return None
    if not isinstance(settings.escape, Material):
        return surface * float(kinetic**settings.escape)
    try:
        return surface * settings.escape.mean_free_path_nm(kinetic)
    except RecipeError:
        return None


def emission_factor(
    entry: Entry,
    fit: RegionOnScale,
    settings: QuantificationSettings = _BY_DEFAULT,
    *,
    transmitted: bool = True,
) -> float | None:
    """Return `intensity_factor` without the escape depth, ``S · T · L``."""
    level, kinetic = fit.region.core_level, kinetic_energy(entry, fit)
    own = settings.sensitivity
    relative = (
        sensitivity(level, entry.spectrum.photon_energy_ev) if own is None else own.factor(level)
    )
    if relative is None or kinetic is None:
        return None
    angular = _angular(level, settings)
    transmission = _transmission(entry, fit, settings, kinetic, transmitted)
    if angular is None or transmission is None:
        return None
    return relative * angular * transmission


def kinetic_energy(entry: Entry, fit: RegionOnScale) -> float | None:
    """Return the kinetic energy of the middle of the window; None if it is not known."""
    photon_energy = entry.spectrum.photon_energy_ev
    if photon_energy is None:
        return None
    kinetic = photon_energy - _middle(fit)
    return kinetic if kinetic > 0.0 else None


def file_transmission(entry: Entry, fit: RegionOnScale) -> float | None:
    """Relative transmission that the file gives; None where it is unknown or not above zero."""
    spectrum = entry.spectrum
    energies = spectrum.binding_energy_ev
    if spectrum.transmission is None or energies is None:
        return None
    order = np.argsort(energies)
    measured = _middle(fit) - fit.charge_shift_ev
    value = float(np.interp(measured, energies[order], spectrum.transmission[order]))
    return value if value > 0.0 else None


def transmission_is_known(
    entry: Entry, fit: RegionOnScale, settings: QuantificationSettings = _BY_DEFAULT
) -> bool:
    """Whether the transmission of a region is known, from the file or from the user."""
    return settings.transmission != "file" or file_transmission(entry, fit) is not None


def why_no_factor(entry: Entry, fit: RegionOnScale, settings: QuantificationSettings) -> str:
    """Why a region has no intensity factor; empty where it has one."""
    if intensity_factor(entry, fit, settings) is not None:
        return ""
    level, energy = fit.region.core_level, entry.spectrum.photon_energy_ev
    source = "an unknown source" if energy is None else f"{energy:g} eV"
    own = settings.sensitivity
    relative = sensitivity(level, energy) if own is None else own.factor(level)
    kinetic = kinetic_energy(entry, fit)
    if relative is None or kinetic is None:
        return f"{settings.set_name} has no factor for {level} with {source}"
    if _angular(level, settings) is None:
        return f"the asymmetry parameter β of {level} is not known, and an angle was given"
    if _transmission(entry, fit, settings, kinetic, True) is None:
        return f"{kinetic:.0f} eV lies outside the transmission table"
    return f"TPP-2M has no escape depth at {kinetic:.0f} eV"


def _middle(fit: RegionOnScale) -> float:
    low, high = fit.region.window_ev
    return 0.5 * (low + high)


def _angular(level: str, settings: QuantificationSettings) -> float | None:
    if settings.angle_deg is None:
        return 1.0
    own = settings.sensitivity
    asymmetry = None if own is None else own.beta(level)
    if asymmetry is None:
        asymmetry = known_beta(level)
    return None if asymmetry is None else angular_factor(asymmetry, settings.angle_deg) or None


def _transmission(
    entry: Entry,
    fit: RegionOnScale,
    settings: QuantificationSettings,
    kinetic: float,
    transmitted: bool,
) -> float | None:
    known = settings.transmission
    if isinstance(known, TransmissionTable):
        return known.at(kinetic)
    if isinstance(known, str):
        from_file = file_transmission(entry, fit) if transmitted and known == "file" else None
        return from_file or 1.0
    return float(kinetic**-known)
