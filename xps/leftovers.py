"""Temporary files that processes left behind which were killed while they wrote.

Their names tell of which file they were to take the place, and which process wrote them.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from xps.process import Process

SUFFIX = ".tmp"
_MARK = 12  # letters that stand for a name, which itself may be too long to be lengthened


def temporary_prefix(target: Path) -> str:
    """Return how the name of a temporary file begins that this process writes for a target."""
    own = Process.own()
    return f"{_start(target)}{_mark(own.host)}-{own.pid}-{own.born}-"


def remove_leftovers(path: str | Path) -> None:
    """Remove the temporary files of a target whose processes are gone.

    Those of processes that may still be at work stay, and so does what cannot be removed.
    """
    with contextlib.suppress(OSError, ValueError):
        for leftover in _leftovers(Path(os.path.realpath(path))):
            with contextlib.suppress(OSError):
                leftover.unlink()


def _leftovers(target: Path) -> Iterator[Path]:
    start, own = _start(target), Process.own()
    for name in os.listdir(target.parent):  # noqa: PTH208 - far faster in large folders
        if name.startswith(start) and name.endswith(SUFFIX):
            host, pid, born, *_ = [*name.removeprefix(start).split("-"), "", ""]
            is_ours = host == _mark(own.host) and pid.isdecimal()
            if is_ours and Process(int(pid), own.host, born).is_gone:
                yield target.parent / name


def _start(target: Path) -> str:
    return f".doublet-{_mark(target.name)}-"


def _mark(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:_MARK]
