"""A region of Doublet as the regions and components of a CasaXPS comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xps.casaxps.grammar import CasaComponent, CasaNumber, CasaRegion
from xps.casaxps.shapes import shape_text
from xps.errors import RecipeError
from xps.levels import line_labels, parse_core_level
from xps.losses import LOSSES
from xps.model import Background, Component, Doublet, Param, Ref, Region

_BACKGROUNDS = {
    "shirley-casaxps": "Shirley",
    "shirley": "Shirley",
    "smart": "Shirley",
    "linear": "Linear",
    "peak-shirley": "Shirley",
    "peak-shirley-tougaard": "Shirley",
}
_EXACT = frozenset({"shirley-casaxps", "linear"})
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+|[\ud800-\udfff]")
_NO_LOSS = (200.0, -450.0, 0.0, 0.0)
_NAMES = {"area": "area", "center": "center", "fwhm": "width"}


@dataclass(frozen=True)
class WrittenFit:
    """A region as CasaXPS has it.

    Attributes
    ----------
    region : CasaRegion
    components : tuple of CasaComponent
        One for each line.
    notes : tuple of str
        What of the model CasaXPS does not have.
    """

    region: CasaRegion
    components: tuple[CasaComponent, ...]
    notes: tuple[str, ...]


def written_fit(region: Region, photon_energy_ev: float, rsf: float) -> WrittenFit:
    """Write a region for CasaXPS.

    Parameters
    ----------
    region : Region
    photon_energy_ev : float
        Kinetic energies are this minus the corrected binding energies.
    rsf : float
        Sensitivity factor of the core level.

    Raises
    ------
    RecipeError
        If CasaXPS does not have one of the line shapes.
    """
    notes: list[str] = []
    low, high = region.window_ev
    name = _word(region.core_level)
    background, cross_section, width = _background(region.background, notes)
    written = CasaRegion(
        name,
        background,
        (photon_energy_ev - high, photon_energy_ev - low),
        rsf,
        width,
        (0.0, 0.0),
        cross_section,
        name,
    )
    if region.weights == "noise" and region.components:
        notes.append("CasaXPS weighs all points alike, unless it is told otherwise")
    components = _Writing(region, photon_energy_ev, rsf, notes).components()
    return WrittenFit(written, components, tuple(dict.fromkeys(notes)))


def _background(
    background: Background, notes: list[str]
) -> tuple[str, tuple[float, float, float, float], float]:
    """Name, loss function and average width."""
    width = (background.average_points + 1) // 2
    if background.in_fit:
        notes.append(
            "the background is fitted with the peaks, which CasaXPS cannot do: a fit there, with "
            "one that is computed from the data, has other areas"
        )
        width = 2
    elif not background.average_around:
        notes.append(
            "levels of the background are averaged around the ends in CasaXPS, not inside them"
        )
    loss = background.own_loss
    if loss is None and "tougaard" in background.kind and "shirley" not in background.kind:
        named = background.kind.removeprefix("tougaard-")
        loss = LOSSES[background.loss if background.in_fit else named]
    if loss is not None:
        c, d = (-loss.c, 0.0) if loss.d is None else (loss.c, loss.d)
        name = "U 2 Tougaard" if loss.d is None else "U 3 Tougaard"
        return name, (loss.b, c, d, loss.gap_ev), width
    if background.kind not in _EXACT and not background.in_fit:
        notes.append(f"the background {background.kind} is written as Shirley")
    return _BACKGROUNDS[background.kind], _NO_LOSS, width


class _Writing:
    """Turns components into lines, each in its place."""

    def __init__(
        self, region: Region, photon_energy_ev: float, rsf: float, notes: list[str]
    ) -> None:
        self._region, self._photons, self._rsf, self._notes = region, photon_energy_ev, rsf, notes
        self._place: dict[str, int] = {}
        self._level = parse_core_level(region.core_level) == region.core_level
        place = 0
        for component in region.components:
            self._place[component.id] = place
            place += len(component.lines.lines)

    def components(self) -> tuple[CasaComponent, ...]:
        return tuple(
            line
            for number, component in enumerate(self._region.components)
            for line in self._lines(number, component)
        )

    def _lines(self, number: int, component: Component) -> Iterator[CasaComponent]:
        name = _word(component.name)
        try:
            shape, remark = shape_text(
                component.shape, [param.value for param in component.shape_params]
            )
        except RecipeError as error:
            raise RecipeError(error.reason, error.remedy, where=name) from error
        if remark:
            self._notes.append(f"{name}: its shape {remark}")
        if any(param.is_free or param.link for param in component.shape_params):
            self._notes.append("parameters of line shapes are fixed in CasaXPS")
        if any(param.prior is not None for _, param in self._region.params()):
            self._notes.append("expectations (priors) are not known to CasaXPS, and left out")
        if component.species:
            self._notes.append("species and groups are not known to CasaXPS: names stay")
        lines = component.lines
        index = number if isinstance(lines, Doublet) else -1
        tag = _word(self._region.core_level)
        main = CasaComponent(
            name,
            shape,
            self._area(component),
            self._width(component),
            self._position(component),
            self._rsf,
            0.0,
            index,
            tag,
        )
        yield main
        if not isinstance(lines, Doublet):
            return
        if len(line_labels(self._region.core_level)) != 2 or not self._level:
            self._notes.append(f"{name}: its two lines come back as two components")
        place = self._place[component.id]
        yield CasaComponent(
            name,
            shape,
            CasaNumber(lines.ratio * main.area.value, 0.0, 0.0, place, lines.ratio),
            CasaNumber(main.fwhm.value, 0.0, 0.0, place, 1.0),
            CasaNumber(
                main.position.value - lines.splitting_ev, 0.0, 0.0, place, -lines.splitting_ev
            ),
            self._rsf,
            0.0,
            index,
            tag,
        )

    def _area(self, component: Component) -> CasaNumber:
        """Of the main line."""
        share = component.lines.lines[0].fraction
        area = component.area
        tied = self._tied(component, "area", area)
        if tied is None:
            return _free(share * area.value, share * area.min, share * area.max, area)
        target, factor, _ = tied
        factor *= share / self._region.component(target).lines.lines[0].fraction
        return CasaNumber(share * area.value, 0.0, 0.0, self._place[target], factor)

    def _width(self, component: Component) -> CasaNumber:
        width = component.fwhm
        tied = self._tied(component, "fwhm", width)
        if tied is None:
            return _free(width.value, width.min, width.max, width)
        target, factor, _ = tied
        return CasaNumber(width.value, 0.0, 0.0, self._place[target], factor)

    def _position(self, component: Component) -> CasaNumber:
        center = component.center
        place = self._photons - center.value
        tied = self._tied(component, "center", center)
        if tied is None:
            low, high = self._photons - center.max, self._photons - center.min
            return _free(place, low, high, center)
        target, _, shift = tied
        return CasaNumber(place, 0.0, 0.0, self._place[target], -shift)

    def _tied(
        self, component: Component, name: str, param: Param
    ) -> tuple[str, float, float] | None:
        """Target, factor and distance of a tie that CasaXPS has; None for a free number."""
        link = param.link
        if link is None:
            return None
        same_kind = link.target == Ref(link.target.component, name)
        if same_kind and (link.factor == 1.0 if name == "center" else link.shift == 0.0):
            return link.target.component, link.factor, link.shift
        self._notes.append(
            f"{_word(component.name)}: the tie of its {_NAMES[name]} has no form in CasaXPS, and "
            "is left out"
        )
        return None


def _free(value: float, low: float, high: float, param: Param) -> CasaNumber:
    """A number with its bounds; one that is fixed lies between equal ones."""
    if not param.vary:
        low = high = value
    return CasaNumber(value, low, high)


def _word(text: str) -> str:
    """A name as it can stand in a comment."""
    return _BREAKS.sub(" ", text).replace("*)", "* )").strip()
