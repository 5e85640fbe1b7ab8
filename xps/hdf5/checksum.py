"""The checksum of metadata: Bob Jenkins' lookup3, public domain (2006), as HDF5 uses it."""

from __future__ import annotations

import struct

_MASK = 0xFFFFFFFF


def lookup3(data: bytes) -> int:
    """Return the checksum of bytes: "hashlittle" of lookup3 with the initial value 0.

    References
    ----------
    B. Jenkins, "lookup3.c", http://burtleburtle.net/bob/c/lookup3.c (2006).
    """
    a = b = c = (0xDEADBEEF + len(data)) & _MASK
    # The last block, which may be full, is mixed differently.
    n_blocks = max(len(data) - 1, 0) // 12
    words: tuple[int, ...] = struct.unpack(f"<{3 * n_blocks}I", data[: 12 * n_blocks])
    for i in range(0, 3 * n_blocks, 3):
        a = (a + words[i]) & _MASK
        b = (b + words[i + 1]) & _MASK
        c = (c + words[i + 2]) & _MASK
        a = (a - c) & _MASK ^ _turned(c, 4)
        c = (c + b) & _MASK
        b = (b - a) & _MASK ^ _turned(a, 6)
        a = (a + c) & _MASK
        c = (c - b) & _MASK ^ _turned(b, 8)
        b = (b + a) & _MASK
        a = (a - c) & _MASK ^ _turned(c, 16)
        c = (c + b) & _MASK
        b = (b - a) & _MASK ^ _turned(a, 19)
        a = (a + c) & _MASK
        c = (c - b) & _MASK ^ _turned(b, 4)
        b = (b + a) & _MASK
    rest = data[12 * n_blocks :]
    if not rest:
        return c
    last: tuple[int, ...] = struct.unpack("<3I", rest.ljust(12, b"\0"))
    a, b, c = ((value + word) & _MASK for value, word in zip((a, b, c), last, strict=True))
    for turn, (to, source) in zip((14, 11, 25, 16, 4, 14, 24), _FINAL, strict=True):
        state = [a, b, c]
        state[to] = ((state[to] ^ state[source]) - _turned(state[source], turn)) & _MASK
        a, b, c = state
    return c


# c with b, a with c, b with a, and so on.
_FINAL = ((2, 1), (0, 2), (1, 0), (2, 1), (0, 2), (1, 0), (2, 1))


def _turned(value: int, bits: int) -> int:
    return (value << bits | value >> (32 - bits)) & _MASK
