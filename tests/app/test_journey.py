"""The whole way of a new user on a real screen, with real dialogs, mouse and keyboard."""

from __future__ import annotations

import json
import os
import shutil
from itertools import pairwise
from pathlib import Path

from PySide6.QtGui import QImage

from tests.app.desktop import run_on
from tests.app.journey import SIZE
from tests.app.projects import SAMPLES
from xps.resources import resource

MOST_CLICKS = 4
PICTURES = [
    *("empty", "open-dialog", "opened", "argyrodite-s2p-menu", "recipe", "fitted"),
    *("dragging", "dragged", "undone", "nudged", "cathode-menu", "cathode", "all-fitted"),
    *("compared", "figure-dialog", "exported"),
]


def test_from_the_empty_window_to_the_figure_with_mouse_and_keyboard(
    display: int, tmp_path: Path
) -> None:
    folder = Path(os.environ.get("DOUBLET_FILM", tmp_path / "film"))
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.png"), folder / "figure.pdf"):
        old.unlink(missing_ok=True)
    files = [shutil.copy(resource("samples", name), tmp_path / name) for name in SAMPLES]
    run_on(display, tmp_path, "tests.app.journey", *files, folder)
    pictures = sorted(folder.glob("*.png"))
    assert [picture.stem[3:] for picture in pictures] == PICTURES
    images = [QImage(str(picture)) for picture in pictures]
    assert all((image.width(), image.height()) == SIZE for image in images)
    assert all(one != other for one, other in pairwise(images))
    assert (folder / "figure.pdf").read_bytes().startswith(b"%PDF")
    told = json.loads((folder / "told.json").read_text("utf-8"))
    assert told["message"].startswith("Exported to")
    assert told["clicks to the first fit"] <= MOST_CLICKS
    assert told["keys to the first fit"] == 2  # the names of the files, and F5
    assert told["history"][0] == "Open 2 files"
    assert told["history"][-1] == "Fit 4 regions"
