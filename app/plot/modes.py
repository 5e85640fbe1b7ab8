"""What the mouse does in the plot: the modes, their keys and what they say."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Qt


class Mode(Enum):
    """A mode of the plot; the value is the name of its action."""

    SELECT = "mode_select"
    REGION = "mode_region"
    ADD = "mode_add"
    CHARGE = "mode_charge"
    MASK = "mode_mask"

    @property
    def title(self) -> str:
        """What the status bar calls it."""
        return _TITLES[self]

    @property
    def short_hint(self) -> str:
        """The most that fits into the status bar."""
        return _SHORT_HINTS[self]

    @property
    def hint(self) -> str:
        """What can be done in it."""
        return _HINTS[self]

    @property
    def cursor(self) -> Qt.CursorShape:
        """The pointer's shape in the plot."""
        return _CURSORS.get(self, Qt.CursorShape.ArrowCursor)


_TITLES = {
    Mode.SELECT: "Select",
    Mode.REGION: "Region",
    Mode.ADD: "Add component",
    Mode.CHARGE: "Charge reference",
    Mode.MASK: "Mask points",
}
_SHORT_HINTS = {
    Mode.SELECT: "drag to zoom",
    Mode.REGION: "drag across it",
    Mode.ADD: "click where",
    Mode.CHARGE: "click a component, or drag",
    Mode.MASK: "click a point, or drag across",
}
_HINTS = {
    Mode.SELECT: "Drag peaks, widths, background ends and edges; drag elsewhere or turn the wheel "
    "to zoom, double-click to see the whole region. Arrow keys nudge the selected component by "
    "0.01 eV (Shift: 0.1 eV).",
    Mode.REGION: "Drag across the energies that the region shall have.",
    Mode.ADD: "Click where a component shall be.",
    Mode.CHARGE: "Click the component whose energy is known, or drag the spectrum along.",
    Mode.MASK: "Click a spike or drag across points to leave them out of the fit; again to take "
    "them back.",
}
_CURSORS = {
    Mode.REGION: Qt.CursorShape.SplitHCursor,
    Mode.ADD: Qt.CursorShape.CrossCursor,
    Mode.CHARGE: Qt.CursorShape.SizeHorCursor,
    Mode.MASK: Qt.CursorShape.CrossCursor,
}
