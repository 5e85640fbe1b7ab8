"""The bytes of a file, read by position, and a budget of work that no file can exceed."""

from __future__ import annotations

import struct
from typing import Any, Final

from xps.errors import ReadError
from xps.file_bytes import Bytes

UNDEFINED: Final = 0xFFFFFFFFFFFFFFFF
REMEDY: Final = "the file is damaged: copy or export it again"
_PIECES: Final = 100_000
_BYTES_PER_PIECE: Final = 4


class Buffer:
    """A file in memory or on disk.

    Parameters
    ----------
    data : Bytes
        The whole file.
    what : str
        What the file is, for errors.
    """

    def __init__(self, data: Bytes, what: str) -> None:
        self.data = data
        self.heaps: dict[int, dict[int, tuple[int, int]]] = {}
        """Objects of heaps that were read: address and size by number, by address of the heap."""
        self._what = what
        # What is described once and used without end, costs work without end.
        self._budget = _PIECES + len(data) // _BYTES_PER_PIECE

    def error(self, reason: str, remedy: str = REMEDY) -> ReadError:
        """Return an error that names the file."""
        return ReadError(f"{self._what}: {reason}", remedy)

    def piece(self, at: int, size: int) -> bytes:
        """Return bytes from a place.

        Raises
        ------
        ReadError
            If they reach beyond the end, or the file made of too many pieces.
        """
        self._budget -= 1
        if self._budget < 0:
            raise self.error("it has more parts than fit into it")
        return self.stored(at, size)

    def stored(self, at: int, size: int) -> bytes:
        """Return bytes of values, which are read as often as they are asked for.

        Raises
        ------
        ReadError
            If they reach beyond the end.
        """
        if not 0 <= at <= at + size <= len(self.data):
            raise self.error(f"{size} bytes at {at} lie beyond its end")
        return self.data[at : at + size]

    def unpack(self, form: str, at: int) -> tuple[Any, ...]:
        """Return numbers from a place, little-endian without padding."""
        return struct.unpack("<" + form, self.piece(at, struct.calcsize("<" + form)))

    def expect(self, signature: bytes, at: int) -> None:
        """Check that a part begins with its signature."""
        found = self.piece(at, len(signature))
        if found != signature:
            raise self.error(f"{signature.decode()} is expected at {at}, not {found!r}")


def whole(data: bytes) -> int:
    """Return an unsigned number of any width."""
    return int.from_bytes(data, "little")
