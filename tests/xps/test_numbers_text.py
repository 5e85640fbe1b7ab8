from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xps.numbers_text import UNKNOWN, interval, number, upper_limit, with_error


@pytest.mark.parametrize(
    ("value", "stderr", "text"),
    [
        (5642.3, 88.2, "5642 ± 88"),
        (161.6, 0.004, "161.600 ± 0.004"),
        (161.6, 0.0041, "161.600 ± 0.004"),
        (161.6, 0.00042, "161.6000 ± 0.0004"),
        (161.6, 0.028, "161.600 ± 0.028"),
        (0.0312, 0.0021, "0.0312 ± 0.0021"),
        (56423.0, 882.0, "56420 ± 880"),
        (35.04, 4.02, "35.0 ± 4.0"),
        (9.96, 9.96, "10 ± 10"),
        (0.4, 0.0996, "0.40 ± 0.10"),
        (-3.21, 0.12, "−3.21 ± 0.12"),
        (12345678.0, 45678.0, "(1.2346 ± 0.0046)e7"),
        (1e-9, 2e-10, "(1.00 ± 0.20)e-9"),
    ],
)
def test_value_ends_where_its_error_does(value: float, stderr: float, text: str) -> None:
    assert with_error(value, stderr) == text


def test_value_that_rounds_to_zero_has_no_sign() -> None:
    assert with_error(-0.3, 12.0) == "0 ± 12"


@pytest.mark.parametrize("stderr", [None, 0.0, math.nan, math.inf])
def test_unknown_error_is_a_dash_and_not_zero(stderr: float | None) -> None:
    assert with_error(161.6, stderr, decimals=2) == "161.60 ± —"


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_unknown_value_is_a_dash(value: float | None) -> None:
    assert with_error(value, 1.0) == UNKNOWN
    assert number(value) == UNKNOWN
    assert upper_limit(value) == UNKNOWN


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_text_says_value_and_error_to_within_their_rounding(value: float, stderr: float) -> None:
    text = with_error(value, stderr).replace("−", "-")
    shown, error = (float(part) for part in text.split(" ± "))
    assert error == pytest.approx(stderr, rel=0.5)
    assert error > 0.0
    assert abs(shown - value) <= 0.5 * error * (1.0 + 1e-9)


@given(st.floats(1e-6, 1e6))
def test_upper_limit_is_never_understated(limit: float) -> None:
    match = re.fullmatch(r"< (\S+) \(95 %\)", upper_limit(limit))
    assert match is not None
    assert limit <= float(match.group(1)) <= 1.11 * limit


@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(allow_nan=True))
def test_no_number_is_too_strange(value: float, stderr: float) -> None:
    assert with_error(value, stderr)
    assert upper_limit(value)


def test_numbers_do_not_depend_on_the_language_of_the_system() -> None:
    assert number(1234.5, 1) == "1234.5"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (5470.3, 5818.4, "5470 to 5818"),
        (-12.0, 161.234567, "−12 to 161"),
        (0.0, None, "above 0"),
        (None, 23.456, "below 23.46"),
        (None, None, "—"),
        (2.0, 2.0, "2.000 to 2.000"),
    ],
)
def test_interval_ends_where_its_width_says(
    low: float | None, high: float | None, text: str
) -> None:
    assert interval(low, high) == text
