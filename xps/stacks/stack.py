"""The stack: spectra of one axis at many places, of which only some are ever in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from xps.errors import SpectrumError
from xps.spectrum import Spectrum

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Coordinate:
    """Where the spectra of a stack were taken, along one direction.

    Attributes
    ----------
    name : str
        E.g. "Map x" or "Sputter time".
    unit : str
        "" where there is none, or none is known.
    values : ndarray, shape (spectra,)
    """

    name: str
    unit: str
    values: Floats

    @property
    def label(self) -> str:
        """Name and unit, as a series has them."""
        return f"{self.name} / {self.unit}" if self.unit else self.name

    @classmethod
    def labelled(cls, label: str, values: Floats) -> Coordinate:
        """Return the coordinate of a label such as "Etch Time / s"."""
        name, _, unit = label.rpartition(" / ")
        return cls(name, unit, values) if name else cls(label, "", values)


@dataclass(frozen=True, eq=False)
class Layout:
    """How the places of a stack make a line, an image, or an image at each depth.

    Attributes
    ----------
    shape : tuple of int
        E.g. (64, 64): rows (y) and columns (x).
    cells : ndarray of int, shape (spectra,)
        Where each spectrum stands in the shape, counted row by row. Not all cells need have
        one: a map may have been stopped.
    axes : tuple of Coordinate
        Along each direction of the shape, with as many values as the shape is long there.
    """

    shape: tuple[int, ...]
    cells: Ints
    axes: tuple[Coordinate, ...]


@dataclass(frozen=True, eq=False)
class Stack(ABC):
    """Spectra of one axis, one unit and one counting time.

    A stack may be pickled: another process then reads the same file.

    Attributes
    ----------
    template : Spectrum
        The first spectrum that is whole: its axis, unit, counting times and photon energy are
        those of all. It has no comment and no date where these differ.
    count : int
        Number of spectra.
    layout : Layout
    coordinates : tuple of Coordinate
        All that is known of the places, one value a spectrum.
    file : str
        Name of file or folder, without where it lies.
    identity : str
        Changes with the content of the file, and differs between the stacks of one file.
    warnings : tuple of str
        What was doubted or left out.
    """

    template: Spectrum = field(repr=False)
    count: int
    layout: Layout = field(repr=False)
    coordinates: tuple[Coordinate, ...] = field(repr=False)
    file: str
    identity: str
    warnings: tuple[str, ...] = field(repr=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the places, e.g. (64, 64) or (depths,)."""
        return self.layout.shape

    @property
    def n_points(self) -> int:
        """Number of channels."""
        return self.template.n_points

    @property
    def binding_energy_ev(self) -> Floats | None:
        """As of `Spectrum`: in the order of the file, before charge correction."""
        return self.template.binding_energy_ev

    @property
    def title(self) -> str:
        """Name of what was measured, e.g. "S 2p"."""
        return self.template.core_level or self.template.name or "spectra"

    def read(self, start: int, stop: int) -> Floats:
        """Return the intensities of some spectra, in the template's unit and order of energies.

        Returns
        -------
        ndarray, shape (stop − start, points)
            NaN where a point was not measured.

        Raises
        ------
        ReadError
            If the file is damaged there, or changed since it was opened.
        """
        if not 0 <= start <= stop <= self.count:
            raise IndexError(f"spectra {start} to {stop} of {self.count}")
        if start == stop:
            return np.empty((0, self.n_points))
        return self._read(start, stop)

    @abstractmethod
    def _read(self, start: int, stop: int) -> Floats:
        """As `read`, of at least one spectrum that there is."""

    def name(self, index: int) -> str:
        """Return the name of a spectrum."""
        return self.template.name

    def sample(self, index: int) -> str:
        """Return the sample of a spectrum."""
        return self.template.sample

    def place(self, index: int) -> tuple[tuple[str, float], ...]:
        """Return where a spectrum was taken, as `Spectrum.series`."""
        return tuple(
            (c.label, float(c.values[index]))
            for c in self.coordinates
            if np.isfinite(c.values[index])
        )

    def spectrum(self, index: int) -> Spectrum:
        """Return one spectrum.

        Raises
        ------
        ReadError
            As `read`.
        SpectrumError
            If some of its points were not measured.
        """
        intensity = self.read(index, index + 1)[0]
        if np.isnan(intensity).any():
            raise SpectrumError(
                "some of its points were not measured",
                where=f"spectrum {index + 1} of {self.count}",
            )
        template, origin = self.template, self.template.origin
        return template.with_(
            intensity=intensity,
            name=self.name(index),
            sample=self.sample(index),
            series=self.place(index),
            origin=origin and replace(origin, index=self._number(index)),
        )

    def _number(self, index: int) -> int:
        """Return which spectrum of its file one is, from 0."""
        return index

    def image(self, values: Floats) -> Floats:
        """Lay values of the spectra out as their places are.

        Parameters
        ----------
        values : ndarray, shape (spectra, ...)

        Returns
        -------
        ndarray, shape (*shape, ...)
            NaN where there is no spectrum.
        """
        size = int(np.prod(self.shape))
        cells = np.full((size, *values.shape[1:]), np.nan)
        cells[self.layout.cells] = values
        return cells.reshape(*self.shape, *values.shape[1:])
