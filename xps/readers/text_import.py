"""What was understood of columns of text, shown before they are taken; and other choices.

A dialog shows `preview_text`, lets a person change the choice, asks again, and takes the
spectra of the last preview. Nothing here keeps any state.
"""

from __future__ import annotations

from collections.abc import Set
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from typing import Literal

from xps.errors import ReadError
from xps.levels import parse_core_level
from xps.readers.collection import Collection
from xps.readers.column_spectrum import ColumnPlace, add_spectra
from xps.readers.content import Content
from xps.readers.core_level import with_guessed_level
from xps.readers.doubts import (
    LIVE_TIME_UNKNOWN,
    NO_AXIS,
    NO_LEVEL,
    NO_LIVE_TIME,
    NO_PHOTON_ENERGY,
    NO_UNIT,
    TAKEN_FOR_COUNTS,
)
from xps.readers.encoding import MAX_BYTES, decode, encoding_of
from xps.readers.quantity import energy_of
from xps.readers.text import NAME
from xps.readers.text_columns import is_curve, is_transmission
from xps.readers.text_table import Dialect, Table, detected_dialect, find_tables
from xps.spectrum import Axis, Spectrum, Unit

Question = Literal["axis", "unit", "photon_energy_ev", "live_time"]

_ROWS_SHOWN = 20
_COLUMNS = frozenset({"table", "energy_column", "intensity_columns"})
_NAMES = frozenset({"sample", "core_level"})
_FACTS = ("axis", "unit", "photon_energy_ev", "dwell_s", "sweeps")
_ENERGY_LABELS: dict[Axis, str] = {
    "binding": "Binding energy (eV)",
    "kinetic": "Kinetic energy (eV)",
}
# What the reader says of its guesses, and the choice that settles them.
_DOUBTS: tuple[tuple[str, Question], ...] = (
    (NO_AXIS, "axis"),
    (NO_UNIT, "unit"),
    (TAKEN_FOR_COUNTS, "unit"),
    (NO_PHOTON_ENERGY, "photon_energy_ev"),
    (NO_LIVE_TIME, "live_time"),
    (LIVE_TIME_UNKNOWN, "live_time"),
)


@dataclass(frozen=True)
class TextChoice:
    """How a text file is to be understood.

    Attributes
    ----------
    dialect : Dialect
        What parts columns, and the decimal sign.
    table : int or None
        Which of the tables in the file, from 0; None for all spectra that are detected, in
        whatever tables and columns.
    energy_column : int
    intensity_columns : tuple of int
        Without effect where `table` is None.
    axis : {"binding", "kinetic"}
    unit : {"counts", "counts/s", "arbitrary"}
    photon_energy_ev, dwell_s, sweeps : float or None
        None if unknown. Where `table` is None, a fact other than the detected one is that of
        all spectra; else each keeps what its own header says.
    sample, core_level : str or None
        None to keep what is detected.
    """

    dialect: Dialect
    table: int | None
    energy_column: int
    intensity_columns: tuple[int, ...]
    axis: Axis
    unit: Unit
    photon_energy_ev: float | None = None
    dwell_s: float | None = None
    sweeps: float | None = None
    sample: str | None = None
    core_level: str | None = None


@dataclass(frozen=True)
class TextPreview:
    """What a choice makes of a file.

    Attributes
    ----------
    choice : TextChoice
        The one asked for, or the one detected.
    encoding : str
    tables : int
        How many tables the file has.
    header : tuple of str
        The lines above the table.
    labels : tuple of str
        One a column; "" where the file gives none.
    rows : tuple of tuple of float
        The first rows of the table; not a number where a cell is empty.
    n_rows : int
        Number of all rows.
    spectra : tuple of Spectrum
        What would be taken.
    places : tuple of ColumnPlace
        Where each detected spectrum stands; none for a choice that was given.
    questions : tuple of str
        The fields of the choice that the file does not tell, so that they were guessed; none
        for a choice that was given.
    warnings : tuple of str
    """

    choice: TextChoice
    encoding: str
    tables: int
    header: tuple[str, ...]
    labels: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]
    n_rows: int
    spectra: tuple[Spectrum, ...]
    places: tuple[ColumnPlace, ...]
    questions: tuple[Question, ...]
    warnings: tuple[str, ...]


