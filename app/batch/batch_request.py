"""What a batch shall do, as it was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class BatchRequest:
    """What a batch shall do.

    Attributes
    ----------
    inputs : tuple of Path
        Files and folders.
    recipe : str or Path
    table : Path
    sessions : Path or None
        Folder that gets a session for each file.
    as_stacks : bool
        Whether the spectra of a file that share one axis are one map or profile.
    """

    inputs: tuple[Path, ...]
    recipe: str | Path
    table: Path
    sessions: Path | None = None
    as_stacks: bool = False
