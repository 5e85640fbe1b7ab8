"""The project: samples, spectra, regions and fits of one piece of work, as one frozen value.

Every edit makes a new Project that shares all that did not change, so that undo is keeping
the old one.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal, Protocol

from xps.errors import RecipeError
from xps.fitted import RegionFit
from xps.model import Region
from xps.quantification_settings import QuantificationSettings
from xps.spectrum import Spectrum
from xps.unknown_keys import Unknown
from xps.version import __version__
from xps.waiver import Scope, Waiver

ChargeMethod = Literal["none", "manual", "component"]

_MAX_SEARCH_EV = 100.0


@dataclass(frozen=True)
class ChargeReference:
    """How the binding energies of a sample were put on an absolute scale.

    Attributes
    ----------
    method : {"none", "manual", "component"}
        As measured; a shift given by hand; or from a fitted component of known energy.
    shift_ev : float
        Corrected minus measured binding energy, eV.
    stderr_ev : float or None
        Statistical error of the shift; None where it does not come from a fit.
    core_level, component : str
        The reference line, for the method "component".
    energy_ev, uncertainty_ev : float or None
        Binding energy assumed for the reference line, and how well it is known.
    search_ev : float
        How far from zero the shift is searched for.

    Raises
    ------
    RecipeError
        If the shift is not finite, or the search reaches nowhere or endlessly far.
    """

    method: ChargeMethod = "none"
    shift_ev: float = 0.0
    stderr_ev: float | None = None
    core_level: str = ""
    component: str = ""
    energy_ev: float | None = None
    uncertainty_ev: float | None = None
    search_ev: float = 3.0

    def __post_init__(self) -> None:
        if not math.isfinite(self.shift_ev):
            raise RecipeError(f"a charge shift of {self.shift_ev} eV", "give a finite number")
        if not 0.0 < self.search_ev <= _MAX_SEARCH_EV:
            raise RecipeError(
                f"a search for the charge shift within {self.search_ev} eV",
                f"give a number above 0 and up to {_MAX_SEARCH_EV:g}",
            )

    @property
    def total_error_ev(self) -> float | None:
        """Error of the shift with that of the reference line's energy; None where unknown."""
        if not self.is_set:
            return None
        return math.hypot(self.stderr_ev or 0.0, self.uncertainty_ev or 0.0) or None

    @property
    def is_set(self) -> bool:
        """Whether the shift is more than "as measured"."""
        return self.method == "manual" or self.stderr_ev is not None


@dataclass(frozen=True)
class Sample:
    """A piece of material.

    Attributes
    ----------
    name : str
        Its name, unique within the project.
    charge : ChargeReference
        Holds for every spectrum of the sample.
    group : str
        Name of what it is a replicate of, such as another spot or piece; "" if of nothing.
    series : tuple of (str, float)
        Where it stands in series, e.g. ``(("ALD cycles", 5.0),)``.
    unknown : tuple
        What its session says of it that this version does not know; see `xps.unknown_keys`.
    """

    name: str
    charge: ChargeReference = ChargeReference()
    group: str = ""
    series: tuple[tuple[str, float], ...] = ()
    unknown: Unknown = field(default=(), repr=False)


@dataclass(frozen=True)
class Entry:
    """A spectrum in a project, under an id that stays when others come and go."""

    id: str
    spectrum: Spectrum

    @property
    def sample(self) -> str:
        """Name of the sample it was measured on."""
        return self.spectrum.sample

    @property
    def label(self) -> str:
        """What people read: the core level, else the name in the file."""
        return self.spectrum.core_level or self.spectrum.name or self.id


@dataclass(frozen=True)
class Step:
    """One line of the history: when (ISO 8601, UTC), what, and by which version."""

    time: str
    text: str
    version: str

    @classmethod
    def now(cls, text: str) -> Step:
        """Return a step of this moment and version."""
        return cls(datetime.now(UTC).isoformat(timespec="seconds"), text, __version__)


@dataclass(frozen=True)
class AmountTies:
    """That a compound has one amount in a sample, whatever core level shows it.

    Attributes
    ----------
    sigma : float or None
        Spread of the logarithms of the ratios of areas, zero for exact ties; None for what
        `xps.chemistry` finds right.

    Raises
    ------
    RecipeError
        If the spread is no number of zero or above.
    """

    sigma: float | None = None

    def __post_init__(self) -> None:
        if self.sigma is not None and not 0.0 <= self.sigma < math.inf:
            reason = f"ties of amounts with a spread of {self.sigma}"
            raise RecipeError(reason, "give a number of zero or above")


