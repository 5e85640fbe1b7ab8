"""The compiled modules of Python inside a program that PyInstaller built."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PyInstaller.archive.readers import CArchiveReader


def bundled_modules(program: Path) -> Counter[str]:
    """Return the bytes of the modules of each package, with PyInstaller's own."""
    reader = CArchiveReader(str(program))
    archive = reader.open_embedded_archive("PYZ.pyz")
    sizes = Counter[str]()
    for name, (_, _, length) in archive.toc.items():
        sizes[name.partition(".")[0]] += length
    for name, (_, length, _, _, kind) in reader.toc.items():
        if kind in ("m", "s", "M"):
            sizes[name] += length
    return sizes
