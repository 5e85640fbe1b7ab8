"""Recipes of one's own: files in a folder of the user, each read before it is kept."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.places import own_folder
from xps.atomic import write_atomically
from xps.errors import RecipeError, XpsError
from xps.recipe import STORED, Recipe, load_recipe, shipped_recipes
from xps.recipe_text import recipe_text

ENDING = ".toml"
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_LONGEST_NAME = 80


def recipe_folder() -> Path:
    """Return where a user's own recipes are kept."""
    return own_folder("recipes")


@dataclass(frozen=True)
class Listed:
    """A recipe that can be applied.

    Attributes
    ----------
    name : str
        The name of a shipped recipe, or of a file without its ending.
    title : str
        What people read.
    path : Path or None
        None for a shipped recipe.
    problem : str
        Why it cannot be read; "" where it can.
    """

    name: str
    title: str
    path: Path | None = None
    problem: str = ""

    @property
    def source(self) -> str | Path:
        """What `load_recipe` takes."""
        return self.path or self.name


class OwnRecipes(QObject):
    """The shipped recipes and those of a folder.

    Parameters
    ----------
    folder : Path
        Made at the first recipe that is kept.

    Signals
    -------
    changed()
        A recipe came, went, or is another one.
    """

    changed = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder

    @property
    def listed(self) -> tuple[Listed, ...]:
        """All recipes: those that are shipped, then one's own by name."""
        shipped = [Listed(name, load_recipe(name).title) for name in shipped_recipes()]
        try:
            paths = sorted(self._folder.glob(f"*{ENDING}"))
        except OSError:
            paths = []
        found = [*shipped]
        for path in paths:
            own, titles = _listed(path), [recipe.title for recipe in found]
            twice = own.title in titles
            found.append(replace(own, title=f"{own.title} ({own.name})") if twice else own)
        return tuple(found)

    def text_of(self, recipe: Listed) -> str:
        """Return a recipe as text; a shipped one with its includes written out.

        Raises
        ------
        RecipeError
            If its file cannot be read.
        """
        if recipe.path is None:
            return recipe_text(load_recipe(recipe.name))
        try:
            return recipe.path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RecipeError(
                f"cannot read the recipe: {error}", "check the file", path=recipe.path
            ) from error

    def keep(self, name: str, text: str, *, replaces: Listed | None = None) -> Listed:
        """Keep a text as a recipe of a name.

        Parameters
        ----------
        name : str
        text : str
            TOML.
        replaces : Listed, optional
            The own recipe whose place it takes; without it no other may have the name.

        Raises
        ------
        RecipeError
            If it is no recipe, or the name is empty or taken.
        WriteError
            If the folder refuses it.
        """
        plain = " ".join(_FORBIDDEN.sub(" ", name).split())[:_LONGEST_NAME].strip(". ")
        if not plain:
            raise RecipeError("a recipe needs a name", "type one")
        path = self._folder / f"{plain}{ENDING}"
        is_same = replaces is not None and replaces.path == path
        taken = plain in (*shipped_recipes(), STORED) or (path.exists() and not is_same)
        if taken:
            raise RecipeError(f"there is a recipe {plain} already", "choose another name")
        _check(text, path.name)
        self._folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text.encode("utf-8"))
        self.changed.emit()
        return _listed(path)

    def duplicate(self, recipe: Listed, name: str) -> Listed:
        """Keep a copy of a recipe, as it was saved last, under another name.

        Raises
        ------
        XpsError
            As `keep`, and if it cannot be read.
        """
        copy = replace(load_recipe(recipe.source), name=name.strip(), title=name.strip())
        return self.keep(name, recipe_text(copy))

    def keep_recipe(self, recipe: Recipe) -> Listed:
        """Keep a recipe under its name.

        Raises
        ------
        XpsError
            As `keep`, and if the format cannot say what it holds.
        """
        return self.keep(recipe.name, recipe_text(recipe))

    def remove(self, recipe: Listed) -> str:
        """Remove an own recipe; return its text, so that it can be brought back.

        Raises
        ------
        RecipeError
            If the file cannot be read or removed.
        """
        text = self.text_of(recipe)
        if recipe.path is not None:
            try:
                recipe.path.unlink()
            except OSError as error:
                raise RecipeError(
                    f"cannot remove the recipe: {error.strerror}", path=recipe.path
                ) from error
            self.changed.emit()
        return text

    def read(self, path: Path) -> Listed:
        """Take in a recipe file of somebody else, includes written out.

        Raises
        ------
        XpsError
            If it is no recipe, or its name is taken.
        """
        return self.keep(path.stem, recipe_text(load_recipe(path)))

    def write(self, recipe: Listed, path: Path) -> None:
        """Write a recipe to a file that others can read, includes written out.

        Raises
        ------
        XpsError
            If it cannot be read or written.
        """
        write_atomically(path, recipe_text(load_recipe(recipe.source)).encode("utf-8"))


def _listed(path: Path) -> Listed:
    try:
        return Listed(path.stem, load_recipe(path).title, path)
    except XpsError as error:
        return Listed(path.stem, path.stem, path, str(error))


def _check(text: str, file_name: str) -> None:
    """Raise what is wrong with a text as a recipe, under the name that its file shall have."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file_name
        path.write_text(text, "utf-8")
        try:
            load_recipe(path)
        except RecipeError as error:
            raise RecipeError(error.reason, error.remedy, where=error.where) from error
