"""Numbers as text for people: rounded by their error, the same in every language.

The error keeps two significant digits and the value ends where the error does, as the GUM
asks for (JCGM 100:2008, 7.2.6). One digit is enough beyond the third decimal of a value above
one: nobody reads a tenth of a meV.
"""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

UNKNOWN = "—"
_MINUS = "−"
_WIDEST = 7  # digits before the point, and places after it, that are still read at a glance
_DECIMALS = 3  # behind which one digit of an error is enough
_PLAIN_DIGITS = 4  # of a value whose error is unknown
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def with_error(value: float | None, stderr: float | None, *, decimals: int | None = None) -> str:
    """Return a value with its standard error, e.g. ``"5642 ± 88"`` or ``"161.600 ± 0.004"``.

    Parameters
    ----------
    value : float or None
        None or not finite gives "—".
    stderr : float or None
        One standard deviation. None, zero or not finite means unknown: ``"161.60 ± —"``.
    decimals : int, optional
        Decimals of the value where the error is unknown; four significant digits otherwise.
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if stderr is None or not math.isfinite(stderr) or stderr <= 0.0:
        return f"{number(value, decimals)} ± {UNKNOWN}"
    last = _rounded(_exact(stderr), 2).adjusted() - 1
    if abs(value) >= 1.0 and last < -_DECIMALS:
        last += 1
    error, result = _to_place(_exact(stderr), last), _to_place(_exact(value), last)
    high = max(result.adjusted() if result else last, error.adjusted())
    if high >= _WIDEST or last < -_WIDEST:
        return f"({_plain(result.scaleb(-high))} ± {_plain(error.scaleb(-high))})e{high}"
    return f"{_plain(result)} ± {_plain(error)}"


def number(value: float | None, decimals: int | None = None) -> str:
    """Return a number without error: with fixed decimals, or four significant digits."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if decimals is not None:
        return _plain(_to_place(_exact(value), -decimals))
    return _shortest(_rounded(_exact(value), _PLAIN_DIGITS))


def error(value: float) -> str:
    """Return an error that stands by itself, with two significant digits, e.g. ``"6.2"``."""
    return _shortest(_rounded(_exact(value), 2))


def upper_limit(limit: float | None) -> str:
    """Return an upper limit, e.g. ``"< 130 (95 %)"``; rounded up, so that it stays a limit."""
    if limit is None or not math.isfinite(limit):
        return UNKNOWN
    return f"< {ceiled(limit)} (95 %)"


def ceiled(limit: float) -> str:
    """Return a number rounded up to two significant digits."""
    return _shortest(_rounded(_exact(limit), 2, ROUND_CEILING).normalize())


def interval(low: float | None, high: float | None) -> str:
    """Return an interval, e.g. ``"5470 to 5818"``; ``"above 5470"`` where it is open upwards.

    Its ends are rounded as a value with a quarter of its width for an error.
    """
    if low is None and high is None:
        return UNKNOWN
    if high is None:
        return f"above {number(low)}"
    if low is None:
        return f"below {number(high)}"
    width = _exact(high) - _exact(low)
    if not width:
        return f"{number(low)} to {number(high)}"
    last = _rounded(width / 4, 2).adjusted() - 1
    return " to ".join(_shortest(_to_place(_exact(end), last)) for end in (low, high))


def _exact(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def _to_place(exact: Decimal, power: int, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """Round to a multiple of a power of ten, with all digits down to it."""
    whole = exact.scaleb(-power).to_integral_value(rounding) + Decimal(0)
    return whole.scaleb(power)


def _rounded(exact: Decimal, digits: int, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """Round to a number of significant digits."""
    if exact.is_zero():
        return Decimal(0)
    return _to_place(exact, exact.adjusted() - digits + 1, rounding)


def _shortest(exact: Decimal) -> str:
    power = exact.adjusted()
    if exact and not -_WIDEST <= power < _WIDEST:
        return f"{_plain(exact.scaleb(-power))}e{power}"
    return _plain(exact)


def _plain(exact: Decimal) -> str:
    text = f"{exact:f}"
    return text.lstrip("-") if exact.is_zero() else text.replace("-", _MINUS)


def power_of_ten(power: int) -> str:
    """Return a power of ten, e.g. ``"10⁻³"``."""
    return f"10{str(power).translate(_RAISED)}"
