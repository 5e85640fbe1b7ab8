"""The scales of the plot: binding or kinetic energy, counts per second or counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.plot.shown import Shown
from xps.numbers_text import power_of_ten

_RATE, _COUNTS = "counts/s", "counts"


@dataclass(frozen=True)
class Scales:
    """What the axes of the plot count in; curves and fits stay as they are.

    Attributes
    ----------
    kinetic : bool
        Kinetic energies as measured, where the photon energy is known.
    counts : bool
        Counts of the whole live time instead of counts per second, where it is known.
    """

    kinetic: bool = False
    counts: bool = False

    def kinetic_total(self, shown: Shown) -> float | None:
        """Return the sum of kinetic and corrected binding energy; None for a binding scale."""
        if not self.kinetic or not shown.is_binding or shown.photon_energy_ev is None:
            return None
        return shown.photon_energy_ev + shown.shift_ev

    def energy(self, shown: Shown, energy_ev: float) -> float:
        """Return an energy of the plot on this scale."""
        total = self.kinetic_total(shown)
        return energy_ev if total is None else total - energy_ev

    def energy_title(self, shown: Shown) -> str:
        """Return the label of the energy axis."""
        if not shown.is_binding:
            return "Kinetic energy / eV"
        return f"{'Binding' if self.kinetic_total(shown) is None else 'Kinetic'} energy / eV"

    def intensity_factor(self, shown: Shown) -> float:
        """Return what an intensity of the plot is multiplied by."""
        if self.counts and shown.intensity_unit == _RATE and shown.live_time_s is not None:
            return shown.live_time_s
        return 1.0

    def intensity_unit(self, shown: Shown) -> str:
        """Return the unit of intensities on this scale."""
        if self.intensity_factor(shown) != 1.0:
            return _COUNTS
        return "arbitrary units" if shown.intensity_unit == "arbitrary" else shown.intensity_unit

    def intensity_axis(self, shown: Shown) -> tuple[float, str]:
        """Return the factor of the intensity axis and its label, without many zeros."""
        factor, unit = self.intensity_factor(shown), self.intensity_unit(shown)
        largest = factor * float(np.max(np.abs(shown.intensity), initial=0.0))
        power = int(np.floor(np.log10(largest))) if largest > 0.0 else 0
        if -2 < power < 5:
            return factor, f"Intensity / {unit}"
        return factor * 10.0**-power, f"Intensity / {power_of_ten(power)} {unit}"
