"""The fit that a NeXus entry of another program carries (NXfit), as a region of Doublet.

NXfit has names for line shapes and backgrounds, and none for their numbers, bounds and ties:
what programs add is taken where its meaning is plain, and the rest is told.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xps.casaxps.calibration import Calibration
from xps.casaxps.shapes import shape_of
from xps.casaxps.stored_fit import StoredFit, ids_of
from xps.component import default_shape_params
from xps.errors import RecipeError, XpsError
from xps.levels import parse_core_level
from xps.model import Background, Component, Link, Param, Ref, Region, Singlet
from xps.plain_fields import Fields, refuse_constant
from xps.readers.nexus_fit import fit_line
from xps.readers.quantity import unit_of
from xps.spectrum import Spectrum

_CALL = re.compile(r"\s*([A-Za-z]+)\s*\(?\s*([\d.][\d.,\s]*)\)?\s*")
_TIE = re.compile(r"\s*(\w+)\.(\w+)\s*(?:([*+-])\s*([\d.]+(?:[eE][+-]?\d+)?))?\s*")
_FRACTIONS = ("mixing", "fraction", "lorentz_fraction", "fraction_lorentz")
_PLAIN_SHAPES = {"Gaussian": "gaussian", "Lorentzian": "lorentzian"}
_MIXED_SHAPES = {
    "Gaussian-Lorentzian Sum": "sgl",
    "Gaussian-Lorentzian Product": "gl",
    "Voigt": "voigt",
}
_OWN_NAMES = {"position": "center", "width": "fwhm", "area": "area"}
_EDGE_EV = 0.5  # a position may lie this far outside the data


def nexus_fit(
    spectrum: Spectrum, region_id: str = "stored", spectrum_id: str = ""
) -> StoredFit | None:
    """Read the fit that the notes of a spectrum carry from NeXus; None where there is none.

    Parameters
    ----------
    spectrum : Spectrum
        With the line of `xps.readers.nexus_fit.fit_text` in `notes`.
    region_id, spectrum_id : str
        Ids of the region, and of the spectrum in its project.
    """
    line = fit_line(spectrum.notes)
    if not line:
        return None
    try:
        fields = Fields(json.loads(line, parse_constant=refuse_constant), "NXfit")
        return _Reading(fields, spectrum).stored(region_id, spectrum_id)
    except XpsError as error:
        return StoredFit(None, notes=(f"the stored fit is left out: {error}",))
    except (ValueError, RecursionError) as error:
        return StoredFit(None, notes=(f"the stored fit cannot be read: {error}",))


@dataclass(frozen=True)
class _Peak:
    """A peak as it is described, and the id that it gets."""

    id: str
    fields: Fields
    numbers: dict[str, Fields]

    @property
    def label(self) -> str:
        return self.fields.text("label") or self.fields.text("name")


class _Reading:
    """One fit, and what must be said of it."""

    def __init__(self, fields: Fields, spectrum: Spectrum) -> None:
        self._fields, self._spectrum = fields, spectrum
        self._notes: list[str] = []
        self._inexact: list[str] = []
        binding = spectrum.binding_energy_ev
        if binding is None:
            raise RecipeError("the photon energy is unknown", "state it in the file")
        ends = fields.maybe("energies")
        self._shift = fields.maybe_number("shift") or 0.0
        low, high = float(binding.min()), float(binding.max())
        if ends is not None:
            places = sorted(self._on_scale(end) for end in fields.pair("energies"))
            inside = max(low, places[0] - self._shift), min(high, places[1] - self._shift)
            low, high = inside if inside[0] < inside[1] else (low, high)
        self._window = low + self._shift, high + self._shift

    def stored(self, region_id: str, spectrum_id: str) -> StoredFit:
        fields = self._fields
        described = fields.tables("peaks")
        ids = ids_of([peak.text("label") or peak.text("name") for peak in described])
        peaks = []
        for id_, table in zip(ids, described, strict=True):
            numbers = table.table("parameters")
            peaks.append(_Peak(id_, table, {name: numbers.table(name) for name in numbers.names}))
        components = []
        for peak in peaks:
            try:
                components.append(self._component(peak))
            except XpsError as error:
                self._inexact.append(f"the peak {peak.label} is left out: {error}")
        present = {component.id for component in components}
        by_name = {peak.fields.text("name"): peak.id for peak in peaks if peak.id in present}
        tied = self._tied(components, peaks, by_name)
        name = fields.text("name")
        level = self._spectrum.core_level or parse_core_level(name) or name or "unnamed"
        region = Region(
            id=region_id,
            spectrum=spectrum_id,
            core_level=level,
            window_ev=self._window,
            background=self._background(fields.tables("backgrounds")),
            components=tied,
            weights="equal",
            stored=True,
        ).settled()
        self._notes += [
            f"the fit {other} is left out: a spectrum has one region in Doublet"
            for other in fields.texts("others")
        ]
        inexact = tuple(dict.fromkeys(self._inexact))
        calibration = Calibration(self._shift, is_set=bool(self._shift))
        return StoredFit(region, calibration, (*dict.fromkeys(self._notes), *inexact), inexact)

    def _on_scale(self, energy: float) -> float:
        """Return an energy of the axis as binding energy."""
        photons = self._spectrum.photon_energy_ev
        if self._spectrum.axis == "binding" or photons is None:
            return energy
        return photons - energy

    def _component(self, peak: _Peak) -> Component:
        numbers = peak.numbers
        shape, shape_params = self._shape(peak)
        width = numbers.get("width") or numbers.get("fwhm")
        if width is None:
            raise RecipeError("its width is not given", "nothing can be fitted from it")
        return Component(
            id=peak.id,
            name=peak.label,
            lines=Singlet(),
            shape=shape,
            area=self._area(peak),
            center=self._center(peak),
            fwhm=self._param(peak, "width", width, least=1e-3),
            shape_params=shape_params,
        )

    def _shape(self, peak: _Peak) -> tuple[str, tuple[Param, ...]]:
        function, described = peak.fields.text("function"), peak.fields.text("description")
        call = _CALL.fullmatch(described)
        if call is not None:
            kind, params = shape_of(f"{call[1]}({call[2].strip().rstrip(',')})")
            if kind == "lf":
                self._inexact.append(
                    f"{peak.label}: {described} is taken for the LF of Doublet, whose damping is "
                    "its own (experimental)"
                )
            return kind, params
        if function in _PLAIN_SHAPES:
            return _PLAIN_SHAPES[function], ()
        if function not in _MIXED_SHAPES:
            raise RecipeError(
                f"the line shape {function or described or 'without a name'!r}",
                "Doublet takes Gaussian, Lorentzian, their sum and product, Voigt, and names "
                "such as GL(30)",
            )
        kind = _MIXED_SHAPES[function]
        given = next((peak.numbers[name] for name in _FRACTIONS if name in peak.numbers), None)
        if kind == "voigt" or given is None:
            self._inexact.append(
                f"{peak.label}: how much of a {function} is Lorentzian is not told, and is fitted"
            )
            return kind, default_shape_params(kind)
        return kind, (Param(given.number("value"), vary=False),)

    def _area(self, peak: _Peak) -> Param:
        given = peak.numbers.get("area")
        if given is None:
            value = peak.fields.maybe_number("total_area")
            if value is None:
                raise RecipeError("its area is not given", "nothing can be fitted from it")
            return Param(value * self._per_unit())
        return self._param(peak, "area", given, factor=self._per_unit())

    def _per_unit(self) -> float:
        """What turns areas of the file into those of Doublet, which are in rates if possible."""
        told, live = unit_of(self._fields.text("units")), self._spectrum.live_time_s
        if told is None:
            self._notes.append("the unit of the areas is not told: taken for that of the data")
            told = self._spectrum.unit
        wanted = "counts/s" if live is not None else self._spectrum.unit
        if told == wanted:
            return 1.0
        if live is not None and {told, wanted} == {"counts", "counts/s"}:
            return 1.0 / live if wanted == "counts/s" else live
        said = self._notes if wanted == "arbitrary" else self._inexact
        said.append(f"areas are in {told}, and the data in {wanted}")
        return 1.0

    def _center(self, peak: _Peak) -> Param:
        given = peak.numbers.get("position") or peak.numbers.get("center")
        if given is None:
            raise RecipeError("its position is not given", "nothing can be fitted from it")
        value = given.number("value")
        place, turned = self._on_scale(value), False
        photons = self._spectrum.photon_energy_ev or math.nan
        if not self._is_inside(place):
            if not self._is_inside(photons - place):
                raise RecipeError(
                    f"its position {value:g} eV lies outside the data", "on either energy scale"
                )
            place, turned = photons - place, True
            self._notes.append(
                f"{peak.label}: the position {value:g} eV lies outside the data, and is taken for "
                f"an energy of the other scale: {place:g} eV"
            )
        ends = sorted(self._on_scale(_bound(given, end)) for end in ("min", "max"))
        if turned and not ends[0] <= place <= ends[1]:
            ends = sorted(photons - end for end in ends)
        return self._bounded(peak, "position", place, ends, given)

    def _is_inside(self, place: float) -> bool:
        low, high = self._window
        return low - _EDGE_EV <= place <= high + _EDGE_EV

    def _param(
        self,
        peak: _Peak,
        name: str,
        given: Fields,
        *,
        factor: float = 1.0,
        least: float = -math.inf,
    ) -> Param:
        ends = [factor * _bound(given, "min"), factor * _bound(given, "max")]
        ends = [max(ends[0], least), ends[1]]
        return self._bounded(peak, name, factor * given.number("value"), ends, given)

    def _bounded(
        self, peak: _Peak, name: str, value: float, ends: Sequence[float], given: Fields
    ) -> Param:
        low, high = ends
        if given.maybe("vary") == 0.0 or low == high:
            return Param(value, vary=False)
        if not low <= value <= high:
            self._notes.append(
                f"{peak.label}: the bounds of its {name} do not hold its value, and are left out"
            )
            return Param(value)
        return Param(value, min=low, max=high)

    def _tied(
        self, components: Sequence[Component], peaks: Iterable[_Peak], by_name: dict[str, str]
    ) -> tuple[Component, ...]:
        """Tie parameters as the file says, where that is ``peak0.area * 0.5`` or the like."""
        found = {component.id: component for component in components}
        for peak in peaks:
            for name, given in peak.numbers.items():
                tie = given.maybe_text("expression")
                if tie is None or peak.id not in found:
                    continue
                component, own = found[peak.id], _OWN_NAMES.get(name, "")
                link = _link(tie, own, by_name)
                if link is None or link.target.component == peak.id:
                    self._inexact.append(f"{peak.label}: the tie {tie!r} is not applied")
                    continue
                param = Param(component.params[own].value, link=link)
                found[peak.id] = component.with_param(own, param)
        return tuple(found.values())

    def _background(self, described: Sequence[Fields]) -> Background:
        texts = [f"{one.text('function')} {one.text('description')}" for one in described]
        if len(texts) > 1:
            self._inexact.append("of several backgrounds the first is taken")
        text = texts[0] if texts else ""
        if "Shirley" in text:
            self._inexact.append("Shirley's background is calculated anew, in Doublet's way")
            return Background("shirley")
        if "Tougaard" in text:
            kind = "tougaard-u2" if "U 2" in text else "tougaard-u3-si"
            if "U 2" not in text:
                self._inexact.append(
                    f"the numbers of the background {text.strip()!r} are not told: taken for that "
                    "of silicon"
                )
            return Background(kind)
        if "Linear" not in text:
            self._inexact.append(
                f"the background {text.strip() or 'without a name'!r} is taken for a straight line"
            )
        return Background("linear")


def _bound(given: Fields, end: str) -> float:
    value = given.maybe_number(end)
    return (-math.inf if end == "min" else math.inf) if value is None else value


def _link(tie: str, own: str, by_name: dict[str, str]) -> Link | None:
    match = _TIE.fullmatch(tie)
    if match is None or not own or match[1] not in by_name or _OWN_NAMES.get(match[2]) != own:
        return None
    target = Ref(by_name[match[1]], own)
    if match[3] is None:
        return Link("same", target)
    amount = float(match[4])
    if match[3] == "*":
        return Link("ratio", target, amount)
    return Link("offset", target, amount if match[3] == "+" else -amount)
