"""What can be grabbed in the plot of a region, and where it lies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from xps.kernel import Curves
from xps.model import Component, Line, Region

Floats = NDArray[np.float64]
HandleKind = Literal["peak", "width", "level", "edge"]
Side = Literal[-1, 0, 1]

LOW: Side = -1
HIGH: Side = 1


@dataclass(frozen=True)
class Handle:
    """A place in the plot that can be dragged.

    Attributes
    ----------
    kind : {"peak", "width", "level", "edge"}
        Center and height of a line, its width, an end of the background, or of the window.
    energy_ev, intensity : float
        Where it lies; an edge is a line over the whole height.
    component : str
        Id of the component, for peaks and widths.
    line : int
        Which of its lines.
    side : {-1, 0, 1}
        -1 at the low, 1 at the high binding energy end.
    lettered : bool
        Whether the component's letter stands under it, and grabs it as well.
    """

    kind: HandleKind
    energy_ev: float
    intensity: float
    component: str = ""
    line: int = 0
    side: Side = 0
    lettered: bool = False


def handles_of(region: Region, curves: Curves, selected: str | None) -> tuple[Handle, ...]:
    """Return the handles of a region, those on top first.

    Parameters
    ----------
    region : Region
    curves : Curves
        Its model as it is drawn.
    selected : str or None
        The component whose width can be dragged.
    """
    chosen: list[Handle] = []
    others: list[Handle] = []
    for number, component in enumerate(region.components):
        # The selected component is the one that is meant where several are near.
        found = chosen if component.id == selected else others
        top = curves.background + curves.components[number]
        found += component_handles(component, curves.energy_ev, top, widths=found is chosen)
    return (*chosen, *others, *end_handles(region, curves))


def component_handles(
    component: Component, energy_ev: Floats, top: Floats, *, widths: bool
) -> list[Handle]:
    """Return the handles of one component.

    Parameters
    ----------
    component : Component
    energy_ev, top : ndarray, shape (points,)
        Its outline, on the background.
    widths : bool
        Whether its width can be dragged.
    """
    center, half = component.center.value, 0.5 * component.fwhm.value
    main = main_line(component)
    places: list[tuple[HandleKind, int, Side, float]] = []
    for index, line in enumerate(component.lines.lines):
        if widths and index == main:
            places += [("width", index, side, line.offset_ev + side * half) for side in (LOW, HIGH)]
        places.append(("peak", index, 0, line.offset_ev))
    return [
        Handle(
            kind,
            energy,
            float(np.interp(energy, energy_ev, top)),
            component.id,
            line,
            side,
            lettered=kind == "peak" and line == main,
        )
        for kind, line, side, offset in places
        if energy_ev[0] <= (energy := center + offset) <= energy_ev[-1]
    ]


def end_handles(region: Region, curves: Curves) -> list[Handle]:
    """Return the handles at the ends: of the background in the fit, and of the window."""
    ends = (curves.energy_ev[0], curves.energy_ev[-1])
    handles = []
    background = region.background
    if background.in_fit and background.offset.link is None and background.slope.link is None:
        handles = [
            Handle("level", float(ends[0]), float(curves.background[0]), side=LOW),
            Handle("level", float(ends[1]), float(curves.background[-1]), side=HIGH),
        ]
    low, high = region.window_ev
    handles.append(Handle("edge", low, math.nan, side=LOW))
    handles.append(Handle("edge", high, math.nan, side=HIGH))
    return handles


def main_line(component: Component) -> int:
    """Return the index of the strongest line of a component."""
    lines = component.lines.lines
    return max(range(len(lines)), key=lambda index: lines[index].fraction)


def line_of(component: Component, handle: Handle) -> Line:
    """Return the line that a handle belongs to."""
    return component.lines.lines[handle.line]
