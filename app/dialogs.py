"""The questions the app asks in a window of their own; tests answer them without one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QLabel, QMessageBox, QWidget

from app.importing.importing import ImportAnswer
from app.importing.opening import Unclear
from app.preferences.preferences import FIGURE_ENDINGS

_SPECTRA = (
    "*.vms *.npl *.vamas *.vgd *.spe *.pro *.xlsx *.xls *.xml *.ibw *.itx"
    " *.avg *.kal *.sle *.nxs *.h5 *.csv *.txt *.xy *.dat"
)
SPECTRA = f"Spectra ({_SPECTRA});;All files (*)"
SPECTRA_AND_SESSIONS = f"Spectra and sessions ({_SPECTRA} *.doublet);;All files (*)"
MAP_RESULTS = (
    "All numbers as NeXus (*.nxs);;The quantity shown, PNG (*.png);;"
    "The quantity shown, PDF (*.pdf);;The quantity shown, SVG (*.svg)"
)
SESSIONS = "Doublet sessions (*.doublet)"
TABLES = "Tables (*.csv *.txt *.tsv);;All files (*)"
BATCH_TABLES = "Tables (*.csv)"
TEXTS = "Text (*.txt)"
RECIPES = "Recipes (*.toml);;All files (*)"

_TEXT_WIDTH = 440

SaveAnswer = Literal["save", "discard", "cancel"]
OverwriteAnswer = Literal["overwrite", "save as", "cancel"]


class Dialogs(Protocol):
    """What the app asks of a person."""

    def open_files(self, title: str, folder: Path, filters: str) -> list[Path]:
        """Return the files that were chosen; none if cancelled."""
        ...

    def save_file(self, title: str, suggested: Path, filters: str) -> Path | None:
        """Return the file to write; None if cancelled."""
        ...

    def choose_folder(self, title: str, folder: Path) -> Path | None:
        """Return the folder that was chosen; None if cancelled."""
        ...

    def ask_to_save(self, name: str) -> SaveAnswer:
        """Ask what becomes of unsaved changes."""
        ...

    def ask_to_overwrite(self, name: str, why: str) -> OverwriteAnswer:
        """Ask whether to replace a file although something is against it."""
        ...

    def ask_text(self, title: str, label: str, text: str) -> str | None:
        """Ask for a line of text; None if cancelled."""
        ...

    def ask_columns(self, file: Unclear, alike: int) -> ImportAnswer | None:
        """Ask how a text file is to be understood, one of so many alike; None if cancelled."""
        ...


class NativeDialogs:
    """The dialogs of the platform.

    Parameters
    ----------
    window : QWidget
        The window that they belong to where none of the program is active.
    """

    def __init__(self, window: QWidget) -> None:
        self._window = window

    @property
    def _parent(self) -> QWidget:
        """The window that asks: desktops bring it to the front once it is answered."""
        return QApplication.activeWindow() or self._window

    def open_files(self, title: str, folder: Path, filters: str) -> list[Path]:
        names, _ = QFileDialog.getOpenFileNames(self._parent, title, str(folder), filters)
        return [Path(name) for name in names]

    def save_file(self, title: str, suggested: Path, filters: str) -> Path | None:
        name, chosen = QFileDialog.getSaveFileName(self._parent, title, str(suggested), filters)
        if not name:
            return None
        return with_ending(Path(name), chosen, filters)

    def choose_folder(self, title: str, folder: Path) -> Path | None:
        name = QFileDialog.getExistingDirectory(self._parent, title, str(folder))
        return Path(name) if name else None

    def ask_to_save(self, name: str) -> SaveAnswer:
        box = QMessageBox(self._parent)
        box.setIcon(QMessageBox.Icon.Question)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"Save the changes to {name}?")
        box.setInformativeText("They are lost if you discard them.")
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        answers: dict[int, SaveAnswer] = {buttons.Save: "save", buttons.Discard: "discard"}
        return answers.get(box.exec(), "cancel")

    def ask_to_overwrite(self, name: str, why: str) -> OverwriteAnswer:
        box = QMessageBox(self._parent)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"Replace {name}?")
        box.setInformativeText(f"{why} What is in it now would be lost.")
        roles = QMessageBox.ButtonRole
        other = box.addButton("Save as…", roles.AcceptRole)
        replace = box.addButton("Replace", roles.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(other)
        box.exec()
        answers: dict[object, OverwriteAnswer] = {other: "save as", replace: "overwrite"}
        return answers.get(box.clickedButton(), "cancel")

    def ask_text(self, title: str, label: str, text: str) -> str | None:
        dialog = QInputDialog(self._parent)
        dialog.setWindowTitle(title)
        dialog.setLabelText(label)
        dialog.setTextValue(text)
        for shown in dialog.findChildren(QLabel):
            shown.setTextFormat(Qt.TextFormat.PlainText)
            shown.setWordWrap(True)
        dialog.resize(_TEXT_WIDTH, dialog.sizeHint().height())
        return dialog.textValue() if dialog.exec() else None

    def ask_columns(self, file: Unclear, alike: int) -> ImportAnswer | None:
        from app.importing.import_dialog import ImportDialog

        dialog = ImportDialog(file, alike, self._parent)
        try:
            return dialog.answer if dialog.exec() else None
        finally:
            dialog.deleteLater()


def figure_filters(first: str) -> str:
    """Return the file filters of figures, that of one ending before the others."""
    endings = sorted(FIGURE_ENDINGS, key=lambda ending: ending != first)
    return ";;".join(f"Figure, {ending[1:].upper()} (*{ending})" for ending in endings)


def with_ending(path: Path, chosen: str, filters: str) -> Path:
    """Return a path that ends as one of the file filters says.

    Parameters
    ----------
    path : Path
        As it was typed. What follows a dot in a name like "4.3 V" is no ending.
    chosen : str
        The filter that was chosen, e.g. "Table (*.csv)".
    filters : str
        All filters, parted by ";;".
    """
    endings = re.findall(r"\*(\.\w+)", filters)
    if path.suffix.lower() in endings or not endings:
        return path
    ending = next(iter(re.findall(r"\*(\.\w+)", chosen)), endings[0])
    return path.with_name(path.name + ending)
