"""Write spectra as columns of text, each with all that is known about it in its header."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from xps.atomic import write_atomically
from xps.errors import WriteError
from xps.readers import doublet_text as form
from xps.readers.encoding import MAX_BYTES, MAX_LINES
from xps.spectrum import Spectrum, Unit

_INTENSITY: dict[Unit, str] = {
    "counts": "Intensity (counts)",
    "counts/s": "Intensity (counts/s)",
    "arbitrary": "Intensity (arb. units)",
}
_ESCAPES: Final = str.maketrans(form.ESCAPES)


def write_text(path: str | Path, spectra: Sequence[Spectrum]) -> None:
    """Write spectra into one text file, atomically: .csv with commas, others with tabs.

    Raises
    ------
    WriteError
        If there is nothing to write, too much for a text file, or the place refuses it.
    """
    delimiter = "," if Path(path).suffix.lower() == ".csv" else "\t"
    try:
        data = text_bytes(spectra, delimiter)
    except WriteError as error:
        raise WriteError(error.reason, error.remedy, path=path) from error
    write_atomically(path, data)


def text_bytes(spectra: Sequence[Spectrum], delimiter: str = ",") -> bytes:
    """Return the file of `write_text`, in UTF-8 with the mark that spreadsheets look for.

    Every number has all its digits. Header lines begin with "#", and are quoted where they
    hold a delimiter, so that no text from a file begins a cell of a spreadsheet.
    """
    if not spectra:
        raise WriteError("there are no spectra to write", "choose at least one")
    lines = [form.MARK]
    for spectrum in spectra:
        lines += map(_header_line, _facts(spectrum))
        lines += _table(spectrum, delimiter)
    data = ("\r\n".join(lines) + "\r\n").encode("utf-8-sig", errors="replace")
    if len(lines) >= MAX_LINES or len(data) > MAX_BYTES:
        raise WriteError(
            f"{len(lines)} lines are too many for a text file", "write VAMAS (.vms) instead"
        )
    return data


def _facts(spectrum: Spectrum) -> Iterator[str]:
    for key, name in (form.TEXTS | form.NUMBERS).items():
        value = getattr(spectrum, name)
        if value not in (None, ""):
            yield f"{key}: {_escaped(value) if isinstance(value, str) else repr(value)}"
    if spectrum.monochromatic is not None:
        yield f"{form.MONOCHROMATIC}: {'yes' if spectrum.monochromatic else 'no'}"
    for name, place in spectrum.series:
        yield f"{form.SERIES}: {_escaped(name)} = {place!r}"
    yield f"Points: {spectrum.n_points}"


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def _header_line(fact: str) -> str:
    line = f"# {fact}"
    return '"' + line.replace('"', '""') + '"' if set(line) & set(',;"') else line


def _table(spectrum: Spectrum, delimiter: str) -> Iterator[str]:
    columns = [spectrum.energy_ev, spectrum.intensity]
    labels = [f"{spectrum.axis.capitalize()} energy (eV)", _INTENSITY[spectrum.unit]]
    if spectrum.transmission is not None:
        columns.append(spectrum.transmission)
        labels.append(form.TRANSMISSION)
    yield delimiter.join(labels)
    for row in np.column_stack(columns).tolist():
        yield delimiter.join(map(repr, row))
