"""A region compiled for speed: one pass gives the model and its Jacobian.

All parameters are affine in the free ones, and the model is linear in the curves of the lines
and their derivatives: the Jacobian is a product of a small matrix with these curves. The
background is a linear map of the peaks, so that its derivatives come from theirs. Everything
takes one set of parameters, or many along leading axes.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xps.lineshapes import SHAPES, Shape
from xps.losses import LOSSES, loss_matrix
from xps.model import BACKGROUND_ID, Component, Ref, Region
from xps.parameter_table import ParameterTable

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_POWERS = {"offset": 0, "slope": 1, "curvature": 2, "cubic": 3}


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
    static_background : ndarray, shape (..., points), optional
        For the backgrounds that are computed before the fit.
    """

    def __init__(
        self, region: Region, energy_ev: Floats, static_background: Floats | None = None
    ) -> None:
        self.energy = energy_ev
        self.static_background = static_background
        self.table = ParameterTable.of(region)
        self._lines = _LineCurves(region, self.table)
        self._background = _InFitBackground(region, self.table, energy_ev, self._lines)
        self._arrange()

    def with_table(self, table: ParameterTable) -> Kernel:
        """Return the kernel for other free parameters of the same region."""
        kernel = copy(self)
        kernel.table = table
        kernel._arrange()
        return kernel

    def with_static_background(self, background: Floats | None) -> Kernel:
        """Return the kernel with another background that was computed before the fit."""
        kernel = copy(self)
        kernel.static_background = background
        return kernel

    def _arrange(self) -> None:
        """Lay out how curves and background terms add up to the rows of the Jacobian."""
        lines, matrix = self._lines, self.table.matrix
        shaping = np.flatnonzero(matrix[: self._background.first_row].any(axis=0))
        self._n_shaping = int(shaping[-1]) + 1 if shaping.size else 0
        self._by_free = (matrix[lines.parameter, : self._n_shaping] * lines.fraction[:, None]).T
        self._by_background = matrix[self._background.first_row :].T
        self._background_shapes = bool(self._by_background[: self._n_shaping].any())
        tail = self._by_background[self._n_shaping :]
        self._background_is_free = np.array_equal(tail, np.identity(tail.shape[1]))

    def curves(self, free: Floats) -> Curves:
        """Draw background and components for values of the free parameters, shape (free,)."""
        values = self.table.values(free)
        lines, by_component = self._lines.densities(self.energy, values)
        peaks = by_component @ lines
        background = self._level(values, self._background.step_groups @ peaks)
        return Curves(self.energy, background, peaks)

    def model(self, free: Floats) -> Floats:
        """The sum curve; shapes (..., points) and (..., free)."""
        values = self.table.values(free)
        lines, by_component = self._lines.densities(self.energy, values)
        totals = self._background.step_groups @ by_component @ lines
        model: Floats = totals.sum(axis=-2) + self._level(values, totals)
        return model

    def model_and_jacobian(self, free: Floats) -> tuple[Floats, Floats]:
        """The sum curve and its derivatives.

        Parameters
        ----------
        free : ndarray, shape (..., free)

        Returns
        -------
        model : ndarray, shape (..., points)
        jacobian : ndarray, shape (..., free, points)
        """
        values = self.table.values(free)
        lines, background, n = self._lines, self._background, self._n_shaping
        combine = lines.combine(values, self._by_free, background.of_lines)
        curves = lines.curves(self.energy, values)
        peaks = combine @ curves
        totals = peaks[..., n:, :]
        model = totals.sum(axis=-2)
        if self.static_background is not None:
            return model + self.static_background, peaks[..., :n, :]
        jacobian = np.empty((*free.shape, self.energy.size))
        shaping, linear = jacobian[..., :n, :], jacobian[..., n:, :]
        terms = linear
        if not self._background_is_free:
            terms = np.empty((*free.shape[:-1], background.n_terms, self.energy.size))
        terms[..., background.power_terms, :] = background.powers
        if background.k_rows.size == 1:
            below = background.cumulative(peaks)
            terms[..., background.step_terms, :] = below[..., n:, :]
            np.multiply(below[..., :n, :], values[..., background.k_rows, None], out=shaping)
            shaping += peaks[..., :n, :]
        elif background.k_rows.size:
            terms[..., background.step_terms, :] = background.cumulative(totals)
            stepped = (combine[..., :n, :] * values[..., None, background.k_of_curve]) @ curves
            np.add(peaks[..., :n, :], background.cumulative(stepped), out=shaping)
        else:
            shaping[...] = peaks[..., :n, :]
        if background.t_row is not None:
            terms[..., -1, :] = background.lost(model)
            t = values[..., background.t_row, None, None]
            shaping += t * background.lost(peaks[..., :n, :])
        model += (values[..., None, background.first_row :] @ terms)[..., 0, :]
        if not self._background_is_free:
            np.matmul(self._by_background[n:], terms, out=linear)
            if self._background_shapes:
                shaping += self._by_background[:n] @ terms
        return model, jacobian

    def _level(self, values: Floats, totals: Floats) -> Floats:
        """The background; shape (..., points)."""
        if self.static_background is not None:
            return self.static_background
        background = self._background
        level: Floats = values[..., background.power_rows] @ background.powers
        if background.k_rows.size:
            k = values[..., None, background.k_rows]
            level = level + (k @ background.cumulative(totals))[..., 0, :]
        if background.t_row is not None:
            whole = totals.sum(axis=-2)
            level = level + values[..., background.t_row, None] * background.lost(whole)
        return level


