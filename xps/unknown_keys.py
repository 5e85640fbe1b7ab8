"""Keys of a session that this version does not know: kept, and written back where they were.

They come from versions that know more within the same format, or from other programs. A key
is found again by the names on the way to it, and in lists by what its item is called, so that
it stays with its sample or component when others come and go.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from xps.plain_fields import Fields

Step = str | tuple[str, str]
Unknown = tuple[tuple[tuple[Step, ...], Any], ...]
"""Each unknown value with the way to it; an item of a list is (name of the list, item)."""


_NAMING = (
    ("id",),
    ("rule", "scope"),
    ("time", "text"),
    ("group", "name", "areas"),
    ("name",),
    ("parameter",),
)
"""What items of lists are called by; the first that an item has."""


def unknown_keys(fields: Fields) -> Unknown:
    """Return what was not asked for of an object and of the objects in it, each key once.

    What can be renamed asks for its own and keeps them; what is left is found again by name.
    """
    found: list[tuple[tuple[Step, ...], Any]] = [((name,), value) for name, value in fields.unread]
    for name, inner in fields.inner.items():
        if isinstance(inner, Fields):
            found += (((name, *way), value) for way, value in unknown_keys(inner))
            continue
        for place, item in enumerate(inner):
            if of_item := unknown_keys(item):  # what an item is called costs time to say
                step = name, _item(item.plain, place)
                found += (((step, *way), value) for way, value in of_item)
    fields.settle()
    return tuple(found)


def with_unknown_keys(document: dict[str, Any], unknown: Unknown) -> dict[str, Any]:
    """Put unknown keys back into plain data, in place; those of what is gone are left out."""
    items: dict[int, dict[str, Any]] = {}
    for (*way, name), value in unknown:
        table: Any = document
        for step in way:
            table = _step(table, step, items)
        if isinstance(table, dict) and isinstance(name, str):
            table.setdefault(name, value)
    return document


def _step(table: Any, step: Step, items: dict[int, dict[str, Any]]) -> Any:
    if not isinstance(table, dict):
        return None
    if isinstance(step, str):
        return table.get(step)
    name, item = step
    inner = table.get(name)
    if not isinstance(inner, list):
        return None
    if id(inner) not in items:
        items[id(inner)] = {_item(each, i): each for i, each in enumerate(inner)}
    return items[id(inner)].get(item)


def _item(table: Mapping[str, Any], place: int) -> str:
    """What an item of a list is called: by its id, its name, else all that marks it."""
    region = table.get("region")
    if isinstance(region, dict):  # a fit
        table = region
    for keys in _NAMING:
        if all(key in table for key in keys):
            return _text(table[key] for key in keys)
    return str(place)


def _text(values: Iterable[object]) -> str:
    return json.dumps(list(values), sort_keys=True)
