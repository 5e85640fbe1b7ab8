"""Igor's binary waves (.ibw), version 5: WaveMetrics, Technical Note 003."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np

from xps.errors import ReadError
from xps.readers.encoding import decode
from xps.spectrum import Floats

_REMEDY = "save the wave again in Igor Pro 3 or newer, or as columns of text"
_HEADER_SIZE: Final = 384
_WAVE_HEADER_SIZE: Final = 320
_VERSION: Final = 5
# From the start of the file: sizes of the parts, number and type of the values, name,
# numbers of values along each dimension, their steps and starts.
_SIZES = "4x i i i i 4i"
_COUNT_AND_TYPE_AT, _NAME_AT, _SHAPE_AT, _STEPS_AT, _STARTS_AT = 76, 92, 132, 148, 180
_TYPES: Final = {2: "f4", 4: "f8", 8: "i1", 16: "i2", 32: "i4", 72: "u1", 80: "u2", 96: "u4"}


@dataclass(frozen=True)
class Wave:
    """A wave: `values` of shape (n,) or (n, m), the first axis from `start` by `step`."""

    name: str
    values: Floats
    start: tuple[float, ...]
    step: tuple[float, ...]
    note: str
    unit: str
    axis_units: tuple[str, ...]


def byte_order(data: bytes) -> str | None:
    """Return "<" or ">" where the bytes begin as a wave of version 5 does."""
    if len(data) < _HEADER_SIZE:
        return None
    for order in "<>":
        (version,) = struct.unpack_from(f"{order}h", data)
        if version == _VERSION and not _checksum(data, order):
            return order
    return None


def read_wave(data: bytes) -> Wave:
    """Read a wave.

    Raises
    ------
    ReadError
        If the wave is damaged, holds no real numbers, or has more than two dimensions.
    """
    order = byte_order(data)
    if order is None:
        raise ReadError("the header of this Igor wave is damaged", _REMEDY)
    wave_size, formula_size, note_size, unit_size, *axis_sizes = struct.unpack_from(
        order + _SIZES, data
    )
    count, kind = struct.unpack_from(f"{order}ih", data, _COUNT_AND_TYPE_AT)
    shape = [n for n in struct.unpack_from(f"{order}4i", data, _SHAPE_AT) if n]
    if kind not in _TYPES or not 1 <= len(shape) <= 2:
        raise ReadError(f"it holds values of type {kind} in {len(shape)} dimensions", _REMEDY)
    dtype = np.dtype(order + _TYPES[kind])
    stored = wave_size - _WAVE_HEADER_SIZE
    if min(shape) < 1 or np.prod(shape, dtype=object) != count or count * dtype.itemsize > stored:
        raise ReadError(f"{shape} points do not fill its {stored} bytes", _REMEDY)
    end = _HEADER_SIZE + stored
    sizes = [formula_size, note_size, unit_size, *axis_sizes]
    if min(sizes) < 0 or end + sum(sizes) > len(data):
        raise ReadError("the file ends before its wave does: it is cut short", _REMEDY)
    texts = []
    for size in sizes:
        texts.append(decode(data[end : end + size]))
        end += size
    values = np.frombuffer(data, dtype, count, _HEADER_SIZE)
    with np.errstate(invalid="ignore"):
        floats = values.astype(np.float64).reshape(shape, order="F")
    return Wave(
        name=decode(data[_NAME_AT : _NAME_AT + 32].partition(b"\0")[0]),
        values=floats,
        start=struct.unpack_from(f"{order}4d", data, _STARTS_AT)[: len(shape)],
        step=struct.unpack_from(f"{order}4d", data, _STEPS_AT)[: len(shape)],
        note=texts[1],
        unit=texts[2],
        axis_units=tuple(texts[3 : 3 + len(shape)]),
    )


def _checksum(data: bytes, order: str) -> int:
    words: tuple[int, ...] = struct.unpack_from(f"{order}{_HEADER_SIZE // 2}h", data)
    return sum(words) & 0xFFFF
