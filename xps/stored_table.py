"""The tables of a report that hold a fit that a file carries against its refit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xps.casaxps.recovery import LARGE, PARAMETERS, Recovery, recovery
from xps.markup import Cell, Content, Html, element, joined, table
from xps.tables import RegionTable

_HEAD = (
    "Component",
    *("Center stored / eV", "refitted / eV"),
    *("FWHM stored / eV", "refitted / eV"),
    *("Area stored", "refitted"),
    "Change of the area",
)
_DECIMALS = {"center": 4, "fwhm": 4}


def stored_tables(tables: Sequence[RegionTable]) -> Iterator[Html]:
    """Yield one table for each region whose fit its file carries."""
    for part in tables:
        found = None if part.fit is None else recovery(part.fit, part.entry)
        if found is not None:
            style = "" if found.at_minimum else "banner"
            verdict = found.verdict[0].upper() + found.verdict[1:]
            yield joined(
                (
                    element("h3", f"{part.entry.sample} — {part.region.core_level}"),
                    element("p", f"{verdict}.", class_=style),
                    table(_HEAD, _rows(found)),
                    element(
                        "p",
                        f"Components above {LARGE:.0%} of the largest are judged; weaker ones are "
                        "in parentheses.",
                        class_="facts",
                    ),
                )
            )


def _rows(found: Recovery) -> Iterator[Sequence[Cell | Content]]:
    width = len(PARAMETERS)
    for start in range(0, len(found.numbers), width):
        numbers = found.numbers[start : start + width]
        name, area = numbers[0].name, numbers[-1]
        yield (
            name if area.is_large else f"({name})",
            *(
                Cell(_text(value, number.parameter), style="number")
                for number in numbers
                for value in (number.stored, number.refitted)
            ),
            Cell(f"{area.difference:+.1e}".replace("-", "−"), style="number"),
        )


def _text(value: float, parameter: str) -> str:
    if parameter in _DECIMALS:
        return f"{value:.{_DECIMALS[parameter]}f}"
    return f"{value:.6g}"
