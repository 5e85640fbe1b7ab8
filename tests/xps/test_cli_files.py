"""Files and recipes given to the command line: good ones are fitted, bad ones named in one line."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.xps.commands import Run, check_schema
from tests.xps.projects import BARE, COATED
from xps.readers import read
from xps.resources import resource
from xps.session import load
from xps.species import library

VAMAS = BARE.read_text("utf-8")


def without_photons() -> bytes:
    return VAMAS.replace("\n1486.6\n", "\n0\n").encode()


BAD_FILES: dict[str, tuple[bytes | None, str]] = {
    "missing.vms": (None, "there is no such file"),
    "empty.vms": (b"", "the file is empty"),
    "blank.vms": (b"\n \n\0\n", "the file is empty"),
    "binary.vms": (bytes(range(256)) * 40, "a binary file of a format unknown"),
    "image.vms": (b"\x89PNG\r\n\x1a\n" + bytes(500), "a PNG picture"),
    "truncated.vms": (
        VAMAS[: len(VAMAS) // 2].encode(),
        "ordinate values is 151, but only 6 lines",
    ),
    "cut in the header.vms": (VAMAS[:60].encode(), "the file ends where"),
    "no photons.vms": (without_photons(), "photon energy is 0 eV"),
    "prose.txt": (
        b"Dear colleague,\nplease find the spectra attached.\nBest\n",
        "no columns of numbers",
    ),
    "빈 파일 이름.vms": (b"", "the file is empty"),
}


@pytest.fixture(params=BAD_FILES, ids=lambda name: name.replace(" ", "_"))
def bad(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    content, reason = BAD_FILES[request.param]
    path = tmp_path / request.param
    if content is not None:
        path.write_bytes(content)
    return path, reason


def test_a_bad_file_is_one_line(run: Run, bad: tuple[Path, str]) -> None:
    path, reason = bad
    for command in (["info", path], ["fit", path, "--recipe", "cathode"]):
        ended = run(*command)
        assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
        assert ended.err.startswith(f"doublet: {path}: ")
        assert reason in ended.err


def test_a_bad_file_is_one_json_object(run: Run, bad: tuple[Path, str]) -> None:
    path, reason = bad
    for command in (["info", path, "--json"], ["fit", path, "--recipe", "cathode", "--json"]):
        ended = run(*command)
        assert (ended.code, len(ended.err.splitlines())) == (2, 1)
        document = ended.document
        check_schema(document)
        assert document["format"] == "doublet.error/1"
        assert document["file"] == str(path)
        assert reason in document["error"]


def test_a_good_and_a_bad_file_together(run: Run, bad: tuple[Path, str], tmp_path: Path) -> None:
    path, _ = bad
    session = tmp_path / "out.doublet"
    arguments = ("fit", path, BARE, "--recipe", "cathode", "--session", session, "--json")
    ended = run(*arguments)
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert str(path) in ended.err
    document = ended.document
    check_schema(document)
    assert [region["success"] for region in document["regions"]] == [True, True]
    assert [error["file"] for error in document["unreadable"]] == [str(path)]
    assert len(load(session).fits) == 2


def test_every_bad_file_gets_its_line(run: Run, tmp_path: Path) -> None:
    paths = [tmp_path / "one.vms", tmp_path / "two.vms"]
    for command in ([*paths], [paths[0], BARE, paths[1]]):
        ended = run("fit", *command, "--recipe", "cathode", "--spectrum", "S 2p")
        assert ended.code == 2
        lines = ended.err.splitlines()
        assert sorted(line.partition(": ")[2].partition(": ")[0] for line in lines) == [
            str(path) for path in paths
        ]


def test_a_folder_is_no_file(run: Run, tmp_path: Path) -> None:
    for command in (["info", tmp_path], ["verify", tmp_path], ["check", tmp_path]):
        arguments = [*command, "--recipe", "cathode"] if command[0] == "check" else command
        ended = run(*arguments)
        assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
        assert str(tmp_path) in ended.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_device_is_no_file(run: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.vms"
    os.mkfifo(pipe)
    for arguments in (
        ["info", pipe],
        ["fit", pipe, "--recipe", "cathode"],
        ["simulate", "--recipe", "cathode", "--truth", pipe, "--out", tmp_path / "a.vms"],
        ["simulate", "--recipe", "cathode", "--out", pipe],
    ):
        ended = run(*arguments)
        assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
        assert f"{pipe}: " in ended.err
    assert pipe.is_fifo()


@pytest.mark.parametrize("count", ["99999999999", "2000000000", "-3", "1e999", "many"])
def test_a_file_that_declares_absurd_counts_is_refused(
    run: Run, tmp_path: Path, count: str
) -> None:
    lines = VAMAS.splitlines()
    lines[lines.index(str(read(BARE)[0].n_points))] = count
    path = tmp_path / "absurd.vms"
    path.write_text("\n".join(lines))
    ended = run("info", path)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
    assert str(path) in ended.err


def test_a_name_with_a_line_break_stays_one_line(run: Run, tmp_path: Path) -> None:
    ended = run("info", tmp_path / "two\nlines.vms")
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)


@pytest.mark.parametrize("name", ["내 자료 (1).vms", "a b  c.vms", "ünï#%&'.vms", "-x.vms"])
def test_any_name_of_a_file_works(run: Run, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "측정 2024 01"
    folder.mkdir()
    path = folder / name
    shutil.copyfile(COATED, path)
    session = folder / f"{name}.doublet"
    ended = run(
        *("fit", path, "--recipe", "cathode", "--spectrum", "S 2p", "--json"),
        *("--session", session, "--report", folder / f"{name}.html"),
    )
    assert (ended.code, ended.err) == (0, "")
    assert load(session).entries[0].spectrum.origin is not None
    assert load(session).entries[0].spectrum.origin.file == name
    assert run("verify", session).code == 0


def test_a_name_that_is_no_utf8_is_kept(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "M\udcfcller.vms"
    try:
        shutil.copyfile(BARE, path)
    except (OSError, UnicodeError):
        pytest.skip("this file system takes UTF-8 names only")
    session = tmp_path / "out.doublet"
    ended = run(
        *("fit", path, "--recipe", "cathode", "--spectrum", "S 2p", "--session", session),
        *("--report", tmp_path / "out.html", "--figure", tmp_path / "out.svg"),
    )
    assert (ended.code, ended.err) == (0, "")
    assert load(session).entries[0].spectrum.origin is not None
    assert load(session).entries[0].spectrum.origin.file == path.name
    assert run("export", session, "--to", tmp_path / "out.csv").code == 0
    assert run("info", tmp_path / "M\udcfcssig.vms").code == 2


def test_a_figure_shows_what_was_asked_for(run: Run, tmp_path: Path, example_session: Path) -> None:
    path = tmp_path / "shares.svg"
    choice = ("--figure", "share", "--width", "85", "--core-level", "S 2p")
    ended = run("export", example_session, "--to", path, *choice)
    assert (ended.code, ended.err) == (0, "")
    drawn = path.read_text("utf-8")
    assert "Share of the area / %" in drawn
    assert "lattice M–O" not in drawn
    refused = run("export", example_session, "--to", path, "--series", "depth")
    assert refused.code == 2
    assert "no sample stands in a series 'depth'" in refused.err
    assert path.read_text("utf-8") == drawn


# --- recipes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["cathod", "", "../recipes/cathode", "a" * 300, "nul\0"])
def test_a_recipe_that_is_not_there_names_those_that_are(run: Run, name: str) -> None:
    ended = run("fit", BARE, "--recipe", name)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
    for known in ("argyrodite-s2p", "cathode", "ncm-o1s", "stored"):
        assert f" {known}" in ended.err


def test_a_recipe_file_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    ended = run("fit", BARE, "--recipe", tmp_path / "조리법.toml")
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert "조리법.toml: cannot read the recipe" in ended.err


HEAD = "format = 1\n"
REGION = HEAD + '[[region]]\ncore_level = "S 2p"\nwindow_ev = [157.0, 172.0]\n'
COMPONENT = REGION + '[[region.component]]\nid = "a"\n'
CHARGE = '[charge]\nmethod = "component"\ncore_level = "S 2p"\ncomponent = "a"\n'
WHOLE = COMPONENT.replace(HEAD, f"{HEAD}{CHARGE}@\n") + "center = 161.2\n"

BROKEN_RECIPES = [
    ("", "format = None"),
    ("format = 2", "format = 2"),
    ("format = ", "not a TOML file"),
    ("format = 1\na = " + "[" * 20_000, "not a TOML file"),
    ("format = 1\na = " + "9" * 5_000, "not a TOML file"),
    (HEAD, "no region"),
    (HEAD + "bogus = 1", "unknown field 'bogus'"),
    (HEAD + "include = 5", "include = 5"),
    (HEAD + 'include = "cathode"', "include = 'cathode'"),
    (HEAD + 'include = ["nope"]', "no recipe 'nope'"),
    (HEAD + "region = 5", "region is not a list of tables"),
    (REGION, "no component"),
    (REGION.replace("157.0, ", ""), "window_ev = [172.0]"),
    (COMPONENT.replace("157.0", "-inf") + "center = 161", "window_ev[0] = -inf"),
    (COMPONENT.replace("157.0", "180.0") + "center = 161", "window from 180.0 to 172.0"),
    (COMPONENT, "no center"),
    (COMPONENT + 'center = "here"', "center"),
    (COMPONENT + "center = nan", "value = nan"),
    (COMPONENT + "center = " + "9" * 400, "give a finite number"),
    (COMPONENT + "center = 1e300", "give a finite number"),
    (COMPONENT + "center = { value = 161, min = 9, max = 1 }", "bounds of 9.0 to 1.0"),
    (COMPONENT + 'center = { value = 161, vary = "no" }', "vary = 'no'"),
    (COMPONENT + "center = { value = 161, prior = [161, 0] }", "prior of 161.0 ± 0.0"),
    (COMPONENT + "center = { value = 161, ratio = 2 }", "a link without its target"),
    (COMPONENT + 'center = { same = "b" }', "a.center refers to b.center"),
    (COMPONENT + 'center = { same = "a" }', "run in a circle"),
    (COMPONENT + "center = 161\nfwhm = 0", "fwhm"),
    (COMPONENT + "center = 161\nmixing = 5", "mixing"),
    (COMPONENT + 'center = 161\nshape = "exec"', "unknown shape 'exec'"),
    (COMPONENT + 'center = 161\nspecies = "unobtainium"', "'unobtainium' is not in the library"),
    (COMPONENT + "center = 161\nsplitting_ev = 1.1", "without a reason"),
    (COMPONENT + 'center = 161\nsplitting_ev = inf\nunlocked = "x"', "splitting_ev = inf"),
    (COMPONENT + 'center = 161\nratio = -1\nunlocked = "x"', "ratio -1.0"),
    (COMPONENT + "center = 161\nbogus = 1", "unknown field 'bogus'"),
    (COMPONENT.replace('"a"', '"background"') + "center = 161", "'background'"),
    (COMPONENT.replace('"a"', '"a b"') + "center = 161", "the component id 'a b'"),
    (COMPONENT + 'center = 161\n[[region.component]]\nid = "a"\ncenter = 162', "the same id"),
    (COMPONENT + 'center = 161\n[region.background]\nkind = "straight"', "kind = 'straight'"),
    (COMPONENT + "center = 161\n[region.background]\naverage_points = 2.5", "average_points"),
    (COMPONENT.replace("S 2p", "Zz 9p") + "center = 161", "Zz 9p"),
    (WHOLE.replace("@", ""), "energy_ev"),
    (WHOLE.replace("@", "energy_ev = 161\nuncertainty_ev = 0.1\nbogus = 1"), "'bogus'"),
    (
        WHOLE.replace("@", "energy_ev = 161\nuncertainty_ev = 0.1\nsearch_ev = 1e12"),
        "a search for the charge shift",
    ),
    (WHOLE.replace('"a"\n@', '"b"\n'), "the reference 'b'"),
]


@pytest.mark.parametrize(("text", "reason"), BROKEN_RECIPES, ids=[r for _, r in BROKEN_RECIPES])
def test_a_broken_recipe_names_file_and_field(
    run: Run, tmp_path: Path, text: str, reason: str
) -> None:
    path = tmp_path / "내 조리법.toml"
    path.write_text(text, "utf-8")
    ended = run("fit", BARE, "--recipe", path)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
    assert reason in ended.err
    if "no recipe" not in reason:
        assert ended.err.startswith(f"doublet: {path}: ")
    assert run("simulate", "--recipe", path, "--out", tmp_path / "a.vms").code == 2
    assert not (tmp_path / "a.vms").exists()


def test_a_recipe_of_other_levels_says_what_there_is(run: Run) -> None:
    ended = run("fit", BARE, "--recipe", "ncm-o1s", "--spectrum", "S 2p")
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
    assert "analyzes O 1s, which none of the spectra is (S 2p)" in ended.err


def test_a_recipe_that_includes_itself_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "loop.toml"
    path.write_text(f'format = 1\ninclude = ["{path.as_posix()}"]')
    ended = run("fit", BARE, "--recipe", path)
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert "includes itself" in ended.err


# --- places to write -------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--session", "--report", "--figure"])
@pytest.mark.parametrize("place", ["no such folder/x", ""])
def test_a_place_that_takes_no_file_is_one_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ending = {"--session": ".doublet", "--report": ".html", "--figure": ".svg"}[option]
    target = f"{place}{ending}" if place else "."
    arguments = ("fit", BARE, "--recipe", "argyrodite-s2p", option, target)
    ended = run(*arguments)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
    as_json = run(*arguments, "--json")
    check_schema(as_json.document)
    assert as_json.document["format"] == "doublet.error/1"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["verify", "export", "info", "check"])
def test_a_damaged_session_is_one_line(run: Run, tmp_path: Path, command: str) -> None:
    path = tmp_path / "손상.doublet"
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    more = ["--to", tmp_path / "a.csv"] if command == "export" else []
    ended = run(command, path, *more)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
    assert "손상.doublet: not a session file" in ended.err
    assert not (tmp_path / "a.csv").exists()


OWN = """[[species]]
key = "own_sulfate"
core_level = "S 2p"
name = "my sulfate"
group = "sulfate"
center_ev = 168.8
allowed_ev = [168.0, 169.6]
fwhm_ev = [1.0, 2.0]
sources = ["own spectrum"]
"""


def test_species_of_ones_own_can_be_fitted(run: Run, tmp_path: Path) -> None:
    own, recipe = tmp_path / "own.toml", tmp_path / "recipe.toml"
    own.write_text(OWN, "utf-8")
    text = resource("recipes", "argyrodite-s2p.toml").read_text("utf-8")
    recipe.write_text(text.replace('"sulfate"', '"own_sulfate"'), "utf-8")
    command = ("fit", BARE, "--recipe", recipe, "--spectrum", "S 2p", "--json")
    assert "own_sulfate" in run(*command).err
    (region,) = run(*command, "--species", own).document["regions"]
    (found,) = [c for c in region["components"] if c["species"] == "own_sulfate"]
    assert (found["name"], found["group"]) == ("my sulfate", "sulfate")
    assert "own_sulfate" not in library()


def test_a_broken_species_file_names_line_and_field(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace("168.8", "nan"), "utf-8")
    for command in (["fit", BARE], ["check", BARE], ["simulate", "--out", tmp_path / "a.vms"]):
        ended = run(*command, "--recipe", "cathode", "--species", path)
        assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
        assert f"{path}: line 6, species 1 (own_sulfate), center_ev: wrong value nan" in ended.err
