"""Text that Doublet writes reads back as it was, in every digit and letter."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xps.made_spectra import KEPT, simple, spectra
from tests.xps.mutants import mutants, read_or_refuse
from xps.errors import ReadError, WriteError
from xps.readers import doublet_text, read_file
from xps.readers.content import Content
from xps.readers.text import read as read_any_text
from xps.spectrum import Spectrum
from xps.writers import write_text
from xps.writers.text import text_bytes

ANY_TEXT = st.text(max_size=20).map(lambda text: text.encode("utf-8", "ignore").decode())


def reread(*written: Spectrum, delimiter: str = ",") -> list[Spectrum]:
    return doublet_text.read(Content("x.csv", text_bytes(written, delimiter)))[0]


@given(
    st.lists(st.one_of(spectra(), spectra(unit="counts/s")), min_size=1, max_size=3),
    st.sampled_from(",\t"),
)
def test_spectra_read_back_as_they_were_written(written: list[Spectrum], delimiter: str) -> None:
    again = reread(*written, delimiter=delimiter)
    assert len(again) == len(written)
    for old, new in zip(written, again, strict=True):
        assert {key: getattr(new, key) for key in KEPT} == {key: getattr(old, key) for key in KEPT}
        assert new.digest == old.digest


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, st.sampled_from(",\t"))
def test_any_text_is_kept(name: str, sample: str, notes: str, delimiter: str) -> None:
    written = simple(name=name, sample=sample, notes=notes, series=((name + "x", 1.5),))
    (again,) = reread(written, delimiter=delimiter)
    assert (again.name, again.sample, again.notes) == (name, sample, notes)
    assert again.series == written.series


@given(st.text())
def test_no_text_begins_a_cell_of_a_spreadsheet(text: str) -> None:
    data = text_bytes([simple(sample=f"a,{text}", name=f'";{text}')]).decode("utf-8-sig", "replace")
    for row in csv.reader(io.StringIO(data, newline="")):
        for cell in row:
            assert cell[:1] not in ("=", "+", "@", "-") or cell[1:2].isdigit()


def test_other_programs_find_two_columns_with_labels() -> None:
    lines = text_bytes([simple()]).decode("utf-8-sig").split("\r\n")
    at = lines.index("Binding energy (eV),Intensity (counts)")
    assert lines[at + 1 : at + 3] == ["160.0,10.0", "161.0,12.0"]
    assert np.loadtxt(lines, delimiter=",", skiprows=at + 1).shape == (6, 2)


def test_without_its_first_line_it_is_text_like_any_other() -> None:
    data = text_bytes([simple()]).partition(b"\r\n")[2]
    ((spectrum,), _) = read_any_text(Content("x.csv", data))
    assert spectrum.digest == simple().digest


def test_10000_spectra_read_back(tmp_path: Path) -> None:
    written = [simple(name=f"pixel {i}", intensity=np.arange(6.0) + i) for i in range(10_000)]
    write_text(tmp_path / "map.txt", written)
    file = read_file(tmp_path / "map.txt")
    assert (file.reader, len(file.spectra)) == ("doublet-text", 10_000)
    assert [s.name for s in file.spectra] == [s.name for s in written]
    np.testing.assert_array_equal(
        [s.intensity for s in file.spectra], [s.intensity for s in written]
    )


def test_no_spectra_are_no_file(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="no spectra"):
        write_text(tmp_path / "none.csv", [])
    assert not (tmp_path / "none.csv").exists()


def test_more_than_can_be_read_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xps.writers.text.MAX_LINES", 10)
    with pytest.raises(WriteError, match="too many for a text file"):
        text_bytes([simple()])


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("162.0,30.0", "162.0", "not all numbers|do not have 2 columns"),
        ("162.0,30.0\r\n", "", "6 points are announced, 5 found"),
        ("162.0,30.0", "162.0,x", "not all numbers"),
        ("Dwell time (s): 0.1", "Dwell time (s): soon", "Dwell time .s. should be a number"),
        ("Intensity (counts)", "Something", "its columns are"),
    ],
)
def test_a_damaged_file_is_refused(old: str, new: str, reason: str) -> None:
    data = text_bytes([simple()]).decode().replace(old, new)
    with pytest.raises(ReadError, match=reason):
        doublet_text.read(Content("x.csv", data.encode()))


def test_mutants_are_read_or_refused() -> None:
    data = text_bytes([simple(), simple(sample="b")])
    outcomes = [read_or_refuse(doublet_text, mutant) for mutant in mutants(data, 300)]
    assert any(outcomes)
    assert not all(outcomes)
