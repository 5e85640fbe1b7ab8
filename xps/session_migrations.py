"""Sessions of older formats: for each, a small function from its plain data to the next one's.

A migration sees the content of ``session.json`` and nothing else; it changes what it is given.
Keys that it does not know stay where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from xps.errors import SessionError
from xps.plain_fields import MalformedError
from xps.version import __version__

Plain = dict[str, Any]
Migration = Callable[[Plain], Plain]

FORMAT = 2
"""The format that is written."""


def migrated(document: Mapping[str, Any], migrations: Mapping[int, Migration]) -> Plain:
    """Return the plain data of a session in the present format.

    Parameters
    ----------
    document : mapping
        Of any format up to the present one.
    migrations : mapping of int to callable
        For each older format, what turns it into the next one.

    Raises
    ------
    SessionError
        If the format is newer than this version knows.
    MalformedError
        If there is no format number, or what a migration moves is missing.
    """
    version = document.get("format")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise MalformedError("it has no format number")
    if version > FORMAT:
        raise _newer(version, document.get("program"))
    present = dict(document)
    for older in range(version, FORMAT):
        present = migrations[older](present) | {"format": older + 1}
    return present


def _newer(version: int, program: object) -> SessionError:
    writer = program.get("doublet", "?") if isinstance(program, dict) else "?"
    return SessionError(
        f"written by a newer version (format {version}, Doublet {writer}); this is Doublet "
        f"{__version__}, which reads format {FORMAT}",
        "update Doublet",
    )


def spectra_name_their_arrays(session: Plain) -> Plain:
    """1 → 2: spectra say where their arrays are, and fits what made them, which is unknown.

    Format 1 had one array for each spectrum: energies, intensities and, in some, transmission.
    """
    for spectrum in _tables(session, "spectra"):
        array = f"spectra/{spectrum.get('id')}"
        spectrum["energy"], spectrum["intensity"] = [array, 0], [array, 1]
        spectrum["transmission"] = [array, 2] if _rows(session, array) > 2 else None
    for fit in _tables(session, "fits"):
        fit["made_with"] = None
    session.pop("arrays", None)
    return session


def _tables(session: Plain, name: str) -> list[Plain]:
    tables = session.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise MalformedError(f"session.{name} is not a list of objects")
    return tables


def _rows(session: Plain, array: str) -> int:
    """How many rows an array has, as whoever opened the file says; none if it is not there."""
    rows: int = session.get("arrays", {}).get(array, 0)
    return rows


MIGRATIONS: Mapping[int, Migration] = {1: spectra_name_their_arrays}
"""For each older format, the function that turns its plain data into the next one's."""
