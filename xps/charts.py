"""What charts of amounts show: samples against species, each number with its error."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xps.comparison import adjusted_trends, positions_in
from xps.composition import TO_PERCENT, Kind, Quantity, percents_of_samples, shares_of_samples
from xps.composition_table import CompositionTable, tables_of
from xps.errors import XpsError
from xps.fitted import standard_error
from xps.palette import color_key, component_colors
from xps.project import Project
from xps.series import with_places
from xps.tables import ComponentRow, region_tables
from xps.trend import Trend, trends_of

MOST_BARS = 6
"""Samples whose shades are told apart side by side."""

_ELEMENT_COLOR = "#6B6B6B"


@dataclass(frozen=True)
class Amount:
    """A share or an atomic percent of one sample.

    Attributes
    ----------
    value : float
        In percent, signed as fitted; the mean over replicates.
    stderr : float or None
        One standard deviation, with the scatter between replicates; None where unknown.
    limit_95 : float or None
        Upper 95 % limit where it is not significant.
    """

    value: float
    stderr: float | None
    limit_95: float | None


@dataclass(frozen=True)
class Species:
    """One species in all samples.

    Attributes
    ----------
    name, color : str
    amounts : tuple of (Amount or None)
        In the order of the chart's samples; None where a sample does not have it.
    trend : Trend or None
        Of the amounts along a series, as fractions or percents; None at fewer than three places.
    """

    name: str
    color: str
    amounts: tuple[Amount | None, ...]
    trend: Trend | None = None


@dataclass(frozen=True)
class Chart:
    """What adds up to one whole: the species of a core level, or the counted atoms.

    Attributes
    ----------
    kind : {"share", "atomic_percent"}
    title : str
        Core levels.
    samples : tuple of str
        Groups of replicates are one.
    places : tuple of float
        Where the samples stand in a series; empty where none was asked for.
    species : tuple of Species
    """

    kind: Kind
    title: str
    samples: tuple[str, ...]
    places: tuple[float, ...]
    species: tuple[Species, ...]


def charts(
    project: Project,
    kind: Kind = "share",
    *,
    core_levels: Sequence[str] | None = None,
    samples: Sequence[str] | None = None,
    series: str | None = None,
) -> tuple[Chart, ...]:
    """Return what there is to draw.

    Parameters
    ----------
    project : Project
    kind : {"share", "atomic_percent"}
    core_levels, samples : sequence of str, optional
        All by default. Of a sample that is one of several replicates, all are taken.
    series : str, optional
        Samples are put into its order, and those that are not in it left out.

    Raises
    ------
    XpsError
        If there is nothing to draw, or no such series.
    """
    chosen = _chosen(project, samples)
    project = with_places(project)
    shares = kind == "share"
    found = shares_of_samples(project, []) if shares else percents_of_samples(project)
    places = {} if series is None else positions_in(project, series)
    wanted = [
        one
        for one in found
        if (core_levels is None or set(one.core_levels) <= set(core_levels))
        and (samples is None or one.sample in chosen)
        and (series is None or one.sample in places)
    ]
    if not wanted:
        known = ", ".join(dict.fromkeys(one.sample for one in found)) or "none"
        if not found:
            what = "shares" if shares else "atomic percents"
            least = "a core level" if shares else "core levels of two elements"
            raise XpsError(f"no {what} to draw", f"fit {least} first")
        raise XpsError("no amounts of that choice to draw", f"fitted samples: {known}")
    rows = _rows(project)
    colors = _colors(project)
    tables = tables_of(wanted, None)
    lines = [trends_of(t, series, places, []) if series is not None else [] for t in tables]
    adjusted = iter(adjusted_trends([trend for of_table in lines for trend in of_table]))
    return tuple(
        _chart(table, places, rows, colors, [next(adjusted) for _ in of_table])
        for table, of_table in zip(tables, lines, strict=True)
    )


def _chosen(project: Project, names: Sequence[str] | None) -> set[str]:
    """What compositions call the samples of these names: groups, and places of a series."""
    wanted = set(names or ())
    own = {s.name for s in project.samples if s.name in wanted or s.group in wanted}
    regions = {r.id for r in project.regions if project.entry(r.spectrum).sample in own}
    placed = with_places(project)
    samples = {
        placed.entry(region.spectrum).sample for region in placed.regions if region.id in regions
    }
    return wanted | {placed.sample(name).group or name for name in samples}


_Key = tuple[str, str]  # core level, and species or id of the component


def _colors(project: Project) -> dict[_Key, str]:
    colors = component_colors(project.regions)
    return {
        (region.core_level, key): colors[region.core_level, color_key(component)]
        for region in project.regions
        for component in region.components
        for key in (component.id, component.species)
    }


def _rows(project: Project) -> dict[tuple[str, str, str], list[ComponentRow]]:
    """The rows of tables, by group or sample, core level, and species or id."""
    found: dict[tuple[str, str, str], list[ComponentRow]] = {}
    for table in region_tables(project):
        sample = project.sample(table.entry.sample)
        for row in table.rows:
            for key in {row.component.id, row.component.species}:
                place = (sample.group or sample.name, table.region.core_level, key)
                found.setdefault(place, []).append(row)
    return found


def _chart(
    table: CompositionTable,
    places: Mapping[str, float],
    rows: Mapping[tuple[str, str, str], Sequence[ComponentRow]],
    colors: Mapping[_Key, str],
    trends: Sequence[Trend],
) -> Chart:
    scale = TO_PERCENT[table.kind]
    order = sorted(range(len(table.samples)), key=lambda n: places.get(table.samples[n], 0.0))
    errors = np.diag(table.covariance).reshape(table.values.shape)

    def amount(number: int, column: int, quantity: Quantity) -> Amount | None:
        value = float(table.values[number, column])
        if not math.isfinite(value):
            return None
        error = standard_error(float(errors[number, column]))
        own = rows.get((table.samples[number], quantity.core_level, quantity.species), ())
        limit = _limit(table.kind, own) if quantity.species and len(own) == 1 else None
        return Amount(
            scale * value,
            None if error is None else scale * error,
            None if limit is None else scale * limit,
        )

    return Chart(
        table.kind,
        ", ".join(table.core_levels),
        tuple(table.samples[number] for number in order),
        tuple(places[table.samples[number]] for number in order) if places else (),
        tuple(
            Species(
                quantity.name,
                colors.get((quantity.core_level, quantity.species), _ELEMENT_COLOR),
                tuple(amount(number, column, quantity) for number in order),
                next((trend for trend in trends if trend.quantity == quantity), None),
            )
            for column, quantity in enumerate(table.quantities)
        ),
    )


def _limit(kind: Kind, rows: Sequence[ComponentRow]) -> float | None:
    return (rows[0].share if kind == "share" else rows[0].atomic_percent).limit_95
