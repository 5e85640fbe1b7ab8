"""Pairs of samples, fitted together with joint shapes: differences found where there are any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.truth.cell import Measurement, Table
from benchmarks.truth.figure import Figure, Row, fraction
from benchmarks.truth.spectra import (
    REGION,
    SPECIES,
    TITLES,
    drawn_from_expectations,
    random_of,
    with_areas,
)
from xps.comparison import compare, joint_comparison_fit
from xps.engine import solve
from xps.errors import FitError
from xps.fitted import RegionFit
from xps.fitting import recorded
from xps.independent import TrueSpectrum, argyrodite
from xps.minimizer import RegionMinimizer
from xps.model import BACKGROUND_ID, Ref
from xps.problem import compile_problem
from xps.project import ChargeReference, Entry, Project

_COUNTS = 1000.0
_LEVEL = 0.05
_CALIBRATED = (3.5, 6.5)  # percent of p-values below the level
_FOUND = 95.0  # percent
_STRONG = 3.0  # sigma
_SIDE = tuple(id_ for id_ in SPECIES if id_ != "ps4")
_SMALLEST, _LARGEST = 0.005, 0.2  # areas of side species, in that of all of them


def _measured(
    first: TrueSpectrum, second: TrueSpectrum, random: np.random.Generator
) -> Measurement:
    """P-values of the differences, and by how many errors each species is there in the first."""
    truths = {"bare": first, "coated": second}
    spectra = [truth.measured(random).with_(sample=name) for name, truth in truths.items()]
    project = Project().with_spectra(tuple(spectra))
    for entry, truth in zip(project.entries, truths.values(), strict=True):
        project = project.with_fit(_solved(truth, entry))
    try:
        joint = joint_comparison_fit(project)
    except FitError:
        return {}
    base, found = joint.fits[0], {}
    for one in compare(project, "bare", joint).differences:
        stderr = base.stderr(Ref(one.species, "area"))
        if one.p_value is None or one.p_value_adjusted is None or stderr is None:
            continue
        area = next(doublet.area for doublet in first.doublets if doublet.name == one.species)
        found[one.species] = [one.p_value, one.p_value_adjusted, area / stderr]
    return found


def _solved(truth: TrueSpectrum, entry: Entry) -> RegionFit:
    """The fit of one spectrum, from the truth on: a start, as the joint fit finds its own way."""
    values = {Ref(BACKGROUND_ID, name): getattr(truth, name) for name in ("offset", "slope", "k")}
    for doublet in truth.doublets:
        for name in ("area", "center", "fwhm", "mixing"):
            ref = Ref(doublet.name, name)
            if REGION.param(ref).link is None:
                values[ref] = getattr(doublet, name)
    region = replace(REGION, id=entry.id, spectrum=entry.id).with_values(values)
    problem = compile_problem(region, entry.spectrum, 0.0)
    result = RegionMinimizer(problem, region).recorded(solve(problem))
    return recorded(region, entry.spectrum, ChargeReference(), problem, result, {})


@dataclass(frozen=True)
class EqualCell:
    """Pairs of one truth, as the recipe expects it, with other amounts of side species in each."""

    name: str = "no difference"
    spectra: int = 2000

    def truth(self, random: np.random.Generator) -> TrueSpectrum:
        """What both samples of a pair are made of."""
        truth = drawn_from_expectations(argyrodite(_COUNTS), random)
        logs = random.uniform(np.log(_SMALLEST), np.log(_LARGEST), len(_SIDE))
        areas = dict(zip(_SIDE, truth.areas.sum() * np.exp(logs), strict=True))
        return with_areas(truth, areas).with_tallest(_COUNTS)

    def measure(self, number: int) -> Measurement:
        random = random_of(f"compare {self.name}", number)
        truth = self.truth(random)
        return _measured(truth, truth, random)

    def rows(self, found: Sequence[Measurement]) -> list[Row]:
        fitted = f"{sum(map(bool, found))} of {len(found)}"
        return [
            Row((f"{self.name}, {title}", "0.1 eV", fitted), _rates(found, strong=strong))
            for strong, title in ((True, "species of 3σ or more"), (False, "weaker species"))
        ]


@dataclass(frozen=True)
class HalvedCell:
    """Pairs that differ by half the sulfate, of 10 % in the base, in the share of all species."""

    step: float
    tallest: float = _COUNTS
    spectra: int = 400

    @property
    def name(self) -> str:
        return f"halved, {self.step:g} eV, {self.tallest:g} counts"

    def measure(self, number: int) -> Measurement:
        random = random_of(f"compare {self.name}", number)
        nominal = argyrodite(self.tallest, step=self.step)
        truth = drawn_from_expectations(nominal, random).with_tallest(self.tallest)
        return _measured(truth, _halved(truth).with_tallest(self.tallest), random)

    def rows(self, found: Sequence[Measurement]) -> list[Row]:
        fitted = [one for one in found if "sulfate" in one]
        adjusted = np.array([one["sulfate"][1] for one in fitted])
        hits = fraction(adjusted < _LEVEL)
        labels = (
            f"sulfate halved, {self.tallest:g} counts",
            f"{self.step:g} eV",
            f"{len(fitted)} of {len(found)}",
        )
        return [Row(labels, {"found": hits.asked(_FOUND, None, 0.0)})]


def _halved(truth: TrueSpectrum) -> TrueSpectrum:
    """The same with half the share of sulfate."""
    sulfate = next(doublet.area for doublet in truth.doublets if doublet.name == "sulfate")
    others = truth.areas.sum() - sulfate
    share = 0.5 * sulfate / truth.areas.sum()
    return with_areas(truth, {"sulfate": others * share / (1.0 - share)})


def _rates(found: Sequence[Measurement], *, strong: bool) -> dict[str, Figure]:
    """How often p is below the level: of all species that are so strong, and of each."""
    low, high = _CALIBRATED
    bounds = (low if strong else None, high, 0.0)
    chosen = [
        {id_: p for id_, (p, _, sigma) in one.items() if (sigma >= _STRONG) == strong}
        for one in found
    ]
    figures = {
        id_: fraction(np.array([one[id_] < _LEVEL for one in chosen if id_ in one]))
        for id_ in SPECIES
        if any(id_ in one for one in chosen)
    }
    # species of one pair are not independent: each pair counts as one draw, by its hits
    hits = np.array([sum(p < _LEVEL for p in one.values()) for one in chosen], dtype=float)
    sizes = np.array([len(one) for one in chosen], dtype=float)
    rate = hits.sum() / sizes.sum()
    error = np.linalg.norm(hits - rate * sizes) / sizes.sum()
    pooled = Figure(100.0 * float(rate), 100.0 * float(error))
    return {"pooled": pooled.asked(*bounds)} | {
        id_: figure.asked(*bounds) for id_, figure in figures.items()
    }


_CELLS: tuple[EqualCell | HalvedCell, ...] = (
    EqualCell(),
    HalvedCell(0.05),
    HalvedCell(0.1, tallest=1600.0),
    HalvedCell(0.1),
)

TABLE = Table(
    "compare",
    "p < 0.05 in 3.5 to 6.5 % of pairs without a difference, for species of 3σ or more, and in at "
    "most 6.5 % for weaker ones; half the sulfate found, with an adjusted p < 0.05, in at least "
    "95 % at 1,000 counts",
    ("pairs", "step", "fits"),
    {"pooled": ("p < 0.05, all / %", ".1f")}
    | {id_: (f"{title} / %", ".1f") for id_, title in TITLES.items()}
    | {"found": ("halving found / %", ".1f")},
    _CELLS,
)
