"""Rules that hold several core levels or samples against each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.xps.made_fits import KNOWN_CHARGE, Level, both, line, made, measured
from xps.checks import Finding, check
from xps.checks.overlaps import overlaps, shows_peak
from xps.levels import parse_core_level
from xps.model import Component, Param
from xps.project import ChargeReference, Project

WINDOWS = {
    "S 2p": (155.0, 175.0),
    "O 1s": (522.0, 541.0),
    "C 1s": (278.0, 296.0),
    "P 2p": (126.0, 142.0),
    "Al 2p": (68.0, 80.0),
    "Ni 2p": (848.0, 870.0),
}


def at(level: str, *components: Component, **changes: Any) -> Level:
    return Level(level, WINDOWS[level], components, **changes)


def found(rule: str, project: Project) -> list[Finding]:
    return [finding for finding in check(project) if finding.rule == rule]


def carbon_reference(**changes: Any) -> ChargeReference:
    known: dict[str, Any] = {"core_level": "C 1s", "component": "hydrocarbon", "energy_ev": 284.8}
    return replace(KNOWN_CHARGE, **(known | {"uncertainty_ev": 0.2} | changes))


def carbon(fwhm: float = 1.3, **changes: Any) -> Level:
    return at("C 1s", line("hydrocarbon", 284.8, level="C 1s", fwhm=fwhm, **changes))


# Charge -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("charge", "severity"),
    [
        (replace(KNOWN_CHARGE, stderr_ev=0.2), "warning"),
        (ChargeReference("manual", 0.4), "note"),
        (carbon_reference(uncertainty_ev=0.05), "warning"),
    ],
    ids=["uncertain", "by hand", "carbon said to be certain"],
)
def test_weak_reference_is_told(charge: ChargeReference, severity: str) -> None:
    (finding,) = found("charge-reference-weak", made(carbon(), charge=charge))
    assert finding.severity == severity


def _reference_of(area: float) -> Project:
    reference = line("ps4", 161.6, level="S 2p", area=area)
    return made(at("S 2p", reference, line("sulfate", 168.8, level="S 2p", area=1000.0)))


def test_reference_that_is_a_small_part_of_its_region_is_told() -> None:
    (finding,) = found("charge-reference-weak", _reference_of(50.0))
    assert "4.8%" in finding.message
    assert not found("charge-reference-weak", _reference_of(200.0))


@pytest.mark.parametrize(("shift", "told"), [(2.9, True), (-2.9, True), (2.7, False)])
def test_shift_at_the_end_of_its_search_is_told(shift: float, told: bool) -> None:
    charge = replace(KNOWN_CHARGE, shift_ev=shift)
    assert bool(found("charge-shift-far", made(carbon(), charge=charge))) == told


@pytest.mark.parametrize(
    "charge",
    [
        KNOWN_CHARGE,
        carbon_reference(),
        ChargeReference("manual", 0.4, uncertainty_ev=0.2),
        ChargeReference(),
    ],
)
def test_reference_that_is_known_passes(charge: ChargeReference) -> None:
    assert not found("charge-reference-weak", made(carbon(), charge=charge))


def test_graphitic_carbon_taken_for_adventitious_is_told() -> None:
    narrow = made(carbon(0.7), charge=carbon_reference())
    skewed = line("hydrocarbon", 284.8, level="C 1s", shape="la", fwhm=1.3)
    skewed = skewed.with_params({"alpha": Param(1.0, vary=False), "beta": Param(2.0, vary=False)})
    asymmetric = made(at("C 1s", skewed), charge=carbon_reference())
    additive = at("C 1s", line("graphitic_c", 284.8, level="C 1s", fwhm=1.1))
    named = made(additive, charge=carbon_reference(component="graphitic_c"))
    for project, sign in ((narrow, "0.70 eV"), (asymmetric, "asymmetric"), (named, "graphitic")):
        (finding,) = found("graphitic-reference", project)
        assert sign in finding.message


def test_adventitious_carbon_and_graphite_at_its_own_energy_pass() -> None:
    assert not found("graphitic-reference", made(carbon(), charge=carbon_reference()))
    own = carbon_reference(energy_ev=284.4)
    assert not found("graphitic-reference", made(carbon(0.7), charge=own))
    assert not found("graphitic-reference", made(carbon(0.7)))


def _anchors(phosphorus: float, oxygen: float) -> Project:
    return made(
        at("S 2p", line("ps4", 161.6, level="S 2p")),
        at("P 2p", line("ps4_p", phosphorus, level="P 2p")),
        at("O 1s", line("lattice_o", oxygen)),
    )


def test_lines_that_ask_for_different_shifts_are_told() -> None:
    messages = [f.message for f in found("differential-charging", _anchors(132.6, 529.3))]
    assert len(messages) == 1
    assert "+0.50 eV" in messages[0]
    assert len(found("differential-charging", _anchors(131.9, 530.1))) == 2


@pytest.mark.parametrize(("phosphorus", "oxygen"), [(131.9, 529.6), (132.0, 528.8), (132.2, 529.0)])
def test_lines_within_the_literature_pass(phosphorus: float, oxygen: float) -> None:
    assert not found("differential-charging", _anchors(phosphorus, oxygen))


# Names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["oxygen vacancies", "O vacancy", "Ov", "O_v", "V_O", "oxygen-deficient", "defective oxygen"],
)
def test_oxygen_vacancy_is_told(name: str) -> None:
    component = replace(line("o2", 531.2), name=name)
    (finding,) = found("oxygen-vacancy", made(at("O 1s", component)))
    assert "Easton" in finding.citation


@pytest.mark.parametrize(
    "name", ["V–O", "VO2", "overlayer", "hydroxide", "lattice M–O", "Over", "VO"]
)
def test_other_names_pass(name: str) -> None:
    component = replace(line("o2", 531.2), name=name)
    assert not found("oxygen-vacancy", made(at("O 1s", component)))


def test_vacancies_of_other_levels_pass() -> None:
    component = replace(line("c", 284.8, level="C 1s"), name="vacancy")
    assert not found("oxygen-vacancy", made(at("C 1s", component)))


CARBONATE = replace(line("o2", 531.6), name="carbonate")


def test_carbonate_without_carbon_is_told() -> None:
    (finding,) = found("carbonate-unsupported", made(at("O 1s", CARBONATE), carbon()))
    assert finding.severity == "warning"
    (finding,) = found("carbonate-unsupported", made(at("O 1s", CARBONATE)))
    assert finding.severity == "note"


def test_carbonate_with_carbon_passes_as_does_a_manifold() -> None:
    in_carbon = line("carbonate_c", 290.0, level="C 1s")
    assert not found("carbonate-unsupported", made(at("O 1s", CARBONATE), at("C 1s", in_carbon)))
    manifold = line("o_manifold", 531.6)
    assert "CO₃" in manifold.name
    assert not found("carbonate-unsupported", made(at("O 1s", manifold), carbon()))


# Budgets ------------------------------------------------------------------------------------------
# Area ratios of homogeneous solids: Scofield's factors times (kinetic energies)^0.75, worked out by
# hand: O 1s(SO4)/S 2p(SO4) 5.5, O 1s(CO3)/C 1s(CO3) 7.4, S 2p(PS4)/P 2p(PS4) 5.5.


def _sulfate(oxygen_area: float, sulfur_area: float = 100.0) -> Project:
    in_oxygen = replace(line("o2", 532.0, area=oxygen_area), name="sulfate")
    in_sulfur = line("sulfate", 168.8, level="S 2p", area=sulfur_area)
    return made(at("O 1s", in_oxygen), at("S 2p", in_sulfur))


@pytest.mark.parametrize("factor", [0.25, 4.0])
def test_sulfate_that_sulfur_contradicts_is_told(factor: float) -> None:
    (finding,) = found("sulfate-contradiction", _sulfate(factor * 550.0))
    assert f"{factor:.2g} times" in finding.message


def test_sulfate_without_any_in_sulfur_is_told() -> None:
    in_oxygen = at("O 1s", replace(line("o2", 532.0, area=500.0), name="SO₄²⁻"))
    in_sulfur = at("S 2p", line("ps4", 161.6, level="S 2p"))
    assert found("sulfate-contradiction", made(in_oxygen, in_sulfur))
    narrow = replace(in_sulfur, window=(157.0, 167.0))
    assert not found("sulfate-contradiction", made(in_oxygen, narrow))
    unseen = replace(in_oxygen, insignificant=("o2",))
    assert not found("sulfate-contradiction", made(unseen, in_sulfur))


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.9])
def test_sulfate_that_sulfur_allows_passes(factor: float) -> None:
    assert not found("sulfate-contradiction", _sulfate(factor * 550.0))


def _carbonate(area: float) -> Project:
    in_oxygen = replace(CARBONATE, area=Param(area))
    return made(at("O 1s", in_oxygen), at("C 1s", line("carbonate_c", 290.0, level="C 1s")))


def test_carbonate_must_agree_with_carbon() -> None:
    assert found("compound-contradiction", _carbonate(4.0 * 740.0))
    assert not found("compound-contradiction", _carbonate(1.5 * 740.0))


def test_alumina_must_agree_with_aluminum() -> None:
    """O 1s(Al2O3)/Al 2p is 6.1 for a thick film and 8.2 for a thin one."""

    def film(oxygen_area: float) -> Project:
        in_oxygen = line("o_al2o3", 531.2, area=oxygen_area)
        return made(at("O 1s", in_oxygen), at("Al 2p", line("al2o3", 74.2, level="Al 2p")))

    assert found("compound-contradiction", film(4.0 * 610.0))
    assert not found("compound-contradiction", film(610.0))
    assert not found("compound-contradiction", film(820.0))


def test_species_of_the_library_that_nothing_confirms_is_told() -> None:
    oxide = at("O 1s", line("o_al2o3", 531.2, area=600.0))
    metal = at("Al 2p", line("al_metal", 72.8, level="Al 2p"))
    film = at("Al 2p", line("al2o3", 74.2, level="Al 2p"))
    (finding,) = found("species-unsupported", made(oxide, metal))
    assert "Al 2p" in finding.message
    assert not found("species-unsupported", made(oxide, film))
    assert not found("species-unsupported", made(oxide))
    absent = replace(film, insignificant=("al2o3",))
    assert found("species-unsupported", made(oxide, absent))


def _phosphorus(sulfur_area: float) -> Project:
    return made(
        at("S 2p", line("ps4", 161.6, level="S 2p", area=sulfur_area)),
        at("P 2p", line("ps4_p", 131.9, level="P 2p", area=200.0)),
    )


def test_thiophosphate_must_agree_with_phosphorus() -> None:
    assert found("phosphorus-budget", _phosphorus(4.0 * 1100.0))
    assert found("phosphorus-budget", _phosphorus(0.25 * 1100.0))
    assert not found("phosphorus-budget", _phosphorus(1.5 * 1100.0))


def _oxygen(manifold: float) -> Project:
    return made(
        at("S 2p", line("sulfate", 168.8, level="S 2p", area=200.0)),
        at("O 1s", line("lattice_o", 529.3, area=5000.0), line("o_manifold", 531.6, area=manifold)),
    )


def test_sulfate_must_find_its_oxygen_beside_the_lattice() -> None:
    (finding,) = found("oxygen-budget", _oxygen(300.0))
    assert "sulfate" in finding.message
    assert not found("oxygen-budget", _oxygen(700.0))
    assert not found("oxygen-budget", _oxygen(5000.0))


def test_areas_without_live_time_make_no_budget() -> None:
    project = _sulfate(5000.0)
    fits = [replace(fit, area_unit="arbitrary·eV") for fit in project.fits]
    for fit in fits:
        project = project.with_fit(fit)
    assert not found("sulfate-contradiction", project)


# Overlaps -----------------------------------------------------------------------------------------


def _peak(height: float) -> np.ndarray:
    energy = np.arange(100)
    expected = 1000.0 + height * np.exp(-(((energy - 50) / 8.0) ** 2))
    return np.random.default_rng(4).poisson(expected).astype(float)


ALUMINUM = at("Al 2p", line("al2o3", 74.2, level="Al 2p"))
NICKEL = at("Ni 2p", line("ni_main", 855.2, level="Ni 2p"))


def test_line_of_a_fitted_element_is_told() -> None:
    (finding,) = found("line-overlap", made(ALUMINUM, NICKEL))
    assert "Ni 3p" in finding.message
    assert "Ni 2p" in finding.message


def test_line_of_a_measured_element_is_told() -> None:
    project = made(at("S 2p", line("ps4", 161.6, level="S 2p")))
    assert found("line-overlap", project.with_spectra((measured("Bi 4f", _peak(2000.0)),)))
    assert not found("line-overlap", project.with_spectra((measured("Bi 4f", _peak(0.0)),)))
    other = measured("Bi 4f", _peak(2000.0), sample="another sample")
    assert not found("line-overlap", project.with_spectra((other,)))


def test_auger_line_moves_with_the_source() -> None:
    fluorine = measured("F 1s", _peak(2000.0))
    with_al = made(NICKEL).with_spectra((fluorine,))
    assert "F KLL" in found("line-overlap", with_al)[0].message
    magnesium = replace(NICKEL, spectrum={"photon_energy_ev": 1253.6})
    assert not found("line-overlap", made(magnesium).with_spectra((fluorine,)))


def test_line_that_is_fitted_too_passes() -> None:
    nickel_3p = replace(line("ni3p", 68.0, level="Al 2p"), name="Ni 3p")
    assert not found("line-overlap", made(replace(ALUMINUM, components=(nickel_3p,)), NICKEL))


def test_element_that_is_not_significant_passes() -> None:
    absent = replace(NICKEL, insignificant=("ni_main",))
    assert not found("line-overlap", made(ALUMINUM, absent))


@pytest.mark.parametrize("seed", range(20))
def test_noise_and_steps_show_no_peak(seed: int) -> None:
    random = np.random.default_rng(seed)
    for expected in (np.full(150, 300.0), np.linspace(5000.0, 3000.0, 150)):
        assert not shows_peak(measured("Na 1s", random.poisson(expected)))


def test_table_of_overlaps_is_sound() -> None:
    for overlap in overlaps():
        assert parse_core_level(overlap.core_level) == overlap.core_level
        assert overlap.low_ev < overlap.high_ev < 1486.0
        assert overlap.element != overlap.core_level.split()[0]
        assert overlap.source
        assert overlap.kinetic == ("KLL" in overlap.line or "LMM" in overlap.line)
    assert len({(o.core_level, o.line) for o in overlaps()}) == len(overlaps()) >= 30


def _satellite(**changes: Any) -> Project:
    level = at("S 2p", line("sulfate", 168.8, level="S 2p", area=5000.0))
    lithium = line("li2s", 159.2, level="S 2p", area=300.0)
    spectrum: dict[str, Any] = {"monochromatic": False} | changes
    return made(replace(level, components=(*level.components, lithium), spectrum=spectrum))


def test_satellite_of_the_source_is_told() -> None:
    messages = [finding.message for finding in found("source-satellite", _satellite())]
    assert any("159.0 eV, under Li₂S" in message for message in messages)


@pytest.mark.parametrize(
    "changes",
    [{"monochromatic": True}, {"monochromatic": None}, {"photon_energy_ev": 2984.3}],
    ids=["monochromatic", "not known", "another source"],
)
def test_source_without_known_satellites_passes(changes: dict[str, Any]) -> None:
    assert not found("source-satellite", _satellite(**changes))


# Intensities --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "notes",
    ["Transmission corrected", "RSF-normalised intensities", "corrected for transmission"],
)
def test_corrected_intensities_are_told(notes: str) -> None:
    level = at("O 1s", line("lattice_o", 529.3), spectrum={"notes": notes})
    (finding,) = found("intensity-corrected", made(level))
    assert notes in finding.message or notes.split()[0] in finding.message


@pytest.mark.parametrize("notes", ["", "transmission function attached", "energy corrected"])
def test_raw_intensities_pass(notes: str) -> None:
    level = at("O 1s", line("lattice_o", 529.3), spectrum={"notes": notes})
    assert not found("intensity-corrected", made(level))


def test_transmission_of_some_regions_is_told() -> None:
    oxygen = at("O 1s", line("lattice_o", 529.3))
    given = replace(carbon(), spectrum={"transmission": np.ones(181)})
    assert found("transmission-mixed", made(oxygen, given))
    assert not found("transmission-mixed", made(oxygen, carbon()))
    assert not found("transmission-mixed", made(given))


# Repeats ------------------------------------------------------------------------------------------


def test_samples_of_one_spectrum_each_are_told_once() -> None:
    level = at("O 1s", line("lattice_o", 529.3))
    (finding,) = found("one-spot", both([level, carbon()], [level, carbon()]))
    assert finding.severity == "note"
    assert finding.where == "bare, coated"


def test_one_sample_and_spots_pass() -> None:
    level = at("O 1s", line("lattice_o", 529.3))
    assert not found("one-spot", made(level))
    assert not found("one-spot", both([level, level], [level, level]))
    assert not found("one-spot", both([level], [carbon()]))


def test_samples_of_one_group_are_spots() -> None:
    level = at("O 1s", line("lattice_o", 529.3))
    project = both([level], [level])
    for sample in project.samples:
        project = project.with_sample(replace(sample, group="bare, two spots"))
    assert not found("one-spot", project)
