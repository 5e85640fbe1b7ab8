"""How the app words errors and lists, so that they fit into a message."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice

from xps.errors import XpsError


def explain(error: XpsError) -> str:
    """Return place, reason and remedy of an error, without its file."""
    place = f"{error.where}: " if error.where else ""
    remedy = f" ({error.remedy})" if error.remedy else ""
    return f"{place}{error.reason}{remedy}"


def listed(head: str, lines: Collection[str], most: int = 5) -> str:
    """Return a heading and lines below it; of many lines, the first and how many more."""
    shown: Iterable[str] = islice(lines, most)
    rest = [f"… and {len(lines) - most} more."] if len(lines) > most else []
    return "\n".join([*([head] if head else []), *shown, *rest])
