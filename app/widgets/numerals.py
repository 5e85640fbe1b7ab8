"""Numbers as people type them, with decimal point or comma, and as a field shows them."""

from __future__ import annotations

import math
from collections.abc import Sequence

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


def same_decimals(texts: Sequence[str]) -> list[str]:
    """Return numbers with as many decimals as the one that needs most of them.

    Where one of them is written with an exponent, all stay as they are.
    """
    if any("e" in text for text in texts):
        return list(texts)
    parts = [text.partition(".") for text in texts]
    needed = max((len(decimals.rstrip("0")) for _, _, decimals in parts), default=0)
    if needed == 0:
        return [whole for whole, _, _ in parts]
    return [f"{whole}.{decimals[:needed].ljust(needed, '0')}" for whole, _, decimals in parts]
