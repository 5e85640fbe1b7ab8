"""Fits that are written down, not made: every number of them is chosen by the test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from xps.fitted import RegionFit
from xps.lineshapes import SHAPES
from xps.model import Background, Component, Param, Ref, Region, Singlet, multiplet_of
from xps.parameter_table import ParameterTable
from xps.project import ChargeReference, Project, Sample, fingerprint
from xps.species import library
from xps.spectrum import Spectrum

STEP = Background()
ERRORS = {"area": 2.0, "center": 0.02, "fwhm": 0.03}
KNOWN_CHARGE = ChargeReference("component", 0.1, 0.01, "S 2p", "ps4", 161.6, uncertainty_ev=0.1)


@dataclass(frozen=True)
class Level:
    """A core level with its components, as a fit found them."""

    core_level: str
    window: tuple[float, float]
    components: tuple[Component, ...]
    insignificant: tuple[str, ...] = ()
    background: Background = STEP
    spectrum: dict[str, Any] = field(default_factory=dict)
    fit: dict[str, Any] = field(default_factory=dict)


def line(
    id_: str,
    center: float,
    *,
    level: str = "O 1s",
    area: float = 100.0,
    fwhm: float = 1.4,
    single: bool = False,
    **changes: Any,
) -> Component:
    """A component; one of the library where the id is a key of it."""
    species = library().get(id_)
    known = species is not None and species.core_level == level
    shape = changes.pop("shape", "sgl")
    default = tuple(
        Param(p.default, min=p.typical[0], max=p.typical[1]) for p in SHAPES[shape].parameters
    )
    component = Component(
        id=id_,
        name=species.name if species and known else id_,
        lines=Singlet() if single else multiplet_of(level),
        shape=shape,
        area=Param(area),
        center=Param(center),
        fwhm=Param(fwhm, min=0.1, max=9.0),
        shape_params=default,
        species=id_ if known else "",
        group=species.group if species and known else "",
    )
    return replace(component, **changes)


def made(*levels: Level, sample: str = "sample", charge: ChargeReference = KNOWN_CHARGE) -> Project:
    """A project of one sample with these fits."""
    return _with_sample(Project(), sample, charge, levels)


def both(first: Sequence[Level], second: Sequence[Level]) -> Project:
    """A project of two samples."""
    project = _with_sample(Project(), "bare", KNOWN_CHARGE, first)
    return _with_sample(project, "coated", KNOWN_CHARGE, second)


def measured(core_level: str, counts: Sequence[float], **changes: Any) -> Spectrum:
    """A spectrum without a fit."""
    energy = 100.0 + 0.1 * np.arange(len(counts))
    fields: dict[str, Any] = {"sample": "sample", "core_level": core_level} | changes
    return Spectrum(energy, np.asarray(counts, dtype=float), **fields)


def _with_sample(
    project: Project, name: str, charge: ChargeReference, levels: Sequence[Level]
) -> Project:
    for level in levels:
        number = len(project.entries)
        low, high = level.window
        energy = np.arange(low, high + 0.05, 0.1)
        counts = np.random.default_rng(number).poisson(500.0, energy.size).astype(float)
        fields: dict[str, Any] = {
            "intensity": counts,
            "sample": name,
            "core_level": level.core_level,
            "photon_energy_ev": 1486.6,
            "dwell_s": 0.1,
            "sweeps": 10.0,
        }
        spectrum = Spectrum(energy - charge.shift_ev, **(fields | level.spectrum))
        project = project.with_spectra((spectrum,)).with_sample(Sample(name, charge))
        entry = project.entries[-1]
        region = Region(
            f"r{number}",
            entry.id,
            level.core_level,
            level.window,
            level.background,
            level.components,
        ).settled()
        project = project.with_fit(_fit(region, spectrum, charge, level))
    return project


def _fit(region: Region, spectrum: Spectrum, charge: ChargeReference, level: Level) -> RegionFit:
    free = ParameterTable.of(region).free
    errors = np.array([_error(ref) for ref in free])
    fields: dict[str, Any] = {
        "region": region,
        "fingerprint": fingerprint(region, spectrum, charge.shift_ev),
        "success": True,
        "message": "",
        "n_points": spectrum.n_points,
        "n_free": len(free),
        "chi2": float(spectrum.n_points - len(free)),
        "durbin_watson": 2.0,
        "noise_model": "poisson",
        "area_unit": "counts/s·eV",
        "free": free,
        "covariance": np.diag(errors**2),
        "insignificant": dict.fromkeys(level.insignificant, 5.0),
        "charge_shift_ev": charge.shift_ev,
        "charge_shift_stderr": charge.stderr_ev,
    }
    return RegionFit(**(fields | level.fit))


def _error(ref: Ref) -> float:
    return ERRORS.get(ref.parameter, 0.05)
