"""What was fitted to a map into files: all numbers as NeXus, or one quantity as a figure."""

from __future__ import annotations

from pathlib import Path

from app.maps.opened_map import OpenedMap
from xps.errors import XpsError
from xps.maps import maps_of

_NUMBERS = (".nxs", ".nexus")
_FIGURES = (".png", ".pdf", ".svg")


def export_map(opened: OpenedMap, path: Path, number: int, key: str) -> None:
    """Write the fits of a map.

    Parameters
    ----------
    opened : OpenedMap
    path : Path
        Its ending says what is written.
    number : int
        The stack that is shown.
    key : str
        The quantity that is shown, for a figure.

    Raises
    ------
    XpsError
        If the ending is none of those known, the quantity is not one of the fits, or the file
        cannot be written.
    """
    ending = path.suffix.lower()
    if ending in _NUMBERS:
        _write_numbers(opened, path)
    elif ending in _FIGURES:
        _write_figure(opened, path, number, key)
    else:
        raise XpsError(
            f"maps are not written as {ending or 'a file without ending'}",
            f"choose one of {', '.join((_NUMBERS[0], *_FIGURES))}",
            path=path,
        )


def _write_numbers(opened: OpenedMap, path: Path) -> None:
    from xps.maps.nexus_map import write_maps

    fitted = [
        (opened.stacks[number], one.fit, maps_of(opened.stacks[number], one.fit))
        for number, one in sorted(opened.fits.items())
    ]
    write_maps(path, fitted, next(iter(opened.fits.values())).recipe)


def _write_figure(opened: OpenedMap, path: Path, number: int, key: str) -> None:
    from xps.atomic import write_atomically
    from xps.figure import figure_bytes
    from xps.maps.drawing import map_figure

    fitted = opened.fits.get(number)
    maps = () if fitted is None else maps_of(opened.stacks[number], fitted.fit)
    wanted = [found for found in maps if found.name == key]
    if not wanted:
        raise XpsError(
            "only quantities of a fit are drawn for print",
            "choose one under Show, such as a share",
            path=path,
        )
    write_atomically(path, figure_bytes(map_figure(wanted), path.suffix.lower()[1:]))
