"""Judge the core level and the kind of axis of a spectrum whose file does not name them."""

from __future__ import annotations

from typing import Final

from xps.readers.doubts import NO_LEVEL, level_taken_for
from xps.spectrum import Axis, Floats, Spectrum

# Binding energies in eV of the strongest line of each element, rounded: Moulder et al.,
# Handbook of X-ray Photoelectron Spectroscopy, 1992. Good for telling levels apart only.
_TYPICAL_EV: Final = {
    "Li 1s": 55, "Be 1s": 112, "B 1s": 191, "C 1s": 285, "N 1s": 399, "O 1s": 531, "F 1s": 686,
    "Na 1s": 1072, "Mg 1s": 1303, "Mg 2p": 50, "Al 2p": 74, "Si 2p": 101, "P 2p": 133,
    "S 2p": 164, "Cl 2p": 199, "K 2p": 293, "Ca 2p": 347, "Sc 2p": 400, "Ti 2p": 458,
    "V 2p": 516, "Cr 2p": 576, "Mn 2p": 641, "Fe 2p": 710, "Co 2p": 780, "Ni 2p": 855,
    "Cu 2p": 933, "Zn 2p": 1022, "Ga 2p": 1118, "Ge 3d": 30, "As 3d": 43, "Se 3d": 55,
    "Br 3d": 69, "Sr 3d": 134, "Y 3d": 157, "Zr 3d": 182, "Nb 3d": 206, "Mo 3d": 229,
    "Ag 3d": 368, "Cd 3d": 405, "In 3d": 444, "Sn 3d": 486, "Sb 3d": 530, "I 3d": 619,
    "Ba 3d": 780, "La 3d": 835, "Ce 3d": 885, "Hf 4f": 17, "Ta 4f": 25, "W 4f": 34,
    "Pt 4f": 72, "Au 4f": 84, "Pb 4f": 138, "Bi 4f": 159,
}  # fmt: skip
# What an unlabeled narrow scan of these energies nearly always is.
_COMMON = ("C 1s", "N 1s", "O 1s", "F 1s", "S 2p", "P 2p", "Si 2p", "Cl 2p")
_WIDEST_SCAN_EV = 40.0
_EDGE_EV = 2.0
_LABORATORY_SOURCES_EV = (1486.6, 1253.6)
_CHARGING_EV = 8.0
_HIGHEST_BINDING_EV = 1480.0


def guess_core_level(binding_ev: Floats | None) -> str | None:
    """Guess the level of an unlabeled scan from the energies that it covers.

    Returns
    -------
    str or None
        The one common level well inside a scan of at most 40 eV; None for surveys, for
        scans of none or several of them, and where binding energies are unknown.
    """
    if binding_ev is None:
        return None
    low, high = float(binding_ev.min()), float(binding_ev.max())
    if high - low > _WIDEST_SCAN_EV:
        return None
    inside = [level for level in _COMMON if low + _EDGE_EV <= _TYPICAL_EV[level] <= high - _EDGE_EV]
    return inside[0] if len(inside) == 1 else None


def with_guessed_level(spectrum: Spectrum) -> Spectrum:
    """Return a spectrum of no named level with the one that its energies tell, if they do.

    A level that was guessed before, from another reading of the axis, is guessed anew.
    """
    others = tuple(w for w in spectrum.warnings if not w.startswith(NO_LEVEL))
    if spectrum.core_level is not None and others == spectrum.warnings:
        return spectrum
    core_level = guess_core_level(spectrum.binding_energy_ev)
    told = () if core_level is None else (level_taken_for(core_level),)
    return spectrum.with_(core_level=core_level, warnings=(*others, *told))


def judge_axis(energy_ev: Floats, core_level: str | None, photon_ev: float | None) -> Axis:
    """Judge from their magnitude whether energies are binding or kinetic.

    The level named decides if only one reading of the axis covers it; else energies are
    binding energies unless they are too high for them.
    """
    low, high = float(energy_ev.min()), float(energy_ev.max())
    expected = None if core_level is None else _TYPICAL_EV.get(core_level)
    if expected is not None and not low - _CHARGING_EV <= expected <= high + _CHARGING_EV:
        sources = _LABORATORY_SOURCES_EV if photon_ev is None else (photon_ev,)
        for source in sources:
            if source - high - _CHARGING_EV <= expected <= source - low + _CHARGING_EV:
                return "kinetic"
    return "kinetic" if high > _HIGHEST_BINDING_EV and low > 0.05 * high else "binding"


def energy_range_name(energy_ev: Floats) -> str:
    """Name a spectrum that has no name after its energies: "1000-0 eV"."""
    return f"{float(energy_ev[0]):g}–{float(energy_ev[-1]):g} eV"
