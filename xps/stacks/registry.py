"""Open stacks: of a file or a folder, by what is inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from xps.errors import ReadError
from xps.file_bytes import FileBytes
from xps.readers.registry import read_file
from xps.stacks import loaded, nexus, phi, vamas
from xps.stacks.stack import Stack


def open_stacks(
    path: str | Path, *, cancelled: Callable[[], bool] | None = None
) -> tuple[Stack, ...]:
    """Open the stacks of a file or folder: two or more spectra that share one axis.

    Regular VAMAS blocks, PHI profiles and NeXus data of several dimensions stay on disk, as do
    the files of a folder; only an index of them is in memory. All other files are read whole.

    Parameters
    ----------
    path : str or Path
    cancelled : callable, optional
        Asked at each file of a folder; when it says True a CancelledError is raised.

    Returns
    -------
    tuple of Stack
        At least one, in the order of the file. What was left out is among the warnings of each.

    Raises
    ------
    ReadError
        If nothing can be read, or no two spectra share an axis.
    CancelledError
    """
    place = Path(path)
    if place.is_dir():
        stacks, warnings = loaded.of_folder(place, cancelled)
    else:
        stacks, warnings = _of_file(place)
    if not stacks:
        raise ReadError(
            "no two of its spectra share axis, unit and counting time: this is no series or map"
            + (f"; {warnings[0]}" if warnings else ""),
            "use doublet fit for single spectra",
            path=path,
        )
    return tuple(replace(stack, warnings=(*stack.warnings, *warnings)) for stack in stacks)


def _of_file(path: Path) -> tuple[list[Stack], list[str]]:
    data = FileBytes(path)
    for opened in (vamas.opened, phi.opened, nexus.opened):
        try:
            found = opened(data)
        except ReadError as error:
            raise ReadError(error.reason, error.remedy, path=path, where=error.where) from error
        if found is not None:
            return found
    file = read_file(path)
    return loaded.of_file(file), list(file.warnings)
