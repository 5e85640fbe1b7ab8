"""Carry out what a person wants done about a finding of the checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.checks.finding_place import place_of
from app.checks.remedies import remedy_of
from app.dialogs import Dialogs
from app.fitting.analysis import Analysis
from app.gestures import result_gestures
from app.session.document import Document
from app.session.editing import Editor
from app.session.selection import Selection

if TYPE_CHECKING:
    from xps.checks import Finding


class FindingActions(QObject):
    """Show, mend and waive findings.

    Signals
    -------
    shown(Place)
        Spectrum and component of a finding are selected; whoever holds the rest shows it.
    """

    shown = Signal(object)

    def __init__(
        self,
        document: Document,
        selection: Selection,
        editor: Editor,
        analysis: Analysis,
        dialogs: Dialogs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._editor = editor
        self._analysis = analysis
        self._dialogs = dialogs

    def show(self, finding: Finding) -> None:
        """Select what a finding is about."""
        place = place_of(self._document.project, finding)
        if place.entry_id is not None:
            self._selection.select_entry(place.entry_id)
            self._selection.select_component(place.component_id)
        self.shown.emit(place)

    def mend(self, finding: Finding) -> None:
        """Do what the finding's remedy says, and fit again what it changed."""
        before = self._document.project
        remedy = remedy_of(before, finding)
        if remedy is None:
            return
        if remedy.gesture is None or self._editor.do(remedy.gesture):
            self.show(finding)
            self._analysis.fit(self._changed_regions(finding))

    def waive(self, finding: Finding) -> None:
        """Ask for a reason, and let the finding stand."""
        reason = self._dialogs.ask_text(
            "Waive finding",
            f"{finding.where or 'All samples'}: {finding.message}.\n\n"
            "Why may it stand? The report prints the reason.",
            "",
        )
        if reason is not None:
            self._editor.do(result_gestures.waive, finding, reason)

    def take_back(self, finding: Finding) -> None:
        """Let a finding count again."""
        waiver = result_gestures.waiver_of(self._document.project, finding)
        if waiver is not None:
            self._editor.do(result_gestures.take_back_waiver, waiver)

    def _changed_regions(self, finding: Finding) -> tuple[str, ...]:
        """The region of a finding; of one about a sample, all regions of the sample."""
        project, scope = self._document.project, finding.scope
        return tuple(
            region.id
            for region in project.regions
            if project.entry(region.spectrum).sample == scope.sample
            and (region.id == scope.region or not project.is_fresh(region.id))
        )
