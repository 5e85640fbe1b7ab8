"""Pieces of HTML. Text from files enters through `escaped`, and nothing else makes markup."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Html:
    """Markup that is safe to insert; made by the functions of this module."""

    source: str


Content = str | Html


def escaped(content: Content) -> str:
    """Return text with everything special replaced; markup as it is.

    Control characters, which may turn the direction of writing or break a parser, become
    spaces.
    """
    if isinstance(content, Html):
        return content.source
    visible = "".join(c if c.isprintable() or c == "\n" else " " for c in content)
    return html.escape(visible, quote=True)


def element(name: str, *content: Content, **attributes: str) -> Html:
    """Return ``<name attributes>content</name>``; ``class_`` stands for class, "" for none."""
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(value)}"'
        for key, value in attributes.items()
        if value
    )
    return Html(f"<{name}{pairs}>{''.join(map(escaped, content))}</{name}>")


def joined(parts: Iterable[Content]) -> Html:
    """Return parts one after the other, each on a line of the source."""
    return Html("\n".join(map(escaped, parts)))


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Attributes
    ----------
    content : str or Html
    title : str
        Shown when the mouse rests on it: why a number is missing, say.
    style : str
        CSS class: "number", "weak" ...
    """

    content: Content
    title: str = ""
    style: str = ""


def table(
    head: Sequence[Content], rows: Iterable[Sequence[Cell | Content]], *, style: str = ""
) -> Html:
    """Return a table; the first cell of each row is its header."""
    top = element("tr", *(element("th", text, scope="col") for text in head))
    body = [element("tr", *(_cell(cell, i == 0) for i, cell in enumerate(row))) for row in rows]
    whole = element("table", element("thead", top), element("tbody", joined(body)), class_=style)
    return element("div", whole, class_="table")


def _cell(cell: Cell | Content, first: bool) -> Html:
    if not isinstance(cell, Cell):
        cell = Cell(cell)
    scope = "row" if first else ""
    name = "th" if first else "td"
    return element(name, cell.content, scope=scope, title=cell.title, class_=cell.style)


def items(texts: Iterable[Content]) -> Html:
    """Return a list."""
    return element("ul", joined(element("li", text) for text in texts))
