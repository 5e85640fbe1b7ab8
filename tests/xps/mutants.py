"""Damage files on purpose: readers must refuse them, or read them, and do nothing else."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from types import ModuleType

from xps.errors import ReadError
from xps.readers.content import Content


def mutants(data: bytes, count: int = 60) -> Iterator[bytes]:
    """Yield damaged copies: cut short, bits flipped, bytes overwritten, pieces lost or twice."""
    chance = random.Random(len(data))
    for number in range(count):
        kind = number % 5
        # Half of the damage goes to the start, where formats keep their counts.
        end = len(data) if number % 2 else min(len(data), 2048)
        at = chance.randrange(end)
        if kind == 0:
            yield data[:at]
            continue
        damaged = bytearray(data)
        if kind == 1:
            for _ in range(8):
                damaged[chance.randrange(end)] ^= 1 << chance.randrange(8)
        elif kind == 2:
            damaged[at : at + 4] = chance.choice((b"\xff\xff\xff\x7f", b"9999", bytes(4)))
        elif kind == 3:
            del damaged[at : at + chance.randrange(1, 600)]
        else:
            damaged[at:at] = data[at : at + chance.randrange(1, 600)]
        yield bytes(damaged)


def read_or_refuse(reader: ModuleType, data: bytes, name: str = "mutant.dat") -> bool:
    """Tell whether the reader accepts the bytes; anything but a ReadError goes through."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            spectra, _ = reader.read(Content(name, data))
    except ReadError:
        return False
    assert spectra
    return True
