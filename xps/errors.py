"""Exceptions of the library: each says what happened, where, and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Self


class XpsError(Exception):
    """Base of every error that Doublet raises on purpose.

    Parameters
    ----------
    reason : str
        What happened, in one sentence.
    remedy : str
        What the user can do about it.
    path : str or Path, optional
        The file concerned.
    where : str
        The place concerned: a line, a block, a component, a field.
    """

    def __init__(
        self,
        reason: str,
        remedy: str = "",
        *,
        path: str | Path | None = None,
        where: str = "",
    ) -> None:
        self.reason = _one_line(reason)
        self.remedy = _one_line(remedy)
        self.path = None if path is None else str(path)
        self.where = _one_line(where)
        super().__init__(str(self))

    def __str__(self) -> str:
        path = " ".join((self.path or "").splitlines())
        place = ": ".join(part for part in (path, self.where) if part)
        text = f"{place}: {self.reason}" if place else self.reason
        return f"{text} ({self.remedy})" if self.remedy else text

    def at(self, where: str) -> Self:
        """Return the same error with its place, where it has none yet."""
        if self.where:
            return self
        return type(self)(self.reason, self.remedy, path=self.path, where=where)

    def to_dict(self) -> dict[str, str | None]:
        """Return the ``doublet.error/1`` object of the command line."""
        return {
            "format": "doublet.error/1",
            "error": self.reason,
            "file": self.path,
            "where": self.where or None,
            "remedy": self.remedy or None,
        }


class ReadError(XpsError):
    """A file cannot be read as spectra."""


class WriteError(XpsError):
    """A file cannot be written; whatever stood there before is untouched."""


class SpectrumError(XpsError):
    """The numbers of a spectrum contradict each other."""


class RecipeError(XpsError):
    """A recipe or a library file is wrong, or does not apply to the spectra."""


class BackgroundError(XpsError):
    """A background cannot be computed from the data, e.g. where there is no step."""


class FitError(XpsError):
    """A region cannot be fitted."""


class CancelledError(FitError):
    """The work was stopped from outside."""


class SessionError(XpsError):
    """A session file cannot be opened or saved."""


def _one_line(text: str) -> str:
    return " ".join(text.split())
