"""Settings without what does not tell them apart, as fingerprints are made of them."""

from __future__ import annotations

from typing import Any

from xps.parameters import Ref


def plain(value: Any) -> object:
    """Return nested values with all numbers as floats: 1, 1.0 and numpy's 1.0 are one setting.

    Parameters
    ----------
    value : object
        Numbers, text, None, tuples, `Ref`, and frozen dataclasses of these.
    """
    kind = type(value)
    if kind in (float, str, bool) or value is None:
        return value
    if kind is tuple:
        return tuple([plain(item) for item in value])
    if kind is Ref:
        return ("Ref", *value)
    if isinstance(value, int | float):
        return float(value)
    parts: list[object] = [kind.__name__]
    for name in value.__dataclass_fields__:
        part = getattr(value, name)
        if name not in _ADDED_LATER:
            parts.append(plain(part))
        elif part != _ADDED_LATER[name]:
            parts.append((name, plain(part)))
    return tuple(parts)


_ADDED_LATER: dict[str, object] = {
    "average_around": False,
    "own_loss": None,
    "stored": False,
    "weights": "noise",
}
"""Settings that the first sessions did not have, with what they were then. So they leave no
trace in a fingerprint, and the fits of old sessions stay fresh."""
