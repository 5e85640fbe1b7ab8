"""Read a handful of files: what is broken is named, and never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xps.errors import ReadError, XpsError
from xps.file_lock import file_digest
from xps.project import Project
from xps.spectrum import Spectrum

if TYPE_CHECKING:
    from xps.readers.content import Content
    from xps.readers.text_import import TextPreview

SESSION_ENDING = ".doublet"


@dataclass(frozen=True, eq=False)
class Unclear:
    """A text file of which more had to be guessed than a person would leave unasked."""

    path: Path
    content: Content
    detected: TextPreview


@dataclass(frozen=True)
class Opened:
    """What came out of the files.

    Attributes
    ----------
    session : Project or None
        The session among them.
    session_path : Path or None
    session_digest : str or None
        Of the session's file as it was opened.
    spectra : tuple of Spectrum
    files : tuple of Path
        The files that the spectra came from.
    failures : tuple of XpsError
        One for each file that could not be opened.
    warnings : tuple of str
        What the readers found doubtful, each with its file.
    unclear : tuple of Unclear
        The files to be asked about; their spectra are not among the others.
    """

    session: Project | None = None
    session_path: Path | None = None
    session_digest: str | None = None
    spectra: tuple[Spectrum, ...] = ()
    files: tuple[Path, ...] = ()
    failures: tuple[XpsError, ...] = ()
    warnings: tuple[str, ...] = ()
    unclear: tuple[Unclear, ...] = ()


def is_session(path: Path) -> bool:
    """Tell whether a file is a session, by its name."""
    return path.suffix.lower() == SESSION_ENDING


def open_all(
    paths: Sequence[Path],
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Opened:
    """Read files, and the files of folders, one by one."""
    from xps.readers import read_file
    from xps.readers.text import NAME as TEXT

    session, session_path, digest = None, None, None
    spectra: list[Spectrum] = []
    files: list[Path] = []
    failures: list[XpsError] = []
    warnings: list[str] = []
    unclear: list[Unclear] = []
    every = [file for path in paths for file in _files_of(path)]
    for done, path in enumerate(every):
        if cancelled():
            break
        progress(done, len(every))
        try:
            if is_session(path):
                if session_path is not None:
                    raise ReadError(
                        "one session at a time",
                        f"{session_path.name} was opened; open this one by itself",
                        path=path,
                    )
                digest = file_digest(path)
                session, session_path = _load_session(path), path
                continue
            file = read_file(path)
            if file.reader == TEXT and file.warnings and (question := _question(path)):
                unclear.append(question)
                continue
            spectra += file.spectra
            files.append(path)
            warnings += told(path, file.warnings)
        except XpsError as error:
            failures.append(error)
        except Exception as error:  # noqa: BLE001  a reader's mistake must not cost the others
            failures.append(
                ReadError(
                    f"the reader failed unexpectedly: {type(error).__name__}: {error}",
                    "please report this file",
                    path=path,
                )
            )
    return Opened(
        session,
        session_path,
        digest,
        tuple(spectra),
        tuple(files),
        tuple(failures),
        tuple(warnings),
        tuple(unclear),
    )


def told(path: Path, warnings: Sequence[str]) -> list[str]:
    """Return the warnings of a reader, each with the name of the file."""
    return [f"{path.name}: {warning.removeprefix(f'{path.stem}: ')}" for warning in warnings]


def _question(path: Path) -> Unclear | None:
    """Return what a person should be asked about columns of text.

    An unknown live time alone is not asked for: the noise is then estimated from the data.
    """
    from xps.readers.content import load
    from xps.readers.text_import import preview_text

    content = load(path)
    detected = preview_text(content)
    return Unclear(path, content, detected) if {*detected.questions} - {"live_time"} else None


def _files_of(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith("."))


def _load_session(path: Path) -> Project:
    from xps.session import load

    return load(path)
