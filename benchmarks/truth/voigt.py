"""Voigt lines, fitted by the recipe's sum of a Gaussian and a Lorentzian."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.truth.cell import Table
from benchmarks.truth.figure import Floats
from benchmarks.truth.misfit import COLUMNS, DOSE, HEADS, MisfitCell
from benchmarks.truth.spectra import NORMAL, truth_in
from xps.independent import TrueDoublet, TrueSpectrum

_NODES = np.linspace(-8.0, 8.0, 4001)  # of the Gaussian, in its standard deviations
_LIMIT = 4.0


@dataclass(frozen=True)
class VoigtDoublet(TrueDoublet):
    """A doublet of Voigt lines; `lorentz` is the FWHM of the Lorentzian in eV."""

    lorentz: float = 0.3

    @property
    def _sigma(self) -> float:
        """Of the Gaussian: Olivero and Longbothum's width, solved for it (2·10⁻⁴)."""
        gauss = (self.fwhm - 0.5346 * self.lorentz) ** 2 - 0.2166 * self.lorentz**2
        return math.sqrt(gauss / (8.0 * math.log(2.0)))

    def density(self, energy: Floats) -> Floats:
        from scipy.special import voigt_profile

        total = np.zeros_like(energy)
        for area, center in self._lines():
            total += area * voigt_profile(energy - center, self._sigma, 0.5 * self.lorentz)
        return total

    def _below(self, energy: Floats) -> Floats:
        weight = np.exp(-0.5 * _NODES**2)
        weight /= weight.sum()
        total = np.zeros_like(energy)
        for area, center in self._lines():
            u = (energy[:, None] - center - self._sigma * _NODES) / (0.5 * self.lorentz)
            total += area * ((0.5 + np.arctan(u) / math.pi) @ weight)
        return total


def _voigt(lorentz: float) -> TrueSpectrum:
    truth = truth_in(NORMAL, DOSE)
    doublets = tuple(
        VoigtDoublet(d.name, d.area, d.center, d.fwhm, lorentz=lorentz) for d in truth.doublets
    )
    return replace(truth, doublets=doublets)


TABLE = Table(
    "voigt",
    "a bias of no more than 4 %, or inside stat ⊕ syst, widened by three Monte-Carlo errors",
    HEADS,
    COLUMNS,
    tuple(
        MisfitCell(f"Lorentzian {lorentz:g} eV wide", _voigt(lorentz), _LIMIT, stretches=True)
        for lorentz in (0.1, 0.3, 0.5)
    ),
)
