"""The document: one immutable project, the edits that led to it, and the file it lives in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from app.session.commands import Edit
from xps.errors import XpsError
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
    failuresChanged()
        Fits failed, or succeeded that had failed.
    """

    projectChanged = Signal(object, object)
    replaced = Signal()
    titleChanged = Signal()
    failuresChanged = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = Project()
        self._path: Path | None = None
        self._name = UNTITLED
        self._failures: dict[str, tuple[str, XpsError]] = {}
        self._is_showing = False
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
        if self._path is not None:
            return self._path.name
        return self._name if self._project.entries else UNTITLED

    @property
    def is_modified(self) -> bool:
        """Whether there are changes that no file holds."""
        return not self.stack.isClean()

    @property
    def failures(self) -> dict[str, XpsError]:
        """Why regions could not be fitted as they are now, by region id."""
        project = self._project
        present = {region.id for region in project.regions}
        return {
            id_: error
            for id_, (fingerprint, error) in self._failures.items()
            if id_ in present and project.fingerprint(id_) == fingerprint
        }

    def note_failures(
        self, fitted: Collection[str], failures: Mapping[str, XpsError], before: Project
    ) -> None:
        """Remember which fits failed; no edit, and not part of the session.

        Parameters
        ----------
        fitted : collection of str
            Ids of all regions that were to be fitted.
        failures : mapping of str to XpsError
            Why some of them could not be.
        before : Project
            What was fitted.
        """
        if not failures and not any(id_ in self._failures for id_ in fitted):
            return
        for id_ in fitted:
            self._failures.pop(id_, None)
        for id_, error in failures.items():
            self._failures[id_] = (before.fingerprint(id_), error)
        self.failuresChanged.emit()

    def push(
        self,
        project: Project,
        text: str,
        merge_key: str = "",
        spectra: Collection[str] = (),
        *,
        takes_back: bool = False,
    ) -> None:
        """Make a new project the present one, as an undoable edit with a line of history.

        `spectra` were given regions by it, or with `takes_back` lost what they were given.

        While the views take another project this does nothing: a field that they hide then still
        tells what was typed for the old one, which would come between two steps of undo.
        """
        if project is self._project or self._is_showing:
            return
        new = project.with_step(Step.now(text))
        self.stack.push(
            Edit(
                self._show,
                self._project,
                new,
                text,
                merge_key,
                frozenset(spectra),
                takes_back=takes_back,
            )
        )

    def giver_of(self, entry_id: str) -> Edit | None:
        """Return the last edit that gave a spectrum its region together with others.

        None where there is none that can be undone, or where it was taken back here.
        """
        if self._project.region_of(entry_id) is None:
            return None
        for index in reversed(range(self.stack.index())):
            edit = self.stack.command(index)
            if isinstance(edit, Edit) and entry_id in edit.spectra:
                return None if edit.takes_back else edit
        return None

    def replace(
        self,
        project: Project,
        path: Path | None = None,
        name: str = UNTITLED,
        *,
        is_saved: bool = True,
    ) -> None:
        """Load another project; nothing of the old one can be undone."""
        self._path = path
        self._name = name
        self.stack.clear()
        if not is_saved:
            self.stack.resetClean()
        self.replaced.emit()
        self._show(project)
        self.titleChanged.emit()

    def mark_saved(self, path: Path) -> None:
        """Remember that a file holds the present project."""
        self._path = path
        self.stack.setClean()
        self.titleChanged.emit()

    def _show(self, project: Project) -> None:
        old, self._project = self._project, project
        if old is project:
            return
        self._is_showing = True
        try:
            self.projectChanged.emit(old, project)
        finally:
            self._is_showing = False
