"""Candidates for a model: regions made of any of the species that a library offers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain

from xps.errors import RecipeError
from xps.model import (
    BACKGROUND_ID,
    Background,
    Component,
    Link,
    Param,
    Prior,
    Ref,
    Region,
    default_shape_params,
    multiplet_of,
)
from xps.species import Species

LEAST_SEPARATION = 0.5  # of the mean FWHM: what lies closer cannot be told apart

_MARGIN_EV = 4.0  # of a window beyond the allowed ranges: three widths and more
_MIXING = Prior(0.3, 0.1)
_WIDTH = Param(1.4, min=0.3, max=4.0)


@dataclass(frozen=True)
class Candidates:
    """Species that a region may hold, and how a region is made of them.

    All lines share one shape. Species whose typical width lies in each other's range share one
    width, since the data seldom tell the widths of overlapping lines apart. A compound with
    several lines in the core level (thiosulfate) is one candidate with a width of its own: the
    line of lowest energy leads, the others follow it with fixed distances and areas per atom.

    Attributes
    ----------
    species : tuple of Species
        Of one core level, in the order of their typical energies; of compounds the leading lines.
    template : Region
        Whose window and background are taken, and of whose first component lines and shape.
    slack_ev : float
        How far beyond its allowed range a center may lie: what the energy scale leaves open.
    followers : mapping of str to tuple of Species
        Further lines of compounds, by the key of the line that leads.

    Raises
    ------
    RecipeError
        If there is no candidate, one stands twice, or one is of another core level.
    """

    species: tuple[Species, ...]
    template: Region
    slack_ev: float = 0.0
    followers: Mapping[str, tuple[Species, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        level = self.template.core_level
        if not self.species:
            raise RecipeError(
                "no candidates", "add species of this core level to the library", where=level
            )
        everything = [*self.species, *chain.from_iterable(self.followers.values())]
        if len(self.by_key) < len(everything):
            raise RecipeError("a candidate stands twice", "give each once", where=level)
        for species in everything:
            if species.core_level != level:
                raise RecipeError(
                    f"the candidate {species.name} is of {species.core_level}",
                    f"give candidates of {level}",
                    where=level,
                )

    @classmethod
    def of(cls, species: Iterable[Species], template: Region, slack_ev: float = 0.0) -> Candidates:
        """Put candidates in order, and the lines of each compound together."""
        leaders: list[Species] = []
        followers: dict[str, tuple[Species, ...]] = {}
        of_compound: dict[str, str] = {}
        for one in sorted(species, key=lambda one: one.center_ev):
            leader = of_compound.get(one.compound)
            if leader is not None and one.core_level == template.core_level:
                followers[leader] = (*followers.get(leader, ()), one)
                continue
            leaders.append(one)
            if one.compound:
                of_compound[one.compound] = one.key
        return cls(tuple(leaders), template, slack_ev, followers)

    @cached_property
    def by_key(self) -> Mapping[str, Species]:
        """All species by key, those that follow others among them."""
        everything = [*self.species, *chain.from_iterable(self.followers.values())]
        return {species.key: species for species in everything}

    def lines(self, key: str) -> tuple[tuple[float, float], ...]:
        """Return distance and area of each line of a candidate, relative to the one that leads."""
        leader = self.by_key[key]
        return (
            (0.0, 1.0),
            *(
                (one.center_ev - leader.center_ev, one.atoms / leader.atoms)
                for one in self.followers.get(key, ())
            ),
        )

    def title(self, key: str) -> str:
        """Return the name of a candidate, with those of the lines that follow."""
        followers = (one.name for one in self.followers.get(key, ()))
        return " with ".join((self.by_key[key].name, *followers))

    @cached_property
    def families(self) -> Mapping[str, str]:
        """Key of the species whose width each species shares, by key."""
        leaders: list[Species] = []
        found: dict[str, str] = {}
        for species in sorted(self.species, key=_typical_width):
            if species.key in self.followers:
                whole = (species, *self.followers[species.key])
                found |= {one.key: species.key for one in whole}
                continue
            leader = next((one for one in leaders if _share_width(one, species)), None)
            if leader is None:
                leaders.append(species)
            found[species.key] = (leader or species).key
        return found

    def reach(self, key: str) -> tuple[float, float]:
        """Between which energies the center of a species may lie."""
        low, high = self.by_key[key].allowed_ev
        return low - self.slack_ev, high + self.slack_ev

    def widths(self, key: str) -> tuple[float, float]:
        """Between which widths the family of a species may lie."""
        ranges = [
            species.fwhm_ev
            for species in self.species
            if self.families[species.key] == self.families[key]
        ]
        return min(low for low, _ in ranges), max(high for _, high in ranges)

    @cached_property
    def typical_fwhm_ev(self) -> float:
        """Mean of the typical widths."""
        return sum(map(_typical_width, self.species)) / len(self.species)

    @cached_property
    def pattern(self) -> Component:
        """A component with lines and shape of all candidates."""
        if self.template.components:
            return self.template.components[0]
        lines = multiplet_of(self.template.core_level)
        (mixing,) = default_shape_params("sgl")
        shape = (replace(mixing, value=_MIXING.mean, prior=_MIXING),)
        return Component(
            "pattern", "", lines, "sgl", Param(1.0), Param(0.0), _WIDTH, shape_params=shape
        )

    def region(self, keys: Collection[str], like: Region | None = None) -> Region:
        """Return the region of some candidates.

        Parameters
        ----------
        keys : collection of str
        like : Region, optional
            A region of candidates whose values are taken where it has them.
        """
        leaders: dict[str, str] = {}
        components: list[Component] = []
        for species in self.species:
            if species.key in keys:
                leader = leaders.setdefault(self.families[species.key], species.key)
                first = components[0].id if components else None
                components.append(self._component(species, leader, first))
        for component in tuple(components):
            components += self._following(component, components[0].id)
        region = replace(
            self.template, components=tuple(components), background=self._background(components)
        )
        return region.with_values(self._values_of(region, like)) if like else region

    def _background(self, components: Sequence[Component]) -> Background:
        """The background of the template: without peaks there is no step to fit."""
        background = replace(self.template.background, own_k=())
        for name in () if components else ("k", "t"):
            if name in background.params:
                param = background.params[name]
                background = background.with_param(name, replace(param, vary=False))
        return background

    def _component(self, species: Species, leader: str, first: str | None) -> Component:
        pattern = self.pattern
        low, high = self.reach(species.key)
        narrow, wide = self.widths(species.key)
        fwhm = Param(_typical_width(species), min=narrow, max=wide)
        if leader != species.key:
            fwhm = replace(fwhm, link=Link("same", Ref(leader, "fwhm")))
        shape = pattern.params
        component = replace(
            pattern,
            id=species.key,
            name=species.name,
            species=species.key,
            group=species.group,
            area=Param(1.0),
            center=Param(species.center_ev, min=low, max=high),
            fwhm=fwhm,
        )
        for name in [name for name in shape if name not in ("area", "center", "fwhm")]:
            param, prior = replace(shape[name], link=None), shape[name].prior
            if first is not None:
                param = replace(param, link=Link("same", Ref(first, name)), prior=None)
            elif prior is not None and prior.relative_to is not None:
                param = replace(param, prior=None)
            component = component.with_param(name, param)
        return component

    def _following(self, leader: Component, first: str) -> list[Component]:
        """The further lines of a candidate: one amount, fixed distances, one width."""
        found = []
        lines = self.lines(leader.id)[1:]
        for species, (offset, ratio) in zip(self.followers.get(leader.id, ()), lines, strict=True):
            component = self._component(species, leader.id, first)
            area = Link("ratio", Ref(leader.id, "area"), ratio)
            center = Link("offset", Ref(leader.id, "center"), offset)
            component = component.with_params(
                {"area": Param(1.0, link=area), "center": Param(1.0, link=center)}
            )
            found.append(component)
        return found

    def _values_of(self, region: Region, like: Region) -> dict[Ref, float]:
        """What is known from another region of candidates."""
        known = dict(like.params())
        of_family = {self.families[c.id]: c for c in like.components}
        values: dict[Ref, float] = {}
        for ref, param in region.params():
            if not param.is_free:
                continue
            if ref.component == BACKGROUND_ID or ref.parameter in ("area", "center"):
                source = known.get(ref)
            elif ref.parameter == "fwhm":
                relative = of_family.get(self.families[ref.component])
                source = relative.fwhm if relative else None
            else:
                source = like.components[0].params[ref.parameter] if like.components else None
            if source is not None:
                values[ref] = min(max(source.value, param.min), param.max)
        return values


def default_template(core_level: str, candidates: Iterable[Species]) -> Region:
    """Return a region without components whose window holds candidates and their lines."""
    species = list(candidates)
    if not species:
        raise RecipeError(
            "no candidates", "add species of this core level to the library", where=core_level
        )
    farthest = max(line.offset_ev for line in multiplet_of(core_level).lines)
    low = min(one.allowed_ev[0] for one in species) - _MARGIN_EV
    high = max(one.allowed_ev[1] for one in species) + farthest + _MARGIN_EV
    id_ = core_level.replace(" ", "").lower()
    return Region(id_, "", core_level, (low, high), Background(), ())


def _typical_width(species: Species) -> float:
    return 0.5 * sum(species.fwhm_ev)


def _share_width(one: Species, other: Species) -> bool:
    return (
        one.fwhm_ev[0] <= _typical_width(other) <= one.fwhm_ev[1]
        and other.fwhm_ev[0] <= _typical_width(one) <= other.fwhm_ev[1]
    )
