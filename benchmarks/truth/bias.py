"""Median bias of the weak species in a tight window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.truth.cell import Measurement, Table
from benchmarks.truth.figure import Row, median
from benchmarks.truth.spectra import (
    TIGHT,
    TITLES,
    drawn_from_expectations,
    fitted,
    random_of,
    recipe_for,
    truth_in,
)

_TALLEST = 1000.0
_ASKED, _ALLOWANCE = 1.0, 2.0  # percent, standard errors
_WEAK = ("sulfite", "sulfate")


@dataclass(frozen=True)
class BiasCell:
    """Spectra of 1,000 counts from 158.5 to 171 eV."""

    drawn: bool
    spectra: int = 10_000

    @property
    def name(self) -> str:
        return "drawn" if self.drawn else "fixed"

    def measure(self, number: int) -> Measurement:
        random = random_of(f"bias {self.name}", number)
        truth = truth_in(TIGHT, _TALLEST)
        if self.drawn:
            truth = drawn_from_expectations(truth, random)
        fit = fitted(truth.measured(random), recipe_for(TIGHT))
        if fit is None:
            return {}
        return {"off": (100.0 * (fit.areas / truth.areas - 1.0)).tolist()}

    def rows(self, found: Sequence[Measurement]) -> list[Row]:
        off = np.array([one["off"] for one in found if one])
        figures = {}
        for i, id_ in enumerate(TITLES):
            figures[id_] = median(off[:, i])
            if id_ in _WEAK:
                figures[id_] = figures[id_].asked(-_ASKED, _ASKED, _ALLOWANCE)
        truth = "drawn" if self.drawn else "at the means"
        return [Row((truth, f"{len(off):,} of {len(found):,}"), figures)]


TABLE = Table(
    "bias",
    "SO₃ and SO₄ within ±1 %, widened by two standard errors",
    ("truth", "spectra"),
    {id_: (f"{title} / %", "+.2f") for id_, title in TITLES.items()},
    (BiasCell(drawn=False), BiasCell(drawn=True)),
)
