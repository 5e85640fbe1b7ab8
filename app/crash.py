"""A mistake in the program must not cost the user's work: say so, and stay up."""

from __future__ import annotations

import logging
import platform
import sys
import traceback
from types import TracebackType

from PySide6.QtWidgets import QApplication

from app.widgets.message_bar import Button, MessageBar
from xps.errors import XpsError

_log = logging.getLogger(__name__)


class CrashReporter:
    """Shows exceptions that nothing caught, with their details to copy.

    Parameters
    ----------
    messages : MessageBar
        Where they are shown.
    """

    def __init__(self, messages: MessageBar) -> None:
        self._messages = messages

    def install(self) -> None:
        """Become the handler of uncaught exceptions."""
        sys.excepthook = self.report

    def report(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        """Show one exception."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        if isinstance(error, XpsError):
            self._messages.error(str(error))
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        _log.error("uncaught exception\n%s", details)
        self._messages.error(
            f"Something went wrong inside Doublet: {kind.__name__}: {error}. Your work is still "
            "here; save it under a new name, and report this with the details.",
            Button("Copy details", lambda: _copy(details)),
        )


def _copy(details: str) -> None:
    system = f"{platform.platform()}, Python {platform.python_version()}"
    QApplication.clipboard().setText(f"{system}\n{details}")