def preview_text(
    content: Content, choice: TextChoice | None = None, dialect: Dialect | None = None
) -> TextPreview:
    """Show what is understood of a text file, or what a choice would make of it.

    Parameters
    ----------
    content : Content
        The file, from `xps.readers.content.load`.
    choice : TextChoice, optional
        By default everything is detected, as `xps.read` does.
    dialect : Dialect, optional
        Delimiter and decimal sign, where all else is to be detected; by default these are, too.
        A choice has its own.

    Raises
    ------
    ReadError
        If there is no table, the choice names a column that is not there, or none of its
        columns makes a spectrum.
    """
    if len(content.data) > MAX_BYTES:
        raise ReadError("the text file is too large", "export VAMAS, or fewer spectra per file")
    text = decode(content.data)
    dialect = (dialect or detected_dialect(text)) if choice is None else choice.dialect
    tables = find_tables(text, dialect)
    if not tables:
        raise ReadError("no columns of numbers", "choose another delimiter or decimal sign")
    if choice is None:
        return _detected(content, tables, dialect)
    if choice.table is None:
        return _all_of(_detected(content, tables, dialect), choice)
    detected = None
    with suppress(ReadError):
        detected = _detected(content, tables, dialect)
    if detected is not None and _columns(choice) == _columns(detected.choice):
        return _all_of(detected, choice)
    spectra, warnings = _chosen(content, tables, choice.table, choice)
    return _preview(content, tables, choice.table, choice, spectra, warnings)


def is_alike(first: TextPreview, second: TextPreview) -> bool:
    """Tell whether two files, as detected, have the same columns and leave the same questions."""

    def kind(shown: TextPreview) -> object:
        detected = shown.choice
        guessed = (detected.dialect, detected.axis, detected.unit, shown.questions)
        return guessed, _columns(detected), shown.labels

    return kind(first) == kind(second)


def carried_over(choice: TextChoice, detected: TextChoice, other: TextChoice) -> TextChoice:
    """Return what is detected of another file, changed as the choice changes what was detected.

    Names of samples and core levels are not carried over: each file has its own. Columns of
    another delimiter or decimal sign than the detected one are those of the choice.
    """
    changed = _changed(choice, detected) - _NAMES
    if "dialect" in changed:
        changed |= _COLUMNS
    return _with_fields(other, choice, changed)


def in_dialect(choice: TextChoice, detected: TextChoice, other: TextChoice) -> TextChoice:
    """Return what is detected of the same file under another delimiter or decimal sign.

    Facts and names are changed as the choice changes what was detected before; columns are not,
    which are others now.

    Parameters
    ----------
    choice : TextChoice
    detected : TextChoice
        What it was made of.
    other : TextChoice
        Of `preview_text` with the other dialect.
    """
    return _with_fields(other, choice, _changed(choice, detected) - _COLUMNS - {"dialect"})


def _changed(choice: TextChoice, detected: TextChoice) -> set[str]:
    names = (f.name for f in fields(TextChoice))
    return {name for name in names if getattr(choice, name) != getattr(detected, name)}


def _with_fields(choice: TextChoice, source: TextChoice, names: Set[str]) -> TextChoice:
    return replace(choice, **{name: getattr(source, name) for name in names})


def _preview(
    content: Content,
    tables: list[Table],
    shown: int,
    choice: TextChoice,
    spectra: tuple[Spectrum, ...],
    warnings: tuple[str, ...],
) -> TextPreview:
    table = tables[shown]
    return TextPreview(
        choice=choice,
        encoding=encoding_of(content.data),
        tables=len(tables),
        header=table.header,
        labels=table.labels,
        rows=tuple(map(tuple, table.values[:_ROWS_SHOWN].tolist())),
        n_rows=len(table.values),
        spectra=spectra,
        places=(),
        questions=(),
        warnings=warnings,
    )


