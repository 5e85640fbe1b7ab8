"""The files of a batch: named by the user, found in folders, read once."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from xps.errors import ReadError, XpsError
from xps.readers import read_file
from xps.spectrum import Spectrum

ENDINGS = frozenset(
    (
        *(".vms", ".npl", ".vamas", ".vgd", ".avg", ".spe", ".pro", ".xlsx", ".xls", ".xml"),
        *(".ibw", ".itx", ".kal", ".sle", ".nxs", ".h5", ".csv", ".txt", ".xy", ".dat"),
    )
)
"""Of files in a folder that are taken; a file that is named is taken whatever its ending."""

_SESSION = ".doublet"


@dataclass(frozen=True)
class InputFile:
    """A file of a batch.

    Attributes
    ----------
    label : str
        Its name as given, with forward slashes: what tables show.
    path : str
        Where it is now: no result depends on it, and so no hash.
    name : str
        Below the folder that was given; of a session made from it.
    sha256 : str
        Hash of the whole file; "" where it cannot be read.
    problem : str
        Why there are no spectra; "" where there are.
    """

    label: str
    path: str = field(repr=False)
    name: str
    sha256: str = ""
    problem: str = ""


def found_files(given: Iterable[str | Path], excluded: Sequence[Path] = ()) -> list[InputFile]:
    """Return the files that were named, and those of spectra in folders, in natural order.

    Parameters
    ----------
    given : iterable of str or Path
        Files and folders; these are searched to the bottom, hidden names left out.
    excluded : sequence of Path
        Files and folders that are no input although they lie in one, such as the output.

    Raises
    ------
    ReadError
        If there is no file at all.
    """
    kept_out = {path.resolve() for path in excluded}
    files: dict[Path, InputFile] = {}
    names: Counter[str] = Counter()
    for one in map(Path, given):
        for path in _inside(one, kept_out) if one.is_dir() else [one]:
            if (place := path.resolve()) in files:
                continue
            name = path.relative_to(one).as_posix() if one.is_dir() else path.name
            names[name.casefold()] += 1  # for disks that know no capitals
            number = names[name.casefold()]
            unique = name if number == 1 else f"{name} ({number})"
            files[place] = InputFile(path.as_posix(), str(place), unique)
    if not files:
        raise ReadError("there are no files of spectra", "name files, or a folder that holds some")
    return list(files.values())


def _inside(folder: Path, excluded: set[Path]) -> list[Path]:
    found = []
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if hidden or path.suffix.lower() not in ENDINGS or not path.is_file():
            continue
        resolved = path.resolve()
        if resolved not in excluded and not excluded.intersection(resolved.parents):
            found.append(path)
    return sorted(found, key=_natural)


def _natural(path: Path) -> list[tuple[int, int, str]]:
    """Names in the order in which people count: scan2 before scan10."""
    parts = re.split(r"([0-9]+)", path.as_posix())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts]


@lru_cache(maxsize=1)
def spectra_of(path: str, sha256: str) -> tuple[Spectrum, ...]:
    """Return the spectra of a file, or of a session; the last one is remembered.

    Parameters
    ----------
    path : str
    sha256 : str
        What the file must be.

    Raises
    ------
    ReadError
        If it cannot be read, or is another one by now.
    """
    spectra, found = _read(path)
    if found != sha256:
        raise ReadError(
            "the file has changed since the batch began", "run the batch again", path=path
        )
    return spectra


def examined(file: InputFile, count: Callable[[Sequence[Spectrum]], int]) -> tuple[InputFile, int]:
    """Read a file once; return it with its hash, and the `count` of what it holds.

    A file that cannot be read comes back with its problem, and counts as one.
    """
    try:
        spectra, sha256 = _read(file.path)
    except XpsError as error:
        return with_problem(file, error), 1
    return replace(file, sha256=sha256), count(spectra)


def with_problem(file: InputFile, error: XpsError) -> InputFile:
    """Return a file with the reason why nothing of it is fitted."""
    reason = ReadError(error.reason, error.remedy, where=error.where)
    return replace(with_hash(file), problem=str(reason))


def with_hash(file: InputFile) -> InputFile:
    """Return a file with the hash of what it holds."""
    return replace(file, sha256=_hash(file.path))


def _read(path: str) -> tuple[tuple[Spectrum, ...], str]:
    if Path(path).suffix.lower() == _SESSION:
        from xps.session import load

        spectra = tuple(entry.spectrum for entry in load(path).entries)
        if not spectra:
            raise ReadError("the session holds no spectrum", path=path)
        return spectra, _hash(path)
    content = read_file(path)
    return content.spectra, content.sha256


def _hash(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
