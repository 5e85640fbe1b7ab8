"""Object headers: the messages that describe a group or a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from xps.hdf5.buffer import Buffer, whole

SHAPE, LINK_INFO, DATATYPE, LINK, LAYOUT = 0x01, 0x02, 0x03, 0x06, 0x08
FILTERS, ATTRIBUTE, CONTINUATION, SYMBOL_TABLE, ATTRIBUTE_INFO = 0x0B, 0x0C, 0x10, 0x11, 0x15
_SHARED: Final = 2
_MOST_BLOCKS: Final = 4096
_MOST_MESSAGES: Final = 65_536


@dataclass(frozen=True)
class Message:
    """One message: its kind, and its bytes."""

    kind: int
    data: bytes


def messages(buffer: Buffer, at: int) -> list[Message]:
    """Return the messages of the object at an address; shared ones are left out.

    Raises
    ------
    ReadError
        If there is no object header, or it has no end.
    """
    read = _new(buffer, at) if buffer.piece(at, 4) == b"OHDR" else _old(buffer, at)
    found = []
    for message in read:
        found.append(message)
        if len(found) > _MOST_MESSAGES:
            raise buffer.error("an object has too many messages")
    return found


def _old(buffer: Buffer, at: int) -> Iterator[Message]:
    version, count, size = buffer.unpack("BxHxxxxI", at)
    if version != 1:
        raise buffer.error(f"no object stands at {at}")
    blocks = [(at + 16, size)]
    for number, (start, length) in enumerate(blocks):
        if number > _MOST_BLOCKS:
            raise buffer.error("an object header does not end")
        position, end = start, start + length
        while position + 8 <= end and count:
            kind, bytes_, flags = buffer.unpack("HHBxxx", position)
            data = buffer.piece(position + 8, bytes_)
            position += 8 + bytes_
            count -= 1
            if kind == CONTINUATION:
                blocks.append(buffer.unpack("QQ", position - bytes_))
            elif not flags & _SHARED:
                yield Message(kind, data)


def _new(buffer: Buffer, at: int) -> Iterator[Message]:
    version, flags = buffer.unpack("4xBB", at)
    if version != 2:
        raise buffer.error(f"an object of version {version} stands at {at}")
    at += 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    head = 6 if flags & 4 else 4
    blocks = [(at + width, whole(buffer.piece(at, width)))]
    for number, (start, length) in enumerate(blocks):
        if number > _MOST_BLOCKS:
            raise buffer.error("an object header does not end")
        position, end = start, start + length
        while position + head <= end:
            kind, bytes_, message_flags = buffer.unpack("BHB", position)
            data = buffer.piece(position + head, bytes_)
            position += head + bytes_
            if kind == CONTINUATION:
                address, size = buffer.unpack("QQ", position - bytes_)
                buffer.expect(b"OCHK", address)
                blocks.append((address + 4, size - 8))
            elif not message_flags & _SHARED:
                yield Message(kind, data)
