"""The points of a spectrum that a region takes: corrected energies, counts and their noise."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from xps.errors import FitError
from xps.noise import Noise, equal_noise, noise_of
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Measured:
    """Points in a window, in ascending binding energy.

    Attributes
    ----------
    energy_ev : ndarray, shape (n,)
        Corrected binding energies.
    observed : ndarray, shape (n,)
        Counts; where these are not known, as many as the scatter suggests.
    noise : Noise
    whole : Measured or None
        All points of the spectrum that these were taken from.
    """

    energy_ev: Floats
    observed: Floats
    noise: Noise
    whole: Measured | None = field(default=None, repr=False)

    @property
    def intensity(self) -> Floats:
        """The points in the intensity unit of the noise model."""
        intensity: Floats = self.observed / self.noise.counts_per_unit
        return intensity

    def between(self, low: float, high: float) -> Measured:
        """Return the points from `low` to `high` eV, both included."""
        inside = slice(
            int(np.searchsorted(self.energy_ev, low - _EDGE)),
            int(np.searchsorted(self.energy_ev, high + _EDGE)),
        )
        return Measured(self.energy_ev[inside], self.observed[inside], self.noise, self)

    def weighed_equally(self) -> Measured:
        """Return the points with the same variance everywhere, estimated from their scatter."""
        noise, scale = equal_noise(self.noise, self.observed)
        return Measured(self.energy_ev, self.observed * scale, noise, self.whole)


def channels_between(
    spectrum: Spectrum, shift_ev: float, low: float, high: float
) -> NDArray[np.intp]:
    """Return which channels `measured(spectrum, shift_ev).between(low, high)` takes, in order.

    Raises
    ------
    FitError
        As `measured`.
    """
    numbered = spectrum.with_(
        intensity=np.arange(spectrum.n_points), unit="counts", dwell_s=None, sweeps=None
    )
    return measured(numbered, shift_ev).between(low, high).observed.astype(np.intp)


_EDGE = 1e-6  # eV: a point on the window's edge belongs to it, whatever its last digit


def measured(spectrum: Spectrum, shift_ev: float = 0.0) -> Measured:
    """Return all points of a spectrum that are not masked, with a charge shift applied.

    Raises
    ------
    FitError
        If the spectrum has no binding energies, or holds negative counts.
    """
    where = spectrum.name or spectrum.core_level or ""
    energy = spectrum.binding_energy_ev
    if energy is None:
        raise FitError(
            "kinetic energies without a photon energy",
            "state the photon energy of the X-ray source",
            where=where,
        )
    counts = spectrum.counts
    recorded = spectrum.intensity if counts is None else counts
    if spectrum.masked_ev:
        energy, recorded = energy[spectrum.is_kept], recorded[spectrum.is_kept]
    if counts is not None and (recorded < 0.0).any():
        raise FitError(
            "negative counts",
            "load the raw data: something was subtracted from these",
            where=where,
        )
    noise = noise_of(spectrum, recorded)
    observed = recorded * noise.counts_per_unit if counts is None else recorded
    order = slice(None) if energy[0] < energy[-1] else slice(None, None, -1)
    return Measured(energy[order] + shift_ev, observed[order], noise)
