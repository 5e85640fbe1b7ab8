"""The attributes of groups and datasets."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence

import numpy as np

from xps.hdf5.buffer import UNDEFINED, Buffer
from xps.hdf5.datatype import numbers, parse_datatype, parse_shape, texts
from xps.hdf5.dense import FractalHeap, records
from xps.hdf5.header import ATTRIBUTE, ATTRIBUTE_INFO, Message

Value = str | float | tuple[str, ...] | tuple[float, ...]


def attributes(buffer: Buffer, described: Sequence[Message]) -> dict[str, Value]:
    """Return the attributes that are numbers or text."""
    found: dict[str, Value] = {}
    for message in described:
        if message.kind == ATTRIBUTE:
            found.update(_attribute(buffer, message.data))
        elif message.kind == ATTRIBUTE_INFO:
            for data in _dense(buffer, message.data):
                found.update(_attribute(buffer, data))
    return found


def _dense(buffer: Buffer, data: bytes) -> Iterator[bytes]:
    padded = data.ljust(20, b"\xff")
    heap, names = struct.unpack_from("<QQ", padded, 4 if padded[1] & 1 else 2)
    if heap == UNDEFINED:
        return
    objects = FractalHeap.at(buffer, heap)
    for record in records(buffer, names):
        # The identifier of eight bytes, flags, creation order and hash.
        if not record[8] & 1:
            yield objects.object(record[:8])


def _attribute(buffer: Buffer, data: bytes) -> Iterator[tuple[str, Value]]:
    if len(data) < 9:
        return
    version, flags, *sizes = struct.unpack_from("<BBHHH", data)
    if version not in (1, 2, 3) or (version > 1 and flags):
        return
    position = 9 if version == 3 else 8
    parts = []
    for size in sizes:
        parts.append(data[position : position + size])
        position += -(-size // 8) * 8 if version == 1 else size
    name = parts[0].partition(b"\0")[0].decode("utf-8", errors="replace")
    if len(parts[2]) < 4:
        return
    kind, shape = parse_datatype(parts[1]), parse_shape(buffer, parts[2])
    raw = data[position:]
    if shape is None or not kind.size or math.prod(shape) * kind.size > len(raw):
        return
    values: tuple[str, ...] | tuple[float, ...]
    if kind.text:
        values = tuple(texts(buffer, raw, kind, math.prod(shape)))
    elif kind.dtype is not None:
        values = tuple(numbers(raw, kind, shape).astype(np.float64).ravel().tolist())
    else:
        return
    yield name, values if shape else values[0]
