"""Recipes: the shipped ones say what the library says, and broken ones say where."""

from __future__ import annotations

from pathlib import Path

import pytest

from xps.errors import RecipeError
from xps.lineshapes import SHAPES
from xps.model import (
    BACKGROUND_KINDS,
    Background,
    Doublet,
    Link,
    Param,
    Prior,
    Ref,
    Region,
    Singlet,
)
from xps.recipe import Recipe, load_recipe, shipped_recipes
from xps.species import library

GOOD = """
format = 1
name = "good"

[charge]
method = "component"
core_level = "S 2p"
component = "a"
energy_ev = 161.6
uncertainty_ev = 0.1

[[region]]
core_level = "S 2p"
window_ev = [157.0, 173.0]
[region.background]
k = { value = 0.03, min = -0.05, max = 0.3 }

[[region.component]]
id = "a"
center = { value = 161.6, min = 161.0, max = 162.2 }

[[region.component]]
id = "b"
center = { prior = [1.3, 0.15], relative_to = "a" }
fwhm = { same = "a" }
area = { ratio = 0.5, to = "a" }
"""


def load(tmp_path: Path, text: str, name: str = "recipe.toml") -> Recipe:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return load_recipe(path)


# The shipped ones ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped_recipes())
def test_shipped_recipes_load(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == name
    assert recipe.title
    assert recipe.description
    for region in recipe.regions:
        for component in region.components:
            species = library()[component.species]
            assert species.core_level == region.core_level
            assert component.shape in SHAPES
            low, high = region.window_ev
            assert low < component.center.value < high


def test_three_recipes_are_shipped() -> None:
    assert {"argyrodite-s2p", "ncm-o1s", "cathode"} <= set(shipped_recipes())


@pytest.fixture
def sulfur() -> Region:
    return load_recipe("argyrodite-s2p").regions[0]


@pytest.fixture
def oxygen() -> Region:
    return load_recipe("ncm-o1s").regions[0]


def test_argyrodite_has_five_doublets_in_its_window(sulfur: Region) -> None:
    assert sulfur.core_level == "S 2p"
    assert sulfur.window_ev == (157.0, 173.0)
    ids = [component.id for component in sulfur.components]
    assert ids == ["li2s", "ps4", "p_s_p", "sulfite", "sulfate"]
    for component in sulfur.components:
        assert component.lines == Doublet(("2p3/2", "2p1/2"), 1.18, 0.5)
        assert component.shape == "sgl"


@pytest.mark.parametrize(
    ("species", "offset", "sigma"),
    [
        ("li2s", -1.5, 0.15),
        ("p_s_p", 1.3, 0.15),
        ("sulfite", 5.1, 0.25),
        ("sulfate", 7.2, 0.25),
    ],
)
def test_argyrodite_centers_are_expected_relative_to_ps4(
    sulfur: Region, species: str, offset: float, sigma: float
) -> None:
    center = sulfur.component(species).center
    assert center.prior == Prior(offset, sigma, Ref("ps4", "center"))
    assert center.value == pytest.approx(161.6 + offset)
    assert center.is_free


def test_ps4_is_the_free_anchor_and_the_charge_reference(sulfur: Region) -> None:
    center = sulfur.component("ps4").center
    assert (center.value, center.prior, center.is_free) == (161.6, None, True)
    assert (center.min, center.max) == (pytest.approx(161.0), pytest.approx(162.2))
    charge = load_recipe("argyrodite-s2p").charge
    assert (charge.method, charge.core_level, charge.component) == ("component", "S 2p", "ps4")
    assert (charge.energy_ev, charge.uncertainty_ev, charge.search_ev) == (161.6, 0.1, 3.0)


def test_argyrodite_has_two_widths_and_one_mixing(sulfur: Region) -> None:
    widths = {c.id: sulfur.resolve(Ref(c.id, "fwhm"))[0].component for c in sulfur.components}
    assert widths == {
        "li2s": "ps4",
        "ps4": "ps4",
        "p_s_p": "ps4",
        "sulfite": "sulfite",
        "sulfate": "sulfite",
    }
    sulfide, oxide = sulfur.component("ps4").fwhm, sulfur.component("sulfite").fwhm
    assert (sulfide.value, sulfide.min, sulfide.max) == (1.15, 0.7, 1.8)
    assert (oxide.value, oxide.min, oxide.max) == (1.5, 0.8, 2.4)
    roots = {sulfur.resolve(Ref(c.id, "mixing"))[0] for c in sulfur.components}
    assert len(roots) == 1
    mixing = sulfur.param(roots.pop())
    assert (mixing.value, mixing.min, mixing.max) == (0.3, 0.0, 0.8)
    assert mixing.prior == Prior(0.3, 0.1)


@pytest.mark.parametrize("name", ["argyrodite-s2p", "ncm-o1s"])
def test_background_is_in_the_fit_with_offset_slope_and_step(name: str) -> None:
    background = load_recipe(name).regions[0].background
    assert background.kind == "peak-shirley"
    assert all(param.is_free for param in background.params.values())
    assert (background.k.min, background.k.max) == (-0.05, 0.3)


def test_areas_are_signed() -> None:
    for name in ("argyrodite-s2p", "ncm-o1s"):
        for component in load_recipe(name).regions[0].components:
            assert component.area.min == float("-inf")


def test_oxygen_recipe_is_that_of_the_library(oxygen: Region) -> None:
    assert oxygen.core_level == "O 1s"
    assert oxygen.window_ev == (524.0, 538.5)
    assert [c.id for c in oxygen.components] == ["lattice_o", "o_manifold", "c_o"]
    assert all(c.lines == Singlet("1s") for c in oxygen.components)
    lattice, manifold, organic = oxygen.components
    assert (lattice.center.value, lattice.center.min, lattice.center.max) == (529.3, 528.7, 529.8)
    assert (lattice.fwhm.value, lattice.fwhm.min, lattice.fwhm.max) == (1.1, 0.7, 1.8)
    assert (manifold.center.value, manifold.center.min, manifold.center.max) == (
        531.6,
        531.0,
        532.2,
    )
    assert (manifold.fwhm.value, manifold.fwhm.min, manifold.fwhm.max) == (1.6, 1.2, 2.2)
    assert organic.fwhm.link == Link("same", Ref("o_manifold", "fwhm"))
    assert organic.center.prior == Prior(1.5, 0.2, Ref("o_manifold", "center"))
    assert oxygen.param(oxygen.resolve(Ref("c_o", "mixing"))[0]).prior == Prior(0.3, 0.1)


def test_cathode_is_both_on_one_energy_scale(sulfur: Region, oxygen: Region) -> None:
    cathode = load_recipe("cathode")
    assert cathode.regions == (sulfur, oxygen)
    assert cathode.core_levels == ("S 2p", "O 1s")
    assert cathode.charge == load_recipe("argyrodite-s2p").charge
    assert cathode.region_for("O 1s") == oxygen
    assert cathode.region_for("N 1s") is None
    assert cathode.region_for(None) is None


# Reading ------------------------------------------------------------------------------------------


def test_good_recipe_is_read(tmp_path: Path) -> None:
    region = load(tmp_path, GOOD).regions[0]
    assert region.component("b").fwhm.link == Link("same", Ref("a", "fwhm"))
    assert region.component("b").area.link == Link("ratio", Ref("a", "area"), 0.5)
    assert region.component("b").center.value == pytest.approx(162.9)
    assert region.component("b").area.value == pytest.approx(0.5 * region.component("a").area.value)


def test_plain_number_is_a_value(tmp_path: Path) -> None:
    text = GOOD.replace("center = { value = 161.6, min = 161.0, max = 162.2 }", "center = 161.5")
    assert load(tmp_path, text).regions[0].component("a").center.value == 161.5


@pytest.mark.parametrize("kind", BACKGROUND_KINDS)
def test_every_background_is_read_with_all_its_terms(tmp_path: Path, kind: str) -> None:
    terms = f"""[region.background]
kind = "{kind}"
loss = "u3-sio2"
average_points = 7
offset = 100.0
slope = {{ value = 0.0, vary = false }}
curvature = {{ value = 0.1, min = -1.0, max = 1.0 }}
cubic = 0.02
t = {{ value = 0.7, max = 2.0 }}
own_k = {{ a = {{ value = 0.05, max = 0.1 }}, b = 0.01 }}
"""
    text = GOOD.replace("[region.background]\n", terms)
    background = load(tmp_path, text).regions[0].background
    assert background == Background(
        kind,
        offset=Param(100.0),
        slope=Param(0.0, vary=False),
        k=Param(0.03, min=-0.05, max=0.3),
        average_points=7,
        curvature=Param(0.1, min=-1.0, max=1.0),
        cubic=Param(0.02),
        own_k=(("a", Param(0.05, min=-0.05, max=0.1)), ("b", Param(0.01, min=-0.05, max=0.3))),
        t=Param(0.7, min=-0.5, max=2.0),
        loss="u3-sio2",
    )


@pytest.mark.parametrize("kind", SHAPES)
def test_every_shape_is_read_with_its_parameters(tmp_path: Path, kind: str) -> None:
    low = {parameter.name: parameter.typical[0] for parameter in SHAPES[kind].parameters}
    fields = "".join(f"{name} = {value}\n" for name, value in low.items())
    ties = "".join(f'{name} = {{ same = "a" }}\n' for name in low)
    text = GOOD.replace('id = "a"\n', f'id = "a"\nshape = "{kind}"\n{fields}')
    text = text.replace('id = "b"\n', f'id = "b"\nshape = "{kind}"\n{ties}')
    a, b = load(tmp_path, text).regions[0].components
    assert (a.shape, b.shape) == (kind, kind)
    assert [param.value for param in a.shape_params] == list(low.values())
    typical = [parameter.typical for parameter in SHAPES[kind].parameters]
    assert [(param.min, param.max) for param in a.shape_params] == typical
    assert [param.link for param in b.shape_params] == [
        Link("same", Ref("a", name)) for name in low
    ]


def test_doublet_is_unlocked_with_a_reason(tmp_path: Path) -> None:
    text = GOOD.replace(
        'id = "a"', 'id = "a"\nsplitting_ev = 1.16\nunlocked = "handbook of the instrument"'
    )
    lines = load(tmp_path, text).regions[0].component("a").lines
    assert lines == Doublet(("2p3/2", "2p1/2"), 1.16, 0.5, "handbook of the instrument")


def test_level_that_is_not_in_the_table_needs_all_three(tmp_path: Path) -> None:
    text = GOOD.replace("S 2p", "U 4f")
    with pytest.raises(RecipeError, match="U 4f"):
        load(tmp_path, text)
    pair = 'splitting_ev = 10.8\nratio = 0.75\nunlocked = "not in the table"'
    text = text.replace('id = "a"', f'id = "a"\n{pair}').replace('id = "b"', f'id = "b"\n{pair}')
    lines = load(tmp_path, text).regions[0].component("a").lines
    assert lines == Doublet(("4f7/2", "4f5/2"), 10.8, 0.75, "not in the table")


def test_included_recipe_is_found_beside_the_one_that_includes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "my recipes"
    folder.mkdir()
    load(folder, GOOD, "sulfur.toml")
    monkeypatch.chdir(tmp_path)
    both = load(folder, 'format = 1\ninclude = ["sulfur.toml", "ncm-o1s"]', "both.toml")
    assert both.core_levels == ("S 2p", "O 1s")


def test_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe("argyrodit")
    assert "argyrodite-s2p" in caught.value.remedy


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe(tmp_path / "none.toml")
    assert caught.value.path == str(tmp_path / "none.toml")


@pytest.mark.parametrize("text", ["format = ", "\x00", "format = 1\nformat = 1", "[[[["])
def test_what_is_no_toml_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(RecipeError, match="TOML"):
        load(tmp_path, text)


def test_other_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes("title = 'größer'".encode("latin-1"))
    with pytest.raises(RecipeError, match="TOML"):
        load_recipe(path)


def test_recipe_that_includes_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "loop.toml"
    path.write_text(f'format = 1\ninclude = ["{path.as_posix()}"]', encoding="utf-8")
    with pytest.raises(RecipeError, match="includes itself"):
        load_recipe(path)


def test_recipes_that_include_each_other_are_refused(tmp_path: Path) -> None:
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text(f'format = 1\ninclude = ["{two.as_posix()}"]', encoding="utf-8")
    two.write_text(f'format = 1\ninclude = ["{one.as_posix()}"]', encoding="utf-8")
    with pytest.raises(RecipeError, match="includes itself"):
        load_recipe(one)


A = "center = { value = 161.6, min = 161.0, max = 162.2 }"
B = 'center = { prior = [1.3, 0.15], relative_to = "a" }'

BROKEN = {
    # what is changed, into what, and what of file, place and reason must be named
    "no format": ("format = 1", "", "format", ""),
    "newer format": ("format = 1", "format = 2", "format = 2", ""),
    "unknown field": ('name = "good"', 'nmae = "good"', "nmae", ""),
    "no region": (GOOD[GOOD.index("[[region]]") :], "", "no region|not in the recipe", ""),
    "region that is a table": ("[[region]]", "[region]", "region is not a list", ""),
    "charge that is a number": (GOOD[: GOOD.index("[[reg")], "format=1\ncharge=1\n", "1", "charge"),
    "unknown charge field": ("uncertainty_ev", "uncertanty_ev", "uncertanty_ev", "charge"),
    "unknown charge method": ('method = "component"', 'method = "magic"', "magic", "charge"),
    "charge without energy": ("energy_ev = 161.6\n", "", "energy_ev", "charge"),
    "charge on what is not there": ('component = "a"', 'component = "z"', "'z'", "charge"),
    "no core level": ('core_level = "S 2p"\nwindow', "window", "core_level|core level", "region"),
    "no such core level": ('core_level = "S 2p"\nw', 'core_level = "S2p"\nw', "S2p", "region"),
    "no such element": ('core_level = "S 2p"\nw', 'core_level = "Xx 2p"\nw', "Xx 2p", "region"),
    "no window": ("window_ev = [157.0, 173.0]", "", "window_ev", "region S 2p"),
    "window of one number": ("[157.0, 173.0]", "[157.0]", "window_ev", "region S 2p"),
    "window upside down": ("[157.0, 173.0]", "[173.0, 157.0]", "window", "region S 2p"),
    "window of text": ("[157.0, 173.0]", '["157", 173.0]', "'157'", "region S 2p"),
    "endless window": ("[157.0, 173.0]", "[157.0, inf]", "inf", "region S 2p"),
    "unknown background": (
        "[region.background]",
        '[region.background]\nkind = "tougaard"',
        "tougaard",
        "background",
    ),
    "unknown loss function": (
        "[region.background]",
        '[region.background]\nloss = "u9"',
        "loss = 'u9'",
        "background",
    ),
    "own step for none of the components": (
        "[region.background]",
        "[region.background]\nown_k = { zzz = 0.1 }",
        "own step for 'zzz'",
        "region S 2p",
    ),
    "parameter of another shape": ('id = "b"', 'id = "b"\ntail = 0.3', "tail", "component b"),
    "unknown background field": ("k = {", "kk = {", "kk", "background"),
    "background tied to a peak": (
        "k = { value = 0.03, min = -0.05, max = 0.3 }",
        'k = { same = "a" }',
        "a.k",
        "region S 2p",
    ),
    "no component": (GOOD[GOOD.index("[[region.comp") :], "", "component|not in the", ""),
    "unknown component field": ('id = "b"', 'id = "b"\nwidth = 1.0', "width", "component b"),
    "impossible id": ('id = "b"', 'id = "B 2"', "B 2", "component"),
    "id that is taken": ('id = "b"', 'id = "background"', "background", "component"),
    "id twice": ('id = "b"', 'id = "a"', "same id", "region S 2p"),
    "no id": ('id = "b"\n', "", "id", "component 2"),
    "unknown species": ('id = "b"', 'species = "unobtainium"', "unobtainium", "region S 2p"),
    "species of another level": ('id = "b"', 'species = "c_o"', "c_o", "region S 2p"),
    "no center": (B, "", "no center", "component b"),
    "unknown shape": ('id = "b"', 'id = "b"\nshape = "doniach"', "doniach", "component b"),
    "splitting without reason": (
        'id = "b"',
        'id = "b"\nsplitting_ev = 1.2',
        "without a reason",
        "component b",
    ),
    "splitting below zero": (
        'id = "b"',
        'id = "b"\nsplitting_ev = -1.2\nunlocked = "x"',
        "-1.2",
        "component b",
    ),
    "parameter of text": (A, 'center = "161.6"', "161.6", "component a, center"),
    "value of text": (A, 'center = { value = "161.6" }', "161.6", "component a, center"),
    "value that is a flag": (A, "center = { value = true }", "True", "component a, center"),
    "value that is no number": (A, "center = { value = nan }", "nan", "component a, center"),
    "endless value": (A, "center = { value = inf }", "inf", "component a, center"),
    "unknown parameter field": (A, "center = { valeu = 161.6 }", "valeu", "component a, center"),
    "vary that is text": (A, 'center = { value = 161.6, vary = "no" }', "vary", "a, center"),
    "bounds upside down": (A, "center = { value = 161.6, min = 2.0, max = 1.0 }", "bound", "a, ce"),
    "width at zero": ('id = "a"', 'id = "a"\nfwhm = 0.0', "fwhm", "component a"),
    "width that may reach zero": (
        'id = "a"',
        'id = "a"\nfwhm = { value = 1.0, min = 0.0 }',
        "fwhm",
        "component a",
    ),
    "mixing beyond its range": (
        'id = "a"',
        'id = "a"\nmixing = { value = 0.5, max = 1.5 }',
        "mixing",
        "component a",
    ),
    "link to nothing": ('same = "a"', 'same = "z"', "z.fwhm", "region S 2p"),
    "link in a circle": ('same = "a"', 'same = "b"', "circle", "region S 2p"),
    "link without target": ('ratio = 0.5, to = "a"', "ratio = 0.5", "target", "component b, area"),
    "ratio of zero": ("ratio = 0.5", "ratio = 0.0", "ratio", "component b, area"),
    "two links": ('{ same = "a" }', '{ same = "a", offset = 0.1, to = "a" }', "at once", "b, fwhm"),
    "target without link": ('{ same = "a" }', '{ value = 1.0, to = "a" }', "to", "b, fwhm"),
    "prior of one number": ("prior = [1.3, 0.15]", "prior = [1.3]", "prior", "component b, center"),
    "prior without width": ("[1.3, 0.15]", "[1.3, 0.0]", "prior", "component b, center"),
    "prior relative to nothing": ('relative_to = "a"', 'relative_to = "z"', "z.center", "S 2p"),
    "relative without prior": (
        B,
        'center = { value = 162.9, relative_to = "a" }',
        "relative_to",
        "component b, center",
    ),
    "include that is text": ('name = "good"', 'include = "ncm-o1s"', "include", ""),
    "include of nothing": ('name = "good"', 'include = ["nothing"]', "nothing", ""),
    "include of the same level": ('name = "good"', 'include = ["argyrodite-s2p"]', "same core", ""),
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_broken_recipe_says_what_and_where(
    tmp_path: Path, change: tuple[str, str, str, str]
) -> None:
    old, new, reason, where = change
    assert old in GOOD
    with pytest.raises(RecipeError, match=reason) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert caught.value.path == str(tmp_path / "recipe.toml") or "include" in new
    assert where in caught.value.where
    assert "Traceback" not in str(caught.value)
    assert "\n" not in str(caught.value)
