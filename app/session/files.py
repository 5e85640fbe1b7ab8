"""Open, save and export: everything between the document and the disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.dialogs import SESSIONS, SPECTRA_AND_SESSIONS, Dialogs
from app.fitting.jobs import Jobs
from app.gestures import gestures
from app.importing.importing import settle
from app.importing.opening import SESSION_ENDING, Opened, is_session, open_all
from app.session.document import Document
from app.session.saving import recovery_folder, save_or_recover
from app.session.session_guard import SessionGuard, described
from app.settings import Settings
from app.widgets.message_bar import Button, MessageBar
from app.widgets.wording import explain, listed
from xps.errors import XpsError
from xps.file_lock import file_digest
from xps.spectrum import Spectrum

_SAVING, _EXPORTING, _SHARED = "saving", "exporting", "shared"
MANY = 100  # spectra of one file
_VAMAS, _SCRIPT = ".vms", ".py"


class Files(QObject):
    """What can be done with files.

    Signals
    -------
    opened()
        A request to open files was carried out, as far as it could be.
    spectraAdded(tuple of str)
        These entries came in that request, and nothing else is planned for them.
    manyOpened(Path)
        So many spectra came from this file that they are better looked at as a map.
    saved(Path), exported(Path)
    recentChanged()
    """

    opened = Signal()
    spectraAdded = Signal(object)
    manyOpened = Signal(object)
    saved = Signal(object)
    exported = Signal(object)
    recentChanged = Signal()

    def __init__(
        self,
        document: Document,
        jobs: Jobs,
        messages: MessageBar,
        dialogs: Dialogs,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._jobs = jobs
        self._messages = messages
        self._dialogs = dialogs
        self._settings = settings
        self.guard = SessionGuard(document, self)

    def choose_and_open(self) -> None:
        """Ask for files and open them."""
        paths = self._dialogs.open_files("Open", self._settings.folder, SPECTRA_AND_SESSIONS)
        if paths:
            self.open_paths(paths)

    def open_paths(
        self,
        paths: Sequence[Path],
        then: Callable[[], None] | None = None,
        *,
        remember: bool = True,
    ) -> None:
        """Open spectra, sessions and folders of them, several at once.

        Parameters
        ----------
        paths : sequence of Path
        then : callable, optional
            Called when all that could be opened is in the document.
        remember : bool
            Whether the files are listed as recent ones.
        """
        if any(is_session(path) for path in paths) and not self.may_close():
            return

        def done(read: Opened) -> None:
            opened = settle(read, self._dialogs.ask_columns, self._open_hashes())
            added = self._take(opened)
            if remember:
                self._remember(opened)
            if then is not None:
                then()
            elif added:
                self.spectraAdded.emit(added)
            if len(opened.files) == 1 and len(opened.spectra) >= MANY:
                self.manyOpened.emit(opened.files[0])
            self.opened.emit()

        what = paths[0].name if len(paths) == 1 else f"{len(paths)} files"
        self._jobs.run(
            f"Open {what}",
            lambda job: open_all(paths, job.must_stop, job.report),
            done,
            lambda error: self._messages.error(str(error)),
        )

    def new(self) -> None:
        """Close everything and begin anew."""
        if self.may_close():
            from xps.project import Project

            self._messages.clear()
            self._document.replace(Project())

    def save(self) -> bool:
        """Save the session; ask for a file where it has none."""
        if self._document.path is None:
            return self.save_as()
        return self._save_to(self._document.path)

    def save_as(self) -> bool:
        """Save the session in another file."""
        present = self._document.path
        name = present.name if present else f"{self._suggested_name()}{SESSION_ENDING}"
        folder = present.parent if present else self._settings.folder
        path = self._dialogs.save_file("Save session", folder / name, SESSIONS)
        if path is None:
            return False
        if not is_session(path):
            path = path.with_name(path.name + SESSION_ENDING)
        return self._save_to(path)

    def may_close(self) -> bool:
        """Ask what becomes of unsaved changes; tell whether to go on."""
        if not self._document.is_modified:
            return True
        answer = self._dialogs.ask_to_save(self._document.name)
        return answer == "discard" or (answer == "save" and self.save())

    def export(self) -> None:
        """Ask for a file and write tables, figure or report to it, by its ending."""
        from xps.export import ENDINGS

        filters = ";;".join(f"{text} (*{ending})" for ending, text in ENDINGS.items())
        self._export("Export", next(iter(ENDINGS)), filters)

    def export_casaxps(self) -> None:
        """Ask for a file and write spectra, regions and components for CasaXPS to it."""
        from xps.export import ENDINGS

        self._export("Export for CasaXPS", _VAMAS, f"{ENDINGS[_VAMAS]} (*{_VAMAS})")

    def export_script(self) -> None:
        """Ask for a file and write a script to it that repeats the fits with lmfit alone."""
        from xps.export import ENDINGS

        self._export("Export script", _SCRIPT, f"{ENDINGS[_SCRIPT]} (*{_SCRIPT})")

    def _export(self, title: str, ending: str, filters: str) -> None:
        """Write what the ending of the chosen file says; `ending` is that of the suggested one."""
        from xps.export import export

        path = self._dialogs.save_file(title, self.suggested(ending), filters)
        if path is None:
            return
        project, failures = self._document.project, self._document.failures
        self._settings.folder = path.parent
        self._jobs.run(
            f"Export {path.name}",
            lambda job: export(project, path, failures=failures),
            lambda lost: self.say_exported(path, lost),
            self.say_not_exported,
        )

    def suggested(self, end: str) -> Path:
        """Return a path for what is made of the document, by what follows its name."""
        folder = self._document.path.parent if self._document.path else self._settings.folder
        return folder / f"{self._suggested_name()}{end}"

    def say_not_exported(self, error: XpsError) -> None:
        """Say why something was not exported."""
        self._messages.error(str(error), topic=_EXPORTING)

    def say_exported(self, path: Path, lost: Sequence[str] = ()) -> None:
        """Say that something was exported, and what of it the format cannot hold."""
        if lost:
            head = f"Exported to {path.name}, without what it cannot hold:"
            self._messages.warn(listed(head, lost), topic=_EXPORTING)
        else:
            self._messages.info(f"Exported to {path}", topic=_EXPORTING)
        self.exported.emit(path)

    def take_care_of(self, path: Path, digest: str | None) -> None:
        """Keep other windows from a session, and tell if one has it open already."""
        holder = self.guard.watch(path, digest)
        if holder is not None:
            self._messages.warn(
                f"{path.name} is open in another window as well ({described(holder)}). What is "
                "saved there and here replaces each other: save under another name to keep both.",
                Button("Save as…", self.save_as),
                topic=_SHARED,
            )

    def _save_to(self, path: Path) -> bool:
        objection = self.guard.objection(path)
        if objection:
            answer = self._dialogs.ask_to_overwrite(path.name, objection)
            if answer != "overwrite":
                return answer == "save as" and self.save_as()
        try:
            save_or_recover(path, self._document.project, recovery_folder())
        except XpsError as error:
            again = Button("Save as…", self.save_as)
            self._messages.error(f"Not saved: {error}", again, topic=_SAVING)
            return False
        self._document.mark_saved(path)
        self.guard.watch(path, file_digest(path))
        self._remember_paths((path,))
        self._messages.info(f"Saved {path.name}", topic=_SAVING)
        self.saved.emit(path)
        return True

    def _take(self, opened: Opened) -> tuple[str, ...]:
        """Put what was read into the document, say what was not; return the new entries."""
        added: tuple[str, ...] = ()
        if opened.session is not None and opened.session_path is not None:
            self._messages.clear()
            self._document.replace(opened.session, opened.session_path)
            self.take_care_of(opened.session_path, opened.session_digest)
        new, already = self._without_open_ones(opened.spectra)
        if new:
            change = gestures.add_spectra(
                self._document.project, new, [path.name for path in opened.files]
            )
            before = {entry.id for entry in self._document.project.entries}
            added = tuple(e.id for e in change.project.entries if e.id not in before)
            self._document.push(change.project, change.text)
        if opened.unclear:
            names = ", ".join(file.path.name for file in opened.unclear)
            self._messages.info(f"Not opened: {names}")
        if already:
            names = ", ".join(dict.fromkeys(s.origin.file for s in already if s.origin))
            self._messages.info(f"Already open: {names}")
        if opened.warnings:
            self._messages.warn(listed("", opened.warnings))
        if opened.failures:
            self._messages.error(_failure_text(opened))
        return added

    def _open_hashes(self) -> set[str]:
        origins = (entry.spectrum.origin for entry in self._document.project.entries)
        return {origin.sha256 for origin in origins if origin is not None}

    def _without_open_ones(
        self, spectra: Sequence[Spectrum]
    ) -> tuple[list[Spectrum], list[Spectrum]]:
        present = {
            (entry.spectrum.origin.sha256, entry.spectrum.origin.index)
            for entry in self._document.project.entries
            if entry.spectrum.origin is not None
        }
        new: list[Spectrum] = []
        already: list[Spectrum] = []
        for spectrum in spectra:
            origin = spectrum.origin
            known = origin is not None and (origin.sha256, origin.index) in present
            (already if known else new).append(spectrum)
        return new, already

    def _remember(self, opened: Opened) -> None:
        session = () if opened.session_path is None else (opened.session_path,)
        self._remember_paths((*opened.files, *session))

    def _remember_paths(self, paths: Sequence[Path]) -> None:
        if not paths:
            return
        self._settings.remember_files(paths)
        self._settings.folder = paths[-1].absolute().parent
        self.recentChanged.emit()

    def _suggested_name(self) -> str:
        if self._document.path is not None:
            return self._document.path.stem
        samples = [sample.name for sample in self._document.project.samples]
        name = " and ".join(samples[:2]) or "session"
        return "".join(c if c not in '<>:"/\\|?*' and c.isprintable() else "_" for c in name)[:80]


def _failure_text(opened: Opened) -> str:
    failures = [f"{Path(e.path).name if e.path else ''}: {explain(e)}" for e in opened.failures]
    total = len(failures) + len(opened.files) + (opened.session is not None)
    if total == 1:
        return f"Could not be opened: {failures[0]}"
    return listed(f"{len(failures)} of {total} files could not be opened:", failures)
