"""Write HDF5: groups, numbers in one piece and text, in as few kinds of messages as that takes."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xps.errors import WriteError
from xps.hdf5.checksum import lookup3
from xps.hdf5.header import ATTRIBUTE, DATATYPE, LAYOUT, LINK, LINK_INFO, SHAPE
from xps.hdf5.node import MAGIC

_GROUP_INFO, _FILL_VALUE = 0x0A, 0x05
_UNDEFINED: Final = b"\xff" * 8
_SUPERBLOCK_BYTES: Final = 48
_HEAP_BYTES: Final = 4096
_TEXTS_PER_HEAP: Final = 64
_LONGEST_TEXT: Final = 1 << 20
_MOST_MEMBERS: Final = 60_000
# IEEE 754 double, little-endian: places and widths of sign, exponent and mantissa.
_FLOAT64 = bytes.fromhex("11203f0008000000") + struct.pack("<HHBBBBI", 0, 64, 52, 11, 0, 52, 1023)
_INT64 = bytes.fromhex("1008000008000000") + struct.pack("<HH", 0, 64)
# Text of any length, UTF-8, made of unsigned bytes.
_TEXT = bytes.fromhex("1901010010000000") + bytes.fromhex("1000000001000000") + b"\0\0\x08\0"

_BYTE = bytes.fromhex("1000000001000000") + struct.pack("<HH", 0, 8)
# Truth is an enumeration of signed bytes, as h5py writes it.
_BOOL = (
    bytes.fromhex("1802000001000000 1008000001000000")
    + struct.pack("<HH", 0, 8)
    + b"FALSE\0\0\0TRUE\0\0\0\0\0\1"
)

Cell = str | bool | int | float | bytes | Sequence[str] | NDArray[np.float64]
Attributes = Mapping[str, Cell]


@dataclass(frozen=True)
class Leaf:
    """A dataset.

    Attributes
    ----------
    value : str, bool, int, float, bytes, sequence of str or ndarray of float64
    attributes : mapping
    """

    value: Cell
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True)
class Branch:
    """A group.

    Attributes
    ----------
    members : mapping
        Groups and datasets by name. The same object under several names is stored once and
        linked.
    attributes : mapping
    """

    members: Mapping[str, Branch | Leaf]
    attributes: Attributes = field(default_factory=dict)


def file_bytes(root: Branch) -> bytes:
    """Return the file of a tree of groups and datasets."""
    return _Writer().file(root)


class _Writer:
    """The file so far; what is referred to is written before what refers to it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = [bytes(_SUPERBLOCK_BYTES)]
        self._end = _SUPERBLOCK_BYTES
        self._addresses: dict[int, int] = {}
        self._heap: list[bytes] = []
        self._heap_at = 0

    def file(self, root: Branch) -> bytes:
        address = self._branch(root)
        self._close_heap()
        head = MAGIC + struct.pack("<BBBB", 2, 8, 8, 0)
        head += struct.pack("<QQQQ", 0, 0xFFFFFFFFFFFFFFFF, self._end, address)
        self._parts[0] = head + struct.pack("<I", lookup3(head))
        return b"".join(self._parts)

    def _append(self, data: bytes) -> int:
        """Store bytes at the next multiple of eight, and return their address."""
        at = self._end
        padding = -len(data) % 8
        self._parts += [data, bytes(padding)]
        self._end += len(data) + padding
        return at

    def _node(self, node: Branch | Leaf) -> int:
        if id(node) not in self._addresses:
            address = self._branch(node) if isinstance(node, Branch) else self._leaf(node)
            self._addresses[id(node)] = address
        return self._addresses[id(node)]

    def _branch(self, branch: Branch) -> int:
        if len(branch.members) > _MOST_MEMBERS:
            raise WriteError(
                f"{len(branch.members)} members are too many for one group",
                "write fewer spectra, or VAMAS",
            )
        described = [
            (LINK_INFO, struct.pack("<BB", 0, 0) + 2 * _UNDEFINED),
            (_GROUP_INFO, b"\0\0"),
        ]
        for name, member in branch.members.items():
            encoded = name.encode()
            # A hard link whose name is UTF-8, of a length in two bytes.
            link = struct.pack("<BBBH", 1, 0x11, 1, len(encoded)) + encoded
            described.append((LINK, link + struct.pack("<Q", self._node(member))))
        return self._header(described, branch.attributes)

    def _leaf(self, leaf: Leaf) -> int:
        kind, shape, raw = self._stored(leaf.value)
        address = struct.pack("<Q", self._append(raw)) if raw else _UNDEFINED
        described = [
            (SHAPE, shape),
            (DATATYPE, kind),
            (_FILL_VALUE, b"\x03\x0a"),
            (LAYOUT, b"\x03\x01" + address + struct.pack("<Q", len(raw))),
        ]
        return self._header(described, leaf.attributes)

    def _header(self, described: list[tuple[int, bytes]], attributes: Attributes) -> int:
        for name, value in attributes.items():
            kind, shape, raw = self._stored(value)
            label = name.encode() + b"\0"
            sizes = struct.pack("<BBHHHB", 3, 0, len(label), len(kind), len(shape), 1)
            described.append((ATTRIBUTE, sizes + label + kind + shape + raw))
        # Messages are multiples of eight bytes long in this version, which has no checksums.
        parts = []
        for number, data in described:
            padded = data + bytes(-len(data) % 8)
            parts.append(struct.pack("<HHBxxx", number, len(padded), 0) + padded)
        body = b"".join(parts)
        head = struct.pack("<BxHIIxxxx", 1, len(described), 1, len(body))
        return self._append(head + body)

    def _stored(self, value: Cell) -> tuple[bytes, bytes, bytes]:
        """Return type, shape and bytes of a value."""
        if isinstance(value, str):
            return _TEXT, _shape(()), self._text(value)
        if isinstance(value, bool):
            return _BOOL, _shape(()), bytes([value])
        if isinstance(value, bytes):
            return _BYTE, _shape((len(value),)), value
        if isinstance(value, int):
            return _INT64, _shape(()), struct.pack("<q", value)
        if isinstance(value, float):
            return _FLOAT64, _shape(()), struct.pack("<d", value)
        if isinstance(value, np.ndarray):
            return _FLOAT64, _shape(value.shape), value.astype("<f8").tobytes()
        return _TEXT, _shape((len(value),)), b"".join(map(self._text, value))

    def _text(self, text: str) -> bytes:
        """Put a text into the heap, and return the reference to it."""
        data = text.replace("\0", "").encode("utf-8", errors="replace")
        if len(data) > _LONGEST_TEXT:
            raise WriteError(f"a text of {len(data)} bytes is too long", "shorten the notes")
        if not data:
            return bytes(16)
        full = len(self._heap) >= _TEXTS_PER_HEAP or self._heap_size + len(data) > _HEAP_BYTES - 64
        if self._heap and full:
            self._close_heap()
        if not self._heap:
            self._heap_at = self._end
            # Keep the place: a heap of long text is as long as its text needs.
            self._reserve(max(_HEAP_BYTES, 64 + len(data)))
        self._heap.append(data)
        return struct.pack("<IQI", len(data), self._heap_at, len(self._heap))

    @property
    def _heap_size(self) -> int:
        return 16 + sum(16 + len(data) + -len(data) % 8 for data in self._heap)

    def _reserve(self, size: int) -> None:
        self._heap_part = len(self._parts)
        self._append(bytes(size))

    def _close_heap(self) -> None:
        if not self._heap:
            return
        size = len(self._parts[self._heap_part]) + len(self._parts[self._heap_part + 1])
        body = b"".join(
            struct.pack("<HHIQ", i, 1, 0, len(data)) + data + bytes(-len(data) % 8)
            for i, data in enumerate(self._heap, 1)
        )
        head = b"GCOL" + struct.pack("<BxxxQ", 1, size)
        free = size - len(head) - len(body)
        # What is left is an object of number 0, which holds its own header.
        rest = struct.pack("<HHIQ", 0, 0, 0, free) if free >= 16 else b""
        self._parts[self._heap_part] = (head + body + rest).ljust(size, b"\0")
        self._parts[self._heap_part + 1] = b""
        self._heap = []


def _shape(shape: tuple[int, ...]) -> bytes:
    return struct.pack("<BBBB", 2, len(shape), 0, 1 if shape else 0) + b"".join(
        struct.pack("<Q", size) for size in shape
    )
