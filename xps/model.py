"""The model of a region: its background and components. All frozen.

Energies are binding energies after charge correction; areas are in the area unit of the
spectrum (counts/s·eV where the live time is known, else in its own unit times eV).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Literal, get_args

from xps.background import BACKGROUND_KINDS, IN_FIT_KINDS, Background
from xps.component import COMMON_PARAMETERS, Component, default_shape_params
from xps.errors import RecipeError
from xps.multiplet import Doublet, Line, Singlet, multiplet_of
from xps.parameters import BACKGROUND_ID, Link, LinkKind, Param, Prior, Ref
from xps.plain_settings import plain

__all__ = [
    "BACKGROUND_ID",
    "BACKGROUND_KINDS",
    "IN_FIT_KINDS",
    "Background",
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
    "Weights",
    "default_shape_params",
    "multiplet_of",
]


Weights = Literal["noise", "equal"]


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
    weights : {"noise", "equal"}
        Whether points weigh by the noise that they have, or all alike.
    stored : bool
        Whether the file of the spectrum carries this fit: its values are then the start.

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
    weights: Weights = "noise"
    stored: bool = False

    def __post_init__(self) -> None:
        if self.weights not in get_args(Weights):
            raise RecipeError(f"unknown weights {self.weights!r}", "use noise or equal")
        low, high = self.window_ev
        if not -math.inf < low < high < math.inf:
            raise RecipeError(
                f"a window from {low} to {high} eV",
                "give two finite binding energies, the lower one first",
                where=self.core_level,
            )
        if len(self._components) < len(self.components):
            raise RecipeError("two components have the same id", where=self.core_level)
        own = [id_ for id_, _ in self.background.own_k]
        for id_ in own:
            if id_ not in self._components or len(set(own)) < len(own):
                raise RecipeError(
                    f"an own step for {id_!r}",
                    "give one for a component of this region",
                    where=self.core_level,
                )
        for ref, param in self.params():
            for target in _targets(param):
                if not self._has(target):
                    raise RecipeError(
                        f"{ref} refers to {target}, which this region does not have",
                        where=self.core_level,
                    )
            self.resolve(ref)

    def _has(self, ref: Ref) -> bool:
        """Whether there is such a parameter of a component."""
        component = self._components.get(ref.component)
        return component is not None and ref.parameter in component.params

    @cached_property
    def _components(self) -> dict[str, Component]:
        return {component.id: component for component in self.components}

    @cached_property
    def settings_text(self) -> str:
        """All that it says; the same text for the same settings."""
        return repr(plain(self))

    def component(self, id_: str) -> Component:
        """Return a component by id (KeyError if there is none)."""
        return self._components[id_]

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
            _without_targets(component, lambda target: target.component == id_, self)
            for component in self.components
            if component.id != id_
        )
        background = self.background.without_component(id_)
        return replace(self, background=background, components=freed)

    def without_area(self, id_: str) -> Region:
        """Return a copy in which a component has no area.

        Ties to it and expectations relative to it stay, so that all else is as free as before.
        Its other parameters are fixed, but for those that others follow.
        """
        component = self.component(id_)
        followed = {
            target
            for other in self.components
            if other.id != id_
            for param in other.params.values()
            for target in _targets(param)
        }
        params = {
            name: param
            if Ref(id_, name) in followed
            else replace(param, vary=False, link=None, prior=None)
            for name, param in component.params.items()
        }
        empty = component.with_params({**params, "area": Param(0.0, vary=False)})
        background = self.background.without_component(id_)
        return replace(self, background=background).with_component(empty).settled()

    def with_shape(self, ids: Collection[str], kind: str) -> Region:
        """Return a copy in which some components have another shape.

        What was tied stays tied: a component whose shape parameters were equal to those of
        another one that changes with it has its new ones equal to that one's. Components of a
        shape without parameters follow the first one that changes. Ties and expectations of
        shape parameters between components that no longer have the same shape end; their
        values stay.
        """
        changed = [component for component in self.components if component.id in ids]
        leaders = _shape_leaders(changed)
        reshaped = {c.id: _led(c.with_shape(kind), c, leaders.get(c.id)) for c in changed}
        components = {c.id: reshaped.get(c.id, c) for c in self.components}

        def ends(source: Component, target: Ref) -> bool:
            if target.parameter in COMMON_PARAMETERS or not {source.id, target.component} & set(
                ids
            ):
                return False
            other = components[target.component]
            return other.shape != source.shape or target.parameter not in other.params

        return replace(
            self,
            components=tuple(
                _without_targets(component, partial(ends, component), self)
                for component in components.values()
            ),
        ).settled()

    def with_values(self, values: Mapping[Ref, float]) -> Region:
        """Return a copy with new values; linked parameters follow their targets."""
        params = dict(self.params())
        for ref, value in values.items():
            if value != params[ref].value:
                params[ref] = params[ref].at(value)
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
                {name: params[Ref(component.id, name)] for name in component.params}
            )
            for component in self.components
        )
        return replace(self, background=background, components=components)

    def held_at_priors(self, refs: tuple[Ref, ...]) -> Region:
        """Return a copy with some parameters tied exactly where their priors expect them."""
        if not refs:
            return self
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


def _without_targets(
    component: Component, is_gone: Callable[[Ref], bool], region: Region
) -> Component:
    """End the ties and expectations of a component that refer to what is gone from a region."""
    for name, param in component.params.items():
        link, prior = param.link, param.prior
        if prior is not None and prior.relative_to is not None and is_gone(prior.relative_to):
            mean = prior.mean + region.param(prior.relative_to).value
            component = component.with_param(name, replace(param, prior=Prior(mean, prior.sigma)))
        if link is not None and is_gone(link.target):
            component = component.untied(name)
    return component


def _shape_leaders(components: Sequence[Component]) -> dict[str, str]:
    """Tell which component follows which one in its shape, by id."""
    leaders: dict[str, str] = {}
    for component in components:
        leader: str | None = components[0].id
        if component.shape_params:
            leader = _shape_leader(component, {other.id for other in components})
        end = leader
        while end is not None and end != component.id:
            end = leaders.get(end)
        if leader is not None and end is None:
            leaders[component.id] = leader
    return leaders


def _shape_leader(component: Component, ids: Collection[str]) -> str | None:
    for param in component.shape_params:
        link = param.link
        if link is not None and link.kind == "same" and link.target.component in ids:
            return link.target.component
    return None


def _led(new: Component, old: Component, leader: str | None) -> Component:
    """Make the shape parameters that a component did not have before equal to another one's."""
    if leader is None:
        return new
    return new.with_params(
        {
            name: replace(param, link=Link("same", Ref(leader, name)))
            for name, param in new.params.items()
            if name not in old.params
        }
    )
