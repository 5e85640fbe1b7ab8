"""What the comparison tab shows along a series: amounts with errors, and their trends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QColor

from app.compare.compared import (
    SIGNIFICANT,
    UNITS,
    DifferenceCell,
    p_text,
    part_of,
    sentence,
    stale_notes,
)
from app.gestures.gestures import short_name
from app.plot.curve_items import ComponentLook, dash_of, letter_of
from xps.cancel import Cancelled, raising
from xps.composition import TO_PERCENT, Kind
from xps.errors import XpsError
from xps.escaping import tab_separated
from xps.numbers_text import UNKNOWN, with_error
from xps.project import Project
from xps.series import places_of_sample

if TYPE_CHECKING:
    from xps.charts import Chart, Species
    from xps.trend import Trend

_LEAST_PLACES = 3


@dataclass(frozen=True)
class TrendRow:
    """One line of the table: core levels, or one species.

    Attributes
    ----------
    label : str
    look : ComponentLook or None
        None for core levels.
    slope, straight : DifferenceCell or None
        Slope with its p-value; in the other, the chance of such a scatter about the line.
    """

    label: str
    look: ComponentLook | None
    slope: DifferenceCell | None = None
    straight: str = ""


@dataclass(frozen=True)
class Along:
    """All that the comparison tab shows along a series.

    Attributes
    ----------
    series : str
    unit : str
        What the numbers are.
    charts : tuple of Chart
    looks : tuple of tuple of ComponentLook
        Of the species of each chart.
    rows : tuple of TrendRow
    notes : tuple of str
    problem : str
        Why there is nothing to draw; "" where there is.
    """

    series: str = ""
    unit: str = "share / %"
    charts: tuple[Chart, ...] = ()
    looks: tuple[tuple[ComponentLook, ...], ...] = ()
    rows: tuple[TrendRow, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""

    def as_tsv(self) -> str:
        """Return the table as text, columns parted by tabs."""
        headers = [
            "Species",
            f"slope of {self.unit} per 1 of {self.series}",
            "p (Holm)",
            "p (line)",
        ]
        lines = [headers]
        for row in self.rows:
            cells = ("", "") if row.slope is None else (row.slope.difference, row.slope.p_value)
            lines.append([row.label, *cells, row.straight])
        return tab_separated(lines)


def along(
    project: Project,
    samples: Sequence[str],
    levels: Sequence[str],
    series: str,
    kind: Kind = "share",
    cancelled: Cancelled | None = None,
) -> Along:
    """Follow samples of a project along a series.

    Parameters
    ----------
    project : Project
    samples, levels : sequence of str
        Names of the samples, and the core levels, that are drawn.
    series : str
    kind : {"share", "atomic_percent"}
    cancelled : callable, optional
        Asked between the steps; all ends with a `CancelledError` once it says True.
    """
    ask = raising(cancelled, "the comparison")
    part = part_of(project, samples, levels)
    if not part.regions:
        return Along(series, problem="Choose samples and core levels to compare.")
    if not any(places_of_sample(part, sample, series) for sample in part.samples):
        return Along(series, problem=f"Type the number of each sample under {series}, at the left.")
    from xps.charts import charts

    ask()
    try:
        found = charts(part, kind, series=series)
    except XpsError as error:
        return Along(series, problem=sentence(error))
    ask()
    looks = tuple(_looks(chart.species) for chart in found)
    rows = [row for chart, own in zip(found, looks, strict=True) for row in _rows(chart, own)]
    notes = [*_notes(found, series), *stale_notes(part)]
    return Along(series, UNITS[kind], found, looks, tuple(rows), tuple(dict.fromkeys(notes)))


def _looks(species: Sequence[Species]) -> tuple[ComponentLook, ...]:
    return tuple(
        ComponentLook(letter_of(place), one.name, QColor(one.color), dash_of(place))
        for place, one in enumerate(species)
    )


def _rows(chart: Chart, looks: Sequence[ComponentLook]) -> list[TrendRow]:
    rows = [TrendRow(chart.title, None)]
    for one, look in zip(chart.species, looks, strict=True):
        if one.trend is None:
            rows.append(TrendRow(short_name(one.name), look))
        else:
            straight = p_text(one.trend.misfit_p_value)
            sign = "" if one.trend.is_straight else "⚠ "
            rows.append(TrendRow(short_name(one.name), look, _slope(one.trend), sign + straight))
    return rows


def _slope(trend: Trend) -> DifferenceCell:
    scale = TO_PERCENT[trend.kind]
    error = None if trend.stderr is None else scale * trend.stderr
    text = with_error(scale * trend.slope, error, decimals=3)
    adjusted = trend.p_value_adjusted
    significant = adjusted is not None and adjusted < SIGNIFICANT
    verdict = "significant" if significant else "not significant"
    values, errors = trend.line(np.zeros(1))
    start = with_error(
        scale * float(values[0]), None if errors is None else scale * float(errors[0]), decimals=1
    )
    tip = (
        f"{trend.quantity.name}: {text} % for a step of 1 in {trend.series}, from {start} % at 0 "
        f"(one standard deviation); {trend.samples} places.\n"
        f"p = {p_text(adjusted)} after Holm's correction, {verdict} at 5 %."
        + (f"\n{trend.note[0].upper()}{trend.note[1:]}." if trend.note else "")
    )
    sign = "✓ " if significant else ""
    p_value = UNKNOWN if adjusted is None else f"{sign}{p_text(adjusted)}"
    return DifferenceCell(text, p_value, tip, significant)


def _notes(charts: Sequence[Chart], series: str) -> list[str]:
    notes: Mapping[str, None] = {}
    places = {place for chart in charts for place in chart.places}
    trends = [one.trend for chart in charts for one in chart.species if one.trend is not None]
    notes = dict.fromkeys(note for trend in trends for note in trend.note.split("; ") if note)
    if len(places) < _LEAST_PLACES:
        return [f"a trend needs {_LEAST_PLACES} places of {series} or more"]
    return list(notes)
