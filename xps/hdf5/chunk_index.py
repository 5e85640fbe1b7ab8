"""Where the chunks of a dataset lie, by the index that its layout names."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from xps.hdf5.buffer import UNDEFINED, Buffer, whole
from xps.hdf5.chunk_arrays import extensible_array, fixed_array
from xps.hdf5.dense import records
from xps.hdf5.links import keyed_leaves

Offsets = tuple[int, ...]
Chunk = tuple[Offsets, int, int, int]
"""Offsets, address, bytes stored and mask of filters left out."""

EXPORT: Final = "write it again without chunks, e.g. by h5repack -l CONTI, or export VAMAS"
_SINGLE, _IMPLICIT, _FIXED_ARRAY, _EXTENSIBLE_ARRAY, _TREE = range(1, 6)
# Bytes between the kind of an index and its address: how it grows, which its header repeats.
_BYTES_BEFORE_ADDRESS: Final = {_IMPLICIT: 0, _FIXED_ARRAY: 1, _EXTENSIBLE_ARRAY: 5, _TREE: 6}
_EDGES_UNFILTERED, _SINGLE_FILTERED = 1, 2


@dataclass(frozen=True)
class Extent:
    """The shape of a dataset.

    Attributes
    ----------
    shape : tuple of int
    largest : tuple of int
        What it can grow to; `UNDEFINED` along an axis without end.
    """

    shape: tuple[int, ...]
    largest: tuple[int, ...]


def indexed_chunks(
    buffer: Buffer, layout: bytes, extent: Extent, size: int
) -> tuple[tuple[int, ...], Iterator[Chunk]]:
    """Return the shape of the chunks, and the places of those that were ever written.

    Parameters
    ----------
    buffer : Buffer
    layout : bytes
        The message, of version 3, 4 or 5.
    extent : Extent
    size : int
        Bytes of one value.

    Raises
    ------
    ReadError
        If they are not described as expected, or in a way that is not read.
    """
    rank = len(extent.shape)
    if layout[0] == 3:
        return _by_older_tree(buffer, layout, rank)
    if len(layout) < 5 or layout[3] != rank + 1 or not 1 <= layout[4] <= 8:
        raise buffer.error("chunks are not described as expected")
    flags, width = layout[2], layout[4]
    if flags & _EDGES_UNFILTERED:
        raise buffer.error("chunks at the edge that are not compressed are not read", EXPORT)
    dimensions = tuple(whole(layout[5 + i * width : 5 + (i + 1) * width]) for i in range(rank))
    if 0 in dimensions:
        raise buffer.error("chunks without size")
    per_chunk = math.prod(dimensions) * size
    kind, *_ = rest = layout[5 + width * (rank + 1) :].ljust(32, b"\0")
    if kind == _SINGLE:
        length, mask, address = per_chunk, 0, struct.unpack_from("<Q", rest, 1)[0]
        if flags & _SINGLE_FILTERED:
            length, mask, address = struct.unpack_from("<QIQ", rest, 1)
        return dimensions, iter([((0,) * rank, address, length, mask)])
    if kind not in _BYTES_BEFORE_ADDRESS:
        raise buffer.error(f"an index of chunks of kind {kind} is not read", EXPORT)
    (address,) = struct.unpack_from("<Q", rest, 1 + _BYTES_BEFORE_ADDRESS[kind])
    if address == UNDEFINED:
        return dimensions, iter(())
    numbering = _Numbering.of(dimensions, extent)
    if kind == _IMPLICIT:
        if numbering.count * per_chunk > len(buffer.data):
            raise buffer.error(f"{numbering.count} chunks do not fit into it")
        return dimensions, (
            (numbering.offsets(i), address + i * per_chunk, per_chunk, 0)
            for i in range(numbering.count)
        )
    if kind == _TREE:
        return dimensions, _by_tree(buffer, address, dimensions, per_chunk)
    array = fixed_array if kind == _FIXED_ARRAY else extensible_array
    return dimensions, (
        (numbering.offsets(number), *_stored(buffer, entry, per_chunk))
        for number, entry in array(buffer, address)
    )


def _by_older_tree(
    buffer: Buffer, layout: bytes, rank: int
) -> tuple[tuple[int, ...], Iterator[Chunk]]:
    if len(layout) < 11 + 4 * rank or layout[2] != rank + 1:
        raise buffer.error("chunks are not described as expected")
    (tree,) = struct.unpack_from("<Q", layout, 3)
    dimensions = struct.unpack_from(f"<{rank}I", layout, 11)

    def chunks() -> Iterator[Chunk]:
        for key, address in keyed_leaves(buffer, tree, kind=1, key_size=8 + 8 * (rank + 1)):
            length, mask, *offsets = struct.unpack_from(f"<II{rank}Q", key)
            yield tuple(offsets), address, length, mask

    return dimensions, chunks()


def _by_tree(
    buffer: Buffer, at: int, dimensions: tuple[int, ...], per_chunk: int
) -> Iterator[Chunk]:
    places = 8 * len(dimensions)
    for record in records(buffer, at):
        if len(record) < 8 + places:
            raise buffer.error("an index of chunks is not described as expected")
        entry, scaled = record[:-places], struct.unpack(f"<{len(dimensions)}Q", record[-places:])
        offsets = tuple(n * d for n, d in zip(scaled, dimensions, strict=True))
        yield offsets, *_stored(buffer, entry, per_chunk)


@dataclass(frozen=True)
class _Numbering:
    """Numbers of chunks: row by row, but the axis without end first, so that growth keeps them.

    Attributes
    ----------
    dimensions : tuple of int
        Of a chunk.
    axes : tuple of int
        From the slowest to the fastest.
    chunks : tuple of int
        How many there can be along each dimension; as many as there are along that without end.
    """

    dimensions: tuple[int, ...]
    axes: tuple[int, ...]
    chunks: tuple[int, ...]

    @classmethod
    def of(cls, dimensions: tuple[int, ...], extent: Extent) -> _Numbering:
        axes = sorted(range(len(dimensions)), key=lambda i: extent.largest[i] != UNDEFINED)
        ends = (n if m == UNDEFINED else m
                for n, m in zip(extent.shape, extent.largest, strict=True))  # fmt: skip
        chunks = tuple(-(-end // d) for end, d in zip(ends, dimensions, strict=True))
        return cls(dimensions, tuple(axes), chunks)

    @property
    def count(self) -> int:
        return math.prod(self.chunks)

    def offsets(self, number: int) -> Offsets:
        found = [0] * len(self.axes)
        for axis in reversed(self.axes):
            # What is too much for the other axes lies beyond the end of the slowest.
            most = self.chunks[axis] if axis != self.axes[0] else number + 1
            number, at = divmod(number, max(most, 1))
            found[axis] = at * self.dimensions[axis]
        return tuple(found)


def _stored(buffer: Buffer, entry: bytes, per_chunk: int) -> tuple[int, int, int]:
    """Return address, bytes stored and mask of filters left out."""
    if len(entry) == 8:
        return whole(entry), per_chunk, 0
    if len(entry) < 13:
        raise buffer.error("an index of chunks is not described as expected")
    return whole(entry[:8]), whole(entry[8:-4]), whole(entry[-4:])
