"""The docks around the plot: where they stand, when they show, and that they are remembered."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from app.settings import Settings

_LAYOUT_VERSION = 1
_TREE_WIDTH, _INSPECTOR_WIDTH = 290, 440
_RESULTS_PART = 0.28  # of the height
_SCREEN_PART = 0.9


class Docks:
    """Samples on the left, the inspector on the right, results below the plot.

    Parameters
    ----------
    window : QMainWindow
    samples, inspector : QWidget
    results : QDockWidget
    """

    def __init__(
        self, window: QMainWindow, samples: QWidget, inspector: QWidget, results: QDockWidget
    ) -> None:
        self._window = window
        self._was_empty = True
        self._closed: frozenset[str] = frozenset()
        areas = Qt.DockWidgetArea
        window.setCorner(Qt.Corner.BottomRightCorner, areas.RightDockWidgetArea)
        window.addDockWidget(areas.BottomDockWidgetArea, results)
        self.samples = self._add("Samples", samples, areas.LeftDockWidgetArea)
        self.inspector = self._add("Inspector", inspector, areas.RightDockWidgetArea)
        self.results = results

    @property
    def all(self) -> tuple[QDockWidget, ...]:
        """The docks, from left to right and down."""
        return self.samples, self.inspector, self.results

    @property
    def toggles(self) -> list[QAction]:
        """Actions that show and hide them."""
        return [dock.toggleViewAction() for dock in self.all]

    def show_for(self, *, has_spectra: bool) -> None:
        """Hide them on the first page; show those that nobody closed when spectra come."""
        if not has_spectra:
            self._closed = self._closed_now()
        for dock in self.all:
            if not has_spectra:
                dock.hide()
            elif self._was_empty:
                dock.setVisible(dock.objectName() not in self._closed)
        self._was_empty = not has_spectra

    def restore(self, settings: Settings) -> None:
        """Let window and docks stand as they stood when the window was closed last."""
        layout, window = settings.window_layout, self._window
        if layout is not None and window.restoreGeometry(layout[0]):
            window.restoreState(layout[1], _LAYOUT_VERSION)
            self._closed = settings.closed_docks
            return
        window.resize(window.screen().availableSize() * _SCREEN_PART)
        sides = [self.samples, self.inspector]
        window.resizeDocks(sides, [_TREE_WIDTH, _INSPECTOR_WIDTH], Qt.Orientation.Horizontal)
        height = round(_RESULTS_PART * window.height())
        window.resizeDocks([self.results], [height], Qt.Orientation.Vertical)

    def remember(self, settings: Settings) -> None:
        """Keep where window and docks stand."""
        window = self._window
        settings.window_layout = (window.saveGeometry(), window.saveState(_LAYOUT_VERSION))

        settings.closed_docks = self._closed_now()

    def _closed_now(self) -> frozenset[str]:
        """Names of those that people closed; on the first page none is to be seen anyway."""
        if self._was_empty:
            return self._closed
        return frozenset(dock.objectName() for dock in self.all if dock.isHidden())

    def _add(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(title)
        dock.setWidget(widget)
        self._window.addDockWidget(area, dock)
        return dock
