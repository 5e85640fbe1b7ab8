"""Figures for print: stacked panels of fitted spectra, amounts as bars or along a series.

Drawn by matplotlib, without pyplot. All lengths are in millimeters, as journals give them.
"""

from __future__ import annotations

import io
import logging
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from xps.atomic import write_atomically
from xps.charts import charts
from xps.composition import Kind
from xps.errors import XpsError
from xps.panels import columns
from xps.project import Project

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Shows = Literal["spectra"] | Kind
KINDS = ("pdf", "svg", "png")
DOTS_PER_INCH = 600
_MOST_DOTS = 30_000  # along one side of a PNG; what programs still open

# matplotlib's settings belong to the process: one figure at a time changes and restores them.
_SETTINGS = threading.RLock()

# DejaVu Sans comes with matplotlib; the others are used for the letters that it lacks, where
# the system has them.
_FALLBACK_FONTS = ("Malgun Gothic", "AppleGothic", "NanumGothic", "Noto Sans KR", "MS Gothic")

_STYLE: dict[str, Any] = {
    "text.usetex": False,
    "text.parse_math": False,  # a "$" in a name is a "$"
    "axes.formatter.use_mathtext": False,
    "axes.unicode_minus": True,
    "axes.linewidth": 0.5,
    "axes.labelsize": 7.0,
    "font.size": 7.0,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.major.width": 0.5,
    "xtick.minor.width": 0.4,
    "ytick.major.width": 0.5,
    "xtick.major.size": 2.2,
    "xtick.minor.size": 1.2,
    "ytick.major.size": 2.2,
    "xtick.major.pad": 2.0,
    "ytick.major.pad": 2.0,
    "lines.solid_joinstyle": "round",
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    "svg.hashsalt": "doublet",
}


def stacked_figure(
    project: Project,
    *,
    core_levels: Sequence[str] | None = None,
    samples: Sequence[str] | None = None,
    width_mm: float = 178.0,
    failures: Mapping[str, XpsError] | None = None,
) -> Figure:
    """Draw fitted spectra: one column per core level, one row per sample.

    Where the width does not allow panels side by side that can still be read, the core
    levels follow each other from top to bottom.

    Parameters
    ----------
    project : Project
    core_levels, samples : sequence of str, optional
        What to draw and in which order; all that is analyzed by default.
    width_mm : float
        Width of the figure; journals ask for 85 to 89 (one column) or 178 to 183 (two).
    failures : mapping of str to XpsError, optional
        Why regions could not be fitted, by region id; written into their panels.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    XpsError
        If there is nothing to draw, or the width leaves no room for a panel.
    """
    from xps.figure_layout import draw_figure

    found = columns(project, core_levels, samples, failures)
    with print_settings():
        return draw_figure(found, width_mm)


def share_figure(
    project: Project,
    kind: Kind = "share",
    *,
    core_levels: Sequence[str] | None = None,
    samples: Sequence[str] | None = None,
    width_mm: float = 178.0,
) -> Figure:
    """Draw shares, or atomic percents, as bars with errors; a weak species by its limit.

    Parameters
    ----------
    project : Project
    kind : {"share", "atomic_percent"}
    core_levels, samples : sequence of str, optional
        All by default; replicates are drawn as one, with the scatter between them.
    width_mm : float

    Raises
    ------
    XpsError
        If there is nothing to draw, or more samples than shades that can be told apart.
    """
    from xps.chart_drawing import draw_bars

    found = charts(project, kind, core_levels=core_levels, samples=samples)
    with print_settings():
        return draw_bars(found, width_mm)


def series_figure(
    project: Project,
    series: str,
    kind: Kind = "share",
    *,
    core_levels: Sequence[str] | None = None,
    samples: Sequence[str] | None = None,
    width_mm: float = 178.0,
) -> Figure:
    """Draw shares, or atomic percents, against the places of a series: cycles, depth ...

    Parameters
    ----------
    project : Project
    series : str
        As the samples, or their spectra, name it.
    kind : {"share", "atomic_percent"}
    core_levels, samples : sequence of str, optional
        All by default.
    width_mm : float

    Raises
    ------
    XpsError
        If there is no such series, or nothing to draw.
    """
    from xps.chart_drawing import draw_series

    found = charts(project, kind, core_levels=core_levels, samples=samples, series=series)
    with print_settings():
        return draw_series(found, series, width_mm)


