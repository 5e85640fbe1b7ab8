"""Verify a session: refit everything from the raw data and compare every stored number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from xps.errors import XpsError
from xps.fitted import RegionFit
from xps.fitting import fit_region
from xps.project import Project

_VALUE_SIGMA = 1e-3  # a value may move by this share of its own error
_RELATIVE = 1e-6  # every other number by this share of itself


@dataclass(frozen=True)
class Difference:
    """A stored number that does not come back.

    Attributes
    ----------
    where : str
        Sample and core level.
    what : str
        The number's name.
    stored, refitted : float or None
        None where the number is missing on that side.
    """

    where: str
    what: str
    stored: float | None
    refitted: float | None

    def __str__(self) -> str:
        return f"{self.where}: {self.what} is {self.stored} but the refit gives {self.refitted}"


@dataclass(frozen=True)
class Verification:
    """What `verify` found.

    Attributes
    ----------
    regions : int
        How many fits were repeated.
    differences : tuple of Difference
    failures : tuple of str
        Fits that could not be repeated, and why; stale fits among them.
    """

    regions: int
    differences: tuple[Difference, ...]
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every stored number came back."""
        return not self.differences and not self.failures


def verify(project: Project) -> Verification:
    """Refit every fit of a project and compare."""
    differences: list[Difference] = []
    failures: list[str] = []
    regions = 0
    for region in project.regions:
        stored = project.fit_of(region.id)
        if stored is None:
            continue
        entry = project.entry(region.spectrum)
        where = f"{entry.sample}, {entry.label}"
        if not project.is_fresh(region.id):
            failures.append(f"{where}: data or settings were changed after the fit")
            continue
        regions += 1
        try:
            charge = project.charge_of(entry.id)
            refitted = fit_region(stored.region, entry.spectrum, charge)
        except XpsError as error:
            failures.append(f"{where}: {error}")
            continue
        differences += [Difference(where, what, a, b) for what, a, b in _compare(stored, refitted)]
    return Verification(regions, tuple(differences), tuple(failures))


def _compare(
    stored: RegionFit, refitted: RegionFit
) -> Iterator[tuple[str, float | None, float | None]]:
    for ref, param in stored.region.params():
        value = refitted.region.param(ref).value
        error, again = stored.stderr(ref), refitted.stderr(ref)
        allowed = _VALUE_SIGMA * again if again is not None else _RELATIVE * abs(value)
        if abs(param.value - value) > max(allowed, 1e-12):
            yield str(ref), param.value, value
        if not _agree(error, again, 1e-3):
            yield f"error of {ref}", error, again
    for what, a, b in (
        ("χ²", stored.chi2, refitted.chi2),
        ("Durbin-Watson", stored.durbin_watson, refitted.durbin_watson),
        ("number of points", stored.n_points, refitted.n_points),
        ("number of free parameters", stored.n_free, refitted.n_free),
        ("success", float(stored.success), float(refitted.success)),
    ):
        if not _agree(a, b, _RELATIVE):
            yield what, a, b
    if stored.covariance.shape == refitted.covariance.shape:
        scale = np.sqrt(np.abs(np.outer(*2 * (np.diag(refitted.covariance),))))
        off = np.abs(stored.covariance - refitted.covariance) > 1e-3 * scale + 1e-300
        if off.any():
            i, j = np.argwhere(off)[0]
            names = f"covariance of {stored.free[i]} and {stored.free[j]}"
            yield names, float(stored.covariance[i, j]), float(refitted.covariance[i, j])
    for id_ in sorted({*stored.insignificant, *refitted.insignificant}):
        a_limit, b_limit = stored.insignificant.get(id_), refitted.insignificant.get(id_)
        if not _agree(a_limit, b_limit, 1e-3):
            yield f"upper limit of {id_}", a_limit, b_limit


def _agree(first: float | None, second: float | None, relative: float) -> bool:
    if first is None or second is None:
        return first is second
    return abs(first - second) <= relative * max(abs(first), abs(second), 1e-300)
