"""The keys of the window, from the table of actions; and what only plot and tables know."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from PySide6.QtGui import QKeySequence

from app.actions import ACTIONS


@dataclass(frozen=True)
class Shortcut:
    """Keys, and what they do.

    Attributes
    ----------
    place : str
        The menu, or the view that must have the keyboard.
    keys : str
        As the platform writes them; "" where only the menu does it.
    text : str
    tip : str
    """

    place: str
    keys: str
    text: str
    tip: str = ""

    def holds(self, words: str) -> bool:
        """Tell whether every word stands somewhere in it."""
        whole = f"{self.place} {self.keys} {self.text} {self.tip}".casefold()
        return all(word in whole for word in words.casefold().split())


def shortcuts() -> tuple[Shortcut, ...]:
    """Return all actions with their keys, then the keys and gestures of the views."""
    of_actions = (
        Shortcut(
            spec.menu,
            native(QKeySequence(spec.keys)) if spec.keys is not None else "",
            spec.text.replace("&", "").rstrip("…"),
            spec.tip,
        )
        for spec in ACTIONS
    )
    return (*of_actions, *_of_views())


def shortcuts_text(listed: tuple[Shortcut, ...]) -> str:
    """Return shortcuts as plain text for print, parted by their places."""
    width = max((len(one.keys) for one in listed), default=0) + 2
    parts = []
    for place, group in groupby(listed, key=lambda one: one.place):
        lines = (
            f"  {one.keys:<{width}}{one.text}{f': {one.tip}' if one.tip else ''}" for one in group
        )
        parts.append("\n".join((place, *lines)))
    return "\n\n".join(("Doublet: keyboard shortcuts", *parts)) + "\n"


def native(keys: QKeySequence) -> str:
    """Return keys as the platform writes them."""
    return keys.toString(QKeySequence.SequenceFormat.NativeText)


def _of_views() -> tuple[Shortcut, ...]:
    copy = native(QKeySequence(QKeySequence.StandardKey.Copy))
    plot, nudged = "In the plot", "of the selected component"
    return (
        Shortcut(plot, "← →", "Move the center", f"By 0.01 eV, {nudged}; with Shift by 0.1 eV"),
        Shortcut(plot, "↑ ↓", "Change the height", f"By 1 %, {nudged}; with Shift by 10 %"),
        Shortcut(
            plot,
            f"{native(QKeySequence('Ctrl+Left'))} {native(QKeySequence('Ctrl+Right'))}",
            "Change the width",
            f"By 0.01 eV, {nudged}; with Shift by 0.1 eV",
        ),
        Shortcut(plot, "Drag", "Move what is under the pointer", "Peak, width, edge or background"),
        Shortcut(plot, "Drag elsewhere, wheel", "Zoom"),
        Shortcut(plot, "Double-click", "Show the whole region"),
        Shortcut(plot, "Right click", "Menu of a component"),
        Shortcut("In tables", copy, "Copy the table", "As text, for spreadsheets"),
        Shortcut("In tables", "Enter, F2", "Change a number", "Decimal point or comma"),
        Shortcut("In the list of checks", "Enter", "Go to what the finding is about"),
        Shortcut("In the history", "Enter", "Go back, or forth, to the step"),
    )
