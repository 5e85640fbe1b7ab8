"""The rows that table, report, figure and spreadsheet share: every number with its error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from xps.error_budget import Interval
from xps.errors import XpsError
from xps.fitted import RegionFit
from xps.lineshapes import SHAPES
from xps.model import Component, Ref, Region
from xps.numbers_text import UNKNOWN, error, upper_limit, with_error
from xps.project import Entry, Project
from xps.quantification import Amount, quantify
from xps.result import flags
from xps.uncertainty import shares

State = Literal["fresh", "stale", "failed"]

STALE = "stale: data or settings changed after this fit"
NOT_FITTED = "not fitted"


@dataclass(frozen=True)
class Quantity:
    """A number with its standard error.

    Attributes
    ----------
    value : float or None
    stderr : float or None
        One standard deviation; None where it is unknown.
    why_unknown : str
        Why there is no value or no error; "" where there are both.
    limit_95 : float or None
        Upper 95 % limit, to be quoted instead where the component is not significant.
    interval_95 : Interval or None
        Where it was asked for.
    systematic : float or None
        Systematic error, where it was asked for.
    """

    value: float | None
    stderr: float | None = None
    why_unknown: str = ""
    limit_95: float | None = None
    interval_95: Interval | None = None
    systematic: float | None = None

    def text(self, decimals: int, *, factor: float = 1.0) -> str:
        """Return what is printed: the limit where there is one, else the number and its error.

        Parameters
        ----------
        decimals : int
            Of a value whose error is unknown.
        factor : float
            100 turns a share into percent.
        """
        if self.value is not None and self.limit_95 is not None:
            return upper_limit(factor * self.limit_95)
        return self.fitted_text(decimals, factor=factor)

    def fitted_text(self, decimals: int, *, factor: float = 1.0) -> str:
        """Return the number with its errors, as `text` does, whether significant or not."""
        if self.value is None:
            return UNKNOWN
        stderr = None if self.stderr is None else factor * self.stderr
        text = with_error(factor * self.value, stderr, decimals=decimals)
        if self.systematic is not None:
            text += f" ± {error(factor * self.systematic)} (syst.)"
        return text


@dataclass(frozen=True)
class ComponentRow:
    """What is known about one component.

    Attributes
    ----------
    component : Component
        As fitted.
    center, fwhm, area, share, atomic_percent : Quantity
        In eV, eV, the area unit of the region, a fraction of the region's area, and percent
        of the sample's counted atoms.
    shape : dict of str to Quantity
        The parameters of the line shape.
    significant : bool
        Whether the data demand it.
    flags : tuple of str
        What a reader of the numbers must know.
    """

    component: Component
    center: Quantity
    fwhm: Quantity
    area: Quantity
    share: Quantity
    shape: dict[str, Quantity]
    atomic_percent: Quantity
    significant: bool
    flags: tuple[str, ...]


@dataclass(frozen=True)
class RegionTable:
    """One region of one sample.

    Attributes
    ----------
    entry : Entry
        The spectrum.
    region : Region
        As fitted; as it stands where there is no fit.
    state : {"fresh", "stale", "failed"}
    message : str
        Why the fit is stale or missing; "" where all is well.
    fit : RegionFit or None
    rows : tuple of ComponentRow
        In the order of the region; empty without a fit.
    """

    entry: Entry
    region: Region
    state: State
    message: str
    fit: RegionFit | None = field(default=None, repr=False)
    rows: tuple[ComponentRow, ...] = ()


def masked_points(table: RegionTable) -> str | None:
    """Name the points of a fitted window that a person left out; None where there are none.

    Examples
    --------
    "3 masked points (162.10 to 162.30 eV)"
    """
    spectrum, fit = table.entry.spectrum, table.fit
    energies = spectrum.binding_energy_ev
    if fit is None or energies is None or not spectrum.masked_ev:
        return None
    low, high = fit.region.window_ev
    corrected = energies + fit.charge_shift_ev
    inside = (corrected >= low) & (corrected <= high)
    ranges = []
    for first, last in spectrum.masked_ev:
        covered = (spectrum.energy_ev >= first) & (spectrum.energy_ev <= last) & inside
        if covered.any():
            ends = (f"{corrected[covered].min():.2f}", f"{corrected[covered].max():.2f}")
            ranges.append(" to ".join(dict.fromkeys(ends)))
    if not ranges:
        return None
    count = int(np.count_nonzero(inside & ~spectrum.is_kept))
    return f"{count} masked point{'' if count == 1 else 's'} ({', '.join(ranges)} eV)"


def region_tables(
    project: Project, failures: Mapping[str, XpsError] | None = None
) -> tuple[RegionTable, ...]:
    """Return the table of every region, sample by sample.

    Parameters
    ----------
    project : Project
    failures : mapping of str to XpsError, optional
        Why regions could not be fitted, by region id.
    """
    order = {sample.name: place for place, sample in enumerate(project.samples)}
    regions = sorted(
        project.regions, key=lambda region: order[project.entry(region.spectrum).sample]
    )
    amounts = {
        (amount.sample, amount.core_level, amount.component): amount
        for amount in quantify(project).amounts
    }
    return tuple(_table(project, region, failures or {}, amounts) for region in regions)


_Amounts = Mapping[tuple[str, str, str], Amount]


def _table(
    project: Project, region: Region, failures: Mapping[str, XpsError], amounts: _Amounts
) -> RegionTable:
    entry = project.entry(region.spectrum)
    fit = project.fit_of(region.id)
    error = failures.get(region.id)
    if fit is None:
        return RegionTable(entry, region, "failed", NOT_FITTED if error is None else str(error))
    fresh = project.is_fresh(region.id)
    reasons = ("" if fresh else STALE, "" if error is None else f"the last fit failed: {error}")
    return RegionTable(
        entry,
        fit.region,
        "fresh" if fresh else "stale",
        "; ".join(filter(None, reasons)),
        fit,
        _rows(fit, entry, amounts),
    )


def _rows(fit: RegionFit, entry: Entry, amounts: _Amounts) -> tuple[ComponentRow, ...]:
    split, repeated, moved = shares(fit), fit.errors.bootstrap, fit.errors.systematic
    total = float(fit.areas.sum())
    level = fit.region.core_level
    whole = next(
        (a for a in amounts.values() if (a.sample, a.core_level) == (entry.sample, level)), None
    )
    rows = []
    for index, component in enumerate(fit.region.components):
        limit = fit.insignificant.get(component.id)
        share = Quantity(None, None, "the areas of the region do not add up to a positive area")
        if split is not None:
            error = split.stderr(index)
            share = Quantity(
                float(split.values[index]),
                error,
                "" if error is not None else "the errors of the areas are unknown",
                None if limit is None else limit / total,
                None if repeated is None else repeated.shares[component.id].confidence_95,
                None if moved is None else moved.shares[component.id],
            )
        percent = Quantity(None, None, "not counted: see the notes of the quantification")
        amount = amounts.get((entry.sample, level, component.id))
        if amount is not None and whole is not None:
            percent = Quantity(
                amount.atomic_percent,
                amount.stderr,
                "" if amount.stderr is not None else "the errors of the areas are unknown",
                None if limit is None else limit * whole.atomic_percent / total,
                systematic=amount.systematic,
            )
        rows.append(
            ComponentRow(
                component,
                _parameter(fit, component, "center"),
                _parameter(fit, component, "fwhm"),
                _parameter(fit, component, "area", limit),
                share,
                {
                    parameter.name: _parameter(fit, component, parameter.name)
                    for parameter in SHAPES[component.shape].parameters
                },
                percent,
                fit.is_significant(component),
                tuple(flags(fit, component)),
            )
        )
    return tuple(rows)


def _parameter(
    fit: RegionFit, component: Component, name: str, limit: float | None = None
) -> Quantity:
    ref = Ref(component.id, name)
    stderr = fit.stderr(ref)
    why = "" if stderr is not None else why_no_error(fit, ref)
    intervals = fit.area_intervals(component) if name == "area" else fit.intervals(ref)
    interval = None if intervals is None else intervals.confidence_95
    moved = fit.errors.systematic
    spread = None if moved is None or name != "area" else moved.areas[component.id]
    return Quantity(component.params[name].value, stderr, why, limit, interval, spread)


def why_no_error(fit: RegionFit, ref: Ref) -> str:
    """Say why a parameter of a fit has no standard error."""
    if ref in fit.held and ref not in fit.free:
        return "tied where it is expected: the component is too weak to place itself"
    root, _, _ = fit.region.resolve(ref)
    tied = "" if root == ref else f"tied to {root}, which is "
    if root in fit.at_bound:
        return f"{tied}held back by its bound"
    if not fit.region.param(root).vary:
        return f"{tied}fixed"
    if tied:
        return f"{tied}not determined by the data"
    return "not determined by the data"
