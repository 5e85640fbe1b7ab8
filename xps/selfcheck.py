"""Proof on this machine that fits and error bars are right: simulate, fit, compare.

Truth comes from `xps.independent`, seeds are fixed, and each limit is what chance alone would
exceed once in some ten thousand numbers.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xps import __version__
from xps.analysis import fit
from xps.cancel import Cancelled, raising
from xps.errors import FitError
from xps.fitted import RegionFit
from xps.independent import TrueSpectrum, argyrodite, background_only
from xps.model import Ref
from xps.profile import profile_interval
from xps.recipe import Recipe, load_recipe

Floats = NDArray[np.float64]

FORMAT = "doublet.selfcheck/1"

_SEED = 20240501
_RECIPE = "argyrodite-s2p"
_CHANCE = 1e-4
_SIGMAS = 4.0
_BIAS = 0.01  # beyond chance, that an area may be off
_SIGMA = 0.07  # beyond chance, that an error may be off
_COVERAGE = {68: 0.6827, 95: 0.95}


@dataclass(frozen=True)
class Figure:
    """A number that was measured, and where it must lie."""

    value: float
    low: float
    high: float

    @property
    def passed(self) -> bool:
        """Whether it lies there."""
        return self.low <= self.value <= self.high

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "passed": self.passed,
        }


@dataclass(frozen=True)
class Cell:
    """One kind of spectra, measured many times.

    Attributes
    ----------
    name : str
    spectra : int
    failures : int
        Fits that did not succeed; none may fail.
    figures : dict
        By component and name: "bias" (relative), "error" (reported over true scatter),
        "coverage_68" and "coverage_95".
    """

    name: str
    spectra: int
    failures: int
    figures: dict[str, dict[str, Figure]]

    @property
    def passed(self) -> bool:
        """Whether nothing failed and every figure lies where it must."""
        all_figures = [figure for by_name in self.figures.values() for figure in by_name.values()]
        return self.failures == 0 and all(figure.passed for figure in all_figures)


@dataclass(frozen=True)
class Selfcheck:
    """What the self-check found.

    Attributes
    ----------
    cells : tuple of Cell
    noise_spectra, noise_refused : int
        Spectra without any peak, and how many of them were refused as such.
    seconds : float
    """

    cells: tuple[Cell, ...]
    noise_spectra: int
    noise_refused: int
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether all is as it must be."""
        return all(cell.passed for cell in self.cells) and self.noise_refused == self.noise_spectra

    def to_dict(self) -> dict[str, Any]:
        """Return the ``doublet.selfcheck/1`` object."""
        return {
            "format": FORMAT,
            "version": __version__,
            "passed": self.passed,
            "seconds": self.seconds,
            "cells": [
                {
                    "name": cell.name,
                    "spectra": cell.spectra,
                    "failures": cell.failures,
                    "passed": cell.passed,
                    "components": [
                        {"id": id_} | {name: figure.to_dict() for name, figure in figures.items()}
                        for id_, figures in cell.figures.items()
                    ],
                }
                for cell in self.cells
            ],
            "noise": {
                "spectra": self.noise_spectra,
                "refused": self.noise_refused,
                "passed": self.noise_refused == self.noise_spectra,
            },
        }

    def to_text(self) -> str:
        """Return it as a table for people."""
        lines = []
        for cell in self.cells:
            lines += [f"{cell.name}: {cell.spectra} spectra, {cell.failures} failed", _HEAD]
            lines += [_row(id_, figures) for id_, figures in cell.figures.items()]
            lines.append("")
        verdict = "PASSED" if self.passed else "FAILED"
        return "\n".join(
            [
                *lines,
                f"background without a peak: {self.noise_refused} of {self.noise_spectra} refused",
                f"selfcheck {verdict} in {self.seconds:.1f} s",
            ]
        )


