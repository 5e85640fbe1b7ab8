"""The fit that a VAMAS block carries from CasaXPS, as a region of Doublet."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from xps.casaxps.calibration import Calibration, calibration_of
from xps.casaxps.doublets import with_doublets
from xps.casaxps.grammar import (
    UNBOUNDED,
    CasaComment,
    CasaComponent,
    CasaNumber,
    CasaRegion,
    parse_comment,
)
from xps.casaxps.shapes import shape_of
from xps.errors import RecipeError, XpsError
from xps.levels import parse_core_level
from xps.losses import LOSSES, LossFunction
from xps.model import Background, Component, Link, LinkKind, Param, Ref, Region, Singlet
from xps.spectrum import Spectrum

_BACKGROUNDS = {"Shirley": "shirley-casaxps", "Linear": "linear"}
_NARROWEST_EV = 0.001
_WORDS = re.compile(r"[^a-z0-9]+")
_LONGEST_ID = 40
_NO_BOUND = 0.999 * UNBOUNDED  # a photon energy may have been taken from it


@dataclass(frozen=True)
class StoredFit:
    """What a block carries from CasaXPS.

    Attributes
    ----------
    region : Region or None
        With the stored values; None where they make no region of Doublet.
    calibration : Calibration
    notes : tuple of str
        What cannot be taken over, and why.
    inexact : tuple of str
        What of the region is not as it is in CasaXPS, so that a refit cannot repeat the fit.
    """

    region: Region | None
    calibration: Calibration = field(default_factory=Calibration)
    notes: tuple[str, ...] = ()
    inexact: tuple[str, ...] = ()


def stored_fit(spectrum: Spectrum, region_id: str = "stored", spectrum_id: str = "") -> StoredFit:
    """Read the fit that a spectrum carries.

    Lines stay single components, tied as they are in CasaXPS; only those that share an INDEX
    as well become a doublet.

    Parameters
    ----------
    spectrum : Spectrum
        With the comment of its block in `notes`.
    region_id, spectrum_id : str
        Ids of the region, and of the spectrum in its project.
    """
    try:
        comment = parse_comment(spectrum.notes)
    except XpsError as error:
        return StoredFit(None, notes=(str(error),))
    if comment is None:
        return StoredFit(None)
    calibration = calibration_of(comment.processing, spectrum)
    notes = list(calibration.notes)
    inexact: list[str] = []
    region = None
    try:
        region = _region(comment, spectrum, calibration, notes, inexact)
    except XpsError as error:
        notes.append(f"the stored fit is left out: {error}")
    if region is not None:
        region = replace(region, id=region_id, spectrum=spectrum_id)
    notes = list(dict.fromkeys((*notes, *inexact)))
    return StoredFit(region, calibration, tuple(notes), tuple(dict.fromkeys(inexact)))


def _region(
    comment: CasaComment,
    spectrum: Spectrum,
    calibration: Calibration,
    notes: list[str],
    inexact: list[str],
) -> Region | None:
    if not comment.regions:
        if comment.components:
            raise RecipeError("it has components but no region", "set a region in CasaXPS")
        return None
    photons = spectrum.photon_energy_ev
    if photons is None:
        raise RecipeError("the photon energy is unknown", "state it in the file")
    chosen = _main_region(comment, notes)
    level = (
        spectrum.core_level
        or parse_core_level(chosen.tag)
        or parse_core_level(chosen.name)
        or chosen.name
        or "unnamed"
    )
    low, high = sorted(photons - energy + calibration.of_regions_ev for energy in chosen.kinetic_ev)
    ids = ids_of([component.name for component in comment.components])
    reading = _Components(comment.components, ids, photons + calibration.of_components_ev, inexact)
    return Region(
        id="stored",
        spectrum="",
        core_level=level,
        window_ev=(low, high),
        background=_background(chosen, inexact),
        components=with_doublets(reading.all(), comment.components, level),
        weights="equal",
        stored=True,
    ).settled()


def _main_region(comment: CasaComment, notes: list[str]) -> CasaRegion:
    """The region that holds most components; the others are told."""

    def held(region: CasaRegion) -> int:
        low, high = sorted(region.kinetic_ev)
        return sum(low <= c.position.value <= high for c in comment.components)

    chosen = max(comment.regions, key=held)
    notes += [
        f"the region {region.name} ({region.background}) is left out: a spectrum has one region "
        "in Doublet"
        for region in comment.regions
        if region is not chosen
    ]
    return chosen


def _background(region: CasaRegion, inexact: list[str]) -> Background:
    if any(region.offsets):
        start, end = region.offsets
        inexact.append(f"offsets of {start:g} and {end:g} % of the background are not applied")
    width = max(round(region.average_width), 1)
    points = 2 * width - 1
    name = " ".join(region.background.split())
    if name in _BACKGROUNDS:
        return Background(_BACKGROUNDS[name], average_points=points, average_around=True)
    if not name.endswith("Tougaard"):
        raise RecipeError(
            f"the background {region.background!r}", "Doublet reads Shirley, Linear and Tougaard"
        )
    if name not in ("U 2 Tougaard", "U 3 Tougaard"):
        inexact.append(
            f"the background {name!r} is taken for a universal one, within a few percent"
        )
    kind, loss = _loss(region)
    return Background(kind, average_points=points, average_around=True, own_loss=loss)


def _loss(region: CasaRegion) -> tuple[str, LossFunction]:
    """The loss function, and the kind of background that it belongs to.

    The C of two parameters is stored below zero; B is stored scaled to the data.
    """
    b, c, d, gap = region.cross_section
    b = b if b > 0.0 else LOSSES["u2"].b
    name, source = " ".join(region.background.split()), "stored by CasaXPS"
    gap = max(gap, 0.0)
    if c < 0.0 or d == 0.0:
        return "tougaard-u2", LossFunction("own", name, b, abs(c), None, source, gap)
    three = [loss for loss in LOSSES.values() if loss.d is not None]
    nearest = min(three, key=lambda loss: abs(math.log(loss.c / c)))
    return f"tougaard-{nearest.name}", LossFunction("own", name, b, c, d, source, gap)


class _Components:
    """Turns the components of a block into those of a region."""

    def __init__(
        self,
        stored: Sequence[CasaComponent],
        ids: Sequence[str],
        zero_ev: float,
        inexact: list[str],
    ) -> None:
        self._stored, self._ids, self._zero_ev, self._inexact = stored, ids, zero_ev, inexact

    def all(self) -> list[Component]:
        return [self._component(number) for number in range(len(self._stored))]

    def _component(self, number: int) -> Component:
        stored = self._stored[number]
        try:
            kind, shape_params = shape_of(stored.shape)
            if kind == "lf":
                self._inexact.append(
                    f"{stored.name}: {stored.shape} is taken for the LF of Doublet, whose damping "
                    "is its own (experimental)"
                )
            if stored.expression.strip():
                self._inexact.append(
                    f"{stored.name}: the constraint {stored.expression!r} is not applied"
                )
            width = stored.fwhm
            return Component(
                id=self._ids[number],
                name=stored.name,
                lines=Singlet(),
                shape=kind,
                area=self._scaled(number, "area", stored.area),
                center=self._center(number, stored.position),
                fwhm=self._scaled(
                    number, "fwhm", replace(width, low=max(width.low, _NARROWEST_EV))
                ),
                shape_params=shape_params,
            )
        except RecipeError as error:
            raise RecipeError(error.reason, error.remedy, where=stored.name) from error

    def _scaled(self, number: int, name: str, stored: CasaNumber) -> Param:
        if stored.target < 0:
            return _free(stored.value, stored.low, stored.high)
        target = self._target(number, name, stored)
        if stored.amount == 1.0:
            return Param(stored.value, link=Link("same", target))
        return Param(stored.value, link=Link("ratio", target, stored.amount))

    def _center(self, number: int, stored: CasaNumber) -> Param:
        place = self._zero_ev - stored.value
        if stored.target < 0:
            return _free(place, self._zero_ev - stored.high, self._zero_ev - stored.low)
        target = self._target(number, "center", stored)
        kind: LinkKind = "offset" if stored.amount else "same"
        return Param(place, link=Link(kind, target, -stored.amount))

    def _target(self, number: int, name: str, stored: CasaNumber) -> Ref:
        if stored.target >= len(self._ids) or stored.target == number:
            raise RecipeError(
                f"the {name} is tied to component {stored.target}, which is not there"
            )
        return Ref(self._ids[stored.target], name)


def _free(value: float, low: float, high: float) -> Param:
    """A number with its bounds; equal ones fix it, and such the wrong way round say nothing."""
    if low == high:
        return Param(value, vary=False)
    low = -math.inf if low <= -_NO_BOUND else low
    high = math.inf if high >= _NO_BOUND else high
    return Param(value, min=low, max=high) if low < high else Param(value)


def ids_of(names: Sequence[str]) -> list[str]:
    """Make an id of each name, all different."""
    ids: list[str] = []
    for name in names:
        word = _WORDS.sub("_", name.casefold()).strip("_")[:_LONGEST_ID]
        word = word if word[:1].isalpha() and word.isascii() else f"c_{word}".rstrip("_")
        if word == "background":
            word = "c_background"
        number, id_ = 1, word
        while id_ in ids:
            number += 1
            id_ = f"{word}_{number}"
        ids.append(id_)
    return ids
