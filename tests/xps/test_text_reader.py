"""Columns of text: delimiters, decimal signs, headers, encodings and what they mean."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xps.errors import ReadError
from xps.readers import text as text_reader
from xps.readers.content import Content
from xps.readers.encoding import decode
from xps.readers.quantity import energy_of, unit_of
from xps.readers.registry import read_file
from xps.readers.text import read
from xps.spectrum import Spectrum

ENERGY = np.array([170.0, 169.5, 169.0, 168.5, 168.0, 167.5])
COUNTS = np.array([101.0, 99, 150, 420, 160, 98])


def table(*columns: np.ndarray, header: str = "", delimiter: str = "\t") -> bytes:
    rows = [delimiter.join(f"{value:.10g}" for value in row) for row in np.column_stack(columns)]
    return "\n".join([header, *rows] if header else rows).encode()


def spectra(data: bytes, name: str = "S2p.txt") -> list[Spectrum]:
    return read(Content(name, data))[0]


def only(data: bytes, name: str = "S2p.txt") -> Spectrum:
    (spectrum,) = spectra(data, name)
    return spectrum


DIALECTS = [("\t", "."), ("\t", ","), (";", ","), (";", "."), (",", "."), (" ", "."), ("  ", ","),
            (", ", "."), ("|", ".")]  # fmt: skip


@given(
    dialect=st.sampled_from(DIALECTS),
    header=st.sampled_from([None, "plain", "commented", "long"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
    newline=st.sampled_from(["\n", "\r\n", "\r", "\r\r\n"]),
    descending=st.booleans(),
    whole=st.booleans(),
    trailing=st.booleans(),
    start=st.integers(1, 1300),
    milli_step=st.integers(10, 1000),
    values=st.lists(st.integers(0, 10**7), min_size=5, max_size=30),
)
def test_columns_read_the_same_however_they_are_written(
    dialect: tuple[str, str],
    header: str | None,
    encoding: str,
    newline: str,
    descending: bool,
    whole: bool,
    trailing: bool,
    start: int,
    milli_step: int,
    values: list[int],
) -> None:
    delimiter, decimal = dialect
    energy = np.round(start + milli_step / 1000 * np.arange(len(values)), 3)
    energy = energy[::-1] if descending else energy
    intensity = np.array(values) / (1 if whole else 100)
    pattern = "{:.0f}" if whole else "{:.2f}"
    end = delimiter if trailing else ""
    lines = {
        None: [],
        "plain": [delimiter.join(("BE", "Counts"))],
        "commented": ["# exported", "# " + delimiter.join(("Binding Energy (eV)", "Intensity"))],
        "long": ["Region: S 2p scan", "", "Pass energy: 20 eV", delimiter.join(("BE (eV)", "CPS"))],
    }[header]
    lines = lines + [
        delimiter.join((f"{e:.3f}", pattern.format(i))).replace(".", decimal) + end
        for e, i in zip(energy, intensity, strict=True)
    ]
    spectrum = only((newline.join(lines) + newline).encode(encoding))
    np.testing.assert_array_equal(spectrum.energy_ev, energy)
    np.testing.assert_array_equal(spectrum.intensity, intensity)
    assert spectrum.axis == "binding"
    assert spectrum.core_level == "S 2p"
    if header == "long":
        assert spectrum.unit == "counts/s"
        assert spectrum.pass_energy_ev == 20


@pytest.mark.parametrize(
    ("label", "energy"),
    [
        ("BE/eV", "binding"),
        ("B.E.", "binding"),
        ("be", "binding"),
        ("b.e. (eV)", "binding"),
        ("Binding Energy [eV]", "binding"),
        ("Bindungsenergie", "binding"),
        ("结合能 (eV)", "binding"),
        ("결합 에너지", "binding"),
        ("BE_S 2p 4", "binding"),
        ("K.E.", "kinetic"),
        ("KE", "kinetic"),
        ("kinetic energy", "kinetic"),
        ("Kinetische Energie", "kinetic"),
        ("动能", "kinetic"),
        ("운동에너지", "kinetic"),
        ("PE/eV", "photon"),
        ("Photon energy", "photon"),
        ("Energy", "energy"),
        ("eV", "energy"),
        ("Counts", None),
        ("Intensity", None),
        ("", None),
    ],
)
def test_labels_name_the_energy(label: str, energy: str | None) -> None:
    assert energy_of(label) == energy


@pytest.mark.parametrize(
    ("label", "unit"),
    [
        ("CPS", "counts/s"),
        ("CPS_S 2p 4", "counts/s"),
        ("Counts/s", "counts/s"),
        ("Counts / s", "counts/s"),
        ("Counts per Second", "counts/s"),
        ("count rate", "counts/s"),
        ("c/s", "counts/s"),
        ("Intensity (counts s^-1)", "counts/s"),
        ("counts s-1", "counts/s"),
        ("Counts", "counts"),
        ("Intensity (counts)", "counts"),
        ("计数", "counts"),
        ("Intensity (a.u.)", "arbitrary"),
        ("arb. units", "arbitrary"),
        ("nA", "arbitrary"),
        ("Intensity", None),
        ("d", None),
        ("Mass", None),
    ],
)
def test_labels_name_the_unit(label: str, unit: str | None) -> None:
    assert unit_of(label) == unit


def test_a_kinetic_axis_uses_the_photon_energy_of_the_header() -> None:
    header = "Photon energy: 1253.6 eV\nKinetic energy (eV)\tCounts"
    spectrum = only(table(1253.6 - ENERGY, COUNTS, header=header))
    assert (spectrum.axis, spectrum.photon_energy_ev) == ("kinetic", 1253.6)
    np.testing.assert_allclose(spectrum.binding_energy_ev, ENERGY)
    assert spectrum.warnings == ()


def test_a_kinetic_axis_without_photon_energy_says_what_is_missing() -> None:
    spectrum = only(table(1486.6 - ENERGY, COUNTS, header="KE\tCounts"))
    assert spectrum.axis == "kinetic"
    assert spectrum.binding_energy_ev is None
    assert "photon energy is not given" in spectrum.warnings[0]


@pytest.mark.parametrize(("energy", "axis"), [(ENERGY, "binding"), (1486.6 - ENERGY, "kinetic")])
def test_an_axis_without_a_name_is_judged_with_a_warning(energy: np.ndarray, axis: str) -> None:
    spectrum = only(table(energy, COUNTS))
    assert spectrum.axis == axis
    assert f"taken for {axis} energy" in spectrum.warnings[0]


@pytest.mark.parametrize(
    ("label", "intensity", "unit", "warned"),
    [
        ("Intensity", COUNTS, "counts", "whole numbers are taken for counts"),
        ("Intensity", COUNTS / 7, "arbitrary", "unit of the intensities is not given"),
        ("Intensity", COUNTS - 120, "arbitrary", "unit of the intensities is not given"),
        ("CPS", COUNTS, "counts/s", "live time is not given"),
        ("Counts", COUNTS / 7, "counts", None),
    ],
)
def test_the_unit_is_named_or_judged(
    label: str, intensity: np.ndarray, unit: str, warned: str | None
) -> None:
    spectrum = only(table(ENERGY, intensity, header=f"BE\t{label}"))
    assert spectrum.unit == unit
    assert bool(spectrum.warnings) is bool(warned)
    if warned:
        assert warned in spectrum.warnings[0]


@pytest.mark.parametrize(
    ("header", "dwell", "sweeps"),
    [
        ("Dwell time: 0.1 s\nNumber of scans: 5", 0.1, 5),
        ("Dwell Time (ms): 100\nSweeps: 5", 0.1, 5),
        ("Dwell=100ms; Scans=5", 0.1, 5),
        ("Dwell,0,1\nSweeps,5", 0.1, 5),
        ("Time Per Step 50; Sweeps 8", 0.05, 8),
        ("Acquisition Time s\t5.25", 5.25, 1),
        ("Dwell time:", None, None),
    ],
)
def test_the_live_time_is_found_in_the_header(
    header: str, dwell: float | None, sweeps: float | None
) -> None:
    spectrum = only(table(ENERGY, COUNTS, header=f"{header}\nBE\tCPS"))
    assert (spectrum.dwell_s, spectrum.sweeps) == (dwell, sweeps)


@pytest.mark.parametrize(
    "line",
    [
        "Photon energy: 1486.69 eV",
        "Excitation Energy=1486.69",
        "# Photon Energy (eV): 1486,69",
        "hv = 1486.69",
        "hν: 1486.69 eV",
        "Characteristic Energy eV\t1.48669e+003",
    ],
)
def test_the_photon_energy_is_found_in_the_header(line: str) -> None:
    assert only(table(ENERGY, COUNTS, header=f"{line}\nBE\tCPS")).photon_energy_ev == 1486.69


def test_the_word_counts_in_prose_makes_no_counts_of_fractions() -> None:
    header = "normalized to the counts of the first sweep\nBE\tIntensity"
    assert only(table(ENERGY, COUNTS / 7, header=header)).unit == "arbitrary"


def test_several_intensity_columns_are_several_spectra() -> None:
    found = spectra(table(ENERGY, COUNTS, COUNTS * 2, header="BE\tbare\tALD5"))
    assert [s.name for s in found] == ["bare", "ALD5"]
    assert [s.origin.index for s in found if s.origin] == [0, 1]
    np.testing.assert_array_equal(found[1].intensity, 2 * COUNTS)


def test_each_energy_column_owns_the_intensities_to_its_right() -> None:
    columns = (ENERGY, COUNTS, ENERGY + 360, COUNTS * 3)
    found = spectra(table(*columns, header="BE\tS 2p\tBE\tO 1s"))
    assert [s.core_level for s in found] == ["S 2p", "O 1s"]
    np.testing.assert_array_equal(found[1].energy_ev, ENERGY + 360)


def test_unlabeled_columns_in_equal_steps_are_energies() -> None:
    found = spectra(table(ENERGY, COUNTS, ENERGY + 360, COUNTS * 3))
    assert [s.energy_ev[0] for s in found] == [170, 530]


def test_columns_of_unequal_length_end_where_their_numbers_end() -> None:
    rows = table(ENERGY, COUNTS, header="BE\tS 2p").decode().splitlines()
    longer = [f"{row}\t{530 - i}\t{i * i}" for i, row in enumerate(rows[1:])]
    longer += [f"\t\t{520 - i}\t7" for i in range(3)]
    first, second = spectra("\n".join(["BE\tS 2p\tBE\tO 1s", *longer]).encode())
    assert (first.n_points, second.n_points) == (6, 9)
    assert not any("left out" in w for w in (*first.warnings, *second.warnings))


def test_kinetic_and_binding_energies_side_by_side_are_one_axis() -> None:
    data = table(1486.6 - ENERGY, ENERGY, COUNTS, header="KE\tBE\tCounts")
    spectrum = only(data)
    assert (spectrum.axis, spectrum.photon_energy_ev) == ("binding", 1486.6)
    np.testing.assert_array_equal(spectrum.energy_ev, ENERGY)


def test_sweeps_with_their_sum_are_one_spectrum_of_the_sum() -> None:
    sweeps = (COUNTS, COUNTS + 3, COUNTS - 2)
    spectrum = only(table(ENERGY, *sweeps, sum(sweeps), header="BE\t1\t2\t3\tsum"))
    np.testing.assert_array_equal(spectrum.intensity, sum(sweeps))
    assert spectrum.sweeps == 3


def test_an_index_column_before_the_energies_is_not_the_axis() -> None:
    np.testing.assert_array_equal(
        only(table(np.arange(6.0), ENERGY, COUNTS, header="No.\tBE\tCPS")).energy_ev, ENERGY
    )


def test_fitted_curves_are_left_out_by_name() -> None:
    labels = "BE\tRaw Intensity\tsulfite\tBackground\tEnvelope"
    spectrum = only(table(ENERGY, COUNTS, COUNTS / 2, COUNTS / 4, COUNTS, header=labels))
    np.testing.assert_array_equal(spectrum.intensity, COUNTS)
    assert "'sulfite', 'Background', 'Envelope'" in spectrum.warnings[0]


def test_a_transmission_column_is_no_spectrum() -> None:
    spectrum = only(table(ENERGY, COUNTS, COUNTS / 100, header="BE\tCPS\tTransmission"))
    np.testing.assert_array_equal(spectrum.transmission, COUNTS / 100)


@pytest.mark.parametrize("label", ["PE/eV", "Photon energy (eV)", "hv", "光子能量"])
def test_an_axis_of_photon_energies_is_no_xps(label: str) -> None:
    spectrum = only(table(ENERGY + 110, COUNTS / 1e4, header=f"{label}\tAbs"), "S2p.csv")
    assert "this is no XPS" in spectrum.warnings[0]
    assert spectrum.binding_energy_ev is None
    assert spectrum.core_level is None


def test_a_pass_energy_in_a_label_is_no_photon_energy() -> None:
    spectrum = only(table(ENERGY, COUNTS, header="BE/eV\tPE: 20.0 eV"))
    assert (spectrum.axis, spectrum.pass_energy_ev) == ("binding", 20)


def test_an_axis_that_is_no_energy_is_refused() -> None:
    with pytest.raises(ReadError, match="'index', not an energy"):
        spectra(table(np.arange(6.0), COUNTS, header="index\tcounts"))


@pytest.mark.parametrize(
    ("name", "header", "level", "sample"),
    [
        ("bare_S2p.csv", "", "S 2p", "bare"),
        ("S2p bare.csv", "", "S 2p", "bare"),
        ("data.csv", "Region: O 1s\nSample: ALD5", "O 1s", "ALD5"),
        ("data.csv", "calibrated to C 1s 284.8 eV", None, "data"),
        ("survey.csv", "", None, "survey"),
        ("코팅_S2p.csv", "", "S 2p", "코팅"),
    ],
)
def test_header_and_file_name_give_core_level_and_sample(
    name: str, header: str, level: str | None, sample: str
) -> None:
    spectrum = only(table(ENERGY, COUNTS, header=f"{header}\nBE\tCounts"), name)
    assert (spectrum.core_level, spectrum.sample) == (level, sample)


def test_several_tables_have_each_their_own_header() -> None:
    data = b"\n\n".join(
        table(ENERGY + shift, COUNTS, header=f"Region: {level}\nPass energy: {e}\nBE\tCounts")
        for shift, level, e in ((0, "S 2p", 20), (360, "O 1s", 40))
    )
    found = spectra(data, "both.txt")
    assert [(s.core_level, s.pass_energy_ev) for s in found] == [("S 2p", 20), ("O 1s", 40)]


def test_labels_and_units_in_two_lines_belong_together() -> None:
    spectrum = only(table(ENERGY, COUNTS, header="Binding Energy\tIntensity\neV\tcps"))
    assert (spectrum.axis, spectrum.unit) == ("binding", "counts/s")


def test_quoted_numbers_with_thousands_are_understood() -> None:
    rows = "\n".join(f'{e},"{1000 + i:,.0f}"' for e, i in zip(ENERGY, COUNTS, strict=True))
    np.testing.assert_array_equal(only(rows.encode()).intensity, 1000 + COUNTS)


def test_points_without_a_number_are_left_out_with_a_warning() -> None:
    rows = table(ENERGY, COUNTS, COUNTS, header="BE\tCounts\tCounts").decode().splitlines()
    rows[3] = "169\tNaN\t150"
    first, second = spectra("\n".join(rows).encode())
    assert (first.n_points, second.n_points) == (5, 6)
    assert any("1 points without a number" in w for w in first.warnings)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Sample: Größe 25 °C", "latin-1"),
        ("Sample: 正极材料样品", "cp936"),
        ("Sample: 양극재코팅시료", "cp949"),
        ("Sample: 시료", "utf-16-be"),
        ("Sample: 시료", "utf-32"),
    ],
)
def test_text_is_decoded_as_it_was_written(text: str, encoding: str) -> None:
    data = table(ENERGY, COUNTS, header=f"{text}\nBE\tCounts").decode().encode(encoding)
    assert decode(data).splitlines()[0].lstrip("\ufeff") == text
    assert only(data).sample == text.removeprefix("Sample: ")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"just\nsome\nprose, 1 and 2\n", "no columns of numbers"),
        (b"170 100\n169 101\n168 102\n", "at least 5 rows"),
        (b"170\n169\n168\n167\n166\n", "no columns of numbers"),
        (table(ENERGY[[0, 1, 2, 1, 0, 3]], COUNTS), "repeat or change direction"),
        (table(ENERGY * 0 + 5, COUNTS), "repeat or change direction"),
    ],
)
def test_what_is_no_spectrum_is_a_read_error(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason) as caught:
        spectra(data)
    assert caught.value.remedy


def test_a_text_file_beyond_the_limit_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_reader, "MAX_BYTES", 10)
    with pytest.raises(ReadError, match="too large"):
        spectra(table(ENERGY, COUNTS))


@given(st.binary(max_size=400))
def test_bytes_of_any_kind_give_spectra_or_a_read_error(data: bytes) -> None:
    try:
        found = spectra(data)
    except ReadError as error:
        assert error.reason  # noqa: PT017 - reading may also succeed
    else:
        assert found


@given(st.text(st.sampled_from('0123456789.,;-+eE \t\n"NaB'), max_size=300))
def test_number_like_text_gives_spectra_or_a_read_error(text: str) -> None:
    try:
        found = spectra(text.encode())
    except ReadError as error:
        assert error.reason  # noqa: PT017 - reading may also succeed
    else:
        assert all(np.isfinite(s.intensity).all() for s in found)


def test_the_registry_names_the_reader(tmp_path) -> None:
    path = tmp_path / "S2p 시료.csv"
    path.write_bytes(table(ENERGY, COUNTS, header="BE\tCounts"))
    file = read_file(path)
    assert (file.reader, file.file) == ("text", "S2p 시료.csv")
    assert file.spectra[0].origin is not None
    assert file.spectra[0].origin.sha256 == file.sha256


WIDE = np.linspace(155.0, 175.0, 6)


def test_a_scan_without_a_name_is_of_the_level_that_its_energies_tell() -> None:
    spectrum = only(table(WIDE, COUNTS, header="BE/eV\tCounts"), "pellet 1.txt")
    assert spectrum.core_level == "S 2p"
    assert "the core level is not named: S 2p from its energies" in spectrum.warnings


def test_a_named_scan_of_no_core_level_is_not_judged_by_its_energies() -> None:
    data = table(WIDE, COUNTS, COUNTS, header="BE/eV\tZr MNN\tother")
    found = spectra(data, "pellet 1.txt")
    assert [spectrum.core_level for spectrum in found] == [None, None]
