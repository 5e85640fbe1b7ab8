"""The libraries that Doublet stands on, with their licenses: from the bundle, or as installed."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

FOLDER, OVERVIEW = "licenses", "README.md"
"""Of a bundle: a folder of texts for each part, and a table of the parts."""

DIRECT = (
    *("lmfit", "matplotlib", "numpy", "olefile", "PySide6-Essentials", "pyqtgraph", "scipy"),
    "xlrd",
)
_TEXT_NAMES = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
_ROW = re.compile(r"^\| *([^|]+?) *\| *([^|]*?) *\| *([^|]+?) *\| *\[([^]|]+)\]\(", re.MULTILINE)
_LONGEST_EXPRESSION = 80
_SEE_TEXT = "see its text"


@dataclass(frozen=True)
class Library:
    """A library, and under what license it stands.

    Attributes
    ----------
    name, version : str
    license : str
        Its short name, as far as the library gives one.
    texts : tuple of Path
        Files that hold the full words.
    """

    name: str
    version: str
    license: str
    texts: tuple[Path, ...]

    @property
    def words(self) -> str:
        """The full words of all its licenses."""
        found = [path.read_text("utf-8", "replace").strip() for path in self.texts]
        return "\n\n".join(found) or f"{self.name} is under {self.license}."


def libraries(bundle: Path | None = None) -> tuple[Library, ...]:
    """Return the libraries by name, those of the bundle where there is one.

    Parameters
    ----------
    bundle : Path, optional
        The bundle's folder of licenses; that of the running program by default.
    """
    folder = bundle or bundled_folder()
    found = _installed() if folder is None else _bundled(folder)
    return tuple(sorted(found, key=lambda library: library.name.casefold()))


def bundled_folder() -> Path | None:
    """Return the folder of licenses that came with the program, if one did."""
    if not getattr(sys, "frozen", False):
        return None
    program = Path(sys.executable).resolve().parent
    within = Path(getattr(sys, "_MEIPASS", program))
    return next((f for f in (program / FOLDER, within / FOLDER) if f.is_dir()), None)


def _bundled(folder: Path) -> list[Library]:
    """Read the table of a bundle: name, version, license, and the folder of the texts."""
    rows = _ROW.findall((folder / OVERVIEW).read_text("utf-8"))
    return [
        Library(name, version, license_, tuple(sorted((folder / place).iterdir())))
        for name, version, license_, place in rows
        if (folder / place).is_dir()
    ]


def _installed() -> list[Library]:
    """All that is needed at run time, with what that needs in its turn."""
    found: dict[str, Library] = {}
    wanted = list(DIRECT)
    while wanted:
        name = wanted.pop()
        key = re.sub(r"[-_.]+", "-", name).casefold()
        if key in found:
            continue
        try:
            record = distribution(name)
        except PackageNotFoundError:  # for another system, or another Python
            continue
        found[key] = _library(record)
        wanted += [
            match[0]
            for requirement in record.requires or ()
            if "extra ==" not in requirement and (match := re.match(r"[\w.-]+", requirement))
        ]
    return list(found.values())


def _library(record: Distribution) -> Library:
    metadata = record.metadata
    texts = [
        Path(str(record.locate_file(file)))
        for file in record.files or ()
        if _TEXT_NAMES.search(file.name) and file.suffix in {"", ".txt", ".md"}
    ]
    said = [
        text for key in ("License-Expression", "License") for text in metadata.get_all(key) or ()
    ]
    one_line = [text for text in said if len(text.splitlines()) == 1]
    classified = [
        text.rpartition(" :: ")[2]
        for text in metadata.get_all("Classifier") or ()
        if text.startswith("License :: ")
    ]
    license = next(iter((*one_line, *classified)), _SEE_TEXT)[:_LONGEST_EXPRESSION]
    there = tuple(path for path in texts if path.is_file())
    return Library(metadata["Name"].replace("_", "-"), record.version, license, there)