class _LineCurves:
    """The curves of all lines and their derivatives, and what each of them stands for.

    Attributes
    ----------
    parameter : ndarray of int, shape (curves,)
        Row of the parameter by which a curve is the derivative of its line: the area for the
        line itself.
    area : ndarray of int, shape (curves,)
        Row of the area of its component.
    component : ndarray of int, shape (curves,)
    fraction : ndarray, shape (curves,)
        Share of the line in its component.
    is_density : ndarray of bool, shape (curves,)
    """

    def __init__(self, region: Region, table: ParameterTable) -> None:
        self._groups = [
            _LinesOfShape.of(region, table, kind)
            for kind in sorted({component.shape for component in region.components})
        ]
        self._n_components = len(region.components)
        empty = np.empty(0, dtype=np.intp)
        self.parameter = np.concatenate([empty, *(row for g in self._groups for row in g.rows)])
        self.area = np.concatenate([empty, *(g.rows[0] for g in self._groups for _ in g.rows)])
        self.component = np.concatenate([empty, *(g.owner for g in self._groups for _ in g.rows)])
        self.fraction = np.concatenate(
            [np.empty(0), *(g.fraction for g in self._groups for _ in g.rows)]
        )
        self.is_density = self.parameter == self.area
        self.of_component = np.where(
            self.is_density & (self.component == np.arange(self._n_components)[:, None]),
            self.fraction,
            0.0,
        )

    def combine(self, values: Floats, by_free: Floats, by_step: Floats) -> Floats:
        """What adds the curves up to derivatives by free parameters, and to peaks by step.

        Shape (..., free + steps, curves).
        """
        areas, n = values[..., None, self.area], len(by_free)
        combine = np.empty((*values.shape[:-1], n + len(by_step), self.area.size))
        np.multiply(by_free, np.where(self.is_density, 1.0, areas), out=combine[..., :n, :])
        np.multiply(by_step, areas, out=combine[..., n:, :])
        return combine

    def curves(self, energy_ev: Floats, values: Floats) -> Floats:
        """All curves; shape (..., curves, points)."""
        found = [curve for group in self._groups for curve in group.curves(energy_ev, values)]
        if not found:
            return np.empty((*values.shape[:-1], 0, energy_ev.size))
        return np.concatenate(found, axis=-2)

    def densities(self, energy_ev: Floats, values: Floats) -> tuple[Floats, Floats]:
        """Lines of unit area, and what adds them up to components.

        Shapes (..., lines, points) and (..., components, lines).
        """
        found = [group.curves(energy_ev, values)[0] for group in self._groups]
        rows = np.flatnonzero(self.is_density)
        by_component = self.of_component[:, rows] * values[..., None, self.area[rows]]
        if not found:
            return np.empty((*values.shape[:-1], 0, energy_ev.size)), by_component
        return np.concatenate(found, axis=-2), by_component


