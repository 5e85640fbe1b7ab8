"""The tabs below the plot: quantification, comparison, checks, history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QTabWidget, QWidget

from app.checks.checking import Checking
from app.checks.checks_view import ChecksView
from app.checks.finding_actions import FindingActions
from app.checks.remedies import remedy_of
from app.compare.compare_view import CompareView
from app.dialogs import TABLES, Dialogs
from app.fitting.jobs import Jobs
from app.fitting.latest import Latest
from app.gestures import result_gestures
from app.results.quantify_view import QuantifyView
from app.results.quantities import quantities
from app.session.document import Document
from app.session.editing import Editor
from app.session.history_view import HistoryView
from app.settings import Settings
from xps.quantification_settings import QuantificationSettings, parse_escape

_MATERIAL = (
    "Formula, density in g/cm³, molar mass in g, valence electrons and band gap in eV, parted by "
    "commas:"
)
_MATERIAL_EXAMPLE = "Al2O3, 3.1, 101.961, 24, 7.0"
_SERIES = "What changes from sample to sample, with its unit (such as Thickness / nm):"
_SERIES_EXAMPLE = "ALD cycles"


class Results(QTabWidget):
    """Tabs that follow the document; one that nobody sees waits until it is seen.

    Signals
    -------
    figureWanted(), copyWanted()
        What the comparison shows shall become a figure, in a file or on the clipboard.
    """

    figureWanted = Signal()
    copyWanted = Signal()

    def __init__(
        self,
        document: Document,
        editor: Editor,
        jobs: Jobs,
        checking: Checking,
        findings: FindingActions,
        dialogs: Dialogs,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._editor = editor
        self._checking = checking
        self._dialogs = dialogs
        self._settings = settings
        self._quantities = Latest(jobs, self)
        self.quantify = QuantifyView()
        self.compare = CompareView(jobs)
        self.checks = ChecksView()
        self.history = HistoryView()
        self._shows: dict[QWidget, Callable[[], None]] = {
            self.quantify: self._show_quantities,
            self.compare: self._show_comparison,
            self.checks: self._show_checks,
            self.history: self._show_history,
        }
        self._outdated = set(self._shows)
        self._before_guest: QWidget = self.quantify
        self.setDocumentMode(True)
        # At the lower edge they stay where they are when a tab is given more height.
        self.setTabPosition(QTabWidget.TabPosition.South)
        self.tabBar().setAccessibleName("Results")
        for view, title in zip(
            self._shows, ("Quantification", "Compare", "Checks", "History"), strict=True
        ):
            self.addTab(view, title)
        self._connect(findings)

    @property
    def is_waiting(self) -> bool:
        """Whether numbers of the tab that is seen are still being worked out."""
        return self._quantities.is_waiting or self.compare.is_waiting

    def open_guest(self, view: QWidget, title: str) -> None:
        """Show a tab that is there for a while only."""
        if self.indexOf(view) < 0:
            self._before_guest = self.currentWidget()
            self.addTab(view, title)
        self.open_tab(view)

    def close_guest(self, view: QWidget) -> None:
        """Take such a tab away, and go back to the one before it."""
        was_seen = self.currentWidget() is view
        self.removeTab(self.indexOf(view))
        if was_seen:
            self.setCurrentWidget(self._before_guest)

    def open_tab(self, view: QWidget) -> None:
        """Bring a tab to the front, with the keyboard in it."""
        self.setCurrentWidget(view)
        view.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_shows"):
            # The views get their colors after this one.
            QTimer.singleShot(0, self, lambda: self._outdate(*self._shows))

    def _connect(self, findings: FindingActions) -> None:
        document, form = self._document, self.quantify.form
        document.replaced.connect(lambda: self.compare.choose_series(""))
        document.projectChanged.connect(lambda: self._outdate(*self._shows))
        document.failuresChanged.connect(partial(self._outdate, self.compare))
        document.stack.indexChanged.connect(lambda: self._outdate(self.history))
        document.titleChanged.connect(partial(self._outdate, self.history))
        self._checking.changed.connect(partial(self._outdate, self.checks))
        self.currentChanged.connect(lambda _: self._refresh())
        form.chosen.connect(self._set_quantification)
        form.refused.connect(self._editor.refuse)
        form.sensitivityWanted.connect(self._choose_sensitivity)
        form.transmissionWanted.connect(self._choose_transmission)
        form.materialWanted.connect(self._choose_material)
        self.compare.groupTyped.connect(self._set_group)
        self.compare.placeTyped.connect(self._set_place)
        self.compare.seriesWanted.connect(self._ask_for_series)
        self.compare.figureWanted.connect(self.figureWanted)
        self.compare.copyWanted.connect(self.copyWanted)
        self.checks.showWanted.connect(findings.show)
        self.checks.remedyWanted.connect(findings.mend)
        self.checks.waiveWanted.connect(findings.waive)
        self.checks.takeBackWanted.connect(findings.take_back)
        self.checks.chosen.connect(self._show_remedy)
        self.history.stepChosen.connect(document.stack.setIndex)

    def _outdate(self, *views: QWidget) -> None:
        self._outdated.update(views)
        self._refresh()

    def _refresh(self) -> None:
        """Show the present tab anew, where something changed; and what all tabs say."""
        count = self._checking.open_count
        self.setTabText(self.indexOf(self.checks), f"Checks ({count})" if count else "Checks")
        view = self.currentWidget()
        if self.isVisible() and view in self._outdated:
            self._outdated.discard(view)
            self._shows[view]()

    def _show_quantities(self) -> None:
        project = self._document.project
        self.quantify.form.show_settings(project.quantification)
        self._quantities.ask(partial(quantities, project), self.quantify.show_quantities)

    def _show_comparison(self) -> None:
        self.compare.show_project(self._document.project, self._document.failures)

    def _show_checks(self) -> None:
        self.checks.show_findings(
            self._checking.findings,
            fitted=bool(self._document.project.fits),
            problem=self._checking.problem,
        )

    def _show_history(self) -> None:
        self.history.show_document(self._document)

    def _show_remedy(self) -> None:
        finding = self.checks.finding
        project = self._document.project
        self.checks.show_remedy(None if finding is None else remedy_of(project, finding))

    def _set_quantification(self, settings: QuantificationSettings) -> None:
        self._editor.do(result_gestures.set_quantification, settings)

    def _set_group(self, sample: str, group: str) -> None:
        if not self._editor.do(result_gestures.set_group, sample, group):
            self._show_comparison()

    def _set_place(self, sample: str, series: str, text: str) -> None:
        if not self._editor.do(result_gestures.set_place, sample, series, text):
            self._show_comparison()

    def _ask_for_series(self) -> None:
        name = self._dialogs.ask_text("New series", _SERIES, _SERIES_EXAMPLE)
        if name is not None and name.strip():
            self.compare.choose_series(" ".join(name.split()))

    def _choose_sensitivity(self) -> None:
        from xps.sensitivity import read_sensitivity

        path = self._table_file("Sensitivity factors")
        if path is not None:
            self.quantify.form.change(lambda old: replace(old, sensitivity=read_sensitivity(path)))

    def _choose_transmission(self) -> None:
        from xps.transmission import read_transmission

        path = self._table_file("Transmission")
        if path is not None:
            self.quantify.form.change(
                lambda old: replace(old, transmission=read_transmission(path))
            )

    def _choose_material(self) -> None:
        text = self._dialogs.ask_text("Another material", _MATERIAL, _MATERIAL_EXAMPLE)
        if text is not None:
            self.quantify.form.change(
                lambda old: replace(old, escape=parse_escape(text.replace(" ", "")))
            )

    def _table_file(self, title: str) -> Path | None:
        paths = self._dialogs.open_files(title, self._settings.folder, TABLES)
        return paths[0] if paths else None
