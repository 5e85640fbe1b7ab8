"""Many links or attributes of one object: records of a B-tree, kept in a fractal heap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from xps.hdf5.buffer import UNDEFINED, Buffer, whole

_MANAGED, _TINY = 0, 2
_DEEPEST: Final = 12
_MOST_ROWS: Final = 64


def records(buffer: Buffer, at: int) -> Iterator[bytes]:
    """Yield the records of a B-tree (version 2)."""
    buffer.expect(b"BTHD", at)
    node_size, record_size, depth, root, in_root, _ = buffer.unpack("6xIHH2xQHQ", at)
    if depth > _DEEPEST or record_size < 1 or node_size < record_size:
        raise buffer.error("an index is not described as expected")
    if root != UNDEFINED:
        yield from _node(buffer, root, in_root, depth, node_size, record_size)


def _node(
    buffer: Buffer, at: int, count: int, depth: int, node_size: int, record_size: int
) -> Iterator[bytes]:
    buffer.expect(b"BTIN" if depth else b"BTLF", at)
    if 6 + count * record_size > node_size:
        raise buffer.error("an index holds more than it has room for")
    for i in range(count):
        yield buffer.piece(at + 6 + i * record_size, record_size)
    if not depth:
        return
    # The width of what counts records grows with what the nodes below can hold.
    most = (node_size - 10) // record_size
    width, total_width = _width(most), 0
    for _ in range(depth - 1):
        pointer = 8 + width + total_width
        most_here = (node_size - 10 - pointer) // (record_size + pointer)
        most = (most_here + 1) * most + most_here
        total_width = _width(most)
    position = at + 6 + count * record_size
    for _ in range(count + 1):
        (child,) = buffer.unpack("Q", position)
        in_child = whole(buffer.piece(position + 8, width))
        yield from _node(buffer, child, in_child, depth - 1, node_size, record_size)
        position += 8 + width + total_width


def _width(number: int) -> int:
    """Return the bytes that hold a number."""
    return max(1, -(-number.bit_length() // 8))


@dataclass(frozen=True)
class FractalHeap:
    """Objects by identifier.

    Attributes
    ----------
    buffer : Buffer
    offset_bytes, length_bytes : int
        Widths of the fields of an identifier.
    table_width, block_size, largest_block : int
        Blocks in a row, bytes of the first and of the largest direct block.
    root, rows : int
        Address of the root block, and its rows; 0 where it is a direct block.
    """

    buffer: Buffer
    offset_bytes: int
    length_bytes: int
    table_width: int
    block_size: int
    largest_block: int
    root: int
    rows: int

    @classmethod
    def at(cls, buffer: Buffer, at: int) -> FractalHeap:
        """Return the heap at an address.

        Raises
        ------
        ReadError
            If it is damaged or compressed.
        """
        buffer.expect(b"FRHP", at)
        filters, largest_object = buffer.unpack("7xHxI", at)
        width, block, largest, bits, _, root, rows = buffer.unpack("HQQHHQH", at + 110)
        if filters or not (0 < block <= largest and 0 < width <= 1024 and rows <= _MOST_ROWS):
            raise buffer.error("a heap is compressed or not described as expected")
        length_bytes = _width(min(largest, largest_object))
        return cls(buffer, -(-bits // 8), length_bytes, width, block, largest, root, rows)

    def object(self, identifier: bytes) -> bytes:
        """Return the bytes of an object."""
        kind = identifier[0] >> 4 & 3
        if kind == _TINY:
            return identifier[1 : 2 + (identifier[0] & 15)]
        if kind != _MANAGED:
            raise self.buffer.error("a link or attribute is too large")
        offset = whole(identifier[1 : 1 + self.offset_bytes])
        start = 1 + self.offset_bytes
        length = whole(identifier[start : start + self.length_bytes])
        return self.buffer.piece(self._address(offset, self.root, self.rows), length)

    def _address(self, offset: int, block: int, rows: int) -> int:
        """Return where an offset of the heap lies, from a block that covers it."""
        if not rows:
            self.buffer.expect(b"FHDB", block)
            return block + offset
        self.buffer.expect(b"FHIB", block)
        entry = block + 13 + self.offset_bytes
        size = self.block_size
        for row in range(rows):
            if row > 1:
                size *= 2
            if offset < size * self.table_width:
                (child,) = self.buffer.unpack("Q", entry + 8 * (offset // size))
                inside = offset % size
                deeper = 0
                if size > self.largest_block:
                    deeper = (size // self.block_size // self.table_width).bit_length()
                return self._address(inside, child, min(deeper, max(row, 1)))
            offset -= size * self.table_width
            entry += 8 * self.table_width
        raise self.buffer.error("a link or attribute lies outside its heap")
