"""A second, independent way to calculate a spectrum, against which the fit is checked.

It shares no code with `xps.lineshapes`, `xps.backgrounds` or `xps.kernel`: lines and their
integrals are closed forms (powers of one half, arctangent, error function) instead of sums over
the points. An agreement is then no agreement of one mistake with itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xps.spectrum import Spectrum

Floats = NDArray[np.float64]

_LN2 = math.log(2.0)


@dataclass(frozen=True)
class TrueDoublet:
    """Two Gaussian-Lorentzian lines, mixed by height, of areas 2 : 1. Energies in eV."""

    name: str
    area: float
    center: float
    fwhm: float
    mixing: float = 0.3
    splitting: float = 1.18

    def _lines(self) -> tuple[tuple[float, float], ...]:
        """Area and center of each line."""
        return (
            (2.0 / 3.0 * self.area, self.center),
            (1.0 / 3.0 * self.area, self.center + self.splitting),
        )

    def _areas(self) -> tuple[float, float]:
        """Areas of the Gaussian and of the Lorentzian part of a line of unit height."""
        half = 0.5 * self.fwhm
        gauss = (1.0 - self.mixing) * half * math.sqrt(math.pi / _LN2)
        return gauss, self.mixing * half * math.pi

    def density(self, energy: Floats) -> Floats:
        """Counts per eV at each energy."""
        height = 1.0 / sum(self._areas())
        total = np.zeros_like(energy)
        for area, center in self._lines():
            squared = ((energy - center) / (0.5 * self.fwhm)) ** 2
            gauss, lorentz = np.power(0.5, squared), 1.0 / (1.0 + squared)
            total += area * height * ((1.0 - self.mixing) * gauss + self.mixing * lorentz)
        return total

    def integral(self, low: float, energy: Floats) -> Floats:
        """Counts from `low` to each energy."""
        return self._below(energy) - self._below(np.array([low]))

    def _below(self, energy: Floats) -> Floats:
        from scipy.special import erf

        gauss_area, lorentz_area = self._areas()
        total = np.zeros_like(energy)
        for area, center in self._lines():
            u = (energy - center) / (0.5 * self.fwhm)
            gauss = 0.5 * (1.0 + erf(u * math.sqrt(_LN2)))
            lorentz = 0.5 + np.arctan(u) / math.pi
            whole = gauss_area + lorentz_area
            total += area * (gauss_area * gauss + lorentz_area * lorentz) / whole
        return total


@dataclass(frozen=True)
class TrueSpectrum:
    """Doublets on ``offset + slope·(E − E_low) + k·∫ doublets``, in counts."""

    doublets: tuple[TrueDoublet, ...]
    low: float
    high: float
    step: float
    offset: float
    slope: float
    k: float

    @property
    def energy(self) -> Floats:
        """Binding energies, ascending."""
        return np.linspace(self.low, self.high, round((self.high - self.low) / self.step) + 1)

    @property
    def areas(self) -> Floats:
        """True areas."""
        return np.array([doublet.area for doublet in self.doublets])

    def expected(self) -> Floats:
        """Expected counts of each point."""
        energy = self.energy
        counts = self.offset + self.slope * (energy - self.low)
        for doublet in self.doublets:
            counts = counts + doublet.density(energy)
            counts = counts + self.k * doublet.integral(self.low, energy)
        return counts

    def measured(self, random: np.random.Generator) -> Spectrum:
        """One measurement of S 2p, of one second a point."""
        return Spectrum(
            self.energy,
            random.poisson(self.expected()).astype(np.float64),
            name="selfcheck",
            sample="selfcheck",
            core_level="S 2p",
            photon_energy_ev=1486.6,
            dwell_s=1.0,
            sweeps=1.0,
        )


_ARGYRODITE = (
    # name, share, binding energy, FWHM
    ("li2s", 0.10, 160.1, 1.15),
    ("ps4", 0.62, 161.6, 1.15),
    ("p_s_p", 0.13, 162.9, 1.15),
    ("sulfite", 0.05, 166.7, 1.5),
    ("sulfate", 0.10, 168.8, 1.5),
)


def argyrodite(tallest: float, *, step: float = 0.1) -> TrueSpectrum:
    """Return S 2p of a cycled argyrodite, 157 to 173 eV.

    Parameters
    ----------
    tallest : float
        Expected counts of the tallest point; the background holds about a third of them.
    step : float
        Distance of the points in eV.
    """

    def scaled(by: float) -> TrueSpectrum:
        doublets = tuple(
            TrueDoublet(name, 3000.0 * share * by, center, fwhm)
            for name, share, center, fwhm in _ARGYRODITE
        )
        return TrueSpectrum(doublets, 157.0, 173.0, step, 600.0 * by, -1.8 * by, 0.03)

    return scaled(tallest / float(scaled(1.0).expected().max()))


def background_only(level: float, *, step: float = 0.1) -> TrueSpectrum:
    """Return a spectrum without any peak, of `level` counts."""
    return TrueSpectrum((), 157.0, 173.0, step, level, -0.003 * level, 0.0)
