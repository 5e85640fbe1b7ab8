"""What a figure shall show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xps.errors import XpsError
from xps.project import Project

if TYPE_CHECKING:
    from xps.figure import Shows

PNG, SVG, PDF = "image/png", "image/svg+xml", "application/pdf"
_KINDS = {PNG: "png", SVG: "svg", PDF: "pdf"}


@dataclass(frozen=True)
class FigureChoice:
    """Samples, core levels, and what is drawn of them: arguments of `xps.figure.figure_of`.

    Attributes
    ----------
    samples, core_levels : sequence of str
    width_mm : float
    shows : {"spectra", "share", "atomic_percent"}
    series : str or None
        Amounts are drawn along it; as bars without one.
    """

    samples: Sequence[str]
    core_levels: Sequence[str]
    width_mm: float
    shows: Shows = "spectra"
    series: str | None = None

    def contents(self, project: Project, failures: Mapping[str, XpsError]) -> dict[str, bytes]:
        """Return the figure in every format that programs paste, by media type.

        Raises
        ------
        XpsError
            If there is nothing to draw.
        """
        from xps.figure import figure_bytes, figure_of

        figure = figure_of(project, failures=failures, **vars(self))
        return {media: figure_bytes(figure, kind) for media, kind in _KINDS.items()}

    def save(self, project: Project, failures: Mapping[str, XpsError], path: Path) -> None:
        """Write the figure in the format of a path's ending.

        Raises
        ------
        XpsError
            If there is nothing to draw.
        WriteError
            If the place refuses the file.
        """
        from xps.figure import save_figure

        save_figure(project, path, failures=failures, **vars(self))
