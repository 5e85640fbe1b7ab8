"""Reported error over true scatter of the areas, where the model is that of the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.truth.cell import Measurement, Table
from benchmarks.truth.figure import Floats, Row, jackknifed
from benchmarks.truth.spectra import (
    NORMAL,
    TITLES,
    WIDE,
    Window,
    drawn_from_expectations,
    fitted,
    random_of,
    recipe_for,
    truth_in,
)

_STRONG = 5.0  # standard errors that an area must have to be judged
_EACH, _POOLED = (0.93, 1.07), (0.97, 1.03)


@dataclass(frozen=True)
class SigmaCell:
    """Spectra of one window and dose, of one sample or of samples as the recipe expects them."""

    window: Window
    tallest: float
    drawn: bool
    spectra: int = 1000

    @property
    def name(self) -> str:
        truth = "drawn" if self.drawn else "fixed"
        return f"{self.window[0]:g}-{self.window[1]:g} {self.tallest:g} {truth}"

    def measure(self, number: int) -> Measurement:
        random = random_of(self.name, number)
        truth = truth_in(self.window, self.tallest)
        if self.drawn:
            truth = drawn_from_expectations(truth, random)
        fit = fitted(truth.measured(random), recipe_for(self.window))
        if fit is None:
            return {}
        return {
            "off": (fit.areas - truth.areas).tolist(),
            "error": np.sqrt(np.diag(fit.area_covariance)).tolist(),
            "bound": bool(fit.at_bound),
        }

    def rows(self, found: Sequence[Measurement]) -> list[Row]:
        judged = [one for one in found if one and not one["bound"]]
        # shape (spectra, 2, species)
        sample = np.array([(one["off"], one["error"]) for one in judged])
        areas = truth_in(self.window, self.tallest).areas
        strong = areas >= _STRONG * np.sqrt(np.mean(sample[:, 1] ** 2, axis=0))
        # A recipe's expectation is an observation: only where it varies as it says does the
        # error promise to be the scatter.
        figures = {}
        for i, id_ in enumerate(TITLES):
            if strong[i]:
                figure = jackknifed(_ratio, sample[:, :, i : i + 1])
                figures[id_] = figure.asked(_EACH[0], _EACH[1] if self.drawn else None)
        pooled = jackknifed(_ratio, sample[:, :, strong])
        figures["pooled"] = pooled.asked(_POOLED[0], _POOLED[1] if self.drawn else None)
        labels = (
            f"{self.tallest:,.0f}",
            f"{self.window[0]:g}–{self.window[1]:g}",
            "drawn" if self.drawn else "at the means",
            f"{len(judged)} of {len(found)}",
        )
        return [Row(labels, figures)]


def _ratio(sample: Floats) -> float:
    """Reported error over scatter, both root mean squares; shape (spectra, 2, species).

    Species are pooled by the mean square of scatter over error.
    """
    scatter = sample[:, 0].var(axis=0, ddof=1)
    error = np.mean(sample[:, 1] ** 2, axis=0)
    return float(1.0 / np.sqrt(np.mean(scatter / error)))


TABLE = Table(
    "sigma",
    "0.93 to 1.07 for each species and 0.97 to 1.03 pooled, each widened by three Monte-Carlo "
    "errors, where the truth is drawn from the recipe's expectations; not below where it is fixed",
    ("counts", "window / eV", "truth", "spectra"),
    {**{id_: (title, ".3f") for id_, title in TITLES.items()}, "pooled": ("pooled", ".3f")},
    tuple(
        SigmaCell(window, tallest, drawn)
        for drawn in (True, False)
        for tallest in (10_000.0, 1000.0)
        for window in (NORMAL, WIDE)
    ),
)
