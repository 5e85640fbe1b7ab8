"""A project as a VAMAS file that CasaXPS opens with regions and components in their places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from xps.atomic import write_atomically
from xps.casaxps.calibration import calibration_of
from xps.casaxps.grammar import HEADING, CasaComment, comment_lines, parse_comment
from xps.casaxps.written_fit import WrittenFit, written_fit
from xps.errors import WriteError, XpsError
from xps.model import Region
from xps.project import ChargeReference, Entry, HoldsProject, Project, project_in
from xps.sensitivity import sensitivity
from xps.spectrum import Spectrum
from xps.writers.vamas import vamas_bytes

_PROGRAM = "CasaXPS Version 2.3.22PR1.0"  # whose grammar this is
_SAME_EV = 1e-6


def write_casaxps(path: str | Path, result: Project | HoldsProject) -> tuple[str, ...]:
    """Write a project for CasaXPS, atomically.

    Parameters
    ----------
    path : str or Path
    result : Project or FitResult

    Returns
    -------
    tuple of str
        What of it CasaXPS does not have; the same stands in the file.

    Raises
    ------
    WriteError
        If there is nothing to write, or the place refuses it.
    """
    try:
        data, notes = casaxps_bytes(project_in(result))
    except WriteError as error:
        raise WriteError(error.reason, error.remedy, path=path, where=error.where) from error
    write_atomically(path, data)
    return notes


def casaxps_bytes(project: Project) -> tuple[bytes, tuple[str, ...]]:
    """Return the file, and what of the project CasaXPS does not have."""
    notes: list[str] = []
    spectra = [_with_comment(project, entry, notes) for entry in project.entries]
    said = list(dict.fromkeys(notes))
    head = [
        f"{HEADING} {_PROGRAM}",
        "0",
        "Written by Doublet",
        *(f"Doublet: {note}" for note in said),
        *(f"CasaRowLabel:{name}" for name in dict.fromkeys(s.sample for s in spectra)),
    ]
    return vamas_bytes(spectra, head), tuple(said)


def _with_comment(project: Project, entry: Entry, notes: list[str]) -> Spectrum:
    """The spectrum of an entry with a comment of CasaXPS before what stood in its own."""
    spectrum = entry.spectrum
    charge = project.charge_of(entry.id)
    where = f"{entry.sample}, {entry.label}"
    try:
        old = parse_comment(spectrum.notes)
    except XpsError:
        old = CasaComment(after=tuple(spectrum.notes.split("\n")))
    if old is None:
        old = CasaComment(after=tuple(spectrum.notes.split("\n")) if spectrum.notes else ())
    if spectrum.masked_ev:
        notes.append(f"{where}: its masked points are not known to CasaXPS, which fits them too")
    new = CasaComment(
        processing=_processing(old.processing, charge, spectrum, where, notes),
        after=(*old.before, *old.after),
    )
    region = project.region_of(entry.id)
    if region is not None:
        written = _written(project, entry, region, where, notes)
        if written is not None:
            new = replace(new, regions=(written.region,), components=written.components)
    elif new.processing == old.processing:
        new = replace(old, before=(), after=new.after)
    elif old.regions:
        notes.append(f"{where}: regions of the file are left out, as the calibration is another")
    return spectrum.with_(notes="\n".join(comment_lines(new)))


def _written(
    project: Project, entry: Entry, region: Region, where: str, notes: list[str]
) -> WrittenFit | None:
    photons = entry.spectrum.photon_energy_ev
    if photons is None:
        notes.append(f"{where}: its region is left out, as the photon energy is unknown")
        return None
    own = project.quantification.sensitivity
    level = region.core_level
    factor = sensitivity(level, photons) if own is None else own.factor(level)
    if factor is None:
        notes.append(f"{where}: no sensitivity factor is known for {level}; 1 is written")
    try:
        written = written_fit(region, photons, factor or 1.0)
    except XpsError as error:
        notes.append(f"{where}: its fit is left out: {error}")
        bare = replace(region, components=(), background=replace(region.background, own_k=()))
        return written_fit(bare, photons, factor or 1.0)
    notes += [f"{where}: {note}" for note in written.notes]
    return written


def _processing(
    old: Sequence[str],
    charge: ChargeReference,
    spectrum: Spectrum,
    where: str,
    notes: list[str],
) -> tuple[str, ...]:
    """The calibration: the lines that were there, where they say the same, else one line."""
    kept = [line for line in old if calibration_of([line], spectrum).is_set]
    present = calibration_of(kept, spectrum)
    gone = [line.strip() for line in old if line not in kept]
    if gone:
        notes.append(f"{where}: processing of the file is left out: {', '.join(gone)}")
    if not present.notes and abs(present.shift_ev - charge.shift_ev) < _SAME_EV:
        return tuple(kept)
    if charge.shift_ev == 0.0:
        return ()
    assigned = charge.energy_ev or 0.0
    measured = assigned - charge.shift_ev
    return (f"Calib M = {measured:.10g} A = {assigned:.10g} BE ADD",)
