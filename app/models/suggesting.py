"""Search for models of the selected spectrum, preview them, and take or leave them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.fitting.analysis import Analysis
from app.fitting.jobs import Job, Jobs
from app.gestures.gestures import place
from app.gestures.suggestion_gestures import take_model
from app.models.suggestion_view import SuggestionView
from app.plot.looks import looks_of
from app.plot.plot_marks import PlotMarks
from app.session.document import Document
from app.session.editing import Editor
from app.session.selection import Selection
from app.widgets.message_bar import MessageBar
from xps.errors import XpsError
from xps.problem import evaluate
from xps.project import Project

if TYPE_CHECKING:
    from xps.sample_models import SampleSuggestion
    from xps.suggested import SuggestedModel

_TOPIC = "suggestion"


class Suggesting(QObject):
    """One suggestion at a time, from the search to its end.

    Signals
    -------
    opened(), closed()
        There is a suggestion to look at, or none any more.
    """

    opened = Signal()
    closed = Signal()

    def __init__(
        self,
        document: Document,
        selection: Selection,
        editor: Editor,
        analysis: Analysis,
        jobs: Jobs,
        messages: MessageBar,
        marks: PlotMarks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._editor = editor
        self._analysis = analysis
        self._jobs = jobs
        self._messages = messages
        self._marks = marks
        self._job: Job | None = None
        self._entry_id = ""
        self._found: SampleSuggestion | None = None
        self.view = SuggestionView()
        self.view.modelChosen.connect(lambda _: self._preview())
        self.view.takeWanted.connect(self.take)
        self.view.leaveWanted.connect(self.leave)
        selection.changed.connect(self._preview)
        document.projectChanged.connect(self._follow)

    @property
    def is_open(self) -> bool:
        """Whether there is a suggestion to look at."""
        return self._found is not None

    def suggest(self) -> None:
        """Search for models of the selected spectrum, off this thread."""
        entry, project = self._selection.entry, self._document.project
        if entry is None:
            return
        if self._job is not None:
            self._job.cancel()
        self._messages.settle(_TOPIC)

        def work(job: Job) -> SampleSuggestion:
            from xps.sample_models import suggest_model

            return suggest_model(project, entry.id, cancelled=job.must_stop)

        self._job = self._jobs.run(
            f"Search models for {place(project, entry)}",
            work,
            lambda found: self._take_in(entry.id, found),
            self._on_failed,
        )
        self._job.ended.connect(self._on_ended)

    def take(self, index: int) -> None:
        """Make one of the models the region of its spectrum, and fit it."""
        model = self._model(index)
        if model is None or self._found is None:
            return
        entry_id, charge = self._entry_id, self._found.charge
        self.leave()
        if self._editor.do(take_model, entry_id, model, charge):
            self._selection.select_entry(entry_id)
            region = self._document.project.region_of(entry_id)
            if region is not None:
                self._analysis.fit((region.id,))

    def leave(self) -> None:
        """Close the preview; nothing changes."""
        if self._found is not None:
            self._found = None
            self._marks.clear_preview()
            self.closed.emit()

    def _take_in(self, entry_id: str, found: SampleSuggestion) -> None:
        project = self._document.project
        if found.suggestion is None or all(e.id != entry_id for e in project.entries):
            return
        self._found, self._entry_id = found, entry_id
        self.view.show_suggestion(place(project, project.entry(entry_id)), found.suggestion)
        self._selection.select_entry(entry_id)
        self.opened.emit()
        self._preview()

    def _on_failed(self, error: XpsError) -> None:
        self._messages.error(f"No model could be suggested: {error}", topic=_TOPIC)

    @Slot()
    def _on_ended(self) -> None:
        if self.sender() is self._job:
            self._job = None

    def _model(self, index: int) -> SuggestedModel | None:
        suggestion = None if self._found is None else self._found.suggestion
        if suggestion is None or not 0 <= index < len(suggestion.models):
            return None
        return suggestion.models[index]

    def _follow(self, _: Project, present: Project) -> None:
        if self._found is None:
            return
        if all(entry.id != self._entry_id for entry in present.entries):
            self.leave()
        else:
            self._preview()

    def _preview(self) -> None:
        """Lay the chosen model over the plot, where its spectrum is shown."""
        if self._found is None:
            return
        entry, model = self._selection.entry, self._model(self.view.chosen)
        if entry is None or entry.id != self._entry_id or model is None:
            self._marks.clear_preview()
            return
        shift = self._found.charge.shift_ev
        try:
            curves = evaluate(model.region, entry.spectrum, shift)
        except XpsError as error:
            self._marks.clear_preview()
            self._on_failed(error)
            return
        shown = self._document.project.charge_of(entry.id).shift_ev
        looks = looks_of(self._document.project, model.region)
        self._marks.show_preview(curves.model, shown - shift, looks)
