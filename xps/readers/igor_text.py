"""Read Igor's text files (.itx): waves between BEGIN and END, and the scales of their axes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from xps.errors import ReadError
from xps.readers.collection import Collection
from xps.readers.column_spectrum import add_spectra
from xps.readers.content import Content
from xps.readers.encoding import text_lines
from xps.readers.text_table import Table
from xps.spectrum import Floats, Spectrum

NAME: Final = "igor-text"
_LONGEST_COMMAND = 4096
_REMEDY = "save the waves again in Igor, or as columns of text"
_UNTESTED = "Igor text files were not tested on real ones: check energies and intensities"
_WAVES = re.compile(r"(?i)waves\b[/\w=(),. ]*?[\s,]((?:'[^']*'|[A-Za-z]\w*)(?:[\s,].*)?)$")
_NAMES = re.compile(r"'([^']*)'|([A-Za-z]\w*)")
_SCALE = re.compile(
    r"""(?ix)setscale\s*/p\s+x\s*,?\s* ([^\s,"]+)\s*,\s*([^\s,"]+)\s*
        (?:,\s*"([^"]*)")?\s*,\s*([^;]+)"""
)


def recognizes(data: bytes) -> bool:
    """Tell whether the first word is that of Igor's text files."""
    return re.match(rb"(?:\xef\xbb\xbf)?\s*IGOR\s*[\r\n]", data[:64]) is not None


def read(content: Content) -> tuple[list[Spectrum], list[str]]:
    """Read waves whose axis has a scale, and waves beside a wave of energies.

    Raises
    ------
    ReadError
        If the file is damaged, or none of its waves is a spectrum.
    """
    blocks, scales = _parse(text_lines(content.data, "this Igor text file"))
    spectra = Collection(content, NAME)
    unscaled: dict[int, list[_Block]] = {}
    for block in blocks:
        if block.names[0] in scales:
            add_spectra([_scaled(block, scales[block.names[0]])], content.stem, spectra)
        else:
            unscaled.setdefault(len(block.values), []).append(block)
    for group in unscaled.values():
        add_spectra([_beside(group)], content.stem, spectra)
    if not spectra.spectra and not spectra.warnings:
        raise ReadError("this Igor text file (.itx) holds no wave over energies", _REMEDY)
    spectra.warn_of_all(_UNTESTED)
    return spectra.finish()


@dataclass(frozen=True)
class _Block:
    """The waves of one BEGIN, shape (points, waves)."""

    line: int
    names: tuple[str, ...]
    values: Floats


_Scale = tuple[float, float, str]


def _parse(text: list[str]) -> tuple[list[_Block], dict[str, _Scale]]:
    """Return the blocks of waves, and start, step and unit of the axis of waves by name."""
    blocks: list[_Block] = []
    scales: dict[str, _Scale] = {}
    names: tuple[str, ...] = ()
    rows: list[list[str]] | None = None
    for number, line in enumerate(text, 1):
        words = line.strip()
        if rows is not None:
            if words.upper() == "END":
                blocks.append(_Block(number, names, _values(rows, names, number)))
                rows = None
            elif words:
                rows.append(words.split())
        elif words.upper() == "BEGIN" and names:
            rows = []
        elif len(words) > _LONGEST_COMMAND:
            continue
        elif match := _WAVES.match(words):
            names = tuple(quoted or plain for quoted, plain in _NAMES.findall(match[1]))
        elif words[:1] in "Xx":
            scales |= _scales(words)
    if rows is not None:
        raise ReadError("the file ends inside a wave: it is cut short", _REMEDY)
    return blocks, scales


def _values(rows: list[list[str]], names: tuple[str, ...], line: int) -> Floats:
    try:
        values = np.array(rows, dtype=np.float64)
    except ValueError:
        values = np.empty(0)
    if values.ndim != 2 or values.shape[1] < len(names):
        raise ReadError(
            "the wave does not hold rows of numbers only",
            _REMEDY,
            where=f"waves before line {line}",
        )
    return values


def _scales(words: str) -> dict[str, _Scale]:
    found: dict[str, _Scale] = {}
    for start, step, unit, name in _SCALE.findall(words):
        try:
            found[name.strip(" '")] = (float(start), float(step), unit)
        except ValueError:
            continue
    return found


def _scaled(block: _Block, scale: _Scale) -> Table:
    """Return a wave, or the columns of an image, over the energies that its scale means."""
    start, step, unit = scale
    size, width = block.values.shape
    energy = start + step * np.arange(size)
    name = block.names[0]
    labels = [name] if width == 1 else [f"{name} {i}" for i in range(1, width + 1)]
    values = np.column_stack([energy, block.values])
    return Table(block.line - size, (), (unit or "Energy", *labels), values)


def _beside(blocks: list[_Block]) -> Table:
    """Return waves of one length as columns, of which the first is the energy."""
    labels = [
        name
        for block in blocks
        for name in (*block.names, *[""] * (block.values.shape[1] - len(block.names)))
    ]
    values = np.column_stack([block.values for block in blocks])
    return Table(blocks[0].line - len(values), (), tuple(labels), values)
