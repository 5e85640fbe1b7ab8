"""What README and docs show works: command lines, Python, the recipe, and names of options."""

from __future__ import annotations

import argparse
import json
import os
import re
import runpy
import shlex
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.xps.commands import ROOT, Run
from xps import cli
from xps.recipe import load_recipe
from xps.species import Species, read_library, shipped

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w*)(?: (long))?\n(.*?)^```", re.MULTILINE | re.DOTALL)
# What opens a window is parsed by the app and tested there.
WITHOUT_WINDOW = tuple(cli.COMMANDS)
LONG = "DOUBLET_LONG"
"""In the environment: run the blocks marked long as well (make commands)."""
LEFT_OUT = "..."


def blocks(language: str) -> list[tuple[str, str]]:
    """Fenced blocks of a language, with the page that they stand on."""
    return [
        (page.name, text)
        for page in PAGES
        for found, long, text in FENCE.findall(page.read_text("utf-8"))
        if found == language and (not long or LONG in os.environ)
    ]


@dataclass(frozen=True)
class Shown:
    """A command of a page, and what the page says that it prints; nothing if "" is shown."""

    words: list[str]
    output: str


def shown(text: str) -> list[Shown]:
    """The commands of a block: after "$ ", or in blocks without language at their own."""
    commands = []
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        line, _, output = part.partition("\n")
        commands.append(Shown(shlex.split(line, comments=True), output))
    return commands or [
        Shown(shlex.split(line, comments=True), "")
        for line in text.splitlines()
        if line.startswith("doublet ")
    ]


SHELL = {
    page: commands
    for page in (page.name for page in PAGES)
    if (
        commands := [
            command
            for language in ("", "sh", "bash", "console")
            for name, text in blocks(language)
            if name == page
            for command in shown(text)
            if command.words[0] == "doublet"
        ]
    )
}
SYNOPSES = [
    match[1]
    for page in PAGES
    for match in re.finditer(r"`doublet (\w+ [^`]+)`", page.read_text("utf-8"))
    if match[1].split()[0] in WITHOUT_WINDOW
]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds what the pages name, and nothing that must not be overwritten."""
    shutil.copytree(ROOT / "resources", tmp_path / "resources")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_pages_show_commands() -> None:
    assert {"README.md", "tutorial.md"} <= set(SHELL)
    assert any(command.output for command in SHELL["tutorial.md"])
    assert len(SYNOPSES) >= len(cli.COMMANDS)


@pytest.mark.parametrize("page", SHELL)
def test_the_commands_of_a_page_run_one_after_another_and_print_what_it_shows(
    run: Run, checkout: Path, page: str
) -> None:
    for command in SHELL[page]:
        ended = run(*command.words[1:])
        assert (ended.code, ended.err) == (0, ""), f"{page}: {shlex.join(command.words)}"
        for option in ("--out", "--session", "--report", "--figure", "--to"):
            if option in command.words:
                made = checkout / command.words[command.words.index(option) + 1]
                assert made.stat().st_size > 0
        if command.output:
            assert_shown(command.output, ended.out)


def assert_shown(expected: str, printed: str) -> None:
    """Hold what was printed against what a page shows, but for what it leaves out."""
    parts = [re.escape(part) for part in re.split(rf"^{LEFT_OUT}\n", expected, flags=re.MULTILINE)]
    assert re.fullmatch("(?s:.*)".join(parts), printed), f"shown:\n{expected}\nis:\n{printed}"


@pytest.mark.parametrize("expected", ["a\nb\nc\n", "a\n...\n", "a\n...\nc\n", "...\n"])
def test_output_may_be_left_out(expected: str) -> None:
    assert_shown(expected, "a\nb\nc\n")


@pytest.mark.parametrize("expected", ["a\nc\n", "b\n...\n", "a\n...\nb\n"])
def test_output_that_differs_is_noticed(expected: str) -> None:
    with pytest.raises(AssertionError):
        assert_shown(expected, "a\nb\nc\n")


def parsers() -> dict[str, argparse.ArgumentParser]:
    (commands,) = (
        action
        for action in cli._parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    return dict(commands.choices)


@pytest.mark.parametrize("synopsis", SYNOPSES)
def test_a_command_line_in_the_text_parses(synopsis: str) -> None:
    words = re.sub(r"\([^)]*\)", "csv", synopsis).replace("[", "").replace("]", "").split()
    parsed = cli._parser().parse_args([word.removesuffix("...") for word in _one_seed(words)])
    assert parsed.command is cli.COMMANDS[words[0]]


def _one_seed(words: list[str]) -> list[str]:
    """A synopsis with a number where N stands for one."""
    return ["7" if word == "N" else word for word in words]


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_option_is_documented(name: str) -> None:
    page = (ROOT / "docs" / "reference" / "command-line.md").read_text("utf-8")
    (row,) = re.findall(rf"^\| `doublet {name} ([^`]*)`", page, re.MULTILINE)
    known = {
        option
        for action in parsers()[name]._actions
        for option in action.option_strings
        if option.startswith("--") and option != "--help"
    }
    assert set(re.findall(r"--[a-z]+(?:-[a-z]+)*", row)) == known


@pytest.mark.parametrize(("page", "text"), blocks("python"), ids=[p for p, _ in blocks("python")])
def test_the_python_of_a_page_runs(
    checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], page: str, text: str
) -> None:
    script = tmp_path / "page.py"
    script.write_text(text, encoding="utf-8")
    runpy.run_path(str(script))
    assert "sulfate" in capsys.readouterr().out


SPECIES_FILES = [text for _, text in blocks("toml") if "[[species]]" in text]
RECIPES = [(page, text) for page, text in blocks("toml") if text not in SPECIES_FILES]


@pytest.mark.parametrize(("page", "text"), RECIPES, ids=[page for page, _ in RECIPES])
def test_the_recipe_of_a_page_is_one(tmp_path: Path, page: str, text: str) -> None:
    path = tmp_path / f"{page}.toml"
    path.write_text(text, "utf-8")
    recipe = load_recipe(path)
    assert recipe.regions[0].components


@pytest.mark.parametrize("text", SPECIES_FILES)
def test_the_species_file_of_a_page_is_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    (own,) = read_library(path, shipped()).values()
    shown = re.findall(r"^(\w+) = ", text.partition("[[species]]")[2], re.MULTILINE)
    assert set(shown) == set(Species.__dataclass_fields__)
    assert own.compound


def test_the_tables_of_the_pages_are_those_of_the_files() -> None:
    maker = runpy.run_path(str(ROOT / "docs" / "tables.py"))
    places = 0
    for page in PAGES:
        text = page.read_text("utf-8")
        assert maker["filled"](text) == text, f"{page.name}: run make tables"
        places += text.count("<!-- table: ")
    assert places >= len(maker["TABLES"])


def test_the_members_of_a_session_are_documented(example_session: Path) -> None:
    page = (ROOT / "docs" / "reference" / "session.md").read_text("utf-8")
    with zipfile.ZipFile(example_session) as archive:
        for name in json.loads(archive.read("session.json")):
            assert f"`{name}`" in page
        for name in archive.namelist():
            generic = re.sub(r"\d+\.npy$", "N.npy", name)
            assert f"`{generic}`" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    folders = "app|benchmarks|docs|packaging|resources|tests|xps"
    named = re.findall(rf"`((?:{folders})/[\w./-]+\.[a-z]+)`", page.read_text("utf-8"))
    assert [name for name in named if not (ROOT / name).is_file()] == []
