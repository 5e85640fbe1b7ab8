"""What a handle that is dragged does to the numbers of a region; bounds are respected."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from app.gestures.gestures import PARAMETER_NAMES, bound_text, short_name
from app.plot.handles import HIGH, LOW, Handle, line_of
from app.widgets.numerals import plain_number
from xps.kernel import Curves
from xps.lineshapes import SHAPES
from xps.model import BACKGROUND_ID, Component, Ref, Region

LEAST_WINDOW_EV = 0.5
_DECIMALS_EV = 3
_LEAST_FWHM_EV = 0.05


@dataclass(frozen=True)
class Limit:
    """What stopped a drag.

    Attributes
    ----------
    text : str
        E.g. "max 162.2 eV".
    subject : str
        What is held back, e.g. "Center of PS₄³⁻".
    energy_ev : float or None
        Where a line shows it.
    """

    text: str
    subject: str
    energy_ev: float | None = None


@dataclass(frozen=True)
class Pull:
    """How far something was dragged.

    Attributes
    ----------
    values : mapping of Ref to float
        New values of parameters without ties.
    window_ev : (float, float) or None
        The new window, for an edge.
    text : str
        What stands beside the pointer.
    limit : Limit or None
        The bound that was met.
    """

    values: Mapping[Ref, float] = field(default_factory=dict)
    window_ev: tuple[float, float] | None = None
    text: str = ""
    limit: Limit | None = None


@dataclass(frozen=True)
class Grip:
    """A handle that was grabbed, with the region and its curves as they were then.

    Attributes
    ----------
    region : Region
    curves : Curves
    handle : Handle
    reach_ev : (float, float)
        First and last energy of the spectrum.
    """

    region: Region
    curves: Curves
    handle: Handle
    reach_ev: tuple[float, float]

    @property
    def component(self) -> Component:
        """The component of the handle."""
        return self.region.component(self.handle.component)

    @property
    def height(self) -> float:
        """Height of the component at the handle's line."""
        return self.component.area.value * self._height_per_area()

    def held(self, *, sideways: bool, upright: bool) -> tuple[Ref, ...]:
        """Return the parameters that a drag in some directions holds."""
        kind = self.handle.kind
        if kind == "level":
            names = self.region.background.params
            return tuple(self._root(Ref(BACKGROUND_ID, name)) for name in names)
        if kind == "width":
            return (self._root(Ref(self.handle.component, "fwhm")),)
        if kind == "peak":
            wanted = (("center", sideways), ("area", upright))
            return tuple(
                self._root(Ref(self.handle.component, name)) for name, is_held in wanted if is_held
            )
        return ()

    def pulled(
        self, along_ev: float, up: float, *, sideways: bool = True, upright: bool = True
    ) -> Pull:
        """Return what a drag does.

        Parameters
        ----------
        along_ev : float
            By how much the pointer moved along the energies.
        up : float
            By how much it moved up, in the unit of the intensity.
        sideways, upright : bool
            Of a peak: whether the center follows, and whether the height does.
        """
        if self.handle.kind == "edge":
            return self._edge(along_ev)
        if self.handle.kind == "level":
            return self._level(up)
        if self.handle.kind == "width":
            return self._width(along_ev)
        return self._peak(along_ev if sideways else None, up if upright else None)

    def _peak(self, along_ev: float | None, up: float | None) -> Pull:
        component = self.component
        values, texts, limit = {}, [], None
        if along_ev is not None:
            center = component.center.value + along_ev
            ref, value, limit = self._bounded(
                Ref(component.id, "center"), round(center, _DECIMALS_EV), "eV"
            )
            values[ref] = value
            texts.append(f"{self._value_at(ref, value, 'center'):.2f} eV")
        if up is not None:
            per_area = self._height_per_area()
            area = component.area.value + up / per_area
            ref, value, stop = self._bounded(Ref(component.id, "area"), max(area, 0.0), "")
            values[ref] = value
            texts.append(f"area {self._value_at(ref, value, 'area'):.4g}")
            limit = limit or stop
        return Pull(values, text=", ".join(texts), limit=limit)

    def _width(self, along_ev: float) -> Pull:
        component, handle = self.component, self.handle
        center = component.center.value + line_of(component, handle).offset_ev
        side = math.copysign(1.0, handle.energy_ev - center)
        fwhm = max(component.fwhm.value + 2.0 * side * along_ev, _LEAST_FWHM_EV)
        ref, value, limit = self._bounded(
            Ref(component.id, "fwhm"), round(fwhm, _DECIMALS_EV), "eV"
        )
        if limit is not None:
            shown = self._value_at(ref, value, "fwhm")
            limit = replace(limit, energy_ev=center + 0.5 * side * shown)
        return Pull(
            {ref: value}, text=f"FWHM {self._value_at(ref, value, 'fwhm'):.2f} eV", limit=limit
        )

    def _level(self, up: float) -> Pull:
        """The background turns about its other end."""
        energy = self.curves.energy_ev
        across = float(energy[-1] - self.region.window_ev[0])
        background = self.region.background
        offset = background.offset.value + (up if self.handle.side == LOW else 0.0)
        slope = background.slope.value + (-up if self.handle.side == LOW else up) / across
        values, limit = {}, None
        for name in background.params:
            wanted = {"offset": offset, "slope": slope}.get(name)
            ref = Ref(BACKGROUND_ID, name)
            if wanted is None:
                root = self._root(ref)
                values[root] = self.region.param(root).value
                continue
            root, value, stop = self._bounded(ref, wanted, "")
            values[root] = value
            limit = limit or stop
        end = 0 if self.handle.side == LOW else -1
        return Pull(values, text=f"{float(self.curves.background[end]) + up:.4g}", limit=limit)

    def _edge(self, along_ev: float) -> Pull:
        low, high = self.region.window_ev
        first, last = self.reach_ev
        limit = None
        if self.handle.side == HIGH:
            wanted = round(high + along_ev, 2)
            edge = min(max(wanted, low + LEAST_WINDOW_EV), max(last, high))
            window = (low, edge)
        else:
            wanted = round(low + along_ev, 2)
            edge = max(min(wanted, high - LEAST_WINDOW_EV), min(first, low))
            window = (edge, high)
        if edge != wanted:
            beyond = wanted > last or wanted < first
            text = "end of the data" if beyond else f"at least {LEAST_WINDOW_EV:g} eV"
            limit = Limit(text, "The window", edge)
        return Pull(window_ev=window, text=f"{plain_number(edge)} eV", limit=limit)

    def _bounded(self, ref: Ref, value: float, unit: str) -> tuple[Ref, float, Limit | None]:
        """Bring the value of a parameter within the bounds of the one that decides it."""
        root, factor, shift = self.region.resolve(ref)
        param = self.region.param(root)
        low, high = param.min, param.max
        if root.parameter == "center":  # a component that leaves the data means nothing
            low = max(low, self.reach_ev[0] - shift)
            high = min(high, self.reach_ev[1] - shift)
        wanted = (value - shift) / factor
        bounded = float(np.clip(wanted, low, high))
        if bounded == wanted:
            return root, bounded, None
        end, bound = ("min", low) if bounded == low else ("max", high)
        shown = factor * bound + shift
        text = f"{end} {bound_text(shown)} {unit}".rstrip()
        if root.component != ref.component and root.component != BACKGROUND_ID:
            text += f" by {short_name(self.region.component(root.component).name)}"
        where = None
        if ref.parameter == "center":
            where = shown + line_of(self.component, self.handle).offset_ev
        return root, bounded, Limit(text, _subject(self.region, ref), where)

    def _value_at(self, root: Ref, value: float, name: str) -> float:
        """What the parameter of the handle's component is where its root has a value."""
        _, factor, shift = self.region.resolve(Ref(self.handle.component, name))
        return factor * value + shift

    def _root(self, ref: Ref) -> Ref:
        return self.region.resolve(ref)[0]

    def _height_per_area(self) -> float:
        """Height at the handle's line of the component with an area of one."""
        component = self.component
        at = np.array([component.center.value + line_of(component, self.handle).offset_ev])
        shape = tuple(param.value for param in component.shape_params)
        line_shape = SHAPES[component.shape]
        return sum(
            line.fraction
            * float(
                line_shape(
                    at, component.center.value + line.offset_ev, component.fwhm.value, *shape
                )[0]
            )
            for line in component.lines.lines
        )


def pull_text(grip: Grip, pull: Pull) -> str:
    """Return the text of the undo step of a drag."""
    handle, region = grip.handle, grip.region
    if handle.kind == "edge":
        assert pull.window_ev is not None
        low, high = (plain_number(end) for end in pull.window_ev)
        return f"Set window of {region.core_level} to {low}–{high} eV"
    if handle.kind == "level":
        return f"Move background of {region.core_level}"
    name = short_name(grip.component.name)
    if handle.kind == "width":
        return f"Set FWHM of {name} to {pull.text.removeprefix('FWHM ')}"
    moved = {ref.parameter for ref in pull.values}
    if moved == {"area"}:
        return f"Change height of {name}"
    where = pull.text.partition(",")[0]
    return f"Move {name} to {where}"


def _subject(region: Region, ref: Ref) -> str:
    if ref.component == BACKGROUND_ID:
        return f"The {ref.parameter} of the background"
    name = PARAMETER_NAMES[ref.parameter]
    return f"{name[0].upper()}{name[1:]} of {short_name(region.component(ref.component).name)}"
