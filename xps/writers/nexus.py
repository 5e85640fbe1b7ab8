"""Write spectra as NeXus (NXxps), one entry each, with what NXxps has no place for beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from xps.atomic import write_atomically
from xps.errors import WriteError
from xps.hdf5 import Branch, Leaf, file_bytes
from xps.readers.nexus_terms import OWN_GROUP, OWN_MARK
from xps.spectrum import Spectrum, Unit

DEFINITIONS: Final = "v2026.01"
UNITS: Final[Mapping[Unit, str]] = {
    "counts": "counts",
    "counts/s": "counts_per_second",
    "arbitrary": "any",
}
_NO_NAME = re.compile(r"[^A-Za-z0-9]+")
_UNKNOWN: Final = float("nan")
# NXxps requires a moment; other programs write this one for none.
_NO_TIME: Final = "0001-01-01T00:00:00+00:00"

Node = Branch | Leaf


def write_nexus(path: str | Path, spectra: Sequence[Spectrum]) -> None:
    """Write spectra into one NeXus file, atomically.

    Raises
    ------
    WriteError
        If there is nothing to write, or the place refuses it.
    """
    try:
        data = nexus_bytes(spectra)
    except WriteError as error:
        raise WriteError(error.reason, error.remedy, path=path) from error
    write_atomically(path, data)


def nexus_bytes(spectra: Sequence[Spectrum]) -> bytes:
    """Return the NeXus file of spectra."""
    if not spectra:
        raise WriteError("there are no spectra to write", "choose at least one")
    return root_bytes({name: entry_of(s) for name, s in named_entries(spectra)})


def root_bytes(members: Mapping[str, Node]) -> bytes:
    """Return the file of entries and what stands beside them."""
    return file_bytes(group("NXroot", members, default=next(iter(members))))


def named_entries(spectra: Sequence[Spectrum]) -> Iterator[tuple[str, Spectrum]]:
    """Yield names of entries, in the letters that NeXus allows, with the spectra."""
    for number, spectrum in enumerate(spectra, 1):
        label = _NO_NAME.sub("_", spectrum.core_level or spectrum.name).strip("_")
        yield f"entry_{number:05d}" + (f"_{label}" if label else ""), spectrum


def entry_of(spectrum: Spectrum, further: Mapping[str, Node] | None = None) -> Branch:
    """Return the entry of a spectrum.

    Parameters
    ----------
    spectrum : Spectrum
    further : mapping, optional
        Members beside its own, e.g. fits.
    """
    members: dict[str, Node] = {
        "definition": Leaf("NXxps", {"version": DEFINITIONS}),
        "title": Leaf(spectrum.name or spectrum.core_level or "spectrum"),
        "start_time": Leaf(spectrum.acquired if "T" in spectrum.acquired else _NO_TIME),
        "method": Leaf("X-ray photoelectron spectroscopy (XPS)"),
        "sample": group("NXsample", {"name": Leaf(spectrum.sample)}),
        "instrument": _instrument(spectrum),
        "data": _data(spectrum),
        OWN_GROUP: _own(spectrum),
    }
    return group("NXentry", members | dict(further or {}), default="data")


def group(kind: str, members: Mapping[str, Node], **attributes: Any) -> Branch:
    """Return a group of a NeXus class."""
    return Branch(members, {"NX_class": kind, **attributes})


def quantity(value: float | None, units: str) -> Leaf:
    """Return a number with its unit; not a number where it is unknown."""
    return Leaf(_UNKNOWN if value is None else float(value), {"units": units})


def _instrument(spectrum: Spectrum) -> Branch:
    detector: dict[str, Node] = {}
    if spectrum.dwell_s is not None:
        detector["count_time"] = quantity(spectrum.dwell_s, "s")
    dispersion: dict[str, Node] = {
        "scheme": Leaf("hemispherical"),
        "energy_scan_mode": Leaf("fixed_analyzer_transmission"),
    }
    if spectrum.pass_energy_ev is not None:
        dispersion["pass_energy"] = quantity(spectrum.pass_energy_ev, "eV")
    analyzer: dict[str, Node] = {
        "work_function": quantity(None, "eV"),
        "collectioncolumn": group("NXcollectioncolumn", {"scheme": Leaf("non-dispersive")}),
        "energydispersion": group("NXenergydispersion", dispersion),
        "detector": group("NXelectron_detector", detector),
    }
    return group(
        "NXinstrument",
        {
            "name": Leaf(spectrum.instrument),
            "beam_probe": group(
                "NXbeam", {"incident_energy": quantity(spectrum.photon_energy_ev, "eV")}
            ),
            "electronanalyzer": group("NXelectronanalyzer", analyzer),
        },
    )


def _data(spectrum: Spectrum) -> Branch:
    energy = Leaf(spectrum.energy_ev, {"units": "eV", "type": spectrum.axis})
    members: dict[str, Node] = {
        "energy": energy,
        "data": Leaf(spectrum.intensity, {"units": UNITS[spectrum.unit]}),
    }
    if spectrum.transmission is not None:
        members["transmission"] = Leaf(spectrum.transmission)
    return group("NXdata", members, signal="data", axes=["energy"], energy_indices=0)


def _own(spectrum: Spectrum) -> Branch:
    """Return what NXxps has no place for, or not one for all that can be known."""
    members: dict[str, Node] = {
        "format": Leaf(OWN_MARK),
        "name": Leaf(spectrum.name),
        "core_level": Leaf(spectrum.core_level or ""),
        "source_label": Leaf(spectrum.source_label),
        "acquired": Leaf(spectrum.acquired),
        "notes": Leaf(spectrum.notes),
    }
    if spectrum.sweeps is not None:
        members["sweeps"] = Leaf(spectrum.sweeps)
    if spectrum.monochromatic is not None:
        members["monochromatic"] = Leaf(int(spectrum.monochromatic))
    if spectrum.series:
        members["series_label"] = Leaf([label for label, _ in spectrum.series])
        members["series_value"] = Leaf(np.array([place for _, place in spectrum.series]))
    return group("NXcollection", members)
