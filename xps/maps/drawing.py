"""Figures of maps: images with a color scale, profiles with error bars. Lengths are in mm.

Colors are those of viridis, whose lightness rises evenly (van der Walt and Smith, SciPy 2015);
places without a value are hatched, so that nobody takes them for zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xps.atomic import write_atomically
from xps.errors import XpsError
from xps.figure import figure_bytes, print_settings
from xps.figure_text import printable
from xps.maps.result_map import ResultMap
from xps.stacks import Coordinate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MM_PER_INCH = 25.4
_NARROWEST = 56.0  # panel
_SHAPE = 0.86  # height of a panel over its width
_COLORS = "viridis"
_MISSING = "#FFFFFF"
_HATCH = "#9A9A9A"
_OUTLIERS = 1.0  # percent at either end, beyond the color scale
_MOST_PANELS = 60
_INK = "#1A1A1A"


def map_figure(maps: Sequence[ResultMap], *, width_mm: float = 178.0) -> Figure:
    """Draw maps side by side: lines for one direction, images for two or more.

    Of three directions, every image of the first one is drawn.

    Raises
    ------
    XpsError
        If there is nothing to draw, or too much.
    """
    from matplotlib.figure import Figure

    panels = [panel for map_ in maps for panel in _panels(map_)]
    refuse_panels(len(panels))
    columns = min(len(panels), max(int(width_mm // _NARROWEST), 1))
    rows = math.ceil(len(panels) / columns)
    width = width_mm / columns
    with print_settings():
        figure = Figure((width_mm / _MM_PER_INCH, rows * width * _SHAPE / _MM_PER_INCH))
        figure.set_layout_engine("constrained", w_pad=0.05, h_pad=0.06)
        for number, (map_, title, values, errors, axes) in enumerate(panels, 1):
            drawn = figure.add_subplot(rows, columns, number)
            drawn.set_title(printable(title), fontsize=7.0, color=_INK)
            scale = 100.0 if map_.kind == "share" else 1.0
            if len(axes) == 1:
                errors = None if errors is None else scale * errors
                _draw_line(drawn, map_, scale * values, errors, axes[0])
            else:
                _draw_image(figure, drawn, map_, scale * values, axes)
    return figure


def refuse_panels(number: int) -> None:
    """Refuse a figure of too many panels, or none, which may be known before any fit.

    Raises
    ------
    XpsError
    """
    if not 0 < number <= _MOST_PANELS:
        raise XpsError(
            f"{number} panels cannot be drawn in one figure",
            f"choose maps of up to {_MOST_PANELS} panels, or write NeXus",
        )


def save_maps(path: str | Path, maps: Sequence[ResultMap], *, width_mm: float = 178.0) -> None:
    """Write the figure of `map_figure` as .png, .pdf or .svg, atomically.

    Raises
    ------
    XpsError
        As `map_figure`.
    WriteError
        If the place refuses the file.
    """
    figure = map_figure(maps, width_mm=width_mm)
    kind = Path(path).suffix.lower().lstrip(".")
    write_atomically(path, figure_bytes(figure, kind))


_Panel = tuple[ResultMap, str, Any, Any, tuple[Coordinate, ...]]


def _panels(map_: ResultMap) -> list[_Panel]:
    """The images that a map is made of."""
    if len(map_.axes) <= 2:
        return [(map_, map_.title, map_.values, map_.errors, map_.axes)]
    outer = map_.axes[:-2]
    return [
        (
            map_,
            f"{map_.title}, "
            + ", ".join(
                f"{axis.name} {axis.values[i]:g} {axis.unit}".strip()
                for axis, i in zip(outer, index, strict=True)
            ),
            map_.values[index],
            None,
            map_.axes[-2:],
        )
        for index in np.ndindex(map_.values.shape[:-2])
    ]


def _draw_line(drawn: Axes, map_: ResultMap, values: Any, errors: Any, axis: Coordinate) -> None:
    style: dict[str, Any] = {"color": "#0072B2", "linewidth": 0.7, "markersize": 2.0}
    if errors is None:
        drawn.plot(axis.values, values, "o-", **style)
    else:
        drawn.errorbar(axis.values, values, errors, fmt="o-", elinewidth=0.5, **style)
    for place in axis.values[~np.isfinite(values)]:
        drawn.axvline(place, color=_HATCH, linewidth=0.4, linestyle=":")
    drawn.set_xlabel(printable(axis.label))
    drawn.set_ylabel(_scale_label(map_))


def _draw_image(
    figure: Figure, drawn: Axes, map_: ResultMap, values: Any, axes: Sequence[Coordinate]
) -> None:
    from matplotlib import colormaps

    rows, columns = axes
    known = values[np.isfinite(values)]
    low, high = (0.0, 1.0) if not known.size else np.percentile(known, (_OUTLIERS, 100 - _OUTLIERS))
    if not low < high:
        low, high = low - 0.5, low + 0.5
    colors = colormaps[_COLORS].with_extremes(bad=(0, 0, 0, 0))
    drawn.set_facecolor(_MISSING)
    drawn.patch.set(hatch="////////", edgecolor=_HATCH, linewidth=0.0)
    places = _edges(columns), _edges(rows)
    image = drawn.pcolormesh(
        *places, np.ma.masked_invalid(values), cmap=colors, vmin=low, vmax=high, rasterized=True
    )
    drawn.invert_yaxis()
    if rows.unit == columns.unit:
        drawn.set_aspect("equal")
    drawn.set_xlabel(printable(columns.label))
    drawn.set_ylabel(printable(rows.label))
    below, above = bool((known < low).any()), bool((known > high).any())
    extend = {(True, True): "both", (True, False): "min", (False, True): "max"}
    beside = drawn.inset_axes((1.04, 0.0, 0.05, 1.0))
    bar = figure.colorbar(image, cax=beside, extend=extend.get((below, above), "neither"))
    bar.set_label(_scale_label(map_))
    bar.outline.set_linewidth(0.5)
    missing = int(values.size - known.size)
    if missing:
        title = f"{drawn.get_title()}\nhatched: no value ({missing} of {values.size})"
        drawn.set_title(title, fontsize=6.0, color=_INK)


def _edges(axis: Coordinate) -> Any:
    """Edges of cells about the places."""
    values = axis.values
    if values.size < 2:
        return np.array([values[0] - 0.5, values[0] + 0.5])
    middles = 0.5 * (values[1:] + values[:-1])
    return np.concatenate(
        ([values[0] - (middles[0] - values[0])], middles, [2.0 * values[-1] - middles[-1]])
    )


_LABELS = {
    "share": "Share of the area / %",
    "area": "Area",
    "shift": "Shift",
    "width": "FWHM",
    "reduced_chi2": "χ²ᵣ",
    "flags": "Sum of flags",
}


def _scale_label(map_: ResultMap) -> str:
    label = _LABELS[map_.kind]
    return printable(f"{label} / {map_.unit}" if map_.unit else label)
