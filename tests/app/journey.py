"""A person's way from the empty window to the printed figure, on the screen of an X server.

Runs as a program: ``journey.py DISPLAY FILES... FOLDER``. Mouse and keys come from the server, the
dialogs are the real ones, and each step is filmed into the folder.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QPushButton, QWidget

from app.application import make_application
from app.settings import Settings
from app.widgets.theme import Theme
from app.window import MainWindow
from tests.app.mouse import handle, place_of
from tests.app.x_hand import Hand

SIZE = (1366, 768)
_TICK_MS = 20
_TICKS_TO_PAINT = 10
_PATIENCE_S = 20.0

Condition = Callable[[], object]
Step = tuple[str, Condition]
"""A name, "" for one that is not filmed, and what is waited for."""


class Journey:
    """Goes step by step, as soon as what a step waits for is there.

    Parameters
    ----------
    window : MainWindow
    hand : Hand
    files : list of Path
        The person's own spectra.
    folder : Path
        For pictures and figure.
    """

    def __init__(self, window: MainWindow, hand: Hand, files: list[Path], folder: Path) -> None:
        self.window, self.hand, self.files, self.folder = window, hand, files, folder
        self.told: dict[str, object] = {}
        self._steps = self._walk()
        self._name, self._condition = "", lambda: True
        self._since = time.monotonic()
        self._filmed = self._true_ticks = 0
        self._timer = QTimer(interval=_TICK_MS)
        self._timer.timeout.connect(self._tick)

    def begin(self) -> None:
        """Set out."""
        self._timer.start()

    def _tick(self) -> None:
        self._be_window_manager()
        try:
            self._true_ticks = self._true_ticks + 1 if self._condition() else 0
            if self._true_ticks >= (_TICKS_TO_PAINT if self._name else 1):
                self._go_on()
            elif time.monotonic() - self._since > _PATIENCE_S:
                raise TimeoutError(f"waited too long for {self._name!r} after {self._filmed}")
        except StopIteration:
            self._leave(0)
        except Exception:  # noqa: BLE001  whatever it is, the program ends with it
            self._film("stuck")
            sys.stderr.write(traceback.format_exc())
            self._leave(1)

    def _go_on(self) -> None:
        if self._name:
            self._film(self._name)
        self._name, self._condition = next(self._steps)
        self._since, self._true_ticks = time.monotonic(), 0

    def _leave(self, code: int) -> None:
        self._timer.stop()
        (self.folder / "told.json").write_text(json.dumps(self.told), "utf-8")
        self.window.document.stack.setClean()
        for dialog in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
            if dialog is not None:
                dialog.close()  # it has an event loop of its own
        QApplication.exit(code)

    def _film(self, name: str) -> None:
        self._filmed += 1
        screen = self.window.screen()
        path = self.folder / f"{self._filmed:02d}-{name}.png"
        assert screen.grabWindow(0).save(str(path))

    def _be_window_manager(self) -> None:
        """Give a new dialog the keyboard; there is nobody else to do it."""
        top = QApplication.activeModalWidget()
        if top is not None and top.isVisible() and not top.isActiveWindow():
            top.activateWindow()

    # The way

    def _walk(self) -> Iterator[Step]:
        window, hand = self.window, self.hand
        yield "empty", lambda: window.isActiveWindow() and window.welcome.isVisible()
        self._click(window.welcome.open_button)
        yield from self._choose_file(" ".join(f'"{path.name}"' for path in self.files), "open")
        yield "opened", lambda: window.document.project.entries and not window.jobs.running
        yield from self._apply("recipe argyrodite-s2p")
        yield "recipe", lambda: window.document.project.regions
        hand.key("F5")
        yield "fitted", lambda: window.document.project.fits and not window.jobs.running
        self.told["clicks to the first fit"] = hand.clicks
        self.told["keys to the first fit"] = hand.keys
        yield from self._drag_peak()
        hand.key("z", ["Control"])
        yield "undone", lambda: window.panel.state_text.startswith("fitted")
        yield from self._type_center()
        yield from self._apply("recipe cathode")
        yield "cathode", lambda: len(window.document.project.regions) == 4
        hand.key("F5", ["Shift"])
        yield "all-fitted", lambda: self._fresh() and not window.jobs.running
        bar = window.results.tabBar()
        self._click(bar, bar.tabRect(window.results.indexOf(window.results.compare)))
        yield "compared", window.results.compare.figure.button.isVisible
        self._click(window.results.compare.figure.button)
        figure = self.folder / "figure.pdf"
        yield from self._choose_file(str(figure), "figure")
        yield "exported", lambda: figure.exists() and not window.jobs.running
        self.told["message"] = window.messages.text
        self.told["history"] = [step.text for step in window.document.project.history]

    def _choose_file(self, text: str, name: str) -> Iterator[Step]:
        """Type names into the file dialog, and agree with the mouse."""
        yield "", lambda: _chooser() is not None and _chooser().isActiveWindow()
        chooser = _chooser()
        assert chooser is not None
        (field,) = [f for f in chooser.findChildren(QLineEdit) if f.hasFocus()]
        self.hand.write(text)
        yield f"{name}-dialog", lambda: field.text() == text
        wanted = chooser.labelText(QFileDialog.DialogLabel.Accept)
        buttons = chooser.findChildren(QPushButton)
        self._click(next(b for b in buttons if b.isVisible() and b.text() == wanted))
        yield "", lambda: _chooser() is None

    def _apply(self, name: str) -> Iterator[Step]:
        """Choose a recipe from the button of the toolbar."""
        window = self.window
        self._click(window.commands.recipe_button)
        menu = window.commands.recipe_menu
        yield f"{name.split()[-1]}-menu", menu.isVisible
        action = next(a for a in menu.actions() if a.objectName() == name)
        self._click(menu, menu.actionGeometry(action))
        yield "", lambda: QApplication.activePopupWidget() is None

    def _drag_peak(self) -> Iterator[Step]:
        """Drag PS4 aside, look, and let it go."""
        window, hand = self.window, self.hand
        before = window.document.project
        peak = handle(window, "peak", "ps4")
        start = window.panel.plot.canvas.viewport().mapToGlobal(place_of(window, peak))
        hand.move(start)
        yield "", lambda: True
        hand.press()
        for step in range(1, 9):
            hand.move(start + QPoint(5 * step, 0))
            yield "", lambda: True
        yield "dragging", lambda: "dragging" in window.status.quality_text
        hand.release()
        yield "dragged", lambda: window.document.project is not before
        assert window.document.stack.undoText().startswith("Move")

    def _type_center(self) -> Iterator[Step]:
        """Move the selected peak by a key."""
        window = self.window
        window_text = window.document.stack.undoText()
        self.hand.key("Right")
        yield "nudged", lambda: window.document.stack.undoText() != window_text

    def _fresh(self) -> bool:
        project = self.window.document.project
        return len(project.fits) == 4 and all(project.is_fresh(r.id) for r in project.regions)

    def _click(self, widget: QWidget, place: QRect | None = None) -> None:
        middle = (widget.rect() if place is None else place).center()
        self.hand.click(widget.mapToGlobal(middle))


def _chooser() -> QFileDialog | None:
    top = QApplication.activeModalWidget()
    return top if isinstance(top, QFileDialog) and top.isVisible() else None


def main(display: int, files: list[Path], folder: Path) -> int:
    """Open the window and walk."""
    application = make_application()
    settings = Settings(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat))
    settings.folder = files[0].parent  # as it is from the second time on
    theme = Theme(application)
    theme.use(Qt.ColorScheme.Light)
    window = MainWindow(settings, theme)
    window.setGeometry(0, 0, *SIZE)
    window.show()
    window.activateWindow()
    journey = Journey(window, Hand(display), files, folder)
    journey.begin()
    code = application.exec()
    window.document.stack.setClean()
    window.close()
    return code


if __name__ == "__main__":
    number, *names = sys.argv[1:]
    *spectra, target = map(Path, names)
    sys.exit(main(int(number), spectra, target))