def selfcheck(
    strong: int = 100,
    weak: int = 40,
    empty: int = 12,
    *,
    cancelled: Cancelled | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Selfcheck:
    """Simulate spectra, fit them, and compare with the truth.

    Parameters
    ----------
    strong, weak, empty : int
        Numbers of spectra: of 10,000 counts, of 1,000 counts, and without a peak.
    cancelled : callable, optional
        Asked before each spectrum; True ends the check.
    progress : callable, optional
        Told after each spectrum how many are done, and of how many.

    Raises
    ------
    CancelledError
        If it was cancelled.
    """
    began = time.perf_counter()
    recipe = load_recipe(_RECIPE)
    ask = raising(cancelled, "the selfcheck")
    total = strong + weak + empty

    def steps(count: int, before: int) -> Iterator[int]:
        for number in range(count):
            ask()
            yield number
            if progress is not None:
                progress(before + number + 1, total)

    weak_numbers = (weak + number for number in steps(weak, strong))
    cells = (
        _covariance_cell(argyrodite(10_000.0), recipe, steps(strong, 0)),
        _profile_cell(argyrodite(1000.0), recipe, weak_numbers, ("sulfite", "sulfate")),
    )
    refused = sum(_is_refused(recipe, number) for number in steps(empty, strong + weak))
    return Selfcheck(cells, empty, refused, time.perf_counter() - began)


def _covariance_cell(truth: TrueSpectrum, recipe: Recipe, numbers: Iterable[int]) -> Cell:
    """Areas and standard errors of every component."""
    fits = [_fitted(truth, recipe, number) for number in numbers]
    good = [found for found in fits if found is not None]
    areas = np.array([found.areas for found in good])
    errors = np.sqrt([np.diag(found.area_covariance) for found in good])
    figures = {}
    for i, doublet in enumerate(truth.doublets):
        off, error = areas[:, i] - doublet.area, errors[:, i]
        figures[doublet.name] = {
            "bias": _bias(off / doublet.area),
            "error": _error_ratio(off, error),
            "coverage_68": _coverage(68, np.abs(off) < error),
            "coverage_95": _coverage(95, np.abs(off) < 1.959964 * error),
        }
    return Cell("10,000 counts, covariance", len(fits), len(fits) - len(good), figures)


def _profile_cell(
    truth: TrueSpectrum, recipe: Recipe, numbers: Iterable[int], components: tuple[str, ...]
) -> Cell:
    """Intervals of weak components."""
    inside: dict[str, list[tuple[bool, bool]]] = {id_: [] for id_ in components}
    spectra = failures = 0
    for number in numbers:
        spectra += 1
        found = _fitted(truth, recipe, number)
        if found is None:
            failures += 1
            continue
        measured = truth.measured(_random(number))
        for doublet in truth.doublets:
            if doublet.name in components:
                both = profile_interval(found, measured, Ref(doublet.name, "area"))
                inside[doublet.name].append(
                    (
                        both.confidence_68.holds(doublet.area),
                        both.confidence_95.holds(doublet.area),
                    )
                )
    figures = {
        id_: {
            "coverage_68": _coverage(68, np.array([narrow for narrow, _ in pairs])),
            "coverage_95": _coverage(95, np.array([wide for _, wide in pairs])),
        }
        for id_, pairs in inside.items()
    }
    return Cell("1,000 counts, profile likelihood", spectra, failures, figures)


def _random(number: int) -> np.random.Generator:
    return np.random.default_rng((_SEED, number))


def _fitted(truth: TrueSpectrum, recipe: Recipe, number: int) -> RegionFit | None:
    result = fit([truth.measured(_random(number))], recipe)
    return result.regions[0] if result.success else None


def _is_refused(recipe: Recipe, number: int) -> bool:
    level = 10.0 ** (2.0 + number % 3)
    result = fit([background_only(level).measured(_random(number))], recipe)
    return all(isinstance(error, FitError) for error in result.failures.values()) and bool(
        result.failures
    )


def _bias(relative: Floats) -> Figure:
    chance = _SIGMAS * float(relative.std(ddof=1)) / math.sqrt(relative.size)
    return Figure(float(relative.mean()), -_BIAS - chance, _BIAS + chance)


def _error_ratio(off: Floats, error: Floats) -> Figure:
    chance = _SIGMA + _SIGMAS / math.sqrt(2.0 * (off.size - 1))
    value = float(np.sqrt(np.mean(error**2)) / off.std(ddof=1))
    return Figure(value, max(1.0 - chance, 0.0), 1.0 + chance)


def _coverage(percent: int, inside: NDArray[np.bool_]) -> Figure:
    from scipy.stats import binom

    share, size = _COVERAGE[percent], inside.size
    low, high = (float(binom.ppf(at, size, share)) / size for at in (_CHANCE, 1.0 - _CHANCE))
    return Figure(float(inside.mean()), low, high)


_HEAD = f"  {'component':<12}{'bias / %':>12}{'error':>10}{'in 68 %':>10}{'in 95 %':>10}"


def _row(id_: str, figures: dict[str, Figure]) -> str:
    return f"  {id_:<12}" + "".join(_columns(figures))


def _columns(figures: dict[str, Figure]) -> Iterator[str]:
    for name, width, factor, decimals in (
        ("bias", 12, 100.0, 2),
        ("error", 10, 1.0, 2),
        ("coverage_68", 10, 100.0, 0),
        ("coverage_95", 10, 100.0, 0),
    ):
        figure = figures.get(name)
        text = "" if figure is None else f"{factor * figure.value:.{decimals}f}"
        yield f"{text + ('!' if figure is not None and not figure.passed else ''):>{width}}"
