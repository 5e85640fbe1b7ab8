"""Read text dumps of Kratos' Vision (.kal): numbered fields, one object after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from xps.errors import ReadError, SpectrumError
from xps.levels import parse_core_level
from xps.readers.collection import Collection
from xps.readers.content import Content
from xps.readers.doubts import NO_BINDING_ENERGIES, NO_UNIT, axis_taken_for
from xps.readers.encoding import text_lines
from xps.readers.quantity import are_counts, axis_of, unit_of
from xps.spectrum import Floats, Spectrum

NAME: Final = "kratos"
UNTESTED: Final = "Kratos .kal files were not tested on real ones: check energies and counts"
_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*Dataset filename\s*=")
_FIELD = re.compile(r"\s*(?:\d+\s+)?([^=]*?)\s*=\s*(.*?)\s*")
_QUANTITY = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")
_MOMENT = re.compile(r"(\d{2,4})/(\d\d)/(\d\d) (\d\d:\d\d:\d\d)")
# The files name the line and not its energy.
_PHOTON_ENERGIES_EV: Final = {
    "MONO_AL": 1486.69,
    "AL": 1486.6,
    "MG": 1253.6,
    "MONO_AG": 2984.2,
    "AG": 2984.2,
}
_REFERENCE = "F_REFER_TO_XRAY_"
_NO_SPECTRUM = ("Sample Position", "Counter")


def recognizes(data: bytes) -> bool:
    """Tell whether the file begins as dumps of Vision do."""
    return _START.match(data[:256]) is not None and b"Object name" in data


def read(content: Content) -> tuple[list[Spectrum], list[str]]:
    """Read all spectra; maps, which hold one energy, are left out with a warning.

    Raises
    ------
    ReadError
        If no object is a spectrum.
    """
    spectra = Collection(content, NAME)
    sample = ""
    for entry in _entries(text_lines(content.data, "this Kratos file (.kal)")):
        sample = entry.fields.get("Stage Position Name", sample)
        name = entry.fields.get("Object name", "")
        if "Ordinate values" not in entry.fields or name.startswith(_NO_SPECTRUM):
            continue
        spectra.add(f"line {entry.line}, {name or 'object'}", partial(_spectrum, entry, sample))
    spectra.warn_of_all(UNTESTED)
    return spectra.finish()


@dataclass(frozen=True)
class _Entry:
    """The fields of one object by name, lists in their braces."""

    line: int
    fields: Mapping[str, str]


def _entries(lines: list[str]) -> Iterator[_Entry]:
    fields: dict[str, str] = {}
    first = 1
    open_list: list[str] = []
    name = ""
    for number, line in enumerate(lines, 1):
        if open_list:
            if "=" in line:
                raise _unfinished(name, number)
            open_list.append(line)
            if "}" in line:
                fields[name] = " ".join(open_list)
                open_list = []
            continue
        match = _FIELD.fullmatch(line)
        if match is None:
            continue
        name, value = match[1], match[2]
        if name in ("Dataset filename", "Object name") and "Object name" in fields:
            yield _Entry(first, fields)
            fields, first = {}, number
        # A brace that nothing follows holds fields; one that numbers follow holds a list.
        if value.startswith("{") and "}" not in value and value != "{":
            open_list = [value]
        else:
            fields[name] = value
    if open_list:
        raise _unfinished(name, len(lines))
    yield _Entry(first, fields)


def _unfinished(name: str, line: int) -> ReadError:
    return ReadError(
        f"the list of {name!r} does not end",
        "dump the data set again, or export VAMAS from Vision",
        where=f"line {line}",
    )


def _spectrum(entry: _Entry, sample: str) -> Spectrum:
    fields = entry.fields
    if fields.get("Scan type", "F_SPECTRUM") != "F_SPECTRUM":
        raise SpectrumError(f"its scan type is {fields['Scan type']}, not a spectrum")
    if fields.get("Technique", "F_XPS") != "F_XPS":
        raise SpectrumError(f"wrong technique: {fields['Technique']}, not XPS")
    start = _number(fields, "Spectrum scan start")
    step = _number(fields, "Spectrum scan step size")
    if start is None or step is None:
        raise SpectrumError("start or step of its energies is missing")
    intensity = _numbers(fields["Ordinate values"], "ordinate values")
    energy = start + step * np.arange(intensity.size, dtype=np.float64)
    warnings: list[str] = []
    axis = axis_of(fields.get("Abscissa label", ""))
    if axis is None:
        axis = "kinetic"
        warnings.append(axis_taken_for("kinetic"))
    photon_energy = _photon_energy(fields, warnings)
    unit = unit_of(fields.get("Ordinate units", ""))
    if unit is None:
        unit = "counts" if are_counts(intensity) else "arbitrary"
        warnings.append(f"{NO_UNIT}: taken for {unit}")
    species = fields.get("Chemical symbol or formula", "")
    level = f"{species} {fields.get('Transition or charge state', '')}".strip()
    name = fields.get("Object name", "").partition("/")[0].strip()
    kinetic = energy if axis == "kinetic" else (photon_energy or np.nan) - energy
    return Spectrum(
        energy_ev=energy,
        intensity=intensity,
        axis=axis,
        unit=unit,
        name=name or level,
        sample=sample,
        core_level=parse_core_level(level) or parse_core_level(name),
        photon_energy_ev=photon_energy,
        pass_energy_ev=_positive(fields, "Pass energy"),
        dwell_s=_positive(fields, "Dwell time"),
        sweeps=_positive(fields, "# Sweeps completed"),
        transmission=_transmission(fields, kinetic, warnings),
        monochromatic=True if "MONO" in fields.get("Xray Reference Energy", "") else None,
        instrument="Kratos",
        acquired=_acquired(fields.get("Date Acquired", "")),
        warnings=tuple(warnings),
    )


def _photon_energy(fields: Mapping[str, str], warnings: list[str]) -> float | None:
    line = fields.get("Xray Reference Energy", "").removeprefix(_REFERENCE)
    energy = _PHOTON_ENERGIES_EV.get(line)
    if energy is None:
        warnings.append(NO_BINDING_ENERGIES)
    else:
        warnings.append(f"the X-ray line is given, not its energy: {energy:g} eV is taken")
    return energy


def _transmission(fields: Mapping[str, str], kinetic: Floats, warnings: list[str]) -> Floats | None:
    """Return the transmission at each energy, from the table of the file."""
    names = ("Transmission Function Kinetic Energy", "Transmission Function Value")
    if not all(name in fields for name in names):
        return None
    at, values = (_numbers(fields[name], name) for name in names)
    inside = at.size and at.min() <= kinetic.min() and kinetic.max() <= at.max()
    if at.size != values.size or not inside or not (values > 0).all():
        warnings.append("the transmission does not cover the energies and was left out")
        return None
    order = np.argsort(at)
    return np.interp(kinetic, at[order], values[order])


def _numbers(text: str, what: str) -> Floats:
    try:
        values = np.array(text.strip("{} ").replace(",", " ").split(), dtype=np.float64)
    except ValueError:
        raise SpectrumError(f"its {what} are not all numbers") from None
    if not np.isfinite(values).all():
        raise SpectrumError(f"its {what} are not all finite")
    return values


def _number(fields: Mapping[str, str], name: str) -> float | None:
    """Return the number before the unit."""
    match = _QUANTITY.match(fields.get(name, ""))
    value = float(match[0]) if match else np.nan
    return value if np.isfinite(value) else None


def _positive(fields: Mapping[str, str], name: str) -> float | None:
    value = _number(fields, name)
    return value if value is not None and value > 0 else None


def _acquired(text: str) -> str:
    """Return the date, which Vision writes with the year first, of two digits at times."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return ""
    first, month, last, time = match.groups()
    if len(first) == 4:
        return f"{first}-{month}-{last}T{time}"
    # Kratos began to sell these instruments in the nineties.
    century = "19" if int(first) > 70 else "20"
    return f"{century}{first}-{month}-{last}T{time}"
