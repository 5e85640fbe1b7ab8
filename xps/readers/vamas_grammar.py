"""The grammar of the VAMAS data transfer format, ISO 14976:1998 (Dench et al. 1988).

One value a line, without keys: what a line means follows from its place and from values
read before. This module turns lines into records and judges nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from xps.readers.lines import LineCursor
from xps.readers.vamas_record import Block, Experiment, Head, Place, Quantity, Setup
from xps.spectrum import Floats

MODES = ("MAP", "MAPDP", "MAPSV", "MAPSVDP", "NORM", "SDP", "SDPSV", "SEM", "NOEXP")
SCANS = ("REGULAR", "IRREGULAR", "MAPPING")
_SPUTTERED = ("MAPDP", "MAPSVDP", "SDP", "SDPSV")
_MAPPED = ("MAP", "MAPDP", "MAPSV", "MAPSVDP", "SEM")
_ION_TECHNIQUES = ("FABMS", "FABMS energy spec", "ISS", "SIMS", "SIMS energy spec", "SNMS",
                   "SNMS energy spec")  # fmt: skip
_ELECTRON_TECHNIQUES = ("AES diff", "AES dir", "EDX", "ELS", "UPS", "XPS", "XRF")

Record = TypeVar("Record")


@dataclass(frozen=True)
class _Part:
    """One of the 40 numbered parameters of a block."""

    name: str
    parse: Callable[[LineCursor, Experiment], Any]
    applies: Callable[[Experiment, str], bool] = lambda experiment, technique: True


def read_experiment(cursor: LineCursor) -> Experiment:
    """Read the head of a file, from its first line to the number of blocks.

    Raises
    ------
    ReadError
        If a line is missing or is not what the grammar asks for.
    """
    cursor.context = "file header"
    while not cursor.text("the VAMAS identifier"):
        pass
    institution = cursor.text("the institution identifier")
    instrument = cursor.text("the instrument model identifier")
    operator = cursor.text("the operator identifier")
    identifier = cursor.text("the experiment identifier")
    comment = _comment(cursor)
    mode = _keyword(cursor, "the experiment mode", MODES)
    scan = _keyword(cursor, "the scan mode", SCANS)
    if mode in ("MAP", "MAPDP", "NORM", "SDP"):
        cursor.integer("the number of spectral regions")
    positions = 0
    if mode in ("MAP", "MAPDP"):
        positions = cursor.integer("the number of analysis positions")
        cursor.skip(2, "the size of the map")
    variables = tuple(
        Quantity(cursor.text("a variable's label"), cursor.text("a variable's unit"))
        for _ in range(cursor.count("the number of experimental variables"))
    )
    repeated = _repeated_parameters(cursor)
    items = abs(cursor.signed_count("the number of manually entered items"))
    cursor.skip(items, "a manually entered item")
    upgrades = cursor.count("the number of future upgrade experiment entries")
    block_upgrades = cursor.count("the number of future upgrade block entries")
    cursor.skip(upgrades, "a future upgrade experiment entry")
    n_blocks = cursor.count("the number of blocks")
    return Experiment(
        institution=institution,
        instrument=instrument,
        operator=operator,
        identifier=identifier,
        comment=comment,
        mode=mode,
        scan=scan,
        positions=positions,
        variables=variables,
        repeated=repeated,
        block_upgrades=block_upgrades,
        n_blocks=n_blocks,
    )


def read_blocks(cursor: LineCursor, experiment: Experiment) -> Iterator[Block]:
    """Read the blocks one after the other, so that a map need not be held twice.

    Raises
    ------
    ReadError
        If a line is missing or is not what the grammar asks for; names line and block.
    """
    first: dict[str, Any] = {}
    heads = _Section(_HEAD, _head, experiment, "", first)
    sections: dict[str, tuple[_Section[Place], _Section[Setup]]] = {}
    for number in range(1, experiment.n_blocks + 1):
        cursor.context = f"block {number} of {experiment.n_blocks}"
        line = cursor.number + 1
        name = cursor.text("the block identifier")
        if name:
            cursor.context += f" ({name[:40]})"
        sample = cursor.text("the sample identifier")
        head = heads.read(cursor)
        technique = head.technique
        if technique not in sections:  # blocks of one technique are read alike
            sections[technique] = (
                _Section(_PLACE, _place, experiment, technique, first),
                _Section(_SETUP, _setup, experiment, technique, first),
            )
        places, setups = sections[technique]
        place, setup = places.read(cursor), setups.read(cursor)
        if not first:  # it tells what is repeated
            first = heads.values | places.values | setups.values
            heads = _Section(_HEAD, _head, experiment, "", first)
            sections.clear()
        values = _values(cursor, experiment, setup.columns)
        yield Block(number, line, name, sample, head, place, setup, values)


class _Section(Generic[Record]):
    """Parameters that follow one another in a block, and the record that they make.

    Parameters
    ----------
    parts : tuple of (int, _Part)
        By number.
    make : callable
        Makes the record of the values by name.
    experiment : Experiment
    technique : str
    first : dict
        Values of the first block, with those that are repeated; empty before it is read.

    Attributes
    ----------
    values : dict
        Those of the last block by name.
    """

    values: dict[str, Any]
    _record: Record

    def __init__(
        self,
        parts: tuple[tuple[int, _Part], ...],
        make: Callable[[dict[str, Any]], Record],
        experiment: Experiment,
        technique: str,
        first: dict[str, Any],
    ) -> None:
        self._known: dict[str, Any] = {}
        present = []
        for number, part in parts:
            if first and number in experiment.repeated:
                self._known[part.name] = first[part.name]
            elif part.applies(experiment, technique):
                present.append(part)
            else:
                self._known[part.name] = None
        self._experiment = experiment
        self._make = make
        self._run = _Run(present)
        self._read: dict[str, Any] | None = None

    def read(self, cursor: LineCursor) -> Record:
        """Return the record of the next block: the last one where its lines repeat."""
        read = self._run.read(cursor, self._experiment)
        if read is not self._read:
            self._read = read
            self.values = self._known | read
            self._record = self._make(self.values)
        return self._record


class _Run:
    """Parameters that follow one another, with what the same lines meant in the last block.

    The blocks of a map differ in a line or two of fifty, which halving finds.
    """

    def __init__(self, parts: Sequence[_Part]) -> None:
        half = len(parts) // 2
        self._parts = parts
        self._halves = (_Run(parts[:half]), _Run(parts[half:])) if half else ()
        self._lines: list[str] | None = None
        self._values: dict[str, Any] = {}

    def read(self, cursor: LineCursor, experiment: Experiment) -> dict[str, Any]:
        """Return the values of the next lines by name: the last ones where the lines repeat."""
        if self._lines is None or not cursor.repeats(self._lines):
            start = cursor.number
            if self._halves:
                first, second = self._halves
                self._values = first.read(cursor, experiment) | second.read(cursor, experiment)
            else:
                self._values = {part.name: part.parse(cursor, experiment) for part in self._parts}
            self._lines = cursor.since(start)
        return self._values


def _head(values: dict[str, Any]) -> Head:
    return Head(tuple(values[part] for part in _DATE), values["comment"], values["technique"])


def _place(values: dict[str, Any]) -> Place:
    return Place(values["position"] or (), values["variables"])


def _setup(values: dict[str, Any]) -> Setup:
    abscissa, step = values["abscissa"] or (Quantity("", ""), None)
    return Setup(
        source_label=values["source_label"],
        source_energy_ev=values["source_energy"],
        analyzer_mode=values["analyzer_mode"],
        pass_energy=values["pass_energy"],
        species=values["species"],
        transition=values["transition"],
        abscissa=abscissa,
        step=step,
        columns=values["columns"],
        signal_mode=values["signal_mode"],
        dwell_s=values["dwell"],
        sweeps=values["sweeps"],
        additional=values["additional"],
    )


def _values(cursor: LineCursor, experiment: Experiment, columns: tuple[Quantity, ...]) -> Floats:
    cursor.skip(experiment.block_upgrades, "a future upgrade block entry")
    count = cursor.count("the number of ordinate values")
    width = len(columns)
    if count and (not width or count % width):
        raise cursor.error(f"{count} ordinate values cannot be shared by {width} variables")
    cursor.skip(2 * width, "the smallest and largest ordinate")
    return cursor.numbers(count, "the ordinate values").reshape(-1, max(width, 1))


def _comment(cursor: LineCursor, _: Experiment | None = None) -> str:
    count = cursor.count("the number of comment lines")
    return "\n".join(cursor.raw("a comment line") for _ in range(count))


def _keyword(cursor: LineCursor, what: str, allowed: tuple[str, ...]) -> str:
    text = cursor.text(what)
    if text.upper() not in allowed:
        raise cursor.error(
            f"{what} should be {', '.join(allowed[:-1])} or {allowed[-1]}, not {text[:40]!r}"
        )
    return text.upper()


def _repeated_parameters(cursor: LineCursor) -> frozenset[int]:
    count = cursor.signed_count("the length of the parameter inclusion or exclusion list")
    listed = frozenset(cursor.integer("a listed parameter") for _ in range(abs(count)))
    if count <= 0:
        return listed
    return frozenset(range(1, len(_PARTS) + 1)) - listed


def _text(what: str) -> Callable[[LineCursor, Experiment], str]:
    return lambda cursor, _: cursor.text(what)


def _value(what: str) -> Callable[[LineCursor, Experiment], float | None]:
    return lambda cursor, _: cursor.value(what)


def _unused(what: str, lines: int = 1) -> Callable[[LineCursor, Experiment], None]:
    return lambda cursor, _: cursor.skip(lines, what)


def _technique(cursor: LineCursor, _: Experiment) -> str:
    text = cursor.text("the technique")
    return next((t for t in _KNOWN_TECHNIQUES if t.lower() == text.lower()), text)


def _position(cursor: LineCursor, _: Experiment) -> tuple[float | None, ...]:
    return cursor.value("the x coordinate"), cursor.value("the y coordinate")


def _variables(cursor: LineCursor, experiment: Experiment) -> tuple[float | None, ...]:
    return tuple(
        cursor.value(f"the value of the experimental variable {variable.label!r}")
        for variable in experiment.variables
    )


def _transition(cursor: LineCursor, _: Experiment) -> str:
    label = cursor.text("the transition label")
    cursor.skip(1, "the charge of the detected particle")
    return label


def _abscissa(cursor: LineCursor, _: Experiment) -> tuple[Quantity, float | None]:
    label, unit = cursor.text("the abscissa label"), cursor.text("the abscissa unit")
    start = cursor.value("the start of the abscissa")
    return Quantity(label, unit, start), cursor.value("the step of the abscissa")


def _columns(cursor: LineCursor, _: Experiment) -> tuple[Quantity, ...]:
    return tuple(
        Quantity(cursor.text("a variable's label"), cursor.text("a variable's unit"))
        for _ in range(cursor.count("the number of corresponding variables"))
    )


def _additional(cursor: LineCursor, _: Experiment) -> tuple[Quantity, ...]:
    return tuple(
        Quantity(
            cursor.text("a parameter's label"),
            cursor.text("a parameter's unit"),
            cursor.value("an additional parameter"),
        )
        for _ in range(cursor.count("the number of additional numerical parameters"))
    )


def _has_sputtering_ion(experiment: Experiment, technique: str) -> bool:
    return experiment.mode in _SPUTTERED or technique in _ION_TECHNIQUES


def _has_sputtering_source(experiment: Experiment, technique: str) -> bool:
    return experiment.mode in _SPUTTERED and technique in _ELECTRON_TECHNIQUES


def _has_line_scan(experiment: Experiment, _: str) -> bool:
    return experiment.mode in ("MAPSV", "MAPSVDP", "SEM")


def _is_differential(_: Experiment, technique: str) -> bool:
    return technique == "AES diff"


def _is_regular(experiment: Experiment, _: str) -> bool:
    return experiment.scan == "REGULAR"


_KNOWN_TECHNIQUES = (*_ION_TECHNIQUES, *_ELECTRON_TECHNIQUES)
_DATE = ("year", "month", "day", "hours", "minutes", "seconds", "hours ahead of GMT")
# The order and number of the parameters are those of the standard. The work function is
# not used: vendors' kinetic energies already refer to the Fermi level.
_PARTS: tuple[_Part, ...] = (
    *(_Part(name, _text(f"the date's {name}")) for name in _DATE),
    _Part("comment", _comment),
    _Part("technique", _technique),
    _Part("position", _position, lambda experiment, _: experiment.mode in ("MAP", "MAPDP")),
    _Part("variables", _variables),
    _Part("source_label", _text("the analysis source label")),
    _Part("sputtering ion", _unused("the sputtering ion", 3), _has_sputtering_ion),
    _Part("source_energy", _value("the energy of the analysis source")),
    _Part("source strength", _unused("the strength of the analysis source")),
    _Part("beam width", _unused("the beam width", 2)),
    _Part(
        "field of view",
        _unused("the field of view", 2),
        lambda experiment, _: experiment.mode in _MAPPED,
    ),
    _Part("line scan", _unused("the line scan coordinates", 6), _has_line_scan),
    _Part("polar angle", _unused("the polar angle of incidence")),
    _Part("azimuth", _unused("the azimuth of the source")),
    _Part("analyzer_mode", _text("the analyzer mode")),
    _Part("pass_energy", _value("the pass energy")),
    _Part("differential width", _unused("the differential width"), _is_differential),
    _Part("magnification", _unused("the magnification of the lens")),
    _Part("work function", _unused("the work function")),
    _Part("target bias", _unused("the target bias")),
    _Part("analysis width", _unused("the analysis width", 2)),
    _Part("take-off angle", _unused("the take-off angle", 2)),
    _Part("species", _text("the species label")),
    _Part("transition", _transition),
    _Part("abscissa", _abscissa, _is_regular),
    _Part("columns", _columns),
    _Part("signal_mode", _text("the signal mode")),
    _Part("dwell", _value("the signal collection time")),
    _Part("sweeps", _value("the number of scans")),
    _Part("time correction", _unused("the signal time correction")),
    _Part("sputtering source", _unused("the sputtering source", 7), _has_sputtering_source),
    _Part("tilt", _unused("the sample tilt", 2)),
    _Part("rotation", _unused("the sample rotation")),
    _Part("additional", _additional),
)
_NUMBERED = tuple(enumerate(_PARTS, start=1))
# Blocks of a map differ in their place: what stands before and after it mostly repeats.
_HEAD, _PLACE, _SETUP = _NUMBERED[:9], _NUMBERED[9:11], _NUMBERED[11:]
