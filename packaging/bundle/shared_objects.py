"""Shared objects of Linux: what they need, and of which version of the C library."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_MAGIC = b"\x7fELF"
_NEEDED = re.compile(r"^\s+NEEDED\s+(\S+)", re.MULTILINE)
_SYMBOL_VERSION = re.compile(r"\b(GLIBC|GLIBCXX)_(\d+(?:\.\d+)+)\b")
Version = tuple[int, ...]


@dataclass(frozen=True)
class Needs:
    """What a shared object needs of others.

    Attributes
    ----------
    libraries : frozenset of str
        Their names.
    glibc, glibcxx : tuple of int
        The newest version of symbols of the C and C++ library; () for none.
    """

    libraries: frozenset[str]
    glibc: Version
    glibcxx: Version


def read_needs(path: Path) -> Needs:
    """Ask binutils what a shared object needs."""
    done = subprocess.run(
        ["objdump", "-p", str(path)], check=True, capture_output=True, encoding="utf-8"
    )
    return parse_needs(done.stdout)


def parse_needs(text: str) -> Needs:
    """Understand what ``objdump -p`` prints."""
    references = text.partition("Version References:")[2]
    newest: dict[str, Version] = {}
    for library, digits in _SYMBOL_VERSION.findall(references):
        version = tuple(map(int, digits.split(".")))
        newest[library] = max(version, newest.get(library, ()))
    return Needs(
        frozenset(_NEEDED.findall(text)), newest.get("GLIBC", ()), newest.get("GLIBCXX", ())
    )


def is_shared_object(path: Path) -> bool:
    """Tell whether a file is an ELF object."""
    with path.open("rb") as file:
        return file.read(4) == _MAGIC


def oldest_glibc(needs: Iterable[Needs]) -> Version:
    """Return the oldest C library that all can be loaded with."""
    return max((each.glibc for each in needs), default=())
