"""Take the pictures of the documentation: the app at work on its example."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from PySide6.QtCore import Qt
from stage import LARGE, Stage, stage
from tutorial import walk


def main() -> None:
    """Take all pictures."""
    for album in (views, model, walk):
        with stage() as opened:
            album(opened)


def views(opened: Stage) -> None:
    """The example after its fit, in all that the window shows of it."""
    window = opened.window
    opened.take("welcome")
    opened.wait_for(window.analysis.fitted, window.open_example)
    opened.take("app-1366x768-light")
    opened.select("O 1s", "o_manifold")
    opened.take("component-1366x768-light")
    opened.theme.use(Qt.ColorScheme.Dark)
    window.resize(*LARGE)
    opened.take("app-1920x1080-dark")
    opened.theme.use(Qt.ColorScheme.Light)
    opened.select("S 2p")
    opened.take("app-1920x1080-light")
    window.results_dock.show_comparison()
    opened.take("compare-1920x1080-light")
    window.results_dock.show_checks()
    opened.take("checks-1920x1080-light")


def model(opened: Stage) -> None:
    """What can be done with a model."""
    window = opened.window
    opened.wait_for(window.analysis.fitted, window.open_example)
    opened.wait_for(window.suggesting.opened, window.suggesting.suggest)
    opened.take("suggestion-1366x768-light")
    window.suggesting.leave()
    opened.wait_for(window.analysis.fitted, _changed(opened))
    opened.take("model-1366x768-light")


def _changed(opened: Stage) -> Callable[[], None]:
    """Choose another shape and one more term of the background, and fit."""
    inspector, selection = opened.window.inspector, opened.window.selection

    def change() -> None:
        inspector.region.termToggled.emit("curvature", True)
        inspector.region.numbers_button.click()
        region = selection.region
        assert region is not None
        inspector.shape.shapeChosen.emit("voigt", tuple(c.id for c in region.components))
        inspector.fitWanted.emit()

    return change


if __name__ == "__main__":
    main()
