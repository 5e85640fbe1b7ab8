"""The comparison tab: stacked panels of samples, their differences, and the way to a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.compare.along import Along, along
from app.compare.compared import Compared, bases, comparable, compared
from app.compare.difference_table import DifferenceTable
from app.compare.figure_bar import FigureBar
from app.compare.level_boxes import LevelBoxes
from app.compare.sample_choice import SampleChoice
from app.compare.series_choice import SeriesChoice
from app.compare.series_plots import SeriesPlots
from app.compare.stacked_panels import StackedPanels
from app.figures.figure_choice import FigureChoice
from app.fitting.jobs import Jobs
from app.fitting.latest import Latest
from app.fitting.solver_import import load_solver
from app.widgets.plain import tooltip
from xps.cancel import Cancelled
from xps.composition import Kind
from xps.errors import XpsError
from xps.project import Project
from xps.series import all_series, places_of_sample, series_names, with_places

_KINDS: Mapping[Kind, str] = {"share": "Shares", "atomic_percent": "Atomic percent"}
_FIRST = 6  # samples that are shown until others are chosen
_SPLIT = (200, 293, 412)
_EMPTY = "Fits of two or more samples are compared here."


class CompareView(QWidget):
    """Samples, panels and differences; or amounts along a series, and trends.

    Which samples and core levels are shown is no part of the project; which samples are
    replicates, and where they stand in a series, is.

    Signals
    -------
    groupTyped(str, str)
        Sample, and the group of replicates that it shall belong to.
    placeTyped(str, str, str)
        Sample, series, and what was typed for the place.
    seriesWanted()
        A series that no sample stands in yet.
    figureWanted(), copyWanted()
        The figure, in a file or on the clipboard.
    """

    groupTyped = Signal(str, str)
    placeTyped = Signal(str, str, str)
    seriesWanted = Signal()
    figureWanted = Signal()
    copyWanted = Signal()

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._comparison = Latest(jobs, self)
        self._project = Project()
        self._failures: Mapping[str, XpsError] = {}
        self._left_out: set[str] = set()
        self._known: set[str] = set()
        self._base = ""
        self._series = ""
        self.samples = SampleChoice()
        self.series = SeriesChoice()
        self.panels = StackedPanels()
        self.series_plots = SeriesPlots()
        self._drawing = QStackedWidget()
        self.table = DifferenceTable()
        self.base = QComboBox()
        self.kind = QComboBox()
        self.level_boxes = LevelBoxes(self.kind)
        self.figure = FigureBar()
        self._notes = QLabel()
        self._splitter = QSplitter()
        self._head = QWidget()
        self._build()
        self.show_project(Project(), {})

    @property
    def is_waiting(self) -> bool:
        """Whether something is still being worked out or drawn."""
        return self._comparison.is_waiting or self.panels.is_drawing

    @property
    def levels(self) -> tuple[str, ...]:
        """The core levels that are shown."""
        return self.level_boxes.levels

    @property
    def figure_choice(self) -> FigureChoice:
        """What the figure shall show."""
        kind: Kind = self.kind.currentData()
        return FigureChoice(
            self.samples.names,
            self.levels,
            self.figure.width_mm,
            "spectra" if self.figure.is_of_spectra else kind,
            self.figure.series,
        )

    @property
    def chosen_series(self) -> str:
        """The series that amounts are drawn along; "" for none."""
        return self._series

    @property
    def notes_text(self) -> str:
        """What the numbers leave out."""
        return self._notes.text()

    def choose_series(self, series: str) -> None:
        """Draw the amounts along a series, of all samples that stand in it; "" for none."""
        self._series = series
        self._left_out -= self._places().keys()
        self.figure.choose_series(series)
        self.show_project(self._project, self._failures)

    def show_project(self, project: Project, failures: Mapping[str, XpsError]) -> None:
        """Compare the samples of a project."""
        self._project, self._failures = project, failures
        names = comparable(project)
        for name in names:
            if name not in self._known and len(self._known - self._left_out) >= _FIRST:
                self._left_out.add(name)
            self._known.add(name)
        self._known &= set(names)
        self._left_out &= set(names)
        samples = tuple(project.sample(name) for name in names)
        self.samples.show_samples(samples, set(names) - self._left_out)
        self.series.show_series(all_series(project), self._series)
        self.samples.show_places(self._series, self._places())
        self._splitter.setVisible(bool(names))
        self._head.setVisible(bool(names))
        self.level_boxes.show_levels(_levels(project))
        self.figure.offer_series(_series(project), self._series)
        self._refresh()

    def _build(self) -> None:
        self.base.setAccessibleName("Base of the comparison")
        self.base.setToolTip(
            "What all others are compared with: a sample, or a group of replicates"
        )
        self.base.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.base.setMinimumContentsLength(14)
        self.base.activated.connect(self._choose_base)
        for kind, text in _KINDS.items():
            self.kind.addItem(text, kind)
        self.kind.setAccessibleName("What is compared")
        self.kind.setToolTip(
            "Shares in the area of a core level, or atomic percents of elements and species"
        )
        self.kind.activated.connect(lambda _: self._refresh())
        self.level_boxes.chosen.connect(self._refresh)
        self.figure.wanted.connect(self.figureWanted)
        self.figure.copyWanted.connect(self.copyWanted)
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(QLabel("Base"))
        head.addWidget(self.base)
        head.addWidget(self.kind)
        head.addSpacing(8)
        head.addWidget(self.level_boxes)
        head.addStretch(1)
        head.addWidget(self.figure)
        self._drawing.addWidget(self.panels)
        self._drawing.addWidget(self.series_plots)
        for widget in (self._choice(), self._drawing, self.table):
            self._splitter.addWidget(widget)
        for place, stretch in enumerate((1, 3, 3)):
            self._splitter.setStretchFactor(place, stretch)
        self._splitter.setSizes(list(_SPLIT))
        self._notes.setTextFormat(Qt.TextFormat.PlainText)
        self._notes.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 2)
        column.setSpacing(2)
        column.addWidget(self._head)
        column.addWidget(self._splitter, 1)
        column.addWidget(self._notes)
        self.samples.chosen.connect(self._on_chosen)
        self.samples.groupTyped.connect(self.groupTyped)
        self.samples.placeTyped.connect(
            lambda sample, text: self.placeTyped.emit(sample, self._series, text)
        )

    def _choice(self) -> QWidget:
        """The samples, and below them the series that they can be drawn along."""
        self.series.chosen.connect(self.choose_series)
        self.series.newWanted.connect(self.seriesWanted)
        label = QLabel("Along")
        label.setBuddy(self.series)
        row = QHBoxLayout()
        row.addWidget(label)
        row.addWidget(self.series, 1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.samples, 1)
        column.addLayout(row)
        return whole

    def _places(self) -> dict[str, tuple[float, ...]]:
        """Where samples stand in the series; those that do not are left out."""
        if not self._series:
            return {}
        found = {
            name: places_of_sample(self._project, self._project.sample(name), self._series)
            for name in comparable(self._project)
        }
        return {name: places for name, places in found.items() if places}

    def _on_chosen(self) -> None:
        self._left_out = set(comparable(self._project)) - set(self.samples.names)
        self._refresh()

    def _choose_base(self) -> None:
        self._base = self.base.currentText()
        self._refresh()

    def _refresh(self) -> None:
        names = bases(self._project, self.samples.names)
        if self._base not in names:
            self._base = names[0] if names else ""
        if [self.base.itemText(i) for i in range(self.base.count())] != list(names):
            self.base.clear()
            self.base.addItems(names)
        self.base.setCurrentIndex(names.index(self._base) if names else -1)
        self.figure.enable(there=bool(self.samples.names and self.levels))
        self.base.setEnabled(not self._series)
        if not self.samples.names:
            self._comparison.ask(lambda _: Compared(problem=_EMPTY), self._show)
            return
        chosen = (
            self._project,
            self.samples.names,
            self.levels,
            self._base,
            self._failures,
            self.kind.currentData(),
        )

        series = self._series

        def work(cancelled: Cancelled) -> Compared | Along:
            load_solver()
            project, samples, levels, _, _, kind = chosen
            if series:
                return along(project, samples, levels, series, kind, cancelled)
            return compared(*chosen, cancelled)

        self._comparison.ask(work, self._show)

    def _show(self, result: Compared | Along) -> None:
        if isinstance(result, Along):
            self._drawing.setCurrentWidget(self.series_plots)
            self.series_plots.show_along(result)
            self.table.show_along(result)
        else:
            self._drawing.setCurrentWidget(self.panels)
            self.panels.show_columns(result.columns, result.looks)
            self.table.show_compared(result)
        self._tell(result.problem, result.notes)
        self.table.setVisible(bool(result.rows))

    def _tell(self, problem: str, notes: Sequence[str]) -> None:
        self._notes.setText(problem or "  ·  ".join(notes[:2]))
        self._notes.setToolTip(tooltip("\n".join(notes)))


def _series(project: Project) -> tuple[str, ...]:
    """The series along which fits of several samples stand."""
    return series_names(with_places(project).samples) if project.fits else ()


def _levels(project: Project) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fit.region.core_level for fit in project.fits))
