"""Gather the spectra of a file, and say what was left out of it."""

from __future__ import annotations

from collections.abc import Callable

from xps.errors import ReadError, SpectrumError
from xps.readers.content import Content
from xps.spectrum import Spectrum


class Collection:
    """The spectra read so far, each with its origin.

    Parameters
    ----------
    content : Content
        The file.
    reader : str
        Name of the reader.
    """

    def __init__(self, content: Content, reader: str) -> None:
        self._content = content
        self._reader = reader
        self.spectra: list[Spectrum] = []
        self.warnings: list[str] = []

    def add(self, place: str, build: Callable[[], Spectrum]) -> bool:
        """Take the spectrum that `build` makes, or warn that this `place` is left out.

        Returns
        -------
        bool
            Whether there is a spectrum.
        """
        try:
            spectrum = build()
        except SpectrumError as error:
            self.warnings.append(f"{place} is left out: {error.reason}")
            return False
        origin = self._content.source(self._reader, len(self.spectra))
        self.spectra.append(spectrum.with_(origin=origin))
        return True

    def warn_of_all(self, warning: str) -> None:
        """Put a warning behind those of every spectrum that is there."""
        self.spectra = [s.with_(warnings=(*s.warnings, warning)) for s in self.spectra]

    def finish(self) -> tuple[list[Spectrum], list[str]]:
        """Return spectra and warnings.

        Raises
        ------
        ReadError
            If there is no spectrum; it tells what was wrong with the first.
        """
        if not self.spectra:
            where, _, reason = (self.warnings or [""])[0].partition(" is left out: ")
            raise ReadError(
                reason or "the file holds no spectrum",
                "export a file that holds XPS spectra",
                where=where,
            )
        return self.spectra, self.warnings
