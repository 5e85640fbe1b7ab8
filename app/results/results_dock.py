"""The dock of the tabs below the plot: opens them, and gives each the height that it needs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from app.compare.compare_view import CompareView
from app.models.suggestion_view import SuggestionView
from app.results.results import Results

_COMPARE_PART = 0.5  # of the window's height
_SAME_HEIGHT = 8  # px


class ResultsDock(QDockWidget):
    """The tabs in their dock.

    Parameters
    ----------
    results : Results
    window : QMainWindow
    """

    def __init__(self, results: Results, window: QMainWindow) -> None:
        super().__init__("Results", window)
        self.setObjectName("Results")
        self.setWidget(results)
        self._results = results
        self._window = window
        # Height before stacked panels, and the height that they were given.
        self._heights: tuple[int, int] | None = None
        results.currentChanged.connect(lambda _: self._give_room())

    def show_quantities(self) -> None:
        """Open the quantification."""
        self._open(self._results.quantify)

    def show_settings(self) -> None:
        """Open the settings of the quantification."""
        self.show_quantities()
        self._results.quantify.settings_button.setChecked(True)

    def show_comparison(self) -> CompareView:
        """Open the comparison."""
        self._open(self._results.compare)
        return self._results.compare

    def show_checks(self) -> None:
        """Open the checks."""
        self._open(self._results.checks)

    def show_history(self) -> None:
        """Open the history."""
        self._open(self._results.history)

    def show_suggestion(self, view: SuggestionView) -> None:
        """Open a suggestion beside the tabs that are always there."""
        self.show()
        self._results.open_guest(view, "Suggestion")

    def _open(self, view: QWidget) -> None:
        self.show()
        self._results.open_tab(view)

    def _give_room(self) -> None:
        """Let stacked panels have half of the height, and take it back after them."""
        compares = self._results.currentWidget() is self._results.compare
        wanted = round(_COMPARE_PART * self._window.height())
        if compares and self.height() < wanted:
            self._heights = self.height(), wanted
            self._window.resizeDocks([self], [wanted], Qt.Orientation.Vertical)
        elif not compares and self._heights is not None:
            before, given = self._heights
            self._heights = None
            if abs(self.height() - given) <= _SAME_HEIGHT:
                self._window.resizeDocks([self], [before], Qt.Orientation.Vertical)
