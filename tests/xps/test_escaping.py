"""Text from files in tables for others: never a formula, never a command."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xps.escaping import latex_text, spreadsheet_text, tab_separated


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\uff1d1"],
)
def test_a_formula_becomes_text(text: str) -> None:
    assert spreadsheet_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "PS₄³⁻", "a=b", "1e-3 x", "시료 1", "'quoted"])
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert spreadsheet_text(text) == text


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), min_size=1, max_size=4))
def test_a_copied_table_has_its_rows_and_columns_and_no_formula(rows: list[list[str]]) -> None:
    lines = tab_separated(rows).split("\n")
    assert len(lines) == len(rows)
    for line in lines:
        cells = line.split("\t")
        assert len(cells) == 2
        assert not any(re.match(r" *([=@]|[+-](?!\d+([.,]\d+)?( ±|$)))", cell) for cell in cells)


@pytest.mark.parametrize("number", ["-1.25", "+1.2 ± 0.3", "-0,5", "3"])
def test_a_copied_number_stays_one(number: str) -> None:
    assert tab_separated([["PS4", number]]) == f"PS4\t{number}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50 % Al2O3_x & $y$", r"50 \% Al2O3\_x \& \$y\$"),
        (r"\input{/etc/passwd}", r"\textbackslash{}input\{/etc/passwd\}"),
        ("^~#", r"\textasciicircum{}\textasciitilde{}\#"),
        ("a\nb\x00c\u202ed", "a b c d"),
        ("---?`", "-{}-{}-?\\textasciigrave{}"),
        ("시료 PS₄³⁻", "시료 PS₄³⁻"),
    ],
)
def test_latex_prints_what_was_there(text: str, expected: str) -> None:
    assert latex_text(text) == expected


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_latex_finds_no_command_in_any_text(text: str) -> None:
    known = r"\\text(backslash|asciicircum|asciitilde|less|greater|bar|quotedbl|asciigrave)\{\}"
    rest = re.sub(rf"{known}|\\[{{}}$&#%_]|\{{\}}", "", latex_text(text))
    assert not set(rest) & set("\\{}$&#%_^~\n\r\x00")
