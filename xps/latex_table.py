"""The table for a supporting information in LaTeX, as a page takes it in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from xps import __version__
from xps.errors import XpsError
from xps.escaping import latex_text
from xps.printed_table import PrintedTable, printed_table
from xps.project import Project

LABEL = "tab:xps-components"
_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ", "0123456789+−n", strict=True))
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₓᵣₙ", "0123456789+−xrn", strict=True))
_RAISING = str.maketrans({plain: raised for raised, plain in _SUPERSCRIPTS.items()})
_RAISED = re.compile(f"[{''.join(_SUPERSCRIPTS)}]+")
_LOWERED = re.compile(f"[{''.join(_SUBSCRIPTS)}]+")
_POWER = re.compile(r"\)e(−?[0-9]+)$")
_SIGNS = {
    "±": r"\ensuremath{\pm}",
    "−": r"\ensuremath{-}",
    "×": r"\ensuremath{\times}",
    "Δ": r"\ensuremath{\Delta}",
    "α": r"\ensuremath{\alpha}",
    "β": r"\ensuremath{\beta}",
    "δ": r"\ensuremath{\delta}",
    "η": r"\ensuremath{\eta}",
    "θ": r"\ensuremath{\theta}",
    "λ": r"\ensuremath{\lambda}",
    "ν": r"\ensuremath{\nu}",
    "π": r"\ensuremath{\pi}",
    "σ": r"\ensuremath{\sigma}",
    "χ": r"\ensuremath{\chi}",
    "≤": r"\ensuremath{\le}",
    "≥": r"\ensuremath{\ge}",
    "≈": r"\ensuremath{\approx}",
    "∝": r"\ensuremath{\propto}",
    "∞": r"\ensuremath{\infty}",
    "→": r"\ensuremath{\rightarrow}",
    "·": r"\textperiodcentered{}",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "…": r"\dots{}",
    "°": r"\textdegree{}",
    "µ": r"\textmu{}",
    "’": "'",
}
_BEYOND = "% Some names have letters that pdfLaTeX lacks: use LuaLaTeX with a font that has them.\n"


def latex_bytes(project: Project, failures: Mapping[str, XpsError] | None = None) -> bytes:
    """Return the table of `printed_table` as LaTeX, in UTF-8; text from files is escaped.

    Needs the packages booktabs and longtable. Its label is `LABEL`.
    """
    body = "".join(f"{line}\n" for line in _lines(printed_table(project, failures)))
    letters = body.encode("latin-1", "replace").count(b"?") > body.count("?")
    head = (
        f"% Results of Doublet {__version__}.\n"
        "% In the preamble: \\usepackage{booktabs,longtable}\n"
        f"% In the text: Table~\\ref{{{LABEL}}}\n"
    )
    return (head + _BEYOND * letters + body).encode("utf-8", "replace")


def typeset(text: str) -> str:
    """Return text for LaTeX, with raised and lowered digits and the signs that it knows."""
    written = latex_text(text)
    written = _RAISED.sub(lambda found: _shifted("super", found[0], _SUPERSCRIPTS), written)
    written = _LOWERED.sub(lambda found: _shifted("sub", found[0], _SUBSCRIPTS), written)
    return "".join(_SIGNS.get(letter, letter) for letter in written)


def _power(text: str) -> str:
    """Write the power of ten of a number as people do."""
    return _POWER.sub(lambda found: f")×10{found[1].translate(_RAISING)}", text)


def _shifted(where: str, letters: str, plain: Mapping[str, str]) -> str:
    return f"\\text{where}script{{{''.join(plain[letter] for letter in letters)}}}"


def _lines(table: PrintedTable) -> Iterator[str]:
    many = len(table.head)
    yield r"\begingroup\footnotesize\setlength{\tabcolsep}{3pt}"
    yield r"\setlength{\LTcapwidth}{0.9\linewidth}"
    yield f"\\begin{{longtable}}{{p{{0.22\\linewidth}}{'r' * (many - 1)}}}"
    yield f"\\caption{{{typeset(table.caption)}}}\\label{{{LABEL}}}\\\\"
    yield from _head(table)
    yield r"\endfirsthead"
    yield f"\\multicolumn{{{many}}}{{l}}{{\\tablename~\\thetable{{}}, continued}}\\\\"
    yield from _head(table)
    yield r"\endhead"
    yield r"\bottomrule"
    yield r"\endfoot"
    for number, section in enumerate(table.sections):
        if number:
            yield r"\addlinespace"
        title = f"\\textbf{{{typeset(section.title)}}}"
        yield f"\\multicolumn{{{many}}}{{p{{0.9\\linewidth}}}}{{{title}}} \\\\*"
        yield from map(_row, section.rows)
    yield r"\end{longtable}"
    if table.notes:
        yield f"\\noindent {typeset(' '.join(table.notes))}"
    yield r"\par\endgroup"


def _head(table: PrintedTable) -> Iterator[str]:
    yield r"\toprule"
    yield _row(table.head)
    yield r"\midrule"


def _row(cells: tuple[str, ...]) -> str:
    # In braces, so that no name is taken for the argument of the line break before it.
    written = (cells[0], *map(_power, cells[1:]))
    return " & ".join(f"{{{typeset(cell)}}}" for cell in written) + r" \\"