@dataclass(frozen=True)
class _LinesOfShape:
    """The lines of one shape, laid out for vector arithmetic.

    `rows` are the rows in the parameter table of area, center, width and shape parameters,
    each of shape (lines,).
    """

    shape: Shape
    rows: tuple[Ints, ...]
    owner: Ints
    offset_ev: Floats
    fraction: Floats

    @classmethod
    def of(cls, region: Region, table: ParameterTable, kind: str) -> _LinesOfShape:
        members: list[tuple[int, Component]] = [
            (number, component)
            for number, component in enumerate(region.components)
            if component.shape == kind
        ]
        lines = [(number, c, line) for number, c in members for line in c.lines.lines]
        return cls(
            SHAPES[kind],
            tuple(
                np.array([table.index[Ref(c.id, name)] for _, c, _ in lines], dtype=np.intp)
                for name in members[0][1].params
            ),
            np.array([number for number, _, _ in lines], dtype=np.intp),
            np.array([line.offset_ev for _, _, line in lines]),
            np.array([line.fraction for _, _, line in lines]),
        )

    def curves(self, energy_ev: Floats, values: Floats) -> tuple[Floats, ...]:
        """Lines of unit area and their derivatives, each of shape (..., lines, points)."""
        _, center, fwhm, *shape = (values[..., row] for row in self.rows)
        profile = self.shape.profile(energy_ev, center + self.offset_ev, fwhm, tuple(shape))
        return (profile.density, profile.d_center, profile.d_fwhm, *profile.d_parameters)


class _InFitBackground:
    """The terms of a background that is in the fit, as linear maps of the peaks.

    Attributes
    ----------
    first_row : int
        Where its parameters begin in the table: powers, steps, amplitude of the losses.
    n_terms : int
        How many parameters it has.
    power_rows, k_rows : ndarray of int
        Rows of the polynomial and of the steps.
    t_row : int or None
        Row of the amplitude of the losses; it is the last.
    power_terms, step_terms : slice
        Places of polynomial and steps among its parameters.
    powers : ndarray, shape (powers, points)
    step_groups : ndarray, shape (steps or 1, components)
        Which components have which step.
    of_lines : ndarray, shape (steps or 1, curves)
        The same, for the curves of the lines.
    k_of_curve : ndarray of int, shape (curves,)
        Row of the step of each curve.
    """

    def __init__(
        self, region: Region, table: ParameterTable, energy_ev: Floats, lines: _LineCurves
    ) -> None:
        background = region.background
        names = list(background.params)
        self.first_row = len(table.refs) - len(names)
        index = {name: table.index[Ref(BACKGROUND_ID, name)] for name in names}
        steps = [name for name in names if name not in _POWERS and name != "t"]
        self.power_rows = np.array([index[n] for n in names if n in _POWERS], dtype=np.intp)
        self.k_rows = np.array([index[name] for name in steps], dtype=np.intp)
        self.t_row = index.get("t")
        self.n_terms = len(names)
        self.power_terms = slice(0, self.power_rows.size)
        self.step_terms = slice(self.power_rows.size, self.power_rows.size + self.k_rows.size)
        relative = energy_ev - region.window_ev[0]
        self.powers = np.array([relative ** _POWERS[n] for n in names if n in _POWERS])
        own = [id_ for id_, _ in background.own_k] if len(steps) > 1 else []
        group = [own.index(c.id) + 1 if c.id in own else 0 for c in region.components]
        groups = np.array(group, dtype=np.intp)
        self.step_groups = (groups == np.arange(len(own) + 1)[:, None]).astype(np.float64)
        self.of_lines = self.step_groups @ lines.of_component
        self.k_of_curve = self.k_rows[groups[lines.component]] if steps else self.k_rows
        self._half_steps = 0.5 * np.diff(energy_ev)
        if background.has_losses:
            self._losses = loss_matrix(energy_ev, LOSSES[background.loss]).T

    def cumulative(self, curves: Floats) -> Floats:
        """Trapezoid integral from the low binding energy end, along the last axis."""
        result = np.empty_like(curves)
        result[..., 0] = 0.0
        steps = curves[..., 1:] + curves[..., :-1]
        steps *= self._half_steps
        np.cumsum(steps, axis=-1, out=result[..., 1:])
        return result

    def lost(self, curves: Floats) -> Floats:
        """What arrives at higher binding energies after losses."""
        lost: Floats = curves @ self._losses
        return lost
