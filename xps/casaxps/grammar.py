"""The comment that CasaXPS leaves in a VAMAS block: its text as records, and back.

After the line ``Casa Info Follows`` come four groups, each after its number: lines of
processing, annotations (two lines each), regions and components; then the text of the
instrument. Energies are kinetic, in eV, with the calibration of the block applied; intensities
are counts/s. Names stand in ``(* … *)`` and may hold anything else.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from xps.errors import ReadError

HEADING = "Casa Info Follows"

_NAME = r"\(\*(.*?)\*\)"
_TIED = r"(\S+) (\S+) (\S+) (\S+) (\S+)"
_REGION = re.compile(rf"\s*CASA region\s*{_NAME}\s*{_NAME}\s+(.*?)\s*{_NAME}\s*(.*)")
_COMPONENT = re.compile(
    rf"\s*CASA comp\s*{_NAME}\s*{_NAME}\s+Area {_TIED} MFWHM {_TIED} Position {_TIED} "
    rf"RSF (\S+) MASS (\S+) INDEX (\S+)\s*{_NAME}(?:\s*CONST {_NAME})?(?:\s*UNCORRECTEDRSF (\S+))?"
    r"\s*"
)
_REGION_NUMBERS = 10
_MOST_LINES = 100_000
DIGITS = 10
"""Significant digits of the numbers that are written."""
UNBOUNDED = 1e20
"""What is written for a bound that there is none of, and read as such from there on."""

Record = TypeVar("Record")


@dataclass(frozen=True)
class CasaRegion:
    """A region as CasaXPS stores it.

    Attributes
    ----------
    name, background : str
    kinetic_ev : (float, float)
        Start and end, calibrated kinetic energies.
    rsf : float
        Sensitivity factor.
    average_width : float
        w: the level of an end is the mean of the 2w − 1 points around it.
    offsets : (float, float)
        By which the levels of start and end are moved, in percent.
    cross_section : (float, float, float, float)
        B, C, D and T₀ of the loss function.
    tag : str
        The line that the region is of, e.g. "S 2p".
    mass : float
    """

    name: str
    background: str
    kinetic_ev: tuple[float, float]
    rsf: float
    average_width: float
    offsets: tuple[float, float]
    cross_section: tuple[float, float, float, float]
    tag: str
    mass: float = 0.0


@dataclass(frozen=True)
class CasaNumber:
    """A number of a component, with its bounds and what it is tied to.

    Attributes
    ----------
    value, low, high : float
        The bounds mean nothing where it is tied.
    target : int
        Place of the component that it is tied to, from 0 in this block; -1 where it is free.
    amount : float
        Factor of the target's number, or distance from it for a position; means nothing where
        it is free.
    """

    value: float
    low: float
    high: float
    target: int = -1
    amount: float = 1.0


@dataclass(frozen=True)
class CasaComponent:
    """A component as CasaXPS stores it.

    Attributes
    ----------
    name, shape : str
        The shape as text, e.g. "GL(30)".
    area : CasaNumber
        Of the whole line, counts/s·eV.
    fwhm : CasaNumber
        Of the final curve, eV.
    position : CasaNumber
        Calibrated kinetic energy, eV.
    rsf, mass : float
    index : int
        Number that components of one state share; -1 for none.
    tag, expression : str
    """

    name: str
    shape: str
    area: CasaNumber
    fwhm: CasaNumber
    position: CasaNumber
    rsf: float = 1.0
    mass: float = 0.0
    index: int = -1
    tag: str = ""
    expression: str = ""


@dataclass(frozen=True)
class CasaComment:
    """What CasaXPS stored in the comment of a block.

    Attributes
    ----------
    processing : tuple of str
        What was done to the spectrum; the data stored in the file have not had it.
    annotations : tuple of str
        Two lines each.
    regions : tuple of CasaRegion
    components : tuple of CasaComponent
    before, after : tuple of str
        The other lines of the comment.
    """

    processing: tuple[str, ...] = ()
    annotations: tuple[str, ...] = ()
    regions: tuple[CasaRegion, ...] = ()
    components: tuple[CasaComponent, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def parse_comment(notes: str) -> CasaComment | None:
    """Read the comment of a block.

    Returns
    -------
    CasaComment or None
        None where CasaXPS left nothing.

    Raises
    ------
    ReadError
        If a line is not as CasaXPS writes it, or one is missing.
    """
    lines = notes.replace("\r", "").split("\n")
    start = next((i for i, line in enumerate(lines) if line.strip() == HEADING), None)
    if start is None:
        return None
    reading = _Lines(lines, start + 1)
    processing = reading.group("processing")
    annotations = reading.group("annotations", lines_each=2)
    regions = reading.records("regions", _region)
    components = reading.records("components", _component)
    after = tuple(lines[reading.place :])
    if any("CASA region" in line or "CASA comp " in line for line in after):
        raise _malformed("more regions or components than it announces")
    return CasaComment(processing, annotations, regions, components, tuple(lines[:start]), after)


def comment_lines(comment: CasaComment) -> list[str]:
    """Return the lines of a comment as CasaXPS writes them."""
    return [
        *comment.before,
        HEADING,
        str(len(comment.processing)),
        *comment.processing,
        str(len(comment.annotations) // 2),
        *comment.annotations,
        str(len(comment.regions)),
        *map(_region_line, comment.regions),
        str(len(comment.components)),
        *map(_component_line, comment.components),
        *comment.after,
    ]


class _Lines:
    """The lines of a comment, taken group by group."""

    def __init__(self, lines: Sequence[str], place: int) -> None:
        self._lines = lines
        self.place = place

    def group(self, what: str, lines_each: int = 1) -> tuple[str, ...]:
        """Take a number and so many lines, or pairs of lines."""
        count = self._lines[self.place].strip() if self.place < len(self._lines) else ""
        if not count.isdecimal() or not int(count[:9]) <= _MOST_LINES:
            raise _malformed(f"{count!r} instead of the number of its {what}")
        first = self.place + 1
        self.place = first + lines_each * int(count)
        if self.place > len(self._lines):
            raise _malformed(f"fewer {what} than it announces")
        return tuple(self._lines[first : self.place])

    def records(self, what: str, parse: Callable[[str], Record]) -> tuple[Record, ...]:
        """Take a number and so many lines as records."""
        return tuple(parse(line) for line in self.group(what))


def _region(line: str) -> CasaRegion:
    match = _REGION.fullmatch(line)
    numbers = match[3].split() if match else []
    rest = match[5].split() if match else []
    if match is None or len(numbers) != _REGION_NUMBERS or not rest:
        raise _malformed(f"a region that cannot be read: {_shown(line)}")
    start, end, rsf, width, *others = (_number(text, line) for text in numbers)
    return CasaRegion(
        match[1],
        match[2],
        (start, end),
        rsf,
        width,
        (others[0], others[1]),
        (others[2], others[3], others[4], others[5]),
        match[4],
        _number(rest[0], line),
    )


def _component(line: str) -> CasaComponent:
    match = _COMPONENT.fullmatch(line)
    if match is None:
        raise _malformed(f"a component that cannot be read: {_shown(line)}")
    name, shape, *fields = match.groups()
    area, fwhm, position = (_tied(fields[place : place + 5], line) for place in (0, 5, 10))
    rsf, mass, index, tag, expression, _ = fields[15:]
    return CasaComponent(
        name,
        shape,
        area,
        fwhm,
        position,
        rsf=_number(rsf, line),
        mass=_number(mass, line),
        index=_whole(index, line),
        tag=tag,
        expression=expression or "",
    )


def _tied(fields: Sequence[str], line: str) -> CasaNumber:
    value, low, high, target, amount = fields
    return CasaNumber(
        _number(value, line),
        _number(low, line),
        _number(high, line),
        _whole(target, line),
        _number(amount, line),
    )


def _number(text: str, line: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise _malformed(f"{text!r} is not a number: {_shown(line)}")
    return number


def _whole(text: str, line: str) -> int:
    number = _number(text, line)
    if number != round(number):
        raise _malformed(f"{text!r} is not a whole number: {_shown(line)}")
    return round(number)


def _malformed(reason: str) -> ReadError:
    return ReadError(f"the comment of CasaXPS holds {reason}", "save the file again with CasaXPS")


def _shown(line: str) -> str:
    text = line.strip()
    return text if len(text) <= 80 else f"{text[:77]}..."


def _region_line(region: CasaRegion) -> str:
    numbers = (
        *region.kinetic_ev,
        region.rsf,
        region.average_width,
        *region.offsets,
        *region.cross_section,
    )
    return (
        f"CASA region (*{region.name}*) (*{region.background}*) "
        f"{' '.join(map(_text, numbers))} (*{region.tag}*) {_text(region.mass)} 0 "
        f"{_text(region.rsf)}"
    )


def _component_line(component: CasaComponent) -> str:
    return (
        f"CASA comp (*{component.name}*) (*{component.shape}*) "
        f"Area {_tied_text(component.area)} MFWHM {_tied_text(component.fwhm)} "
        f"Position {_tied_text(component.position)} RSF {_text(component.rsf)} "
        f"MASS {_text(component.mass)} INDEX {component.index} (*{component.tag}*) "
        f"CONST (*{component.expression}*) UNCORRECTEDRSF {_text(component.rsf)}"
    )


def _tied_text(number: CasaNumber) -> str:
    return (
        f"{_text(number.value)} {_text(number.low)} {_text(number.high)} {number.target} "
        f"{_text(number.amount)}"
    )


def _text(number: float) -> str:
    return f"{min(max(number, -UNBOUNDED), UNBOUNDED):.{DIGITS}g}"
