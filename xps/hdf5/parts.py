"""Boxes of a dataset, read from where they lie, without the rest."""

from __future__ import annotations

import math
import struct
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import product
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from xps.hdf5.buffer import UNDEFINED, Buffer
from xps.hdf5.chunk_index import Extent
from xps.hdf5.datatype import Datatype, numbers
from xps.hdf5.storage import (
    CHUNKED,
    COMPACT,
    MAX_BYTES,
    chunks_of,
    filters_of,
    kind_of,
    raw_values,
    unpacked,
)

Floats = NDArray[np.float64]
Places = tuple[int, ...]

_CACHED_BYTES = 32 << 20  # of unpacked chunks; at least one is kept


class Parts:
    """The values of a dataset, of which boxes are read.

    Parameters
    ----------
    buffer : Buffer
    layout, filters : bytes
        The messages.
    extent : Extent
    kind : Datatype
        Of numbers.

    Raises
    ------
    ReadError
        If the file is too short for the values, or stores them in a way that is not read.
    """

    def __init__(
        self, buffer: Buffer, layout: bytes, filters: bytes, extent: Extent, kind: Datatype
    ) -> None:
        assert kind.dtype is not None
        self._buffer, self._layout, self._extent = buffer, layout, extent
        self._shape = shape = extent.shape
        self._dtype = kind.dtype
        self._kind = kind_of(buffer, layout)
        self._filters = filters_of(buffer, filters) if self._kind == CHUNKED else []
        self._lock = Lock()
        self._unpacked: OrderedDict[Places, NDArray[np.generic]] = OrderedDict()
        if self._kind == COMPACT:
            raw = raw_values(buffer, layout, filters, extent, kind.size)
            self._small: Floats = numbers(raw, kind, shape).astype(np.float64)

    def box(self, begins: Places, ends: Places) -> Floats:
        """Return the values from `begins` to before `ends`; NaN where none are stored."""
        extents = zip(begins, ends, self._shape, strict=True)
        if not all(0 <= begin <= end <= size for begin, end, size in extents):
            raise IndexError(f"a box from {begins} to {ends} of {self._shape}")
        lengths = tuple(end - begin for begin, end in zip(begins, ends, strict=True))
        if math.prod(lengths) * 8 > MAX_BYTES:
            raise self._buffer.error(f"{math.prod(lengths)} values at once are too many")
        if self._kind == COMPACT:
            return self._small[tuple(map(slice, begins, ends))]
        found = np.full(lengths, np.nan)
        if not found.size:
            return found
        if self._kind == CHUNKED:
            self._from_chunks(found, begins, ends)
        else:
            self._from_runs(found, begins, ends)
        return found

    def _from_runs(self, found: Floats, begins: Places, ends: Places) -> None:
        """Fill a box with the runs of bytes that it is made of."""
        address, stored = struct.unpack_from("<QQ", self._layout.ljust(18, b"\0"), 2)
        if address == UNDEFINED:
            return
        width, shape = self._dtype.itemsize, self._shape
        if stored < math.prod(shape) * width:
            raise self._buffer.error("fewer values are stored than announced")
        # Dimensions at the end that are whole, and the one before, are one run.
        outer = len(shape) - 1
        while outer > 0 and ends[outer] - begins[outer] == shape[outer]:
            outer -= 1
        strides = [math.prod(shape[i + 1 :]) for i in range(len(shape))]
        run = math.prod(found.shape[outer:])
        flat = found.reshape(-1, run)
        first = sum(b * s for b, s in zip(begins[outer:], strides[outer:], strict=True))
        places = product(*map(range, begins[:outer], ends[:outer]))
        for row, place in enumerate(places):
            at = first + sum(p * s for p, s in zip(place, strides[:outer], strict=True))
            raw = self._buffer.stored(address + at * width, run * width)
            flat[row] = np.frombuffer(raw, self._dtype)

    def _from_chunks(self, found: Floats, begins: Places, ends: Places) -> None:
        dimensions, _ = self._chunks
        firsts = (b // d * d for b, d in zip(begins, dimensions, strict=True))
        for offsets in product(*map(range, firsts, ends, dimensions)):
            chunk = self._chunk(offsets)
            if chunk is None:
                continue
            low = np.maximum(begins, offsets)
            high = np.minimum(ends, np.add(offsets, dimensions))
            into = tuple(map(slice, low - begins, high - begins))
            found[into] = chunk[tuple(map(slice, low - offsets, high - offsets))]

    def _chunk(self, offsets: Places) -> NDArray[np.generic] | None:
        """A chunk, unpacked; None where it is not stored."""
        dimensions, places = self._chunks
        if offsets not in places:
            return None
        with self._lock:
            if offsets in self._unpacked:
                self._unpacked.move_to_end(offsets)
                return self._unpacked[offsets]
        address, length, mask = places[offsets]
        width = self._dtype.itemsize
        per_chunk = math.prod(dimensions) * width
        packed = self._buffer.stored(address, length)
        plain = unpacked(self._buffer, packed, self._filters, mask, per_chunk, width)
        chunk = np.frombuffer(plain, self._dtype).reshape(dimensions)
        with self._lock:
            while self._unpacked and (len(self._unpacked) + 1) * per_chunk > _CACHED_BYTES:
                self._unpacked.popitem(last=False)
            self._unpacked[offsets] = chunk
        return chunk

    @cached_property
    def _chunks(self) -> tuple[Places, dict[Places, tuple[int, int, int]]]:
        """Shape of the chunks, and address, bytes and mask of filters of each that is stored."""
        buffer, shape = self._buffer, self._shape
        size = self._dtype.itemsize
        dimensions, chunks = chunks_of(buffer, self._layout, self._extent, size)
        needed = math.prod(-(-n // d) for n, d in zip(shape, dimensions, strict=True))
        if needed > len(buffer.data):
            raise buffer.error(f"{needed} chunks do not fit into it")
        return dimensions, dict(_of_rank(chunks, len(shape)))

    def __getstate__(self) -> dict[str, object]:
        """Leave out what is only kept to save time."""
        return {n: v for n, v in vars(self).items() if n not in ("_lock", "_unpacked")}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self._lock, self._unpacked = Lock(), OrderedDict()


def _of_rank(
    chunks: Iterator[tuple[Places, int, int, int]], rank: int
) -> Iterator[tuple[Places, tuple[int, int, int]]]:
    for offsets, address, length, mask in chunks:
        if len(offsets) == rank and address != UNDEFINED:
            yield offsets, (address, length, mask)


def boxes(shape: Sequence[int], start: int, stop: int) -> Iterator[tuple[Places, Places]]:
    """Yield boxes, in order, that make up a range of the places of a shape counted row by row.

    Examples
    --------
    >>> list(boxes((4, 10), 5, 31))
    [((0, 5), (1, 10)), ((1, 0), (3, 10)), ((3, 0), (4, 1))]
    """
    if start >= stop:
        return
    if not shape:
        yield (), ()
        return
    row = math.prod(shape[1:])
    first, begin = divmod(start, row)
    last, end = divmod(stop, row)
    if first == last:
        for low, high in boxes(shape[1:], begin, end):
            yield (first, *low), (first + 1, *high)
        return
    if begin:
        for low, high in boxes(shape[1:], begin, row):
            yield (first, *low), (first + 1, *high)
        first += 1
    if first < last:
        yield (first, *(0 for _ in shape[1:])), (last, *shape[1:])
    if end:
        for low, high in boxes(shape[1:], 0, end):
            yield (last, *low), (last + 1, *high)
