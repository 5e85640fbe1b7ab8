"""The recipe "stored": each spectrum gets the region that its file carries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from xps.casaxps.carried import carried_fit
from xps.casaxps.stored_fit import StoredFit
from xps.errors import RecipeError
from xps.model import Component, Param, Region
from xps.project import ChargeReference, Entry, Project
from xps.readers.casa import stored_counts
from xps.recipe import STORED

_SAME_EV = 1e-6
_SHOWN = 3


def carries_fit(project: Project) -> bool:
    """Whether any spectrum has components that its file stores with it."""
    return any(stored_counts(entry.spectrum.notes)[1] for entry in project.entries)


def apply_stored(
    project: Project, entry_ids: Collection[str] | None = None
) -> tuple[Project, tuple[str, ...]]:
    """Give spectra the regions that their files store with them.

    The shift of a sample is that of most of its stored fits; the energies of the others are
    moved to that scale.

    Parameters
    ----------
    project : Project
    entry_ids : collection of str, optional
        Only these spectra.

    Returns
    -------
    project : Project
        Regions that stood on the same spectra are replaced, their fits removed.
    notes : tuple of str
        What could not be taken over, and why.

    Raises
    ------
    RecipeError
        If no spectrum carries a fit that can be taken over.
    """
    notes: list[str] = []
    found: dict[str, list[tuple[Entry, Region, StoredFit]]] = {}
    for entry in project.entries:
        if entry_ids is not None and entry.id not in entry_ids:
            continue
        stored = carried_fit(entry.spectrum, f"{entry.id}_stored", entry.id)
        where = f"{entry.sample}, {entry.spectrum.name or entry.label}"
        notes += [f"{where}: {note}" for note in stored.notes]
        if stored.region is None:
            continue
        if not stored.region.components:
            notes.append(f"{where}: its region holds no components, so that there is no fit")
            continue
        found.setdefault(entry.sample, []).append((entry, stored.region, stored))
    if not found:
        raise RecipeError(
            "none of the spectra carries a fit, of CasaXPS or NeXus, that can be taken over"
            + _first_of(notes),
            "choose another recipe",
        )
    for sample, fits in found.items():
        charge = _charge([stored for _, _, stored in fits])
        project = project.with_sample(replace(project.sample(sample), charge=charge))
        for entry, region, stored in fits:
            placed = on_scale(stored, region, charge.shift_ev)
            named = replace(placed, components=_told_apart(placed.components))
            if placed is not region:
                notes.append(
                    f"{sample}, {entry.spectrum.name or entry.label}: calibrated by "
                    f"{stored.calibration.shift_ev:+.4f} eV; its energies are given on the scale "
                    f"of the sample's other spectra ({charge.shift_ev:+.4f} eV)"
                )
            old = project.region_of(entry.id)
            if old is not None:
                project = project.without_region(old.id)
            project = project.with_region(named)
    return replace(project, recipe=STORED, ties=None), tuple(notes)


def _told_apart(components: Sequence[Component]) -> tuple[Component, ...]:
    """Number those that share a name, such as the lines of a doublet that were fitted apart."""
    seen: Counter[str] = Counter()
    named = []
    for component in components:
        seen[component.name] += 1
        number = seen[component.name]
        mark = f" #{number}" if number > 1 else ""
        named.append(replace(component, name=f"{component.name}{mark}"))
    return tuple(named)


def _first_of(notes: Sequence[str]) -> str:
    if not notes:
        return ""
    more = len(notes) - _SHOWN
    return f": {'; '.join(notes[:_SHOWN])}" + (f"; and {more} more" if more > 0 else "")


def _charge(fits: Collection[StoredFit]) -> ChargeReference:
    """The shift that most fits of a sample have."""
    shifts = Counter(round(fit.calibration.shift_ev, 6) for fit in fits)
    shift, _ = shifts.most_common(1)[0]
    for fit in fits:
        if fit.calibration.is_set and round(fit.calibration.shift_ev, 6) == shift:
            return ChargeReference("manual", fit.calibration.shift_ev)
    return ChargeReference()


def on_scale(stored: StoredFit, region: Region, shift_ev: float) -> Region:
    """Return the region of a stored fit on the energy scale of its sample."""
    off = shift_ev - stored.calibration.shift_ev
    return region if abs(off) <= _SAME_EV else moved(region, off)


def moved(region: Region, by_ev: float) -> Region:
    """Return a region with window and centers moved on the energy scale."""
    low, high = region.window_ev

    def at(param: Param) -> Param:
        if param.link is not None:
            return replace(param, value=param.value + by_ev)
        return replace(
            param, value=param.value + by_ev, min=param.min + by_ev, max=param.max + by_ev
        )

    return replace(
        region,
        window_ev=(low + by_ev, high + by_ev),
        components=tuple(c.with_param("center", at(c.center)) for c in region.components),
    )
