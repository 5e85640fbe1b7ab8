"""Draws the panels of a figure: axes, curves, names and reasons."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from xps.figure_text import text_width, wrapped
from xps.palette import color_key, tint
from xps.panels import Panel
from xps.peak_labels import Label, placed_labels, tips_of
from xps.problem import RegionCurves

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK = "#1A1A1A"
DATA = "#5A5A5A"
OUTSIDE = "#B8B8B8"  # data that the fit did not see
MASKED = "#6E6E6E"
BACKGROUND = "#4D4D4D"
BAND = "#E4E4E4"
FILL_ALPHA = 0.8
_NAME_SIZE = 7.0
_MESSAGE_SIZE = 6.0
_LINE = 3.0  # mm, of text
_INSET = 1.4  # mm, from the frame to the text
_MOST_TEXT = 0.4  # of the height, for names and reasons
_MARK_SIZE = 6.0
_MARK_WIDTH, _MARK_HEIGHT = 2.3, 2.8  # mm that a mark takes
_CLEAR = 1.1  # mm between curves and marks
_TRACE = 0.004  # of the tallest component: below this no outline is drawn


def draw_panel(
    main: Axes,
    residual: Axes | None,
    panel: Panel,
    *,
    scale: float,
    colors: Mapping[tuple[str, str], str],
    marks: Mapping[str, str],
    size_mm: tuple[float, float],
) -> None:
    """Draw one panel.

    Parameters
    ----------
    main : Axes
        With its energy limits set.
    residual : Axes or None
        The strip above; None for a panel without a fit.
    panel : Panel
    scale : float
        Intensities are divided by it.
    colors : mapping
        Of `xps.palette.component_colors`.
    marks : mapping of str to str
        What is written above components, by `color_key`; those that are not significant go
        without.
    size_mm : (float, float)
        Width and height of `main`.
    """
    curves = panel.curves
    energy, intensity = panel.energy_ev, panel.intensity / scale
    tips: dict[str, tuple[float, float]] = {}
    if curves is not None and panel.table is not None:
        low, high = curves.energy_ev[0], curves.energy_ev[-1]
        seen = (energy >= low - 1e-9) & (energy <= high + 1e-9)
        _points(main, energy[~seen], intensity[~seen], OUTSIDE)
        _points(main, energy[seen], intensity[seen], DATA)
        tips = tips_of(panel, marks, scale, main.get_xlim(), size_mm[0])
        drawn = list(zip(panel.table.rows, curves.model.components, strict=True))
        # The small stand before the tall, so that none hides another.
        for row, curve in sorted(drawn, key=lambda pair: -float(np.max(pair[1]))):
            color = colors[panel.table.region.core_level, color_key(row.component)]
            _component(main, curves, curve, scale, color, weak=not row.significant)
        main.plot(
            curves.energy_ev,
            curves.model.background / scale,
            color=BACKGROUND,
            linewidth=0.6,
            linestyle=(0, (3, 1.5)),
            zorder=2.5,
        )
        main.plot(curves.energy_ev, curves.model.total / scale, color=INK, linewidth=0.75, zorder=4)
    else:
        _points(main, energy, intensity, DATA)
    _crosses(main, panel.masked[0], panel.masked[1] / scale)
    if residual is not None and curves is not None:
        _residual(residual, curves)
    _name(main, panel, scale, size_mm, tips)


def _points(axes: Axes, x: np.ndarray, y: np.ndarray, color: str) -> None:
    axes.plot(
        x,
        y,
        linestyle="none",
        marker="o",
        markersize=1.7,
        markerfacecolor="white",
        markeredgecolor=color,
        markeredgewidth=0.35,
        zorder=3 if color == DATA else 2.9,
    )


def _crosses(axes: Axes, x: np.ndarray, y: np.ndarray) -> None:
    """Cross out masked points; the scale is that of the others, which spikes must not crush."""
    axes.plot(
        x,
        y,
        linestyle="none",
        marker="x",
        markersize=2.8,
        markeredgecolor=MASKED,
        markeredgewidth=0.55,
        zorder=4.5,
    )


def _component(
    axes: Axes, curves: RegionCurves, curve: np.ndarray, scale: float, color: str, *, weak: bool
) -> None:
    """Fill a component down to the background; what is negative is not drawn."""
    base = curves.model.background / scale
    height = np.maximum(curve, 0.0) / scale
    axes.fill_between(
        curves.energy_ev,
        base,
        base + height,
        facecolor=tint(color, weak=weak),
        alpha=FILL_ALPHA,
        linewidth=0.0,
        zorder=1,
    )
    tallest = float(np.max(curves.model.components, initial=0.0)) / scale
    outline = np.where(height > _TRACE * tallest, base + height, np.nan)
    axes.plot(
        curves.energy_ev,
        outline,
        color=color,
        linewidth=0.7,
        linestyle=(0, (2.5, 1.2)) if weak else "-",
        zorder=2,
    )


def _residual(axes: Axes, curves: RegionCurves) -> None:
    largest = float(np.max(np.abs(curves.residual), initial=0.0))
    limit = max(4.0, 1.1 * largest)
    tick = 2.0 if limit <= 6.0 else _round_half(limit)
    axes.axhspan(-2.0, 2.0, facecolor=BAND, linewidth=0.0, zorder=0)
    axes.axhline(0.0, color="#9A9A9A", linewidth=0.4, zorder=1)
    axes.plot(curves.energy_ev, curves.residual, color=INK, linewidth=0.5, zorder=2)
    axes.set_ylim(-limit, limit)
    axes.set_yticks([-tick, tick], [f"−{tick:g}σ", f"{tick:g}σ"])


def _round_half(limit: float) -> float:
    """Return a round number near half of the limit."""
    power = 10.0 ** math.floor(math.log10(limit / 2.0))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= limit / 2.0)


def _mark(axes: Axes, labels: Sequence[Label], size_mm: tuple[float, float]) -> None:
    """Write marks above the curves, with a line down to the tip of each component."""
    width, height = size_mm
    left, right = axes.get_xlim()
    low, high = axes.get_ylim()
    per_mm = (high - low) / height
    for label in labels:
        energy = left - label.x / width * (left - right)
        tip = left - label.tip[0] / width * (left - right)
        foot = label.floor + _CLEAR * per_mm
        axes.plot(
            [tip, energy],
            [label.tip[1], foot - 0.1 * per_mm],
            color=DATA,
            linewidth=0.35,
            zorder=3.5,
        )
        axes.text(
            energy,
            foot,
            label.text,
            fontsize=_MARK_SIZE,
            color=INK,
            horizontalalignment="center",
            verticalalignment="bottom",
            zorder=6,
        )


def _name(
    axes: Axes,
    panel: Panel,
    scale: float,
    size_mm: tuple[float, float],
    tips: Mapping[str, tuple[float, float]],
) -> None:
    """Write letter, sample, reason and marks, and make room for them."""
    width, height = size_mm
    indent = text_width(panel.letter, _NAME_SIZE, bold=True) + 1.2
    room = width - 2.0 * _INSET - indent
    most = max(2, int(_MOST_TEXT * height / _LINE))
    names = wrapped(panel.sample, room, _NAME_SIZE, max(1, most - 2 * bool(panel.message)))
    lines = [(part, _NAME_SIZE) for part in names]
    if panel.message:
        reasons = wrapped(panel.message, room, _MESSAGE_SIZE, max(1, most - len(names)))
        lines += [(part, _MESSAGE_SIZE) for part in reasons]
    for number, (part, size) in enumerate(lines):
        axes.text(
            (_INSET + indent) / width,
            1.0 - (_INSET + number * _LINE) / height,
            part,
            transform=axes.transAxes,
            fontsize=size,
            color=INK if size == _NAME_SIZE else DATA,
            verticalalignment="top",
            zorder=6,
        )
    axes.text(
        _INSET / width,
        1.0 - _INSET / height,
        panel.letter,
        transform=axes.transAxes,
        fontsize=_NAME_SIZE,
        fontweight="bold",
        verticalalignment="top",
        zorder=6,
    )
    taken = indent + max(text_width(part, size) for part, size in lines) + 2.0 * _INSET
    x_mm, top, lowest = _edges(panel, scale, axes.get_xlim(), width)
    labels = placed_labels(tips, x_mm, top, width_mm=width, label_mm=_MARK_WIDTH)
    axes.set_ylim(
        *_limits(panel, scale, (x_mm, top), lowest, labels, taken, len(lines) * _LINE, height)
    )
    _mark(axes, labels, size_mm)


def _edges(
    panel: Panel, scale: float, x_limits: tuple[float, float], width_mm: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """Points from left to right: mm, and the larger of data and fit; the lowest of the data."""
    left, right = x_limits
    shown = (panel.energy_ev <= left) & (panel.energy_ev >= right)
    energy, data = panel.energy_ev[shown], panel.intensity[shown] / scale
    top = data
    if panel.curves is not None:
        total = np.interp(energy, panel.curves.energy_ev, panel.curves.model.total / scale)
        top = np.maximum(data, total)
    x_mm = (left - energy) / (left - right) * width_mm
    return x_mm, top, float(data.min(initial=np.inf))


def _limits(
    panel: Panel,
    scale: float,
    edge: tuple[np.ndarray, np.ndarray],
    lowest: float,
    labels: Sequence[Label],
    taken_mm: float,
    text_mm: float,
    height_mm: float,
) -> tuple[float, float]:
    """Intensity limits that keep curves and marks clear of the text in the upper left corner.

    `lowest` is the lowest of the data, `taken_mm` and `text_mm` are width and height of the text.
    """
    x_mm, top = edge
    if not top.size:
        return 0.0, 1.0
    bottom = lowest
    if panel.curves is not None:
        bottom = min(bottom, float(panel.curves.model.background.min()) / scale)
    highest = float(top.max())
    spread = (highest - bottom) or abs(highest) or 1.0
    low = 0.0 if 0.0 <= bottom < 0.2 * highest else bottom - 0.06 * spread
    under_text = 1.0 - (_INSET + text_mm + 0.5) / height_mm
    mark = (_CLEAR + _MARK_HEIGHT) / height_mm
    asked = [(highest, 0.94), *((label.floor, 1.0 - mark) for label in labels)]
    asked += [(float(value), under_text) for value in top[x_mm <= taken_mm]]
    asked += [
        (label.floor, under_text - mark)
        for label in labels
        if label.x - 0.5 * _MARK_WIDTH <= taken_mm
    ]
    return low, max(low + (value - low) / max(free, 0.25) for value, free in asked)
