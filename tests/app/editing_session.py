"""A person at work, as a process to be killed: an edit every few milliseconds, some saves.

Every edit is noted in a file when it is done: its number and the time.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from PySide6.QtCore import QSettings, QTimer

import app.session.files
from app.application import make_application
from app.fitting.jobs import Jobs
from app.gestures import gestures
from app.session.autosave import Autosave
from app.session.document import Document
from app.session.files import Files
from app.settings import Settings
from app.widgets.message_bar import MessageBar
from tests.app.conftest import ScriptedDialogs
from xps.session import load

EDIT_MS = 20
ROUND, BURST, EVERY = 400, 40, 3  # of so many edits, the first few with a save after every third


class Person:
    """Edits, and saves in bursts."""

    def __init__(self, session: Path, recovery: Path, notes: int) -> None:
        self.notes = notes
        app.session.files.recovery_folder = lambda: recovery
        self.document = Document()
        self.autosave = Autosave(self.document, recovery)
        settings = session.with_name("settings.ini")
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
        self.note(f"{self.number} {time.time()}")
        if self.number % ROUND < BURST and self.number % EVERY == 0:
            self.note("saving")
            assert self.files.save()
            self.note("saved")
        self.number += 1

    def note(self, line: str) -> None:
        os.write(self.notes, f"{line}\n".encode())


def work(session: Path, recovery: Path, notes: Path) -> None:
    """Work until killed."""
    application = make_application()
    handle = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    person = Person(session, recovery, handle)
    timer = QTimer(interval=EDIT_MS)
    timer.timeout.connect(person.edit)
    timer.start()
    person.note("ready")
    application.exec()
