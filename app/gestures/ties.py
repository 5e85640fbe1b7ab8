"""Ties as they are typed: the letter of a component, with a distance or a ratio."""

from __future__ import annotations

import re

from app.gestures.gestures import short_name
from app.plot.curve_items import letter_of
from app.widgets.numerals import MINUS, parse_number, plain_number
from xps.errors import XpsError
from xps.model import Link, Ref, Region

NOT_TIED = "–"
_TYPED = re.compile(rf"=?\s*([A-Za-z]{{1,2}})\s*(?:([+\-{MINUS}×x*])\s*([\d.,]+))?\s*(?:eV)?\s*\Z")


def link_choice(region: Region, link: Link) -> str:
    """Return a link as a list offers it, e.g. "= A  PS₄³⁻" or "= A + 1.18"."""
    number = [component.id for component in region.components].index(link.target.component)
    letter = letter_of(number)
    if link.kind == "same":
        return f"= {letter}  {short_name(region.components[number].name)}"
    if link.kind == "ratio":
        return f"= {letter} × {plain_number(link.amount)}"
    sign = MINUS if link.amount < 0.0 else "+"
    return f"= {letter} {sign} {plain_number(abs(link.amount))}"


def typed_link(region: Region, parameter: str, text: str) -> Link | None:
    """Return the link that a person typed, such as "A + 1.18", "= B × 0,5" or "–" for none.

    Raises
    ------
    XpsError
        If it is none, or there is no such component.
    """
    plain = text.split("  ")[0].strip()
    if plain in ("", NOT_TIED, "-", MINUS):
        return None
    found = _TYPED.match(plain)
    amount = None if found is None or found[3] is None else parse_number(found[3])
    if found is None or (found[3] is not None and amount is None):
        raise XpsError(
            f"“{text.strip()}” is no tie", "type e.g. A, A + 1.18 or A × 0.5, or – for none"
        )
    letters = [letter_of(number) for number in range(len(region.components))]
    if found[1].upper() not in letters:
        raise XpsError(f"there is no component {found[1].upper()}", f"use {', '.join(letters)}")
    target = Ref(region.components[letters.index(found[1].upper())].id, parameter)
    if amount is None:
        return Link("same", target)
    if found[2] in "×x*":
        return Link("ratio", target, amount)
    return Link("offset", target, amount if found[2] == "+" else -amount)
