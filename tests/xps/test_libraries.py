"""The tables that ship: levels, species, sensitivity factors. They must not contradict."""

from __future__ import annotations

import csv
import re

import pytest

from xps.levels import Level, element, levels, line_labels, parse_core_level
from xps.resources import resource
from xps.sensitivity import sensitivity
from xps.species import Species, library

SPECIES = list(library().values())
LEVELS = list(levels().values())


def ids(species: Species) -> str:
    return species.key


# Levels -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_ratio_is_the_statistical_one(level: Level) -> None:
    expected = {"p": 1 / 2, "d": 2 / 3, "f": 3 / 4}[level.name[-1]]
    assert level.ratio == pytest.approx(expected)


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_level_has_a_splitting_and_says_where_it_comes_from(level: Level) -> None:
    assert 0.1 < level.splitting_ev < 25.0
    assert level.source
    assert parse_core_level(level.name) == level.name


@pytest.mark.parametrize(
    ("name", "splitting"),
    [
        ("S 2p", 1.18),
        ("P 2p", 0.86),
        ("Si 2p", 0.61),
        ("Al 2p", 0.41),
        ("Cl 2p", 1.60),
        ("Zr 3d", 2.40),
        ("Mo 3d", 3.13),
        ("In 3d", 7.54),
        ("Sn 3d", 8.41),
        ("W 4f", 2.17),
        ("Bi 4f", 5.31),
        ("Au 4f", 3.67),
    ],
)
def test_splitting_is_that_of_the_literature(name: str, splitting: float) -> None:
    assert levels()[name].splitting_ev == splitting


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("Ti 2p", 5.5, 6.1), ("Co 2p", 15.0, 15.8), ("Ni 2p", 17.3, 17.9), ("Sb 3d", 9.34, 9.4)],
)
def test_splitting_lies_in_the_range_of_the_literature(name: str, low: float, high: float) -> None:
    assert low <= levels()[name].splitting_ev <= high


def test_splitting_grows_with_the_charge_of_the_nucleus() -> None:
    rows = {
        "2p": ["Al", "Si", "P", "S", "Cl", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu"],
        "3d": ["Ge", "Se", "Br", "Zr", "Nb", "Mo", "In", "Sn", "Sb", "I"],
        "4f": ["Ta", "W", "Au", "Bi"],
    }
    assert sum(map(len, rows.values())) == len(LEVELS)
    for orbital, symbols in rows.items():
        values = [levels()[f"{symbol} {orbital}"].splitting_ev for symbol in symbols]
        assert values == sorted(values)


@pytest.mark.parametrize(
    ("level", "labels"),
    [
        ("S 2p", ("2p3/2", "2p1/2")),
        ("Mo 3d", ("3d5/2", "3d3/2")),
        ("W 4f", ("4f7/2", "4f5/2")),
        ("O 1s", ("1s",)),
        ("Na 2s", ("2s",)),
    ],
)
def test_lines_are_named_with_the_higher_j_first(level: str, labels: tuple[str, ...]) -> None:
    assert line_labels(level) == labels


def test_element_of_a_level() -> None:
    assert element("S 2p") == "S"
    assert element("Al 2p") == "Al"


# Species ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("species", SPECIES, ids=ids)
def test_species_is_complete(species: Species) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", species.key)
    assert species.key != "background"
    assert parse_core_level(species.core_level) == species.core_level
    assert species.name
    assert species.group
    assert re.fullmatch(r"#[0-9A-F]{6}", species.color)
    assert species.sources
    assert all(len(source) > 5 for source in species.sources)


@pytest.mark.parametrize("species", SPECIES, ids=ids)
def test_ranges_are_those_of_a_peak(species: Species) -> None:
    low, high = species.allowed_ev
    assert low <= species.center_ev <= high
    assert 0.2 < high - low < 3.0
    narrow, wide = species.fwhm_ev
    assert 0.4 < narrow < wide < 8.0


@pytest.mark.parametrize("species", SPECIES, ids=ids)
def test_formula_holds_the_element_that_is_measured(species: Species) -> None:
    if species.formula and species.formula != "MS" and species.formula != "MO":
        symbol = element(species.core_level)
        assert re.search(rf"{symbol}(?![a-z])", species.formula)


def test_species_of_a_level_are_told_apart_by_name_and_color() -> None:
    for level in {species.core_level for species in SPECIES}:
        group = [species for species in SPECIES if species.core_level == level]
        assert len({species.name for species in group}) == len(group)
        assert len({species.color for species in group}) == len(group)


@pytest.mark.parametrize(
    ("key", "center", "allowed"),
    [
        ("li2s", 160.1, (159.6, 160.7)),
        ("ps4", 161.6, (161.2, 162.0)),
        ("p_s_p", 162.9, (162.5, 163.4)),
        ("s0", 163.6, (163.3, 164.3)),
        ("metal_sulfide", 161.9, (161.0, 162.6)),
        ("sulfite", 166.7, (166.0, 167.4)),
        ("sulfate", 168.8, (168.1, 169.6)),
        ("lattice_o", 529.3, (528.7, 529.8)),
    ],
)
def test_species_lie_where_the_literature_has_them(
    key: str, center: float, allowed: tuple[float, float]
) -> None:
    assert library()[key].center_ev == center
    assert library()[key].allowed_ev == allowed


# Sensitivity factors ------------------------------------------------------------------------------


def test_every_factor_is_a_positive_number_of_a_level() -> None:
    with resource("sensitivity.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [row["core_level"] for row in rows]
    assert len(set(names)) == len(names)
    for row in rows:
        assert parse_core_level(row["core_level"]) is not None
        for source in ("al_ka", "mg_ka"):
            assert not row[source] or 0.01 < float(row[source]) < 60.0


def test_factors_of_both_sources_are_alike() -> None:
    """Cross sections relative to C 1s change by 10 % between the two at most."""
    with resource("sensitivity.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["mg_ka"]:
                assert float(row["mg_ka"]) / float(row["al_ka"]) == pytest.approx(1.0, abs=0.15)


def test_every_factor_was_checked_against_a_second_table() -> None:
    """Within 1 % of UCRL-51326; close above an absorption edge interpolation knows it less well."""
    near_an_edge = {("Na 1s", "mg_ka"): 6.5, ("Ga 2p3/2", "al_ka"): 2.5, ("Ga 2p3/2", "mg_ka"): 2.5}
    with resource("sensitivity.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for source in ("al_ka", "mg_ka"):
                if row[source]:
                    bound = near_an_edge.get((row["core_level"], source), 1.0)
                    assert abs(float(row[f"{source}_check_percent"])) <= bound


def test_every_level_of_the_library_has_a_factor() -> None:
    for level in {species.core_level for species in SPECIES}:
        for energy in (1486.6, 1253.6):
            assert sensitivity(level, energy) is not None
