"""Types and shapes of values: numbers, text of fixed and of any length."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xps.hdf5.buffer import Buffer, whole

_FIXED, _FLOAT, _STRING, _ENUM, _ANY_LENGTH = 0, 1, 3, 8, 9
_IN_HEAP: Final = 16
_LONGEST_TEXT: Final = 1 << 20
_MOST_TEXTS: Final = 10_000


@dataclass(frozen=True)
class Datatype:
    """How one value is stored.

    Attributes
    ----------
    size : int
        Bytes of a value.
    dtype : numpy.dtype or None
        Of numbers; None for text and for what is not read.
    text : {"", "fixed", "heap"}
        How text is stored.
    """

    size: int
    dtype: np.dtype[np.generic] | None = None
    text: str = ""


def parse_datatype(data: bytes) -> Datatype:
    """Return the type that a message describes; one without meaning if it is not supported."""
    if len(data) < 8:
        return Datatype(0)
    kind, bits = data[0] & 15, data[1]
    (size,) = struct.unpack_from("<I", data, 4)
    order = ">" if bits & 1 else "<"
    if kind == _FIXED and size in (1, 2, 4, 8):
        return Datatype(size, np.dtype(f"{order}{'i' if bits & 8 else 'u'}{size}"))
    if kind == _FLOAT and size in (2, 4, 8) and not bits & 0x40:
        return Datatype(size, np.dtype(f"{order}f{size}"))
    if kind == _ENUM:
        base = parse_datatype(data[8:16])  # enumerations of these are none
        return base if base.size == size else Datatype(size)
    if kind == _STRING and size:
        return Datatype(size, text="fixed")
    if kind == _ANY_LENGTH and bits & 15 == 1 and size == _IN_HEAP:
        return Datatype(size, text="heap")
    return Datatype(size)


def parse_shape(buffer: Buffer, data: bytes) -> tuple[int, ...] | None:
    """Return the shape that a message describes; None where there is no value at all."""
    version, rank, _ = data[0], data[1], data[2]
    start = 8 if version == 1 else 4
    if version not in (1, 2) or len(data) < start + 8 * rank:
        raise buffer.error("a shape is not described as expected")
    if version == 2 and data[3] == 2:
        return None
    return tuple(whole(data[start + 8 * i : start + 8 * i + 8]) for i in range(rank))


def parse_largest_shape(data: bytes, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape that a dataset can grow to; `UNDEFINED` where that is without end."""
    rank, flags = data[1], data[2]
    start = (8 if data[0] == 1 else 4) + 8 * rank
    if not flags & 1 or len(data) < start + 8 * rank:
        return shape
    return struct.unpack_from(f"<{rank}Q", data, start)


def numbers(raw: bytes, kind: Datatype, shape: tuple[int, ...]) -> NDArray[np.generic]:
    """Return an array of numbers of bytes that are long enough."""
    assert kind.dtype is not None
    return np.frombuffer(raw, kind.dtype, math.prod(shape)).reshape(shape)


def texts(buffer: Buffer, raw: bytes, kind: Datatype, count: int) -> list[str]:
    """Return the texts that are stored in, or referred to by, bytes that are long enough."""
    if count > _MOST_TEXTS:
        raise buffer.error(f"it has {count} texts in one place")
    cells = [raw[i * kind.size : (i + 1) * kind.size] for i in range(count)]
    found = cells if kind.text == "fixed" else [_from_heap(buffer, cell) for cell in cells]
    return [text.partition(b"\0")[0].decode("utf-8", errors="replace") for text in found]


def _from_heap(buffer: Buffer, reference: bytes) -> bytes:
    """Return the object of a global heap."""
    length, collection, wanted = struct.unpack("<IQI", reference)
    if not length or not collection:
        return b""
    if length > _LONGEST_TEXT:
        raise buffer.error(f"a text is {length} bytes long")
    objects = buffer.heaps.get(collection)
    if objects is None:
        objects = buffer.heaps[collection] = _heap_objects(buffer, collection)
    if wanted not in objects:
        raise buffer.error("a text is missing from its heap")
    at, size = objects[wanted]
    return buffer.piece(at, min(size, length))


def _heap_objects(buffer: Buffer, collection: int) -> dict[int, tuple[int, int]]:
    """Return address and size of the objects of a global heap by their number."""
    buffer.expect(b"GCOL", collection)
    (size,) = buffer.unpack("Q", collection + 8)
    at, end = collection + 16, collection + size
    objects: dict[int, tuple[int, int]] = {}
    while at + 16 <= end:
        index, _, _, length = buffer.unpack("HHIQ", at)
        if index == 0:
            break
        objects[index] = at + 16, length
        at += 16 + -(-length // 8) * 8
    return objects
