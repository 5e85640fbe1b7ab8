"""The spectrum: what the spectrometer recorded, frozen, with where it came from."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xps.errors import SpectrumError

Axis = Literal["binding", "kinetic"]
Unit = Literal["counts", "counts/s", "arbitrary"]
Floats = NDArray[np.float64]

AXES: tuple[Axis, ...] = ("binding", "kinetic")
UNITS: tuple[Unit, ...] = ("counts", "counts/s", "arbitrary")


@dataclass(frozen=True)
class Source:
    """Where a spectrum was read from.

    Attributes
    ----------
    file : str
        File name without its folder, so that a session holds no machine's paths.
    sha256 : str
        Hash of the whole file.
    reader : str
        Name of the reader.
    index : int
        Position of the spectrum in the file, from 0.
    """

    file: str
    sha256: str
    reader: str
    index: int


@dataclass(frozen=True)
class Sweep:
    """One of the spectra that a sum was made of.

    Attributes
    ----------
    name : str
    digest : str
        Of the spectrum without its masks.
    origin : Source or None
    shift_ev, stderr_ev : float or None
        How much higher its binding energies were than those of the first, and the error; None
        where the sum was not aligned.
    moved_ev : float
        What was taken off: the shift to a whole channel.
    """

    name: str
    digest: str
    origin: Source | None = None
    shift_ev: float | None = None
    stderr_ev: float | None = None
    moved_ev: float = 0.0


@dataclass(frozen=True, eq=False)
class Spectrum:
    """One measured (or simulated) spectrum, exactly as recorded.

    Nothing is ever corrected in place: the energies are those of the file, and a charge
    correction is a number beside them (see `xps.project.Sample`).

    Attributes
    ----------
    energy_ev : ndarray, shape (n,)
        Energies in eV, in the order of the file, read-only.
    intensity : ndarray, shape (n,)
        Intensities in `unit`, read-only.
    axis : {"binding", "kinetic"}
        What `energy_ev` means.
    unit : {"counts", "counts/s", "arbitrary"}
        Unit of `intensity`. "counts" are summed over all sweeps.
    name : str
        Name of the spectrum in its file, e.g. "S 2p Scan".
    sample : str
        Name of the sample.
    core_level : str or None
        E.g. "S 2p"; None where it is not known or is not one line (a survey).
    photon_energy_ev, pass_energy_ev : float or None
        In eV; None if unknown.
    dwell_s, sweeps : float or None
        Seconds per channel and sweep, and number of sweeps; None if unknown.
    transmission : ndarray, shape (n,), or None
        Relative transmission of the analyzer at each energy, read-only.
    monochromatic : bool or None
        Whether the X-ray source is monochromatic; None if the file does not say.
    source_label, instrument, acquired : str
        X-ray source, instrument and ISO date as far as the file tells; "" if unknown.
    notes : str
        The comment that the file carries for this spectrum.
    series : tuple of (str, float)
        Position in a series or map, e.g. ``(("Etch Time / s", 30.0),)``.
    warnings : tuple of str
        What the reader found doubtful about this spectrum.
    origin : Source or None
        The file it was read from.
    masked_ev : tuple of (float, float)
        Ranges of `energy_ev`, ends included, whose points a person left out of every fit, such
        as spikes; lower end first. The points themselves stay.
    summed : tuple of Sweep
        What it is the sum of; empty for a spectrum as it was recorded.

    Raises
    ------
    SpectrumError
        If lengths differ, energies are not finite or not strictly monotonic, an intensity is
        not finite, or a photon energy, pass energy or time is not above zero.
    """

    energy_ev: Floats
    intensity: Floats
    axis: Axis = "binding"
    unit: Unit = "counts"
    name: str = ""
    sample: str = ""
    core_level: str | None = None
    photon_energy_ev: float | None = None
    pass_energy_ev: float | None = None
    dwell_s: float | None = None
    sweeps: float | None = None
    transmission: Floats | None = None
    monochromatic: bool | None = None
    source_label: str = ""
    instrument: str = ""
    acquired: str = ""
    notes: str = field(default="", repr=False)
    series: tuple[tuple[str, float], ...] = ()
    warnings: tuple[str, ...] = ()
    origin: Source | None = None
    masked_ev: tuple[tuple[float, float], ...] = ()
    summed: tuple[Sweep, ...] = ()

    def __post_init__(self) -> None:
        where = self.name or self.core_level or ""
        if self.axis not in AXES or self.unit not in UNITS:
            raise SpectrumError(f"unknown axis {self.axis!r} or unit {self.unit!r}", where=where)
        for name in ("photon_energy_ev", "pass_energy_ev", "dwell_s", "sweeps"):
            number = getattr(self, name)
            if number is not None and (value := _positive(number, name, where)) is not number:
                object.__setattr__(self, name, value)
        energy = _frozen(self.energy_ev)
        intensity = _frozen(self.intensity)
        object.__setattr__(self, "energy_ev", energy)
        object.__setattr__(self, "intensity", intensity)
        if energy.ndim != 1 or energy.shape != intensity.shape:
            raise SpectrumError(
                f"{energy.size} energies but {intensity.size} intensities", where=where
            )
        if energy.size < 2:
            raise SpectrumError("fewer than two points", where=where)
        # Counting takes half the time of `all`, and maps have 100,000 spectra.
        if np.count_nonzero(np.isfinite(energy) & np.isfinite(intensity)) < energy.size:
            raise SpectrumError(
                "an energy or intensity is not a finite number",
                "remove the point or export the spectrum again",
                where=where,
            )
        if not _rises_or_falls(energy):
            raise SpectrumError(
                "the energies repeat or change direction",
                "export one sweep per spectrum, with each energy once",
                where=where,
            )
        if self.transmission is not None:
            transmission = _frozen(self.transmission)
            if transmission.shape != energy.shape:
                raise SpectrumError("the transmission has another length", where=where)
            object.__setattr__(self, "transmission", transmission)

        if not all(low <= high for low, high in self.masked_ev):
            raise SpectrumError("a masked range that ends before it begins", where=where)
        if self.masked_ev and np.count_nonzero(self.is_kept) < 2:
            raise SpectrumError(
                "fewer than two points are not masked", "mask fewer points", where=where
            )

    @property
    def n_points(self) -> int:
        """Number of channels."""
        return int(self.energy_ev.size)

    @cached_property
    def is_kept(self) -> NDArray[np.bool_]:
        """Which points are not masked, in file order; shape (n,), read-only."""
        kept = np.ones(self.energy_ev.shape, dtype=np.bool_)
        for low, high in self.masked_ev:
            kept &= (self.energy_ev < low) | (self.energy_ev > high)
        kept.setflags(write=False)
        return kept

    @cached_property
    def binding_energy_ev(self) -> Floats | None:
        """Binding energies in eV before charge correction, in file order.

        None for a kinetic axis without a photon energy. The analyzer's work function is
        never subtracted: vendors' kinetic energies already refer to the Fermi level.
        """
        if self.axis == "binding":
            return self.energy_ev
        if self.photon_energy_ev is None:
            return None
        return _frozen(self.photon_energy_ev - self.energy_ev)

    @property
    def live_time_s(self) -> float | None:
        """Counting time per channel, dwell × sweeps, in s; None if unknown."""
        if self.dwell_s is None or self.sweeps is None:
            return None
        return self.dwell_s * self.sweeps

    @cached_property
    def counts(self) -> Floats | None:
        """Intensities in counts; None where the file does not allow to know them."""
        if self.unit == "counts":
            return self.intensity
        if self.unit == "counts/s" and self.live_time_s is not None:
            return _frozen(self.intensity * self.live_time_s)
        return None

    @cached_property
    def unmasked_digest(self) -> str:
        """The `digest` without masks: what a sum knows its sweeps by."""
        return self.with_(masked_ev=()).digest if self.masked_ev else self.digest

    @cached_property
    def digest(self) -> str:
        """Hash of energies, intensities and all that changes their meaning."""
        meaning = (
            self.axis,
            self.unit,
            self.photon_energy_ev,
            self.dwell_s,
            self.sweeps,
        )
        state = hashlib.sha256(repr(meaning).encode())
        for array in (self.energy_ev, self.intensity, self.transmission):
            state.update(b"|" if array is None else np.ascontiguousarray(array).tobytes())
        if self.masked_ev:
            state.update(repr(self.masked_ev).encode())
        return state.hexdigest()

    def masks_of(self, is_masked: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
        """Return the ranges of `energy_ev` that hold masked points, shape (n,), and no others."""
        order = np.argsort(self.energy_ev)
        energy, flags = self.energy_ev[order], is_masked[order]
        edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
        return tuple(
            (float(energy[first]), float(energy[after - 1]))
            for first, after in zip(edges[::2], edges[1::2], strict=True)
        )

    def with_(self, **changes: Any) -> Spectrum:
        """Return a copy with some fields replaced."""
        return replace(self, **changes)


def _positive(number: float, name: str, where: str) -> float:
    value = float(number)
    if not (math.isfinite(value) and value > 0.0):
        raise SpectrumError(f"{name} = {value}", "give a number above zero, or None", where=where)
    return value


def _rises_or_falls(energy: Floats) -> bool:
    low, high = energy[:-1], energy[1:]
    if energy[0] > energy[1]:
        low, high = high, low
    return bool(np.count_nonzero(low < high) == low.size)


def _frozen(values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.flags.writeable:
        array = array.copy()
        array.setflags(write=False)
    return array
