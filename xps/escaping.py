"""Text from files is hostile: written so that a spreadsheet or LaTeX takes it for text.

HTML has `xps.markup`, figures draw no mathtext, and Qt is told that a text is plain.
"""

from __future__ import annotations

import re

# A spreadsheet takes text that starts so for a formula; the last four are full-width signs.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - meant

_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?( ± \d+([.,]\d+)?)?")

_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
}


def spreadsheet_text(text: str) -> str:
    """Return text for a cell; what a spreadsheet would take for a formula gets an apostrophe."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def tab_separated(rows: list[list[str]]) -> str:
    """Return a table for the clipboard: no cell is a formula, or more than one cell.

    A signed number, with or without its error, stays as it is.
    """
    return "\n".join("\t".join(_copied(_one_line(cell)) for cell in row) for row in rows)


def _copied(cell: str) -> str:
    return cell if _NUMBER.fullmatch(cell) else spreadsheet_text(cell)


def latex_text(text: str) -> str:
    """Return text for LaTeX: no command, no mathematics, no comment; controls become spaces.

    Double signs that fonts join, such as ``--`` or ``?```, are kept apart.
    """
    escaped = "".join(_LATEX.get(c, c) if c.isprintable() else " " for c in text)
    for pair in ("--", "''", "!`", "?`"):
        while pair in escaped:
            escaped = escaped.replace(pair, f"{pair[0]}{{}}{pair[1]}")
    return escaped


def _one_line(text: str) -> str:
    return text.replace("\t", " ").replace("\r", " ").replace("\n", " ")
