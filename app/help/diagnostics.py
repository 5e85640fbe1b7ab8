"""What helps to find a mistake: versions, system, settings folder; the log only if wanted."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.help.versions import versions_text

_LINES = 200


def diagnostics_text(folder: Path, log: str = "") -> str:
    """Return versions, system and screens as text; with a log also that.

    The name of the user's own folder is left out wherever it stands.

    Parameters
    ----------
    folder : Path
        Where the program keeps what is its own.
    log : str
        The end of the log; it may name files.
    """
    style = QApplication.style().objectName()
    screens = (
        f"Screen {screen.size().width()} × {screen.size().height()}, scale "
        f"{screen.devicePixelRatio():g}"
        for screen in QGuiApplication.screens()
    )
    parts = [
        versions_text(),
        f"Window system {QGuiApplication.platformName()}, style {style}",
        *screens,
        f"Own files in {folder}",
    ]
    if log:
        parts.append(f"\nEnd of the log:\n{log}")
    return _without_home("\n".join(parts))


def log_tail(path: Path, lines: int = _LINES) -> str:
    """Return the last lines of a log; "" where there is none."""
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def _without_home(text: str) -> str:
    home = Path.home()
    return text if home == Path(home.anchor) else text.replace(str(home), "~")
