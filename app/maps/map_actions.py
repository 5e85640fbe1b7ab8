"""What is done with maps and profiles: open, fit, export, take a spectrum into the session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.dialogs import MAP_RESULTS, SPECTRA, Dialogs
from app.fitting.jobs import Job, Jobs
from app.fitting.solver_import import load_solver
from app.gestures.map_gestures import take_place
from app.recipes.own_recipes import OwnRecipes
from app.session.editing import Editor
from app.settings import Settings
from app.widgets.forward import bring_forward
from app.widgets.message_bar import Button, MessageBar
from xps.errors import XpsError
from xps.recipe import load_recipe, shipped_recipes

if TYPE_CHECKING:
    from app.maps.map_window import MapWindow
    from app.maps.opened_map import OpenedMap

_TOPIC = "map"


class MapActions(QObject):
    """Carries out what the window of a map asks for.

    Parameters
    ----------
    jobs : Jobs
    dialogs : Dialogs
    settings : Settings
    recipes : OwnRecipes
    editor : Editor
    messages : MessageBar
    parent : QWidget

    Signals
    -------
    opened(), fitted(), told(), exported(Path)
    """

    opened = Signal()
    told = Signal()
    fitted = Signal()
    exported = Signal(object)

    def __init__(
        self,
        jobs: Jobs,
        dialogs: Dialogs,
        settings: Settings,
        recipes: OwnRecipes,
        editor: Editor,
        messages: MessageBar,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._jobs, self._dialogs, self._settings = jobs, dialogs, settings
        self._recipes, self._editor, self._messages = recipes, editor, messages
        self._window: MapWindow | None = None
        self._job: Job | None = None

    @property
    def window(self) -> MapWindow:
        """The window of the map, made when it is first asked for."""
        if self._window is None:
            from app.maps.map_window import MapWindow

            parent = self.parent()
            assert isinstance(parent, QWidget)
            window = self._window = MapWindow(parent)
            window.openWanted.connect(self.choose_and_open)
            window.pathDropped.connect(self.open_path)
            window.fitWanted.connect(self.fit)
            window.componentsWanted.connect(self.count_components)
            window.cancelWanted.connect(self._cancel)
            window.exportWanted.connect(self.export)
            window.takeWanted.connect(self.take)
            window.recipe.follow(self._recipes)
        return self._window

    def show(self) -> None:
        """Bring the window forward; ask for a file where it has none."""
        bring_forward(self.window)
        if self.window.opened is None:
            self.choose_and_open()

    def offer(self, path: Path) -> None:
        """Offer to open a file as a map whose spectra are in the tree of samples now."""
        self._messages.info(
            f"{path.name} holds many spectra. They can be fitted and looked at together, as a map "
            "or a profile.",
            Button("Open as map", lambda: self.open_path(path)),
            topic=_TOPIC,
        )

    def choose_and_open(self) -> None:
        """Ask for a file and open it."""
        paths = self._dialogs.open_files("Open map or profile", self._settings.folder, SPECTRA)
        if paths:
            self.open_path(paths[0])

    def open_path(self, path: Path) -> None:
        """Open a file, or a folder of files, as a map."""
        self._settings.folder = path.parent
        bring_forward(self.window)
        self._run(
            f"Open {path.name}",
            lambda job: _opened(path, job),
            self._take_opened,
        )

    def count_components(self, number: int) -> None:
        """Tell how many distinct spectra a stack of the map holds."""
        opened = self.window.opened
        if opened is None:
            return
        stack = opened.stacks[number]

        def work(job: Job) -> list[str]:
            from xps.principal_components import principal_components

            return principal_components(stack, cancelled=job.must_stop).lines()

        self._run(f"Look at {stack.title}", work, self._tell)

    def fit(self, recipe: str | Path, shared: tuple[str, ...] = ()) -> None:
        """Fit all spectra of the map; some kinds of parameters may be the same at all places."""
        opened = self.window.opened
        if opened is None:
            return

        def work(job: Job) -> OpenedMap:
            load_solver()
            from app.maps.opened_map import fit_map

            return fit_map(opened, recipe, job.must_stop, job.report, shared=shared)

        self._run(f"Fit {opened.path.name}", work, self._take_fitted)

    def export(self) -> None:
        """Save numbers as NeXus, or what is shown as a figure."""
        opened, window = self.window.opened, self.window
        if opened is None or not opened.fits:
            return
        from app.maps.map_export import export_map

        suggested = self._settings.folder / f"{opened.path.stem} maps.nxs"
        path = self._dialogs.save_file("Export map", suggested, MAP_RESULTS)
        if path is None:
            return
        self._settings.folder = path.parent
        number, key = window.stack_number, window.quantity.key if window.quantity else ""
        self._run(
            f"Export {path.name}",
            lambda job: export_map(opened, path, number, key),
            lambda _: self._say_exported(path),
        )

    def take(self, index: int) -> None:
        """Add the spectrum of a place, with its model, to the session."""
        window = self.window
        opened = window.opened
        if opened is None:
            return
        try:
            place = opened.project_at(window.stack_number, index)
        except XpsError as error:
            window.messages.error(str(error), topic=_TOPIC)
            return
        self._editor.do(take_place, place)
        window.messages.info(f"{place.samples[0].name} is in the session.", topic=_TOPIC)

    def _take_opened(self, opened: OpenedMap) -> None:
        window = self.window
        window.show_map(opened)
        for text in opened.warnings:
            window.messages.warn(text, topic=_TOPIC)
        known = [
            name
            for name in shipped_recipes()
            if any(load_recipe(name).region_for(s.template.core_level) for s in opened.stacks)
        ]
        if known:
            window.recipe.choose(min(known, key=lambda name: len(load_recipe(name).core_levels)))
        self.opened.emit()

    def _take_fitted(self, opened: OpenedMap) -> None:
        window = self.window
        window.show_map(opened)
        if window.stack_number not in opened.fits:
            window.stacks.setCurrentIndex(min(opened.fits))
        window.messages.info(opened.summary, topic=_TOPIC)
        self.fitted.emit()

    def _tell(self, lines: list[str]) -> None:
        self.window.messages.info(" ".join(lines), topic=_TOPIC)
        self.told.emit()

    def _say_exported(self, path: Path) -> None:
        self.window.messages.info(f"Saved {path.name}.", topic=_TOPIC)
        self.exported.emit(path)

    def _run(self, title: str, work: Callable[[Job], Any], done: Callable[[Any], None]) -> None:
        if self._job is not None:
            self.window.messages.warn(
                f"{self._job.title} is still under way: wait, or cancel it.", topic=_TOPIC
            )
            return
        window = self.window
        window.messages.settle(_TOPIC)
        window.show_work(title)
        self._job = self._jobs.run(
            title, work, done, lambda error: window.messages.error(str(error), topic=_TOPIC)
        )
        self._job.progressed.connect(lambda n, of: window.show_work(title, n, of))
        self._job.ended.connect(self._on_ended)

    def _on_ended(self) -> None:
        self._job = None
        self.window.show_work("")

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()


def _opened(path: Path, job: Job) -> OpenedMap:
    from app.maps.opened_map import open_map

    return open_map(path, job.must_stop, job.report)
