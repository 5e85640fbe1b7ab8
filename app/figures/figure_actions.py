"""Figures into files and onto the clipboard, drawn off the user interface's thread."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.dialogs import Dialogs, figure_filters
from app.figures.figure_choice import PNG, FigureChoice
from app.fitting.jobs import Jobs
from app.session.document import Document
from app.session.files import Files
from app.session.selection import Selection
from app.settings import Settings
from app.widgets.message_bar import MessageBar

_TOPIC = "figure"


class FigureActions(QObject):
    """Exports and copies figures.

    Parameters
    ----------
    document : Document
    selection : Selection
    jobs : Jobs
    messages : MessageBar
    dialogs : Dialogs
    settings : Settings
    files : Files
        Knows how files are called, and says that one was exported.

    Signals
    -------
    copied()
    """

    copied = Signal()

    def __init__(
        self,
        document: Document,
        selection: Selection,
        jobs: Jobs,
        messages: MessageBar,
        dialogs: Dialogs,
        settings: Settings,
        files: Files,
    ) -> None:
        super().__init__(files)
        self._document, self._selection = document, selection
        self._jobs, self._messages = jobs, messages
        self._dialogs, self._settings, self._files = dialogs, settings, files

    def export(self, choice: FigureChoice) -> None:
        """Ask for a file, and draw a figure into it."""
        ending = self._settings.preferences.figure_ending
        suggested = self._files.suggested(f" comparison{ending}")
        path = self._dialogs.save_file("Figure", suggested, figure_filters(ending))
        if path is None:
            return
        project, failures = self._document.project, self._document.failures
        self._settings.folder = path.parent
        self._jobs.run(
            f"Draw {path.name}",
            lambda job: choice.save(project, failures, path),
            lambda _: self._files.say_exported(path),
            self._files.say_not_exported,
        )

    def copy(self, choice: FigureChoice) -> None:
        """Put a figure onto the clipboard, as PNG, SVG and PDF."""
        project, failures = self._document.project, self._document.failures
        self._jobs.run(
            "Draw the figure",
            lambda job: choice.contents(project, failures),
            self._take,
            lambda error: self._messages.error(str(error), topic=_TOPIC),
        )

    def copy_spectrum(self) -> None:
        """Put the selected spectrum onto the clipboard, drawn as for print."""
        entry, region = self._selection.entry, self._selection.region
        if entry is not None and region is not None:
            width = self._settings.preferences.figure_width_mm
            self.copy(FigureChoice((entry.sample,), (region.core_level,), width))

    def _take(self, contents: Mapping[str, bytes]) -> None:
        QApplication.clipboard().setMimeData(figure_mime(contents))
        self._messages.info(
            "The figure is on the clipboard, as picture (PNG) and as drawing (SVG, PDF). Paste it "
            "into text or slides.",
            topic=_TOPIC,
        )
        self.copied.emit()


def figure_mime(contents: Mapping[str, bytes]) -> QMimeData:
    """Return contents by media type as what a clipboard takes.

    The picture is there as bytes and as a picture of Qt, which makes what each system knows of it.
    """
    mime = QMimeData()
    for media, content in contents.items():
        mime.setData(media, content)
    mime.setImageData(QImage.fromData(contents[PNG]))
    return mime