@dataclass(frozen=True)
class Project:
    """Everything that a session file stores and the app shows.

    Attributes
    ----------
    samples : tuple of Sample
        In the order of display.
    entries : tuple of Entry
        The spectra.
    regions : tuple of Region
        At most one for each spectrum.
    fits : tuple of RegionFit
        The last fit of each region that has one, fresh or stale.
    recipe : str
        Name of the recipe that was applied last; "" if none.
    history : tuple of Step
        What was done.
    waivers : tuple of Waiver
        Findings of the checks that are let stand, and why.
    quantification : QuantificationSettings
        How areas are turned into amounts.
    ties : AmountTies or None
        Whether the lines of each compound in a sample are tied across core levels.
    unknown : tuple
        What its session says that this version does not know; see `xps.unknown_keys`.
    """

    samples: tuple[Sample, ...] = ()
    entries: tuple[Entry, ...] = ()
    regions: tuple[Region, ...] = ()
    fits: tuple[RegionFit, ...] = ()
    recipe: str = ""
    history: tuple[Step, ...] = field(default=(), repr=False)
    waivers: tuple[Waiver, ...] = ()
    quantification: QuantificationSettings = QuantificationSettings()
    ties: AmountTies | None = None
    unknown: Unknown = field(default=(), repr=False)

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        return {entry.id: entry for entry in self.entries}

    @cached_property
    def _regions(self) -> dict[str, Region]:
        return {region.id: region for region in self.regions}

    @cached_property
    def _fits(self) -> dict[str, RegionFit]:
        return {fit.region.id: fit for fit in self.fits}

    @cached_property
    def _samples(self) -> dict[str, Sample]:
        return {sample.name: sample for sample in self.samples}

    @cached_property
    def _region_by_entry(self) -> dict[str, Region]:
        return {region.spectrum: region for region in reversed(self.regions)}

    @cached_property
    def _regions_by_sample(self) -> dict[str, tuple[Region, ...]]:
        found: dict[str, list[Region]] = {}
        for region in self.regions:
            found.setdefault(self.entry(region.spectrum).sample, []).append(region)
        return {name: tuple(regions) for name, regions in found.items()}

    @cached_property
    def _fingerprints(self) -> dict[str, str]:
        """Those that were asked for; views ask for each one many times."""
        return {}

    def entry(self, id_: str) -> Entry:
        """Return a spectrum by id (KeyError if there is none)."""
        return self._entries[id_]

    def sample(self, name: str) -> Sample:
        """Return a sample by name (KeyError if there is none)."""
        return self._samples[name]

    def region(self, id_: str) -> Region:
        """Return a region by id (KeyError if there is none)."""
        return self._regions[id_]

    def region_of(self, entry_id: str) -> Region | None:
        """Return the region of a spectrum, if it has one."""
        return self._region_by_entry.get(entry_id)

    def regions_of(self, sample: str) -> tuple[Region, ...]:
        """Return the regions of all spectra of a sample."""
        return self._regions_by_sample.get(sample, ())

    def fit_of(self, region_id: str) -> RegionFit | None:
        """Return the last fit of a region, fresh or stale."""
        return self._fits.get(region_id)

    def charge_of(self, entry_id: str) -> ChargeReference:
        """Return the charge reference that holds for a spectrum."""
        return self.sample(self.entry(entry_id).sample).charge

    def is_fresh(self, region_id: str) -> bool:
        """Tell whether the fit of a region belongs to its present data and settings."""
        fit = self.fit_of(region_id)
        return fit is not None and fit.fingerprint == self.fingerprint(region_id)

    def fingerprint(self, region_id: str) -> str:
        """Hash of all that the fit of a region depends on."""
        known = self._fingerprints.get(region_id)
        if known is None:
            region = self.region(region_id)
            shift = self.charge_of(region.spectrum).shift_ev
            known = fingerprint(region, self.entry(region.spectrum).spectrum, shift)
            self._fingerprints[region_id] = known
        return known

    def with_spectra(self, spectra: tuple[Spectrum, ...]) -> Project:
        """Return a copy with more spectra; samples are made as they appear."""
        taken = {entry.id for entry in self.entries}
        names = {sample.name for sample in self.samples}
        entries, samples = list(self.entries), list(self.samples)
        for spectrum in spectra:
            named = spectrum if spectrum.sample else spectrum.with_(sample=_fallback(spectrum))
            number = len(entries)
            while (id_ := f"s{number}") in taken:
                number += 1
            taken.add(id_)
            entries.append(Entry(id_, named))
            if named.sample not in names:
                names.add(named.sample)
                samples.append(Sample(named.sample))
        return replace(self, entries=tuple(entries), samples=tuple(samples))

    def without_entry(self, entry_id: str) -> Project:
        """Return a copy without a spectrum, its region and its fit."""
        gone = {r.id for r in self.regions if r.spectrum == entry_id}
        entries = tuple(e for e in self.entries if e.id != entry_id)
        kept = {e.sample for e in entries}
        return replace(
            self,
            entries=entries,
            samples=tuple(s for s in self.samples if s.name in kept),
            regions=tuple(r for r in self.regions if r.id not in gone),
            fits=tuple(f for f in self.fits if f.region.id not in gone),
            waivers=tuple(
                w
                for w in self.waivers
                if w.scope.region not in gone and w.scope.sample in ("", *kept)
            ),
        )

    def with_region(self, region: Region) -> Project:
        """Return a copy with a region added, or the one of the same id replaced."""
        if region.id in self._regions:
            regions = tuple(region if r.id == region.id else r for r in self.regions)
        else:
            regions = (*self.regions, region)
        return replace(self, regions=regions)

    def without_region(self, region_id: str) -> Project:
        """Return a copy without a region and its fit."""
        return replace(
            self,
            regions=tuple(r for r in self.regions if r.id != region_id),
            fits=tuple(f for f in self.fits if f.region.id != region_id),
            waivers=tuple(w for w in self.waivers if w.scope.region != region_id),
        )

    def with_fit(self, fit: RegionFit) -> Project:
        """Return a copy with a fit and the region as fitted."""
        return self.with_fits((fit,))

    def with_fits(self, fits: Iterable[RegionFit]) -> Project:
        """Return a copy with fits, of one region each, and the regions as fitted."""
        new = {fit.region.id: fit for fit in fits}
        regions = tuple(new[r.id].region if r.id in new else r for r in self.regions)
        added = tuple(fit.region for id_, fit in new.items() if id_ not in self._regions)
        others = tuple(f for f in self.fits if f.region.id not in new)
        return replace(self, regions=(*regions, *added), fits=(*others, *new.values()))

    def without_fit(self, region_id: str) -> Project:
        """Return a copy without the fit of a region."""
        return replace(self, fits=tuple(f for f in self.fits if f.region.id != region_id))

    def with_sample(self, sample: Sample) -> Project:
        """Return a copy with the sample of the same name replaced."""
        return self.with_samples((sample,))

    def with_samples(self, samples: Iterable[Sample]) -> Project:
        """Return a copy with the samples of the same names replaced."""
        new = {sample.name: sample for sample in samples}
        return replace(self, samples=tuple(new.get(s.name, s) for s in self.samples))

    def with_step(self, step: Step) -> Project:
        """Return a copy with one more line of history."""
        stepped = replace(self, history=(*self.history, step))
        # Nothing that was looked up depends on the history.
        vars(stepped).update({**vars(self), "history": stepped.history})
        return stepped

    def with_waiver(self, waiver: Waiver) -> Project:
        """Return a copy with a waiver added, or the one of the same rule and scope replaced."""
        others = self.without_waiver(waiver.rule, waiver.scope).waivers
        return replace(self, waivers=(*others, waiver))

    def without_waiver(self, rule: str, scope: Scope) -> Project:
        """Return a copy without the waiver of a rule in a scope."""
        kept = tuple(w for w in self.waivers if (w.rule, w.scope) != (rule, scope))
        return replace(self, waivers=kept)


class HoldsProject(Protocol):
    """Whatever holds a project, such as the result of `xps.fit`."""

    @property
    def project(self) -> Project:
        """The project."""


def project_in(result: Project | HoldsProject) -> Project:
    """Return the project that a result holds, or the project itself."""
    return result if isinstance(result, Project) else result.project


def fingerprint(region: Region, spectrum: Spectrum, shift_ev: float) -> str:
    """Hash of a region, its data and its charge shift."""
    text = f"({region.settings_text}, {spectrum.digest!r}, {float(shift_ev)!r})"
    return hashlib.sha256(text.encode()).hexdigest()


def _fallback(spectrum: Spectrum) -> str:
    return spectrum.origin.file if spectrum.origin is not None else "unnamed sample"
