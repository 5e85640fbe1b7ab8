"""Offer what a crash left behind, and bring it back."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.fitting.jobs import Jobs
from app.session.autosave import Autosave
from app.session.document import Document
from app.session.files import Files
from app.session.recovery import Recovery, recoveries
from app.widgets.message_bar import Button, MessageBar
from xps.file_lock import file_digest

_MOST = 3


class Restorer(QObject):
    """Looks for recovery files, shows what is in them, and restores one on request.

    Signals
    -------
    offered()
        The folder was looked through.
    restored()
    """

    offered = Signal()
    restored = Signal()

    def __init__(
        self,
        document: Document,
        autosave: Autosave,
        files: Files,
        jobs: Jobs,
        messages: MessageBar,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._autosave, self._files = document, autosave, files
        self._jobs, self._messages = jobs, messages

    def offer(self, folder: Path) -> None:
        """Show what can be recovered, with a button to restore and one to discard it."""
        self._jobs.run_unseen(
            lambda job: list(recoveries(folder)),
            self._show,
            lambda error: self._messages.error(str(error)),
        )

    def restore(self, recovery: Recovery) -> None:
        """Make recovered work the present document, unsaved as it is."""
        if not self._files.may_close():
            return
        self._document.replace(
            recovery.project, recovery.session, name=recovery.name, is_saved=False
        )
        if recovery.session is not None:
            self._files.take_care_of(recovery.session, file_digest(recovery.session))
        self._autosave.write_now()
        recovery.discard()
        self._messages.info(f"Restored {recovery.name}. Save it to keep it.")
        self.restored.emit()

    def _show(self, found: list[Recovery]) -> None:
        for recovery in found[:_MOST]:
            self._messages.warn(
                f"Doublet did not end as it should. It can restore {recovery.preview}",
                Button("Restore", partial(self.restore, recovery)),
                Button("Discard", recovery.discard),
                topic=f"recovery {recovery.path.name}",
            )
        self.offered.emit()