def _detected(content: Content, tables: list[Table], dialect: Dialect) -> TextPreview:
    collection = Collection(content, NAME)
    places = add_spectra(tables, content.stem, collection)
    spectra, said = collection.finish()
    warnings = (*said, *dict.fromkeys(w for s in spectra for w in s.warnings))
    questions = tuple(
        dict.fromkeys(field for doubt, field in _DOUBTS if any(doubt in w for w in warnings))
    )
    scan = (places[0].table, places[0].energy)
    is_one_scan = all((p.table, p.energy) == scan for p in places)
    first = spectra[0]
    choice = TextChoice(
        dialect=dialect,
        table=scan[0] if is_one_scan else None,
        energy_column=scan[1],
        intensity_columns=tuple(p.intensity for p in places if (p.table, p.energy) == scan),
        axis=first.axis,
        unit=first.unit,
        photon_energy_ev=first.photon_energy_ev,
        dwell_s=first.dwell_s,
        sweeps=first.sweeps,
    )
    shown = _preview(content, tables, scan[0], choice, tuple(spectra), warnings)
    return replace(shown, places=tuple(places), questions=questions)


def _all_of(detected: TextPreview, choice: TextChoice) -> TextPreview:
    """Return all that is detected, with the facts of a choice that differ from those detected."""
    facts = {
        name: getattr(choice, name)
        for name in _FACTS
        if getattr(choice, name) != getattr(detected.choice, name)
    }
    spectra = tuple(_named(_answered(s.with_(**facts)), choice) for s in detected.spectra)
    return replace(
        detected,
        choice=choice,
        spectra=spectra,
        places=(),
        questions=(),
        warnings=tuple(w for w in detected.warnings if not _is_doubt(w)),
    )


def _columns(choice: TextChoice) -> tuple[int | None, int, tuple[int, ...]]:
    return choice.table, choice.energy_column, choice.intensity_columns


def _chosen(
    content: Content, tables: list[Table], number: int, choice: TextChoice
) -> tuple[tuple[Spectrum, ...], tuple[str, ...]]:
    if not 0 <= number < len(tables):
        raise ReadError(f"there is no table {number + 1}", "choose another table")
    table = tables[number]
    width = len(table.labels)
    wanted = (choice.energy_column, *choice.intensity_columns)
    if not choice.intensity_columns or not all(0 <= column < width for column in wanted):
        raise ReadError(
            f"the columns chosen are not among the {width} of the table", "choose other columns"
        )
    collection = Collection(content, NAME)
    for column in choice.intensity_columns:
        found = Collection(content, NAME)
        add_spectra([_two_columns(table, column, choice)], content.stem, found)
        collection.warnings += found.warnings
        for spectrum in found.spectra:
            several = len(choice.intensity_columns) > 1 and table.labels[column]
            named = _settled(spectrum, choice).with_(
                name=table.labels[column] if several else spectrum.name,
                origin=content.source(NAME, len(collection.spectra)),
            )
            collection.spectra.append(named)
    spectra, said = collection.finish()
    return tuple(spectra), (*said, *dict.fromkeys(w for s in spectra for w in s.warnings))


def _two_columns(table: Table, column: int, choice: TextChoice) -> Table:
    """Return the energies and one column of intensities, labeled so that they are taken."""
    label = table.labels[column]
    if not label or energy_of(label) or is_curve(label) or is_transmission(label):
        label = "Intensity"
    values = table.values[:, [choice.energy_column, column]]
    return replace(table, labels=(_ENERGY_LABELS[choice.axis], label), values=values)


def _settled(spectrum: Spectrum, choice: TextChoice) -> Spectrum:
    facts = {name: getattr(choice, name) for name in _FACTS}
    return _named(_answered(spectrum.with_(**facts)), choice)


def _answered(spectrum: Spectrum) -> Spectrum:
    """Return the spectrum without the warnings that a choice answers."""
    return spectrum.with_(warnings=tuple(w for w in spectrum.warnings if not _is_doubt(w)))


def _is_doubt(warning: str) -> bool:
    return any(doubt in warning for doubt, _ in _DOUBTS)


def _named(spectrum: Spectrum, choice: TextChoice) -> Spectrum:
    if choice.sample is not None:
        spectrum = spectrum.with_(sample=choice.sample)
    if choice.core_level is None:
        return with_guessed_level(spectrum)
    core_level = parse_core_level(choice.core_level)
    if core_level is None:
        raise ReadError(f"{choice.core_level!r} is no core level", 'write it like "S 2p" or "O 1s"')
    warnings = tuple(w for w in spectrum.warnings if not w.startswith(NO_LEVEL))
    return spectrum.with_(core_level=core_level, warnings=warnings)
