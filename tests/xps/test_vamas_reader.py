"""VAMAS: the grammar of ISO 14976 and what real instruments make of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xps.errors import ReadError
from xps.readers import SpectrumFile, content, read_file
from xps.readers.casa import stored_counts
from xps.readers.content import Content
from xps.readers.numbers import parse_numbers
from xps.readers.vamas import read as read_vamas

Lines = Sequence[object]
COUNTS = [10, 12, 30, 80, 31, 13]
IDENTIFIER = "VAMAS Surface Chemical Analysis Standard Data Transfer Format 1988 May 4"

HEAD: dict[str, Lines] = {
    "identifier": [IDENTIFIER],
    "institution": ["Institute"],
    "instrument": ["Spectrometer"],
    "operator": ["Operator"],
    "experiment": ["Experiment"],
    "comment": [1, "a comment"],
    "mode": ["NORM"],
    "scan": ["REGULAR"],
    "regions": [1],
    "positions": [],
    "variables": [0],
    "inclusion": [0],
    "manual": [0],
    "upgrades": [0, 0],
}
BLOCK: dict[str, Lines] = {
    "name": ["S 2p scan"],
    "sample": ["bare"],
    "date": [2024, 1, 22, 13, 5, 9, 0],
    "comment": [0],
    "technique": ["XPS"],
    "position": [],
    "values": [],
    "source": ["Al mono"],
    "ion": [],
    "photon energy": [1486.6],
    "strength and beam": [0, 0, 0],
    "field of view": [],
    "source angles": [0, 0],
    "analyzer": ["FAT", 20],
    "magnification": [0],
    "work function": [0],
    "bias, width, take-off": [0, 0, 0, 0, 0],
    "species": ["S"],
    "transition": ["2p", -1],
    "abscissa": ["kinetic energy", "eV", 1310, 0.5],
    "columns": [1, "counts", "d"],
    "signal": ["pulse counting"],
    "dwell": [0.1],
    "sweeps": [5],
    "time correction": [0],
    "sputtering": [],
    "tilt and rotation": [0, 0, 0],
    "additional": [0],
    "upgrades": [],
    "count": [6],
    "range": [10, 80],
    "data": COUNTS,
}


def block(**changes: Lines) -> dict[str, Lines]:
    """Return a block; `changes` replace its parts ("_" stands for a blank)."""
    return BLOCK | {name.replace("_", " "): lines for name, lines in changes.items()}


def vamas_lines(*blocks: Mapping[str, Lines], end: bool = True, **head: Lines) -> list[str]:
    blocks = blocks or (BLOCK,)
    parts = [*(HEAD | head).values(), [len(blocks)]]
    parts += [lines for each in blocks for lines in each.values()]
    parts += [["end of experiment"]] if end else []
    return [str(line) for lines in parts for line in lines]


def vamas(*blocks: Mapping[str, Lines], end: bool = True, **head: Lines) -> bytes:
    return ("\r\n".join(vamas_lines(*blocks, end=end, **head)) + "\r\n").encode()


@pytest.fixture
def reading(tmp_path: Path) -> Callable[..., SpectrumFile]:
    def read(data: bytes, name: str = "file.vms") -> SpectrumFile:
        path = tmp_path / name
        path.write_bytes(data)
        return read_file(path)

    return read


def test_a_block_becomes_a_spectrum_with_all_that_it_says(reading) -> None:
    data = vamas()
    (spectrum,) = reading(data).spectra
    np.testing.assert_array_equal(spectrum.energy_ev, 1310 + 0.5 * np.arange(6))
    np.testing.assert_array_equal(spectrum.intensity, COUNTS)
    assert (spectrum.axis, spectrum.unit) == ("kinetic", "counts")
    assert (spectrum.name, spectrum.sample, spectrum.core_level) == ("S 2p scan", "bare", "S 2p")
    assert (spectrum.photon_energy_ev, spectrum.pass_energy_ev) == (1486.6, 20)
    assert (spectrum.dwell_s, spectrum.sweeps) == (0.1, 5)
    assert (spectrum.monochromatic, spectrum.source_label) == (True, "Al mono")
    assert spectrum.instrument == "Institute, Spectrometer"
    assert spectrum.acquired == "2024-01-22T13:05:09"
    assert spectrum.transmission is None
    assert spectrum.warnings == ()


def test_the_file_is_recorded_with_name_hash_reader_and_index(reading) -> None:
    file = reading(vamas(BLOCK, BLOCK), "two spectra.vms")
    assert file.reader == "vamas"
    assert [s.origin.index for s in file.spectra] == [0, 1]
    assert {s.origin.file for s in file.spectra} == {"two spectra.vms"}
    assert {s.origin.sha256 for s in file.spectra} == {file.sha256}


@pytest.mark.parametrize("name", ["a.npl", "b.txt", "c", "양극재 시료.vms", "with blank.dat"])
def test_the_content_decides_not_the_name(reading, name: str) -> None:
    assert reading(vamas(), name).reader == "vamas"


def test_blank_lines_before_the_identifier_are_skipped(reading) -> None:
    assert len(reading(b"\r\n\r\n" + vamas()).spectra) == 1


def test_a_double_carriage_return_ends_one_comment_line(reading) -> None:
    data = vamas(block(comment=[2, "first", "second"])).replace(b"first\r\n", b"first\r\r\n")
    (spectrum,) = reading(data).spectra
    assert spectrum.notes == "first\nsecond"


def test_a_lone_carriage_return_ends_no_line(reading) -> None:
    (spectrum,) = reading(vamas(block(comment=[1, "one\rline"]))).spectra
    np.testing.assert_array_equal(spectrum.intensity, COUNTS)


def test_nul_bytes_after_labels_are_dropped(reading) -> None:
    data = vamas().replace(b"\r\n2p\r\n", b"\r\n2p\0\r\n")
    assert reading(data).spectra[0].core_level == "S 2p"


def test_a_missing_line_is_reported_with_line_and_block(reading) -> None:
    lines = vamas_lines(BLOCK, block(name=["second"]))
    del lines[-5]
    with pytest.raises(ReadError) as caught:
        reading("\n".join(lines).encode())
    assert caught.value.where == f"line {len(lines)}, block 2 of 2 (second)"
    assert "'end of experiment'" in caught.value.reason
    assert caught.value.path is not None
    assert caught.value.remedy


def test_irregular_blocks_carry_their_energies(reading) -> None:
    columns = [3, "Kinetic Energy", "eV", "Intensity", "d", "transmission", "d"]
    data = [1310, 10, 0.5, 1311, 20, 0.4, 1313, 15, 0.3]
    file = reading(
        vamas(
            block(abscissa=[], columns=columns, count=[9], range=[0, 1] * 3, data=data),
            scan=["IRREGULAR"],
        )
    )
    (spectrum,) = file.spectra
    np.testing.assert_array_equal(spectrum.energy_ev, [1310, 1311, 1313])
    np.testing.assert_array_equal(spectrum.intensity, [10, 20, 15])
    np.testing.assert_array_equal(spectrum.transmission, [0.5, 0.4, 0.3])


def test_a_map_has_positions_fields_of_view_and_places(reading) -> None:
    places = [block(position=[x, 1], values=[30 * x], field_of_view=[100, 100]) for x in (1, 2)]
    file = reading(
        vamas(*places, mode=["MAP"], positions=[2, 2, 1], variables=[1, "Etch Time", "s"])
    )
    assert [s.series for s in file.spectra] == [
        (("Etch Time / s", 30.0), ("Map x", 1.0), ("Map y", 1.0)),
        (("Etch Time / s", 60.0), ("Map x", 2.0), ("Map y", 1.0)),
    ]


@pytest.mark.parametrize("mode", ["SDP", "MAPDP"])
def test_sputter_profiles_have_ion_and_ion_source(reading, mode: str) -> None:
    mapped = mode == "MAPDP"
    profile = block(
        position=[1, 1] if mapped else [],
        values=[0],
        ion=[18, 1, 1],
        field_of_view=[0, 0] if mapped else [],
        sputtering=[2000, 1, 1, 1, 45, 0, "continuous"],
    )
    file = reading(
        vamas(
            profile, mode=[mode], positions=[1, 1, 1] if mapped else [],
            variables=[1, "Etch Time", "s"],
        )
    )  # fmt: skip
    np.testing.assert_array_equal(file.spectra[0].intensity, COUNTS)


@pytest.mark.parametrize("mode", ["SDPSV", "MAPSV", "MAPSVDP", "SEM"])
def test_single_valued_modes_follow_the_grammar(reading, mode: str) -> None:
    mapped, sputtered = mode != "SDPSV", mode.endswith(("DPSV", "SVDP"))
    shape = block(
        ion=[18, 1, 1] if sputtered else [],
        field_of_view=[0] * 8 if mapped else [],
        sputtering=[0] * 7 if sputtered else [],
        abscissa=["x", "micrometer", 1, 1],
    )
    with pytest.raises(ReadError, match="'x' in 'micrometer', not an energy"):
        reading(vamas(shape, mode=[mode], regions=[]))


def test_a_mapping_without_abscissa_holds_no_spectrum(reading) -> None:
    shape = block(field_of_view=[0] * 8, abscissa=[])
    with pytest.raises(ReadError, match=r"no intensities|not an energy"):
        reading(vamas(shape, mode=["SEM"], scan=["MAPPING"], regions=[]))


def test_blocks_of_different_lengths_and_equal_names_stay_apart(reading) -> None:
    long = block(count=[8], data=[*COUNTS, 5, 6])
    assert [s.n_points for s in reading(vamas(BLOCK, long)).spectra] == [6, 8]


def test_blank_labels_fall_back_to_the_block_identifier(reading) -> None:
    (spectrum,) = reading(vamas(block(name=["O1s 3"], species=[""], transition=["", -1]))).spectra
    assert (spectrum.name, spectrum.core_level) == ("O1s 3", "O 1s")


def test_labels_blank_altogether_fall_back_to_the_energies(reading) -> None:
    axis = ["binding energy", "eV", 540, -5]
    (spectrum,) = reading(
        vamas(block(name=[""], species=[""], transition=["", -1], abscissa=axis))
    ).spectra
    assert (spectrum.name, spectrum.core_level) == ("540–515 eV", "O 1s")
    assert "O 1s from its energies" in spectrum.warnings[0]


VARIANTS: tuple[dict[str, Lines], ...] = (
    {},
    {"comment": [2, "a", "b"]},
    {"comment": [70, *(f"line {i}" for i in range(70))]},
    {"comment": [71, *(f"line {i}" for i in range(71))]},
    {"date": [2024, 1, 23, 13, 5, 9, 0]},
    {"species": ["O"], "transition": ["1s", -1]},
    {"analyzer": ["FAT", 40]},
    {"abscissa": ["kinetic energy", "eV", 950, 0.25]},
)


@given(st.lists(st.sampled_from(VARIANTS), min_size=2, max_size=8))
def test_what_stands_in_one_block_changes_no_other(variants: list[dict[str, Lines]]) -> None:
    def facts(blocks: list[dict[str, Lines]]) -> list[object]:
        found, _ = read_vamas(Content("x.vms", vamas(*blocks)))
        return [
            (s.notes, s.acquired, s.core_level, s.pass_energy_ev, s.energy_ev.tolist())
            for s in found
        ]

    blocks = [block(**variant) for variant in variants]
    assert facts(blocks) == [fact for one in blocks for fact in facts([one])]


def test_a_survey_has_no_core_level(reading) -> None:
    survey = block(name=["C1s first"], species=["Survey"], transition=["", -1])
    assert reading(vamas(survey)).spectra[0].core_level is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"photon_energy": [0]}, "photon energy is 0 eV"),
        ({"photon_energy": [21.22], "source": ["He I"]}, "ultraviolet"),
        ({"technique": ["UPS"]}, "UPS, not XPS"),
        ({"technique": ["AES dir"]}, "AES dir, not XPS"),
    ],
)
def test_another_technique_is_refused(reading, changes: dict[str, Lines], reason: str) -> None:
    with pytest.raises(ReadError, match=f"wrong technique.*{reason}") as caught:
        reading(vamas(block(**changes)))
    assert "block 1 (S 2p scan)" in caught.value.where


def test_blocks_of_another_technique_are_left_out_with_a_warning(reading) -> None:
    file = reading(vamas(block(name=["LVV"], photon_energy=[0]), BLOCK))
    assert [s.name for s in file.spectra] == ["S 2p scan"]
    assert file.spectra[0].origin.index == 0
    assert "block 1 (LVV) is left out: wrong technique" in file.warnings[0]


@pytest.mark.parametrize("label", ["binding energy", "Binding Energy", "BINDING ENERGY"])
def test_a_descending_binding_energy_axis_is_kept_as_it_is(reading, label: str) -> None:
    (spectrum,) = reading(vamas(block(abscissa=[label, "eV", 175, -0.5]))).spectra
    assert spectrum.axis == "binding"
    np.testing.assert_array_equal(spectrum.energy_ev, [175, 174.5, 174, 173.5, 173, 172.5])


@pytest.mark.parametrize("missing", ["1E+37", "1e+037", "1E37", "nan"])
def test_points_and_times_of_1e37_are_missing(reading, missing: str) -> None:
    data = [10, missing, 30, 80, 31, 13]
    (spectrum,) = reading(vamas(block(data=data, dwell=[missing], sweeps=[missing]))).spectra
    assert spectrum.n_points == 5
    assert 1310.5 not in spectrum.energy_ev
    assert (spectrum.dwell_s, spectrum.sweeps) == (None, None)
    assert "1 of 6 points" in spectrum.warnings[0]


def test_an_unknown_photon_energy_leaves_a_kinetic_axis(reading) -> None:
    (spectrum,) = reading(vamas(block(photon_energy=["1E+37"]))).spectra
    assert spectrum.photon_energy_ev is None
    assert spectrum.binding_energy_ev is None
    assert "photon energy is not given" in spectrum.warnings[0]


@pytest.mark.parametrize("label", ["Transmission", "transmission", "Transmission function"])
def test_the_second_variable_can_be_the_transmission(reading, label: str) -> None:
    data = [value for count in COUNTS for value in (count, count / 100)]
    (spectrum,) = reading(
        vamas(
            block(columns=[2, "Intensity", "d", label, "d"], count=[12], range=[0] * 4, data=data)
        )
    ).spectra
    np.testing.assert_array_equal(spectrum.intensity, COUNTS)
    np.testing.assert_array_equal(spectrum.transmission, np.array(COUNTS) / 100)


def test_another_second_variable_is_named_in_a_warning(reading) -> None:
    data = [value for count in COUNTS for value in (count, 0)]
    (spectrum,) = reading(
        vamas(block(columns=[2, "Intensity", "d", "I0", "A"], count=[12], range=[0] * 4, data=data))
    ).spectra
    assert spectrum.transmission is None
    assert "'I0'" in spectrum.warnings[0]


@pytest.mark.parametrize("work_function", ["-4.5", "4.19", "1E+37", ""])
def test_the_work_function_is_never_subtracted(reading, work_function: str) -> None:
    (spectrum,) = reading(vamas(block(work_function=[work_function]))).spectra
    np.testing.assert_array_equal(spectrum.binding_energy_ev, 1486.6 - (1310 + 0.5 * np.arange(6)))


def test_a_calibration_in_the_comment_does_not_move_the_axis(reading) -> None:
    comment = [4, "Casa Info Follows", "1", "Calib M = 280,290 A = 284 BE ADD", "0"]
    comment[0] = 4
    (spectrum,) = reading(vamas(block(comment=comment))).spectra
    assert spectrum.energy_ev[0] == 1310
    assert "Calib M = 280,290 A = 284 BE ADD" in spectrum.notes


@pytest.mark.parametrize(
    ("label", "unit", "mode", "expected"),
    [
        ("Intensity", "d", "pulse counting", "counts"),
        ("0,0 Counts", "d", "pulse counting", "counts"),
        ("Intensity", "c/s", "pulse counting", "counts/s"),
        ("count rate", "d", "pulse counting", "counts/s"),
        ("Counts per Second", "d", "pulse counting", "counts/s"),
        ("Intensity", "d", "analogue", "arbitrary"),
        ("Current", "A", "pulse counting", "arbitrary"),
        ("Intensity", "d", "", "counts"),
    ],
)
def test_labels_and_signal_mode_tell_the_unit(
    reading, label: str, unit: str, mode: str, expected: str
) -> None:
    (spectrum,) = reading(vamas(block(columns=[1, label, unit], signal=[mode]))).spectra
    assert spectrum.unit == expected


def test_counts_that_are_not_whole_are_kept_and_said_to_be_doubtful(reading) -> None:
    data = [10.5, 12, 30, 80, 31, 13]
    (spectrum,) = reading(vamas(block(data=data))).spectra
    assert spectrum.unit == "counts"
    assert "not whole numbers" in spectrum.warnings[0]


def test_a_block_named_counts_per_second_has_no_live_time(reading) -> None:
    named = block(name=["Counts per Second"], dwell=[1], sweeps=[1])
    (spectrum,) = reading(vamas(named)).spectra
    assert (spectrum.unit, spectrum.live_time_s) == ("counts/s", None)
    assert spectrum.name == "S 2p"


@pytest.mark.parametrize("energy", [1486.6, 1486.61, 1486.68, 1486.69, 1486.7, 1253.6, 600, 2410])
def test_the_photon_energy_is_that_of_the_file(reading, energy: float) -> None:
    assert reading(vamas(block(photon_energy=[energy]))).spectra[0].photon_energy_ev == energy


@pytest.mark.parametrize(
    ("label", "comment", "monochromatic"),
    [
        ("Al", "Mode : XPS - monochromatic", True),
        ("Mono(Al (Mono))", "", True),
        ("Al Ka, Monochromated", "", True),
        ("Mg", "Anode : Mg achromatic", False),
        ("Al non-monochromatic", "", False),
        ("Al", "monolayer of water", None),
    ],
)
def test_the_monochromator_is_found_in_source_label_or_comment(
    reading, label: str, comment: str, monochromatic: bool | None
) -> None:
    (spectrum,) = reading(vamas(block(source=[label], comment=[1, comment]))).spectra
    assert spectrum.monochromatic is monochromatic


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Probe 25 °C, Größe", "latin-1"),
        ("시료 1", "utf-8"),
        ("시료 1", "utf-8-sig"),
        ("시료 1", "utf-16"),
        ("正极材料样品", "cp936"),
        ("양극재코팅시료", "cp949"),
    ],
)
def test_names_survive_their_encoding(reading, text: str, encoding: str) -> None:
    data = vamas(block(sample=[text])).decode().encode(encoding)
    (spectrum,) = reading(data).spectra
    assert spectrum.sample == text
    np.testing.assert_array_equal(spectrum.intensity, COUNTS)


def test_many_blocks_are_all_read(reading) -> None:
    assert len(reading(vamas(*[BLOCK] * 136)).spectra) == 136


def test_a_missing_terminator_is_a_warning(reading) -> None:
    file = reading(vamas(end=False))
    assert len(file.spectra) == 1
    assert "may have been cut short" in file.warnings[0]


def test_more_blocks_than_announced_are_a_warning(reading) -> None:
    lines = vamas_lines(BLOCK, BLOCK)
    lines[lines.index("2", lines.index("REGULAR"))] = "1"
    file = reading("\n".join(lines).encode())
    assert len(file.spectra) == 1
    assert "more blocks than it announces" in file.warnings[0]


@pytest.mark.parametrize(
    "inclusion",
    [[-8, 1, 2, 3, 4, 5, 6, 7, 12], [32, *range(8, 12), *range(13, 41)]],
    ids=["exclusion", "inclusion"],
)
def test_parameters_omitted_from_later_blocks_are_those_of_the_first(reading, inclusion) -> None:
    later = block(name=["second"], date=[], source=[])
    first, second = reading(vamas(BLOCK, later, inclusion=inclusion)).spectra
    assert second.acquired == first.acquired == "2024-01-22T13:05:09"
    assert second.source_label == "Al mono"
    np.testing.assert_array_equal(second.intensity, first.intensity)


def test_future_upgrades_and_additional_parameters_are_passed_over(reading) -> None:
    extended = block(additional=[1, "ESCAPE DEPTH TYPE", "d", 0], upgrades=["x", "y"])
    (spectrum,) = reading(vamas(extended, upgrades=[1, 2, "an entry"], manual=[2, 3, 4])).spectra
    np.testing.assert_array_equal(spectrum.intensity, COUNTS)


def test_repeated_energies_of_stitched_scans_keep_all_points(reading) -> None:
    energies = [*range(1300, 1312), 1311, *range(1312, 1320)]
    data = [value for energy in energies for value in (energy, 10)]
    columns = [2, "Kinetic Energy", "eV", "Intensity", "d"]
    (spectrum,) = reading(
        vamas(
            block(abscissa=[], columns=columns, count=[len(data)], range=[0] * 4, data=data),
            scan=["IRREGULAR"],
        )
    ).spectra
    assert spectrum.n_points == len(energies)
    np.testing.assert_allclose(spectrum.energy_ev, energies, atol=2e-6)
    assert "1 energies stand twice" in spectrum.warnings[0]


def test_energies_that_turn_back_are_left_out_with_the_reason(reading) -> None:
    columns = [2, "Kinetic Energy", "eV", "Intensity", "d"]
    turning = block(
        name=["two sweeps"], abscissa=[], columns=columns, count=[6], range=[0] * 4,
        data=[1, 5, 2, 6, 1, 7],
    )  # fmt: skip
    with pytest.raises(ReadError, match="repeat or change direction"):
        reading(vamas(turning, scan=["IRREGULAR"]))


def test_an_aborted_block_without_points_is_left_out(reading) -> None:
    file = reading(vamas(block(name=["aborted"], count=[0], data=[]), BLOCK))
    assert len(file.spectra) == 1
    assert "(aborted) is left out: it holds no data" in file.warnings[0]


@pytest.mark.parametrize(
    ("date", "acquired"),
    [
        ([2019, 1, 22, -1, -1, -1, -1], "2019-01-22"),
        ([2020, 8, 27, 14, 5, 46, 7], "2020-08-27T14:05:46+07:00"),
        ([0, 0, 0, 0, 0, 0, 0], ""),
        (["", "", "", "", "", "", ""], ""),
        ([2021, 13, 45, 1, 1, 1, 0], ""),
        ([99999999, 1, 1, 1, 1, 1, "1e300"], ""),
    ],
)
def test_dates_are_iso_as_far_as_they_are_known(reading, date: Lines, acquired: str) -> None:
    assert reading(vamas(block(date=date))).spectra[0].acquired == acquired


def test_the_retard_ratio_is_no_pass_energy(reading) -> None:
    assert reading(vamas(block(analyzer=["FRR", 10]))).spectra[0].pass_energy_ev is None


def test_casa_regions_and_components_are_counted_among_vendors_text() -> None:
    notes = "\n".join(
        [
            "Casa Info Follows", "2", "Calib M = 280,290 A = 284 BE ADD", "Sm SG D(2) P(5)", "0",
            "1", "CASA region (*S 2p*) (*U 2 Tougaard*) 1308 1330 1 2 0 0 400 -450 0 0 (*No*) 32",
            "2", "CASA comp (*S 2p 3/2, main*) (*GL(30)*) Area 15 1e-20 1 -1 1 MFWHM 1 1 2 -1 1",
            "CASA comp (*S 2p 1/2*) (*GL(30)*) Area 7 1e-20 1 0 0.5 MFWHM 1 1 2 0 1",
            "Creation", "Description : CASA comp of the user", "SOFH",
        ]
    )  # fmt: skip
    assert stored_counts(notes) == (1, 2)


@pytest.mark.parametrize("notes", ["", "CASA comp (*x*)", "Casa Info Follows\n0\n0\n0\n0"])
def test_comments_without_a_stored_fit_count_nothing(notes: str) -> None:
    assert stored_counts(notes) == (0, 0)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("count", "999999999999"),
        ("count", "-6"),
        ("count", "1e400"),
        ("count", "6.5"),
        ("count", "six"),
        ("comment", "99999999"),
        ("additional", "1000000"),
        ("columns", "4000000000"),
        ("columns", "-1"),
    ],
)
def test_absurd_counts_are_refused_before_anything_is_allocated(
    reading, part: str, value: str
) -> None:
    with pytest.raises(ReadError, match="line") as caught:
        reading(vamas(BLOCK | {part: [value, *BLOCK[part][1:]]}))
    assert "block 1 of 1 (S 2p scan)" in caught.value.where


@pytest.mark.parametrize("part", ["comment", "variables", "inclusion", "manual", "upgrades"])
def test_absurd_counts_in_the_header_are_refused(reading, part: str) -> None:
    with pytest.raises(ReadError) as caught:
        reading(vamas(**{part: ["123456789", *HEAD[part][1:]]}))
    assert "file header" in caught.value.where


def test_values_that_the_variables_cannot_share_are_refused(reading) -> None:
    with pytest.raises(ReadError, match="6 ordinate values cannot be shared by 4 variables"):
        reading(vamas(block(columns=[4, *["x", "d"] * 4])))


def test_a_word_among_the_data_is_named_with_its_line(reading) -> None:
    lines = vamas_lines(block(data=[10, 12, "oops", 80, 31, 13]))
    with pytest.raises(ReadError, match="'oops'") as caught:
        reading("\n".join(lines).encode())
    assert caught.value.where.startswith(f"line {lines.index('oops') + 1},")


def test_decimal_commas_among_the_data_are_understood(reading) -> None:
    (spectrum,) = reading(vamas(block(data=["10,5", 12, 30, 80, 31, 13]))).spectra
    assert spectrum.intensity[0] == 10.5


TWO_BLOCKS = vamas_lines(block(comment=[2, "Casa Info Follows", "0"]), block(name=["O 1s"]))


@pytest.mark.parametrize("kept", range(1, len(TWO_BLOCKS) - 1))
def test_a_file_cut_after_any_line_is_refused_or_said_to_be_cut(kept: int) -> None:
    with pytest.raises(ReadError) as caught:
        read_vamas(Content("cut.vms", "\n".join(TWO_BLOCKS[:kept]).encode()))
    assert caught.value.where.startswith("line ")


@given(
    lost=st.sets(st.integers(1, len(TWO_BLOCKS) - 1), min_size=1, max_size=4),
    doubled=st.sets(st.integers(1, len(TWO_BLOCKS) - 1), max_size=2),
)
def test_lost_and_doubled_lines_give_spectra_or_a_read_error(
    lost: set[int], doubled: set[int]
) -> None:
    lines = [
        line
        for i, line in enumerate(TWO_BLOCKS)
        for _ in range(0 if i in lost else 2 if i in doubled else 1)
    ]
    try:
        spectra, _ = read_vamas(Content("mutant.vms", "\n".join(lines).encode()))
    except ReadError as error:
        assert error.where  # noqa: PT017 - reading may also succeed
    else:
        assert all(np.isfinite(s.intensity).all() for s in spectra)


@given(
    where=st.integers(1, len(TWO_BLOCKS) - 1),
    text=st.one_of(
        st.text(max_size=8), st.integers().map(str), st.floats().map(repr), st.just("1E+37")
    ),
)
def test_a_line_of_anything_gives_spectra_or_a_read_error(where: int, text: str) -> None:
    lines = [*TWO_BLOCKS[:where], text, *TWO_BLOCKS[where + 1 :]]
    data = "\n".join(lines).encode("utf-8", errors="replace")
    try:
        spectra, _ = read_vamas(Content("mutant.vms", data))
    except ReadError as error:
        assert error.reason  # noqa: PT017 - reading may also succeed
    else:
        assert all(s.n_points >= 2 for s in spectra)


numerals = st.one_of(
    st.integers(-(10**18), 10**18).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=4).map(lambda d: f"{d:f}"),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(0, 1e6).map(lambda value: f"{value:.6f}"),
    st.sampled_from(["0", "-0.5", "+.5", "7.", "1E+37", "00012.50"]),
)


@given(st.lists(numerals, min_size=1, max_size=20), st.sampled_from(["\n", "\r\n"]))
def test_long_runs_of_numbers_convert_as_python_does(numbers: list[str], newline: str) -> None:
    block = newline.join(numbers).encode()
    np.testing.assert_array_equal(parse_numbers(block), [float(number) for number in numbers])


@pytest.mark.parametrize("text", ["1.2.3", "1,5", "abc", "1\n.\n2", "0x10", "1 2\n3.5.1"])
def test_what_is_no_run_of_numbers_is_not_converted(text: str) -> None:
    values = parse_numbers(text.encode())
    assert values is None or values.size != text.count("\n") + 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\r\n \r\n", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "VGData".encode("utf-16-le"), "Thermo Avantage"),
        (b"PK\x03\x04....xl/workbook.xml", "Excel workbook"),
        (b"PK\x03\x04....", "zip archive"),
        (b"SOFH\r\nPlatform: PC\r\n", "PHI file"),
        (bytes(2996) + b"\x67\x45\x23\x01" + bytes(1100), "WinSpec file of a camera"),
        (b"\x89HDF\r\n\x1a\n\0\0", "HDF5"),
        (b"SQLite format 3\0rest", "SpecsLab Prodigy"),
        (b"\x05\x00" + bytes(200), "Igor binary wave"),
        (b"IGOR\rWAVES/D\tenergy", "Igor text"),
        (b"<?xml version='1.0'?><!-- CORBA XML document -->", "SpecsLab 2"),
        (bytes(range(256)) * 20, "binary file"),
    ],
)
def test_what_is_no_text_is_named_for_what_it_is(reading, data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason) as caught:
        reading(data, "file.bin")
    assert caught.value.remedy
    assert caught.value.path is not None


def test_a_folder_and_a_missing_file_are_read_errors(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="folder"):
        read_file(tmp_path)
    with pytest.raises(ReadError, match="no such file"):
        read_file(tmp_path / "missing.vms")


def test_an_impossible_path_is_a_read_error() -> None:
    with pytest.raises(ReadError, match="cannot be read"):
        read_file("nul\0byte.vms")


def test_a_file_beyond_the_limit_is_not_opened(reading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MAX_BYTES", 100)
    with pytest.raises(ReadError, match="too large"):
        reading(vamas())


def test_a_warning_shared_by_many_spectra_is_said_once(reading) -> None:
    doubtful = block(data=[10.5, 12, 30, 80, 31, 13])
    (warning,) = reading(vamas(doubtful, doubtful, doubtful)).warnings
    assert warning.startswith("S 2p scan and 2 more: the counts are not whole")
