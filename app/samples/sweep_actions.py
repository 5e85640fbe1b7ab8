"""What the menus do to sweeps of one spectrum."""

from __future__ import annotations

from functools import partial

from app.gestures.sweep_gestures import sum_sweeps, sweeps_changed
from app.session.document import Document
from app.session.editing import Editor
from app.session.selection import Selection
from xps.project import Entry

_CHANGED = (
    "These sweeps differ by more than counts scatter: the charge may have drifted, or the sample "
    "changed. A drift can be taken off first."
)


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
        self._sum(self._selection.entry, align=False)

    def align_and_sum(self) -> None:
        """Sum them on the energies of the first."""
        self._sum(self._selection.entry, align=True)

    def _sum(self, entry: Entry | None, *, align: bool) -> None:
        if entry is None:
            return
        before = {other.id for other in self._document.project.entries}
        changed = not align and sweeps_changed(self._document.project, entry.id)
        if not self._editor.do(partial(sum_sweeps, align=align), entry.id):
            return
        entries = self._document.project.entries
        self._selection.select_entry(next(e.id for e in entries if e.id not in before))
        if changed:
            self._editor.offer(_CHANGED, "Align and sum", partial(self._sum, entry, align=True))
