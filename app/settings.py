"""What the app remembers between runs: recent files, the look, the place of the docks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from app.places import portable_folder
from app.preferences.preferences import Preferences, read_preferences

ORGANIZATION = "Doublet"
APPLICATION = "Doublet"

_RECENT = "recent_files"
_MOST_RECENT = 10
_CLOSED = "closed_docks"
_CHOSEN = "preferences"
_PREFERENCES = tuple(Preferences().stored())


class Settings:
    """Named access to the stored settings.

    Parameters
    ----------
    store : QSettings, optional
        Where they are kept; by default a file in the portable folder, or without one the place
        of the user's other settings.
    """

    def __init__(self, store: QSettings | None = None) -> None:
        self._store = store or _usual_store()

    @property
    def recent_files(self) -> list[Path]:
        """Files and sessions opened or saved last, the latest first."""
        stored = self._store.value(_RECENT, [])
        # QSettings gives back a list of one as a plain string.
        names = stored if isinstance(stored, list) else [stored]
        return [Path(str(name)) for name in names if name]

    def remember_files(self, paths: Sequence[Path]) -> None:
        """Put files at the head of the recent ones, the last of them first."""
        known = [*(path.absolute() for path in reversed(paths)), *self.recent_files]
        latest = list(dict.fromkeys(known))[:_MOST_RECENT]
        self._store.setValue(_RECENT, [str(path) for path in latest])

    def forget_recent_files(self) -> None:
        """Empty the list of recent files."""
        self._store.remove(_RECENT)

    @property
    def folder(self) -> Path:
        """Where file dialogs begin."""
        folder = Path(str(self._store.value("folder", "")) or Path.home())
        return folder if folder.is_dir() else Path.home()

    @folder.setter
    def folder(self, folder: Path) -> None:
        self._store.setValue("folder", str(folder))

    @property
    def preferences(self) -> Preferences:
        """What the user chose once for all work."""
        texts = {key: str(self._store.value(f"{_CHOSEN}/{key}", "")) for key in _PREFERENCES}
        return read_preferences({key: text for key, text in texts.items() if text})

    @preferences.setter
    def preferences(self, preferences: Preferences) -> None:
        for key, text in preferences.stored().items():
            self._store.setValue(f"{_CHOSEN}/{key}", text)

    @property
    def window_layout(self) -> tuple[QByteArray, QByteArray] | None:
        """Geometry and dock state of the window, if it was ever closed."""
        geometry, state = self._store.value("geometry"), self._store.value("docks")
        if isinstance(geometry, QByteArray) and isinstance(state, QByteArray):
            return geometry, state
        return None

    @window_layout.setter
    def window_layout(self, layout: tuple[QByteArray, QByteArray]) -> None:
        self._store.setValue("geometry", layout[0])
        self._store.setValue("docks", layout[1])

    @property
    def closed_docks(self) -> frozenset[str]:
        """Names of the docks that were closed."""
        stored = self._store.value(_CLOSED, [])
        # QSettings gives back a list of one as a plain string.
        names = stored if isinstance(stored, list) else [stored]
        return frozenset(str(name) for name in names if name)

    @closed_docks.setter
    def closed_docks(self, names: frozenset[str]) -> None:
        self._store.setValue(_CLOSED, sorted(names))

    def save(self) -> None:
        """Write everything to disk."""
        self._store.sync()


def _usual_store() -> QSettings:
    portable = portable_folder()
    if portable is None:
        return QSettings(ORGANIZATION, APPLICATION)
    return QSettings(str(portable / "settings.ini"), QSettings.Format.IniFormat)
