"""How long a frame takes while a peak is dragged in the window and the region is refitted.

A frame is everything between a move of the mouse and the painted window: the event, the fit of
all other parameters, the model drawn anew, and its painting. What counts is the time on the wall;
the time of the processor tells how much of it is other work of the machine. Run it by itself, with

    QT_QPA_PLATFORM=offscreen python -m benchmarks.dragging
"""

from __future__ import annotations

import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QSettings, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.application import make_application
from app.settings import Settings
from app.widgets.theme import Theme
from app.window import MainWindow
from xps.kernel import Kernel
from xps.model import Background, Component, Link, Param, Ref, Region, multiplet_of
from xps.problem import free_values
from xps.project import Project
from xps.spectrum import Spectrum

SIZE = (1920, 1080)
CENTERS_EV = (160.2, 161.6, 162.8, 164.0, 165.5, 167.0, 168.6, 170.2)
POINTS = 401
FRAMES = 400
BUDGET_MS = 12.0
CLOCKS = {"wall": time.perf_counter, "processor": time.thread_time}
_DRAGGED = 1
_REACH_EV = 0.35


def region() -> Region:
    """Eight doublets with fills, whose mixing is shared."""
    shared = Link("same", Ref("c0", "mixing"))
    return Region(
        "r",
        "s0",
        "S 2p",
        (155.0, 175.0),
        Background(offset=Param(1000.0), slope=Param(5.0)),
        tuple(
            Component(
                f"c{number}",
                f"Component {number}",
                multiplet_of("S 2p"),
                "sgl",
                area=Param(600.0 * (1 + number % 3)),
                center=Param(center, min=center - 0.6, max=center + 0.6),
                fwhm=Param(1.1, min=0.5, max=2.0),
                shape_params=(Param(0.3, min=0.0, max=1.0, link=shared if number else None),),
            )
            for number, center in enumerate(CENTERS_EV)
        ),
    )


def project() -> Project:
    """The region on simulated counts."""
    energy = np.linspace(155.0, 175.0, POINTS)
    kernel = Kernel(region(), energy)
    expected = kernel.curves(free_values(region(), kernel.table)).total
    counts = np.random.default_rng(1).poisson(expected).astype(np.float64)
    spectrum = Spectrum(
        energy, counts, sample="simulated", core_level="S 2p", dwell_s=1.0, sweeps=1.0
    )
    return Project().with_spectra((spectrum,)).with_region(region())


class Painted(QObject):
    """Counts the paintings of a widget."""

    times = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  named by Qt
        if event.type() == QEvent.Type.Paint:
            self.times += 1
        return False


def frames(
    window: MainWindow,
    clock: Callable[[], float] = time.perf_counter,
    count: int = FRAMES,
    *,
    upright: bool = False,
) -> list[float]:
    """Milliseconds of each frame of a drag of one peak to and fro."""
    plot = window.panel.plot
    window.selection.select_component(f"c{_DRAGGED}")
    QApplication.processEvents()
    handle = next(
        h for h in plot.handles.handles if (h.kind, h.component, h.line) == ("peak", "c1", 0)
    )
    viewport = plot.canvas.viewport()
    box = plot.main.getViewBox()

    def pixel(energy: float, up: float = 0.0) -> QPointF:
        scene = box.mapViewToScene(QPointF(energy, handle.intensity))
        place = plot.canvas.mapFromScene(scene)
        return QPointF(place.x(), place.y() - up)

    painted = Painted()
    viewport.installEventFilter(painted)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=pixel(handle.energy_ev).toPoint())
    times = []
    for frame in range(count):
        phase = 2.0 * math.pi * (frame + 2) / 60.0
        up = 40.0 * math.sin(0.7 * phase) if upright else 0.0
        place = pixel(handle.energy_ev + _REACH_EV * math.sin(phase), up)
        move = QMouseEvent(
            QEvent.Type.MouseMove,
            place,
            viewport.mapToGlobal(place),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        before, start = painted.times, clock()
        QApplication.sendEvent(viewport, move)
        while painted.times == before:
            QApplication.processEvents()
        times.append(1e3 * (clock() - start))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=place.toPoint())
    viewport.removeEventFilter(painted)
    return times[5:]  # the first begin the drag


def p95(times: list[float]) -> float:
    """The time that 95 of 100 frames keep."""
    return statistics.quantiles(times, n=20)[-1]


def main() -> int:
    application = make_application()
    with tempfile.TemporaryDirectory() as folder:
        store = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        theme = Theme(application)
        theme.use(Qt.ColorScheme.Light)
        window = MainWindow(Settings(store), theme)
        window.resize(*SIZE)
        window.show()
        window.document.replace(project())
        QApplication.processEvents()
        worst = 0.0
        for name, upright in (("sideways", False), ("sideways and up", True)):
            for clock_name, clock in CLOCKS.items():
                times = frames(window, clock, upright=upright)
                print(
                    f"drag {name:16s} {clock_name:10s} {len(times)} frames: median "
                    f"{statistics.median(times):5.1f} ms, p95 {p95(times):5.1f} ms, longest "
                    f"{max(times):5.1f} ms"
                )
                if clock is time.perf_counter:
                    worst = max(worst, p95(times))
        window.document.stack.setClean()
        window.close()
    print(f"p95 may be {BUDGET_MS:g} ms: {'kept' if worst <= BUDGET_MS else 'MISSED'}")
    return 0 if worst <= BUDGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
