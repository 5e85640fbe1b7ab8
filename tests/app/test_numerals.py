import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.widgets.numerals import parse_number, plain_number, same_decimals


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("161.6", 161.6),
        ("161,6", 161.6),
        (" 0,5 ", 0.5),
        ("−1.5", -1.5),
        ("1 234,5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1\u202f234.5", 1234.5),
        ("2e3", 2000.0),
        (",5", 0.5),
    ],
)
def test_decimal_point_and_comma_are_both_understood(typed: str, number: float) -> None:
    assert parse_number(typed) == number


@pytest.mark.parametrize("typed", ["", "abc", "1.2.3", "inf", "nan", "1e999", "--1", "0x10", "1;2"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    assert parse_number(typed) is None


@given(st.floats(min_value=-1e7, max_value=1e7))
def test_a_field_shows_a_number_that_reads_back_to_its_shown_digits(value: float) -> None:
    shown = parse_number(plain_number(value))
    assert shown is not None
    assert shown == pytest.approx(value, rel=1e-3, abs=1e-9)
    assert plain_number(shown) == plain_number(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [(161.6, "161.6"), (0.0, "0"), (13032.2481, "13032.25"), (1.614373, "1.6144"), (173.0, "173")],
)
def test_a_field_shows_no_needless_digits(value: float, text: str) -> None:
    assert plain_number(value) == text


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (["6", "4", "5.0", "3.0"], ["6", "4", "5", "3"]),
        (["8", "7.5", "−0.25"], ["8.00", "7.50", "−0.25"]),
        (["1e+06", "5.0"], ["1e+06", "5.0"]),
        ([], []),
    ],
)
def test_numbers_side_by_side_have_the_same_decimals(texts: list[str], shown: list[str]) -> None:
    assert same_decimals(texts) == shown
