"""Take the pictures of the tutorial, step by step as it is written."""

from __future__ import annotations

from PySide6.QtCore import Qt
from stage import Stage, keep_figure

from xps.resources import resource

FILES = ("bare-ncm-simulated.vms", "ald5-ncm-simulated.vms")
_LOW, _HIGH = 215, 440  # heights of the results


def walk(opened: Stage) -> None:
    """Go from raw files to the figure."""
    window = opened.window
    paths = [resource("samples", name) for name in FILES]
    opened.wait_for(window.files.opened, lambda: window.files.open_paths(paths))
    opened.take("tutorial-opened")
    opened.take_with_menu(
        "tutorial-recipe", window.commands.recipe_menu, window.commands.recipe_button
    )
    window.recipes.apply("cathode")
    opened.select("S 2p")
    opened.take("tutorial-applied")
    opened.wait_for(window.analysis.fitted, window.analysis.fit_all)
    opened.take("tutorial-fitted")
    opened.take("tutorial-inspector", window.inspector)
    opened.select("O 1s", "o_manifold")
    opened.take("tutorial-oxygen")
    window.results_dock.show_checks()
    opened.take("tutorial-checks", window.results_dock)
    window.results_dock.show_quantities()
    below = Qt.Orientation.Vertical
    window.resizeDocks([window.results_dock], [_HIGH], below)
    opened.take("tutorial-amounts", window.results_dock)
    window.resizeDocks([window.results_dock], [_LOW], below)
    opened.settle()
    window.results_dock.show_comparison()
    opened.take("tutorial-compared")
    opened.dialogs.path = opened.folder / "figure.png"
    opened.wait_for(window.files.exported, window.export_figure)
    keep_figure(opened.dialogs.path, "tutorial-figure")
