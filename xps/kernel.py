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
from xps.model import Param, Ref, Region

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
            root, factor, shift = _end_of_links(ref, params)
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
        total = peaks.sum(axis=0)
        if not self._in_fit:
            return total + self.static_background, jacobian
        offset, slope, k = values[-3:].tolist()
        last = 4 * self._n
        jacobian[last] = total
        below = self._cumulative(jacobian[: last + 1])
        total = total + offset + slope * self._relative + k * below[last]
        jacobian[last] = 1.0
        jacobian[last + 1] = self._relative
        jacobian[last + 2] = below[last]
        below[:last] *= k
        jacobian[:last] += below[:last]
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
        result = np.empty_like(curves)
        result[..., 0] = 0.0
        steps = curves[..., 1:] + curves[..., :-1]
        steps *= self._half_steps
        np.cumsum(steps, axis=-1, out=result[..., 1:])
        return result

    def _peaks(self, values: Floats, *, derivatives: bool) -> tuple[Floats, Floats]:
        """Components of full area, and a row for each parameter.

        The rows of the components are filled; those of the background are only there.
        """
        n, points = self._n, self.energy.size
        table = values[: 4 * n].reshape(n, 4)
        peaks = np.empty((n, points))
        rows = np.empty((values.size if derivatives else 0, points))
        by_parameter = rows[: 4 * n].reshape(-1, 4, points)
        for group in self._groups:
            _, center, fwhm, mixing = table[group.line_component].T
            shape, places = SHAPES[group.shape], center + group.offset
            profile = shape.profile(self.energy, places, fwhm, (mixing,))
            area = table[group.components, :1]
            unit = group.fractions @ profile.density
            peaks[group.components] = area * unit
            if derivatives:
                by_parameter[group.components, 0] = unit
                slopes = (profile.d_center, profile.d_fwhm, *profile.d_parameters)
                for row, slope in enumerate(slopes, start=1):
                    by_parameter[group.components, row] = area * (group.fractions @ slope)
        return peaks, rows


@dataclass(frozen=True)
class _ShapeGroup:
    """Components of one shape with their lines, laid out for vector arithmetic.

    `fractions`, shape (components, lines), adds up the lines of each component.
    """

    shape: str
    components: Ints | slice
    line_component: Ints
    offset: Floats
    fractions: Floats


def _group_by_shape(region: Region) -> tuple[_ShapeGroup, ...]:
    groups = []
    for shape in sorted({component.shape for component in region.components}):
        members = [i for i, c in enumerate(region.components) if c.shape == shape]
        lines = [(i, line) for i in members for line in region.components[i].lines.lines]
        owners = np.array([i for i, _ in lines], dtype=np.intp)
        fractions = np.array([line.fraction for _, line in lines])
        alone = len(members) == len(region.components)
        groups.append(
            _ShapeGroup(
                shape,
                slice(None) if alone else np.array(members, dtype=np.intp),
                owners,
                np.array([line.offset_ev for _, line in lines]),
                np.where(owners == np.array(members)[:, None], fractions, 0.0),
            )
        )
    return tuple(groups)


def _end_of_links(ref: Ref, params: dict[Ref, Param]) -> tuple[Ref, float, float]:
    """The parameter that decides another's value, ``factor · root + shift``."""
    factor, shift = 1.0, 0.0
    while (link := params[ref].link) is not None:
        shift += factor * link.shift
        factor *= link.factor
        ref = link.target
    return ref, factor, shift
