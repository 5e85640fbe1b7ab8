"""What people choose once for all their work, and how it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from PySide6.QtCore import Qt

FIGURE_WIDTHS_MM = (85, 89, 120, 178, 183)
FIGURE_ENDINGS = (".pdf", ".svg", ".png")


@dataclass(frozen=True)
class Preferences:
    """Choices that each act at once, and from the next start on.

    Attributes
    ----------
    colors : Qt.ColorScheme
        Light, dark, or unknown: as the system has it.
    kinetic, counts : bool
        Whether the plot begins with kinetic energies, and with counts instead of counts per second.
    live_refit : bool
        Whether what is not dragged follows the data while something is.
    recipe : str
        Name or path of the recipe that opened spectra get; "" for none.
    figure_width_mm : int
        One of `FIGURE_WIDTHS_MM`.
    figure_ending : str
        The format that a figure is suggested in, one of `FIGURE_ENDINGS`.
    """

    colors: Qt.ColorScheme = Qt.ColorScheme.Unknown
    kinetic: bool = False
    counts: bool = False
    live_refit: bool = True
    recipe: str = ""
    figure_width_mm: int = 178
    figure_ending: str = ".pdf"

    def changes(self, before: Preferences | None) -> frozenset[str]:
        """Return the names of what is another than before; all where there was nothing."""
        names = (field.name for field in fields(self))
        return frozenset(
            name for name in names if before is None or getattr(self, name) != getattr(before, name)
        )

    def stored(self) -> dict[str, str]:
        """Return them as texts by name."""
        texts = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        return texts | {"colors": self.colors.name}


def read_preferences(stored: Mapping[str, str]) -> Preferences:
    """Return preferences from texts by name; what is missing or makes no sense is as at first."""
    first = Preferences()
    width, ending = stored.get("figure_width_mm", ""), stored.get("figure_ending", "")
    return Preferences(
        Qt.ColorScheme.__members__.get(stored.get("colors", ""), first.colors),
        stored.get("kinetic") == "True",
        stored.get("counts") == "True",
        stored.get("live_refit") != "False",
        stored.get("recipe", first.recipe),
        int(width) if width in map(str, FIGURE_WIDTHS_MM) else first.figure_width_mm,
        ending if ending in FIGURE_ENDINGS else first.figure_ending,
    )
