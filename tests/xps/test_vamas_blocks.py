"""VAMAS: blocks of a map share what they say alike, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xps.test_vamas_reader import BLOCK, COUNTS, Lines, block, vamas
from xps.errors import ReadError, SpectrumError
from xps.readers.content import Content, load
from xps.readers.lines import LineCursor
from xps.readers.vamas import read
from xps.spectrum import Spectrum

MAP: Mapping[str, Lines] = {
    "mode": ["MAP"],
    "positions": [9, 3, 3],
    "variables": [1, "Etch Time", "s"],
}
IN_MAP: Mapping[str, Lines] = {"values": [30], "position": [1, 2], "field_of_view": [1, 1]}
# One line of a block each, and the field of the spectrum that it alone decides.
CHANGES: tuple[tuple[str, Lines, str], ...] = (
    ("name", ["S 2p later"], "name"),
    ("sample", ["coated"], "sample"),
    *(
        ("date", [*BLOCK["date"][:i], 2 + i, *BLOCK["date"][i + 1 :]], "acquired")
        for i in range(1, 7)
    ),
    ("comment", [1, "annealed"], "notes"),
    ("position", [2, 2], "series"),
    ("position", [1, 0], "series"),
    ("values", [60], "series"),
    ("source", ["Al non-mono"], "source_label"),
    ("photon_energy", [1253.6], "photon_energy_ev"),
    ("analyzer", ["FRR", 20], "pass_energy_ev"),
    ("analyzer", ["FAT", 40], "pass_energy_ev"),
    ("species", ["Si"], "core_level"),
    ("transition", ["2s", -1], "core_level"),
    ("abscissa", ["binding energy", "eV", 1310, 0.5], "axis"),
    ("abscissa", ["kinetic energy", "keV", 1310, 0.5], "energy_ev"),
    ("abscissa", ["kinetic energy", "eV", 1300, 0.5], "energy_ev"),
    ("abscissa", ["kinetic energy", "eV", 1310, 0.25], "energy_ev"),
    ("columns", [1, "counts per second", "d"], "unit"),
    ("columns", [1, "intensity", "A"], "unit"),
    ("signal", ["analog"], "unit"),
    ("dwell", [0.2], "dwell_s"),
    ("sweeps", [7], "sweeps"),
    ("additional", [1, "Monochromatic source", "d", 0], "monochromatic"),
    ("data", [11, *COUNTS[1:]], "intensity"),
    ("data", [*COUNTS[:-1], "1E+37"], "warnings"),
)


def spectra(blocks: Sequence[Mapping[str, Lines]], head: Mapping[str, Lines]) -> list[Spectrum]:
    return read(Content("map.vms", vamas(*blocks, **head)))[0]


def facts(spectrum: Spectrum) -> dict[str, object]:
    """Return all fields but the place in the file."""
    found = {f.name: getattr(spectrum, f.name) for f in fields(spectrum) if f.name != "origin"}
    return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in found.items()}


@pytest.mark.parametrize(("part", "lines", "field"), CHANGES)
def test_one_line_that_differs_is_the_own_of_its_block(part: str, lines: Lines, field: str) -> None:
    usual, other = block(**IN_MAP), block(**{**IN_MAP, part: lines})
    before, changed, after = (facts(s) for s in spectra([usual, other, usual], MAP))
    assert changed[field] != before[field]
    assert after == before


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(CHANGES), st.booleans()), max_size=3),
        min_size=2,
        max_size=6,
    )
)
def test_a_block_reads_as_it_does_alone(
    changes: list[list[tuple[tuple[str, Lines, str], bool]]],
) -> None:
    parts, blocks = dict(IN_MAP), []
    for of_block in changes:
        for (part, lines, _), back in of_block:
            parts[part] = lines
            if back:
                parts[part] = IN_MAP.get(part, BLOCK[part.replace("_", " ")])
        blocks.append(block(**parts))
    together = [facts(spectrum) for spectrum in spectra(blocks, MAP)]
    assert together == [facts(spectra([one], MAP)[0]) for one in blocks]


def test_a_later_block_may_leave_out_all_parameters() -> None:
    said = {"name", "sample", "count", "range", "data"}
    bare = {part: lines if part in said else [] for part, lines in BLOCK.items()}
    later = [bare | {"name": ["second"]}, bare | {"name": ["third"], "data": [1, 2, 3, 4, 5, 6]}]
    first, second, third = spectra([BLOCK, *later], {"inclusion": [-40, *range(1, 41)]})
    assert facts(second) == facts(first) | {"name": "second"}
    assert facts(third) == facts(first) | {"name": "third", "intensity": [1, 2, 3, 4, 5, 6]}


def test_blocks_of_the_same_scan_share_their_energies() -> None:
    shifted = block(abscissa=["kinetic energy", "eV", 1309, 0.5])
    first, second, other = spectra([BLOCK, BLOCK, shifted], {})
    assert first.energy_ev is second.energy_ev
    assert other.energy_ev[0] == 1309
    assert not first.energy_ev.flags.writeable


@pytest.mark.parametrize(
    "columns", [[1, "counts", "d"], [2, "counts", "d", "transmission", "d"]], ids=["one", "two"]
)
def test_no_array_of_a_spectrum_can_be_written(columns: Lines) -> None:
    (spectrum,) = spectra([block(columns=columns, range=[1, 2] * columns[0])], {})
    arrays = [spectrum.energy_ev, spectrum.intensity]
    arrays += [spectrum.transmission] if columns[0] == 2 else []
    for values in arrays:
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1


def test_a_block_without_any_variable_is_left_out() -> None:
    empty = block(name=["empty"], columns=[0], count=[0], range=[], data=[])
    found, warnings = read(Content("x.vms", vamas(empty, BLOCK)))
    assert [spectrum.name for spectrum in found] == ["S 2p scan"]
    assert "(empty) is left out: it holds no data" in warnings[0]


@pytest.mark.parametrize("before", [65534, 65535, 65536, 131071])
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_lines_end_wherever_the_search_for_their_ends_was_parted(before: int, end: bytes) -> None:
    data = b"x" * before + b"\n" + b"\n".join(b"%d" % i for i in range(20_000)) + end
    cursor = LineCursor.of(data)
    assert [cursor.raw("a line") for _ in range(cursor.remaining)] == data.decode().splitlines()


def test_a_file_that_begins_with_many_blanks_is_not_empty(tmp_path: Path) -> None:
    path = tmp_path / "late.txt"
    path.write_bytes(b"\r\n" * 5000 + b"x")
    assert load(path).data.endswith(b"x")
    path.write_bytes(b"\r\n" * 5000)
    with pytest.raises(ReadError, match="empty"):
        load(path)


@pytest.mark.parametrize(
    ("energies", "reason"),
    [
        ([1.0, 2.0, np.inf], "finite"),
        ([-np.inf, np.inf, np.inf], "finite"),
        ([3.0, np.nan, 1.0], "finite"),
        ([1.0, 2.0, 2.0], "repeat"),
        ([3.0, 1.0, 2.0], "change direction"),
        ([-1.7e308, 1.7e308, 0.0], "change direction"),
    ],
)
def test_energies_that_are_no_scan_are_refused(energies: list[float], reason: str) -> None:
    with pytest.raises(SpectrumError, match=reason):
        Spectrum(energy_ev=np.array(energies), intensity=np.ones(3))


@pytest.mark.parametrize("energies", [[1.0, 2.0, 4.0], [4.0, 2.0, 1.0], [-1.7e308, 0, 1.7e308]])
def test_energies_may_rise_or_fall(energies: list[float]) -> None:
    spectrum = Spectrum(energy_ev=np.array(energies), intensity=np.ones(3))
    assert spectrum.energy_ev.tolist() == energies
