"""The model of a region: its background and components. All frozen.

Energies are binding energies after charge correction; areas are in the area unit of the
spectrum (counts/s·eV where the live time is known, else in its own unit times eV).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from xps.errors import RecipeError
from xps.lineshapes import SHAPES
from xps.multiplet import Doublet, Line, Singlet, multiplet_of
from xps.parameters import Link, LinkKind, Param, Prior, Ref

__all__ = [
    "BACKGROUND_ID",
    "BACKGROUND_PARAMETERS",
    "COMPONENT_PARAMETERS",
    "Background",
    "BackgroundKind",
    "Component",
    "Doublet",
    "Line",
    "Link",
    "LinkKind",
    "Param",
    "Prior",
    "Ref",
    "Region",
    "Singlet",
    "multiplet_of",
]

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*\Z")
_WIDTHS_EV = (0.001, math.inf)

BackgroundKind = Literal["peak-shirley", "shirley", "linear"]


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
    mixing : Param
        Mixing parameter of the shape.
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
    mixing: Param
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
        (mixing,) = SHAPES[self.shape].parameters
        ranges = {"fwhm": _WIDTHS_EV, "mixing": (mixing.low, mixing.high)}
        for name, (low, high) in ranges.items():
            param: Param = getattr(self, name)
            ends = (param.value, param.min, param.max) if param.is_free else (param.value,)
            if min(ends) < low or max(ends) > high:
                reason = f"the {name} may leave {low:g} to {high:g}"
                raise RecipeError(reason, "give it a value and bounds within", where=self.name)

    @property
    def params(self) -> dict[str, Param]:
        """The parameters by name."""
        return {name: getattr(self, name) for name in COMPONENT_PARAMETERS}

    def with_params(self, params: Mapping[str, Param]) -> Component:
        """Return a copy with some parameters replaced."""
        return replace(self, **params)  # type: ignore[arg-type]  # keys are Param fields

    def with_param(self, name: str, param: Param) -> Component:
        """Return a copy with one parameter replaced."""
        return self.with_params({name: param})


COMPONENT_PARAMETERS = ("area", "center", "fwhm", "mixing")


@dataclass(frozen=True)
class Background:
    """The background of a region.

    Attributes
    ----------
    kind : {"peak-shirley", "shirley", "linear"}
        ``peak-shirley``: in the fit, offset + slope·(E − E_low) + k·∫ peaks from the low
        binding energy end. ``shirley`` (iterated) and ``linear`` are computed from the data
        before the fit, and their error is not in the reported errors.
    offset, slope, k : Param
        Of the peak Shirley: level at the low binding energy end of the window, its change
        per eV, and the step per peak area in 1/eV.
    average_points : int
        Of the static kinds: points averaged at each end.
    """

    kind: BackgroundKind = "peak-shirley"
    offset: Param = Param(0.0)
    slope: Param = Param(0.0)
    k: Param = Param(0.03, min=-0.05, max=0.3)
    average_points: int = 5

    @property
    def in_fit(self) -> bool:
        """Whether its parameters are fitted together with the components."""
        return self.kind == "peak-shirley"

    @property
    def params(self) -> dict[str, Param]:
        """The fitted parameters by name; empty for the static kinds."""
        if not self.in_fit:
            return {}
        return {name: getattr(self, name) for name in BACKGROUND_PARAMETERS}

    def with_params(self, params: Mapping[str, Param]) -> Background:
        """Return a copy with some parameters replaced."""
        return replace(self, **params)  # type: ignore[arg-type]  # keys are Param fields

    def with_param(self, name: str, param: Param) -> Background:
        """Return a copy with one parameter replaced."""
        return self.with_params({name: param})


BACKGROUND_PARAMETERS = ("offset", "slope", "k")
BACKGROUND_ID = "background"


@dataclass(frozen=True)
class Region:
    """A window of one spectrum with the model that describes it.

    Attributes
    ----------
    id : str
        Unique within the project.
    spectrum : str
        Id of the spectrum it belongs to.
    core_level : str
        E.g. "S 2p".
    window_ev : (float, float)
        Lower and upper binding energy after charge correction, eV.
    background : Background
    components : tuple of Component

    Raises
    ------
    RecipeError
        If the window is empty, ids repeat, or a link leads nowhere or in a circle.
    """

    id: str
    spectrum: str
    core_level: str
    window_ev: tuple[float, float]
    background: Background
    components: tuple[Component, ...]

    def __post_init__(self) -> None:
        low, high = self.window_ev
        if not low < high:
            raise RecipeError(
                f"a window from {low} to {high} eV",
                "give the lower binding energy first",
                where=self.core_level,
            )
        ids = [component.id for component in self.components]
        if len(set(ids)) < len(ids):
            raise RecipeError("two components have the same id", where=self.core_level)
        for ref, param in self.params():
            for target in _targets(param):
                if target.component not in ids or target.parameter not in COMPONENT_PARAMETERS:
                    raise RecipeError(
                        f"{ref} refers to {target}, which this region does not have",
                        where=self.core_level,
                    )
            self.resolve(ref)

    def component(self, id_: str) -> Component:
        """Return a component by id (KeyError if there is none)."""
        for component in self.components:
            if component.id == id_:
                return component
        raise KeyError(id_)

    def params(self) -> Iterator[tuple[Ref, Param]]:
        """All parameters with their places, components first, in a fixed order."""
        for component in self.components:
            for name, param in component.params.items():
                yield Ref(component.id, name), param
        for name, param in self.background.params.items():
            yield Ref(BACKGROUND_ID, name), param

    def param(self, ref: Ref) -> Param:
        """Return one parameter."""
        if ref.component == BACKGROUND_ID:
            return self.background.params[ref.parameter]
        return self.component(ref.component).params[ref.parameter]

    def resolve(self, ref: Ref) -> tuple[Ref, float, float]:
        """Follow the links of a parameter to their end.

        Returns
        -------
        root : Ref
        factor, shift : float
            ``value = factor · root + shift``.
        """
        factor, shift, root = 1.0, 0.0, ref
        seen = {ref}
        while (link := self.param(root).link) is not None:
            shift += factor * link.shift
            factor *= link.factor
            root = link.target
            if root in seen:
                raise RecipeError(f"the links of {ref} run in a circle", where=self.core_level)
            seen.add(root)
        return root, factor, shift

    def with_param(self, ref: Ref, param: Param) -> Region:
        """Return a copy with one parameter replaced."""
        if ref.component == BACKGROUND_ID:
            return replace(self, background=self.background.with_param(ref.parameter, param))
        return self.with_component(self.component(ref.component).with_param(ref.parameter, param))

    def with_component(self, component: Component) -> Region:
        """Return a copy with the component of the same id replaced."""
        return replace(
            self,
            components=tuple(component if c.id == component.id else c for c in self.components),
        )

    def without_component(self, id_: str) -> Region:
        """Return a copy without a component.

        What was tied to it keeps its value: ties to a removed component become free, and
        expectations relative to it become expectations of the present distance's value.
        """
        freed = tuple(
            _without_target(component, id_, self)
            for component in self.components
            if component.id != id_
        )
        return replace(self, components=freed)

    def with_values(self, values: Mapping[Ref, float]) -> Region:
        """Return a copy with new values; linked parameters follow their targets."""
        params = dict(self.params())
        params.update({ref: params[ref].at(value) for ref, value in values.items()})
        for ref, param in params.items():
            if param.link is not None:
                root, factor, shift = self.resolve(ref)
                value = factor * params[root].value + shift
                if value != param.value:
                    params[ref] = param.at(value)
        background = self.background
        if background.params:
            background = background.with_params(
                {name: params[Ref(BACKGROUND_ID, name)] for name in background.params}
            )
        components = tuple(
            component.with_params(
                {name: params[Ref(component.id, name)] for name in COMPONENT_PARAMETERS}
            )
            for component in self.components
        )
        return replace(self, background=background, components=components)

    def held_at_priors(self, refs: tuple[Ref, ...]) -> Region:
        """Return a copy with some parameters tied exactly where their priors expect them."""
        region = self
        for ref in refs:
            param = region.param(ref)
            prior = param.prior
            if prior is None:
                region = region.with_param(ref, replace(param, vary=False))
            elif prior.relative_to is None:
                region = region.with_param(ref, Param(prior.mean, vary=False))
            else:
                link = Link("offset", prior.relative_to, prior.mean)
                region = region.with_param(ref, replace(param, link=link, prior=None))
        return region.settled()

    def settled(self) -> Region:
        """Return a copy in which every linked parameter has the value of its link."""
        return self.with_values({})


def _targets(param: Param) -> Iterator[Ref]:
    if param.link is not None:
        yield param.link.target
    if param.prior is not None and param.prior.relative_to is not None:
        yield param.prior.relative_to


def _without_target(component: Component, gone: str, region: Region) -> Component:
    for name, param in component.params.items():
        link, prior = param.link, param.prior
        if link is not None and link.target.component == gone:
            param = replace(param, link=None)
        if prior is not None and prior.relative_to is not None:
            target = prior.relative_to
            if target.component == gone:
                mean = prior.mean + region.param(target).value
                param = replace(param, prior=Prior(mean, prior.sigma))
        component = component.with_param(name, param)
    return component
