"""What a figure shall show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xps.errors import XpsError
from xps.project import Project

if TYPE_CHECKING:
    from xps.figure import Shows

PNG, SVG, PDF = "image/png", "image/svg+xml", "application/pdf"
_KINDS = {PNG: "png", SVG: "svg", PDF: "pdf"}


@dataclass(frozen=True)
class FigureChoice:
    """Samples, core levels, and what is drawn of them.

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

        figure = figure_of(
            project,
            self.shows,
            series=self.series,
            core_levels=self.core_levels,
            samples=self.samples,
            width_mm=self.width_mm,
            failures=failures,
        )
        return {media: figure_bytes(figure, kind) for media, kind in _KINDS.items()}
