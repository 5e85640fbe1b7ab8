from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.recipes.recipe_choice import RecipeChoice
from app.recipes.recipes_window import RecipesWindow
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.projects import fitted, opened, region_id
from tests.app.user import choose, click
from xps.recipe import load_recipe

ONE = (
    'format = 1\nname = "one line"\n[[region]]\ncore_level = "P 2p"\n'
    "window_ev = [128.0, 138.0]\n[[region.component]]\n"
    'id = "p"\nname = "phosphorus"\ncenter = { value = 132.0 }\n'
)


@pytest.fixture
def recipes(window: MainWindow) -> RecipesWindow:
    """The window of recipes, opened from the menu."""
    window.document.replace(opened())
    choose(window, "recipes")
    assert window.recipes.window.isVisible()
    return window.recipes.window


def names(recipes: RecipesWindow) -> list[str]:
    return [recipes.list.item(row).text() for row in range(recipes.list.count())]


def press(recipes: RecipesWindow, name: str) -> None:
    assert recipes.buttons[name].isEnabled(), f"{name!r} is disabled"
    click(recipes.buttons[name])


def test_a_recipe_is_applied_to_the_selected_sample_alone(window: MainWindow) -> None:
    window.document.replace(opened())
    second = opened().samples[1].name
    entry = next(e for e in opened().entries if e.sample == second)
    window.selection.select_entry(entry.id)
    choose(window, "sample recipe cathode")
    project = window.document.project
    assert {project.entry(r.spectrum).sample for r in project.regions} == {second}
    assert window.document.stack.undoText() == f"Apply recipe cathode to {second}"
    assert project.sample(opened().samples[0].name).charge.method != "component"
    choose(window, "undo")
    assert window.document.project is opened()


def test_what_was_set_up_is_kept_as_a_recipe_and_applied_again(
    window: MainWindow, dialogs: ScriptedDialogs, own_recipes: Path
) -> None:
    window.document.replace(fitted())
    region = fitted().region(region_id(fitted(), "S 2p"))
    window.selection.select_entry(region.spectrum)
    window.selection.select_component("sulfite")
    choose(window, "remove")
    dialogs.texts = ["내 레시피"]
    choose(window, "save_recipe")
    assert "Recipe 내 레시피 is kept" in window.messages.text
    path = own_recipes / "내 레시피.toml"
    assert load_recipe(path).core_levels == ("S 2p", "O 1s")
    window.document.replace(opened())
    choose(window, "recipe 내 레시피")
    region_ = window.document.project.region(region_id(window.document.project, "S 2p"))
    assert [c.id for c in region_.components] == ["li2s", "ps4", "p_s_p", "sulfate"]


@pytest.mark.parametrize("name", ["cathode", " ", "///"])
def test_a_name_that_is_taken_or_empty_is_refused(
    window: MainWindow, dialogs: ScriptedDialogs, own_recipes: Path, name: str
) -> None:
    window.document.replace(fitted())
    dialogs.texts = [name]
    choose(window, "save_recipe")
    assert "a recipe" in window.messages.text
    assert not own_recipes.exists() or not list(own_recipes.iterdir())


def test_a_shipped_recipe_can_be_read_but_not_changed(recipes: RecipesWindow) -> None:
    recipes.choose("ncm-o1s")
    assert 'species = "lattice_o"' in recipes.text.toPlainText()
    assert recipes.text.isReadOnly()
    assert recipes.state_text.startswith("Comes with Doublet")
    for name in ("save", "remove"):
        assert not recipes.buttons[name].isEnabled()


def test_a_duplicate_is_edited_saved_and_applied(
    window: MainWindow, recipes: RecipesWindow, dialogs: ScriptedDialogs, own_recipes: Path
) -> None:
    recipes.choose("ncm-o1s")
    dialogs.texts = ["mine"]
    press(recipes, "duplicate")
    assert recipes.chosen is not None
    assert recipes.chosen.name == recipes.chosen.title == "mine"
    text = recipes.text.toPlainText()
    recipes.text.setFocus()
    recipes.text.selectAll()
    QApplication.clipboard().setText(text.replace("window_ev = [524.0", "window_ev = [525.0"))
    recipes.text.paste()
    assert recipes.state_text == "Changed, not saved"
    press(recipes, "save")
    assert recipes.state_text == "Saved"
    assert load_recipe(own_recipes / "mine.toml").regions[0].window_ev[0] == 525.0
    press(recipes, "apply")
    assert {region.window_ev[0] for region in window.document.project.regions} == {525.0}
    assert window.findChild(QAction, "recipe mine") is not None


