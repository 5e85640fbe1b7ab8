"""Choose the reader of a file by what is inside, not by its name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from xps.errors import ReadError
from xps.readers import (
    avantage,
    avantage_text,
    doublet_text,
    excel,
    igor,
    igor_text,
    kratos,
    nexus,
    phi,
    scienta,
    scienta_hdf5,
    specs_sle,
    specs_xml,
    specs_xy,
    text,
    vamas,
)
from xps.readers.content import Content, load
from xps.readers.signature import refuse_foreign
from xps.spectrum import Spectrum


class Reader(Protocol):
    """What a module that reads a format offers."""

    NAME: str

    def recognizes(self, data: bytes) -> bool:
        """Tell from its content whether a file is of this format."""
        ...

    def read(self, content: Content) -> tuple[list[Spectrum], list[str]]:
        """Return the spectra of a file, at least one, and warnings."""
        ...


_READERS: tuple[Reader, ...] = (
    vamas,
    doublet_text,
    avantage,
    avantage_text,
    excel,
    phi,
    scienta,
    specs_xy,
    specs_xml,
    specs_sle,
    kratos,
    nexus,
    scienta_hdf5,
    igor,
    igor_text,
)


@dataclass(frozen=True)
class SpectrumFile:
    """All that a file gave.

    Attributes
    ----------
    spectra : tuple of Spectrum
        At least one, in the order of the file; ``spectra[i].origin.index == i``.
    reader : str
        Name of the reader, e.g. "vamas".
    warnings : tuple of str
        What was left out or guessed, those of the single spectra included.
    file : str
        File name without its folder.
    sha256 : str
        Hash of the whole file.
    """

    spectra: tuple[Spectrum, ...]
    reader: str
    warnings: tuple[str, ...]
    file: str
    sha256: str


def read_file(path: str | Path) -> SpectrumFile:
    """Read all spectra of a file, and what is worth knowing about the reading.

    Raises
    ------
    ReadError
        If the file is of an unknown format, damaged, or holds no XPS spectrum;
        the message names the file, the place, the reason and the remedy.
    """
    content = load(path)
    try:
        name, (spectra, warnings) = read_content(content)
    except ReadError as error:
        raise ReadError(error.reason, error.remedy, path=path, where=error.where) from error
    return SpectrumFile(
        tuple(spectra),
        name,
        (*warnings, *_summary(spectra)),
        content.name,
        content.sha256,
    )


def read_content(content: Content) -> tuple[str, tuple[list[Spectrum], list[str]]]:
    """Return the name of the reader that recognizes the content, its spectra and warnings.

    Raises
    ------
    ReadError
        As `read_file`, without the path.
    """
    for reader in _READERS:
        if reader.recognizes(content.data):
            return reader.NAME, reader.read(content)
    refuse_foreign(content.data)
    return text.NAME, text.read(content)


def is_plain_text(content: Content) -> bool:
    """Tell whether a file is read as columns of text, of which much must be guessed."""
    if any(reader.recognizes(content.data) for reader in _READERS):
        return False
    try:
        refuse_foreign(content.data)
    except ReadError:
        return False
    return True


def read(path: str | Path) -> list[Spectrum]:
    """Read all spectra of a file; see `read_file`."""
    return list(read_file(path).spectra)


def _summary(spectra: list[Spectrum]) -> list[str]:
    """State each warning once, with the spectra that it concerns."""
    concerned: dict[str, list[str]] = {}
    for spectrum in spectra:
        for warning in spectrum.warnings:
            concerned.setdefault(warning, []).append(spectrum.name or "unnamed")
    return [
        f"{names[0]}: {warning}"
        if len(names) == 1
        else f"{names[0]} and {len(names) - 1} more: {warning}"
        for warning, names in concerned.items()
    ]