def figure_of(
    project: Project,
    shows: Shows | None = None,
    *,
    series: str | None = None,
    core_levels: Sequence[str] | None = None,
    samples: Sequence[str] | None = None,
    width_mm: float = 178.0,
    failures: Mapping[str, XpsError] | None = None,
) -> Figure:
    """Draw spectra (`stacked_figure`), or amounts as bars, or along a series where one is named.

    Parameters
    ----------
    shows : {"spectra", "share", "atomic_percent"}, optional
        Spectra by default; shares where a series is named.
    """
    shows = shows or ("spectra" if series is None else "share")
    if shows == "spectra":
        return stacked_figure(
            project,
            core_levels=core_levels,
            samples=samples,
            width_mm=width_mm,
            failures=failures,
        )
    chosen = {"core_levels": core_levels, "samples": samples}
    if series is None:
        return share_figure(project, shows, width_mm=width_mm, **chosen)
    return series_figure(project, series, shows, width_mm=width_mm, **chosen)


def save_figure(
    project: Project,
    path: str | Path,
    shows: Shows | None = None,
    *,
    series: str | None = None,
    core_levels: Sequence[str] | None = None,
    samples: Sequence[str] | None = None,
    width_mm: float = 178.0,
    failures: Mapping[str, XpsError] | None = None,
) -> None:
    """Write the figure of `figure_of` as .pdf, .svg or .png (600 dpi), atomically.

    The same project gives the same bytes. Text stays text, and a PDF embeds its fonts.

    Raises
    ------
    XpsError
        If the ending is another one, or there is nothing to draw.
    WriteError
        If the place refuses the file; whatever stood there before is untouched.
    """
    kind = Path(path).suffix.lower().lstrip(".")
    if kind not in KINDS:
        raise XpsError(
            f"a figure cannot be written as {Path(path).suffix or 'a file without ending'}",
            f"use one of .{', .'.join(KINDS)}",
            path=path,
        )
    figure = figure_of(
        project,
        shows,
        series=series,
        core_levels=core_levels,
        samples=samples,
        width_mm=width_mm,
        failures=failures,
    )
    write_atomically(path, figure_bytes(figure, kind))


def figure_bytes(figure: Figure, kind: str) -> bytes:
    """Return a figure as the content of a "pdf", "svg" or "png" file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    metadata: dict[str, dict[str, str | None]] = {
        "pdf": {"Creator": "Doublet", "Producer": None, "CreationDate": None},
        "svg": {"Creator": "Doublet", "Date": None},
        "png": {"Software": None},
    }
    dpi = min(DOTS_PER_INCH, _MOST_DOTS / max(figure.get_size_inches()))
    content = io.BytesIO()
    with print_settings():
        FigureCanvasAgg(figure).print_figure(
            content, format=kind, dpi=dpi, metadata=metadata[kind], bbox_inches=None
        )
    return content.getvalue()


@contextmanager
def _quiet(logger_name: str) -> Iterator[None]:
    """Keep a library's remarks about fonts out of the output of a command."""
    logger = logging.getLogger(logger_name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


@contextmanager
def print_settings() -> Iterator[None]:
    """Draw with matplotlib's own defaults and `_STYLE`, whatever the user's settings are."""
    from matplotlib import font_manager, style

    installed = {font.name for font in font_manager.fontManager.ttflist}
    fonts = ["DejaVu Sans", *(name for name in _FALLBACK_FONTS if name in installed)]
    family = {"font.family": [*fonts, "sans-serif"], "font.sans-serif": fonts}
    with ExitStack() as stack:
        stack.enter_context(_SETTINGS)
        stack.enter_context(style.context(["default", {**_STYLE, **family}]))
        stack.enter_context(_quiet("matplotlib.font_manager"))
        stack.enter_context(_quiet("fontTools"))
        stack.enter_context(warnings.catch_warnings())
        # A letter that no font has becomes a box; the name is still right in SVG and tables.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield
