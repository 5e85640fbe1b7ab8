"""Where the app keeps what is its own: in the user's profile, or in a folder beside the program."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtCore import QStandardPaths

PORTABLE = "data"


def portable_folder() -> Path | None:
    """Return the folder ``data`` beside the bundled program; None where there is none to write to.

    Whoever makes it wants everything kept there: on a stick, or on a PC without profiles.
    """
    if not getattr(sys, "frozen", False):
        return None
    program = Path(sys.executable).resolve()
    bundle = next((parent for parent in program.parents if parent.suffix == ".app"), program)
    folder = bundle.parent / PORTABLE
    return folder if folder.is_dir() and os.access(folder, os.W_OK) else None


def own_folder(name: str) -> Path:
    """Return a folder of the app by its name: recipes, recovery, logs. It may have to be made."""
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)
    return (portable_folder() or Path(place)) / name
