"""Whether the energy scale rests on a reference, and on one that holds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from xps.checks.rule import (
    FittedRegion,
    FittedSample,
    Rule,
    Sightings,
    in_each_fit,
    in_each_sample,
)
from xps.checks.shapes import is_asymmetric
from xps.checks.ties import scale_error
from xps.model import Component
from xps.project import ChargeReference

_GRECZYNSKI = "Greczynski and Hultman 2020, 10.1016/j.pmatsci.2019.100591"
_BIESINGER_CARBON = "Biesinger 2022, 10.1016/j.apsusc.2022.153681"
_LARGEST_STDERR_EV = 0.1
_LEAST_SHARE = 0.1
_SEARCHED = 0.95  # of the search, from where on a shift lies at its end
_TINY = 1e-300
_CARBON_EV = 0.2  # the least that adventitious carbon is known to
_GRAPHITIC_FWHM_EV = 0.95
_ADVENTITIOUS_EV = (284.6, 285.4)
_SURE = 2.0
_DIFFERENT_EV = 0.3


def _none(fitted: FittedRegion) -> Sightings:
    if not fitted.project.charge_of(fitted.entry.id).is_set:
        yield fitted.sighting("the binding energies are as measured")


def _reference(sample: FittedSample) -> tuple[ChargeReference, FittedRegion, Component] | None:
    """The charge reference of a sample with the component that it rests on."""
    charge = sample.project.sample(sample.name).charge
    region = sample.level(charge.core_level)
    if charge.method != "component" or region is None:
        return None
    for component in region.components:
        if component.id == charge.component:
            return charge, region, component
    return None


def _weak(sample: FittedSample) -> Sightings:
    charge = sample.project.sample(sample.name).charge
    if not charge.is_set:
        return
    if charge.method == "manual" and charge.uncertainty_ev is None:
        yield sample.sighting(
            f"the shift of {charge.shift_ev:+.2f} eV was given by hand, without an uncertainty",
            severity="note",
        )
    if charge.stderr_ev is not None and charge.stderr_ev > _LARGEST_STDERR_EV:
        yield sample.sighting(
            f"the reference line places the scale to ± {charge.stderr_ev:.3f} eV only"
        )
    found = _reference(sample)
    if found is not None:
        _, region, component = found
        share = component.area.value / max(
            sum(max(c.area.value, 0.0) for c in region.components), _TINY
        )
        if share < _LEAST_SHARE:
            yield region.of(
                component,
                f"the reference line has {share:.1%} of the area of its region: another peak "
                "may have been taken for it",
            )
    known = charge.uncertainty_ev
    if charge.core_level == "C 1s" and known is not None and known < _CARBON_EV:
        yield sample.sighting(
            f"C 1s is taken as known to ± {known:g} eV, but adventitious carbon lay between 284.1 "
            "and 286.7 eV on about 100 samples"
        )


def _far(sample: FittedSample) -> Sightings:
    charge = sample.project.sample(sample.name).charge
    searched = charge.method == "component" and charge.is_set
    if searched and abs(charge.shift_ev) > _SEARCHED * charge.search_ev:
        yield sample.sighting(
            f"the shift of {charge.shift_ev:+.2f} eV lies at the end of the search "
            f"(± {charge.search_ev:g} eV) or beyond: the line that was found may be another one"
        )


def _graphitic(sample: FittedSample) -> Sightings:
    found = _reference(sample)
    if found is None:
        return
    charge, region, component = found
    energy = charge.energy_ev
    low, high = _ADVENTITIOUS_EV
    if charge.core_level != "C 1s" or energy is None or not low <= energy <= high:
        return
    width, error = region.value(component, "fwhm")
    signs = []
    if component.species == "graphitic_c":
        signs.append("its species is graphitic carbon")
    if is_asymmetric(component):
        signs.append("it is asymmetric")
    if width + _SURE * error < _GRAPHITIC_FWHM_EV:
        signs.append(f"it is only {width:.2f} eV wide")
    if signs:
        yield region.of(
            component,
            f"taken as adventitious carbon at {energy:.1f} eV, but {' and '.join(signs)}, as sp² "
            "carbon at 284.4 eV",
        )


@dataclass(frozen=True)
class _Anchor:
    """A species whose energy is known, and within what its compounds differ."""

    species: str
    energy_ev: float
    spread_ev: float


_ANCHORS = (
    _Anchor("ps4", 161.6, 0.0),
    # 29.4 to 29.6 eV below S 2p of the same ion (Du 2022, EES 2022, 15, 3470, Bong 2023)
    _Anchor("ps4_p", 132.1, 0.0),
    _Anchor("lattice_o", 529.3, 0.3),  # LiNiO2 528.8, NiO 529.6
    _Anchor("graphitic_c", 284.4, 0.1),
)


def _differential(sample: FittedSample) -> Sightings:
    places = []
    for anchor in _ANCHORS:
        for region in sample.regions:
            for component in region.significant:
                if component.species == anchor.species:
                    value, error = region.value(component, "center")
                    error = max(error**2 - scale_error(region) ** 2, 0.0) ** 0.5
                    places.append((anchor, component.name, value - anchor.energy_ev, error))
    for (a, a_name, a_off, a_error), (b, b_name, b_off, b_error) in combinations(places, 2):
        if a.species == b.species:
            continue
        allowed = _DIFFERENT_EV + a.spread_ev + b.spread_ev
        noise = _SURE * (a_error**2 + b_error**2) ** 0.5
        if abs(a_off - b_off) > allowed + noise:
            yield sample.sighting(
                f"{a_name} lies {a_off:+.2f} eV from {a.energy_ev:g} eV, {b_name} {b_off:+.2f} eV "
                f"from {b.energy_ev:g} eV: one shift does not hold for both",
                f"{a.species} and {b.species}",
            )


RULES = (
    Rule(
        "no-charge-reference",
        "warning",
        "Binding energies without a reference",
        _GRECZYNSKI,
        "choose a reference line, or state the shift",
        in_each_fit(_none),
    ),
    Rule(
        "charge-reference-weak",
        "warning",
        "A reference that is uncertain by more than 0.1 eV, has less than a tenth of its region, "
        "or is said to be better than it is",
        _GRECZYNSKI,
        "choose a stronger line of the sample itself, or state an uncertainty that covers it",
        in_each_sample(_weak),
    ),
    Rule(
        "charge-shift-far",
        "warning",
        "A charge shift at the end of its search",
        "ISO 19318",
        "compare a second line of known energy; widen the search if the sample charges so much",
        in_each_sample(_far),
    ),
    Rule(
        "graphitic-reference",
        "warning",
        "Graphitic carbon taken for adventitious carbon",
        _BIESINGER_CARBON,
        "set the reference energy to 284.4 eV for carbon additives, or take another line",
        in_each_sample(_graphitic),
    ),
    Rule(
        "differential-charging",
        "warning",
        "Two known lines that ask for different charge shifts",
        "ISO 19318",
        "check the neutralizer and the contact of the sample; do not compare energies across the "
        "phases",
        in_each_sample(_differential),
    ),
)
