"""Read text exports of SPECS' SpecsLab Prodigy (.xy): regions, cycles and scans."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

import numpy as np

from xps.errors import SpectrumError
from xps.levels import parse_core_level
from xps.readers.collection import Collection
from xps.readers.content import Content
from xps.readers.doubts import NO_AXIS, NO_BINDING_ENERGIES, NO_COUNTING_NOISE
from xps.readers.encoding import text_lines
from xps.readers.quantity import axis_of, unit_of
from xps.spectrum import Axis, Spectrum

NAME: Final = "specs-xy"
_CREATOR = re.compile(rb"^\W{0,8}Created by:\s*SpecsLab Prodigy")
_FACT = re.compile(r"\s*([^:]+?):\s*(.*?)\s*")
_PARAMETER = re.compile(r'\s*Parameter:\s*"([^"]*)"\s*(?:\[(.*?)\]\s*)?=\s*(\S+)\s*')
_CYCLE = re.compile(r"\s*Cycle:\s*(\d{1,9})(?:,\s*Curve:\s*(\d{1,9}))?(.*)")
_PART = re.compile(r",\s*(Scan|Channel):\s*(\d{1,9})")
_COMMON = ("Energy Axis", "Group")
_DATE = "%m/%d/%y %H:%M:%S UTC"


def recognizes(data: bytes) -> bool:
    """Tell whether the first line names SpecsLab Prodigy."""
    return _CREATOR.match(data[:256].lstrip(b"\xef\xbb\xbf\r\n ")) is not None


def read(content: Content) -> tuple[list[Spectrum], list[str]]:
    """Read all cycles of all regions of a file.

    The rates that Prodigy writes are averages: counts divided by dwell time and number of
    scans. (In measured files the variance falls with the product of both.)

    Raises
    ------
    ReadError
        If no XPS spectrum is left.
    """
    spectra = Collection(content, NAME)
    text = text_lines(content.data, "this text file of Prodigy")
    curves = _curves(text)
    last = next((line for line in reversed(text) if line.strip()), "")
    if curves and last[:1] == text[0].lstrip("\ufeff ")[:1]:
        spectra.warnings.append("the file ends in a header: it may have been cut short")
    cycles: dict[tuple[str, str], int] = {}
    for curve in curves:
        cycles[curve.region] = max(cycles.get(curve.region, 0), curve.cycle)
    for curve in curves:
        series = curve.series(several=cycles[curve.region] > 0)
        place = f"line {curve.line}, region {curve.facts.get('Region', '')}"
        spectra.add(place, partial(_spectrum, curve, series, content.stem))
    return spectra.finish()


@dataclass(frozen=True)
class _Curve:
    """The numbers of one cycle, or of one scan of it, with all that stands above them."""

    facts: dict[str, str] = field(default_factory=dict)
    parameters: tuple[tuple[str, float], ...] = ()
    cycle: int = 0
    curve: int = 0
    parts: tuple[tuple[str, float], ...] = ()
    line: int = 0
    rows: list[list[str]] = field(default_factory=list, repr=False)

    @property
    def region(self) -> tuple[str, str]:
        return self.facts.get("Group", ""), self.facts.get("Spectrum ID", "")

    def series(self, *, several: bool) -> tuple[tuple[str, float], ...]:
        """Return the place of the curve among those of its region."""
        cycle = self.parameters or (("Cycle", float(self.cycle + 1)),)
        curve = (("Curve", float(self.curve + 1)),) if self.curve else ()
        return (*(cycle if several else ()), *curve, *self.parts)


def _curves(text: list[str]) -> list[_Curve]:
    """Part the lines into curves; a region resets what was said of its cycles."""
    curves: list[_Curve] = []
    state = _Curve()
    sign = next((line.lstrip("\ufeff ")[:1] for line in text if line.strip()), "")
    rows: list[list[str]] | None = None
    for number, line in enumerate(text, 1):
        if not line.strip():
            continue
        if line.startswith(sign):
            rows = None
            state = _after(state, line[len(sign) :])
            continue
        if rows is None:
            rows = []
            curves.append(replace(state, facts=dict(state.facts), line=number, rows=rows))
        rows.append(line.split())
    return curves


def _after(state: _Curve, comment: str) -> _Curve:
    """Return the state after a line of comment."""
    if match := _PARAMETER.fullmatch(comment):
        name = f"{match[1]} / {match[2]}" if match[2] else match[1]
        try:
            parameter = (name, float(match[3]))
        except ValueError:
            return state
        return replace(state, parameters=(*state.parameters, parameter))
    if match := _CYCLE.fullmatch(comment):
        if match[2] is None:
            return replace(state, cycle=int(match[1]), parameters=(), parts=(), curve=0)
        found = _PART.findall(match[3])
        # A single scan of a cycle repeats the cycle's line.
        parts = tuple((name, float(index) + 1) for name, index in found)
        return replace(state, cycle=int(match[1]), curve=int(match[2]), parts=parts)
    if match := _FACT.fullmatch(comment):
        if match[1] == "Region":
            common = {key: state.facts[key] for key in _COMMON if key in state.facts}
            return _Curve({**common, "Region": match[2]})
        state.facts[match[1]] = match[2]
    return state


def _spectrum(curve: _Curve, series: tuple[tuple[str, float], ...], stem: str) -> Spectrum:
    facts = curve.facts
    method = facts.get("Analysis Method", "XPS")
    if method.upper() != "XPS":
        raise SpectrumError(f"wrong technique: {method}, not XPS")
    labels = facts.get("ColumnLabels", "energy counts/s").split()
    if labels[0] != "energy":
        raise SpectrumError(f"its axis is {labels[0]!r}, not an energy")
    try:
        values = np.array(curve.rows, dtype=np.float64)
    except ValueError:
        raise SpectrumError("its data are not all numbers, or its rows differ in length") from None
    if values.shape[1] < 2 or values.shape[1] != len(labels):
        raise SpectrumError(f"{len(labels)} columns are announced, but {values.shape[1]} given")
    if not np.isfinite(values).all():
        raise SpectrumError("an energy or intensity is not a finite number")
    axis, photon_energy = _axis(facts), _number(facts, "Excitation Energy")
    transmission = values[:, labels.index("transmission")] if "transmission" in labels else None
    name = facts.get("Region", "")
    separate = any(part == "Scan" for part, _ in curve.parts)
    return Spectrum(
        energy_ev=values[:, 0],
        intensity=values[:, 1],
        axis=axis,
        unit=unit_of(labels[1]) or "arbitrary",
        name=name,
        sample=facts.get("Group") or stem,
        core_level=parse_core_level(name),
        photon_energy_ev=photon_energy,
        pass_energy_ev=_number(facts, "Pass Energy"),
        dwell_s=_number(facts, "Dwell Time"),
        sweeps=1.0 if separate else _number(facts, "Number of Scans"),
        transmission=transmission if transmission is not None and transmission.min() > 0 else None,
        source_label=facts.get("Source", ""),
        instrument=facts.get("Analyzer", ""),
        acquired=_acquired(facts.get("Acquisition Date", "")),
        notes=facts.get("Comment", ""),
        series=series,
        warnings=_doubts(facts, len(values), axis, photon_energy),
    )


def _doubts(
    facts: dict[str, str], n_points: int, axis: Axis, photon_energy: float | None
) -> tuple[str, ...]:
    doubts = []
    announced = facts.get("Values/Curve", "")
    if announced and announced != str(n_points):
        doubts.append(f"{announced} points are announced, but {n_points} stored")
    if photon_energy is None and axis == "kinetic":
        doubts.append(NO_BINDING_ENERGIES)
    if _number(facts, "Dwell Time") is None or _number(facts, "Number of Scans") is None:
        doubts.append(NO_COUNTING_NOISE)
    return tuple(doubts)


def _axis(facts: dict[str, str]) -> Axis:
    axis = axis_of(facts.get("Energy Axis", ""))
    if axis is None:
        raise SpectrumError(NO_AXIS)
    return axis


def _number(facts: dict[str, str], key: str) -> float | None:
    try:
        value = float(facts.get(key, ""))
    except ValueError:
        return None
    return value if np.isfinite(value) and value > 0 else None


def _acquired(text: str) -> str:
    try:
        return datetime.strptime(text, _DATE).replace(tzinfo=UTC).isoformat()
    except ValueError:
        return ""
