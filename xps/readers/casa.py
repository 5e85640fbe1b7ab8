"""How much of a fit the notes of a spectrum hold, from CasaXPS or from NeXus."""

from __future__ import annotations

import re

from xps.readers.nexus_fit import fit_line

_HEADING = "Casa Info Follows"
_REGION = re.compile(r"^\s*CASA region\s*\(\*", re.MULTILINE)
_COMPONENT = re.compile(r"^\s*CASA comp\s*\(\*", re.MULTILINE)


def stored_counts(notes: str) -> tuple[int, int]:
    """Count the regions and components that a file stores with a spectrum.

    The lines themselves are counted, not the numbers announced before them: vendors'
    text of any kind may surround them.

    Returns
    -------
    tuple of (int, int)
        Regions and components; (0, 0) where there is nothing.
    """
    if line := fit_line(notes):
        return 1, line.partition('"backgrounds": ')[0].count('"parameters": ')
    _, heading, stored = notes.partition(_HEADING)
    if not heading:
        return 0, 0
    return len(_REGION.findall(stored)), len(_COMPONENT.findall(stored))
