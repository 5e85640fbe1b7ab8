"""Turn a VAMAS block into a spectrum: find axis, unit, core level and acquisition."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from functools import lru_cache

import numpy as np

from xps.errors import SpectrumError
from xps.levels import parse_core_level
from xps.readers.core_level import energy_range_name, guess_core_level
from xps.readers.doubts import NO_BINDING_ENERGIES, level_taken_for
from xps.readers.energy import separate_repeats
from xps.readers.quantity import are_counts, energy_of, unit_of
from xps.readers.vamas_record import Block, Experiment, Quantity
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
    warnings: list[str] = []
    photon_energy = _photon_energy(block)
    axis_label, energy, columns = _energies(block)
    axis = _axis(axis_label, warnings)
    intensity_label, intensity, transmission = _intensities(columns, warnings)
    energy, intensity, transmission = _measured(energy, intensity, transmission, warnings)
    if block.step is None:  # a regular scan repeats nothing
        energy = separate_repeats(energy, warnings)
    unit, live_time_known = _unit(block, intensity_label, intensity, warnings)
    if axis == "kinetic" and photon_energy is None:
        warnings.append(NO_BINDING_ENERGIES)
    core_level = _core_level(block)
    if core_level is None and not (block.species or block.transition or block.name):
        binding = energy if axis == "binding" else _minus(photon_energy, energy)
        core_level = guess_core_level(binding)
        if core_level is not None:
            warnings.append(level_taken_for(core_level))
    return Spectrum(
        energy_ev=energy,
        intensity=intensity,
        axis=axis,
        unit=unit,
        name=_name(block) or energy_range_name(energy),
        sample=_known(block.sample),
        core_level=core_level,
        photon_energy_ev=photon_energy,
        pass_energy_ev=_pass_energy(block),
        dwell_s=_positive(block.dwell_s) if live_time_known else None,
        sweeps=_positive(block.sweeps) if live_time_known else None,
        transmission=transmission,
        monochromatic=_monochromatic(block),
        source_label=block.source_label,
        instrument=", ".join(
            part for part in map(_known, (experiment.institution, experiment.instrument)) if part
        ),
        acquired=_acquired(block.date),
        notes=block.comment,
        series=place_of(block, experiment),
        warnings=tuple(warnings),
        origin=source,
    )


def _photon_energy(block: Block) -> float | None:
    """Return the photon energy; refuse what is not X-ray photoelectron spectroscopy."""
    technique = block.technique
    if technique and not technique.upper().startswith(("XPS", "HAXPES", "ESCA")):
        raise SpectrumError(f"wrong technique: {technique}, not XPS")
    energy = block.source_energy_ev
    if energy is not None and energy <= 0:
        raise SpectrumError(
            f"wrong technique: the photon energy is {energy:g} eV, so this is no XPS spectrum"
        )
    if energy is not None and energy < _ULTRAVIOLET_EV:
        raise SpectrumError(
            f"wrong technique: photons of {energy:g} eV make an ultraviolet (UPS) spectrum"
        )
    return energy


def _energies(block: Block) -> tuple[Quantity, Floats, list[tuple[Quantity, Floats]]]:
    """Return the energy axis, its values in eV, and the columns beside it."""
    values: list[Floats] = list(block.values.T)
    columns = list(zip(block.columns, values, strict=True))
    if not columns or not block.values.size:
        raise SpectrumError("it holds no data")
    if block.abscissa.label or block.step is not None:
        label = block.abscissa
        if label.value is None or block.step is None:
            raise SpectrumError("start or step of the energies is missing")
        energy = _grid(label.value, block.step, len(block.values))
    else:
        energies = (i for i, (label, _) in enumerate(columns) if energy_of(label.label))
        label, energy = columns.pop(next(energies, 0))
    scale = _EV_PER_UNIT.get(label.unit.lower())
    if scale is None:
        raise SpectrumError(f"its axis is {label.label!r} in {label.unit!r}, not an energy in eV")
    return label, energy if scale == 1 else energy * scale, columns


@lru_cache(maxsize=16)
def _grid(start: float, step: float, size: int) -> Floats:
    """Return the energies of a regular scan, one read-only array for all blocks of a map."""
    energy = start + step * np.arange(size, dtype=np.float64)
    energy.setflags(write=False)
    return energy


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


def _intensities(
    columns: list[tuple[Quantity, Floats]], warnings: list[str]
) -> tuple[Quantity, Floats, Floats | None]:
    """Return intensity and transmission, whatever their order."""
    transmission = None
    ignored = []
    chosen = intensity_column([label for label, _ in columns])
    transmitting = transmission_column([label for label, _ in columns])
    for number, (label, values) in enumerate(columns):
        if number == transmitting:
            transmission = values
        elif number != chosen:
            ignored.append(repr(label.label))
    if ignored:
        warnings.append(f"further variables are not read: {', '.join(ignored)}")
    label, intensity = columns[chosen]
    return label, intensity, transmission


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
    energy: Floats, intensity: Floats, transmission: Floats | None, warnings: list[str]
) -> tuple[Floats, Floats, Floats | None]:
    """Drop the points that were not measured, and a transmission that is not usable."""
    if transmission is not None and not (transmission > 0).all():
        warnings.append("the transmission is not positive everywhere and was left out")
        transmission = None
    present = np.isfinite(energy) & np.isfinite(intensity)
    if present.all():
        return energy, intensity, transmission
    missing = int(present.size - present.sum())
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
    if named == "counts/s" and (block.dwell_s, block.sweeps) == (1.0, 1.0):
        warnings.append("the block is named counts per second: its live time is not known")
        return "counts/s", False
    named = unit_of(label.unit) or unit_of(label.label)
    if named == "counts/s":
        return named, True
    if named == "arbitrary" or block.signal_mode.lower().startswith("analog"):
        return "arbitrary", True
    pulses = "puls" in block.signal_mode.lower() or named == "counts"
    if not pulses and not are_counts(intensity):
        warnings.append(f"the signal mode {block.signal_mode!r} does not tell the unit")
        return "arbitrary", True
    if not (intensity == np.rint(intensity)).all():
        warnings.append(
            "the counts are not whole numbers: they were corrected or averaged before export, "
            "so their noise may not be that of counting"
        )
    return "counts", True


def _core_level(block: Block) -> str | None:
    labels = f"{block.species} {block.transition}".strip()
    if block.species.lower() in _NO_LEVEL_WORDS:
        return None
    return parse_core_level(labels) or parse_core_level(block.name)


def _name(block: Block) -> str:
    labels = f"{block.species} {block.transition}".strip()
    if _QUANTITY_NAME.fullmatch(block.name):
        return labels or block.name
    return block.name or labels


def place_of(block: Block, experiment: Experiment) -> tuple[tuple[str, float], ...]:
    """Return the place of a block in a series: its experimental variables and map position."""
    places = [
        (f"{label} / {unit}" if (unit := v.unit.strip()) not in _DIMENSIONLESS else label, value)
        for v, value in zip(experiment.variables, block.variables, strict=True)
        if (label := v.label).lower() not in _PLACEHOLDER_VARIABLES and value is not None
    ]
    if experiment.positions > 1:
        names = ("Map x", "Map y")
        places += [(n, v) for n, v in zip(names, block.position, strict=False) if v is not None]
    return tuple(places)


def _pass_energy(block: Block) -> float | None:
    """Return the pass energy; the same line holds a retard ratio in other modes."""
    return (
        _positive(block.pass_energy) if _CONSTANT_PASS_ENERGY.search(block.analyzer_mode) else None
    )


def _monochromatic(block: Block) -> bool | None:
    for parameter in block.additional:
        if parameter.label == MONOCHROMATIC_PARAMETER and parameter.value is not None:
            return bool(parameter.value)
    return _says_monochromatic(block.source_label, block.comment)


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
