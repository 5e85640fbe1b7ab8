"""Facts in the lines above a table: photon energy, live time, names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from xps.readers.quantity import axis_of, unit_of
from xps.spectrum import Axis, Unit

_UNIT = r"(?:\s*[(\[/,]?\s*(m?s|m?eV)\b[)\]]?)?"
_GAP = r"[ \t:=,;]*"
_VALUE = r"(\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?)\s*(m?s\b|eV\b)?"


def _quantity(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?i)(?:{words}){_UNIT}{_GAP}{_VALUE}")


_PHOTON = _quantity(
    r"photon energy|excitation energy|characteristic energy|source energy|x-?ray energy"
    r"|\bh[vν](?=\W)|光子能量"
)
_PASS = _quantity(r"pass energy|\bCAE\b|\bP\.?E\.?(?=\s*[:=])|通能")
_DWELL = _quantity(r"dwell(?: time)?|time per (?:step|channel|point)")
_SWEEPS = _quantity(r"number of (?:scans|sweeps)|\bsweeps|\bscans")
_ACQUISITION = _quantity(r"acquisition time")
_MILLISECONDS = re.compile(r"(?i)time per step")
_CASA_CYCLE = re.compile(r"(?m)^\s*Cycle \d+:([^:\n\t]*):([^:\n\t]+)")
_SAMPLE = re.compile(r"(?im)^\s*sample(?:\s+(?:name|id|identifier))?\s*[:=\t]\s*(\S.*?)\s*$")
_REGION = re.compile(r"(?im)^\s*(?:region(?: name)?|spectrum(?: name)?)\s*[:=]\s*(\S.*?)\s*$")
_LEVEL = re.compile(r"(?im)^\s*core level\s*[:=]\s*(\S.*?)\s*$")
_ELEMENT = re.compile(r"(?i)\belement\s+([A-Z][a-z]?\s?[1-6][spdf])")
_AXIS = re.compile(r"(?im)^\s*(?:energy axis|energy scale|dimension 1 name)\s*[:=]\s*(.+)$")


@dataclass(frozen=True)
class Header:
    """What the header of a table says; None or "" where it is silent."""

    photon_energy_ev: float | None = None
    pass_energy_ev: float | None = None
    dwell_s: float | None = None
    sweeps: float | None = None
    sample: str = ""
    name: str = ""
    core_level: str = ""
    axis: Axis | None = None
    unit: Unit | None = None
    text: str = ""


def read_header(headers: Sequence[tuple[str, ...]]) -> Header:
    """Read the header of the last table, and what earlier ones said that it does not repeat.

    Parameters
    ----------
    headers : sequence of tuple of str
        The header lines of all tables so far, in the order of the file.
    """
    texts = ["\n".join(lines) for lines in reversed(headers)]
    own = texts[0]
    casa = _CASA_CYCLE.search(own)
    dwell, sweeps = _live_time(texts)
    return Header(
        photon_energy_ev=_first(_PHOTON, texts),
        pass_energy_ev=_first(_PASS, texts),
        dwell_s=dwell,
        sweeps=sweeps,
        sample=casa[1].strip() if casa else _words(_SAMPLE, texts),
        name=casa[2].strip() if casa else _words(_REGION, texts) or _words(_ELEMENT, texts[:1]),
        core_level=_words(_LEVEL, texts),
        axis=axis_of(_words(_AXIS, texts)) or _only_axis(own),
        unit=_unit(texts),
        text=own.strip("\n"),
    )


def _live_time(texts: list[str]) -> tuple[float | None, float | None]:
    """Return dwell time and sweeps; a total acquisition time counts as one long sweep."""
    total = _first(_ACQUISITION, texts[:1])
    if total is not None:
        return total, 1.0
    dwell = next((match for text in texts if (match := _DWELL.search(text))), None)
    if dwell is None:
        return None, _first(_SWEEPS, texts)
    unit = (dwell[1] or dwell[3] or "").lower()
    thousandth = unit == "ms" or (not unit and _MILLISECONDS.match(dwell[0]) is not None)
    return _positive(dwell, 1e-3 if thousandth else 1.0), _first(_SWEEPS, texts)


def _first(pattern: re.Pattern[str], texts: list[str]) -> float | None:
    for text in texts:
        if match := pattern.search(text):
            return _positive(match)
    return None


def _positive(match: re.Match[str], scale: float = 1.0) -> float | None:
    value = float(match[2].replace(",", "."))
    return value * scale if value > 0 else None


def _words(pattern: re.Pattern[str], texts: list[str]) -> str:
    for text in texts:
        if match := pattern.search(text):
            return match[1]
    return ""


def _only_axis(text: str) -> Axis | None:
    axes = {axis for line in text.splitlines() if (axis := axis_of(line))}
    return axes.pop() if len(axes) == 1 else None


def _unit(texts: list[str]) -> Unit | None:
    units = [unit for text in texts for line in text.splitlines() if (unit := unit_of(line))]
    if "counts/s" in units:
        return "counts/s"
    return "counts" if "counts" in units else None
