"""Tell energy from intensity columns, and measured columns from fitted curves."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from xps.readers.quantity import energy_of, unit_of
from xps.readers.text_table import Table
from xps.spectrum import Floats

_CURVE = re.compile(
    r"(?i)backgr|backgnd|\bbkg|envelope|residual|baseline|\bfit\b|untergrund|背景|배경"
)
_TRANSMISSION = re.compile(r"(?i)transmission")
_NO_ENERGY = re.compile(r"(?i)^\W*(?:index|channel|time|no\.?|point|s|mm|nm|sweep|cycle)\W*$")
_MEASURED = re.compile(r"(?i)\b(?:raw|intensity|int\.?|signal)\b|强度|強度|세기|intensit")
_SAME_AXIS_EV = 0.05


@dataclass(frozen=True)
class Scan:
    """One energy column with the intensity columns measured over it.

    Attributes
    ----------
    energy : int
        Index of the energy column.
    intensities : tuple of int
        Indices of the intensity columns.
    photon_energy_ev : float or None
        Kinetic plus binding energy, where the table gives both.
    sweeps : int or None
        Number of sweeps in the sum, where the table gives them one by one and summed.
    curves : tuple of str
        Labels of the columns left out because they are fitted curves.
    transmission : int or None
        Index of the column that holds the transmission of the analyzer.
    """

    energy: int
    intensities: tuple[int, ...]
    photon_energy_ev: float | None = None
    sweeps: int | None = None
    curves: tuple[str, ...] = ()
    transmission: int | None = None


def find_scans(table: Table) -> list[Scan]:
    """Group the columns of a table into scans.

    Each energy column owns the intensity columns to its right. Where kinetic and binding
    energies stand side by side they are one axis, and the binding energy is kept.
    """
    groups = _groups(table)
    groups, photon_energy = _merge_axes(table, groups)
    return [
        _measured_columns(table, energy, columns, photon_energy)
        for energy, columns in groups
        if columns
    ]


def names_no_energy(label: str) -> bool:
    """Tell whether the label of a first column names something else than an energy."""
    return _NO_ENERGY.match(label) is not None


def is_curve(label: str) -> bool:
    """Tell whether the label is that of a background, an envelope or residuals of a fit."""
    return _CURVE.search(label) is not None


def is_transmission(label: str) -> bool:
    """Tell whether the label is that of the transmission of the analyzer."""
    return _TRANSMISSION.search(label) is not None


def _groups(table: Table) -> list[tuple[int, list[int]]]:
    groups: list[tuple[int, list[int]]] = [(0, [])]
    for column in range(1, len(table.labels)):
        if _is_energy(table, column):
            groups.append((column, []))
        else:
            groups[-1][1].append(column)
    return groups


def _is_energy(table: Table, column: int) -> bool:
    label = table.labels[column]
    values = table.values[:, column]
    steps = np.diff(values[np.isfinite(values)])
    if not steps.size or not ((steps > 0).all() or (steps < 0).all()):
        return False
    if label:
        return energy_of(label) is not None and unit_of(label) is None
    # Without labels: no intensity grows in equal steps.
    return bool(np.ptp(steps) <= 1e-3 * abs(steps.mean()))


def _merge_axes(
    table: Table, groups: list[tuple[int, list[int]]]
) -> tuple[list[tuple[int, list[int]]], float | None]:
    named = {energy_of(table.labels[energy]): (energy, columns) for energy, columns in groups}
    if len(groups) != 2 or "binding" not in named or "kinetic" not in named:
        return groups, None
    binding, kinetic = named["binding"], named["kinetic"]
    total = table.values[:, binding[0]] + table.values[:, kinetic[0]]
    total = total[np.isfinite(total)]
    if not total.size or np.ptp(total) > _SAME_AXIS_EV:
        return groups, None
    columns = binding[1] or kinetic[1]
    return [(binding[0], columns)], round(float(np.median(total)), 4)


def _measured_columns(
    table: Table, energy: int, columns: list[int], photon_energy: float | None
) -> Scan:
    transmission = next((c for c in columns if is_transmission(table.labels[c])), None)
    columns = [c for c in columns if c != transmission]
    curves = [c for c in columns if is_curve(table.labels[c])]
    if curves:
        rest = [c for c in columns if c not in curves]
        named = [c for c in rest if unit_of(table.labels[c]) or _MEASURED.search(table.labels[c])]
        kept = named or rest[:1]
        left_out = tuple(table.labels[c] for c in columns if c not in kept)
        return Scan(energy, tuple(kept), photon_energy, curves=left_out, transmission=transmission)
    if len(columns) > 2 and _is_sum(table.values[:, columns]):
        n_sweeps = len(columns) - 1
        return Scan(
            energy, (columns[-1],), photon_energy, sweeps=n_sweeps, transmission=transmission
        )
    return Scan(energy, tuple(columns), photon_energy, transmission=transmission)


def _is_sum(values: Floats) -> bool:
    sweeps, total = values[:, :-1], values[:, -1]
    return bool(np.allclose(sweeps.sum(axis=1), total, rtol=1e-6) and np.any(total != 0))
