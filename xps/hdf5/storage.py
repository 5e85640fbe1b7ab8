"""Where the values of a dataset lie: in its header, in one piece, or in compressed chunks."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator, Sequence

import numpy as np

from xps.hdf5.buffer import UNDEFINED, Buffer
from xps.hdf5.chunk_index import EXPORT, Chunk, Extent, indexed_chunks

COMPACT, CONTIGUOUS, CHUNKED = 0, 1, 2
_DEFLATE, _SHUFFLE, _FLETCHER = 1, 2, 3
MAX_BYTES = 256 << 20


def raw_values(buffer: Buffer, layout: bytes, filters: bytes, extent: Extent, size: int) -> bytes:
    """Return the bytes of all values of a dataset.

    Parameters
    ----------
    buffer : Buffer
    layout, filters : bytes
        The messages; `filters` is empty where there are none.
    extent : Extent
    size : int
        Bytes of one value.

    Raises
    ------
    ReadError
        If they are not all there, too many, or stored in a way that is not read.
    """
    expected = math.prod(extent.shape) * size
    if expected > MAX_BYTES:
        raise buffer.error(f"a dataset of {expected >> 20} MB is too large")
    kind = kind_of(buffer, layout)
    if kind == COMPACT:
        raw = layout[4 : 4 + struct.unpack_from("<H", layout.ljust(4, b"\0"), 2)[0]]
    elif kind == CONTIGUOUS:
        address, stored = struct.unpack_from("<QQ", layout.ljust(18, b"\0"), 2)
        raw = bytes(expected) if address == UNDEFINED else buffer.piece(address, stored)
    else:
        raw = _assembled(buffer, layout, filters_of(buffer, filters), extent, size)
    if len(raw) < expected:
        raise buffer.error(f"{expected} bytes of values are announced, but {len(raw)} stored")
    return raw


def kind_of(buffer: Buffer, layout: bytes) -> int:
    """Return how values are stored: compact, contiguous or in chunks.

    Raises
    ------
    ReadError
        If it is none of these.
    """
    version, kind = (layout[0], layout[1]) if len(layout) > 1 else (0, 0)
    if version not in (3, 4, 5):
        raise buffer.error(f"a layout of version {version} is not read", EXPORT)
    if kind not in (COMPACT, CONTIGUOUS, CHUNKED):
        raise buffer.error(f"a layout of kind {kind} is not read", EXPORT)
    return kind


def _assembled(
    buffer: Buffer, layout: bytes, filters: Sequence[int], extent: Extent, size: int
) -> bytes:
    dimensions, chunks = chunks_of(buffer, layout, extent, size)
    shape = extent.shape
    values = np.zeros((*shape, size), dtype=np.uint8)
    stored = set()
    per_chunk = math.prod(dimensions) * size
    needed = math.prod(-(-n // d) for n, d in zip(shape, dimensions, strict=True))
    if needed * per_chunk > 4 * MAX_BYTES:
        raise buffer.error(f"{needed} chunks of {per_chunk} bytes for {values.size} bytes")
    for offsets, address, length, mask in chunks:
        outside = any(offset >= extent for offset, extent in zip(offsets, shape, strict=True))
        if outside or address == UNDEFINED:
            continue
        if offsets in stored:
            raise buffer.error("a chunk stands twice in its index")
        stored.add(offsets)
        plain = unpacked(buffer, buffer.piece(address, length), filters, mask, per_chunk, size)
        chunk = np.frombuffer(plain, dtype=np.uint8).reshape(*dimensions, size)
        place = tuple(slice(o, min(o + d, n))
                      for o, d, n in zip(offsets, dimensions, shape, strict=True))  # fmt: skip
        values[place] = chunk[tuple(slice(0, s.stop - s.start) for s in place)]
    if len(stored) < needed:
        raise buffer.error(f"{needed} chunks are announced, but {len(stored)} stored")
    return values.tobytes()


def chunks_of(
    buffer: Buffer, layout: bytes, extent: Extent, size: int
) -> tuple[tuple[int, ...], Iterator[Chunk]]:
    """Return the shape of the chunks of a dataset, and the places of all that are stored.

    Raises
    ------
    ReadError
        If they are indexed in a way that is not read, or too large.
    """
    dimensions, chunks = indexed_chunks(buffer, layout, extent, size)
    per_chunk = math.prod(dimensions) * size
    if not 0 < per_chunk <= MAX_BYTES:
        raise buffer.error(f"a chunk of {per_chunk} bytes")
    return dimensions, chunks


def unpacked(
    buffer: Buffer, packed: bytes, filters: Sequence[int], mask: int, per_chunk: int, size: int
) -> bytes:
    """Return the values of a chunk."""
    plain = _unfiltered(buffer, packed, filters, mask, per_chunk, size)
    if len(plain) != per_chunk:
        raise buffer.error(f"a chunk of {per_chunk} bytes holds {len(plain)}")
    return plain


def filters_of(buffer: Buffer, data: bytes) -> list[int]:
    """Return the identifiers of the filters, in the order of writing."""
    if len(data) < 2:
        return []
    version, count = data[0], data[1]
    at = 8 if version == 1 else 2
    found = []
    for _ in range(count):
        if len(data) < at + 6:
            raise buffer.error("the filters are not described as expected")
        (identifier,) = struct.unpack_from("<H", data, at)
        # Only filters of others have names in version 2.
        named = version == 1 or identifier >= 256
        name_size = int.from_bytes(data[at + 2 : at + 4], "little") if named else 0
        at += 6 if named else 4
        n_values = int.from_bytes(data[at : at + 2], "little")
        at += 2 + name_size + 4 * n_values
        if version == 1:
            at += 4 * (n_values % 2) + -name_size % 8
        if identifier not in (_DEFLATE, _SHUFFLE, _FLETCHER):
            raise buffer.error(
                f"values are compressed by filter {identifier}, which is not read", EXPORT
            )
        found.append(identifier)
    return found


def _unfiltered(
    buffer: Buffer, data: bytes, filters: Sequence[int], mask: int, most: int, size: int
) -> bytes:
    for i, identifier in reversed(list(enumerate(filters))):
        if mask >> i & 1:
            continue
        if identifier == _DEFLATE:
            try:
                data = zlib.decompressobj().decompress(data, most + 4)
            except zlib.error as error:
                raise buffer.error(f"a chunk cannot be unpacked: {error}") from error
        elif identifier == _SHUFFLE:
            n = len(data) // size
            plain = np.frombuffer(data[: n * size], dtype=np.uint8).reshape(size, n).T
            data = plain.tobytes() + data[n * size :]
        else:
            data = data[:-4]
    return data
