"""Comments as CasaXPS writes them, for tests."""

from __future__ import annotations

import numpy as np

from xps.spectrum import Spectrum

PHOTONS_EV = 1486.6


def tied(value: float, low: float = 0.0, high: float = 0.0, ref: int = -1, k: float = 1.0) -> str:
    return f"{value:.10g} {low:.10g} {high:.10g} {ref} {k:.10g}"


def component(
    area: str,
    width: str,
    position: str,
    *,
    name: str = "S 2p",
    shape: str = "GL(30)",
    index: int = -1,
    expression: str = "",
) -> str:
    return (
        f"CASA comp (*{name}*) (*{shape}*) Area {area} MFWHM {width} Position {position} "
        f"RSF 0.668 MASS 32.06 INDEX {index} (*S 2p*) CONST (*{expression}*) UNCORRECTEDRSF 0.668"
    )


def region(
    low_be: float = 157.0,
    high_be: float = 171.0,
    *,
    background: str = "Shirley",
    numbers: str = "1 2 0 0 200 -450 0 0",
    name: str = "S 2p",
) -> str:
    start, end = PHOTONS_EV - high_be, PHOTONS_EV - low_be
    return (
        f"CASA region (*{name}*) (*{background}*) {start:.10g} {end:.10g} {numbers} "
        f"(*S 2p*) 32.06 0 1"
    )


def comment(
    components: list[str],
    *,
    regions: list[str] | None = None,
    processing: list[str] | None = None,
    vendor: str = "Creation\nCreated by : someone",
) -> str:
    regions = [region()] if regions is None else regions
    processing = processing or []
    lines = ["Casa Info Follows"]
    for group in (processing, [], regions, components):
        lines += [str(len(group)), *group]
    return "\n".join([*lines, vendor])


def spectrum(notes: str, **changes: object) -> Spectrum:
    """A doublet of 2:1 at 162 eV on a step, counted for a second."""
    binding = np.arange(150.0, 180.0, 0.1)
    peak = 900.0 * np.exp(-4 * np.log(2) * (binding - 162.0) ** 2) + 450.0 * np.exp(
        -4 * np.log(2) * (binding - 163.18) ** 2
    )
    level = 300.0 + 20.0 * np.cumsum(peak) / peak.sum()
    return Spectrum(
        energy_ev=PHOTONS_EV - binding,
        intensity=np.rint(peak + level),
        axis="kinetic",
        name="S 2p",
        sample="made",
        core_level="S 2p",
        photon_energy_ev=PHOTONS_EV,
        dwell_s=1.0,
        sweeps=1,
        notes=notes,
    ).with_(**changes)
