"""How long the window keeps a person waiting while 200 spectra in its tree are fitted.

What is measured is the longest time between two turns of the event loop, from the key that begins
the batch until its result is shown. Run it by itself, with

    QT_QPA_PLATFORM=offscreen python -m benchmarks.responsiveness
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.application import make_application
from app.example import example_files
from app.settings import Settings
from app.widgets.theme import Theme
from app.window import MainWindow
from xps.analysis import apply_recipe
from xps.project import Project
from xps.readers import read
from xps.recipe import load_recipe

SPECTRA = 200
BUDGET_MS = 50.0
_TIMES = 5


def project() -> Project:
    """The S 2p spectrum of the example with new counts, as so many samples, not fitted."""
    bare = next(s for s in read(example_files()[0]) if s.core_level == "S 2p")
    random = np.random.default_rng(1)
    live_s = bare.live_time_s or 1.0
    spectra = tuple(
        bare.with_(
            sample=f"sample {number:03d}",
            intensity=random.poisson(bare.intensity * live_s) / live_s,
        )
        for number in range(SPECTRA)
    )
    return apply_recipe(Project().with_spectra(spectra), load_recipe("argyrodite-s2p"))[0]


def gaps(window: MainWindow) -> list[float]:
    """Milliseconds between turns of the event loop during a batch, those over a millisecond."""
    found, fitted = [], []
    window.analysis.fitted.connect(lambda: fitted.append(True))
    turn = time.perf_counter()
    QTest.keyClick(window, Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    quiet = 0
    while not fitted or quiet < 20:
        QApplication.processEvents()
        now = time.perf_counter()
        found.append(1e3 * (now - turn))
        turn = now
        busy = window.jobs.running or window.checking.is_waiting or window.results.is_waiting
        quiet = 0 if busy else quiet + 1
        if found[-1] < 1.0:
            time.sleep(0.001)  # as an event loop without events does
            turn = time.perf_counter()
    return [gap for gap in found if gap >= 1.0]


def main() -> int:
    application = make_application()
    with tempfile.TemporaryDirectory() as folder:
        store = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        theme = Theme(application)
        theme.use(Qt.ColorScheme.Light)
        window = MainWindow(Settings(store), theme)
        window.resize(1920, 1080)
        window.show()
        window.document.replace(project())
        QTest.qWait(500)  # the solver is loaded in the background
        worst = []
        for _ in range(_TIMES):
            found = gaps(window)
            worst.append(max(found))
            print(
                f"{len(window.document.project.fits)} of {SPECTRA} spectra fitted; gaps in ms: "
                f"longest {worst[-1]:.0f}, then "
                + ", ".join(f"{gap:.0f}" for gap in sorted(found)[-2:-7:-1])
            )
            QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
            QTest.qWait(500)
        window.document.stack.setClean()
        window.close()
    median = statistics.median(worst)
    print(f"median {median:.0f} ms of {BUDGET_MS:g}: {'kept' if median <= BUDGET_MS else 'MISSED'}")
    return 0 if median <= BUDGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
