"""Lays the panels of a figure out in millimeters, and draws them with labels and legends."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xps.errors import XpsError
from xps.legend import (
    LegendEntry,
    Placed,
    component_entries,
    draw_legend,
    flow,
    legend_height,
    marks,
)
from xps.numbers_text import power_of_ten
from xps.palette import component_colors
from xps.panel_drawing import BACKGROUND, BAND, DATA, INK, MASKED, draw_panel
from xps.panels import Column, lettered

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MM_PER_INCH = 25.4
_LEFT = 12.0  # y label and tick labels
_GAP = 9.0  # tick labels of the next column
_RIGHT = 3.0
_TOP = 0.8
_HEADER = 3.8  # name of the core level above its panels
_STRIP = 7.0  # of residuals
_STRIP_GAP = 0.6
_ROW_GAP = 1.6
_X_LABEL = 8.0
_BLOCK_GAP = 3.0
_BOTTOM = 0.8
_NARROWEST = 36.0  # panel that can still be read
_EDGE = 0.07  # of the height of a panel
_PAGE = 235.0  # what a journal page holds
_PANEL_HEIGHT = (16.0, 34.0)
_PANEL_SHAPE = 0.42  # height over width
_ALONE_SHAPE, _ALONE_HEIGHT = 0.62, 85.0  # of the only panel of a figure
_BIG, _SMALL = 10_000.0, 0.1  # intensities beyond are given with a power of ten


@dataclass(frozen=True)
class _Block:
    """The panels of one core level and where they go."""

    column: Column
    legend: tuple[Placed, ...]
    left: float
    top: float


@dataclass(frozen=True)
class _Layout:
    """Lengths in mm.

    Attributes
    ----------
    width, height : float
        Of the figure.
    panel : (float, float)
        Width and height of a panel without its residual strip.
    key : tuple of Placed
        The legend of data, fit and background, at the top.
    blocks : tuple of _Block
    y_labels : tuple of (float, float, str)
        Left edge, middle height and text of each intensity label.
    """

    width: float
    height: float
    panel: tuple[float, float]
    key: tuple[Placed, ...]
    blocks: tuple[_Block, ...]
    y_labels: tuple[tuple[float, float, str], ...]


def draw_figure(columns: Sequence[Column], width: float) -> Figure:
    """Draw the columns of a figure of a width in mm."""
    from matplotlib.figure import Figure

    regions = [p.table.region for c in columns for p in c.drawn if p.table is not None]
    colors = component_colors(regions)
    power = _power(columns)
    layout = _layout(columns, width, colors, power)
    size = (layout.width / _MM_PER_INCH, layout.height / _MM_PER_INCH)
    figure = Figure(figsize=size, facecolor="white")
    key = _axes(figure, layout, _LEFT, _TOP, layout.width - _LEFT, legend_height(layout.key))
    draw_legend(key, layout.key, layout.width - _LEFT, legend_height(layout.key))
    for block in layout.blocks:
        _draw_block(figure, layout, block, colors, 10.0**power)
    for left, middle, text in layout.y_labels:
        figure.text(
            left / layout.width,
            1.0 - middle / layout.height,
            text,
            rotation="vertical",
            horizontalalignment="left",
            verticalalignment="center",
        )
    return figure


def _power(columns: Sequence[Column]) -> int:
    """Return the power of ten, a multiple of three, that keeps tick labels short."""
    panels = [panel for column in columns for panel in column.drawn if panel.intensity.size]
    tallest = max((float(np.abs(panel.intensity).max()) for panel in panels), default=1.0)
    if tallest == 0.0 or _SMALL <= tallest < _BIG:
        return 0
    return 3 * math.floor(math.log10(tallest) / 3.0)


def _y_label(column: Column, power: int) -> str:
    many = f"{power_of_ten(power)} " if power else ""
    unit = _unit(column)
    if unit == "arbitrary":
        return "Intensity / arb. units"
    return f"Intensity / ({many}{unit})" if many or "/" in unit else f"Intensity / {unit}"


def _unit(column: Column) -> str:
    units = {panel.intensity_unit for panel in column.drawn}
    return units.pop() if len(units) == 1 else "arbitrary"


def _key_entries(columns: Sequence[Column]) -> list[LegendEntry]:
    panels = [panel for column in columns for panel in column.drawn]
    entries = [LegendEntry("data", DATA, "data")]
    if any(panel.masked[0].size for panel in panels):
        entries.append(LegendEntry("masked", MASKED, "masked, not fitted"))
    if any(panel.curves is not None for panel in panels):
        stale = [
            panel.letter
            for panel in panels
            if panel.table is not None and panel.table.state == "stale"
        ]
        stale.sort(key=lambda letter: (len(letter), letter))
        where = "" if len(stale) == len(panels) > 1 else f" in {', '.join(stale)}"
        fit = f"fit (stale{where})" if stale else "fit"
        entries += [
            LegendEntry("fit", INK, fit),
            LegendEntry("background", BACKGROUND, "background"),
            LegendEntry("band", BAND, "residual ±2σ"),
        ]
    return entries


def _layout(
    columns: Sequence[Column],
    width: float,
    colors: Mapping[tuple[str, str], str],
    power: int,
) -> _Layout:
    labels = [_y_label(column, power) for column in columns]
    gap = _GAP if len(set(labels)) == 1 else _LEFT
    most = int((width - _LEFT - _RIGHT + gap) / (_NARROWEST + gap))
    if most < 1:
        raise XpsError(
            f"a figure {width:g} mm wide leaves no room for a panel",
            f"make it at least {_LEFT + _RIGHT + _NARROWEST:g} mm wide; journals ask for 85 to 183",
        )
    lines = math.ceil(len(columns) / most)
    beside = math.ceil(len(columns) / lines)
    panel_width = (width - _LEFT - _RIGHT - (beside - 1) * gap) / beside
    columns = lettered(columns, beside)
    legends = [tuple(flow(component_entries(column, colors), panel_width)[0]) for column in columns]
    key = tuple(flow(_key_entries(columns), width - _LEFT - _RIGHT)[0])
    order = range(len(columns))
    bands = [order[start : start + beside] for start in order[::beside]]
    rows = [len(columns[band[0]].panels) for band in bands]
    below = [_X_LABEL + max(legend_height(legends[i]) for i in band) for band in bands]
    strips = [n * (_STRIP + _STRIP_GAP) + (n - 1) * _ROW_GAP for n in rows]
    fixed = _TOP + legend_height(key) + lines * _HEADER + sum(strips) + sum(below)
    fixed += (lines - 1) * _BLOCK_GAP + _BOTTOM
    alone = sum(rows) == 1
    panel_height = _panel_height(panel_width, (_PAGE - fixed) / sum(rows), alone=alone)
    blocks: list[_Block] = []
    y_labels: list[tuple[float, float, str]] = []
    top = _TOP + legend_height(key)
    for band, n, strip, legend in zip(bands, rows, strips, below, strict=True):
        panels = strip + n * panel_height
        for place, i in enumerate(band):
            left = _LEFT + place * (panel_width + gap)
            blocks.append(_Block(columns[i], legends[i], left, top))
            if place == 0 or gap == _LEFT:
                y_labels.append((left - _LEFT + 0.6, top + _HEADER + 0.5 * panels, labels[i]))
        top += _HEADER + panels + legend + _BLOCK_GAP
    height = fixed + sum(rows) * panel_height
    return _Layout(width, height, (panel_width, panel_height), key, tuple(blocks), tuple(y_labels))


def _panel_height(panel_width: float, room: float, *, alone: bool) -> float:
    if alone:
        return min(_ALONE_SHAPE * panel_width, _ALONE_HEIGHT, room)
    least, most = _PANEL_HEIGHT
    wanted = min(max(_PANEL_SHAPE * panel_width, 0.7 * most), most)
    return max(least, min(wanted, room))


def _axes(
    figure: Figure, layout: _Layout, left: float, top: float, width: float, height: float
) -> Axes:
    return figure.add_axes(
        (
            left / layout.width,
            1.0 - (top + height) / layout.height,
            width / layout.width,
            height / layout.height,
        )
    )


def _draw_block(
    figure: Figure,
    layout: _Layout,
    block: _Block,
    colors: Mapping[tuple[str, str], str],
    scale: float,
) -> None:
    width, height = layout.panel
    low, high = block.column.window_ev
    top = block.top
    figure.text(
        (block.left + 0.5 * width) / layout.width,
        1.0 - (top + 0.5 * _HEADER) / layout.height,
        block.column.core_level,
        fontsize=8.0,
        fontweight="bold",
        horizontalalignment="center",
        verticalalignment="center",
    )
    top += _HEADER
    last = max(i for i, panel in enumerate(block.column.panels) if panel is not None)
    for row, panel in enumerate(block.column.panels):
        if panel is not None:
            with_strip = panel.curves is not None
            strip = _STRIP + _STRIP_GAP if with_strip else 0.0
            tall = height if with_strip else height + _STRIP + _STRIP_GAP
            main = _axes(figure, layout, block.left, top + strip, width, tall)
            main.set_xlim(high, low)
            residual = None
            if with_strip:
                residual = _axes(figure, layout, block.left, top, width, _STRIP)
                residual.set_xlim(high, low)
            draw_panel(
                main,
                residual,
                panel,
                scale=scale,
                colors=colors,
                marks=marks(block.column),
                size_mm=(width, tall),
            )
            _ticks(main, residual, labeled=row == last)
            if _unit(block.column) == "arbitrary":
                main.tick_params(axis="y", labelleft=False)
            if row == last:
                main.set_xlabel("Binding energy / eV", labelpad=2.0)
        top += _STRIP + _STRIP_GAP + height + _ROW_GAP
    top += _X_LABEL - _ROW_GAP
    legend = _axes(figure, layout, block.left, top, width, legend_height(block.legend))
    draw_legend(legend, block.legend, width, legend_height(block.legend))


def _ticks(main: Axes, residual: Axes | None, *, labeled: bool) -> None:
    from matplotlib.ticker import AutoMinorLocator, MaxNLocator, ScalarFormatter

    for axes in (main, residual):
        if axes is not None:
            axes.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 5, 10]))
            axes.xaxis.set_minor_locator(AutoMinorLocator(2))
            axes.tick_params(axis="x", labelbottom=labeled and axes is main)
    main.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    if residual is None:
        # A number at the upper edge would touch that at the lower edge of the panel above.
        low, high = main.get_ylim()
        main.set_yticks([y for y in main.get_yticks() if low <= y <= high - _EDGE * (high - low)])
    numbers = ScalarFormatter(useOffset=False)
    numbers.set_scientific(False)
    main.yaxis.set_major_formatter(numbers)
