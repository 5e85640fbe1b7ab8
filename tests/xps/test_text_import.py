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
from xps.readers.text_import import preview_text
from xps.readers.text_table import Dialect
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


@pytest.mark.parametrize("label", ["", "Background", "Energy 2 (eV)", "Transmission"])
def test_any_column_can_be_taken_for_intensities(label: str) -> None:
    rows = "\n".join(f"{e};{c};{b}" for e, c, b in ROWS)
    file = content(f"Binding energy;cps;{label}\n{rows}")
    choice = replace(preview_text(file).choice, intensity_columns=(2,), unit="arbitrary")
    (spectrum,) = preview_text(file, choice).spectra
    np.testing.assert_array_equal(spectrum.intensity, [row[2] for row in ROWS])


def test_another_decimal_sign_makes_other_columns() -> None:
    file = plain(",", ";")
    assert preview_text(file).choice.dialect == Dialect(";", ",")
    choice = replace(preview_text(file).choice, dialect=Dialect("|", "."))
    with pytest.raises(ReadError, match="choose another delimiter"):
        preview_text(file, choice)


@pytest.mark.parametrize(
    "wrong",
    [{"table": 1}, {"intensity_columns": ()}, {"intensity_columns": (9,)}, {"energy_column": 7}],
)
def test_columns_that_are_not_there_are_refused(wrong: dict[str, object]) -> None:
    choice = replace(preview_text(plain()).choice, **wrong)  # type: ignore[arg-type]  # on purpose
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
