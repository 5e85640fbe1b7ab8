"""Groups and datasets, read as they are asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xps.errors import ReadError
from xps.file_bytes import Bytes
from xps.hdf5.attributes import Value, attributes
from xps.hdf5.buffer import Buffer
from xps.hdf5.chunk_index import Extent
from xps.hdf5.datatype import (
    Datatype,
    numbers,
    parse_datatype,
    parse_largest_shape,
    parse_shape,
    texts,
)
from xps.hdf5.header import DATATYPE, FILTERS, LAYOUT, SHAPE, Message, messages
from xps.hdf5.links import links
from xps.hdf5.parts import Parts
from xps.hdf5.storage import raw_values

Floats = NDArray[np.float64]
MAGIC: Final = b"\x89HDF\r\n\x1a\n"
_MOST_SOFT_LINKS: Final = 16


class Dataset:
    """An array of numbers, or text.

    Parameters
    ----------
    buffer : Buffer
    described : list of Message
        Its object header.
    """

    def __init__(self, buffer: Buffer, described: list[Message]) -> None:
        self._buffer = buffer
        self._messages = described
        found = {message.kind: message.data for message in described}
        self._layout = found.get(LAYOUT, b"")
        self._filters = found.get(FILTERS, b"")
        self._type: Datatype = parse_datatype(found.get(DATATYPE, b""))
        self._space = found.get(SHAPE, b"")
        self.shape = parse_shape(buffer, self._space) if len(self._space) >= 4 else None

    @cached_property
    def attributes(self) -> dict[str, Value]:
        """Attributes by name."""
        return attributes(self._buffer, self._messages)

    @property
    def is_text(self) -> bool:
        """Whether the values are text."""
        return bool(self._type.text)

    def numbers(self) -> Floats:
        """Return the values in their shape, as float64.

        Raises
        ------
        ReadError
            If these are no numbers, or not all there.
        """
        if self._type.dtype is None or self.shape is None:
            raise self._buffer.error("a dataset does not hold numbers")
        return numbers(self._raw(self.shape), self._type, self.shape).astype(np.float64)

    def part(self, begins: Sequence[int], ends: Sequence[int]) -> Floats:
        """Return a box of the values, of which no others are read from the file.

        Parameters
        ----------
        begins, ends : sequence of int
            Along each dimension, the end not included.

        Returns
        -------
        ndarray, shape (ends − begins)
            NaN where nothing is stored.

        Raises
        ------
        ReadError
            As `numbers`.
        """
        return self._parts.box(tuple(begins), tuple(ends))

    @cached_property
    def _parts(self) -> Parts:
        if self._type.dtype is None or self.shape is None:
            raise self._buffer.error("a dataset does not hold numbers")
        extent = self._extent(self.shape)
        return Parts(self._buffer, self._layout, self._filters, extent, self._type)

    def texts(self) -> list[str]:
        """Return the values that are text; an empty list of others."""
        if not self._type.text or self.shape is None:
            return []
        return texts(self._buffer, self._raw(self.shape), self._type, math.prod(self.shape))

    def _raw(self, shape: tuple[int, ...]) -> bytes:
        extent = self._extent(shape)
        return raw_values(self._buffer, self._layout, self._filters, extent, self._type.size)

    def _extent(self, shape: tuple[int, ...]) -> Extent:
        return Extent(shape, parse_largest_shape(self._space, shape))


class Group:
    """Named groups and datasets.

    Parameters
    ----------
    buffer : Buffer
    described : list of Message
        Its object header.
    root : Group or None
        Where absolute paths begin; None for the root itself.
    """

    def __init__(self, buffer: Buffer, described: list[Message], root: Group | None = None) -> None:
        self._buffer = buffer
        self._messages = described
        self._root = root or self
        self._links = links(buffer, described)
        self._members: dict[str, Group | Dataset] = {}

    @cached_property
    def attributes(self) -> dict[str, Value]:
        """Attributes by name."""
        return attributes(self._buffer, self._messages)

    def names(self) -> list[str]:
        """Return the names of the members."""
        return list(self._links)

    def get(self, path: str, soft_links: int = 0) -> Group | Dataset | None:
        """Return the member at a path; None if there is none, or a broken link."""
        node: Group | Dataset | None = self._root if path.startswith("/") else self
        for name in filter(None, path.split("/")):
            if not isinstance(node, Group) or name not in node._links:
                return None
            target = node._links[name]
            if isinstance(target, str):
                if soft_links >= _MOST_SOFT_LINKS:
                    raise self._buffer.error("links lead in a circle")
                node = node.get(target, soft_links + 1)
            else:
                node = node._member(name, target)
        return node

    def groups(self) -> Iterator[tuple[str, Group]]:
        """Yield the members that are groups."""
        for name in self._links:
            if isinstance(node := self.get(name), Group):
                yield name, node

    def numbers(self, path: str) -> Floats | None:
        """Return the numbers of a dataset; None where there is none or it is text."""
        node = self.get(path)
        return None if not isinstance(node, Dataset) or node.is_text else node.numbers()

    def number(self, path: str) -> float | None:
        """Return the only number of a dataset; None if it is none, several or not finite."""
        try:
            values = self.numbers(path)
        except ReadError:
            return None
        if values is None or values.size != 1 or not np.isfinite(values).all():
            return None
        return float(values.ravel()[0])

    def text(self, path: str) -> str:
        """Return the text of a dataset; "" where there is none."""
        node = self.get(path)
        values = node.texts() if isinstance(node, Dataset) else []
        return values[0] if len(values) == 1 else ""

    def _member(self, name: str, at: int) -> Group | Dataset:
        if name not in self._members:
            described = messages(self._buffer, at)
            is_dataset = any(message.kind == LAYOUT for message in described)
            self._members[name] = (
                Dataset(self._buffer, described)
                if is_dataset
                else Group(self._buffer, described, self._root)
            )
        return self._members[name]


def open_file(data: Bytes, what: str) -> Group:
    """Return the root of a file.

    Parameters
    ----------
    data : Bytes
        The whole file.
    what : str
        What it is, for errors.

    Raises
    ------
    ReadError
        If this is no HDF5 file, of an unknown version, or cut short.
    """
    buffer = Buffer(data, what)
    buffer.expect(MAGIC[1:4], 1)
    (version,) = buffer.unpack("8xB", 0)
    if version in (0, 1):
        sizes = buffer.unpack("13xBB", 0)
        base, end, root = buffer.unpack("Q8xQ16xQ", 24 + 4 * version)
    elif version in (2, 3):
        sizes = buffer.unpack("9xBB", 0)
        base, end, root = buffer.unpack("Q8xQQ", 12)
    else:
        raise buffer.error(f"its version {version} is not known")
    if sizes != (8, 8) or base:
        raise buffer.error("its addresses are not of eight bytes from the start")
    if end > len(data):
        raise buffer.error(f"it is cut short: {len(data)} of {end} bytes")
    return Group(buffer, messages(buffer, root))
