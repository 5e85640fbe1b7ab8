"""Spectra that the recipe does not model exactly: bias, and whether the errors own up to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.truth.cell import Measurement
from benchmarks.truth.figure import Figure, Floats, Row, fraction, median
from benchmarks.truth.spectra import NORMAL, TITLES, fitted, random_of, recipe_for
from xps.errors import XpsError
from xps.independent import TrueSpectrum
from xps.systematic import systematic


@dataclass(frozen=True)
class MisfitCell:
    """Spectra of one truth, fitted by the recipe as it is shipped.

    Attributes
    ----------
    title : str
    truth : TrueSpectrum
    limit : float
        Bias asked for, percent.
    stretches : bool
        Whether a bias inside stat ⊕ syst is let pass beyond the limit.
    owned : bool
        Whether it must lie inside stat ⊕ syst too.
    """

    title: str
    truth: TrueSpectrum
    limit: float
    stretches: bool = False
    owned: bool = False
    spectra: int = 200

    @property
    def name(self) -> str:
        return self.title

    def measure(self, number: int) -> Measurement:
        spectrum = self.truth.measured(random_of(self.title, number))
        fit = fitted(spectrum, recipe_for(NORMAL))
        if fit is None:
            return {}
        try:
            found = systematic(fit, spectrum).areas
        except XpsError:
            return {}
        scale = 100.0 / self.truth.areas
        return {
            "off": (scale * (fit.areas - self.truth.areas)).tolist(),
            "stat": (scale * np.sqrt(np.diag(fit.area_covariance))).tolist(),
            "syst": (scale * [found[id_] for id_ in TITLES]).tolist(),
        }

    def rows(self, found: Sequence[Measurement]) -> list[Row]:
        good = [one for one in found if one]
        off, stat, syst = (np.array([one[key] for one in good]) for key in ("off", "stat", "syst"))
        error = np.hypot(stat, syst)
        typical = np.median(error, axis=0)
        inside = np.abs(off) <= 2.0 * error
        bias = {id_: self._asked(median(off[:, i]), typical[i]) for i, id_ in enumerate(TITLES)}
        count = f"{len(good)} of {len(found)}"
        held = {id_: fraction(inside[:, i]) for i, id_ in enumerate(TITLES)}
        return [
            Row((self.title, "median bias / %", count), bias),
            Row((self.title, "stat / %", count), _figures(np.median(stat, axis=0))),
            Row((self.title, "syst / %", count), _figures(np.median(syst, axis=0))),
            Row((self.title, "off by less than 2 (stat ⊕ syst) / % of spectra", count), held),
            Row((self.title, "bias without noise / %", ""), _figures(self._without_noise())),
        ]

    def _without_noise(self) -> Floats:
        """Bias in percent of the fit to the expected counts."""
        expected = self.truth.expected()
        spectrum = self.truth.measured(random_of("", 0)).with_(intensity=expected)
        fit = fitted(spectrum, recipe_for(NORMAL))
        if fit is None:
            raise ValueError(f"{self.title}: the expected counts cannot be fitted")
        bias: Floats = 100.0 * (fit.areas / self.truth.areas - 1.0)
        return bias

    def _asked(self, figure: Figure, error: float) -> Figure:
        limit = self.limit
        if self.stretches:
            limit = max(limit, error)
        if self.owned:
            limit = min(limit, error)
        return figure.asked(-limit, limit)


def _figures(values: Floats) -> dict[str, Figure]:
    return {id_: Figure(float(value)) for id_, value in zip(TITLES, values, strict=True)}


COLUMNS = {id_: (title, ".1f") for id_, title in TITLES.items()}
HEADS = ("truth", "figure", "spectra")

DOSE = 10_000.0
