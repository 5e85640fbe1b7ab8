"""Species files: what is read, what is refused, and what belongs together."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xps.errors import RecipeError
from xps.levels import levels
from xps.species import (
    Species,
    compounds,
    library,
    library_with,
    read_library,
    shipped,
    using,
)
from xps.toml_tables import MAX_BYTES

LEVELS = sorted({species.core_level for species in shipped().values()})

GOOD = """
[[species]]
key = "a"
core_level = "S 2p"
name = "A"
group = "g"
center_ev = 160.0
allowed_ev = [159.0, 161.0]
fwhm_ev = [0.8, 1.4]
color = "#000000"
sources = ["x"]
"""
COMPOUND = GOOD + 'formula = "SO4"\ncompound = "own"\natoms = 1\n'
OTHER = COMPOUND.replace('"a"', '"b"').replace("S 2p", "O 1s")


def written(folder: Path, text: str) -> Path:
    path = folder / "species.toml"
    path.write_text(text, encoding="utf-8")
    return path


def outcome(path: Path) -> dict[str, Species] | RecipeError:
    try:
        return read_library(path)
    except RecipeError as error:
        return error


# What is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "reason", "where"),
    [
        ('name = "A"', "", "missing", "line 2, species 1 (a), name"),
        ("center_ev = 160.0", "center_ev = 150.0", "outside allowed_ev", "line 7, .*center_ev"),
        ("center_ev = 160.0", 'center_ev = "x"', "wrong value x", "line 7, .*center_ev"),
        ("center_ev = 160.0", "center_ev = true", "wrong value True", "line 7"),
        ("center_ev = 160.0", "center_ev = nan", "wrong value nan", "line 7"),
        ("center_ev = 160.0", f"center_ev = 1{'0' * 400}", "wrong value 1000", "line 7"),
        ("center_ev = 160.0", f"center_ev = 0x{'f' * 5000}", "a huge number", "line 7"),
        ("[159.0, 161.0]", "[159.0]", "wrong value", "line 8, .*allowed_ev"),
        ("[159.0, 161.0]", "[159.0, 9e9]", "no binding energy", "line 8"),
        ("[0.8, 1.4]", "[1.4, 0.8]", "no range", "line 9, .*fwhm_ev"),
        ("[0.8, 1.4]", "[0.0, 0.8]", "no range", "line 9"),
        ("[0.8, 1.4]", "[0.8, 99.0]", "no width", "line 9"),
        ("S 2p", "S 2p3/2", "no core level", "line 4, .*core_level"),
        ("S 2p", "U 4f", "splitting of U 4f is not known", "line 4"),
        ('key = "a"', 'key = "A b"', "wrong value 'A b'", "line 3, .*key"),
        ('key = "a"', 'key = "background"', "is taken", "line 3"),
        ('group = "g"', 'group = " "', "is empty", "line 6, .*group"),
        ('name = "A"', f'name = "{"A" * 2000}"', "too long", "line 5"),
        ('name = "A"', r'name = "A\u0007"', "cannot be printed", "line 5"),
        ("#000000", "black", "wrong value 'black'", "line 10, .*color"),
        ('["x"]', "[]", "no source", "line 11, .*sources"),
        ('["x"]', '"x"', "wrong value x", "line 11"),
        ('["x"]', "[1]", "wrong value 1", "line 11"),
        ('["x"]', '["x"]\nanchor = 1', "wrong value 1", "line 12, .*anchor"),
        ('["x"]', '["x"]\ncentre = 1', "no such field", "line 12, .*centre"),
        ('["x"]', '["x"]\natoms = 2', "atoms of no compound", "line 12, .*atoms"),
        ('["x"]', '["x"]\nneeds = ["zz"]', "no species 'zz'", "line 12, .*needs"),
        ('["x"]', '["x"]\nneeds = ["a"]', "same core level", "line 12, .*needs"),
        (GOOD, GOOD + GOOD, "twice", "line 14, species 2 (a), key"),
        (GOOD, COMPOUND.replace("atoms = 1", ""), "wrong value 0", "line 2, .*atoms"),
        (GOOD, COMPOUND.replace("atoms = 1", "atoms = 2"), "hold 2 S, its formula SO4 1", "atoms"),
        (GOOD, COMPOUND.replace('"SO4"', '"SO(4"'), "read as a formula", "line 12, .*formula"),
        (GOOD, COMPOUND.replace('"own"', '"Own"'), "wrong value 'Own'", "line 13, .*compound"),
        (GOOD, COMPOUND + OTHER, "hold 1 O, its formula SO4 4", "species 2 (b), atoms"),
        (GOOD, COMPOUND + OTHER.replace("SO4", "O"), "another formula", "species 2 (b), formula"),
    ],
)
def test_a_broken_entry_names_line_and_field(
    tmp_path: Path, old: str, new: str, reason: str, where: str
) -> None:
    path = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(RecipeError, match=re.escape(reason)) as caught:
        read_library(path)
    assert caught.value.path == str(path)
    assert caught.value.remedy
    pattern = where.replace("(", r"\(").replace(")", r"\)")
    assert re.search(pattern, caught.value.where), caught.value.where


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[species", "cannot be read as TOML"),
        (f"x = {'[' * 5000}", "cannot be read as TOML"),
        (f"x = {'9' * 5000}", "cannot be read as TOML"),
        ("format = 2\n", "format = 2"),
        ("format = true\n", "format = True"),
        ("[[specie]]\n", "specie does not belong here"),
        ("species = 3\n", "not a list of tables"),
        ("#" * (MAX_BYTES + 1), "larger than 1 MB"),
    ],
)
def test_a_file_that_is_no_library_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(RecipeError, match=re.escape(reason)) as caught:
        read_library(written(tmp_path, text))
    assert caught.value.remedy


@pytest.mark.parametrize("name", ["none.toml", "a\0b", "x" * 5000, "."])
def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecipeError, match="cannot read the file"):
        read_library(tmp_path / name)


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / "species.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecipeError, match="cannot be read as text"):
        read_library(path)


def test_no_line_is_named_where_it_cannot_be_known(tmp_path: Path) -> None:
    text = 'species = [{key = "a", core_level = "S 2p", name = "[[species]]"}]'
    with pytest.raises(RecipeError, match="'group' is missing") as caught:
        read_library(written(tmp_path, text))
    assert caught.value.where == "species 1 (a), group"


def test_lines_are_right_in_a_file_with_windows_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "species.toml"
    path.write_bytes(GOOD.replace('"A"', "3").replace("\n", "\r\n").encode("utf-8-sig"))
    with pytest.raises(RecipeError) as caught:
        read_library(path)
    assert caught.value.where == "line 5, species 1 (a), name"


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: b.decode("latin-1")))
def test_any_text_gives_species_or_a_told_error(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "hostile.toml"
    path.write_text(text, encoding="utf-8", errors="replace")
    found = outcome(path)
    assert found == {} or isinstance(found, RecipeError)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(field=st.sampled_from(sorted(Species.__dataclass_fields__)), value=ANYTHING)
def test_any_value_of_a_field_gives_species_or_names_the_field(
    tmp_path_factory: pytest.TempPathFactory, field: str, value: object
) -> None:
    fields: dict[str, object] = {**SAMPLE, field: value}
    path = tmp_path_factory.getbasetemp() / "field.toml"
    path.write_text(toml([fields]), encoding="utf-8")
    found = outcome(path)
    if isinstance(found, RecipeError):
        assert re.match(r"line \d+, species 1", found.where)
    else:
        (species,) = found.values()
        low, high = species.allowed_ev
        assert 0.0 < low <= species.center_ev <= high


# What is read -------------------------------------------------------------------------------------

SAMPLE: dict[str, object] = {
    "key": "a",
    "core_level": "S 2p",
    "name": "A",
    "group": "g",
    "center_ev": 160.0,
    "allowed_ev": [159.0, 161.0],
    "fwhm_ev": [0.8, 1.4],
    "sources": ["x"],
}


def toml(tables: list[dict[str, object]]) -> str:
    return "\n".join(
        "[[species]]\n" + "".join(f"{k} = {_value(v)}\n" for k, v in table.items() if v is not None)
        for table in tables
    )


def _value(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(v) for v in value if v is not None)}]"
    if isinstance(value, float):
        return repr(value)
    text = json.dumps(value)
    return re.sub(r"\\u(d[89a-f]..)", "?", text, flags=re.IGNORECASE).replace("\x7f", "?")


WORDS = st.text("abcÄ₂⁻–'\"\\ #[]=|", min_size=1, max_size=12).filter(lambda text: text.strip())


@st.composite
def libraries(draw: st.DrawFn) -> list[Species]:
    keys = draw(st.lists(st.text(ascii_lowercase, min_size=1, max_size=6), max_size=5, unique=True))
    species = []
    for key in keys:
        low = draw(st.floats(1.0, 4000.0))
        high = low + draw(st.floats(0.1, 5.0))
        narrow = draw(st.floats(0.1, 5.0))
        species.append(
            Species(
                key=f"own_{key}",
                core_level=draw(st.sampled_from([*levels(), "O 1s", "Na 2s"])),
                name=draw(WORDS),
                formula=draw(st.just("") | WORDS),
                group=draw(WORDS),
                center_ev=draw(st.floats(low, high)),
                allowed_ev=(low, high),
                fwhm_ev=(narrow, narrow + draw(st.floats(0.1, 5.0))),
                sources=tuple(draw(st.lists(WORDS, min_size=1, max_size=3))),
                color=draw(st.sampled_from(["", "#12abEF"])),
                anchor=draw(st.booleans()),
                evidence=draw(st.just("") | WORDS),
                unverified=tuple(draw(st.lists(WORDS, max_size=2))),
            )
        )
    return species


@given(libraries())
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, species: list[Species]
) -> None:
    path = tmp_path_factory.getbasetemp() / "round.toml"
    tables = [
        {field: getattr(one, field) for field in Species.__dataclass_fields__} for one in species
    ]
    for table in tables:
        if not table["compound"]:
            del table["atoms"]
    path.write_text(toml(tables), encoding="utf-8")
    assert list(read_library(path).values()) == species


def test_a_file_of_ones_own_adds_to_the_library(tmp_path: Path) -> None:
    text = GOOD + 'needs = ["o_sulfate"]\n'
    merged = library_with(written(tmp_path, text))
    assert list(merged) == [*shipped(), "a"]
    assert merged["a"].needs == ("o_sulfate",)
    assert "a" not in shipped()


def test_a_key_of_the_library_cannot_be_given_again(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace('"a"', '"sulfate"'))
    with pytest.raises(RecipeError, match="already in the library") as caught:
        library_with(path)
    assert caught.value.where == "line 3, species 1 (sulfate), key"


def test_a_line_can_be_added_to_a_compound_of_the_library(tmp_path: Path) -> None:
    own = 'formula = "LiNbO3"\ncompound = "linbo3"\natoms = 1\n'
    merged = library_with(written(tmp_path, GOOD.replace("S 2p", "Li 1s") + own))
    compound = compounds(merged.values())["linbo3"]
    assert {level: compound.atoms(level) for level in compound.core_levels} == {
        "O 1s": 3.0,
        "Nb 3d": 1.0,
        "Li 1s": 1.0,
    }


def test_species_of_ones_own_are_in_use_inside_the_block_only(tmp_path: Path) -> None:
    merged = library_with(written(tmp_path, GOOD))
    with using(merged):
        assert library()["a"].name == "A"
    assert "a" not in library()


# What ships ---------------------------------------------------------------------------------------


def test_the_levels_of_a_sulfide_cathode_are_there() -> None:
    wanted = "S 2p, O 1s, P 2p, C 1s, Al 2p, Cl 2p, Li 1s, Ni 2p, Co 2p, Mn 2p, Zr 3d, Nb 3d, In 3d"
    assert set(LEVELS) == set(wanted.split(", "))


@pytest.mark.parametrize("level", [name for name in LEVELS if not name.endswith("s")])
def test_a_doublet_has_splitting_ratio_and_source(level: str) -> None:
    (found,) = {s.level for s in shipped().values() if s.core_level == level}
    assert found is not None
    assert found.splitting_ev > 0.0
    assert 0.0 < found.ratio < 1.0
    assert found.source


def test_an_s_level_is_no_doublet() -> None:
    assert {s.level for s in shipped().values() if s.core_level.endswith("1s")} == {None}


@pytest.mark.parametrize(
    ("key", "atoms"),
    [
        ("sulfate", {"S 2p": 1, "O 1s": 4}),
        ("sulfite", {"S 2p": 1, "O 1s": 3}),
        ("ps4", {"S 2p": 4, "P 2p": 1}),
        ("phosphate", {"P 2p": 1, "O 1s": 4}),
        ("carbonate", {"C 1s": 1, "O 1s": 3}),
        ("al2o3", {"Al 2p": 2, "O 1s": 3}),
        ("licl", {"Li 1s": 1, "Cl 2p": 1}),
        ("thiosulfate", {"S 2p": 2}),
    ],
)
def test_atoms_of_a_compound_are_those_of_its_formula(key: str, atoms: dict[str, float]) -> None:
    compound = compounds()[key]
    assert {level: compound.atoms(level) for level in compound.core_levels} == atoms
    assert compound.atoms("Xe 3d") == 0.0


def test_lines_of_a_compound_in_one_core_level_are_told_apart() -> None:
    lines = compounds()["thiosulfate"].lines_of("S 2p")
    assert [line.key for line in lines] == ["thiosulfate_s", "thiosulfate_so3"]
    assert lines[1].center_ev - lines[0].center_ev == pytest.approx(6.0)


@pytest.mark.parametrize("species", shipped().values(), ids=lambda species: species.key)
def test_what_rests_on_memory_is_marked(species: Species) -> None:
    if any("remembered" in source for source in species.sources):
        assert species.unverified


@pytest.mark.parametrize("level", LEVELS)
def test_species_of_a_level_stand_in_the_order_of_their_energies(level: str) -> None:
    energies = [s.center_ev for s in shipped().values() if s.core_level == level]
    assert len(energies) > 1
    assert energies == sorted(energies)


def test_charge_references_are_marked() -> None:
    anchors = {s.key for s in shipped().values() if s.anchor}
    assert {"ps4", "ps4_p", "lattice_o", "graphitic_c", "hydrocarbon"} <= anchors
    assert anchors.isdisjoint({"sulfate", "o_manifold", "p_s_p"})
