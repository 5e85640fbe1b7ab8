"""Print a table of what the readers find in every file of a folder.

Usage: python -m benchmarks.readers.files FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from xps.errors import ReadError
from xps.readers import SpectrumFile, read_file
from xps.spectrum import Spectrum


def rows(folder: Path) -> Iterator[str]:
    """Yield the lines of the table, in Markdown."""
    yield "| file | reader | spectra | energies / eV | unit | live time / s | warnings |"
    yield "|---|---|---|---|---|---|---|"
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = str(path.relative_to(folder))
            try:
                yield f"| {name} | {_found(read_file(path))} |"
            except ReadError as error:
                place = f"{error.where}: " if error.where else ""
                yield f"| {name} | **refused**: {place}{error.reason} | | | | | |"


def _found(file: SpectrumFile) -> str:
    runs = [list(run) for _, run in groupby(file.spectra, key=lambda s: (_label(s), s.n_points))]
    spectra = "; ".join(
        f"{_label(run[0])}{f' × {len(run)}' if len(run) > 1 else ''} ({run[0].n_points})"
        for run in runs
    )
    return " | ".join(
        (
            file.reader,
            f"{len(file.spectra)}: {spectra}",
            "; ".join(dict.fromkeys(_ends(run[0]) for run in runs)),
            _unique(s.unit for s in file.spectra),
            _unique(_live_time(s) for s in file.spectra),
            str(len(file.warnings)) + (f": {file.warnings[0]}" if file.warnings else ""),
        )
    )


def _label(spectrum: Spectrum) -> str:
    return spectrum.core_level or spectrum.name


def _ends(spectrum: Spectrum) -> str:
    kind = "BE" if spectrum.axis == "binding" else "KE"
    return f"{kind} {spectrum.energy_ev[0]:.7g} to {spectrum.energy_ev[-1]:.7g}"


def _live_time(spectrum: Spectrum) -> str:
    if spectrum.dwell_s is None or spectrum.sweeps is None:
        return "unknown"
    return f"{spectrum.dwell_s:g} × {spectrum.sweeps:g}"


def _unique(texts: Iterator[str]) -> str:
    return "; ".join(dict.fromkeys(texts))


if __name__ == "__main__":
    print("\n".join(rows(Path(sys.argv[1]))))
