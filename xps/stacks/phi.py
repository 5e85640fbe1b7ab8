"""Stacks of PHI files: depth profiles, whose cycles lie one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from xps.errors import ReadError, SpectrumError
from xps.file_bytes import FileBytes
from xps.readers import phi
from xps.spectrum import Floats, Source
from xps.stacks.grid import layout_of
from xps.stacks.stack import Coordinate, Stack


def opened(data: FileBytes) -> tuple[list[Stack], list[str]] | None:
    """Return the regions of a depth profile and what was left out; None if this is no PHI file.

    Raises
    ------
    ReadError
        If header or table of blocks are damaged.
    """
    if not phi.recognizes(data[:16]):
        return None
    warnings: list[str] = []
    source = Source(data.path.name, data.sha256(), phi.NAME, 0)
    regions = list(phi.profiles(data, data.path.stem, warnings))
    return list(_stacks(regions, source, data, warnings)), warnings


def _stacks(
    regions: list[phi.Profile], source: Source, data: FileBytes, warnings: list[str]
) -> Iterator[Stack]:
    before = 0
    for profile in regions:
        count = profile.n_cycles
        if count < 2:
            before += count
            continue
        try:
            template = profile.spectrum(0).with_(origin=source)
        except SpectrumError as error:
            warnings.append(f"region {profile.name} is left out: {error.reason}")
            continue
        labels = [label for label, _ in template.series]
        values = np.array([[v for _, v in profile.place(i)] for i in range(count)])
        coordinates = tuple(
            Coordinate.labelled(label, values[:, i]) for i, label in enumerate(labels)
        )
        yield PhiStack(
            template=template,
            count=count,
            layout=layout_of(coordinates, count),
            coordinates=coordinates,
            file=source.file,
            identity=f"{source.sha256}/{before}",
            warnings=template.warnings,
            profile=profile,
            path=str(data.path),
            before=before,
        )
        before += count


@dataclass(frozen=True, eq=False)
class PhiStack(Stack):
    """One region at all cycles.

    Attributes
    ----------
    profile : Profile
    path : str
        For errors.
    before : int
        Number of spectra that the file has before these.
    """

    profile: phi.Profile = field(repr=False)
    path: str = field(repr=False)
    before: int

    def _read(self, start: int, stop: int) -> Floats:
        try:
            return self.profile.cycles(start, stop)
        except SpectrumError as error:
            raise ReadError(error.reason, path=self.path, where=self.title) from error

    def _number(self, index: int) -> int:
        return self.before + index
