"""Opens the choice of spectra that take a region or a component over, and carries it out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.fitting.analysis import Analysis
from app.fitting.jobs import Job, Jobs
from app.fitting.solver_import import load_solver
from app.gestures.gestures import Change, region_place, short_name
from app.gestures.propagation import copied, given_regions, propagate, taken_back, targets
from app.samples.propagate_dialog import PropagateDialog
from app.session.document import Document
from app.session.editing import Editor
from app.session.selection import Selection
from xps.errors import CancelledError
from xps.project import Entry, Project

Step = Callable[[int, int], None]

_SCOPES = (("Window, background and components", "model"), ("Window and background", "window"))


class Propagating(QObject):
    """Gives many spectra what one has.

    Parameters
    ----------
    window : QWidget
    document : Document
    selection : Selection
    editor : Editor
    analysis : Analysis
    jobs : Jobs
    """

    def __init__(
        self,
        window: QWidget,
        document: Document,
        selection: Selection,
        editor: Editor,
        analysis: Analysis,
        jobs: Jobs,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        self._selection = selection
        self._editor = editor
        self._analysis = analysis
        self._jobs = jobs

    def region(self) -> None:
        """Propagate the region of the selected spectrum."""
        region = self._selection.region
        if region is None:
            return
        project = self._document.project
        make = partial(propagate, project, region.id)
        self._open(
            f"Propagate {region_place(project, region)}", targets(project, region.id), make, _SCOPES
        )

    def component(self, region_id: str, component_id: str) -> None:
        """Copy a component to other spectra that have a region."""
        project = self._document.project
        name = short_name(project.region(region_id).component(component_id).name)
        entries = [e for e in targets(project, region_id) if project.region_of(e.id) is not None]

        def make(ids: Collection[str], _scope: str, step: Step | None = None) -> Change:
            return copied(project, region_id, component_id, ids, step)

        self._open(f"Copy {name}", entries, make, ((f"{name} alone", "component"),))

    def _open(
        self,
        title: str,
        entries: Sequence[Entry],
        make: Callable[..., Change],
        scopes: Sequence[tuple[str, str]],
    ) -> None:
        if not entries:
            self._editor.refuse("No other spectrum of this core level can take it over.")
            return
        project = self._document.project
        dialog = PropagateDialog(project, entries, title, make, scopes, self._window)
        dialog.chosen.connect(
            lambda ids, scope, fit: self._carry_out(project, title, partial(make, ids, scope), fit)
        )
        dialog.open()

    def _carry_out(
        self, before: Project, title: str, make: Callable[[Step], Change], fit: bool
    ) -> None:
        """Place the regions off this thread: the start values of hundreds take their time."""

        def work(job: Job) -> Change:
            load_solver()

            def step(done: int, total: int) -> None:
                if job.must_stop():
                    raise CancelledError("placing the regions was cancelled")
                job.report(done, total)

            return make(step)

        self._jobs.run(
            title,
            work,
            lambda change: self._take(before, change, fit=fit),
            lambda error: self._editor.refuse(str(error)),
        )

    def _take(self, before: Project, change: Change, *, fit: bool) -> None:
        if self._document.project is not before:
            self._editor.refuse("The project changed meanwhile: choose again.")
            return
        given = given_regions(before, change.project)
        self._document.push(change.project, change.text, spectra=[r.spectrum for r in given])
        if fit:
            self._analysis.fit(tuple(region.id for region in given))

    def take_back(self) -> None:
        """Undo for the selected spectrum alone what gave it and others their regions."""
        entry = self._selection.entry
        edit = None if entry is None else self._document.giver_of(entry.id)
        if entry is None or edit is None:
            return
        change = taken_back(self._document.project, edit.old, edit.spectra, entry.id, edit.text())
        self._document.push(change.project, change.text, spectra=[entry.id], takes_back=True)
