"""Stacks of VAMAS files: maps, profiles and series of regular blocks, indexed by their lines."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np

from xps.errors import ReadError, SpectrumError
from xps.file_bytes import PAGE_BYTES, FileBytes
from xps.readers import vamas
from xps.readers.encoding import encoding_of
from xps.readers.lines import LineCursor
from xps.readers.vamas_grammar import read_blocks, read_experiment
from xps.readers.vamas_record import Block, Experiment
from xps.readers.vamas_spectrum import (
    intensity_column,
    place_of,
    spectrum_of,
    transmission_column,
)
from xps.spectrum import Floats, Source, Spectrum
from xps.stacks.grid import Places, layout_of, shared
from xps.stacks.stack import Ints, Stack

_LINE_FEED = 10


def opened(data: FileBytes) -> tuple[list[Stack], list[str]] | None:
    """Return the stacks of a VAMAS file and what was left out; None if it has none.

    Its headers are read once; where the numbers of a block begin is kept, and nothing else.
    Blocks of one core level, axis, unit and counting time make a stack. Irregular scans, which
    have energies of their own, and text in two bytes a letter are left to be read whole.

    Raises
    ------
    ReadError
        If the grammar is broken, naming line and block.
    """
    head = data[:PAGE_BYTES]
    encoding = encoding_of(head[:4096])
    if not vamas.recognizes(head) or encoding.startswith(("utf-16", "utf-32", "utf-8-sig")):
        return None
    lines = LinesOnDisk(data)
    text = LineText(data, lines, encoding_of(head))
    cursor = _Passing(data, lines, text.encoding)
    experiment = read_experiment(cursor)
    if experiment.scan != "REGULAR":
        return None
    groups: dict[tuple[object, ...], _Group] = {}
    texts: dict[str, str] = {}  # names that are alike are kept once
    for block in read_blocks(cursor, experiment):
        group = groups.setdefault(_kind(block), _Group(block))
        group.numbers.append(block.number - 1)
        group.lines.append(cursor.passed)
        group.samples.append(texts.setdefault(block.sample, block.sample))
        group.names.append(texts.setdefault(block.name, block.name))
        group.places.add(place_of(block, experiment))
        group.one_comment &= block.head.comment == group.first.head.comment
        group.one_moment &= block.head.date == group.first.head.date
    warnings: list[str] = []
    source = Source(data.path.name, lines.sha256, vamas.NAME, 0)
    stacks = [
        stack
        for group in groups.values()
        if (stack := _stack(group, text, experiment, source, warnings)) is not None
    ]
    return stacks, warnings


class LinesOnDisk:
    """Where the lines of a file end, found page by page.

    Kept is how many lines the pages before each have: a page is searched when it is needed.

    Attributes
    ----------
    sha256 : str
        Hash of the whole file, which was read to count its lines.
    """

    def __init__(self, data: FileBytes) -> None:
        counts, state, last = [0], hashlib.sha256(), b""
        for page in data.pages():
            state.update(page)
            counts.append(page.count(b"\n"))
            last = page
        self.sha256 = state.hexdigest()
        self._data = data
        self._before = np.cumsum(counts)
        self._open_end = not last.endswith(b"\n")
        self._page: tuple[int, list[int]] = (0, [])

    def __len__(self) -> int:
        return int(self._before[-1]) + self._open_end

    def __getitem__(self, number: int, /) -> int:
        first, ends = self._page
        if not first <= number < first + len(ends):
            if number >= self._before[-1]:
                return len(self._data)
            page = int(np.searchsorted(self._before, number, side="right")) - 1
            start = page * PAGE_BYTES
            characters = np.frombuffer(self._data[start : start + PAGE_BYTES], dtype=np.uint8)
            first = int(self._before[page])
            ends = (np.flatnonzero(characters == _LINE_FEED) + start).tolist()
            self._page = first, ends
        return ends[number - first]


@dataclass(frozen=True)
class LineText:
    """A file of lines on disk."""

    data: FileBytes
    lines: LinesOnDisk
    encoding: str

    def cursor(self) -> LineCursor:
        """Return a cursor at its first line."""
        return LineCursor(self.data, self.lines, self.encoding)


class _Passing(LineCursor):
    """Passes over the numbers of blocks, and keeps the line before them in `passed`."""

    passed = 0

    def numbers(self, count: int, what: str) -> Floats:
        """Return as many numbers as are passed over, none of them known."""
        self.passed = self.number
        self.skip(count, what)
        return np.broadcast_to(np.nan, count)


@dataclass
class _Group:
    """The blocks of one kind: which they are, and what differs between them."""

    first: Block
    numbers: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    places: Places = field(default_factory=Places)
    one_comment: bool = True
    one_moment: bool = True


def _kind(block: Block) -> tuple[object, ...]:
    """What the blocks of a stack have in common."""
    setup = block.setup
    return (
        block.head.technique, setup.species, setup.transition, setup.abscissa, setup.step,
        block.values.shape, setup.columns, setup.source_energy_ev, setup.pass_energy,
        setup.signal_mode, setup.dwell_s, setup.sweeps,
    )  # fmt: skip


def _stack(
    group: _Group,
    text: LineText,
    experiment: Experiment,
    source: Source,
    warnings: list[str],
) -> Stack | None:
    if len(group.lines) < 2:
        return None
    block = group.first
    setup = block.setup
    try:
        column = intensity_column(setup.columns)
        values = _first_whole(group, text, column)
        first = spectrum_of(block._replace(values=values), experiment, source)
    except SpectrumError as error:
        place = f"{len(group.lines)} blocks of {setup.species} {setup.transition}".strip()
        warnings.append(f"{place} are left out: {error.reason}")
        return None
    first = first.with_(
        notes=first.notes if group.one_comment else "",
        acquired=first.acquired if group.one_moment else "",
    )
    coordinates = group.places.coordinates()
    return VamasStack(
        template=first,
        count=len(group.lines),
        layout=layout_of(coordinates, len(group.lines)),
        coordinates=coordinates,
        file=source.file,
        identity=f"{source.sha256}/{group.numbers[0]}",
        warnings=first.warnings,
        text=text,
        lines=np.array(group.lines),
        numbers=np.array(group.numbers),
        names=shared(group.names),
        samples=shared(group.samples),
        width=len(setup.columns),
        column=column,
        transmitting=transmission_column(setup.columns),
    )


def _first_whole(group: _Group, text: LineText, column: int) -> Floats:
    """The numbers of the first block of which every point was measured."""
    cursor, width = text.cursor(), len(group.first.setup.columns)
    for line in group.lines:
        cursor.go_to(line)
        values = cursor.numbers(group.first.values.size, "the ordinate values")
        values = values.reshape(-1, width)
        if values.size and np.isfinite(values[:, column]).all():
            return values
    raise SpectrumError("none of its spectra was measured at every point")


@dataclass(frozen=True, eq=False)
class VamasStack(Stack):
    """Blocks of a VAMAS file.

    Attributes
    ----------
    text : LineText
    lines : ndarray of int, shape (spectra,)
        The line before the first number of each.
    numbers : ndarray of int, shape (spectra,)
        Which block of the file each is, from 0.
    names, samples : tuple of str
        Of each, or of all.
    width, column : int
        How many numbers each point has, and which of them is the intensity.
    transmitting : int or None
        Which is the transmission.
    """

    text: LineText = field(repr=False)
    lines: Ints = field(repr=False)
    numbers: Ints = field(repr=False)
    names: tuple[str, ...] = field(repr=False)
    samples: tuple[str, ...] = field(repr=False)
    width: int
    column: int
    transmitting: int | None

    def _read(self, start: int, stop: int) -> Floats:
        return self._column(self.column, start, stop)

    def _column(self, column: int, start: int, stop: int) -> Floats:
        cursor = self.text.cursor()
        found = np.empty((stop - start, self.n_points))
        for row, line in enumerate(self.lines[start:stop].tolist()):
            cursor.go_to(line)
            cursor.context = f"block {self.numbers[start + row] + 1}"
            try:
                values = cursor.numbers(self.n_points * self.width, "the ordinate values")
            except ReadError as error:
                path = self.text.data.path
                raise ReadError(error.reason, error.remedy, path=path, where=error.where) from error
            found[row] = values[column :: self.width]
        return found

    def spectrum(self, index: int) -> Spectrum:
        """Return one spectrum, with the transmission that it has."""
        spectrum = super().spectrum(index)
        if self.transmitting is None:
            return spectrum
        own = self._column(self.transmitting, index, index + 1)[0]
        return spectrum.with_(transmission=own if (own > 0.0).all() else None)

    def name(self, index: int) -> str:
        """Return the name of a spectrum."""
        return self.template.name if len(self.names) == 1 else self.names[index]

    def sample(self, index: int) -> str:
        """Return the sample of a spectrum."""
        return self.template.sample if len(self.samples) == 1 else self.samples[index]

    def _number(self, index: int) -> int:
        return int(self.numbers[index])
