"""What a person does with the mouse in the plot, for the tests of the window."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.plot.handles import Handle, HandleKind
from app.plot.plot_view import PlotView
from app.window import MainWindow


def pixel_of(plot: PlotView, energy_ev: float, intensity: float) -> QPoint:
    """Where an energy and intensity lie in the canvas."""
    scene = plot.main.getViewBox().mapViewToScene(QPointF(energy_ev, intensity))
    return plot.canvas.mapFromScene(scene)


def handle(
    window: MainWindow, kind: HandleKind, component: str = "", line: int = 0, side: int = 0
) -> Handle:
    """A handle that the plot shows."""
    wanted = (kind, component, line, side)
    handles = window.panel.plot.handles.handles
    found = [h for h in handles if (h.kind, h.component, h.line, h.side) == wanted]
    assert found, f"there is no handle {wanted} among {handles}"
    return found[0]


def place_of(window: MainWindow, grabbed: Handle) -> QPoint:
    """Where a handle can be grabbed."""
    plot = window.panel.plot
    if grabbed.kind != "edge":
        return pixel_of(plot, grabbed.energy_ev, grabbed.intensity)
    middle = plot.main.getViewBox().sceneBoundingRect().center()
    x = pixel_of(plot, grabbed.energy_ev, 0.0).x()
    return QPoint(x, round(middle.y()) + 40)


def per_ev(window: MainWindow) -> float:
    """Pixels of one eV to higher binding energies; negative, they lie to the left."""
    plot = window.panel.plot
    return float(pixel_of(plot, 170.0, 0.0).x() - pixel_of(plot, 160.0, 0.0).x()) / 10.0


def hover(window: MainWindow, at: QPoint) -> None:
    """Move the pointer to a place in the plot, from wherever it was."""
    viewport = window.panel.plot.canvas.viewport()
    QTest.mouseMove(viewport, QPoint(1, 1))
    QTest.mouseMove(viewport, at)


def press(window: MainWindow, at: QPoint) -> None:
    """Press the left button."""
    QTest.mousePress(window.panel.plot.canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)


def move(window: MainWindow, to: QPoint) -> None:
    """Move the pointer with the button down, and let the window draw a frame."""
    viewport = window.panel.plot.canvas.viewport()
    QTest.mouseMove(viewport, to)
    QApplication.processEvents()


def release(window: MainWindow, at: QPoint) -> None:
    """Let the button go."""
    QTest.mouseRelease(window.panel.plot.canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QApplication.processEvents()


def drag(window: MainWindow, start: QPoint, by: QPoint, steps: int = 4) -> None:
    """Press, move in steps, and let go."""
    press(window, start)
    for step in range(1, steps + 1):
        move(window, start + by * step / steps)
    release(window, start + by)