def test_what_is_no_recipe_is_refused_with_its_place_and_the_file_stays(
    recipes: RecipesWindow, dialogs: ScriptedDialogs, own_recipes: Path
) -> None:
    recipes.choose("ncm-o1s")
    dialogs.texts = ["mine"]
    press(recipes, "duplicate")
    before = (own_recipes / "mine.toml").read_bytes()
    recipes.text.setFocus()
    QTest.keyClicks(recipes.text, "broken ")
    press(recipes, "save")
    assert "not a TOML file" in recipes.state_text
    assert (own_recipes / "mine.toml").read_bytes() == before
    assert recipes.text.toPlainText().startswith("broken ")
    recipes.choose("cathode")
    recipes.choose("mine")
    assert recipes.text.toPlainText().startswith("broken "), "what was typed is not lost"
    press(recipes, "revert")
    assert recipes.text.toPlainText().encode() == before


def test_recipes_are_shared_as_files(
    recipes: RecipesWindow, dialogs: ScriptedDialogs, tmp_path: Path, own_recipes: Path
) -> None:
    recipes.choose("cathode")
    shared = tmp_path / "for you.toml"
    dialogs.to_save = [shared]
    press(recipes, "export")
    assert load_recipe(shared) == load_recipe("cathode")
    dialogs.to_open = [[shared], [shared]]
    press(recipes, "import")
    assert recipes.chosen is not None
    assert recipes.chosen.name == "for you"
    title = load_recipe("cathode").title
    assert [name for name in names(recipes) if name.startswith(title)] == [
        title,
        f"{title} (for you)",
    ]
    assert load_recipe(own_recipes / "for you.toml").regions == load_recipe("cathode").regions
    press(recipes, "import")
    assert "there is a recipe for you already" in recipes.state_text


def test_a_removed_recipe_can_be_brought_back(
    window: MainWindow, recipes: RecipesWindow, dialogs: ScriptedDialogs, own_recipes: Path
) -> None:
    recipes.choose("cathode")
    dialogs.texts = ["mine"]
    press(recipes, "duplicate")
    before = (own_recipes / "mine.toml").read_bytes()
    press(recipes, "remove")
    assert not (own_recipes / "mine.toml").exists()
    assert window.findChild(QAction, "recipe mine") is None
    message = window.messages.messages[-1]
    assert message.text == "Removed the recipe mine."
    undo = next(b for b in message.findChildren(type(recipes.buttons["save"])))
    assert undo.text() == "Undo"
    click(undo)
    assert (own_recipes / "mine.toml").read_bytes() == before


def test_a_broken_file_in_the_folder_is_named_and_not_offered(
    window: MainWindow, own_recipes: Path
) -> None:
    own_recipes.mkdir()
    (own_recipes / "broken.toml").write_text("format = 9\n", "utf-8")
    (own_recipes / "one.toml").write_text(ONE, "utf-8")
    window.recipes.own.changed.emit()
    action = window.findChild(QAction, "recipe broken")
    assert action is not None
    assert not action.isEnabled()
    assert "format" in action.toolTip()
    choose(window, "recipes")
    recipes = window.recipes.window
    recipes.choose("broken")
    assert "format = 9" in recipes.text.toPlainText()
    assert "this version reads format 1" in recipes.state_text
    assert not recipes.buttons["apply"].isEnabled()
    recipes.choose("one")
    assert recipes.buttons["apply"].isEnabled()


@pytest.mark.parametrize("name", ["batch", "map"])
def test_recipes_come_and_go_in_the_windows_that_offer_them(
    window: MainWindow, dialogs: ScriptedDialogs, own_recipes: Path, name: str
) -> None:
    dialogs.to_open.append([])
    choose(window, name)
    shown = window.batches.window if name == "batch" else window.maps.window
    choice = shown.recipe
    assert isinstance(choice, RecipeChoice)
    assert choice.choose("cathode")
    shipped = choice.count()
    own = window.recipes.own
    kept = own.keep("mine", ONE)
    assert choice.currentData() == "cathode"
    assert choice.choose(kept.source)
    own.keep("another", ONE)
    assert choice.currentData() == kept.source
    for recipe in own.listed:
        if recipe.path is not None:
            own.remove(recipe)
    assert choice.count() == shipped
    assert choice.currentIndex() == 0
    shown.close()


def test_the_window_of_recipes_closes_by_escape_and_comes_back(
    window: MainWindow, recipes: RecipesWindow
) -> None:
    QTest.keyClick(recipes, Qt.Key.Key_Escape)
    assert not recipes.isVisible()
    choose(window, "recipes")
    assert recipes.isVisible()
    assert recipes.size().width() > 0
    assert recipes.buttons["apply_to_sample"].isEnabled()


def test_every_button_says_what_it_does(recipes: RecipesWindow) -> None:
    for button in recipes.buttons.values():
        assert button.toolTip()
        assert button.mapTo(recipes, QPoint(button.width(), 0)).x() <= recipes.width()
