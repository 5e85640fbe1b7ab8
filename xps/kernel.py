"""A region compiled for speed: one pass gives the model and its Jacobian.

Links are affine, so that every parameter is ``factor · free[index] + shift``; this table is
made once, and the background is a linear map of the peaks, so that its derivatives come with
theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xps.lineshapes import SHAPES
from xps.model import Ref, Region

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class ParameterTable:
    """Which numbers are free, and how all others follow from them.

    Attributes
    ----------
    refs : tuple of Ref
        All parameters: four for each component, then those of the background.
    free : tuple of Ref
        Those that the fit decides.
    matrix : ndarray, shape (all, free)
    constant : ndarray, shape (all,)
        ``values = matrix @ free + constant``.
    lower, upper : ndarray, shape (free,)
        Bounds of the free parameters.
    """

    refs: tuple[Ref, ...]
    free: tuple[Ref, ...]
    matrix: Floats
    constant: Floats
    lower: Floats
    upper: Floats

    @classmethod
    def of(cls, region: Region) -> ParameterTable:
        """Compile the links of a region."""
        params = dict(region.params())
        refs = tuple(params)
        free = tuple(ref for ref, param in params.items() if param.is_free)
        column = {ref: j for j, ref in enumerate(free)}
        matrix = np.zeros((len(refs), len(free)))
        constant = np.zeros(len(refs))
        for i, ref in enumerate(refs):
            root, factor, shift = region.resolve(ref)
            if root in column:
                matrix[i, column[root]] = factor
                constant[i] = shift
            else:
                constant[i] = factor * params[root].value + shift
        return cls(
            refs,
            free,
            matrix,
            constant,
            np.array([params[ref].min for ref in free]),
            np.array([params[ref].max for ref in free]),
        )

    @cached_property
    def index(self) -> dict[Ref, int]:
        """Row of each parameter."""
        return {ref: i for i, ref in enumerate(self.refs)}

    def values(self, free: Floats) -> Floats:
        """All parameters from the free ones; shape (all,)."""
        values: Floats = self.matrix @ free + self.constant
        return values


@dataclass(frozen=True)
class Curves:
    """A model drawn on energies, in the intensity unit of its parameters.

    Attributes
    ----------
    energy_ev : ndarray, shape (points,)
        Corrected binding energies, ascending.
    background : ndarray, shape (points,)
    components : ndarray, shape (components, points)
        Without background.
    """

    energy_ev: Floats
    background: Floats
    components: Floats

    @property
    def total(self) -> Floats:
        """Background plus all components."""
        total: Floats = self.background + self.components.sum(axis=0)
        return total


class Kernel:
    """Model and Jacobian of one region on fixed energies.

    Parameters
    ----------
    region : Region
    energy_ev : ndarray, shape (points,)
        Corrected binding energies, ascending.
    static_background : ndarray, shape (points,), optional
        For the backgrounds that are computed before the fit.
    """

    def __init__(
        self, region: Region, energy_ev: Floats, static_background: Floats | None = None
    ) -> None:
        self.energy = energy_ev
        self.static_background = static_background
        self._in_fit = region.background.in_fit
        self._n = len(region.components)
        self._relative = energy_ev - region.window_ev[0]
        self._half_steps = 0.5 * np.diff(energy_ev)
        self._groups = _group_by_shape(region)

    def curves(self, values: Floats) -> Curves:
        """Draw background and components for all parameter values."""
        peaks, _ = self._peaks(values, derivatives=False)
        return Curves(self.energy, self._background(values, peaks), peaks)

    def model(self, values: Floats) -> Floats:
        """The sum curve; shape (points,)."""
        peaks, _ = self._peaks(values, derivatives=False)
        total: Floats = self._background(values, peaks) + peaks.sum(axis=0)
        return total

    def model_and_jacobian(self, values: Floats) -> tuple[Floats, Floats]:
        """The sum curve and its derivatives; shapes (points,) and (all, points)."""
        peaks, jacobian = self._peaks(values, derivatives=True)
        total = self._background(values, peaks) + peaks.sum(axis=0)
        if self._in_fit:
            k = values[-1]
            background = np.empty((3, self.energy.size))
            background[0] = 1.0
            background[1] = self._relative
            background[2] = self._cumulative(peaks.sum(axis=0))
            if k != 0.0:
                jacobian = jacobian + k * self._cumulative(jacobian)
            jacobian = np.concatenate((jacobian, background))
        return total, jacobian

    def _background(self, values: Floats, peaks: Floats) -> Floats:
        if self.static_background is not None:
            return self.static_background
        offset, slope, k = values[-3:]
        step = self._cumulative(peaks.sum(axis=0))
        background: Floats = offset + slope * self._relative + k * step
        return background

    def _cumulative(self, curves: Floats) -> Floats:
        """Trapezoid integral from the low binding energy end, along the last axis."""
        result = np.zeros_like(curves)
        np.cumsum(
            (curves[..., 1:] + curves[..., :-1]) * self._half_steps, axis=-1, out=result[..., 1:]
        )
        return result

    def _peaks(self, values: Floats, *, derivatives: bool) -> tuple[Floats, Floats]:
        """Components of full area, and (component, parameter) derivatives by row."""
        table = values[: 4 * self._n].reshape(self._n, 4)
        peaks = np.zeros((self._n, self.energy.size))
        by_parameter = np.zeros((self._n, 4, self.energy.size) if derivatives else (0, 4, 0))
        for group in self._groups:
            area, center, fwhm, mixing = table[group.line_component].T
            profile = SHAPES[group.shape].profile(self.energy, center + group.offset, fwhm, mixing)
            fraction = group.fraction[:, None]
            unit = np.add.reduceat(fraction * profile.density, group.first_line, axis=0)
            peaks[group.components] = table[group.components, :1] * unit
            if derivatives:
                weight = area[:, None] * fraction
                by_parameter[group.components, 0] = unit
                for row, derivative in (
                    (1, profile.d_center),
                    (2, profile.d_fwhm),
                    (3, profile.d_mixing),
                ):
                    by_parameter[group.components, row] = np.add.reduceat(
                        weight * derivative, group.first_line, axis=0
                    )
        return peaks, by_parameter.reshape(-1, self.energy.size)


@dataclass(frozen=True)
class _ShapeGroup:
    """Components of one shape with their lines, laid out for vector arithmetic."""

    shape: str
    components: Ints
    line_component: Ints
    offset: Floats
    fraction: Floats
    first_line: Ints


def _group_by_shape(region: Region) -> tuple[_ShapeGroup, ...]:
    groups = []
    for shape in sorted({component.shape for component in region.components}):
        members = [i for i, c in enumerate(region.components) if c.shape == shape]
        lines = [(i, line) for i in members for line in region.components[i].lines.lines]
        owners = np.array([i for i, _ in lines], dtype=np.intp)
        groups.append(
            _ShapeGroup(
                shape,
                np.array(members, dtype=np.intp),
                owners,
                np.array([line.offset_ev for _, line in lines]),
                np.array([line.fraction for _, line in lines]),
                np.searchsorted(owners, np.array(members)).astype(np.intp),
            )
        )
    return tuple(groups)
