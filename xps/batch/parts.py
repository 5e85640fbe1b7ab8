"""The finished partitions of a batch on disk: one file each, written whole or not at all.

A line of JSON says what it is; behind it stands a piece of the table, as it will be written.
"""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xps.atomic import write_atomically
from xps.batch.plan import Partition
from xps.errors import ReadError, WriteError

FORMAT = "doublet.batch-part/1"

_ENDING = ".part"
_NAME = re.compile(rf"[0-9a-f]{{64}}{re.escape(_ENDING)}|\.doublet-.*\.tmp")


@dataclass(frozen=True)
class FinishedPartition:
    """What a worker found.

    Attributes
    ----------
    key : str
        Of the partition.
    table : bytes
        Its piece of the table; see `xps.batch.fragment`.
    rows : int
    fitted, failed : int
        Numbers of spectra, and of files without any.
    cpu_seconds : float
        What it cost.
    """

    key: str
    table: bytes = field(repr=False)
    rows: int
    fitted: int
    failed: int
    cpu_seconds: float


class Parts:
    """A folder of finished partitions.

    A partition is known by the hash of all that its result depends on: where a file, the
    recipe or a version has changed, it is not taken for done.

    Parameters
    ----------
    folder : Path
        Made where it is missing.

    Raises
    ------
    WriteError
        If it cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._keys = {path.stem for path in folder.glob(f"*{_ENDING}")}
        except OSError as error:
            reason = f"the folder cannot be made: {error.strerror}"
            raise WriteError(reason, "choose another place", path=folder) from error

    def has(self, partition: Partition) -> bool:
        """Tell whether a partition is finished."""
        return partition.key in self._keys

    def add(self, finished: FinishedPartition) -> None:
        """Write a finished partition."""
        facts = {name: value for name, value in vars(finished).items() if name != "table"}
        head = {"format": FORMAT, "bytes": len(finished.table), **facts}
        data = json.dumps(head, allow_nan=False).encode() + b"\n" + finished.table
        write_atomically(self._path(finished.key), data)
        self._keys.add(finished.key)

    def read(self, partition: Partition) -> FinishedPartition:
        """Return a finished partition.

        Raises
        ------
        ReadError
            If its file is missing, or is not what was written.
        """
        path = self._path(partition.key)
        try:
            line, _, table = path.read_bytes().partition(b"\n")
            head: dict[str, Any] = json.loads(line)
            if head["format"] != FORMAT or head["bytes"] != len(table):
                raise ValueError("it is not whole")
            return FinishedPartition(
                str(head["key"]),
                table,
                int(head["rows"]),
                int(head["fitted"]),
                int(head["failed"]),
                float(head["cpu_seconds"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            reason = f"a finished part cannot be read: {error}"
            raise ReadError(reason, "delete it and run the batch again", path=path) from error

    def remove(self) -> None:
        """Remove all finished partitions, and the folder unless it holds anything else."""
        with contextlib.suppress(OSError):
            for path in self.folder.iterdir():
                if _NAME.fullmatch(path.name):
                    path.unlink()
            self.folder.rmdir()

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{_ENDING}"
