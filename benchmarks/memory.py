"""How much memory the window takes over days of work: cycles of open, fit, drag, undo, close.

Run it by itself, with the number of cycles:

    QT_QPA_PLATFORM=offscreen python -m benchmarks.memory 3000
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.application import make_application
from app.example import example_files
from app.settings import Settings
from app.widgets.theme import Theme
from app.window import MainWindow

CYCLES = 3000
BUDGET_MB = 20.0
_WARM_UP = 30  # cycles, until what is loaded once and kept is there
_SAMPLES = 30
_BY = QPoint(25, 0)


def megabytes() -> float:
    """What the process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def until_idle(window: MainWindow) -> None:
    """Wait until no work is under way."""
    while window.jobs.running or window.checking.is_waiting or window.results.is_waiting:
        QTest.qWait(1)


def cycle(window: MainWindow) -> None:
    """Open a file, fit it, drag a peak, undo that, close."""
    window.files.open_paths(example_files()[:1], remember=False)
    until_idle(window)
    window.analysis.apply_recipe("argyrodite-s2p")
    QTest.keyClick(window, Qt.Key.Key_F5)
    until_idle(window)
    plot = window.panel.plot
    viewport = plot.canvas.viewport()
    peak = next(h for h in plot.handles.handles if (h.kind, h.component) == ("peak", "ps4"))
    place = QPointF(peak.energy_ev, peak.intensity)
    scene = plot.main.getViewBox().mapViewToScene(place)
    start = plot.canvas.mapFromScene(scene)
    button = Qt.MouseButton.LeftButton
    before = window.document.stack.count()
    QTest.mousePress(viewport, button, pos=start)
    for step in range(1, 5):
        QTest.mouseMove(viewport, start + _BY * step / 4)
        QApplication.processEvents()
    QTest.mouseRelease(viewport, button, pos=start + _BY)
    if window.document.stack.count() == before:
        raise RuntimeError("the peak was not dragged")
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    window.document.stack.setClean()
    window.files.new()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


def main() -> int:
    cycles = int(sys.argv[1]) if len(sys.argv) > 1 else CYCLES
    application = make_application()
    with tempfile.TemporaryDirectory() as folder:
        store = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        theme = Theme(application)
        theme.use(Qt.ColorScheme.Light)
        window = MainWindow(Settings(store), theme)
        window.resize(1366, 768)
        window.show()
        for _ in range(_WARM_UP):
            cycle(window)
        at, held = [], []
        for number in range(cycles + 1):
            if number % max(cycles // _SAMPLES, 1) == 0:
                gc.collect()
                at.append(number)
                held.append(megabytes())
                print(f"after {number} cycles {held[-1]:.1f} MB", flush=True)
            cycle(window)
        window.document.stack.setClean()
        window.close()
    slope = float(np.polyfit(at, held, 1)[0])
    grown, expected = held[-1] - held[0], slope * CYCLES
    print(
        f"{cycles} cycles: {held[0]:.1f} MB at first, {held[-1]:.1f} MB at last, {grown:+.1f} MB; "
        f"the straight line through {len(at)} readings grows by {expected:+.1f} MB in {CYCLES}"
    )
    kept = (grown if cycles >= CYCLES else expected) < BUDGET_MB
    print(f"it may grow by {BUDGET_MB:g} MB in {CYCLES}: {'kept' if kept else 'MISSED'}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
