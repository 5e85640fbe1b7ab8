"""The document: one immutable project, the edits that led to it, and the file it lives in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from app.commands import Edit
from xps import __version__
from xps.project import Project, Step

UNTITLED = "Untitled"


class Document(QObject):
    """What the window shows. `push` is the only way to change the project.

    Signals
    -------
    projectChanged(Project, Project)
        The project before and after an edit, an undo or a redo.
    replaced()
        Another document was loaded; `projectChanged` follows.
    titleChanged()
        The name, or whether there are unsaved changes.
    """

    projectChanged = Signal(object, object)
    replaced = Signal()
    titleChanged = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = Project()
        self._path: Path | None = None
        self._name = UNTITLED
        self.stack = QUndoStack(self)
        self.stack.cleanChanged.connect(self.titleChanged)

    @property
    def project(self) -> Project:
        """The present project."""
        return self._project

    @property
    def path(self) -> Path | None:
        """The session file; None if it was never saved."""
        return self._path

    @property
    def name(self) -> str:
        """What the title bar says."""
        return self._path.name if self._path else self._name

    @property
    def is_modified(self) -> bool:
        """Whether there are changes that no file holds."""
        return not self.stack.isClean()

    def push(self, project: Project, text: str, merge_key: str = "") -> None:
        """Make a new project the present one, as an undoable edit with a line of history."""
        if project is self._project:
            return
        step = Step(datetime.now(UTC).isoformat(timespec="seconds"), text, __version__)
        new = project.with_step(step)
        self.stack.push(Edit(self._show, self._project, new, text, merge_key))

    def replace(self, project: Project, path: Path | None = None, name: str = UNTITLED) -> None:
        """Load another project; nothing of the old one can be undone."""
        self._path = path
        self._name = name
        self.stack.clear()
        self.replaced.emit()
        self._show(project)
        self.titleChanged.emit()

    def rename(self, name: str) -> None:
        """Name a document that was never saved."""
        self._name = name
        self.titleChanged.emit()

    def mark_saved(self, path: Path) -> None:
        """Remember that a file holds the present project."""
        self._path = path
        self.stack.setClean()
        self.titleChanged.emit()

    def _show(self, project: Project) -> None:
        old, self._project = self._project, project
        if old is not project:
            self.projectChanged.emit(old, project)
