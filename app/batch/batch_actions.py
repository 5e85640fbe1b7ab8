"""What is done with a batch: choose, start, cancel, and say what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtWidgets import QWidget

from app.batch.batch_request import BatchRequest
from app.batch.batch_window import BatchWindow
from app.dialogs import BATCH_TABLES, SPECTRA, Dialogs
from app.fitting.jobs import Job, Jobs
from app.help.help_actions import Opener
from app.recipes.own_recipes import OwnRecipes
from app.settings import Settings
from app.status import left_text
from app.widgets.forward import bring_forward
from app.widgets.message_bar import Button
from xps.errors import XpsError

if TYPE_CHECKING:
    from xps.batch import Outcome, Progress

_TOPIC = "batch"


class BatchActions(QObject):
    """Carries out what the window of a batch asks for.

    Parameters
    ----------
    jobs : Jobs
    dialogs : Dialogs
    settings : Settings
    recipes : OwnRecipes
    opener : callable
        Opens an address outside of the program.
    parent : QWidget

    Signals
    -------
    ended(object)
        The Outcome, or the error; None after Cancel.
    """

    ended = Signal(object)
    _fitted = Signal(object)

    def __init__(
        self,
        jobs: Jobs,
        dialogs: Dialogs,
        settings: Settings,
        recipes: OwnRecipes,
        opener: Opener,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._jobs, self._dialogs, self._settings = jobs, dialogs, settings
        self._recipes, self._opener = recipes, opener
        self._window: BatchWindow | None = None
        self._job: Job | None = None
        self._found: Outcome | XpsError | None = None
        self._fitted.connect(self._show_fitted)

    @property
    def window(self) -> BatchWindow:
        """The window of the batch, made when it is first asked for."""
        if self._window is None:
            parent = self.parent()
            assert isinstance(parent, QWidget)
            window = self._window = BatchWindow(parent)
            window.filesWanted.connect(self._add_files)
            window.folderWanted.connect(self._add_folder)
            window.tableWanted.connect(self._choose_table)
            window.startWanted.connect(self.start)
            window.cancelWanted.connect(self._cancel)
            window.recipe.follow(self._recipes)
        return self._window

    def show(self) -> None:
        """Bring the window forward."""
        bring_forward(self.window)

    def start(self, request: BatchRequest) -> None:
        """Fit all files; what an earlier run of the same batch finished is not done again."""
        self.window.messages.clear()
        self.window.show_work("Starting…")
        self._found = None

        def work(job: Job) -> Outcome:
            from xps.batch import batch_to_table
            from xps.batch.processes import LocalProcesses, processors
            from xps.recipe import load_recipe

            return batch_to_table(
                request.inputs,
                load_recipe(request.recipe),
                request.table,
                LocalProcesses(processors()),
                sessions=request.sessions,
                as_stacks=request.as_stacks,
                reading=job.report,
                fitting=self._fitted.emit,
                cancelled=job.must_stop,
            )

        self._job = self._jobs.run(f"Batch into {request.table.name}", work, self._keep, self._keep)
        self._job.progressed.connect(
            lambda done, total: self.window.show_work("Reading files", done, total)
        )
        # Not before its processes let go of the files, which another start would write.
        self._job.stopped.connect(self._on_ended)

    def _show_fitted(self, progress: Progress) -> None:
        if self._job is None:
            return
        left = "" if progress.seconds_left is None else left_text(progress.seconds_left)
        text = f"{progress.done:,} of {progress.total:,} measurements{left}"
        self.window.show_work(text, progress.done, progress.total)

    def _keep(self, found: Outcome | XpsError) -> None:
        self._found = found

    def _on_ended(self) -> None:
        found, self._found, self._job = self._found, None, None
        self.window.show_work("")
        messages = self.window.messages
        if isinstance(found, XpsError):
            messages.error(str(found), topic=_TOPIC)
        elif found is None:
            messages.info(
                "Cancelled. What is finished is kept: Start goes on from there.", topic=_TOPIC
            )
        else:
            self._tell(found)
        self.ended.emit(found)

    def _tell(self, outcome: Outcome) -> None:
        written, folder = outcome.written, outcome.table.parent
        resumed = (
            f" {outcome.counts.resumed} of {outcome.counts.partitions} parts were there from an "
            "earlier run."
            if outcome.counts.resumed
            else ""
        )
        text = (
            f"{outcome.table.name}: {written.rows:,} rows, {written.fitted:,} spectra fitted, "
            f"{written.failed:,} not fitted.{resumed}"
        )
        button = Button("Show folder", lambda: self._opener(QUrl.fromLocalFile(str(folder))))
        if written.failed:
            reason = " The rows with success = no say why."
            self.window.messages.warn(text + reason, button, topic=_TOPIC)
        else:
            self.window.messages.info(text, button, topic=_TOPIC)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self.window.show_work("Stopping…")

    def _add_files(self) -> None:
        paths = self._dialogs.open_files("Files to fit", self._settings.folder, SPECTRA)
        if paths:
            self._settings.folder = paths[0].parent
            self.window.add(paths)

    def _add_folder(self) -> None:
        folder = self._dialogs.choose_folder("Folder to fit", self._settings.folder)
        if folder is not None:
            self._settings.folder = folder
            self.window.add([folder])

    def _choose_table(self) -> None:
        request = self.window.request
        suggested = self._settings.folder / "results.csv" if request is None else request.table
        path = self._dialogs.save_file("Table of the batch", suggested, BATCH_TABLES)
        if path is not None:
            self.window.table.setText(str(path))
