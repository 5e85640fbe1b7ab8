"""The main window: where the views stand, and how they hear of each other."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMenu,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import example
from app.actions import ACTIONS, Needs, make_actions
from app.checks.checking import Checking
from app.checks.finding_actions import FindingActions
from app.checks.finding_place import Place
from app.dialogs import Dialogs, NativeDialogs
from app.fitting.analysis import Analysis
from app.fitting.jobs import Jobs
from app.fitting.solver_import import load_solver
from app.gestures import gestures
from app.inspector.component_menu import ComponentMenu
from app.inspector.inspector import Inspector
from app.inspector.inspector_focus import focus_on
from app.menus import (
    fill_recent_menu,
    make_menus,
    make_overlay_menu,
    make_scheme_menu,
    make_toolbar,
)
from app.models.suggesting import Suggesting
from app.plot.modes import Mode
from app.plot.plot_marks import PlotMarks
from app.plot.plot_tools import make_plot_tools
from app.plot.spectrum_panel import SpectrumPanel
from app.recipes.own_recipes import OwnRecipes, recipe_folder
from app.recipes.recipe_actions import RecipeActions
from app.recipes.recipe_menu import RecipeMenu
from app.results.results import Results
from app.results.results_dock import ResultsDock
from app.samples.propagating import Propagating
from app.samples.sample_tree import SampleTree
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
from app.widgets.icons import app_icon, icon
from app.widgets.message_bar import MessageBar
from app.widgets.plain import menu_text
from app.widgets.theme import Theme
from xps import __version__
from xps.casaxps import carries_fit
from xps.project import Project

_LAYOUT_VERSION = 1
_WARM_UP_MS = 300  # after the first paint, which the import would slow down
_TREE_WIDTH, _INSPECTOR_WIDTH = 250, 440
_RESULTS_PART = 0.28  # of the height


class MainWindow(QMainWindow):
    """One document with all its views.

    Parameters
    ----------
    settings : Settings
    theme : Theme
    dialogs : Dialogs, optional
        The dialogs of the platform by default.
    """

    def __init__(self, settings: Settings, theme: Theme, dialogs: Dialogs | None = None) -> None:
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
        self.autosave = Autosave(self.document, recovery_folder(), self)
        self.restorer = Restorer(
            self.document, self.autosave, self.files, self.jobs, self.messages, self
        )
        self.checking = Checking(self.document, self.jobs, self)
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
        self._build_views()
        self._build_actions()
        self._connect()
        self._restore_layout()
        self.setAcceptDrops(True)
        self.setWindowIcon(app_icon())
        self._refresh()

    # What the actions do

    def new(self) -> None:
        self.files.new()

    def open(self) -> None:
        self.files.choose_and_open()

    def save(self) -> None:
        self.files.save()

    def save_as(self) -> None:
        self.files.save_as()

    def export(self) -> None:
        self.files.export()

    def export_casaxps(self) -> None:
        self.files.export_casaxps()

    def undo(self) -> None:
        self.document.stack.undo()

    def redo(self) -> None:
        self.document.stack.redo()

    def fit_current(self) -> None:
        self.analysis.fit_current()

    def fit_all(self) -> None:
        self.analysis.fit_all()

    def rename_sample(self) -> None:
        entry = self.selection.entry
        if entry is None:
            return
        name = self._dialogs.ask_text("Rename sample", "Name of the sample:", entry.sample)
        if name is not None:
            self.editor.do(gestures.rename_sample, entry.sample, name)

    def remove(self) -> None:
        """Remove what is selected: a component, a sample, else a spectrum."""
        region, component = self.selection.region, self.selection.component
        sample = self.tree.selected_sample
        if region is not None and component is not None and not self.tree.hasFocus():
            self.editor.remove(gestures.remove_component, region.id, component.id)
        elif sample is not None:
            self.editor.remove(gestures.remove_sample, sample)
        elif self.selection.entry is not None:
            self.editor.remove(gestures.remove_entry, self.selection.entry.id)

    def remove_region(self) -> None:
        region = self.selection.region
        if region is not None:
            self.editor.remove(gestures.remove_region, region.id)

    def _list_recipes(self) -> None:
        self.recipe_menu.show_recipes(self.recipes.own.listed)
        self.recipe_menu.show_stored(there=carries_fit(self.document.project))

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
        compare = self.results_dock.show_comparison()
        chosen = compare.samples.names, compare.levels, compare.figure_width_mm
        self.files.export_figure(*chosen, compare.figure_shows)

    def _show_place(self, place: Place) -> None:
        """Bring forward what a finding of the checks is about."""
        if place.topic == "replicates":
            self.results_dock.show_comparison()
        elif place.topic == "amounts":
            self.results_dock.show_settings()
        else:
            self._docks[1].show()
            focus_on(self.inspector, place)

    def about(self) -> None:
        self.messages.info(
            f"Doublet {__version__}: fits XPS spectra and quantifies chemical species with "
            "honest error bars. Free software under the BSD 3-clause license."
        )

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
        self.component_menu.copyWanted.connect(self.propagating.component)
        self._first_page = QScrollArea()
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
        self.tree = SampleTree()
        self.inspector = Inspector(self.document, self.selection, self.editor)
        self.results = Results(
            self.document,
            self.editor,
            self.checking,
            self.findings,
            self._dialogs,
            self._settings,
        )
        self.status = StatusBar(self.jobs)
        self.setStatusBar(self.status)
        areas = Qt.DockWidgetArea
        self.setCorner(Qt.Corner.BottomRightCorner, areas.RightDockWidgetArea)
        self.results_dock = ResultsDock(self.results, self)
        self.addDockWidget(areas.BottomDockWidgetArea, self.results_dock)
        self._docks = (
            self._add_dock("Samples", self.tree, areas.LeftDockWidgetArea),
            self._add_dock("Inspector", self.inspector, areas.RightDockWidgetArea),
            self.results_dock,
        )

    def _add_dock(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(title)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        return dock

    def _build_actions(self) -> None:
        self.actions_by_name = make_actions(self, lambda name: attrgetter(name)(self), icon)
        menus = make_menus(self, self.actions_by_name)
        self.recipe_menu = RecipeMenu(
            self,
            self.recipes.apply,
            self.recipes.apply_to_sample,
            self.recipes.choose,
            [self.actions_by_name[name] for name in ("save_recipe", "recipes")],
        )
        self._list_recipes()
        self._toolbar, self._recipe_button = make_toolbar(
            self, self.actions_by_name, self.recipe_menu, icon("recipe")
        )
        self.recent_menu = QMenu("Open &recent", self)
        menus["File"].insertMenu(self.actions_by_name["save"], self.recent_menu)
        menus["Analysis"].insertMenu(self.actions_by_name["fit"], self.recipe_menu)
        self.scheme_menu = make_scheme_menu(self, self._settings.color_scheme, self._use_scheme)
        menus["View"].addMenu(make_overlay_menu(self, self.panel.overlays))
        menus["View"].addMenu(self.scheme_menu)
        menus["View"].addSeparator()
        for dock in self._docks:
            menus["View"].addAction(dock.toggleViewAction())

    def _connect(self) -> None:
        self.document.projectChanged.connect(self._refresh)
        self.document.failuresChanged.connect(self._refresh)
        self.document.titleChanged.connect(self._show_title)
        self.document.stack.indexChanged.connect(self._enable_actions)
        self.selection.changed.connect(self._on_selection)
        self.jobs.changed.connect(self._enable_actions)
        self.recipes.own.changed.connect(self._list_recipes)
        self.files.recentChanged.connect(self._show_recent)
        self.autosave.failed.connect(self.messages.warn)
        self.tree.entrySelected.connect(self.selection.select_entry)
        self.tree.sampleSelected.connect(self.selection.select_sample)
        self.tree.overlayToggled.connect(
            lambda id_, on: self.panel.overlays.toggle(id_, overlaid=on)
        )
        self.panel.overlays.changed.connect(
            lambda: self.tree.show_overlaid(self.panel.overlays.ids)
        )
        self.tree.sampleRenamed.connect(
            lambda old, new: self.editor.do(gestures.rename_sample, old, new)
        )
        self.tree.contextMenuAt.connect(self._show_tree_menu)
        self.inspector.fitWanted.connect(self.fit_current)
        self.results.figureWanted.connect(self.export_figure)
        self.findings.shown.connect(self._show_place)
        self.inspector.picker.highlighted.connect(self.marks.show_species)
        self.inspector.suggestionWanted.connect(self.suggesting.suggest)
        self.suggesting.opened.connect(
            lambda: self.results_dock.show_suggestion(self.suggesting.view)
        )
        self.suggesting.closed.connect(lambda: self.results.close_guest(self.suggesting.view))
        self.welcome.openWanted.connect(self.open)
        self.welcome.exampleWanted.connect(self.open_example)
        self.welcome.recentWanted.connect(lambda path: self.files.open_paths([path]))
        self.status.cancelWanted.connect(self.jobs.cancel)
        for source in (self.panel, self.inspector):
            source.componentMenuAt.connect(self.component_menu.popup)
        self.inspector.unlockWanted.connect(self.component_menu.unlock)
        self.inspector.lockWanted.connect(self.component_menu.lock)
        self.plot_tools.modeChanged.connect(self._show_mode)
        self.plot_tools.drag.qualityChanged.connect(self.status.show_live_quality)
        self._show_mode(self.plot_tools.mode)
        self.actions_by_name["live_refit"].setChecked(self.plot_tools.drag.refits)
        self.panel.plot.pointerMoved.connect(
            lambda energy: self.status.show_pointer(
                energy, self.panel.plot.shown, self.panel.plot.scales
            )
        )

    def _restore_layout(self) -> None:
        layout = self._settings.window_layout
        if layout is not None and self.restoreGeometry(layout[0]):
            self.restoreState(layout[1], _LAYOUT_VERSION)
            return
        self.resize(self.screen().availableSize() * 0.9)
        sizes = Qt.Orientation
        tree, inspector, results = self._docks
        self.resizeDocks([tree, inspector], [_TREE_WIDTH, _INSPECTOR_WIDTH], sizes.Horizontal)
        self.resizeDocks([results], [round(_RESULTS_PART * self.height())], sizes.Vertical)

    # How it follows the document

    def _refresh(self) -> None:
        project = self.document.project
        has_spectra = bool(project.entries)
        self.stack.setCurrentWidget(self.panel if has_spectra else self._first_page)
        for dock in self._docks:
            if not has_spectra:
                dock.hide()
            elif not dock.toggleViewAction().isChecked() and self._was_empty:
                dock.show()
        self._was_empty = not has_spectra
        self.tree.show_project(project, self.document.failures)
        self._show_recent()
        self._show_title()
        self._on_selection()

    _was_empty = True

    def _on_selection(self) -> None:
        entry, region = self.selection.entry, self.selection.region
        self.tree.select_entry(entry.id if entry else None)
        project = self.document.project
        fit = None if region is None else project.fit_of(region.id)
        stale = region is not None and fit is not None and not project.is_fresh(region.id)
        self.status.show_fit(fit, stale=stale)
        self._enable_actions()

    def _show_mode(self, mode: Mode) -> None:
        for other in Mode:
            self.actions_by_name[other.value].setChecked(other is mode)
        self.status.show_mode(mode)

    def _enable_actions(self) -> None:
        project, stack = self.document.project, self.document.stack
        entry = self.selection.entry
        self.status.show_plot(entry is not None)
        there: dict[Needs, bool] = {
            "": True,
            "undo": stack.canUndo(),
            "redo": stack.canRedo(),
            "spectra": bool(project.entries),
            "entry": entry is not None,
            "removable": entry is not None,
            "region": self.selection.region is not None,
            "regions": bool(project.regions),
            "jobs": bool(self.jobs.running),
            "masked": entry is not None and bool(entry.spectrum.masked_ev),
        }
        for spec in ACTIONS:
            self.actions_by_name[spec.name].setEnabled(there[spec.needs])
        self.recipe_menu.show_stored(there=carries_fit(project))
        self._recipe_button.setEnabled(bool(project.entries))
        self.recipe_menu.setEnabled(bool(project.entries))
        for name, text in (("undo", stack.undoText()), ("redo", stack.redoText())):
            action, verb = self.actions_by_name[name], name.capitalize()
            action.setText(f"&{verb} {menu_text(text)}".rstrip())
            action.setIconText(verb)

    def _show_title(self) -> None:
        name = self.document.name.replace("[*]", "[ * ]")
        self.setWindowTitle(f"{name}[*] – Doublet")
        self.setWindowModified(self.document.is_modified)

    def _show_recent(self) -> None:
        paths = self._settings.recent_files
        self.welcome.show_recent(paths)
        fill_recent_menu(
            self.recent_menu, paths, lambda path: self.files.open_paths([path]), self._forget
        )

    def _forget(self) -> None:
        self._settings.forget_recent_files()
        self._show_recent()

    def _show_tree_menu(self, point: QPoint) -> None:
        menu = QMenu(self)
        for name in ("fit", "rename_sample", "remove_region", "remove"):
            menu.addAction(self.actions_by_name[name])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(point)

    def _use_scheme(self, scheme: Qt.ColorScheme) -> None:
        self._settings.color_scheme = scheme
        self._theme.use(scheme)

    # What Qt tells the window

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "actions_by_name"):
            for spec in ACTIONS:
                if spec.icon:
                    self.actions_by_name[spec.name].setIcon(icon(spec.icon))
            self._recipe_button.setIcon(icon("recipe"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(_WARM_UP_MS, self, lambda: self.jobs.warm_up(load_solver))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped_paths(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = _dropped_paths(event)
        if paths:
            event.acceptProposedAction()
            self.files.open_paths(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_close():
            event.ignore()
            return
        self.jobs.shut_down()
        self.autosave.drop()
        self.files.guard.release()
        self._settings.window_layout = (self.saveGeometry(), self.saveState(_LAYOUT_VERSION))
        self._settings.save()
        event.accept()


def _dropped_paths(event: QDropEvent) -> Sequence[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
