"""A person at work, as a process to be killed: an edit every few milliseconds, some saves.

Run as ``python -m tests.app.editing_session SESSION RECOVERY SETTINGS``. Every edit is told on
standard output when it is done: its number and the time.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QSettings, QTimer

import app.files
from app import gestures
from app.application import make_application
from app.autosave import Autosave
from app.document import Document
from app.files import Files
from app.jobs import Jobs
from app.message_bar import MessageBar
from app.settings import Settings
from tests.app.conftest import ScriptedDialogs
from xps.session import load

EDIT_MS = 20
ROUND, BURST, EVERY = 120, 40, 3  # of so many edits, the first few with a save after every third


class Person:
    """Edits, and saves in bursts."""

    def __init__(self, session: Path, recovery: Path, settings: Path) -> None:
        app.files.recovery_folder = lambda: recovery
        self.document = Document()
        self.autosave = Autosave(self.document, recovery)
        stored = Settings(QSettings(str(settings), QSettings.Format.IniFormat))
        dialogs, self.jobs = ScriptedDialogs(), Jobs()
        self.files = Files(self.document, self.jobs, MessageBar(), dialogs, stored)
        self.document.replace(load(session), session)
        self.files.take_care_of(session, None)
        self.number = 0

    def edit(self) -> None:
        project = self.document.project
        change = gestures.rename_sample(project, project.samples[0].name, f"name {self.number}")
        self.document.push(change.project, f"edit {self.number}")
        tell(f"{self.number} {time.time()}")
        if self.number % ROUND < BURST and self.number % EVERY == 0:
            tell("saving")
            assert self.files.save()
            tell("saved")
        self.number += 1


def tell(line: str) -> None:
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


def main() -> int:
    application = make_application()
    person = Person(*map(Path, sys.argv[1:]))
    timer = QTimer(interval=EDIT_MS)
    timer.timeout.connect(person.edit)
    timer.start()
    tell("ready")
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
