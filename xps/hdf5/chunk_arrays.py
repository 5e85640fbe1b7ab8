"""Arrays that hold where chunks lie: of fixed and of growing length.

Appendix C of the "HDF5 File Format Specification Version 3.0". Each yields the number of a chunk
and its entry. Chunks that were never written are passed over block by block, so that an array
of announced length alone costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from xps.hdf5.buffer import UNDEFINED, Buffer, whole

Entry = tuple[int, bytes]
"""Number of a chunk, and what is stored of it: address, and bytes and mask if filtered."""

_CHECKSUM: Final = 4
_MOST_BITS: Final = 64


def fixed_array(buffer: Buffer, at: int) -> Iterator[Entry]:
    """Yield the entries of a fixed array, in pages or not.

    Raises
    ------
    ReadError
        If it is damaged.
    """
    buffer.expect(b"FAHD", at)
    size, page_bits, count, block = buffer.unpack("6xBBQQ", at)
    _check(buffer, size, page_bits)
    if block == UNDEFINED:
        return
    buffer.expect(b"FADB", block)
    start = block + 14
    per_page = 1 << page_bits
    if count <= per_page:
        yield from _entries(buffer, start, count, size, 0)
        return
    n_pages = -(-count // per_page)
    written = buffer.piece(start, -(-n_pages // 8))
    start += len(written) + _CHECKSUM
    for page in _set_bits(written, n_pages):
        first = page * per_page
        at = start + page * (per_page * size + _CHECKSUM)
        yield from _entries(buffer, at, min(per_page, count - first), size, first)


def extensible_array(buffer: Buffer, at: int) -> Iterator[Entry]:
    """Yield the entries of an extensible array.

    Raises
    ------
    ReadError
        If it is damaged.
    """
    array, index = _ExtensibleArray.at(buffer, at)
    if index != UNDEFINED:
        yield from array.entries(index)


@dataclass(frozen=True)
class _ExtensibleArray:
    """How an extensible array grows: blocks of entries that double in number and in size.

    Super block u has 2**(u // 2) data blocks of 2**((u + 1) // 2) * `smallest` entries.
    """

    buffer: Buffer
    size: int
    bits: int
    in_index: int
    smallest: int
    pointers: int
    page_bits: int

    @classmethod
    def at(cls, buffer: Buffer, at: int) -> tuple[_ExtensibleArray, int]:
        """Return the array at an address, and the address of its index block."""
        buffer.expect(b"EAHD", at)
        size, bits, in_index, smallest, pointers, page_bits = buffer.unpack("6x6B", at)
        _check(buffer, size, page_bits)
        if not 0 < bits <= _MOST_BITS or not _is_power(smallest) or not _is_power(pointers):
            raise buffer.error("an index of chunks is not described as expected")
        (index,) = buffer.unpack("Q", at + 60)
        return cls(buffer, size, bits, in_index, smallest, pointers, page_bits), index

    def entries(self, index: int) -> Iterator[Entry]:
        """Yield entries: those of the index block, of its data blocks, of its super blocks."""
        self.buffer.expect(b"EAIB", index)
        at = index + 14
        yield from _entries(self.buffer, at, self.in_index, self.size, 0)
        at += self.in_index * self.size
        n_super = 1 + self.bits - (self.smallest.bit_length() - 1)
        n_direct = 2 * (self.pointers.bit_length() - 1)
        first = self.in_index
        for u in range(n_super):
            n_blocks, n_entries = 1 << u // 2, self.smallest << (u + 1) // 2
            if u < n_direct:
                for i in range(n_blocks):
                    (block,) = self.buffer.unpack("Q", at)
                    at += 8
                    yield from self._block(block, n_entries, first + i * n_entries)
            else:
                (block,) = self.buffer.unpack("Q", at)
                at += 8
                if block != UNDEFINED:
                    yield from self._super_block(block, n_blocks, n_entries, first)
            first += n_blocks * n_entries

    def _super_block(
        self, block: int, n_blocks: int, n_entries: int, first: int
    ) -> Iterator[Entry]:
        self.buffer.expect(b"EASB", block)
        at = block + 14 + self._offset_bytes
        n_pages = n_entries >> self.page_bits if self._is_paged(n_entries) else 0
        # A whole number of bytes a block is kept, though their bits follow without gaps.
        bitmap = self.buffer.piece(at, n_blocks * -(-n_pages // 8))
        at += len(bitmap)
        written: dict[int, list[int]] = {}
        for page in _set_bits(bitmap, n_blocks * n_pages):
            written.setdefault(page // n_pages, []).append(page % n_pages)
        for i in range(n_blocks):
            (data,) = self.buffer.unpack("Q", at + 8 * i)
            yield from self._block(data, n_entries, first + i * n_entries, written.get(i, ()))

    def _block(
        self, block: int, n_entries: int, first: int, pages: Sequence[int] = ()
    ) -> Iterator[Entry]:
        if block == UNDEFINED:
            return
        self.buffer.expect(b"EADB", block)
        at = block + 14 + self._offset_bytes
        if not self._is_paged(n_entries):
            yield from _entries(self.buffer, at, n_entries, self.size, first)
            return
        per_page = 1 << self.page_bits
        for page in pages:
            start = at + _CHECKSUM + page * (per_page * self.size + _CHECKSUM)
            yield from _entries(self.buffer, start, per_page, self.size, first + page * per_page)

    def _is_paged(self, n_entries: int) -> bool:
        return n_entries > 1 << self.page_bits

    @property
    def _offset_bytes(self) -> int:
        return -(-self.bits // 8)


def _entries(buffer: Buffer, at: int, count: int, size: int, first: int) -> Iterator[Entry]:
    for i in range(count):
        entry = buffer.piece(at + i * size, size)
        if whole(entry[:8]) != UNDEFINED:
            yield first + i, entry


def _check(buffer: Buffer, entry_size: int, page_bits: int) -> None:
    if entry_size < 8 or page_bits >= _MOST_BITS:
        raise buffer.error("an index of chunks is not described as expected")


def _set_bits(bits: bytes, count: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set, the highest of a byte first."""
    for number, byte in enumerate(bits):
        for bit in range(8) if byte else ():
            if byte & 0x80 >> bit and 8 * number + bit < count:
                yield 8 * number + bit


def _is_power(number: int) -> bool:
    return number > 0 and not number & (number - 1)
