"""Read VAMAS files (ISO 14976), the common export of XPS instruments and of CasaXPS."""

from __future__ import annotations

from typing import Final

from xps.errors import ReadError, SpectrumError
from xps.readers.content import Content
from xps.readers.encoding import to_utf8
from xps.readers.lines import LineCursor
from xps.readers.uncollected import uncollected
from xps.readers.vamas_grammar import read_blocks, read_experiment
from xps.readers.vamas_record import Block
from xps.readers.vamas_spectrum import spectrum_of
from xps.spectrum import Spectrum

NAME: Final = "vamas"
_IDENTIFIER = "vamas surface chemical"
_TERMINATOR = "end of experiment"


def recognizes(data: bytes) -> bool:
    """Tell whether the first line that is not blank is the VAMAS identifier."""
    start = to_utf8(data[:4096]).lstrip()
    return start[: len(_IDENTIFIER)].decode("latin-1").lower() == _IDENTIFIER


def read(content: Content) -> tuple[list[Spectrum], list[str]]:
    """Read all XPS blocks of a file.

    Blocks of other techniques, without an energy axis or without data are left out, each
    with a warning.

    Returns
    -------
    spectra : list of Spectrum
    warnings : list of str

    Raises
    ------
    ReadError
        If the grammar is broken, naming line and block, or if no XPS block is left.
    """
    cursor = LineCursor.of(to_utf8(content.data))
    experiment = read_experiment(cursor)
    spectra: list[Spectrum] = []
    warnings: list[str] = []
    with uncollected():
        for block in read_blocks(cursor, experiment):
            source = content.source(NAME, len(spectra))
            try:
                spectra.append(spectrum_of(block, experiment, source))
            except SpectrumError as error:
                warnings.append(f"line {block.line}, {_place(block)} is left out: {error.reason}")
    if not spectra:
        raise _nothing_left(warnings)
    return spectra, warnings + _check_terminator(cursor)


def _place(block: Block) -> str:
    return f"block {block.number} ({block.name})" if block.name else f"block {block.number}"


def _nothing_left(warnings: list[str]) -> ReadError:
    remedy = "export a file that holds XPS spectra"
    if not warnings:
        return ReadError("the file holds no blocks", remedy, where="file header")
    where, _, reason = warnings[0].partition(" is left out: ")
    if len(warnings) > 1:
        reason += f"; nor is any of the other {len(warnings) - 1} blocks an XPS spectrum"
    return ReadError(reason, remedy, where=where)


def _check_terminator(cursor: LineCursor) -> list[str]:
    while cursor.remaining:
        line = cursor.text("the terminator")
        if line.lower().startswith(_TERMINATOR):
            return []
        if line:
            return [
                f"line {cursor.number}: {_TERMINATOR!r} was expected; if the file has more "
                "blocks than it announces, those were not read"
            ]
    return [f"the line {_TERMINATOR!r} is missing: the file may have been cut short"]
