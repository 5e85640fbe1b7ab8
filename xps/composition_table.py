"""Compositions of many samples as one table: means over replicates, covariance, scatter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xps.composition import Composition, Kind, Quantity
from xps.errors import XpsError
from xps.fitted import RegionFit, standard_error
from xps.joint_fit import JointFit
from xps.uncertainty import propagated

Floats = NDArray[np.float64]

_MOST_VALUES = 4000  # the covariance of more of them fills the memory


@dataclass(frozen=True, eq=False)
class CompositionTable:
    """Samples against what they are made of; NaN where a sample does not have it.

    Attributes
    ----------
    kind : {"share", "atomic_percent"}
    core_levels : tuple of str
        What adds up to the whole.
    samples : tuple of str
    quantities : tuple of Quantity
    replicates : tuple of int
        Measurements of each sample.
    values : ndarray, shape (samples, quantities)
        Means over replicates.
    counting : ndarray, shape (samples, quantities, samples, quantities)
        Covariance of the values from counting statistics and the fits.
    scatter, expected : ndarray, shape (samples, quantities)
        Variance of the mean that the scatter between replicates shows, and that counting
        statistics would give it; NaN where there is one.
    """

    kind: Kind
    core_levels: tuple[str, ...]
    samples: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    replicates: tuple[int, ...]
    values: Floats
    counting: Floats
    scatter: Floats
    expected: Floats

    @cached_property
    def excess(self) -> Floats:
        """Variance of the means beyond counting statistics; shape (samples, quantities)."""
        return np.fmax(self.scatter - self.expected, 0.0)

    @property
    def covariance(self) -> Floats:
        """Of the values, sample by sample, with the scatter between replicates.

        What a sample's values scatter beyond counting statistics is taken to be correlated as
        these are. Shape (samples · quantities, samples · quantities).
        """
        total = self.counting.copy()
        with np.errstate(invalid="ignore", divide="ignore"):
            for number, excess in enumerate(self.excess):
                own = self.counting[number, :, number, :]
                sigma = np.sqrt(np.diag(own))
                correlation = np.where(own == 0.0, 0.0, own / np.outer(sigma, sigma))
                total[number, :, number, :] += correlation * np.outer(*2 * [np.sqrt(excess)])
        size = self.values.size
        return total.reshape(size, size)

    def to_dict(self) -> dict[str, Any]:
        """Return the table as it stands in ``doublet.compare/1``."""
        covariance = self.covariance
        errors = [standard_error(float(variance)) for variance in np.diag(covariance)]
        there = np.flatnonzero(np.isfinite(self.values.ravel()))
        rows = []
        for place in there.tolist():
            number, column = divmod(place, len(self.quantities))
            quantity = self.quantities[column]
            rows.append(
                {
                    "sample": self.samples[number],
                    "core_level": quantity.core_level,
                    "species": quantity.species or None,
                    "name": quantity.name,
                    "value": float(self.values[number, column]),
                    "stderr": errors[place],
                    "replicates": self.replicates[number],
                }
            )
        return {
            "quantity": self.kind,
            "core_levels": list(self.core_levels),
            "rows": rows,
            "covariance": [
                [value if np.isfinite(value) else None for value in line]
                for line in covariance[np.ix_(there, there)].tolist()
            ],
        }


def tables_of(
    compositions: Sequence[Composition], joint: JointFit | None
) -> list[CompositionTable]:
    """Return one table for each kind of composition that samples have in common.

    Parameters
    ----------
    compositions : sequence of Composition
    joint : JointFit or None
        Whose covariance across samples is taken between the fits that it made.

    Raises
    ------
    XpsError
        If there are too many.
    """
    kinds: dict[tuple[Kind, tuple[str, ...]], list[Composition]] = {}
    for one in compositions:
        kinds.setdefault((one.kind, one.core_levels), []).append(one)
    return [_table(alike, joint) for alike in kinds.values()]


def _table(compositions: Sequence[Composition], joint: JointFit | None) -> CompositionTable:
    quantities = tuple(dict.fromkeys(q for one in compositions for q in one.quantities))
    if len(compositions) * len(quantities) > _MOST_VALUES:
        raise XpsError(
            f"{len(compositions)} spectra are too many to be compared",
            f"compare up to {_MOST_VALUES // len(quantities)} of them",
        )
    samples = tuple(dict.fromkeys(one.sample for one in compositions))
    values = np.full((len(compositions), len(quantities)), np.nan)
    gradients = []
    for number, one in enumerate(compositions):
        columns = [quantities.index(quantity) for quantity in one.quantities]
        values[number, columns] = one.values
        gradient = np.zeros((len(quantities), one.gradients.shape[1]))
        gradient[columns] = one.gradients
        gradients.append(gradient)
    covariance = _covariance(compositions, gradients, joint)
    members = [[n for n, one in enumerate(compositions) if one.sample == s] for s in samples]
    mean = np.zeros((len(samples), len(compositions)))
    shape = len(samples), len(quantities)
    scatter, expected = np.full(shape, np.nan), np.full(shape, np.nan)
    for number, own in enumerate(members):
        mean[number, own] = 1.0 / len(own)
        if len(own) > 1:
            freedom = len(own) * (len(own) - 1)
            scatter[number] = np.var(values[own], axis=0, ddof=1) / len(own)
            between = np.einsum("iqjq->ijq", covariance[np.ix_(own, range(shape[1]), own)])
            variances = np.einsum("iiq->q", between)
            expected[number] = (variances - between.mean(axis=1).sum(axis=0)) / freedom
    whole = np.einsum("si,iqjr,tj->sqtr", mean, covariance, mean, optimize=True)
    first = compositions[0]
    means = np.stack([values[own].mean(axis=0) for own in members])
    return CompositionTable(
        first.kind,
        first.core_levels,
        samples,
        quantities,
        tuple(map(len, members)),
        means,
        whole,
        scatter,
        expected,
    )


def _covariance(
    compositions: Sequence[Composition], gradients: Sequence[Floats], joint: JointFit | None
) -> Floats:
    """Of the quantities of all compositions; shape (compositions, quantities) twice."""
    size = gradients[0].shape[0]
    covariance = np.zeros((len(gradients), size, len(gradients), size))
    joined = (
        {} if joint is None else {fit.region.id: joint.rows(fit.region.id) for fit in joint.fits}
    )
    for i, first in enumerate(compositions):
        own = _areas(first.fits, first.fits, joint, joined)
        covariance[i, :, i, :] = propagated(gradients[i], own)
        for j, second in enumerate(compositions[:i] if joined else ()):
            across = gradients[i] @ _areas(first.fits, second.fits, joint, joined) @ gradients[j].T
            covariance[i, :, j, :], covariance[j, :, i, :] = across, across.T
    return covariance


def _areas(
    first: Sequence[RegionFit],
    second: Sequence[RegionFit],
    joint: JointFit | None,
    joined: dict[str, NDArray[np.intp]],
) -> Floats:
    """Covariance of the areas of some fits with those of others."""
    rows = []
    for one in first:
        row = []
        for other in second:
            ids = one.region.id, other.region.id
            if joint is not None and ids[0] in joined and ids[1] in joined:
                row.append(joint.covariance[np.ix_(joined[ids[0]], joined[ids[1]])])
            elif ids[0] == ids[1]:
                row.append(one.area_covariance)
            else:
                row.append(np.zeros((one.areas.size, other.areas.size)))
        rows.append(row)
    return np.block(rows)
