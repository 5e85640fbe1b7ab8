"""Ask how columns of text are to be understood, once for all files alike, and take them so."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.importing.opening import Opened, Unclear, told
from xps.errors import ReadError, XpsError
from xps.spectrum import Spectrum

if TYPE_CHECKING:
    from xps.readers.text_import import TextChoice


@dataclass(frozen=True)
class ImportAnswer:
    """How a file is to be understood, and whether the others like it are, too."""

    choice: TextChoice
    for_all: bool = False


Ask = Callable[[Unclear, int], ImportAnswer | None]


def settle(opened: Opened, ask: Ask, present: Collection[str] = ()) -> Opened:
    """Return what was opened with the spectra of the unclear files, as a person chose them.

    Parameters
    ----------
    opened : Opened
    ask : callable
        Called with a file and the number of files that its answer can be used for, itself
        included; returns None to open neither this file nor those that remain to be asked about.
    present : collection of str
        Hashes of files that are open already; they are not asked about.

    Returns
    -------
    Opened
        In `unclear`, the files that were left out.
    """
    if not opened.unclear:
        return opened
    from xps.readers.text_import import is_alike

    waiting = [file for file in opened.unclear if file.content.sha256 not in present]
    for file in opened.unclear:
        if file not in waiting:
            opened = _with(opened, file, file.detected.spectra)
    while waiting:
        file = waiting[0]
        alike = [other for other in waiting if is_alike(file.detected, other.detected)]
        answer = ask(file, len(alike))
        if answer is None:
            break
        for other in alike if answer.for_all else [file]:
            opened = _taken(opened, other, _choice_for(other, file, answer.choice))
            waiting.remove(other)
    return replace(opened, unclear=tuple(waiting))


def _choice_for(other: Unclear, asked: Unclear, choice: TextChoice) -> TextChoice:
    if other is asked:
        return choice
    from xps.readers.text_import import carried_over

    return carried_over(choice, asked.detected.choice, other.detected.choice)


def _taken(opened: Opened, file: Unclear, choice: TextChoice) -> Opened:
    from xps.readers.text_import import preview_text

    try:
        shown = preview_text(file.content, choice)
    except XpsError as error:
        failure = ReadError(error.reason, error.remedy, path=file.path, where=error.where)
        return replace(opened, failures=(*opened.failures, failure))
    return _with(opened, file, shown.spectra, shown.warnings)


def _with(
    opened: Opened,
    file: Unclear,
    spectra: tuple[Spectrum, ...],
    warnings: tuple[str, ...] = (),
) -> Opened:
    return replace(
        opened,
        spectra=(*opened.spectra, *spectra),
        files=(*opened.files, file.path),
        warnings=(*opened.warnings, *told(file.path, warnings)),
    )
