"""Damaged files are read or refused, fast; and the tool that damages them sees what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.readers import mutation
from xps.errors import ReadError
from xps.readers import excel, igor_text, kratos, read, text, vamas
from xps.readers.content import Content
from xps.resources import resource
from xps.spectrum import Spectrum
from xps.writers import ENDINGS, write_spectra


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> list[mutation.Original]:
    folder = tmp_path_factory.mktemp("files")
    spectra = read(resource("samples", "bare-ncm-simulated.vms"))[:2]
    for ending in ENDINGS:
        write_spectra(folder / f"x{ending}", spectra)
    (folder / "broken.vms").write_bytes(b"VAMAS Surface Chemical\n")
    return mutation.originals(folder)


def test_only_files_that_read_are_damaged(originals: list[mutation.Original]) -> None:
    assert sorted(o.name for o in originals) == sorted(f"x{ending}" for ending in ENDINGS)


@pytest.mark.parametrize("first", range(0, 300, 60))
def test_a_fixed_set_of_mutants_is_read_or_refused(
    originals: list[mutation.Original], first: int
) -> None:
    for number in range(first, first + 60):
        _, wrong = mutation.complaint(*mutation.mutant(originals, number))
        assert not wrong, f"mutant {number}: {wrong}"


def test_measured_files_survive_a_fixed_set_of_mutants(shared_data: Path) -> None:
    originals = mutation.originals(shared_data / "phi") + mutation.originals(shared_data / "nexus")
    for number in range(120):
        _, wrong = mutation.complaint(*mutation.mutant(originals, number))
        assert not wrong, f"mutant {number}: {wrong}"


def test_mutants_follow_from_their_number(originals: list[mutation.Original]) -> None:
    assert mutation.mutant(originals, 7) == mutation.mutant(originals, 7)
    assert {mutation.mutant(originals, n)[1] for n in range(6)} == set(mutation.MUTATIONS)


def original(originals: list[mutation.Original]) -> mutation.Original:
    return next(o for o in originals if o.name == "x.vms")


@pytest.mark.parametrize("error", [KeyError("x"), MemoryError(), ReadError("bad")])
def test_any_other_error_is_a_complaint(
    originals: list[mutation.Original], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(vamas, "read", fail)
    file = original(originals)
    assert mutation.complaint(file, mutation.flip_bits, file.data)[1]


def test_points_that_vanish_silently_are_a_complaint(
    originals: list[mutation.Original], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = vamas.read

    def lossy(content: Content) -> tuple[list[Spectrum], list[str]]:
        spectra, said = whole(content)
        return spectra[:1], said

    monkeypatch.setattr(vamas, "read", lossy)
    file = original(originals)
    assert "without a warning" in mutation.complaint(file, mutation.cut_short, file.data)[1]


def test_a_hang_is_a_complaint(
    originals: list[mutation.Original], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mutation, "MOST_SECONDS", -1.0)
    file = original(originals)
    assert mutation.complaint(file, mutation.flip_bits, file.data)[1].endswith(" s")


def test_formats_without_counts_are_names_of_readers() -> None:
    assert {text.NAME, excel.NAME, igor_text.NAME, kratos.NAME} == mutation.UNCOUNTED
