"""What the guide tells people to choose and to press is in the menus of the window."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

from app.actions import ACTIONS
from app.window import MainWindow

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "docs" / "reference" / "window.md",
    *sorted((ROOT / "docs" / "guide").rglob("*.md")),
]
TEXTS = {page.name: page.read_text("utf-8") for page in PAGES}
MENUS = ("File", "Edit", "Analysis", "Plot", "View", "Help")
CHOICE = re.compile(rf"\*({'|'.join(MENUS)}) → ([^*]+)\*(?: \(((?:Ctrl|F\d)[^)]*)\))?")
KEY = re.compile(r"(?<![\w+])((?:Ctrl\+)?(?:Shift\+)?F\d+|Ctrl\+(?:Shift\+)?[A-Z0-9/])(?!\w)")
MISSPELT = ["*Help → Exampel*", "Ctrl+Shift+Q"]


def plain(text: str) -> str:
    return text.replace("&", "").split("\t")[0].strip().rstrip("…").partition(":")[0]


CHOICES = [(name, *found) for name, text in TEXTS.items() for found in CHOICE.findall(text)]
KEYS = {(name, key) for name, text in TEXTS.items() for key in KEY.findall(text)}


@pytest.fixture
def known_keys(qapp: QApplication) -> set[str]:
    """All keys of the table of actions; which the standard ones are, the platform knows."""
    bindings = [
        [QKeySequence(spec.keys)]
        if isinstance(spec.keys, str)
        else QKeySequence.keyBindings(spec.keys)
        for spec in ACTIONS
        if spec.keys is not None
    ]
    return {sequence.toString() for sequences in bindings for sequence in sequences}


def test_the_guide_names_menus_and_keys() -> None:
    assert len(CHOICES) >= 15
    assert len(KEYS) >= 20
    assert CHOICE.search(MISSPELT[0])
    assert KEY.fullmatch(MISSPELT[1])


def test_what_the_guide_says_to_choose_is_in_its_menu(window: MainWindow) -> None:
    menus = {
        plain(action.text()): {plain(item.text()) for item in action.menu().actions()}
        for action in window.menuBar().actions()
    }
    missing = [
        f"{page}: {menu} → {item}"
        for page, menu, item, _ in CHOICES
        if plain(item) not in menus[menu]
    ]
    assert missing == []
    assert "Exampel" not in menus["Help"]


@pytest.mark.parametrize(("page", "key"), sorted(KEYS))
def test_a_key_of_the_guide_does_something(known_keys: set[str], page: str, key: str) -> None:
    assert key in known_keys
    assert MISSPELT[1] not in known_keys


@pytest.mark.parametrize(
    ("item", "key"), [(item, key) for _, _, item, key in CHOICES if key], ids=str
)
def test_a_key_beside_a_choice_is_its_own(qapp: QApplication, item: str, key: str) -> None:
    (spec,) = (spec for spec in ACTIONS if plain(spec.text) == plain(item))
    assert spec.keys is not None
    assert QKeySequence(spec.keys).toString() == key
