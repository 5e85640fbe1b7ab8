"""The finished partitions of a batch on disk: one file each, written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xps.atomic import write_atomically
from xps.batch.plan import Partition
from xps.batch.rows import COLUMNS, Row
from xps.errors import ReadError, WriteError

FORMAT = "doublet.batch-part/1"


@dataclass(frozen=True)
class FinishedPartition:
    """What a worker found.

    Attributes
    ----------
    key : str
        Of the partition.
    rows : tuple of Row
        Values in the order of `xps.batch.rows.COLUMNS`.
    fitted, failed : int
        Numbers of spectra, and of files without any.
    cpu_seconds : float
        What it cost.
    """

    key: str
    rows: tuple[Row, ...]
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
            self._keys = {path.stem for path in folder.glob("*.json")}
        except OSError as error:
            reason = f"the folder cannot be made: {error.strerror}"
            raise WriteError(reason, "choose another place", path=folder) from error

    def has(self, partition: Partition) -> bool:
        """Tell whether a partition is finished."""
        return partition.key in self._keys

    def add(self, finished: FinishedPartition) -> None:
        """Write a finished partition."""
        document = {"format": FORMAT, "columns": COLUMNS, **vars(finished)}
        write_atomically(self._path(finished.key), json.dumps(document, allow_nan=False).encode())
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
            document: dict[str, Any] = json.loads(path.read_bytes())
            if document["format"] != FORMAT or tuple(document["columns"]) != COLUMNS:
                raise ValueError("another format")
            return FinishedPartition(
                str(document["key"]),
                tuple(tuple(row) for row in document["rows"]),
                int(document["fitted"]),
                int(document["failed"]),
                float(document["cpu_seconds"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            reason = f"a finished part cannot be read: {error}"
            raise ReadError(reason, "delete it and run the batch again", path=path) from error

    def remove(self) -> None:
        """Remove the folder with all that it holds."""
        with contextlib.suppress(OSError):
            shutil.rmtree(self.folder)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"
