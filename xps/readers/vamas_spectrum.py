"""Turn a VAMAS block into a spectrum: find axis, unit, core level and acquisition."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache

import numpy as np

from xps.errors import SpectrumError
from xps.levels import parse_core_level
from xps.readers.core_level import energy_range_name, guess_core_level
from xps.readers.doubts import NO_BINDING_ENERGIES, level_taken_for
from xps.readers.energy import separate_repeats
from xps.readers.quantity import are_counts, energy_of, unit_of
from xps.readers.vamas_record import Block, Experiment, Quantity, Setup
from xps.spectrum import Axis, Floats, Source, Spectrum, Unit

_UNKNOWN_WORDS = frozenset({"", "-", "not specified", "unknown", "n/a", "none"})
_NO_LEVEL_WORDS = frozenset({"survey", "wide", "none", "wide scan", "vb", "valence"})
_PLACEHOLDER_VARIABLES = frozenset({"", "none", "value", "exp variable"})
_QUANTITY_NAME = re.compile(r"(?i)counts|cps|counts\s?(?:/|per)\s?s(?:econd)?|intensity")
_DIMENSIONLESS = frozenset({"", "d", "n"})
_CONSTANT_PASS_ENERGY = re.compile(r"(?i)fat|cae|fixed|constant (?!.*delta m)|^$")
_ULTRAVIOLET_EV = 50.0
_EV_PER_UNIT = {"ev": 1.0, "": 1.0, "d": 1.0, "n": 1.0, "kev": 1e3, "mev": 1e-3}
_MONOCHROMATIC = re.compile(r"(?i)\bmono(?!\w*\s*(?:off|none))")
_ACHROMATIC = re.compile(r"(?i)non-?\s?mono|unmono|achromatic")
_SOURCE_LINE = re.compile(r"(?im)^.*\b(?:mode\s*:\s*XPS|anode|x-?ray source|excitation).*$")
MONOCHROMATIC_PARAMETER = "Monochromatic source"
"""Additional parameter that Doublet writes: 1 with a monochromator, 0 without."""


def spectrum_of(block: Block, experiment: Experiment, source: Source) -> Spectrum:
    """Build the spectrum of one block.

    Raises
    ------
    SpectrumError
        If the block is of another technique, has no energy axis or no data.
    """
    setup = block.setup
    photon_energy = _photon_energy(block)
    if not block.values.size:
        raise SpectrumError("it holds no data")
    scan = _scan(setup)
    warnings = list(scan.warnings)
    energy, intensity, transmission = _measured(block, scan, warnings)
    if setup.step is None:  # a regular scan repeats nothing
        energy = separate_repeats(energy, warnings)
    unit, live_time_known = _unit(block, setup.columns[scan.intensity], intensity, warnings)
    if scan.axis == "kinetic" and photon_energy is None:
        warnings.append(NO_BINDING_ENERGIES)
    core_level = _core_level(block)
    if core_level is None and not (setup.species or setup.transition or block.name):
        binding = energy if scan.axis == "binding" else _minus(photon_energy, energy)
        core_level = guess_core_level(binding)
        if core_level is not None:
            warnings.append(level_taken_for(core_level))
    return Spectrum(
        energy_ev=energy,
        intensity=intensity,
        axis=scan.axis,
        unit=unit,
        name=_name(block) or energy_range_name(energy),
        sample=_known(block.sample),
        core_level=core_level,
        photon_energy_ev=photon_energy,
        pass_energy_ev=_pass_energy(setup),
        dwell_s=_positive(setup.dwell_s) if live_time_known else None,
        sweeps=_positive(setup.sweeps) if live_time_known else None,
        transmission=transmission,
        monochromatic=_monochromatic(block),
        source_label=setup.source_label,
        instrument=_instrument(experiment.institution, experiment.instrument),
        acquired=_acquired(block.head.date),
        notes=block.head.comment,
        series=place_of(block, experiment),
        warnings=tuple(warnings),
        origin=source,
    )


def _photon_energy(block: Block) -> float | None:
    """Return the photon energy; refuse what is not X-ray photoelectron spectroscopy."""
    technique = block.head.technique
    if technique and not technique.upper().startswith(("XPS", "HAXPES", "ESCA")):
        raise SpectrumError(f"wrong technique: {technique}, not XPS")
    energy = block.setup.source_energy_ev
    if energy is not None and energy <= 0:
        raise SpectrumError(
            f"wrong technique: the photon energy is {energy:g} eV, so this is no XPS spectrum"
        )
    if energy is not None and energy < _ULTRAVIOLET_EV:
        raise SpectrumError(
            f"wrong technique: photons of {energy:g} eV make an ultraviolet (UPS) spectrum"
        )
    return energy


@dataclass(frozen=True)
class _Scan:
    """What energies and columns of a block mean.

    Attributes
    ----------
    axis : {"binding", "kinetic"}
    unit_ev : float
        What the energies of the file are multiplied by.
    energy : int or None
        The column of the energies; None where they are given by start and step.
    intensity : int
    transmission : int or None
        The columns of these.
    warnings : tuple of str
    """

    axis: Axis
    unit_ev: float
    energy: int | None
    intensity: int
    transmission: int | None
    warnings: tuple[str, ...]


@lru_cache(maxsize=64)
def _scan(setup: Setup) -> _Scan:
    label, energy = setup.abscissa, None
    if label.label or setup.step is not None:
        if label.value is None or setup.step is None:
            raise SpectrumError("start or step of the energies is missing")
    else:
        named = (i for i, column in enumerate(setup.columns) if energy_of(column.label))
        energy = next(named, 0)
        label = setup.columns[energy]
    unit_ev = _EV_PER_UNIT.get(label.unit.lower())
    if unit_ev is None:
        raise SpectrumError(f"its axis is {label.label!r} in {label.unit!r}, not an energy in eV")
    warnings: list[str] = []
    axis = _axis(label, warnings)
    beside = [i for i in range(len(setup.columns)) if i != energy]
    columns = [setup.columns[i] for i in beside]
    intensity = intensity_column(columns)
    transmission = transmission_column(columns)
    ignored = [
        repr(column.label) for i, column in enumerate(columns) if i not in (intensity, transmission)
    ]
    if ignored:
        warnings.append(f"further variables are not read: {', '.join(ignored)}")
    return _Scan(
        axis=axis,
        unit_ev=unit_ev,
        energy=energy,
        intensity=beside[intensity],
        transmission=None if transmission is None else beside[transmission],
        warnings=tuple(warnings),
    )


def _axis(label: Quantity, warnings: list[str]) -> Axis:
    energy = energy_of(label.label)
    if energy in ("binding", "kinetic"):
        return energy
    if energy == "photon":
        raise SpectrumError("its axis is the photon energy: X-ray absorption, not XPS")
    if energy is None and label.unit.lower() != "ev":
        raise SpectrumError(f"its axis is {label.label!r}, not an energy")
    warnings.append(f"the axis {label.label!r} is taken for kinetic energy")
    return "kinetic"


def _curves(block: Block, scan: _Scan) -> tuple[Floats, Floats, Floats | None]:
    """Return energies in eV, intensities and transmission."""
    if scan.energy is None:
        start, step = block.setup.abscissa.value, block.setup.step
        energy = _grid(start, step, scan.unit_ev, len(block.values))
    else:
        energy = _column(block, scan.energy) * scan.unit_ev
    transmission = None if scan.transmission is None else _column(block, scan.transmission)
    return energy, _column(block, scan.intensity), transmission


@lru_cache(maxsize=64)
def _grid(start: float, step: float, unit_ev: float, size: int) -> Floats:
    """Return the energies of a regular scan, one read-only array for all blocks of a map."""
    energy = (start + step * np.arange(size, dtype=np.float64)) * unit_ev
    energy.setflags(write=False)
    return energy


def _column(block: Block, number: int) -> Floats:
    """Return a column, read-only: the spectrum need not copy it."""
    values = np.ascontiguousarray(block.values[:, number])
    values.setflags(write=False)
    return values


def intensity_column(columns: Sequence[Quantity]) -> int:
    """Return which of the columns beside the energies holds the intensities.

    Raises
    ------
    SpectrumError
        If none does.
    """
    for number, label in enumerate(columns):
        if not _is_transmission(label):
            return number
    raise SpectrumError("it has no intensities")


def transmission_column(columns: Sequence[Quantity]) -> int | None:
    """Return which of the columns beside the energies holds the transmission."""
    return next((i for i, label in enumerate(columns) if _is_transmission(label)), None)


def _is_transmission(label: Quantity) -> bool:
    return "transmission" in label.label.lower()


def _measured(
    block: Block, scan: _Scan, warnings: list[str]
) -> tuple[Floats, Floats, Floats | None]:
    """Return the curves without points not measured and without unusable transmission."""
    energy, intensity, transmission = _curves(block, scan)
    if transmission is not None and not (transmission > 0).all():
        warnings.append("the transmission is not positive everywhere and was left out")
        transmission = None
    present = np.isfinite(intensity)
    if scan.energy is not None:
        present &= np.isfinite(energy)
    missing = present.size - np.count_nonzero(present)
    if not missing:
        return energy, intensity, transmission
    if missing == present.size:
        raise SpectrumError("none of its points was measured")
    warnings.append(f"{missing} of {present.size} points were not measured and are left out")
    if transmission is not None:
        transmission = transmission[present]
    return energy[present], intensity[present], transmission


def _unit(
    block: Block, label: Quantity, intensity: Floats, warnings: list[str]
) -> tuple[Unit, bool]:
    """Return the unit, and whether dwell time and sweeps belong to it.

    VAMAS holds counts summed over all sweeps unless a label says otherwise.
    """
    named = _QUANTITY_NAME.fullmatch(block.name) and unit_of(block.name)
    if named == "counts/s" and (block.setup.dwell_s, block.setup.sweeps) == (1.0, 1.0):
        warnings.append("the block is named counts per second: its live time is not known")
        return "counts/s", False
    named = unit_of(label.unit) or unit_of(label.label)
    if named == "counts/s":
        return named, True
    if named == "arbitrary" or block.setup.signal_mode.lower().startswith("analog"):
        return "arbitrary", True
    pulses = "puls" in block.setup.signal_mode.lower() or named == "counts"
    if not pulses and not are_counts(intensity):
        warnings.append(f"the signal mode {block.setup.signal_mode!r} does not tell the unit")
        return "arbitrary", True
    if np.count_nonzero(intensity != np.rint(intensity)):
        warnings.append(
            "the counts are not whole numbers: they were corrected or averaged before export, "
            "so their noise may not be that of counting"
        )
    return "counts", True


@lru_cache(maxsize=16)
def _instrument(institution: str, model: str) -> str:
    return ", ".join(part for part in map(_known, (institution, model)) if part)


def _core_level(block: Block) -> str | None:
    labels = f"{block.setup.species} {block.setup.transition}".strip()
    if block.setup.species.lower() in _NO_LEVEL_WORDS:
        return None
    return parse_core_level(labels) or parse_core_level(block.name)


def _name(block: Block) -> str:
    labels = f"{block.setup.species} {block.setup.transition}".strip()
    if _QUANTITY_NAME.fullmatch(block.name):
        return labels or block.name
    return block.name or labels


def place_of(block: Block, experiment: Experiment) -> tuple[tuple[str, float], ...]:
    """Return the place of a block in a series: its experimental variables and map position."""
    places = [
        (f"{label} / {unit}" if (unit := v.unit.strip()) not in _DIMENSIONLESS else label, value)
        for v, value in zip(experiment.variables, block.place.variables, strict=True)
        if (label := v.label).lower() not in _PLACEHOLDER_VARIABLES and value is not None
    ]
    if experiment.positions > 1:
        names = ("Map x", "Map y")
        places += [
            (n, v) for n, v in zip(names, block.place.position, strict=False) if v is not None
        ]
    return tuple(places)


def _pass_energy(setup: Setup) -> float | None:
    """Return the pass energy; the same line holds a retard ratio in other modes."""
    if _CONSTANT_PASS_ENERGY.search(setup.analyzer_mode):
        return _positive(setup.pass_energy)
    return None


def _monochromatic(block: Block) -> bool | None:
    for parameter in block.setup.additional:
        if parameter.label == MONOCHROMATIC_PARAMETER and parameter.value is not None:
            return bool(parameter.value)
    return _says_monochromatic(block.setup.source_label, block.head.comment)


@lru_cache(maxsize=16)
def _says_monochromatic(source_label: str, comment: str) -> bool | None:
    for text in (source_label, *_SOURCE_LINE.findall(comment)):
        if _ACHROMATIC.search(text):
            return False
        if _MONOCHROMATIC.search(text):
            return True
    return None


@lru_cache(maxsize=256)
def _acquired(date: tuple[str, ...]) -> str:
    """Return the ISO date, with the time where it is given; "" if unknown."""
    try:
        year, month, day, hour, minute, second, ahead = (int(float(text)) for text in date)
        moment = datetime(year, month, day, tzinfo=timezone(timedelta(hours=ahead % 24)))
    except (ValueError, OverflowError):
        return ""
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        return moment.date().isoformat()
    moment = moment.replace(hour=hour, minute=minute, second=second)
    # Most programs write 0 for "not known".
    return moment.isoformat() if 0 < abs(ahead) <= 14 else moment.replace(tzinfo=None).isoformat()


def _positive(value: float | None) -> float | None:
    return value if value is not None and value > 0 else None


def _minus(photon_energy: float | None, energy: Floats) -> Floats | None:
    return None if photon_energy is None else photon_energy - energy


def _known(text: str) -> str:
    return "" if text.lower() in _UNKNOWN_WORDS else text
