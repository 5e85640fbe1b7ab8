"""Whether lines of other elements, or of the X-ray source, lie under a region."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from xps.cancel import Cancelled
from xps.checks.rule import FittedRegion, Rule, Sightings, fitted_regions, in_each_fit
from xps.levels import element, parse_core_level
from xps.model import Component, Ref
from xps.project import Entry, Project
from xps.resources import resource
from xps.spectrum import Spectrum

_PEAK_SIGMA = 10.0
_PEAK_SHARE = 0.05
_AVERAGED = 5
_DETECTABLE_SIGMA = 3.0
_ALUMINUM_EV, _MAGNESIUM_EV, _SAME_SOURCE_EV = 1486.6, 1253.6, 1.0

# Distance to lower binding energy and share of the main line, of a source without
# monochromator (Kα3 and Kα4).
_SATELLITES = {
    _MAGNESIUM_EV: ((8.4, 0.080), (10.1, 0.041)),
    _ALUMINUM_EV: ((9.8, 0.064), (11.8, 0.032)),
}


@dataclass(frozen=True)
class Overlap:
    """A line that lies in the usual window of a core level.

    Attributes
    ----------
    core_level : str
        The level that is measured.
    line : str
        The line of another element that lies there.
    low_ev, high_ev : float
        Where: binding energies, or kinetic energies of an Auger line.
    kinetic : bool
        Whether the energies are kinetic.
    source : str
        Who says so.
    """

    core_level: str
    line: str
    low_ev: float
    high_ev: float
    kinetic: bool
    source: str

    @property
    def element(self) -> str:
        """Symbol of the other element."""
        return element(self.line)

    def binding_ev(self, photon_energy_ev: float | None) -> tuple[float, float] | None:
        """Range of binding energies; None for an Auger line with an unknown source."""
        if not self.kinetic:
            return self.low_ev, self.high_ev
        if photon_energy_ev is None:
            return None
        return photon_energy_ev - self.high_ev, photon_energy_ev - self.low_ev


@cache
def overlaps() -> tuple[Overlap, ...]:
    """Return the table of overlapping lines."""
    with resource("overlaps.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Overlap(
                row["core_level"],
                row["line"],
                float(row["low_ev"]),
                float(row["high_ev"]),
                row["energy"] == "kinetic",
                row["source"],
            )
            for row in csv.DictReader(file)
        )


def _overlapping(project: Project, ask: Cancelled) -> Sightings:
    measured: dict[tuple[str, str], list[Entry]] = {}
    for entry in project.entries:
        if entry.spectrum.core_level is not None:
            key = entry.sample, element(entry.spectrum.core_level)
            measured.setdefault(key, []).append(entry)
    for fitted in fitted_regions(project):
        ask()
        low, high = fitted.fit.region.window_ev
        for overlap in _overlaps_of(fitted.core_level):
            entries = measured.get((fitted.entry.sample, overlap.element), [])
            place = overlap.binding_ev(fitted.entry.spectrum.photon_energy_ev)
            if not entries or place is None or place[1] < low or place[0] > high:
                continue
            evidence = _evidence(project, entries)
            if evidence and not _is_fitted(fitted, overlap.line):
                yield fitted.sighting(
                    f"{overlap.line} ({place[0]:.0f} to {place[1]:.0f} eV) lies in the window, "
                    f"and the sample holds {overlap.element} ({evidence})",
                    overlap.line,
                    citation=overlap.source,
                )


def _overlaps_of(core_level: str) -> tuple[Overlap, ...]:
    return tuple(overlap for overlap in overlaps() if overlap.core_level == core_level)


def _is_fitted(fitted: FittedRegion, line: str) -> bool:
    """Whether a component stands for the line."""
    names = (text for c in fitted.components for text in (c.name, c.id, c.species))
    wanted = line.replace(" ", "").casefold()
    return any(
        parse_core_level(name) == line
        or wanted in name.replace(" ", "").replace("_", "").casefold()
        for name in names
    )


def _evidence(project: Project, entries: Iterable[Entry]) -> str:
    """The core level among spectra of one element that shows it; "" if none does."""
    for entry in entries:
        region = project.region_of(entry.id)
        fit = project.fit_of(region.id) if region is not None else None
        if fit is not None:
            shown = any(fit.is_significant(component) for component in fit.region.components)
        else:
            shown = shows_peak(entry.spectrum)
        if shown:
            return entry.label
    return ""


def shows_peak(spectrum: Spectrum) -> bool:
    """Whether a spectrum stands out clearly from the straight line between its ends.

    In the mean of five channels by more than 10σ of counts (where these are known) and by more
    than 5 % of the line.
    """
    counts = spectrum.counts
    curve = spectrum.intensity if counts is None else counts
    if curve.size < 3 * _AVERAGED:
        return False
    mean = np.convolve(curve, np.full(_AVERAGED, 1.0 / _AVERAGED), mode="valid")
    line = np.linspace(mean[0], mean[-1], mean.size)
    excess = mean - line
    noise = np.zeros_like(line) if counts is None else np.sqrt(np.maximum(line, 1.0) / _AVERAGED)
    clear = (excess > _PEAK_SIGMA * noise) & (excess > _PEAK_SHARE * np.abs(line))
    return bool(clear.any())


def _satellites(fitted: FittedRegion) -> Sightings:
    spectrum = fitted.entry.spectrum
    if spectrum.monochromatic is not False or spectrum.photon_energy_ev is None:
        return
    for source, satellites in _SATELLITES.items():
        if abs(spectrum.photon_energy_ev - source) > _SAME_SOURCE_EV:
            continue
        for component in fitted.significant:
            for distance, share in satellites:
                yield from _satellite(fitted, component, distance, share)


def _satellite(
    fitted: FittedRegion, component: Component, distance: float, share: float
) -> Sightings:
    low, high = fitted.fit.region.window_ev
    place = component.center.value - distance
    area = share * component.area.value
    errors = list(_area_errors(fitted))
    if not low < place < high or not errors or area < _DETECTABLE_SIGMA * min(errors):
        return
    hit = min(fitted.components, key=lambda c: abs(c.center.value - place))
    near = hit.id != component.id and abs(hit.center.value - place) < hit.fwhm.value
    under = f", under {hit.name}" if near else ""
    yield fitted.of(
        component,
        f"the source is not monochromatic: a satellite of {share:.1%} of this line lies at "
        f"{place:.1f} eV{under}",
    )


def _area_errors(fitted: FittedRegion) -> Iterator[float]:
    for component in fitted.components:
        error = fitted.fit.stderr(Ref(component.id, "area"))
        if error is not None:
            yield error


RULES = (
    Rule(
        "line-overlap",
        "warning",
        "A line of another element of the sample in the window",
        "the sources of the table of overlaps",
        "fit it together with the region, its shape and area tied to a free line of that element",
        _overlapping,
    ),
    Rule(
        "source-satellite",
        "warning",
        "Satellites of a source without monochromator in the window",
        "Krause and Ferreira 1975, 10.1088/0022-3700/8/12/013",
        "subtract the satellites of the source before the fit, or give each a tied component",
        in_each_fit(_satellites),
    ),
)
