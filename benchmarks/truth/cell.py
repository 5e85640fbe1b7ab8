"""What a table is made of: cells, each of many spectra that are measured one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from benchmarks.truth.figure import Row

Measurement = Mapping[str, Any]
"""Plain data of one spectrum, as JSON holds it; empty where its fit was refused or failed."""


class Cell(Protocol):
    """One kind of spectra.

    Attributes
    ----------
    name : str
        Unique in its table.
    spectra : int
        How many the full run measures.
    """

    @property
    def name(self) -> str: ...

    @property
    def spectra(self) -> int: ...

    def measure(self, number: int) -> Measurement:
        """Simulate and fit one spectrum."""
        ...

    def rows(self, found: Sequence[Measurement]) -> list[Row]:
        """Lines of the table from all measurements."""
        ...


@dataclass(frozen=True)
class Table:
    """Cells of one question.

    Attributes
    ----------
    name : str
    asked : str
        What was asked, for people.
    heads : tuple of str
        Over the labels of a row.
    columns : mapping of str to (str, str)
        Key of each figure, its title and its number format.
    cells : tuple of Cell
    """

    name: str
    asked: str
    heads: tuple[str, ...]
    columns: Mapping[str, tuple[str, str]]
    cells: tuple[Cell, ...]
