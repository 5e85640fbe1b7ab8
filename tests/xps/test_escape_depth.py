"""Mean free paths by TPP-2M and the angular distribution, against figures computed by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xps.angular import MAGIC_ANGLE_DEG, angular_factor, beta
from xps.errors import RecipeError
from xps.escape_depth import MATERIALS, Material


@pytest.mark.parametrize(
    ("name", "depths"),
    [
        ("al2o3", (3.15, 2.45, 1.80)),
        ("li6ps5cl", (3.18, 2.46, 1.78)),
        ("ncm811", (2.60, 2.03, 1.50)),
        ("li2co3", (3.79, 2.94, 2.16)),
        ("li3po4", (3.42, 2.66, 1.95)),
    ],
)
def test_mean_free_paths_of_sulfur_oxygen_and_nickel_lines(
    name: str, depths: tuple[float, ...]
) -> None:
    for kinetic, expected in zip((1324.0, 956.0, 631.0), depths, strict=True):
        assert MATERIALS[name].mean_free_path_nm(kinetic) == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize("material", MATERIALS.values(), ids=MATERIALS)
def test_mean_free_path_rises_about_as_the_energy_to_the_three_quarters(
    material: Material,
) -> None:
    for low, high in ((600.0, 1000.0), (1000.0, 1400.0)):
        ratio = material.mean_free_path_nm(high) / material.mean_free_path_nm(low)
        assert 0.70 < float(ratio - 1.0) / ((high / low) ** 0.77 - 1.0) < 1.1


def test_atom_densities_are_those_of_the_solids() -> None:
    assert MATERIALS["al2o3"].atom_density("Al") == pytest.approx(3.66e22, rel=2e-3)
    assert MATERIALS["ncm811"].atom_density("Ni") == pytest.approx(2.35e22, rel=2e-3)
    assert MATERIALS["ncm811"].atom_density("O") == pytest.approx(5.88e22, rel=2e-3)
    assert MATERIALS["al2o3"].atom_density("Ni") == 0.0


@pytest.mark.parametrize(
    "numbers",
    [
        ("Al2O3", 0.0, 102.0, 24.0, 7.0),
        ("Al2O3", 3.1, float("nan"), 24.0, 7.0),
        ("Al2O3", 3.1, 102.0, 0.0, 7.0),
        ("Al2O3", 3.1, 102.0, 24.0, -1.0),
        ("Al2(SO4)3", 2.7, 342.0, 100.0, 7.0),
        ("Xx2O3", 3.1, 102.0, 24.0, 7.0),
        ("", 3.1, 102.0, 24.0, 7.0),
    ],
)
def test_impossible_material_is_refused(numbers: tuple[str, float, float, float, float]) -> None:
    with pytest.raises(RecipeError):
        Material(*numbers)


@pytest.mark.parametrize("kinetic", [0.0, 49.0, 40_000.0])
def test_energy_outside_the_formula_is_refused(kinetic: float) -> None:
    with pytest.raises(RecipeError, match="TPP-2M holds"):
        MATERIALS["al2o3"].mean_free_path_nm(kinetic)


# The angular distribution -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "at_45", "at_60", "at_90"),
    [
        ("O 1s", 0.75, 1.125, 1.50),
        ("S 2p", 0.858, 1.071, 1.285),
        ("P 2p", 0.866, 1.067, 1.269),
        ("Al 2p", 0.884, 1.058, 1.232),
        ("Ni 2p", 0.818, 1.091, 1.365),
    ],
)
def test_angular_factors(level: str, at_45: float, at_60: float, at_90: float) -> None:
    asymmetry = beta(level)
    assert asymmetry is not None
    found = [angular_factor(asymmetry, angle) for angle in (45.0, 60.0, 90.0)]
    assert found == pytest.approx([at_45, at_60, at_90], abs=6e-4)


@given(st.floats(-1.0, 2.0))
def test_asymmetry_does_not_matter_at_the_magic_angle(asymmetry: float) -> None:
    assert angular_factor(asymmetry, MAGIC_ANGLE_DEG) == pytest.approx(1.0, abs=1e-12)


def test_asymmetry_is_never_assumed() -> None:
    assert beta("Cl 2p") is None
    assert beta("Li 1s") == 2.0
