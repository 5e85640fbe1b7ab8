"""Sensitivity and transmission tables of one's own: what is read, and how mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from xps.errors import RecipeError
from xps.sensitivity import SensitivitySet, read_sensitivity
from xps.transmission import TransmissionTable, read_transmission


def _written(folder: Path, text: str, name: str = "kratos 2021.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_sensitivity_table_is_read(tmp_path: Path, separator: str) -> None:
    text = "# ours\ncore_level,factor,beta\nS 2p,0.668,1.1\nO1s,0.78,\n".replace(",", separator)
    own = read_sensitivity(_written(tmp_path, text))
    assert own == SensitivitySet("kratos 2021", (("S 2p", 0.668), ("O 1s", 0.78)), (("S 2p", 1.1),))
    assert own.factor("O 1s") == 0.78
    assert own.factor("P 2p") is None
    assert own.beta("O 1s") is None


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("core_level,factor\nS 2p,0.6\nX 2p,1\n", 3, "no core level"),
        ("core_level,factor\nS 2p,0.6\n\nS2p,1\n", 4, "twice"),
        ("core_level,factor\nS 2p,\n", 2, "factor is ''"),
        ("core_level,factor\nS 2p,0\n", 2, "factor is 0"),
        ('core_level,factor\nS 2p,"0,6"\n', 2, "0,6"),
        ("core_level,factor\nS 2p,inf\n", 2, "inf"),
        ("core_level,factor\nS 2p,0.6,3\n", 2, "3 cells under 2"),
        ("core_level,factor\nS 2p3/2,0.6\n", 2, "one line of a doublet"),
        ("core_level,factor,beta\nS 2p,0.6,2.5\n", 2, "beta is 2.5"),
        ("# ours\nlevel,factor\nS 2p,0.6\n", 2, "header"),
        ("core_level,factor,factor\nS 2p,0.6,0.6\n", 1, "header"),
    ],
)
def test_mistake_in_a_sensitivity_table_names_its_line(
    tmp_path: Path, text: str, line: int, what: str
) -> None:
    path = _written(tmp_path, text)
    with pytest.raises(RecipeError, match=what) as caught:
        read_sensitivity(path)
    assert caught.value.path == str(path)
    assert caught.value.where == f"line {line}"


def test_table_without_data_or_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="empty"):
        read_sensitivity(_written(tmp_path, "core_level,factor\n"))
    with pytest.raises(RecipeError, match="cannot be read"):
        read_sensitivity(tmp_path / "none.csv")
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecipeError, match="UTF-8"):
        read_transmission(binary)


def test_transmission_is_linear_between_points_and_unknown_outside(tmp_path: Path) -> None:
    table = read_transmission(
        _written(tmp_path, "kinetic_ev,transmission\n1400,2\n600,6\n1000,4.5\n")
    )
    assert table.kinetic_ev == (600.0, 1000.0, 1400.0)
    assert [table.at(e) for e in (600.0, 800.0, 1000.0, 1300.0, 1400.0)] == pytest.approx(
        [6.0, 5.25, 4.5, 2.625, 2.0]
    )
    assert table.at(599.9) is None
    assert table.at(1400.1) is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("kinetic_ev,transmission\n600,6\n600,7\n", "twice"),
        ("kinetic_ev,transmission\n600,6\n700,-1\n", "transmission is -1"),
        ("kinetic_ev,transmission\n-600,6\n700,1\n", "kinetic_ev is -600"),
        ("kinetic_ev,transmission\n600,6\n", "one point"),
        ("energy,transmission\n600,6\n700,1\n", "header"),
    ],
)
def test_mistake_in_a_transmission_table_is_named(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(RecipeError, match=what):
        read_transmission(_written(tmp_path, text))


@pytest.mark.parametrize(
    "make",
    [
        lambda: TransmissionTable("t", (1.0,), (1.0,)),
        lambda: TransmissionTable("t", (2.0, 1.0), (1.0, 1.0)),
        lambda: TransmissionTable("t", (1.0, 2.0), (1.0, 0.0)),
        lambda: TransmissionTable("t", (1.0, float("nan")), (1.0, 1.0)),
        lambda: SensitivitySet("s", ()),
        lambda: SensitivitySet("s", (("S 2p", float("nan")),)),
        lambda: SensitivitySet("s", (("sulfur", 1.0),)),
        lambda: SensitivitySet("s", (("S 2p", 1.0), ("S 2p", 2.0))),
        lambda: SensitivitySet("s", (("S 2p", 1.0),), (("S 2p", 3.0),)),
    ],
)
def test_impossible_tables_are_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(RecipeError):
        make()
