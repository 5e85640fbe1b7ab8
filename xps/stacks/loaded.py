"""Stacks of spectra that are in memory, or in many files of which each holds a few."""

from __future__ import annotations

import hashlib
import re
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from xps.errors import CancelledError, ReadError, XpsError
from xps.readers.registry import SpectrumFile, read_file
from xps.spectrum import Floats, Spectrum
from xps.stacks.grid import Places, layout_of, shared
from xps.stacks.stack import Stack

_DIGITS = re.compile(r"(\d+)")
_MOST_FILES = 200_000


def of_file(file: SpectrumFile) -> list[Stack]:
    """Return the stacks that the spectra of a file make, which stay in memory."""
    groups: dict[tuple[object, ...], list[Spectrum]] = {}
    for spectrum in file.spectra:
        groups.setdefault(kind_of(spectrum), []).append(spectrum)
    stacks: list[Stack] = []
    for spectra in groups.values():
        if len(spectra) < 2:
            continue
        facts = _Facts()
        for spectrum in spectra:
            facts.add(spectrum)
        number = facts.numbers[0]
        stacks.append(
            LoadedStack(
                **facts.common(spectra[0], file.file, f"{file.sha256}/{number}"),
                spectra=tuple(spectra),
            )
        )
    return stacks


def of_folder(
    folder: Path, cancelled: Callable[[], bool] | None = None
) -> tuple[list[Stack], list[str]]:
    """Return the stacks of the files of a folder, in the order of the numbers in their names.

    Every file is read once, and again when its spectra are asked for. Files that cannot be read
    are left out, each with a warning.

    Raises
    ------
    ReadError
        If no file can be read.
    CancelledError
    """
    files = sorted((f for f in folder.iterdir() if _counts(f)), key=_natural)
    if len(files) > _MOST_FILES:
        raise ReadError(f"{len(files)} files are more than {_MOST_FILES}", path=folder)
    groups: dict[tuple[object, ...], tuple[Spectrum, _Facts]] = {}
    warnings: list[str] = []
    state = hashlib.sha256()
    kept: list[_File] = []
    for path in files:
        if cancelled is not None and cancelled():
            raise CancelledError("the reading of the folder was cancelled")
        try:
            stamp = _File.of(path)
            read = read_file(path)
        except XpsError as error:
            warnings.append(f"{path.name} is left out: {error.reason}")
            continue
        state.update(f"{read.file}\n{read.sha256}\n".encode())
        for spectrum in read.spectra:
            _, facts = groups.setdefault(kind_of(spectrum), (spectrum, _Facts()))
            facts.add(spectrum, len(kept))
        kept.append(stamp)
    if not kept:
        reason = warnings[0] if warnings else "there are no files in it"
        raise ReadError(f"no file of the folder can be read: {reason}", path=folder)
    stacks: list[Stack] = [
        FolderStack(
            **facts.common(template, folder.name, f"{state.hexdigest()}/{number}"),
            files=tuple(kept[i] for i in facts.files),
            numbers=tuple(facts.numbers),
        )
        for number, (template, facts) in enumerate(groups.values())
        if len(facts.numbers) > 1
    ]
    return stacks, warnings


def kind_of(spectrum: Spectrum) -> tuple[object, ...]:
    """Return what the spectra of a stack have in common."""
    transmission = spectrum.transmission
    return (
        spectrum.core_level, spectrum.axis, spectrum.unit, spectrum.energy_ev.tobytes(),
        spectrum.photon_energy_ev, spectrum.pass_energy_ev, spectrum.dwell_s, spectrum.sweeps,
        None if transmission is None else transmission.tobytes(), spectrum.masked_ev,
    )  # fmt: skip


def _counts(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".")


def _natural(path: Path) -> list[tuple[int, str]]:
    """Order "scan 10" behind "scan 9"."""
    parts = _DIGITS.split(path.name.casefold())
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts if part]


@dataclass
class _Facts:
    """What differs between the spectra of a stack."""

    names: list[str] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)
    places: Places = field(default_factory=Places)
    numbers: list[int] = field(default_factory=list)
    files: list[int] = field(default_factory=list)

    def add(self, spectrum: Spectrum, file: int = 0) -> None:
        self.names.append(spectrum.name)
        self.samples.append(spectrum.sample)
        self.places.add(spectrum.series)
        origin = spectrum.origin
        self.numbers.append(len(self.numbers) if origin is None else origin.index)
        self.files.append(file)

    def common(self, template: Spectrum, file: str, identity: str) -> dict[str, Any]:
        """Return the fields that all stacks of spectra have."""
        coordinates = self.places.coordinates()
        count = len(self.numbers)
        return {
            "template": template,
            "count": count,
            "layout": layout_of(coordinates, count),
            "coordinates": coordinates,
            "file": file,
            "identity": identity,
            "warnings": template.warnings,
            "names": shared(self.names),
            "samples": shared(self.samples),
        }


@dataclass(frozen=True, eq=False)
class _SpectraStack(Stack):
    """Spectra that exist as such.

    Attributes
    ----------
    names, samples : tuple of str
        Of each, or of all.
    """

    names: tuple[str, ...] = field(repr=False)
    samples: tuple[str, ...] = field(repr=False)

    @abstractmethod
    def spectrum(self, index: int) -> Spectrum:
        """Return one spectrum, as it was read."""

    def _read(self, start: int, stop: int) -> Floats:
        return np.array([self.spectrum(i).intensity for i in range(start, stop)])

    def name(self, index: int) -> str:
        """Return the name of a spectrum."""
        return self.names[0 if len(self.names) == 1 else index]

    def sample(self, index: int) -> str:
        """Return the sample of a spectrum."""
        return self.samples[0 if len(self.samples) == 1 else index]


@dataclass(frozen=True, eq=False)
class LoadedStack(_SpectraStack):
    """Spectra in memory.

    Attributes
    ----------
    spectra : tuple of Spectrum
    """

    spectra: tuple[Spectrum, ...] = field(repr=False)

    def spectrum(self, index: int) -> Spectrum:
        """Return one spectrum."""
        return self.spectra[index]


@dataclass(frozen=True)
class _File:
    """A file as it was when it was read first."""

    path: Path
    size: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> _File:
        try:
            status = path.stat()
        except OSError as error:
            raise ReadError(f"cannot be read: {error.strerror}", path=path) from error
        return cls(path, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, eq=False)
class FolderStack(_SpectraStack):
    """Spectra of many files, each read when it is asked for.

    Attributes
    ----------
    files : tuple
        Of each spectrum.
    numbers : tuple of int
        Which spectrum of its file each is.
    """

    files: tuple[_File, ...] = field(repr=False)
    numbers: tuple[int, ...] = field(repr=False)

    def spectrum(self, index: int) -> Spectrum:
        """Return one spectrum.

        Raises
        ------
        ReadError
            If its file has changed, or is gone.
        """
        file = self.files[index]
        if _File.of(file.path) != file:
            raise ReadError(
                "the file changed after its folder was opened",
                "open the folder again",
                path=file.path,
            )
        return read_file(file.path).spectra[self.numbers[index]]
