"""Read files of PHI instruments (.spe, .pro): a header of text, then regions in binary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

import numpy as np

from xps.errors import ReadError, SpectrumError
from xps.file_bytes import Bytes
from xps.levels import parse_core_level
from xps.readers.collection import Collection
from xps.readers.content import Content
from xps.readers.doubts import NO_PHOTON_ENERGY
from xps.readers.encoding import decode
from xps.readers.phi_blocks import Block, blocks
from xps.spectrum import Floats, Spectrum

NAME: Final = "phi"
_START, _END = b"SOFH", b"EOFH"
_MAX_HEADER = 1 << 20
_REMEDY = "export the spectra from MultiPak as VAMAS or text"
_TECHNIQUES = frozenset({"", "XPS"})
# "Sn3d5" is the 5/2 part of a doublet, of which the region mostly holds both.
_SPIN = re.compile(r"(?<=[pdf])[1357]$")
_SOURCE = re.compile(r"\s*([A-Za-z]+)\s+([\d.]+)\s*(\w*)")
_MONOCHROMATIC = {"mono": True, "std": False}
_DESCRIPTION = re.compile(r"\(\s*\d+\s*,\s*(.*?)\s*\)|(.*)")


def recognizes(data: bytes) -> bool:
    """Tell whether the file begins as those of PHI do."""
    return data.startswith(_START)


def read(content: Content) -> tuple[list[Spectrum], list[str]]:
    """Read all regions of a file, those of a depth profile once for each cycle.

    Energies are binding energies. Intensities are counts per second; the time per step of the
    header is that of all sweeps together, so that it is given as the dwell time of one sweep.

    Raises
    ------
    ReadError
        If the header is damaged, or no region is left.
    """
    spectra = Collection(content, NAME)
    for profile in profiles(content.data, content.stem, spectra.warnings):
        for cycle in range(profile.n_cycles):
            place = f"region {profile.name}, cycle {cycle + 1}"
            spectra.add(place, partial(profile.spectrum, cycle))
    return spectra.finish()


def profiles(data: Bytes, stem: str, warnings: list[str]) -> Iterator[Profile]:
    """Yield the regions of a file; `warnings` gains what is left out.

    Raises
    ------
    ReadError
        If header or table of blocks are damaged.
    """
    header, body = _split(data)
    technique = header.word("Technique")
    if technique.upper() not in _TECHNIQUES:
        raise ReadError(f"wrong technique: {technique}, not XPS", "choose a file of XPS spectra")
    regions = header.regions()
    stored = blocks(data, body)
    times = next((block for block in stored if block.is_sputter_time), None)
    for block in stored:
        if not block.is_spectrum:
            continue
        region = regions.get(block.region)
        if region is None:
            warnings.append(f"region {block.region} is left out: the header has no such")
            continue
        yield Profile(header, region, block, times, stem)


@dataclass(frozen=True)
class Profile:
    """One region at all cycles of a depth profile; at the only one in other files."""

    _header: _Header
    _region: _Region
    _block: Block
    _times: Block | None
    _stem: str

    @property
    def name(self) -> str:
        """Name of the region."""
        return self._region.name

    @property
    def n_cycles(self) -> int:
        """Number of spectra."""
        return self._block.n_cycles

    def cycles(self, start: int, stop: int) -> Floats:
        """Return the intensities of some cycles, shape (stop − start, points)."""
        return self._block.cycles(start, stop)

    def place(self, cycle: int) -> tuple[tuple[str, float], ...]:
        """Return where a cycle stands in the profile."""
        return _series(self._block, cycle, self._times)

    def spectrum(self, cycle: int) -> Spectrum:
        """Return the spectrum of a cycle."""
        return _spectrum(self._header, self._region, self._block, cycle, self._times, self._stem)


@dataclass(frozen=True)
class _Region:
    """A line SpectralRegDef: number, number, name, element, points, step, start, ..."""

    name: str
    n_points: int
    step: float
    start: float
    live_time_s: float
    pass_energy_ev: float


@dataclass(frozen=True)
class _Header:
    """The lines "name: value" of a header; some names come several times."""

    lines: list[tuple[str, str]]

    def word(self, name: str) -> str:
        return next((value for key, value in self.lines if key == name), "")

    def regions(self) -> dict[int, _Region]:
        found: dict[int, _Region] = {}
        for key, value in self.lines:
            if key != "SpectralRegDef":
                continue
            try:
                number, _, name, _, points, step, start, _, _, _, time, energy = value.split()[:12]
                found[int(number)] = _Region(
                    name, int(points), float(step), float(start), float(time), float(energy)
                )
            except ValueError:
                raise ReadError(
                    "a region is not defined as PHI does", _REMEDY, where=f"{key}: {value[:80]}"
                ) from None
        return found


def _split(data: Bytes) -> tuple[_Header, int]:
    """Return the header, and where the binary data behind its last line begin."""
    head = data[: _MAX_HEADER + 16]
    end = head.find(_END, 0, _MAX_HEADER)
    if end < 0:
        raise ReadError("the header of this PHI file has no end (EOFH): it is cut short", _REMEDY)
    start = head.find(b"\n", end, end + 16) + 1
    if not start:
        raise ReadError("nothing follows the header of this PHI file", _REMEDY)
    pairs = (line.partition(":") for line in decode(head[:end]).splitlines())
    lines = [(key.strip(), value.strip()) for key, colon, value in pairs if colon]
    return _Header(lines), start


def _spectrum(
    header: _Header, region: _Region, block: Block, cycle: int, times: Block | None, stem: str
) -> Spectrum:
    intensity = block.cycles(cycle, cycle + 1)[0]
    warnings = []
    if intensity.size != region.n_points:
        warnings.append(
            f"the header announces {region.n_points} points, but {intensity.size} are stored"
        )
    source = _SOURCE.match(header.word("XraySource"))
    if source is None:
        warnings.append(NO_PHOTON_ENERGY)
    name = region.name
    return Spectrum(
        energy_ev=_energies(region, intensity.size),
        intensity=intensity,
        axis="binding",
        unit="counts/s",
        name=name,
        sample=_sample(header) or stem,
        core_level=parse_core_level(_SPIN.sub("", name)),
        photon_energy_ev=_positive(source[2]) if source else None,
        pass_energy_ev=region.pass_energy_ev if region.pass_energy_ev > 0 else None,
        dwell_s=region.live_time_s if region.live_time_s > 0 else None,
        sweeps=1.0 if region.live_time_s > 0 else None,
        monochromatic=_MONOCHROMATIC.get(source[3]) if source else None,
        source_label=f"{source[1]} {source[3]}".strip() if source else "",
        instrument=header.word("InstrumentModel"),
        acquired=_date(header.word("AcqFileDate") or header.word("FileDate")),
        series=_series(block, cycle, times),
        warnings=tuple(warnings),
    )


def _energies(region: _Region, size: int) -> Floats:
    if not abs(region.start) + abs(region.step) * size < 1e6:
        raise SpectrumError(f"its energies start at {region.start:g} in steps of {region.step:g}")
    # Six decimals: more than any header has.
    return np.round(region.start + region.step * np.arange(size, dtype=np.float64), 6)


def _series(block: Block, cycle: int, times: Block | None) -> tuple[tuple[str, float], ...]:
    """Return the place of a cycle in a depth profile."""
    if block.n_cycles == 1:
        return ()
    if times is not None and times.n_points == block.n_cycles:
        seconds = times.values
        if block.region <= len(seconds) and np.isfinite(seconds).all():
            return (("Sputter time / s", float(abs(seconds[block.region - 1, cycle]))),)
    return (("Cycle", float(cycle + 1)),)


def _sample(header: _Header) -> str:
    match = _DESCRIPTION.fullmatch(header.word("FileDesc"))
    return (match[1] or match[2] or "") if match else ""


def _positive(text: str) -> float | None:
    try:
        return float(text) or None
    except ValueError:
        return None


def _date(text: str) -> str:
    try:
        year, month, day = map(int, text.split())
        return date(year + 2000 if year < 100 else year, month, day).isoformat()
    except ValueError:
        return ""
