"""Whether the channels of repeated measurements scatter as counts do.

Counts of one channel in several measurements have a variance equal to their mean, whatever the
spectrum looks like (index of dispersion: Fisher, Thornton and Mackenzie, Ann. Appl. Biol. 9
(1922) 325). Measurements may differ by a common factor each; what changes smoothly along the
spectrum is kept apart by comparing neighboring channels (mean square successive difference:
von Neumann et al., Ann. Math. Stat. 12 (1941) 153).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from xps.errors import SpectrumError
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]
Verdict = Literal["poisson", "over-dispersed", "under-dispersed"]

UNLIKELY = 1e-3
"""Chance below which a difference from counting noise is reported."""

_LEAST_COUNTS = 10.0  # expected in a cell: fewer are added up with their neighbors
_LEAST_CHANNELS = 8
_REPETITIONS = ("loop", "scan", "sweep", "repeat", "repetition", "iteration")


@dataclass(frozen=True)
class Dispersion:
    """How repeated measurements scatter.

    Attributes
    ----------
    spectra, channels : int
        Compared; channels of few counts are added up.
    factor : float
        Variance over that of counts.
    interval_95 : (float, float)
        Of `factor`.
    p_value : float
        Two-sided chance of such a factor where the noise is that of counts.
    verdict : {"poisson", "over-dispersed", "under-dispersed"}
    change_p_value : float
        Chance of such an agreement of neighboring channels where nothing but a common factor
        changes from one measurement to the next.
    """

    spectra: int
    channels: int
    factor: float
    interval_95: tuple[float, float]
    p_value: float
    verdict: Verdict
    change_p_value: float

    @property
    def changed(self) -> bool:
        """Whether the spectrum itself changed; smoothed data tell nothing about it."""
        return self.verdict != "under-dispersed" and self.change_p_value < UNLIKELY


def dispersion(spectra: Sequence[Spectrum]) -> Dispersion:
    """Compare the scatter of repeated measurements with that of counts.

    The expected counts of channel i in measurement j are ``R_i C_j / N``, with the sums over
    channels and over measurements; ``r = (y − e)/√e``; the factor is
    ``Σ (r_{i+1,j} − r_{i,j})² / (2 (n − 1)(k − 1))`` with n channels and k measurements, and
    has the χ² distribution with 2/3 of (n − 1)(k − 1) degrees of freedom.

    Parameters
    ----------
    spectra : sequence of Spectrum
        Two or more on the same energies, of known counts.

    Raises
    ------
    SpectrumError
        If they cannot be compared.
    """
    from scipy.special import chdtr, chdtrc, chdtri, ndtr

    table = _merged(_counts(spectra))
    channels, repeats = table.shape
    if channels < _LEAST_CHANNELS:
        raise SpectrumError(
            f"too few counts to compare {repeats} measurements",
            "measure longer",
            where=_name(spectra),
        )
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    residual = (table - expected) / np.sqrt(expected)
    pairs = (channels - 1) * (repeats - 1)
    factor = float(np.sum(np.diff(residual, axis=0) ** 2)) / (2.0 * pairs)
    freedom = 2.0 * pairs / 3.0
    p_value = 2.0 * min(
        float(chdtr(freedom, factor * freedom)), float(chdtrc(freedom, factor * freedom))
    )
    verdict: Verdict = "poisson"
    if p_value < UNLIKELY:
        verdict = "over-dispersed" if factor > 1.0 else "under-dispersed"
    agreement = float(np.sum(residual[1:] * residual[:-1]) / np.sum(residual**2))
    return Dispersion(
        repeats,
        channels,
        factor,
        (
            factor * freedom / float(chdtri(freedom, 0.025)),
            factor * freedom / float(chdtri(freedom, 0.975)),
        ),
        min(p_value, 1.0),
        verdict,
        float(ndtr(-agreement * math.sqrt(pairs))),
    )


def place_of(spectrum: Spectrum) -> tuple[tuple[str, float], ...]:
    """Return the place of a spectrum in a series, without numbers that count repetitions."""
    return tuple(step for step in spectrum.series if step[0].casefold() not in _REPETITIONS)


def measurement_of(spectrum: Spectrum) -> Hashable:
    """Return what repetitions of a measurement have in common."""
    return (
        spectrum.sample,
        spectrum.core_level,
        spectrum.axis,
        spectrum.energy_ev.tobytes(),
        spectrum.photon_energy_ev,
        spectrum.pass_energy_ev,
        place_of(spectrum),
    )


def repeated(spectra: Iterable[Spectrum]) -> list[tuple[Spectrum, ...]]:
    """Find the repeated measurements among spectra.

    They are of one sample and core level, on the same energies, of known counts, and at the same
    place of a series, but for a number that only counts repetitions. Copies are left out, and
    sums of sweeps.
    """
    groups: dict[object, dict[bytes, Spectrum]] = {}
    for spectrum in spectra:
        if spectrum.core_level is None or spectrum.counts is None or spectrum.summed:
            continue
        groups.setdefault(measurement_of(spectrum), {}).setdefault(
            spectrum.intensity.tobytes(), spectrum
        )
    return [tuple(group.values()) for group in groups.values() if len(group) > 1]


def _counts(spectra: Sequence[Spectrum]) -> Floats:
    """Counts; shape (channels, measurements)."""
    if len(spectra) < 2:
        raise SpectrumError("one measurement has nothing to compare with", where=_name(spectra))
    columns = []
    for spectrum in spectra:
        counts = spectrum.counts
        if counts is None:
            raise SpectrumError(
                "the counts are unknown", "give dwell time and sweeps", where=_name(spectra)
            )
        if (counts < 0.0).any():
            raise SpectrumError("negative counts", "load the raw data", where=_name(spectra))
        if not np.array_equal(spectrum.energy_ev, spectra[0].energy_ev):
            raise SpectrumError("the energies differ", where=_name(spectra))
        columns.append(counts)
    return np.stack(columns, axis=1)


def _merged(table: Floats) -> Floats:
    """Neighboring channels added up until each cell expects enough counts."""
    whole = table.sum()
    least = float(table.sum(axis=0).min()) / whole if whole > 0.0 else 0.0
    rows: list[Floats] = []
    row = np.zeros(table.shape[1])
    for channel in table:
        row = row + channel
        if row.sum() * least >= _LEAST_COUNTS:
            rows.append(row)
            row = np.zeros(table.shape[1])
    return np.array(rows).reshape(len(rows), table.shape[1])


def _name(spectra: Sequence[Spectrum]) -> str:
    return spectra[0].name or spectra[0].core_level or "" if spectra else ""
