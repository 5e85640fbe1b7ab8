"""Voigt lines, fitted by the recipe's sum of a Gaussian and a Lorentzian."""

from __future__ import annotations

import math
from dataclasses import replace

from benchmarks.truth.cell import Table
from benchmarks.truth.misfit import COLUMNS, DOSE, HEADS, MisfitCell
from benchmarks.truth.spectra import NORMAL, truth_in
from xps.independent import TrueSpectrum

_LIMIT = 4.0


def _voigt(lorentz: float) -> TrueSpectrum:
    truth = truth_in(NORMAL, DOSE)
    doublets = tuple(
        replace(doublet, lorentz=lorentz, gauss=_gauss(doublet.fwhm, lorentz))
        for doublet in truth.doublets
    )
    return replace(truth, doublets=doublets)


def _gauss(fwhm: float, lorentz: float) -> float:
    """Width of the Gaussian: that of Olivero and Longbothum's line, solved for it (2·10⁻⁴)."""
    return math.sqrt((fwhm - 0.5346 * lorentz) ** 2 - 0.2166 * lorentz**2)


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
