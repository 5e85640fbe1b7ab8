"""Write compound files (OLE 2) as small as they can be, for the tests of their readers."""

from __future__ import annotations

import struct
from collections.abc import Mapping

SECTOR, SMALL_SECTOR = 512, 64
SMALL_STREAM = 4096
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """Return a file with these streams, each below 4096 bytes and all together 8192."""
    starts: list[int] = []
    small_chains: list[int] = []
    small = b""
    for data in streams.values():
        assert 0 < len(data) < SMALL_STREAM
        n_sectors = -(-len(data) // SMALL_SECTOR)
        starts.append(len(small_chains))
        small_chains += [*range(starts[-1] + 1, starts[-1] + n_sectors), END]
        small += data.ljust(n_sectors * SMALL_SECTOR, b"\0")
    n_directory = -(-(len(streams) + 1) // 4)
    n_container = -(-len(small) // SECTOR)
    # Sectors: 0 the table of sectors, 1 that of small sectors, then directory and container.
    directory_start, container_start = 2, 2 + n_directory
    end = container_start + n_container
    chains = [FAT, END, *range(3, container_start), END, *range(container_start + 1, end), END]
    entries = [_entry("Root Entry", 5, child=1, size=len(small), start=container_start)]
    for i, (name, data) in enumerate(streams.items(), start=1):
        sibling = i + 1 if i < len(streams) else FREE
        entries.append(_entry(name, 2, right=sibling, size=len(data), start=starts[i - 1]))
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3,
        0xFFFE, 9, 6, bytes(6), 0, 1, directory_start, 0, SMALL_STREAM, 1, 1, END, 0, 0,
    )  # fmt: skip
    # The last field is the first entry of the list of table sectors.
    header = header.ljust(SECTOR, b"\xff")
    directory = b"".join(entries).ljust(n_directory * SECTOR, b"\0")
    container = small.ljust(n_container * SECTOR, b"\0")
    return header + _table(chains) + _table(small_chains) + directory + container


def _table(chains: list[int]) -> bytes:
    return struct.pack("<128I", *chains, *[FREE] * (128 - len(chains)))


def property_set(values: Mapping[int, float | str | int]) -> bytes:
    """Return a property set: float as VT_R4, int as VT_FILETIME, str as VT_LPWSTR."""
    offset = 8 + 8 * len(values)
    index, body = b"", b""
    for identifier, value in values.items():
        index += struct.pack("<II", identifier, offset + len(body))
        if isinstance(value, float):
            body += struct.pack("<If", 4, value)
        elif isinstance(value, int):
            body += struct.pack("<IQ", 64, value)
        else:
            text = (value + "\0").encode("utf-16-le")
            body += struct.pack("<II", 31, len(text) // 2) + text + bytes(-len(text) % 4)
    return bytes(44) + struct.pack("<III", 48, offset + len(body), len(values)) + index + body


def _entry(
    name: str, kind: int, *, right: int = FREE, child: int = FREE, start: int, size: int
) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sI8s8sIII",
        raw, len(raw), kind, 1, FREE, right, child, bytes(16), 0, bytes(8), bytes(8),
        start, size, 0,
    )  # fmt: skip
