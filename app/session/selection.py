"""What is selected: one spectrum, and one component of its region."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.session.document import Document
from xps.model import Component, Region
from xps.project import Entry, Project


class Selection(QObject):
    """The selected spectrum and component, always ones that exist.

    Spectra that come in, from files or by undo, are what a person wants to see: the first of
    them is selected.

    Signals
    -------
    changed()
        Another spectrum or component is selected.
    """

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._entry_id: str | None = None
        self._component_id: str | None = None
        document.projectChanged.connect(self._follow)

    @property
    def entry(self) -> Entry | None:
        """The selected spectrum."""
        if self._entry_id is None:
            return None
        return self._document.project.entry(self._entry_id)

    @property
    def region(self) -> Region | None:
        """The region of the selected spectrum."""
        if self._entry_id is None:
            return None
        return self._document.project.region_of(self._entry_id)

    @property
    def component(self) -> Component | None:
        """The selected component."""
        region = self.region
        if region is None or self._component_id is None:
            return None
        return next((c for c in region.components if c.id == self._component_id), None)

    def select_entry(self, entry_id: str | None) -> None:
        """Select a spectrum."""
        if entry_id != self._entry_id:
            self._entry_id = entry_id
            self._component_id = None
            self.changed.emit()

    def select_sample(self, sample: str) -> None:
        """Select the first spectrum of a sample, unless one of its spectra is selected."""
        if self.entry is None or self.entry.sample != sample:
            entries = self._document.project.entries
            self.select_entry(next((e.id for e in entries if e.sample == sample), None))

    def select_component(self, component_id: str | None) -> None:
        """Select a component of the selected spectrum's region."""
        if component_id != self._component_id:
            self._component_id = component_id
            self.changed.emit()

    def _follow(self, old: Project, new: Project) -> None:
        ids = [entry.id for entry in new.entries]
        before = {entry.id for entry in old.entries}
        added = next((id_ for id_ in ids if id_ not in before), None)
        if added is not None:
            self.select_entry(added)
        elif self._entry_id not in ids:
            self.select_entry(_neighbor(self._entry_id, old, ids))
        elif self._component_id is not None and self.component is None:
            self.select_component(None)


def _neighbor(gone: str | None, old: Project, ids: list[str]) -> str | None:
    """Return what takes the place of a spectrum that is gone: the next one, else the last."""
    if not ids:
        return None
    before = [entry.id for entry in old.entries]
    if gone in before:
        following = before[before.index(gone) :]
        return next((id_ for id_ in following if id_ in ids), ids[-1])
    return ids[0]
