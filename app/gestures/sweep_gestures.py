"""What a person can do with several sweeps of one spectrum."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from app.gestures.gestures import Change, place
from xps.errors import XpsError
from xps.numbers_text import with_error
from xps.problem import with_guess
from xps.project import Entry, Project
from xps.replicates import dispersion
from xps.spectrum import Spectrum
from xps.sweep_sum import sum_of_sweeps, sweeps_beside

_MOST_TOLD = 4


def sum_sweeps(project: Project, entry_id: str, *, align: bool = False) -> Change:
    """Add the sum of a spectrum and its other sweeps, which stay.

    The sum stands before its sweeps. The region of the spectrum, else that of the first sweep
    that has one, goes over to it, with start values from the sum; the sweeps lose theirs, so that
    nothing is counted twice.

    Raises
    ------
    XpsError
        If there are no other sweeps, or they cannot be added or aligned.
    """
    sweeps = sweeps_beside(project, entry_id)
    chosen = project.entry(entry_id)
    if not sweeps:
        raise XpsError(
            f"{place(project, chosen)} has no other sweeps",
            "sweeps are spectra of one core level and sample, on the same energies and at the "
            "same place of a series",
        )
    summed = sum_of_sweeps([entry.spectrum for entry in sweeps], align=align)
    changed = _inserted(project, summed, before=sweeps[0])
    new = next(entry for entry in changed.entries if entry.spectrum is summed)
    own = (chosen, *sweeps)
    regions = [r for r in (project.region_of(entry.id) for entry in own) if r is not None]
    for region in regions:
        changed = changed.without_region(region.id)
    if regions:
        region = replace(regions[0], spectrum=new.id, stored=False)
        with suppress(XpsError):  # drawn without a guess; the fit will say what is wrong
            region = with_guess(region, summed, project.charge_of(entry_id).shift_ev)
        changed = changed.with_region(region)
    what = "Align and sum" if align else "Sum"
    of = f"{chosen.label} of {chosen.sample}"
    text = f"{what} {len(sweeps)} sweeps of {of}{_shifts(summed)}"
    return Change(changed, text)


def has_sweeps(project: Project, entry: Entry | None) -> bool:
    """Tell whether a spectrum is one of several sweeps."""
    return entry is not None and bool(sweeps_beside(project, entry.id))


def sweeps_changed(project: Project, entry_id: str) -> bool:
    """Tell whether the sweeps of a spectrum differ by more than a factor and counting noise."""
    spectra = [entry.spectrum for entry in sweeps_beside(project, entry_id)]
    try:
        return dispersion(spectra).changed
    except XpsError:  # of unknown counts, or too few
        return False


def sum_description(spectrum: Spectrum) -> Sequence[str]:
    """Say what a sum is made of, in lines."""
    lines = []
    for sweep in spectrum.summed:
        shift = ""
        if sweep.shift_ev is not None and sweep.stderr_ev:
            found = with_error(sweep.shift_ev, sweep.stderr_ev)
            shift = f": shifted by {found} eV, moved back by {abs(sweep.moved_ev):.3g} eV"
        lines.append(f"Sum of {sweep.name}{shift}")
    return lines


def _inserted(project: Project, spectrum: Spectrum, before: Entry) -> Project:
    larger = project.with_spectra((spectrum,))
    *others, new = larger.entries
    index = others.index(before)
    return replace(larger, entries=(*others[:index], new, *others[index:]))


def _shifts(summed: Spectrum) -> str:
    found = [
        (sweep.shift_ev, sweep.stderr_ev)
        for sweep in summed.summed[1:]
        if sweep.shift_ev is not None
    ]
    if not found:
        return ""
    if len(found) > _MOST_TOLD:
        largest = max(found, key=lambda pair: abs(pair[0]))
        return f", shifted by up to {with_error(*largest)} eV"
    return f", shifted by {', '.join(with_error(*pair) for pair in found)} eV"
