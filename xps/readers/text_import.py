"""What was understood of columns of text, shown before they are taken; and other choices.

A dialog shows `preview_text`, lets a person change the choice, asks again, and takes the
spectra of the last preview. Nothing here keeps any state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from xps.errors import ReadError
from xps.readers.collection import Collection
from xps.readers.column_spectrum import add_spectra
from xps.readers.content import Content
from xps.readers.encoding import MAX_BYTES, decode, encoding_of
from xps.readers.quantity import energy_of
from xps.readers.text import NAME
from xps.readers.text_columns import is_curve, is_transmission
from xps.readers.text_table import Dialect, Table, detected_dialect, find_tables
from xps.spectrum import Axis, Spectrum, Unit

Question = Literal["axis", "unit", "photon_energy_ev", "live_time"]

_ROWS_SHOWN = 20
_ENERGY_LABELS: dict[Axis, str] = {
    "binding": "Binding energy (eV)",
    "kinetic": "Kinetic energy (eV)",
}
# What the reader says of its guesses, and the choice that settles them.
_DOUBTS: tuple[tuple[str, Question], ...] = (
    ("the kind of energy is not given", "axis"),
    ("the unit of the intensities is not given", "unit"),
    ("whole numbers are taken for counts", "unit"),
    ("the photon energy is not given", "photon_energy_ev"),
    ("the live time is not given", "live_time"),
    ("the live time is not known", "live_time"),
)


@dataclass(frozen=True)
class TextChoice:
    """How a text file is to be understood.

    Attributes
    ----------
    dialect : Dialect
        What parts columns, and the decimal sign.
    table : int
        Which of the tables in the file, from 0.
    energy_column : int
    intensity_columns : tuple of int
    axis : {"binding", "kinetic"}
    unit : {"counts", "counts/s", "arbitrary"}
    photon_energy_ev, dwell_s, sweeps : float or None
        None if unknown.
    """

    dialect: Dialect
    table: int
    energy_column: int
    intensity_columns: tuple[int, ...]
    axis: Axis
    unit: Unit
    photon_energy_ev: float | None = None
    dwell_s: float | None = None
    sweeps: float | None = None


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
    questions: tuple[Question, ...]
    warnings: tuple[str, ...]


def preview_text(content: Content, choice: TextChoice | None = None) -> TextPreview:
    """Show what is understood of a text file, or what a choice would make of it.

    Parameters
    ----------
    content : Content
        The file, from `xps.readers.content.load`.
    choice : TextChoice, optional
        By default everything is detected, as `xps.read` does.

    Raises
    ------
    ReadError
        If there is no table, the choice names a column that is not there, or none of its
        columns makes a spectrum.
    """
    if len(content.data) > MAX_BYTES:
        raise ReadError("the text file is too large", "export VAMAS, or fewer spectra per file")
    text = decode(content.data)
    dialect = detected_dialect(text) if choice is None else choice.dialect
    tables = find_tables(text, dialect)
    if not tables:
        raise ReadError("no columns of numbers", "choose another delimiter or decimal sign")
    if choice is None:
        choice, spectra, warnings, questions = _detected(content, tables, dialect)
    else:
        spectra, warnings = _chosen(content, tables, choice)
        questions = ()
    table = tables[choice.table]
    return TextPreview(
        choice=choice,
        encoding=encoding_of(content.data),
        tables=len(tables),
        header=table.header,
        labels=table.labels,
        rows=tuple(map(tuple, table.values[:_ROWS_SHOWN].tolist())),
        n_rows=len(table.values),
        spectra=spectra,
        questions=questions,
        warnings=warnings,
    )


def _detected(
    content: Content, tables: list[Table], dialect: Dialect
) -> tuple[TextChoice, tuple[Spectrum, ...], tuple[str, ...], tuple[Question, ...]]:
    collection = Collection(content, NAME)
    places = add_spectra(tables, content.stem, collection)
    spectra, said = collection.finish()
    warnings = (*said, *dict.fromkeys(w for s in spectra for w in s.warnings))
    questions = tuple(
        dict.fromkeys(field for doubt, field in _DOUBTS if any(doubt in w for w in warnings))
    )
    scan = (places[0].table, places[0].energy)
    first = spectra[0]
    choice = TextChoice(
        dialect=dialect,
        table=scan[0],
        energy_column=scan[1],
        intensity_columns=tuple(p.intensity for p in places if (p.table, p.energy) == scan),
        axis=first.axis,
        unit=first.unit,
        photon_energy_ev=first.photon_energy_ev,
        dwell_s=first.dwell_s,
        sweeps=first.sweeps,
    )
    return choice, tuple(spectra), warnings, questions


def _chosen(
    content: Content, tables: list[Table], choice: TextChoice
) -> tuple[tuple[Spectrum, ...], tuple[str, ...]]:
    if not 0 <= choice.table < len(tables):
        raise ReadError(f"there is no table {choice.table + 1}", "choose another table")
    table = tables[choice.table]
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
    """Return the spectrum as chosen, without the warnings that the choice answers."""
    kept = [w for w in spectrum.warnings if not any(doubt in w for doubt, _ in _DOUBTS)]
    return spectrum.with_(
        axis=choice.axis,
        unit=choice.unit,
        photon_energy_ev=choice.photon_energy_ev,
        dwell_s=choice.dwell_s,
        sweeps=choice.sweeps,
        warnings=tuple(kept),
    )
