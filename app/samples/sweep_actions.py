"""What the menus do to sweeps of one spectrum."""

from __future__ import annotations

from functools import partial

from app.gestures.sweep_gestures import sum_sweeps
from app.session.document import Document
from app.session.editing import Editor
from app.session.selection import Selection


class SweepActions:
    """Sums the sweeps of the selected spectrum, and selects the sum.

    Parameters
    ----------
    document : Document
    selection : Selection
    editor : Editor
    """

    def __init__(self, document: Document, selection: Selection, editor: Editor) -> None:
        self._document = document
        self._selection = selection
        self._editor = editor

    def sum(self) -> None:
        """Sum them as they were measured."""
        self._sum(align=False)

    def align_and_sum(self) -> None:
        """Sum them on the energies of the first."""
        self._sum(align=True)

    def _sum(self, *, align: bool) -> None:
        entry = self._selection.entry
        if entry is None:
            return
        before = {other.id for other in self._document.project.entries}
        if self._editor.do(partial(sum_sweeps, align=align), entry.id):
            entries = self._document.project.entries
            self._selection.select_entry(next(e.id for e in entries if e.id not in before))
