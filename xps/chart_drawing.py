"""Draws charts of amounts: bars with errors, and amounts along a series. Lengths are in mm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from xps.charts import MOST_BARS, Amount, Chart
from xps.composition import TO_PERCENT
from xps.errors import XpsError
from xps.figure_text import printable, text_width, wrapped
from xps.legend import LegendEntry, draw_legend, flow, legend_height
from xps.numbers_text import ceiled
from xps.palette import lighter
from xps.trend import Trend

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MM_PER_INCH = 25.4
_INK = "#1A1A1A"
_TOP, _RIGHT, _GAP = 0.8, 3.0, 5.0
_TITLE = 4.4
_X_LABEL = 8.4
_NARROWEST = 70.0  # chart with its names
_SIZE = 7.0  # points
_LINE = 2.9
_BAR, _BETWEEN = 2.5, 1.5  # height of a bar, and space between species
_MOST_NAME = 27.0  # room for the name of a species
_DARKEST, _LIGHTEST = 0.95, 0.2
_PLOT_LEFT = 12.0
_PLOT_SHAPE, _TALLEST = 0.68, 58.0
_MARKERS = "os^DvPX*<>ph"
_ASIDE = 0.7  # mm between points of one place
_LABELS = {"share": "Share of the area / %", "atomic_percent": "Atomic %"}


def draw_bars(charts: Sequence[Chart], width: float) -> Figure:
    """Draw a bar for each species and sample, with its error, or its limit.

    Raises
    ------
    XpsError
        If there are more samples than shades that can be told apart.
    """
    samples = list(dict.fromkeys(name for chart in charts for name in chart.samples))
    if len(samples) > MOST_BARS:
        raise XpsError(
            f"{len(samples)} samples are too many for bars that can be told apart",
            f"choose up to {MOST_BARS} of them, or draw them as a series",
        )
    shades = np.linspace(_DARKEST, _LIGHTEST, max(len(samples), 2))
    shade = dict(zip(samples, shades.tolist(), strict=False))
    key = [LegendEntry("bar", _INK, name, shade=shade[name]) for name in samples]
    if any(amount.limit_95 is not None for chart in charts for amount in _amounts(chart)):
        key.append(LegendEntry("limit", _INK, "upper 95 % limit, not significant"))
    placed, lines = flow(key, width - 2.0 * _RIGHT)
    top = _TOP + legend_height(placed)
    room, bands = _bands(width, len(charts))
    names = [text_width(printable(s.name), _SIZE) for c in charts for s in c.species]
    left = min(max(names, default=0.0), _MOST_NAME) + 2.5
    heights = [_bars_height(chart, left) for chart in charts]
    reach = _reach(charts)
    tall = [max(heights[n] for n in band) for band in bands]
    height = top + sum(tall) + len(bands) * (_TITLE + _X_LABEL)
    figure, page = _page(width, height)
    across, high = width - 2.0 * _RIGHT, lines * _LINE + 1.0
    draw_legend(page(_RIGHT, _TOP, across, high), placed, across, high)
    for band, space in zip(bands, tall, strict=True):
        top += _TITLE
        for place, number in enumerate(band):
            start = place * (room + _GAP) + left
            axes = page(start, top, room - left, heights[number])
            _title(axes, charts[number].title, heights[number])
            _bars(axes, charts[number], shade, left, reach)
            axes.set_xlabel(_LABELS[charts[number].kind], labelpad=2.0)
        top += space + _X_LABEL
    return figure


def draw_series(charts: Sequence[Chart], series: str, width: float) -> Figure:
    """Draw amounts against the places of a series, a marker of its own for each species."""
    room, bands = _bands(width, len(charts))
    across = room - _PLOT_LEFT
    tall = min(_PLOT_SHAPE * across, _TALLEST)
    legends = [
        flow(
            [
                LegendEntry("point", s.color, s.name, marker=_MARKERS[n % len(_MARKERS)])
                for n, s in enumerate(chart.species)
            ]
            + _trend_entries(chart),
            across,
        )[0]
        for chart in charts
    ]
    below = [_X_LABEL + max(legend_height(legends[n]) for n in band) for band in bands]
    height = _TOP + len(bands) * (_TITLE + tall) + sum(below)
    figure, page = _page(width, height)
    top = _TOP
    for band, space in zip(bands, below, strict=True):
        top += _TITLE
        for place, number in enumerate(band):
            start = place * (room + _GAP) + _PLOT_LEFT
            axes = page(start, top, across, tall)
            _title(axes, charts[number].title, tall)
            _points(axes, charts[number], across)
            axes.set_xlabel("\n".join(wrapped(series, across, _SIZE, 1)), labelpad=2.0)
            axes.set_ylabel(_LABELS[charts[number].kind], labelpad=2.5)
            high = legend_height(legends[number])
            key = page(start, top + tall + _X_LABEL, across, high)
            draw_legend(key, legends[number], across, high)
        top += tall + space
    return figure


def _trend_entries(chart: Chart) -> list[LegendEntry]:
    """What the lines through the points are, and what the dashed ones are not."""
    trends = [one.trend for one in chart.species if one.trend is not None]
    entries = []
    if any(trend.is_straight for trend in trends):
        entries.append(LegendEntry("trend", _INK, "straight line ±1σ"))
    if not all(trend.is_straight for trend in trends):
        entries.append(LegendEntry("bent", _INK, "no straight line: more scatter than errors"))
    return entries


def _bands(width: float, charts: int) -> tuple[float, list[range]]:
    """Return the room of a chart in mm, and the numbers of those side by side, from the top."""
    beside = min(charts, int((width - _RIGHT + _GAP) / (_NARROWEST + _GAP)))
    if beside < 1:
        raise XpsError(
            f"a figure {width:g} mm wide leaves no room for a chart",
            f"make it at least {_NARROWEST + _RIGHT:g} mm wide; journals ask for 85 to 183",
        )
    room = (width - _RIGHT - (beside - 1) * _GAP) / beside
    return room, [range(charts)[n : n + beside] for n in range(0, charts, beside)]


def _page(width: float, height: float) -> tuple[Figure, Callable[..., Axes]]:
    """Return an empty figure, and what puts axes on it: left, top, width and height in mm."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / _MM_PER_INCH, height / _MM_PER_INCH), facecolor="white")

    def axes(left: float, top: float, across: float, tall: float) -> Axes:
        place = (left / width, 1.0 - (top + tall) / height, across / width, tall / height)
        return figure.add_axes(place)

    return figure, axes


