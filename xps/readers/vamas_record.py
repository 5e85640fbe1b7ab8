"""The records of a VAMAS file, as written: nothing is judged here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from xps.spectrum import Floats


class Quantity(NamedTuple):
    """A label with its unit, e.g. "Etch Time" in "s"; and its value, where it has one."""

    label: str
    unit: str
    value: float | None = None


@dataclass(frozen=True)
class Experiment:
    """The head of a VAMAS file."""

    institution: str
    instrument: str
    operator: str
    identifier: str
    comment: str
    mode: str
    scan: str
    positions: int
    variables: tuple[Quantity, ...]
    repeated: frozenset[int]
    """Numbers (1-40) of the block parameters given in the first block only."""
    block_upgrades: int
    n_blocks: int


class Head(NamedTuple):
    """When and by which technique a block was measured, and what was noted."""

    date: tuple[str, ...]
    comment: str
    technique: str


class Place(NamedTuple):
    """Where a block belongs in a map or series."""

    position: tuple[float | None, ...]
    variables: tuple[float | None, ...]


class Setup(NamedTuple):
    """How a block was measured: one record for all blocks of a map that say the same."""

    source_label: str
    source_energy_ev: float | None
    analyzer_mode: str
    pass_energy: float | None
    species: str
    transition: str
    abscissa: Quantity
    step: float | None
    columns: tuple[Quantity, ...]
    signal_mode: str
    dwell_s: float | None
    sweeps: float | None
    additional: tuple[Quantity, ...]


class Block(NamedTuple):
    """One block of a VAMAS file, as written; a tuple, since maps have 100,000.

    `values` has the shape (points, columns); missing values are NaN, and None in scalars.
    """

    number: int
    line: int
    name: str
    sample: str
    head: Head
    place: Place
    setup: Setup
    values: Floats
