"""The tables in docs/reference/methods.md, between markers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from benchmarks.truth.cell import Table
from benchmarks.truth.figure import Figure, Row
from benchmarks.truth.run import ROOT

PAGE = ROOT / "docs" / "reference" / "methods.md"


def markdown(table: Table, rows: Sequence[Row]) -> str:
    """A table; what misses its bounds is bold."""
    titles = [title for title, _ in table.columns.values()]
    lines = [[*table.heads, *titles], ["---"] * (len(table.heads) + len(titles))]
    for row in rows:
        texts = [
            _text(row.figures[key], number) if key in row.figures else "–"
            for key, (_, number) in table.columns.items()
        ]
        lines.append([*row.labels, *texts])
    drawn = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{drawn}\n\nAsked: {table.asked}."


def in_page(page: str, name: str) -> str:
    """What stands between the markers of a table.

    Raises
    ------
    ValueError
        If the page has no such markers.
    """
    found = re.search(_between(name), page, re.DOTALL)
    if found is None:
        raise ValueError(f"no markers of {name}")
    return found[2].strip()


def with_table(page: str, name: str, text: str) -> str:
    """The page with a table written anew."""
    in_page(page, name)
    return re.sub(
        _between(name), lambda found: f"{found[1]}\n{text}\n{found[3]}", page, flags=re.DOTALL
    )


def _between(name: str) -> str:
    begin, end = (re.escape(f"<!-- truth:{word} {name} -->") for word in ("begin", "end"))
    return f"({begin})(.*?)({end})"


def _text(figure: Figure, number: str) -> str:
    text = f"{figure.value:{number}}".replace("-", "−")
    if figure.error:
        text += f" ± {figure.error:{number.lstrip('+')}}"
    return text if figure.passed else f"**{text}**"
