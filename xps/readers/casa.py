"""What CasaXPS stores in the comment of a VAMAS block."""

from __future__ import annotations

import re

_HEADING = "Casa Info Follows"
_REGION = re.compile(r"^\s*CASA region\s*\(\*", re.MULTILINE)
_COMPONENT = re.compile(r"^\s*CASA comp\s*\(\*", re.MULTILINE)


def stored_counts(notes: str) -> tuple[int, int]:
    """Count the regions and components that CasaXPS stored in a comment.

    The lines themselves are counted, not the numbers announced before them: vendors'
    text of any kind may surround them.

    Returns
    -------
    tuple of (int, int)
        Regions and components; (0, 0) where CasaXPS left nothing.
    """
    _, heading, stored = notes.partition(_HEADING)
    if not heading:
        return 0, 0
    return len(_REGION.findall(stored)), len(_COMPONENT.findall(stored))
