"""Read text that Doublet wrote: any number of spectra, with all that is known about each.

A file begins with `MARK`. Each spectrum has lines "# key: value", a line of labels, and rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import numpy as np

from xps.errors import SpectrumError
from xps.readers.collection import Collection
from xps.readers.content import Content
from xps.readers.encoding import text_lines
from xps.readers.quantity import axis_of, unit_of
from xps.spectrum import Floats, Spectrum

NAME: Final = "doublet-text"
MARK: Final = "# Doublet spectra, format 1"
NUMBERS: Final = {
    "Photon energy (eV)": "photon_energy_ev",
    "Pass energy (eV)": "pass_energy_ev",
    "Dwell time (s)": "dwell_s",
    "Sweeps": "sweeps",
}
TEXTS: Final = {
    "Sample": "sample",
    "Spectrum": "name",
    "Core level": "core_level",
    "X-ray source": "source_label",
    "Instrument": "instrument",
    "Acquired": "acquired",
    "Notes": "notes",
}
MONOCHROMATIC: Final = "Monochromatic"
SERIES: Final = "Series"
TRANSMISSION: Final = "Transmission"
ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_PLAIN: Final = {escaped: plain for plain, escaped in ESCAPES.items()}
_ESCAPED = re.compile(r"\\[\\nrt0]")


def recognizes(data: bytes) -> bool:
    """Tell whether the first line is that of Doublet's text."""
    return data.removeprefix(_BYTE_ORDER_MARK).startswith(MARK.encode())


def read(content: Content) -> tuple[list[Spectrum], list[str]]:
    """Read all spectra of a file.

    Raises
    ------
    ReadError
        If the file is damaged, or holds no spectrum.
    """
    spectra = Collection(content, NAME)
    lines = text_lines(content.data, "this text file")
    for block in _blocks(lines):
        spectra.add(f"line {block.line}", partial(_spectrum, block))
    return spectra.finish()


@dataclass
class _Block:
    """The lines of one spectrum; `line` is that of its labels."""

    line: int = 0
    header: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    delimiter: str = ","
    rows: list[str] = field(default_factory=list)


def _blocks(lines: list[str]) -> Iterator[_Block]:
    block = _Block()
    for number, line in enumerate(lines[1:], 2):
        header = line.startswith(("#", '"#'))
        if header and block.labels:
            yield block
            block = _Block()
        if header:
            block.header.append(line)
        elif block.labels and line:
            block.rows.append(line)
        elif line:
            block.line = number
            block.delimiter = "\t" if "\t" in line else ","
            block.labels = line.split(block.delimiter)
    if block.header or block.labels:
        yield block


def _spectrum(block: _Block) -> Spectrum:
    facts, series = _facts(block)
    if len(block.labels) < 2:
        raise SpectrumError("its columns have no labels")
    values = _values(block)
    if facts.get("Points") != str(len(values)):
        raise SpectrumError(f"{facts.get('Points')} points are announced, {len(values)} found")
    axis, unit = axis_of(block.labels[0]), unit_of(block.labels[1])
    if axis is None or unit is None:
        raise SpectrumError(f"its columns are {block.labels[0]!r} and {block.labels[1]!r}")
    known: dict[str, Any] = {name: facts.get(key, "") for key, name in TEXTS.items()}
    known |= {name: _number(facts, key) for key, name in NUMBERS.items()}
    known["core_level"] = known["core_level"] or None
    monochromatic = {"yes": True, "no": False}.get(facts.get(MONOCHROMATIC, ""))
    return Spectrum(
        energy_ev=values[:, 0],
        intensity=values[:, 1],
        axis=axis,
        unit=unit,
        transmission=values[:, 2] if values.shape[1] > 2 else None,
        monochromatic=monochromatic,
        series=series,
        **known,
    )


def _facts(block: _Block) -> tuple[dict[str, str], tuple[tuple[str, float], ...]]:
    facts: dict[str, str] = {}
    series: list[tuple[str, float]] = []
    for line in block.header:
        plain = line[1:-1].replace('""', '"') if line.startswith('"') else line
        key, _, value = plain.removeprefix("# ").partition(": ")
        text = _ESCAPED.sub(lambda match: _PLAIN[match[0]], value)
        if key == SERIES:
            name, _, place = text.rpartition(" = ")
            series.append((name, _float(place, f"the place in {name!r}")))
        else:
            facts[key] = text
    return facts, tuple(series)


def _values(block: _Block) -> Floats:
    width = len(block.labels)
    try:
        values = np.array([row.split(block.delimiter) for row in block.rows], dtype=np.float64)
    except ValueError:
        raise SpectrumError("its rows are not all numbers") from None
    if values.ndim != 2 or values.shape[1] != width:
        raise SpectrumError(f"its rows do not have {width} columns")
    return values


def _number(facts: Mapping[str, str], key: str) -> float | None:
    return _float(facts[key], key) if facts.get(key) else None


def _float(text: str, what: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SpectrumError(f"{what} should be a number, not {text[:40]!r}") from None
