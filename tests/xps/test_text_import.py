"""What a dialog shows of a text file, and what other choices make of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xps.errors import ReadError
from xps.readers import read
from xps.readers.content import Content, load
from xps.readers.registry import is_plain_text
from xps.readers.text_import import carried_over, in_dialect, is_alike, preview_text
from xps.readers.text_table import DECIMAL_SIGNS, DELIMITERS, DecimalSign, Dialect
from xps.resources import resource

ROWS = [(170 - 0.5 * i, 100 + 7 * (i % 5), 50 + 3 * (i % 4)) for i in range(12)]


def content(text: str) -> Content:
    return Content("scan.txt", text.encode())


def plain(decimal: str = ".", delimiter: str = "\t") -> Content:
    rows = [delimiter.join(str(value).replace(".", decimal) for value in row) for row in ROWS]
    return content("\n".join(rows))


def test_the_detected_choice_is_what_reading_takes(tmp_path: Path) -> None:
    (tmp_path / "scan.txt").write_bytes(plain().data)
    shown = preview_text(plain())
    assert [s.digest for s in shown.spectra] == [s.digest for s in read(tmp_path / "scan.txt")]
    assert (shown.choice.energy_column, shown.choice.intensity_columns) == (0, (1, 2))
    assert (shown.choice.axis, shown.choice.unit) == ("binding", "counts")
    assert shown.choice.dialect == Dialect("\t", ".")
    assert (shown.n_rows, shown.rows[0], shown.tables) == (12, (170, 100, 50), 1)


def test_what_the_file_does_not_tell_is_asked() -> None:
    assert preview_text(plain()).questions == ("axis", "unit", "live_time")
    told = "# Photon energy (eV): 1486.6\n# Dwell time (s): 0.1\n# Sweeps: 3\n"
    labels = "Binding energy (eV)\tcounts\n"
    rows = "\n".join(f"{e}\t{c}" for e, c, _ in ROWS)
    assert preview_text(content(told + labels + rows)).questions == ()


def test_a_choice_is_followed_and_answers_the_questions() -> None:
    detected = preview_text(plain()).choice
    choice = replace(
        detected, axis="kinetic", unit="counts/s", intensity_columns=(2,),
        photon_energy_ev=1486.6, dwell_s=0.2, sweeps=5.0,
    )  # fmt: skip
    shown = preview_text(plain(), choice)
    (spectrum,) = shown.spectra
    assert (spectrum.axis, spectrum.unit, spectrum.live_time_s) == ("kinetic", "counts/s", 1)
    np.testing.assert_array_equal(spectrum.intensity, [row[2] for row in ROWS])
    np.testing.assert_allclose(spectrum.binding_energy_ev, [1486.6 - row[0] for row in ROWS])
    assert (shown.questions, shown.warnings, shown.choice) == ((), (), choice)
    assert preview_text(plain()).choice == detected


def test_the_core_level_is_told_by_the_energies_as_they_are_chosen() -> None:
    """An S 2p scan of 1312 to 1332 eV, taken for binding energies at first."""
    file = content("\n".join(f"{1312 + 0.5 * i}\t{100 + 7 * (i % 5)}" for i in range(41)))
    detected = preview_text(file)
    assert detected.spectra[0].core_level is None
    kinetic = replace(detected.choice, axis="kinetic", photon_energy_ev=1486.6)
    assert preview_text(file, kinetic).spectra[0].core_level == "S 2p"
    typed = preview_text(file, replace(kinetic, core_level="O 1s")).spectra[0]
    assert (typed.core_level, [w for w in typed.warnings if "core level" in w]) == ("O 1s", [])


@pytest.mark.parametrize("label", ["", "Background", "Energy 2 (eV)", "Transmission"])
def test_any_column_can_be_taken_for_intensities(label: str) -> None:
    rows = "\n".join(f"{e};{c};{b}" for e, c, b in ROWS)
    file = content(f"Binding energy;cps;{label}\n{rows}")
    choice = replace(preview_text(file).choice, intensity_columns=(2,), unit="arbitrary")
    (spectrum,) = preview_text(file, choice).spectra
    np.testing.assert_array_equal(spectrum.intensity, [row[2] for row in ROWS])


def test_a_dialect_without_columns_is_refused() -> None:
    file = plain(",", ";")
    assert preview_text(file).choice.dialect == Dialect(";", ",")
    choice = replace(preview_text(file).choice, dialect=Dialect("|", "."))
    with pytest.raises(ReadError, match="choose another delimiter"):
        preview_text(file, choice)


@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("decimal", DECIMAL_SIGNS)
def test_every_dialect_that_is_offered_reads_what_is_written_so(
    delimiter: str, decimal: DecimalSign
) -> None:
    if delimiter == decimal:
        with pytest.raises(ReadError, match="cannot both"):
            Dialect(delimiter, decimal)
        return
    shown = preview_text(plain(decimal, delimiter), dialect=Dialect(delimiter, decimal))
    assert shown.rows[1] == ROWS[1]
    assert len(shown.spectra) == 2


def test_another_decimal_sign_makes_other_numbers() -> None:
    file = content("\n".join(f"{e:.3f}\t1.{i * i % 7:03}" for i, (e, _, _) in enumerate(ROWS)))
    assert preview_text(file).rows[2] == (169, 1.004)
    comma = content(file.data.decode().replace(".", ",").replace("\t1,", "\t1."))
    read_by_choice = preview_text(comma, dialect=Dialect("\t", ","))
    assert read_by_choice.rows[2] == (169, 1004)


def test_parted_thousands_are_no_end_of_the_table() -> None:
    file = content("\n".join(f"{e}\t{997 + i * i % 7 + i:,}" for i, (e, _, _) in enumerate(ROWS)))
    shown = preview_text(file)
    assert (shown.choice.dialect, shown.n_rows) == (Dialect("\t", "."), len(ROWS))
    assert shown.rows[4][1] == 1003


def test_another_dialect_keeps_the_facts_that_were_chosen_and_finds_the_columns_anew() -> None:
    rows = "\n".join(f"{e:.1f} ; {c},5 ; {b},5".replace(".", ",") for e, c, b in ROWS)
    first = preview_text(content(rows))
    choice = replace(first.choice, unit="counts/s", sample="NCM", intensity_columns=(2,))
    other = preview_text(plain(), dialect=Dialect(" ", ".")).choice
    moved = in_dialect(choice, first.choice, other)
    assert moved == replace(other, unit="counts/s", sample="NCM")


def test_a_chosen_dialect_goes_with_its_columns_to_files_alike() -> None:
    detected = preview_text(plain()).choice
    choice = replace(detected, dialect=Dialect(" ", "."), sample="NCM")
    other = replace(detected, intensity_columns=(1,))
    assert carried_over(choice, detected, other) == replace(choice, sample=None)


def test_no_dialect_but_those_offered_is_made() -> None:
    with pytest.raises(ReadError, match="offered"):
        Dialect("x", ".")


@pytest.mark.parametrize(
    "wrong",
    [{"table": 1}, {"intensity_columns": ()}, {"intensity_columns": (9,)}, {"energy_column": 7}],
)
def test_columns_that_are_not_there_are_refused(wrong: dict[str, object]) -> None:
    choice = replace(preview_text(plain()).choice, **wrong)
    with pytest.raises(ReadError, match="choose"):
        preview_text(plain(), choice)


def test_intensities_without_energies_are_refused() -> None:
    choice = replace(preview_text(plain()).choice, energy_column=1, intensity_columns=(0,))
    with pytest.raises(ReadError, match="repeat or change direction"):
        preview_text(plain(), choice)


def test_only_plain_text_needs_a_choice() -> None:
    assert is_plain_text(plain())
    assert not is_plain_text(load(resource("samples", "bare-ncm-simulated.vms")))
    assert not is_plain_text(Content("x.png", b"\x89PNG\r\n"))


def test_the_choice_points_at_the_first_table_that_holds_a_spectrum() -> None:
    depths = "\n".join(f"{i % 3}\t{i}" for i in range(8))
    rows = "\n".join(f"{e}\t{c}\t{b}" for e, c, b in ROWS)
    file = content(f"depth profile\n{depths}\nscan\n{rows}")
    shown = preview_text(file)
    assert (shown.tables, shown.choice.table, shown.n_rows) == (2, 1, len(ROWS))
    assert preview_text(file, shown.choice).spectra[0].digest == shown.spectra[0].digest


def test_a_column_without_a_spectrum_is_not_in_the_choice() -> None:
    rows = "\n".join(f"{e};{c};{b if i < 3 else ''}" for i, (e, c, b) in enumerate(ROWS))
    shown = preview_text(content(f"Binding energy (eV);counts;counts\n{rows}"))
    assert shown.choice.intensity_columns == (1,)
    assert len(shown.spectra) == 1


def two_tables() -> Content:
    rows = "\n".join(f"{e}\t{c}" for e, c, _ in ROWS)
    return content(f"Region: S 2p\nSweeps: 3\n{rows}\nRegion: O 1s\nSweeps: 7\n{rows}")


def test_spectra_of_several_tables_are_all_in_the_detected_choice() -> None:
    shown = preview_text(two_tables())
    assert shown.choice.table is None
    assert [place.table for place in shown.places] == [0, 1]
    taken = preview_text(two_tables(), shown.choice)
    assert [s.digest for s in taken.spectra] == [s.digest for s in shown.spectra]
    assert taken.warnings == ()


def test_a_fact_is_that_of_all_tables_and_the_others_stay_those_of_each() -> None:
    choice = replace(preview_text(two_tables()).choice, dwell_s=0.5)
    first, second = preview_text(two_tables(), choice).spectra
    assert (first.live_time_s, second.live_time_s) == (1.5, 3.5)


def test_one_of_several_tables_can_be_chosen() -> None:
    choice = replace(preview_text(two_tables()).choice, table=1)
    (spectrum,) = preview_text(two_tables(), choice).spectra
    assert spectrum.n_points == len(ROWS)


def test_names_can_be_given() -> None:
    choice = replace(preview_text(plain()).choice, sample="NCM", core_level="S2p")
    taken = preview_text(plain(), choice).spectra
    assert {(s.sample, s.core_level) for s in taken} == {("NCM", "S 2p")}
    with pytest.raises(ReadError, match="no core level"):
        preview_text(plain(), replace(choice, core_level="Xx 9q"))


def test_a_choice_is_carried_over_to_a_file_alike_without_its_names() -> None:
    detected = preview_text(plain()).choice
    choice = replace(detected, unit="arbitrary", sample="NCM", intensity_columns=(1,))
    other = replace(detected, photon_energy_ev=1253.6)
    carried = carried_over(choice, detected, other)
    assert carried == replace(other, unit="arbitrary", intensity_columns=(1,))


def test_files_are_alike_by_their_columns_and_questions() -> None:
    def labeled(labels: str) -> Content:
        return content("\n".join([labels, *(f"{e};{c}" for e, c, _ in ROWS)]))

    first = preview_text(labeled("x;y"))
    assert is_alike(first, preview_text(labeled("x;y")))
    assert not is_alike(first, preview_text(labeled("x;z")))
    assert not is_alike(first, preview_text(labeled("Binding energy;y")))


def test_a_choice_of_the_detected_columns_keeps_the_transmission() -> None:
    rows = "\n".join(f"{e};{c};{1 + 0.01 * i}" for i, (e, c, _) in enumerate(ROWS))
    file = content(f"Energy;Intensity;Transmission\n{rows}")
    choice = replace(preview_text(file).choice, axis="kinetic", photon_energy_ev=1486.6)
    (spectrum,) = preview_text(file, choice).spectra
    assert (spectrum.axis, spectrum.photon_energy_ev) == ("kinetic", 1486.6)
    assert spectrum.transmission is not None
