"""What the menu Help does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.dialogs import Dialogs
from app.fitting.jobs import Jobs
from app.help.about_window import AboutWindow
from app.help.check_window import CheckWindow
from app.help.diagnostics_window import DiagnosticsWindow
from app.help.guide import FIRST, page_for
from app.help.shortcuts_window import ShortcutsWindow
from app.log import NAME
from app.widgets.forward import bring_forward
from app.widgets.message_bar import MessageBar
from xps.resources import guide_page

Opener = Callable[[QUrl], bool]
_TOPIC = "help"


class HelpActions(QObject):
    """Opens guide and folders outside of the program, and its own windows of help.

    Parameters
    ----------
    window : QWidget
    jobs : Jobs
    messages : MessageBar
    dialogs : Dialogs
    opener : callable
        Opens an address with the program that the desktop has for it; tells whether it could.
    log_folder : Path
        Where the log is, in the folder of all that is the program's own.
    """

    def __init__(
        self,
        window: QWidget,
        jobs: Jobs,
        messages: MessageBar,
        dialogs: Dialogs,
        opener: Opener,
        log_folder: Path,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._jobs, self._messages, self._dialogs = jobs, messages, dialogs
        self._opener = opener
        self._log_folder = log_folder
        self._windows: dict[str, QDialog] = {}

    def guide(self) -> None:
        """Open the guide at its first page."""
        self._open_page(FIRST)

    def context(self) -> None:
        """Open the guide at the page for what has the keyboard."""
        self._open_page(page_for(QApplication.focusWidget()))

    def shortcuts(self) -> None:
        """Show what keys do."""
        self._show(
            "shortcuts", lambda: ShortcutsWindow(self._dialogs, self._messages, self._window)
        )

    def check(self) -> None:
        """Prove on this computer that fits and errors are right."""
        window = self._show("check", lambda: CheckWindow(self._jobs, self._window))
        assert isinstance(window, CheckWindow)
        if not window.has_result:
            window.start()

    def diagnostics(self) -> None:
        """Show what helps to find a mistake, to be copied."""
        window = self._show(
            "diagnostics", lambda: DiagnosticsWindow(self._log_folder / NAME, self._window)
        )
        assert isinstance(window, DiagnosticsWindow)
        window.refresh()

    def log_folder(self) -> None:
        """Open the folder of the log."""
        folder = self._log_folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._messages.error(f"There is no log: {error}", topic=_TOPIC)
            return
        self._open(QUrl.fromLocalFile(str(folder)))

    def about(self) -> None:
        """Tell versions and licenses."""
        self._show("about", lambda: AboutWindow(self._open, self._window))

    def _open_page(self, name: str) -> None:
        page = guide_page(name) or guide_page(FIRST)
        if page is None:
            self._messages.warn(
                "The guide is not part of this installation. In a checkout, make guide writes it; "
                "installed packages bring it along.",
                topic=_TOPIC,
            )
            return
        self._open(QUrl.fromLocalFile(str(page)))

    def _open(self, url: QUrl) -> None:
        if not self._opener(url):
            place = url.toLocalFile() if url.isLocalFile() else url.toString()
            self._messages.warn(
                f"No program was found to open {place}. Open it yourself.", topic=_TOPIC
            )

    def _show(self, name: str, make: Callable[[], QDialog]) -> QDialog:
        """Bring a window forward, made when it is first asked for."""
        if name not in self._windows:
            self._windows[name] = make()
        window = self._windows[name]
        bring_forward(window)
        return window
