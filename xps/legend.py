"""Legends that flow like text: swatch and name, line after line, within a width in mm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from xps.figure_text import text_width, wrapped
from xps.palette import color_key, tint
from xps.panels import Column, Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = 6.5  # points
LINE = 3.1  # mm
_SWATCH = 4.0
_PAD = 1.0  # between swatch and name
_SPACE = 2.8  # between entries


@dataclass(frozen=True)
class LegendEntry:
    """A swatch and what it means.

    Attributes
    ----------
    kind : {"component", "weak", "data", "fit", "background", "band"}
        "weak" is a component that is not significant anywhere.
    color : str
    label : str
    """

    kind: Literal["component", "weak", "data", "fit", "background", "band"]
    color: str
    label: str


@dataclass(frozen=True)
class Placed:
    """An entry with its place: `x_mm` from the left, `line` from the top, both from 0."""

    entry: LegendEntry
    x_mm: float
    line: int
    text: tuple[str, ...]


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
    for key, name in names.items():
        color = colors[column.core_level, key]
        if key not in weak:
            entries.append(LegendEntry("component", color, name))
        elif len(weak[key]) == len(present[key]):
            entries.append(LegendEntry("weak", color, f"{name} (n.s.)"))
        else:
            where = ", ".join(panel.letter for panel in weak[key])
            entries.append(LegendEntry("component", color, f"{name} (n.s. in {where})"))
    return entries


def flow(entries: Sequence[LegendEntry], room_mm: float) -> tuple[list[Placed], int]:
    """Place entries from left to right and line after line; returns them and the lines."""
    placed: list[Placed] = []
    x, line, next_line = 0.0, 0, 1
    for entry in entries:
        text = wrapped(entry.label, room_mm - _SWATCH - _PAD, SIZE)
        width = _SWATCH + _PAD + max(text_width(part, SIZE) for part in text)
        if x > 0.0 and x + width > room_mm:
            x, line = 0.0, next_line
        placed.append(Placed(entry, x, line, tuple(text)))
        next_line = max(next_line, line + len(text))
        x += width + _SPACE
    return placed, next_line if entries else 0


def draw_legend(axes: Axes, placed: Sequence[Placed]) -> None:
    """Draw placed entries into axes whose units are mm, with y downward from the top."""
    from matplotlib.patches import Rectangle

    axes.set_axis_off()
    for item in placed:
        entry, x, y = item.entry, item.x_mm, (item.line + 0.5) * LINE
        if entry.kind in ("component", "weak", "band"):
            weak = entry.kind == "weak"
            box = (x, y - 0.85), _SWATCH, 1.7
            face = entry.color if entry.kind == "band" else tint(entry.color, weak=weak)
            axes.add_patch(Rectangle(*box, facecolor=face, linewidth=0.0))
            if entry.kind != "band":
                edge = "--" if weak else "-"
                axes.add_patch(
                    Rectangle(
                        *box, fill=False, edgecolor=entry.color, linewidth=0.6, linestyle=edge
                    )
                )
        elif entry.kind == "data":
            axes.plot(
                [x + _SWATCH / 2],
                [y],
                linestyle="none",
                marker="o",
                markersize=2.0,
                markerfacecolor="none",
                markeredgecolor=entry.color,
                markeredgewidth=0.4,
            )
        else:
            dashes = (0, (3, 1.5)) if entry.kind == "background" else "-"
            axes.plot([x, x + _SWATCH], [y, y], color=entry.color, linewidth=0.8, linestyle=dashes)
        for number, part in enumerate(item.text):
            axes.text(
                x + _SWATCH + _PAD,
                y + number * LINE,
                part,
                fontsize=SIZE,
                verticalalignment="center_baseline",
            )
