"""How often 95 % intervals hold the truth: tight windows, few counts, weak species."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.truth.cell import Measurement, Table
from benchmarks.truth.figure import Row, fraction
from benchmarks.truth.spectra import (
    NORMAL,
    TIGHT,
    TITLES,
    Window,
    drawn_from_expectations,
    fitted,
    random_of,
    recipe_for,
    truth_in,
    with_areas,
)
from xps.bootstrap import bootstrap
from xps.error_budget import Interval
from xps.fitted import RegionFit
from xps.independent import TrueSpectrum
from xps.model import Ref
from xps.profile import profile_all
from xps.spectrum import Spectrum

DRAWS = 200
_ASKED = (93.0, 97.0)
_METHODS = ("profile", "bootstrap")


@dataclass(frozen=True)
class CoverageCell:
    """Spectra of one window and dose, their weak species scaled."""

    title: str
    window: Window
    tallest: float
    drawn: bool
    areas: dict[str, float] = field(default_factory=dict)  # times those of the standard sample
    draws: int = DRAWS
    spectra: int = 200

    @property
    def name(self) -> str:
        return f"{self.title} {'drawn' if self.drawn else 'fixed'}"

    def truth(self) -> TrueSpectrum:
        standard = truth_in(self.window, self.tallest)
        return with_areas(
            standard,
            {d.name: self.areas.get(d.name, 1.0) * d.area for d in standard.doublets},
        )

    def measure(self, number: int) -> Measurement:
        random = random_of(self.name, number)
        truth = self.truth()
        if self.drawn:
            truth = drawn_from_expectations(truth, random)
        spectrum = truth.measured(random)
        fit = fitted(spectrum, recipe_for(self.window))
        if fit is None:
            return {}
        areas = truth.areas.tolist()
        repeated = bootstrap(fit, spectrum, draws=self.draws, seed=number).errors()
        return {
            "profile": [
                interval.holds(area)
                for interval, area in zip(_profiles(fit, spectrum), areas, strict=True)
            ],
            "bootstrap": [
                repeated.areas[id_].confidence_95.holds(area)
                for id_, area in zip(TITLES, areas, strict=True)
            ],
        }

    def rows(self, found: Sequence[Measurement]) -> list[Row]:
        return list(self._rows([one for one in found if one], len(found)))

    def _rows(self, good: Sequence[Measurement], of: int) -> Iterator[Row]:
        for method in _METHODS:
            inside = np.array([one[method] for one in good], dtype=bool)
            figures = {id_: fraction(inside[:, i]) for i, id_ in enumerate(TITLES)}
            figures["pooled"] = fraction(inside)
            labels = (
                self.title,
                "drawn" if self.drawn else "at the means",
                method,
                f"{len(good)} of {of}",
            )
            yield Row(labels, {key: figure.asked(*_ASKED) for key, figure in figures.items()})


def _profiles(fit: RegionFit, spectrum: Spectrum) -> list[Interval]:
    refs = [Ref(id_, "area") for id_ in TITLES]
    found = profile_all(fit, spectrum, refs)
    return [found[ref].confidence_95 for ref in refs]


def _cells() -> Iterator[CoverageCell]:
    for drawn in (True, False):
        yield CoverageCell("tight window, 1,000 counts", TIGHT, 1000.0, drawn)
        yield CoverageCell("250 counts", NORMAL, 250.0, drawn)
        # Of the standard sample at 1,000 counts SO₃ has 3.4 and SO₄ 5.9 standard errors.
        weak = {"sulfite": 0.3, "sulfate": 0.35}
        yield CoverageCell("SO₃ at 1σ, SO₄ at 2σ", NORMAL, 1000.0, drawn, weak)
        other = {"sulfite": 0.9, "sulfate": 0.17}
        yield CoverageCell("SO₃ at 3σ, SO₄ at 1σ", NORMAL, 1000.0, drawn, other)


TABLE = Table(
    "coverage",
    "93 to 97 %, widened by three Monte-Carlo errors",
    ("spectra of", "truth", "intervals from", "spectra"),
    {
        **{id_: (f"{title} / %", ".1f") for id_, title in TITLES.items()},
        "pooled": ("pooled / %", ".1f"),
    },
    tuple(_cells()),
)
