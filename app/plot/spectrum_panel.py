"""The centre of the window: what is shown, its state, and the plot."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.gestures.gestures import short_name
from app.plot.looks import looks_of
from app.plot.overlays import OverlayChoice
from app.plot.plot_view import PlotView
from app.plot.shown import STATE_TEXTS, Shown, fit_state, show
from app.samples.spectrum_names import spectrum_name
from app.session.document import Document
from app.session.selection import Selection
from app.widgets.fonts import bold
from xps.numbers_text import number
from xps.project import Entry, Project


class SpectrumPanel(QWidget):
    """The selected spectrum with its fit; follows document and selection.

    Signals
    -------
    drawn()
        The plot shows what is selected.
    componentMenuAt(QPoint)
        The menu of the selected component is wanted, in global coordinates.
    """

    drawn = Signal()
    componentMenuAt = Signal(QPoint)

    def __init__(
        self, document: Document, selection: Selection, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._framed: object = None
        self.plot = PlotView()
        self.overlays = OverlayChoice(document, self)
        self._title = QLabel()
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setFont(bold(self.font()))
        self._state = QLabel()
        self._state.setTextFormat(Qt.TextFormat.PlainText)
        head = QHBoxLayout()
        head.setContentsMargins(8, 4, 8, 0)
        head.addWidget(self._title, 1)
        head.addWidget(self._state)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.plot, 1)
        self.plot.componentClicked.connect(self._on_component_clicked)
        self.plot.menuAt.connect(self._on_menu)
        document.projectChanged.connect(self.refresh)
        document.failuresChanged.connect(self.refresh)
        selection.changed.connect(self.refresh)
        self.overlays.changed.connect(self.refresh)

    @property
    def title_text(self) -> str:
        """What is shown."""
        return self._title.text()

    @property
    def state_text(self) -> str:
        """How far the work on it is."""
        return self._state.text()

    def refresh(self) -> None:
        """Draw the selected spectrum anew; the view stays where nothing moved."""
        entry, project = self._selection.entry, self._document.project
        if entry is None:
            self._title.clear()
            self._state.clear()
            self.plot.show_spectrum(None)
            self._framed = None
            self.drawn.emit()
            return
        region = self._selection.region
        shown = show(project, entry)
        state = fit_state(project, entry, self._document.failures)
        self._title.setText(f"{spectrum_name(project, entry)}  ·  {entry.sample}")
        self._state.setText(shown.problem or STATE_TEXTS[state])
        overlays = self.overlays.of(project, entry.id, shown)
        self.plot.show_spectrum(shown, looks_of(project, region), overlays)
        self.plot.setAccessibleDescription(_description(project, entry, shown))
        ids = [component.id for component in region.components] if region else []
        selected = self._selection.component
        self.plot.select_component(ids.index(selected.id) if selected else None)
        window = None if region is None else region.window_ev
        frame = (entry.id, window, shown.focus, self.overlays.ids, self.overlays.arrangement)
        if frame != self._framed:
            self._framed = frame
            self.plot.fit_view()
        self.drawn.emit()

    def _on_menu(self, index: int | None, point: QPoint) -> None:
        if index is not None:
            self._on_component_clicked(index)
        self.componentMenuAt.emit(point)

    def _on_component_clicked(self, index: int) -> None:
        region = self._selection.region
        if region is not None:
            self._selection.select_component(region.components[index].id)


def _description(project: Project, entry: Entry, shown: Shown) -> str:
    """Say in words what the plot shows, for screen readers."""
    region = project.region_of(entry.id)
    text = f"{spectrum_name(project, entry)}, {entry.sample}: {entry.spectrum.n_points} points"
    if region is None or shown.curves is None:
        return text
    names = ", ".join(
        f"{short_name(c.name)} at {number(c.center.value, 2)} eV" for c in region.components
    )
    fit = project.fit_of(region.id)
    quality = "" if fit is None else f", χ²ᵣ {number(fit.reduced_chi2, 2)}"
    state = STATE_TEXTS[fit_state(project, entry)]
    return f"{text}, {len(region.components)} components{quality}, {state}: {names}"
