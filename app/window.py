"""The main window: where the views stand, and how they hear of each other."""

from __future__ import annotations

from operator import attrgetter

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDesktopServices, QShowEvent
from PySide6.QtWidgets import (
    QMainWindow,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import example
from app.batch.batch_actions import BatchActions
from app.checks.checking import Checking
from app.checks.finding_actions import FindingActions
from app.checks.finding_place import Place
from app.command_bar import CommandBar
from app.dialogs import Dialogs, NativeDialogs
from app.docks import Docks
from app.figures.figure_actions import FigureActions
from app.fitting.analysis import Analysis
from app.fitting.jobs import Jobs
from app.fitting.solver_import import load_solver
from app.garbage import QuietCollection, keep_loaded
from app.help.help_actions import HelpActions, Opener
from app.inspector.component_menu import ComponentMenu
from app.inspector.inspector import Inspector
from app.inspector.inspector_focus import focus_on
from app.maps.map_actions import MapActions
from app.models.suggesting import Suggesting
from app.places import own_folder
from app.plot.modes import Mode
from app.plot.plot_marks import PlotMarks
from app.plot.plot_tools import make_plot_tools
from app.plot.scales import Scales
from app.plot.spectrum_panel import SpectrumPanel
from app.preferences.preference_actions import PreferenceActions
from app.preferences.preferences import Preferences
from app.recipes.own_recipes import OwnRecipes, recipe_folder
from app.recipes.recipe_actions import RecipeActions
from app.results.results import Results
from app.results.results_dock import ResultsDock
from app.samples.propagating import Propagating
from app.samples.sample_actions import SampleActions
from app.samples.sample_tree import SampleTree
from app.samples.sweep_actions import SweepActions
from app.session.autosave import Autosave
from app.session.document import Document
from app.session.editing import Editor
from app.session.files import Files
from app.session.restoring import Restorer
from app.session.saving import recovery_folder
from app.session.selection import Selection
from app.settings import Settings
from app.status import StatusBar
from app.welcome import WelcomePage
from app.widgets.dropped import DropTarget
from app.widgets.icons import app_icon
from app.widgets.message_bar import MessageBar
from app.widgets.theme import Theme
from xps.project import Project

_OWN = Qt.FindChildOption.FindDirectChildrenOnly
_WARM_UP_MS = 300  # after the first paint, which the import would slow down


class MainWindow(QMainWindow):
    """One document with all its views.

    Parameters
    ----------
    settings : Settings
    theme : Theme
    dialogs : Dialogs, optional
        The dialogs of the platform by default.
    opener : callable
        Opens addresses outside of the program, and tells whether it could.
    """

    def __init__(
        self,
        settings: Settings,
        theme: Theme,
        dialogs: Dialogs | None = None,
        opener: Opener = QDesktopServices.openUrl,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._theme = theme
        self._dialogs = dialogs or NativeDialogs(self)
        self.document = Document(self)
        self.selection = Selection(self.document, self)
        self.jobs = Jobs(self)
        self.messages = MessageBar()
        self.editor = Editor(self.document, self.messages)
        self.analysis = Analysis(self.document, self.selection, self.jobs, self.messages, self)
        self.files = Files(self.document, self.jobs, self.messages, self._dialogs, settings, self)
        self.figures = FigureActions(
            self.document,
            self.selection,
            self.jobs,
            self.messages,
            self._dialogs,
            settings,
            self.files,
        )
        self.autosave = Autosave(self.document, recovery_folder(), self)
        self.restorer = Restorer(
            self.document, self.autosave, self.files, self.jobs, self.messages, self
        )
        self.checking = Checking(self.document, self.jobs, self)
        self.garbage = QuietCollection(self.document, self.jobs, self)
        self.findings = FindingActions(
            self.document, self.selection, self.editor, self.analysis, self._dialogs, self
        )
        self.recipes = RecipeActions(
            OwnRecipes(recipe_folder(), self),
            self.document,
            self.selection,
            self.analysis,
            self.editor,
            self.messages,
            self._dialogs,
            settings,
            self,
        )
        self.preferences = PreferenceActions(self, settings, self.recipes.own)
        self.maps = MapActions(
            self.jobs,
            self._dialogs,
            settings,
            self.recipes.own,
            self.editor,
            self.messages,
            self,
        )
        self.batches = BatchActions(
            self.jobs, self._dialogs, settings, self.recipes.own, opener, self
        )
        self.help = HelpActions(
            self, self.jobs, self.messages, self._dialogs, opener, own_folder("logs")
        )
        self._build_views()
        self._arrange_views()
        self._build_commands()
        self._connect()
        self._connect_views()
        self.preferences.begin(self._prefer)
        self.docks.restore(settings)
        DropTarget(self, self.files.open_paths)
        self.setWindowIcon(app_icon())
        self._refresh()

    # What the actions do

    def open_example(self) -> None:
        """Open the bundled example, and fit it."""
        if not self.files.may_close():
            return
        self.messages.clear()
        self.document.replace(Project(), name=example.NAME)

        def fit() -> None:
            if self.analysis.apply_recipe(example.RECIPE):
                self.analysis.fit_all()

        self.files.open_paths(example.example_files(), then=fit, remember=False)

    def export_figure(self) -> None:
        """Save what the comparison shows as a figure for print."""
        self.figures.export(self.results_dock.show_comparison().figure_choice)

    def copy_figure(self) -> None:
        """Copy what the comparison shows as a figure for print."""
        self.figures.copy(self.results_dock.show_comparison().figure_choice)

    def _show_place(self, place: Place) -> None:
        """Bring forward what a finding of the checks is about."""
        if place.topic == "replicates":
            self.results_dock.show_comparison()
        elif place.topic == "amounts":
            self.results_dock.show_settings()
        else:
            self.docks.inspector.show()
            focus_on(self.inspector, place)

    # How it is built

    def _build_views(self) -> None:
        self.welcome = WelcomePage(app_icon())
        self.panel = SpectrumPanel(self.document, self.selection)
        self.plot_tools = make_plot_tools(
            self.panel, self.document, self.selection, self.editor, self._dialogs
        )
        self.marks = PlotMarks(self.panel.plot, self)
        self.suggesting = Suggesting(
            self.document,
            self.selection,
            self.editor,
            self.analysis,
            self.jobs,
            self.messages,
            self.marks,
            self,
        )
        self.component_menu = ComponentMenu(
            self, self.document, self.selection, self.editor, self._dialogs
        )
        self.propagating = Propagating(
            self, self.document, self.selection, self.editor, self.analysis, self.jobs
        )
        self.tree = SampleTree()
        self.sweeps = SweepActions(self.document, self.selection, self.editor)
        self.samples = SampleActions(self.tree, self.selection, self.editor, self._dialogs, self)
        self.inspector = Inspector(self.document, self.selection, self.editor)
        self.results = Results(
            self.document,
            self.editor,
            self.jobs,
            self.checking,
            self.findings,
            self._dialogs,
            self._settings,
        )
        self.status = StatusBar(self.jobs)

    def _arrange_views(self) -> None:
        self._first_page = QScrollArea()
        self._first_page.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its buttons scroll into sight
        self._first_page.setWidget(self.welcome)
        self._first_page.setWidgetResizable(True)
        self._first_page.setFrameShape(QScrollArea.Shape.NoFrame)
        self.stack = QStackedWidget()
        self.stack.addWidget(self._first_page)
        self.stack.addWidget(self.panel)
        center = QWidget()
        column = QVBoxLayout(center)
        column.setContentsMargins(2, 2, 2, 2)
        column.setSpacing(2)
        column.addWidget(self.messages)
        column.addWidget(self.stack, 1)
        self.setCentralWidget(center)
        self.setStatusBar(self.status)
        self.results_dock = ResultsDock(self.results, self)
        self.docks = Docks(self, self.tree, self.inspector, self.results_dock)
        QWidget.setTabOrder(self.tree, self.panel.plot)  # then inspector and results

    def _build_commands(self) -> None:
        self.commands = CommandBar(self, lambda name: attrgetter(name)(self), self.recipes)
        self.commands.add_views(
            self.panel.overlays,
            self._settings.preferences.colors,
            self.preferences.use_colors,
            self.docks.toggles,
        )

    def _connect(self) -> None:
        """Let changes of the document, of what is selected and of work reach the window."""
        self.document.projectChanged.connect(self._refresh)
        self.document.failuresChanged.connect(self._refresh)
        self.document.titleChanged.connect(self._show_title)
        self.document.stack.indexChanged.connect(self._enable_actions)
        self.selection.changed.connect(self._on_selection)
        self.jobs.changed.connect(self._enable_actions)
        self.files.spectraAdded.connect(self.recipes.apply_to_opened)
        self.files.recentChanged.connect(self._show_recent)
        self.files.manyOpened.connect(self.maps.offer)
        self.autosave.failed.connect(self.messages.warn)
        self.findings.shown.connect(self._show_place)
        self.suggesting.opened.connect(
            lambda: self.results_dock.show_suggestion(self.suggesting.view)
        )
        self.suggesting.closed.connect(lambda: self.results.close_guest(self.suggesting.view))

    def _connect_views(self) -> None:
        """Let what people do in the views reach those who carry it out."""
        overlays = self.panel.overlays
        self.welcome.openWanted.connect(self.files.choose_and_open)
        self.welcome.exampleWanted.connect(self.open_example)
        self.welcome.guideWanted.connect(self.help.guide)
        self.welcome.recentWanted.connect(lambda path: self.files.open_paths([path]))
        self.tree.entrySelected.connect(self.selection.select_entry)
        self.tree.sampleSelected.connect(self.selection.select_sample)
        self.tree.overlayToggled.connect(lambda id_, on: overlays.toggle(id_, overlaid=on))
        overlays.changed.connect(lambda: self.tree.show_overlaid(overlays.ids))
        self.tree.contextMenuAt.connect(self._show_tree_menu)
        for source in (self.panel, self.inspector):
            source.componentMenuAt.connect(self.component_menu.popup)
        self.component_menu.copyWanted.connect(self.propagating.component)
        self.inspector.fitWanted.connect(self.analysis.fit_current)
        self.inspector.unlockWanted.connect(self.component_menu.unlock)
        self.inspector.lockWanted.connect(self.component_menu.lock)
        self.inspector.picker.highlighted.connect(self.marks.show_species)
        self.inspector.suggestionWanted.connect(self.suggesting.suggest)
        self.results.figureWanted.connect(self.export_figure)
        self.results.copyWanted.connect(self.copy_figure)
        self.status.cancelWanted.connect(self.jobs.cancel)
        self.plot_tools.modeChanged.connect(self._show_mode)
        self.plot_tools.drag.qualityChanged.connect(self.status.show_live_quality)
        self._show_mode(self.plot_tools.mode)
        plot = self.panel.plot
        plot.pointerMoved.connect(
            lambda energy: self.status.show_pointer(energy, plot.shown, plot.scales)
        )

    # How it follows the document

    def _refresh(self) -> None:
        project = self.document.project
        has_spectra = bool(project.entries)
        self.stack.setCurrentWidget(self.panel if has_spectra else self._first_page)
        self.docks.show_for(has_spectra=has_spectra)
        self.tree.show_project(project, self.document.failures)
        self._show_recent()
        self._show_title()
        self._on_selection()

    def _on_selection(self) -> None:
        entry, region = self.selection.entry, self.selection.region
        self.tree.select_entry(entry.id if entry else None)
        project = self.document.project
        fit = None if region is None else project.fit_of(region.id)
        stale = region is not None and fit is not None and not project.is_fresh(region.id)
        self.status.show_fit(fit, stale=stale)
        self._enable_actions()

    def _show_mode(self, mode: Mode) -> None:
        self.commands.check_mode(mode)
        self.status.show_mode(mode)

    def _enable_actions(self) -> None:
        self.status.show_plot(self.selection.entry is not None)
        self.commands.enable(self.document, self.selection, works=bool(self.jobs.running))

    def _show_title(self) -> None:
        name = self.document.name.replace("[*]", "[ * ]")
        self.setWindowTitle(f"{name}[*] – Doublet")
        self.setWindowModified(self.document.is_modified)

    def _show_recent(self) -> None:
        paths = self._settings.recent_files
        self.welcome.show_recent(paths)
        self.commands.list_recent(
            paths, lambda path: self.files.open_paths([path]), self._forget_recent
        )

    def _forget_recent(self) -> None:
        self._settings.forget_recent_files()
        self._show_recent()

    def _show_tree_menu(self, point: QPoint) -> None:
        names = ("fit", "take_back", "sum_sweeps", "align_sweeps", "rename_sample")
        self.commands.context_menu((*names, "remove_region", "remove")).popup(point)

    def _prefer(self, chosen: Preferences, changes: frozenset[str]) -> None:
        """Let preferences act, those that changed."""
        if "colors" in changes:
            self._theme.use(chosen.colors)
            self.commands.check_scheme(chosen.colors)
        if changes & {"kinetic", "counts"}:
            self.panel.plot.use_scales(Scales(chosen.kinetic, chosen.counts))
        if "live_refit" in changes:
            self.plot_tools.drag.refits = chosen.live_refit
        for name in changes & {"kinetic", "counts", "live_refit"}:
            self.commands.actions[name].setChecked(getattr(chosen, name))
        if "figure_width_mm" in changes:
            self.results.compare.figure.choose_width(chosen.figure_width_mm)

    # What Qt tells the window

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "commands"):
            self.commands.redraw_icons()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(_WARM_UP_MS, self, lambda: self.jobs.warm_up(_warm_up))

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_close():
            event.ignore()
            return
        self.jobs.shut_down()
        self.autosave.drop()
        self.files.guard.release()
        self.docks.remember(self._settings)
        self._settings.save()
        for window in self.findChildren(QWidget, options=_OWN):
            if window.isWindow():  # the program ends with its last window
                window.close()
        event.accept()


def _warm_up() -> None:
    """Load what the first fit needs; what is there by then stays."""
    load_solver()
    keep_loaded()
