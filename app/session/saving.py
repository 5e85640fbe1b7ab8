"""Save a session; where that fails, keep a recovery copy and say where it is."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from app.importing.opening import SESSION_ENDING
from app.places import own_folder
from xps.errors import SessionError, XpsError
from xps.project import Project


def recovery_folder() -> Path:
    """Return where recovery copies are kept."""
    return own_folder("recovery")


def save_or_recover(path: Path, project: Project, folder: Path) -> None:
    """Save a session, or write a recovery copy of it and raise.

    Parameters
    ----------
    path : Path
        The session file; left as it was if it cannot be written.
    project : Project
    folder : Path
        Where the recovery copy goes.

    Raises
    ------
    SessionError
        If the session could not be saved: why, and where the recovery copy is.
    """
    from xps.session import save

    try:
        save(path, project)
    except XpsError as error:
        copy, problem = _recovery_copy(path, project, folder)
        rescue = (
            f"a recovery copy is in {copy}"
            if copy is not None
            else f"a recovery copy could not be written either: {problem}"
        )
        remedy = f"{rescue}. {_sentence(error.remedy)}".strip()
        raise SessionError(error.reason, remedy, path=path, where=error.where) from error


def _recovery_copy(path: Path, project: Project, folder: Path) -> tuple[Path | None, str]:
    from xps.session import save

    stamp = datetime.now().astimezone().strftime("%Y-%m-%d %H%M%S")
    copy = folder / f"{path.stem[:60]} {stamp}{SESSION_ENDING}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save(copy, project)
    except (OSError, XpsError) as error:
        return None, str(error)
    return copy, ""


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}" if text else ""
