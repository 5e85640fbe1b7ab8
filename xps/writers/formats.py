"""Choose the format of written spectra by the ending of the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from xps.errors import WriteError
from xps.spectrum import Spectrum
from xps.writers.nexus import write_nexus
from xps.writers.text import write_text
from xps.writers.vamas import write_vamas

_Writer = Callable[[str | Path, Sequence[Spectrum]], None]

_FORMATS: dict[str, tuple[str, _Writer]] = {
    ".vms": ("VAMAS", write_vamas),
    ".npl": ("VAMAS", write_vamas),
    ".csv": ("Text with commas", write_text),
    ".txt": ("Text with tabs", write_text),
    ".nxs": ("NeXus", write_nexus),
}

ENDINGS: Mapping[str, str] = {ending: name for ending, (name, _) in _FORMATS.items()}
"""What each ending stands for, for file choosers."""


def write_spectra(path: str | Path, spectra: Sequence[Spectrum]) -> None:
    """Write spectra in the format that the ending names, atomically.

    Raises
    ------
    WriteError
        If the ending is none of `ENDINGS`, there is nothing to write, a value cannot be
        expressed, or the place refuses the file.
    """
    suffix = Path(path).suffix
    if suffix.lower() not in _FORMATS:
        raise WriteError(
            f"spectra cannot be written as {suffix}" if suffix else "the file has no ending",
            f"use one of {', '.join(_FORMATS)}",
            path=path,
        )
    _, write = _FORMATS[suffix.lower()]
    write(path, spectra)
