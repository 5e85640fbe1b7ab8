"""Every measured file reads, and holds what its manifest and independent parses say."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from xps.errors import ReadError
from xps.readers import SpectrumFile, read, read_file
from xps.readers.casa import stored_counts
from xps.spectrum import Spectrum

FRAGMENTS = {"casa_process.vms", "kratos.vms", "phi.vms"}
FOLDERS = ("vms", "casa_vms", "pathological", "text")
ROOT = Path(__file__).parents[3] / "shared" / "data"
_MISSING = "the measured spectra are not beside the project (../shared/data)"
NO_FILES = [pytest.param("", marks=pytest.mark.skip(reason=_MISSING))]


def files(*patterns: str) -> list[object]:
    found = [str(path.relative_to(ROOT)) for p in patterns for path in sorted(ROOT.glob(p))]
    return [*found] or NO_FILES


VAMAS = [
    name
    for name in files("vms/*", "casa_vms/*", "pathological/*.vms")
    if not isinstance(name, str) or Path(name).name not in FRAGMENTS
]


# --- what the manifest says -------------------------------------------------------------


@dataclass(frozen=True)
class Promise:
    photon_energy: float
    regions: dict[str, tuple[int, int]]
    """Label of the blocks: how many, and the points of the first."""
    stored: tuple[int, int]


def promise(manifest: str, name: str) -> Promise:
    row = next(line for line in manifest.splitlines() if line.startswith(f"| {name} |"))
    contents = row.split("|")[-2]
    head, _, rest = contents.partition(" hv=")
    photon_energy, _, rest = rest.partition(";")
    blocks, stored = re.match(r"(.*); CASA regions (\d+, components \d+)", rest).groups()
    regions = {
        match[1]: (int(match[2] or 1), int(match[3]))
        for part in blocks.split(";")
        if (match := re.fullmatch(r"(.+?)(?:×(\d+))? \((\d+) pts\)", part.strip()))
    }
    n_regions, n_components = map(int, re.findall(r"\d+", stored))
    assert head.strip().startswith("VAMAS")
    return Promise(float(photon_energy), regions, (n_regions, n_components))


# --- an independent, naive walk through a VAMAS file ---------------------------------------


@dataclass(frozen=True)
class Walked:
    label: str
    photon_energy: float
    live_time: tuple[float, float]
    """Dwell time and sweeps."""
    energy: np.ndarray
    columns: dict[str, np.ndarray]


def walk(path: Path) -> list[Walked]:
    """Parse NORM and MAP files, of which all the measured ones are, line by line."""
    lines = iter(
        [line.strip(b"\r \0").decode("latin-1") for line in path.read_bytes().split(b"\n")]
    )

    def take(n: int) -> list[str]:
        return [next(lines) for _ in range(n)]

    def counted(width: int = 1) -> list[str]:
        return take(width * int(float(next(lines))))

    while not next(lines).startswith("VAMAS"):
        pass
    take(4)
    counted()
    mode, scan = take(2)
    is_map = mode == "MAP"
    take(4 if is_map else 1)
    n_variables = len(counted(2)) // 2
    counted()
    counted()
    assert take(2) == ["0", "0"]
    blocks = []
    for _ in range(int(next(lines))):
        take(9)
        counted()
        take(1 + 2 * is_map + n_variables + 1)
        photon_energy = float(next(lines))
        take(3 + 2 * is_map + 2 + 1 + 1)
        take(1 + 1 + 1 + 2 + 2)
        label = " ".join(take(2)).strip() or "(blank)"
        take(1)
        axis = take(4) if scan == "REGULAR" else []
        names = counted(2)[::2]
        live_time = take(4)[1:3]
        take(3)
        counted(3)
        n_values = int(float(next(lines)))
        take(2 * len(names))
        numbers = np.array([float(line) for line in take(n_values)]).reshape(-1, len(names))
        columns = {name.lower(): numbers[:, i] for i, name in enumerate(names)}
        if axis:
            energy = np.array([float(axis[2]) + i * float(axis[3]) for i in range(len(numbers))])
        else:
            energy = columns.pop("kinetic energy")
        dwell, sweeps = map(float, live_time)
        blocks.append(Walked(label, photon_energy, (dwell, sweeps), energy, columns))
    return blocks


@pytest.mark.parametrize("name", files(*(f"{folder}/*" for folder in FOLDERS)))
def test_every_file_reads_and_only_the_fragments_do_not(shared_data: Path, name: str) -> None:
    path = shared_data / name
    if path.name in FRAGMENTS:
        with pytest.raises(ReadError, match="does not begin with the line 'VAMAS") as caught:
            read_file(path)
        assert caught.value.where == "line 1"
        assert str(caught.value).count("\n") == 0
    else:
        spectra = read_file(path).spectra
        assert spectra
        assert [s.origin.index for s in spectra if s.origin] == list(range(len(spectra)))


@pytest.mark.parametrize("name", VAMAS)
def test_a_vamas_file_holds_what_the_manifest_states(shared_data: Path, name: str) -> None:
    stated = promise((shared_data / "MANIFEST.md").read_text(encoding="utf-8"), name)
    spectra = read(shared_data / name)
    labels = [block.label for block in walk(shared_data / name)]
    first = {label: spectra[labels.index(label)].n_points for label in stated.regions}
    assert Counter(labels) == {label: count for label, (count, _) in stated.regions.items()}
    assert first == {label: points for label, (_, points) in stated.regions.items()}
    assert len(spectra) == sum(count for count, _ in stated.regions.values())
    assert spectra[0].photon_energy_ev == stated.photon_energy
    stored = np.sum([stored_counts(s.notes) for s in spectra], axis=0)
    assert tuple(stored.tolist()) == stated.stored


@pytest.mark.parametrize("name", VAMAS)
def test_a_vamas_file_holds_what_a_naive_walk_finds(shared_data: Path, name: str) -> None:
    spectra = read(shared_data / name)
    blocks = walk(shared_data / name)
    assert len(spectra) == len(blocks)
    for spectrum, block in zip(spectra, blocks, strict=True):
        # Stitched scans repeat some energies, which the reader moves apart by 1e-6 eV.
        np.testing.assert_allclose(spectrum.energy_ev, block.energy, rtol=0, atol=2e-6)
        transmission = block.columns.pop("transmission", None)
        (intensity,) = block.columns.values()
        np.testing.assert_array_equal(spectrum.intensity, intensity)
        assert spectrum.photon_energy_ev == block.photon_energy
        if spectrum.live_time_s is not None:
            assert (spectrum.dwell_s, spectrum.sweeps) == block.live_time
        else:
            # Rates whose live time the file does not tell have 1 s and one sweep beside them.
            assert (spectrum.unit, block.live_time) == ("counts/s", (1, 1))
        if spectrum.transmission is not None:
            np.testing.assert_array_equal(spectrum.transmission, transmission)


@pytest.mark.parametrize("name", files("text/*"))
def test_a_text_file_holds_what_numpy_finds(shared_data: Path, name: str) -> None:
    path = shared_data / name
    header = not path.read_text().startswith(("85.0",))
    delimiter = "," if path.suffix == ".csv" else "\t"
    columns = np.loadtxt(path, delimiter=delimiter, skiprows=int(header), usecols=(0, 1))
    (spectrum,) = read(path)
    np.testing.assert_array_equal(spectrum.energy_ev, columns[:, 0])
    np.testing.assert_array_equal(spectrum.intensity, columns[:, 1])
    assert spectrum.axis == "binding"
    assert spectrum.core_level is not None
    assert spectrum.core_level.replace(" ", "") in path.name


def test_the_absorption_spectrum_says_that_it_is_no_xps(shared_data: Path) -> None:
    file = read_file(shared_data / "pathological" / "CK.csv")
    (spectrum,) = file.spectra
    assert any("this is no XPS" in warning for warning in file.warnings)
    assert spectrum.binding_energy_ev is None
    assert spectrum.core_level is None
    assert spectrum.n_points == 251


def test_the_three_s2p_blocks_of_the_sulfides_have_binding_energies(shared_data: Path) -> None:
    spectra = read(shared_data / "casa_vms" / "MoS2_WS2_assigned_A.vms")
    sulfur = [s for s in spectra if s.core_level == "S 2p"]
    assert [s.sample for s in sulfur] == ["RW_WS2_MoS2_thicker", "RW_WS2", "RW_Tha_MoS2"]
    for spectrum in sulfur:
        binding = spectrum.binding_energy_ev
        assert binding is not None
        assert 150 < binding.min() < 160 < 170 < binding.max() < 180
        assert spectrum.unit == "counts"
        assert spectrum.monochromatic is True
        assert stored_counts(spectrum.notes)[1] > 0


@pytest.mark.parametrize("level", ["C 1s", "Ni 2p", "O 1s"])
def test_a_text_export_agrees_with_the_vamas_file_it_came_from(
    shared_data: Path, level: str
) -> None:
    vamas = by_level(read(shared_data / "pathological" / "0-150W.vms"), level)
    compact = level.replace(" ", "")
    (text,) = read(shared_data / "text" / f"0-150W_NiW{compact}_{compact}.txt")
    assert (text.core_level, text.unit) == (level, "counts")
    assert text.pass_energy_ev == vamas.pass_energy_ev == 20
    np.testing.assert_array_equal(text.intensity, vamas.intensity)
    np.testing.assert_allclose(text.energy_ev, vamas.binding_energy_ev, atol=1e-9)


def test_multipak_rates_are_whole_counts_in_the_live_time(shared_data: Path) -> None:
    spectra = read(shared_data / "vms" / "Mutlipak_vms.npl")
    assert [s.core_level for s in spectra] == ["C 1s", "O 1s", "S 2p", "N 1s", "Mo 3d"]
    for spectrum in spectra:
        assert spectrum.unit == "counts/s"
        assert spectrum.counts is not None
        np.testing.assert_allclose(spectrum.counts, np.rint(spectrum.counts), atol=1e-3)


def test_rates_of_the_irregular_file_are_counts_of_the_regular_one(shared_data: Path) -> None:
    (regular,) = read(shared_data / "vms" / "regular.vms")
    (irregular,) = read(shared_data / "vms" / "irregular.vms")
    assert (regular.unit, irregular.unit) == ("counts", "counts/s")
    assert irregular.live_time_s is None
    np.testing.assert_allclose(irregular.energy_ev, regular.energy_ev, atol=1e-9)
    np.testing.assert_allclose(
        irregular.intensity, regular.intensity / regular.live_time_s, rtol=1e-4
    )


def test_casa_text_of_all_curves_agrees_with_its_vamas_file(shared_data: Path) -> None:
    (vamas,) = read(shared_data / "casa_vms" / "FeO_analyzed.vms")
    (text,) = read(shared_data / "casa_export" / "FeO_analyzed_lineshapes_cols.txt")
    assert (text.sample, text.core_level, text.unit) == ("FeO", "Fe 2p", "counts/s")
    assert (text.axis, text.photon_energy_ev, text.live_time_s) == ("binding", 1486.61, 2)
    np.testing.assert_allclose(text.energy_ev, vamas.binding_energy_ev, atol=1e-6)
    np.testing.assert_allclose(text.counts, vamas.counts, rtol=1e-6)
    assert "'Envelope CPS'" in text.warnings[0]


def test_casa_text_of_several_regions_agrees_with_its_vamas_file(shared_data: Path) -> None:
    vamas = read(shared_data / "vms" / "Ni_references.vms")
    text = read(shared_data / "casa_export" / "vms_txt_export.txt")
    assert [(s.sample, s.name) for s in text] == [(s.sample, s.name) for s in vamas]
    for exported, original in zip(text, vamas, strict=True):
        np.testing.assert_allclose(exported.energy_ev, original.binding_energy_ev, atol=1e-4)
        np.testing.assert_allclose(exported.counts, original.counts, rtol=1e-5)


def test_casa_text_without_live_time_names_sample_and_region(shared_data: Path) -> None:
    (spectrum,) = read(shared_data / "casa_export" / "ascii_Au4f.txt")
    assert (spectrum.sample, spectrum.name) == ("180524 Ni-BZY Cell 1", "Au_4f_Sect")
    assert (spectrum.core_level, spectrum.unit, spectrum.n_points) == ("Au 4f", "counts/s", 121)
    assert spectrum.live_time_s is None


@pytest.mark.parametrize("name", files("casa_export/2*.csv"))
def test_casa_csv_gives_the_measured_column_alone(shared_data: Path, name: str) -> None:
    path = shared_data / name
    columns = np.loadtxt(path, delimiter=",", skiprows=4, usecols=(0, 1))
    (spectrum,) = read(path)
    np.testing.assert_array_equal(spectrum.energy_ev, columns[:, 0])
    np.testing.assert_array_equal(spectrum.intensity, columns[:, 1])
    assert (spectrum.axis, spectrum.unit) == ("binding", "counts/s")
    assert spectrum.photon_energy_ev == 1486.6
    level = re.search(r"_([A-Z][a-z]?_\d[spd])\.csv$", path.name)
    assert spectrum.core_level == (level[1].replace("_", " ") if level else None)


def test_casa_csv_live_time_makes_whole_counts(shared_data: Path) -> None:
    (spectrum,) = read(shared_data / "casa_export" / "20240220_Au_MPPipTFSI4AMSIol3_S_2p.csv")
    assert spectrum.live_time_s == 5.25
    assert spectrum.counts is not None
    # The export has six digits.
    np.testing.assert_allclose(spectrum.counts, np.rint(spectrum.counts), rtol=5e-6)


def test_a_table_of_results_is_no_spectrum(shared_data: Path) -> None:
    with pytest.raises(ReadError, match="no columns of numbers"):
        read(shared_data / "casa_export" / "FeO_analyzed_results.csv")


@pytest.mark.parametrize("name", files("phi_old/*.txt"))
def test_binary_files_of_phi_are_their_text_export_to_the_last_digit(
    shared_data: Path, name: str
) -> None:
    exported = read(shared_data / name)
    binary = read((shared_data / name).with_suffix(".spe"))
    assert [s.core_level for s in binary] == [s.core_level for s in exported]
    for rates, counts in zip(binary, exported, strict=True):
        assert (rates.axis, rates.photon_energy_ev) == ("binding", 1253.6)
        assert rates.live_time_s == pytest.approx(counts.live_time_s)
        np.testing.assert_allclose(rates.energy_ev, counts.energy_ev, rtol=0, atol=1e-9)
        np.testing.assert_array_equal(np.round(rates.counts, 2), counts.intensity)


@pytest.mark.parametrize("name", files("phi/*"))
def test_rates_of_phi_are_whole_counts_in_the_live_time(shared_data: Path, name: str) -> None:
    for spectrum in read(shared_data / name):
        assert spectrum.unit == "counts/s"
        np.testing.assert_allclose(spectrum.counts, np.rint(spectrum.counts), atol=0.05)


def test_a_depth_profile_of_phi_is_a_series(shared_data: Path) -> None:
    spectra = read(shared_data / "phi" / "SnO2_10nm_1.pro")
    assert [s.name for s in spectra[::21]] == ["Su1s", "C1s", "Si2p", "Sn3d5"]
    assert [s.core_level for s in spectra[::21]] == [None, "C 1s", "Si 2p", "Sn 3d"]
    tin = spectra[-21:]
    assert [s.series for s in tin] == [(("Sputter time / s", 30.0 * i),) for i in range(21)]
    assert {s.n_points for s in tin} == {101}
    # The oxide is thin and its surface contaminated: tin comes first, the silicon below last.
    silicon = spectra[42:63]
    assert np.argmax([np.ptp(s.intensity) for s in tin]) < 5
    assert np.argmax([np.ptp(s.intensity) for s in silicon]) == 20


@pytest.mark.parametrize("name", files("scienta/Cu*.txt"))
def test_a_scienta_file_holds_what_a_naive_walk_finds(shared_data: Path, name: str) -> None:
    text = (shared_data / name).read_text()
    facts = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    rows = [line.split() for line in text.partition("[Data 1]")[2].splitlines() if line.strip()]
    (spectrum,) = read(shared_data / name)
    np.testing.assert_array_equal([spectrum.energy_ev, spectrum.intensity], np.double(rows).T)
    np.testing.assert_allclose(
        spectrum.energy_ev, np.double(facts["Dimension 1 scale"].split()), atol=1e-9
    )
    assert spectrum.axis == "binding"
    assert spectrum.photon_energy_ev == float(facts["Excitation Energy"])
    assert spectrum.sweeps == float(facts["Number of Sweeps"])
    assert (spectrum.sample, spectrum.name) == ("Cu-HHTP", facts["Region Name"])
    # Analog detection: no whole counts.
    assert spectrum.unit == "arbitrary"


@pytest.mark.parametrize("name", files("scienta/*.ibw"))
def test_an_igor_wave_is_its_text_export(shared_data: Path, name: str) -> None:
    path = shared_data / name
    (wave,) = read(path)
    (text,) = read(path.with_name(path.name.partition("Cu-HHTP__")[0] + ".txt"))
    # The text has 15 digits.
    np.testing.assert_allclose(wave.intensity, text.intensity, rtol=5e-15, atol=1e-15)
    np.testing.assert_allclose(wave.energy_ev, text.energy_ev, rtol=0, atol=1e-9)
    for fact in ("name", "sample", "acquired", "dwell_s", "sweeps", "axis", "photon_energy_ev"):
        assert getattr(wave, fact) == getattr(text, fact)


def test_the_slices_of_a_scienta_image_are_spectra(shared_data: Path) -> None:
    spectra = read(shared_data / "scienta" / "scienta2D.txt")
    assert [(s.name, s.intensity.tolist()) for s in spectra] == [
        ("foo", [1, 3]), ("foo", [2, 4]), ("bar", [5, 7]), ("bar", [6, 8]),
    ]  # fmt: skip
    assert spectra[3].series == (("Y-Scale / mm", 3.456),)


def test_a_prodigy_file_gives_all_cycles(shared_data: Path) -> None:
    file = read_file(shared_data / "specs" / "MgFe2O4_with_transmission_function.xy")
    assert len(file.spectra) == 116
    assert sum("its axis is 'index'" in warning for warning in file.warnings) == 2
    oxygen = [s for s in file.spectra if s.core_level == "O 1s"]
    assert [s.sample for s in oxygen] == [
        *["2 S1110, UHV, RT, Epass = 20 eV"] * 5, *["3 S1110, UHV, RT, Epass = 30 eV"] * 4,
    ]  # fmt: skip
    assert oxygen[1].series == (("Loop", 2.0),)
    assert {(s.dwell_s, s.sweeps, s.photon_energy_ev) for s in oxygen} == {(0.2, 2.0, 1486.61)}
    assert all(s.transmission is not None and s.transmission.min() > 2 for s in oxygen)


def test_scans_of_a_prodigy_file_are_those_of_the_whole_file(shared_data: Path) -> None:
    whole = read(shared_data / "specs" / "MgFe2O4_with_transmission_function.xy")
    for scan, cycle in zip(read(shared_data / "specs" / "MgFe2O4_small.xy"), whole, strict=False):
        assert scan.series == (("Scan", 1.0),)
        assert (scan.name, scan.live_time_s) == (cycle.name, cycle.live_time_s)
        np.testing.assert_array_equal(scan.energy_ev, cycle.energy_ev)
        np.testing.assert_array_equal(scan.intensity, cycle.intensity)


def test_a_specslab_file_gives_whole_counts_of_all_channels(shared_data: Path) -> None:
    survey, carbon, sulfur = read(shared_data / "specs" / "In-situ_PBTTT_XPS_SPECS.xml")
    assert [s.core_level for s in (survey, carbon, sulfur)] == [None, "C 1s", "S 2p"]
    assert [s.n_points for s in (survey, carbon, sulfur)] == [1403, 201, 281]
    assert [s.sweeps for s in (survey, carbon, sulfur)] == [1, 10, 15]
    assert {(s.sample, s.photon_energy_ev) for s in (survey, carbon, sulfur)} == {("PBTTT", 1253.6)}
    assert carbon.binding_energy_ev.max() == pytest.approx(290)
    assert sulfur.binding_energy_ev.max() == pytest.approx(173)
    for spectrum in (survey, carbon, sulfur):
        np.testing.assert_array_equal(spectrum.intensity, np.rint(spectrum.intensity))
        assert spectrum.transmission.size == spectrum.n_points
    # Channels that were moved the wrong way would make two peaks of each.
    above_half = np.flatnonzero(carbon.intensity > carbon.intensity.max() / 2)
    assert np.all(np.diff(above_half) == 1)
    assert 0.8 < 0.05 * above_half.size < 1.8


@pytest.mark.parametrize("name", files("phi_old/*multiplex.txt", "phi_old/*MULTIPLEX.txt"))
def test_multipak_text_gives_all_its_regions(shared_data: Path, name: str) -> None:
    text = (shared_data / name).read_text()
    heads = re.findall(r"Element (\w+ \w+); Region .*Sweeps (\d+);", text)
    spectra = read(shared_data / name)
    assert [(s.core_level, s.sweeps) for s in spectra] == [(e, float(n)) for e, n in heads]
    assert {(s.photon_energy_ev, s.dwell_s) for s in spectra} == {(1253.6, 0.05)}
    n_rows = sum(bool(re.match(r"[\d.]+\s+[\d.]+\s*$", line)) for line in text.splitlines())
    assert sum(s.n_points for s in spectra) == n_rows


def test_a_nexus_file_is_the_text_file_that_it_was_made_of(shared_data: Path) -> None:
    (spectrum,) = read(shared_data / "nexus" / "Cu-HHTP.txt.nxs")
    (text,) = read(shared_data / "scienta" / "Cu-HHTP_0005.txt")
    np.testing.assert_array_equal(spectrum.intensity, text.intensity)
    np.testing.assert_array_equal(spectrum.energy_ev, text.energy_ev)
    for fact in ("axis", "sample", "photon_energy_ev", "pass_energy_ev"):
        assert getattr(spectrum, fact) == getattr(text, fact)
    # The program that made it wrote milliseconds as seconds.
    assert spectrum.dwell_s is None
    assert any("203 s is not believed" in warning for warning in spectrum.warnings)


def test_a_nexus_file_holds_the_rates_of_the_vamas_file_it_was_made_of(shared_data: Path) -> None:
    (spectrum,) = read(shared_data / "nexus" / "vms_data_analysis.nxs")
    (vamas,) = read(shared_data / "casa_vms" / "FeO_analyzed.vms")
    np.testing.assert_array_equal(spectrum.intensity, vamas.intensity / vamas.live_time_s)
    np.testing.assert_array_equal(spectrum.energy_ev, vamas.energy_ev)
    for fact in ("core_level", "sample", "photon_energy_ev", "dwell_s", "source_label"):
        assert getattr(spectrum, fact) == getattr(vamas, fact)
    # It calls kinetic energies binding energies, and rates degrees: only the second is plain.
    assert (spectrum.axis, spectrum.unit) == ("binding", "arbitrary")


@pytest.mark.parametrize("level", ["C 1s", "N 1s", "O 1s", "Cl 2p", None])
def test_raw_counts_of_avantage_are_its_excel_export_to_the_last_digit(
    shared_data: Path, level: str | None
) -> None:
    exported = next(
        s for s in read(shared_data / "avantage" / "PDI-OMe-COOH 3.xls") if s.core_level == level
    )
    (raw,) = read(shared_data / "avantage" / f"PDI-OMe-COOH {exported.name}.VGD")
    assert (raw.name, raw.sample, raw.core_level) == (exported.name, exported.sample, level)
    assert (raw.unit, exported.unit, exported.axis) == ("counts", "counts/s", "binding")
    assert raw.live_time_s == pytest.approx(0.05 * raw.sweeps)
    np.testing.assert_allclose(raw.binding_energy_ev, exported.energy_ev, rtol=0, atol=1e-9)
    rates = [float(f"{rate:.6g}") for rate in raw.intensity / raw.live_time_s]
    np.testing.assert_array_equal(rates, exported.intensity)


def test_excel_exports_of_avantage_agree_with_another_program(shared_data: Path) -> None:
    thermo = read(shared_data / "excel" / "Hard_carbon_Thermo.xlsx")
    other = read(shared_data / "excel" / "Hard_carbon_Thermo_Kfitting.xlsx")
    assert [s.n_points for s in thermo] == [2721, 151, 171, 191, 501]
    assert [s.core_level for s in thermo] == [None, "O 1s", "Na 1s", "C 1s", None]
    for a, b in zip(thermo, other, strict=True):
        np.testing.assert_allclose(a.energy_ev, b.energy_ev, rtol=0, atol=1e-9)
        np.testing.assert_array_equal(a.intensity, b.intensity)


def test_stored_curves_of_a_workbook_are_named(shared_data: Path) -> None:
    file = read_file(shared_data / "excel" / "Hard_carbon_Thermo.xlsx")
    (oxygen,) = [s for s in file.spectra if s.core_level == "O 1s"]
    assert "'O1s CO, SiO2 Counts / s', 'O1s Na KLL, OH Counts / s'" in oxygen.warnings[-1]
    assert (oxygen.energy_ev[0], oxygen.intensity[0]) == (540.08, 7876.02)


def test_a_workbook_of_another_program_gives_its_raw_data(shared_data: Path) -> None:
    spectra = read(shared_data / "excel" / "LaSrTiO3.xlsx")
    assert [s.n_points for s in spectra] == [161, 271, 201, 461, 161]
    assert [s.core_level for s in spectra[:4]] == ["Sr 3d", "Ti 2p", "O 1s", "C 1s"]
    assert {s.unit for s in spectra} == {"arbitrary"}


READERS = {
    "avantage/*.VGD": "avantage", "avantage/*.xls": "excel", "casa_export/*": "text",
    "casa_vms/*": "vamas", "excel/*": "excel", "nexus/*": "nexus", "pathological/*.vms": "vamas",
    "pathological/*.csv": "text", "phi/*": "phi", "phi_old/*.spe": "phi", "phi_old/*.txt": "text",
    "scienta/*.txt": "scienta", "scienta/*.ibw": "igor", "specs/*.xml": "specs-xml",
    "specs/*.xy": "specs-xy", "text/*": "text", "vms/*": "vamas",
}  # fmt: skip
REFUSED = {
    "casa_export/*_results.csv": "no columns of numbers",
    "pathological/casa_process.vms": "does not begin with the line",
    "pathological/kratos.vms": "does not begin with the line",
    "pathological/phi.vms": "does not begin with the line",
    "phi_old/*.ASN": "a compound .OLE. file of a format unknown",
}
# Problems of statistics, of which some look like spectra; and the fits stored in the files.
NO_SPECTRA = ("strd/*", "*.md", "*.json")


@pytest.mark.parametrize("name", files("**/*.*"))
def test_every_file_is_read_by_its_reader_or_refused_for_its_reason(
    shared_data: Path, name: str
) -> None:
    if any(Path(name).match(pattern) for pattern in NO_SPECTRA):
        return
    reasons = [reason for pattern, reason in REFUSED.items() if Path(name).match(pattern)]
    if reasons:
        with pytest.raises(ReadError, match=reasons[0]):
            read_file(shared_data / name)
        return
    file = read_file(shared_data / name)
    (reader,) = {r for pattern, r in READERS.items() if Path(name).match(pattern)}
    assert file.reader == reader
    for spectrum in file.spectra:
        assert spectrum.counts is not None or spectrum.warnings, "no counts, and not said why"


@pytest.mark.parametrize("name", files("*/*"))
def test_no_file_at_all_raises_anything_but_a_read_error(shared_data: Path, name: str) -> None:
    outcome: SpectrumFile | ReadError
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            outcome = read_file(shared_data / name)
    except ReadError as error:
        outcome = error
    assert isinstance(outcome, SpectrumFile) or outcome.remedy


def by_level(spectra: list[Spectrum], level: str) -> Spectrum:
    return next(s for s in spectra if s.core_level == level)
