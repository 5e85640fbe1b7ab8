"""Simulated spectra of known truth, made without any of the code that they test.

Lines are Gaussian-Lorentzian sums mixed by height, as in CasaXPS, or true Voigt lines. The
background under them is ``offset + slope·(E − E_low) + k·∫ peaks + t·∫ K(T) peaks(E − T) dT``.
The integral of the sums is the closed form of the error function and the arctangent, that of
Voigt lines is taken by adaptive quadrature, and that of the losses on a ten times finer grid,
from far below the window on.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import erf, voigt_profile

from xps.spectrum import Spectrum

Floats = NDArray[np.float64]

# Areas of curves of unit height and unit full width at half maximum.
GAUSS_AREA = 1.0644670194312262
LORENTZ_AREA = 1.5707963267948966

# Tougaard's loss functions: B, C and D as published, with the sign of C that each form has.
LOSS_FUNCTIONS: dict[str, Callable[[Floats], Floats]] = {
    "u2": lambda t: 2866 * t / (1643 + t**2) ** 2,
    "u3-polymer": lambda t: 434 * t / ((551 - t**2) ** 2 + 436 * t**2),
    "u3-sio2": lambda t: 325 * t / ((542 - t**2) ** 2 + 275 * t**2),
    "u3-si": lambda t: 132 * t / ((325 - t**2) ** 2 + 96 * t**2),
    "u3-ge": lambda t: 73 * t / ((260 - t**2) ** 2 + 62 * t**2),
    "u3-al": lambda t: 16.5 * t / ((230 - t**2) ** 2 + 4.5 * t**2),
}
FAR_BELOW_EV = 20.0


@dataclass(frozen=True)
class Peak:
    """A singlet, or a doublet where `splitting` is not zero. Widths and energies in eV.

    With `gauss` and `lorentz`, the full widths of its two parts, it is made of true Voigt lines,
    and `fwhm` and `mixing` mean nothing.
    """

    name: str
    area: float
    center: float
    fwhm: float
    mixing: float = 0.3
    splitting: float = 1.18
    ratio: float = 0.5
    gauss: float | None = None
    lorentz: float | None = None

    def lines(self) -> tuple[tuple[float, float], ...]:
        """Area and center of each line."""
        if self.splitting == 0.0:
            return ((self.area, self.center),)
        major = self.area / (1.0 + self.ratio)
        return ((major, self.center), (self.area - major, self.center + self.splitting))

    def _line_height(self) -> float:
        """Of a line of unit area."""
        return 1.0 / (self.fwhm * ((1.0 - self.mixing) * GAUSS_AREA + self.mixing * LORENTZ_AREA))

    def density(self, energy: Floats) -> Floats:
        """Counts per eV at each energy."""
        if self.gauss is not None:
            return sum(
                (area * self._voigt(energy - center) for area, center in self.lines()),
                np.zeros_like(energy),
            )
        total = np.zeros_like(energy)
        for area, center in self.lines():
            d = (energy - center) / (0.5 * self.fwhm)
            gauss, lorentz = 0.5 ** (d * d), 1.0 / (1.0 + d * d)
            total += area * (gauss + self.mixing * (lorentz - gauss))
        return total * self._line_height()

    def _voigt(self, distance: Floats) -> Floats:
        assert self.gauss is not None
        assert self.lorentz is not None
        sigma = self.gauss / math.sqrt(8.0 * math.log(2.0))
        return voigt_profile(distance, sigma, self.lorentz / 2.0)

    def _voigt_below(self, energy: Floats) -> Floats:
        """Area at lower binding energy: one half at the center, and from there outwards."""
        total = np.zeros_like(energy)
        for area, center in self.lines():
            places, order = np.unique(np.append(energy, center), return_inverse=True)
            pieces = [
                quad(lambda e, at=center: float(self._voigt(e - at)), a, b, epsabs=1e-13)[0]
                for a, b in pairwise(places)
            ]
            below = np.concatenate(([0.0], np.cumsum(pieces)))[order]
            total += area * (0.5 + below[:-1] - below[-1])
        return total

    def cumulative(self, energy: Floats) -> Floats:
        """Area at lower binding energy."""
        if self.gauss is not None:
            return self._voigt_below(energy)
        lorentz_share = self.mixing * LORENTZ_AREA * self.fwhm * self._line_height()
        total = np.zeros_like(energy)
        for area, center in self.lines():
            d = (energy - center) / (0.5 * self.fwhm)
            gauss = 0.5 * (1.0 + erf(d * math.sqrt(math.log(2.0))))
            lorentz = 0.5 + np.arctan(d) / math.pi
            total += area * ((1.0 - lorentz_share) * gauss + lorentz_share * lorentz)
        return total


@dataclass(frozen=True)
class Truth:
    """Peaks on a background with a step."""

    peaks: tuple[Peak, ...]
    low: float
    high: float
    step: float
    offset: float
    slope: float
    k: float
    core_level: str = "S 2p"
    t: float = 0.0
    loss: str = "u2"

    @property
    def energy(self) -> Floats:
        """Binding energies, ascending."""
        return self.low + self.step * np.arange(round((self.high - self.low) / self.step) + 1)

    @property
    def areas(self) -> Floats:
        return np.array([peak.area for peak in self.peaks])

    def expected(self) -> Floats:
        """Counts that nature expects in each channel."""
        return self._expected.copy()

    @cached_property
    def _expected(self) -> Floats:
        energy = self.energy
        curve = self.offset + self.slope * (energy - self.low)
        for peak in self.peaks:
            curve = curve + peak.density(energy)
            if self.k != 0.0:
                curve = curve + self.k * peak.cumulative(energy)
        return curve + self.t * self.lost() if self.t != 0.0 else curve

    def lost(self) -> Floats:
        """Counts of electrons that arrive in each channel after a loss, for t = 1."""
        fine_step = self.step / 10.0
        below = round(FAR_BELOW_EV / fine_step)
        fine = self.low + fine_step * np.arange(-below, 10 * (self.energy.size - 1) + 1)
        peaks = sum((peak.density(fine) for peak in self.peaks), np.zeros_like(fine))
        kernel = LOSS_FUNCTIONS[self.loss](fine - fine[0])
        return np.convolve(peaks, kernel)[below : fine.size : 10] * fine_step

    def counts(self, seed: int | tuple[int, ...]) -> Floats:
        """One measurement."""
        return np.random.default_rng(seed).poisson(self.expected()).astype(np.float64)

    def spectrum(self, seed: int | tuple[int, ...] | None, **changes: Any) -> Spectrum:
        """One measurement of one second per channel, or the expectation for no seed."""
        fields: dict[str, Any] = {
            "name": "simulated",
            "sample": "simulated",
            "core_level": self.core_level,
            "photon_energy_ev": 1486.6,
            "dwell_s": 0.1,
            "sweeps": 10.0,
        }
        counts = self.expected() if seed is None else self.counts(seed)
        return Spectrum(self.energy, counts, **(fields | changes))

    def scaled(self, factor: float) -> Truth:
        """The same sample measured longer."""
        return replace(
            self,
            peaks=tuple(replace(p, area=factor * p.area) for p in self.peaks),
            offset=factor * self.offset,
            slope=factor * self.slope,
        )

    def with_tallest(self, counts: float) -> Truth:
        """The same sample measured until the tallest channel expects so many counts."""
        return self.scaled(counts / float(self.expected().max()))

    def with_area(self, name: str, area: float) -> Truth:
        """The same with another area of one peak."""
        assert name in [peak.name for peak in self.peaks]
        return replace(
            self,
            peaks=tuple(replace(p, area=area) if p.name == name else p for p in self.peaks),
        )


ARGYRODITE_SHARES = {
    "li2s": 0.10,
    "ps4": 0.62,
    "p_s_p": 0.13,
    "sulfite": 0.05,
    "sulfate": 0.10,
}
_ARGYRODITE_PLACES = {
    "li2s": (160.1, 1.15),
    "ps4": (161.6, 1.15),
    "p_s_p": (162.9, 1.15),
    "sulfite": (166.7, 1.5),
    "sulfate": (168.8, 1.5),
}


def argyrodite(tallest: float = 10_000.0, *, step: float = 0.05) -> Truth:
    """S 2p of a cycled argyrodite: PS4 3/2 line to background as 1000 to 600.

    Parameters
    ----------
    tallest : float
        Expected counts of the tallest channel, background included.
    step : float
        Of the channels, eV.
    """
    background = 600.0
    ps4 = Peak("ps4", 1.0, *_ARGYRODITE_PLACES["ps4"])
    whole = 1000.0 / float(ps4.density(np.array([ps4.center]))[0]) / ARGYRODITE_SHARES["ps4"]
    # `whole` puts the sum of both PS4 lines at 1000 above the background
    peaks = tuple(
        Peak(name, share * whole, *_ARGYRODITE_PLACES[name])
        for name, share in ARGYRODITE_SHARES.items()
    )
    return Truth(peaks, 157.0, 173.0, step, background, -0.003 * background, 0.03).with_tallest(
        tallest
    )


def oxide(tallest: float = 10_000.0, *, step: float = 0.05) -> Truth:
    """O 1s of a layered oxide: lattice oxygen, the 531.6 eV manifold, and C-O."""
    peaks = (
        Peak("lattice_o", 1000.0, 529.3, 1.1, splitting=0.0),
        Peak("o_manifold", 2200.0, 531.6, 1.6, splitting=0.0),
        Peak("c_o", 700.0, 533.1, 1.6, splitting=0.0),
    )
    return Truth(peaks, 524.0, 538.5, step, 600.0, -1.8, 0.03, "O 1s").with_tallest(tallest)


def benchmark_p1() -> Truth:
    """P1 of the benchmark: four doublets, mixed by height so as to have 30 % Lorentzian area."""
    mixing = height_mixing(0.3)
    lines = ((26000, 161.70, 1.10), (5200, 163.10, 1.30), (3000, 167.00, 1.40), (6500, 168.90, 1.5))
    peaks = tuple(
        Peak(f"c{i}", 1.5 * area, center, fwhm, mixing)
        for i, (area, center, fwhm) in enumerate(lines)
    )
    return Truth(peaks, 155.0, 175.0, 0.05, 3000.0, 0.0, 0.06)


def height_mixing(area_share: float) -> float:
    """Height mixing of a sum curve whose Lorentzian holds `area_share` of the area."""
    gauss = (1.0 - area_share) / GAUSS_AREA
    lorentz = area_share / LORENTZ_AREA
    return lorentz / (gauss + lorentz)
