"""A species' contribution to a region: its lines, their shape and their parameters. Frozen."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from xps.errors import RecipeError
from xps.lineshapes import SHAPES
from xps.multiplet import Doublet, Singlet
from xps.parameters import BACKGROUND_ID, Param

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*\Z")
_WIDTHS_EV = (0.001, math.inf)

COMMON_PARAMETERS = ("area", "center", "fwhm")
"""What a component of any shape has; all others belong to its shape."""


@dataclass(frozen=True)
class Component:
    """A species' contribution to a region.

    Attributes
    ----------
    id : str
        Unique within the region; lower-case letters, digits and underscores.
    name : str
        What people read.
    lines : Singlet or Doublet
        Its spectral lines.
    shape : str
        A kind of `xps.lineshapes.SHAPES`.
    area : Param
        Whole area (both lines of a doublet). Signed in inference; displays clip it.
    center : Param
        Binding energy of the higher-j line, eV.
    fwhm : Param
        True full width at half maximum of each line, eV.
    shape_params : tuple of Param
        One for each parameter of the shape, in its order.
    species, group : str
        Key in the species library and the chemical group it belongs to; "" if none.
    """

    id: str
    name: str
    lines: Singlet | Doublet
    shape: str
    area: Param
    center: Param
    fwhm: Param
    shape_params: tuple[Param, ...] = ()
    species: str = ""
    group: str = ""

    def __post_init__(self) -> None:
        if not _IDENTIFIER.match(self.id) or self.id == BACKGROUND_ID:
            raise RecipeError(
                f"the component id {self.id!r}",
                "use lower-case letters, digits and underscores, and not 'background'",
            )
        if self.shape not in SHAPES:
            raise RecipeError(
                f"unknown shape {self.shape!r}", f"use one of {', '.join(SHAPES)}", where=self.name
            )
        expected = SHAPES[self.shape].parameters
        if len(self.shape_params) != len(expected):
            raise RecipeError(
                f"{len(self.shape_params)} shape parameters for {self.shape}",
                f"it has {len(expected)}",
                where=self.name,
            )
        self._refuse_beyond("fwhm", self.fwhm, *_WIDTHS_EV)
        for known, param in zip(expected, self.shape_params, strict=True):
            self._refuse_beyond(known.name, param, known.low, known.high)

    def _refuse_beyond(self, name: str, param: Param, low: float, high: float) -> None:
        ends = (param.value, param.min, param.max) if param.is_free else (param.value,)
        if min(ends) < low or max(ends) > high:
            reason = f"the {name} may leave {low:g} to {high:g}"
            raise RecipeError(reason, "give it a value and bounds within", where=self.name)

    @cached_property
    def params(self) -> dict[str, Param]:
        """The parameters by name: area, center, fwhm and those of the shape."""
        names = [parameter.name for parameter in SHAPES[self.shape].parameters]
        return {"area": self.area, "center": self.center, "fwhm": self.fwhm} | dict(
            zip(names, self.shape_params, strict=True)
        )

    def with_params(self, params: Mapping[str, Param]) -> Component:
        """Return a copy with some parameters replaced."""
        changed = self.params | dict(params)
        area, center, fwhm, *shape_params = changed.values()
        return replace(self, area=area, center=center, fwhm=fwhm, shape_params=tuple(shape_params))

    def with_param(self, name: str, param: Param) -> Component:
        """Return a copy with one parameter replaced."""
        return self.with_params({name: param})

    def untied(self, name: str) -> Component:
        """Return a copy in which a parameter has no link; its bounds are such as it may have."""
        param = replace(self.params[name], link=None)
        ranges = {parameter.name: parameter for parameter in SHAPES[self.shape].parameters}
        if name == "fwhm":
            param = _within(param, _WIDTHS_EV, _WIDTHS_EV)
        elif name in ranges:
            known = ranges[name]
            param = _within(param, (known.low, known.high), known.typical)
        return self.with_param(name, param)

    def with_shape(self, kind: str) -> Component:
        """Return a copy of another shape.

        Parameters that both shapes have stay as they are, within the range of the new one.
        """
        known = self.params
        return replace(
            self,
            shape=kind,
            shape_params=tuple(
                _within(known[parameter.name], (parameter.low, parameter.high), parameter.typical)
                if parameter.name in known
                else default
                for parameter, default in zip(
                    SHAPES[kind].parameters, default_shape_params(kind), strict=True
                )
            ),
        )


def _within(param: Param, possible: tuple[float, float], typical: tuple[float, float]) -> Param:
    """Bring a parameter into a range; its bounds are the typical ones if none is left."""
    low, high = max(param.min, possible[0]), min(param.max, possible[1])
    if not low < high:
        low, high = typical
    return replace(param, value=min(max(param.value, low), high), min=low, max=high)


def default_shape_params(kind: str) -> tuple[Param, ...]:
    """Return what a new component of a shape starts with."""
    return tuple(
        Param(parameter.default, min=parameter.typical[0], max=parameter.typical[1])
        for parameter in SHAPES[kind].parameters
    )
