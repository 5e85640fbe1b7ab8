"""Convert long runs of numbers, one a line, at the speed that maps of many spectra need."""

from __future__ import annotations

from typing import Final

import numpy as np

from xps.spectrum import Floats

_LARGEST_EXACT: Final = 2**53
_POWERS_OF_TEN: Final = np.array([float(10**k) for k in range(23)])
_LINE_FEED, _CARRIAGE_RETURN, _POINT, _ZERO, _NINE = b"\n\r.09"


def parse_numbers(block: bytes) -> Floats | None:
    """Convert lines of one number each; None if something else stands among them.

    Returns
    -------
    ndarray, shape (n,), or None
        Each the float64 nearest to its decimal text, as `float` gives it.
    """
    exponents = b"e" in block or b"E" in block or b"n" in block or b"N" in block
    values = None if exponents else _fixed_point(block)
    if values is not None:
        return values
    try:
        return np.fromstring(block, dtype=np.float64, sep=" ")
    except ValueError:
        return None


def _fixed_point(block: bytes) -> Floats | None:
    """Convert digits as whole numbers, then put the point in: several times faster.

    Both the digits and the power of ten are exact in float64, so their quotient is rounded
    once, as it should be (Clinger, PLDI 1990). None where the text does not allow that.
    """
    pointed = b"." in block
    try:
        digits = np.fromstring(
            block.replace(b".", b"") if pointed else block, dtype=np.int64, sep=" "
        )
    except ValueError:
        return None
    if not digits.size or digits.max() >= _LARGEST_EXACT:
        return None
    if b"-" in block and digits.min() <= -_LARGEST_EXACT:
        return None
    values = digits.astype(np.float64)
    if not pointed:
        return values
    characters = np.frombuffer(block, dtype=np.uint8)
    points = np.flatnonzero(characters == _POINT)
    ends = np.append(np.flatnonzero(characters == _LINE_FEED), characters.size)
    lines = np.searchsorted(ends, points)
    if digits.size != ends.size or (np.diff(lines) == 0).any():
        return None
    ends = ends[lines]
    ends -= characters[ends - 1] == _CARRIAGE_RETURN
    last = characters[ends - 1]
    decimals = ends - points - 1
    if not ((last >= _ZERO) & (last <= _NINE) | (decimals == 0)).all():
        return None
    if decimals.max() >= _POWERS_OF_TEN.size:
        return None
    values[lines] /= _POWERS_OF_TEN[decimals]
    return values
