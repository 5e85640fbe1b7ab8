"""A second, independent way to calculate a spectrum, against which the fit is checked.

It shares no code with `xps.lineshapes`, `xps.backgrounds`, `xps.losses` or `xps.kernel`: lines
and their integrals are closed forms (powers of one half, arctangent, error function) instead of
sums over the points; true Voigt lines are scipy's, integrated by Gauss and Legendre's rule, and
inelastic losses are summed on a grid ten times as fine. An agreement is then no agreement of one
mistake with itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xps.spectrum import Spectrum

Floats = NDArray[np.float64]

_LN2 = math.log(2.0)
_FINER = 10

# B, C and D in eV²; no D for the form of two parameters.
_LOSSES: dict[str, tuple[float, float, float | None]] = {
    "u2": (2866.0, 1643.0, None),
    "u3-polymer": (434.0, 551.0, 436.0),
    "u3-sio2": (325.0, 542.0, 275.0),
    "u3-si": (132.0, 325.0, 96.0),
    "u3-ge": (73.0, 260.0, 62.0),
    "u3-al": (16.5, 230.0, 4.5),
}


def loss_density(name: str, loss: Floats) -> Floats:
    """Tougaard's probability of each energy loss ≥ 0, per eV."""
    b, c, d = _LOSSES[name]
    if d is None:
        return b * loss / np.square(c + loss**2)
    return b * loss / (np.square(c - loss**2) + d * loss**2)


@dataclass(frozen=True)
class TrueDoublet:
    """Two lines: Gaussian-Lorentzian sums mixed by height, or true Voigt lines.

    They are Voigt lines where `gauss` and `lorentz` are given, the full widths at half maximum
    of the two curves that are folded; `fwhm` and `mixing` are without meaning then. The second
    line has the share `second_line` of the area: zero for a singlet. Energies are in eV.
    """

    name: str
    area: float
    center: float
    fwhm: float
    mixing: float = 0.3
    splitting: float = 1.18
    second_line: float = 1.0 / 3.0
    gauss: float | None = None
    lorentz: float | None = None

    def __post_init__(self) -> None:
        if (self.gauss is None) != (self.lorentz is None):
            raise ValueError("a Voigt line has both gauss and lorentz")

    def _lines(self) -> tuple[tuple[float, float], ...]:
        """Area and center of each line."""
        return (
            ((1.0 - self.second_line) * self.area, self.center),
            (self.second_line * self.area, self.center + self.splitting),
        )

    def _areas(self) -> tuple[float, float]:
        """Areas of the Gaussian and of the Lorentzian part of a line of unit height."""
        half = 0.5 * self.fwhm
        gauss = (1.0 - self.mixing) * half * math.sqrt(math.pi / _LN2)
        return gauss, self.mixing * half * math.pi

    def density(self, energy: Floats) -> Floats:
        """Counts per eV at each energy."""
        if self.gauss is not None and self.lorentz is not None:
            return self._voigt(energy, self.gauss, self.lorentz)
        height = 1.0 / sum(self._areas())
        total = np.zeros_like(energy)
        for area, center in self._lines():
            squared = ((energy - center) / (0.5 * self.fwhm)) ** 2
            gauss, lorentz = np.power(0.5, squared), 1.0 / (1.0 + squared)
            total += area * height * ((1.0 - self.mixing) * gauss + self.mixing * lorentz)
        return total

    def _voigt(self, energy: Floats, gauss: float, lorentz: float) -> Floats:
        from scipy.special import voigt_profile

        sigma, gamma = gauss / math.sqrt(8.0 * _LN2), 0.5 * lorentz
        lines = (area * voigt_profile(energy - at, sigma, gamma) for area, at in self._lines())
        total: Floats = sum(lines, np.zeros_like(energy))
        return total

    def integral(self, low: float, energy: Floats) -> Floats:
        """Counts from `low` to each energy; the energies ascend."""
        if self.gauss is not None:
            return self._by_quadrature(low, energy)
        return self._below(energy) - self._below(np.array([low]))

    def _by_quadrature(self, low: float, energy: Floats) -> Floats:
        """Sum of eight-point Gauss-Legendre integrals between neighboring energies."""
        nodes, weights = np.polynomial.legendre.leggauss(8)
        edges = np.concatenate(([low], energy))
        half = 0.5 * np.diff(edges)
        places = edges[:-1, None] + half[:, None] * (1.0 + nodes)
        pieces = self.density(places.ravel()).reshape(places.shape) @ weights
        total: Floats = np.cumsum(half * pieces)
        return total

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
    """Doublets on offset + slope·(E − E_low) + k·∫ doublets + t·∫ K(T) doublets(E − T) dT.

    In counts; both integrals begin at `low`. The loss function K is named by `loss`.
    """

    doublets: tuple[TrueDoublet, ...]
    low: float
    high: float
    step: float
    offset: float
    slope: float
    k: float
    t: float = 0.0
    loss: str = "u2"

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
        return self._expected.copy()

    @cached_property
    def _expected(self) -> Floats:
        energy = self.energy
        counts = self.offset + self.slope * (energy - self.low)
        for doublet in self.doublets:
            counts = counts + doublet.density(energy)
            if self.k != 0.0:
                counts = counts + self.k * doublet.integral(self.low, energy)
        return counts + self.t * self._lost() if self.t != 0.0 else counts

    def _lost(self) -> Floats:
        """Electrons that arrive at each point after an energy loss, for t = 1."""
        fine = np.linspace(self.low, self.high, _FINER * (self.energy.size - 1) + 1)
        peaks = sum((doublet.density(fine) for doublet in self.doublets), np.zeros_like(fine))
        peaks[0] *= 0.5  # trapezoids; at the other end no loss is zero
        lost = np.convolve(peaks, loss_density(self.loss, fine - self.low))[: fine.size : _FINER]
        lost *= fine[1] - fine[0]
        return lost

    def scaled(self, by: float) -> TrueSpectrum:
        """The same sample measured `by` times as long."""
        return replace(
            self,
            doublets=tuple(replace(doublet, area=by * doublet.area) for doublet in self.doublets),
            offset=by * self.offset,
            slope=by * self.slope,
        )

    def with_tallest(self, counts: float) -> TrueSpectrum:
        """The same sample measured until its tallest point expects so many counts."""
        return self.scaled(counts / float(self._expected.max()))

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
    doublets = tuple(
        TrueDoublet(name, 3000.0 * share, center, fwhm) for name, share, center, fwhm in _ARGYRODITE
    )
    truth = TrueSpectrum(doublets, 157.0, 173.0, step, 600.0, -1.8, 0.03)
    return truth.with_tallest(tallest)


def background_only(level: float, *, step: float = 0.1) -> TrueSpectrum:
    """Return a spectrum without any peak, of `level` counts."""
    return TrueSpectrum((), 157.0, 173.0, step, level, -0.003 * level, 0.0)
