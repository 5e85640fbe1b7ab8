"""Legends that flow like text: swatch and name, line after line, within a width in mm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from xps.figure_text import text_width, wrapped
from xps.palette import color_key, lighter, tint
from xps.panels import Column, Panel, letter

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = 6.5  # points
LINE = 3.1  # mm
_SWATCH = 4.0
_PAD = 1.0  # between swatch and name
_SPACE = 2.8  # between entries


Kind = Literal[
    "component", "weak", "data", "masked", "fit", "background", "band", "bar", "limit", "point",
    "trend", "bent",
]  # fmt: skip


@dataclass(frozen=True)
class LegendEntry:
    """A swatch and what it means.

    Attributes
    ----------
    kind : Kind
        "weak" is a component that is not significant anywhere; "bent" a trend that is no
        straight line.
    color : str
    label : str
    mark : str
        What marks a component in the panels; "" for none.
    shade : float
        Of a bar: the share of the color, the rest is white.
    marker : str
        Of a point.
    """

    kind: Kind
    color: str
    label: str
    mark: str = ""
    shade: float = 1.0
    marker: str = "o"


@dataclass(frozen=True)
class Placed:
    """An entry with its place: `x_mm` from the left, `line` from the top, both from 0."""

    entry: LegendEntry
    x_mm: float
    line: int
    text: tuple[str, ...]


def marks(column: Column) -> dict[str, str]:
    """Return what marks the species of a column in its panels, by `color_key`.

    Letters, as in the app, tell them apart where colors do not: on gray paper, or to
    color-blind eyes.
    """
    keys = dict.fromkeys(
        color_key(row.component)
        for panel in column.drawn
        if panel.table is not None and panel.curves is not None
        for row in panel.table.rows
    )
    return {key: letter(place).upper() for place, key in enumerate(keys)}


def component_entries(column: Column, colors: Mapping[tuple[str, str], str]) -> list[LegendEntry]:
    """Return one entry for each species of a column, in the order of the regions.

    A component that is not significant is marked (n.s.), with the letters of the panels
    where it is significant elsewhere.
    """
    names: dict[str, str] = {}
    present: dict[str, list[Panel]] = {}
    weak: dict[str, list[Panel]] = {}
    for panel in column.drawn:
        if panel.table is None or panel.curves is None:
            continue
        for row in panel.table.rows:
            key = color_key(row.component)
            names.setdefault(key, row.component.name)
            present.setdefault(key, []).append(panel)
            if not row.significant:
                weak.setdefault(key, []).append(panel)
    entries = []
    marked = marks(column)
    for key, name in names.items():
        color, label = colors[column.core_level, key], name
        kind: Kind = "component"
        if key in weak and len(weak[key]) == len(present[key]):
            kind, label = "weak", f"{name} (n.s.)"
        elif key in weak:
            label = f"{name} (n.s. in {', '.join(panel.letter for panel in weak[key])})"
        entries.append(LegendEntry(kind, color, label, marked[key]))
    return entries


def flow(entries: Sequence[LegendEntry], room_mm: float) -> tuple[list[Placed], int]:
    """Place entries from left to right and line after line; returns them and the lines."""
    placed: list[Placed] = []
    x, line, next_line = 0.0, 0, 1
    for entry in entries:
        before = _before(entry)
        text = wrapped(entry.label, room_mm - before, SIZE)
        width = before + max(text_width(part, SIZE) for part in text)
        if x > 0.0 and x + width > room_mm:
            x, line = 0.0, next_line
        placed.append(Placed(entry, x, line, tuple(text)))
        next_line = max(next_line, line + len(text))
        x += width + _SPACE
    return placed, next_line if entries else 0


def legend_height(placed: Sequence[Placed]) -> float:
    """Return how many mm the lines of a legend take."""
    lines = max((item.line + len(item.text) for item in placed), default=0)
    return lines * LINE + 0.6


def draw_legend(axes: Axes, placed: Sequence[Placed], width_mm: float, height_mm: float) -> None:
    """Draw placed entries into axes of this size, whose units become mm, downward from the top."""
    axes.set_axis_off()
    axes.set_xlim(0.0, width_mm)
    axes.set_ylim(height_mm, 0.0)
    for item in placed:
        x, y = item.x_mm, (item.line + 0.5) * LINE
        _DRAWN[item.entry.kind](axes, item.entry, x, y)
        texts = [(x + _before(item.entry), y + n * LINE, part) for n, part in enumerate(item.text)]
        if item.entry.mark:
            texts.append((x + _SWATCH + _PAD, y, item.entry.mark))
        for left, middle, text in texts:
            axes.text(left, middle, text, fontsize=SIZE, verticalalignment="center_baseline")


def _before(entry: LegendEntry) -> float:
    """What stands before a name, in mm: its swatch, and its mark."""
    mark = text_width(entry.mark, SIZE) + _PAD if entry.mark else 0.0
    return _SWATCH + _PAD + mark


def _draw_area(axes: Axes, entry: LegendEntry, x: float, y: float) -> None:
    from matplotlib.patches import Rectangle

    weak = entry.kind == "weak"
    box = (x, y - 0.85), _SWATCH, 1.7
    face: object = entry.color if entry.kind == "band" else tint(entry.color, weak=weak)
    if entry.kind == "bar":
        face = lighter(entry.color, entry.shade)
    axes.add_patch(Rectangle(*box, facecolor=face, linewidth=0.0))
    if entry.kind != "band":
        edge = "--" if weak else "-"
        axes.add_patch(
            Rectangle(*box, fill=False, edgecolor=entry.color, linewidth=0.6, linestyle=edge)
        )


def _draw_point(axes: Axes, entry: LegendEntry, x: float, y: float) -> None:
    is_data = entry.kind == "data"
    axes.plot(
        [x + _SWATCH / 2],
        [y],
        linestyle="none",
        marker=entry.marker,
        markersize=2.0 if is_data else 3.4,
        markerfacecolor="none" if is_data else entry.color,
        markeredgecolor=entry.color if is_data else "#1A1A1A",
        markeredgewidth=0.4,
    )


def _draw_cross(axes: Axes, entry: LegendEntry, x: float, y: float) -> None:
    axes.plot(
        [x + _SWATCH / 2], [y], linestyle="none", marker="x", markersize=2.6,
        markeredgecolor=entry.color, markeredgewidth=0.5,
    )  # fmt: skip


def _draw_trend(axes: Axes, entry: LegendEntry, x: float, y: float) -> None:
    axes.fill_between(
        [x, x + _SWATCH], y - 0.85, y + 0.85, facecolor=lighter(entry.color, 0.25), linewidth=0.0
    )
    dashes = (0, (3, 1.5)) if entry.kind == "bent" else "-"
    axes.plot([x, x + _SWATCH], [y, y], color=entry.color, linewidth=0.7, linestyle=dashes)


def _draw_line(axes: Axes, entry: LegendEntry, x: float, y: float) -> None:
    dashes = (0, (3, 1.5)) if entry.kind == "background" else "-"
    axes.plot([x, x + _SWATCH], [y, y], color=entry.color, linewidth=0.8, linestyle=dashes)


def _draw_limit(axes: Axes, entry: LegendEntry, x: float, y: float) -> None:
    axes.plot([x, x + _SWATCH], [y, y], color=entry.color, linewidth=0.5)
    axes.plot([x + _SWATCH], [y], marker="|", markersize=4.0, color=entry.color)


_DRAWN: dict[str, Callable[[Axes, LegendEntry, float, float], None]] = {
    "component": _draw_area,
    "weak": _draw_area,
    "band": _draw_area,
    "bar": _draw_area,
    "data": _draw_point,
    "masked": _draw_cross,
    "trend": _draw_trend,
    "bent": _draw_trend,
    "point": _draw_point,
    "fit": _draw_line,
    "background": _draw_line,
    "limit": _draw_limit,
}
