"""The one undoable command: the project as it was, and as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtGui import QUndoCommand

from xps.project import Project

_MERGES = 1
_STANDS_ALONE = -1


class Edit(QUndoCommand):
    """A change of the project.

    Parameters
    ----------
    show : callable
        Makes a project the present one.
    old, new : Project
        Before and after; undo brings back the very same object.
    text : str
        What was done, as the undo menu says it.
    merge_key : str
        Consecutive edits of the same key are one undo step; "" never merges.
    spectra : frozenset of str
        Ids of those that were given a region, where it can be taken back one by one.
    takes_back : bool
        Whether it took such a region back.
    """

    def __init__(
        self,
        show: Callable[[Project], None],
        old: Project,
        new: Project,
        text: str,
        merge_key: str = "",
        spectra: frozenset[str] = frozenset(),
        *,
        takes_back: bool = False,
    ) -> None:
        super().__init__(text)
        self._show = show
        self.old = old
        self.new = new
        self.merge_key = merge_key
        self.spectra = spectra
        self.takes_back = takes_back

    def redo(self) -> None:
        self._show(self.new)

    def undo(self) -> None:
        self._show(self.old)

    def id(self) -> int:
        return _MERGES if self.merge_key else _STANDS_ALONE

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, Edit) or other.merge_key != self.merge_key:
            return False
        # One undo step is one line of history.
        self.new = replace(other.new, history=(*self.old.history, other.new.history[-1]))
        self._show(self.new)
        self.setText(other.text())
        return True
