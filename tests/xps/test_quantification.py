"""Atomic percent of samples of known composition, and what must not be counted silently."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import xps
from tests.truth import Truth, argyrodite, oxide
from xps.analysis import apply_recipe, fit_project
from xps.cli_text import fit_text
from xps.errors import XpsError
from xps.project import Project
from xps.quantification import Amount, Quantification
from xps.quantification_settings import QuantificationSettings
from xps.recipe import load_recipe
from xps.result import FitResult
from xps.sensitivity import sensitivity
from xps.spectrum import Spectrum

HV = 1486.6
SULFUR_PERCENT = 30.0


def _area(percent: float, core_level: str, truth: Truth) -> float:
    """What so many atom percent give: sensitivity times kinetic energy to the power 0.75."""
    factor = {"S 2p": 1.677, "O 1s": 2.93}[core_level]
    kinetic = HV - 0.5 * (truth.low + truth.high)
    return percent * factor * kinetic**0.75


def _sample(seed: int = 0, **changes: object) -> list[Spectrum]:
    """S 2p and O 1s of a solid of 30 % sulfur and 70 % oxygen."""
    spectra = []
    for truth, percent in ((argyrodite(step=0.1), SULFUR_PERCENT), (oxide(step=0.1), 70.0)):
        wanted = _area(percent, truth.core_level, truth)
        scaled = truth.scaled(3.0 * wanted / float(truth.areas.sum()))
        spectra.append(scaled.spectrum(seed, **changes))
    return spectra


def _quantified(spectra: list[Spectrum]) -> Quantification:
    result = xps.fit(spectra, "cathode")
    assert not result.failures
    return xps.quantify(result)


def _elements(quantification: Quantification) -> dict[str, Amount]:
    return {a.element: a for a in quantification.amounts if a.is_element}


@pytest.fixture(scope="module")
def known() -> Quantification:
    return _quantified(_sample())


def test_known_composition_is_found(known: Quantification) -> None:
    elements = _elements(known)
    assert set(elements) == {"S", "O"}
    for symbol, percent in (("S", SULFUR_PERCENT), ("O", 100.0 - SULFUR_PERCENT)):
        amount = elements[symbol]
        assert amount.stderr is not None
        assert amount.stderr < 2.0
        assert abs(amount.atomic_percent - percent) < 3.5 * amount.stderr
    assert known.notes == ()


def test_all_atoms_are_a_hundred_percent(known: Quantification) -> None:
    elements = _elements(known)
    assert sum(a.atomic_percent for a in elements.values()) == pytest.approx(100.0)
    # with two elements, one is what the other is not
    assert elements["S"].stderr == pytest.approx(elements["O"].stderr)


def test_species_add_up_to_their_element(known: Quantification) -> None:
    for symbol, amount in _elements(known).items():
        species = [a for a in known.amounts if a.element == symbol and not a.is_element]
        assert len(species) == {"S": 5, "O": 3}[symbol]
        assert sum(a.atomic_percent for a in species) == pytest.approx(amount.atomic_percent)


def test_error_is_the_scatter_of_repeated_measurements() -> None:
    found = [_elements(_quantified(_sample(seed)))["S"] for seed in range(25)]
    scatter = np.std([a.atomic_percent for a in found], ddof=1)
    errors = [a.stderr for a in found]
    assert all(error is not None for error in errors)
    # 25 values know their scatter to 14 %
    assert 0.6 < np.median([e for e in errors if e is not None]) / scatter < 1.6


def test_single_element_is_a_hundred_percent_without_error() -> None:
    quantification = _quantified(_sample()[:1])
    elements = _elements(quantification)
    assert elements["S"].atomic_percent == pytest.approx(100.0)
    assert elements["S"].stderr is None
    species = [a for a in quantification.amounts if not a.is_element]
    assert all(a.stderr is not None and a.stderr > 0.01 for a in species)


def test_samples_are_counted_apart() -> None:
    first, second = _sample(), [s.with_(sample="other") for s in _sample(1)]
    quantification = _quantified(first + second[:1])
    percent = {
        (a.sample, a.element): a.atomic_percent for a in quantification.amounts if a.is_element
    }
    assert percent["other", "S"] == pytest.approx(100.0)
    assert percent["simulated", "S"] == pytest.approx(SULFUR_PERCENT, abs=5.0)


def test_transmission_of_the_files_is_divided_out(known: Quantification) -> None:
    sulfur, oxygen = _sample()
    transmitted = [
        spectrum.with_(
            intensity=spectrum.intensity * factor,
            transmission=np.full(spectrum.n_points, 100.0 * factor),
        )
        for spectrum, factor in ((sulfur, 1.0), (oxygen, 2.0))
    ]
    found = _elements(_quantified(transmitted))["S"].atomic_percent
    assert found == pytest.approx(_elements(known)["S"].atomic_percent, abs=0.5)
    assert "transmission from the files" in _quantified(transmitted).basis


def test_transmission_of_only_one_region_is_not_used(known: Quantification) -> None:
    """Relative transmissions have no common scale with a constant one."""
    sulfur, oxygen = _sample()
    mixed = [sulfur.with_(transmission=np.full(sulfur.n_points, 1000.0)), oxygen]
    quantification = _quantified(mixed)
    found = _elements(quantification)["S"].atomic_percent
    assert found == pytest.approx(_elements(known)["S"].atomic_percent, rel=1e-6)
    assert "constant" in quantification.basis
    assert any("transmission" in note for note in quantification.notes)


# What is not known is named, never assumed -------------------------------------------------------


@pytest.mark.parametrize("photon_energy", [None, 2410.0])
def test_source_without_factors_is_not_counted(photon_energy: float | None) -> None:
    sulfur, oxygen = _sample()
    quantification = _quantified([sulfur, oxygen.with_(photon_energy_ev=photon_energy)])
    assert set(_elements(quantification)) == {"S"}
    assert len(quantification.notes) == 1
    assert "O 1s" in quantification.notes[0]
    assert "no factor" in quantification.notes[0]


def test_counts_without_live_time_are_not_counted() -> None:
    sulfur, oxygen = _sample()
    quantification = _quantified([sulfur, oxygen.with_(dwell_s=None)])
    assert set(_elements(quantification)) == {"S"}
    assert "live time" in quantification.notes[0]


def test_second_region_of_an_element_is_not_counted_twice() -> None:
    sulfur, _ = _sample()
    again = sulfur.with_(name="again")
    quantification = _quantified([sulfur, again])
    assert [a.element for a in quantification.amounts if a.is_element] == ["S"]
    assert "counted already" in quantification.notes[0]


def test_fit_that_is_older_than_its_settings_is_not_counted() -> None:
    project, _ = apply_recipe(Project().with_spectra(tuple(_sample())), load_recipe("cathode"))
    project = fit_project(project).project
    region = project.regions[0]
    changed = project.with_region(replace(region, window_ev=(158.0, 173.0)))
    quantification = xps.quantify(changed)
    assert set(_elements(quantification)) == {"O"}
    assert "older" in quantification.notes[0]


def test_project_without_fits_has_nothing_to_count() -> None:
    assert xps.quantify(Project()).amounts == ()
    project, _ = apply_recipe(Project().with_spectra(tuple(_sample())), load_recipe("cathode"))
    assert xps.quantify(project).amounts == ()


def test_region_that_failed_is_left_out_of_the_percents() -> None:
    sulfur, oxygen = _sample()
    noise = np.random.default_rng(0).poisson(200.0, oxygen.n_points).astype(float)
    result = xps.fit([sulfur, oxygen.with_(intensity=noise)], "cathode")
    assert len(result.failures) == 1
    assert all(isinstance(error, XpsError) for error in result.failures.values())
    assert set(_elements(xps.quantify(result))) == {"S"}


# Sensitivity factors ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("core_level", "aluminum", "magnesium"),
    [
        ("Li 1s", 0.0568, 0.0593),
        ("C 1s", 1.0, 1.0),
        ("O 1s", 2.93, 2.85),
        ("F 1s", 4.43, 4.26),
        ("Al 2p", 0.5371, 0.5735),
        ("Si 2p", 0.817, 0.865),
        ("P 2p", 1.192, 1.25),
        ("S 2p", 1.677, 1.74),
        ("Cl 2p", 2.285, 2.36),
        ("Mn 2p", 13.91, 13.62),
        ("Co 2p", 19.16, 18.48),
        ("Ni 2p", 22.18, 21.10),
        ("Zr 3d", 7.04, 7.30),
        ("Nb 3d", 8.21, 8.46),
        ("In 3d", 22.54, 22.36),
        ("Sb 3d", 27.74, 27.26),
        ("Au 4f", 17.12, 17.42),
    ],
)
def test_factors_are_those_of_scofield(core_level: str, aluminum: float, magnesium: float) -> None:
    for energy in (1486.6, 1486.61, 1486.69, 1486.7):
        assert sensitivity(core_level, energy) == aluminum
    assert sensitivity(core_level, 1253.6) == magnesium


@pytest.mark.parametrize(
    ("core_level", "energy"),
    [
        ("S 2p", None),
        ("S 2p", 0.0),
        ("S 2p", 2984.2),
        ("U 4f", 1486.6),
        ("", 1486.6),
        ("Ag 3d", 1253.6),
    ],
)
def test_unknown_factor_is_none(core_level: str, energy: float | None) -> None:
    assert sensitivity(core_level, energy) is None


def test_what_a_spectrum_holds_beyond_its_window_does_not_matter(known: Quantification) -> None:
    sulfur, oxygen = _sample()
    energy = sulfur.binding_energy_ev
    assert energy is not None
    below = np.arange(50.0, 150.0, 0.1)
    wide = sulfur.with_(
        axis="binding",
        energy_ev=np.concatenate((below, np.sort(energy))),
        intensity=np.concatenate((np.full(below.size, 7.0), sulfur.intensity[np.argsort(energy)])),
    )
    amounts = zip(known.amounts, _quantified([wide, oxygen]).amounts, strict=True)
    for narrow, same in amounts:
        assert same.atomic_percent == pytest.approx(narrow.atomic_percent, rel=1e-6)


# Systematic errors --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ensemble() -> FitResult:
    result = xps.fit(_sample(), "cathode", errors=("systematic",))
    assert not result.failures
    return result


LN_ENERGIES = math.log((HV - 531.25) / (HV - 165.0))  # of the middles of both windows


def test_factors_and_transmission_err_always_and_by_name(known: Quantification) -> None:
    """Recalculated for two elements: an error δ of the ratio moves x by x(1 − x)δ."""
    fraction = _elements(known)["S"].atomic_percent / 100.0
    spread = 100.0 * fraction * (1.0 - fraction)
    for amount in _elements(known).values():
        assert amount.systematic_parts == {
            "sensitivity": pytest.approx(spread * 0.1 * math.sqrt(2.0)),
            "transmission": pytest.approx(spread * 0.7 * abs(LN_ENERGIES)),
        }
        assert amount.systematic == pytest.approx(math.hypot(*amount.systematic_parts.values()))


def test_error_of_the_transmission_is_what_another_exponent_changes() -> None:
    """Held against the quantification itself, with the exponent off by its error."""
    result = xps.fit(_sample(), "cathode")
    percents = {}
    for exponent in (0.5 - 0.15, 0.5, 0.5 + 0.15):
        settings = QuantificationSettings(transmission=exponent)
        changed = replace(result.project, quantification=settings)
        percents[exponent] = _elements(xps.quantify(changed))["S"]
    low, best, high = percents.values()
    expected = 0.5 * abs(high.atomic_percent - low.atomic_percent)
    assert best.systematic_parts["transmission"] == pytest.approx(expected, rel=1e-3)


def test_known_transmission_errs_less_than_an_unknown_one(known: Quantification) -> None:
    spectra = [s.with_(transmission=np.full(s.n_points, 100.0)) for s in _sample()]
    found = _elements(_quantified(spectra))["S"].systematic_parts["transmission"]
    unknown = _elements(known)["S"].systematic_parts["transmission"]
    assert found == pytest.approx(unknown * 0.1 / 0.7, rel=0.01)


def test_systematic_error_of_an_element_is_that_of_choices_and_factors(
    ensemble: FitResult,
) -> None:
    """Recalculated for two elements: the ratio of their areas is all that matters."""
    elements = {a.element: a for a in xps.quantify(ensemble).amounts if a.is_element}
    fraction = elements["S"].atomic_percent / 100.0
    # of the ratio, by either sensitivity factor and by the transmission
    relative = [0.1, 0.1, 0.7 * LN_ENERGIES]
    scales: dict[str, float] = {}  # moves of the charge reference hold for both core levels
    for fit in ensemble.regions:
        whole = float(fit.areas.sum())
        assert fit.errors.systematic is not None
        counted = [m for m in fit.errors.systematic.members if not m.why_left_out]
        sign = 1.0 if fit.region.core_level == "S 2p" else -1.0
        for m in (m for m in counted if m.group == "reference"):
            change = sign * (sum(m.areas.values()) / whole - 1.0)
            scales[m.name] = scales.get(m.name, 0.0) + change
        for group in {member.group for member in counted} - {"reference"}:
            changes = [sum(m.areas.values()) / whole - 1.0 for m in counted if m.group == group]
            relative.append(float(np.sqrt(np.mean(np.square(changes)))))
    assert len(scales) == 2
    relative.append(float(np.sqrt(np.mean(np.square(list(scales.values()))))))
    expected = 100.0 * fraction * (1.0 - fraction) * float(np.linalg.norm(relative))
    for amount in elements.values():
        assert set(amount.systematic_parts) == {
            *("sensitivity", "transmission", "window", "background", "shape", "ratio", "reference")
        }
        assert amount.systematic == pytest.approx(expected, rel=0.05)
        assert amount.systematic > 0.14 * 100.0 * fraction * (1.0 - fraction)


def test_element_alone_has_no_systematic_error_but_its_species_do() -> None:
    result = xps.fit(_sample()[:1], "argyrodite-s2p", errors=("systematic",))
    (fit,) = result.regions
    assert fit.errors.systematic is not None
    element, *species = xps.quantify(result).amounts
    assert element.systematic is None
    for amount in species:
        share = fit.errors.systematic.shares[amount.component]
        assert amount.systematic == pytest.approx(100.0 * share, rel=1e-6)


def test_systematic_errors_stand_in_the_json_and_the_text(ensemble: FitResult) -> None:
    rows = ensemble.to_dict()["quantification"]
    assert rows
    assert all(row["systematic"] > 0.0 for row in rows)
    assert all(
        row["systematic"] == pytest.approx(math.hypot(*row["systematic_parts"].values()))
        for row in rows
    )
    assert "% (systematic: sensitivity" in fit_text(ensemble, ())
