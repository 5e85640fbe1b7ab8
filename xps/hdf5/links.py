"""The members of a group, however they are stored."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from xps.hdf5.buffer import UNDEFINED, Buffer, whole
from xps.hdf5.dense import FractalHeap, records
from xps.hdf5.header import LINK, LINK_INFO, SYMBOL_TABLE, Message

Target = int | str
"""The address of an object, or the path of a soft link."""

_HARD, _SOFT = 0, 1
_ENTRY = 40
_SOFT_CACHE = 2
_DEEPEST = 32


def links(buffer: Buffer, described: Sequence[Message]) -> dict[str, Target]:
    """Return the members of a group by name; links to other files are left out."""
    found: dict[str, Target] = {}
    for message in described:
        if message.kind == SYMBOL_TABLE:
            found.update(_symbols(buffer, *struct.unpack_from("<QQ", message.data.ljust(16))))
        elif message.kind == LINK:
            found.update(_link(message.data))
        elif message.kind == LINK_INFO:
            found.update(_dense(buffer, message.data))
    return found


def _symbols(buffer: Buffer, tree: int, heap: int) -> Iterator[tuple[str, Target]]:
    buffer.expect(b"HEAP", heap)
    size, names = buffer.unpack("8xQ8xQ", heap)
    texts = buffer.piece(names, size)
    for node in leaves(buffer, tree, kind=0, key_size=8):
        buffer.expect(b"SNOD", node)
        (count,) = buffer.unpack("6xH", node)
        for i in range(count):
            name, address, cache, soft = buffer.unpack("QQI4xI12x", node + 8 + i * _ENTRY)
            target = _text_at(texts, soft) if cache == _SOFT_CACHE else address
            yield _text_at(texts, name), target


def leaves(buffer: Buffer, at: int, *, kind: int, key_size: int) -> Iterator[int]:
    """Yield the addresses that the leaves of a B-tree (version 1) hold."""
    for _, child in keyed_leaves(buffer, at, kind=kind, key_size=key_size):
        yield child


def keyed_leaves(
    buffer: Buffer, at: int, *, kind: int, key_size: int, above: int = _DEEPEST
) -> Iterator[tuple[bytes, int]]:
    """Yield keys and addresses of the leaves of a B-tree (version 1)."""
    buffer.expect(b"TREE", at)
    found, level, count = buffer.unpack("4xBBH", at)
    if found != kind or level >= above:
        raise buffer.error(f"an index at {at} is not of the kind or level expected")
    position = at + 24
    for _ in range(count):
        key = buffer.piece(position, key_size)
        (child,) = buffer.unpack("Q", position + key_size)
        position += key_size + 8
        if level:
            yield from keyed_leaves(buffer, child, kind=kind, key_size=key_size, above=level)
        else:
            yield key, child


def _dense(buffer: Buffer, data: bytes) -> Iterator[tuple[str, Target]]:
    padded = data.ljust(26, b"\xff")
    heap, names = struct.unpack_from("<QQ", padded, 10 if padded[1] & 1 else 2)
    if heap == UNDEFINED:
        return
    objects = FractalHeap.at(buffer, heap)
    for record in records(buffer, names):
        # A hash of four bytes, then the identifier.
        yield from _link(objects.object(record[4:]))


def _link(data: bytes) -> Iterator[tuple[str, Target]]:
    if len(data) < 4:
        return
    flags = data[1]
    position = 2
    kind = _HARD
    if flags & 8:
        kind = data[position]
        position += 1
    position += (8 if flags & 4 else 0) + (1 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    size = whole(data[position : position + width])
    position += width
    name = data[position : position + size].decode("utf-8", errors="replace")
    rest = data[position + size :]
    if kind == _HARD and len(rest) >= 8:
        yield name, whole(rest[:8])
    elif kind == _SOFT:
        yield name, rest[2 : 2 + whole(rest[:2])].decode("utf-8", errors="replace")


def _text_at(texts: bytes, at: int) -> str:
    return texts[at:].partition(b"\0")[0].decode("utf-8", errors="replace")
