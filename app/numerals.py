"""Numbers as people type them, with decimal point or comma, and as a field shows them."""

from __future__ import annotations

import math

MINUS = "−"

_GROUP_MARKS = str.maketrans("", "", " \u00a0\u2009\u202f'_")


def parse_number(text: str) -> float | None:
    """Return the number that a person typed, or None if it is none.

    A point or a comma is the decimal mark; where both occur, the last one is.
    """
    plain = text.strip().translate(_GROUP_MARKS).replace(MINUS, "-")
    if plain.rfind(",") > plain.rfind("."):
        plain = plain.replace(".", "").replace(",", ".")
    else:
        plain = plain.replace(",", "")
    try:
        number = float(plain)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def plain_number(value: float) -> str:
    """Return a number for an edit field: seven digits at most, no zeros at the end."""
    decimals = 4 if abs(value) >= 0.1 or value == 0.0 else 6
    if abs(value) >= 1e8 or (value != 0.0 and abs(value) < 1e-4):
        return f"{value:.4g}"
    decimals = min(decimals, max(7 - len(str(int(abs(value)))), 0))
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