def _title(axes: Axes, title: str, tall: float) -> None:
    axes.text(
        0.5,
        1.0 + 0.5 * _TITLE / tall,
        printable(title),
        transform=axes.transAxes,
        fontsize=8.0,
        fontweight="bold",
        horizontalalignment="center",
        verticalalignment="center_baseline",
    )


def _amounts(chart: Chart) -> list[Amount]:
    return [amount for one in chart.species for amount in one.amounts if amount is not None]


def _ends(amount: Amount) -> tuple[float, float]:
    """How far down and up an amount reaches with its error, or the words of its limit."""
    error = amount.stderr or 0.0
    if amount.limit_95 is not None:
        return 0.0, 1.2 * amount.limit_95
    return amount.value - error, amount.value + error


def _names(chart: Chart, left: float) -> list[list[str]]:
    return [wrapped(one.name, left - 2.0, _SIZE) for one in chart.species]


def _steps(chart: Chart, left: float) -> list[float]:
    """The height that each species takes."""
    bars = len(chart.samples) * _BAR
    return [max(bars, len(name) * _LINE) + _BETWEEN for name in _names(chart, left)]


def _bars_height(chart: Chart, left: float) -> float:
    return sum(_steps(chart, left)) + _BETWEEN


def _reach(charts: Sequence[Chart]) -> tuple[float, float]:
    """One scale for all charts, so that bars can be compared between them."""
    ends = [end for chart in charts for amount in _amounts(chart) for end in _ends(amount)]
    return min(0.0, 1.05 * min(ends)), 1.06 * max(*ends, 0.0) or 1.0


