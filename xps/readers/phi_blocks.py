"""The binary part of PHI files: a table of blocks, then their numbers."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from xps.errors import ReadError, SpectrumError
from xps.file_bytes import Bytes
from xps.spectrum import Floats

_REMEDY = "the file is damaged: copy it again from the instrument"
_HEAD = struct.Struct("<4I")
_ENTRY = struct.Struct("<24I")
# What "u8" stands for in files of old instruments are floating-point numbers all the same.
_TYPES: Final = {b"f4": "<f4", b"f8": "<f8", b"u8": "<f8"}
_MAX_SPECTRA: Final = 100_000
_POINTS = frozenset({b"pnt", b"chn"})


@dataclass(frozen=True)
class Block:
    """An array: `n_points` values (those of a region, or one a cycle), `n_cycles` times.

    `region` counts from 1; it is 0 where the block is no spectrum.
    """

    region: int
    n_points: int
    n_cycles: int
    axis: bytes
    unit: bytes
    type: bytes
    size: int
    offset: int
    data: Bytes = field(repr=False)

    @property
    def is_spectrum(self) -> bool:
        """Tell whether the values run over the energies of a region."""
        return self.axis in _POINTS

    @property
    def is_sputter_time(self) -> bool:
        """Tell whether the values are the sputter times of the cycles, for each region."""
        return self.axis == b"cyc" and self.unit == b"s"

    @cached_property
    def values(self) -> Floats:
        """The values, shape (n_cycles, n_points)."""
        return self.cycles(0, self.n_cycles)

    def cycles(self, start: int, stop: int) -> Floats:
        """Return the values of some cycles, shape (stop − start, n_points).

        Raises
        ------
        SpectrumError
            If they are not stored as expected.
        """
        kind = _TYPES.get(self.type)
        if kind is None:
            raise SpectrumError(f"its numbers are of the unknown type {self.type!r}")
        count = self.n_points * self.n_cycles
        width = int(kind[-1])
        if self.size != count * width:
            raise SpectrumError(f"{count} points do not fill its {self.size} bytes")
        if self.offset + self.size > len(self.data):
            raise SpectrumError("the file ends before its data do")
        row = self.n_points * width
        raw = self.data[self.offset + start * row : self.offset + stop * row]
        with np.errstate(invalid="ignore", over="ignore"):
            flat = np.frombuffer(raw, dtype=kind).astype(np.float64)
        return flat.reshape(stop - start, self.n_points)


def blocks(data: Bytes, body: int) -> list[Block]:
    """Read the table of blocks.

    Parameters
    ----------
    data : Bytes
        The whole file.
    body : int
        Where its binary part begins; places in the table count from there.

    Raises
    ------
    ReadError
        If the table does not fit the file, or its blocks are larger than that together.
    """
    room = len(data) - body
    if room < _HEAD.size:
        raise ReadError("the file ends with its header", _REMEDY)
    _, n_blocks, size, start = _HEAD.unpack(data[body : body + _HEAD.size])
    if size != n_blocks * _ENTRY.size or start + size > room:
        raise ReadError(f"the table of its {n_blocks} blocks does not fit the file", _REMEDY)
    table = data[body + start : body + start + size]
    found = [_block(entry, data, body) for entry in _ENTRY.iter_unpack(table)]
    if sum(block.size for block in found) > room:
        raise ReadError("its blocks are larger than the file: the file is cut short", _REMEDY)
    n_spectra = sum(block.n_cycles for block in found if block.is_spectrum)
    if n_spectra > _MAX_SPECTRA:
        raise ReadError(f"it announces {n_spectra} spectra, at most {_MAX_SPECTRA}", _REMEDY)
    return found


def _block(entry: tuple[int, ...], data: Bytes, body: int) -> Block:
    return Block(
        region=entry[3],
        n_points=entry[5],
        n_cycles=entry[6],
        axis=_word(entry[8]),
        unit=_word(entry[14]),
        type=_word(entry[18]),
        size=entry[19],
        offset=body + entry[20],
        data=data,
    )


def _word(number: int) -> bytes:
    """Return the letters that a number stands for."""
    return number.to_bytes(4, "little").partition(b"\0")[0]
