"""Where the values of a dataset lie: in its header, in one piece, or in compressed chunks."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from xps.hdf5.buffer import UNDEFINED, Buffer
from xps.hdf5.links import keyed_leaves

COMPACT, CONTIGUOUS, CHUNKED = 0, 1, 2
_DEFLATE, _SHUFFLE, _FLETCHER = 1, 2, 3
MAX_BYTES = 256 << 20
_SINGLE, _IMPLICIT, _FIXED_ARRAY = 1, 2, 3
_EXPORT = "write it again without chunks, e.g. by h5repack -l CONTI, or export VAMAS"

Chunk = tuple[tuple[int, ...], int, int, int]
"""Offsets, address, bytes stored and mask of filters left out."""


def raw_values(
    buffer: Buffer, layout: bytes, filters: bytes, shape: tuple[int, ...], size: int
) -> bytes:
    """Return the bytes of all values of a dataset.

    Parameters
    ----------
    buffer : Buffer
    layout, filters : bytes
        The messages; `filters` is empty where there are none.
    shape : tuple of int
    size : int
        Bytes of one value.

    Raises
    ------
    ReadError
        If they are not all there, too many, or stored in a way that is not read.
    """
    expected = math.prod(shape) * size
    if expected > MAX_BYTES:
        raise buffer.error(f"a dataset of {expected >> 20} MB is too large")
    kind = kind_of(buffer, layout)
    if kind == COMPACT:
        raw = layout[4 : 4 + struct.unpack_from("<H", layout.ljust(4, b"\0"), 2)[0]]
    elif kind == CONTIGUOUS:
        address, stored = struct.unpack_from("<QQ", layout.ljust(18, b"\0"), 2)
        raw = bytes(expected) if address == UNDEFINED else buffer.piece(address, stored)
    else:
        raw = _assembled(buffer, layout, filters_of(buffer, filters), shape, size)
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
        raise buffer.error(f"a layout of version {version} is not read", _EXPORT)
    if kind not in (COMPACT, CONTIGUOUS, CHUNKED):
        raise buffer.error(f"a layout of kind {kind} is not read", _EXPORT)
    return kind


def _assembled(
    buffer: Buffer, layout: bytes, filters: Sequence[int], shape: tuple[int, ...], size: int
) -> bytes:
    dimensions, chunks = chunks_of(buffer, layout, filters, shape, size)
    values = np.zeros((*shape, size), dtype=np.uint8)
    stored = 0
    per_chunk = math.prod(dimensions) * size
    for offsets, address, length, mask in chunks:
        packed = buffer.piece(address, length)
        plain = unpacked(buffer, packed, filters, mask, per_chunk, size)
        if any(offset >= extent for offset, extent in zip(offsets, shape, strict=True)):
            continue
        stored += 1
        chunk = np.frombuffer(plain, dtype=np.uint8).reshape(*dimensions, size)
        place = tuple(slice(o, min(o + d, n))
                      for o, d, n in zip(offsets, dimensions, shape, strict=True))  # fmt: skip
        values[place] = chunk[tuple(slice(0, s.stop - s.start) for s in place)]
    needed = math.prod(-(-n // d) for n, d in zip(shape, dimensions, strict=True))
    if stored < needed:
        raise buffer.error(f"{needed} chunks are announced, but {stored} stored")
    return values.tobytes()


def chunks_of(
    buffer: Buffer, layout: bytes, filters: Sequence[int], shape: tuple[int, ...], size: int
) -> tuple[tuple[int, ...], Iterator[Chunk]]:
    """Return the shape of the chunks of a dataset, and the places of all that are stored.

    Raises
    ------
    ReadError
        If they are indexed in a way that is not read, or too large.
    """
    rank = len(shape)
    if layout[0] == 3:
        dimensions, chunks = _by_tree(buffer, layout, rank)
    else:
        dimensions, chunks = _by_index(buffer, layout, shape, size, filtered=bool(filters))
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


def _by_tree(buffer: Buffer, layout: bytes, rank: int) -> tuple[tuple[int, ...], Iterator[Chunk]]:
    if len(layout) < 11 + 4 * rank or layout[2] != rank + 1:
        raise buffer.error("chunks are not described as expected")
    (tree,) = struct.unpack_from("<Q", layout, 3)
    dimensions = struct.unpack_from(f"<{rank}I", layout, 11)

    def chunks() -> Iterator[Chunk]:
        for key, address in keyed_leaves(buffer, tree, kind=1, key_size=8 + 8 * (rank + 1)):
            length, mask, *offsets = struct.unpack_from(f"<II{rank}Q", key)
            yield tuple(offsets), address, length, mask

    return dimensions, chunks()


def _by_index(
    buffer: Buffer, layout: bytes, shape: tuple[int, ...], size: int, *, filtered: bool
) -> tuple[tuple[int, ...], Iterator[Chunk]]:
    """Return chunks of the newer layout, for indices that need no tree."""
    rank = len(shape)
    if len(layout) < 5 or layout[3] != rank + 1 or not 1 <= layout[4] <= 8:
        raise buffer.error("chunks are not described as expected")
    flags, width = layout[2], layout[4]
    at = 5 + width * (rank + 1)
    rest = layout[at:].ljust(32, b"\0")
    dimensions = tuple(
        int.from_bytes(layout[5 + i * width : 5 + (i + 1) * width], "little") for i in range(rank)
    )
    if 0 in dimensions:
        raise buffer.error("chunks without size")
    per_chunk = math.prod(dimensions) * size
    index = rest[0]
    if index == _SINGLE:
        length, mask, address = per_chunk, 0, struct.unpack_from("<Q", rest, 1)[0]
        if flags & 2:
            length, mask, address = struct.unpack_from("<QIQ", rest, 1)
        return dimensions, iter([((0,) * rank, address, length, mask)])
    places = product(
        *(range(0, extent, step) for extent, step in zip(shape, dimensions, strict=True))
    )
    if index == _IMPLICIT:
        (first,) = struct.unpack_from("<Q", rest, 1)
        chunks = ((place, first + i * per_chunk, per_chunk, 0) for i, place in enumerate(places))
        return dimensions, chunks
    if index == _FIXED_ARRAY:
        return dimensions, _fixed_array(buffer, rest, places, per_chunk, filtered=filtered)
    raise buffer.error(f"an index of chunks of kind {index} is not read", _EXPORT)


def _fixed_array(
    buffer: Buffer,
    rest: bytes,
    places: Iterator[tuple[int, ...]],
    per_chunk: int,
    *,
    filtered: bool,
) -> Iterator[Chunk]:
    page_bits, header = struct.unpack_from("<BQ", rest, 1)
    buffer.expect(b"FAHD", header)
    entry_size, count, block = buffer.unpack("6xBxQQ", header)
    if count > 1 << page_bits or (filtered and entry_size < 13):
        raise buffer.error("an index of chunks in pages is not read", _EXPORT)
    buffer.expect(b"FADB", block)
    at = block + 14
    for place, _ in zip(places, range(count), strict=False):
        entry = buffer.piece(at, entry_size)
        at += entry_size
        address = int.from_bytes(entry[:8], "little")
        if not filtered:
            yield place, address, per_chunk, 0
            continue
        length = int.from_bytes(entry[8:-4], "little")
        yield place, address, length, int.from_bytes(entry[-4:], "little")


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
                f"values are compressed by filter {identifier}, which is not read", _EXPORT
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