def _bars(
    axes: Axes, chart: Chart, shade: Mapping[str, float], left: float, reach: tuple[float, float]
) -> None:
    from matplotlib.ticker import AutoMinorLocator, MaxNLocator

    axes.set_xlim(*reach)
    axes.set_ylim(_bars_height(chart, left), 0.0)
    middles = []
    top = _BETWEEN
    for one, step in zip(chart.species, _steps(chart, left), strict=True):
        middle = top + 0.5 * (step - _BETWEEN)
        middles.append(middle)
        first = middle - 0.5 * (len(chart.samples) - 1) * _BAR
        for number, (sample, amount) in enumerate(zip(chart.samples, one.amounts, strict=True)):
            if amount is not None:
                _bar(axes, amount, first + number * _BAR, one.color, shade[sample])
        top += step
    axes.axvline(0.0, color=_INK, linewidth=0.8, zorder=2.5, clip_on=False)
    axes.set_yticks(middles, ["\n".join(name) for name in _names(chart, left)])
    axes.tick_params(axis="y", length=0.0, labelsize=_SIZE)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_minor_locator(AutoMinorLocator(2))
    axes.tick_params(axis="x", which="both", top=False)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _bar(axes: Axes, amount: Amount, middle: float, color: str, shade: float) -> None:
    if amount.limit_95 is not None:
        limit = amount.limit_95
        axes.plot([0.0, limit], [middle, middle], color=_INK, linewidth=0.5, zorder=2)
        axes.plot([limit], [middle], marker="|", markersize=4.0, color=_INK, zorder=3)
        axes.annotate(
            f"< {ceiled(limit)}",
            (limit, middle),
            xytext=(2.5, 0.0),
            textcoords="offset points",
            fontsize=5.5,
            verticalalignment="center_baseline",
        )
        return
    axes.barh(
        [middle],
        [amount.value],
        height=0.86 * _BAR,
        facecolor=lighter(color, shade),
        edgecolor=_INK,
        linewidth=0.35,
        zorder=2,
    )
    if amount.stderr is not None:
        axes.errorbar(
            [amount.value],
            [middle],
            xerr=[amount.stderr],
            fmt="none",
            ecolor=_INK,
            elinewidth=0.5,
            capsize=1.2,
            capthick=0.5,
            zorder=3,
        )


def _points(axes: Axes, chart: Chart, across: float) -> None:
    from matplotlib.ticker import AutoMinorLocator, MaxNLocator

    reach = (max(chart.places) - min(chart.places)) or abs(chart.places[0]) or 1.0
    low, high = min(chart.places) - 0.06 * reach, max(chart.places) + 0.06 * reach
    axes.set_xlim(low, high)
    aside = _ASIDE * (high - low) / across
    for number, one in enumerate(chart.species):
        there = [
            (place + (number - 0.5 * (len(chart.species) - 1)) * aside, amount)
            for place, amount in zip(chart.places, one.amounts, strict=True)
            if amount is not None
        ]
        x, y = [place for place, _ in there], [amount.value for _, amount in there]
        if one.trend is None:
            axes.plot(x, y, color=one.color, linewidth=0.6, alpha=0.6, zorder=1)
        else:
            places = [p for p, a in zip(chart.places, one.amounts, strict=True) if a is not None]
            _trend(axes, one.trend, one.color, (min(places), max(places)))
        for place, amount in there:
            axes.errorbar(
                [place],
                [amount.value],
                yerr=None if amount.stderr is None else [amount.stderr],
                marker=_MARKERS[number % len(_MARKERS)],
                markersize=3.4,
                markerfacecolor=one.color if amount.limit_95 is None else "white",
                markeredgecolor=one.color if amount.limit_95 is not None else _INK,
                markeredgewidth=0.4 if amount.limit_95 is None else 0.7,
                ecolor=_INK if amount.limit_95 is None else one.color,
                elinewidth=0.6,
                capsize=1.2,
                capthick=0.6,
                zorder=2,
            )
    bottom, top = axes.get_ylim()
    if 0.0 < bottom < 0.3 * top:
        axes.set_ylim(0.0, top)
    axes.axhline(0.0, color="#9A9A9A", linewidth=0.4, zorder=0)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    axes.yaxis.set_minor_locator(AutoMinorLocator(2))


def _trend(axes: Axes, trend: Trend, color: str, ends: tuple[float, float]) -> None:
    """Draw the line with the band of its error, one standard deviation to each side."""
    places = np.linspace(*ends, 60)
    scale = TO_PERCENT[trend.kind]
    values, errors = trend.line(places)
    if errors is not None:
        axes.fill_between(
            places,
            scale * (values - errors),
            scale * (values + errors),
            facecolor=lighter(color, 0.25),
            linewidth=0.0,
            zorder=0.5,
        )
    dashes = "-" if trend.is_straight else (0, (3, 1.5))
    axes.plot(
        places,
        scale * values,
        color=color,
        linewidth=0.7,
        linestyle=dashes,
        zorder=1,
        label="trend",
    )
