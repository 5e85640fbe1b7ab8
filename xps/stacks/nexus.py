"""Stacks of NeXus files: data of several dimensions, of which boxes are read."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from xps.errors import ReadError, SpectrumError
from xps.file_bytes import FileBytes
from xps.hdf5 import MAGIC, boxes, open_file
from xps.readers import nexus
from xps.spectrum import Floats, Source
from xps.stacks.grid import layout_of
from xps.stacks.stack import Coordinate, Layout, Stack

_WHAT = "this NeXus file"
_MOST_SPECTRA = 100_000_000
_FEW_SPECTRA = 65_536  # that a file may announce, however small it is
_TRIED = 64  # places of which one should have been measured, spread over the stack


def opened(data: FileBytes) -> tuple[list[Stack], list[str]] | None:
    """Return the entries with more than one spectrum and what was left out; None if there is none.

    Raises
    ------
    ReadError
        If the file is damaged.
    """
    if data[: len(MAGIC)] != MAGIC:
        return None
    root = open_file(data, _WHAT)
    found: list[tuple[str, nexus.Signal, int]] = []
    warnings: list[str] = []
    before = 0
    for name, entry in root.groups():
        if entry.attributes.get("NX_class") != "NXentry":
            continue
        try:
            signal = nexus.signal_of(name, entry)
        except SpectrumError as error:
            warnings.append(f"entry {name} is left out: {error.reason}")
            continue
        count = math.prod(signal.shape)
        if count > _MOST_SPECTRA:
            raise ReadError(f"{_WHAT} holds more than {_MOST_SPECTRA} spectra", path=data.path)
        if count > max(_FEW_SPECTRA, len(data)):  # even compressed, a spectrum is some bytes
            raise ReadError(
                f"{_WHAT} is too small for the {count} spectra that it announces",
                "export it again",
                path=data.path,
                where=f"entry {name}",
            )
        if count > 1:
            found.append((name, signal, before))
        before += count
    if not found:
        return None
    source = Source(data.path.name, data.sha256(), nexus.NAME, 0)
    stacks: list[Stack] = []
    for name, signal, number in found:
        try:
            stacks.append(_stack(name, signal, number, source, data))
        except SpectrumError as error:
            warnings.append(f"entry {name} is left out: {error.reason}")
    return stacks, warnings


def _stack(
    name: str, signal: nexus.Signal, before: int, source: Source, data: FileBytes
) -> NexusStack:
    shape, count = signal.shape, math.prod(signal.shape)
    place, intensity = _first_whole(signal, count)
    index = tuple(int(i) for i in np.unravel_index(place, shape))
    template = signal.spectrum(intensity, index).with_(origin=source)
    coordinates, axes = [], []
    for dimension, size in enumerate(shape):
        values, label = np.empty(size), ""
        for i in range(size):
            there = tuple(i if d == dimension else 0 for d in range(len(shape)))
            label, values[i] = signal.place(there)[dimension]
        steps = [1] * len(shape)
        steps[dimension] = size
        axes.append(Coordinate.labelled(label, values))
        whole = np.broadcast_to(values.reshape(steps), shape).ravel()
        coordinates.append(Coordinate.labelled(label, whole))
    layout = Layout(shape, np.arange(count), tuple(axes))
    if 1 in shape:
        layout = layout_of(coordinates, count)
    return NexusStack(
        template=template,
        count=count,
        layout=layout,
        coordinates=tuple(coordinates),
        file=source.file,
        identity=f"{source.sha256}/{before}",
        warnings=template.warnings,
        data=data,
        entry=name,
        signal=signal,
        before=before,
    )


def _first_whole(signal: nexus.Signal, count: int) -> tuple[int, Floats]:
    for place in np.unique(np.linspace(0, count - 1, _TRIED).astype(int)).tolist():
        intensity = _rows(signal, place, place + 1)[0]
        if np.isfinite(intensity).all():
            return place, intensity
    raise SpectrumError("none of its spectra was measured at every point")


def _rows(signal: nexus.Signal, start: int, stop: int) -> Floats:
    """Spectra of places counted row by row, whichever dimension the energies have."""
    at, n_points = signal.at, signal.n_points
    parts = []
    for low, high in boxes(signal.shape, start, stop):
        begins, ends = (*low[:at], 0, *low[at:]), (*high[:at], n_points, *high[at:])
        box = signal.measured.part(begins, ends)
        parts.append(np.moveaxis(box, at, -1).reshape(-1, n_points))
    return np.concatenate(parts)


@dataclass(frozen=True, eq=False)
class NexusStack(Stack):
    """The data of one entry.

    Attributes
    ----------
    data : FileBytes
    entry : str
    signal : Signal
    before : int
        Number of spectra that the file has before these.
    """

    data: FileBytes = field(repr=False)
    entry: str
    signal: nexus.Signal = field(repr=False)
    before: int

    def _read(self, start: int, stop: int) -> Floats:
        try:
            found = _rows(self.signal, start, stop)
        except ReadError as error:
            path, where = self.data.path, f"entry {self.entry}"
            raise ReadError(error.reason, error.remedy, path=path, where=where) from error
        found[~np.isfinite(found)] = np.nan
        return found

    def _number(self, index: int) -> int:
        return self.before + index
