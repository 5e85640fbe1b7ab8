"""Read spectra from columns of text: CSV, TXT, XY, and CasaXPS exports of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xps.errors import ReadError
from xps.readers.collection import Collection
from xps.readers.column_spectrum import add_spectra
from xps.readers.content import Content
from xps.readers.encoding import decode
from xps.readers.text_table import MIN_ROWS, find_tables
from xps.spectrum import Spectrum

NAME: Final = "text"
MAX_BYTES = 64 << 20
_VAMAS_ENDINGS = frozenset({".vms", ".npl", ".vamas"})


def read(content: Content) -> tuple[list[Spectrum], list[str]]:
    """Read all tables of a file whose columns are energies and intensities.

    Returns
    -------
    spectra : list of Spectrum
    warnings : list of str

    Raises
    ------
    ReadError
        If there is no table, or none of its columns is a spectrum.
    """
    if len(content.data) > MAX_BYTES:
        size = len(content.data) >> 20
        raise ReadError(
            f"the text file is too large: {size} MB, at most {MAX_BYTES >> 20} MB",
            "export VAMAS, or fewer spectra per file",
        )
    tables = find_tables(decode(content.data))
    if not tables:
        raise _no_table(content)
    spectra = Collection(content, NAME)
    add_spectra(tables, content.stem, spectra)
    if not spectra.spectra:
        where, _, reason = (spectra.warnings or [": only one column of numbers"])[0].partition(": ")
        raise ReadError(
            reason,
            "give one column of rising or falling energies, then intensities",
            where=where.removesuffix(" is left out") or f"line {tables[0].line}",
        )
    return spectra.finish()


def _no_table(content: Content) -> ReadError:
    if Path(content.name).suffix.lower() in _VAMAS_ENDINGS:
        return ReadError(
            "no VAMAS file in spite of its name: it does not begin with the line "
            "'VAMAS Surface Chemical Analysis Standard Data Transfer Format'",
            "export it again; a fragment of a file cannot be read",
            where="line 1",
        )
    return ReadError(
        f"no columns of numbers: at least {MIN_ROWS} rows of energy and intensity are needed",
        "export the spectrum as VAMAS or as columns of text",
    )
